//! What should happen to the files of a pair.

use std::collections::{BTreeMap, HashSet};

use super::{File, FileCopy, FileKey, FileStanding, Name};
use crate::{
    item::FileRules,
    side::{Side, Sides},
};

/// What is known of the files of a pair.
#[derive(Clone, Debug)]
pub struct FileFacts<'a> {
    /// What the item says of files.
    pub rules: &'a FileRules,
    /// All files of both sides.
    pub files: Sides<&'a [File]>,
    /// What is remembered of copies.
    pub copies: &'a [FileCopy],
    /// Whether copies are written to a side now.
    pub writes_to: Sides<bool>,
    /// Whether a person asked for this pair, so that what is carried by hand only is carried.
    pub is_asked: bool,
    /// Epoch milliseconds.
    pub now_ms: i64,
}

/// All that should happen to the files of one pair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePlan {
    /// What to do, in this order.
    pub steps: Vec<FileStep>,
    /// Until when something that was sent may still appear; what comes after it waits.
    pub waits_until_ms: Option<i64>,
}

impl FilePlan {
    /// Nothing to do and nothing to wait for; something may be to be remembered.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let is_work = |step: &FileStep| matches!(step, FileStep::Copy { .. } | FileStep::Finish(_));
        self.waits_until_ms.is_none() && !self.steps.iter().any(is_work)
    }

    /// The files that are to be copied to a side, in this order.
    pub fn copies(&self, side: Side) -> impl Iterator<Item = (&FileKey, &File)> {
        self.steps.iter().filter_map(move |step| match step {
            FileStep::Copy { key, file } if key.origin == side.other() => Some((key, file)),
            FileStep::Copy { .. } | FileStep::Finish(_) | FileStep::Know(_) | FileStep::Forget(_) => None,
        })
    }
}

/// One thing to do about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileStep {
    /// Copy it.
    Copy {
        /// Which.
        key: FileKey,
        /// The original.
        file: File,
    },
    /// Do what follows a copy that is there: keep customers out, tell people where it came from.
    Finish(FileCopy),
    /// Remember a copy that was found, or that none is made.
    Know(FileCopy),
    /// Forget why there was no copy of a file that is not there any more.
    Forget(FileKey),
}

/// Whether nothing that is remembered says what some file of the issue is that our account added: then our notes may.
#[must_use]
pub fn wants_notes(in_jira: &[File], copies: &[FileCopy]) -> bool {
    let is_known = |file: &File| {
        copies.iter().any(|copy| match copy.key.origin {
            Side::Salesforce => copy.copy() == Some(&file.id) || may_be(copy, file),
            Side::Jira => copy.key.file == file.id,
        })
    };
    in_jira.iter().any(|file| file.is_by_us && !is_known(file))
}

/// Whether a file in Jira looks like a copy that was sent, and of which nobody heard.
fn may_be(copy: &FileCopy, file: &File) -> bool {
    matches!(copy.standing, FileStanding::Sent { until_ms } if until_ms > 0)
        && (&copy.name, copy.n_bytes) == (&file.name, file.n_bytes)
}

/// Decides what should happen to the files of a pair.
#[must_use]
pub fn plan(facts: &FileFacts<'_>) -> FilePlan {
    let mut planner = Planner { facts, copies: BTreeMap::new(), there: Sides::default(), plan: FilePlan::default() };
    for copy in facts.copies {
        planner.remember(copy.clone());
    }
    for side in Side::BOTH {
        planner.adopt(side);
    }
    planner.forget();
    for side in Side::BOTH.into_iter().filter(|side| *facts.writes_to.get(*side)) {
        planner.carry(side.other());
    }
    planner.finish();
    planner.plan
}

struct Planner<'a> {
    facts: &'a FileFacts<'a>,
    /// By key: what is remembered, and what was just found.
    copies: BTreeMap<FileKey, FileCopy>,
    /// Ids of copies, by the side they are on.
    there: Sides<HashSet<String>>,
    plan: FilePlan,
}

impl Planner<'_> {
    fn remember(&mut self, copy: FileCopy) {
        if let Some(id) = copy.copy() {
            self.there.get_mut(copy.key.origin.other()).insert(id.to_owned());
        }
        self.copies.insert(copy.key.clone(), copy);
    }

    fn know(&mut self, copy: FileCopy) {
        self.plan.steps.push(FileStep::Know(copy.clone()));
        self.remember(copy);
    }

    /// The files that people added on a side, the oldest first.
    fn originals(&self, side: Side) -> Vec<File> {
        let copies = self.there.get(side);
        let is_original = |file: &&File| !copies.contains(&file.id) && file.copy_of.is_none();
        let mut originals: Vec<File> = self.facts.files.get(side).iter().filter(is_original).cloned().collect();
        originals.sort_by(|a, b| (a.added, &a.id).cmp(&(b.added, &b.id)));
        originals
    }

    /// Finds copies on a side of which nothing is known: the answer was lost, or the memory.
    fn adopt(&mut self, side: Side) {
        #[cfg(feature = "simulation")]
        if crate::wrong::is(crate::wrong::Wrong::FileUnprobed) {
            return;
        }
        for found in *self.facts.files.get(side) {
            if self.there.get(side).contains(&found.id) {
                continue;
            }
            let key = match (&found.copy_of, side) {
                (Some(original), _) => self.marked_as(side, original),
                // Jira has no place for a marker on a file, and there may be no note on the issue yet: what has the same
                // name and size under our account is the copy.
                (None, Side::Jira) => self.sent_as(found).or_else(|| self.copied_as(found)),
                (None, Side::Salesforce) => None,
            };
            let Some(key) = key else { continue };
            let is_finished = self.copies.get(&key).is_some_and(|copy| copy.is_finished);
            let standing = FileStanding::Made { id: found.id.clone() };
            self.know(FileCopy { key, name: found.name.clone(), n_bytes: found.n_bytes, standing, is_finished });
        }
    }

    /// The file that our marker names, if it is of this pair: a record may have copies from other issues too.
    fn marked_as(&self, side: Side, original: &str) -> Option<FileKey> {
        let key = FileKey { origin: side.other(), file: original.to_owned() };
        let is_open = self.copies.get(&key).map_or_else(|| self.is_there(&key), |copy| copy.copy().is_none());
        is_open.then_some(key)
    }

    /// The copy that was sent to Jira and looks like what was found there.
    fn sent_as(&self, found: &File) -> Option<FileKey> {
        let is_it = |copy: &&FileCopy| copy.key.origin == Side::Salesforce && may_be(copy, found);
        self.copies.values().filter(|_| found.is_by_us).find(is_it).map(|copy| copy.key.clone())
    }

    /// The file of Salesforce, of which nothing is remembered, whose copy would look like what was found in Jira.
    fn copied_as(&self, found: &File) -> Option<FileKey> {
        let looks =
            |file: &&File| (Name::of(&file.name).as_str(), file.n_bytes) == (found.name.as_str(), found.n_bytes);
        let originals = self.originals(Side::Salesforce);
        let keys = originals.iter().filter(looks).map(|file| key(Side::Salesforce, file));
        keys.filter(|_| found.is_by_us).find(|key| !self.copies.contains_key(key))
    }

    fn is_there(&self, key: &FileKey) -> bool {
        self.facts.files.get(key.origin).iter().any(|file| file.id == key.file)
    }

    /// Why a file has no copy is of interest as long as it is there, and a copy that was sent until it cannot appear any more.
    fn forget(&mut self) {
        let is_over = |copy: &&FileCopy| match &copy.standing {
            FileStanding::Sent { until_ms } => *until_ms <= self.facts.now_ms,
            FileStanding::Refused { .. } | FileStanding::Skipped { .. } => true,
            FileStanding::Made { .. } => false,
        };
        let gone = self.copies.values().filter(|copy| !self.is_there(&copy.key));
        let over: Vec<FileKey> = gone.filter(is_over).map(|copy| copy.key.clone()).collect();
        for key in over {
            self.copies.remove(&key);
            self.plan.steps.push(FileStep::Forget(key));
        }
    }

    /// Carries what people added on a side to the other one.
    fn carry(&mut self, origin: Side) {
        // A copy of what is not there any more may still appear, and what is sent meanwhile could not be told from it.
        let gone = self.copies.values().filter(|copy| copy.key.origin == origin && !self.is_there(&copy.key));
        let sent = gone.filter_map(|copy| match copy.standing {
            FileStanding::Sent { until_ms } => Some(until_ms),
            FileStanding::Made { .. } | FileStanding::Refused { .. } | FileStanding::Skipped { .. } => None,
        });
        if let Some(until_ms) = sent.max() {
            return self.wait(until_ms);
        }
        for file in self.originals(origin) {
            let key = key(origin, &file);
            match self.copies.get(&key).map(|copy| copy.standing.clone()) {
                None => self.carry_new(key, file),
                Some(FileStanding::Skipped { reason }) => {
                    if self.obstacle(&file).as_ref() != Some(&reason) {
                        self.carry_new(key, file);
                    }
                }
                #[cfg(feature = "simulation")]
                Some(FileStanding::Sent { .. }) if crate::wrong::is(crate::wrong::Wrong::FileUnsettled) => {
                    self.copy(key, file);
                }
                Some(FileStanding::Sent { until_ms }) if until_ms <= self.facts.now_ms => self.copy(key, file),
                // What is sent meanwhile could not be told from it.
                Some(FileStanding::Sent { until_ms }) => return self.wait(until_ms),
                Some(FileStanding::Made { .. } | FileStanding::Refused { .. }) => {}
            }
        }
    }

    fn wait(&mut self, until_ms: i64) {
        let earliest = self.plan.waits_until_ms.map_or(until_ms, |known| known.min(until_ms));
        self.plan.waits_until_ms = Some(earliest);
    }

    fn carry_new(&mut self, key: FileKey, file: File) {
        let rules = self.facts.rules;
        if !rules.flow_to(key.origin.other()) || (rules.manual && !self.facts.is_asked) {
            return;
        }
        match self.obstacle(&file) {
            None => self.copy(key, file),
            Some(reason) => {
                let standing = FileStanding::Skipped { reason };
                self.know(FileCopy { key, name: file.name, n_bytes: file.n_bytes, standing, is_finished: false });
            }
        }
    }

    fn copy(&mut self, key: FileKey, file: File) {
        self.plan.steps.push(FileStep::Copy { key, file });
    }

    /// Why a file is not carried, if it is not.
    fn obstacle(&self, file: &File) -> Option<String> {
        let (n_bytes, max) = (file.n_bytes, self.facts.rules.n_bytes_max);
        if file.is_elsewhere {
            return Some("it is a link to a place outside, and has no content of its own".to_owned());
        }
        (n_bytes > max).then(|| format!("it has {n_bytes} bytes, and `attachments.max_bytes` lets {max} go over"))
    }

    /// What follows a copy is done once.
    fn finish(&mut self) {
        let unfinished = self.copies.values().filter(|copy| copy.copy().is_some() && !copy.is_finished);
        self.plan.steps.extend(unfinished.cloned().map(FileStep::Finish));
    }
}

fn key(origin: Side, file: &File) -> FileKey {
    FileKey { origin, file: file.id.clone() }
}

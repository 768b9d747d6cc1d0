//! The files of links: whose have changed since nothing was left to do about them, which there are, and what should happen
//! to them. What should happen is decided by `entente_core::files`; what is copied, by `apply/files.rs`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entente_core::{
    Side, Sides,
    files::{self, File, FileCopy, FileFacts, FileKey, FilePlan, FileStanding, FileStep},
    link::Origin,
    plan::{Note, NoteCode},
};
use entente_store::LinkId;
use entente_transport::CallError;
use sha2::{Digest as _, Sha256};

use crate::{error::EngineError, round::Scene, unit::Work, worker::Worker};

/// The files of a link as a round sees them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folder {
    /// How both sides look, as far as changes are concerned.
    pub(crate) looks: Sides<String>,
    /// Whether nothing was left to do about them before.
    has_rested: bool,
    /// Whether that is not how they rested.
    pub(crate) has_changed: bool,
    pub(crate) plan: FilePlan,
    /// What is remembered of copies.
    pub(crate) copies: Vec<FileCopy>,
    /// Of which copies something else is known now.
    pub(crate) known: Vec<FileCopy>,
    /// Something was copied or found: both sides are read once more, to see that nothing is left to do.
    pub(crate) moved: bool,
    /// When, and why, its files are looked at again, as something is left to do.
    pub(crate) again: Option<(i64, String)>,
}

impl Folder {
    /// Puts it off; an earlier time stands.
    pub(crate) fn again(&mut self, due_ms: i64, reason: impl Into<String>) {
        if self.again.as_ref().is_none_or(|(earlier, _)| due_ms < *earlier) {
            self.again = Some((due_ms, reason.into()));
        }
    }

    /// Nothing was left to do about it.
    pub(crate) fn rests(&self) -> bool {
        self.plan.is_quiet() && self.again.is_none() && !self.moved
    }

    /// Of a copy the last word counts.
    pub(crate) fn learn(&mut self, copy: FileCopy) {
        self.known.retain(|known| known.key != copy.key);
        self.known.push(copy);
    }

    /// Copies of which nothing need be remembered any more.
    pub(crate) fn forgotten(&self) -> impl Iterator<Item = &FileKey> {
        self.plan.steps.iter().filter_map(|step| match step {
            FileStep::Forget(key) => Some(key),
            FileStep::Copy { .. } | FileStep::Finish(_) | FileStep::Know(_) => None,
        })
    }

    /// Why files stay where they are.
    pub(crate) fn notes(&self) -> Vec<Note> {
        let mut copies: BTreeMap<&FileKey, &FileCopy> = self.copies.iter().map(|copy| (&copy.key, copy)).collect();
        let found = self.plan.steps.iter().filter_map(|step| match step {
            FileStep::Know(copy) => Some(copy),
            FileStep::Copy { .. } | FileStep::Finish(_) | FileStep::Forget(_) => None,
        });
        copies.extend(found.chain(&self.known).map(|copy| (&copy.key, copy)));
        copies.retain(|key, _| self.forgotten().all(|forgotten| forgotten != *key));
        copies.values().filter_map(|copy| copy.note()).map(|text| note(&text)).collect()
    }
}

pub(crate) fn note(text: &str) -> Note {
    Note { code: NoteCode::File, key: None, text: text.to_owned() }
}

/// Which of these have files that are carried: links both of whose ends are there.
fn holding(scene: &Scene<'_>, works: &[Work]) -> Vec<usize> {
    if !scene.scheme.has_files {
        return Vec::new();
    }
    (0..works.len()).filter(|n| works[*n].is_whole_link()).collect()
}

/// The links among these whose files are of interest, and their files in Salesforce: one call to Salesforce.
pub(crate) async fn looked_at(
    scene: &Scene<'_>,
    works: &[Work],
) -> Result<Vec<(usize, Folder, Vec<File>)>, EngineError> {
    let holding = holding(scene, works);
    let Some(rules) = scene.scheme.item.attachments.as_ref().filter(|_| !holding.is_empty()) else {
        return Ok(Vec::new());
    };
    let ids: Vec<LinkId> = holding.iter().filter_map(|n| works[*n].link_id()).collect();
    let mut stored = scene.worker.store().folders(&ids).await?;
    let records: BTreeSet<String> = holding.iter().map(|n| works[*n].id(Side::Salesforce).to_owned()).collect();
    let records: Vec<String> = records.into_iter().collect();
    let found = scene.wired.org.files(&records, &scene.wired.site.url_of("")).await;
    let mut by_record: HashMap<String, Vec<File>> = HashMap::new();
    for found in found.map_err(EngineError::peer(&scene.wired.org.name))? {
        by_record.entry(found.record).or_default().push(found.file);
    }
    let mut folders = Vec::new();
    for n in holding {
        let link = works[n].link_id().unwrap_or_default();
        let known = stored.remove(&link).unwrap_or_default();
        let own = by_record.get(works[n].id(Side::Salesforce)).cloned().unwrap_or_default();
        let version = works[n].seen.jira.version.clone().unwrap_or_default();
        let looks = Sides::new(look(&format!("{rules:?} {:?}", carries(scene)), &own), version);
        let is_open = |copy: &FileCopy| match copy.standing {
            FileStanding::Sent { .. } => true,
            FileStanding::Made { .. } => !copy.is_finished,
            FileStanding::Refused { .. } | FileStanding::Skipped { .. } => false,
        };
        let has_changed =
            known.rests.as_ref() != Some(&looks) || known.copies.iter().any(is_open) || scene.worker.refreshes;
        if has_changed || known.copies.iter().any(|copy| copy.note().is_some()) {
            folders.push((
                n,
                Folder {
                    looks,
                    has_rested: known.rests.is_some(),
                    has_changed,
                    copies: known.copies,
                    ..Folder::default()
                },
                own,
            ));
        }
    }
    Ok(folders)
}

/// What is the same as long as the rules are, and nobody has added, renewed or deleted a file.
fn look(rules: &str, files: &[File]) -> String {
    let ids: BTreeSet<&str> = files.iter().map(|file| file.id.as_str()).collect();
    let digest =
        ids.iter().fold(Sha256::new().chain_update(rules), |digest, id| digest.chain_update([0]).chain_update(id));
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Reads and plans the files of links where they have changed: one call to each side for all.
pub(crate) async fn read(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let looked_at = looked_at(scene, works).await?;
    let changed = looked_at.iter().filter(|(_, folder, _)| folder.has_changed);
    let issues: Vec<String> = changed.map(|(n, ..)| works[*n].id(Side::Jira).to_owned()).collect();
    let mut in_jira = match issues.is_empty() {
        true => HashMap::new(),
        false => scene.wired.site.files(&issues).await.map_err(EngineError::peer(&scene.wired.site.name))?,
    };
    for (n, mut folder, own) in looked_at {
        let work = &mut works[n];
        if folder.has_changed {
            match in_jira.get_mut(work.id(Side::Jira)) {
                Some(theirs) => {
                    let marked = mark_copies(scene, work, &folder.copies, theirs).await;
                    marked.map_err(EngineError::peer(&scene.wired.site.name))?;
                    folder.plan = plan(scene, work, &folder, Sides::new(&own, theirs));
                }
                // What cannot be read is not taken for empty.
                None => {
                    let text =
                        format!("Jira does not show which files {} has: none is carried", work.label(Side::Jira));
                    work.notes.push(note(&text));
                    folder.has_changed = false;
                }
            }
        }
        work.folder = Some(folder);
    }
    Ok(())
}

/// Marks the files of an issue that are copies by what our notes say: one call, where they are wanted.
async fn mark_copies(
    scene: &Scene<'_>,
    work: &Work,
    copies: &[FileCopy],
    theirs: &mut [File],
) -> Result<(), CallError> {
    if !files::wants_notes(theirs, copies) {
        return Ok(());
    }
    let mut originals: HashMap<String, String> = HashMap::new();
    for (marker, copy) in scene.wired.site.noted_copies(work.issue_id()?).await? {
        if let Some(original) = FileKey::of_marker(&marker).filter(|key| key.origin == Side::Salesforce) {
            originals.insert(copy, original.file);
        }
    }
    theirs.iter_mut().for_each(|file| file.copy_of = originals.remove(&file.id));
    Ok(())
}

/// To which sides the item copies files now.
fn carries(scene: &Scene<'_>) -> Sides<bool> {
    let to = |side: Side| scene.scheme.item.copies_files_to(side);
    Sides::new(to(Side::Salesforce), to(Side::Jira))
}

/// The only side to which files are copied in this run. A refresh limits values, and no files.
pub(crate) fn limit(worker: &Worker) -> Option<Side> {
    worker.only.filter(|_| !worker.refreshes)
}

pub(crate) fn plan(scene: &Scene<'_>, work: &Work, folder: &Folder, files: Sides<&Vec<File>>) -> FilePlan {
    let (worker, carries) = (scene.worker, carries(scene));
    let Some(rules) = &scene.scheme.item.attachments else { return FilePlan::default() };
    let writes_to = |side: Side| *carries.get(side) && limit(worker).is_none_or(|only| only == side);
    let is_by_hand = work.unit.link.as_ref().is_some_and(|link| link.origin == Origin::Manual);
    files::plan(&FileFacts {
        rules,
        files: Sides::new(files.salesforce, files.jira),
        copies: &folder.copies,
        writes_to: Sides::new(writes_to(Side::Salesforce), writes_to(Side::Jira)),
        is_asked: worker.refreshes || (is_by_hand && !folder.has_rested),
        now_ms: worker.outside().now_ms(),
    })
}

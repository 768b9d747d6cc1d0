//! What should happen to the comments of a pair.

mod adopt;

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::{
    Audience, Comment, Copy, MARK, Pair, PairKey, Standing, TextLimit,
    copy::{Heading, begins_as_copy},
};
use crate::{
    item::CommentRules,
    side::{Side, Sides},
};

/// What is known of the comments of a pair.
#[derive(Clone, Debug)]
pub struct ThreadFacts<'a> {
    /// What the item says of comments.
    pub rules: &'a CommentRules,
    /// How the notes of the item begin; what begins with [`MARK`] is a note too.
    pub mark: &'a str,
    /// All comments of both sides that can be read.
    pub comments: Sides<&'a [Comment]>,
    /// What is remembered of copies.
    pub pairs: &'a [Pair],
    /// Whether copies are written to a side now.
    pub writes_to: Sides<bool>,
    /// How long a comment of each side may be.
    pub limits: Sides<TextLimit>,
    /// Whether the issue is a request of a service desk, which keeps internal comments from customers.
    pub is_request: bool,
    /// Epoch milliseconds.
    pub now_ms: i64,
}

/// All that should happen to the comments of one pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThreadPlan {
    /// What to do, in this order.
    pub steps: Vec<Step>,
    /// Why comments stay where they are, one sentence each.
    pub notes: Vec<String>,
    /// Until when something that was sent may still appear; what comes after it waits.
    pub waits_until_ms: Option<i64>,
}

impl ThreadPlan {
    /// Nothing to do and nothing to wait for.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.steps.is_empty() && self.waits_until_ms.is_none()
    }

    /// What is to be written to a side, in this order.
    pub fn writes(&self, side: Side) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.side() == side && !matches!(step, Step::Adopt(_)))
    }
}

/// One thing to do with a copy.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Write it.
    Create {
        /// Which.
        key: PairKey,
        /// What.
        copy: Copy,
        /// The digest of the original.
        digest: String,
    },
    /// Let it follow its original.
    Edit {
        /// Which.
        key: PairKey,
        /// The copy's id.
        id: String,
        /// What it shall say and to whom.
        copy: Copy,
        /// What it says now.
        before: String,
        /// The version that says so.
        version: Option<Timestamp>,
        /// Whether its text changes.
        rewrites: bool,
        /// Whether customers must not read it any more.
        narrows: bool,
        /// The digest of the original, once that is carried.
        digest: String,
    },
    /// Remember a copy that is there: it was written, and nobody heard of it.
    Adopt(Pair),
}

impl Step {
    /// Which copy it is about.
    #[must_use]
    pub fn key(&self) -> &PairKey {
        match self {
            Self::Create { key, .. } | Self::Edit { key, .. } => key,
            Self::Adopt(pair) => &pair.key,
        }
    }

    /// The side of the copy.
    #[must_use]
    pub fn side(&self) -> Side {
        self.key().origin.other()
    }
}

/// Whether a comment is a note of Entente's own, which no other side gets: it begins as those of its item do, or as any.
#[must_use]
pub fn is_note(comment: &Comment, mark: &str) -> bool {
    let text = comment.text.plain();
    comment.is_by_us && (text.starts_with(MARK) || text.starts_with(mark))
}

/// Decides what should happen to the comments of a pair.
#[must_use]
pub fn plan(facts: &ThreadFacts<'_>) -> ThreadPlan {
    let mut planner = Planner { facts, pairs: BTreeMap::new(), copies: Sides::default(), plan: ThreadPlan::default() };
    for pair in facts.pairs {
        planner.remember(pair.clone());
    }
    for side in Side::BOTH {
        planner.adopt(side);
    }
    for side in Side::BOTH.into_iter().filter(|side| *facts.writes_to.get(*side)) {
        planner.carry(side);
    }
    planner.plan
}

struct Planner<'a> {
    facts: &'a ThreadFacts<'a>,
    /// By key: what is remembered, and what was just found.
    pairs: BTreeMap<PairKey, Pair>,
    /// Ids of copies, by the side they are on.
    copies: Sides<HashSet<String>>,
    plan: ThreadPlan,
}

/// Whether the direction goes on with the next comment.
enum Next {
    On,
    /// Comments appear in the order in which they were written.
    Stop,
}

impl Planner<'_> {
    fn remember(&mut self, pair: Pair) {
        if let Some(id) = pair.copy() {
            self.copies.get_mut(pair.key.origin.other()).insert(id.to_owned());
        }
        self.pairs.insert(pair.key.clone(), pair);
    }

    /// The comments that people wrote on a side, the oldest first.
    fn originals(&self, side: Side) -> Vec<Comment> {
        let is_copy = |c: &Comment| {
            #[cfg(feature = "simulation")]
            if crate::wrong::is(crate::wrong::Wrong::CopyCarriedBack) && c.is_touched {
                return false;
            }
            self.copies.get(side).contains(&c.id)
        };
        let is_original =
            |c: &&Comment| !is_copy(c) && c.marker.is_none() && !is_note(c, self.facts.mark) && !c.text.is_empty();
        let mut originals: Vec<Comment> = self.facts.comments.get(side).iter().filter(is_original).cloned().collect();
        originals.sort_by(|a, b| (a.written, &a.id).cmp(&(b.written, &b.id)));
        originals
    }

    fn revision(&self, origin: Side, comment: &str) -> u32 {
        self.pairs_of(origin, comment).map(|pair| pair.key.revision).max().unwrap_or_default()
    }

    fn pairs_of<'s>(&'s self, origin: Side, comment: &'s str) -> impl Iterator<Item = &'s Pair> + use<'s> {
        self.pairs.values().filter(move |pair| pair.key.origin == origin && pair.key.comment == comment)
    }

    fn heading<'s>(&'s self, origin: Side, comment: &Comment, revision: u32) -> Heading<'s> {
        let parent = comment.answers.as_ref();
        let parent = parent.and_then(|id| self.facts.comments.get(origin).iter().find(|comment| comment.id == *id));
        Heading { rules: self.facts.rules, side: origin, parent, is_anew: revision > 0 }
    }

    fn copies_of(&self, origin: Side, comment: &Comment, revision: u32) -> Vec<Copy> {
        self.heading(origin, comment, revision).copies(comment, *self.facts.limits.get(origin.other()))
    }

    /// Carries what people wrote on the other side to this one.
    fn carry(&mut self, side: Side) {
        let origin = side.other();
        for comment in self.originals(origin) {
            if !self.is_known(origin, &comment.id) {
                self.carry_new(origin, &comment);
            } else if matches!(self.follow(origin, &comment), Next::Stop) {
                return;
            }
        }
    }

    fn carry_new(&mut self, origin: Side, comment: &Comment) {
        if self.is_taken(origin, comment) && self.is_original(origin, comment) && self.may_leave(origin, comment) {
            self.create(origin, comment, 0);
        }
    }

    fn is_known(&self, origin: Side, comment: &str) -> bool {
        self.pairs_of(origin, comment).next().is_some()
    }

    /// Whether the item carries a comment that nobody picks.
    fn is_taken(&self, origin: Side, comment: &Comment) -> bool {
        let rules = self.facts.rules;
        !rules.manual && rules.flow_to(origin.other()) && rules.take(comment)
    }

    /// The same, and nothing keeps it where it is.
    fn goes_by_itself(&self, origin: Side, comment: &Comment) -> bool {
        self.is_taken(origin, comment) && !self.is_kept_inside(origin, comment)
    }

    /// A copy that nobody can assign any more, as one of a record that was merged into this one, is carried nowhere.
    fn is_original(&mut self, origin: Side, comment: &Comment) -> bool {
        #[cfg(feature = "simulation")]
        if crate::wrong::is(crate::wrong::Wrong::CopyCarriedBack) {
            return true;
        }
        let begins_so = begins_as_copy(comment.text.plain(), &self.facts.rules.header, origin.other());
        let why = match (begins_so, comment.is_touched) {
            _ if !comment.is_by_us => return true,
            (true, _) => "it begins as a copy does",
            (false, true) => "somebody else has changed it since",
            (false, false) => return true,
        };
        self.plan.notes.push(format!(
            "the comment {} stays in {origin}: Entente's own user wrote it, {why}, and of which comment it is a copy is \
             not known",
            comment.id
        ));
        false
    }

    /// What only some of the staff may read is not shown to all of them, unless the item says so.
    fn may_leave(&mut self, origin: Side, comment: &Comment) -> bool {
        if !self.is_kept_inside(origin, comment) {
            return true;
        }
        self.plan.notes.push(format!(
            "the comment {} of {} stays in {origin}: only some may read it there, and `comments.to_open_project` does \
             not let it go further",
            comment.id, comment.author.name
        ));
        false
    }

    fn is_kept_inside(&self, origin: Side, comment: &Comment) -> bool {
        let as_internal = origin == Side::Salesforce && self.facts.is_request;
        comment.is_restricted && !as_internal && !self.facts.rules.to_open_project
    }

    /// What no copy of a comment has had, none gets: readers are taken away with the original, and never added.
    fn readers(&self, origin: Side, comment: &Comment) -> Audience {
        let had = self.pairs_of(origin, &comment.id).filter(|pair| pair.standing != Standing::Wanted);
        had.fold(comment.audience, |readers, pair| readers.at_most(pair.audience))
    }

    fn create(&mut self, origin: Side, comment: &Comment, revision: u32) {
        let readers = self.readers(origin, comment);
        for (part, copy) in (0..).zip(self.copies_of(origin, comment, revision)) {
            let key = PairKey { origin, comment: comment.id.clone(), revision, part };
            let copy = copy.at_most(readers);
            self.plan.steps.push(Step::Create { key, copy, digest: comment.digest() });
        }
    }

    /// A comment of which a copy was made, wanted or refused.
    fn follow(&mut self, origin: Side, comment: &Comment) -> Next {
        let (revision, digest) = (self.revision(origin, &comment.id), comment.digest());
        let copies = self.copies_of(origin, comment, revision);
        let known = self.pairs_of(origin, &comment.id).filter(|pair| pair.key.revision == revision).count();
        let n_emptied = known.saturating_sub(copies.len());
        let emptied = self.heading(origin, comment, revision).emptied(comment);
        let readers = self.readers(origin, comment);
        let goes_further = self.may_leave(origin, comment);
        for (part, copy) in (0..).zip(copies.iter().chain(std::iter::repeat_n(&emptied, n_emptied))) {
            let key = PairKey { origin, comment: comment.id.clone(), revision, part };
            let pair = self.pairs.get(&key).cloned();
            let create = || {
                let copy = copy.clone().at_most(readers);
                Step::Create { key: key.clone(), copy, digest: digest.clone() }
            };
            match pair.as_ref().map(|pair| (&pair.standing, pair)) {
                Some((Standing::Made { id }, pair)) => {
                    if self.edit(comment, pair, id, copy) {
                        self.create(origin, comment, revision + 1);
                        return Next::On;
                    }
                }
                _ if !goes_further => {}
                None | Some((Standing::Wanted, _)) => self.plan.steps.push(create()),
                Some((Standing::Sent { until_ms }, _)) if *until_ms <= self.facts.now_ms => {
                    self.plan.steps.push(create());
                }
                Some((Standing::Sent { until_ms }, _)) => {
                    let earliest = self.plan.waits_until_ms.map_or(*until_ms, |known| known.min(*until_ms));
                    self.plan.waits_until_ms = Some(earliest);
                    return Next::Stop;
                }
                Some((Standing::Refused { .. }, pair)) if pair.digest != digest => {
                    self.plan.steps.push(create());
                }
                Some((Standing::Refused { reason }, _)) => self.plan.notes.push(format!(
                    "{} does not take the comment {} of {}: {reason}",
                    origin.other(),
                    comment.id,
                    comment.author.name
                )),
            }
        }
        Next::On
    }

    /// Lets a copy follow its original; answers whether another has to be made in its place. A copy that is not there any
    /// more was taken away by somebody, and stays away.
    fn edit(&mut self, comment: &Comment, pair: &Pair, id: &str, copy: &Copy) -> bool {
        let digest = comment.digest();
        let there = self.facts.comments.get(pair.key.origin.other()).iter().find(|copy| copy.id == *id);
        let Some(there) = there else { return false };
        let narrows = copy.audience() < pair.audience;
        // What was restricted since it was copied goes no further than what was copied then.
        let says_other = pair.digest != digest && !self.is_kept_inside(pair.key.origin, comment);
        #[cfg(feature = "simulation")]
        let narrows = narrows && !crate::wrong::is(crate::wrong::Wrong::CopyStaysShown);
        let rewrites = says_other && !pair.is_fixed;
        if rewrites || narrows {
            self.plan.steps.push(Step::Edit {
                key: pair.key.clone(),
                id: id.to_owned(),
                copy: copy.clone().at_most(pair.audience),
                before: there.text.plain().to_owned(),
                version: there.version,
                rewrites,
                narrows,
                digest: if rewrites { digest } else { pair.digest.clone() },
            });
        }
        says_other && pair.is_fixed
    }
}

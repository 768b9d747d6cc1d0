//! Copies that are there and that nobody remembers: the answer was lost, or the memory.

use super::{Planner, Step};
use crate::{
    side::Side,
    threads::{Comment, Copy, Pair, PairKey, Standing, digest_of},
};

impl Planner<'_> {
    /// Finds copies on a side of which nothing is known: the answer was lost, or the memory.
    pub(super) fn adopt(&mut self, side: Side) {
        #[cfg(feature = "simulation")]
        if crate::wrong::is(crate::wrong::Wrong::CopyUnprobed) {
            return;
        }
        // What says the very same goes first: another comment of that minute may have the same line above it.
        self.adopt_known_by(side, Self::key_of);
        self.adopt_known_by(side, Self::key_by_line);
    }

    fn adopt_known_by(&mut self, side: Side, key_of: impl Fn(&Self, Side, &Comment) -> Option<PairKey>) {
        let (found, originals) = (*self.facts.comments.get(side), *self.facts.comments.get(side.other()));
        for found in found {
            if self.copies.get(side).contains(&found.id) {
                continue;
            }
            let key = key_of(self, side, found);
            let Some(key) = key.filter(|key| key.origin == side.other() && self.is_open(key)) else { continue };
            let original = originals.iter().find(|original| original.id == key.comment);
            let digest = match (self.pairs.get(&key), original) {
                (Some(sent), _) => sent.digest.clone(),
                (None, Some(original)) => self.digest_if_same(original, &key, found),
                (None, None) => continue,
            };
            let (id, audience) = (found.id.clone(), found.audience);
            let (standing, says) = (Standing::Made { id }, digest_of(&[found.text.plain()]));
            let pair = Pair { key, standing, audience, digest, says, is_fixed: false };
            self.remember(pair.clone());
            self.plan.steps.push(Step::Adopt(pair));
        }
    }

    /// Salesforce has no place for a marker on a comment: what says the very same under our name is the copy.
    fn key_of(&self, side: Side, found: &Comment) -> Option<PairKey> {
        let said = || self.originals_in_jira().find_map(|original| self.said_by(original, found));
        match side {
            Side::Salesforce if found.is_by_us => self.sent_as(found).or_else(said),
            Side::Salesforce => None,
            Side::Jira => found.marker.as_deref().and_then(PairKey::of_marker),
        }
    }

    /// What has the line of an original above it under our name is its copy, whatever else either of them says by now. As
    /// another comment of that minute may have had the same line, it must be one of which there may be a copy.
    fn key_by_line(&self, side: Side, found: &Comment) -> Option<PairKey> {
        let text = found.text.plain();
        let is_its = |original: &&Comment| {
            let may_have = self.goes_by_itself(Side::Jira, original) || self.is_known(Side::Jira, &original.id);
            may_have && self.heading(Side::Jira, original, 0).is_above(original, text)
        };
        let mut originals =
            self.originals_in_jira().filter(|_| side == Side::Salesforce && found.is_by_us).filter(is_its);
        originals.find_map(|original| self.open_parts(original).next().map(|(key, _)| key))
    }

    /// The comments of Jira that are no copies.
    fn originals_in_jira(&self) -> impl Iterator<Item = &Comment> {
        let comments = self.facts.comments.jira.iter();
        comments.filter(|comment| comment.marker.is_none() && !self.copies.jira.contains(&comment.id))
    }

    /// The parts of the copy of a Jira comment that are not known to be there.
    fn open_parts(&self, original: &Comment) -> impl Iterator<Item = (PairKey, Copy)> {
        let revision = self.revision(Side::Jira, &original.id);
        let key = move |part| PairKey { origin: Side::Jira, comment: original.id.clone(), revision, part };
        let copies = (0..).zip(self.copies_of(Side::Jira, original, revision));
        copies.map(move |(part, copy)| (key(part), copy)).filter(|(key, _)| self.is_open(key))
    }

    /// The digest of an original, if a copy says what it says now; otherwise none, and the copy follows.
    fn digest_if_same(&self, original: &Comment, key: &PairKey, found: &Comment) -> String {
        let same = self.part(original, key).is_some_and(|copy| copy.text().plain() == found.text.plain());
        if same { original.digest() } else { String::new() }
    }

    /// The copy that was sent and says what was found, whatever its original says by now.
    fn sent_as(&self, found: &Comment) -> Option<PairKey> {
        let says = digest_of(&[found.text.plain()]);
        let is_it = |pair: &&Pair| {
            pair.key.origin == Side::Jira && matches!(pair.standing, Standing::Sent { .. }) && pair.says == says
        };
        self.pairs.values().find(is_it).map(|pair| pair.key.clone())
    }

    /// Whether no copy is known under a key.
    fn is_open(&self, key: &PairKey) -> bool {
        self.pairs.get(key).is_none_or(|pair| pair.copy().is_none())
    }

    /// The part of the copy of a Jira comment that says what was found in Salesforce, unless that part is there already.
    fn said_by(&self, original: &Comment, found: &Comment) -> Option<PairKey> {
        let mut open = self.open_parts(original);
        open.find_map(|(key, copy)| (copy.text().plain() == found.text.plain()).then_some(key))
    }

    fn part(&self, original: &Comment, key: &PairKey) -> Option<Copy> {
        self.copies_of(key.origin, original, key.revision).into_iter().nth(key.part as usize)
    }
}

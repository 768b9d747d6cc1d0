//! The end of a round: everything it achieved, in one transaction, fenced by the lease's epoch.
//!
//! `round/links.rs` writes the links and their bases; all other tables are written by their own files.

pub(crate) mod links;

use std::collections::BTreeMap;

use entente_core::{
    Base, MappingKey, Side, Sides,
    link::{Blocked, Origin},
};

use crate::{
    Fence, FolderUpdate, Heard, Hint, HintKey, LinkId, LinkState, NewConflict, NewEntry, NewNote, Parked, ParkedKey,
    Store, StoreError, ThreadUpdate, conflict, folder, hint,
    intent::{self, Ended},
    link_note, note, parked, sent,
    sql::{Tx, retried},
    thread,
};

/// A pair that was created or matched in the round. Its org is the fence's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// The item.
    pub item: String,
    /// The Salesforce record id.
    pub salesforce_id: String,
    /// The Jira connection.
    pub site: String,
    /// The Jira issue id.
    pub jira_id: String,
    /// The Jira issue key.
    pub jira_key: String,
    /// Who made it.
    pub origin: Origin,
    /// The side whose record other links of the item may share with it.
    pub shares: Option<Side>,
    /// What was agreed.
    pub base: Base,
    /// When the reads that the base rests on began, by each peer's own clock.
    pub read_ms: Sides<i64>,
    /// The records' own versions at that read.
    pub versions: Sides<Option<String>>,
    /// Writes that a vendor refused.
    pub blocked: BTreeMap<MappingKey, Blocked>,
    /// Open conflicts.
    pub conflicts: Vec<NewConflict>,
    /// What to tell people.
    pub notes: Vec<NewNote>,
    /// What to journal under the new link's id.
    pub journal: Vec<NewEntry>,
}

/// What a round found out about a link. Whatever is not optional replaces what was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkUpdate {
    /// Which link.
    pub id: LinkId,
    /// What is agreed now; `None` leaves it.
    pub base: Option<Base>,
    /// When the reads began, by each peer's own clock.
    pub read_ms: Sides<i64>,
    /// The records' own versions at that read.
    pub versions: Sides<Option<String>>,
    /// What may happen to it from now on; `None` leaves it.
    pub state: Option<LinkState>,
    /// The key, when it has moved; `None` leaves it.
    pub jira_key: Option<String>,
    /// The item and the Salesforce record with which it goes on; `None` leaves both.
    pub follows: Option<(String, String)>,
    /// Since when a side has not been found.
    pub missing_since: Sides<Option<i64>>,
    /// Writes that a vendor refused.
    pub blocked: BTreeMap<MappingKey, Blocked>,
    /// Whether some were refused already when it was read: if a person has lifted that since, `blocked` is out of date.
    pub was_blocked: bool,
    /// Open conflicts. One that was open already keeps its time.
    pub conflicts: Vec<NewConflict>,
    /// Where every field could be judged: the decisions that were known, by when each was made. They are over, unless
    /// their conflict is open with the very values that were decided on, and so are all other conflicts, unless somebody
    /// has decided them since. `None` leaves them: a side or a fact was missing.
    pub judged: Option<BTreeMap<MappingKey, i64>>,
    /// All notes.
    pub notes: Vec<NewNote>,
}

/// A hint put off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// Which hint.
    pub key: HintKey,
    /// The offers it stood for; if more have come, it is not put off.
    pub seq: i64,
    /// When to try again.
    pub due_ms: i64,
}

/// Everything that one round achieved.
#[derive(Clone, Debug, Default)]
pub struct RoundCommit {
    /// Pairs made.
    pub links_new: Vec<NewLink>,
    /// Pairs looked at.
    pub links: Vec<LinkUpdate>,
    /// Creates that surely happened: operation id, id of what was created.
    pub intents_done: Vec<(String, String)>,
    /// Creates that surely did not happen and are given up: operation id, reason.
    pub intents_failed: Vec<(String, String)>,
    /// Candidates refused. Their `since_ms` is not read.
    pub parked: Vec<Parked>,
    /// Candidates that are parked no more.
    pub unparked: Vec<ParkedKey>,
    /// Hints handled: gone, unless more offers have come than `seq`.
    pub hints_done: Vec<(HintKey, i64)>,
    /// Hints put off.
    pub hints_again: Vec<Again>,
    /// Hints that the round itself causes.
    pub offers: Vec<Hint>,
    /// What is known of the updates that were announced.
    pub heard: Heard,
    /// What is known of the comments of links.
    pub threads: Vec<ThreadUpdate>,
    /// What is known of the files of links.
    pub folders: Vec<FolderUpdate>,
    /// What is known of notes about links: until when one may appear, none once it is there.
    pub link_notes: Vec<(LinkId, Option<i64>)>,
    /// What to journal. Entries of new links go with the link.
    pub journal: Vec<NewEntry>,
}

/// What a commit made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Ids of the new links, in the order of [`RoundCommit::links_new`].
    pub links_new: Vec<LinkId>,
    /// How many of [`RoundCommit::hints_done`] are gone; the others were offered again meanwhile.
    pub hints_done: u64,
}

impl Store {
    /// Commits a round: all of it, or, on any error, nothing.
    pub async fn commit(&self, fence: &Fence, round: &RoundCommit, now_ms: i64) -> Result<Committed, StoreError> {
        retried(|| self.commit_once(fence, round, now_ms)).await
    }

    async fn commit_once(&self, fence: &Fence, round: &RoundCommit, now_ms: i64) -> Result<Committed, StoreError> {
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        let links_new = links::insert(&mut tx, &fence.org, &round.links_new, now_ms).await?;
        links::update(&mut tx, &fence.org, &round.links, now_ms).await?;
        conflict::replace(&mut tx, &conflicts(round, &links_new), now_ms).await?;
        let mut unexpected = note::replace(&mut tx, &notes(round, &links_new)).await?;
        unexpected.iter_mut().for_each(|entry| entry.round = Some(round.heard.round.clone()));
        intent::end(&mut tx, &ended(&fence.org, round), now_ms).await?;
        parked::park(&mut tx, &fence.org, &round.parked, now_ms).await?;
        parked::unpark(&mut tx, &round.unparked).await?;
        sent::hear(&mut tx, &fence.org, &round.heard).await?;
        thread::update(&mut tx, &round.threads).await?;
        folder::update(&mut tx, &round.folders).await?;
        link_note::update(&mut tx, &round.link_notes).await?;
        let hints_done = end_hints(&mut tx, round, now_ms).await?;
        let unexpected = unexpected.iter().map(|entry| (entry.link_id, entry));
        self.append_journal(&mut tx, entries(round, &links_new).chain(unexpected), now_ms).await?;
        tx.commit().await?;
        Ok(Committed { links_new, hints_done })
    }
}

/// What the round offers comes last: it may concern the very hints that end here.
async fn end_hints(tx: &mut Tx, round: &RoundCommit, now_ms: i64) -> Result<u64, StoreError> {
    let n = hint::done(tx, &round.hints_done).await?;
    hint::put_off(tx, &round.hints_again).await?;
    hint::offer(tx, &round.offers, now_ms).await?;
    Ok(n)
}

fn conflicts<'a>(round: &'a RoundCommit, links_new: &[LinkId]) -> Vec<conflict::Found<'a>> {
    let found = |link_id, open, judged| conflict::Found { link_id, open, judged };
    let new = links_new.iter().zip(&round.links_new).map(|(id, link)| found(*id, link.conflicts.as_slice(), None));
    new.chain(round.links.iter().map(|link| found(link.id, &link.conflicts, link.judged.as_ref()))).collect()
}

fn notes<'a>(round: &'a RoundCommit, links_new: &[LinkId]) -> Vec<(LinkId, &'a [NewNote])> {
    let new = links_new.iter().zip(&round.links_new).map(|(id, link)| (*id, link.notes.as_slice()));
    new.chain(round.links.iter().map(|link| (link.id, link.notes.as_slice()))).collect()
}

fn entries<'a>(
    round: &'a RoundCommit,
    links_new: &'a [LinkId],
) -> impl Iterator<Item = (Option<LinkId>, &'a NewEntry)> {
    let new = links_new.iter().zip(&round.links_new);
    let of_new = new.flat_map(|(id, link)| link.journal.iter().map(|entry| (Some(*id), entry)));
    of_new.chain(round.journal.iter().map(|entry| (entry.link_id, entry)))
}

fn ended<'a>(org: &'a str, round: &'a RoundCommit) -> Vec<Ended<'a>> {
    let done = round.intents_done.iter().map(|(op_id, target_id)| Ended {
        op_id,
        org,
        state: "done",
        target_id: Some(target_id),
        reason: None,
    });
    let failed = round.intents_failed.iter().map(|(op_id, reason)| Ended {
        op_id,
        org,
        state: "failed",
        target_id: None,
        reason: Some(reason),
    });
    done.chain(failed).collect()
}

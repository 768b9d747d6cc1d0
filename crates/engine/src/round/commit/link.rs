//! What is stored of a link at the end of its round: a new one whole, one that is there with what has changed.

use entente_core::{Base, Side, Sides, State, link::Origin};
use entente_store::{
    FolderUpdate, LinkId, LinkState, LinkUpdate, NewConflict, NewEntry, NewLink, NewNote, ThreadUpdate,
};

use super::stamped;
use crate::{
    folders::{self, Folder},
    round::{Scene, digests::Digests, meet, succession},
    unit::{End, LinkNote, Work},
};

pub(super) fn new(scene: &Scene<'_>, work: &Work, mut journal: Vec<NewEntry>) -> NewLink {
    if work.intent.is_none() && work.creation(Side::Jira).is_none() && work.creation(Side::Salesforce).is_none() {
        journal.insert(0, stamped(scene, work, meet::matched(scene, work)));
    }
    NewLink {
        item: scene.wired.item.name.clone(),
        salesforce_id: work.id(Side::Salesforce).to_owned(),
        site: scene.wired.site.name.clone(),
        jira_id: work.id(Side::Jira).to_owned(),
        jira_key: work.facts.jira_key.clone().unwrap_or_default(),
        shares: scene.wired.item.cardinality.one(),
        origin: work.unit.before(&scene.wired.item.name).map_or(Origin::Auto, |before| before.origin),
        base: stored(scene, work),
        read_ms: read_ms(work),
        versions: versions(work),
        blocked: work.blocked_next.clone(),
        conflicts: conflicts(work),
        notes: notes(work),
        journal,
    }
}

pub(super) fn update(scene: &Scene<'_>, work: &Work, id: i64) -> LinkUpdate {
    let missed_before = work.unit.link.as_ref().map_or(Sides::new(None, None), |link| link.missing_since);
    let since = |side: Side| match &work.seen.get(side).state {
        State::Gone { since, .. } => Some(since.as_millisecond()),
        State::Unreadable(_) => *missed_before.get(side),
        State::None | State::Present(_) => None,
    };
    if let Some((item, salesforce_id)) = &work.follows {
        return succession::followed(scene, work, id, item, salesforce_id);
    }
    // A side that was not read keeps nothing that would let a hint pass for an echo.
    LinkUpdate {
        id,
        base: (work.is_base_stale || work.base_next.has_news() || work.base.as_ref() != Some(&work.base_next))
            .then(|| stored(scene, work)),
        read_ms: read_ms(work),
        versions: versions(work),
        state: Some(state(work)),
        jira_key: work.seen.jira.key.clone(),
        follows: None,
        missing_since: left(scene, work).unwrap_or_else(|| Sides::new(since(Side::Salesforce), since(Side::Jira))),
        blocked: work.blocked_next.clone(),
        was_blocked: was_blocked(work),
        conflicts: conflicts(work),
        judged: is_judged(work).then(|| work.decided_ms.clone()),
        notes: notes(work),
    }
}

/// What was agreed, in the form that the item asks for.
fn stored(scene: &Scene<'_>, work: &Work) -> Base {
    Digests { item: &scene.wired.item, link: work.id(Side::Jira) }.stored(&work.base_next.stamped(&scene.wired.item))
}

/// Versions that may mark a hint as our own echo: only of a pair that was read in full and is at rest.
fn versions(work: &Work) -> Sides<Option<String>> {
    match work.at_rest && work.end == End::Done {
        true => Sides::new(work.seen.salesforce.version.clone(), work.seen.jira.version.clone()),
        false => Sides::new(None, None),
    }
}

/// When the reads began that the last rest of a link rests on: what we have done since may still be unheard.
fn read_ms(work: &Work) -> Sides<i64> {
    match (&work.unit.link, work.at_rest && work.end == End::Done) {
        (Some(link), false) => link.read_ms,
        _ => Sides::new(work.seen.salesforce.read_ms, work.seen.jira.read_ms),
    }
}

/// A pair that was separated while both ends are there and neither goes on elsewhere: one has left the item, and may come
/// back as what was lost may.
fn left(scene: &Scene<'_>, work: &Work) -> Option<Sides<Option<i64>>> {
    let has_left = work.unlinked.is_some() && work.has_both_ends() && work.facts.succession.is_none();
    let now_ms = Some(scene.worker.outside().now_ms());
    has_left.then(|| match &work.facts.out_of_scope {
        Some(_) => Sides::new(None, now_ms),
        None => Sides::new(now_ms, None),
    })
}

fn was_blocked(work: &Work) -> bool {
    work.unit.link.as_ref().is_some_and(|link| !link.blocked.is_empty())
}

/// Whether the plan could say something about every field: conflicts that it does not name are over.
fn is_judged(work: &Work) -> bool {
    let present = |side: &Side| work.seen.get(*side).record().is_some();
    work.unlinked.is_some() || (Side::BOTH.iter().all(present) && work.plan.needs.is_empty())
}

fn state(work: &Work) -> LinkState {
    if let Some(reason) = &work.unlinked {
        return LinkState::Unlinked { reason: reason.clone() };
    }
    LinkState::of(&work.blocked_next)
}

fn conflicts(work: &Work) -> Vec<NewConflict> {
    let conflicts = work.plan.conflicts.iter();
    let open = conflicts.map(|conflict| NewConflict { mapping: conflict.key.clone(), values: conflict.now.clone() });
    // A decision lasts until it is carried out, and its conflict with it.
    let undone = work.undone.iter().filter_map(|key| {
        let values = work.facts.decisions.get(key)?.seen.clone();
        Some(NewConflict { mapping: key.clone(), values })
    });
    open.chain(undone).collect()
}

fn notes(work: &Work) -> Vec<NewNote> {
    let of_files = work.folder.iter().flat_map(Folder::notes);
    let notes = work.plan.notes.iter().chain(&work.notes).cloned().chain(of_files);
    notes.map(|note| NewNote { code: note.code.as_str().to_owned(), mapping: note.key, text: note.text }).collect()
}

/// What is known of its comments now.
pub(super) fn thread(scene: &Scene<'_>, work: &Work, link_id: LinkId) -> Option<ThreadUpdate> {
    let thread = work.thread.as_ref()?;
    // What this run may not copy is found again by the next.
    let is_whole = scene.worker.only.is_none();
    let is_known = is_whole && thread.rests() && !thread.is_young && thread.plan.notes.is_empty();
    let rests = is_known.then(|| thread.looks.clone());
    Some(ThreadUpdate { link_id, rests, pairs: thread.known.clone() })
}

/// What is known of the note about it now.
pub(super) fn link_note(work: &Work, link_id: LinkId) -> Option<(LinkId, Option<i64>)> {
    match work.link_note? {
        LinkNote::Due => None,
        LinkNote::Sent { until_ms } => Some((link_id, Some(until_ms))),
        LinkNote::There => Some((link_id, None)),
    }
}

/// What is known of its files now.
pub(super) fn folder(scene: &Scene<'_>, work: &Work, link_id: LinkId) -> Option<FolderUpdate> {
    let folder = work.folder.as_ref().filter(|folder| folder.has_changed)?;
    // What this run may not copy is found again by the next.
    let rests = folder.rests() && folders::limit(scene.worker).is_none();
    let rests = rests.then(|| folder.looks.clone());
    let forgotten = folder.forgotten().cloned().collect();
    Some(FolderUpdate { link_id, rests, copies: folder.known.clone(), forgotten })
}

//! What is true after the writes: every pair is planned once more, purely, with what both sides show now.
//!
//! Only a pair with nothing left to do is at rest. Whatever came between our read and our write, by a person, a default
//! or a post function, shows here as something to do, and the hint comes again.

use entente_core::{Known, Side, Sides, State, plan, plan::NoteCode};

use super::Scene;
use crate::{
    limits::GONE_AFTER_MS,
    unit::{End, Work},
};

pub(super) fn run(scene: &Scene<'_>, works: &mut [Work]) {
    for work in works.iter_mut().filter(|work| work.is_open()) {
        match (&work.seen.salesforce.state, &work.seen.jira.state) {
            (State::Present(_), State::Present(_)) => again_unless_at_rest(scene, work),
            _ => again_when_certain(scene, work),
        }
        again_for_copies(work);
    }
}

fn again_unless_at_rest(scene: &Scene<'_>, work: &mut Work) {
    work.facts.blocked = work.standing(&scene.scheme.circumstances, &scene.wired.offered());
    // What this round could ask Jira is asked.
    work.facts.is_unsettled &= !work.plan.needs.is_empty();
    let now = Sides::new(&work.seen.salesforce.state, &work.seen.jira.state);
    // Who edited last is still true of a side that nobody has touched since.
    let asked = work.asked.take().filter(|(versions, _)| *versions == work.versions());
    let known = asked.map(|(_, known)| known).unwrap_or_default();
    let known = Known { workflow: scene.wired.workflow(), offered: scene.wired.offered(), ..known };
    let mut last = plan(&scene.scheme.item, &work.facts, Some(&work.base_next), now, &known);
    work.undone = work.undone_by(&last);
    for (key, values) in last.base.drain(..) {
        work.base_next.set(key, values);
    }
    // A refusal that no longer stands in the way of anything is forgotten.
    let blocked =
        |key: &_| last.notes.iter().any(|note| note.code == NoteCode::Blocked && note.key.as_ref() == Some(key));
    work.blocked_next.retain(|key, _| blocked(key));
    let wanted = last.writes.iter().filter(|write| scene.worker.carries_out(write)).count();
    let open = last.needs.len() + wanted;
    // What this run may not carry out is not at rest: its hint must not pass for an echo.
    let at_rest = last.needs.is_empty() && last.writes.is_empty();
    #[cfg(feature = "simulation")]
    let (open, at_rest) =
        if entente_core::wrong::is(entente_core::wrong::Wrong::RestUnproven) { (0, true) } else { (open, at_rest) };
    work.at_rest = at_rest;
    work.plan.conflicts = last.conflicts;
    work.plan.notes = last.notes;
    // What could not be learned a moment ago is not asked for at once.
    let due_ms = match work.plan.needs.is_empty() {
        true => scene.worker.soon(&work.unit),
        false => scene.worker.later(&work.unit),
    };
    work.plan.needs = last.needs;
    if open > 0 {
        work.again(due_ms, "a side changed while it was written");
    }
}

/// A pair whose comments or files are not at rest is not at rest.
fn again_for_copies(work: &mut Work) {
    let thread = work.thread.as_ref().map(|thread| (thread.rests(), thread.again.clone()));
    let folder = work.folder.as_ref().map(|folder| (folder.rests(), folder.again.clone()));
    for (rests, again) in [thread, folder].into_iter().flatten() {
        work.at_rest &= rests;
        if let Some((due_ms, reason)) = again {
            work.again(due_ms, reason);
        }
    }
}

/// A deletion that is not certain yet is looked at again when it can be, and so is a link of which a side could not be read.
fn again_when_certain(scene: &Scene<'_>, work: &mut Work) {
    let since = [&work.seen.salesforce.state, &work.seen.jira.state].into_iter().find_map(|state| match state {
        State::Gone { since, confirmed: false } => Some(since.as_millisecond()),
        _ => None,
    });
    if let Some(since_ms) = since {
        work.end = End::Again {
            due_ms: since_ms + GONE_AFTER_MS,
            reason: "whether it was deleted is not certain yet".to_owned(),
        };
    }
    let unread = Side::BOTH.into_iter().find_map(|side| match &work.seen.get(side).state {
        State::Unreadable(why) => Some(format!("the {side} record could not be read: {why}")),
        State::None | State::Present(_) | State::Gone { .. } => None,
    });
    if let Some(reason) = unread.filter(|_| work.unit.link.is_some()) {
        work.again(scene.worker.later(&work.unit), reason);
    }
}

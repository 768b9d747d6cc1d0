//! Twins for records that have none. Every creation is announced durably before it is sent, carries its own marker, and
//! is looked for by that marker before it is ever sent again: an answer that was lost never becomes a second twin.
//!
//! Here is what both sides have in common: the announcement, and what becomes of a unit that has its twin.
//!
//! ```text
//! announced --sent--> created            the marker names the operation
//!                \--> nobody knows       probe; not found and settled -> sent again, same operation
//! ```

mod jira;
mod refused;
mod salesforce;

use std::collections::HashMap;

use entente_core::{Side, Sides, State, Value, plan::NoteCode};
use entente_store::{Intent, NewEntry, NewIntent};

pub(crate) use self::{
    jira::{Outcome, outcomes},
    refused::values_left_out,
};
use super::{payload::Payload, receipt::correlated};
use crate::{
    round::Scene,
    unit::{Seen, Work},
};

/// Makes the twins that the plans of a round ask for.
pub(super) async fn run(scene: &Scene<'_>, works: &mut [Work]) {
    jira::create(scene, works).await;
    salesforce::create(scene, works).await;
}

fn wanting(works: &[Work], side: Side) -> Vec<usize> {
    (0..works.len()).filter(|n| works[*n].is_open() && works[*n].creates(side)).collect()
}

fn put_off(scene: &Scene<'_>, works: &mut [Work], which: &[usize], reason: &str) {
    for n in which {
        let due_ms = scene.worker.later(&works[*n].unit);
        works[*n].again(due_ms, reason);
    }
}

async fn announce(
    scene: &Scene<'_>,
    works: &mut [Work],
    wanting: &[usize],
    side: Side,
    probe_floor: Option<i64>,
) -> Option<Vec<(usize, Intent)>> {
    let new = |n: &usize| NewIntent {
        op_id: scene.worker.chance_id(),
        item: scene.wired.item.name.clone(),
        side,
        source_id: works[*n].id(side.other()).to_owned(),
        probe_floor,
        payload: Payload::of(&scene.scheme.item, &works[*n], side).to_text(),
    };
    let new: Vec<NewIntent> = wanting.iter().map(new).collect();
    let now_ms = scene.worker.outside().now_ms();
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::NoIntent) {
        let (org, state) = (&scene.wired.org.name, entente_store::IntentState::Planned);
        let unannounced = |new| Intent { new, org: org.clone(), state, settle_until_ms: None };
        return Some(wanting.iter().copied().zip(new.into_iter().map(unannounced)).collect());
    }
    let planned = async { scene.worker.store().plan_intents(&scene.worker.fence()?, &new, now_ms).await };
    match planned.await {
        Ok(intents) => Some(by_unit(scene, works, wanting, side, intents)),
        Err(error) => {
            put_off(scene, works, wanting, &error.to_string());
            None
        }
    }
}

/// Each unit with its announcement. One whose record another round or a person has linked meanwhile has none.
fn by_unit(
    scene: &Scene<'_>,
    works: &mut [Work],
    wanting: &[usize],
    side: Side,
    intents: Vec<Intent>,
) -> Vec<(usize, Intent)> {
    let mut by_source: HashMap<String, Intent> =
        intents.into_iter().map(|intent| (intent.new.source_id.clone(), intent)).collect();
    let announced = |n: &usize| match by_source.remove(works[*n].id(side.other())) {
        Some(intent) => Some((*n, intent)),
        None => {
            let due_ms = scene.worker.soon(&works[*n].unit);
            works[*n].again(due_ms, "it was linked a moment ago");
            None
        }
    };
    wanting.iter().filter_map(announced).collect()
}

/// Until when a creation that is sent now may take effect: in Jira by Jira's clock.
fn settle_until_ms(scene: &Scene<'_>, side: Side) -> i64 {
    let now_ms = scene.worker.outside().now_ms();
    let began_ms = match side {
        Side::Salesforce => now_ms,
        Side::Jira => scene.wired.site.to_their_ms_at_most(now_ms),
    };
    let settle_ms = scene.wired.settle_ms(side);
    #[cfg(feature = "simulation")]
    let settle_ms = if entente_core::wrong::is(entente_core::wrong::Wrong::NoSettle) { 0 } else { settle_ms };
    began_ms + settle_ms
}

/// `false` when it could not be marked; nothing may be sent then.
async fn mark_sent(scene: &Scene<'_>, works: &mut [Work], intents: &[(usize, Intent)], side: Side) -> bool {
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::NoIntent) {
        return true;
    }
    let until_ms = settle_until_ms(scene, side);
    let ops: Vec<String> = intents.iter().map(|(_, intent)| intent.new.op_id.clone()).collect();
    let now_ms = scene.worker.outside().now_ms();
    let marked = async { scene.worker.store().mark_sent(&scene.worker.fence()?, &ops, now_ms, until_ms).await };
    let Err(error) = marked.await else { return true };
    let which: Vec<usize> = intents.iter().map(|(n, _)| *n).collect();
    put_off(scene, works, &which, &error.to_string());
    false
}

/// The unit has its twin. The base is what was sent; what either side shows beyond that is an edit, and goes its way.
async fn adopt(scene: &Scene<'_>, work: &mut Work, side: Side, intent: &Intent, id: String, after: Option<Seen>) {
    work.intent = Some((intent.new.op_id.clone(), Ok(id.clone())));
    *work.unit.ids.get_mut(side) = Some(id);
    if side == Side::Salesforce {
        work.facts.salesforce_id = work.unit.ids.salesforce.clone();
    }
    let ourselves = scene.wired.org.user_id().await;
    let payload = Payload::parse(&intent.new.payload);
    work.base_next = payload.base(&scene.wired.item, side, after.as_ref(), ourselves.as_deref());
    // What was left out has still to get there.
    let without_counterpart = work.plan.notes.iter().filter(|note| note.code == NoteCode::Unmapped);
    let left_out = without_counterpart.filter_map(|note| note.key.as_ref()).chain(work.blocked_next.keys());
    for key in left_out.filter(|key| scene.wired.item.mapping(key).is_some()) {
        let given = work.base_next.get(key).map(|values| values.get(side).clone()).unwrap_or_default();
        work.base_next.set(key.clone(), Sides::from_view(side, given, Value::Empty));
    }
    scene.worker.count_created(side);
    let (from, to) = (work.name(side.other()).to_owned(), work.label(side).to_owned());
    let text = format!("{from} -> {to} created");
    tracing::info!(item = scene.wired.item.name, op = intent.new.op_id, "{text}");
    work.told.push(text);
    work.journal.push(NewEntry {
        kind: "create".to_owned(),
        side: Some(side),
        record_id: Some(work.id(side).to_owned()),
        text: format!("Created {side} {to} for {from}"),
        ..NewEntry::default()
    });
    match after {
        Some(seen) => *work.seen.get_mut(side) = seen,
        None => {
            *work.seen.get_mut(side) =
                Seen::absent(State::Unreadable("it was created but not read back yet".to_owned()));
            work.again(scene.worker.outside().now_ms(), "it was created but not read back yet");
        }
    }
    correlated(work, side);
}

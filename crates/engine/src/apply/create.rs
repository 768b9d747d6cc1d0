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
use entente_transport::CallError;

use self::refused::refused;
pub(crate) use self::{jira::outcomes, refused::values_left_out};
use super::{payload::Payload, receipt::correlated};
use crate::{
    limits::BACKOFF_FIRST_MS,
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

/// What became of a creation whose answer nobody heard.
pub(crate) enum Outcome<T> {
    /// It is there.
    Made(T),
    /// It may still appear, for so long.
    Open { rest_ms: i64 },
    /// It will never be there.
    Never,
}

impl<T> Outcome<T> {
    /// By what a question found that began then, by the clock of the side.
    fn of(found: Option<T>, intent: &Intent, began_ms: i64) -> Self {
        match (found, intent.settle_until_ms.map_or(0, |until_ms| until_ms - began_ms)) {
            (Some(made), _) => Self::Made(made),
            // Whatever was settled before the question began and is not in its answer will never be there.
            (None, ..=0) => Self::Never,
            (None, rest_ms) => Self::Open { rest_ms },
        }
    }
}

/// Creations, each with what it made.
type Made<T> = Vec<(usize, Intent, T)>;

/// What was made, and what is sent again; what may still appear waits until a late request can no longer take effect.
fn sort<T>(
    scene: &Scene<'_>,
    works: &mut [Work],
    unknown: Vec<(usize, Intent)>,
    outcomes: Result<Vec<Outcome<T>>, CallError>,
    now_ms: i64,
) -> (Made<T>, Vec<(usize, Intent)>) {
    let (mut made, mut to_send) = (Vec::new(), Vec::new());
    match outcomes {
        Err(error) => {
            let which: Vec<usize> = unknown.iter().map(|(n, _)| *n).collect();
            put_off(scene, works, &which, &error.to_string());
        }
        Ok(outcomes) => {
            for ((n, intent), outcome) in unknown.into_iter().zip(outcomes) {
                match outcome {
                    Outcome::Made(what) => made.push((n, intent, what)),
                    Outcome::Never => to_send.push((n, intent)),
                    Outcome::Open { rest_ms } => works[n].again(
                        now_ms + rest_ms.min(BACKOFF_FIRST_MS),
                        "it may still be on its way; waiting until that is settled",
                    ),
                }
            }
        }
    }
    (made, to_send)
}

/// What was made of what was sent; the rest is taken for what its refusal says.
async fn made<T>(
    scene: &Scene<'_>,
    works: &mut [Work],
    side: Side,
    sent: impl Iterator<Item = ((usize, Intent), Result<T, CallError>)>,
) -> Made<T> {
    let (mut made, mut unclear) = (Vec::new(), Vec::new());
    for ((n, intent), outcome) in sent {
        match outcome {
            Ok(what) => made.push((n, intent, what)),
            Err(error) => {
                refused(scene, &mut works[n], side, &intent, &error);
                if error.may_have_happened() {
                    unclear.push((n, intent));
                }
            }
        }
    }
    if !unclear.is_empty() {
        // What a lost request may still do, it may do from now on, not from when it was sent.
        mark_sent(scene, works, &unclear, side).await;
    }
    made
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

//! What a write achieved, and what becomes of the base, the refusals and the hint because of it.

use entente_core::{
    Field, FieldPath, MappingKey, Side, Sides, State, Value,
    link::Blocked,
    plan::{CORRELATION, FieldWrite, Why, correlation_refusal, explain},
};
use entente_store::NewEntry;
use entente_transport::{CallError, CallProblem};

use super::written;
use crate::{
    round::Scene,
    unit::{Seen, Work},
};

/// What became of the update of one record.
pub(super) struct Receipt {
    /// Which unit.
    pub(super) work: usize,
    /// Which side was written.
    pub(super) side: Side,
    /// What the record shows after it, if it was read back; or why it was not written.
    pub(super) outcome: Result<Option<Seen>, CallError>,
    /// Values that people wrote between our read and our write: overwritten, so they go to the journal.
    pub(super) lost: Vec<(MappingKey, Value)>,
    /// Somebody else has changed the record since: what it shows is not what we achieved.
    pub(super) moved: bool,
}

/// Takes a receipt into account.
pub(super) fn settle(scene: &Scene<'_>, works: &mut [Work], receipt: Receipt) {
    let work = &mut works[receipt.work];
    work.unheard |= receipt.outcome.as_ref().is_err_and(CallError::may_have_happened);
    match receipt.outcome {
        Ok(seen) => achieved(scene, work, receipt.side, seen, receipt.lost, receipt.moved),
        #[cfg(feature = "simulation")]
        Err(_) if entente_core::wrong::is(entente_core::wrong::Wrong::BaseBeforeConfirm) => {
            achieved(scene, work, receipt.side, None, Vec::new(), false);
        }
        Err(error) => failed(scene, work, receipt.side, &error),
    }
}

fn achieved(
    scene: &Scene<'_>,
    work: &mut Work,
    side: Side,
    seen: Option<Seen>,
    lost: Vec<(MappingKey, Value)>,
    moved: bool,
) {
    let writes = work.updates(side).to_vec();
    for write in &writes {
        // Where a person was faster than our read-back, what we wrote stood before that edit: it is what was agreed.
        let read_back = seen.as_ref().filter(|_| !moved).and_then(|seen| seen.record()?.value(write.path.as_str()));
        let shown = read_back.unwrap_or(&write.to).clone();
        let record = seen.as_ref().filter(|_| !moved).or(Some(work.seen.get(side))).and_then(Seen::record);
        let collected = scene.wired.item.with_own(&write.key, side, record, shown.clone());
        agree(scene, work, side, write, &shown, collected);
        tell(scene, work, side, write);
    }
    for (key, value) in lost {
        let entry = lost_entry(work, side, &key, &value);
        work.journal.push(entry);
    }
    if let Some(path) = work.correlation(side) {
        let text =
            format!("{side} {path} := \"{}\", the other one's name", counterpart(work, side).unwrap_or_default());
        let record_id = Some(work.id(side).to_owned());
        let named = NewEntry { kind: "write".to_owned(), side: Some(side), record_id, text, ..NewEntry::default() };
        work.journal.push(named);
        correlated(work, side);
    }
    match seen {
        Some(seen) if moved => *work.seen.get_mut(side) = seen,
        Some(seen) => work.shows_ours(side, seen),
        None => believe(work, side),
    }
}

/// The journal's entry for a value that we overwrote without having seen it before.
pub(super) fn lost_entry(work: &Work, side: Side, key: &MappingKey, value: &Value) -> NewEntry {
    let text = format!("An edit of {key} in {side} was overwritten in the moment it was made: \"{value}\"");
    NewEntry { kind: "lost".to_owned(), ..written(work, side, key, value, &Value::Empty, text) }
}

/// A write that was accepted and not read back: the record is taken to show it. Its version stays that of the read, so
/// that nothing later passes for an echo.
fn believe(work: &mut Work, side: Side) {
    let correlation = work.correlation(side).cloned().zip(counterpart(work, side).map(Value::text));
    let written = work.updates(side).iter().map(|write| (write.path.clone(), write.to.clone()));
    let values: Vec<_> = written.chain(correlation).collect();
    if let State::Present(record) = &mut work.seen.get_mut(side).state {
        values.into_iter().for_each(|(path, value)| record.set(path, Field::Known(value)));
    }
}

/// The pair that both sides show from now on: `shown` in the field itself, and `collected` with the further fields that
/// its line reads.
pub(super) fn agree(
    scene: &Scene<'_>,
    work: &mut Work,
    side: Side,
    write: &FieldWrite,
    shown: &Value,
    collected: Value,
) {
    // A joined value is an edit that the other side still has to get, so this side keeps what it showed before.
    let agreed = if write.why == Why::Joined { write.from.clone() } else { collected };
    work.base_next.set(write.key.clone(), Sides::from_view(side, agreed, write.source.clone()));
    work.blocked_next.remove(&write.key);
    if write.why == Why::Decided && *shown == write.from {
        // The vendor took the value and did nothing with it; asking again would change nothing.
        work.facts.decisions.remove(&write.key);
    }
    let why = explain::why(write, side);
    let overwrote = if write.overwrites { " (an edit was overwritten)" } else { "" };
    let spoken = scene.scheme.item.spoken(&write.key, shown);
    let text = format!("{side} {} := \"{spoken}\", because {why}{overwrote}", write.path);
    work.journal.push(written(work, side, &write.key, &write.from, shown, text));
}

/// One line for people who watch.
pub(super) fn tell(scene: &Scene<'_>, work: &mut Work, side: Side, write: &FieldWrite) {
    let source = scene.wired.item.path(&write.key, side.other());
    let source = source.as_ref().map_or(write.key.as_str(), FieldPath::as_str);
    let (from, to) = (work.name(side.other()), work.name(side));
    let text = format!("{from} {source} -> {to} {}", write.path);
    tracing::info!(item = scene.wired.item.name, "{text}");
    work.told.push(text);
}

/// The name by which the other side goes on this one.
fn counterpart(work: &Work, side: Side) -> Option<&str> {
    match side {
        Side::Salesforce => work.facts.jira_key.as_deref(),
        Side::Jira => work.facts.salesforce_id.as_deref(),
    }
}

/// One side names the other now. What the other one names was not written with it: it may have been refused.
pub(super) fn correlated(work: &mut Work, side: Side) {
    let named = MappingKey::named(CORRELATION);
    let mut values = work.base_next.get(&named).cloned().unwrap_or_default();
    if let Some(name) = counterpart(work, side) {
        *values.get_mut(side) = Value::text(name);
        work.base_next.set(named, values);
    }
}

/// What to do about a failure is said by its kind.
fn failed(scene: &Scene<'_>, work: &mut Work, side: Side, error: &CallError) {
    match error {
        CallError::NotApplied { .. } | CallError::Throttled { .. } | CallError::Auth { .. } => {
            note_health(scene, side, error);
            work.again(scene.worker.later_after(&work.unit, error.after()), error.to_string());
        }
        // It may have been applied: look again, decide again.
        CallError::Ambiguous { .. } => work.again(scene.worker.probe_at(&work.unit), error.to_string()),
        // It moved, or is gone: the next look at it will tell.
        CallError::Stale { .. } | CallError::Gone { .. } => {
            work.again(scene.worker.soon(&work.unit), error.to_string())
        }
        CallError::Denied { reason } => block(work, side, &[CallProblem::new(reason.clone())], true, scene),
        CallError::Invalid { problems } => {
            block(work, side, problems, false, scene);
            // The fields that were not named are fine: they go again, without the refused ones.
            if has_more(work, side) {
                work.again(scene.worker.soon(&work.unit), error.to_string());
            }
        }
        CallError::Broken { reason } => block(work, side, &[CallProblem::new(reason.clone())], false, scene),
    }
}

pub(super) fn note_health(scene: &Scene<'_>, side: Side, error: &CallError) {
    if matches!(error, CallError::Auth { .. }) {
        match side {
            Side::Salesforce => scene.wired.org.health.failed(error),
            Side::Jira => scene.wired.site.health.failed(error),
        }
    }
}

/// Whether a refused write had fields that were not refused.
fn has_more(work: &Work, side: Side) -> bool {
    let correlation = work.correlation(side).map(|_| correlation_refusal(side));
    let keys = work.updates(side).iter().map(|write| write.key.clone()).chain(correlation);
    keys.into_iter().any(|key| !work.blocked_next.contains_key(&key))
}

/// Whether the content was refused, and the vendor does not say because of which of the fields that were sent.
pub(super) fn is_nameless(scene: &Scene<'_>, work: &Work, receipt: &Receipt) -> bool {
    match &receipt.outcome {
        Err(CallError::Invalid { problems }) => !names_any(scene, work, receipt.side, problems),
        _ => false,
    }
}

fn names_any(scene: &Scene<'_>, work: &Work, side: Side, problems: &[CallProblem]) -> bool {
    let mut sent = work.updates(side).iter().map(|write| &write.path).chain(work.correlation(side));
    sent.any(|path| named(scene, side, path, problems).is_some())
}

/// The problem of a field.
fn named<'p>(scene: &Scene<'_>, side: Side, path: &FieldPath, problems: &'p [CallProblem]) -> Option<&'p CallProblem> {
    let wire = wire_name(scene, side, path);
    problems.iter().find(|problem| problem.field.as_deref() == Some(wire.as_str()))
}

/// Remembers what a vendor refused, field by field where it named them; unnamed problems concern the whole write.
fn block(work: &mut Work, side: Side, problems: &[CallProblem], lacks_right: bool, scene: &Scene<'_>) {
    let writes = work.updates(side).to_vec();
    let correlation = work.correlation(side).cloned();
    let any_named = names_any(scene, work, side, problems);
    let named = |path: &FieldPath| named(scene, side, path, problems);
    let refusal = if any_named { Work::refusal } else { Work::refusal_as_a_whole };
    for write in &writes {
        let problem = if any_named { named(&write.path) } else { problems.first() };
        let Some(problem) = problem else { continue };
        let blocked = Blocked {
            lacks_right: lacks_right || is_about_a_right(problem),
            ..refusal(work, side, write.refusal(), &problem.message)
        };
        work.blocked_next.insert(write.key.clone(), blocked);
        let to = scene.scheme.item.spoken(&write.key, &write.to);
        let text = format!("{side} refused \"{to}\" for {}: {}", write.path, problem.message);
        let entry =
            NewEntry { kind: "refused".to_owned(), ..written(work, side, &write.key, &write.from, &write.to, text) };
        work.journal.push(entry);
    }
    if let Some(path) = correlation.filter(|path| !any_named || named(path).is_some()) {
        let message = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
        let key = correlation_refusal(side);
        let text = format!("{side} refused the correlation field {path}: {message}");
        let blocked = Blocked { lacks_right, ..refusal(work, side, Value::Empty, &message) };
        work.blocked_next.insert(key.clone(), blocked);
        work.journal.push(NewEntry {
            kind: "refused".to_owned(),
            ..written(work, side, &key, &Value::Empty, &Value::Empty, text)
        });
    }
}

/// Salesforce answers a write into a field that is read-only for the user as it answers a wrong value.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm>
fn is_about_a_right(problem: &CallProblem) -> bool {
    problem.code.as_deref() == Some("INVALID_FIELD_FOR_INSERT_UPDATE")
}

/// The vendor's own name of a field.
pub(super) fn wire_name(scene: &Scene<'_>, side: Side, path: &entente_core::FieldPath) -> String {
    let name = match side {
        Side::Salesforce => scene.scheme.salesforce.get(path).and_then(|field| field.query_path.clone()),
        Side::Jira => scene.scheme.jira.get(path).and_then(|field| field.id.clone()),
    };
    name.unwrap_or_else(|| path.to_string())
}

//! Creations that did not succeed: which are looked for, which come again, which are made without the value that was
//! refused, and which are parked.

use std::collections::BTreeMap;

use entente_core::{
    MappingKey, Side,
    link::Blocked,
    plan::{CORRELATION, FieldWrite, Write},
};
use entente_store::{Intent, IntentState, NewEntry, ParkedClass};
use entente_transport::{CallError, CallProblem};

use crate::{
    apply::{
        payload::Payload,
        receipt::{note_health, wire_name},
    },
    limits::PROBE_AFTER_MS,
    round::Scene,
    unit::{Refused, Work},
};

/// A creation that did not succeed, by what is known of it.
pub(super) fn refused(scene: &Scene<'_>, work: &mut Work, side: Side, intent: &Intent, error: &CallError) {
    let op = intent.new.op_id.clone();
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::BlindRetry) && side == Side::Jira {
        work.intent = Some((op, Err(error.to_string())));
        work.again(scene.worker.later(&work.unit), error.to_string());
        return;
    }
    match error {
        // The announcement stays: the next round looks for the marker before anything else.
        CallError::Ambiguous { .. } | CallError::Broken { .. } => {
            work.again(scene.worker.outside().now_ms() + PROBE_AFTER_MS, error.to_string());
        }
        CallError::NotApplied { .. }
        | CallError::Throttled { .. }
        | CallError::Auth { .. }
        | CallError::Stale { .. } => {
            note_health(scene, side, error);
            // Should an earlier request of this operation come later than ever, another operation would make a second record.
            if side == Side::Jira || intent.state == IntentState::Planned {
                work.intent = Some((op, Err(error.to_string())));
            }
            work.again(scene.worker.later_after(&work.unit, error.after()), error.to_string());
        }
        // What was refused is what an earlier round announced: what the record says now was never sent.
        CallError::Denied { .. } | CallError::Invalid { .. } | CallError::Gone { .. }
            if intent.new.payload != Payload::of(&scene.scheme.item, work, side).to_text() =>
        {
            work.intent = Some((op, Err(error.to_string())));
            work.again(scene.worker.outside().now_ms(), error.to_string());
        }
        CallError::Invalid { problems } if leave_out(scene, work, side, problems) => {
            work.intent = Some((op, Err(error.to_string())));
            let reason = in_words(&work.blocked_next);
            work.parked = Some(Refused::new(reason, ParkedClass::Rejected, values_to_text(&work.blocked_next)));
            work.again(scene.worker.outside().now_ms(), "it is created without what was refused");
        }
        CallError::Denied { .. } | CallError::Invalid { .. } | CallError::Gone { .. } => {
            work.intent = Some((op, Err(error.to_string())));
            park(work, side, error);
        }
    }
}

/// Nothing more is tried until something changes that the refusal rests on.
fn park(work: &mut Work, side: Side, error: &CallError) {
    let class = match error {
        CallError::Denied { .. } | CallError::Gone { .. } => ParkedClass::Denied,
        _ => ParkedClass::Rejected,
    };
    let (reason, fingerprint) = as_a_whole(work, side, error);
    work.parked = Some(Refused::new(reason, class, fingerprint));
    let text = format!("{side} refused to create a twin for {}: {error}", work.name(side.other()));
    work.journal.push(entry(work, side, text));
}

fn entry(work: &Work, side: Side, text: String) -> NewEntry {
    NewEntry {
        kind: "refused".to_owned(),
        side: Some(side),
        record_id: Some(work.id(side.other()).to_owned()),
        text,
        ..NewEntry::default()
    }
}

/// Remembers the values that were refused by the names of their fields, if that is all that was refused: the record is
/// created without them. What cannot be left out is refused once more, as the want of it, and then for good.
fn leave_out(scene: &Scene<'_>, work: &mut Work, side: Side, problems: &[CallProblem]) -> bool {
    let writes = work.creation(side).unwrap_or_default().to_vec();
    let mut refused: Vec<(&FieldWrite, &CallProblem)> = Vec::new();
    for problem in problems {
        let named =
            |write: &&FieldWrite| problem.field.as_deref() == Some(wire_name(scene, side, &write.path).as_str());
        let Some(write) = writes.iter().find(named) else { return false };
        refused.push((write, problem));
    }
    if refused.is_empty() {
        return false;
    }
    for (write, problem) in refused {
        let blocked = work.refusal(side, write.refusal(), &problem.message);
        work.blocked_next.insert(write.key.clone(), blocked);
        let to = scene.scheme.item.spoken(&write.key, &write.to);
        let text = format!("{side} refused \"{to}\" for {}: {}", write.path, problem.message);
        work.journal.push(NewEntry { mapping: Some(write.key.clone()), ..entry(work, side, text) });
    }
    true
}

/// What is remembered of a creation that was refused as a whole, and what people read of it: also what was left out of it
/// before, without which it was not taken either.
fn as_a_whole(work: &mut Work, side: Side, error: &CallError) -> (String, String) {
    if work.blocked_next.is_empty() {
        return (error.to_string(), fingerprint(work));
    }
    let reason = format!("{error}; left out of it before: {}", in_words(&work.blocked_next));
    let value = work.plan.writes.iter().find_map(Write::fingerprint).unwrap_or_default();
    let whole = work.refusal(side, value, &error.to_string());
    work.blocked_next.insert(MappingKey::named(CORRELATION), whole);
    (reason, values_to_text(&work.blocked_next))
}

fn in_words(refused: &BTreeMap<MappingKey, Blocked>) -> String {
    let said = refused.iter().map(|(key, blocked)| format!("{} refused {key}: {}", blocked.side, blocked.message));
    said.collect::<Vec<_>>().join("; ")
}

/// The values that were left out of a creation, as they are remembered until it is made.
fn values_to_text(refused: &BTreeMap<MappingKey, Blocked>) -> String {
    serde_json::to_string(refused).unwrap_or_default()
}

/// The values that are to be left out of a creation; none where it was refused as a whole at once.
pub(crate) fn values_left_out(fingerprint: &str) -> Option<BTreeMap<MappingKey, Blocked>> {
    serde_json::from_str(fingerprint).ok()
}

/// What a creation would send, for remembering a refusal.
pub(super) fn fingerprint(work: &Work) -> String {
    let value = work.plan.writes.iter().find_map(Write::fingerprint).unwrap_or_default();
    serde_json::to_string(&value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use entente_core::Value;

    #[test]
    fn a_fingerprint_reads_back() {
        let value = Value::list(vec![Value::text("summary"), Value::text("a")]);
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}

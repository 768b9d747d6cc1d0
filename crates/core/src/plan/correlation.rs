//! The fields by which each of two records names the other.

use super::{Note, NoteCode, Plan, Write};
use crate::{
    base::Base,
    item::{ConnectedItem, MappingKey},
    link::LinkFacts,
    record::{FieldPath, Record},
    side::{Side, Sides},
    value::Value,
};

/// Key under which the base keeps the correlation values, and refused creations are blocked.
pub const CORRELATION: &str = "correlation";

/// Keeps the correlation fields true. They are ours: a value that we wrote may be corrected (an issue that moved has a
/// new key), a value that somebody else wrote is only reported.
///
/// What several share names the first of them; the others see to their own side only.
pub(super) fn correlate(
    item: &ConnectedItem,
    paths: &Sides<FieldPath>,
    link: &LinkFacts,
    base: Option<&Base>,
    now: Sides<&Record>,
    plan: &mut Plan,
) {
    let (Some(id), Some(issue_key)) = (&link.salesforce_id, &link.jira_key) else { return };
    let mut expected = Sides::new(Value::text(issue_key), Value::text(id));
    let led = item.cardinality.one().zip(link.siblings.as_ref().filter(|siblings| !siblings.leads));
    if let Some((one, siblings)) = led {
        *expected.get_mut(one) = Value::text(&siblings.named);
    }
    let key = MappingKey::named(CORRELATION);
    let agreed = base.and_then(|b| b.get(&key));
    let mut shown = true;
    for side in Side::BOTH {
        let path = paths.get(side);
        let Some(value) = now.get(side).value(path.as_str()) else {
            shown = false;
            let text = format!("The correlation field {path} in {side} cannot be read");
            plan.notes.push(Note { code: NoteCode::Unreadable, key: Some(key.clone()), text });
            continue;
        };
        if is_id(expected.get(side), value) {
            continue;
        }
        shown = false;
        if led.is_some_and(|(one, _)| one == side) {
            continue;
        }
        if let Some(blocked) = link.blocked.get(&correlation_refusal(side)) {
            let text = format!("{side} refused the correlation field {path}: {}", blocked.message);
            plan.notes.push(Note { code: NoteCode::Blocked, key: Some(correlation_refusal(side)), text });
        } else if value.is_empty()
            || is_former(link, side, value)
            || agreed.is_some_and(|agreed| agreed.get(side) == value)
        {
            plan.writes.push(Write::Correlate { side, path: path.clone(), from: value.clone() });
        } else {
            let text = format!("The correlation field {path} in {side} names {value}, not {}", expected.get(side));
            plan.notes.push(Note { code: NoteCode::CorrelationTaken, key: Some(key.clone()), text });
        }
    }
    if shown && agreed != Some(&expected) {
        plan.base.push((key, expected));
    }
}

/// A record whose correlation field shows something is somebody's twin already, or is meant to be: it gets no other. Nor
/// does one whose correlation field cannot be read: it may be.
pub(super) fn names_another(item: &ConnectedItem, side: Side, source: &Record) -> Option<Note> {
    let path = item.correlation.as_ref()?.get(side);
    let (code, text) = match source.value(path.as_str()) {
        Some(shown) if shown.is_empty() => return None,
        Some(shown) => (
            NoteCode::CorrelationTaken,
            format!("{side} {path} shows \"{shown}\", so no twin is created; clear it to let one be created"),
        ),
        None => (
            NoteCode::Unreadable,
            format!("the correlation field {path} in {side} cannot be read, so no twin is created; let it be read"),
        ),
    };
    Some(Note { code, key: Some(MappingKey::named(CORRELATION)), text })
}

/// Whether a record shows the key that its issue had before it moved.
fn is_former(link: &LinkFacts, side: Side, shown: &Value) -> bool {
    side == Side::Salesforce && shown.as_text().is_some_and(|shown| link.former_key.as_deref() == Some(shown))
}

/// Key under which the refusal of a correlation write is remembered.
#[must_use]
pub fn correlation_refusal(side: Side) -> MappingKey {
    MappingKey::named(&format!("{CORRELATION} in {side}"))
}

/// People paste 15-character Salesforce ids; the 18-character form only adds a checksum.
fn is_id(expected: &Value, shown: &Value) -> bool {
    match (expected, shown) {
        (Value::Text(expected), Value::Text(shown)) => {
            expected == shown || (expected.len() == 18 && shown.len() == 15 && expected.starts_with(shown.as_str()))
        }
        _ => expected == shown,
    }
}

//! What a value of one side means on the other: value tables and transforms, in both directions.
//!
//! The laws (tests/it/laws.rs): what is carried over agrees with where it came from, and a value that agrees already
//! is never carried.

use super::{Note, NoteCode};
use crate::{
    item::FieldMapping,
    side::{Side, Sides},
    transform::{self, Outcome},
    value::Value,
};

/// Whether both values mean the same under this mapping.
pub(super) fn agree(mapping: &FieldMapping, now: Sides<&Value>) -> bool {
    let own = Sides::new(own(mapping, Side::Salesforce, now.salesforce), own(mapping, Side::Jira, now.jira));
    if has_forward_rule(mapping) {
        return shows(mapping, now.salesforce, own.jira);
    }
    if has_backward_rule(mapping) {
        return steps_back(mapping, now.jira).is_some_and(|back| back.into_value().means(own.salesforce));
    }
    own.salesforce.means(own.jira)
}

/// Whether Jira shows a collected Salesforce value as this.
fn shows(mapping: &FieldMapping, salesforce: &Value, jira: &Value) -> bool {
    to_jira(mapping, salesforce).is_some_and(|value| value.means(jira))
}

/// The value of the mapped field itself.
pub(super) fn own<'a>(mapping: &'a FieldMapping, side: Side, collected: &'a Value) -> &'a Value {
    mapping.collected(side, collected).own.1
}

fn has_forward_rule(mapping: &FieldMapping) -> bool {
    mapping.values.is_some() || !mapping.to_jira.is_empty()
}

/// A way back without a way there. Where nothing may flow back, it says nothing.
fn has_backward_rule(mapping: &FieldMapping) -> bool {
    !has_forward_rule(mapping) && !mapping.to_salesforce.is_empty() && mapping.direction.allows(Side::Salesforce)
}

fn steps_back(mapping: &FieldMapping, jira: &Value) -> Option<Outcome> {
    transform::run(&mapping.to_salesforce, &mapping.collected(Side::Jira, jira))
}

/// What `target` should show for `source`, given what it shows now. `None`: the value table or a step has no answer, or
/// no Salesforce value exists that Jira would show as this.
pub(super) fn convert(mapping: &FieldMapping, target: Side, source: &Value, old: &Value) -> Option<Value> {
    match target {
        Side::Jira => to_jira(mapping, source),
        Side::Salesforce => to_salesforce(mapping, source, old),
    }
}

fn to_jira(mapping: &FieldMapping, salesforce: &Value) -> Option<Value> {
    let value = match transform::run(&mapping.to_jira, &mapping.collected(Side::Salesforce, salesforce))? {
        Outcome::Value(value) => value,
        Outcome::Final(value) => return Some(value),
    };
    match &mapping.values {
        Some(_) if value.is_empty() && !maps_empty(mapping) => Some(Value::Empty),
        Some(values) => each(&value, |value| values.to_jira(value)),
        // Where only the way back has a rule, a value may go there only if it would come back as itself.
        None if has_backward_rule(mapping) => {
            let back = steps_back(mapping, &value)?.into_value();
            back.means(&value).then_some(value)
        }
        None => Some(value),
    }
}

/// The way back keeps the old value if it already shows as `jira`; else it takes the given steps and the first listed,
/// or the value itself, where that shows as `jira` (cutting text off is undone by the text that is left).
fn to_salesforce(mapping: &FieldMapping, jira: &Value, old: &Value) -> Option<Value> {
    let shown = own(mapping, Side::Jira, jira);
    if has_forward_rule(mapping) && shows(mapping, old, shown) {
        return Some(own(mapping, Side::Salesforce, old).clone());
    }
    let value = match (steps_back(mapping, jira)?, &mapping.values) {
        (Outcome::Value(value), Some(_)) if value.is_empty() && !maps_empty(mapping) => Value::Empty,
        (Outcome::Value(value), Some(values)) => each(&value, |value| values.to_salesforce(value))?,
        (outcome, _) => outcome.into_value(),
    };
    let would_be = mapping.with_own(Side::Salesforce, old, value.clone());
    (!has_forward_rule(mapping) || shows(mapping, &would_be, shown)).then_some(value)
}

/// Looks a value up, a list member by member.
fn each<'t>(value: &Value, look_up: impl Fn(&Value) -> Option<&'t Value>) -> Option<Value> {
    match value {
        Value::List(values) => {
            Some(Value::set(values.iter().map(|value| look_up(value).cloned()).collect::<Option<_>>()?))
        }
        one => look_up(one).cloned(),
    }
}

fn maps_empty(mapping: &FieldMapping) -> bool {
    mapping.values.as_ref().is_some_and(|v| v.pairs.iter().any(|(s, j)| s.is_empty() || j.is_empty()))
}

pub(super) fn unmapped(mapping: &FieldMapping, target: Side, source: &Value) -> Note {
    let from = target.other();
    let (path, source) = (mapping.paths.get(from), own(mapping, from, source));
    let text = if mapping.values.is_some() {
        format!("{from} {path} is \"{source}\", which the value table does not map to {target}; left as it is")
    } else {
        format!("{from} {path} is \"{source}\", which no {target} value leads to under this transform; left as it is")
    };
    Note { code: NoteCode::Unmapped, key: Some(mapping.key.clone()), text }
}

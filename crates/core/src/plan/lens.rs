//! What a value of one side means on the other: value tables and transforms, in both directions.
//!
//! The laws (tests/it/laws.rs): what is carried over agrees with where it came from, and a value that agrees already
//! is never carried.

use super::{Note, NoteCode};
use crate::{
    item::FieldMapping,
    side::{Side, Sides},
    transform,
    value::Value,
};

/// Whether both values mean the same under this mapping.
pub(super) fn agree(mapping: &FieldMapping, now: Sides<&Value>) -> bool {
    if has_forward_rule(mapping) {
        return to_jira(mapping, now.salesforce).as_ref() == Some(now.jira);
    }
    if has_backward_rule(mapping) {
        return transform::apply_all(&mapping.to_salesforce, now.jira) == *now.salesforce;
    }
    now.salesforce == now.jira
}

fn has_forward_rule(mapping: &FieldMapping) -> bool {
    mapping.values.is_some() || !mapping.to_jira.is_empty()
}

/// A way back without a way there. Where nothing may flow back, it says nothing.
fn has_backward_rule(mapping: &FieldMapping) -> bool {
    !has_forward_rule(mapping) && !mapping.to_salesforce.is_empty() && mapping.direction.allows(Side::Salesforce)
}

/// What `target` should show for `source`, given what it shows now. `None`: the value table has no answer, or no
/// Salesforce value exists that Jira would show as this.
pub(super) fn convert(mapping: &FieldMapping, target: Side, source: &Value, old: &Value) -> Option<Value> {
    match target {
        Side::Jira => to_jira(mapping, source),
        Side::Salesforce => to_salesforce(mapping, source, old),
    }
}

fn to_jira(mapping: &FieldMapping, salesforce: &Value) -> Option<Value> {
    let value = transform::apply_all(&mapping.to_jira, salesforce);
    match &mapping.values {
        Some(_) if value.is_empty() && !maps_empty(mapping) => Some(Value::Empty),
        Some(values) => values.to_jira(&value).cloned(),
        // Where only the way back has a rule, a value may go there only if it would come back as itself.
        None if has_backward_rule(mapping) && transform::apply_all(&mapping.to_salesforce, &value) != value => None,
        None => Some(value),
    }
}

/// The way back keeps the old value if it already shows as `jira`; else it takes the first listed, or the given
/// transform, or the value itself where that shows as `jira` (cutting text off is undone by the text that is left).
fn to_salesforce(mapping: &FieldMapping, jira: &Value, old: &Value) -> Option<Value> {
    if has_forward_rule(mapping) && to_jira(mapping, old).as_ref() == Some(jira) {
        return Some(old.clone());
    }
    let value = match &mapping.values {
        Some(_) if jira.is_empty() && !maps_empty(mapping) => Value::Empty,
        Some(values) => values.to_salesforce(jira)?.clone(),
        None => transform::apply_all(&mapping.to_salesforce, jira),
    };
    let shows = mapping.to_jira.is_empty() || to_jira(mapping, &value).as_ref() == Some(jira);
    shows.then_some(value)
}

fn maps_empty(mapping: &FieldMapping) -> bool {
    mapping.values.as_ref().is_some_and(|v| v.pairs.iter().any(|(s, j)| s.is_empty() || j.is_empty()))
}

pub(super) fn unmapped(mapping: &FieldMapping, target: Side, source: &Value) -> Note {
    let from = target.other();
    let path = mapping.paths.get(from);
    let text = if mapping.values.is_some() {
        format!("{from} {path} is \"{source}\", which the value table does not map to {target}; left as it is")
    } else {
        format!("{from} {path} is \"{source}\", which no {target} value leads to under this transform; left as it is")
    };
    Note { code: NoteCode::Unmapped, key: Some(mapping.key.clone()), text }
}

//! What a value of one side means on the other: value tables and transforms, in both directions.
//!
//! The laws (tests/it/laws.rs): what is carried over agrees with where it came from, and a value that agrees already
//! is never carried.

use super::{Note, NoteCode};
use crate::{
    field_type::Form,
    item::FieldMapping,
    rich::Document,
    side::{Side, Sides},
    transform::{self, Outcome, Transform},
    value::Value,
};

/// Whether both values mean the same under this mapping.
pub(super) fn agree(mapping: &FieldMapping, now: Sides<&Value>) -> bool {
    let own = Sides::new(own(mapping, Side::Salesforce, now.salesforce), own(mapping, Side::Jira, now.jira));
    if has_forward_rule(mapping) {
        return shows(mapping, now.salesforce, own.jira);
    }
    if leads_back(mapping) {
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
pub(super) fn leads_back(mapping: &FieldMapping) -> bool {
    !has_forward_rule(mapping) && !mapping.to_salesforce.is_empty() && mapping.direction.allows(Side::Salesforce)
}

fn steps_back(mapping: &FieldMapping, jira: &Value) -> Option<Outcome> {
    transform::run(&mapping.to_salesforce, &mapping.collected(Side::Jira, jira))
}

/// What `target` should show for `source`, given what it shows now. `None`: the value table or a step has no answer, or
/// no Salesforce value exists that Jira would show as this, or the Salesforce field reads no such value.
pub(super) fn convert(mapping: &FieldMapping, target: Side, source: &Value, old: &Value) -> Option<Value> {
    let value = match target {
        Side::Jira => to_jira(mapping, source),
        Side::Salesforce => to_salesforce(mapping, source, old),
    };
    Some(in_form(mapping, target, value?, old)).filter(|value| target == Side::Jira || mapping.form.takes(value))
}

/// A value in the form that the field of a side has. Over rich text, what did not change stays as that side wrote it.
pub(super) fn in_form(mapping: &FieldMapping, target: Side, value: Value, old: &Value) -> Value {
    match (value, own(mapping, target, old)) {
        (Value::Rich(new), Value::Rich(old)) => Value::rich(new.over(old)),
        (Value::Rich(new), _) if *mapping.rich.get(target) => Value::rich(new.shared()),
        (Value::Rich(new), _) => Value::text(new.plain()),
        (Value::Text(new), Value::Rich(old)) => Value::rich(Document::of_plain_over(&new, old)),
        (value, _) => value,
    }
}

/// Which side has set the text that both show, when the other has not: its form is nobody's loss.
pub(super) fn formatted(mapping: &FieldMapping, now: Sides<&Value>) -> Option<Side> {
    let own = |side| own(mapping, side, now.get(side));
    let (Value::Rich(salesforce), Value::Rich(jira)) = (own(Side::Salesforce), own(Side::Jira)) else { return None };
    match (salesforce.is_bare(), jira.is_bare()) {
        (true, false) if jira.reads_as(salesforce.plain()) => Some(Side::Jira),
        (false, true) if salesforce.reads_as(jira.plain()) => Some(Side::Salesforce),
        _ => None,
    }
}

/// Whether a side shows what was agreed, so far as the other can tell: what it cannot show was no edit.
pub(super) fn is_same(mapping: &FieldMapping, side: Side, agreed: &Value, now: &Value) -> bool {
    let other = side.other();
    agreed == now
        || match (agreed, now) {
            (Value::Rich(agreed), Value::Rich(now)) if *mapping.rich.get(other) => agreed.shared() == now.shared(),
            (Value::Rich(agreed), Value::Rich(now)) => agreed.plain() == now.plain(),
            // Older programs remembered rich text as what people read of it.
            (Value::Text(agreed), Value::Rich(now)) => now.reads_as(agreed),
            _ => false,
        }
}

/// What `target` does not show of a rich text, though it shows the text.
pub(super) fn stays_behind(mapping: &FieldMapping, target: Side, source: &Value) -> Option<Note> {
    let has_steps = match target {
        Side::Jira => has_forward_rule(mapping),
        Side::Salesforce => mapping.values.is_some() || !mapping.to_salesforce.is_empty(),
    };
    let Value::Rich(document) = own(mapping, target.other(), source) else { return None };
    let is_rich = *mapping.rich.get(target);
    let losses = if is_rich { document.lost_as_rich_text() } else { document.lost_as_plain_text() };
    if has_steps || losses.is_none() {
        return None;
    }
    let (from, to) = (mapping.paths.get(target.other()), mapping.paths.get(target));
    let text = format!(
        "{target} {to} shows the text of {} {from} without what it cannot hold: {losses}; that stays in {}",
        target.other(),
        target.other(),
    );
    Some(Note { code: NoteCode::Formatting, key: Some(mapping.key.clone()), text })
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
        None if leads_back(mapping) => {
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
        (Outcome::Value(value), Some(_)) if value.is_empty() && !maps_empty(mapping) => nothing(mapping).clone(),
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

/// What nothing in Jira is in Salesforce: nothing as well, unless the field cannot be empty and the table has a value for it.
fn nothing(mapping: &FieldMapping) -> &Value {
    let listed = mapping.values.as_ref().and_then(|values| values.to_salesforce(&Value::Empty));
    listed.filter(|_| mapping.never_empty.salesforce).unwrap_or(&Value::Empty)
}

/// Whether the table says what nothing in Salesforce stands for; else that is nothing, also where a value stands for
/// nothing in Jira.
fn maps_empty(mapping: &FieldMapping) -> bool {
    mapping.values.as_ref().is_some_and(|values| values.pairs.iter().any(|(salesforce, _)| salesforce.is_empty()))
}

pub(super) fn unmapped(mapping: &FieldMapping, target: Side, source: &Value) -> Note {
    let from = target.other();
    let path = mapping.paths.get(from);
    let shown = mapping.spoken(own(mapping, from, source));
    let why = why_unmapped(mapping, target, source);
    let text = format!("{from} {path} is \"{shown}\", {why}; left as it is");
    Note { code: NoteCode::Unmapped, key: Some(mapping.key.clone()), text }
}

/// As a clause after the value.
fn why_unmapped(mapping: &FieldMapping, target: Side, source: &Value) -> String {
    let is_unread = target == Side::Salesforce && to_salesforce(mapping, source, &Value::Empty).is_some();
    if is_unread && mapping.form != Form::Any {
        return format!("and Salesforce {} takes only {}", mapping.paths.salesforce, mapping.form.name());
    }
    let steps = match target {
        Side::Salesforce => &mapping.to_salesforce,
        Side::Jira => &mapping.to_jira,
    };
    let Some(values) = &mapping.values else {
        return format!("which no {target} value leads to under this transform");
    };
    if transform::run(steps, &mapping.collected(target.other(), source)).is_none() {
        format!("of which a step of the line makes nothing for {target}")
    } else if values.people.is_some() {
        format!("whom neither `people:` nor an e-mail address that both sides show leads to anybody in {target}")
    } else if target == Side::Salesforce && has_condition(&mapping.to_jira) {
        let field = &mapping.paths.salesforce;
        format!("and under the `when` of the line no {field} in Salesforce would show as that")
    } else if has_condition(steps) {
        format!("to which no `when` of the line applies, and which the value table does not map to {target}")
    } else {
        format!("which the value table does not map to {target}")
    }
}

fn has_condition(steps: &[Transform]) -> bool {
    steps.iter().any(|step| matches!(step, Transform::When { .. }))
}

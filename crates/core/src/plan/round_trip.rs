//! The laws of one mapping line on a live value: what is carried over agrees with where it came from, and carried back it
//! changes nothing. The vendor in between may make something else of it.

use super::lens;
use crate::{
    item::FieldMapping,
    side::{Side, Sides},
    value::Value,
};

/// How a value breaks the laws of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The other side has no value for it.
    NoCounterpart,
    /// The other side shows something that does not mean the same.
    ShownAs(Value),
    /// Carried back, it would become something else.
    ComesBackAs(Value),
}

/// Carries a value to `target` and back. `kept` is what the field over there makes of a value that it is given; none when
/// it takes no such value. Lines whose way back reads further fields are not judged by one value.
#[must_use]
pub fn round_trip(
    mapping: &FieldMapping,
    target: Side,
    value: &Value,
    kept: impl Fn(&Value) -> Option<Value>,
) -> Option<Broken> {
    let from = target.other();
    if value.is_empty() || !mapping.further.get(target).is_empty() {
        return None;
    }
    let sent = lens::convert(mapping, target, value, &Value::Empty);
    let Some(shown) = sent.and_then(|sent| kept(&sent)) else { return Some(Broken::NoCounterpart) };
    if !lens::agree(mapping, Sides::from_view(target, &shown, value)) {
        return Some(Broken::ShownAs(shown));
    }
    if !mapping.direction.allows(from) {
        return None;
    }
    match lens::convert(mapping, from, &shown, value) {
        Some(back) if back.means(lens::own(mapping, from, value)) => None,
        Some(back) => Some(Broken::ComesBackAs(back)),
        None => Some(Broken::NoCounterpart),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        filter::{Condition, Filter},
        item::ValueMap,
        transform::Transform,
    };

    #[test]
    fn what_breaks_the_laws() {
        let text = Value::text;
        let plain = || FieldMapping::plain("S", "j");
        let lower = FieldMapping { to_jira: vec![Transform::LowerCase], ..plain() };
        let table = FieldMapping { values: Some(ValueMap::of_texts([("a", "x"), ("b", "x")])), ..plain() };
        let urgent = Filter::Test("urgency".into(), Condition::Is(text("High")));
        let further = Transform::When { filter: urgent, then: text("a") };
        let further = FieldMapping { to_salesforce: vec![further], ..plain() }.with_further_fields();
        let one_line = |value: &Value| Some(Value::text(&value.to_string().replace('\n', " ")));
        let faithful = |value: &Value| Some(value.clone());
        let rows = [
            ("as it is", round_trip(&plain(), Side::Jira, &text("a"), faithful), None),
            ("one line", round_trip(&plain(), Side::Jira, &text("a\nb"), one_line), Some(Broken::ShownAs(text("a b")))),
            ("it takes none", round_trip(&plain(), Side::Jira, &text("a"), |_| None), Some(Broken::NoCounterpart)),
            ("a step that keeps the old value", round_trip(&lower, Side::Jira, &text("A"), faithful), None),
            ("no way back", round_trip(&lower, Side::Salesforce, &text("A"), faithful), Some(Broken::NoCounterpart)),
            ("two to one keeps the old value", round_trip(&table, Side::Jira, &text("b"), faithful), None),
            ("not in the table", round_trip(&table, Side::Jira, &text("c"), faithful), Some(Broken::NoCounterpart)),
            ("nothing", round_trip(&plain(), Side::Jira, &Value::Empty, |_| None), None),
            ("the way back reads a second field", round_trip(&further, Side::Jira, &text("a"), |_| None), None),
        ];
        for (name, found, expected) in rows {
            assert_eq!(found, expected, "{name}");
        }
    }
}

//! Several records of one side that belong to one of the other, and what they say together.
//!
//! A roll-up is worked out from all of them each time, never from a change: however changes arrive, the same records give
//! the same value, and a value that is there already is not written again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{record::State, value::Value};

/// How several values become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RollUp {
    /// What all of them have reached: of checkboxes whether all are ticked, of a value table the first line that one shows.
    All,
    /// What one of them has reached: whether any is ticked, the last line of the table that one shows.
    Any,
    /// The greatest number, the latest day or time; of a value table the first line that one shows, as priorities are
    /// listed from the highest.
    Max,
    /// The latest day or time; of other values the one that was edited last.
    Latest,
    /// All of them: texts one after the other, each once; lists as one list.
    Join,
}

/// What a link shares with others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Siblings {
    /// Whether this link speaks for all of them: it was made first.
    pub leads: bool,
    /// What the shared record names: the issue key, or the record id, of the link that leads.
    pub named: String,
    /// The records that share it, in the order in which they were linked; known to the link that leads.
    pub members: Vec<Sibling>,
}

/// One of several records that share another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sibling {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// What it shows.
    pub state: State,
}

/// What one of them shows in the field that is rolled up.
pub(crate) struct Said<'a> {
    pub(crate) sibling: &'a Sibling,
    pub(crate) value: Value,
}

/// One value for all; the error is a sentence about one that has no part in such a roll-up. `order` is the column of the
/// value table that stands on their side; `before` is what [`memory`] kept when both sides last agreed.
pub(crate) fn together(
    roll_up: RollUp,
    said: &[Said<'_>],
    order: Option<&[&Value]>,
    before: Option<&Value>,
) -> Result<Value, String> {
    match (roll_up, order) {
        (RollUp::All, Some(order)) => reached(said, order).map(|ranks| at(order, ranks.into_iter().min().flatten())),
        (RollUp::Any, Some(order)) => reached(said, order).map(|ranks| at(order, ranks.into_iter().max().flatten())),
        (RollUp::All, None) => ticked(said).map(|ticked| Value::Flag(ticked.into_iter().all(|is| is))),
        (RollUp::Any, None) => ticked(said).map(|ticked| Value::Flag(ticked.into_iter().any(|is| is))),
        (RollUp::Max, Some(order)) => reached(said, order).map(|ranks| at(order, ranks.into_iter().flatten().min())),
        (RollUp::Max, None) => greatest(said),
        (RollUp::Latest, _) if are_times(said) => greatest(said),
        (RollUp::Latest, _) => Ok(by_edit(said, before).first().map(|said| said.value.clone()).unwrap_or_default()),
        (RollUp::Join, _) => Ok(joined(said)),
    }
}

/// What has to be remembered for the next time: of `latest`, whose value was edited in which order.
pub(crate) fn memory(roll_up: RollUp, said: &[Said<'_>], before: Option<&Value>) -> Option<Value> {
    let pair = |said: &Said<'_>| Value::List(vec![Value::text(&said.sibling.id), said.value.clone()]);
    (roll_up == RollUp::Latest && !are_times(said))
        .then(|| Value::List(by_edit(said, before).into_iter().map(pair).collect()))
}

/// The place of each in the table; nothing shown has no place, and stands before all others.
fn reached(said: &[Said<'_>], order: &[&Value]) -> Result<Vec<Option<usize>>, String> {
    let place = |said: &Said<'_>| match order.iter().position(|value| value.means(&said.value)) {
        None if !said.value.is_empty() => {
            Err(format!("{} shows \"{}\", which the table does not have", said.sibling.name, said.value))
        }
        place => Ok(place),
    };
    said.iter().map(place).collect()
}

fn at(order: &[&Value], place: Option<usize>) -> Value {
    place.and_then(|place| order.get(place)).map(|value| (*value).clone()).unwrap_or_default()
}

fn ticked(said: &[Said<'_>]) -> Result<Vec<bool>, String> {
    let flag = |said: &Said<'_>| match &said.value {
        Value::Flag(flag) => Ok(*flag),
        Value::Empty => Ok(false),
        other if other.means(&Value::Flag(true)) => Ok(true),
        other if other.means(&Value::Flag(false)) => Ok(false),
        other => Err(format!("{} shows \"{other}\", which is neither true nor false", said.sibling.name)),
    };
    said.iter().map(flag).collect()
}

fn are_times(said: &[Said<'_>]) -> bool {
    let is_time = |said: &Said<'_>| matches!(said.value, Value::Empty | Value::Date(_) | Value::Instant(_));
    said.iter().all(is_time) && said.iter().any(|said| !said.value.is_empty())
}

fn greatest(said: &[Said<'_>]) -> Result<Value, String> {
    let mut greatest = Value::Empty;
    for said in said.iter().filter(|said| !said.value.is_empty()) {
        let is_greater = match (&said.value, &greatest) {
            (Value::Number(_) | Value::Date(_) | Value::Instant(_), Value::Empty) => Some(true),
            (Value::Number(this), Value::Number(that)) => Some(this > that),
            (Value::Date(this), Value::Date(that)) => Some(this > that),
            (Value::Instant(this), Value::Instant(that)) => Some(this > that),
            _ => None,
        };
        match is_greater {
            Some(true) => greatest = said.value.clone(),
            Some(false) => {}
            None => {
                let (name, value) = (&said.sibling.name, &said.value);
                return Err(format!("{name} shows \"{value}\", of which there is no greatest"));
            }
        }
    }
    Ok(greatest)
}

/// Whose value was edited since both sides last agreed stand first, the newest before the others; then those before them
/// in their old order.
fn by_edit<'s, 'a>(said: &'s [Said<'a>], before: Option<&Value>) -> Vec<&'s Said<'a>> {
    let before: Vec<(&Value, &Value)> =
        before.map(Value::members).unwrap_or_default().iter().filter_map(pair).collect();
    let place = |said: &Said<'_>| before.iter().position(|(id, _)| id.as_text() == Some(&said.sibling.id));
    let is_edited = |said: &Said<'_>| match place(said) {
        Some(place) => *before[place].1 != said.value,
        None => !said.value.is_empty(),
    };
    let (mut edited, mut rest): (Vec<&Said<'_>>, Vec<&Said<'_>>) = said.iter().partition(|said| is_edited(said));
    edited.sort_by_key(|said| std::cmp::Reverse(said.sibling.modified));
    rest.sort_by_key(|said| place(said).unwrap_or(usize::MAX));
    edited.into_iter().chain(rest).collect()
}

fn pair(remembered: &Value) -> Option<(&Value, &Value)> {
    match remembered {
        Value::List(pair) => Some((pair.first()?, pair.get(1)?)),
        _ => None,
    }
}

fn joined(said: &[Said<'_>]) -> Value {
    if said.iter().any(|said| matches!(said.value, Value::List(_))) {
        return Value::set(said.iter().flat_map(|said| said.value.members().to_vec()).collect());
    }
    let mut texts: Vec<String> = Vec::new();
    for text in said.iter().map(|said| said.value.to_string()) {
        if !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    Value::text(&texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    fn sibling(n: usize, second: i64) -> Sibling {
        let modified = Timestamp::from_second(second).ok();
        Sibling { id: n.to_string(), name: format!("OPS-{n}"), modified, state: State::None }
    }

    fn roll(roll_up: RollUp, values: &[Value], order: Option<&[&Value]>) -> Result<Value, String> {
        let siblings: Vec<Sibling> = (0..values.len()).map(|n| sibling(n, 0)).collect();
        let said = |(sibling, value)| Said { sibling, value };
        let said: Vec<Said<'_>> = siblings.iter().zip(values.to_vec()).map(said).collect();
        together(roll_up, &said, order, None)
    }

    #[test]
    fn what_several_values_say_together() {
        use RollUp::{All, Any, Join, Latest, Max};
        let text = Value::text;
        let number = |n: f64| Value::Number(Number::new(n).unwrap());
        let day = |day| Value::Date(jiff::civil::date(2026, 1, day));
        let list = |texts: &[&str]| Value::set(texts.iter().map(|t| Value::text(t)).collect());
        let (yes, no, nothing) = (Value::Flag(true), Value::Flag(false), Value::Empty);
        let rows = [
            ("all ticked", All, vec![yes.clone(), yes.clone()], Ok(yes.clone())),
            ("one not ticked", All, vec![yes.clone(), no.clone()], Ok(no.clone())),
            ("an empty one is not ticked", All, vec![yes.clone(), nothing.clone()], Ok(no.clone())),
            ("any ticked", Any, vec![no.clone(), text("true")], Ok(yes)),
            ("none ticked", Any, vec![no.clone(), nothing.clone()], Ok(no)),
            ("the greatest number", Max, vec![number(2.0), nothing.clone(), number(10.0)], Ok(number(10.0))),
            ("the latest day", Max, vec![day(3), day(2)], Ok(day(3))),
            ("the latest of days", Latest, vec![day(3), nothing.clone(), day(9), day(2)], Ok(day(9))),
            ("nothing at all", Max, vec![nothing.clone()], Ok(nothing.clone())),
            ("texts, each once", Join, vec![text("b"), text("a"), nothing, text("b")], Ok(text("b, a"))),
            ("lists", Join, vec![list(&["x", "y"]), list(&["z", "y"])], Ok(list(&["x", "y", "z"]))),
            ("no checkbox", All, vec![text("soon")], Err("OPS-0 shows \"soon\", which is neither true nor false")),
            ("no number", Max, vec![text("soon")], Err("OPS-0 shows \"soon\", of which there is no greatest")),
        ];
        for (name, roll_up, values, expected) in rows {
            assert_eq!(roll(roll_up, &values, None), expected.map_err(str::to_owned), "{name}");
        }
    }

    #[test]
    fn a_value_table_is_an_order() {
        let table = ["To Do", "In Progress", "Done"].map(Value::text);
        let order: Vec<&Value> = table.iter().collect();
        let of = |texts: &[&str]| texts.iter().map(|text| Value::text(text)).collect::<Vec<_>>();
        let all = |texts: &[&str]| roll(RollUp::All, &of(texts), Some(&order));
        let any = |texts: &[&str]| roll(RollUp::Any, &of(texts), Some(&order));
        assert_eq!(all(&["Done", "In Progress", "Done"]), Ok(Value::text("In Progress")));
        assert_eq!(all(&["Done", "Done"]), Ok(Value::text("Done")));
        assert_eq!(all(&["Done", ""]), Ok(Value::Empty));
        let max = |texts: &[&str]| roll(RollUp::Max, &of(texts), Some(&order));
        assert_eq!(max(&["Done", "", "In Progress"]), Ok(Value::text("In Progress")), "listed from the greatest");
        assert_eq!(any(&["To Do", "In Progress", ""]), Ok(Value::text("In Progress")));
        assert_eq!(all(&["Dropped"]), Err("OPS-0 shows \"Dropped\", which the table does not have".into()));
    }

    #[test]
    fn the_latest_is_the_value_that_was_edited_last() {
        let siblings = [sibling(0, 10), sibling(1, 30), sibling(2, 20)];
        let said = |values: [&str; 3]| -> Vec<Said<'_>> {
            siblings.iter().zip(values).map(|(s, v)| Said { sibling: s, value: Value::text(v) }).collect()
        };
        let latest = |values, before: Option<&Value>| {
            let said = said(values);
            (together(RollUp::Latest, &said, None, before).unwrap(), memory(RollUp::Latest, &said, before).unwrap())
        };
        let (value, first) = latest(["a", "", "c"], None);
        assert_eq!(value, Value::text("c"), "the newest record that says something");
        assert_eq!(latest(["a", "", "c"], Some(&first)), (value, first.clone()), "nothing was edited");
        let (value, second) = latest(["b", "", "c"], Some(&first));
        assert_eq!(value, Value::text("b"), "an edit counts, however new the other records are");
        let (value, _) = latest(["b", "x", "y"], Some(&second));
        assert_eq!(value, Value::text("x"), "of two edits that of the newer record");
        let two = &siblings[1..];
        let left: Vec<Said<'_>> = two.iter().map(|s| Said { sibling: s, value: Value::text("c") }).collect();
        assert_eq!(together(RollUp::Latest, &left, None, Some(&second)), Ok(Value::text("c")), "the winner has gone");
    }
}

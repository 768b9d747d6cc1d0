//! Entry filters: which records and issues an item takes. AND and OR groups over eleven operators.
//!
//! `is` compares texts, picklist values and identities; `equals` compares numbers, dates and booleans by value, so that
//! `equals: 1` takes `1.0` and `equals: "2026-01-02"` takes a date, and every time of that day. Text compares without
//! regard to case, as both vendors' query languages do.

mod asked;
mod unfit;
mod when;

use std::{cmp::Ordering, collections::BTreeSet, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::when::{When, day_of};
use crate::{
    record::{FieldPath, Record},
    value::{Number, Value},
};

pub use asked::{Asked, Comparable};
pub use unfit::{Holds, Unfit};

/// The operators, as a configuration writes them.
pub const OPERATORS: [&str; 11] = [
    "is",
    "is not",
    "is one of",
    "is not one of",
    "is empty",
    "is not empty",
    "contains",
    "does not contain",
    "less than",
    "greater than",
    "equals",
];

/// A tree of conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Every part must pass; no parts: everything passes.
    All(Vec<Filter>),
    /// At least one part must pass; no parts: nothing passes.
    Any(Vec<Filter>),
    /// One condition on one field.
    Test(FieldPath, Condition),
    /// The time in the field lies after the start of the last run that finished. It narrows which unlinked records a run
    /// takes up, never what is decided about them.
    SinceLast(FieldPath),
}

impl Default for Filter {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The same text, picklist value or identity.
    Is(Value),
    /// Another text, or nothing.
    IsNot(Value),
    /// One of these texts.
    IsOneOf(Vec<Value>),
    /// None of these texts.
    IsNotOneOf(Vec<Value>),
    /// Nothing in it.
    IsEmpty,
    /// Something in it.
    IsNotEmpty,
    /// The text occurs in it, or it is a member of the list.
    Contains(Value),
    /// The text does not occur in it.
    DoesNotContain(Value),
    /// Smaller number, earlier date.
    LessThan(Value),
    /// Greater number, later date.
    GreaterThan(Value),
    /// The same number, date or boolean.
    Equals(Value),
}

/// What a filter says of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passes.
    Passes,
    /// It does not.
    Fails,
    /// A field that the answer depends on could not be read.
    Unknown(FieldPath),
}

impl Filter {
    /// What this filter says of a record. A field that was not asked for counts as unreadable, never as empty.
    #[must_use]
    pub fn judge(&self, record: &Record) -> Verdict {
        self.judge_by(&|path| record.value(path.as_str()))
    }

    /// The same at the beginning of a run: only what came in since the last one that finished, where the filter says so.
    #[must_use]
    pub fn judge_since(&self, record: &Record, last: Option<Timestamp>) -> Verdict {
        let value = |path: &FieldPath| record.value(path.as_str());
        self.narrowed(last).judge_by(&value)
    }

    /// This filter with a time in place of the last run; everything is new when there was none.
    fn narrowed(&self, last: Option<Timestamp>) -> Self {
        let narrow = |parts: &[Self]| parts.iter().map(|part| part.narrowed(last)).collect();
        match (self, last) {
            (Self::All(parts), _) => Self::All(narrow(parts)),
            (Self::Any(parts), _) => Self::Any(narrow(parts)),
            (Self::SinceLast(path), Some(last)) => {
                Self::Test(path.clone(), Condition::GreaterThan(Value::Instant(last)))
            }
            (Self::Test(..) | Self::SinceLast(_), _) => self.clone(),
        }
    }

    /// Whether what a run takes up depends on the last one.
    #[must_use]
    pub fn looks_back(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::looks_back),
            Self::SinceLast(_) => true,
            Self::Test(..) => false,
        }
    }

    /// The same for values that are kept in another way; what cannot be read has none.
    #[must_use]
    pub fn judge_by<'v>(&self, value: &impl Fn(&FieldPath) -> Option<&'v Value>) -> Verdict {
        match self {
            Self::All(parts) => Self::fold(parts, value, Verdict::Passes, &Verdict::Fails),
            Self::Any(parts) => Self::fold(parts, value, Verdict::Fails, &Verdict::Passes),
            Self::Test(path, condition) => match value(path) {
                Some(value) if condition.holds(value) => Verdict::Passes,
                Some(_) => Verdict::Fails,
                None => Verdict::Unknown(path.clone()),
            },
            Self::SinceLast(_) => Verdict::Passes,
        }
    }

    /// The first test that keeps a record out, for an explanation; none when nothing does.
    #[must_use]
    pub fn fails_at(&self, record: &Record) -> Option<(&FieldPath, &Condition)> {
        if self.judge(record) == Verdict::Passes {
            return None;
        }
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().find_map(|part| part.fails_at(record)),
            Self::Test(path, condition) => Some((path, condition)),
            Self::SinceLast(_) => None,
        }
    }

    /// The first part that settles the group decides it; an unknown part leaves it open.
    fn fold<'v>(
        parts: &[Self],
        value: &impl Fn(&FieldPath) -> Option<&'v Value>,
        otherwise: Verdict,
        settles: &Verdict,
    ) -> Verdict {
        let mut open = None;
        for part in parts {
            match part.judge_by(value) {
                verdict if verdict == *settles => return verdict,
                Verdict::Unknown(path) => open = open.or(Some(path)),
                Verdict::Passes | Verdict::Fails => {}
            }
        }
        open.map_or(otherwise, Verdict::Unknown)
    }

    /// The tests that compare a field with something that it never shows: they could only be a mistake.
    #[must_use]
    pub fn unfit(&self, holds: &impl Fn(&FieldPath) -> Option<Holds>) -> Vec<Unfit<'_>> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(|part| part.unfit(holds)).collect(),
            Self::Test(path, condition) => {
                let Some(holds) = holds(path) else { return Vec::new() };
                let wanted = condition.unfit(holds).into_iter();
                wanted.map(|wanted| Unfit { path, holds, wanted }).collect()
            }
            Self::SinceLast(_) => Vec::new(),
        }
    }

    /// What its tests compare texts and identities with.
    #[must_use]
    pub fn wanted(&self) -> Vec<(&FieldPath, &Value)> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::wanted).collect(),
            Self::Test(path, condition) => condition.wanted().iter().map(|value| (path, value)).collect(),
            Self::SinceLast(_) => Vec::new(),
        }
    }

    /// This filter with other words for what its tests compare with.
    #[must_use]
    pub fn reworded(&self, word: &impl Fn(&FieldPath, &Value) -> Value) -> Self {
        let reword = |parts: &[Self]| parts.iter().map(|part| part.reworded(word)).collect();
        match self {
            Self::All(parts) => Self::All(reword(parts)),
            Self::Any(parts) => Self::Any(reword(parts)),
            Self::Test(path, condition) => Self::Test(path.clone(), condition.reworded(&|value| word(path, value))),
            Self::SinceLast(path) => Self::SinceLast(path.clone()),
        }
    }

    /// The fields that must be read to judge a record.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<&FieldPath> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::fields).collect(),
            Self::Test(path, _) | Self::SinceLast(path) => BTreeSet::from([path]),
        }
    }

    /// The texts that fields must be, or must not be, with the field of each.
    #[must_use]
    pub fn choices(&self) -> Vec<(&FieldPath, &str)> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::choices).collect(),
            Self::Test(path, Condition::Is(value) | Condition::IsNot(value)) => {
                value.as_text().map(|text| (path, text)).into_iter().collect()
            }
            Self::Test(path, Condition::IsOneOf(values) | Condition::IsNotOneOf(values)) => {
                values.iter().filter_map(|value| Some((path, value.as_text()?))).collect()
            }
            Self::Test(..) | Self::SinceLast(_) => Vec::new(),
        }
    }
}

impl Condition {
    /// What it compares texts and identities with.
    fn wanted(&self) -> &[Value] {
        match self {
            Self::Is(value)
            | Self::IsNot(value)
            | Self::Equals(value)
            | Self::Contains(value)
            | Self::DoesNotContain(value) => std::slice::from_ref(value),
            Self::IsOneOf(values) | Self::IsNotOneOf(values) => values,
            Self::IsEmpty | Self::IsNotEmpty | Self::LessThan(_) | Self::GreaterThan(_) => &[],
        }
    }

    fn reworded(&self, word: &impl Fn(&Value) -> Value) -> Self {
        let all = |values: &[Value]| values.iter().map(word).collect();
        match self {
            Self::Is(value) => Self::Is(word(value)),
            Self::IsNot(value) => Self::IsNot(word(value)),
            Self::IsOneOf(values) => Self::IsOneOf(all(values)),
            Self::IsNotOneOf(values) => Self::IsNotOneOf(all(values)),
            Self::Contains(value) => Self::Contains(word(value)),
            Self::DoesNotContain(value) => Self::DoesNotContain(word(value)),
            Self::Equals(value) => Self::Equals(word(value)),
            Self::IsEmpty | Self::IsNotEmpty | Self::LessThan(_) | Self::GreaterThan(_) => self.clone(),
        }
    }

    /// Whether a value meets this condition.
    #[must_use]
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Is(wanted) => same_text(value, wanted),
            Self::IsNot(wanted) => !same_text(value, wanted),
            Self::IsOneOf(wanted) => wanted.iter().any(|w| same_text(value, w)),
            Self::IsNotOneOf(wanted) => !wanted.iter().any(|w| same_text(value, w)),
            Self::IsEmpty => value.is_empty(),
            Self::IsNotEmpty => !value.is_empty(),
            Self::Contains(wanted) => contains(value, wanted),
            Self::DoesNotContain(wanted) => !contains(value, wanted),
            Self::LessThan(wanted) => compare(value, wanted) == Some(Ordering::Less),
            Self::GreaterThan(wanted) => compare(value, wanted) == Some(Ordering::Greater),
            Self::Equals(wanted) => compare(value, wanted) == Some(Ordering::Equal),
        }
    }
}

/// As a person reads it after the field's name: `is not "Web"`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |values: &[Value]| values.iter().map(|v| format!("\"{v}\"")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Is(wanted) => write!(f, "is \"{wanted}\""),
            Self::IsNot(wanted) => write!(f, "is not \"{wanted}\""),
            Self::IsOneOf(wanted) => write!(f, "is one of {}", quoted(wanted)),
            Self::IsNotOneOf(wanted) => write!(f, "is not one of {}", quoted(wanted)),
            Self::IsEmpty => f.write_str("is empty"),
            Self::IsNotEmpty => f.write_str("is not empty"),
            Self::Contains(wanted) => write!(f, "contains \"{wanted}\""),
            Self::DoesNotContain(wanted) => write!(f, "does not contain \"{wanted}\""),
            Self::LessThan(wanted) => write!(f, "is less than \"{wanted}\""),
            Self::GreaterThan(wanted) => write!(f, "is greater than \"{wanted}\""),
            Self::Equals(wanted) => write!(f, "equals \"{wanted}\""),
        }
    }
}

/// A list is the text if one of its members is.
fn same_text(value: &Value, wanted: &Value) -> bool {
    match value {
        Value::List(values) => values.iter().any(|v| same_text(v, wanted)),
        _ => folded(value) == folded(wanted),
    }
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match value {
        Value::List(values) => values.iter().any(|v| same_text(v, wanted)),
        _ => folded(value).contains(&folded(wanted)),
    }
}

fn folded(value: &Value) -> String {
    value.to_string().to_lowercase()
}

/// Orders two values of one kind; a text that reads as the other's kind is taken as such.
fn compare(value: &Value, wanted: &Value) -> Option<Ordering> {
    match (value, wanted) {
        // Nothing, and what is of another kind, stands in no order: none of these has a place for it.
        (Value::Rich(document), wanted) => compare(&Value::text(document.plain()), wanted),
        (Value::Number(a), b) => a.partial_cmp(&number(b)?),
        (Value::Flag(a), b) => Some(a.cmp(&flag(b)?)),
        (Value::Date(a), b) => Some(a.cmp(&When::of(b)?.day())),
        (Value::Instant(a), b) => Some(match When::of(b)? {
            When::Day(b) => day_of(*a).cmp(&b),
            When::Time(b) => a.cmp(&b),
        }),
        (Value::Text(_), b @ (Value::Number(_) | Value::Flag(_) | Value::Date(_) | Value::Instant(_))) => {
            compare(b, value).map(Ordering::reverse)
        }
        (Value::Text(a), Value::Text(b)) => match (number(value), number(wanted)) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => Some(a.to_lowercase().cmp(&b.to_lowercase())),
        },
        _ => None,
    }
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => text.parse().ok().and_then(Number::new),
        _ => None,
    }
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Flag(flag) => Some(*flag),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Field;

    fn record(fields: &[(&str, Value)]) -> Record {
        fields.iter().map(|(p, v)| (FieldPath::from(*p), Field::Known(v.clone()))).collect()
    }

    fn number(n: f64) -> Value {
        Value::Number(Number::new(n).unwrap())
    }

    #[test]
    fn the_eleven_operators() {
        let text = Value::text("Web");
        let list = Value::list(vec![Value::text("red"), Value::text("blue")]);
        let date = Value::Date(jiff::civil::date(2026, 1, 2));
        let [early, late] = [1, 3].map(|second| Value::Instant(Timestamp::from_second(second).unwrap()));
        let rich = Value::rich(crate::rich::Document::of_plain("a b"));
        let rows: &[(&str, &Value, Condition, bool)] = &[
            ("is, other case", &text, Condition::Is(Value::text("WEB")), true),
            ("is, part only", &text, Condition::Is(Value::text("We")), false),
            ("is, member of a list", &list, Condition::Is(Value::text("blue")), true),
            ("is not", &text, Condition::IsNot(Value::text("Email")), true),
            ("is one of", &text, Condition::IsOneOf(vec![Value::text("Email"), Value::text("Web")]), true),
            ("is not one of", &text, Condition::IsNotOneOf(vec![Value::text("Web")]), false),
            ("empty is empty", &Value::Empty, Condition::IsEmpty, true),
            ("text is not empty", &text, Condition::IsNotEmpty, true),
            ("contains a part", &text, Condition::Contains(Value::text("eb")), true),
            ("list contains a member, not a part", &list, Condition::Contains(Value::text("re")), false),
            ("does not contain", &text, Condition::DoesNotContain(Value::text("x")), true),
            ("number less than a text number", &number(2.0), Condition::LessThan(Value::text("10")), true),
            ("date greater than a text date", &date, Condition::GreaterThan(Value::text("2026-01-01")), true),
            ("number equals a text number", &number(1.0), Condition::Equals(Value::text("1.0")), true),
            ("flag equals a text", &Value::Flag(true), Condition::Equals(Value::text("true")), true),
            ("date equals a date", &date, Condition::Equals(date.clone()), true),
            ("time greater than a time", &late, Condition::GreaterThan(early.clone()), true),
            ("time less than a text time", &early, Condition::LessThan(Value::text("1970-01-01T00:00:02Z")), true),
            ("text number greater than a number", &Value::text("10"), Condition::GreaterThan(number(2.0)), true),
            ("text numbers by value", &Value::text("10"), Condition::GreaterThan(Value::text("9")), true),
            ("texts by their letters", &text, Condition::GreaterThan(Value::text("ever")), true),
            ("rich text by its words", &rich, Condition::Equals(Value::text("a b")), true),
            ("number less than a number", &number(1.0), Condition::LessThan(number(2.0)), true),
            ("flag equals a flag", &Value::Flag(true), Condition::Equals(Value::Flag(true)), true),
            ("flag equals another text", &Value::Flag(true), Condition::Equals(Value::text("no")), false),
            ("a date is no number", &date, Condition::LessThan(number(1.0)), false),
            ("nothing follows nothing", &Value::Empty, Condition::Equals(Value::Empty), false),
            ("nothing is not less than anything", &Value::Empty, Condition::LessThan(number(1.0)), false),
        ];
        for (name, value, condition, expected) in rows {
            assert_eq!(condition.holds(value), *expected, "{name}");
        }
    }

    #[test]
    fn a_day_against_a_time_is_the_whole_day_and_a_time_against_a_day_is_its_day() {
        let time = |text: &str| Value::Instant(text.parse().unwrap());
        let (first, last) = (time("2026-01-02T00:00:00Z"), time("2026-01-02T23:59:59.999Z"));
        let (before, after) = (time("2026-01-01T23:59:59.999Z"), time("2026-01-03T00:00:00Z"));
        let day = Value::Date(jiff::civil::date(2026, 1, 2));
        // What each is: before, within, after.
        let rows: [(&str, &Value, &str, [bool; 3]); 9] = [
            ("a time of the day before", &before, "2026-01-02", [true, false, false]),
            ("the first time of the day", &first, "2026-01-02", [false, true, false]),
            ("the last time of the day", &last, "2026-01-02", [false, true, false]),
            ("the first time after it", &after, "2026-01-02", [false, false, true]),
            ("a day and a later time of it", &day, "2026-01-02T12:00:00Z", [false, true, false]),
            ("a day and a time of the next in UTC", &day, "2026-01-02T23:00:00-02:00", [true, false, false]),
            ("a time as Jira writes it", &first, "2026-01-02T02:00:00.000+0200", [false, true, false]),
            ("a word", &first, "yesterday", [false; 3]),
            ("a time without its offset", &first, "2026-01-02T00:00:00", [false; 3]),
        ];
        for (name, value, wanted, expected) in rows {
            let wanted = || Value::text(wanted);
            let conditions =
                [Condition::LessThan(wanted()), Condition::Equals(wanted()), Condition::GreaterThan(wanted())];
            assert_eq!(conditions.map(|condition| condition.holds(value)), expected, "{name}");
        }
    }

    #[test]
    fn what_is_neither_a_day_nor_a_time_is_named() {
        let test = |condition| Filter::Test("CreatedDate".into(), condition);
        let good = ["2026-01-02", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000+0100"];
        let good = good.map(|text| test(Condition::GreaterThan(Value::text(text))));
        let bad = ["yesterday", "2026-01-02T03:04:05", "01/02/2026"];
        let bad = bad.map(|text| test(Condition::Equals(Value::text(text))));
        let other = [test(Condition::Is(Value::text("x"))), test(Condition::IsEmpty)];
        let all = Filter::Any(good.into_iter().chain(bad).chain(other).collect());
        let unfit = all.unfit(&|_| Some(Holds::Times)).into_iter();
        let said: Vec<String> = unfit.map(|unfit| format!("{} {}", unfit.path, unfit.wanted)).collect();
        let expected = ["CreatedDate yesterday", "CreatedDate 2026-01-02T03:04:05", "CreatedDate 01/02/2026"];
        assert_eq!(said, expected);
    }

    #[test]
    fn groups_decide_without_an_unreadable_field_only_when_another_settles_them() {
        let is = |p: &str, v: &str| Filter::Test(p.into(), Condition::Is(Value::text(v)));
        let record = record(&[("Origin", Value::text("Web"))]);
        let all = Filter::All(vec![is("Hidden", "x"), is("Origin", "Phone")]);
        assert_eq!(all.judge(&record), Verdict::Fails, "a failed part settles AND");
        let any = Filter::Any(vec![is("Hidden", "x"), is("Origin", "Web")]);
        assert_eq!(any.judge(&record), Verdict::Passes, "a passed part settles OR");
        let open = Filter::All(vec![is("Hidden", "x"), is("Origin", "Web")]);
        assert_eq!(open.judge(&record), Verdict::Unknown("Hidden".into()));
    }

    #[test]
    fn what_came_in_since_the_last_run_narrows_what_a_run_takes_up() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let record = record(&[("CreatedDate", Value::Instant(at(100))), ("Origin", Value::text("Web"))]);
        let since = Filter::SinceLast("CreatedDate".into());
        let web = Filter::Test("Origin".into(), Condition::Is(Value::text("Web")));
        let both = Filter::All(vec![web.clone(), since.clone()]);
        let rows = [
            ("no run yet", &both, None, Verdict::Passes),
            ("after the last run", &both, Some(at(99)), Verdict::Passes),
            ("before the last run", &both, Some(at(100)), Verdict::Fails),
            ("another part lets it in", &Filter::Any(vec![web, since.clone()]), Some(at(200)), Verdict::Passes),
        ];
        for (name, filter, last, expected) in rows {
            assert_eq!(filter.judge_since(&record, last), expected, "{name}");
            assert_eq!(filter.judge(&record), Verdict::Passes, "{name}: nothing is decided by it");
        }
        assert_eq!(since.judge_since(&Record::default(), Some(at(1))), Verdict::Unknown("CreatedDate".into()));
        assert!(both.looks_back() && !Filter::default().looks_back());
    }

    #[test]
    fn the_test_that_keeps_a_record_out_is_named() {
        let is = |v: &str| Filter::Test("Origin".into(), Condition::Is(Value::text(v)));
        let record = record(&[("Origin", Value::text("Web"))]);
        let nested = Filter::All(vec![is("Web"), Filter::Any(vec![is("Phone"), is("Email")])]);
        let (path, condition) = nested.fails_at(&record).unwrap();
        assert_eq!(format!("{path} {condition}"), "Origin is \"Phone\"");
        assert_eq!(Filter::Any(vec![is("Phone"), is("Web")]).fails_at(&record), None);
    }

    #[test]
    fn empty_groups() {
        assert_eq!(Filter::default().judge(&Record::default()), Verdict::Passes);
        assert_eq!(Filter::Any(vec![]).judge(&Record::default()), Verdict::Fails);
    }
}

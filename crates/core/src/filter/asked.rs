//! The part of a filter that a vendor's own query can answer, so that what it keeps back never travels.
//!
//! A vendor may let more through than we would, never less: what arrives is judged again, by the whole filter. So a test
//! is asked only where every value that passes here passes there too; the others are left out of an AND, and one of them
//! in an OR leaves out that OR.

use jiff::Timestamp;

use super::{
    Condition, Filter,
    when::{MILLISECOND, When},
};
use crate::{
    record::FieldPath,
    value::{Number, Value},
};

/// Longest text that is asked for; SOQL takes 4,000 characters with their escapes.
const CHARS_MAX: usize = 255;

/// Numbers beyond this are rounded differently by what stores them as decimals.
const NUMBER_MAX: f64 = 1e12;

/// How far a vendor's query language compares a field as we do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparable {
    /// A line of text: whole and in parts, whatever the case of its letters.
    Line,
    /// One name of a list, whatever the case of its letters.
    Name,
    /// Several names of a list.
    Names,
    /// A number.
    Number,
    /// True or false, never nothing.
    Flag,
    /// A day.
    Date,
    /// A point in time: before and after.
    Instant,
    /// Whether there is something in it.
    Presence,
    /// That there is something in it; what looks empty to us (a document without a word) may not be empty there.
    Filled,
}

/// What is asked of a vendor.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Every part passes; no parts: everything passes.
    All(Vec<Asked>),
    /// At least one part passes; no parts: nothing passes.
    Any(Vec<Asked>),
    /// Nothing in it.
    Empty(FieldPath),
    /// Something in it.
    Filled(FieldPath),
    /// One of these, or a member is.
    OneOf(FieldPath, Vec<Value>),
    /// None of these, and no member is; nothing in it passes.
    NoneOf(FieldPath, Vec<Value>),
    /// The text occurs in it.
    Contains(FieldPath, String),
    /// The text does not occur in it; nothing in it passes.
    ContainsNot(FieldPath, String),
    /// Smaller number, earlier time.
    Less(FieldPath, Value),
    /// Greater number, later time.
    Greater(FieldPath, Value),
}

impl Filter {
    /// What can be asked of the vendor whose fields are `comparable`; none when that is nothing at all. `last` is the
    /// start of the last run that finished.
    #[must_use]
    pub fn asked(
        &self,
        last: Option<Timestamp>,
        comparable: &impl Fn(&FieldPath) -> Option<Comparable>,
    ) -> Option<Asked> {
        self.narrowed(last).ask(comparable)
    }

    fn ask(&self, comparable: &impl Fn(&FieldPath) -> Option<Comparable>) -> Option<Asked> {
        match self {
            Self::All(parts) => {
                let parts: Vec<Asked> = parts.iter().filter_map(|part| part.ask(comparable)).collect();
                (!parts.is_empty()).then_some(Asked::All(parts))
            }
            Self::Any(parts) => parts.iter().map(|part| part.ask(comparable)).collect::<Option<_>>().map(Asked::Any),
            Self::Test(path, condition) => test(path.clone(), condition, comparable(path)?),
            Self::SinceLast(_) => None,
        }
    }
}

fn test(path: FieldPath, condition: &Condition, how: Comparable) -> Option<Asked> {
    use Condition::{
        Contains, DoesNotContain, Equals, GreaterThan, Is, IsEmpty, IsNot, IsNotEmpty, IsNotOneOf, IsOneOf, LessThan,
    };
    let named = |values: &[Value]| values.iter().map(|value| named(value, how)).collect::<Option<Vec<_>>>();
    match condition {
        IsEmpty if how != Comparable::Flag && how != Comparable::Filled => Some(Asked::Empty(path)),
        IsNotEmpty if how != Comparable::Flag => Some(Asked::Filled(path)),
        IsEmpty | IsNotEmpty => None,
        Is(value) => Some(Asked::OneOf(path, named(std::slice::from_ref(value))?)),
        IsOneOf(values) => Some(Asked::OneOf(path, named(values)?)),
        // There is only one other.
        IsNot(value) if how == Comparable::Flag => Some(Asked::OneOf(path, vec![opposite(&self::named(value, how)?)?])),
        IsNotOneOf(_) if how == Comparable::Flag => None,
        IsNot(value) => Some(Asked::NoneOf(path, named(std::slice::from_ref(value))?)),
        IsNotOneOf(values) => Some(Asked::NoneOf(path, named(values)?)),
        Contains(value) if how == Comparable::Names => Some(Asked::OneOf(path, vec![self::named(value, how)?])),
        DoesNotContain(value) if how == Comparable::Names => Some(Asked::NoneOf(path, vec![self::named(value, how)?])),
        Contains(value) if how == Comparable::Line => Some(Asked::Contains(path, words(value)?)),
        DoesNotContain(value) if how == Comparable::Line => Some(Asked::ContainsNot(path, words(value)?)),
        Contains(_) | DoesNotContain(_) => None,
        Equals(value) if how == Comparable::Instant => {
            let (first, last) = When::of(value)?.ends()?;
            let (before, after) = (first.checked_sub(MILLISECOND).ok()?, last.checked_add(MILLISECOND).ok()?);
            let after = Asked::Less(path.clone(), Value::Instant(after));
            Some(Asked::All(vec![Asked::Greater(path, Value::Instant(before)), after]))
        }
        LessThan(value) if how == Comparable::Instant => {
            Some(Asked::Less(path, Value::Instant(When::of(value)?.ends()?.0)))
        }
        GreaterThan(value) if how == Comparable::Instant => {
            Some(Asked::Greater(path, Value::Instant(When::of(value)?.ends()?.1)))
        }
        Equals(value) => Some(Asked::OneOf(path, vec![equal(value, how)?])),
        LessThan(value) => Some(Asked::Less(path, bound(value, how)?)),
        GreaterThan(value) => Some(Asked::Greater(path, bound(value, how)?)),
    }
}

/// A value for `is`, which compares by how a value is written: `is: 1.0` is no number that is shown as `1`.
fn named(value: &Value, how: Comparable) -> Option<Value> {
    match how {
        Comparable::Line => words(value).map(Value::Text),
        // What looks like an id may be taken for one.
        Comparable::Name | Comparable::Names => {
            words(value).filter(|name| name.parse::<u64>().is_err() && !name.contains(';')).map(Value::Text)
        }
        Comparable::Number | Comparable::Flag | Comparable::Date => {
            typed(value, how).filter(|typed| typed.to_string() == value.to_string())
        }
        Comparable::Instant | Comparable::Presence | Comparable::Filled => None,
    }
}

/// A value for `equals`, which compares numbers and dates by what they are, and other texts by their letters.
fn equal(value: &Value, how: Comparable) -> Option<Value> {
    match how {
        Comparable::Line | Comparable::Name => {
            let is_number = value.to_string().parse::<f64>().is_ok();
            (value.as_text().is_some() && !is_number).then(|| named(value, how)).flatten()
        }
        Comparable::Number | Comparable::Flag | Comparable::Date => typed(value, how),
        Comparable::Names | Comparable::Instant | Comparable::Presence | Comparable::Filled => None,
    }
}

/// A value for `less than` and `greater than`; times have ends.
fn bound(value: &Value, how: Comparable) -> Option<Value> {
    match how {
        Comparable::Number | Comparable::Date => typed(value, how),
        _ => None,
    }
}

/// The value as the kind that the field has.
fn typed(value: &Value, how: Comparable) -> Option<Value> {
    let typed = match (how, value) {
        (Comparable::Number, Value::Number(_)) | (Comparable::Flag, Value::Flag(_)) => value.clone(),
        (Comparable::Number, Value::Text(text)) => Value::Number(text.parse().ok().and_then(Number::new)?),
        (Comparable::Flag, Value::Text(text)) => Value::Flag(text.parse().ok()?),
        (Comparable::Date, value) => Value::Date(When::of(value)?.day()),
        _ => return None,
    };
    match &typed {
        Value::Number(number) if number.get().abs() > NUMBER_MAX => None,
        _ => Some(typed),
    }
}

fn opposite(flag: &Value) -> Option<Value> {
    match flag {
        Value::Flag(flag) => Some(Value::Flag(!flag)),
        _ => None,
    }
}

/// A text that every vendor compares as we do: one line, of letters that have one small and one capital form.
fn words(value: &Value) -> Option<String> {
    let text = value.to_string();
    let folds = |c: char| c.to_uppercase().flat_map(char::to_lowercase).eq(c.to_lowercase());
    let is_simple = text.chars().all(|c| !c.is_control() && folds(c))
        && text.chars().flat_map(char::to_lowercase).collect::<String>() == text.to_lowercase();
    let is_one = !matches!(value, Value::List(_) | Value::Empty);
    (is_one && is_simple && text.chars().count() <= CHARS_MAX).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [(&str, Comparable); 9] = [
        ("line", Comparable::Line),
        ("name", Comparable::Name),
        ("names", Comparable::Names),
        ("number", Comparable::Number),
        ("flag", Comparable::Flag),
        ("date", Comparable::Date),
        ("instant", Comparable::Instant),
        ("presence", Comparable::Presence),
        ("filled", Comparable::Filled),
    ];

    fn comparable(path: &FieldPath) -> Option<Comparable> {
        FIELDS.iter().find(|(name, _)| *name == path.as_str()).map(|(_, how)| *how)
    }

    fn asked(field: &str, condition: Condition) -> Option<Asked> {
        Filter::Test(field.into(), condition).asked(None, &comparable)
    }

    #[test]
    fn only_what_a_vendor_answers_as_we_do_is_asked() {
        let text = Value::text;
        let one = |field: &str, value: Value| Some(Asked::OneOf(field.into(), vec![value]));
        let none = |field: &str, value: Value| Some(Asked::NoneOf(field.into(), vec![value]));
        let number = |n: f64| Value::Number(Number::new(n).unwrap());
        let day = Value::Date(jiff::civil::date(2026, 1, 2));
        let time = |text: &str| Value::Instant(text.parse().unwrap());
        let within = |after: &str, before: &str| {
            let after = Asked::Greater("instant".into(), time(after));
            Some(Asked::All(vec![after, Asked::Less("instant".into(), time(before))]))
        };
        let rows = [
            ("a line", asked("line", Condition::Is(text("Web"))), one("line", text("Web"))),
            ("other letters", asked("line", Condition::Is(text("Größe"))), None),
            ("an accent", asked("line", Condition::Is(text("Århus"))), one("line", text("Århus"))),
            ("two lines", asked("line", Condition::Is(text("a\nb"))), None),
            ("nothing", asked("line", Condition::Is(Value::Empty)), None),
            (
                "a part of a line",
                asked("line", Condition::Contains(text("%"))),
                Some(Asked::Contains("line".into(), "%".into())),
            ),
            ("a part of a name", asked("name", Condition::Contains(text("x"))), None),
            ("a name like an id", asked("name", Condition::Is(text("10"))), None),
            ("a line like an id", asked("line", Condition::Is(text("10"))), one("line", text("10"))),
            ("a member", asked("names", Condition::Contains(text("x"))), one("names", text("x"))),
            ("no member", asked("names", Condition::IsNot(text("x"))), none("names", text("x"))),
            ("two members at once", asked("names", Condition::Is(text("x;y"))), None),
            ("text that equals", asked("line", Condition::Equals(text("Web"))), one("line", text("Web"))),
            ("number in a line", asked("line", Condition::Equals(text("1.0"))), None),
            ("order of texts", asked("line", Condition::LessThan(text("b"))), None),
            ("a number", asked("number", Condition::Equals(text("1.0"))), one("number", number(1.0))),
            ("a number as it is shown", asked("number", Condition::Is(number(1.0))), one("number", number(1.0))),
            ("a number as it is not shown", asked("number", Condition::Is(text("1.0"))), None),
            ("a huge number", asked("number", Condition::Equals(number(1e13))), None),
            ("a flag", asked("flag", Condition::IsNot(Value::Flag(true))), one("flag", Value::Flag(false))),
            ("a flag is never empty", asked("flag", Condition::IsEmpty), None),
            ("a flag is always filled", asked("flag", Condition::IsNotEmpty), None),
            ("no flag of several", asked("flag", Condition::IsNotOneOf(vec![Value::Flag(true)])), None),
            ("no name of several", asked("name", Condition::IsNotOneOf(vec![text("x")])), none("name", text("x"))),
            ("not among names", asked("names", Condition::DoesNotContain(text("x"))), none("names", text("x"))),
            ("no part of a name", asked("name", Condition::DoesNotContain(text("x"))), None),
            (
                "no part of a line",
                asked("line", Condition::DoesNotContain(text("x"))),
                Some(Asked::ContainsNot("line".into(), "x".into())),
            ),
            (
                "a day",
                asked("date", Condition::GreaterThan(text("2026-01-02"))),
                Some(Asked::Greater("date".into(), day.clone())),
            ),
            ("no day", asked("date", Condition::GreaterThan(text("soon"))), None),
            (
                "after a whole day",
                asked("instant", Condition::GreaterThan(text("2026-01-02"))),
                Some(Asked::Greater("instant".into(), time("2026-01-02T23:59:59.999Z"))),
            ),
            (
                "before a whole day",
                asked("instant", Condition::LessThan(text("2026-01-02"))),
                Some(Asked::Less("instant".into(), time("2026-01-02T00:00:00Z"))),
            ),
            (
                "within a day",
                asked("instant", Condition::Equals(text("2026-01-02"))),
                within("2026-01-01T23:59:59.999Z", "2026-01-03T00:00:00Z"),
            ),
            (
                "a moment itself",
                asked("instant", Condition::Equals(text("2026-01-02T03:04:05Z"))),
                within("2026-01-02T03:04:04.999Z", "2026-01-02T03:04:05.001Z"),
            ),
            ("finer than vendors keep", asked("instant", Condition::LessThan(text("2026-01-02T03:04:05.0001Z"))), None),
            ("a day by a time of it", asked("date", Condition::Equals(text("2026-01-02T03:04:05Z"))), one("date", day)),
            ("there or not", asked("presence", Condition::IsEmpty), Some(Asked::Empty("presence".into()))),
            ("whose", asked("presence", Condition::Is(text("x"))), None),
            ("perhaps empty", asked("filled", Condition::IsEmpty), None),
            ("not empty", asked("filled", Condition::IsNotEmpty), Some(Asked::Filled("filled".into()))),
            ("unknown field", asked("other", Condition::IsEmpty), None),
        ];
        for (name, found, expected) in rows {
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn what_is_not_asked_leaves_an_and_smaller_and_an_or_out() {
        let known = || Filter::Test("presence".into(), Condition::IsEmpty);
        let unknown = || Filter::Test("other".into(), Condition::IsEmpty);
        let empty = || Asked::Empty("presence".into());
        let ask = |filter: Filter| filter.asked(None, &comparable);
        assert_eq!(ask(Filter::All(vec![known(), unknown()])), Some(Asked::All(vec![empty()])));
        assert_eq!(ask(Filter::All(vec![unknown()])), None);
        assert_eq!(ask(Filter::default()), None);
        assert_eq!(ask(Filter::Any(vec![known(), unknown()])), None);
        assert_eq!(ask(Filter::Any(vec![known(), known()])), Some(Asked::Any(vec![empty(), empty()])));
        assert_eq!(ask(Filter::Any(vec![])), Some(Asked::Any(vec![])), "nothing passes");
    }

    #[test]
    fn the_last_run_is_asked_for_by_its_time() {
        let last = Timestamp::from_second(100).unwrap();
        let since = Filter::SinceLast("instant".into());
        assert_eq!(since.asked(Some(last), &comparable), Some(Asked::Greater("instant".into(), Value::Instant(last))));
        assert_eq!(since.asked(None, &comparable), None, "everything is new");
    }
}

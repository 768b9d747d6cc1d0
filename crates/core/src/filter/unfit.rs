//! Tests that no value of a field can ever answer as they mean it: a word where numbers are, two names where each stands
//! for itself.

use std::fmt;

use super::{
    condition::{Condition, flag, number},
    when::When,
};
use crate::{record::FieldPath, value::Value};

/// What a field holds, as far as that limits what it can be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Days or points in time.
    Times,
    /// Numbers.
    Numbers,
    /// True or false.
    Flags,
    /// Several names of a list in one text, with semicolons between them.
    Names,
}

/// A test that compares a field with something that it never shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unfit<'f> {
    /// The field.
    pub path: &'f FieldPath,
    /// What it holds.
    pub holds: Holds,
    /// What it is compared with.
    pub wanted: &'f Value,
}

impl fmt::Display for Unfit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = self.wanted;
        match self.holds {
            Holds::Times => write!(
                f,
                "it holds times, and a filter compares it with \"{wanted}\", which is neither a day nor a time"
            ),
            Holds::Numbers => {
                write!(f, "it holds numbers, and a filter compares it with \"{wanted}\", which is none")
            }
            Holds::Flags => {
                write!(f, "it holds true or false, and a filter compares it with \"{wanted}\", which is neither")
            }
            Holds::Names => {
                write!(f, "it holds names that are compared one by one, and a filter compares it with \"{wanted}\"")
            }
        }
    }
}

impl Holds {
    /// What to write instead.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Times => "Write a day as `2026-12-31`, or a time with its offset as `2026-12-31T12:00:00Z`.",
            Self::Numbers => "Write a number without separators, such as `1000` or `0.5`.",
            Self::Flags => "Write `true` or `false`.",
            Self::Names => "Write `is` with one name; several names are several tests in a group `all:`.",
        }
    }
}

impl Condition {
    /// What it compares with, as far as a field never shows that.
    pub(super) fn unfit(&self, holds: Holds) -> Vec<&Value> {
        let ordered = match self {
            Self::LessThan(wanted) | Self::GreaterThan(wanted) | Self::Equals(wanted) => Some(wanted),
            _ => None,
        };
        let named: &[Value] = match self {
            Self::Is(wanted) | Self::IsNot(wanted) => std::slice::from_ref(wanted),
            Self::IsOneOf(wanted) | Self::IsNotOneOf(wanted) => wanted,
            _ => &[],
        };
        let all = || named.iter().chain(ordered);
        match holds {
            Holds::Times => ordered.into_iter().filter(|wanted| When::of(wanted).is_none()).collect(),
            Holds::Numbers => all().filter(|wanted| number(wanted).is_none()).collect(),
            Holds::Flags => all().filter(|wanted| flag(&lower(wanted)).is_none()).collect(),
            // They stand in no order, and none of them has a semicolon in it.
            Holds::Names => named.iter().filter(|wanted| wanted.to_string().contains(';')).chain(ordered).collect(),
        }
    }
}

/// Names are compared whatever the case of their letters.
fn lower(value: &Value) -> Value {
    value.as_text().map_or_else(|| value.clone(), |text| Value::text(&text.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Filter;

    #[test]
    fn what_a_field_never_shows_is_no_answer() {
        let text = Value::text;
        let rows = [
            (Holds::Numbers, Condition::GreaterThan(text("abc")), Some("abc")),
            (Holds::Numbers, Condition::Equals(text("1,000")), Some("1,000")),
            (Holds::Numbers, Condition::Is(text("10")), None),
            (Holds::Flags, Condition::Equals(text("yes")), Some("yes")),
            (Holds::Flags, Condition::Is(text("True")), None),
            (Holds::Flags, Condition::Equals(Value::Flag(true)), None),
            (Holds::Names, Condition::Is(text("A;B")), Some("A;B")),
            (Holds::Names, Condition::Equals(text("A")), Some("A")),
            (Holds::Names, Condition::IsOneOf(vec![text("A"), text("B")]), None),
            (Holds::Times, Condition::LessThan(text("soon")), Some("soon")),
            (Holds::Times, Condition::LessThan(text("2026-01-01")), None),
            (Holds::Times, Condition::IsEmpty, None),
        ];
        for (holds, condition, wanted) in rows {
            let said = format!("{holds:?} {condition}");
            let filter = Filter::Any(vec![Filter::Test(FieldPath::from("F"), condition)]);
            let unfit = filter.unfit(&|_| Some(holds));
            assert_eq!(unfit.first().map(|unfit| unfit.wanted.to_string()).as_deref(), wanted, "{said}");
            assert!(filter.unfit(&|_| None).is_empty());
        }
    }
}

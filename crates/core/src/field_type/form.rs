//! The form in which a Salesforce field takes values.

use crate::value::Value;

/// The form that a Salesforce field wants of a value: it reads no other, and then refuses the whole record without saying
/// because of which field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// None that is known here.
    #[default]
    Any,
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// A number without decimals.
    Whole,
    /// `2026-12-31`.
    Date,
    /// `2026-12-31T08:05:00Z`.
    Instant,
    /// `08:05:00`.
    Time,
}

impl Form {
    /// Of a field that describe calls `name`.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "boolean" => Self::Flag,
            "int" | "long" => Self::Whole,
            "double" | "currency" | "percent" => Self::Number,
            "date" => Self::Date,
            "datetime" => Self::Instant,
            "time" => Self::Time,
            _ => Self::Any,
        }
    }

    /// Whether a value reads as one.
    #[must_use]
    pub fn takes(self, value: &Value) -> bool {
        let number = || match value {
            Value::Number(number) => Some(number.get()),
            Value::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        let text = value.as_text().map(str::trim).unwrap_or_default();
        match self {
            _ if value.is_empty() => true,
            Self::Any => true,
            Self::Flag => matches!(value, Value::Flag(_)) || matches!(&*text.to_lowercase(), "true" | "false"),
            Self::Number => number().is_some(),
            Self::Whole => number().is_some_and(|number| number.fract() == 0.0),
            Self::Date | Self::Instant if matches!(value, Value::Date(_) | Value::Instant(_)) => true,
            Self::Date | Self::Instant => text.get(..10).is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok()),
            Self::Time => text.trim_end_matches('Z').parse::<jiff::civil::Time>().is_ok(),
        }
    }

    /// What it is, for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Flag => "true or false",
            Self::Number => "a number",
            Self::Whole => "a whole number",
            Self::Date => "a date such as 2026-12-31",
            Self::Instant => "a time such as 2026-12-31T08:05:00Z",
            Self::Time => "a time of day such as 08:05:00",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_takes_what_reads_as_one() {
        for (form, taken, not) in [
            (Form::Time, ["08:05:00.000Z", "13:30"], ["8:05", "noon"]),
            (Form::Date, ["2026-12-31", " 2026-12-31T10:00:00Z"], ["soon", "31.12.2026"]),
            (Form::Instant, ["2026-12-31T08:05:00Z", "2026-12-31T08:05:00.000+0000"], ["soon", "8:05"]),
            (Form::Number, ["1.5", "-2"], ["1,5", "NaN"]),
            (Form::Whole, ["3", "4.0"], ["3.7", "three"]),
            (Form::Flag, ["true", "FALSE"], ["yes", "1"]),
        ] {
            assert!(taken.iter().all(|text| form.takes(&Value::text(text))), "{form:?}");
            assert!(not.iter().all(|text| !form.takes(&Value::text(text))), "{form:?}");
            assert!(form.takes(&Value::Empty), "{form:?} is emptied");
        }
    }
}

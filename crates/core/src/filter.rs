//! Entry filters: which records and issues an item takes. AND and OR groups of conditions.

mod asked;
mod condition;
mod unfit;
mod when;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    record::{FieldPath, Record},
    value::Value,
};

pub use asked::{Asked, Comparable};
pub use condition::{Condition, OPERATORS};
pub use unfit::{Holds, Unfit};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Field;

    fn record(fields: &[(&str, Value)]) -> Record {
        fields.iter().map(|(p, v)| (FieldPath::from(*p), Field::Known(v.clone()))).collect()
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

//! Which records belong together by what they show, where neither names the other.
//!
//! A match rule names a field of each side; records that show the same there, and have no twin yet, are alike. Two that
//! are alike, and nobody else with them, are a pair. More than two are a matter for a person: nothing is guessed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    record::{FieldPath, Record},
    side::{Side, Sides},
    value::Value,
};

/// One rule under `match:`: a pair of fields that show the same on twins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchRule {
    /// The field of each side.
    pub paths: Sides<FieldPath>,
}

impl MatchRule {
    /// What a record shows under the rule, in the form in which both sides are compared: capitals and white space around
    /// it do not count. None where there is nothing to go by: no letter and no digit.
    #[must_use]
    pub fn value(&self, side: Side, record: &Record) -> Option<String> {
        match record.value(self.paths.get(side).as_str())? {
            Value::Text(_) | Value::Number(_) => {}
            Value::Empty | Value::Rich(_) | Value::Flag(_) | Value::Date(_) | Value::Instant(_) | Value::List(_) => {
                return None;
            }
        }
        self.compared(side, record).filter(|text| text.chars().any(char::is_alphanumeric))
    }

    /// Whether the rule's field of a side could be read.
    #[must_use]
    pub fn can_read(&self, side: Side, record: &Record) -> bool {
        record.value(self.paths.get(side).as_str()).is_some()
    }

    fn compared(&self, side: Side, record: &Record) -> Option<String> {
        Some(record.value(self.paths.get(side).as_str())?.to_string().trim().to_lowercase())
    }
}

/// As it is told: `SerialNumber__c = Serial Number`.
impl fmt::Display for MatchRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.paths.salesforce, self.paths.jira)
    }
}

/// A record without a twin, by its id and by what people call it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    /// The Salesforce record id, or the Jira issue id.
    pub id: String,
    /// `Case 00001007`, `OPS-7`.
    pub name: String,
}

/// Records and issues that show the same under a rule and have no twin yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The rule.
    pub rule: String,
    /// What they show, as it is compared.
    pub value: String,
    /// Who they are.
    pub members: Sides<Vec<Member>>,
}

/// What a group says about one of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Likeness<'a> {
    /// The other side has none like it.
    Nobody,
    /// This one is its twin: on either side they are alone.
    Twin(&'a Member),
    /// A person must say.
    Several,
}

impl Group {
    /// What the group says about its members of a side.
    #[must_use]
    pub fn likeness(&self, side: Side) -> Likeness<'_> {
        match (self.members.get(side).as_slice(), self.members.get(side.other()).as_slice()) {
            (_, []) => Likeness::Nobody,
            ([] | [_], [only]) => Likeness::Twin(only),
            _ => Likeness::Several,
        }
    }

    /// Whether it is about the same value under the same rule.
    #[must_use]
    pub fn is_about(&self, rule: &MatchRule, value: &str) -> bool {
        self.value == value && self.rule == rule.to_string()
    }

    /// Whether a record or an issue belongs to it.
    #[must_use]
    pub fn has(&self, side: Side, id: &str) -> bool {
        self.members.get(side).iter().any(|member| member.id == id)
    }
}

/// Who could be whose twin: `Case 00001007 and OPS-7, OPS-9 show the same (SerialNumber__c = Serial Number: "sn-1")`.
impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |side: Side| {
            let names: Vec<&str> = self.members.get(side).iter().map(|member| member.name.as_str()).collect();
            names.join(", ")
        };
        let (records, issues) = (names(Side::Salesforce), names(Side::Jira));
        write!(f, "{records} and {issues} show the same ({}: \"{}\")", self.rule, self.value)
    }
}

/// What is known of those that are like a record without a twin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Alike {
    /// None is, or nobody minds.
    #[default]
    Nobody,
    /// Several are, so that a person must say who its twin is.
    Several(Group),
    /// A person has said that it stays without a twin.
    Ignored(Group),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{record::Field, value::Number};

    fn rule() -> MatchRule {
        MatchRule { paths: Sides::new("Serial__c".into(), "Serial".into()) }
    }

    fn shows(path: &str, value: Value) -> Record {
        [(FieldPath::from(path), Field::Known(value))].into_iter().collect()
    }

    #[test]
    fn what_counts_as_the_same() {
        let number = |n| Number::new(n).map_or(Value::Empty, Value::Number);
        let table = [
            ("capitals", Value::text("SN-1a"), Value::text("sn-1A"), true),
            ("white space around it", Value::text("  SN-1 "), Value::text("SN-1"), true),
            ("white space within", Value::text("SN  1"), Value::text("SN 1"), false),
            ("letters of other scripts", Value::text("ГРУША"), Value::text("груша"), true),
            ("a number and its digits", number(42.0), Value::text("42"), true),
            ("a part of it", Value::text("SN-1"), Value::text("SN-10"), false),
        ];
        for (name, salesforce, jira, same) in table {
            let (record, issue) = (shows("Serial__c", salesforce), shows("Serial", jira));
            let values = (rule().value(Side::Salesforce, &record), rule().value(Side::Jira, &issue));
            assert!(values.0.is_some() && values.1.is_some(), "{name}");
            assert_eq!(values.0 == values.1, same, "{name}");
        }
        for nothing in [Value::Empty, Value::text("-- "), Value::Flag(true), Value::list(vec![Value::text("a")])] {
            assert_eq!(rule().value(Side::Jira, &shows("Serial", nothing)), None, "nothing to go by");
        }
    }

    #[test]
    fn two_that_are_alone_are_a_pair_and_more_are_asked_about() {
        let member = |id: &str| Member { id: id.into(), name: id.into() };
        let group = |records: &[&str], issues: &[&str]| {
            let all = |ids: &[&str]| ids.iter().map(|id| member(id)).collect();
            Group { members: Sides::new(all(records), all(issues)), ..Group::default() }
        };
        let table: [(&[&str], &[&str], _, _); 5] = [
            (&["A"], &[], "nobody", "several"),
            (&["A"], &["1"], "1", "A"),
            (&["A"], &["1", "2"], "several", "several"),
            (&["A", "B"], &["1"], "several", "several"),
            (&["A", "B"], &["1", "2"], "several", "several"),
        ];
        let word = |likeness: Likeness<'_>| match likeness {
            Likeness::Nobody => "nobody".to_owned(),
            Likeness::Twin(member) => member.id.clone(),
            Likeness::Several => "several".to_owned(),
        };
        for (records, issues, of_record, of_issue) in table {
            let group = group(records, issues);
            assert_eq!(word(group.likeness(Side::Salesforce)), of_record, "{records:?} {issues:?}");
            if !issues.is_empty() {
                assert_eq!(word(group.likeness(Side::Jira)), of_issue, "{records:?} {issues:?}");
            }
        }
    }
}

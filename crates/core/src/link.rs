//! What is known about one link besides the two records: its ids, where it came from, what people decided, and what became
//! of an end that is not what it was.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    item::MappingKey,
    likeness::Alike,
    roll_up::Siblings,
    side::{Side, Sides},
    threads::digest_of,
    value::Value,
    workflow::Workflow,
};

/// Where a link came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Entente made or matched it.
    Auto,
    /// A person made it.
    Manual,
}

impl Origin {
    /// The word used in stored rows.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Manual => "manual",
        }
    }
}

/// Facts about one link, or about a record that may get one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkFacts {
    /// The Salesforce record id, once there is one.
    pub salesforce_id: Option<String>,
    /// The Jira issue key, once there is one.
    pub jira_key: Option<String>,
    /// The key by which the record names the issue, when that is one that the issue had before it moved.
    pub former_key: Option<String>,
    /// When the record was created, for a record that may get a twin.
    pub created: Option<Timestamp>,
    /// What a person decided about a field, by mapping.
    pub decisions: BTreeMap<MappingKey, Decision>,
    /// Writes that the vendor refused, by mapping; the same value is not sent again.
    pub blocked: BTreeMap<MappingKey, Blocked>,
    /// What the issue is, when it is not of the item's project and issue type: `SUP-3 is of type Task in SUP`.
    pub out_of_scope: Option<String>,
    /// How the Salesforce record goes on in another one.
    pub succession: Option<Succession>,
    /// For a record that may get a twin: another one that goes on in it, and whose link comes first.
    pub ancestor: Option<String>,
    /// An item that stands before this one, would take the record, and rests.
    pub waits_for: Option<String>,
    /// What it shares with other links, under an item that is not one to one.
    pub siblings: Option<Siblings>,
    /// Other links that share its record although the item, as it is now, allows no such thing: who they are.
    pub crowded: Option<String>,
    /// What is known of those that are like a record without a twin, by the item's match rules.
    pub alike: Alike,
    /// Whether the pair, or the record that may get a twin, was linked under the item before.
    pub was_linked: bool,
    /// Whether writes of ours may stand in Jira that were never recorded: the link was not at rest.
    pub is_unsettled: bool,
}

/// How a Salesforce record goes on in another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Succession {
    /// It was merged into another of its kind, and is deleted.
    Merged(Heir),
    /// A lead became an account, a contact and perhaps an opportunity; it stays, and can no longer be written.
    Converted {
        /// The record that the item wants to follow, and an item that is about it.
        heir: Option<Heir>,
        /// Why it cannot be followed, where the item wants that.
        lacking: Option<String>,
    },
}

impl Succession {
    /// The record that its link may go on with.
    #[must_use]
    pub fn heir(&self) -> Option<&Heir> {
        match self {
            Self::Merged(heir) => Some(heir),
            Self::Converted { heir, .. } => heir.as_ref(),
        }
    }

    /// The same, to say more of it.
    #[must_use]
    pub fn heir_mut(&mut self) -> Option<&mut Heir> {
        match self {
            Self::Merged(heir) => Some(heir),
            Self::Converted { heir, .. } => heir.as_mut(),
        }
    }
}

/// The record in which another one goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heir {
    /// The item under which its links live.
    pub item: String,
    /// Its id.
    pub id: String,
    /// The issue that it is linked with there already.
    pub issue: Option<String>,
}

/// What a person decided about a field. It holds for what the person saw: an edit made since then is another matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What shall stand.
    pub take: Take,
    /// What either side showed when it was decided.
    pub seen: Sides<Value>,
}

/// What shall stand after a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// What this side shows.
    Side(Side),
    /// A value of the person's own, in the words of one side; the other shows what the mapping makes of it.
    Value {
        /// In whose words.
        side: Side,
        /// The value.
        value: Value,
    },
}

/// A write that a vendor refused for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// Which side refused it.
    pub side: Side,
    /// The value that was refused, as a digest.
    pub value: Value,
    /// The vendor's own words.
    pub message: String,
    /// Whether a right was missing, as far as the vendor says so.
    #[serde(default)]
    pub lacks_right: bool,
    /// What else the refusal may rest on, as it was then: rights, fields, choices. Nothing where that is not known.
    #[serde(default)]
    pub circumstances: Option<String>,
    /// The versions of the two records at that time, as far as it rests on what they show; nothing where that is not known.
    #[serde(default)]
    pub versions: Sides<Option<String>>,
    /// Whether it is a status to which no way was known.
    #[serde(default)]
    pub lacks_way: bool,
}

impl Blocked {
    /// A refusal of this value, whatever it rests on.
    #[must_use]
    pub fn new(side: Side, value: Value, message: impl Into<String>) -> Self {
        Self {
            side,
            value: digest(&value),
            message: message.into(),
            lacks_right: false,
            circumstances: None,
            versions: Sides::default(),
            lacks_way: false,
        }
    }

    /// Whether it is a status to which no way was known, and issues offer one by now from the status that is shown.
    #[must_use]
    pub fn has_way(&self, shown: &Value, offered: &Workflow) -> bool {
        let is_of = |to: &str| self.is_of(&Value::list(vec![shown.clone(), Value::text(to)]));
        self.lacks_way && offered.reachable(&shown.to_string()).into_iter().any(is_of)
    }

    /// Whether it is this value that was refused. Older databases hold the value itself.
    #[must_use]
    pub fn is_of(&self, value: &Value) -> bool {
        self.value == *value || self.value == digest(value)
    }

    /// Whether it still stands under these circumstances, with the records in these versions. A refusal of which neither
    /// is known stands until the value changes, or a person lets it be tried again; a record that was not read is taken
    /// to be what it was.
    #[must_use]
    pub fn stands(&self, circumstances: &str, versions: Sides<Option<&str>>) -> bool {
        let is_same = |side: Side| {
            let then = self.versions.get(side).as_deref();
            then.is_none() || versions.get(side).is_none() || then == *versions.get(side)
        };
        self.circumstances.as_deref().is_none_or(|then| then == circumstances) && Side::BOTH.into_iter().all(is_same)
    }
}

/// A refused value is only ever compared, so that it need not be kept.
fn digest(value: &Value) -> Value {
    match value.is_empty() {
        true => Value::Empty,
        false => Value::Text(digest_of(&[&format!("{value:?}")])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_have_the_words_of_stored_rows() {
        assert_eq!([Origin::Auto, Origin::Manual].map(Origin::as_str), ["auto", "manual"]);
    }

    #[test]
    fn a_refusal_is_of_one_value_and_does_not_hold_it() {
        let refusal = Blocked::new(Side::Jira, Value::text("Confidential"), "no");
        assert!(refusal.is_of(&Value::text("Confidential")) && !refusal.is_of(&Value::text("confidential")));
        assert!(!format!("{refusal:?}").contains("onfidential"));
        let older = Blocked { value: Value::text("plain"), ..refusal };
        assert!(older.is_of(&Value::text("plain")) && !older.is_of(&Value::text("other")));
    }

    #[test]
    fn a_refusal_stands_under_the_circumstances_in_which_it_was_made() {
        let unread = Sides::default();
        let always = Blocked::new(Side::Jira, Value::text("a"), "no");
        let then = Blocked { circumstances: Some("then".into()), ..always.clone() };
        assert!(always.stands("now", unread) && then.stands("then", unread) && !then.stands("now", unread));
    }

    #[test]
    fn a_status_without_a_way_stands_until_issues_offer_one() {
        let (from, to) = (Value::text("To Do"), Value::text("Done"));
        let refused = Blocked::new(Side::Jira, Value::list(vec![from.clone(), to]), "no way");
        let refusal = Blocked { lacks_way: true, ..refused.clone() };
        let mut offered = Workflow::default();
        offered.learn("To Do", "Doing");
        assert!(!refusal.has_way(&from, &offered));
        offered.learn("Doing", "Done");
        assert!(refusal.has_way(&from, &offered) && !refusal.has_way(&Value::text("Doing"), &offered));
        assert!(!refused.has_way(&from, &offered), "the way was known, and was refused");
    }

    #[test]
    fn a_refusal_stands_until_the_record_it_rests_on_changes() {
        let versions = Sides::new(None, Some("2".to_owned()));
        let refusal = Blocked { versions, ..Blocked::new(Side::Jira, Value::text("a"), "no") };
        assert!(refusal.stands("now", Sides::new(Some("any"), Some("2"))));
        assert!(refusal.stands("now", Sides::new(Some("any"), None)), "what was not read is what it was");
        assert!(!refusal.stands("now", Sides::new(Some("any"), Some("3"))));
    }
}

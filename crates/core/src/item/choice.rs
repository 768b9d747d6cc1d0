//! What an item may be told to do, one word each: the values of its keys in the document.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::side::Side;

/// Whether an item, or one of its actions, runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemState {
    /// Not yet in use: never runs.
    Draft,
    /// Runs.
    Active,
    /// Stopped by a person.
    Paused,
}

/// How much an item may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Shows Salesforce values; writes nothing.
    DisplayOnly,
    /// Values flow from Salesforce to Jira.
    OneWay,
    /// Values flow both ways.
    TwoWay,
}

/// Which records auto-create takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// All that pass the filter.
    Everything,
    /// Those created after the item was first run.
    Now,
    /// Those created at or after this time.
    At(Timestamp),
}

/// How many may belong to one of the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cardinality {
    /// A record has one issue, and an issue one record.
    #[default]
    OneToOne,
    /// A record may have several issues.
    ManyIssues,
    /// An issue may have several records.
    ManyRecords,
}

impl Cardinality {
    /// The side whose record several links may share.
    #[must_use]
    pub fn one(self) -> Option<Side> {
        match self {
            Self::OneToOne => None,
            Self::ManyIssues => Some(Side::Salesforce),
            Self::ManyRecords => Some(Side::Jira),
        }
    }
}

/// What becomes of a link whose record no longer passes the filter, or whose issue is no longer of the project and type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnLeave {
    /// Stays in agreement.
    #[default]
    Keep,
    /// Stays linked, nothing is written.
    Pause,
    /// The link is dissolved.
    Unlink,
}

/// What becomes of a link of which one side was deleted. The other side is kept, whatever it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnDelete {
    /// The link is dissolved.
    #[default]
    Unlink,
    /// It rests until what was deleted is back, or a person dissolves it.
    Pause,
}

/// What becomes of a link whose record was merged into another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnMerge {
    /// The link goes on with the other record, unless that has an issue of its own.
    #[default]
    Follow,
    /// The link is dissolved.
    Unlink,
}

/// What becomes of a link whose lead was converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnConvert {
    /// The issue goes on showing the lead, to which nothing can be written any more.
    #[default]
    Keep,
    /// The link goes on with the account, under an item of accounts.
    FollowAccount,
    /// The link goes on with the contact, under an item of contacts.
    FollowContact,
    /// The link goes on with the opportunity, under an item of opportunities.
    FollowOpportunity,
    /// The link is dissolved.
    Unlink,
}

impl OnConvert {
    /// The object in which a converted lead goes on, if it does.
    #[must_use]
    pub fn object(self) -> Option<&'static str> {
        match self {
            Self::Keep | Self::Unlink => None,
            Self::FollowAccount => Some("Account"),
            Self::FollowContact => Some("Contact"),
            Self::FollowOpportunity => Some("Opportunity"),
        }
    }
}

/// On which side missing twins are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutoCreate {
    /// Links are made by hand or by match only.
    #[default]
    None,
    /// Issues for records.
    Jira,
    /// Records for issues.
    Salesforce,
    /// Both.
    Both,
}

/// Who wins when both sides changed a field to different values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictPolicy {
    /// Salesforce.
    SalesforceWins,
    /// Jira.
    JiraWins,
    /// The later edit, by each side's own history; Salesforce when too close to tell.
    LatestWins,
    /// Nobody, until a person decides.
    #[default]
    Ask,
    /// Both, of a field with several values: what either side added is added, what either side took away is taken away.
    Union,
    /// Both, of a text: what Salesforce added, then what Jira added.
    Append,
}

/// What becomes of an edit on the target of a one-way field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Drift {
    /// The source's value is written again; the edit is journalled.
    #[default]
    Restore,
    /// The edit stays and is shown.
    Keep,
}

/// In which form agreed values are remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaseForm {
    /// As they are.
    #[default]
    Values,
    /// As digests, which tell whether a value has changed and not what it was.
    Hashes,
}

//! The kinds of field and their stored forms.

use serde::{Deserialize, Serialize};

/// What a field holds. The comment is its stored form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// `"text"`
    Text,
    /// `{"doc": {..}}` as written by v3, or `{"wiki": ".."}` as written by v2
    Rich,
    /// `"https://.."`
    Url,
    /// a number
    Number,
    /// `"2026-01-31"`
    Date,
    /// epoch milliseconds
    DateTime,
    /// option id
    Option,
    /// `[parent id]` or `[parent id, child id]`
    Cascading,
    /// `[option id, ..]`
    Options,
    /// `["a", ..]`
    Labels,
    /// account id
    User,
    /// `[account id, ..]`
    Users,
    /// group id
    Group,
    /// `[group id, ..]`
    Groups,
    /// version id
    Version,
    /// `[version id, ..]`
    Versions,
    /// `[component id, ..]`
    Components,
    /// priority id
    Priority,
    /// resolution id
    Resolution,
    /// issue id as a number
    Parent,
    /// `{"original": seconds, "remaining": seconds}`
    TimeTracking,
    /// `[organization id as a number, ..]`
    Organizations,
    /// project id as a number
    Project,
    /// request type id
    RequestType,
    /// never kept: reckoned when it is read
    ServiceLevel,
    /// kept on the issue itself: project, issue type, status, dates, counts; never in `values`
    Structural(Structure),
    /// never settable here
    ReadOnly,
}

impl Kind {
    /// `schema.type` and `schema.items`.
    pub(crate) fn schema(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Text | Self::Rich | Self::Url | Self::ReadOnly => ("string", None),
            Self::Number => ("number", None),
            Self::Date => ("date", None),
            Self::DateTime => ("datetime", None),
            Self::Option => ("option", None),
            Self::Cascading => ("option-with-child", None),
            Self::Options => ("array", Some("option")),
            Self::Labels => ("array", Some("string")),
            Self::User => ("user", None),
            Self::Users => ("array", Some("user")),
            Self::Group => ("group", None),
            Self::Groups => ("array", Some("group")),
            Self::Version => ("version", None),
            Self::Versions => ("array", Some("version")),
            Self::Components => ("array", Some("component")),
            Self::Priority => ("priority", None),
            Self::Resolution => ("resolution", None),
            Self::Parent => ("issuelink", None),
            Self::TimeTracking => ("timetracking", None),
            Self::Organizations => ("array", Some("sd-customerorganization")),
            Self::Project => ("project", None),
            Self::RequestType => ("sd-customerrequesttype", None),
            Self::ServiceLevel => ("sd-servicelevelagreement", None),
            Self::Structural(structure) => structure.schema(),
        }
    }

    pub(crate) fn operations(self) -> &'static [&'static str] {
        match self {
            Self::Options
            | Self::Labels
            | Self::Users
            | Self::Groups
            | Self::Versions
            | Self::Components
            | Self::Organizations => &["add", "set", "remove"],
            Self::TimeTracking => &["set", "edit"],
            Self::RequestType | Self::ServiceLevel | Self::ReadOnly => &[],
            Self::Structural(Structure::Links) => &["add", "copy"],
            Self::Structural(Structure::Comments) => &["add", "edit", "remove"],
            Self::Structural(Structure::Worklogs) => &["add", "edit", "remove"],
            Self::Structural(..) | Self::Text | Self::Rich | Self::Url | Self::Number | Self::Date | Self::DateTime => {
                &["set"]
            }
            Self::Option
            | Self::Cascading
            | Self::User
            | Self::Group
            | Self::Version
            | Self::Priority
            | Self::Resolution
            | Self::Project
            | Self::Parent => &["set"],
        }
    }

    /// Whether its values are parts of one project, which a moved issue leaves behind.
    pub(crate) fn belongs_to_project(self) -> bool {
        matches!(self, Self::Version | Self::Versions | Self::Components)
    }

    pub(crate) fn is_list(self) -> bool {
        self.operations().contains(&"remove") && self.operations().contains(&"set")
    }
}

/// What is kept on the issue itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Structure {
    Project,
    IssueType,
    Status,
    Person,
    Moment,
    Links,
    Subtasks,
    Attachments,
    Comments,
    Worklogs,
    Votes,
    Watches,
    Progress,
    Seconds,
    Key,
    Security,
    Thumbnail,
}

impl Structure {
    fn schema(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Project => ("project", None),
            Self::IssueType => ("issuetype", None),
            Self::Status => ("status", None),
            Self::Person => ("user", None),
            Self::Moment => ("datetime", None),
            Self::Links | Self::Subtasks => ("array", Some("issuelinks")),
            Self::Attachments => ("array", Some("attachment")),
            Self::Comments => ("comments-page", None),
            Self::Worklogs => ("array", Some("worklog")),
            Self::Votes => ("votes", None),
            Self::Watches => ("watches", None),
            Self::Progress => ("progress", None),
            Self::Seconds => ("number", None),
            Self::Security => ("securitylevel", None),
            Self::Key | Self::Thumbnail => ("string", None),
        }
    }
}

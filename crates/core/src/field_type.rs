//! Which Salesforce field goes with which Jira field, and what that costs, each way.
//!
//! Types are grouped by how their values behave: `phone` and `string` are both text. [`fit`] is the table that
//! `docs/field-types.md` prints and that `entente check --online` and `entente doctor` hold every mapping line against.
//!
//! Salesforce: <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm>.
//! Jira: the `schema` of each field, <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/>.

mod fit;
mod form;

pub use fit::{Fit, fit};
pub use form::Form;

/// How the values of a Salesforce field behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SalesforceType {
    /// A line of text.
    Text,
    /// A line of text that is shorter than Jira's: a telephone number.
    ShortText,
    /// Text in a form of its own: an e-mail address, a time of day.
    Formed,
    /// The record's own id, which Salesforce gives.
    OwnId,
    /// Text of several lines.
    LongText,
    /// HTML.
    RichText,
    /// One value of a list.
    Choice,
    /// Several values of a list.
    Choices,
    /// True or false.
    Flag,
    /// A number, with as many decimals as the field has.
    Number,
    /// A number without decimals.
    Whole,
    /// A day.
    Date,
    /// A point in time, to the second.
    Instant,
    /// A user or a queue.
    Person,
    /// Another record, by its id.
    Reference,
    /// Several fields at once, which are written one by one.
    Compound,
    /// Nothing that has a counterpart in Jira.
    Opaque,
}

impl SalesforceType {
    /// Whether it is true or false.
    #[must_use]
    pub fn is_flag(self) -> bool {
        self == Self::Flag
    }

    /// Whether of several values one is the greatest.
    #[must_use]
    pub fn has_greatest(self) -> bool {
        matches!(self, Self::Number | Self::Whole | Self::Date | Self::Instant)
    }

    /// Whether it names another record.
    #[must_use]
    pub fn refers(self) -> bool {
        matches!(self, Self::Person | Self::Reference)
    }

    /// The type of a field that describe calls `name`.
    #[must_use]
    pub fn of(name: &str, is_html: bool, refers_to: &[String]) -> Self {
        match name {
            "textarea" if is_html => Self::RichText,
            "reference" if refers_to.iter().any(|object| matches!(object.as_str(), "User" | "Group")) => Self::Person,
            _ => SALESFORCE_TYPES.iter().find(|(known, _)| *known == name).map_or(Self::Opaque, |(_, kind)| *kind),
        }
    }
}

/// How the values of a Jira field behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JiraType {
    /// A line of up to 255 characters.
    Line,
    /// A document.
    Document,
    /// A web address.
    Url,
    /// A number.
    Number,
    /// A day.
    Date,
    /// A point in time.
    Instant,
    /// One option of a list.
    Choice,
    /// An option, and an option below it.
    Cascade,
    /// Several options of a list.
    Choices,
    /// Labels.
    Labels,
    /// An account.
    Person,
    /// Several accounts.
    People,
    /// Something of the site or the project, by its name: a priority, a version, a group.
    Named,
    /// Several of these.
    NamedSet,
    /// Another issue or a project, by its key.
    Keyed,
    /// Filled in by Jira.
    ReadOnly,
    /// Nothing that has a counterpart in Salesforce.
    Opaque,
}

impl JiraType {
    /// Whether of several values one is the greatest.
    #[must_use]
    pub fn has_greatest(self) -> bool {
        matches!(self, Self::Number | Self::Date | Self::Instant)
    }

    /// The type of a field by its schema: `type`, `items`, `system`, and the end of `custom`.
    #[must_use]
    pub fn of(kind: &str, items: Option<&str>, system: Option<&str>, custom: Option<&str>) -> Self {
        let (system, custom) = (system.unwrap_or_default(), custom.unwrap_or_default());
        let custom = custom.rsplit(':').next().unwrap_or_default();
        match (kind, items.unwrap_or_default(), system, custom) {
            ("string", _, "description" | "environment", _) | ("string", _, _, "textarea") => Self::Document,
            ("string", _, _, "readonlyfield") => Self::ReadOnly,
            (_, _, "created" | "updated" | "creator" | "resolutiondate" | "lastViewed" | "issuekey", _)
            | (_, _, "statuscategorychangedate" | "workratio" | "thumbnail" | "timespent", _)
            | (_, _, "timeestimate" | "timeoriginalestimate" | "aggregatetimespent", _)
            | ("status" | "issuetype", ..)
            | ("project", _, _, "") => Self::ReadOnly,
            ("string", _, _, "url") => Self::Url,
            ("string", ..) => Self::Line,
            ("number", ..) => Self::Number,
            ("date", ..) => Self::Date,
            ("datetime", ..) => Self::Instant,
            ("option", ..) => Self::Choice,
            ("option-with-child", ..) => Self::Cascade,
            ("array", "option", ..) => Self::Choices,
            ("array", "string", ..) => Self::Labels,
            ("user", ..) => Self::Person,
            ("array", "user", ..) => Self::People,
            ("priority" | "resolution" | "version" | "component" | "group" | "securitylevel", ..) => Self::Named,
            ("array", "version" | "component" | "group", ..) => Self::NamedSet,
            ("issuelink" | "project", ..) => Self::Keyed,
            _ => Self::Opaque,
        }
    }
}

/// Every Salesforce field type, as describe names it. A rich text area is a `textarea` whose describe says so, and a
/// lookup to people a `reference` to User or Group.
pub const SALESFORCE_TYPES: [(&str, SalesforceType); 28] = [
    ("string", SalesforceType::Text),
    ("textarea", SalesforceType::LongText),
    ("textarea (rich text)", SalesforceType::RichText),
    ("picklist", SalesforceType::Choice),
    ("combobox", SalesforceType::Text),
    ("multipicklist", SalesforceType::Choices),
    ("boolean", SalesforceType::Flag),
    ("int", SalesforceType::Whole),
    ("long", SalesforceType::Whole),
    ("double", SalesforceType::Number),
    ("currency", SalesforceType::Number),
    ("percent", SalesforceType::Number),
    ("date", SalesforceType::Date),
    ("datetime", SalesforceType::Instant),
    ("time", SalesforceType::Formed),
    ("email", SalesforceType::Formed),
    ("phone", SalesforceType::ShortText),
    ("url", SalesforceType::Text),
    ("encryptedstring", SalesforceType::ShortText),
    ("id", SalesforceType::OwnId),
    ("datacategorygroupreference", SalesforceType::Formed),
    ("reference", SalesforceType::Reference),
    ("reference (User, Group)", SalesforceType::Person),
    ("address", SalesforceType::Compound),
    ("location", SalesforceType::Compound),
    ("base64", SalesforceType::Opaque),
    ("anyType", SalesforceType::Opaque),
    ("complexvalue", SalesforceType::Opaque),
];

/// Every kind of Jira field, as its schema names it: the type, or the end of the custom type.
pub const JIRA_TYPES: [(&str, JiraType); 17] = [
    ("string: summary, textfield", JiraType::Line),
    ("string: description, environment, textarea", JiraType::Document),
    ("string: url", JiraType::Url),
    ("number", JiraType::Number),
    ("date", JiraType::Date),
    ("datetime", JiraType::Instant),
    ("option", JiraType::Choice),
    ("option-with-child", JiraType::Cascade),
    ("array of option", JiraType::Choices),
    ("array of string: labels", JiraType::Labels),
    ("user", JiraType::Person),
    ("array of user", JiraType::People),
    ("priority, resolution, version, group, securitylevel", JiraType::Named),
    ("array of version, component, group", JiraType::NamedSet),
    ("issuelink: parent; project picker", JiraType::Keyed),
    ("status, created, creator, readonlyfield, ..", JiraType::ReadOnly),
    ("timetracking, attachment, comment, sd-.., ..", JiraType::Opaque),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_known_by_what_the_vendors_call_them() {
        let user = ["Group".to_owned(), "User".to_owned()];
        assert_eq!(SalesforceType::of("textarea", true, &[]), SalesforceType::RichText);
        assert_eq!(SalesforceType::of("reference", false, &user), SalesforceType::Person);
        assert_eq!(SalesforceType::of("reference", false, &["Account".to_owned()]), SalesforceType::Reference);
        assert_eq!(SalesforceType::of("novelty", false, &[]), SalesforceType::Opaque);
        let custom = |suffix: &str| format!("com.atlassian.jira.plugin.system.customfieldtypes:{suffix}");
        let rows = [
            (("string", None, Some("summary"), None), JiraType::Line),
            (("string", None, None, Some("textarea")), JiraType::Document),
            (("string", None, None, Some("readonlyfield")), JiraType::ReadOnly),
            (("array", Some("string"), Some("labels"), None), JiraType::Labels),
            (("array", Some("user"), None, Some("multiuserpicker")), JiraType::People),
            (("datetime", None, Some("created"), None), JiraType::ReadOnly),
            (("project", None, Some("project"), None), JiraType::ReadOnly),
            (
                ("project", None, None, Some("com.atlassian.jira.plugin.system.customfieldtypes:project")),
                JiraType::Keyed,
            ),
            (("any", None, None, Some("gh-sprint")), JiraType::Opaque),
        ];
        for ((kind, items, system, end), expected) in rows {
            assert_eq!(JiraType::of(kind, items, system, end.map(custom).as_deref()), expected, "{kind} {end:?}");
        }
    }
}

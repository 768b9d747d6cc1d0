//! Which Salesforce field goes with which Jira field, and what that costs, each way.
//!
//! Types are grouped by how their values behave: `phone` and `string` are both text. [`fit`] is the table that
//! `docs/field-types.md` prints and that `entente check --online` and `entente doctor` hold every mapping line against.
//!
//! Salesforce: <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm>.
//! Jira: the `schema` of each field, <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/>.

use crate::{side::Side, value::Value};

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
    /// Another issue, by its key.
    Issue,
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
}

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
    ("issuelink: parent", JiraType::Issue),
    ("status, created, creator, readonlyfield, ..", JiraType::ReadOnly),
    ("timetracking, attachment, comment, sd-.., ..", JiraType::Opaque),
];

impl SalesforceType {
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

impl JiraType {
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
            | ("status" | "project" | "issuetype", ..) => Self::ReadOnly,
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
            ("issuelink", ..) => Self::Issue,
            _ => Self::Opaque,
        }
    }
}

/// What becomes of values on their way between two types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Every value arrives as it is.
    Full,
    /// It arrives if it has the right form; the vendor refuses it if not.
    Format(&'static str),
    /// Part of it may stay behind.
    MayLose(&'static str),
    /// None arrives.
    None(&'static str),
}

/// What becomes of values between a Salesforce field and a Jira field, on their way to `target`.
#[must_use]
pub fn fit(salesforce: SalesforceType, jira: JiraType, target: Side) -> Fit {
    match target {
        Side::Salesforce => to_salesforce(jira, salesforce),
        Side::Jira => to_jira(salesforce, jira),
    }
}

const NO_COUNTERPART: Fit = Fit::None("such values have no counterpart on the other side");
const LISTED: Fit = Fit::Format("as one text with commas");
const OF_THE_LIST: Fit = Fit::Format("if the field offers the value");
const PLAIN: Fit = Fit::Format("as plain text; formatting stays where it is");
const RICH: Fit = Fit::Format("with the formatting that both sides have");
const READABLE: Fit = Fit::Format("if it reads as one");
const SEVERAL: Fit = Fit::None("several values do not go into one");

fn to_jira(from: SalesforceType, to: JiraType) -> Fit {
    use JiraType as J;
    use SalesforceType as S;
    match (from, to) {
        (S::Opaque, _) | (_, J::Opaque) => NO_COUNTERPART,
        (
            S::Formed | S::OwnId,
            J::Number | J::Date | J::Instant | J::Url | J::Cascade | J::Person | J::People | J::Issue,
        ) => NO_COUNTERPART,
        (S::ShortText | S::Formed | S::OwnId, to) => to_jira(S::Text, to),
        (S::Whole, to) => to_jira(S::Number, to),
        (_, J::ReadOnly) => Fit::None("Jira fills the field in by itself"),
        (S::Person, J::Person | J::People) => {
            Fit::Format("for people of the table, or with the same visible e-mail address")
        }
        (S::Choices, J::Choices | J::NamedSet) => OF_THE_LIST,
        (S::Choices | S::Choice | S::Text, J::Labels) => Fit::Format("without spaces"),
        (S::Choices, J::Line | J::Document) => LISTED,
        (S::Choices, _) => SEVERAL,
        (S::LongText | S::RichText | S::Compound, J::Line) => Fit::MayLose("Jira keeps one line of 255 characters"),
        (S::RichText, J::Document) => RICH,
        (S::Compound, J::Document) => Fit::Format("as people write it: an address, or latitude and longitude"),
        (_, J::Line | J::Document) => Fit::Full,
        (S::Number, J::Number) | (S::Date, J::Date) | (S::Instant, J::Instant) => Fit::Full,
        (S::Instant, J::Date) => Fit::MayLose("the time of day stays behind"),
        (S::Date, J::Instant) => Fit::Format("as midnight, UTC"),
        (S::Text | S::Choice, J::Number | J::Date | J::Instant | J::Url | J::Issue) => READABLE,
        (S::Text | S::Choice, J::Person | J::People) => Fit::Format("if it is an account id"),
        (S::Text | S::Choice | S::Number | S::Flag, J::Choice | J::Choices | J::Named | J::NamedSet) => OF_THE_LIST,
        (S::Text | S::Choice, J::Cascade) => Fit::Format("as `Parent > Child`, or by `FIELD.parent` and `FIELD.child`"),
        _ => NO_COUNTERPART,
    }
}

fn to_salesforce(from: JiraType, to: SalesforceType) -> Fit {
    use JiraType as J;
    use SalesforceType as S;
    match (from, to) {
        (J::Opaque, _) | (_, S::Opaque) => NO_COUNTERPART,
        (_, S::OwnId) => Fit::None("Salesforce gives a record its id"),
        (from, S::ShortText | S::Formed) => match (to_salesforce(from, S::Text), to) {
            (Fit::None(why), _) => Fit::None(why),
            (Fit::Full, S::ShortText) => Fit::Format("if it is short enough"),
            (loss, S::ShortText) => loss,
            _ => READABLE,
        },
        (_, S::Compound) => Fit::None("Salesforce takes the parts of the field, one by one"),
        (J::Person, S::Person) => Fit::Format("for people of the table, or with the same visible e-mail address"),
        (_, S::Person | S::Reference) => match from {
            J::Line => Fit::Format("if it is a record id"),
            _ => NO_COUNTERPART,
        },
        (J::Choices | J::Labels | J::NamedSet | J::People, S::Choices) => OF_THE_LIST,
        (J::Choices | J::Labels | J::NamedSet | J::People, S::Text | S::LongText | S::RichText) => LISTED,
        (J::Choices | J::Labels | J::NamedSet | J::People, _) => SEVERAL,
        (J::Document, S::Text) => Fit::MayLose("Salesforce keeps as much as the field is long"),
        (J::Document, S::RichText) => RICH,
        (J::Document, S::LongText) => PLAIN,
        (_, S::Text | S::LongText | S::RichText) => Fit::Full,
        (J::Date, S::Date) => Fit::Full,
        (J::Number, S::Number) => Fit::MayLose("Salesforce rounds to the decimals that the field has"),
        (J::Number, S::Whole) => Fit::Format("if it is a whole number"),
        (J::Instant, S::Instant) => Fit::Format("to the second"),
        (J::Instant, S::Date) => Fit::MayLose("the time of day stays behind"),
        (J::Date, S::Instant) => Fit::Format("as midnight, UTC"),
        (J::Line | J::Choice, S::Number | S::Whole | S::Date | S::Instant | S::Flag) => READABLE,
        (
            J::Line | J::Choice | J::Cascade | J::Named | J::Number | J::ReadOnly | J::Url | J::Issue,
            S::Choice | S::Choices,
        ) => OF_THE_LIST,
        (J::ReadOnly, S::Date | S::Instant | S::Number | S::Whole) => READABLE,
        _ => NO_COUNTERPART,
    }
}

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
            (("any", None, None, Some("gh-sprint")), JiraType::Opaque),
        ];
        for ((kind, items, system, end), expected) in rows {
            assert_eq!(JiraType::of(kind, items, system, end.map(custom).as_deref()), expected, "{kind} {end:?}");
        }
    }

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

    /// What flows one way without loss between like types flows back, as far as Salesforce keeps it.
    #[test]
    fn like_types_go_both_ways() {
        use {JiraType as J, SalesforceType as S};
        for (salesforce, jira) in [(S::Text, J::Line), (S::Date, J::Date)] {
            assert_eq!(Side::BOTH.map(|side| fit(salesforce, jira, side)), [Fit::Full; 2], "{salesforce:?}");
        }
        for (salesforce, jira) in [(S::Number, J::Number), (S::Whole, J::Number), (S::Instant, J::Instant)] {
            assert_eq!(fit(salesforce, jira, Side::Jira), Fit::Full, "{salesforce:?}");
            assert!(!matches!(fit(salesforce, jira, Side::Salesforce), Fit::Full | Fit::None(_)), "{salesforce:?}");
        }
    }
}

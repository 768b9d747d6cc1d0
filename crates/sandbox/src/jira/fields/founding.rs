//! The fields every world begins with: the vendor's system fields, and the custom fields the demo maps.

use super::kind::{Kind, Structure};
use super::{Choice, Context, Field, PLATFORM_TYPES};

/// Custom fields that other parts of the sandbox have to name.
pub(crate) const REQUEST_TYPE: &str = "customfield_10010";
pub(crate) const ORGANIZATIONS: &str = "customfield_10011";
pub(crate) const PARTICIPANTS: &str = "customfield_10012";

pub(crate) fn fields() -> Vec<Field> {
    let mut all = system_fields();
    all.extend(custom_fields());
    all
}

/// (id, name, kind, on create screens, on edit screens)
type SystemRow = (&'static str, &'static str, Kind, bool, bool);

fn system_fields() -> Vec<Field> {
    use Structure as S;
    let shown = |structure| Kind::Structural(structure);
    let rows: [SystemRow; 42] = [
        ("summary", "Summary", Kind::Text, true, true),
        ("description", "Description", Kind::Rich, true, true),
        ("environment", "Environment", Kind::Rich, true, true),
        ("issuetype", "Issue Type", shown(S::IssueType), true, true),
        ("project", "Project", shown(S::Project), true, false),
        ("priority", "Priority", Kind::Priority, true, true),
        ("assignee", "Assignee", Kind::User, true, true),
        ("reporter", "Reporter", Kind::User, true, true),
        ("labels", "Labels", Kind::Labels, true, true),
        ("components", "Components", Kind::Components, true, true),
        ("fixVersions", "Fix versions", Kind::Versions, true, true),
        ("versions", "Affects versions", Kind::Versions, true, true),
        ("duedate", "Due date", Kind::Date, true, true),
        ("parent", "Parent", Kind::Parent, true, true),
        ("timetracking", "Time tracking", Kind::TimeTracking, true, true),
        ("resolution", "Resolution", Kind::Resolution, false, false),
        ("issuelinks", "Linked Issues", shown(S::Links), true, true),
        ("attachment", "Attachment", shown(S::Attachments), true, true),
        ("comment", "Comment", shown(S::Comments), false, true),
        ("worklog", "Log Work", shown(S::Worklogs), false, false),
        ("issuekey", "Key", shown(S::Key), false, false),
        ("status", "Status", shown(S::Status), false, false),
        ("creator", "Creator", shown(S::Person), false, false),
        ("created", "Created", shown(S::Moment), false, false),
        ("updated", "Updated", shown(S::Moment), false, false),
        ("resolutiondate", "Resolved", shown(S::Moment), false, false),
        ("statuscategorychangedate", "Status Category Changed", shown(S::Moment), false, false),
        ("lastViewed", "Last Viewed", shown(S::Moment), false, false),
        ("subtasks", "Sub-tasks", shown(S::Subtasks), false, false),
        ("votes", "Votes", shown(S::Votes), false, false),
        ("watches", "Watchers", shown(S::Watches), false, false),
        ("progress", "Progress", shown(S::Progress), false, false),
        ("aggregateprogress", "Σ Progress", shown(S::Progress), false, false),
        ("timespent", "Time Spent", shown(S::Seconds), false, false),
        ("timeestimate", "Remaining Estimate", shown(S::Seconds), false, false),
        ("timeoriginalestimate", "Original estimate", shown(S::Seconds), false, false),
        ("workratio", "Work Ratio", shown(S::Seconds), false, false),
        ("thumbnail", "Images", shown(S::Thumbnail), false, false),
        ("aggregatetimespent", "Σ Time Spent", shown(S::Seconds), false, false),
        ("aggregatetimeestimate", "Σ Remaining Estimate", shown(S::Seconds), false, false),
        ("aggregatetimeoriginalestimate", "Σ Original Estimate", shown(S::Seconds), false, false),
        ("security", "Security Level", shown(S::Security), false, false),
    ];
    rows.into_iter().map(system_field).collect()
}

fn system_field((id, name, kind, on_create, on_edit): SystemRow) -> Field {
    let required = matches!(id, "summary" | "issuetype" | "project");
    Field {
        id: id.into(),
        name: name.into(),
        kind,
        custom: None,
        contexts: Vec::new(),
        on_create,
        on_edit,
        required,
        description: String::new(),
        scope: None,
    }
}

fn custom_fields() -> Vec<Field> {
    let desk = "com.atlassian.servicedesk";
    let mut fields = vec![
        custom(10010, "Request Type", Kind::RequestType, &format!("{desk}:vp-origin"), &[]),
        custom(10011, "Organizations", Kind::Organizations, &format!("{desk}:sd-customer-organizations"), &[]),
        custom(10012, "Request participants", Kind::Users, &format!("{desk}:sd-request-participants"), &[]),
        custom(10019, "Rank", Kind::ReadOnly, "com.pyxis.greenhopper.jira:gh-lexo-rank", &[]),
        platform(10030, "Salesforce Case ID", Kind::Text, "textfield", &[]),
        platform(10031, "Salesforce Reference", Kind::Text, "textfield", &[]),
        platform(10032, "Customer", Kind::Text, "textfield", &[]),
        platform(10033, "Customer Impact", Kind::Rich, "textarea", &[]),
        platform(10034, "Severity", Kind::Option, "select", &["Critical", "Major", "Minor", "Cosmetic"]),
        platform(10035, "Affected Users", Kind::Number, "float", &[]),
        platform(10036, "Target Date", Kind::Date, "datepicker", &[]),
        platform(10037, "Occurred At", Kind::DateTime, "datetime", &[]),
        platform(10038, "Topics", Kind::Labels, "labels", &[]),
        platform(10039, "Account Manager", Kind::User, "userpicker", &[]),
        platform(10040, "Product Area", Kind::Cascading, "cascadingselect", &["Platform", "Billing"]),
        platform(10041, "Channels", Kind::Options, "multiselect", &["Web", "Email", "Phone", "Chat"]),
        platform(10042, "Case URL", Kind::Url, "url", &[]),
        platform(10043, "Reviewers", Kind::Users, "multiuserpicker", &[]),
        platform(10044, "Plan", Kind::Option, "radiobuttons", &["Free", "Standard", "Premium"]),
        platform(10045, "Flags", Kind::Options, "multicheckboxes", &["Impediment", "Regression"]),
        platform(10046, "Support Group", Kind::Group, "grouppicker", &[]),
        platform(10047, "Support Groups", Kind::Groups, "multigrouppicker", &[]),
        platform(10048, "Found In", Kind::Version, "version", &[]),
        platform(10049, "Planned For", Kind::Versions, "multiversion", &[]),
        platform(10050, "Sync State", Kind::ReadOnly, "readonlyfield", &[]),
        platform(10051, "Related Project", Kind::Project, "project", &[]),
        custom(10052, "Time to resolution", Kind::ServiceLevel, &format!("{desk}:sd-sla-field"), &[]),
    ];
    if let Some(area) = fields.iter_mut().find(|f| f.kind == Kind::Cascading) {
        let children = [(10480, &["API", "Web App", "Mobile"][..]), (10490, &["Invoices", "Payments"])];
        for (area, (first_id, names)) in area.contexts[0].choices.iter_mut().zip(children) {
            area.children = choices(first_id, names);
        }
    }
    // The request type is fixed when a request is raised (JSDCLOUD-4609), the read-only fields always.
    for field in fields.iter_mut().filter(|f| matches!(f.kind, Kind::RequestType | Kind::ReadOnly | Kind::ServiceLevel))
    {
        (field.on_create, field.on_edit) = (false, false);
    }
    fields
}

fn platform(number: u64, name: &str, kind: Kind, suffix: &str, values: &[&str]) -> Field {
    custom(number, name, kind, &format!("{PLATFORM_TYPES}:{suffix}"), values)
}

/// A custom field that is on every screen, with one context for all projects.
pub(crate) fn custom(number: u64, name: &str, kind: Kind, custom: &str, values: &[&str]) -> Field {
    Field {
        id: format!("customfield_{number}"),
        name: name.into(),
        kind,
        custom: Some(custom.into()),
        contexts: vec![Context {
            id: (number + 100).to_string(),
            name: format!("Default Configuration Scheme for {name}"),
            description: String::new(),
            projects: Vec::new(),
            choices: choices(10_300 + (number - 10_000) * 10, values),
        }],
        on_create: true,
        on_edit: true,
        required: false,
        description: String::new(),
        scope: None,
    }
}

fn choices(first_id: u64, values: &[&str]) -> Vec<Choice> {
    let rows = values.iter().zip(first_id..);
    rows.map(|(value, id)| Choice { id: id.to_string(), value: (*value).into(), disabled: false, children: Vec::new() })
        .collect()
}

//! A stored value as a read shows it.

use serde_json::{Value, json};

use super::text::items;
use super::{Field, Kind, duration};
use crate::jira::adf;
use crate::jira::desk::level::level;
use crate::jira::issue::Issue;
use crate::jira::render::View;

/// The value of a field that is kept in `values`; structural fields are shown by `render::issue`.
pub(crate) fn show(field: &Field, issue: &Issue, view: &View<'_>) -> Value {
    if field.kind == Kind::ServiceLevel {
        let is_request = view.contents.desks.desk_of(issue.project).is_some();
        return if is_request { level(view, issue) } else { Value::Null };
    }
    let Some(stored) = issue.value(&field.id) else { return empty(field) };
    let id = || stored.as_str().unwrap_or_default();
    let each = |show: &dyn Fn(&str) -> Value| {
        items(stored).iter().map(|item| show(item.as_str().unwrap_or_default())).collect::<Value>()
    };
    match field.kind {
        Kind::Text | Kind::Url | Kind::Number | Kind::Date | Kind::Labels | Kind::ReadOnly | Kind::Structural(_) => {
            stored.clone()
        }
        Kind::Rich => adf::show(stored, view.rich),
        Kind::DateTime => stored.as_i64().map_or(Value::Null, |ms| view.time(ms)),
        Kind::Option => choice(field, id(), view),
        Kind::Options => each(&|id| choice(field, id, view)),
        Kind::Cascading => cascading(field, stored, view),
        Kind::User => view.user(id()),
        Kind::Users => each(&|id| view.user(id)),
        Kind::Group => view.group(id()),
        Kind::Groups => each(&|id| view.group(id)),
        Kind::Version => version(issue, id(), view),
        Kind::Versions => each(&|id| version(issue, id, view)),
        Kind::Components => each(&|id| component(issue, id, view)),
        Kind::Priority => view.priority(id()),
        Kind::Resolution => view.resolution(id()),
        Kind::Parent => stored.as_u64().map_or(Value::Null, |id| view.linked_issue(id)),
        Kind::TimeTracking => time_tracking(stored, issue),
        Kind::Organizations => {
            items(stored).iter().filter_map(Value::as_u64).map(|id| view.organization_ref(id)).collect()
        }
        Kind::Project => stored.as_u64().map_or(Value::Null, |id| view.project_ref(id)),
        Kind::RequestType => view.request_type_value(issue, id()),
        Kind::ServiceLevel => Value::Null,
    }
}

/// What an empty field reads as: system lists are empty lists, custom ones null.
fn empty(field: &Field) -> Value {
    match field.kind {
        Kind::TimeTracking => json!({}),
        Kind::Labels | Kind::Versions | Kind::Components if field.custom.is_none() => json!([]),
        Kind::Organizations => json!([]),
        _ => Value::Null,
    }
}

fn choice(field: &Field, id: &str, view: &View<'_>) -> Value {
    field.choice(id).map_or(Value::Null, |choice| view.choice(choice))
}

fn cascading(field: &Field, stored: &Value, view: &View<'_>) -> Value {
    let mut ids = items(stored).iter().filter_map(Value::as_str);
    let Some(parent) = ids.next().and_then(|id| field.choice(id)) else { return Value::Null };
    let mut shown = view.choice(parent);
    if let Some(child) = ids.next().and_then(|id| parent.children.iter().find(|c| c.id == id)) {
        shown["child"] = view.choice(child);
    }
    shown
}

fn version(issue: &Issue, id: &str, view: &View<'_>) -> Value {
    let project = view.contents.catalogue.projects.get(&issue.project);
    let found = project.and_then(|p| Some((p, p.versions.iter().find(|v| v.id == id)?)));
    let mut row = found.map_or(Value::Null, |(project, version)| view.version(project, version));
    // An issue does not repeat whose version it is.
    row.as_object_mut().map(|row| row.remove("projectId"));
    row
}

fn component(issue: &Issue, id: &str, view: &View<'_>) -> Value {
    let found = view.contents.catalogue.component_of(issue.project, id);
    found.map_or(Value::Null, |c| json!({ "self": view.api(&format!("component/{id}")), "id": id, "name": c.name, "description": c.description }))
}

fn time_tracking(stored: &Value, issue: &Issue) -> Value {
    let mut shown = json!({});
    for (name, key) in [("originalEstimate", "original"), ("remainingEstimate", "remaining")] {
        if let Some(seconds) = stored.get(key).and_then(Value::as_u64) {
            shown[name] = json!(duration::format(seconds));
            shown[format!("{name}Seconds")] = json!(seconds);
        }
    }
    let spent = issue.seconds_spent();
    if spent > 0 {
        shown["timeSpent"] = json!(duration::format(spent));
        shown["timeSpentSeconds"] = json!(spent);
    }
    shown
}

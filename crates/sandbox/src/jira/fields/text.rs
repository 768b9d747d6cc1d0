//! A stored value as the history and the write log show it: an id where the kind has one, and a text.

use serde_json::Value;

use super::{Field, Kind, duration};
use crate::jira::adf;
use crate::jira::contents::Contents;
use crate::jira::time;

/// `from`/`to` and `fromString`/`toString` of a history item.
pub(crate) type Shown = (Option<String>, Option<String>);

/// Shows a stored value; an empty one is `(None, None)`.
pub(crate) fn show(field: &Field, stored: Option<&Value>, contents: &Contents, project: u64) -> Shown {
    let Some(stored) = stored.filter(|v| !v.is_null()) else { return (None, None) };
    let name = |id: &Value| name_of(field, id, contents, project);
    match field.kind {
        Kind::Text | Kind::Url | Kind::ReadOnly | Kind::ServiceLevel | Kind::Structural(_) => {
            (None, Some(plain(stored)))
        }
        Kind::Number => (None, Some(number(stored))),
        Kind::Rich => (None, Some(adf::wiki::of_stored(stored))),
        Kind::Date => (Some(plain(stored)), Some(plain(stored))),
        Kind::DateTime => {
            let text = stored.as_i64().map(|ms| time::show(ms, &jiff::tz::TimeZone::UTC));
            (text.clone(), text)
        }
        Kind::Labels => (None, Some(items(stored).iter().map(plain).collect::<Vec<_>>().join(" "))),
        Kind::TimeTracking => (None, stored.get("original").and_then(Value::as_u64).map(duration::format)),
        Kind::Option
        | Kind::User
        | Kind::Group
        | Kind::Version
        | Kind::Priority
        | Kind::Resolution
        | Kind::Parent
        | Kind::Project
        | Kind::RequestType => (Some(plain(stored)), Some(name(stored))),
        Kind::Cascading
        | Kind::Options
        | Kind::Users
        | Kind::Groups
        | Kind::Versions
        | Kind::Components
        | Kind::Organizations => {
            let ids: Vec<String> = items(stored).iter().map(plain).collect();
            let names: Vec<String> = items(stored).iter().map(name).collect();
            (Some(format!("[{}]", ids.join(", "))), Some(names.join(", ")))
        }
    }
}

/// The name behind an id that a field of this kind stores.
pub(crate) fn name_of(field: &Field, id: &Value, contents: &Contents, project: u64) -> String {
    let text = plain(id);
    let catalogue = &contents.catalogue;
    let name = match field.kind {
        Kind::Option | Kind::Options | Kind::Cascading => {
            field.all_choices().find(|c| c.id == text).map(|c| c.value.clone())
        }
        Kind::User | Kind::Users => contents.people.users.get(&text).map(|u| u.name.clone()),
        Kind::Group | Kind::Groups => contents.people.groups.get(&text).map(|g| g.name.clone()),
        Kind::Version | Kind::Versions => catalogue.version_of(project, &text).map(|v| v.name.clone()),
        Kind::Components => catalogue.component_of(project, &text).map(|c| c.name.clone()),
        Kind::Priority => catalogue.priority(&text).map(|p| p.name.clone()),
        Kind::Resolution => catalogue.resolution(&text).map(|r| r.name.clone()),
        Kind::Parent => id.as_u64().and_then(|id| contents.issues.get(&id)).map(|i| i.key.clone()),
        Kind::Organizations => id.as_u64().and_then(|id| contents.desks.organizations.get(&id)).map(|o| o.name.clone()),
        Kind::Project => id.as_u64().and_then(|id| catalogue.projects.get(&id)).map(|p| p.name.clone()),
        Kind::RequestType => contents.desks.request_type(&text).map(|r| r.name.clone()),
        _ => None,
    };
    name.unwrap_or(text)
}

/// The elements of a stored list.
pub(crate) fn items(stored: &Value) -> &[Value] {
    stored.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `5.0` shows as `5`, as the vendor writes numbers into the history.
fn number(value: &Value) -> String {
    match value.as_f64() {
        Some(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
        Some(n) => n.to_string(),
        None => value.to_string(),
    }
}

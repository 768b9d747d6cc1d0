//! What the changelog says about a change of one field.

use serde_json::Value;

use super::HistoryItem;
use crate::jira::contents::Contents;
use crate::jira::fields::text::{Shown, items as list, name_of, show};
use crate::jira::fields::{Field, Kind};

/// The lines for one changed field: one, except for versions and components, which have one per addition and removal.
pub(crate) fn items(
    field: &Field,
    before: Option<&Value>,
    after: Option<&Value>,
    contents: &Contents,
    project: u64,
) -> Vec<HistoryItem> {
    match field.kind {
        Kind::Versions | Kind::Components => each(field, before, after, contents, project),
        Kind::TimeTracking => estimates(before, after),
        _ => vec![item(field, show(field, before, contents, project), show(field, after, contents, project))],
    }
}

fn item(field: &Field, (from, from_text): Shown, (to, to_text): Shown) -> HistoryItem {
    HistoryItem {
        field: label(field),
        field_id: field.id.clone(),
        custom: field.custom.is_some(),
        from,
        from_text,
        to,
        to_text,
    }
}

fn each(
    field: &Field,
    before: Option<&Value>,
    after: Option<&Value>,
    contents: &Contents,
    project: u64,
) -> Vec<HistoryItem> {
    let before = before.map(list).unwrap_or_default();
    let after = after.map(list).unwrap_or_default();
    let shown = |id: &Value| (id.as_str().map(str::to_owned), Some(name_of(field, id, contents, project)));
    let removed = before.iter().filter(|id| !after.contains(id)).map(|id| item(field, shown(id), (None, None)));
    let added = after.iter().filter(|id| !before.contains(id)).map(|id| item(field, (None, None), shown(id)));
    removed.chain(added).collect()
}

fn estimates(before: Option<&Value>, after: Option<&Value>) -> Vec<HistoryItem> {
    let part = |value: Option<&Value>, key: &str| {
        value.and_then(|v| v.get(key)).and_then(Value::as_u64).map(|n| n.to_string())
    };
    let line = |name: &str, key: &str| {
        let (from, to) = (part(before, key), part(after, key));
        (from != to).then(|| HistoryItem {
            field: name.into(),
            field_id: name.into(),
            custom: false,
            from: from.clone(),
            from_text: from,
            to: to.clone(),
            to_text: to,
        })
    };
    [line("timeoriginalestimate", "original"), line("timeestimate", "remaining")].into_iter().flatten().collect()
}

/// The history knows some system fields by names of its own, and custom fields by their (translated) display names.
fn label(field: &Field) -> String {
    if field.custom.is_some() {
        return field.name.clone();
    }
    match field.id.as_str() {
        "components" => "Component",
        "fixVersions" => "Fix Version",
        "versions" => "Version",
        "parent" => "IssueParentAssociation",
        other => other,
    }
    .to_owned()
}

/// A line about something that is not a field value: status, links, files.
pub(crate) fn system(field: &str, field_id: &str, from: Shown, to: Shown) -> HistoryItem {
    HistoryItem {
        field: field.into(),
        field_id: field_id.into(),
        custom: false,
        from: from.0,
        from_text: from.1,
        to: to.0,
        to_text: to.1,
    }
}

//! The named things of the site: issue types, statuses, priorities, resolutions, labels.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::catalogue::{Category, Status};
use crate::jira::fields::text::items;
use crate::jira::limits::{FIELD_PAGE, PAGE};
use crate::jira::paging::Page;
use crate::jira::session::Session;

fn absent(noun: &str) -> Refusal {
    Refusal::message(404, format!("The {noun} was not found."))
}

pub(crate) fn issue_types(s: &mut Session<'_>) -> Answer {
    let view = s.view();
    Ok(Reply::ok(s.contents.catalogue.issue_types.iter().map(|t| view.issue_type_row(t)).collect()))
}

pub(crate) fn issue_type(s: &mut Session<'_>) -> Answer {
    let kind = s.contents.catalogue.issue_type(s.call.param("id")).ok_or_else(|| absent("issue type"))?;
    Ok(Reply::ok(s.view().issue_type_row(kind)))
}

/// The issue types of one project.
pub(crate) fn issue_types_of_project(s: &mut Session<'_>) -> Answer {
    let id = s.call.query("projectId").ok_or_else(|| Refusal::message(400, "The projectId is required."))?;
    let view = s.view();
    let project = s.project(&id)?;
    Ok(Reply::ok(s.contents.catalogue.types_of(project).map(|t| view.issue_type_row(t)).collect()))
}

pub(crate) fn statuses(s: &mut Session<'_>) -> Answer {
    let view = s.view();
    Ok(Reply::ok(s.contents.catalogue.statuses.iter().map(|status| view.status_row(status)).collect()))
}

pub(crate) fn status(s: &mut Session<'_>) -> Answer {
    let wanted = s.call.param("id");
    let status = s
        .contents
        .catalogue
        .statuses
        .iter()
        .find(|status| status.id == wanted || status.name == wanted)
        .ok_or_else(|| absent("status"))?;
    Ok(Reply::ok(s.view().status_row(status)))
}

pub(crate) fn status_categories(s: &mut Session<'_>) -> Answer {
    let view = s.view();
    Ok(Reply::ok(Category::ALL.into_iter().map(|c| view.category(c)).collect()))
}

pub(crate) fn status_category(s: &mut Session<'_>) -> Answer {
    let wanted = s.call.param("id");
    let named = |category: &Category| category.key() == wanted || category.id().to_string() == wanted;
    let category = Category::ALL.into_iter().find(named).ok_or_else(|| absent("status category"))?;
    Ok(Reply::ok(s.view().category(category)))
}

/// A status as administrators see it, with the category as a word.
fn status_row(status: &Status) -> Value {
    let word = match status.category {
        Category::Done => "DONE",
        Category::Indeterminate => "IN_PROGRESS",
        Category::New | Category::Undefined => "TODO",
    };
    let scope = match status.scope {
        None => json!({ "type": "GLOBAL" }),
        Some(project) => json!({ "type": "PROJECT", "project": { "id": project.to_string() } }),
    };
    json!({ "id": status.id, "name": status.name, "statusCategory": word, "scope": scope, "description": status.description })
}

pub(crate) fn statuses_search(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let page = Page::of(s.call, 200, 200)?;
    let text = s.call.query("searchString").unwrap_or_default().to_lowercase();
    let category = s.call.query("statusCategory").unwrap_or_default();
    let rows = s.contents.catalogue.statuses.iter().filter(|status| status.name.to_lowercase().contains(&text));
    let rows = rows.map(status_row).filter(|row| category.is_empty() || row["statusCategory"] == *category);
    let found: Vec<Value> = rows.collect();
    let total = found.len();
    Ok(Reply::ok(page.values(&s.view().api("statuses/search"), page.cut(found.into_iter()), total)))
}

pub(crate) fn statuses_by_id(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let ids = s.call.query_list("id");
    let found = ids.iter().filter_map(|id| s.contents.catalogue.status(id));
    Ok(Reply::ok(found.map(status_row).collect()))
}

pub(crate) fn priorities(s: &mut Session<'_>) -> Answer {
    let view = s.view();
    Ok(Reply::ok(s.contents.catalogue.priorities.iter().map(|p| view.priority_row(p)).collect()))
}

pub(crate) fn priorities_search(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let view = s.view();
    let all = &s.contents.catalogue.priorities;
    let rows = page.cut(all.iter().map(|p| view.priority_row(p)));
    Ok(Reply::ok(page.values(&view.api("priority/search"), rows, all.len())))
}

pub(crate) fn priority(s: &mut Session<'_>) -> Answer {
    let priority = s.contents.catalogue.priority(s.call.param("id")).ok_or_else(|| absent("priority"))?;
    Ok(Reply::ok(s.view().priority_row(priority)))
}

pub(crate) fn resolutions(s: &mut Session<'_>) -> Answer {
    let view = s.view();
    Ok(Reply::ok(s.contents.catalogue.resolutions.iter().map(|r| view.resolution(&r.id)).collect()))
}

pub(crate) fn resolution(s: &mut Session<'_>) -> Answer {
    let known = s.contents.catalogue.resolution(s.call.param("id")).ok_or_else(|| absent("resolution"))?;
    Ok(Reply::ok(s.view().resolution(&known.id)))
}

pub(crate) fn resolutions_search(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let view = s.view();
    let all = &s.contents.catalogue.resolutions;
    let rows = page.cut(all.iter().map(|r| view.resolution(&r.id)));
    Ok(Reply::ok(page.values(&view.api("resolution/search"), rows, all.len())))
}

pub(crate) fn labels(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, PAGE, 1000)?;
    let used = s.contents.issues.values().filter_map(|issue| issue.value("labels"));
    let labels: BTreeSet<&str> = used.flat_map(items).filter_map(Value::as_str).collect();
    let rows = page.cut(labels.iter().map(|label| Value::from(*label)));
    Ok(Reply::ok(page.values(&s.view().api("label"), rows, labels.len())))
}

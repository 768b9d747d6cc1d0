//! The workflows of the site, for administrators.

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Reply};
use crate::jira::catalogue::workflow::{Transition, Workflow};
use crate::jira::limits::FIELD_PAGE;
use crate::jira::paging::Page;
use crate::jira::session::Session;

pub(crate) fn search(s: &mut Session<'_>) -> Answer {
    s.administer()?;
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let (names, expand) = (s.call.query_list("workflowName"), s.call.query_list("expand"));
    let text = s.call.query("queryString").unwrap_or_default().to_lowercase();
    let fits = |workflow: &&Workflow| {
        (names.is_empty() || names.contains(&workflow.name)) && workflow.name.to_lowercase().contains(&text)
    };
    let found: Vec<&Workflow> = s.contents.catalogue.workflows.values().filter(fits).collect();
    let rows = page.cut(found.iter().map(|workflow| show(s, workflow, &expand)));
    Ok(Reply::ok(page.values(&s.view().api("workflow/search"), rows, found.len())))
}

/// The old list, without pages.
pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    s.administer()?;
    let rows = s.contents.catalogue.workflows.values();
    let row = |w: &Workflow| json!({ "name": w.name, "description": "", "default": false, "steps": w.statuses.len() });
    Ok(Reply::ok(rows.map(row).collect()))
}

fn show(s: &Session<'_>, workflow: &Workflow, expand: &[String]) -> Value {
    let mut row = json!({ "id": { "name": workflow.name }, "description": "" });
    if expand.iter().any(|e| e == "transitions") {
        row["transitions"] = workflow.transitions.iter().map(transition).collect();
    }
    if expand.iter().any(|e| e == "statuses") {
        let statuses = workflow.statuses.iter().filter_map(|id| s.contents.catalogue.status(id));
        row["statuses"] =
            statuses.map(|status| json!({ "id": status.id, "name": status.name, "properties": {} })).collect();
    }
    row
}

fn transition(transition: &Transition) -> Value {
    let kind = if transition.from.is_empty() { "global" } else { "directed" };
    json!({
        "id": transition.id,
        "name": transition.name,
        "description": "",
        "from": transition.from,
        "to": transition.to,
        "type": kind,
    })
}

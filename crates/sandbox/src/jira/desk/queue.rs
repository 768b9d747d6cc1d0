//! Queues. Each desk has one: everything that is not resolved, oldest first.

use serde_json::{Value, json};

use super::Desk;
use super::customer::desk;
use super::paging::{agent, missing, page};
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::issue::Issue;
use crate::jira::render::issue::Wanted;
use crate::jira::session::Session;

const ID: &str = "1";
const FIELDS: [&str; 3] = ["issuekey", "summary", "created"];

fn show(s: &Session<'_>, desk: &Desk) -> Value {
    let url = s.view().desk_api(&format!("servicedesk/{}/queue/{ID}", desk.id));
    let jql = "resolution = Unresolved ORDER BY created ASC";
    let mut row = json!({ "id": ID, "name": "All open", "jql": jql, "fields": FIELDS, "_links": { "self": url } });
    if s.call.query_flag("includeCount", false) {
        row["issueCount"] = json!(waiting(s, desk).count());
    }
    row
}

fn waiting<'s>(s: &'s Session<'_>, desk: &Desk) -> impl Iterator<Item = &'s Issue> {
    let project = desk.project;
    s.contents.issues.values().filter(move |issue| issue.project == project && issue.value("resolution").is_none())
}

pub(super) fn list(s: &mut Session<'_>) -> Answer {
    agent(s)?;
    let desk = desk(s)?;
    page(s, &format!("servicedesk/{}/queue", desk.id), vec![show(s, desk)])
}

fn addressed<'s>(s: &'s Session<'_>) -> Result<&'s Desk, Refusal> {
    agent(s)?;
    if s.call.param("queue") == ID { desk(s) } else { Err(missing("queue")) }
}

pub(super) fn get(s: &mut Session<'_>) -> Answer {
    Ok(Reply::ok(show(s, addressed(s)?)))
}

pub(super) fn issues(s: &mut Session<'_>) -> Answer {
    let desk = addressed(s)?;
    let view = s.view();
    let wanted = Wanted::new(&FIELDS.map(str::to_owned), "*all", Vec::new(), Vec::new());
    let rows = waiting(s, desk).map(|issue| view.issue(issue, &wanted)).collect();
    page(s, &format!("servicedesk/{}/queue/{ID}/issue", desk.id), rows)
}

//! Requests: raising one, reading it as its customer does, its participants, status and service levels.

use serde_json::{Map, Value, json};

use super::level::level;
use super::paging::{accounts, agent, missing, page, refuse, unknown_users, whole};
use super::{category_word, talk};
use crate::jira::adf;
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::fields::founding::{PARTICIPANTS, REQUEST_TYPE};
use crate::jira::fields::input::id_text;
use crate::jira::fields::text::items;
use crate::jira::issue::create::Draft;
use crate::jira::issue::{Issue, change, transition};
use crate::jira::session::Session;

/// `POST /request`: the way to a proper request type, which nothing can set later.
pub(super) fn create(s: &mut Session<'_>) -> Answer {
    let me = s.me()?;
    let body = s.call.object()?;
    let text = |name: &str| body.get(name).and_then(id_text).unwrap_or_default();
    let desk = text("serviceDeskId").parse().ok().and_then(|id: u64| s.contents.desks.desks.get(&id));
    let project = desk.map(|d| d.project).ok_or_else(|| missing("service desk"))?;
    let kind = s.contents.desks.request_type(&text("requestTypeId")).filter(|k| Some(k.desk) == desk.map(|d| d.id));
    let kind = kind.cloned().ok_or_else(|| missing("request type"))?;
    let mut values = body.get("requestFieldValues").and_then(Value::as_object).cloned().unwrap_or_default();
    let offered = |id: &str| matches!(id, "summary" | "description") || kind.fields.iter().any(|f| f == id);
    if let Some(other) = values.keys().find(|id| !offered(id)) {
        let why = format!(
            "Your request could not be created. Please check the fields have been filled in correctly. [{other}: Field is not on the request type.]"
        );
        return Err(refuse(400, why, "sd.error.request.create.field"));
    }
    let description = values.remove("description");
    values.insert("project".into(), json!({ "id": project.to_string() }));
    values.insert("issuetype".into(), json!({ "id": kind.issue_type }));
    let reporter = reporter(s, &body, &me)?;
    let mut draft = Draft::read(s, &Map::from_iter([("fields".to_owned(), Value::Object(values))])).map_err(as_desk)?;
    if let Some(stored) = description.map(|d| stored_description(&body, &d)).transpose()? {
        draft.set("description", stored);
    }
    draft.set("reporter", json!(reporter));
    draft.set(REQUEST_TYPE, json!(kind.id));
    let participants = body.get("requestParticipants").and_then(Value::as_array).filter(|list| !list.is_empty());
    if let Some(participants) = participants {
        draft.set(PARTICIPANTS, json!(participants));
    }
    let id = draft.make(s).id;
    let issue = s.contents.issues.get(&id).ok_or_else(|| missing("request"))?;
    Ok(Reply::created(show(s, issue)))
}

/// A customer on whose behalf an agent raises it must be one of the desk's, or somebody who works here.
fn reporter(s: &Session<'_>, body: &Map<String, Value>, me: &str) -> Result<String, Refusal> {
    let Some(wanted) = body.get("raiseOnBehalfOf").and_then(Value::as_str) else { return Ok(me.to_owned()) };
    let known = s.contents.people.users.get(wanted).filter(|user| user.active);
    known.map(|user| user.account_id.clone()).ok_or_else(|| unknown_users(&[wanted.to_owned()]))
}

/// Plain text, or a document if the request says so.
fn stored_description(body: &Map<String, Value>, description: &Value) -> Result<Value, Refusal> {
    let adf = body.get("isAdfRequest") == Some(&json!(true));
    match description {
        Value::String(text) if !adf => Ok(json!({ "wiki": text })),
        doc if adf && adf::rules::check(doc).is_ok() => Ok(json!({ "doc": doc })),
        _ => Err(refuse(400, "The description is not valid.", "sd.error.request.create.description")),
    }
}

/// The platform's complaints in the desk's shape.
fn as_desk(refusal: Refusal) -> Refusal {
    let (status, problems) = refusal.parts();
    let named = problems.errors.iter().map(|(field, text)| format!("{field}: {}", text.as_str().unwrap_or_default()));
    let all: Vec<String> = problems.messages.iter().cloned().chain(named).collect();
    let why = format!(
        "Your request could not be created. Please check the fields have been filled in correctly. [{}]",
        all.join(", ")
    );
    refuse(status, why, "sd.error.request.create")
}

/// The request of the path.
pub(super) fn addressed<'s>(s: &'s Session<'_>) -> Result<&'s Issue, Refusal> {
    s.me()?;
    let found = s.find(s.call.param("request")).ok().filter(|issue| issue.value(REQUEST_TYPE).is_some());
    found.ok_or_else(|| missing("request"))
}

pub(super) fn show(s: &Session<'_>, issue: &Issue) -> Value {
    let view = s.view();
    let kind = s.contents.desks.request_type(issue.text(REQUEST_TYPE));
    let desk = kind.map(|k| k.desk).unwrap_or_default();
    let summary = json!({ "fieldId": "summary", "label": "Summary", "value": issue.text("summary") });
    let description = issue.value("description").map(adf::text::of_stored);
    let description = json!({ "fieldId": "description", "label": "Description", "value": description });
    json!({
        "_expands": ["participant", "status", "sla", "requestType", "serviceDesk", "attachment", "action", "comment"],
        "issueId": issue.id.to_string(),
        "issueKey": issue.key,
        "summary": issue.text("summary"),
        "requestTypeId": issue.text(REQUEST_TYPE),
        "serviceDeskId": desk.to_string(),
        "createdDate": view.desk_time(issue.created),
        "reporter": view.customer(issue.text("reporter")),
        "requestFieldValues": [summary, description],
        "currentStatus": view.request_status(issue),
        "_links": {
            "jiraRest": view.api(&format!("issue/{}", issue.id)),
            "web": view.portal_url(issue, desk),
            "self": view.desk_api(&format!("request/{}", issue.id)),
            "agent": format!("{}/browse/{}", view.base, issue.key),
        },
    })
}

pub(super) fn get(s: &mut Session<'_>) -> Answer {
    let issue = addressed(s)?;
    let mut row = show(s, issue);
    for what in s.call.query_list("expand") {
        if let Some((name, value)) = expanded(s, issue, &what) {
            row[name] = value;
        }
    }
    Ok(Reply::ok(row))
}

/// What `expand` adds to a request, under which name.
fn expanded(s: &Session<'_>, issue: &Issue, what: &str) -> Option<(&'static str, Value)> {
    let kind = s.contents.desks.request_type(issue.text(REQUEST_TYPE));
    Some(match what {
        "participant" => {
            ("participants", whole(s, &format!("request/{}/participant", issue.key), taking_part(s, issue)))
        }
        "status" => ("status", whole(s, &format!("request/{}/status", issue.key), status_rows(s, issue))),
        "sla" if agent(s).is_ok() => {
            ("sla", whole(s, &format!("request/{}/sla", issue.key), vec![level(&s.view(), issue)]))
        }
        "requestType" => ("requestType", s.view().request_type_row(kind?)),
        "serviceDesk" => ("serviceDesk", super::portal::show(s, s.contents.desks.desks.get(&kind?.desk)?)),
        "comment" => ("comments", whole(s, &format!("request/{}/comment", issue.key), talk::rows(s, issue))),
        "attachment" => {
            ("attachments", whole(s, &format!("request/{}/attachment", issue.key), talk::file_rows(s, issue)))
        }
        _ => return None,
    })
}

/// What the caller raised or takes part in; not a feed of the desk.
pub(super) fn list(s: &mut Session<'_>) -> Answer {
    let me = s.me()?;
    let mine = |issue: &&Issue| {
        let takes_part = issue.value(PARTICIPANTS).map(items).unwrap_or_default().contains(&json!(me));
        issue.value(REQUEST_TYPE).is_some() && (issue.text("reporter") == me || takes_part)
    };
    let found = s.contents.issues.values().filter(mine).filter(|issue| s.may("BROWSE_PROJECTS", issue.project));
    page(s, "request", found.map(|issue| show(s, issue)).collect())
}

pub(super) fn statuses(s: &mut Session<'_>) -> Answer {
    let issue = addressed(s)?;
    page(s, &format!("request/{}/status", issue.key), status_rows(s, issue))
}

/// The present status and those before it, newest first.
fn status_rows(s: &Session<'_>, issue: &Issue) -> Vec<Value> {
    let view = s.view();
    let entered = issue.histories.iter().flat_map(|h| h.items.iter().map(move |item| (h.created, item)));
    let status = entered.filter(|(_, item)| item.field == "status").map(|(at, item)| {
        let category = s.contents.catalogue.category_of(item.to.as_deref().unwrap_or_default());
        json!({ "status": item.to_text, "statusCategory": category_word(category), "statusDate": view.desk_time(at) })
    });
    let mut rows: Vec<Value> = status.collect();
    if rows.is_empty() {
        rows.push(view.request_status(issue));
    }
    rows.reverse();
    rows
}

pub(super) fn participants(s: &mut Session<'_>) -> Answer {
    let issue = addressed(s)?;
    page(s, &format!("request/{}/participant", issue.key), taking_part(s, issue))
}

fn taking_part(s: &Session<'_>, issue: &Issue) -> Vec<Value> {
    let view = s.view();
    let accounts = issue.value(PARTICIPANTS).map(items).unwrap_or_default().iter().filter_map(Value::as_str);
    accounts.map(|account| view.customer(account)).collect()
}

pub(super) fn add_participants(s: &mut Session<'_>) -> Answer {
    change_participants(s, true)
}

pub(super) fn remove_participants(s: &mut Session<'_>) -> Answer {
    change_participants(s, false)
}

fn change_participants(s: &mut Session<'_>, add: bool) -> Answer {
    let issue = addressed(s)?;
    let id = issue.id;
    let mut list = issue.value(PARTICIPANTS).map(items).unwrap_or_default().to_vec();
    let (known, unknown) = accounts(s)?;
    if !unknown.is_empty() {
        return Err(unknown_users(&unknown));
    }
    list.retain(|account| !known.iter().any(|k| account == k));
    if add {
        list.extend(known.into_iter().map(Value::String));
    }
    let stored = if list.is_empty() { Value::Null } else { Value::Array(list) };
    change::apply(s, id, [(PARTICIPANTS.to_owned(), stored)].into(), Vec::new(), None);
    participants(s)
}

/// Only what the workflow offers to customers.
pub(super) fn transitions(s: &mut Session<'_>) -> Answer {
    let issue = addressed(s)?;
    let offered = customer_transitions(s, issue).into_iter().map(|(id, name)| json!({ "id": id, "name": name }));
    page(s, &format!("request/{}/transition", issue.key), offered.collect())
}

fn customer_transitions(s: &Session<'_>, issue: &Issue) -> Vec<(String, String)> {
    let all = s.contents.catalogue.workflow_for(issue).into_iter().flat_map(|w| &w.transitions);
    let offered = all.filter(|t| t.for_customers && transition::is_offered(s, issue, t));
    offered.map(|t| (t.id.clone(), t.name.clone())).collect()
}

pub(super) fn transit(s: &mut Session<'_>) -> Answer {
    let issue = addressed(s)?;
    let id = issue.id;
    let body = s.call.object()?;
    let wanted = body.get("id").and_then(id_text).unwrap_or_default();
    if !customer_transitions(s, issue).iter().any(|(id, _)| *id == wanted) {
        return Err(refuse(400, "The transition is not available.", "sd.error.transition.not.available"));
    }
    transition::perform(s, id, &json!({ "transition": { "id": wanted } })).map_err(as_desk)?;
    if let Some(text) = body.get("additionalComment").and_then(|c| c.get("body")).and_then(Value::as_str) {
        crate::jira::issue::comment::plain(text, true).insert(s, id);
    }
    Ok(Reply::no_content())
}

/// Nobody has to approve anything here.
pub(super) fn approvals(s: &mut Session<'_>) -> Answer {
    let issue = addressed(s)?;
    page(s, &format!("request/{}/approval", issue.key), Vec::new())
}

pub(super) fn service_levels(s: &mut Session<'_>) -> Answer {
    agent(s)?;
    let issue = addressed(s)?;
    page(s, &format!("request/{}/sla", issue.key), vec![level(&s.view(), issue)])
}

pub(super) fn service_level(s: &mut Session<'_>) -> Answer {
    agent(s)?;
    let level = level(&s.view(), addressed(s)?);
    if level["id"] == s.call.param("level") { Ok(Reply::ok(level)) } else { Err(missing("service level")) }
}

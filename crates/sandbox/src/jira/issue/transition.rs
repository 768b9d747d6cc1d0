//! Transitions: which ways lead out of the present status, and going one.

use serde_json::{Map, Value, json};

use super::change::{self, Screen, Target};
use super::{Issue, history, property};
use crate::jira::answer::{Answer, Problems, Refusal, Reply};
use crate::jira::catalogue::{Transition, Workflow};
use crate::jira::fields::input::id_text;
use crate::jira::meta::create::field_meta;
use crate::jira::session::Session;
use crate::jira::webhook::event;

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let issue = s.issue()?;
    let with_fields = s.call.query_list("expand").iter().any(|e| e == "transitions.fields");
    let mut rows = available(s, issue, with_fields);
    if let (Some(id), Some(list)) = (s.call.query("transitionId"), rows.as_array_mut()) {
        list.retain(|row| row["id"] == *id);
    }
    Ok(Reply::ok(json!({ "expand": "transitions", "transitions": rows })))
}

/// The transitions the caller may make now; without the permission there are none.
pub(crate) fn available(s: &Session<'_>, issue: &Issue, with_fields: bool) -> Value {
    let Some(workflow) = workflow_of(s, issue) else { return json!([]) };
    if !s.may("TRANSITION_ISSUES", issue.project) {
        return json!([]);
    }
    let view = s.view();
    let row = |transition: &Transition| {
        let mut row = view.transition(transition, workflow);
        if with_fields {
            row["fields"] = screen_fields(s, issue, transition);
        }
        row
    };
    workflow.transitions.iter().filter(|t| leads_out(t, issue)).map(row).collect()
}

/// An open workflow's transition to the status one is in would be a loop, which it does not offer.
fn leads_out(transition: &Transition, issue: &Issue) -> bool {
    transition.leaves(&issue.status) && transition.to != issue.status
}

fn workflow_of<'s>(s: &'s Session<'_>, issue: &Issue) -> Option<&'s Workflow> {
    s.contents.catalogue.workflow_of(s.contents.catalogue.projects.get(&issue.project)?)
}

/// The screen's fields, none of which the API requires: validators are not shown anywhere.
fn screen_fields(s: &Session<'_>, issue: &Issue, transition: &Transition) -> Value {
    let Some(project) = s.contents.catalogue.projects.get(&issue.project) else { return json!({}) };
    let view = s.view();
    let fields = transition.screen.iter().filter_map(|id| s.contents.catalogue.field(id));
    fields.map(|f| (f.id.clone(), field_meta(&view, project, f))).collect::<Map<_, _>>().into()
}

pub(crate) fn make(s: &mut Session<'_>) -> Answer {
    let body = Value::Object(s.call.object()?);
    let id = s.issue()?.id;
    perform(s, id, &body)?;
    Ok(Reply::no_content())
}

/// Makes one transition, all or nothing.
pub(crate) fn perform(s: &mut Session<'_>, id: u64, body: &Value) -> Result<(), Refusal> {
    let none = Map::new();
    let part = |name: &str| body.get(name).and_then(Value::as_object).unwrap_or(&none);
    let wanted = body
        .get("transition")
        .and_then(|t| t.get("id"))
        .and_then(id_text)
        .ok_or_else(|| Refusal::message(400, "Missing 'transition' identifier"))?;
    let issue = s.find(&id.to_string())?;
    let transition = choose(s, issue, &wanted)?.clone();
    let target = Target { project: issue.project, issue: Some(id) };
    let mut edits = change::read(s, target, Screen::Transition(&transition.screen), part("fields"), part("update"))?;
    let properties = property::read_list(body.get("properties"))?;
    post_function(issue, &transition, &mut edits);
    validate(issue, &transition, &edits)?;
    // Everything is judged; from here on nothing fails.
    let further = enter(s, id, &transition.to).into_iter().collect();
    let metadata = body.get("historyMetadata").filter(|m| !m.is_null()).cloned();
    let entry = change::apply(s, id, edits.values, further, metadata);
    let mut told = None;
    for comment in edits.comments {
        told = Some(comment.insert(s, id));
    }
    property::set_all(s, id, properties);
    event::issue_updated(s, id, entry, told, Some("issue_generic"));
    Ok(())
}

fn choose<'s>(s: &'s Session<'_>, issue: &Issue, id: &str) -> Result<&'s Transition, Refusal> {
    let named = workflow_of(s, issue).and_then(|w| w.transitions.iter().find(|t| t.id == id));
    let refused = || {
        let name = named.map(|t| t.name.as_str()).unwrap_or_default();
        Refusal::message(
            400,
            format!(
                "It seems that you have tried to perform a workflow operation ({name}) that is not valid for the current state of this issue ({}). \
                 The likely cause is that somebody has changed the issue recently, please look at the issue history for details.",
                issue.key
            ),
        )
    };
    named.filter(|t| leads_out(t, issue) && s.may("TRANSITION_ISSUES", issue.project)).ok_or_else(refused)
}

/// Sets or clears the resolution where the workflow does so by itself.
fn post_function(issue: &Issue, transition: &Transition, edits: &mut change::Edits) {
    match transition.resolution.as_deref() {
        Some("") => {
            edits.values.insert("resolution".into(), Value::Null);
        }
        Some(resolution) if !edits.values.contains_key("resolution") && issue.value("resolution").is_none() => {
            edits.values.insert("resolution".into(), json!(resolution));
        }
        _ => {}
    }
}

fn validate(issue: &Issue, transition: &Transition, edits: &change::Edits) -> Result<(), Refusal> {
    let mut problems = Problems::default();
    for (field, text) in &transition.validators {
        let after = edits.values.get(field).or_else(|| issue.value(field));
        if after.is_none_or(Value::is_null) {
            problems.field(field, text.clone());
        }
    }
    problems.check()
}

fn enter(s: &mut Session<'_>, id: u64, to: &str) -> Option<super::HistoryItem> {
    let (from, key) = s.contents.issues.get(&id).map(|issue| (issue.status.clone(), issue.key.clone()))?;
    let name = |id: &str| (Some(id.to_owned()), s.contents.catalogue.status(id).map(|status| status.name.clone()));
    let (before, after) = (name(&from), name(to));
    s.log(&key, "status", before.1.clone(), after.1.clone());
    let new_category = s.contents.catalogue.category_of(&from) != s.contents.catalogue.category_of(to);
    let now = s.now;
    s.before_change(id);
    s.contents.change_issue(id, |issue| {
        to.clone_into(&mut issue.status);
        if new_category {
            issue.status_changed = now;
        }
    });
    Some(history::system("status", "status", before, after))
}

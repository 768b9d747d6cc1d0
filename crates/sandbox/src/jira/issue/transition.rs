//! Transitions: which ways lead out of the present status, and going one.

use serde_json::{Map, Value, json};

use super::change::{self, Screen, Target};
use super::{Issue, history, property};
use crate::jira::answer::{Answer, Problems, Refusal, Reply};
use crate::jira::catalogue::workflow::{Condition, Transition};
use crate::jira::fields::input::id_text;
use crate::jira::meta::create::field_meta;
use crate::jira::session::Session;
use crate::jira::webhook::event;

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let issue = s.issue()?;
    let expand = s.call.query_list("expand");
    let mut rows = offered(s, issue, s.call.query_flag("includeUnavailableTransitions", false));
    if let Some(id) = s.call.query("transitionId") {
        rows.retain(|(transition, _)| transition.id == *id);
    }
    let with_fields = expand.iter().any(|e| e == "transitions.fields");
    Ok(Reply::ok(json!({ "expand": "transitions", "transitions": show(s, issue, &rows, with_fields) })))
}

/// The transitions of an issue as `expand=transitions` shows them.
pub(crate) fn available(s: &Session<'_>, issue: &Issue) -> Value {
    show(s, issue, &offered(s, issue, false), false)
}

/// The ways out of the present status, and whether the caller may go each. Without the permission there are none.
fn offered<'s>(s: &'s Session<'_>, issue: &Issue, with_unavailable: bool) -> Vec<(&'s Transition, bool)> {
    if !s.may("TRANSITION_ISSUES", issue.project) {
        return Vec::new();
    }
    let all = s.contents.catalogue.workflow_for(issue).into_iter().flat_map(|w| &w.transitions);
    let ways = all.filter(|t| t.leaves(&issue.status)).map(|t| (t, is_offered(s, issue, t)));
    ways.filter(|(_, is_available)| *is_available || with_unavailable).collect()
}

fn show(s: &Session<'_>, issue: &Issue, rows: &[(&Transition, bool)], with_fields: bool) -> Value {
    let view = s.view();
    let row = |(transition, is_available): &(&Transition, bool)| {
        let mut row = view.transition(transition, *is_available);
        if with_fields {
            row["fields"] = screen_fields(s, issue, transition);
        }
        row
    };
    rows.iter().map(row).collect()
}

/// Whether a transition leads out of the present status and its condition lets the caller go.
pub(crate) fn is_offered(s: &Session<'_>, issue: &Issue, transition: &Transition) -> bool {
    transition.leaves(&issue.status) && transition.condition.as_ref().is_none_or(|condition| holds(s, issue, condition))
}

fn holds(s: &Session<'_>, issue: &Issue, condition: &Condition) -> bool {
    let is_me = |field: &str| s.caller.as_deref() == Some(issue.text(field));
    match condition {
        Condition::Never => false,
        Condition::Assignee => is_me("assignee"),
        Condition::Reporter => is_me("reporter"),
        Condition::Permission(key) => s.may(key, issue.project),
        Condition::Group(name) => s.caller.as_ref().is_some_and(|me| s.contents.people.is_in(me, name)),
        Condition::SubTasks(status) => s.contents.children_of(issue.id).all(|child| child.status == *status),
    }
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
    validate(issue, &transition, &edits)?;
    post_function(issue, &transition, &mut edits);
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
    let named = s.contents.catalogue.workflow_for(issue).and_then(|w| w.transitions.iter().find(|t| t.id == id));
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
    named.filter(|t| is_offered(s, issue, t) && s.may("TRANSITION_ISSUES", issue.project)).ok_or_else(refused)
}

/// Does what the workflow does by itself: sets or clears the resolution, and other fields.
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
    edits.values.extend(transition.sets.clone());
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

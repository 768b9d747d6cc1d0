//! Changing an issue: what a request asks for, judged as a whole, then done as a whole.
//!
//! `read` turns the `fields` and `update` maps of a request into [`Edits`] or into every complaint at once; `apply` writes
//! them, with changelog, write log and `updated`. A value that is already there changes nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{History, HistoryItem, comment, history, link, worklog};
use crate::jira::adf;
use crate::jira::answer::{Problems, Refusal};
use crate::jira::fields::input::{self, Complaint, Context, off_screen};
use crate::jira::fields::{Field, Kind};
use crate::jira::session::Session;

/// Which fields may be set.
#[derive(Clone, Copy)]
pub(crate) enum Screen<'a> {
    Create,
    Edit,
    Transition(&'a [String]),
}

impl Screen<'_> {
    fn shows(self, field: &Field, project: u64) -> bool {
        field.is_in(project)
            && match self {
                Self::Create => field.on_create,
                Self::Edit => field.on_edit,
                Self::Transition(fields) => fields.contains(&field.id),
            }
    }
}

/// Changes that were judged and can be done.
#[derive(Default)]
pub(crate) struct Edits {
    /// Field id -> stored form; `Null` empties it.
    pub(crate) values: BTreeMap<String, Value>,
    pub(crate) kind: Option<String>,
    pub(crate) comments: Vec<comment::Draft>,
    pub(crate) links: Vec<link::Draft>,
    pub(crate) worklogs: Vec<worklog::Draft>,
}

/// Where the changes go: an issue, or one to be made in a project.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) project: u64,
    pub(crate) issue: Option<u64>,
}

/// Reads `fields` and `update`; all complaints come at once.
pub(crate) fn read(
    s: &Session<'_>,
    target: Target,
    screen: Screen<'_>,
    fields: &Map<String, Value>,
    update: &Map<String, Value>,
) -> Result<Edits, Refusal> {
    let mut problems = Problems::default();
    let mut edits = Edits::default();
    for (id, value) in fields {
        if update.contains_key(id) {
            problems.field(id, format!("Field '{id}' cannot be set in both 'fields' and 'update'."));
        } else if let Err(complaint) = read_set(s, target, screen, id, value, &mut edits) {
            complain(&mut problems, id, complaint);
        }
    }
    for (id, operations) in update.iter().filter(|(id, _)| !fields.contains_key(*id)) {
        if let Err(complaint) = read_operations(s, target, screen, id, operations, &mut edits) {
            complain(&mut problems, id, complaint);
        }
    }
    problems.check()?;
    Ok(edits)
}

fn complain(problems: &mut Problems, id: &str, complaint: Complaint) {
    match complaint {
        Complaint::Field(text) => problems.field(id, text),
        Complaint::InvalidInput if problems.messages.is_empty() => problems.message("INVALID_INPUT"),
        Complaint::InvalidInput => {}
    }
}

fn field_on<'s>(s: &'s Session<'_>, target: Target, screen: Screen<'_>, id: &str) -> Result<&'s Field, Complaint> {
    let field =
        s.contents.catalogue.field(id).filter(|f| screen.shows(f, target.project)).ok_or_else(|| off_screen(id))?;
    let needed = match id {
        "reporter" => Some("MODIFY_REPORTER"),
        "assignee" => Some("ASSIGN_ISSUES"),
        _ => None,
    };
    match needed {
        Some(permission) if !s.may(permission, target.project) => Err(off_screen(id).into()),
        _ => Ok(field),
    }
}

fn read_set(
    s: &Session<'_>,
    target: Target,
    screen: Screen<'_>,
    id: &str,
    value: &Value,
    edits: &mut Edits,
) -> Result<(), Complaint> {
    let field = field_on(s, target, screen, id)?;
    if id == "issuetype" {
        edits.kind = Some(read_issue_type(s, target.project, value)?);
        return Ok(());
    }
    let stored = input::read(field, value, context(s, target))?;
    check_parent(s, target, field, &stored)?;
    edits.values.insert(id.to_owned(), stored);
    Ok(())
}

fn context<'s>(s: &'s Session<'_>, target: Target) -> Context<'s> {
    Context { contents: s.contents, project: target.project, rich: s.call.rich() }
}

/// An issue type of the project by id or name.
pub(crate) fn read_issue_type(s: &Session<'_>, project: u64, value: &Value) -> Result<String, Complaint> {
    let id = value.get("id").and_then(input::id_text);
    let name = value.get("name").and_then(Value::as_str);
    if id.is_none() && name.is_none() {
        return Err("Specify an issue type".into());
    }
    let project = s.contents.catalogue.projects.get(&project).ok_or("Specify a valid issue type")?;
    let fits = |kind: &&crate::jira::catalogue::IssueType| {
        id.as_ref().map_or_else(|| Some(kind.name.as_str()) == name, |id| *id == kind.id)
    };
    let kind = s.contents.catalogue.types_of(project).find(fits);
    Ok(kind.map(|kind| kind.id.clone()).ok_or("Specify a valid issue type")?)
}

/// A parent must stand exactly one level above.
fn check_parent(s: &Session<'_>, target: Target, field: &Field, stored: &Value) -> Result<(), Complaint> {
    let (Kind::Parent, Some(parent)) = (field.kind, stored.as_u64()) else { return Ok(()) };
    let Some(parent) = s.contents.issues.get(&parent) else { return Err(NO_PARENT.into()) };
    let Some(child) = target.issue.and_then(|id| s.contents.issues.get(&id)) else { return Ok(()) };
    if parents_fit(s, &child.kind, &parent.kind) && parent.id != child.id { Ok(()) } else { Err(NO_PARENT.into()) }
}

pub(crate) const NO_PARENT: &str = "Given parent work item does not belong to appropriate hierarchy.";

pub(crate) fn parents_fit(s: &Session<'_>, child: &str, parent: &str) -> bool {
    let level = |id: &str| s.contents.catalogue.issue_type(id).map(|t| t.level);
    matches!((level(child), level(parent)), (Some(child), Some(parent)) if parent == child + 1)
}

fn read_operations(
    s: &Session<'_>,
    target: Target,
    screen: Screen<'_>,
    id: &str,
    operations: &Value,
    edits: &mut Edits,
) -> Result<(), Complaint> {
    let operations = operations.as_array().ok_or("data was not an array")?;
    for operation in operations {
        let (verb, value) = operation.as_object().and_then(|o| o.iter().next()).ok_or("data was not an object")?;
        match (id, verb.as_str()) {
            ("comment", "add") => edits.comments.push(comment::Draft::read(s, value).map_err(first_complaint)?),
            ("issuelinks", "add") => {
                edits.links.push(link::Draft::read_for(s, target.issue, value).map_err(first_complaint)?)
            }
            ("worklog", "add") => edits.worklogs.push(worklog::Draft::read(s, value).map_err(first_complaint)?),
            ("parent", "set") if value.get("none") == Some(&Value::Bool(true)) => {
                edits.values.insert("parent".into(), Value::Null);
            }
            (_, "set") => read_set(s, target, screen, id, value, edits)?,
            ("timetracking", "edit") => read_set(s, target, screen, id, value, edits)?,
            (_, "add" | "remove") => read_list_operation(s, target, screen, (id, verb), value, edits)?,
            _ => return Err(format!("Field with id '{id}' and name '{id}' does not support operation '{verb}'").into()),
        }
    }
    Ok(())
}

fn first_complaint(refusal: Refusal) -> Complaint {
    let (_, problems) = refusal.parts();
    if problems.messages.iter().any(|m| m == "INVALID_INPUT") {
        return Complaint::InvalidInput;
    }
    let texts = problems.errors.values().filter_map(Value::as_str).map(str::to_owned);
    Complaint::Field(texts.chain(problems.messages.iter().cloned()).next().unwrap_or_default())
}

fn read_list_operation(
    s: &Session<'_>,
    target: Target,
    screen: Screen<'_>,
    (id, verb): (&str, &str),
    value: &Value,
    edits: &mut Edits,
) -> Result<(), Complaint> {
    let field = field_on(s, target, screen, id)?;
    if !field.kind.is_list() {
        return Err(format!("Field with id '{id}' and name '{id}' does not support operation '{verb}'").into());
    }
    let item = input::read(field, &json!([value]), context(s, target))?;
    let item = item.get(0).cloned().unwrap_or_default();
    let now = || target.issue.and_then(|issue| s.contents.issues.get(&issue)?.value(id).cloned());
    let stored = edits.values.remove(id).or_else(now).unwrap_or_default();
    let mut list: Vec<Value> = stored.as_array().cloned().unwrap_or_default();
    match verb {
        "add" if !list.contains(&item) => list.push(item),
        "add" => {}
        _ => list.retain(|other| *other != item),
    }
    edits.values.insert(id.to_owned(), if list.is_empty() { Value::Null } else { Value::Array(list) });
    Ok(())
}

/// Writes judged values and further history lines; returns the history entry's id if anything changed.
pub(crate) fn apply(
    s: &mut Session<'_>,
    id: u64,
    values: BTreeMap<String, Value>,
    further: Vec<HistoryItem>,
    metadata: Option<Value>,
) -> Option<u64> {
    let mut items = further;
    let mut writes = Vec::new();
    let issue = s.contents.issues.get(&id)?;
    for (field_id, after) in values {
        let field = s.contents.catalogue.field(&field_id)?;
        let before = issue.value(&field_id);
        if unchanged(field.kind, before, &after) {
            continue;
        }
        items.extend(history::items(field, before, Some(&after), s.contents, issue.project));
        writes.push((field_id, after));
    }
    if items.is_empty() {
        return None;
    }
    let project = issue.project;
    log_values(s, id, project, &writes);
    write(s, id, writes);
    Some(record(s, id, items, metadata))
}

fn unchanged(kind: Kind, before: Option<&Value>, after: &Value) -> bool {
    match (before, kind) {
        (None, _) => after.is_null(),
        (Some(before), Kind::Rich) => adf::same(before, after),
        (Some(before), _) => before == after,
    }
}

fn log_values(s: &Session<'_>, id: u64, project: u64, writes: &[(String, Value)]) {
    let Some(issue) = s.contents.issues.get(&id) else { return };
    for (field_id, after) in writes {
        let Some(field) = s.contents.catalogue.field(field_id) else { continue };
        let text = |value: Option<&Value>| crate::jira::fields::text::show(field, value, s.contents, project).1;
        s.log(&issue.key, field_id, text(issue.value(field_id)), text(Some(after)));
    }
}

fn write(s: &mut Session<'_>, id: u64, writes: Vec<(String, Value)>) {
    let now = s.now;
    s.before_change(id);
    s.contents.change_issue(id, |issue| {
        for (field, after) in writes {
            if field == "resolution" {
                issue.resolved = (!after.is_null()).then_some(now);
            }
            match after {
                Value::Null => issue.values.remove(&field),
                after => issue.values.insert(field, after),
            };
        }
    });
}

/// Adds a history entry and moves `updated`.
pub(crate) fn record(s: &mut Session<'_>, id: u64, items: Vec<HistoryItem>, metadata: Option<Value>) -> u64 {
    let entry = History { id: s.contents.next_id(), author: s.caller.clone(), created: s.now, items, metadata };
    let (now, entry_id) = (s.now, entry.id);
    s.before_change(id);
    s.contents.change_issue(id, |issue| {
        issue.histories.push(entry);
        issue.updated = now;
    });
    entry_id
}

/// Moves `updated` without a history entry, as comments do.
pub(crate) fn touch(s: &mut Session<'_>, id: u64) {
    let now = s.now;
    s.before_change(id);
    s.contents.change_issue(id, |issue| issue.updated = now);
}

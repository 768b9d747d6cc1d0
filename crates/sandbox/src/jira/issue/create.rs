//! `POST /issue`: an issue made from its fields, or every complaint about them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::change::{self, Edits, Screen, Target};
use super::{Issue, history, property, transition};
use crate::jira::answer::{Answer, Problems, Refusal, Reply};
use crate::jira::catalogue::founding::PRIORITY_DEFAULT;
use crate::jira::fields::input::{Complaint, NO_SUMMARY, id_text};
use crate::jira::session::Session;
use crate::jira::webhook::event;

/// An issue that was judged and can be made.
pub(crate) struct Draft {
    project: u64,
    kind: String,
    edits: Edits,
    properties: BTreeMap<String, Value>,
    transition: Option<Value>,
}

pub(crate) fn create(s: &mut Session<'_>) -> Answer {
    let body = s.call.object()?;
    let draft = Draft::read(s, &body)?;
    let mut made = draft.make(s);
    if let Some((id, body)) = made.transition.take() {
        made.row["transition"] = transition_outcome(transition::perform(s, id, &body));
    }
    Ok(Reply::created(made.row))
}

fn transition_outcome(outcome: Result<(), Refusal>) -> Value {
    match outcome {
        Ok(()) => json!({ "status": 200, "errorCollection": { "errorMessages": [], "errors": {} } }),
        Err(refusal) => {
            let (status, problems) = refusal.parts();
            json!({ "status": status, "errorCollection": problems.to_json() })
        }
    }
}

/// What a create answers with.
pub(crate) struct Made {
    pub(crate) id: u64,
    pub(crate) row: Value,
    transition: Option<(u64, Value)>,
}

impl Draft {
    /// Judges one create body.
    pub(crate) fn read(s: &Session<'_>, body: &Map<String, Value>) -> Result<Self, Refusal> {
        let none = Map::new();
        let part = |name: &str| body.get(name).and_then(Value::as_object).unwrap_or(&none);
        let (mut fields, update) = (part("fields").clone(), part("update"));
        let project = read_project(s, &fields)?;
        if !s.may("CREATE_ISSUES", project) {
            return Err(Refusal::message(403, "You do not have permission to create issues in this project."));
        }
        let kind = read_kind(s, project, &fields)?;
        fields.remove("project");
        fields.remove("issuetype");
        let edits = change::read(s, Target { project, issue: None }, Screen::Create, &fields, update);
        let edits = require(s, (project, &kind), &fields, edits)?;
        let properties = property::read_list(body.get("properties"))?;
        Ok(Self {
            project,
            kind,
            edits,
            properties,
            transition: body.get("transition").filter(|t| !t.is_null()).cloned(),
        })
    }

    /// Makes the issue, its parts and its event.
    pub(crate) fn make(self, s: &mut Session<'_>) -> Made {
        let id = s.contents.next_id();
        let me = s.caller.clone().unwrap_or_default();
        let issue = self.fresh(s, id, &me);
        let (key, values) = (issue.key.clone(), issue.values.clone());
        s.before_change(id);
        s.contents.insert_issue(issue);
        let items = log_created(s, id, &values);
        s.log(&key, "(created)", None, Some(key.clone()));
        for comment in self.edits.comments {
            comment.insert(s, id);
        }
        for link in self.edits.links {
            link.insert(s, id);
        }
        for worklog in self.edits.worklogs {
            worklog.insert(s, id);
        }
        let entry = s.contents.next_id();
        event::issue_created(s, id, entry, &items);
        let row = json!({ "id": id.to_string(), "key": key, "self": s.view().api(&format!("issue/{id}")) });
        Made { id, row, transition: self.transition.map(|t| (id, json!({ "transition": t }))) }
    }

    fn fresh(&self, s: &mut Session<'_>, id: u64, me: &str) -> Issue {
        let mut values = self.edits.values.clone();
        values.retain(|_, value| !value.is_null());
        values.entry("reporter".into()).or_insert_with(|| json!(me));
        values.entry("priority".into()).or_insert_with(|| json!(PRIORITY_DEFAULT));
        let status = s.contents.catalogue.workflow_of(self.project, &self.kind).map(|w| w.initial.clone());
        Issue {
            id,
            key: next_key(s, self.project),
            project: self.project,
            kind: self.kind.clone(),
            status: status.unwrap_or_default(),
            creator: me.to_owned(),
            created: s.now,
            updated: s.now,
            status_changed: s.now,
            resolved: None,
            values,
            comments: Vec::new(),
            attachments: Vec::new(),
            worklogs: Vec::new(),
            histories: Vec::new(),
            remote_links: Vec::new(),
            properties: self.properties.clone(),
            watchers: BTreeSet::from([me.to_owned()]),
            voters: BTreeSet::new(),
        }
    }

    /// Values beside the request's fields, for requests of the service desk.
    pub(crate) fn set(&mut self, field: &str, value: Value) {
        self.edits.values.insert(field.to_owned(), value);
    }
}

fn next_key(s: &mut Session<'_>, project: u64) -> String {
    s.contents.catalogue.projects.get_mut(&project).map_or_else(String::new, |project| {
        project.last_number += 1;
        format!("{}-{}", project.key, project.last_number)
    })
}

fn log_created(s: &Session<'_>, id: u64, values: &BTreeMap<String, Value>) -> Vec<super::HistoryItem> {
    let Some(issue) = s.contents.issues.get(&id) else { return Vec::new() };
    let mut items = Vec::new();
    for (field_id, value) in values {
        let Some(field) = s.contents.catalogue.field(field_id) else { continue };
        let lines = history::items(field, None, Some(value), s.contents, issue.project);
        let text = crate::jira::fields::text::show(field, Some(value), s.contents, issue.project).1;
        s.log(&issue.key, field_id, None, text);
        items.extend(lines);
    }
    items
}

fn read_project(s: &Session<'_>, fields: &Map<String, Value>) -> Result<u64, Refusal> {
    let project = fields.get("project");
    let wanted = project.and_then(|p| p.get("id").and_then(id_text).or_else(|| p.get("key").and_then(id_text)));
    let found = wanted.and_then(|wanted| s.contents.find_project(&wanted)).filter(|p| s.may("BROWSE_PROJECTS", p.id));
    found.map(|p| p.id).ok_or_else(|| Refusal::field(400, "project", "Specify a valid project ID or key"))
}

fn read_kind(s: &Session<'_>, project: u64, fields: &Map<String, Value>) -> Result<String, Refusal> {
    let wanted = fields.get("issuetype").unwrap_or(&Value::Null);
    change::read_issue_type(s, project, wanted).map_err(|complaint| match complaint {
        Complaint::Field(text) => Refusal::field(400, "issuetype", text),
        Complaint::InvalidInput => Refusal::message(400, "INVALID_INPUT"),
    })
}

/// Adds the complaints about what is missing to those about what is there.
fn require(
    s: &Session<'_>,
    (project, kind): (u64, &str),
    fields: &Map<String, Value>,
    edits: Result<Edits, Refusal>,
) -> Result<Edits, Refusal> {
    let mut problems = match &edits {
        Ok(_) => Problems::default(),
        Err(refusal) => refusal.parts().1,
    };
    if !fields.contains_key("summary") {
        problems.field("summary", NO_SUMMARY);
    }
    let required = s.contents.catalogue.fields.iter().filter(|f| f.required && f.custom.is_some() && f.is_in(project));
    for field in required.filter(|f| fields.get(&f.id).is_none_or(Value::is_null)) {
        problems.field(&field.id, format!("{} is required.", field.name));
    }
    if let Ok(edits) = &edits {
        check_level(s, kind, edits, &mut problems);
    }
    problems.check()?;
    edits
}

fn check_level(s: &Session<'_>, kind: &str, edits: &Edits, problems: &mut Problems) {
    let parent = edits.values.get("parent").and_then(Value::as_u64).and_then(|id| s.contents.issues.get(&id));
    let is_sub_task = s.contents.catalogue.issue_type(kind).is_some_and(|t| t.level < 0);
    match parent {
        Some(parent) if !change::parents_fit(s, kind, &parent.kind) => problems.field("parent", change::NO_PARENT),
        None if is_sub_task => {
            problems.field("parent", "Issue type is a sub-task but parent issue key or id not specified.")
        }
        _ => {}
    }
}

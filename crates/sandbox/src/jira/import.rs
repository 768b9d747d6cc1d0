//! Issues from elsewhere, in the shape of a search answer: what they speak of is made, what they are is kept.
//!
//! People of a Server site get an account id and a hidden e-mail; wiki markup stays wiki markup; every imported project
//! has an open workflow over the statuses that its issues use. What cannot be taken is told in a sentence.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::catalogue::Named;
use super::contents::Contents;
use super::fields::input::id_text;
use super::issue::Issue;
use super::people::{AccountKind, EVERYBODY, User};
use super::time;
use configuration::add_version;

mod configuration;
mod parts;

/// Imports an array of issues (or a search answer that holds one).
pub(crate) fn import(contents: &mut Contents, issues: &Value, now: i64) -> Vec<String> {
    let Some(rows) = issues.as_array().or_else(|| issues.get("issues")?.as_array()) else {
        return vec!["The import is not an array of issues.".to_owned()];
    };
    let mut importer = Importer { contents, now, problems: Vec::new() };
    let mut taken: Vec<(u64, &Value)> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        match importer.issue(row) {
            Ok(id) => taken.push((id, row)),
            Err(why) => importer.problems.push(format!(
                "Issue {} was left out: {why}.",
                row.get("key").and_then(Value::as_str).map_or_else(|| format!("number {}", at + 1), str::to_owned)
            )),
        }
    }
    importer.relate(&taken);
    importer.open_workflows();
    let problems = importer.problems;
    contents.reindex();
    problems
}

struct Importer<'a> {
    contents: &'a mut Contents,
    now: i64,
    problems: Vec<String>,
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

fn moment(value: Option<&Value>) -> Option<i64> {
    time::parse(value?.as_str()?)
}

impl Importer<'_> {
    fn issue(&mut self, row: &Value) -> Result<u64, String> {
        let key = text(row, "key").ok_or("it has no key")?.to_uppercase();
        let fields = row.get("fields").filter(|f| f.is_object()).ok_or("it has no fields")?;
        let (project_key, number) = key.rsplit_once('-').ok_or("its key has no number")?;
        let number: u64 = number.parse().map_err(|_| "its key has no number")?;
        let id =
            row.get("id").and_then(id_text).and_then(|id| id.parse().ok()).unwrap_or_else(|| self.contents.next_id());
        if self.contents.issues.contains_key(&id) || self.contents.find_issue(&key).is_some() {
            return Err("its id or key is already there".into());
        }
        let summary = text(fields, "summary").filter(|s| !s.trim().is_empty()).ok_or("it has no summary")?;
        let project = self.project(project_key, fields.get("project"), number)?;
        let created = moment(fields.get("created")).unwrap_or(self.now);
        let creator =
            self.person(fields.get("creator")).or_else(|| self.person(fields.get("reporter"))).unwrap_or_default();
        let mut issue = Issue {
            id,
            key: key.clone(),
            project,
            kind: self.issue_type(project, fields.get("issuetype")),
            status: self.status(project, fields.get("status")),
            creator: creator.clone(),
            created,
            updated: moment(fields.get("updated")).unwrap_or(created),
            status_changed: moment(fields.get("statuscategorychangedate"))
                .or_else(|| moment(fields.get("resolutiondate")))
                .unwrap_or(created),
            resolved: moment(fields.get("resolutiondate")),
            values: BTreeMap::new(),
            comments: Vec::new(),
            attachments: Vec::new(),
            worklogs: Vec::new(),
            histories: Vec::new(),
            remote_links: Vec::new(),
            properties: BTreeMap::new(),
            watchers: BTreeSet::from([creator]),
            voters: BTreeSet::new(),
        };
        issue.values.insert("summary".into(), json!(summary.replace(['\r', '\n'], " ").trim()));
        self.values(&mut issue, fields);
        issue.comments = self.comments(fields);
        issue.attachments = self.attachments(fields);
        self.contents.last_id = self.contents.last_id.max(id);
        self.contents.insert_issue(issue);
        Ok(id)
    }

    fn values(&mut self, issue: &mut Issue, fields: &Value) {
        for name in ["description", "environment"] {
            match fields.get(name) {
                Some(Value::String(wiki)) if !wiki.is_empty() => {
                    drop(issue.values.insert(name.into(), json!({ "wiki": wiki })))
                }
                Some(doc @ Value::Object(_)) => drop(issue.values.insert(name.into(), json!({ "doc": doc }))),
                _ => {}
            }
        }
        for name in ["assignee", "reporter"] {
            if let Some(account) = self.person(fields.get(name)) {
                issue.values.insert(name.into(), json!(account));
            }
        }
        if let Some(day) = text(fields, "duedate") {
            issue.values.insert("duedate".into(), json!(day));
        }
        let labels: Vec<&Value> = list(fields, "labels").iter().filter(|l| l.is_string()).collect();
        if !labels.is_empty() {
            issue.values.insert("labels".into(), json!(labels));
        }
        if let Some(id) = add_named(&mut self.contents.catalogue.priorities, fields.get("priority")) {
            issue.values.insert("priority".into(), json!(id));
        }
        if let Some(id) = add_named(&mut self.contents.catalogue.resolutions, fields.get("resolution")) {
            issue.values.insert("resolution".into(), json!(id));
            issue.resolved = issue.resolved.or(Some(issue.updated));
        }
        self.project_parts(issue, fields);
        self.custom_values(issue, fields);
    }

    fn project_parts(&mut self, issue: &mut Issue, fields: &Value) {
        let Some(project) = self.contents.catalogue.projects.get_mut(&issue.project) else { return };
        let components: Vec<String> =
            list(fields, "components").iter().filter_map(|row| add_named(&mut project.components, Some(row))).collect();
        if !components.is_empty() {
            issue.values.insert("components".into(), json!(components));
        }
        for name in ["fixVersions", "versions"] {
            let ids: Vec<String> =
                list(fields, name).iter().filter_map(|row| add_version(&mut project.versions, row)).collect();
            if !ids.is_empty() {
                issue.values.insert(name.into(), json!(ids));
            }
        }
    }

    /// Plain values of custom fields that this site has, by id.
    fn custom_values(&mut self, issue: &mut Issue, fields: &Value) {
        use super::fields::Kind;
        for field in self.contents.catalogue.fields.iter().filter(|f| f.custom.is_some()) {
            let Some(value) = fields.get(&field.id).filter(|v| !v.is_null()) else { continue };
            let stored = match (field.kind, value) {
                (Kind::Text | Kind::Url | Kind::Date, Value::String(_)) | (Kind::Number, Value::Number(_)) => {
                    Some(value.clone())
                }
                (Kind::Rich, Value::String(wiki)) => Some(json!({ "wiki": wiki })),
                (Kind::DateTime, Value::String(at)) => time::parse(at).map(|ms| json!(ms)),
                (Kind::Labels, Value::Array(_)) => Some(value.clone()),
                _ => None,
            };
            match stored {
                Some(stored) => drop(issue.values.insert(field.id.clone(), stored)),
                None => self.problems.push(format!("{}: the value of {} could not be taken.", issue.key, field.name)),
            }
        }
    }

    /// The account of a person: by account id, by Server name, or a new one.
    fn person(&mut self, row: Option<&Value>) -> Option<String> {
        let row = row.filter(|r| r.is_object())?;
        let server_name = text(row, "name").or_else(|| text(row, "key"));
        if let Some(account) = text(row, "accountId").filter(|id| self.contents.people.users.contains_key(*id)) {
            return Some(account.to_owned());
        }
        if let Some(known) = self
            .contents
            .people
            .users
            .values()
            .find(|u| server_name.is_some() && u.server_name.as_deref() == server_name)
        {
            return Some(known.account_id.clone());
        }
        let account = text(row, "accountId").map_or_else(|| account_id(server_name.unwrap_or_default()), str::to_owned);
        self.contents.people.add(User {
            account_id: account.clone(),
            kind: AccountKind::Atlassian,
            name: text(row, "displayName").or(server_name).unwrap_or("Former user").to_owned(),
            email: text(row, "emailAddress").unwrap_or_default().to_owned(),
            shows_email: false,
            active: row.get("active").and_then(Value::as_bool).unwrap_or(true),
            zone: text(row, "timeZone").unwrap_or("Etc/UTC").to_owned(),
            token: None,
            groups: BTreeSet::from([EVERYBODY.to_owned()]),
            server_name: server_name.map(str::to_owned),
        });
        Some(account)
    }
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The id of the thing with this name, made if it is new; its own id is kept where it is free.
fn add_named(rows: &mut Vec<Named>, row: Option<&Value>) -> Option<String> {
    let row = row?;
    let name = text(row, "name")?;
    if let Some(known) = rows.iter().find(|r| r.name == name) {
        return Some(known.id.clone());
    }
    let wanted = row.get("id").and_then(id_text).unwrap_or_default();
    let free = !wanted.is_empty() && rows.iter().all(|r| r.id != wanted);
    let id = if free { wanted } else { format!("{}", 11_000 + rows.len()) };
    rows.push(Named {
        id: id.clone(),
        name: name.to_owned(),
        description: text(row, "description").unwrap_or_default().to_owned(),
    });
    Some(id)
}

/// An account id that the same Server name always gets.
fn account_id(server_name: &str) -> String {
    let mac = super::webhook::send::mac(b"server user", server_name.as_bytes());
    let half =
        |at: usize| mac.get(at..at + 8).map_or(0, |b| b.iter().fold(0u64, |n, byte| (n << 8) | u64::from(*byte)));
    format!("712020:{}", uuid::Uuid::from_u64_pair(half(0), half(8)))
}

//! An issue as a read shows it: which fields, in which form, with which expansions.

use serde_json::{Map, Value, json};

use super::View;
use crate::jira::contents::IssueLink;
use crate::jira::fields::kind::Structure;
use crate::jira::fields::{Field, Kind, output};
use crate::jira::issue::Issue;
use crate::jira::limits::PAGE;

/// Which fields a caller asks for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    include: Include,
    exclude: Vec<String>,
    expand: Vec<String>,
    /// Entity properties to add; `*all` is all of them.
    pub(crate) properties: Vec<String>,
}

#[derive(Debug, Clone)]
enum Include {
    All,
    Navigable,
    Named(Vec<String>),
}

impl Wanted {
    /// Reads a `fields` list; `default` is what an empty one means.
    pub(crate) fn new(fields: &[String], default: &str, expand: Vec<String>, properties: Vec<String>) -> Self {
        let asked: Vec<&str> = fields.iter().map(String::as_str).filter(|f| !f.starts_with('-')).collect();
        let asked = if asked.is_empty() { vec![default] } else { asked };
        let include = if asked.contains(&"*all") {
            Include::All
        } else if asked.contains(&"*navigable") {
            Include::Navigable
        } else {
            Include::Named(asked.iter().map(|f| (*f).to_owned()).collect())
        };
        let exclude = fields.iter().filter_map(|f| f.strip_prefix('-')).map(str::to_owned).collect();
        Self { include, exclude, expand, properties }
    }

    pub(crate) fn all() -> Self {
        Self::new(&[], "*all", Vec::new(), Vec::new())
    }

    pub(crate) fn expands(&self, what: &str) -> bool {
        self.expand.iter().any(|e| e == what)
    }

    /// Only the id and the key: such rows have no `fields` at all.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(&self.include, Include::Named(names) if names.iter().all(|n| matches!(n.as_str(), "id" | "key" | "issuekey")))
    }

    pub(crate) fn takes(&self, field: &Field) -> bool {
        if self.exclude.contains(&field.id) || field.id == "issuekey" {
            return false;
        }
        match &self.include {
            Include::All => true,
            // Long lists are what makes a field not navigable.
            Include::Navigable => !matches!(
                field.kind,
                Kind::Structural(Structure::Comments | Structure::Worklogs | Structure::Attachments)
            ),
            Include::Named(names) => names.contains(&field.id),
        }
    }
}

impl View<'_> {
    pub(crate) fn issue(&self, issue: &Issue, wanted: &Wanted) -> Value {
        let mut row = Map::new();
        row.insert("expand".into(), json!("operations,versionedRepresentations,editmeta,changelog,renderedFields"));
        row.insert("id".into(), json!(issue.id.to_string()));
        row.insert("self".into(), json!(self.api(&format!("issue/{}", issue.id))));
        row.insert("key".into(), json!(issue.key));
        if wanted.is_bare() {
            return Value::Object(row);
        }
        row.insert("fields".into(), self.fields(issue, wanted));
        if wanted.expands("renderedFields") {
            row.insert("renderedFields".into(), self.rendered(issue, wanted));
        }
        for (name, facet) in [("names", "name"), ("schema", "schema")] {
            if wanted.expands(name) {
                row.insert(name.into(), self.field_facets(wanted, facet));
            }
        }
        if wanted.expands("changelog") {
            row.insert("changelog".into(), self.changelog_expansion(issue));
        }
        if !wanted.properties.is_empty() {
            row.insert("properties".into(), properties(issue, &wanted.properties));
        }
        Value::Object(row)
    }

    fn fields(&self, issue: &Issue, wanted: &Wanted) -> Value {
        let mut fields = Map::new();
        for field in self.contents.catalogue.fields.iter().filter(|f| wanted.takes(f) && f.is_in(issue.project)) {
            fields.insert(field.id.clone(), self.field(field, issue));
        }
        Value::Object(fields)
    }

    fn field(&self, field: &Field, issue: &Issue) -> Value {
        match field.kind {
            Kind::Structural(structure) => self.structural(&field.id, structure, issue),
            _ => output::show(field, issue, self),
        }
    }

    fn structural(&self, id: &str, structure: Structure, issue: &Issue) -> Value {
        match structure {
            Structure::Project => self.project_ref(issue.project),
            Structure::IssueType => self.issue_type(&issue.kind),
            Structure::Status => self.status(&issue.status),
            Structure::Person => self.user(&issue.creator),
            Structure::Moment => self.moment(id, issue),
            Structure::Links => self.contents.links_of(issue.id).map(|link| self.link(link, issue.id)).collect(),
            Structure::Subtasks => {
                let children = self.contents.children_of(issue.id);
                children
                    .filter(|c| self.contents.catalogue.issue_type(&c.kind).is_some_and(|t| t.level < 0))
                    .map(|c| self.linked_issue(c.id))
                    .collect()
            }
            Structure::Attachments => issue.attachments.iter().map(|a| self.attachment(a)).collect(),
            Structure::Comments => self.comment_field(issue),
            Structure::Worklogs => self.worklog_field(issue),
            Structure::Votes => self.votes(issue),
            Structure::Watches => self.watches(issue),
            Structure::Progress => json!({ "progress": issue.seconds_spent(), "total": issue.seconds_spent() }),
            Structure::Seconds => seconds(id, issue),
            Structure::Key | Structure::Security | Structure::Thumbnail => Value::Null,
        }
    }

    fn moment(&self, id: &str, issue: &Issue) -> Value {
        match id {
            "created" => self.time(issue.created),
            "updated" => self.time(issue.updated),
            "statuscategorychangedate" => self.time(issue.status_changed),
            "resolutiondate" => issue.resolved.map_or(Value::Null, |ms| self.time(ms)),
            _ => Value::Null,
        }
    }

    /// An issue as other issues point to it.
    pub(crate) fn linked_issue(&self, id: u64) -> Value {
        let Some(issue) = self.contents.issues.get(&id) else { return Value::Null };
        json!({
            "id": id.to_string(),
            "key": issue.key,
            "self": self.api(&format!("issue/{id}")),
            "fields": {
                "summary": issue.text("summary"),
                "status": self.status(&issue.status),
                "priority": self.priority(issue.text("priority")),
                "issuetype": self.issue_type(&issue.kind),
            },
        })
    }

    /// A link as seen from one of its ends: `outwardIssue` reads "this <outward> that".
    pub(crate) fn link(&self, link: &IssueLink, from: u64) -> Value {
        let mut row = json!({ "id": link.id.to_string(), "self": self.api(&format!("issueLink/{}", link.id)), "type": self.link_type(&link.kind) });
        if link.source == from {
            row["outwardIssue"] = self.linked_issue(link.destination);
        } else {
            row["inwardIssue"] = self.linked_issue(link.source);
        }
        row
    }

    pub(crate) fn link_type(&self, id: &str) -> Value {
        self.contents.catalogue.link_type(id).map_or(Value::Null, |kind| {
            json!({ "id": kind.id, "name": kind.name, "inward": kind.inward, "outward": kind.outward, "self": self.api(&format!("issueLinkType/{id}")) })
        })
    }

    fn comment_field(&self, issue: &Issue) -> Value {
        let url = self.api(&format!("issue/{}/comment", issue.id));
        let rows: Vec<Value> = issue.comments.iter().map(|c| self.comment(issue, c)).collect();
        json!({ "comments": rows, "self": url, "maxResults": rows.len(), "total": rows.len(), "startAt": 0 })
    }

    fn worklog_field(&self, issue: &Issue) -> Value {
        let rows: Vec<Value> = issue.worklogs.iter().take(20).map(|w| self.worklog(issue, w)).collect();
        json!({ "startAt": 0, "maxResults": 20, "total": issue.worklogs.len(), "worklogs": rows })
    }

    pub(crate) fn watches(&self, issue: &Issue) -> Value {
        let watching = self.viewer.is_some_and(|me| issue.watchers.contains(me));
        json!({ "self": self.api(&format!("issue/{}/watchers", issue.key)), "watchCount": issue.watchers.len(), "isWatching": watching })
    }

    pub(crate) fn votes(&self, issue: &Issue) -> Value {
        let voted = self.viewer.is_some_and(|me| issue.voters.contains(me));
        json!({ "self": self.api(&format!("issue/{}/votes", issue.key)), "votes": issue.voters.len(), "hasVoted": voted })
    }

    /// Newest first and cut off, unlike the changelog's own call.
    fn changelog_expansion(&self, issue: &Issue) -> Value {
        let rows: Vec<Value> = issue.histories.iter().rev().take(PAGE).map(|h| self.history(h)).collect();
        json!({ "startAt": 0, "maxResults": rows.len(), "total": issue.histories.len(), "histories": rows })
    }

    /// `names` or `schema` by field id.
    pub(crate) fn field_facets(&self, wanted: &Wanted, facet: &str) -> Value {
        let fields = self.contents.catalogue.fields.iter().filter(|f| wanted.takes(f));
        fields
            .map(|f| (f.id.clone(), if facet == "name" { json!(f.name) } else { f.schema() }))
            .collect::<Map<_, _>>()
            .into()
    }

    /// HTML for rich text; the vendor also renders dates for people, which no client may read.
    fn rendered(&self, issue: &Issue, wanted: &Wanted) -> Value {
        let mut rendered = Map::new();
        for field in self.contents.catalogue.fields.iter().filter(|f| wanted.takes(f)) {
            let html = match field.kind {
                Kind::Rich => issue.value(&field.id).map_or(json!(""), |stored| json!(super::html::html(stored))),
                _ => Value::Null,
            };
            rendered.insert(field.id.clone(), html);
        }
        Value::Object(rendered)
    }
}

fn seconds(id: &str, issue: &Issue) -> Value {
    let estimate = |key: &str| issue.value("timetracking").and_then(|t| t.get(key)).cloned().unwrap_or(Value::Null);
    match id {
        "timespent" | "aggregatetimespent" if issue.seconds_spent() > 0 => json!(issue.seconds_spent()),
        "timeestimate" | "aggregatetimeestimate" => estimate("remaining"),
        "timeoriginalestimate" | "aggregatetimeoriginalestimate" => estimate("original"),
        "workratio" => json!(-1),
        _ => Value::Null,
    }
}

fn properties(issue: &Issue, wanted: &[String]) -> Value {
    let all = wanted.iter().any(|key| key == "*all");
    let rows = issue.properties.iter().filter(|(key, _)| all || wanted.contains(key));
    rows.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>().into()
}

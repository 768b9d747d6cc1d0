//! What hangs on imported issues: comments, what is known of files, links and parents.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Importer, list, moment, text};
use crate::jira::catalogue::LinkType;
use crate::jira::contents::IssueLink;
use crate::jira::fields::input::id_text;
use crate::jira::issue::{Attachment, Comment};

impl Importer<'_> {
    pub(super) fn comments(&mut self, fields: &Value) -> Vec<Comment> {
        let rows = fields.get("comment").map(|c| list(c, "comments")).unwrap_or_default();
        rows.iter().filter_map(|row| self.comment(row)).collect()
    }

    fn comment(&mut self, row: &Value) -> Option<Comment> {
        let id = self.part_id(row);
        let author = self.person(row.get("author")).unwrap_or_default();
        let created = moment(row.get("created"))?;
        let body = match row.get("body") {
            Some(doc @ Value::Object(_)) => json!({ "doc": doc }),
            // A comment whose text was taken away is still a comment.
            body => json!({ "wiki": body.and_then(Value::as_str).unwrap_or_default() }),
        };
        Some(Comment {
            id,
            update_author: self.person(row.get("updateAuthor")).unwrap_or_else(|| author.clone()),
            author,
            body,
            created,
            updated: moment(row.get("updated")).unwrap_or(created),
            visibility: row.get("visibility").filter(|v| v.is_object()).cloned(),
            parent: None,
            properties: BTreeMap::new(),
        })
    }

    /// Only what is known about the files: there are no bytes.
    pub(super) fn attachments(&mut self, fields: &Value) -> Vec<Attachment> {
        list(fields, "attachment").iter().filter_map(|row| self.attachment(row)).collect()
    }

    fn attachment(&mut self, row: &Value) -> Option<Attachment> {
        let id = self.part_id(row);
        Some(Attachment {
            id,
            filename: text(row, "filename")?.to_owned(),
            author: self.person(row.get("author")).unwrap_or_default(),
            created: moment(row.get("created")).unwrap_or(self.now),
            media_type: text(row, "mimeType").unwrap_or("application/octet-stream").to_owned(),
            size: row.get("size").and_then(Value::as_u64).unwrap_or(0),
            media_id: uuid::Uuid::from_u64_pair(0x3ED1_A000_0000_4000, 0x8000_0000_0000_0000 | id).to_string(),
            content: bytes::Bytes::new(),
        })
    }

    /// The row's own id if it is a free number.
    fn part_id(&mut self, row: &Value) -> u64 {
        let own = row.get("id").and_then(id_text).and_then(|id| id.parse().ok());
        match own.filter(|id| self.contents.home_of(*id).is_none()) {
            Some(id) => {
                self.contents.last_id = self.contents.last_id.max(id);
                id
            }
            None => self.contents.next_id(),
        }
    }

    /// Links and parents, once all issues are there.
    pub(super) fn relate(&mut self, taken: &[(u64, &Value)]) {
        for (id, row) in taken {
            let fields = &row["fields"];
            for link in list(fields, "issuelinks") {
                self.link(*id, link);
            }
            let parent = fields
                .get("parent")
                .and_then(|p| text(p, "key"))
                .and_then(|key| self.contents.find_issue(key))
                .map(|p| p.id);
            if let Some(parent) = parent {
                self.contents.change_issue(*id, |issue| issue.values.insert("parent".into(), json!(parent)));
            }
        }
    }

    /// A link is listed at both of its ends; links to issues outside the data are dropped.
    fn link(&mut self, id: u64, row: &Value) {
        let end = |name: &str| {
            row.get(name).and_then(|i| text(i, "key")).and_then(|key| self.contents.find_issue(key)).map(|i| i.id)
        };
        let (source, destination) = match (end("outwardIssue"), end("inwardIssue")) {
            (Some(other), _) => (id, other),
            (None, Some(other)) => (other, id),
            (None, None) => return,
        };
        let Some(kind) = self.link_type(row.get("type")) else { return };
        if self.contents.links_of(source).any(|l| l.kind == kind && l.source == source && l.destination == destination)
        {
            return;
        }
        let own = row
            .get("id")
            .and_then(id_text)
            .and_then(|id| id.parse().ok())
            .filter(|id| !self.contents.links.contains_key(id));
        let id = own.unwrap_or_else(|| self.contents.next_id());
        self.contents.last_id = self.contents.last_id.max(id);
        self.contents.insert_link(IssueLink { id, kind, source, destination });
    }

    fn link_type(&mut self, row: Option<&Value>) -> Option<String> {
        let row = row?;
        let name = text(row, "name")?;
        let types = &mut self.contents.catalogue.link_types;
        if let Some(known) = types.iter().find(|t| t.name == name) {
            return Some(known.id.clone());
        }
        let id = format!("{}", 11_000 + types.len());
        types.push(LinkType {
            id: id.clone(),
            name: name.into(),
            inward: text(row, "inward").unwrap_or(name).into(),
            outward: text(row, "outward").unwrap_or(name).into(),
        });
        Some(id)
    }
}

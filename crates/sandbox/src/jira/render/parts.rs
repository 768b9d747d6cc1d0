//! The parts of an issue as the vendor shows them: comments, files, work log, history, remote links.

use serde_json::{Map, Value, json};

use super::{View, html::html};
use crate::jira::adf;
use crate::jira::fields::duration;
use crate::jira::issue::{Attachment, Comment, History, HistoryItem, Issue, RemoteLink, Worklog};

impl View<'_> {
    pub(crate) fn comment(&self, issue: &Issue, comment: &Comment) -> Value {
        let mut row = json!({
            "self": self.api(&format!("issue/{}/comment/{}", issue.id, comment.id)),
            "id": comment.id.to_string(),
            "author": self.user(&comment.author),
            "body": adf::show(&comment.body, self.rich),
            "updateAuthor": self.user(&comment.update_author),
            "created": self.time(comment.created),
            "updated": self.time(comment.updated),
        });
        if let Some(visibility) = &comment.visibility {
            row["visibility"] = visibility.clone();
        }
        if let Some(parent) = comment.parent {
            row["parentId"] = json!(parent);
        }
        row["jsdPublic"] = json!(comment.is_public());
        row
    }

    /// A comment with what `expand` adds.
    pub(crate) fn expanded_comment(&self, issue: &Issue, comment: &Comment, expand: &[String]) -> Value {
        let mut row = self.comment(issue, comment);
        if expand.iter().any(|e| e == "renderedBody") {
            row["renderedBody"] = json!(html(&comment.body));
        }
        if expand.iter().any(|e| e == "properties") {
            row["properties"] =
                comment.properties.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        }
        row
    }

    pub(crate) fn attachment(&self, attachment: &Attachment) -> Value {
        let mut row = json!({
            "self": self.api(&format!("attachment/{}", attachment.id)),
            "id": attachment.id.to_string(),
            "filename": attachment.filename,
            "author": self.user(&attachment.author),
            "created": self.time(attachment.created),
            "size": attachment.size,
            "mimeType": attachment.media_type,
            "content": self.api(&format!("attachment/content/{}", attachment.id)),
        });
        if attachment.media_type.starts_with("image/") {
            row["thumbnail"] = json!(self.api(&format!("attachment/thumbnail/{}", attachment.id)));
        }
        row
    }

    pub(crate) fn worklog(&self, issue: &Issue, worklog: &Worklog) -> Value {
        let mut row = json!({
            "self": self.api(&format!("issue/{}/worklog/{}", issue.id, worklog.id)),
            "author": self.user(&worklog.author),
            "updateAuthor": self.user(&worklog.update_author),
            "created": self.time(worklog.created),
            "updated": self.time(worklog.updated),
            "started": self.time(worklog.started),
            "timeSpent": duration::format(worklog.seconds),
            "timeSpentSeconds": worklog.seconds,
            "id": worklog.id.to_string(),
            "issueId": issue.id.to_string(),
        });
        if !worklog.comment.is_null() {
            row["comment"] = adf::show(&worklog.comment, self.rich);
        }
        row
    }

    pub(crate) fn history(&self, history: &History) -> Value {
        let mut row = Map::new();
        row.insert("id".into(), json!(history.id.to_string()));
        // Automation and deleted people leave entries without an author.
        if let Some(author) = &history.author {
            row.insert("author".into(), self.user(author));
        }
        row.insert("created".into(), self.time(history.created));
        row.insert("items".into(), history.items.iter().map(history_item).collect());
        if let Some(metadata) = &history.metadata {
            row.insert("historyMetadata".into(), metadata.clone());
        }
        Value::Object(row)
    }

    pub(crate) fn remote_link(&self, issue: &Issue, link: &RemoteLink) -> Value {
        let mut row =
            json!({ "id": link.id, "self": self.api(&format!("issue/{}/remotelink/{}", issue.key, link.id)) });
        if let Some(global_id) = &link.global_id {
            row["globalId"] = json!(global_id);
        }
        for (key, value) in link.body.as_object().into_iter().flatten() {
            row[key.as_str()] = value.clone();
        }
        row
    }
}

/// One line of a changelog; webhooks use the same shape.
pub(crate) fn history_item(item: &HistoryItem) -> Value {
    json!({
        "field": item.field,
        "fieldtype": if item.custom { "custom" } else { "jira" },
        "fieldId": item.field_id,
        "from": item.from,
        "fromString": item.from_text,
        "to": item.to,
        "toString": item.to_text,
    })
}

//! An issue and all that hangs on it: field values, comments, files, work log, history, properties, remote links.
//!
//! Field values are kept in the *stored form* of their kind (ids, not names; see `fields::kind`). The operations on an issue
//! are the modules below, one file each.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) mod assign;
pub(crate) mod bulk;
pub(crate) mod by_hand;
pub(crate) mod change;
pub(crate) mod changelog;
pub(crate) mod comment;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod edit;
pub(crate) mod history;
pub(crate) mod link;
pub(crate) mod migrate;
pub(crate) mod property;
pub(crate) mod read;
pub(crate) mod remote;
pub(crate) mod transition;
pub(crate) mod watch;
pub(crate) mod worklog;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Issue {
    pub(crate) id: u64,
    pub(crate) key: String,
    pub(crate) project: u64,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) creator: String,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) status_changed: i64,
    pub(crate) resolved: Option<i64>,
    /// Field id -> stored form; an empty field has no entry.
    pub(crate) values: BTreeMap<String, Value>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) worklogs: Vec<Worklog>,
    pub(crate) histories: Vec<History>,
    pub(crate) remote_links: Vec<RemoteLink>,
    pub(crate) properties: BTreeMap<String, Value>,
    pub(crate) watchers: BTreeSet<String>,
    #[serde(default)]
    pub(crate) voters: BTreeSet<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) author: String,
    pub(crate) update_author: String,
    pub(crate) body: Value,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) visibility: Option<Value>,
    /// The comment that it replies to.
    #[serde(default)]
    pub(crate) parent: Option<u64>,
    pub(crate) properties: BTreeMap<String, Value>,
}

impl Comment {
    /// Only the property makes a comment internal; a role or group restriction does not.
    pub(crate) fn is_public(&self) -> bool {
        self.properties.get("sd.public.comment").and_then(|v| v.get("internal")) != Some(&Value::Bool(true))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attachment {
    pub(crate) id: u64,
    pub(crate) filename: String,
    pub(crate) author: String,
    pub(crate) created: i64,
    pub(crate) media_type: String,
    /// As announced; an imported row knows its size but has no bytes.
    pub(crate) size: u64,
    pub(crate) media_id: String,
    #[serde(with = "base64_bytes")]
    pub(crate) content: Bytes,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Worklog {
    pub(crate) id: u64,
    pub(crate) author: String,
    pub(crate) update_author: String,
    pub(crate) comment: Value,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) started: i64,
    pub(crate) seconds: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct History {
    pub(crate) id: u64,
    pub(crate) author: Option<String>,
    pub(crate) created: i64,
    pub(crate) items: Vec<HistoryItem>,
    pub(crate) metadata: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HistoryItem {
    pub(crate) field: String,
    pub(crate) field_id: String,
    pub(crate) custom: bool,
    pub(crate) from: Option<String>,
    pub(crate) from_text: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) to_text: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RemoteLink {
    pub(crate) id: u64,
    pub(crate) global_id: Option<String>,
    /// `application`, `relationship`, `object` as they were given.
    pub(crate) body: Value,
}

impl Issue {
    pub(crate) fn value(&self, field: &str) -> Option<&Value> {
        self.values.get(field)
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.value(field).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn parent(&self) -> Option<u64> {
        self.value("parent").and_then(Value::as_u64)
    }

    pub(crate) fn seconds_spent(&self) -> u64 {
        self.worklogs.iter().map(|w| w.seconds).sum()
    }

    pub(crate) fn comment(&self, id: u64) -> Option<&Comment> {
        self.comments.iter().find(|c| c.id == id)
    }

    /// Ids of parts that can be addressed without naming the issue.
    pub(crate) fn part_ids(&self) -> impl Iterator<Item = u64> {
        let comments = self.comments.iter().map(|c| c.id);
        comments.chain(self.attachments.iter().map(|a| a.id)).chain(self.worklogs.iter().map(|w| w.id))
    }
}

/// Bytes as base64 text, so that a snapshot stays one JSON document.
mod base64_bytes {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Bytes::from).map_err(serde::de::Error::custom)
    }
}

//! `GET /api/v1/comments/rules`: for whoever has to answer for it, what each item lets cross of comments and files, and who
//! may read it there.

use axum::Json;
use axum::extract::State;
use entente_core::item::{CommentRules, FileRules};
use entente_core::threads::Audience;
use entente_core::{ConnectedItem, Side};
use serde::Serialize;

use crate::web::App;

/// Every item, with its rules.
#[derive(Debug, Serialize)]
pub(crate) struct Rules {
    items: Vec<ItemRules>,
}

/// What one item lets cross.
#[derive(Debug, Serialize)]
struct ItemRules {
    item: String,
    owner: Option<String>,
    /// Whether the item runs.
    runs: bool,
    /// By the side on which the copies stand; empty: no comment crosses.
    comments: Vec<Comments>,
    /// By the side on which the copies stand; empty: no file crosses.
    files: Vec<Files>,
}

/// Comments that go one way.
#[derive(Debug, Serialize)]
struct Comments {
    to: Side,
    /// Whether a person picks each.
    picked: bool,
    /// Who may read a copy, at most.
    readers: &'static str,
    /// Whether what only some may read there is copied, too.
    restricted: bool,
    /// Whose comments stay where they are.
    exclude_authors: Vec<String>,
    /// Only comments with one of these texts; empty: all.
    include: Vec<String>,
}

/// Files that go one way.
#[derive(Debug, Serialize)]
struct Files {
    to: Side,
    /// Whether they go only when a person links or refreshes a pair.
    picked: bool,
    readers: &'static str,
    /// Larger ones stay where they are.
    n_bytes_max: u64,
}

/// Lists them, in the order of the configuration.
pub(crate) async fn rules(State(app): State<App>) -> Json<Rules> {
    Json(Rules { items: app.config().items.iter().map(of_item).collect() })
}

fn of_item(item: &ConnectedItem) -> ItemRules {
    let comments = item.comments.iter().flat_map(|rules| {
        let sides = Side::BOTH.into_iter().filter(move |side| rules.flow_to(*side));
        sides.map(move |to| comments(rules, to))
    });
    let files = item.attachments.iter().flat_map(|rules| {
        let sides = Side::BOTH.into_iter().filter(move |side| rules.flow_to(*side));
        sides.map(move |to| files(rules, to))
    });
    ItemRules {
        item: item.name.clone(),
        owner: item.owner.clone(),
        runs: item.runs(),
        comments: comments.collect(),
        files: files.collect(),
    }
}

fn comments(rules: &CommentRules, to: Side) -> Comments {
    Comments {
        to,
        picked: rules.manual,
        readers: readers(rules.audience, to),
        restricted: rules.to_open_project,
        exclude_authors: rules.exclude_authors.clone(),
        include: rules.include.clone(),
    }
}

fn files(rules: &FileRules, to: Side) -> Files {
    Files { to, picked: rules.manual, readers: readers(Audience::STAFF, to), n_bytes_max: rules.n_bytes_max }
}

fn readers(audience: Audience, side: Side) -> &'static str {
    match (audience.includes_customers(), side) {
        (false, Side::Salesforce) => "users who see the record",
        (false, Side::Jira) => "agents of a service desk; elsewhere everybody who sees the issue",
        (true, Side::Salesforce) => "customers too, where the original is for customers",
        (true, Side::Jira) => "customers too, where the original is for customers and the project is a service desk",
    }
}

//! `GET /api/v1/items`: all of them, and how they are doing. `GET .../{name}`: an item as the configuration has it.
//! `GET .../{name}/preview`: what it would write now.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use entente_core::config::Config;
use entente_core::item::{
    AutoCreate, ConflictPolicy, ConnectedItem, Direction, FieldMapping, ItemState, Mode, OnLeave, Start, ValueMap,
};
use entente_core::{Side, Sides};
use entente_engine::{DryRun, EngineError, Items};
use serde::Serialize;

use crate::web::{App, Problem};

/// An item.
#[derive(Debug, Serialize)]
pub(crate) struct Described {
    name: String,
    owner: Option<String>,
    state: ItemState,
    actions: Sides<ItemState>,
    mode: Mode,
    start: Start,
    connections: Sides<String>,
    object: String,
    projects: Vec<String>,
    issue_type: Option<String>,
    /// Whether a filter narrows which records enter.
    filtered: Sides<bool>,
    auto_create: AutoCreate,
    on_leave: OnLeave,
    conflicts: ConflictPolicy,
    correlation: Option<Sides<String>>,
    match_rules: Vec<Sides<String>>,
    fields: Vec<Line>,
    status: Option<Status>,
    /// Whether comments are carried.
    comments: bool,
    /// Whether files are.
    attachments: bool,
}

/// One mapped field.
#[derive(Debug, Serialize)]
struct Line {
    key: String,
    salesforce: String,
    jira: String,
    direction: Direction,
    /// Whether values flow towards each side, given the item's mode.
    flows: Sides<bool>,
    values: Vec<Sides<String>>,
    /// How many steps a value takes towards each side.
    steps: Sides<usize>,
    conflicts: ConflictPolicy,
}

/// The status table.
#[derive(Debug, Serialize)]
struct Status {
    field: String,
    values: Vec<Sides<String>>,
}

/// Answers with every item, in the order of the document.
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Items>, Problem> {
    Ok(Json(app.engine().items().await?))
}

/// Describes an item.
pub(crate) async fn show(State(app): State<App>, Path(name): Path<String>) -> Result<Json<Described>, Problem> {
    let config = app.config();
    Ok(Json(Described::of(item(&config, &name)?)))
}

/// Says what a run would write, of a resting item as if it ran.
pub(crate) async fn preview(State(app): State<App>, Path(name): Path<String>) -> Result<Json<DryRun>, Problem> {
    let config = app.config();
    let engine = match item(&config, &name)?.runs() {
        true => app.engine().clone(),
        false => app.engine().with(Arc::new(running(&config, &name)))?,
    };
    Ok(Json(engine.preview(name).await?))
}

fn item<'a>(config: &'a Config, name: &str) -> Result<&'a ConnectedItem, EngineError> {
    config.item(name).ok_or_else(|| EngineError::Missing(format!("There is no item \"{name}\" in this configuration.")))
}

/// A configuration in which an item runs.
pub(super) fn running(config: &Config, name: &str) -> Config {
    let mut config = config.clone();
    for item in config.items.iter_mut().filter(|item| item.name == name) {
        item.state = ItemState::Active;
        item.actions = Sides::new(ItemState::Active, ItemState::Active);
    }
    config
}

impl Described {
    fn of(item: &ConnectedItem) -> Self {
        let status = item.status.as_ref();
        Self {
            name: item.name.clone(),
            owner: item.owner.clone(),
            state: item.state,
            actions: item.actions,
            mode: item.mode,
            start: item.start,
            connections: Sides::new(item.salesforce.connection.clone(), item.jira.connection.clone()),
            object: item.salesforce.object.clone(),
            projects: item.jira.projects.clone(),
            issue_type: item.jira.issue_type.clone(),
            filtered: Sides::new(!item.salesforce.filter.fields().is_empty(), !item.jira.filter.fields().is_empty()),
            auto_create: item.auto_create,
            on_leave: item.on_leave,
            conflicts: item.conflicts,
            correlation: item.correlation.as_ref().map(named),
            match_rules: item.match_rules.iter().map(|rule| named(&rule.paths)).collect(),
            fields: item.fields.iter().map(|line| Line::of(item, line)).collect(),
            status: status.map(|status| Status { field: status.field.to_string(), values: pairs(&status.values) }),
            comments: item.comments.is_some(),
            attachments: item.attachments.is_some(),
        }
    }
}

impl Line {
    fn of(item: &ConnectedItem, line: &FieldMapping) -> Self {
        Self {
            key: line.key.to_string(),
            salesforce: line.paths.salesforce.to_string(),
            jira: line.paths.jira.to_string(),
            direction: line.direction,
            flows: Sides::new(item.flows(line, Side::Salesforce), item.flows(line, Side::Jira)),
            values: line.values.as_ref().map(pairs).unwrap_or_default(),
            steps: Sides::new(line.to_salesforce.len(), line.to_jira.len()),
            conflicts: line.conflicts.unwrap_or(item.conflicts),
        }
    }
}

fn named(paths: &Sides<entente_core::record::FieldPath>) -> Sides<String> {
    Sides::new(paths.salesforce.to_string(), paths.jira.to_string())
}

fn pairs(table: &ValueMap) -> Vec<Sides<String>> {
    table.pairs.iter().map(|(salesforce, jira)| Sides::new(salesforce.to_string(), jira.to_string())).collect()
}

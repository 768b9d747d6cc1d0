//! `POST /api/v1/configuration/look`: who answers at a connection of a text, or what stands against an item of it, before
//! anything is saved. Both sides are asked; nothing is written, and nothing is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use entente_core::config::Config;
use entente_engine::{EngineError, Finding, Identity};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::readable;
use super::typed::Typed;
use crate::web::api::items::running;
use crate::web::{App, Problem};

/// A text, and which part of it is meant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    text: String,
    #[serde(default)]
    secrets: Typed,
    connection: Option<String>,
    item: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize)]
pub(crate) struct Seen {
    /// Who answers at the connection.
    identity: Option<Identity>,
    /// What the item lacks, as if it ran.
    findings: Vec<Finding>,
}

/// Looks.
pub(crate) async fn look(
    State(app): State<App>,
    wish: Result<Json<Wish>, JsonRejection>,
) -> Result<Json<Seen>, Problem> {
    let Json(wish) = wish.map_err(Problem::misread)?;
    let (config, faults) = readable(&wish.text, &app, &wish.secrets);
    let config = config.ok_or_else(|| {
        let fault = faults.iter().find(|fault| fault.is_error());
        let sentence = fault.map_or_else(String::new, |fault| format!("{fault} ({})", fault.remedy));
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, sentence)
    })?;
    match (wish.connection, wish.item) {
        (Some(name), None) => {
            let engine = app.engine().with(Arc::new(config))?;
            Ok(Json(Seen { identity: Some(engine.identity(&name).await?), findings: Vec::new() }))
        }
        (None, Some(name)) => {
            let engine = app.engine().with(Arc::new(only(&config, &name)?))?;
            Ok(Json(Seen { identity: None, findings: engine.doctor().await }))
        }
        _ => Err(Problem::new(StatusCode::BAD_REQUEST, "Send either `connection` or `item` beside `text`.")),
    }
}

/// A configuration with one item of another one, as if it ran, and its connections.
fn only(config: &Config, name: &str) -> Result<Config, EngineError> {
    let mut config = running(config, name);
    config.items.retain(|item| item.name == name);
    let missing = || EngineError::Missing(format!("There is no item \"{name}\" in this text."));
    let item = config.items.first().ok_or_else(missing)?;
    let used = [item.salesforce.connection.clone(), item.jira.connection.clone()];
    let connections: BTreeMap<_, _> = std::mem::take(&mut config.connections);
    config.connections = connections.into_iter().filter(|(name, _)| used.contains(name)).collect();
    Ok(config)
}

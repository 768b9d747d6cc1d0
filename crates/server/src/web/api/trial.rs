//! `POST /api/v1/items/{name}/trial` and `.../trial/remove`: one record through one action of an item that does not run
//! it, and away with it again.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use entente_core::Side;
use entente_core::config::Config;
use entente_engine::{Expected, Trial, TrialRecord};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::configuration::parse;
use crate::web::{App, Caller, Problem, Role};

/// Which record, and through which action; without a direction, away from where the record lives.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    record: String,
    /// The text of a configuration that is not in use, whose item is meant.
    draft: Option<String>,
    direction: Option<Direction>,
    /// Removes the twin also if somebody has edited it since.
    #[serde(default)]
    yes: bool,
    by: Option<String>,
}

/// An action, by the side that it writes.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Direction {
    ToSalesforce,
    ToJira,
}

/// What is gone.
#[derive(Debug, Serialize)]
pub(crate) struct Removed {
    removed: TrialRecord,
}

impl Asked {
    fn towards(&self) -> Option<Side> {
        self.direction.map(|direction| match direction {
            Direction::ToSalesforce => Side::Salesforce,
            Direction::ToJira => Side::Jira,
        })
    }

    fn draft(&self, app: &App, caller: &Caller) -> Result<Option<Arc<Config>>, Problem> {
        let Some(text) = &self.draft else { return Ok(None) };
        // A text may send what the store of secrets holds to a site of its own.
        caller.must_be(Role::Administrator)?;
        let (config, faults) = parse(text, &app.source().secrets);
        let fault = || faults.iter().find(|fault| fault.is_error()).map(ToString::to_string).unwrap_or_default();
        let wrong = || Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("The draft cannot be used: {}", fault()));
        Ok(Some(Arc::new(config.ok_or_else(wrong)?)))
    }

    fn expected(&self) -> Expected {
        if self.yes { Expected::Edited } else { Expected::Untouched }
    }

    fn by(&self) -> &str {
        self.by.as_deref().unwrap_or(super::SOMEBODY)
    }
}

const USAGE: &str =
    "Send {\"record\": RECORD-ID or ISSUE-KEY}, and \"direction\": \"to-salesforce\" or \"to-jira\" if you like.";

/// Runs the record.
pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Path(item): Path<String>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Trial>, Problem> {
    let Json(asked) = asked.map_err(Problem::unread(USAGE))?;
    let draft = asked.draft(&app, &caller)?;
    Ok(Json(app.engine().try_record(draft, &item, &asked.record, asked.towards(), asked.by()).await?))
}

/// Deletes the twin that a test made.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(item): Path<String>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Removed>, Problem> {
    let Json(asked) = asked.map_err(Problem::unread(USAGE))?;
    let draft = asked.draft(&app, &caller)?;
    let removed =
        app.engine().remove_trial(draft, &item, &asked.record, asked.towards(), asked.expected(), asked.by()).await?;
    Ok(Json(Removed { removed }))
}

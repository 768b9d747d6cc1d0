//! Whether the process lives, and whether its data is fresh. Open to everyone, and so without any name.

use axum::Json;
use axum::extract::State;
use entente_engine::{AccessStatus, ConnectionStatus, EngineError, Status, Waiting};
use http::StatusCode;
use serde_json::{Value, json};

use super::{App, Problem};
use crate::limits::{FRESH_POLLS, FRESH_SECONDS_MIN};

/// `GET /healthz`: the process answers.
pub(crate) async fn process() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /readyz`: this server works and what it does is kept, every connection of an item was read to the end not long ago, and what is open of portal access was
/// looked at.
pub(crate) async fn data(State(app): State<App>) -> Result<Json<Value>, Problem> {
    let status = app.status().await.map_err(unknown)?;
    if let Some(sentence) = idleness(&status) {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, sentence));
    }
    let config = app.config();
    let connections: Vec<ConnectionStatus> =
        status.connections.into_iter().filter(|connection| connection.state != "unused").collect();
    let stale = staleness(&connections, config.slowest_poll_seconds());
    let unseen = || unseen(status.access.as_ref()?, config.access.as_ref()?.poll_seconds);
    match stale.or_else(unseen) {
        None => Ok(Json(body(status.access.as_ref()))),
        Some(sentence) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, sentence)),
    }
}

/// Why nothing is done, or nothing of it is kept, if so. Who works instead stands in the status, which is not for everyone.
fn idleness(status: &Status) -> Option<String> {
    let other = |waiting: &Waiting| {
        format!(
            "Another server works on this database; this one waits. The lease of the other ends at {} unless it is renewed.",
            waiting.until
        )
    };
    let unwritten = || "The database cannot be written now, so nothing that is done is kept.".to_owned();
    status.waits_for.first().map(other).or_else(|| status.database_problem.as_ref().map(|_| unwritten()))
}

/// What failed of portal access rests until somebody asks again, and keeps nothing else from going on.
fn body(access: Option<&AccessStatus>) -> Value {
    match access {
        None => json!({ "status": "ok" }),
        Some(access) => json!({ "status": "ok", "access": { "waiting": access.waiting, "failed": access.failed } }),
    }
}

/// This answer is for everyone, so what is wrong stands in the log; not as a warning, or everyone could fill the log.
fn unknown(error: EngineError) -> Problem {
    tracing::debug!(%error, "the state could not be read");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The state cannot be read now.")
}

/// Why the data cannot be relied upon, if so.
fn staleness(connections: &[ConnectionStatus], poll_seconds: u32) -> Option<String> {
    let fresh_seconds_max = FRESH_SECONDS_MIN.max(FRESH_POLLS * i64::from(poll_seconds));
    let unread = connections.iter().filter(|connection| connection.fresh_seconds.is_none()).count();
    let oldest = connections.iter().filter_map(|connection| connection.fresh_seconds).max().unwrap_or(0);
    let all = connections.len();
    match (unread, oldest > fresh_seconds_max) {
        (1.., _) => Some(format!("{unread} of {all} connections were not read to the end yet.")),
        (0, true) => Some(format!("A connection was last read to the end {oldest} seconds ago.")),
        (0, false) => None,
    }
}

/// Why what is open of portal access is not followed, if so.
fn unseen(access: &AccessStatus, poll_seconds: u32) -> Option<String> {
    let fresh_seconds_max = FRESH_SECONDS_MIN.max(FRESH_POLLS * i64::from(poll_seconds));
    match access.fresh_seconds {
        None => Some("Portal access was not looked at to the end yet.".to_owned()),
        Some(seconds) if seconds > fresh_seconds_max => {
            Some(format!("Portal access was last looked at to the end {seconds} seconds ago."))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portal_access_is_fresh_for_three_polls_and_at_least_a_minute() {
        for (fresh_seconds, poll_seconds, ready) in [
            (None, 60, false),
            (Some(0), 60, true),
            (Some(180), 60, true),
            (Some(181), 60, false),
            (Some(61), 5, false),
        ] {
            let access = AccessStatus { state: "ok", fresh_seconds, waiting: 1, failed: 1, problem: None };
            assert_eq!(unseen(&access, poll_seconds).is_none(), ready, "{fresh_seconds:?} at {poll_seconds}");
        }
    }

    fn connection(fresh_seconds: Option<i64>) -> ConnectionStatus {
        ConnectionStatus {
            name: "acme-org".to_owned(),
            sandbox: false,
            state: "ok",
            fresh_seconds,
            problem: None,
            circuit: "closed",
            circuit_seconds: None,
            quota: None,
            push_problem: None,
        }
    }

    #[test]
    fn data_is_fresh_for_three_polls_and_at_least_a_minute() {
        for (fresh_seconds, poll_seconds, ready) in [
            (None, 60, false),
            (Some(0), 60, true),
            (Some(180), 60, true),
            (Some(181), 60, false),
            (Some(60), 5, true),
            (Some(61), 5, false),
        ] {
            let all = [connection(Some(0)), connection(fresh_seconds)];
            assert_eq!(staleness(&all, poll_seconds).is_none(), ready, "{fresh_seconds:?} at {poll_seconds}");
        }
    }
}

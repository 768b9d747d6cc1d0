//! The one service level of every request: time to resolution, five days of day and night.

use serde_json::{Value, json};

use crate::jira::issue::Issue;
use crate::jira::render::View;

const GOAL_MS: i64 = 5 * 86_400_000;

/// How a request stands, now or when it was resolved.
pub(crate) fn level(view: &View<'_>, issue: &Issue) -> Value {
    let hours = |ms: i64| json!({ "millis": ms, "friendly": format!("{}h", ms / 3_600_000) });
    let elapsed = issue.resolved.unwrap_or(view.now) - issue.created;
    let mut cycle = json!({
        "startTime": view.desk_time(issue.created),
        "breached": elapsed > GOAL_MS,
        "goalDuration": hours(GOAL_MS),
        "elapsedTime": hours(elapsed),
        "remainingTime": hours(GOAL_MS - elapsed),
    });
    let url = view.desk_api(&format!("request/{}/sla/1", issue.id));
    let mut row = json!({ "id": "1", "name": "Time to resolution", "completedCycles": [], "_links": { "self": url } });
    match issue.resolved {
        Some(at) => {
            cycle["stopTime"] = view.desk_time(at);
            row["completedCycles"] = json!([cycle]);
        }
        None => {
            cycle["breachTime"] = view.desk_time(issue.created + GOAL_MS);
            cycle["paused"] = json!(false);
            cycle["withinCalendarHours"] = json!(true);
            row["ongoingCycle"] = cycle;
        }
    }
    row
}

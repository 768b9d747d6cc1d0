//! What may still be used, and how many records there are.

use serde_json::{Value, json};

use super::super::state::State;
use super::answer::Answer;
use super::call::Call;

pub(super) fn limits(state: &State) -> Answer {
    let full = |max: u64| json!({ "Max": max, "Remaining": max });
    Answer::json(json!({
        "DailyApiRequests": { "Max": state.quota.max, "Remaining": state.quota.remaining() },
        "DailyBulkApiBatches": full(15_000),
        "DailyBulkV2QueryJobs": full(10_000),
        "DailyDeliveredPlatformEvents": full(10_000),
        "HourlyPublishedPlatformEvents": full(50_000),
        "DataStorageMB": full(1_024),
        "FileStorageMB": full(1_024),
        "SingleEmail": full(15),
    }))
}

/// `GET V/limits/recordCount?sObjects=Case,Account`
pub(super) fn record_count(state: &State, call: &Call) -> Answer {
    let asked = call.get("sObjects");
    let wanted = |name: &str| asked.is_none_or(|list| list.split(',').any(|one| one.trim().eq_ignore_ascii_case(name)));
    let objects = state.schema.objects.iter().zip(&state.tables).filter(|(object, _)| wanted(&object.name));
    let counts: Vec<Value> =
        objects.map(|(object, table)| json!({ "count": table.len(), "name": object.name })).collect();
    Answer::json(json!({ "sObjects": counts }))
}

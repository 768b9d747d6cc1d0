//! Opportunity, Order, Contract, Task: what a stage or status brings with it.

use super::super::cell::Cell;
use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::super::write::{Caller, Draft};

/// StageName decides what is closed and won, and resets probability and forecast unless they are given.
pub(super) fn complete_opportunity(state: &State, draft: &mut Draft) {
    if !draft.is_changed(state, "StageName") {
        return;
    }
    let Some(stages) = state.schema.object_at("OpportunityStage") else { return };
    let stage = draft.get(state, "StageName").as_str().unwrap_or_default().to_owned();
    let row = state.tables[stages]
        .rows()
        .map(|(_, row)| row)
        .find(|row| state.get(stages, row, "ApiName").as_str() == Some(&stage));
    let Some(row) = row else { return };
    let from_stage = |name: &str| state.get(stages, row, name).clone();
    draft.set(state, "IsClosed", from_stage("IsClosed"));
    draft.set(state, "IsWon", from_stage("IsWon"));
    let derived = [
        ("Probability", "DefaultProbability"),
        ("ForecastCategory", "ForecastCategory"),
        ("ForecastCategoryName", "ForecastCategoryName"),
    ];
    for (field, source) in derived {
        if !draft.is_given(state, field) {
            draft.set(state, field, from_stage(source));
        }
    }
}

/// Orders and contracts begin as drafts.
pub(super) fn complete_agreement(state: &State, draft: &mut Draft) -> Answered<()> {
    let status = draft.get(state, "Status").as_str().unwrap_or_default().to_owned();
    if draft.is_new() && !status.is_empty() && status != "Draft" {
        let message = "Choose a valid contract or order status and save your changes. Ask your admin for details.";
        return Err(Refusal::of_fields("FAILED_ACTIVATION", message, &["Status"]));
    }
    let code = match status.as_str() {
        "Activated" => "Activated",
        "In Approval Process" => "InApproval",
        _ => "Draft",
    };
    // An order may be taken back by whoever has that right; a contract never is.
    // <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contract.htm>
    let is_contract = state.object(draft.object).name == "Contract";
    if is_contract && draft.get(state, "StatusCode").as_str() == Some("Activated") && code != "Activated" {
        // The vendor publishes the code, and not these words: they are ours.
        let message = "Choose a valid contract status and save your changes. Ask your admin for details.";
        return Err(Refusal::of_fields("FAILED_ACTIVATION", message, &["Status"]));
    }
    draft.set(state, "StatusCode", Cell::text(code));
    Ok(())
}

pub(super) fn complete_task(state: &State, caller: &Caller, draft: &mut Draft) {
    let closed = draft.get(state, "Status").as_str() == Some("Completed");
    if closed != draft.get(state, "IsClosed").is_true() {
        let completed = if closed { Cell::Stamp(caller.stamp_ms) } else { Cell::Null };
        draft.set(state, "CompletedDateTime", completed);
    }
    draft.set(state, "IsClosed", Cell::Bool(closed));
    let high = draft.get(state, "Priority").as_str() == Some("High");
    draft.set(state, "IsHighPriority", Cell::Bool(high));
}

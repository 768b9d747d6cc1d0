//! What goes wrong beside the kills: answers that never come, refusals, and a creation that takes effect late.

use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::people::{Company, Place, pick};

/// How late a late creation is: far less than the `settle_seconds` of the configuration, which is what they promise.
const LATE_MS: u64 = 500;

/// Adds one fault to about every third life.
pub(super) fn sometimes_add(company: &Company, dice: &mut StdRng) {
    if dice.random_range(0..3) > 0 {
        return;
    }
    let (side, fault) = pick(dice, &all());
    company.add_fault(side, &fault);
}

/// Late edits are missing on purpose: Jira has no conditional edit, so one that takes effect long after it was given up
/// would overwrite whatever a person wrote since.
fn all() -> Vec<(Place, Value)> {
    let create = "POST /rest/api/3/issue/bulk";
    let edit = "PUT /rest/api/3/issue/{..}";
    let composite = "POST /services/data/v64.0/composite";
    vec![
        (Place::Jira, json!({ "name": "timeout_after_commit", "route": create, "times": 1 })),
        (Place::Jira, json!({ "name": "late_commit", "route": create, "times": 1, "delay_ms": LATE_MS })),
        (Place::Jira, json!({ "name": "error_after_commit", "route": create, "times": 1 })),
        (Place::Jira, json!({ "name": "truncated", "route": create, "times": 1 })),
        (Place::Jira, json!({ "name": "error_before", "route": create, "times": 2 })),
        (Place::Jira, json!({ "name": "timeout_after_commit", "route": edit, "times": 1 })),
        (Place::Jira, json!({ "name": "rate_limit", "route": edit, "times": 2 })),
        (Place::Jira, json!({ "name": "slow", "route": "*", "times": 5, "delay_ms": 100 })),
        (Place::Salesforce, json!({ "name": "timeout_after_commit", "route": composite, "times": 1 })),
        (Place::Salesforce, json!({ "name": "error_before", "route": composite, "times": 2 })),
        (Place::Salesforce, json!({ "name": "slow", "route": "*", "times": 5, "delay_ms": 100 })),
    ]
}

//! Faults that have a name, because people ask for them by it. What each side says is in its vendor's words.

mod jira;
mod salesforce;

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{Described, Vendor};

/// The fault of this name at this vendor.
pub(super) fn fault(name: &str, vendor: Vendor) -> Option<Described> {
    let (_, described) = table(vendor).into_iter().find(|(known, _)| *known == name)?;
    Described::deserialize(described).ok()
}

/// All names that a side knows.
pub(super) fn names(vendor: Vendor) -> Vec<&'static str> {
    table(vendor).into_iter().map(|(name, _)| name).collect()
}

fn table(vendor: Vendor) -> Vec<(&'static str, Value)> {
    let mut table = vec![
        ("timeout_after_commit", json!({"side_effect": "committed", "answer": "reset"})),
        ("error_after_commit", json!({"side_effect": "committed", "answer": "status", "status": 500})),
        ("late_commit", json!({"side_effect": "late", "answer": "reset", "delay_ms": 1_000})),
        ("error_before", json!({"side_effect": "none", "answer": "status", "status": 503})),
        ("server_error", json!({"side_effect": "none", "answer": "status", "status": 500})),
        ("empty_error", json!({"side_effect": "none", "answer": "status", "status": 500, "body": ""})),
        ("bad_gateway", json!({"side_effect": "none", "answer": "html", "status": 502})),
        ("gateway_timeout", json!({"side_effect": "none", "answer": "html", "status": 504})),
        ("html_error", json!({"side_effect": "none", "answer": "html", "status": 503})),
        ("reset_before", json!({"side_effect": "none", "answer": "reset"})),
        ("slow", json!({"side_effect": "committed", "answer": "slow", "delay_ms": 2_000})),
        ("truncated", json!({"side_effect": "committed", "answer": "truncated"})),
        ("stale_read", json!({"side_effect": "none", "answer": "stale", "route": "GET *"})),
    ];
    table.extend(match vendor {
        Vendor::Salesforce => salesforce::table(),
        Vendor::Jira => jira::table(),
    });
    table
}

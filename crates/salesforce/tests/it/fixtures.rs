//! The vendor's published bodies, where they are at hand: everything that orgs were seen to say is understood. Without
//! them these tests say so and pass; the same claims are made by hand-written bodies elsewhere.

use std::fs;
use std::path::PathBuf;

use entente_salesforce::CallError;
use serde_json::Value;

use crate::stage::{Org, say};

/// The file under the shared data, if that is there.
fn shared(path: &str) -> Option<String> {
    let root = std::env::var_os("ENTENTE_SHARED").map(PathBuf::from);
    let root = root.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")));
    fs::read_to_string(root.join("data/salesforce").join(path)).ok()
}

#[expect(clippy::print_stderr, reason = "a test that did not look must say so")]
fn skipped(path: &str) {
    eprintln!("skipped: {path} is not at hand");
}

#[tokio::test]
async fn every_observed_error_body_has_a_meaning() {
    let path = "wire/error-bodies-observed.json";
    let Some(text) = shared(path) else { return skipped(path) };
    let observed: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    for entry in observed {
        let status = entry["status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status");
        let org = Org::saying(say(status, &entry["body"]));
        let error = org
            .client()
            .record("Case", &"500410000021Zt4".parse().expect("an id"), &["Id"])
            .await
            .expect_err("an error");
        assert!(!matches!(error, CallError::Broken { .. }), "{entry}: {error:?}");
        assert!(!error.to_string().is_empty());
    }
}

#[tokio::test]
async fn every_describe_is_read() {
    for object in ["Account", "Account_PersonAccount", "Case", "Contact", "Custom__c", "Event", "Lead", "Opportunity"] {
        let path = format!("describe/{object}.json");
        let Some(text) = shared(&path) else { return skipped(&path) };
        let describe = Org::saying(say(200, text)).client().describe("Case").await.expect(object);
        assert!(!describe.fields.is_empty() && !describe.summary.name.is_empty(), "{object}");
        let id = describe.fields.iter().find(|field| field.name == "Id").expect("an Id");
        assert_eq!((id.kind.as_str(), id.updateable, id.is_required_on_create()), ("id", false, false), "{object}");
    }
    let path = "describe/Case.json";
    let Some(text) = shared(path) else { return skipped(path) };
    let case = Org::saying(say(200, text)).client().describe("Case").await.expect("Case");
    let field = |name: &str| case.fields.iter().find(|field| field.name == name).expect("a field");
    assert_eq!(case.summary.key_prefix.as_deref(), Some("500"));
    assert_eq!((field("Subject").kind.as_str(), field("Subject").length), ("string", 255));
    assert!(field("Status").picklist_values.iter().any(|value| value.value == "New" && value.active));
    assert_eq!(field("OwnerId").reference_to, ["Group", "User"]);
    assert_eq!(field("AccountId").relationship_name.as_deref(), Some("Account"));
    assert!(field("CaseNumber").auto_number && field("IsClosed").kind == "boolean");
}

#[tokio::test]
async fn the_list_of_objects_is_read() {
    let path = "describe/Global.json";
    let Some(text) = shared(path) else { return skipped(path) };
    let objects = Org::saying(say(200, text)).client().objects().await.expect("objects");
    assert!(objects.iter().any(|object| object.name == "Case" && object.key_prefix.as_deref() == Some("500")));
}

#[tokio::test]
async fn limits_are_read() {
    let path = "wire/camel/limits.json";
    let Some(text) = shared(path) else { return skipped(path) };
    let limits = Org::saying(say(200, text)).client().limits().await.expect("limits");
    assert!(limits["DailyApiRequests"].max > 0);
}

#[tokio::test]
async fn published_changes_and_deletions_are_read() {
    let (start, end) =
        ("2026-01-02T03:04:00Z".parse().expect("a moment"), "2026-01-02T04:04:00Z".parse().expect("a moment"));
    let folder = "wire/restforce/spec/fixtures/sobject/";
    let path = format!("{folder}get_updated_success_response.json");
    let Some(text) = shared(&path) else { return skipped(&path) };
    assert!(!Org::saying(say(200, text)).client().updated("Case", start, end).await.expect("updated").ids.is_empty());
    let path = format!("{folder}get_deleted_success_response.json");
    let Some(text) = shared(&path) else { return skipped(&path) };
    assert!(
        !Org::saying(say(200, text)).client().deleted("Case", start, end).await.expect("deleted").records.is_empty()
    );
}

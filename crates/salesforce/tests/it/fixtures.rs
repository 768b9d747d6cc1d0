//! The vendor's published bodies, where they are at hand: everything that orgs were seen to say is understood. Without
//! them these tests say so and pass; the same claims are made by hand-written bodies elsewhere.

use std::fs;
use std::path::PathBuf;

use entente_salesforce::{CallError, Part, Query};
use serde_json::{Value, json};

use crate::stage::{Org, TOKEN, say};

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

#[tokio::test]
async fn published_pages_of_queries_are_read() {
    let folder = "wire/restforce/spec/fixtures/sobject/";
    let page = |name: &str| shared(&format!("{folder}{name}_response.json"));
    let Some(first) = page("query_paginated_first_page") else { return skipped(folder) };
    let last = page("query_paginated_last_page").expect("it lies beside the first");
    let org = Org::new(move |asked| match asked.url.as_str() {
        url if url.ends_with("/oauth2/token") => say(200, TOKEN),
        url if url.contains("?q=") => say(200, &first),
        _ => say(200, &last),
    });
    let rows = org.client().all_rows(&Query::select(["Text_Label"]).from("Whizbang")).await.expect("rows").rows;
    assert_eq!(rows.iter().map(|row| &row["Text_Label"]).collect::<Vec<_>>(), ["First Page", "Last Page"]);
    for (name, n_rows) in [("query_success", 1), ("query_empty", 0), ("query_aggregate_success", 3)] {
        let org = Org::saying(say(200, page(name).expect("it lies beside the others")));
        let found = org.client().query(&Query::select(["Id"]).from("Whizbang")).await.expect(name);
        assert_eq!((found.rows.len(), found.next), (n_rows, None), "{name}");
    }
}

#[tokio::test]
async fn published_composites_are_read() {
    let path = "wire/camel/composite_response_example_failure.json";
    let Some(text) = shared(path) else { return skipped(path) };
    let mut answer: Value = serde_json::from_str(&text).expect("JSON");
    // The example's parts have names of their own; ours are told by their places.
    for (n, part) in answer["compositeResponse"].as_array_mut().expect("parts").iter_mut().enumerate() {
        part["referenceId"] = json!(format!("part{n}"));
    }
    let n_parts = answer["compositeResponse"].as_array().map_or(0, Vec::len);
    let parts = (0..n_parts).map(|_| Part::create("Case", serde_json::Map::new()).expect("a part")).collect();
    let outcomes = Org::saying(say(200, answer)).client().composite(parts, true).await.expect("an answer");
    assert!(matches!(outcomes[0], Err(CallError::NotApplied { .. })), "rolled back: {outcomes:?}");
    assert!(matches!(outcomes[1], Err(CallError::Invalid { .. })), "and why: {outcomes:?}");
}

#[tokio::test]
async fn published_sign_ins_are_read() {
    let folder = "wire/restforce/spec/fixtures/";
    let Some(text) = shared(&format!("{folder}auth_success_response.json")) else { return skipped(folder) };
    let signed_in = Org::new(move |_| say(200, &text)).client().signed_in().await.expect("signed in");
    assert_eq!(signed_in.instance_url.as_str(), "https://na1.salesforce.com/");
    assert!(signed_in.organization.as_str().starts_with("00Dx0000000BV7z"));
    for name in ["auth_error_response.json", "refresh_error_response.json"] {
        let text = shared(&format!("{folder}{name}")).expect("it lies beside the others");
        let refused = Org::new(move |_| say(400, &text)).client().signed_in().await.expect_err(name);
        assert!(matches!(refused, CallError::Auth { .. }), "{name}: {refused:?}");
    }
}

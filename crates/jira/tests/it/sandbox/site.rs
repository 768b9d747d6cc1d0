//! What the site is: sign-in, people, projects, fields.

use entente_jira::{CallError, StatusCategory};

use super::Sandbox;

#[tokio::test]
async fn a_good_token_is_verified_and_a_bad_one_says_why() {
    let sandbox = Sandbox::demo().await;
    let verified = sandbox.client.verify().await.expect("verified");
    assert!(!verified.gateway && verified.moment.theirs.is_some() && verified.server.server_time.is_some());
    assert!(!verified.myself.account_id.is_empty() && verified.myself.time_zone.is_some());
    let error = sandbox.client_with_token("guess").projects().await.expect_err("refused");
    assert!(matches!(error, CallError::Auth { .. }), "{error:?}");
}

#[tokio::test]
async fn the_project_its_types_statuses_and_fields_are_read() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let projects = client.projects().await.expect("projects");
    let keys: Vec<&str> = projects.iter().map(|project| project.key.as_str()).collect();
    assert!(["ITS", "OPS", "SUP"].iter().all(|key| keys.contains(key)), "{keys:?}");
    let project = client.project("OPS").await.expect("the project");
    assert!(!project.team_managed && project.issue_types.iter().any(|kind| kind.name == "Bug"));
    let statuses = client.project_statuses(&project.id).await.expect("statuses");
    let bug = statuses.iter().find(|kind| kind.name == "Bug").expect("a bug");
    assert!(bug.statuses.iter().any(|status| status.name == "Done" && status.category == StatusCategory::Done));
    assert!(!client.statuses().await.expect("statuses").is_empty());
    assert!(client.priorities().await.expect("priorities").iter().any(|priority| priority.name == "High"));
    let fields = client.fields().await.expect("fields");
    let case_id = fields.iter().find(|field| field.name == "Salesforce Case ID").expect("the correlation field");
    let found = client.find_fields("Salesforce Case").await.expect("fields");
    assert!(case_id.custom && found.iter().any(|field| field.id == case_id.id));
    let meta = sandbox.bug_fields().await;
    let summary = meta.iter().find(|field| field.field_id == "summary").expect("a summary");
    assert!(summary.required && summary.schema.kind == "string");
    let description = meta.iter().find(|field| field.field_id == "description").expect("a description");
    assert!(description.schema.is_rich_text());
    let priority = meta.iter().find(|field| field.field_id == "priority").expect("a priority");
    assert!(priority.allowed_values.len() >= 5);
    assert!(matches!(client.project("NOPE").await, Err(CallError::Gone { .. })));
}

#[tokio::test]
async fn people_and_rights_are_read() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let myself = client.myself().await.expect("myself");
    let users = client.users(&[&myself.account_id, "712020:nobody"]).await.expect("users");
    assert_eq!(users.iter().map(|user| &user.account_id).collect::<Vec<_>>(), [&myself.account_id]);
    assert_eq!(client.user("712020:nobody").await.expect("an answer"), None);
    assert!(!client.find_users(&myself.display_name).await.expect("users").is_empty());
    let rights = client.my_permissions(&["EDIT_ISSUES", "ADMINISTER"], Some("OPS")).await.expect("rights");
    assert!(rights["EDIT_ISSUES"] && rights["ADMINISTER"]);
    let unknown = client.my_permissions(&["FLY"], None).await;
    assert!(matches!(unknown, Err(CallError::Invalid { .. })), "{unknown:?}");
}

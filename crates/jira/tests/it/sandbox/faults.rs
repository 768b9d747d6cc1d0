//! What goes wrong on the way, and what the client makes of it.

use entente_jira::jql::{Field, Jql};
use entente_jira::{CallError, Scope, Search};
use serde_json::{Value, json};

use super::Sandbox;

const CREATE: &str = "POST /rest/api/3/issue";

async fn titled(sandbox: &Sandbox, summary: &str) -> usize {
    let jql = Jql::project_in(["OPS"]).and(Jql::contains(Field::named("summary"), summary));
    sandbox.client.search(Search::new(jql, ["summary"])).all().await.expect("issues").len()
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_is_ambiguous_and_sent_once() {
    let sandbox = Sandbox::demo().await;
    let bug = sandbox.new_bug("lost answer zebra").await;
    let fault = json!({"side_effect": "committed", "route": CREATE, "answer": "reset", "times": 1});
    sandbox.control("POST", "faults", &fault).await;
    let outcome = sandbox.client.create(&bug).await;
    assert!(matches!(outcome, Err(CallError::Ambiguous { .. })), "{outcome:?}");
    assert_eq!(titled(&sandbox, "lost answer zebra").await, 1);
}

#[tokio::test]
async fn a_read_that_fails_in_passing_is_asked_again() {
    let sandbox = Sandbox::demo().await;
    sandbox.client.myself().await.expect("signed in");
    let fault = json!({"side_effect": "none", "route": "GET /rest/api/3/priority", "answer": "status", "status": 503, "times": 1});
    sandbox.control("POST", "faults", &fault).await;
    assert!(!sandbox.client.priorities().await.expect("priorities").is_empty());
}

#[tokio::test]
async fn a_burst_limit_holds_its_route() {
    let sandbox = Sandbox::demo().await;
    let bug = sandbox.new_bug("too fast").await;
    let headers = json!({"RateLimit-Reason": "jira-burst-based", "Retry-After": "1"});
    let fault = json!({"side_effect": "none", "route": CREATE, "answer": "status", "status": 429, "headers": headers, "times": 1});
    sandbox.control("POST", "faults", &fault).await;
    let outcome = sandbox.client.create(&bug).await;
    assert!(matches!(outcome, Err(CallError::Throttled { scope: Scope::Route, .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_page_of_html_is_never_a_missing_record() {
    let sandbox = Sandbox::demo().await;
    let bug = sandbox.bug("still here").await;
    let fault = json!({"side_effect": "none", "route": "GET /rest/api/3/issue/{..}", "answer": "html", "status": 404, "times": 10});
    sandbox.control("POST", "faults", &fault).await;
    let outcome = sandbox.client.issue(bug.id, &["summary"], &[]).await;
    assert!(outcome.is_err() && !matches!(outcome, Err(CallError::Gone { .. })), "{outcome:?}");
}

#[tokio::test]
async fn the_sandbox_counts_what_the_client_counts() {
    let sandbox = Sandbox::demo().await;
    sandbox.control("POST", "calls/reset", &Value::Null).await;
    sandbox.bug("counted").await;
    sandbox.client.fields().await.expect("fields");
    let counted = sandbox.control("GET", "calls", &Value::Null).await;
    let counters = sandbox.client.transport().counters();
    assert_eq!(counted["total"], json!(counters.reads + counters.writes + counters.auth), "{counters:?}");
    assert_eq!((counters.writes, counters.auth), (1, 1));
}

//! What goes wrong on the way, and what the client makes of it.

use entente_salesforce::{CallError, Filter, Query, WriteOptions};
use serde_json::{Value, json};

use super::{Sandbox, row};

async fn n_cases(sandbox: &Sandbox, subject: &str) -> usize {
    let query = Query::select(["Id"]).from("Case").filter(Filter::eq("Subject", subject));
    sandbox.client.all_rows(&query).await.expect("rows").rows.len()
}

async fn create(sandbox: &Sandbox, subject: &str) -> Result<(), CallError> {
    let fields = row(json!({ "Subject": subject }));
    sandbox.client.create("Case", fields, &WriteOptions::default()).await.map(drop)
}

const CREATE: &str = "POST /services/data/{..}/sobjects/{..}";

#[tokio::test]
async fn a_create_whose_answer_is_lost_is_ambiguous_and_sent_once() {
    let sandbox = Sandbox::demo().await;
    for (n, answer) in [
        json!({ "answer": "reset" }),
        json!({ "answer": "status", "status": 503 }),
        json!({ "answer": "html", "status": 502 }),
    ]
    .into_iter()
    .enumerate()
    {
        let mut fault = answer.clone();
        fault["side_effect"] = json!("committed");
        fault["route"] = json!(CREATE);
        fault["times"] = json!(1);
        sandbox.fault(fault).await;
        let subject = format!("lost {n}");
        let outcome = create(&sandbox, &subject).await;
        assert!(matches!(outcome, Err(CallError::Ambiguous { .. })), "{answer}: {outcome:?}");
        assert_eq!(n_cases(&sandbox, &subject).await, 1, "{answer}");
    }
}

#[tokio::test]
async fn a_read_outlives_passing_trouble() {
    let sandbox = Sandbox::demo().await;
    sandbox.client.signed_in().await.expect("signed in");
    for answer in
        [json!({ "answer": "reset" }), json!({ "answer": "html", "status": 503 }), json!({ "answer": "truncated" })]
    {
        let mut fault: Value = answer.clone();
        fault["side_effect"] = json!("none");
        fault["route"] = json!("GET /services/data/{..}/query");
        fault["times"] = json!(1);
        sandbox.fault(fault).await;
        let outcome = sandbox.client.query(&Query::count().from("Case")).await;
        assert!(outcome.is_ok(), "{answer}: {outcome:?}");
    }
}

#[tokio::test]
async fn an_ended_session_is_renewed_in_passing() {
    let sandbox = Sandbox::demo().await;
    create(&sandbox, "before").await.expect("made");
    sandbox.fault(json!({ "name": "expired_token", "route": CREATE, "times": 1 })).await;
    create(&sandbox, "after").await.expect("made");
    assert_eq!(sandbox.client.transport().counters().auth, 2);
    assert_eq!(n_cases(&sandbox, "after").await, 1);
}

#[tokio::test]
async fn a_missing_right_is_denied() {
    let sandbox = Sandbox::demo().await;
    sandbox.control("POST", "rights", &json!({ "object": "Case", "create": false })).await;
    let outcome = create(&sandbox, "forbidden").await;
    assert!(matches!(outcome, Err(CallError::Denied { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_locked_row_is_tried_again_and_a_spent_limit_is_not() {
    let sandbox = Sandbox::demo().await;
    sandbox.fault(json!({ "name": "row_lock", "route": CREATE, "times": 1 })).await;
    create(&sandbox, "locked once").await.expect("made");
    assert_eq!(n_cases(&sandbox, "locked once").await, 1);

    sandbox.fault(json!({ "name": "daily_limit", "route": CREATE, "times": 1 })).await;
    let outcome = create(&sandbox, "over the limit").await;
    assert!(matches!(outcome, Err(CallError::Throttled { .. })), "{outcome:?}");
    assert_eq!(n_cases(&sandbox, "over the limit").await, 0);
}

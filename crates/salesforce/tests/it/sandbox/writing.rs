//! Records made and changed, together and apart, and what collides.

use std::sync::Arc;

use bytes::Bytes;
use entente_salesforce::{
    CallError, Change, Client, New, NewFile, Part, RecordId, WriteOptions, datetime, duplicate_of,
};
use entente_transport::ByteStream;
use jiff::Timestamp;
use serde_json::json;

use super::{Sandbox, row};

const PLAIN: WriteOptions = WriteOptions { if_unmodified_since: None, allow_duplicates: false };

async fn new_case(client: &Client, subject: &str) -> RecordId {
    client.create("Case", row(json!({ "Subject": subject })), &PLAIN).await.expect("made").id
}

async fn subject_of(client: &Client, id: &RecordId) -> String {
    let found = client.record("Case", id, &["Subject"]).await.expect("a case");
    found["Subject"].as_str().expect("a subject").to_owned()
}

async fn stamp_of(client: &Client, id: &RecordId) -> Timestamp {
    let found = client.record("Case", id, &["LastModifiedDate"]).await.expect("a case");
    datetime::parse(found["LastModifiedDate"].as_str().expect("a stamp")).expect("a moment")
}

#[tokio::test]
async fn a_record_is_made_changed_and_removed() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let id = new_case(client, "first").await;
    client
        .update("Case", &id, row(json!({ "Subject": "second", "Description": null })), &PLAIN)
        .await
        .expect("changed");
    assert_eq!(subject_of(client, &id).await, "second");
    client.delete("Case", &id).await.expect("removed");
    let outcome = client.update("Case", &id, row(json!({ "Subject": "third" })), &PLAIN).await;
    assert!(matches!(outcome, Err(CallError::Gone { .. })), "{outcome:?}");
}

#[tokio::test]
async fn what_changed_meanwhile_is_not_overwritten() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    // The other is the older one: it must not have changed since the stamp of the first.
    let (other, id) = (new_case(client, "other").await, new_case(client, "first").await);
    let seen = stamp_of(client, &id).await;
    sandbox.pass_seconds(5).await;
    client.update("Case", &id, row(json!({ "Subject": "a person's" })), &PLAIN).await.expect("changed");

    let ours = row(json!({ "Subject": "ours" }));
    let options = WriteOptions::unmodified_since(seen);
    let outcome = client.update("Case", &id, ours.clone(), &options).await;
    assert!(matches!(outcome, Err(CallError::Stale { .. })), "{outcome:?}");

    let part = |id| Part::update("Case", id, ours.clone()).expect("a part").with(options);
    let outcomes = client.composite(vec![part(&id), part(&other)], false).await.expect("an answer");
    assert!(matches!(outcomes[0], Err(CallError::Stale { .. })), "{outcomes:?}");
    assert!(outcomes[1].is_ok(), "{outcomes:?}");
    assert_eq!((subject_of(client, &id).await, subject_of(client, &other).await), ("a person's".into(), "ours".into()));
}

#[tokio::test]
async fn an_upsert_makes_once() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let upsert = async |subject: &str| {
        client
            .upsert("Case", "Entente_Key__c", "op-1", row(json!({ "Subject": subject })), &PLAIN)
            .await
            .expect("saved")
    };
    let (first, second) = (upsert("a").await, upsert("b").await);
    assert_eq!((first.created, second.created, first.id), (true, false, second.id));
    let rows = vec![
        row(json!({ "Entente_Key__c": "op-1", "Subject": "c" })),
        row(json!({ "Entente_Key__c": "op-2.inc", "Subject": "d" })),
    ];
    let outcomes = client.upsert_all("Case", "Entente_Key__c", rows, false, &PLAIN).await.expect("an answer");
    let seen: Vec<_> = outcomes.iter().map(|outcome| outcome.as_ref().map(|saved| saved.created)).collect();
    assert_eq!(seen, [Ok(false), Ok(true)]);
}

#[tokio::test]
async fn a_taken_key_names_its_holder() {
    let sandbox = Sandbox::demo().await;
    let fields = row(json!({ "Subject": "a", "Entente_Key__c": "op-1" }));
    let first = sandbox.client.create("Case", fields.clone(), &PLAIN).await.expect("made").id;
    let error = sandbox.client.create("Case", fields, &PLAIN).await.expect_err("taken");
    assert_eq!(duplicate_of(&error), Some(first), "{error}");
}

#[tokio::test]
async fn two_hundred_records_have_outcomes_apart() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let new = |n: usize| {
        let subject = if n == 7 { "x".repeat(256) } else { format!("case {n}") };
        New { object: "Case".into(), fields: row(json!({ "Subject": subject })) }
    };
    let outcomes = client.create_all((0..200).map(new).collect(), false, &PLAIN).await.expect("an answer");
    let failed: Vec<usize> =
        outcomes.iter().enumerate().filter(|(_, outcome)| outcome.is_err()).map(|(n, _)| n).collect();
    assert_eq!(failed, [7]);
    let Err(CallError::Invalid { problems }) = &outcomes[7] else { panic!("{:?}", outcomes[7]) };
    assert_eq!((problems[0].field.as_deref(), problems[0].code.as_deref()), (Some("Subject"), Some("STRING_TOO_LONG")));

    let ids: Vec<RecordId> = outcomes.into_iter().flatten().map(|saved| saved.id).collect();
    client.delete_all(&ids[..1], false).await.expect("an answer");
    let change = |id: &RecordId| Change { object: "Case".into(), id: *id, fields: row(json!({ "Priority": "High" })) };
    let outcomes = client.update_all(ids.iter().map(change).collect(), false, &PLAIN).await.expect("an answer");
    assert!(matches!(outcomes[0], Err(CallError::Gone { .. })), "{:?}", outcomes[0]);
    assert!(outcomes[1..].iter().all(Result::is_ok));

    let all_or_none = client.update_all(ids.iter().map(change).collect(), true, &PLAIN).await.expect("an answer");
    assert!(all_or_none[1..].iter().all(|outcome| matches!(outcome, Err(CallError::NotApplied { .. }))));
}

#[tokio::test]
async fn a_comment_and_its_marker_come_together_or_not_at_all() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let id = new_case(client, "commented").await;
    let parts = || {
        let comment = Part::create("CaseComment", row(json!({ "ParentId": id, "CommentBody": "hi" }))).expect("a part");
        let marker =
            Part::create("Entente_Op__c", row(json!({ "Key__c": "op-1", "Target__c": "@{c1.id}" }))).expect("a part");
        vec![comment.named("c1"), marker]
    };
    let first = client.composite(parts(), true).await.expect("an answer");
    assert!(first.iter().all(Result::is_ok), "{first:?}");
    let second = client.composite(parts(), true).await.expect("an answer");
    assert!(matches!(second[0], Err(CallError::NotApplied { .. })), "{second:?}");
    assert!(second[1].as_ref().is_err_and(|error| duplicate_of(error).is_some()), "{second:?}");
}

#[tokio::test]
async fn only_what_was_named_is_written() {
    let sandbox = Sandbox::demo().await;
    let id = new_case(&sandbox.client, "first").await;
    let before = sandbox.control("GET", "writes", &json!(null)).await.as_array().map_or(0, Vec::len);
    sandbox.client.update("Case", &id, row(json!({ "Priority": "High" })), &PLAIN).await.expect("changed");
    let log = sandbox.control("GET", "writes", &json!(null)).await;
    let fields: Vec<_> =
        log.as_array().into_iter().flatten().skip(before).map(|entry| entry["field"].clone()).collect();
    assert_eq!(fields, [json!("Priority")]);
}

#[tokio::test]
async fn a_file_comes_back_as_it_went() {
    let sandbox = Sandbox::demo().await;
    let bytes = Bytes::from((0..200_000_u32).map(|n| (n % 251) as u8).collect::<Vec<_>>());
    let sent = bytes.clone();
    let file = NewFile {
        title: "trace".into(),
        file_name: "trace.bin".into(),
        description: "about it".into(),
        linked_to: new_case(&sandbox.client, "with a file").await,
        length: bytes.len() as u64,
        open: Arc::new(move || {
            let bytes = sent.clone();
            Box::pin(async move { Ok(ByteStream::from_bytes(bytes)) })
        }),
    };
    let version = sandbox.client.upload(&file).await.expect("uploaded").id;
    let mut opened = sandbox.client.download(&version).await.expect("opened");
    let mut back = Vec::new();
    while let Some(piece) = opened.body.next().await {
        back.extend_from_slice(&piece.expect("a piece"));
    }
    assert!(back == bytes, "{} of {} bytes", back.len(), bytes.len());
}

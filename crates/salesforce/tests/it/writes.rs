//! Writing: the headers that every write carries, the conditions, and the outcomes apart.

use std::sync::Arc;

use bytes::Bytes;
use entente_salesforce::{CallError, Change, Client, New, NewFile, Part, RecordId, Row, WriteOptions, duplicate_of};
use entente_transport::ByteStream;
use serde_json::{Value, json};

use crate::stage::{Asked, Org, TOKEN, say};

fn case(n: u8) -> RecordId {
    RecordId::parse(&format!("500410000021Z0{n}")).expect("an id")
}

fn row(value: Value) -> Row {
    let Value::Object(row) = value else { panic!("a row is an object") };
    row
}

fn subject(text: &str) -> Row {
    row(json!({ "Subject": text }))
}

fn quiet(header: impl Fn(&str) -> Option<String>) -> bool {
    header("Sforce-Auto-Assign").as_deref() == Some("FALSE")
        && header("Sforce-Mru").as_deref() == Some("updateMru=false")
        && header("Sforce-Call-Options").as_deref() == Some("client=entente")
}

fn is_quiet(asked: &Asked) -> bool {
    quiet(|name| asked.header(name).map(str::to_owned))
}

#[tokio::test]
async fn every_write_is_quiet_and_labelled() {
    let saved = json!({ "id": case(1), "success": true, "errors": [] });
    let table: [(&str, &str, Value); 8] = [
        ("create", "POST /services/data/v64.0/sobjects/Case", saved.clone()),
        ("update", "PATCH /services/data/v64.0/sobjects/Case/500410000021Z01AAE", Value::Null),
        ("upsert", "PATCH /services/data/v64.0/sobjects/Case/Entente_Key__c/a%2Fb", saved.clone()),
        ("delete", "DELETE /services/data/v64.0/sobjects/Case/500410000021Z01AAE", Value::Null),
        ("create_all", "POST /services/data/v64.0/composite/sobjects", json!([saved])),
        ("update_all", "PATCH /services/data/v64.0/composite/sobjects", json!([saved])),
        ("upsert_all", "PATCH /services/data/v64.0/composite/sobjects/Case/Entente_Key__c", json!([saved])),
        (
            "delete_all",
            "DELETE /services/data/v64.0/composite/sobjects?ids=500410000021Z01AAE&allOrNone=false",
            json!([saved]),
        ),
    ];
    for (what, expected, body) in table {
        let org = Org::saying(if body.is_null() { say(204, "") } else { say(201, body) });
        write(&org.client(), what).await;
        let asked = &org.asked()[0];
        let line = format!("{} {}", asked.method, asked.url.trim_start_matches("https://acme.my.salesforce.com"));
        assert_eq!((line.as_str(), is_quiet(asked)), (expected, true), "{what}");
    }
}

async fn write(client: &Client, what: &str) {
    let plain = WriteOptions::default();
    let done = match what {
        "create" => client.create("Case", subject("a"), &plain).await.map(|saved| assert!(saved.created)),
        "update" => client.update("Case", &case(1), subject("a"), &plain).await,
        "upsert" => client.upsert("Case", "Entente_Key__c", "a/b", subject("a"), &plain).await.map(drop),
        "delete" => client.delete("Case", &case(1)).await,
        "create_all" => {
            client.create_all(vec![New { object: "Case".into(), fields: subject("a") }], false, &plain).await.map(drop)
        }
        "update_all" => {
            let change = Change { object: "Case".into(), id: case(1), fields: subject("a") };
            client.update_all(vec![change], false, &plain).await.map(drop)
        }
        "upsert_all" => client.upsert_all("Case", "Entente_Key__c", vec![subject("a")], false, &plain).await.map(drop),
        _ => client.delete_all(&[case(1)], false).await.map(drop),
    };
    done.expect(what);
}

#[tokio::test]
async fn a_condition_is_the_parts_own_and_its_failure_is_stale() {
    let answer = json!({ "compositeResponse": [
        { "referenceId": "part0", "httpStatusCode": 204, "body": null },
        { "referenceId": "part1", "httpStatusCode": 412, "body": null },
        { "referenceId": "part2", "httpStatusCode": 400, "body": [{ "errorCode": "UNABLE_TO_LOCK_ROW", "message": "busy", "fields": [] }] },
    ] });
    let org = Org::saying(say(200, answer));
    let seen = "2026-01-02T03:04:05Z".parse().expect("a moment");
    let part = |n, options| Part::update("Case", &case(n), subject("a")).expect("a part").with(options);
    let parts = vec![
        part(1, WriteOptions::unmodified_since(seen)),
        part(2, WriteOptions { allow_duplicates: true, ..WriteOptions::unmodified_since(seen) }),
        part(3, WriteOptions::default()),
    ];
    let outcomes = org.client().composite(parts, false).await.expect("an answer");
    assert_eq!(outcomes[0].as_ref().map(|part| part.status), Ok(204));
    assert!(matches!(outcomes[1], Err(CallError::Stale { .. })), "{outcomes:?}");
    assert!(matches!(outcomes[2], Err(CallError::NotApplied { .. })), "{outcomes:?}");

    let sent = org.asked()[0].json();
    assert_eq!((&sent["allOrNone"], &sent["collateSubrequests"]), (&json!(false), &json!(false)));
    let headers = |n: usize| sent["compositeRequest"][n]["httpHeaders"].clone();
    assert_eq!(headers(0)["If-Unmodified-Since"], "Fri, 02 Jan 2026 03:04:05 GMT");
    assert_eq!(headers(1)["Sforce-Duplicate-Rule-Header"], "allowSave=true");
    assert_eq!(headers(2).get("If-Unmodified-Since"), None);
    for n in 0..3 {
        assert!(quiet(|name| headers(n)[name].as_str().map(str::to_owned)), "part {n}");
    }
}

#[tokio::test]
async fn a_rolled_back_composite_applied_nothing() {
    let halted = json!([{ "errorCode": "PROCESSING_HALTED", "message": "The transaction was rolled back since another operation in the same transaction failed." }]);
    let duplicate = json!([{ "errorCode": "DUPLICATE_VALUE", "message": "duplicate value found: Key__c duplicates value on record with id: 500410000021Z07" }]);
    let answer = json!({ "compositeResponse": [
        { "referenceId": "c1", "httpStatusCode": 400, "body": halted },
        { "referenceId": "part1", "httpStatusCode": 400, "body": duplicate },
    ] });
    let org = Org::saying(say(200, answer));
    let comment = Part::create("CaseComment", row(json!({ "ParentId": case(1), "CommentBody": "hi" })))
        .expect("a part")
        .named("c1");
    let marker = row(json!({ "Key__c": "op-1", "Target__c": "@{c1.id}" }));
    let parts = vec![comment, Part::create("Entente_Op__c", marker).expect("a part")];
    let outcomes = org.client().composite(parts, true).await.expect("an answer");
    assert!(matches!(outcomes[0], Err(CallError::NotApplied { .. })));
    assert_eq!(outcomes[1].as_ref().err().and_then(duplicate_of), Some(case(7)), "the other failed part says why");
    assert_eq!(org.asked()[0].json()["compositeRequest"][1]["body"]["Target__c"], "@{c1.id}");
}

#[tokio::test]
async fn a_text_that_looks_like_a_reference_is_sent_alone() {
    let org = Org::new(|asked| {
        if asked.url.ends_with("/oauth2/token") {
            say(200, TOKEN)
        } else if asked.url.ends_with("/composite") {
            let answer = |n| json!({ "referenceId": format!("part{n}"), "httpStatusCode": 204, "body": null });
            say(200, json!({ "compositeResponse": [answer(0), answer(1)] }))
        } else {
            say(412, "")
        }
    });
    let texts = ["first", "write @{name.id} here", "third"];
    let part = |text: &str| Part::update("Case", &case(1), subject(text)).expect("a part");
    let outcomes = org.client().composite(texts.map(part).to_vec(), false).await.expect("an answer");
    let seen: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(seen, [true, false, true], "outcomes keep their places");
    assert!(matches!(outcomes[1], Err(CallError::Stale { .. })));
    let asked = org.asked();
    assert_eq!((asked.len(), asked[1].method.as_str(), is_quiet(&asked[1])), (2, "PATCH", true));
}

#[tokio::test]
async fn a_part_without_an_answer_is_ambiguous() {
    let org = Org::saying(say(200, json!({ "compositeResponse": [] })));
    let part = Part::delete("Case", &case(1)).expect("a part");
    let outcomes = org.client().composite(vec![part], false).await.expect("an answer");
    assert!(matches!(outcomes[0], Err(CallError::Ambiguous { .. })));
    let named = Part::delete("Case", &case(1)).expect("a part").named("not a name");
    assert!(matches!(org.client().composite(vec![named], false).await, Err(CallError::Invalid { .. })));
    assert!(matches!(org.client().composite(Vec::new(), false).await, Err(CallError::Invalid { .. })));
}

#[tokio::test]
async fn rows_have_outcomes_apart() {
    let answer = json!([
        { "id": case(1), "success": true, "errors": [] },
        { "success": false, "errors": [{ "statusCode": "REQUIRED_FIELD_MISSING", "message": "missing", "fields": ["Subject"] }] },
        { "id": case(3), "success": true, "errors": [{ "statusCode": "OPERATION_ENQUEUED", "message": "x", "fields": [] }] },
    ]);
    let org = Org::saying(say(200, answer));
    let mut read_back = subject("a");
    read_back.insert("attributes".into(), json!({ "type": "Case", "url": "/services/data/v64.0/sobjects/Case/500" }));
    let change = |n| Change { object: "Case".into(), id: case(n), fields: read_back.clone() };
    let outcomes = org
        .client()
        .update_all((1..=3).map(change).collect(), false, &WriteOptions::default())
        .await
        .expect("an answer");
    assert_eq!(outcomes[0].as_ref().map(|saved| (saved.id, saved.created)), Ok((case(1), false)));
    assert!(
        matches!(&outcomes[1], Err(CallError::Invalid { problems }) if problems[0].field.as_deref() == Some("Subject"))
    );
    assert!(outcomes[2].is_ok(), "the flag decides, not the errors beside it");
    let sent = org.asked()[0].json();
    assert_eq!(sent["records"][0], json!({ "Subject": "a", "attributes": { "type": "Case" }, "id": case(1) }));

    let short = Org::saying(say(200, "[]"));
    let outcome = short.client().update_all(vec![change(1)], false, &WriteOptions::default()).await;
    assert!(matches!(outcome, Err(CallError::Ambiguous { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_collection_has_its_bounds() {
    let org = Org::saying(say(200, "[]"));
    let client = org.client();
    let new = New { object: "Case".into(), fields: subject("a") };
    let condition = WriteOptions::unmodified_since("2026-01-02T03:04:05Z".parse().expect("a moment"));
    for outcome in [
        client.create_all(vec![new.clone(); 201], false, &WriteOptions::default()).await,
        client.create_all(Vec::new(), false, &WriteOptions::default()).await,
        client.create_all(vec![new], false, &condition).await,
    ] {
        assert!(matches!(outcome, Err(CallError::Invalid { .. })), "{outcome:?}");
    }
    assert!(org.asked().is_empty());
}

#[tokio::test]
async fn an_ambiguous_write_is_sent_once_and_a_locked_row_again() {
    let org = Org::saying(say(503, "<html>busy</html>"));
    let outcome = org.client().create("Case", subject("a"), &WriteOptions::default()).await;
    assert!(matches!(outcome, Err(CallError::Ambiguous { .. })), "{outcome:?}");
    assert_eq!(org.asked().len(), 1);

    let org = Org::saying(say(400, json!([{ "errorCode": "UNABLE_TO_LOCK_ROW", "message": "busy", "fields": [] }])));
    let outcome = org.client().create("Case", subject("a"), &WriteOptions::default()).await;
    assert!(matches!(outcome, Err(CallError::NotApplied { .. })), "{outcome:?}");
    assert_eq!(org.asked().len(), 3);
}

#[tokio::test]
async fn a_saved_record_without_a_readable_id_is_ambiguous() {
    for body in ["", "{}", "<html>", r#"{"id":"nonsense","success":true}"#] {
        let org = Org::saying(say(201, body));
        let outcome = org.client().create("Case", subject("a"), &WriteOptions::default()).await;
        assert!(matches!(outcome, Err(CallError::Ambiguous { .. })), "{body}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_key_that_fits_several_records_is_a_problem_of_the_data() {
    let org = Org::saying(say(
        300,
        json!(["/services/data/v64.0/sobjects/Case/5001", "/services/data/v64.0/sobjects/Case/5002"]),
    ));
    let outcome = org.client().upsert("Case", "Ref__c", "x", subject("a"), &WriteOptions::default()).await;
    assert!(
        matches!(&outcome, Err(CallError::Invalid { problems }) if problems[0].code.as_deref() == Some("DUPLICATE_EXTERNAL_ID"))
    );
}

#[tokio::test]
async fn a_file_travels_as_two_parts_of_known_length() {
    let org = Org::saying(say(201, json!({ "id": "06841000002aBcdAAE", "success": true, "errors": [] })));
    let bytes = Bytes::from_static(b"\x00file\r\nbytes");
    let file = NewFile {
        title: "Log".into(),
        file_name: "we\"ird\r\nname.txt".into(),
        description: "about it".into(),
        linked_to: case(1),
        length: bytes.len() as u64,
        open: Arc::new(move || {
            let bytes = bytes.clone();
            Box::pin(async move { Ok(ByteStream::from_bytes(bytes)) })
        }),
    };
    let saved = org.client().upload(&file).await.expect("uploaded");
    assert!(saved.created && saved.id.key_prefix() == "068");
    let asked = &org.asked()[0];
    let boundary = asked.header("content-type").and_then(|text| text.split('"').nth(1)).expect("a boundary").to_owned();
    assert!(boundary.len() <= 70 && is_quiet(asked));
    let text = asked.text();
    let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
    assert_eq!((parts.len(), parts[0], parts[3]), (4, "", "--\r\n"));
    let entity: Value =
        serde_json::from_str(parts[1].split("\r\n\r\n").nth(1).expect("a body").trim_end()).expect("JSON");
    assert_eq!((&entity["FirstPublishLocationId"], &entity["Description"]), (&json!(case(1)), &json!("about it")));
    assert!(parts[2].contains("name=\"VersionData\"; filename=\"we_ird__name.txt\"\r\n\r\n"), "{}", parts[2]);
    assert!(parts[2].ends_with("\r\n\r\n\0file\r\nbytes\r\n"));
}

#[tokio::test]
async fn a_file_comes_back_as_a_stream() {
    let org = Org::saying(say(200, "file bytes"));
    let mut opened = org.client().download(&RecordId::parse("06841000002aBcd").expect("an id")).await.expect("opened");
    assert_eq!(opened.body.next().await.expect("a piece").expect("no error"), "file bytes");
    let org = Org::saying(say(
        404,
        json!([{ "errorCode": "NOT_FOUND", "message": "The requested resource does not exist" }]),
    ));
    let outcome = org.client().download(&RecordId::parse("06841000002aBcd").expect("an id")).await;
    assert!(matches!(outcome, Err(CallError::Gone { .. })));
}

//! Files and comments: what goes up, what comes down, and where credentials do not go.

use std::sync::Arc;

use bytes::Bytes;
use entente_jira::{CallError, CommentAudience, IssueId, NewAttachment, NewComment, Property};
use entente_transport::ByteStream;
use serde_json::json;

use crate::stage::{Script, error, raw, reply};

const ISSUE: IssueId = IssueId::new(10_042);

fn file(filename: &str) -> NewAttachment {
    let open = || -> entente_transport::BoxFuture<'static, std::io::Result<ByteStream>> {
        Box::pin(async { Ok(ByteStream::from_bytes(Bytes::from_static(b"content"))) })
    };
    NewAttachment { filename: filename.into(), mime_type: "text/plain".into(), open: Arc::new(open) }
}

#[tokio::test]
async fn a_file_goes_up_as_a_form_with_its_length() {
    let script = Script::signed_in();
    let stored = json!([{"id": "10001", "filename": "a.txt", "size": 7, "mimeType": "text/plain"}]);
    script.on("POST /rest/api/3/issue/10042/attachments", [reply(200, &stored)]);
    let stored = script.client().upload(ISSUE, &file("a\"b\r\nü.txt")).await.expect("stored");
    assert_eq!((stored.id.as_str(), stored.size), ("10001", 7));
    let seen = &script.seen()[0];
    assert_eq!(seen.header("x-atlassian-token"), Some("no-check"));
    let boundary = "entente-00000000000000000000000000000000";
    assert_eq!(seen.header("content-type"), Some(format!("multipart/form-data; boundary={boundary}").as_str()));
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b%0D%0Aü.txt\"\r\n\
         Content-Type: text/plain\r\n\r\ncontent\r\n--{boundary}--\r\n"
    );
    assert_eq!(seen.text, expected);
    assert_eq!(seen.length, Some(expected.len() as u64), "Jira refuses uploads of unknown length");
}

#[tokio::test]
async fn a_file_that_jira_refuses_or_loses_is_told_apart() {
    let script = Script::signed_in();
    script.on("POST /rest/api/3/issue/10042/attachments", [error(413, "too large"), raw(200, "[]"), raw(502, "")]);
    let client = script.client();
    assert!(matches!(client.upload(ISSUE, &file("a")).await, Err(CallError::Invalid { .. })));
    assert!(matches!(client.upload(ISSUE, &file("a")).await, Err(CallError::Ambiguous { .. })));
    assert!(matches!(client.upload(ISSUE, &file("a")).await, Err(CallError::Ambiguous { .. })));
    assert_eq!(script.seen().len(), 3);
}

#[tokio::test]
async fn content_comes_from_another_host_without_our_credentials() {
    let script = Script::signed_in();
    let location = "https://api.media.atlassian.com/file/1/binary?token=x";
    script.on("GET /rest/api/3/attachment/content/10001", [raw(303, "").header("location", location)]);
    script.on("GET /file/1/binary", [raw(200, "content")]);
    let mut opened = script.client().download("10001").await.expect("opened");
    let piece = opened.body.next().await.expect("a piece").expect("no error");
    assert_eq!((piece.as_ref(), opened.body.length()), (&b"content"[..], Some(7)));
    let seen = script.seen();
    assert!(seen[0].authorization.is_some() && seen[1].authorization.is_none());
    assert_eq!(seen[1].host, "api.media.atlassian.com");
}

#[tokio::test]
async fn a_redirect_into_our_network_is_not_followed() {
    for location in [
        "http://169.254.169.254/latest",
        "https://127.0.0.1/",
        "//evil.example/a",
        "https://api.media.atlassian.com.evil.example/a",
        "https://api.media.atlassian.com@evil.example/a",
        "file:///etc/passwd",
    ] {
        let script = Script::signed_in();
        script.on("GET /rest/api/3/attachment/content/1", [raw(303, "").header("location", location)]);
        assert!(matches!(script.client().download("1").await, Err(CallError::Broken { .. })), "{location}");
        assert_eq!(script.seen().len(), 1);
    }
}

#[tokio::test]
async fn the_store_of_files_redirects_us_nowhere() {
    let script = Script::signed_in();
    let store = "https://api.media.atlassian.com/a";
    script.on("GET /rest/api/3/attachment/content/1", [raw(303, "").header("location", store)]);
    script.on("GET /a", [raw(303, "").header("location", store)]);
    assert!(matches!(script.client().download("1").await, Err(CallError::Broken { .. })));
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test]
async fn a_missing_file_is_gone_and_removing_it_is_done() {
    let script = Script::signed_in();
    script.on("GET /rest/api/3/attachment/content/1", [error(404, "none")]);
    script.on("DELETE /rest/api/3/attachment/1", [error(404, "none")]);
    let client = script.client();
    assert!(matches!(client.download("1").await, Err(CallError::Gone { .. })));
    client.delete_attachment("1").await.expect("gone already");
}

#[tokio::test]
async fn a_comment_is_for_staff_unless_it_is_said_otherwise() {
    let script = Script::signed_in();
    script.on("POST /rest/api/3/issue/10042/comment", [reply(201, &json!({"id": "7", "jsdPublic": false}))]);
    let client = script.client();
    let widening = Property { key: "sd.public.comment".into(), value: json!({"internal": false}) };
    let marker = Property { key: "sync.origin".into(), value: json!("op") };
    let body = json!({"type": "doc", "version": 1, "content": []});
    let staff = NewComment { body: body.clone(), properties: vec![widening, marker.clone()], ..NewComment::default() };
    assert_eq!(client.add_comment(ISSUE, &staff).await.expect("added").id, "7");
    let customer = NewComment { audience: CommentAudience::Customer, properties: vec![marker], ..staff };
    client.add_comment(ISSUE, &customer).await.expect("added");
    let seen = script.seen();
    let marker = json!({"key": "sync.origin", "value": "op"});
    let internal = json!({"key": "sd.public.comment", "value": {"internal": true}});
    assert_eq!(
        seen[0].body,
        json!({"body": body, "properties": [marker, internal]}),
        "no property widens the audience"
    );
    assert_eq!(seen[1].body, json!({"body": body, "properties": [marker]}));
}

#[tokio::test]
async fn an_edited_comment_keeps_its_audience() {
    let script = Script::signed_in();
    let path = "/rest/api/3/issue/10042/comment/7";
    script.on(&format!("PUT {path}"), [reply(200, &json!({"id": "7"}))]);
    script.on(&format!("DELETE {path}"), [raw(204, ""), error(404, "none")]);
    let client = script.client();
    client.edit_comment(ISSUE, "7", &json!({"type": "doc"})).await.expect("edited");
    client.delete_comment(ISSUE, "7").await.expect("removed");
    client.delete_comment(ISSUE, "7").await.expect("removed already");
    assert_eq!(script.seen()[0].body, json!({"body": {"type": "doc"}}), "neither properties nor visibility are sent");
}

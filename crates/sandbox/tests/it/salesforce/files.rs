//! Files and attachments: JSON, multipart, versions, links, bytes.

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{Sandbox, ids};

#[tokio::test]
async fn a_version_brings_its_document_and_its_link() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let fields =
        json!({"Title": "log", "PathOnClient": "log.txt", "VersionData": "aGVsbG8=", "FirstPublishLocationId": case});
    let version = sandbox.create("ContentVersion", fields).await;
    let read = sandbox.get(&format!("/sobjects/ContentVersion/{version}")).await.body;
    assert_eq!(
        (&read["ContentSize"], &read["FileExtension"], &read["FileType"]),
        (&json!(5), &json!("txt"), &json!("TEXT"))
    );
    assert_eq!(read["Checksum"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(read["VersionData"], format!("/services/data/v64.0/sobjects/ContentVersion/{version}/VersionData"));
    let document = read["ContentDocumentId"].as_str().expect("a document");
    let soql = format!(
        "SELECT Id, ContentDocumentId, Visibility, ContentDocument.Title, ContentDocument.LatestPublishedVersionId, \
         ContentDocument.LatestPublishedVersion.Checksum FROM ContentDocumentLink WHERE LinkedEntityId IN ('{case}')"
    );
    let links = sandbox.query(&soql).await.body;
    assert_eq!((&links["totalSize"], &links["records"][0]["Visibility"]), (&json!(1), &json!("InternalUsers")));
    assert_eq!(links["records"][0]["ContentDocument"]["LatestPublishedVersionId"], json!(version));

    let bytes = sandbox.get(&format!("/sobjects/ContentVersion/{version}/VersionData")).await;
    assert_eq!(
        (bytes.status, bytes.text.as_str(), bytes.header("Content-Type")),
        (200, "hello", "application/octetstream")
    );

    let second = sandbox
        .create(
            "ContentVersion",
            json!({"PathOnClient": "log.txt", "VersionData": "aGk=", "ContentDocumentId": document}),
        )
        .await;
    let latest = sandbox
        .query(&format!(
            "SELECT Id, VersionNumber FROM ContentVersion WHERE ContentDocumentId = '{document}' AND IsLatest = true"
        ))
        .await;
    assert_eq!(ids(&latest), [second]);
    assert_eq!(latest.body["records"][0]["VersionNumber"], "2");

    let twin = sandbox
        .post(
            "/sobjects/ContentDocumentLink",
            json!({"ContentDocumentId": document, "LinkedEntityId": case, "ShareType": "V"}),
        )
        .await;
    twin.refused(400, "DUPLICATE_VALUE", "duplicate value found");
    assert_eq!(sandbox.delete(&format!("/sobjects/ContentDocument/{document}")).await.status, 204);
    assert_eq!(
        sandbox.query(&format!("SELECT Id FROM ContentDocumentLink WHERE LinkedEntityId = '{case}'")).await.body["totalSize"],
        0
    );
}

#[tokio::test]
async fn bytes_come_by_multipart_as_they_are() {
    let sandbox = Sandbox::empty().await;
    let mut body = b"--b0undary\r\nContent-Disposition: form-data; name=\"entity_content\";\r\nContent-Type: application/json\r\n\r\n".to_vec();
    body.extend(br#"{"Title":"photo","PathOnClient":"photo.png"}"#);
    body.extend(b"\r\n--b0undary\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; name=\"VersionData\"; filename=\"photo.png\"\r\n\r\n");
    body.extend(b"line one\r\nline two");
    body.extend(b"\r\n--b0undary--");
    let headers = [("Content-Type", "multipart/form-data; boundary=\"b0undary\"")];
    let made = sandbox
        .send(Method::POST, "/services/data/v64.0/sobjects/ContentVersion", &headers, Some(body))
        .await
        .expect("an answer");
    let bytes = sandbox.get(&format!("/sobjects/ContentVersion/{}/VersionData", made.id())).await;
    assert_eq!(bytes.text, "line one\r\nline two");
}

#[tokio::test]
async fn an_upload_without_its_parts_is_refused() {
    let sandbox = Sandbox::empty().await;
    let reply = sandbox.post("/sobjects/ContentVersion", json!({"Title": "x", "PathOnClient": "x.txt"})).await;
    reply.refused(400, "REQUIRED_FIELD_MISSING", "[VersionData]");
    let reply = sandbox.post("/sobjects/ContentVersion", json!({"VersionData": "aGk="})).await;
    reply.refused(400, "REQUIRED_FIELD_MISSING", "[PathOnClient]");
    let headers = [("Content-Type", "multipart/form-data; boundary=x")];
    let reply = sandbox
        .send(Method::POST, "/services/data/v64.0/sobjects/ContentVersion", &headers, Some(b"nothing".to_vec()))
        .await;
    reply.expect("an answer").refused(400, "INVALID_MULTIPART_REQUEST", "");
}

#[tokio::test]
async fn an_attachment_hangs_on_its_record() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let id = sandbox
        .create(
            "Attachment",
            json!({"ParentId": case, "Name": "a.txt", "ContentType": "text/plain", "Body": "aGVsbG8="}),
        )
        .await;
    let read = sandbox.get(&format!("/sobjects/Attachment/{id}?fields=BodyLength,Body")).await.body;
    assert_eq!(read["BodyLength"], 5);
    assert_eq!(sandbox.get(&format!("/sobjects/Attachment/{id}/Body")).await.text, "hello");
    let reply = sandbox.post("/sobjects/Attachment", json!({"ParentId": case, "Name": "a.txt"})).await;
    reply.refused(400, "REQUIRED_FIELD_MISSING", "[Body]");
    sandbox.get(&format!("/sobjects/Case/{case}/Body")).await.refused(404, "NOT_FOUND", "");
    let _: Value = read;
}

//! What people attach to records, what becomes of it, and a ledger of all of it.

use http::{Method, Request};
use serde_json::{Value, json};

use super::{A_MOMENT, People, Place, answer, text};
use crate::{
    chance::Dice,
    stage::{ORG, SITE},
};

/// `integration@sandbox.example:sandbox-least-api-token`
const SOMEBODY: &str = "Basic aW50ZWdyYXRpb25Ac2FuZGJveC5leGFtcGxlOnNhbmRib3gtbGVhc3QtYXBpLXRva2Vu";
const BOUNDARY: &str = "a-line-that-no-file-contains";
/// Half of all files are called so, whatever is in them.
const USUAL_NAME: &str = "log.txt";

/// A file that somebody attached; in Salesforce one version of it.
#[derive(Clone, Debug)]
pub(crate) struct Attached {
    pub(crate) place: Place,
    pub(crate) id: String,
    /// What only this file says.
    pub(crate) word: String,
    /// People have deleted a copy of it, or made it a file of their own.
    pub(crate) is_disturbed: bool,
}

/// A file as its side shows it.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) place: Place,
    /// In Salesforce that of its newest version.
    pub(crate) id: String,
    /// What is deleted, and gets new versions.
    document: String,
    pub(crate) name: String,
    pub(crate) content: String,
    pub(crate) is_for_customers: bool,
}

impl People {
    /// People may change and delete what others have attached.
    pub(crate) async fn prepare_files(&mut self) {
        for (object, right) in
            [("Case", "modify_all"), ("ContentDocument", "modify_all"), ("ContentDocument", "delete")]
        {
            let right = json!({"user": "integration@sandbox.example", "object": object, right: true});
            let (status, answer) = self.turn(Place::Salesforce, "rights", right).await;
            assert_eq!(status, 204, "{answer}");
        }
    }

    /// Somebody attaches a file to a record.
    pub(crate) async fn attach(&mut self, place: Place, record: &str, dice: &Dice) {
        let word = self.word();
        let name = if dice.in_a_thousand(500) { USUAL_NAME.to_owned() } else { format!("{word}.txt") };
        let id = match place {
            Place::Salesforce => {
                self.add_version(json!({"PathOnClient": name, "FirstPublishLocationId": record}), &word).await
            }
            Place::Jira => {
                let part = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
                let url = format!("{SITE}/rest/api/2/issue/{record}/attachments");
                let added = self.upload(&url, SOMEBODY, &[(part, content_of(&word))]).await;
                text(&added[0]["id"])
            }
        };
        self.attached.push(Attached { place, id, word, is_disturbed: false });
    }

    /// Somebody uploads another version of a file in Salesforce, which may be a copy: that is theirs from then on.
    pub(crate) async fn renew(&mut self, file: &File) {
        let word = self.word();
        let version = json!({"PathOnClient": file.name, "ContentDocumentId": file.document});
        let id = self.add_version(version, &word).await;
        self.is_disturbed(file);
        self.attached.push(Attached { place: Place::Salesforce, id, word, is_disturbed: false });
    }

    /// Somebody deletes a file, which may be a copy.
    pub(crate) async fn remove(&mut self, file: &File) {
        let (status, answer) = match file.place {
            Place::Salesforce => {
                let path = format!("sobjects/ContentDocument/{}", file.document);
                self.in_salesforce(Method::DELETE, &path, Value::Null).await
            }
            Place::Jira => self.in_jira(Method::DELETE, &format!("attachment/{}", file.id), Value::Null).await,
        };
        assert_eq!(status, 204, "{file:?}: {answer}");
        self.is_disturbed(file);
    }

    /// Where that was a copy, its original has none to be asked for.
    fn is_disturbed(&mut self, copy: &File) {
        for original in self.attached.iter_mut().filter(|one| one.place != copy.place) {
            original.is_disturbed |= copy.content == content_of(&original.word);
        }
    }

    /// Every file of these cases and issues.
    pub(crate) async fn files(&mut self, cases: &[&str], issues: &[&str]) -> Vec<File> {
        let mut files = Vec::new();
        let names = cases.iter().map(|case| format!("'{case}'")).collect::<Vec<_>>().join(",");
        if !cases.is_empty() {
            let query = format!(
                "query?q=SELECT+Visibility,ContentDocumentId,ContentDocument.LatestPublishedVersionId,\
                 ContentDocument.Title,ContentDocument.FileExtension+FROM+ContentDocumentLink\
                 +WHERE+LinkedEntityId+IN+({names})"
            );
            let (status, page) = self.in_salesforce(Method::GET, &query, Value::Null).await;
            assert_eq!((status, &page["done"]), (200, &json!(true)), "{page}");
            files.extend(page["records"].as_array().into_iter().flatten().map(of_case));
        }
        for issue in issues {
            let path = format!("issue/{issue}?fields=attachment");
            let (status, row) = self.in_jira(Method::GET, &path, Value::Null).await;
            assert_eq!(status, 200, "{row}");
            files.extend(row["fields"]["attachment"].as_array().into_iter().flatten().map(of_issue));
        }
        for file in &mut files {
            file.content = self.content(file).await;
        }
        files
    }

    /// What is in a file: it never changes.
    async fn content(&mut self, file: &File) -> String {
        let key = (file.place, file.id.clone());
        if let Some(known) = self.contents.get(&key) {
            return known.clone();
        }
        let (router, url, authorization) = match file.place {
            Place::Salesforce => {
                let url = format!("{ORG}/services/data/v64.0/sobjects/ContentVersion/{}/VersionData", file.id);
                (&self.salesforce, url, format!("Bearer {}", self.token))
            }
            Place::Jira => {
                let url = format!("{SITE}/rest/api/2/attachment/content/{}?redirect=false", file.id);
                (&self.jira, url, SOMEBODY.to_owned())
            }
        };
        let request = Request::get(url).header("authorization", authorization);
        let (status, bytes) = answer(router, request.body(axum::body::Body::empty()).expect("a request")).await;
        assert_eq!(status, 200, "{file:?}");
        let content = String::from_utf8_lossy(&bytes).into_owned();
        self.contents.insert(key, content.clone());
        content
    }

    async fn add_version(&mut self, version: Value, word: &str) -> String {
        let parts = [
            (
                "Content-Disposition: form-data; name=\"entity_content\"\r\nContent-Type: application/json".to_owned(),
                version.to_string(),
            ),
            ("Content-Disposition: form-data; name=\"VersionData\"; filename=\"file\"".to_owned(), content_of(word)),
        ];
        // Any other call signs in again where the session has ended.
        self.in_salesforce(Method::GET, "limits", Value::Null).await;
        let url = format!("{ORG}/services/data/v64.0/sobjects/ContentVersion");
        let added = self.upload(&url, &format!("Bearer {}", self.token), &parts).await;
        text(&added["id"])
    }

    async fn upload(&self, url: &str, authorization: &str, parts: &[(String, String)]) -> Value {
        self.hand.advance(A_MOMENT);
        let mut body = String::new();
        for (head, content) in parts {
            body += &format!("--{BOUNDARY}\r\n{head}\r\n\r\n{content}\r\n");
        }
        body += &format!("--{BOUNDARY}--\r\n");
        let router = if url.starts_with(ORG) { &self.salesforce } else { &self.jira };
        let request = Request::post(url)
            .header("authorization", authorization)
            .header("x-atlassian-token", "no-check")
            .header("content-type", format!("multipart/form-data; boundary=\"{BOUNDARY}\""));
        let (status, bytes) = answer(router, request.body(body.into()).expect("a request")).await;
        let added = String::from_utf8_lossy(&bytes);
        assert!([200, 201].contains(&status), "{status}: {added}");
        serde_json::from_str(&added).expect("what was added")
    }
}

/// What a file with this word says.
pub(crate) fn content_of(word: &str) -> String {
    format!("{word} attached")
}

fn of_case(row: &Value) -> File {
    let document = &row["ContentDocument"];
    File {
        place: Place::Salesforce,
        id: text(&document["LatestPublishedVersionId"]),
        document: text(&row["ContentDocumentId"]),
        name: format!("{}.{}", text(&document["Title"]), text(&document["FileExtension"])),
        content: String::new(),
        is_for_customers: row["Visibility"] == "AllUsers",
    }
}

fn of_issue(row: &Value) -> File {
    File {
        place: Place::Jira,
        id: text(&row["id"]),
        document: text(&row["id"]),
        name: text(&row["filename"]),
        content: String::new(),
        is_for_customers: false,
    }
}

//! What people say about a record, and a ledger of all that they said: who was to read each word, and until when.
//!
//! Also what an automation says under Entente's own account, and what people do to copies.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

use super::{People, Place, content, request, send, text};
use crate::stage::ORG;

/// `admin@sandbox.example:sandbox-api-token`, the account that the engine uses.
const OURSELVES: &str = "Basic YWRtaW5Ac2FuZGJveC5leGFtcGxlOnNhbmRib3gtYXBpLXRva2Vu";

/// Who may read a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Readers {
    /// Some of the staff.
    Some,
    Staff,
    Customers,
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    Person,
    /// Entente's own account.
    Automation,
}

/// What a comment said since some time, and to whom.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) since_ms: i64,
    pub(crate) word: String,
    pub(crate) readers: Readers,
}

/// A comment that somebody wrote.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) place: Place,
    pub(crate) id: String,
    /// A case's id, an issue's number.
    pub(crate) record: String,
    pub(crate) by: Writer,
    pub(crate) versions: Vec<Version>,
    pub(crate) is_gone: bool,
    /// People have edited or deleted a copy of it.
    pub(crate) is_disturbed: bool,
}

impl Said {
    pub(crate) fn now(&self) -> &Version {
        self.versions.last().expect("it says something")
    }

    /// Who was ever to read a word of it.
    pub(crate) fn readers_of(&self, word: &str) -> Option<Readers> {
        self.versions.iter().filter(|version| version.word == word).map(|version| version.readers).max()
    }
}

/// A comment as its side shows it.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) place: Place,
    pub(crate) id: String,
    pub(crate) record: String,
    pub(crate) text: String,
    pub(crate) for_customers: bool,
}

impl People {
    /// The item's project is a service desk from now on, and people may change and delete comments.
    pub(crate) async fn prepare_talk(&mut self) {
        for (old, new) in [("OPS", "DEV"), ("SUP", "OPS"), ("DEV", "SUP")] {
            let (status, answer) =
                self.jira_as(OURSELVES, Method::PUT, &format!("project/{old}"), json!({"key": new})).await;
            assert_eq!(status, 200, "{answer}");
        }
        self.draw_workflow("OPS").await;
        self.draw_workflow("SUP").await;
        self.other_kind = "Service Request";
        for (object, right) in [("Case", "modify_all"), ("CaseComment", "delete")] {
            let right = json!({"user": "integration@sandbox.example", "object": object, right: true});
            let (status, answer) = self.turn(Place::Salesforce, "rights", right).await;
            assert_eq!(status, 204, "{answer}");
        }
    }

    /// Somebody says something about a record, or answers a comment of the issue.
    pub(crate) async fn say(
        &mut self,
        place: Place,
        record: &str,
        readers: Readers,
        answered: Option<&str>,
        by: Writer,
    ) -> String {
        let word = self.word();
        let (status, answer) = match place {
            Place::Salesforce => {
                let shown = readers == Readers::Customers;
                let comment = json!({"ParentId": record, "CommentBody": format!("{word} said"), "IsPublished": shown});
                self.write_comment(by, Method::POST, "sobjects/CaseComment", comment).await
            }
            Place::Jira => {
                let mut comment = worded(&word, readers);
                if readers == Readers::Some {
                    comment["visibility"] = json!({"type": "role", "value": "Service Desk Team"});
                }
                if let Some(answered) = answered {
                    comment["parentId"] = json!(answered);
                }
                self.write_jira_comment(by, Method::POST, &format!("issue/{record}/comment"), comment).await
            }
        };
        assert_eq!(status, 201, "{answer}");
        let version = Version { since_ms: self.hand.now_ms(), word: word.clone(), readers };
        self.said.push(Said {
            place,
            id: text(&answer["id"]),
            record: record.to_owned(),
            by,
            versions: vec![version],
            is_gone: false,
            is_disturbed: false,
        });
        word
    }

    /// Somebody changes what a comment says, who may read it, or both at once.
    pub(crate) async fn change_said(&mut self, at: usize, is_reworded: bool, readers: Readers) {
        let said = self.said[at].clone();
        let word = if is_reworded { self.word() } else { said.now().word.clone() };
        let status = match said.place {
            Place::Salesforce => {
                let mut change = json!({"IsPublished": readers == Readers::Customers});
                if is_reworded {
                    change["CommentBody"] = json!(format!("{word} said"));
                }
                self.write_comment(said.by, Method::PATCH, &format!("sobjects/CaseComment/{}", said.id), change).await.0
            }
            Place::Jira => {
                let path = format!("issue/{}/comment/{}", said.record, said.id);
                self.write_jira_comment(said.by, Method::PUT, &path, worded(&word, readers)).await.0
            }
        };
        match status {
            200 | 204 => self.said[at].versions.push(Version { since_ms: self.hand.now_ms(), word, readers }),
            404 => self.said[at].is_gone = true,
            status => panic!("{status}: {said:?}"),
        }
    }

    pub(crate) async fn take_back(&mut self, at: usize) {
        let said = self.said[at].clone();
        let status = self.delete_comment(said.place, &said.record, &said.id).await;
        assert!([204, 404].contains(&status), "{status}: {said:?}");
        self.said[at].is_gone = true;
    }

    async fn delete_comment(&mut self, place: Place, record: &str, id: &str) -> u16 {
        match place {
            Place::Salesforce => {
                self.in_salesforce(Method::DELETE, &format!("sobjects/CaseComment/{id}"), Value::Null).await.0
            }
            Place::Jira => self.in_jira(Method::DELETE, &format!("issue/{record}/comment/{id}"), Value::Null).await.0,
        }
    }

    /// Somebody edits a copy, or deletes it.
    pub(crate) async fn disturb(&mut self, copy: &Shown, deletes: bool) {
        let originals: Vec<String> = crate::oracles::words(&copy.text).into_iter().collect();
        for said in &mut self.said {
            let is_of = |version: &Version| originals.contains(&version.word);
            said.is_disturbed |= said.place != copy.place && said.versions.iter().any(is_of);
        }
        self.disturbed.insert((copy.place, copy.id.clone()));
        if deletes {
            self.delete_comment(copy.place, &copy.record, &copy.id).await;
            return;
        }
        let word = self.word();
        match copy.place {
            Place::Salesforce => {
                let change = json!({"CommentBody": format!("{word} meant")});
                self.in_salesforce(Method::PATCH, &format!("sobjects/CaseComment/{}", copy.id), change).await;
            }
            Place::Jira => {
                let path = format!("issue/{}/comment/{}", copy.record, copy.id);
                self.in_jira(Method::PUT, &path, json!({"body": format!("{word} meant")})).await;
            }
        }
    }

    async fn write_comment(&mut self, by: Writer, method: Method, path: &str, body: Value) -> (u16, Value) {
        match by {
            Writer::Person => self.in_salesforce(method, path, body).await,
            Writer::Automation => {
                let theirs = std::mem::take(&mut self.token);
                self.sign_in_as("sandbox-client", "sandbox-secret").await;
                let request = request(&method, &format!("{ORG}/services/data/v64.0/{path}"), &body)
                    .header("authorization", format!("Bearer {}", self.token));
                self.hand.advance(super::A_MOMENT);
                self.token = theirs;
                send(&self.salesforce, request.body(content(&body)).expect("a request")).await
            }
        }
    }

    async fn write_jira_comment(&self, by: Writer, method: Method, path: &str, body: Value) -> (u16, Value) {
        match by {
            Writer::Person => self.in_jira(method, path, body).await,
            Writer::Automation => self.jira_as(OURSELVES, method, path, body).await,
        }
    }

    /// Every comment on either side.
    pub(crate) async fn shown(&mut self) -> Vec<Shown> {
        let query = "query?q=SELECT+Id,ParentId,CommentBody,IsPublished+FROM+CaseComment+ORDER+BY+Id";
        let (status, page) = self.in_salesforce(Method::GET, query, Value::Null).await;
        assert_eq!((status, &page["done"]), (200, &json!(true)), "{page}");
        let mut all: Vec<Shown> = page["records"].as_array().into_iter().flatten().map(in_case).collect();
        for issue in self.issues().await {
            let path = format!("issue/{}/comment?maxResults=1000", issue.id);
            let (status, page) = self.in_jira(Method::GET, &path, Value::Null).await;
            assert_eq!(status, 200, "{page}");
            let is_request = issue.name.starts_with("OPS-");
            all.extend(
                page["comments"].as_array().into_iter().flatten().map(|row| in_issue(row, &issue.id, is_request)),
            );
        }
        all
    }

    /// The comment of the ledger that has said a word, by word.
    pub(crate) fn by_word(&self) -> BTreeMap<&str, &Said> {
        let said = self.said.iter();
        said.flat_map(|said| said.versions.iter().map(move |version| (version.word.as_str(), said))).collect()
    }
}

/// Without the property a comment of a request is for customers.
fn worded(word: &str, readers: Readers) -> Value {
    let internal = readers != Readers::Customers;
    json!({
        "body": format!("{word} said"),
        "properties": [{"key": "sd.public.comment", "value": {"internal": internal}}],
    })
}

fn in_case(row: &Value) -> Shown {
    Shown {
        place: Place::Salesforce,
        id: text(&row["Id"]),
        record: text(&row["ParentId"]),
        text: text(&row["CommentBody"]),
        for_customers: row["IsPublished"] == true,
    }
}

fn in_issue(row: &Value, issue: &str, is_request: bool) -> Shown {
    Shown {
        place: Place::Jira,
        id: text(&row["id"]),
        record: issue.to_owned(),
        text: text(&row["body"]),
        for_customers: is_request && row["jsdPublic"] == true && row["visibility"].is_null(),
    }
}

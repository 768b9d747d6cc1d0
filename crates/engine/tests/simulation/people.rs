//! People in the org and on the site, and a ledger of everything that they wrote.
//!
//! They use the vendors' own doors, as somebody who is not the integration user, and nothing goes wrong for them. Every
//! text that they write is a word that never was before, so that it can be found again wherever it went.

mod access;
mod field;
mod files;
mod talk;
mod upheaval;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body};
use bytes::Bytes;
use entente_sandbox::{Clock as Hand, jira::Site};
use http::{Method, Request};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    chance::Dice,
    stage::{ORG, SITE, Stage},
};

pub(crate) use self::{
    access::{Grant, N_PROJECTS, Organization},
    field::{Field, Place},
    files::{Attached, File, content_of},
    talk::{Readers, Said, Shown, Writer},
};

/// Issues of one bulk read.
const BULK_MAX: usize = 100;

/// What every call takes at least.
pub(crate) const A_MOMENT: Duration = Duration::from_millis(1);

/// Another value than `now`, as a person at `place` would write it.
fn other_than(field: Field, now: &str, place: Place, word: &str, dice: &Dice) -> String {
    match field.choices(place, now) {
        Some(choices) => (*dice.pick(&choices)).to_owned(),
        None => format!("{word} by somebody in {place:?}"),
    }
}

/// A case or an issue as people see it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// A case's id, an issue's key.
    pub(crate) name: String,
    /// What its correlation field names.
    pub(crate) names: Option<String>,
    /// An issue: the case whose twin it is, by our marker or by its correlation field.
    pub(crate) case: Option<String>,
    /// The operation: in an issue's marker, in a case's key field.
    pub(crate) operation: Option<String>,
    /// A case: whether it passes the filter.
    pub(crate) enters: bool,
    /// What calls name it by: a case's id, an issue's number.
    pub(crate) id: String,
    shown: [String; 4],
}

impl Record {
    pub(crate) fn shows(&self, field: Field) -> &str {
        &self.shown[field as usize]
    }
}

/// Everybody who works there.
pub(crate) struct People {
    salesforce: Router,
    jira: Router,
    site: Arc<Site>,
    hand: Hand,
    token: String,
    case_field: &'static str,
    /// Issues of another kind than the item's.
    other_kind: &'static str,
    n_words: u64,
    /// Cases that were made, also those that were deleted since.
    pub(crate) cases: Vec<String>,
    pub(crate) deleted_cases: Vec<String>,
    /// Cases that were merged into others.
    pub(crate) merged: BTreeMap<String, String>,
    /// Keys of issues that people have deleted, and those they had before they were moved.
    pub(crate) deleted_issues: Vec<String>,
    /// Issues that were moved to another project: the key of now, and the one before.
    pub(crate) moved: BTreeMap<String, String>,
    /// Numbers of issues that were moved at some time.
    pub(crate) ever_moved: BTreeSet<String>,
    pub(crate) n_edits: u64,
    /// What people wrote last, per case or issue's number and field.
    pub(crate) last_words: BTreeMap<(String, Field), String>,
    /// When people changed each record last, by a case's id or an issue's number.
    pub(crate) edited_ms: BTreeMap<String, i64>,
    /// How many of the cases people care about now, and which fields they change.
    pub(crate) n_cared_for: usize,
    pub(crate) fields: Vec<Field>,
    /// Every comment that somebody wrote.
    pub(crate) said: Vec<Said>,
    /// Every file that somebody attached, and what is in those that were looked into.
    pub(crate) attached: Vec<Attached>,
    contents: BTreeMap<(Place, String), String>,
    /// Every request for access to the portal.
    pub(crate) grants: Vec<Grant>,
    customers: access::Customers,
    /// Copies of comments that people have edited or deleted.
    pub(crate) disturbed: BTreeSet<(Place, String)>,
}

impl People {
    pub(crate) async fn of(stage: &Stage) -> Self {
        let mut people = Self {
            salesforce: stage.salesforce.clone(),
            jira: stage.jira.clone(),
            site: stage.world.jira.clone(),
            hand: stage.gate.hand.clone(),
            token: String::new(),
            case_field: "customfield_10030",
            other_kind: "Task",
            n_words: 0,
            cases: Vec::new(),
            deleted_cases: Vec::new(),
            merged: BTreeMap::new(),
            deleted_issues: Vec::new(),
            moved: BTreeMap::new(),
            ever_moved: BTreeSet::new(),
            n_edits: 0,
            last_words: BTreeMap::new(),
            edited_ms: BTreeMap::new(),
            n_cared_for: usize::MAX,
            fields: Field::ALL.to_vec(),
            said: Vec::new(),
            attached: Vec::new(),
            contents: BTreeMap::new(),
            grants: Vec::new(),
            customers: access::Customers::default(),
            disturbed: BTreeSet::new(),
        };
        people.sign_in().await;
        people.draw_workflow(upheaval::ELSEWHERE).await;
        let right = json!({"user": "integration@sandbox.example", "object": "Case", "delete": true});
        let (status, answer) = people.turn(Place::Salesforce, "rights", right).await;
        assert_eq!(status, 204, "{answer}");
        people
    }

    async fn sign_in(&mut self) {
        self.sign_in_as("sandbox-least-client", "sandbox-least-secret").await;
    }

    async fn sign_in_as(&mut self, client: &str, secret: &str) {
        let form = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
        let request = Request::post(format!("{ORG}/services/oauth2/token"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .expect("a request");
        let (_, answer) = send(&self.salesforce, request).await;
        answer["access_token"].as_str().expect("a token").clone_into(&mut self.token);
    }

    async fn in_salesforce(&mut self, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.hand.advance(A_MOMENT);
        for _ in 0..2 {
            let request = request(&method, &format!("{ORG}/services/data/v64.0/{path}"), &body)
                .header("authorization", format!("Bearer {}", self.token));
            let answer = send(&self.salesforce, request.body(content(&body)).expect("a request")).await;
            if answer.0 != 401 {
                return answer;
            }
            self.sign_in().await;
        }
        panic!("people cannot sign in");
    }

    /// Version 2 shows and takes rich text as plain text.
    async fn in_jira(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        // integration@sandbox.example:sandbox-least-api-token
        let basic = "Basic aW50ZWdyYXRpb25Ac2FuZGJveC5leGFtcGxlOnNhbmRib3gtbGVhc3QtYXBpLXRva2Vu";
        self.jira_as(basic, method, path, body).await
    }

    async fn jira_as(&self, basic: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.hand.advance(A_MOMENT);
        let request = request(&method, &format!("{SITE}/rest/api/2/{path}"), &body).header("authorization", basic);
        send(&self.jira, request.body(content(&body)).expect("a request")).await
    }

    /// The control door of a side.
    pub(crate) async fn turn(&self, place: Place, door: &str, body: Value) -> (u16, Value) {
        let (router, base) = match place {
            Place::Salesforce => (&self.salesforce, ORG),
            Place::Jira => (&self.jira, SITE),
        };
        let request = request(&Method::POST, &format!("{base}/__sandbox/{door}"), &body);
        send(router, request.body(content(&body)).expect("a request")).await
    }

    fn word(&mut self) -> String {
        self.n_words += 1;
        format!("w{}w", self.n_words)
    }

    pub(crate) async fn open_case(&mut self, dice: &Dice, reference: Option<&str>) -> String {
        let word = self.word();
        let origin = *dice.pick(&["Web", "Email", "Web", "Phone"]);
        let mut case = json!({
            "Subject": format!("{word} opened"), "Origin": origin, "Description": format!("{word} told"),
            "Priority": *dice.pick(&["High", "Medium", "Low"]),
        });
        if let Some(key) = reference {
            case["Jira_Reference__c"] = json!(key);
            case["Origin"] = json!("Web");
        }
        let (status, answer) = self.in_salesforce(Method::POST, "sobjects/Case", case).await;
        assert_eq!(status, 201, "{answer}");
        let id = text(&answer["id"]);
        self.cases.push(id.clone());
        self.last_words.insert((id.clone(), Field::Subject), word.clone());
        self.last_words.insert((id.clone(), Field::Description), word);
        id
    }

    pub(crate) async fn open_issue(&mut self) -> String {
        let word = self.word();
        let fields =
            json!({"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": format!("{word} found")});
        let (status, answer) = self.in_jira(Method::POST, "issue", json!({"fields": fields})).await;
        assert_eq!(status, 201, "{answer}");
        let key = text(&answer["key"]);
        self.last_words.insert((text(&answer["id"]), Field::Subject), word);
        key
    }

    /// Cases that are there and that people care about.
    fn cared_for(&self) -> Vec<String> {
        let alive = self.cases.iter().filter(|id| !self.deleted_cases.contains(id));
        alive.take(self.n_cared_for).cloned().collect()
    }

    /// Issues that people care about: those of such cases, or any.
    async fn issues_cared_for(&self) -> Vec<Record> {
        let (all, cases) = (self.issues().await, self.cared_for());
        let is_of = |issue: &&Record| issue.case.as_ref().is_some_and(|case| cases.contains(case));
        let some: Vec<Record> = all.iter().filter(is_of).cloned().collect();
        if some.is_empty() { all } else { some }
    }

    pub(crate) fn some_field(&self, dice: &Dice) -> Field {
        *dice.pick(&self.fields)
    }

    /// A case and its issue, both of which people care about.
    pub(crate) async fn some_pair(&mut self, dice: &Dice) -> Option<(Record, Record)> {
        let (issues, cases) = (self.issues_cared_for().await, self.cared_for());
        if issues.is_empty() {
            return None;
        }
        let issue = dice.pick(&issues).clone();
        let case = issue.case.clone().filter(|case| cases.contains(case))?;
        Some((self.case(&case).await?, issue))
    }

    /// All cases that are there and have an issue, with it.
    pub(crate) async fn pairs(&mut self) -> Vec<(Record, Record)> {
        let (cases, issues) = (self.all_cases().await, self.issues().await);
        let of = |issue: &Record| {
            let case = issue.case.as_ref()?;
            cases.iter().find(|other| other.name == *case).cloned()
        };
        issues.iter().filter_map(|issue| Some((of(issue)?, issue.clone()))).collect()
    }

    /// Somebody changes a field of a case; with nothing else to do, nothing happens.
    pub(crate) async fn edit_case(&mut self, dice: &Dice) {
        let cases = self.cared_for();
        if cases.is_empty() {
            return;
        }
        let id = dice.pick(&cases).clone();
        let Some(case) = self.case(&id).await else { return };
        let field = self.some_field(dice);
        self.write_case(&case, field, dice).await;
    }

    pub(crate) async fn write_case(&mut self, case: &Record, field: Field, dice: &Dice) -> String {
        let word = self.word();
        let value = other_than(field, case.shows(field), Place::Salesforce, &word, dice);
        let change = json!({ field.name(Place::Salesforce): value });
        let (status, answer) = self.in_salesforce(Method::PATCH, &format!("sobjects/Case/{}", case.name), change).await;
        assert_eq!(status, 204, "{answer}");
        self.wrote(case, field, word);
        value
    }

    fn wrote(&mut self, record: &Record, field: Field, word: String) {
        self.n_edits += 1;
        self.last_words.insert((record.id.clone(), field), word);
        self.edited_ms.insert(record.id.clone(), self.hand.now_ms());
    }

    pub(crate) async fn edit_issue(&mut self, dice: &Dice) {
        let issues = self.issues_cared_for().await;
        if issues.is_empty() {
            return;
        }
        let issue = dice.pick(&issues).clone();
        let field = self.some_field(dice);
        self.write_issue(&issue, field, dice).await;
    }

    pub(crate) async fn write_issue(&mut self, issue: &Record, field: Field, dice: &Dice) -> String {
        let word = self.word();
        let value = other_than(field, issue.shows(field), Place::Jira, &word, dice);
        let (status, answer) = match field {
            Field::Status => self.move_issue(&issue.name, &value).await,
            _ => {
                let wire = if field == Field::Priority { json!({ "name": value }) } else { json!(value) };
                let edit = json!({"fields": { field.name(Place::Jira): wire }});
                self.in_jira(Method::PUT, &format!("issue/{}", issue.name), edit).await
            }
        };
        assert_eq!(status, 204, "{answer}");
        self.wrote(issue, field, word);
        value
    }

    async fn move_issue(&self, key: &str, status: &str) -> (u16, Value) {
        let path = format!("issue/{key}/transitions");
        let (_, ways) = self.in_jira(Method::GET, &path, Value::Null).await;
        let way = ways["transitions"].as_array().and_then(|ways| ways.iter().find(|way| way["to"]["name"] == status));
        let way = way.unwrap_or_else(|| panic!("{key} to {status}: {ways}"));
        self.in_jira(Method::POST, &path, json!({"transition": {"id": way["id"]}})).await
    }

    /// A field that no item maps.
    pub(crate) async fn label_issue(&mut self, dice: &Dice) {
        let issues = self.issues().await;
        if !issues.is_empty() {
            let issue = dice.pick(&issues);
            let edit = json!({"update": {"labels": [{"add": "seen"}]}});
            self.in_jira(Method::PUT, &format!("issue/{}", issue.name), edit).await;
        }
    }

    pub(crate) async fn case(&mut self, id: &str) -> Option<Record> {
        let (status, row) = self.in_salesforce(Method::GET, &format!("sobjects/Case/{id}"), Value::Null).await;
        (status == 200).then(|| case(&row))
    }

    /// All cases that are there.
    pub(crate) async fn all_cases(&mut self) -> Vec<Record> {
        let fields = "Id,Origin,Jira_Reference__c,Entente_Key__c,Subject,Description,Priority,Status";
        let query = format!("query?q=SELECT+{fields}+FROM+Case+ORDER+BY+Id");
        let (status, page) = self.in_salesforce(Method::GET, &query, Value::Null).await;
        assert_eq!((status, &page["done"]), (200, &json!(true)), "{page}");
        page["records"].as_array().map(|rows| rows.iter().map(case).collect()).unwrap_or_default()
    }

    /// All issues of the item's kind that are there.
    pub(crate) async fn issues(&self) -> Vec<Record> {
        let mut found = Vec::new();
        for ids in self.site.issue_ids().chunks(BULK_MAX) {
            let body = json!({
                "issueIdsOrKeys": ids, "properties": ["entente.origin"],
                "fields": ["summary", "description", "priority", "status", "issuetype", self.case_field],
            });
            let (status, page) = self.in_jira(Method::POST, "issue/bulkfetch", body).await;
            assert_eq!(status, 200, "{page}");
            let rows = page["issues"].as_array().map(Vec::as_slice).unwrap_or_default();
            let of_the_kind = rows.iter().filter(|row| row["fields"]["issuetype"]["name"] == "Bug");
            found.extend(of_the_kind.map(|row| self.issue(row)));
        }
        found
    }

    /// The marker names the case for which an issue was made; where that was merged into another, the field says whose
    /// twin it is since.
    fn case_of(&self, marked: Option<String>, named: Option<String>) -> Option<String> {
        let is_merged = marked.as_ref().is_some_and(|case| self.merged.contains_key(case));
        if is_merged { named.or(marked) } else { marked.or(named) }
    }

    fn issue(&self, row: &Value) -> Record {
        let (fields, marker) = (&row["fields"], &row["properties"]["entente.origin"]);
        let shown = Field::ALL.map(|field| {
            let value = &fields[field.name(Place::Jira)];
            text(value.get("name").unwrap_or(value))
        });
        let some = |value: &Value| value.as_str().map(str::to_owned);
        Record {
            name: text(&row["key"]),
            names: some(&fields[self.case_field]),
            case: self.case_of(some(&marker["source"]), some(&fields[self.case_field])),
            operation: some(&marker["op"]),
            enters: true,
            id: text(&row["id"]),
            shown,
        }
    }
}

fn case(row: &Value) -> Record {
    let some = |value: &Value| value.as_str().map(str::to_owned);
    Record {
        name: text(&row["Id"]),
        names: some(&row["Jira_Reference__c"]),
        case: None,
        operation: some(&row["Entente_Key__c"]),
        id: text(&row["Id"]),
        enters: ["Web", "Email"].contains(&row["Origin"].as_str().unwrap_or_default()),
        shown: Field::ALL.map(|field| text(&row[field.name(Place::Salesforce)])),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn request(method: &Method, url: &str, body: &Value) -> http::request::Builder {
    let request = Request::builder().method(method.clone()).uri(url);
    if body.is_null() { request } else { request.header("content-type", "application/json") }
}

fn content(body: &Value) -> Body {
    if body.is_null() { Body::empty() } else { Body::from(body.to_string()) }
}

async fn send(router: &Router, request: Request<Body>) -> (u16, Value) {
    let (status, bytes) = answer(router, request).await;
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

async fn send_text(router: &Router, request: Request<Body>) -> String {
    String::from_utf8_lossy(&answer(router, request).await.1).into_owned()
}

async fn answer(router: &Router, request: Request<Body>) -> (u16, Bytes) {
    let response = router.clone().oneshot(request).await.expect("an answer");
    let status = response.status().as_u16();
    (status, axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body"))
}

//! The org and the site as people use them: through the vendors' own doors, as somebody who is not the integration user.

use std::collections::BTreeMap;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{Field, Place};
use crate::process::send;

/// How the routes begin that Entente writes by.
const WRITING: [&str; 3] =
    ["POST /services/data/v64.0/composite", "PUT /rest/api/3/issue/{..}", "POST /rest/api/3/issue/bulk"];

/// A case or an issue, as people see it.
#[derive(Clone, Debug)]
pub(in super::super) struct Record {
    /// An issue's key, a case's number.
    pub(in super::super) key: String,
    /// What it names as its counterpart: an issue the case's id, a case the issue's key.
    pub(in super::super) twin: Option<String>,
    origin: String,
    shown: BTreeMap<Field, String>,
}

impl Record {
    pub(in super::super) fn shows(&self, field: Field) -> &str {
        &self.shown[&field]
    }

    /// Whether a case passes the filter of the configuration.
    pub(in super::super) fn wants_twin(&self) -> bool {
        ["Web", "Email"].contains(&self.origin.as_str())
    }
}

/// An org, a site, and a person who may work in both.
pub(in super::super) struct Company {
    client: Client,
    org: String,
    site: String,
    token: String,
    /// The field of an issue that names its case.
    case_field: String,
}

impl Company {
    pub(in super::super) fn at(org: &str, site: &str) -> Self {
        // Each request has a runtime of its own, which its connection does not outlive.
        let client = Client::builder().pool_max_idle_per_host(0).build().unwrap();
        let (org, site) = (org.to_owned(), site.to_owned());
        let mut company = Self { client, org, site, token: String::new(), case_field: String::new() };
        company.token = company.sign_in();
        let fields = company.jira(Method::GET, "field", None);
        let named = |field: &&Value| field["name"] == "Salesforce Case ID";
        let field = fields.as_array().unwrap().iter().find(named).unwrap();
        field["id"].as_str().unwrap().clone_into(&mut company.case_field);
        company
    }

    fn sign_in(&self) -> String {
        let form = "grant_type=client_credentials&client_id=sandbox-least-client&client_secret=sandbox-least-secret";
        let request = self.client.post(format!("{}/services/oauth2/token", self.org));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer: Value = serde_json::from_str(&send(request).unwrap().1).unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    pub(in super::super) fn org(&self) -> &str {
        &self.org
    }

    pub(in super::super) fn site(&self) -> &str {
        &self.site
    }

    /// All cases, by id.
    pub(in super::super) fn cases(&self) -> BTreeMap<String, Record> {
        let query = "SELECT+Id,CaseNumber,Origin,Jira_Reference__c,Subject,Description,Priority,Status+FROM+Case";
        let page = self.salesforce(Method::GET, &format!("query?q={query}"), None);
        assert_eq!(page["done"], true, "more cases than one page holds");
        let rows = page["records"].as_array().unwrap().iter();
        rows.map(|row| (text(&row["Id"]), self.case(row))).collect()
    }

    fn case(&self, row: &Value) -> Record {
        let shown = Field::ALL.map(|field| (field, text(&row[field.name(Place::Salesforce)])));
        let twin = row["Jira_Reference__c"].as_str().map(str::to_owned);
        Record { key: text(&row["CaseNumber"]), twin, origin: text(&row["Origin"]), shown: shown.into() }
    }

    /// All issues that name a case, by their field or by the mark of who made them.
    pub(in super::super) fn issues(&self) -> Vec<Record> {
        let mut issues = Vec::new();
        let mut next = Value::Null;
        loop {
            let mut search = json!({
                "jql": "project = OPS AND issuetype = Bug ORDER BY key",
                "fields": ["summary", "description", "priority", "status", self.case_field],
                "properties": ["entente.origin"],
            });
            if !next.is_null() {
                search["nextPageToken"] = next;
            }
            let page = self.jira(Method::POST, "search/jql", Some(&search));
            issues.extend(page["issues"].as_array().unwrap().iter().map(|issue| self.issue(issue)));
            next = page["nextPageToken"].clone();
            if next.is_null() {
                issues.retain(|issue: &Record| issue.twin.is_some());
                return issues;
            }
        }
    }

    fn issue(&self, issue: &Value) -> Record {
        let (fields, mark) = (&issue["fields"], &issue["properties"]["entente.origin"]["source"]);
        let twin = fields[&self.case_field].as_str().or(mark.as_str()).map(str::to_owned);
        let shown = Field::ALL.map(|field| {
            let value = &fields[field.name(Place::Jira)];
            (field, text(value.get("name").unwrap_or(value)))
        });
        Record { key: text(&issue["key"]), twin, origin: String::new(), shown: shown.into() }
    }

    /// Opens a case; its id.
    pub(in super::super) fn open_case(&self, subject: &str, origin: &str) -> String {
        let case = json!({ "Subject": subject, "Origin": origin, "Description": subject, "Priority": "Medium" });
        text(&self.salesforce(Method::POST, "sobjects/Case", Some(&case))["id"])
    }

    pub(in super::super) fn edit_case(&self, id: &str, field: &str, value: &str) {
        self.salesforce(Method::PATCH, &format!("sobjects/Case/{id}"), Some(&json!({ field: value })));
    }

    pub(in super::super) fn edit_issue(&self, key: &str, field: Field, value: &str) {
        let name = field.name(Place::Jira);
        let value = match field {
            Field::Status => return self.move_issue(key, value),
            Field::Priority => json!({ "name": value }),
            Field::Subject | Field::Description => json!(value),
        };
        self.jira(Method::PUT, &format!("issue/{key}"), Some(&json!({ "fields": { name: value } })));
    }

    fn move_issue(&self, key: &str, status: &str) {
        let path = format!("issue/{key}/transitions");
        let ways = self.jira(Method::GET, &path, None);
        let way = ways["transitions"].as_array().unwrap().iter().find(|way| way["to"]["name"] == status).unwrap();
        self.jira(Method::POST, &path, Some(&json!({ "transition": { "id": way["id"] } })));
    }

    fn salesforce(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let url = format!("{}/services/data/v64.0/{path}", self.org);
        self.ask(self.client.request(method, url).bearer_auth(&self.token), body)
    }

    /// Version 2 shows and takes rich text as plain text.
    fn jira(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let url = format!("{}/rest/api/2/{path}", self.site);
        let person = self.client.request(method, url);
        self.ask(person.basic_auth("integration@sandbox.example", Some("sandbox-least-api-token")), body)
    }

    fn control(&self, side: Place, method: Method, path: &str, body: Option<&Value>) -> Value {
        let at = match side {
            Place::Salesforce => &self.org,
            Place::Jira => &self.site,
        };
        self.ask(self.client.request(method, format!("{at}/__sandbox/{path}")), body)
    }

    /// Sends a request that must succeed.
    fn ask(&self, request: reqwest::RequestBuilder, body: Option<&Value>) -> Value {
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let (status, text) = send(request).expect("the sandbox lives on");
        assert!((200..300).contains(&status), "{status}: {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    /// Lets the org tell a server of every change of a case.
    pub(in super::super) fn push_cases_to(&self, server: &str) {
        let push = json!({ "object": "Case", "url": format!("{server}/hooks/salesforce/acme-org") });
        self.control(Place::Salesforce, Method::POST, "push", Some(&push));
    }

    /// From now on the site tells nobody of anything.
    pub(in super::super) fn lose_webhooks(&self) {
        self.control(Place::Jira, Method::POST, "webhooks", Some(&json!({ "drop": 1.0 })));
    }

    pub(in super::super) fn add_fault(&self, side: Place, fault: &Value) {
        self.control(side, Method::POST, "faults", Some(fault));
    }

    pub(in super::super) fn clear_faults(&self) {
        for side in [Place::Salesforce, Place::Jira] {
            self.control(side, Method::DELETE, "faults", None);
        }
    }

    /// Field values that the integration user has written so far, on both sides.
    pub(in super::super) fn writes_of_entente(&self) -> usize {
        let ours = |write: &&Value| write["by"].as_str().is_some_and(|by| !by.contains("integration"));
        self.writes().iter().filter(ours).count()
    }

    /// Calls so far that may have written something, on both sides.
    pub(in super::super) fn n_writing_calls(&self) -> u64 {
        let of = |side| {
            let calls = self.control(side, Method::GET, "calls?log=0", None);
            let by_route = calls["by_route"].as_object().unwrap().iter();
            let writes = by_route.filter(|(route, _)| WRITING.iter().any(|writing| route.starts_with(writing)));
            writes.map(|(_, n_calls)| n_calls.as_u64().unwrap()).sum::<u64>()
        };
        of(Place::Salesforce) + of(Place::Jira)
    }

    /// Every field value that anybody has written so far, on both sides.
    pub(in super::super) fn writes(&self) -> Vec<Value> {
        let of = |side| match self.control(side, Method::GET, "writes", None) {
            Value::Array(writes) => writes,
            other => panic!("the write log is no list: {other}"),
        };
        [Place::Salesforce, Place::Jira].into_iter().flat_map(of).collect()
    }
}

/// A value as text; nothing is the empty text.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

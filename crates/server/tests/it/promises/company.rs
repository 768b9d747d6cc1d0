//! A small company: an org and a site, people who work in them, and Entente between them under an account of its own.

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::process::{Desk, Ended, Running, fetch, ready, run, send};

/// Entente's own accounts; people work as administrators.
const CONNECTIONS: &str = r#"
version: 1
connections:
  acme-org:
    sandbox: true
    pace: unlimited
    settle_seconds: 2
    salesforce: { login_url: "@SALESFORCE@", client_id: sandbox-least-client, client_secret: sandbox-least-secret }
  acme-site:
    sandbox: true
    pace: unlimited
    settle_seconds: 2
    jira: { site_url: "@JIRA@", email: integration@sandbox.example, api_token: sandbox-least-api-token }
items:
"#;

/// Who Entente is on both sides.
pub(super) const ENTENTE: &str = "integration@sandbox.example";

/// A company with nothing in it but what a test puts there.
pub(super) struct Company {
    pub(super) desk: Desk,
    client: Client,
    salesforce: String,
    jira: String,
    token: String,
    _sandbox: Running,
}

impl Company {
    pub(super) fn new() -> Self {
        let desk = Desk::new();
        let file = desk.arg("sandbox.json");
        let ports = ["sandbox", "--salesforce-listen", "0", "--jira-listen", "0", "--ready-file", &file];
        let sandbox = Running::start(&ports, &desk);
        let ready = ready(&desk.path("sandbox.json"));
        let url = |side: &str| ready[side]["url"].as_str().unwrap().to_owned();
        // Each request has a runtime of its own, which its connection does not outlive.
        let client = Client::builder().pool_max_idle_per_host(0).build().unwrap();
        let (salesforce, jira) = (url("salesforce"), url("jira"));
        let mut company = Self { desk, client, salesforce, jira, token: String::new(), _sandbox: sandbox };
        company.token = company.sign_in("sandbox");
        company
    }

    /// Signs in to the org as the person behind a client.
    fn sign_in(&self, client: &str) -> String {
        let form = format!("grant_type=client_credentials&client_id={client}-client&client_secret={client}-secret");
        let request = self.client.post(format!("{}/services/oauth2/token", self.salesforce));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        text(&answer(request)["access_token"]).to_owned()
    }

    /// Writes a configuration with these items, and with `more` after them; its path.
    pub(super) fn configure(&self, items: &str, more: &str) -> String {
        let connections = CONNECTIONS.replace("@SALESFORCE@", &self.salesforce).replace("@JIRA@", &self.jira);
        self.desk.file("acme.yaml", &format!("{connections}{items}{more}"))
    }

    /// A server that runs a configuration, and its address.
    pub(super) fn serve(&self, file: &str) -> (Running, String) {
        let ready_file = self.desk.arg("server.json");
        // There is none before the first server.
        drop(std::fs::remove_file(&ready_file));
        let arguments = ["serve", "--config", file, "--listen", "0", "--ready-file", &ready_file];
        let running = Running::start(&arguments, &self.desk);
        let url = text(&ready(&self.desk.path("server.json"))["server"]).to_owned();
        (running, url)
    }

    /// One `sync` with these items, which must leave nothing undone.
    pub(super) fn sync(&self, items: &str) -> Value {
        let ended = self.try_sync(items);
        assert_eq!(ended.code, 0, "{ended:?}");
        ended.json()
    }

    /// What a `sync` with these items would do.
    pub(super) fn plan(&self, items: &str) -> Value {
        run(&["sync", "--config", &self.configure(items, ""), "--dry-run", "--json"]).json()
    }

    /// Takes back all that was ever written for an item; what is told of it.
    pub(super) fn undo(&self, item: &str) -> Value {
        let since = ["--since", "1970-01-01T00:00:00Z", "--yes", "--json"];
        let place = ["--config", &self.desk.arg("acme.yaml")];
        let ended = run(&[&["undo", "--item", item], &since[..], &place].concat());
        assert_eq!(ended.code, 0, "{ended:?}");
        ended.json()
    }

    pub(super) fn try_sync(&self, items: &str) -> Ended {
        run(&["sync", "--config", &self.configure(items, ""), "--json"])
    }

    /// A person's call to the org's data API.
    pub(super) fn salesforce(&self, method: Method, path: &str, body: &Value) -> Value {
        let url = format!("{}/services/data/v64.0/{path}", self.salesforce);
        answer(with(self.client.request(method, url).bearer_auth(&self.token), body))
    }

    /// A person's call to the site. Version 2 shows and takes rich text as plain text.
    pub(super) fn jira(&self, method: Method, path: &str, body: &Value) -> Value {
        self.jira_at(2, method, path, body)
    }

    /// The same in another version: 3 has rich text as documents.
    pub(super) fn jira_at(&self, version: u8, method: Method, path: &str, body: &Value) -> Value {
        let person = self.client.request(method, format!("{}/rest/api/{version}/{path}", self.jira));
        answer(with(person.basic_auth("admin@sandbox.example", Some("sandbox-api-token")), body))
    }

    /// A person's call to the service desks of the site.
    pub(super) fn portal(&self, method: Method, path: &str, body: &Value) -> Value {
        let person = self.client.request(method, format!("{}/rest/servicedeskapi/{path}", self.jira));
        answer(with(person.basic_auth("admin@sandbox.example", Some("sandbox-api-token")), body))
    }

    /// The webhooks of the site.
    pub(super) fn webhooks(&self) -> String {
        let request = self.client.get(format!("{}/rest/webhooks/1.0/webhook", self.jira));
        answer(request.basic_auth("admin@sandbox.example", Some("sandbox-api-token"))).to_string()
    }

    /// A person's act for which the data API has no call: merging, converting, taking out of the recycle bin.
    pub(super) fn soap(&self, call: &str) -> String {
        let envelope = format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header \
             xmlns=\"urn:partner.soap.sforce.com\"><SessionHeader><sessionId>{}</sessionId></SessionHeader></s:Header>\
             <s:Body xmlns=\"urn:partner.soap.sforce.com\">{call}</s:Body></s:Envelope>",
            self.token
        );
        let request = self.client.post(format!("{}/services/Soap/u/64.0", self.salesforce));
        let request = request.header("content-type", "text/xml").header("soapaction", "\"\"").body(envelope);
        let (status, answer) = send(request).expect("the sandbox answers");
        assert!(status == 200 && answer.contains("<success>true</success>"), "{status}: {answer}");
        answer
    }

    pub(super) fn delete(&self, object: &str, id: &str) {
        self.salesforce(Method::DELETE, &format!("sobjects/{object}/{id}"), &Value::Null);
    }

    pub(super) fn undelete(&self, id: &str) {
        self.soap(&format!("<undelete><ids>{id}</ids></undelete>"));
    }

    pub(super) fn merge(&self, object: &str, master: &str, loser: &str) {
        self.soap(&format!(
            "<merge><mergeRequests><masterRecord><type>{object}</type><Id>{master}</Id></masterRecord>\
             <recordToMergeIds>{loser}</recordToMergeIds></mergeRequests></merge>"
        ));
    }

    /// A call to the org's control door.
    pub(super) fn org_door(&self, path: &str, body: &Value) -> Value {
        answer(with(self.client.post(format!("{}/__sandbox/{path}", self.salesforce)), body))
    }

    /// The calls that the site has counted.
    pub(super) fn site_calls(&self) -> Value {
        answer(self.client.get(format!("{}/__sandbox/calls", self.jira)))
    }

    /// A call to the site's control door.
    pub(super) fn site_door(&self, path: &str, body: &Value) -> Value {
        answer(with(self.client.post(format!("{}/__sandbox/{path}", self.jira)), body))
    }

    /// The site's cloud id, and a token by which an app asks the site as this person.
    pub(super) fn consent(&self, email: &str) -> (String, String) {
        let tenant = answer(self.client.get(format!("{}/_edge/tenant_info", self.jira)));
        let wish = json!({
            "client_id": "sandbox-client", "client_secret": "sandbox-secret", "redirect_uri": "http://x",
            "grant_type": "authorization_code", "code": format!("sandbox-code:{email}"),
        });
        let token = answer(with(self.client.post(format!("{}/oauth/token", self.jira)), &wish));
        (text(&tenant["cloudId"]).to_owned(), text(&token["access_token"]).to_owned())
    }

    /// Lets time pass on both sides.
    pub(super) fn pass_seconds(&self, seconds: u32) {
        for side in [&self.salesforce, &self.jira] {
            let clock = self.client.post(format!("{side}/__sandbox/clock"));
            answer(with(clock, &json!({ "advance_seconds": seconds })));
        }
    }

    /// Where its org and its site are.
    pub(super) fn addresses(&self) -> (&str, &str) {
        (&self.salesforce, &self.jira)
    }

    /// Lets the org tell a server of changed cases.
    pub(super) fn push_cases_to(&self, server: &str) {
        self.org_door("push", &json!({ "object": "Case", "url": format!("{server}/hooks/salesforce/acme-org") }));
    }

    /// Makes a record; its id.
    pub(super) fn create(&self, object: &str, fields: &Value) -> String {
        text(&self.salesforce(Method::POST, &format!("sobjects/{object}"), fields)["id"]).to_owned()
    }

    /// Makes a record under Entente's own account; its id.
    pub(super) fn create_as_entente(&self, object: &str, fields: &Value) -> String {
        let url = format!("{}/services/data/v64.0/sobjects/{object}", self.salesforce);
        let request = self.client.post(url).bearer_auth(self.sign_in("sandbox-least"));
        text(&answer(with(request, fields))["id"]).to_owned()
    }

    /// Adds a file to a record, as a person; the id of its version.
    pub(super) fn attach_to_record(&self, record: &str, name: &str, bytes: &[u8]) -> String {
        self.new_version(&json!({ "PathOnClient": name, "FirstPublishLocationId": record }), name, bytes)
    }

    /// Adds the version of a file; its id.
    pub(super) fn new_version(&self, fields: &Value, name: &str, bytes: &[u8]) -> String {
        let url = format!("{}/services/data/v64.0/sobjects/ContentVersion", self.salesforce);
        let head = format!(
            "--b\r\nContent-Disposition: form-data; name=\"entity_content\";\r\nContent-Type: application/json\r\n\r\n\
             {fields}\r\n--b\r\nContent-Type: application/octet-stream\r\n\
             Content-Disposition: form-data; name=\"VersionData\"; filename=\"{name}\"\r\n\r\n"
        );
        let request = self.client.post(url).bearer_auth(&self.token);
        text(&answer(form(request, &head, bytes))["id"]).to_owned()
    }

    /// Adds a file to an issue, as a person; its id.
    pub(super) fn attach_to_issue(&self, issue: &str, name: &str, bytes: &[u8]) -> String {
        let request = self.client.post(format!("{}/rest/api/3/issue/{issue}/attachments", self.jira));
        let request = request.basic_auth("admin@sandbox.example", Some("sandbox-api-token"));
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        let stored = answer(form(request.header("x-atlassian-token", "no-check"), &head, bytes));
        text(&stored[0]["id"]).to_owned()
    }

    /// The content of an attachment.
    pub(super) fn attachment(&self, id: &str) -> Vec<u8> {
        let url = format!("{}/rest/api/3/attachment/content/{id}?redirect=false", self.jira);
        bytes_of(self.client.get(url).basic_auth("admin@sandbox.example", Some("sandbox-api-token")))
    }

    /// The content of a file's version.
    pub(super) fn version(&self, id: &str) -> Vec<u8> {
        let url = format!("{}/services/data/v64.0/sobjects/ContentVersion/{id}/VersionData", self.salesforce);
        bytes_of(self.client.get(url).bearer_auth(&self.token))
    }

    /// Edits a record under Entente's own account.
    pub(super) fn edit_as_entente(&self, object: &str, id: &str, fields: &Value) {
        let url = format!("{}/services/data/v64.0/sobjects/{object}/{id}", self.salesforce);
        let request = self.client.patch(url).bearer_auth(self.sign_in("sandbox-least"));
        answer(with(request, fields));
    }

    /// Refreshes the org, as one does with a sandbox: the same records in an org of another id.
    pub(super) fn refresh_org(&mut self) {
        self.org_door("oauth", &json!({ "refreshed": true }));
        self.token = self.sign_in("sandbox");
    }

    fn at(&self, side: Side) -> &str {
        match side {
            Side::Salesforce => &self.salesforce,
            Side::Jira => &self.jira,
        }
    }

    /// How many calls a side was sent since they were last forgotten.
    pub(super) fn calls(&self, side: Side) -> u64 {
        let calls = answer(self.client.get(format!("{}/__sandbox/calls", self.at(side))));
        calls["total"].as_u64().unwrap()
    }

    pub(super) fn forget_calls(&self, side: Side) {
        answer(self.client.post(format!("{}/__sandbox/calls/reset", self.at(side))));
    }

    /// The faults of the site, and how often each has struck.
    pub(super) fn faults(&self) -> Vec<Value> {
        let faults = answer(self.client.get(format!("{}/__sandbox/faults", self.jira)));
        faults.as_array().unwrap().clone()
    }

    /// How often the faults of a side have struck.
    pub(super) fn hits(&self, side: Side) -> u64 {
        let faults = answer(self.client.get(format!("{}/__sandbox/faults", self.at(side))));
        faults.as_array().unwrap().iter().filter_map(|fault| fault["hits"].as_u64()).sum()
    }

    /// Ends all faults.
    pub(super) fn heal(&self) {
        for side in [&self.salesforce, &self.jira] {
            answer(self.client.delete(format!("{side}/__sandbox/faults")));
        }
    }

    pub(super) fn edit(&self, object: &str, id: &str, fields: &Value) {
        self.salesforce(Method::PATCH, &format!("sobjects/{object}/{id}"), fields);
    }

    pub(super) fn record(&self, object: &str, id: &str) -> Value {
        self.salesforce(Method::GET, &format!("sobjects/{object}/{id}"), &Value::Null)
    }

    pub(super) fn edit_issue(&self, key: &str, fields: &Value) {
        self.jira(Method::PUT, &format!("issue/{key}"), &json!({ "fields": fields }));
    }

    /// The fields of an issue, custom ones by their names.
    pub(super) fn issue(&self, key: &str) -> Value {
        self.issue_at(2, key)
    }

    /// The same in another version.
    pub(super) fn issue_at(&self, version: u8, key: &str) -> Value {
        let mut fields = self.jira_at(version, Method::GET, &format!("issue/{key}?expand=names"), &Value::Null);
        let named: Vec<_> = fields["names"].as_object().unwrap().clone().into_iter().collect();
        let mut fields = fields["fields"].take();
        for (id, name) in named.iter().filter(|(id, _)| id.starts_with("customfield_")) {
            fields[text(name)] = fields[id].take();
        }
        fields
    }

    /// All issues of a project, by key, the oldest first.
    pub(super) fn issues(&self, project: &str) -> Vec<String> {
        let search =
            json!({ "jql": format!("project = {project} ORDER BY key"), "fields": ["summary"], "maxResults": 500 });
        let found = self.jira(Method::POST, "search/jql", &search);
        found["issues"].as_array().unwrap().iter().map(|issue| text(&issue["key"]).to_owned()).collect()
    }

    /// The key of the issue that a record names as its twin.
    pub(super) fn twin(&self, object: &str, id: &str) -> Option<String> {
        self.record(object, id)["Jira_Reference__c"].as_str().map(str::to_owned)
    }

    /// A person moves an issue to a status.
    pub(super) fn move_issue(&self, key: &str, status: &str) {
        self.move_issue_with(key, status, &json!({}));
    }

    /// The same, with what the transition's screen asks for.
    pub(super) fn move_issue_with(&self, key: &str, status: &str, fields: &Value) {
        let path = format!("issue/{key}/transitions");
        let ways = self.jira(Method::GET, &path, &Value::Null);
        let way = ways["transitions"].as_array().unwrap().iter().find(|way| way["to"]["name"] == status);
        let way = way.unwrap_or_else(|| panic!("no way to {status}: {ways}"));
        self.jira(Method::POST, &path, &json!({ "transition": { "id": way["id"] }, "fields": fields }));
    }

    /// Everything that was written on a side, the oldest first.
    pub(super) fn log(&self, side: Side) -> Vec<Value> {
        let log = answer(self.client.get(format!("{}/__sandbox/writes", self.at(side))));
        log.as_array().unwrap().clone()
    }

    /// Every field that was written on a side, as (field, by whom), the oldest first.
    pub(super) fn writes(&self, side: Side) -> Vec<(String, String)> {
        let entry = |entry: &Value| (text(&entry["field"]).to_owned(), text(&entry["by"]).to_owned());
        self.log(side).iter().map(entry).collect()
    }

    /// The fields that Entente wrote on a side.
    pub(super) fn written_by_entente(&self, side: Side) -> Vec<String> {
        let ours = self.writes(side).into_iter().filter(|(_, by)| by == ENTENTE);
        ours.map(|(field, _)| field).collect()
    }
}

/// Which side's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Salesforce,
    Jira,
}

fn with(request: RequestBuilder, body: &Value) -> RequestBuilder {
    match body {
        Value::Null => request,
        body => request.header("content-type", "application/json").body(body.to_string()),
    }
}

/// The answer to a request that must succeed.
fn answer(request: RequestBuilder) -> Value {
    let (status, body) = send(request).expect("the sandbox answers");
    assert!((200..300).contains(&status), "{status}: {body}");
    if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap() }
}

/// A form whose last part is a file.
fn form(request: RequestBuilder, head: &str, bytes: &[u8]) -> RequestBuilder {
    let body = [head.as_bytes(), bytes, b"\r\n--b--\r\n"].concat();
    request.header("content-type", "multipart/form-data; boundary=b").body(body)
}

fn bytes_of(request: RequestBuilder) -> Vec<u8> {
    let (status, bytes) = fetch(request).expect("the sandbox answers");
    assert_eq!(status, 200);
    bytes
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// How many copies of this kind the journal tells of.
pub(super) fn copies_told(configuration: &str, kind: &str) -> usize {
    let journal = run(&["journal", "--config", configuration, "--json"]).json();
    let is_copy = |entry: &&Value| entry["kind"] == kind && text(&entry["text"]).contains(" copied to ");
    journal["entries"].as_array().unwrap().iter().filter(is_copy).count()
}

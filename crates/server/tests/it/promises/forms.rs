//! The form on which people ask for access: anybody may send it, it tells nothing, and somebody decides.

use serde_json::{Value, json};

use super::company::{Company, text};
use super::deliveries::sink::{Mood, Sink};
use crate::process::{Ended, Running, get, run, send, wait_for};

const MORE: &str = r#"  {}
access:
  salesforce: acme-org
  jira: acme-site
  request_form: true
  sources:
    project: { object: Customer_Project__c, grant_field: Customer_Project__c, person: Contact__c, account: Account__c, organization: "{Name}", desk: SUP }
    evaluation: { object: Lead, grant_field: Lead__c, person: Lead__c, organization: "{Company}", desk: SUP }
  domain_task: { jira: { project: OPS, issue_type: Task } }
triggers: { poll_seconds: 86400 }
server: { api_tokens: [ "${FIRST_TOKEN}" ] }
"#;

/// Somebody who answers for it, and a mail server.
const EVALUATIONS: &str = r#"  owner: lead@vendor.example
  poll_seconds: 5
  evaluations:
    source: evaluation
    queue_copy: sales@vendor.example
    subject: "Your evaluation of {products}"
    body: "{instructions}"
    mail: { smtp_url: "smtp://127.0.0.1:@PORT@", from: "evaluations@vendor.example" }
"#;

/// A company whose server is published.
struct Stage {
    company: Company,
    server: String,
    _running: Running,
}

impl Stage {
    fn new() -> Self {
        Self::with("true")
    }

    fn with(request_form: &str) -> Self {
        Self::written(&MORE.replace("request_form: true", &format!("request_form: {request_form}")))
    }

    fn written(more: &str) -> Self {
        let company = Company::new();
        let file = company.configure("", more);
        let (running, server) = company.serve(&file);
        Self { company, server, _running: running }
    }

    /// Sends the form as a browser does: status and page.
    fn ask(&self, email: &str, more: &[(&str, &str)]) -> (u16, String) {
        let fields = [("name", "Dana Doe"), ("email", email), ("company", "Acme")];
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name)));
        form.extend_pairs(more.iter().filter(|(name, _)| *name != "sec-fetch-site"));
        let request = reqwest::Client::new().post(format!("{}/access/request", self.server));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.finish());
        let from = more.iter().find(|(name, _)| *name == "sec-fetch-site");
        send(from.iter().fold(request, |request, (name, from)| request.header(*name, *from))).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Ended {
        let place = ["--server", &self.server, "--token", "first-token"];
        run(&[&["access"], arguments, &place].concat())
    }

    fn requests(&self) -> Vec<Value> {
        let answer = get(&format!("{}/api/v1/requests", self.server), "first-token").unwrap();
        answer["requests"].as_array().unwrap().clone()
    }
}

#[test]
fn a_person_asks_somebody_approves_and_it_is_a_grant_like_any_other() {
    let stage = Stage::new();
    let account = stage.company.create("Account", &json!({ "Name": "Acme" }));
    let contact = json!({ "LastName": "Doe", "Email": "dana@acme.example", "AccountId": account });
    let contact = stage.company.create("Contact", &contact);
    let project = stage.company.create("Customer_Project__c", &json!({ "Name": "Testing", "Account__c": account }));
    let page = send(reqwest::Client::new().get(format!("{}/access/request", stage.server))).unwrap();
    assert!(page.0 == 200 && page.1.contains("Ask for access"), "{page:?}");
    let (status, page) = stage.ask("Dana@acme.example", &[("message", "We <b>bought</b> it")]);
    assert!(status == 200 && page.contains("Thank you"), "{status}: {page}");

    let listed = stage.command(&["requests"]);
    assert!(listed.stdout.contains("Dana Doe <dana@acme.example>, Acme\n    We <b>bought</b> it"), "{listed:?}");
    let id = text(&stage.requests()[0]["id"]).to_owned();
    let approve = ["approve", &id, "--source", "project", "--record", &project, "--json"];
    let grant = stage.command(&approve);
    assert_eq!(grant.code, 0, "{grant:?}");
    let grant = grant.json();
    assert_eq!((&grant["record"], &grant["person"]["id"]), (&json!(project), &json!(contact)));
    assert_eq!(stage.requests(), [] as [Value; 0], "decided");
    let again = stage.command(&approve);
    assert!(again.code != 0 && again.stderr.contains("There is no open request"), "{again:?}");
    let journal = get(&format!("{}/api/v1/journal", stage.server), "first-token").unwrap().to_string();
    assert!(journal.contains(&format!("The request {id} for access was approved, as 000001")), "{journal}");
}

/// S0-41: whoever answers for portal access is told of a request by mail, once, and without a word of a stranger in a header.
#[test]
fn whoever_answers_for_it_is_told_by_mail() {
    let sink = Sink::new();
    let evaluations = EVALUATIONS.replace("@PORT@", &sink.port.to_string());
    let stage =
        Stage::written(&MORE.replace("  request_form: true\n", &format!("  request_form: true\n{evaluations}")));
    stage.ask("dana@acme.example", &[("message", "We bought it"), ("company", "Acme: Subject")]);
    wait_for("the mail", || (sink.mails().len() == 1).then_some(()));
    let mail = &sink.mails()[0];
    assert_eq!(
        (mail.recipients.clone(), mail.header("To")),
        (vec!["lead@vendor.example".to_owned()], "lead@vendor.example")
    );
    assert_eq!(mail.header("Subject"), "Somebody asks for access to the customer portal");
    let id = text(&stage.requests()[0]["id"]).to_owned();
    assert!(mail.text.contains("Dana Doe <dana@acme.example>, Acme: Subject, asks for access"), "{}", mail.text);
    assert!(
        mail.text.contains("We bought it") && mail.text.contains(&format!("entente access deny {id}")),
        "{}",
        mail.text
    );
    sink.is_about_to(Mood::Busy);
    stage.ask("dana@acme.example", &[]);
    stage.ask("kim@other.example", &[]);
    wait_for("the second request's mail, put off once", || (sink.mails().len() == 2).then_some(()));
    assert!(
        sink.mails()[1].text.contains("kim@other.example"),
        "the first address has asked before: {:?}",
        sink.mails()
    );
}

#[test]
fn a_request_that_is_denied_grants_nothing() {
    let stage = Stage::new();
    stage.ask("dana@acme.example", &[]);
    let id = text(&stage.requests()[0]["id"]).to_owned();
    let denied = stage.command(&["deny", &id]);
    assert!(denied.code == 0 && denied.stdout.contains("Denied."), "{denied:?}");
    assert_eq!(stage.requests(), [] as [Value; 0]);
    let grants = stage.command(&["list", "--json"]).json();
    assert_eq!(grants["grants"], json!([]));
    let journal = get(&format!("{}/api/v1/journal", stage.server), "first-token").unwrap().to_string();
    assert!(journal.contains(&format!("The request {id} for access was denied")), "{journal}");
    assert!(!journal.contains("dana@"), "what the person wrote is forgotten: {journal}");
}

#[test]
fn who_asked_before_is_answered_like_anybody_else_and_counts_once() {
    let stage = Stage::new();
    let first = stage.ask("dana@acme.example", &[]);
    let second = stage.ask("DANA@acme.example", &[("message", "again")]);
    let other = stage.ask("kim@other.example", &[]);
    assert!(first == second && second == other, "{first:?} {second:?} {other:?}");
    let emails: Vec<Value> = stage.requests().iter().map(|request| request["email"].clone()).collect();
    assert_eq!(emails, ["dana@acme.example", "kim@other.example"]);
}

#[test]
fn machines_and_other_sites_are_turned_away() {
    let stage = Stage::new();
    assert_eq!(stage.ask("dana@acme.example", &[("sec-fetch-site", "cross-site")]).0, 403);
    for (field, value, says) in [
        ("email", "dana", "no e-mail address"),
        ("name", " ", "between 1 and"),
        ("company", &"x".repeat(201), "between"),
    ] {
        let (status, page) = stage.ask("dana@acme.example", &[(field, value)]);
        assert!(status == 422 && page.contains(says), "{field}: {status}: {page}");
    }
    for n in 0..30 {
        assert_eq!(stage.ask(&format!("dana{n}@acme.example"), &[]).0, 200, "{n}");
    }
    let (status, page) = stage.ask("late@acme.example", &[]);
    assert!(status == 429 && page.contains("try again later"), "{status}: {page}");
    assert_eq!(stage.requests().len(), 30);
}

#[test]
fn without_the_key_there_is_no_form() {
    let stage = Stage::with("false");
    let page = send(reqwest::Client::new().get(format!("{}/access/request", stage.server))).unwrap();
    assert_eq!((page.0, stage.ask("dana@acme.example", &[]).0), (404, 404));
}

//! Evaluations, seen as a user sees them: a record in Salesforce, and what then arrives at the Lead's mail server.

pub(super) mod sink;

use reqwest::Method;
use serde_json::{Value, json};

use super::access::kills::killed_in;
use super::company::{Company, Side};
use crate::process::{Ended, ended, entente, get, run, wait_for};
use sink::{Mood, Sink};

const CONFIGURATION: &str = r#"
version: 1
connections:
  acme-org:
    sandbox: true
    pace: unlimited
    settle_seconds: 2
    salesforce: { login_url: "@SALESFORCE@", client_id: sandbox-client, client_secret: sandbox-secret }
  acme-site:
    sandbox: true
    pace: unlimited
    settle_seconds: 2
    jira: { site_url: "@JIRA@", email: admin@sandbox.example, api_token: sandbox-api-token }
items: {}
access:
  salesforce: acme-org
  jira: acme-site
  poll_seconds: 5
  sources:
    evaluation: { object: Lead, grant_field: Lead__c, person: Lead__c, organization: "{Company} – {Name}", desk: SUP }
    project: { object: Customer_Project__c, grant_field: Customer_Project__c, person: Contact__c, organization: "{Name}", desk: SUP }
  domain_task: { jira: { project: OPS, issue_type: Task, assignee: admin@sandbox.example } }
  evaluations:
    source: evaluation
    queue_copy: sales@vendor.example
    subject: "Your evaluation of {products}"
    body: |
      Dear {FirstName} {LastName},

      {instructions}
    mail: { smtp_url: "smtp://127.0.0.1:@PORT@", from: "Evaluations <evaluations@vendor.example>" }
server: { api_tokens: [ "${FIRST_TOKEN}" ] }
"#;

/// An org with Leads and products, and a mail server.
struct Stage {
    company: Company,
    sink: Sink,
    configuration: String,
}

impl Stage {
    fn new() -> Self {
        Self::with("", "")
    }

    /// With a mail server of its own, at an address in which `PORT` stands for its port.
    fn on(sink: Sink, url: &str, password: &str) -> Self {
        let url = url.replace("PORT", &sink.port.to_string());
        let mail = format!("smtp_url: \"{url}\", user: entente, password: \"{password}\"");
        Self { sink, ..Self::with("smtp_url: \"smtp://127.0.0.1:@PORT@\"", &mail) }
    }

    /// With another text in the configuration.
    fn with(from: &str, to: &str) -> Self {
        let (company, sink) = (Company::new(), Sink::new());
        let (salesforce, jira) = company.addresses();
        let text = CONFIGURATION.replace("@SALESFORCE@", salesforce).replace("@JIRA@", jira);
        assert!(text.contains(from), "{from}");
        let text = text.replacen(from, to, 1).replace("@PORT@", &sink.port.to_string());
        let configuration = company.desk.file("acme.yaml", &text);
        Self { company, sink, configuration }
    }

    fn look(&self) -> Ended {
        let ended = run(&["sync", "--wait", "20", "--config", &self.configuration, "--json"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        ended
    }

    fn lead(&self) -> String {
        let lead = json!({ "FirstName": "Dana", "LastName": "Doe", "Company": "Acme", "Email": "dana@acme.example" });
        self.company.create("Lead", &lead)
    }

    fn product(&self, name: &str) -> String {
        let product = json!({ "Name": name, "Version__c": "2.0", "Download_URL__c": format!("https://{name}.example"),
                              "Instructions__c": "Run it." });
        self.company.create("Evaluation_Product__c", &product)
    }

    /// A record made by hand, with these products.
    fn list(&self, lead: &str, status: &str, products: &[&str]) -> String {
        let list = self.company.create("Evaluation_List__c", &json!({ "Lead__c": lead, "Status__c": status }));
        for product in products {
            let target = json!({ "Evaluation_List__c": list, "Evaluation_Product__c": product });
            self.company.create("Target_Product__c", &target);
        }
        list
    }

    /// A Lead that waits for one product.
    fn waiting(&self) -> (String, String) {
        let lead = self.lead();
        let list = self.list(&lead, "Requested", &[&self.product("server")]);
        (lead, list)
    }

    /// What the record shows: status, reason, what the mail server said.
    fn shown(&self, list: &str) -> (String, String, String) {
        let row = self.company.record("Evaluation_List__c", list);
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        let is_over = ["Delivered", "Error"].contains(&text("Status__c").as_str());
        assert_eq!(row["Finished_At__c"].is_null(), !is_over, "{row}");
        (text("Status__c"), text("Reason__c"), text("Mail_Answer__c"))
    }

    fn ask_again(&self, list: &str) {
        self.company.edit("Evaluation_List__c", list, &json!({ "Status__c": "Requested" }));
    }

    fn grants(&self) -> Vec<Value> {
        let query = "query?q=SELECT+Entente_Key__c,Lead__c,Status__c+FROM+Entente_Access__c";
        let found = self.company.salesforce(Method::GET, query, &Value::Null);
        found["records"].as_array().unwrap().clone()
    }
}

#[test]
fn one_delivery_is_one_mail_with_the_owner_in_copy_and_access_beside_it() {
    let stage = Stage::new();
    let allowed = run(&["domains", "add", "acme.example", "--config", &stage.configuration]);
    assert_eq!(allowed.code, 0, "{allowed:?}");
    let lead = stage.lead();
    let list = stage.list(&lead, "Requested", &[&stage.product("server"), &stage.product("client")]);
    stage.look();
    let (status, reason, answer) = stage.shown(&list);
    assert_eq!((status.as_str(), reason.as_str(), answer.as_str()), ("Delivered", "", "250 2.0.0 queued as 4711"));
    let [mail] = &stage.sink.mails()[..] else { panic!("{:?}", stage.sink.mails()) };
    assert_eq!(mail.recipients, ["dana@acme.example", "admin@sandbox.example"]);
    assert_eq!((mail.header("To"), mail.header("Cc")), ("dana@acme.example", "admin@sandbox.example"));
    assert_eq!(mail.header("Subject"), "Your evaluation of server 2.0, client 2.0");
    let body = "Dear Dana Doe,\r\n\r\nserver 2.0\r\nhttps://server.example\r\nRun it.\r\n\r\nclient 2.0\r\n";
    assert!(mail.text.contains(body), "{}", mail.text);
    let grants = stage.grants();
    assert_eq!((grants.len(), &grants[0]["Lead__c"]), (1, &json!(lead)), "{grants:?}");
    assert_eq!(grants[0]["Status__c"], "Has Access", "set up together");
    stage.ask_again(&list);
    stage.look();
    assert_eq!((stage.shown(&list).0.as_str(), stage.sink.mails().len()), ("Delivered", 1), "asked for twice");
    assert_eq!(stage.grants().len(), 1);
}

#[test]
fn the_button_pressed_twice_is_one_delivery() {
    let stage = Stage::new();
    let (lead, product) = (stage.lead(), stage.product("server"));
    let click = || {
        let place = format!("sobjects/Evaluation_List__c/Entente_Key__c/{lead}-1");
        stage.company.salesforce(Method::PATCH, &place, &json!({ "Lead__c": lead }))
    };
    let list = click()["id"].as_str().unwrap().to_owned();
    let target = json!({ "Evaluation_List__c": list, "Evaluation_Product__c": product });
    stage.company.create("Target_Product__c", &target);
    click();
    stage.look();
    click();
    stage.look();
    assert_eq!((stage.shown(&list).0.as_str(), stage.sink.mails().len()), ("Delivered", 1));
}

#[test]
fn a_lead_that_a_queue_owns_copies_the_configured_address() {
    let stage = Stage::new();
    let queue = json!({ "Name": "New Leads", "DeveloperName": "New_Leads", "Type": "Queue" });
    let queue = stage.company.create("Group", &queue);
    stage.company.create("QueueSobject", &json!({ "QueueId": queue, "SobjectType": "Lead" }));
    let (lead, _) = stage.waiting();
    stage.company.edit("Lead", &lead, &json!({ "OwnerId": queue }));
    stage.look();
    assert_eq!(stage.sink.mails()[0].recipients, ["dana@acme.example", "sales@vendor.example"]);
}

#[test]
fn a_refused_mail_says_so_leaves_access_alone_and_is_tried_again_alone() {
    let stage = Stage::new();
    let (_, list) = stage.waiting();
    stage.sink.is_about_to(Mood::Refuses);
    stage.look();
    let (status, reason, _) = stage.shown(&list);
    assert!(status == "Error" && reason.contains("no such mailbox") && reason.contains("request again"), "{reason}");
    let grants = stage.grants();
    assert_eq!(grants.len(), 1);
    stage.look();
    assert_eq!((stage.shown(&list).0.as_str(), stage.sink.mails().len()), ("Error", 0), "nobody asked again");
    stage.ask_again(&list);
    stage.look();
    assert_eq!((stage.shown(&list).0.as_str(), stage.sink.mails().len()), ("Delivered", 1));
    assert_eq!(stage.grants(), grants);
}

/// A mail that is refused, or waits for its server, is told by the server that runs.
#[test]
fn mail_trouble_shows_in_the_status() {
    let stage = Stage::new();
    let allowed = run(&["domains", "add", "acme.example", "--config", &stage.configuration]);
    assert_eq!(allowed.code, 0, "{allowed:?}");
    stage.sink.is_about_to(Mood::Refuses);
    let (_, list) = stage.waiting();
    let (_server, url) = stage.company.serve(&stage.configuration);
    let access = || get(&format!("{url}/api/v1/status"), "first-token").map(|status| status["access"].clone());
    let failed = wait_for("the refusal", || access().filter(|access| access["failed"] == 1));
    assert!(failed["problem"].as_str().unwrap().contains("The mail server refused the mail"), "{failed}");
    stage.sink.is_about_to(Mood::Busy);
    stage.ask_again(&list);
    let waits = wait_for("the mail that waits", || {
        access().filter(|access| access["problem"].as_str().is_some_and(|problem| problem.contains("has not left yet")))
    });
    assert_eq!((&waits["failed"], &waits["state"]), (&json!(0), &json!("ok")), "{waits}");
    wait_for("the mail", || (stage.shown(&list).0 == "Delivered").then_some(()));
}

/// A field that a letter misspells keeps its mail back, says what was meant, and lets people in all the same.
/// Names are read in any letters, as Salesforce reads them.
#[test]
fn a_letter_that_names_no_field_waits_and_says_so() {
    let stage = Stage::with("{FirstName}", "{FrstName}");
    let allowed = run(&["domains", "add", "acme.example", "--config", &stage.configuration]);
    assert_eq!(allowed.code, 0, "{allowed:?}");
    let (_, list) = stage.waiting();
    let (_server, url) = stage.company.serve(&stage.configuration);
    let access = || get(&format!("{url}/api/v1/status"), "first-token").map(|status| status["access"].clone());
    let says =
        "`evaluations` needs the field Lead.FrstName, which the integration user cannot see. Did you mean FirstName?";
    let problem = wait_for("the problem", || access().filter(|access| access["state"] == "attention"));
    assert!(problem["problem"].as_str().unwrap().starts_with(says), "{problem}");
    wait_for("access", || stage.grants().first().filter(|grant| grant["Status__c"] == "Has Access").map(drop));
    let (status, reason, _) = stage.shown(&list);
    assert!(status == "Requested" && reason.contains(says), "{status}: {reason}");
    assert_eq!(stage.sink.mails().len(), 0);
    let written = std::fs::read_to_string(&stage.configuration).unwrap();
    std::fs::write(&stage.configuration, written.replace("{FrstName}", "{firstname}")).unwrap();
    wait_for("the mail", || (stage.shown(&list).0 == "Delivered").then_some(()));
    assert!(stage.sink.mails()[0].text.contains("Dear Dana Doe"), "{:?}", stage.sink.mails());
}

/// The doctor goes as far as a login, and sends nothing.
#[test]
fn the_doctor_tries_the_mail_server() {
    let (sink, certificate) = Sink::guarded(false);
    for (url, password, says) in [
        ("smtp://localhost:PORT?tls=required", "${FIRST_TOKEN}", None),
        ("smtp://localhost:PORT?tls=required", "wrong-password", Some("535")),
        ("smtp://127.0.0.1:1", "${FIRST_TOKEN}", Some("the mail server 127.0.0.1:1 cannot be used")),
    ] {
        let stage = Stage::on(sink.clone(), url, password);
        let mut doctor = entente(&["doctor", "--config", &stage.configuration, "--json"]);
        doctor.env("SSL_CERT_FILE", stage.company.desk.file("mail.pem", &certificate));
        let report = ended(doctor.output().unwrap());
        let problems = report.json()["problems"].as_array().unwrap().clone();
        let told: Vec<&Value> = problems.iter().filter(|row| row["code"] == "access-mail").collect();
        assert_eq!(told.len(), usize::from(says.is_some()), "{url}: {report:?}");
        assert!(says.is_none_or(|says| report.stdout.contains(says)), "{url}: {report:?}");
        assert!(!format!("{report:?}").contains("wrong-password"), "{report:?}");
    }
    assert_eq!(sink.mails().len(), 0);
}

#[test]
fn a_server_that_has_no_time_gets_the_mail_later_by_itself() {
    let stage = Stage::new();
    let (_, list) = stage.waiting();
    stage.sink.is_about_to(Mood::Busy);
    stage.look();
    let (status, reason, _) = stage.shown(&list);
    assert!(status == "Requested" && reason.contains("come back later"), "{status}: {reason}");
    wait_for("the mail", || {
        stage.look();
        (stage.shown(&list).0 == "Delivered").then_some(())
    });
    assert_eq!(stage.sink.mails().len(), 1);
}

#[test]
fn a_mail_that_nobody_heard_of_is_sent_again_only_when_a_person_says_so() {
    let stage = Stage::new();
    let (_, list) = stage.waiting();
    stage.sink.is_about_to(Mood::Vanishes);
    stage.look();
    let (status, reason, _) = stage.shown(&list);
    assert!(status == "Error" && reason.contains("may or may not have it"), "{status}: {reason}");
    stage.look();
    assert_eq!(stage.sink.mails().len(), 1);
    stage.ask_again(&list);
    stage.look();
    let mails = stage.sink.mails();
    assert_eq!((stage.shown(&list).0.as_str(), mails.len()), ("Delivered", 2));
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"), "a mail program sees one mail");
}

#[test]
fn a_server_killed_while_a_mail_leaves_sends_no_second_one() {
    let stage = Stage::new();
    let (_, list) = stage.waiting();
    stage.sink.is_about_to(Mood::Hesitates);
    let mut life = entente(&["sync", "--wait", "60", "--config", &stage.configuration]).spawn().unwrap();
    wait_for("the mail", || (stage.sink.mails().len() == 1).then_some(()));
    life.kill().unwrap();
    life.wait().unwrap();
    // The lease of the dead process has to end first.
    wait_for("another process to take over", || {
        (run(&["sync", "--wait", "20", "--config", &stage.configuration]).code == 0).then_some(())
    });
    let (status, reason, _) = stage.shown(&list);
    assert!(status == "Error" && reason.contains("may or may not have it"), "{status}: {reason}");
    assert_eq!(stage.sink.mails().len(), 1);
}

/// A mail server that demands TLS, from the first byte on or by STARTTLS, and a login, gets both. What it is not told in
/// secret it is not told at all, and no secret is shown.
#[test]
fn a_mail_server_that_demands_tls_and_a_login_gets_both() {
    for (is_implicit, url) in [(true, "smtps://localhost:PORT"), (false, "smtp://localhost:PORT?tls=required")] {
        let (sink, certificate) = Sink::guarded(is_implicit);
        let stage = Stage::on(sink, url, "${FIRST_TOKEN}");
        let (_, list) = stage.waiting();
        let look = |trusts: bool| {
            let mut sync = entente(&["sync", "--config", &stage.configuration]);
            if trusts {
                sync.env("SSL_CERT_FILE", stage.company.desk.file("mail.pem", &certificate));
            }
            let ended = ended(sync.output().unwrap());
            assert!(!format!("{ended:?}").contains("first-token"), "{ended:?}");
            stage.shown(&list)
        };
        let (status, reason, _) = look(false);
        assert!(status == "Requested" && reason.contains("certificate"), "{url}: {status}: {reason}");
        wait_for("the mail", || (look(true).0 == "Delivered").then_some(()));
        assert_eq!(stage.sink.mails().len(), 1, "{url}");
    }
    for (is_implicit, url, password, words) in [
        (false, "smtp://127.0.0.1:PORT", "${FIRST_TOKEN}", "No compatible authentication"),
        (false, "smtp://localhost:PORT?tls=required", "wrong", "535"),
    ] {
        let (sink, certificate) = Sink::guarded(is_implicit);
        let stage = Stage::on(sink, url, password);
        let (_, list) = stage.waiting();
        let mut sync = entente(&["sync", "--config", &stage.configuration]);
        sync.env("SSL_CERT_FILE", stage.company.desk.file("mail.pem", &certificate));
        ended(sync.output().unwrap());
        let (status, reason, _) = stage.shown(&list);
        assert!(
            status == "Requested" && reason.contains(words) && !reason.contains("wrong\""),
            "{url}: {status}: {reason}"
        );
        assert_eq!(stage.sink.mails().len(), 0, "{url}");
    }
}

/// I12, S0-53: so it is wherever else the process is killed: one request for access, one mail.
#[test]
fn a_process_killed_around_the_mail_sends_it_once() {
    let requests = "PATCH /services/data/v64.0/composite/sobjects/{..}/{..}";
    let updates = "PATCH /services/data/v64.0/composite/sobjects";
    let steps = [(Side::Salesforce, requests, ""), (Side::Salesforce, updates, "Delivered")];
    for (step, side_effect) in steps.into_iter().flat_map(|step| [(step, "none"), (step, "committed")]) {
        let stage = Stage::new();
        let (_, list) = stage.waiting();
        killed_in(&stage.company, &stage.configuration, step, side_effect);
        assert_eq!(stage.shown(&list).0, "Delivered", "{step:?} {side_effect}");
        assert_eq!((stage.sink.mails().len(), stage.grants().len()), (1, 1), "{step:?} {side_effect}");
    }
}

#[test]
fn support_may_have_a_look_first() {
    let stage = Stage::with("    source: evaluation\n", "    source: evaluation\n    delivery: support\n");
    let (_, list) = stage.waiting();
    stage.look();
    let (status, reason, _) = stage.shown(&list);
    assert!(status == "With Support" && reason.contains("set the status to Approved"), "{status}: {reason}");
    assert_eq!((stage.sink.mails().len(), stage.grants().len()), (0, 1), "access does not wait for it");
    stage.company.edit("Evaluation_List__c", &list, &json!({ "Status__c": "Approved" }));
    stage.look();
    assert_eq!((stage.shown(&list).0.as_str(), stage.sink.mails().len()), ("Delivered", 1));
}

#[test]
fn a_record_made_by_hand_leaves_when_its_status_says_so_and_it_has_products() {
    let stage = Stage::new();
    let lead = stage.lead();
    let (draft, empty) = (stage.list(&lead, "Draft", &[&stage.product("server")]), stage.list(&lead, "Requested", &[]));
    stage.look();
    assert_eq!((stage.shown(&draft).0.as_str(), stage.sink.mails().len()), ("Draft", 0));
    let (status, reason, _) = stage.shown(&empty);
    assert!(status == "Requested" && reason.contains("add at least one Target Product"), "{status}: {reason}");
    stage.ask_again(&draft);
    stage.look();
    assert_eq!((stage.shown(&draft).0.as_str(), stage.sink.mails().len()), ("Delivered", 1));
}

#[test]
fn a_new_product_is_a_new_record() {
    let stage = Stage::new();
    let (lead, product) = (stage.lead(), stage.product("nfs-server"));
    stage.company.edit("Evaluation_Product__c", &product, &json!({ "Active__c": false }));
    let list = stage.list(&lead, "Requested", &[&product]);
    stage.look();
    let (status, reason, _) = stage.shown(&list);
    assert!(status == "Error" && reason.contains("nfs-server cannot be sent today"), "{status}: {reason}");
    stage.company.edit("Evaluation_Product__c", &product, &json!({ "Active__c": true }));
    stage.ask_again(&list);
    stage.look();
    assert_eq!(stage.sink.mails()[0].header("Subject"), "Your evaluation of nfs-server 2.0");
}

#[test]
fn evaluations_start_from_leads_only() {
    let stage = Stage::with("    source: evaluation\n", "    source: project\n");
    let refused = run(&["check", &stage.configuration]);
    assert_eq!(refused.code, 1);
    assert!(refused.stdout.contains("`project` is no source whose records are Leads"), "{refused:?}");
    let describe = stage.company.salesforce(Method::GET, "sobjects/Evaluation_List__c/describe", &Value::Null);
    let fields = describe["fields"].as_array().unwrap().iter();
    let lookups: Vec<&str> =
        fields.filter(|f| f["custom"] == true).flat_map(|f| f["referenceTo"][0].as_str()).collect();
    assert_eq!(lookups, ["Lead"]);
}

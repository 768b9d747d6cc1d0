//! Portal access and deliveries by a machine that dies: around each commit, and around each call that may change something.
//! Whoever goes on makes no second organization, customer or request, and sends no second mail.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use entente_engine::SyncOptions;
use entente_sandbox::{Clock, Seed};
use entente_store::simulation::{Fate, Moment, watch};
use entente_transport::{Body, BoxFuture, Wire, WireError};
use futures_util::future::join_all;
use http::{Method, Request, Response};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::stage::{ITEM, ORG, SITE, Stage};

const ACCESS: &str = r#"    state: draft
access:
  salesforce: org
  jira: site
  sources:
    project: { object: Customer_Project__c, grant_field: Customer_Project__c, person: Contact__c, account: Account__c, organization: "{Name}", desk: SUP }
    evaluation: { object: Lead, grant_field: Lead__c, person: Lead__c, organization: "{Company}", desk: ITS }
  domain_task: { jira: { project: OPS, issue_type: Task } }
  evaluations:
    source: evaluation
    queue_copy: sales@vendor.example
    subject: "Your evaluation of {products}"
    body: "{instructions}"
    mail: { smtp_url: "smtp://127.0.0.1:@PORT@", from: "evaluations@vendor.example" }
"#;

/// A machine that dies at one moment, after which it neither calls nor writes anything.
#[derive(Default)]
struct Machine {
    life: Mutex<Life>,
    died: Notify,
}

#[derive(Default)]
struct Life {
    n_moments: usize,
    /// Which moment is the last one, and on which side of what happens then it dies.
    end: Option<(usize, Moment)>,
    is_over: bool,
}

impl Machine {
    fn dying_at(end: Option<(usize, Moment)>) -> Arc<Self> {
        Arc::new(Self { life: Mutex::new(Life { end, ..Life::default() }), died: Notify::new() })
    }

    /// Whether it still lives at this moment.
    fn lives(&self, moment: Moment) -> bool {
        let mut life = self.life.lock().unwrap();
        life.n_moments += usize::from(moment == Moment::Before && !life.is_over);
        life.is_over |= life.end == Some((life.n_moments, moment));
        if life.is_over {
            self.died.notify_one();
        }
        !life.is_over
    }

    fn n_moments(&self) -> usize {
        self.life.lock().unwrap().n_moments
    }
}

/// The way out of a machine.
struct Mortal {
    machine: Arc<Machine>,
    wire: Arc<dyn Wire>,
}

impl Wire for Mortal {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, WireError>> {
        Box::pin(async move {
            let may_change = request.method() != Method::GET;
            if may_change && !self.machine.lives(Moment::Before) {
                return std::future::pending().await;
            }
            let answer = self.wire.send(request).await;
            if may_change && !self.machine.lives(Moment::After) {
                return std::future::pending().await;
            }
            answer
        })
    }
}

/// What is asked for, and who asked.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Grant,
    Revoke,
    Delivery,
}

/// A portal with one request in it.
struct Portal {
    stage: Stage,
    record: String,
    mails: Arc<Mutex<usize>>,
}

impl Portal {
    async fn with(asked: Asked) -> Self {
        Self::at(Clock::real(), asked).await
    }

    async fn at(clock: Clock, asked: Asked) -> Self {
        let (port, mails) = mail_server();
        let access = ACCESS.replace("@PORT@", &port.to_string());
        let stage = Stage::at(clock, Seed::Empty, &format!("{ITEM}{access}")).await;
        stage.engine().add_domain("acme.test", "tests").await.unwrap();
        let mut portal = Self { stage, record: String::new(), mails };
        portal.record = match asked {
            Asked::Grant | Asked::Revoke => portal.request().await,
            Asked::Delivery => portal.delivery().await,
        };
        if let Asked::Revoke = asked {
            portal.stage.sync_patiently().await;
            assert_eq!(portal.shown("Entente_Access__c").await.0, "Has Access");
            portal.wish(true).await;
        }
        portal
    }

    async fn create(&self, object: &str, fields: Value) -> String {
        let made =
            self.stage.salesforce(Method::POST, &format!("/services/data/v64.0/sobjects/{object}"), fields).await;
        made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
    }

    async fn request(&self) -> String {
        let account = self.create("Account", json!({ "Name": "Acme" })).await;
        let dana = json!({ "LastName": "Doe", "Email": "dana@acme.test", "AccountId": account });
        let dana = self.create("Contact", dana).await;
        let project = self.create("Customer_Project__c", json!({ "Name": "Testing", "Account__c": account })).await;
        let key = format!("{project}-{dana}");
        let fields = json!({ "Customer_Project__c": project, "Contact__c": dana, "Entente_Key__c": key });
        self.create("Entente_Access__c", fields).await
    }

    /// Somebody revokes the request, or asks again.
    async fn wish(&self, is_revoked: bool) {
        let path = format!("/services/data/v64.0/sobjects/Entente_Access__c/{}", self.record);
        let wish = json!({ "Revoke__c": is_revoked, "Status__c": "Requested" });
        self.stage.salesforce(Method::PATCH, &path, wish).await;
    }

    async fn delivery(&self) -> String {
        let lead = json!({ "LastName": "Doe", "Company": "Acme", "Email": "dana@acme.test" });
        let lead = self.create("Lead", lead).await;
        let product = self.create("Evaluation_Product__c", json!({ "Name": "Server" })).await;
        let list = json!({ "Lead__c": lead, "Status__c": "Draft" });
        let list = self.create("Evaluation_List__c", list).await;
        let target = json!({ "Evaluation_List__c": list, "Evaluation_Product__c": product });
        self.create("Target_Product__c", target).await;
        let path = format!("/services/data/v64.0/sobjects/Evaluation_List__c/{list}");
        self.stage.salesforce(Method::PATCH, &path, json!({ "Status__c": "Requested" })).await;
        list
    }

    /// What the record shows: status and reason.
    async fn shown(&self, object: &str) -> (String, String) {
        let path = format!("/services/data/v64.0/sobjects/{object}/{}", self.record);
        let row = self.stage.salesforce(Method::GET, &path, Value::Null).await;
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        (text("Status__c"), text("Reason__c"))
    }

    /// Where the members of the one organization are, and their accounts.
    async fn members(&self) -> (String, Vec<Value>) {
        let of = async |path: &str| self.stage.jira(Method::GET, path, Value::Null).await["values"].take();
        let id = of("/rest/servicedeskapi/organization").await[0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/rest/servicedeskapi/organization/{id}/user");
        let members = of(&path).await.as_array().expect("members").iter().map(|who| who["accountId"].clone()).collect();
        (path, members)
    }

    async fn take_everybody_out(&self) {
        let (path, accounts) = self.members().await;
        self.stage.jira(Method::DELETE, &path, json!({ "accountIds": accounts })).await;
    }

    /// How often a thing was made in Jira.
    async fn made(&self, field: &str) -> usize {
        let log = self.stage.writes(SITE).await;
        log.iter().filter(|entry| entry["field"] == field && entry["before"].is_null()).count()
    }

    /// One life of a machine that works until it has nothing left to do, or dies; how many moments it had.
    async fn live(&self, end: Option<(usize, Moment)>) -> usize {
        let machine = Machine::dying_at(end);
        let mortal = machine.clone();
        let engine = self.stage.engine_over(move |wire| Arc::new(Mortal { machine: mortal.clone(), wire }));
        let watched = machine.clone();
        watch(Some(Box::new(move |moment| if watched.lives(moment) { Fate::Goes } else { Fate::Fails })));
        let options = SyncOptions::default();
        tokio::select! {
            done = engine.sync(&options, &|_| {}) => drop(done),
            () = machine.died.notified() => {}
        }
        watch(None);
        machine.n_moments()
    }

    /// Everything is there once.
    async fn assert_once(&self, asked: Asked, situation: &str) {
        let n_organizations = self.made("name").await;
        let made = (n_organizations, self.made("customer").await, self.made("members").await);
        assert_eq!(made, (1, 1, 1), "{situation}: organizations, customers, members");
        let (status, reason) = match asked {
            Asked::Grant | Asked::Revoke => self.shown("Entente_Access__c").await,
            Asked::Delivery => self.shown("Evaluation_List__c").await,
        };
        let n_mails = *self.mails.lock().unwrap();
        match asked {
            Asked::Grant => assert_eq!(status, "Has Access", "{situation}: {reason}"),
            Asked::Revoke => assert_eq!(status, "Revoked", "{situation}: {reason}"),
            Asked::Delivery if status == "Delivered" => assert_eq!(n_mails, 1, "{situation}"),
            // Between announcing the mail and hearing of it, only a person can say whether it left.
            Asked::Delivery => {
                assert!(status == "Error" && reason.contains("may or may not"), "{situation}: {status}: {reason}");
                assert!(n_mails <= 1, "{situation}: {n_mails}");
            }
        }
        let query = "SELECT Id FROM Entente_Access__c";
        assert_eq!(self.stage.query(query).await.len(), 1, "{situation}: requests");
    }
}

/// I7, I12, S0-53: wherever a machine dies within a grant, a revocation or a delivery, the next one finishes it, and nothing
/// is there twice.
#[tokio::test]
async fn a_machine_may_die_at_every_step_of_access_and_of_a_delivery() {
    for asked in [Asked::Grant, Asked::Revoke, Asked::Delivery] {
        let portal = Portal::with(asked).await;
        let n_moments = portal.live(None).await;
        portal.assert_once(asked, &format!("{asked:?}, undisturbed")).await;
        assert!(n_moments >= 8, "{asked:?} has {n_moments} moments");
        let mut left = Vec::new();
        for end in (1..=n_moments).flat_map(|n| [(n, Moment::Before), (n, Moment::After)]) {
            let portal = Portal::with(asked).await;
            portal.live(Some(end)).await;
            left.push((end, portal));
        }
        // Each waits until what was sent can have no effect any more: all at once.
        let go_on = left.iter().map(async |(end, portal)| {
            portal.stage.sync_patiently().await;
            portal.assert_once(asked, &format!("{asked:?}, dies at {end:?} of {n_moments}")).await;
        });
        join_all(go_on).await;
    }
}

/// A machine that stood still while it read has lost the org to somebody who may have revoked meanwhile.
#[tokio::test]
async fn nobody_is_let_in_by_a_machine_whose_lease_has_run_out() {
    let clock = Clock::real();
    let portal = Portal::at(clock.clone(), Asked::Grant).await;
    let steps = portal.stage.engine().steps().remove(0);
    assert!(steps.own().await.unwrap(), "nobody else works");
    portal.stage.after("dana@acme.test", async move { clock.shift(20_000) });
    assert!(!steps.access().await.unwrap(), "there is something left to do");
    assert_eq!((portal.made("customer").await, portal.made("members").await), (1, 0));
    assert!(steps.renew().await.unwrap(), "nobody else has taken the org");
    assert!(steps.access().await.unwrap());
    assert_eq!(portal.shown("Entente_Access__c").await.0, "Has Access");
}

/// S0-39: a request that was lost on its way may take effect after access was taken away again, and an end may be reported
/// after something else was asked for.
#[tokio::test]
async fn what_takes_effect_late_lets_nobody_in_who_was_taken_out() {
    let (member, report) =
        ("POST /rest/servicedeskapi/organization/{..}/user", "PATCH /services/data/v64.0/composite/sobjects");
    let rows = [
        (Asked::Grant, SITE, member, "accountIds", ["revoke", "look"].as_slice()),
        (Asked::Revoke, ORG, report, "Revoked", &["ask again", "look", "revoke"]),
    ];
    for (asked, side, route, words, acts) in rows {
        let hand = Clock::manual("2026-03-02T09:00:00Z".parse().unwrap());
        let mut portal = Portal::at(hand.clone(), asked).await;
        portal.stage.edit("settle_seconds: 2", "settle_seconds: 60");
        let steps = portal.stage.engine().steps().remove(0);
        assert!(steps.own().await.unwrap(), "nobody else works");
        let ours = json!({ "body_contains": words });
        let late = json!({"name": "late_commit", "delay_ms": 50_000, "route": route, "match": ours, "times": 1});
        portal.stage.fault(side, late).await;
        assert!(!steps.access().await.unwrap(), "{asked:?}: it was not heard");
        for act in acts {
            match *act {
                "look" => drop(steps.access().await.unwrap()),
                wish => portal.wish(wish == "revoke").await,
            }
        }
        for _ in 0..4 {
            hand.advance(Duration::from_secs(50));
            portal.stage.world.salesforce.control().run_late_calls().await;
            portal.stage.world.jira.control().run_late_calls().await;
            assert!(steps.renew().await.unwrap(), "nobody else has taken the org");
            steps.access().await.unwrap();
        }
        assert_eq!(portal.stage.hits(side).await, 1, "{asked:?}");
        assert_eq!(portal.shown("Entente_Access__c").await, ("Revoked".to_owned(), String::new()), "{asked:?}");
        assert_eq!(portal.members().await.1.len(), 0, "{asked:?}");
    }
}

/// What Jira does not show any more is shown in the end, though the first report of it was lost.
#[tokio::test]
async fn a_look_goes_on_until_what_was_lost_is_shown() {
    let hand = Clock::manual("2026-03-02T09:00:00Z".parse().unwrap());
    let portal = Portal::at(hand.clone(), Asked::Grant).await;
    let steps = portal.stage.engine().steps().remove(0);
    assert!(steps.own().await.unwrap(), "nobody else works");
    assert!(steps.access().await.unwrap());
    portal.take_everybody_out().await;
    let report = "PATCH /services/data/v64.0/composite/sobjects";
    let lost = json!({"side_effect": "none", "answer": "reset", "route": report, "times": 1, "match": { "body_contains": "Error" }});
    portal.stage.fault(ORG, lost).await;
    assert!(!steps.access().await.unwrap(), "it was not heard");
    for _ in 0..20 {
        hand.advance(Duration::from_secs(2));
        assert!(steps.renew().await.unwrap(), "nobody else has taken the org");
        if steps.access().await.unwrap() {
            break;
        }
    }
    assert_eq!(portal.shown("Entente_Access__c").await.0, "Error");
}

/// A mail server that counts; its port.
fn mail_server() -> (u16, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, mails) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(0)));
    let counted = mails.clone();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // A client that goes away ends the conversation.
            let _ = talk(&stream, &counted);
        }
    });
    (port, mails)
}

fn talk(mut stream: &TcpStream, mails: &Mutex<usize>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    stream.write_all(b"220 sink.example\r\n")?;
    while let Some(line) = lines.next() {
        let answer = match line?.split([' ', ':']).next() {
            Some("DATA") => {
                stream.write_all(b"354 go on\r\n")?;
                lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").for_each(drop);
                *mails.lock().unwrap() += 1;
                "250 queued"
            }
            Some("QUIT") => return stream.write_all(b"221 bye\r\n"),
            _ => "250 ok",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

//! Outbound messages: what they carry, when they come, and that they come again.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::harness::{Sandbox, record};

const ACK: &str = "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
                   <notificationsResponse xmlns=\"http://soap.sforce.com/2005/09/outbound\"><Ack>true</Ack></notificationsResponse>\
                   </soapenv:Body></soapenv:Envelope>";

/// Somebody who listens; answers the first calls with no acknowledgement.
#[derive(Clone, Default)]
struct Listener {
    bodies: Arc<Mutex<Vec<String>>>,
    came: Arc<Notify>,
    n_refused: usize,
}

impl Listener {
    async fn listen(self) -> String {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hooks/salesforce/acme-org", socket.local_addr().expect("an address"));
        let listener = self;
        let hook = post(async move |body: String| {
            listener.bodies.lock().push(body);
            listener.came.notify_one();
            if listener.bodies.lock().len() <= listener.n_refused { String::from("<no/>") } else { ACK.to_owned() }
        });
        let router = Router::new().route("/hooks/salesforce/{connection}", hook);
        tokio::spawn(async move { axum::serve(socket, router).await });
        url
    }

    /// Waits for so many calls.
    async fn wait(&self, n: usize) -> Vec<String> {
        let enough = async {
            while self.bodies.lock().len() < n {
                self.came.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), enough).await.expect("the messages came");
        self.bodies.lock().clone()
    }
}

async fn settled(sandbox: &Sandbox) -> Value {
    loop {
        let count = sandbox.door(Method::GET, "/webhooks", Value::Null).await.body;
        if count["pending"] == 0 {
            return count;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_change_is_told_by_its_id_and_acknowledged() {
    let sandbox = Sandbox::empty().await;
    let listener = Listener::default();
    let url = listener.clone().listen().await;
    sandbox.door(Method::POST, "/push", json!({"object": "Case", "url": url})).await;
    let id = sandbox.create("Case", json!({"Subject": "secret text"})).await;
    let body = listener.wait(1).await.remove(0);
    assert!(body.contains(&format!("<sf:Id>{id}</sf:Id>")) && body.contains("xsi:type=\"sf:Case\""), "{body}");
    assert!(
        body.contains("<notifications xmlns=\"http://soap.sforce.com/2005/09/outbound\">")
            && body.contains("<OrganizationId>00D")
    );
    assert!(!body.contains("secret text"), "ids only");
    assert_eq!(settled(&sandbox).await["delivered"], 1);
    sandbox.create("Account", json!({"Name": "Acme"})).await;
    sandbox.patch(&format!("/sobjects/Case/{id}"), json!({"Nope": 1})).await;
    sandbox.delete(&format!("/sobjects/Case/{id}")).await;
    assert_eq!(settled(&sandbox).await["delivered"], 1, "other objects, refused writes and deletions are not told");
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again() {
    let sandbox = Sandbox::empty().await;
    let listener = Listener { n_refused: 1, ..Listener::default() };
    let url = listener.clone().listen().await;
    sandbox.door(Method::POST, "/push", json!({"object": "Case", "url": url})).await;
    sandbox.create("Case", json!({"Subject": "x"})).await;
    listener.wait(1).await;
    while sandbox.door(Method::GET, "/webhooks", Value::Null).await.body["refused_attempts"] == 0 {
        tokio::task::yield_now().await;
    }
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 10})).await;
    let bodies = listener.wait(2).await;
    assert_eq!(bodies[0], bodies[1], "the same notification id");
    assert_eq!(settled(&sandbox).await["delivered"], 1);
}

#[tokio::test]
async fn a_bulk_write_is_told_in_few_messages() {
    let sandbox = Sandbox::empty().await;
    let listener = Listener::default();
    let url = listener.clone().listen().await;
    sandbox.door(Method::POST, "/push", json!({"object": "Case", "url": url})).await;
    let records: Vec<_> = (0..150).map(|n| record("Case", json!({"Subject": format!("{n}")}))).collect();
    sandbox.post("/composite/sobjects", json!({"records": records})).await;
    let bodies = listener.wait(2).await;
    let n_notifications: usize = bodies.iter().map(|body| body.matches("<Notification>").count()).sum();
    assert_eq!((bodies.len(), n_notifications), (2, 150));
}

#[tokio::test]
async fn messages_can_be_lost() {
    let sandbox = Sandbox::empty().await;
    sandbox.door(Method::POST, "/webhooks", json!({"drop": 1.0})).await;
    sandbox.door(Method::POST, "/push", json!({"object": "Case", "url": "http://127.0.0.1:9/"})).await;
    sandbox.create("Case", json!({"Subject": "x"})).await;
    let count = sandbox.door(Method::GET, "/webhooks", Value::Null).await.body;
    assert_eq!((&count["pending"], &count["dropped"]), (&json!(0), &json!(1)));
}

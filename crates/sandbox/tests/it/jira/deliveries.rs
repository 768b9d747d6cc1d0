//! How webhooks arrive when the control door asks for trouble, and what their receiver's answer leads to.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use http::{HeaderMap, StatusCode};
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::Site;

/// Somebody who listens, and answers with these statuses one after the other, then with 202.
#[derive(Clone, Default)]
struct Listener {
    came: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
    news: Arc<Notify>,
    answers: Vec<u16>,
}

impl Listener {
    fn answering(answers: &[u16]) -> Self {
        Self { answers: answers.to_vec(), ..Self::default() }
    }

    /// Listens to everything about OPS.
    async fn register(&self, site: &Site) {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook", socket.local_addr().expect("an address"));
        let router = axum::Router::new().route("/hook", axum::routing::post(hear)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(socket, router).await });
        let events = ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created"];
        let hook = json!({ "name": "sync", "url": url, "events": events, "secret": "x" });
        site.post("/rest/webhooks/1.0/webhook", &hook).await.is(201);
    }

    /// Waits for so many calls.
    async fn wait(&self, n: usize) -> Vec<(HeaderMap, Value)> {
        let enough = async {
            while self.came.lock().len() < n {
                self.news.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), enough).await.expect("the webhooks came");
        self.came.lock().clone()
    }
}

async fn hear(State(listener): State<Listener>, headers: HeaderMap, body: String) -> StatusCode {
    let n_before = listener.came.lock().len();
    listener.came.lock().push((headers, serde_json::from_str(&body).unwrap_or_default()));
    listener.news.notify_one();
    let status = listener.answers.get(n_before).copied().unwrap_or(202);
    StatusCode::from_u16(status).expect("a status")
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// How deliveries stand once none is pending, or once `until` says so.
async fn count(site: &Site, until: impl Fn(&Value) -> bool) -> Value {
    loop {
        let count = Site::receive(site.request(Method::GET, "/__sandbox/webhooks")).await.body;
        if until(&count) {
            return count;
        }
        tokio::task::yield_now().await;
    }
}

async fn settled(site: &Site) -> Value {
    count(site, |count| count["pending"] == 0).await
}

#[tokio::test]
async fn a_share_of_them_is_lost() {
    let (site, listener) = (Site::empty().await, Listener::default());
    listener.register(&site).await;
    site.control("webhooks", &json!({ "drop": 1.0 })).await;
    site.bug(json!({})).await;
    assert_eq!(settled(&site).await["dropped"], 1);
    site.control("webhooks", &json!({})).await;
    site.bug(json!({})).await;
    assert_eq!(listener.wait(1).await[0].1["issue"]["key"], "OPS-2");
    assert_eq!(settled(&site).await["delivered"], 1);
}

#[tokio::test]
async fn a_double_has_the_same_identifier() {
    let (site, listener) = (Site::empty().await, Listener::default());
    listener.register(&site).await;
    site.control("webhooks", &json!({ "double": 1.0 })).await;
    site.bug(json!({})).await;
    let came = listener.wait(2).await;
    let name = "x-atlassian-webhook-identifier";
    assert_eq!((header(&came[0].0, name), &came[0].1), (header(&came[1].0, name), &came[1].1));
    assert_ne!(header(&came[0].0, name), "");
    assert_eq!(settled(&site).await["delivered"], 2);
}

#[tokio::test]
async fn late_ones_come_when_their_time_has_come() {
    let (site, listener) = (Site::empty().await, Listener::default());
    listener.register(&site).await;
    site.control("webhooks", &json!({ "delay_ms": 3_600_000 })).await;
    site.bug(json!({})).await;
    assert_eq!(count(&site, |_| true).await["pending"], 1);
    assert!(listener.came.lock().is_empty());
    site.control("clock", &json!({ "advance_seconds": 3_601 })).await;
    listener.wait(1).await;
}

#[tokio::test]
async fn out_of_order_they_all_come() {
    let (site, listener) = (Site::empty().await, Listener::default());
    listener.register(&site).await;
    // They wait until all are there, so that what shuffles them is the sandbox and not the network.
    site.control("webhooks", &json!({ "reorder": true, "delay_ms": 3_600_000 })).await;
    let mut keys = Vec::new();
    for _ in 0..12 {
        keys.push(site.bug(json!({})).await);
    }
    let due_ms = site.world.jira.control().outbox().next_due_ms().expect("a delivery");
    site.control("clock", &json!({ "advance_seconds": 3_599 })).await;
    assert!(due_ms > site.world.jira.control().clock().now_ms(), "they wait still");
    site.control("clock", &json!({ "advance_seconds": 60 })).await;
    let came = listener.wait(12).await;
    let came: BTreeSet<String> =
        came.iter().map(|(_, body)| body["issue"]["key"].as_str().expect("a key").into()).collect();
    assert_eq!(came, keys.into_iter().collect());
    assert_eq!(settled(&site).await["delivered"], 12);
}

#[tokio::test]
async fn what_is_answered_with_a_transient_status_comes_again_and_says_so() {
    let (site, listener) = (Site::empty().await, Listener::answering(&[503, 429, 408]));
    listener.register(&site).await;
    site.bug(json!({})).await;
    for n in 1..=3 {
        count(&site, |count| count["refused_attempts"] == n).await;
        assert_eq!(listener.came.lock().len(), n, "not before its time");
        site.control("clock", &json!({ "advance_seconds": 900 })).await;
        listener.wait(n + 1).await;
    }
    let came = listener.wait(4).await;
    let retries: Vec<&str> = came.iter().map(|(headers, _)| header(headers, "x-atlassian-webhook-retry")).collect();
    assert_eq!(retries, ["", "1", "2", "3"]);
    let identifiers: BTreeSet<&str> =
        came.iter().map(|(headers, _)| header(headers, "x-atlassian-webhook-identifier")).collect();
    assert_eq!(identifiers.len(), 1);
    let count = settled(&site).await;
    assert_eq!((&count["delivered"], &count["failed"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn after_five_retries_it_is_given_up() {
    let (site, listener) = (Site::empty().await, Listener::answering(&[500; 9]));
    listener.register(&site).await;
    site.bug(json!({})).await;
    for n in 1..=6 {
        listener.wait(n).await;
        count(&site, |count| count["refused_attempts"] == n).await;
        site.control("clock", &json!({ "advance_seconds": 900 })).await;
    }
    let count = settled(&site).await;
    assert_eq!((&count["failed"], listener.came.lock().len()), (&json!(1), 6));
}

#[tokio::test]
async fn a_final_no_is_taken_for_one() {
    for status in [400, 401, 403, 404, 410, 413] {
        let (site, listener) = (Site::empty().await, Listener::answering(&[status]));
        listener.register(&site).await;
        site.bug(json!({})).await;
        let count = settled(&site).await;
        assert_eq!((&count["failed"], &count["refused_attempts"]), (&json!(1), &json!(1)), "{status}");
        assert_eq!(listener.came.lock().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_moved_issue_is_told_as_an_update_with_its_old_and_its_new_key() {
    let (site, listener) = (Site::empty().await, Listener::default());
    let key = site.bug(json!({})).await;
    listener.register(&site).await;
    site.control("move", &json!({ "issue": key, "project": "SUP" })).await;
    let body = listener.wait(1).await.remove(0).1;
    assert_eq!(
        (&body["webhookEvent"], &body["issue_event_type_name"]),
        (&json!("jira:issue_updated"), &json!("issue_moved"))
    );
    assert_eq!((&body["issue"]["key"], &body["issue"]["fields"]["project"]["key"]), (&json!("SUP-1"), &json!("SUP")));
    let items = body["changelog"]["items"].as_array().expect("items");
    let changed = |field: &str| {
        let item = items.iter().find(|item| item["field"] == field).unwrap_or_else(|| panic!("{field} in {items:?}"));
        (item["fromString"].clone(), item["toString"].clone())
    };
    assert_eq!(changed("Key"), (json!(key), json!("SUP-1")));
    assert_ne!(changed("project").0, changed("project").1);
    assert_eq!(changed("status"), (json!("To Do"), json!("Waiting for support")));
}

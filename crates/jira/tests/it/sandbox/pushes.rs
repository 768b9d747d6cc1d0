//! Webhooks: registered here, pushed by the sandbox, verified and read.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use entente_jira::NewWebhook;
use entente_jira::jql::Jql;
use entente_jira::webhook::{self, IDENTIFIER_HEADER, SIGNATURE_HEADER, Webhook, WebhookEvent};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Sandbox;

const SECRET: &str = "hush";

/// A door that verifies and reads what is pushed.
async fn door() -> (String, UnboundedReceiver<Webhook>) {
    let (sender, receiver) = unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/hooks", listener.local_addr().expect("an address"));
    let router = Router::new().route("/hooks", post(take)).with_state(Arc::new(sender));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, receiver)
}

async fn take(State(sender): State<Arc<UnboundedSender<Webhook>>>, headers: HeaderMap, body: Bytes) {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let secrets = [SecretString::from(SECRET)];
    assert!(webhook::verify_signature(&secrets, header(SIGNATURE_HEADER), &body), "signed");
    assert!(header(IDENTIFIER_HEADER).is_some(), "named");
    sender.send(webhook::parse(&body).expect("a webhook")).expect("a receiver");
}

#[tokio::test]
async fn a_change_is_pushed_signed_and_readable() {
    let sandbox = Sandbox::demo().await;
    let (url, mut pushed) = door().await;
    let wanted = NewWebhook {
        name: "entente".into(),
        url: url.clone(),
        events: WebhookEvent::SYNC_NAMES.map(String::from).to_vec(),
        jql: Some(Jql::project_in(["OPS"])),
        secret: SECRET.into(),
    };
    let registered = sandbox.client.create_webhook(&wanted).await.expect("registered");
    assert!(registered.is_signed && registered.enabled && !registered.exclude_body);
    let listed = sandbox.client.webhooks().await.expect("webhooks");
    assert!(listed.iter().any(|hook| hook.id == registered.id && hook.url == url && hook.jql().is_some()));
    let bug = sandbox.bug("pushed").await;
    let webhook = pushed.recv().await.expect("a push");
    assert_eq!(webhook.event, WebhookEvent::IssueCreated);
    assert_eq!(webhook.issue, Some((bug.id, Some(bug.key.clone()))));
    let read = sandbox.client.issue(bug.id, &["updated"], &[]).await.expect("read");
    assert_eq!(webhook.updated, read.issue.updated(), "the version of the push is that of the read");
    sandbox.client.update_webhook(registered.id, &wanted).await.expect("updated");
    sandbox.client.delete_webhook(registered.id).await.expect("removed");
    sandbox.client.delete_webhook(registered.id).await.expect("removed already");
    assert!(sandbox.client.webhooks().await.expect("webhooks").iter().all(|hook| hook.id != registered.id));
}

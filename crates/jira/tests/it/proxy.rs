//! A client whose connection has a proxy sends everything through it. The sandbox counts what reached the site, the
//! proxy counts what went through it: no call took another way.

#[path = "../../../transport/tests/it/forward_proxy.rs"]
mod forward_proxy;

use std::sync::Arc;

use entente_jira::jql::Jql;
use entente_jira::{
    BulkFetch, CallError, Client, CommentOrder, Edit, NewAttachment, NewComment, NewWebhook, Property, RemoteLink,
    Search, TransitionTo,
};
use entente_transport::{BoxFuture, ByteStream};
use serde_json::{Value, json};

use self::forward_proxy::{ForwardProxy, PASSWORD, through};
use crate::sandbox::{Sandbox, adf, client, map};

/// A client of the sandbox's site, by way of the proxy.
fn client_through(proxy: &ForwardProxy, password: &str, no_proxy: &[&str], sandbox: &Sandbox) -> Client {
    let wire = Arc::new(through(&proxy.url, no_proxy, Some(password)));
    client(&sandbox.served.jira_url(), "sandbox-api-token", &wire)
}

async fn n_calls(sandbox: &Sandbox) -> u64 {
    sandbox.control("GET", "calls", &Value::Null).await["total"].as_u64().expect("a count")
}

/// What the site says about itself, its people and its projects.
async fn look_around(client: &Client) -> Result<(), CallError> {
    let myself = client.verify().await?.myself;
    client.server().await?;
    client.users(&[&myself.account_id]).await?;
    client.find_users("a").await?;
    client.my_permissions(&["EDIT_ISSUES"], Some("OPS")).await?;
    client.projects().await?;
    client.project("OPS").await?;
    client.project_statuses("OPS").await?;
    client.statuses().await?;
    client.priorities().await?;
    client.fields().await?;
    client.find_fields("Salesforce").await?;
    client.attachment_settings().await?;
    client.approximate_count(&Jql::project_in(["OPS"])).await?;
    client.search(Search::new(Jql::project_in(["OPS"]), ["summary"])).all().await?;
    Ok(())
}

/// The life of an issue, with everything that can hang on it.
async fn work_on_an_issue(client: &Client) -> Result<(), CallError> {
    let types = client.creatable_types("OPS").await?;
    let bug = &types.iter().find(|kind| kind.name == "Bug").expect("a bug").id;
    client.create_meta("OPS", bug).await?;
    let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "id": bug }, "summary": "by proxy" });
    let new = entente_jira::NewIssue { fields: map(fields), ..Default::default() };
    let id = client.create(&new).await?.id;
    client.bulk_create(&[new.clone(), new]).await?;
    client.issue(id, &["summary"], &[]).await?;
    client.bulk_fetch(&BulkFetch::new([id], ["summary"])).await?;
    client.edit_meta(id).await?;
    client.edit(id, &Edit { fields: map(json!({ "summary": "edited" })), ..Edit::default() }).await?;
    client.changelog(id).await?;
    client.bulk_changelogs(&[id], &["summary"]).await?;
    let way = client.transitions(id).await?.remove(0).id;
    client.transition(id, &TransitionTo { transition_id: way, ..TransitionTo::default() }).await?;

    let comment = client.add_comment(id, &NewComment { body: adf("hello"), ..NewComment::default() }).await?.id;
    client.edit_comment(id, &comment, &adf("hello again")).await?;
    client.comments(id, CommentOrder::NewestFirst).await?;
    client.delete_comment(id, &comment).await?;
    client.set_property(id, &Property { key: "note".into(), value: json!(1) }).await?;
    client.property(id, "note").await?;
    client.delete_property(id, "note").await?;
    let link = RemoteLink {
        global_id: "case".into(),
        url: "https://acme.example/1".into(),
        title: "Case".into(),
        ..RemoteLink::default()
    };
    client.upsert_remote_link(id, &link).await?;
    client.remote_links(id).await?;
    client.delete_remote_link(id, "case").await?;

    let open = || -> BoxFuture<'static, std::io::Result<ByteStream>> {
        Box::pin(async { Ok(ByteStream::from_bytes("bytes".into())) })
    };
    let file = NewAttachment { filename: "a.txt".into(), mime_type: "text/plain".into(), open: Arc::new(open) };
    let file = client.upload(id, &file).await?.id;
    client.attachment(&file).await?;
    let mut opened = client.download(&file).await?;
    while let Some(piece) = opened.body.next().await {
        piece.expect("a piece");
    }
    client.delete_attachment(&file).await?;
    client.delete_issue(id).await
}

async fn register_a_webhook(client: &Client) -> Result<(), CallError> {
    let webhook = NewWebhook {
        name: "entente".into(),
        url: "http://127.0.0.1:9/hooks".into(),
        events: vec!["jira:issue_updated".into()],
        jql: None,
        secret: "hush".into(),
    };
    let id = client.create_webhook(&webhook).await?.id;
    client.update_webhook(id, &webhook).await?;
    client.webhooks().await?;
    client.delete_webhook(id).await
}

#[tokio::test]
async fn every_call_goes_through_the_connections_proxy_with_its_credentials() {
    let (sandbox, proxy) = (Sandbox::demo().await, ForwardProxy::start().await);
    let client = client_through(&proxy, PASSWORD, &[], &sandbox);
    look_around(&client).await.expect("all answered");
    work_on_an_issue(&client).await.expect("all answered");
    register_a_webhook(&client).await.expect("all answered");
    let heads = proxy.heads();
    assert!(heads.len() >= 45, "{}", heads.len());
    assert_eq!(n_calls(&sandbox).await, heads.len() as u64, "as many arrived as went through");
    for head in heads {
        // Files come from another host, which the connection's proxy stands before, too.
        assert!(head.contains(" http://"), "not addressed to a proxy: {head}");
        assert!(head.to_ascii_lowercase().contains("proxy-authorization: basic"), "{head}");
    }
}

#[tokio::test]
async fn without_the_right_password_nothing_reaches_the_site() {
    let (sandbox, proxy) = (Sandbox::demo().await, ForwardProxy::start().await);
    let error = client_through(&proxy, "guess", &[], &sandbox).projects().await.expect_err("refused");
    assert!(matches!(&error, CallError::NotApplied { reason, .. } if reason.contains(&proxy.url)), "{error}");
    assert!(!proxy.heads().is_empty() && n_calls(&sandbox).await == 0);
}

#[tokio::test]
async fn a_site_that_needs_no_proxy_is_called_directly() {
    let (sandbox, proxy) = (Sandbox::demo().await, ForwardProxy::start().await);
    client_through(&proxy, PASSWORD, &["acme.example", "127.0.0.1"], &sandbox).projects().await.expect("answered");
    assert!(proxy.heads().is_empty() && n_calls(&sandbox).await > 0);
}

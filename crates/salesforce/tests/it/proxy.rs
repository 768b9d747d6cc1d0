//! A client whose connection has a proxy sends everything through it. The sandbox counts what reached the org, the
//! proxy counts what went through it: no call took another way.

#[path = "../../../transport/tests/it/forward_proxy.rs"]
mod forward_proxy;

use std::sync::Arc;
use std::time::Duration;

use entente_salesforce::{CallError, Client, New, NewFile, Part, Query, RecordId, SearchIn, WriteOptions};
use entente_transport::ByteStream;
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use self::forward_proxy::{ForwardProxy, PASSWORD, through};
use crate::sandbox::{Sandbox, client, credentials_of, row};

const PLAIN: WriteOptions = WriteOptions { if_unmodified_since: None, allow_duplicates: false };

/// A client of the sandbox's org, by way of the proxy.
fn client_through(proxy: &ForwardProxy, password: &str, no_proxy: &[&str], sandbox: &Sandbox) -> Client {
    let wire = Arc::new(through(&proxy.url, no_proxy, Some(password)));
    client(&sandbox.served.salesforce_url(), credentials_of("sandbox-secret"), &wire)
}

async fn n_calls(sandbox: &Sandbox) -> u64 {
    sandbox.control("GET", "calls", &Value::Null).await["total"].as_u64().expect("a count")
}

/// Calls of every kind that the client has: signing in, describing, reading, writing, together and apart, files.
async fn everything(client: &Client) -> Result<(), CallError> {
    client.versions().await?;
    let now = client.query(&Query::count().from("Case")).await?.date.expect("a date");
    client.limits().await?;
    client.user_info().await?;
    client.organization().await?;
    client.case_statuses().await?;
    client.objects().await?;
    client.describe("Case").await?;
    client.describe_since("Case", now).await?;

    let id = client.create("Case", row(json!({ "Subject": "by proxy" })), &PLAIN).await?.id;
    client.update("Case", &id, row(json!({ "Priority": "High" })), &PLAIN).await?;
    client.upsert("Case", "Entente_Key__c", "op-1", row(json!({ "Subject": "upserted" })), &PLAIN).await?;
    client.record("Case", &id, &["Subject"]).await?;
    client.updated("Case", now - Duration::from_secs(1_200), now).await?;
    client.deleted("Case", now - Duration::from_secs(1_200), now).await?;
    let place = SearchIn { object: "Case".into(), fields: vec!["Id".into()], limit: 5 };
    client.search("proxy", &[place]).await?;

    let news = || vec![New { object: "Case".into(), fields: row(json!({ "Subject": "one of many" })) }];
    let made = client.create_all(news(), false, &PLAIN).await?.remove(0)?.id;
    client.retrieve("Case", &[id, made], &["Id"]).await?;
    client.delete_all(&[made], false).await?;
    client.composite(vec![Part::read("Case", &id, &["Subject"])?], true).await?;
    let query = Query::select(["Id"]).from("Case").batch_size(200);
    client.queries(&[query.clone(), query.clone()]).await?;
    let pages: Vec<_> = client.pages(&query).try_collect().await?;
    assert!(pages.len() > 1, "the address of a next page is followed too");

    let version = client.upload(&file(id)).await?.id;
    let mut opened = client.download(&version).await?;
    while let Some(piece) = opened.body.next().await {
        piece.expect("a piece");
    }
    client.delete("Case", &id).await
}

fn file(linked_to: RecordId) -> NewFile {
    let open = || -> entente_transport::BoxFuture<'static, std::io::Result<ByteStream>> {
        Box::pin(async { Ok(ByteStream::from_bytes("bytes".into())) })
    };
    NewFile {
        title: "trace".into(),
        file_name: "trace.txt".into(),
        description: String::new(),
        linked_to,
        length: 5,
        open: Arc::new(open),
    }
}

#[tokio::test]
async fn every_call_goes_through_the_connections_proxy_with_its_credentials() {
    let (sandbox, proxy) = (Sandbox::demo().await, ForwardProxy::start().await);
    everything(&client_through(&proxy, PASSWORD, &[], &sandbox)).await.expect("all answered");
    let heads = proxy.heads();
    assert!(heads.len() >= 25, "{}", heads.len());
    assert_eq!(n_calls(&sandbox).await, heads.len() as u64, "as many arrived as went through");
    for head in heads {
        assert!(head.contains(" http://"), "not addressed to a proxy: {head}");
        assert!(head.to_ascii_lowercase().contains("proxy-authorization: basic"), "{head}");
    }
}

#[tokio::test]
async fn without_the_right_password_nothing_reaches_the_org() {
    let (sandbox, proxy) = (Sandbox::demo().await, ForwardProxy::start().await);
    let error = client_through(&proxy, "guess", &[], &sandbox).limits().await.expect_err("refused");
    assert!(matches!(&error, CallError::NotApplied { reason, .. } if reason.contains(&proxy.url)), "{error}");
    assert!(!proxy.heads().is_empty() && n_calls(&sandbox).await == 0);
}

#[tokio::test]
async fn an_org_that_needs_no_proxy_is_called_directly() {
    let (sandbox, proxy) = (Sandbox::demo().await, ForwardProxy::start().await);
    client_through(&proxy, PASSWORD, &["acme.example", "127.0.0.1"], &sandbox).limits().await.expect("answered");
    assert!(proxy.heads().is_empty() && n_calls(&sandbox).await > 0);
}

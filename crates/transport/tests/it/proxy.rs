//! A connection with a proxy sends everything through it, credentials and all; hosts on the list are reached directly.

use std::sync::Arc;

use entente_transport::{Body, Call, CallError, Pace, SystemClock, SystemRng, Transport, Wire, WireError};
use http::Request;
use tokio::net::TcpListener;

use crate::forward_proxy::{ForwardProxy, PASSWORD, through};
use crate::loopback::{Server, closed_port};
use crate::stage::{Plain, Zero};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn get(url: &str) -> Request<Body> {
    Request::get(url).body(Body::Empty).expect("a request")
}

#[tokio::test]
async fn every_call_goes_through_the_proxy() {
    let peer = Server::start(OK).await;
    let proxy = ForwardProxy::start().await;
    let wire = Arc::new(through(&proxy.url, &[], Some(PASSWORD)));
    let transport = Transport::new(wire, Arc::new(SystemClock), Arc::new(SystemRng), Pace::Unlimited, Plain::new(true));
    for n in 1..=3 {
        transport.send(Call::get("/thing", peer.url("/thing")).anonymous()).await.expect("answered");
        assert_eq!((proxy.heads().len(), peer.heads.lock().len()), (n, n));
    }
    assert!(proxy.heads().iter().all(|head| head.starts_with(&format!("GET {}", peer.url("/thing")))));
}

#[tokio::test]
async fn https_is_tunnelled_by_connect() {
    // The peer hangs up instead of speaking TLS, so the call fails; that it went by CONNECT is the claim.
    let peer = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = peer.local_addr().expect("bound");
    tokio::spawn(async move { while peer.accept().await.is_ok() {} });
    let proxy = ForwardProxy::start().await;
    let outcome = through(&proxy.url, &[], Some(PASSWORD)).send(get(&format!("https://{address}/"))).await;
    assert!(matches!(outcome, Err(WireError::NotSent { .. })), "{outcome:?}");
    assert!(proxy.heads()[0].starts_with(&format!("CONNECT {address}")), "{:?}", proxy.heads());
}

#[tokio::test]
async fn a_proxy_that_refuses_the_password_is_named_and_the_peer_sees_nothing() {
    let peer = Server::start(OK).await;
    let proxy = ForwardProxy::start().await;
    // By a plain request, and by a tunnel.
    for url in [peer.url("/"), peer.url("/").replace("http:", "https:")] {
        for (password, words) in
            [(None, "wants a user and a password"), (Some("guess"), "refused the user and password")]
        {
            let outcome = through(&proxy.url, &[], password).send(get(&url)).await;
            let Err(WireError::NotSent { reason }) = outcome else { panic!("{outcome:?}") };
            assert!(reason.contains(&proxy.url) && reason.contains(words), "{reason}");
            assert!(!reason.contains("guess"), "{reason}");
        }
    }
    assert!(peer.heads.lock().is_empty());
}

#[tokio::test]
async fn a_proxy_that_refuses_the_tunnel_is_named_with_the_host() {
    let proxy = Server::start(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
    let outcome = through(&proxy.url(""), &[], None).send(get("https://acme.example/?token=canary")).await;
    let words = format!("the proxy {} refused to connect to acme.example", proxy.url(""));
    assert_eq!(outcome.expect_err("refused"), WireError::NotSent { reason: words });
}

#[tokio::test]
async fn hosts_on_the_list_are_reached_directly() {
    let peer = Server::start(OK).await;
    let proxy = ForwardProxy::start().await;
    let response =
        through(&proxy.url, &["127.0.0.1"], Some(PASSWORD)).send(get(&peer.url("/"))).await.expect("answered");
    assert_eq!((response.status().as_u16(), proxy.heads().len(), peer.heads.lock().len()), (200, 0, 1));
}

#[tokio::test]
async fn a_dead_proxy_means_not_sent_and_never_a_direct_call() {
    let peer = Server::start(OK).await;
    let (_closed, address) = closed_port();
    let wire = Arc::new(through(&format!("http://{address}"), &[], None));
    let transport = Transport::new(wire, Arc::new(SystemClock), Arc::new(Zero), Pace::Unlimited, Plain::new(true));
    let call = Call::write(http::Method::POST, "/thing", peer.url("/thing")).anonymous();
    let error = transport.send(call).await.expect_err("no proxy");
    assert!(matches!(&error, CallError::NotApplied { reason, .. } if reason.contains("the proxy")), "{error}");
    assert!(peer.heads.lock().is_empty());
}

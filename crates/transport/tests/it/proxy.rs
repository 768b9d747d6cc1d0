//! A connection with a proxy sends everything through it, credentials and all; hosts on the list are reached directly.

use std::sync::Arc;

use entente_transport::{
    Body, Call, CallError, HttpWire, Pace, Proxy, SystemClock, SystemRng, Transport, Wire, WireError, WireOptions,
};
use http::Request;
use secrecy::SecretString;
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::loopback::{Heads, Server, read_head};
use crate::stage::Plain;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// `ann:canary` for Basic authentication.
const BASIC: &str = "basic yw5uomnhbmfyeq==";

/// A proxy that forwards plain requests and tunnels `CONNECT`, and asks for the password.
async fn forward_proxy() -> (u16, Heads) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let heads = Heads::default();
    let seen = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(relay(socket, Arc::clone(&seen)));
        }
    });
    (port, heads)
}

async fn relay(mut client: TcpStream, heads: Heads) {
    let head = read_head(&mut client).await;
    heads.lock().push(head.clone());
    if !head.to_ascii_lowercase().contains(BASIC) {
        let _client_may_be_gone = client.write_all(b"HTTP/1.1 407 Proxy\r\ncontent-length: 0\r\n\r\n").await;
        return;
    }
    let target = head.split(' ').nth(1).unwrap_or_default().trim_start_matches("http://");
    let Ok(mut peer) = TcpStream::connect(target.split('/').next().unwrap_or_default()).await else {
        return;
    };
    let opening = match head.starts_with("CONNECT") {
        true => client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await,
        false => peer.write_all(head.as_bytes()).await,
    };
    if opening.is_ok() {
        let _either_may_hang_up = copy_bidirectional(&mut client, &mut peer).await;
    }
}

fn through(port: u16, no_proxy: &[&str], password: Option<&str>) -> HttpWire {
    let proxy = Proxy {
        url: format!("http://127.0.0.1:{port}"),
        user: password.map(|_| "ann".to_owned()),
        password: password.map(SecretString::from),
        no_proxy: no_proxy.iter().map(ToString::to_string).collect(),
    };
    HttpWire::new(&WireOptions { proxy: Some(proxy), ..WireOptions::default() }).expect("a wire")
}

fn get(url: &str) -> Request<Body> {
    Request::get(url).body(Body::Empty).expect("a request")
}

#[tokio::test]
async fn every_call_goes_through_the_proxy() {
    let peer = Server::start(OK).await;
    let (port, heads) = forward_proxy().await;
    let wire = Arc::new(through(port, &[], Some("canary")));
    let transport = Transport::new(wire, Arc::new(SystemClock), Arc::new(SystemRng), Pace::Unlimited, Plain::new(true));
    for n in 1..=3 {
        transport.send(Call::get("/thing", peer.url("/thing")).anonymous()).await.expect("answered");
        assert_eq!((heads.lock().len(), peer.heads.lock().len()), (n, n));
    }
    assert!(heads.lock().iter().all(|head| head.starts_with(&format!("GET {}", peer.url("/thing")))));
}

#[tokio::test]
async fn https_is_tunnelled_by_connect() {
    // The peer hangs up instead of speaking TLS, so the call fails; that it went by CONNECT is the claim.
    let peer = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = peer.local_addr().expect("bound");
    tokio::spawn(async move { while peer.accept().await.is_ok() {} });
    let (port, heads) = forward_proxy().await;
    let outcome = through(port, &[], Some("canary")).send(get(&format!("https://{address}/"))).await;
    assert!(matches!(outcome, Err(WireError::NotSent { .. })), "{outcome:?}");
    assert!(heads.lock()[0].starts_with(&format!("CONNECT {address}")), "{:?}", heads.lock());
}

#[tokio::test]
async fn a_wrong_proxy_password_is_no_answer_of_the_peer() {
    let peer = Server::start(OK).await;
    let (port, _heads) = forward_proxy().await;
    let response = through(port, &[], None).send(get(&peer.url("/"))).await.expect("the proxy answers");
    assert_eq!((response.status().as_u16(), peer.heads.lock().len()), (407, 0));
}

#[tokio::test]
async fn hosts_on_the_list_are_reached_directly() {
    let peer = Server::start(OK).await;
    let (port, heads) = forward_proxy().await;
    let response = through(port, &["127.0.0.1"], Some("canary")).send(get(&peer.url("/"))).await.expect("answered");
    assert_eq!((response.status().as_u16(), heads.lock().len(), peer.heads.lock().len()), (200, 0, 1));
}

#[tokio::test]
async fn a_dead_proxy_means_not_sent_and_never_a_direct_call() {
    let peer = Server::start(OK).await;
    let port = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound").port();
    let wire = Arc::new(through(port, &[], None));
    let transport = Transport::new(wire, Arc::new(SystemClock), Arc::new(SystemRng), Pace::Unlimited, Plain::new(true));
    let call = Call::write(http::Method::POST, "/thing", peer.url("/thing")).anonymous().timeout_ms(400);
    let error = transport.send(call).await.expect_err("no proxy");
    assert!(matches!(error, CallError::NotApplied { .. }), "{error}");
    assert!(peer.heads.lock().is_empty());
}

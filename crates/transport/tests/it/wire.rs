//! The real wire over sockets: what surely was not sent, what may have been, and what it refuses to do.

use bytes::Bytes;
use entente_transport::{Body, ByteStream, Egress, HttpWire, Wire, WireError, WireOptions};
use http::Request;

use crate::loopback::{Server, closed_port};

fn wire() -> HttpWire {
    HttpWire::new(&WireOptions::to(Egress::default().or_this_machine(true))).expect("a wire")
}

fn get(url: &str) -> Request<Body> {
    Request::get(url).body(Body::Empty).expect("a request")
}

async fn text(response: http::Response<Body>) -> String {
    let mut stream = response.into_body().into_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.expect("whole"));
    }
    String::from_utf8(bytes).expect("text")
}

#[tokio::test]
async fn a_closed_port_was_not_sent() {
    let (_closed, address) = closed_port();
    let outcome = wire().send(get(&format!("http://{address}/?token=canary"))).await;
    let Err(WireError::NotSent { reason }) = outcome else { panic!("{outcome:?}") };
    assert!(!reason.contains("canary") && reason.contains(&address), "{reason}");
}

#[tokio::test]
async fn a_peer_that_hangs_up_may_have_acted() {
    let server = Server::start(b"").await;
    let outcome = wire().send(get(&server.url("/"))).await;
    assert!(matches!(outcome, Err(WireError::Lost { .. })), "{outcome:?}");
    assert_eq!(server.heads.lock().len(), 1, "and the wire does not try again by itself");
}

#[tokio::test]
async fn a_host_that_is_not_on_the_list_sees_nothing() {
    let server = Server::start(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let refused = async |wire: &HttpWire, url: &str| match wire.send(get(url)).await {
        Err(WireError::NotSent { reason }) => reason,
        other => panic!("{url}: {other:?}"),
    };
    let real = HttpWire::new(&WireOptions::to(Egress::to(["acme.example"]))).expect("a wire");
    for url in [server.url("/"), server.url("/").replace("127.0.0.1", "localhost")] {
        let host = if url.contains("localhost") { "localhost" } else { "127.0.0.1" };
        let sentence = format!("`{host}` is not on the list of hosts that this connection may call");
        assert_eq!(refused(&real, &url).await, sentence);
    }
    assert!(refused(&real, "http://acme.example/").await.contains("by https on its usual port only"));
    assert!(server.heads.lock().is_empty());
}

#[tokio::test]
async fn a_name_of_the_list_that_leads_into_our_network_is_not_called() {
    // Of all names, `localhost` is the one that surely leads to this machine.
    let wire = HttpWire::new(&WireOptions::to(Egress::to(["localhost"]))).expect("a wire");
    let Err(WireError::NotSent { reason }) = wire.send(get("https://localhost/")).await else { panic!("called") };
    assert!(reason.contains("only public addresses are called; check the name"), "{reason}");
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let server = Server::start(b"HTTP/1.1 302 Found\r\nlocation: /next\r\ncontent-length: 0\r\n\r\n").await;
    let response = wire().send(get(&server.url("/"))).await.expect("answered");
    assert_eq!((response.status().as_u16(), server.heads.lock().len()), (302, 1));
}

#[tokio::test]
async fn a_truncated_answer_is_an_error_of_its_body() {
    let server = Server::start(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await;
    let response = wire().send(get(&server.url("/"))).await.expect("a head");
    let mut stream = response.into_body().into_stream();
    assert_eq!(stream.length(), Some(100));
    let mut last = stream.next().await;
    while let Some(Ok(_)) = last {
        last = stream.next().await;
    }
    assert!(matches!(last, Some(Err(_))), "{last:?}");
}

#[tokio::test]
async fn a_stream_of_known_length_is_sent_with_its_length() {
    let server = Server::start(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let body = Body::Stream(ByteStream::from_bytes(Bytes::from_static(b"file bytes")));
    let request = Request::post(server.url("/file")).body(body).expect("a request");
    assert_eq!(text(wire().send(request).await.expect("answered")).await, "ok");
    let head = server.heads.lock()[0].to_ascii_lowercase();
    assert!(head.contains("content-length: 10\r\n") && !head.contains("chunked"), "{head}");
}

#[tokio::test]
async fn answers_are_unzipped() {
    // "hello" by gzip, written out so that no encoder is needed here.
    const HELLO: &[u8] = &[
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0, 0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0,
    ];
    let server = Server::serve(|_| {
        let mut answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 25\r\n\r\n".to_vec();
        answer.extend_from_slice(HELLO);
        answer
    })
    .await;
    let response = wire().send(get(&server.url("/"))).await.expect("answered");
    assert_eq!(text(response).await, "hello");
    assert!(server.heads.lock()[0].to_ascii_lowercase().contains("accept-encoding: gzip"));
}

#[test]
fn a_certificate_file_that_is_none_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    let problem = |file: &std::path::Path| {
        let options = WireOptions { ca_file: Some(file.to_owned()), ..WireOptions::default() };
        HttpWire::new(&options).expect_err("refused").to_string()
    };
    assert!(problem(&file).contains("cannot be read"));
    std::fs::write(&file, "not a certificate").expect("written");
    assert!(problem(&file).contains("holds no certificate"));
}

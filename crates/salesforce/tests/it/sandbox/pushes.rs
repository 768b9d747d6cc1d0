//! Outbound messages as an org sends them, read by this client.

use entente_salesforce::{WriteOptions, outbound};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Sandbox, row};

/// Takes one POST, acknowledges it, and gives its body.
async fn take_one(listener: TcpListener) -> Vec<u8> {
    let (mut socket, _) = listener.accept().await.expect("a delivery");
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let body_at = loop {
        let n = socket.read(&mut chunk).await.expect("bytes");
        bytes.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next()?.parse::<usize>().ok());
        if bytes.len() >= head.len() + 4 + length.expect("a length") {
            break head.len() + 4;
        }
    };
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n", outbound::ACK.len());
    socket.write_all([&head, outbound::ACK].concat().as_bytes()).await.expect("acknowledged");
    bytes.split_off(body_at)
}

#[tokio::test]
async fn a_change_is_pushed_and_taken() {
    let sandbox = Sandbox::demo().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hooks/salesforce/acme-org", listener.local_addr().expect("bound"));
    sandbox.control("POST", "push", &json!({ "object": "Case", "url": url })).await;
    let made = sandbox.client.create("Case", row(json!({ "Subject": "pushed" })), &WriteOptions::default()).await;
    let message = outbound::parse(&take_one(listener).await).expect("a message");
    let seen: Vec<_> = message.notifications.iter().map(|told| (told.object.as_str(), told.record)).collect();
    assert_eq!(seen, [("Case", made.expect("made").id)]);
    assert_eq!(message.organization, sandbox.client.signed_in().await.expect("signed in").organization);
}

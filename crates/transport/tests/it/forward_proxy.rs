//! A forward proxy as small as tests need: it wants a user and a password, passes plain requests on and tunnels
//! `CONNECT`. The clients' tests include this file by its path, so that all three speak of the same proxy.

use std::sync::Arc;

use entente_transport::{Egress, HttpWire, Proxy, WireOptions};
use parking_lot::Mutex;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// The user that it lets through.
const USER: &str = "ann";
/// The user's password.
pub(crate) const PASSWORD: &str = "canary";
/// Both, as Basic authentication writes them, in lower case.
const BASIC: &str = "basic yw5uomnhbmfyeq==";

/// A proxy that runs as long as the test's runtime.
pub(crate) struct ForwardProxy {
    pub(crate) url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ForwardProxy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let proxy = Self { url, heads: Arc::default() };
        let seen = Arc::clone(&proxy.heads);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(relay(socket, Arc::clone(&seen)));
            }
        });
        proxy
    }

    /// The head of every request that arrived, in order.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().clone()
    }
}

/// A wire through the proxy at `url`, to this machine and to hosts that are never reached.
pub(crate) fn through(url: &str, no_proxy: &[&str], password: Option<&str>) -> HttpWire {
    let proxy = Proxy {
        url: url.to_owned(),
        user: password.map(|_| USER.to_owned()),
        password: password.map(SecretString::from),
        no_proxy: no_proxy.iter().map(ToString::to_string).collect(),
    };
    let egress = Egress::to(["acme.example"]).or_this_machine(true);
    HttpWire::new(&WireOptions { proxy: Some(proxy), ..WireOptions::to(egress) }).expect("a wire")
}

async fn relay(mut client: TcpStream, heads: Arc<Mutex<Vec<String>>>) {
    let mut request = read_head(&mut client).await;
    let head = String::from_utf8_lossy(&request).into_owned();
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
        false => {
            // One request per connection: a second one on it would pass unseen.
            let second_line = head.find("\r\n").map_or(0, |end| end + 2);
            request.splice(second_line..second_line, *b"connection: close\r\n");
            peer.write_all(&request).await
        }
    };
    if opening.is_ok() {
        let _either_may_hang_up = copy_bidirectional(&mut client, &mut peer).await;
    }
}

/// Reads up to the blank line, and what came in the same packet.
pub(crate) async fn read_head(socket: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        match socket.read(&mut chunk).await {
            Ok(n) if n > 0 => bytes.extend_from_slice(&chunk[..n]),
            _ => break,
        }
    }
    bytes
}

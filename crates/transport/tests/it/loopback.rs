//! A hand-made HTTP/1.1 server on loopback, as small as these tests need.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Every request head that arrived, in order.
pub(crate) type Heads = Arc<Mutex<Vec<String>>>;

/// A server that gives each request the bytes `answer`; empty bytes close the connection without an answer.
pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) heads: Heads,
}

impl Server {
    pub(crate) async fn start(answer: &'static [u8]) -> Self {
        Self::serve(move |_| answer.to_vec()).await
    }

    pub(crate) async fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let heads = Heads::default();
        let (seen, answer) = (Arc::clone(&heads), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut socket = socket;
                    let head = read_head(&mut socket).await;
                    let bytes = answer(&head);
                    seen.lock().push(head);
                    let _peer_may_be_gone = socket.write_all(&bytes).await;
                });
            }
        });
        Self { port, heads }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// Reads up to the blank line; bodies of these tests fit the same packet and do not matter.
pub(crate) async fn read_head(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        match socket.read(&mut chunk).await {
            Ok(n) if n > 0 => bytes.extend_from_slice(&chunk[..n]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

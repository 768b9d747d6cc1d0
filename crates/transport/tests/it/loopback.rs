//! A hand-made HTTP/1.1 server on loopback, as small as these tests need.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket};

use crate::forward_proxy::read_head;

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
                    let head = String::from_utf8_lossy(&read_head(&mut socket).await).into_owned();
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

/// An address where nobody listens, for as long as the socket is kept: no other test can take it.
pub(crate) fn closed_port() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
    let address = socket.local_addr().expect("bound").to_string();
    (socket, address)
}

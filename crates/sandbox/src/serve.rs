//! Both sides on two sockets.
//!
//! The accept loop is ours because a fault must be able to cut a connection without an answer, which a framework's
//! server does not do. It speaks HTTP/1.1, and it ends when its token is cancelled.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt as _;

use crate::control::{Control, was_reset};
use crate::delivery;
use crate::world::{World, jira_router, salesforce_router};

/// A world that listens. Dropping it stops it.
#[derive(Debug)]
pub struct Served {
    salesforce: SocketAddr,
    jira: SocketAddr,
    stop: DropGuard,
    tasks: JoinSet<()>,
}

impl Served {
    /// Where the Salesforce org listens.
    pub fn salesforce(&self) -> SocketAddr {
        self.salesforce
    }

    /// Where the Jira site listens.
    pub fn jira(&self) -> SocketAddr {
        self.jira
    }

    /// The Salesforce org's URL.
    pub fn salesforce_url(&self) -> String {
        url(self.salesforce)
    }

    /// The Jira site's URL.
    pub fn jira_url(&self) -> String {
        url(self.jira)
    }

    /// Stops listening and waits until every connection has ended.
    pub async fn stop(self) {
        let Self { stop, mut tasks, .. } = self;
        drop(stop);
        while tasks.join_next().await.is_some() {}
    }
}

/// Serves `world` and delivers what it posts, until the answer is dropped or stopped. Port 0 picks a free one.
///
/// # Errors
/// When an address cannot be bound, or no HTTP client can be made.
pub async fn serve(
    world: &World,
    salesforce_listen: impl ToSocketAddrs,
    jira_listen: impl ToSocketAddrs,
) -> io::Result<Served> {
    let salesforce = TcpListener::bind(salesforce_listen).await?;
    let jira = TcpListener::bind(jira_listen).await?;
    let client = client()?;
    let stop = CancellationToken::new();
    let served = (salesforce.local_addr()?, jira.local_addr()?);
    let mut tasks = JoinSet::new();
    let sides = [
        (salesforce, salesforce_router(&world.salesforce), world.salesforce.control()),
        (jira, jira_router(&world.jira), world.jira.control()),
    ];
    for (listener, router, control) in sides {
        control.set_base_url(&url(listener.local_addr()?));
        tasks.spawn(accept(listener, router, stop.clone()));
        tasks.spawn(delivery::run(control.clone(), client.clone(), stop.clone()));
        tasks.spawn(run_late_calls(control.clone(), stop.clone()));
    }
    Ok(Served { salesforce: served.0, jira: served.1, stop: stop.drop_guard(), tasks })
}

fn client() -> io::Result<reqwest::Client> {
    let plain = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    plain.build().map_err(io::Error::other)
}

fn url(address: SocketAddr) -> String {
    let shown = match address.ip() {
        ip if ip.is_unspecified() => SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())),
        _ => address,
    };
    format!("http://{shown}")
}

async fn run_late_calls(control: Arc<Control>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = control.late_call_due() => control.run_late_calls().await,
        }
    }
}

async fn accept(listener: TcpListener, router: Router, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(connection(stream, router.clone(), stop.clone())); }
                Err(error) => tracing::warn!(%error, "Could not accept a connection"),
            },
        }
    }
    while connections.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, router: Router, stop: CancellationToken) {
    // Small answers should not wait for the peer's acknowledgement; a failure costs only time.
    drop(stream.set_nodelay(true));
    let service = hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let answer = router.clone().oneshot(request.map(axum::body::Body::new));
        async move {
            let Ok(response) = answer.await;
            // hyper ends the connection without a byte when the service fails: that is the fault `reset`.
            if was_reset(&response) { Err(io::Error::from(io::ErrorKind::ConnectionReset)) } else { Ok(response) }
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "A connection ended early");
    }
}

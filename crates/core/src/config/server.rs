//! How the server is reached.

use crate::config::Secret;

/// What is under `server:`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// The address to listen on, unless the command line names one: `127.0.0.1:7400`.
    pub listen: Option<std::net::SocketAddr>,
    /// The server's address as the world sees it, without a trailing slash; webhooks are registered under it.
    pub public_url: Option<String>,
    /// Bearer tokens that open the API; none: the API is closed.
    pub api_tokens: Vec<Secret>,
}

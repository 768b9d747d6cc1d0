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
    /// The Forge app whose calls are answered; none: its doors are closed.
    pub forge: Option<Forge>,
}

/// A Forge app of one's own, which shows links inside Jira.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forge {
    /// Its id, `ari:cloud:ecosystem::app/UUID`: the audience of the tokens that come with its calls.
    pub app_id: String,
    /// Where the keys are published that sign those tokens.
    pub jwks_url: String,
}

/// Where Atlassian publishes its keys.
/// <https://developer.atlassian.com/platform/forge/remote/essentials/#verifying-requests>
pub(crate) const FORGE_JWKS_URL: &str = "https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json";

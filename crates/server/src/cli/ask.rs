//! Whom a command asks: a server that runs, over its API, or the database itself, over that same API without a socket.
//!
//! One process at a time works in a data directory, so beside a running server a command has to ask the server. Either
//! way the question goes to `/api/v1`, and the answer is the same JSON document: a command of this kind is an address
//! of the API, options that become its query or body, and the words in which a person reads the answer.
//!
//! ```text
//! #[command(flatten)]
//! ask: Ask,
//! ..
//! let asked = self.ask.open(screen).await?;
//! let answer = asked.post(&["items", &self.item, "resume"], &json!({ "by": who() })).await;
//! asked.close().await;
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use clap::Args;
use entente_store::Store;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::redirect::Policy;
use serde_json::Value as Json;
use tower::ServiceExt as _;
use url::form_urlencoded;

use super::Failure;
use super::configured::{Configured, Purpose};
use super::data::Data;
use crate::limits::{API_ANSWER_BYTES_MAX, API_ANSWER_TIME};
use crate::screen::Screen;
use crate::web::{AT_A_TERMINAL, api};

/// `--config FILE [--data-dir D | --database-url URL]`, or `--server URL --token T`.
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The configuration file, when no server runs on its data
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// Ask the server that runs at this address instead
    #[arg(long, value_name = "URL", env = "ENTENTE_SERVER", hide_env_values = true)]
    pub(super) server: Option<String>,

    /// One of that server's `server.api_tokens`
    #[arg(long, value_name = "T", env = "ENTENTE_API_TOKEN", hide_env_values = true)]
    token: Option<String>,

    #[command(flatten)]
    pub(crate) data: Data,
}

/// Somebody who answers.
pub(crate) enum Asked {
    /// A server that runs.
    Server { client: reqwest::Client, url: String, token: String },
    /// The database, opened for this command alone.
    Store {
        api: Router,
        store: Store,
        /// The text of the named file, if another configuration is in use.
        draft: Option<String>,
    },
}

impl Ask {
    /// The same, where another file than the one that runs says where the database is: nothing needs to be in use yet.
    pub(crate) async fn open_beside(&self, file: &Path, screen: &Screen) -> Result<Asked, Failure> {
        if self.server.is_some() {
            return self.open(screen).await;
        }
        let configured = Configured::beside(&self.data, self.config.as_deref().unwrap_or(file)).await?;
        let store = configured.store.clone();
        Ok(Asked::Store { api: api(configured.app(false)?), store, draft: None })
    }

    /// Finds out whom to ask; a database stays open until [`Asked::close`]. Where there is none yet, none is made: an empty
    /// one that leaves no trace answers.
    pub(crate) async fn open(&self, screen: &Screen) -> Result<Asked, Failure> {
        self.open_for(Purpose::Ask, screen).await
    }

    /// The same for a command that has something to remember: it makes the database.
    pub(crate) async fn open_to_remember(&self, screen: &Screen) -> Result<Asked, Failure> {
        self.open_for(Purpose::Remember, screen).await
    }

    /// The same for a purpose.
    pub(crate) async fn open_for(&self, purpose: Purpose, screen: &Screen) -> Result<Asked, Failure> {
        match (&self.server, &self.config) {
            (Some(url), Some(_)) => Err(Failure::misuse(
                "two-to-ask",
                format!(
                    "--config names a configuration, and --server or ENTENTE_SERVER the server at {}",
                    server(url)?
                ),
                "give one of them; `env -u ENTENTE_SERVER entente ..` leaves the variable out",
            )),
            (Some(url), None) => self.server(&server(url)?),
            (None, Some(config)) => self.store(Some(config), purpose, screen).await,
            (None, None) if self.data.is_named() => self.store(None, purpose, screen).await,
            (None, None) => Err(Failure::misuse(
                "nobody-to-ask",
                "neither --config nor --server is given",
                "give --config FILE, or --server URL and --token T when a server runs, or --data-dir D where a configuration was applied",
            )),
        }
    }

    fn server(&self, url: &str) -> Result<Asked, Failure> {
        let Some(token) = self.token.clone() else {
            let remedy = "give one of the server's `server.api_tokens` with --token, or in ENTENTE_API_TOKEN";
            return Err(Failure::misuse("no-token", format!("the server at {url} wants a token"), remedy));
        };
        if HeaderValue::from_str(&token).is_err() {
            let remedy = "give it as it stands in `server.api_tokens`, or as `entente users add` showed it";
            return Err(Failure::misuse(
                "no-token",
                "the token has a line break, or another character that no token has",
                remedy,
            ));
        }
        // The token goes to the named server and nowhere else: no proxies, no redirects.
        let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(API_ANSWER_TIME);
        // Plain http wants no certificates, and a machine that has none must still be able to call itself.
        let client = if url.starts_with("http:") { client.tls_certs_only([]) } else { client };
        let client = client.build().map_err(|error| Failure::machine("cannot call", &error))?;
        Ok(Asked::Server { client, url: url.to_owned(), token })
    }

    async fn store(&self, config: Option<&Path>, purpose: Purpose, screen: &Screen) -> Result<Asked, Failure> {
        let configured = Configured::find_for(purpose, &self.data, config, screen).await?;
        let draft = configured.draft.as_ref().map(|draft| draft.text.clone());
        let store = configured.store.clone();
        Ok(Asked::Store { api: api(configured.app(false)?), store, draft })
    }
}

impl Asked {
    /// Reads an address under `/api/v1`, given in its parts; what is asked for without a value is left out.
    pub(crate) async fn get(&self, path: &[&str], query: &[(&str, Option<String>)]) -> Result<Json, Failure> {
        let given = query.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        self.send(Method::GET, &address(path, given), None).await
    }

    /// Reads a list to its end: each page names what comes after it.
    pub(crate) async fn pages(
        &self,
        path: &[&str],
        query: &[(&str, Option<String>)],
        rows: &str,
    ) -> Result<Vec<Json>, Failure> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let query: Vec<_> = query.iter().cloned().chain([("after", after)]).collect();
            let page = self.get(path, &query).await?;
            let rows = page[rows].as_array().cloned().unwrap_or_default();
            let is_end = rows.is_empty();
            all.extend(rows);
            match page["next"].as_i64() {
                Some(next) if !is_end => after = Some(next.to_string()),
                _ => return Ok(all),
            }
        }
    }

    /// Sends a wish to an address under `/api/v1`, given in its parts.
    pub(crate) async fn post(&self, path: &[&str], body: &Json) -> Result<Json, Failure> {
        self.send(Method::POST, &address(path, std::iter::empty::<(&str, &str)>()), Some(body)).await
    }

    /// The text of the named file, if another configuration is in use.
    pub(crate) fn draft(&self) -> Option<String> {
        match self {
            Self::Server { .. } => None,
            Self::Store { draft, .. } => draft.clone(),
        }
    }

    /// Whether a server runs that carries out at once what it is asked for.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self, Self::Server { .. })
    }

    /// Lets the database go.
    pub(crate) async fn close(self) {
        match self {
            Self::Server { .. } => {}
            Self::Store { store, .. } => store.close().await,
        }
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Json>) -> Result<Json, Failure> {
        let (status, bytes) = match self {
            Self::Server { client, url, token } => {
                let request = client.request(method, format!("{url}{path}")).bearer_auth(token);
                let request = request.header(CONTENT_TYPE, "application/json");
                let request = request.body(body.map(Json::to_string).unwrap_or_default());
                let response = request.send().await.map_err(|error| unanswered(url, &error))?;
                let status = response.status();
                let body = http::Response::<reqwest::Body>::from(response).into_body();
                (status, read(Body::new(body)).await.map_err(|error| unanswered(url, &error))?)
            }
            Self::Store { api, .. } => {
                let request = Request::builder()
                    .method(method)
                    .uri(path)
                    .header(CONTENT_TYPE, "application/json")
                    .body(body.map_or_else(Body::empty, |body| body.to_string().into()));
                let request = request.map_err(|error| Failure::machine("cannot ask", &error))?;
                let Ok(response) = api.clone().oneshot(request).await;
                let status = response.status();
                let bytes = read(response.into_body()).await;
                (status, bytes.map_err(|error| Failure::machine("cannot read the answer", &error))?)
            }
        };
        understood(status, &bytes)
    }
}

/// Who sits at this terminal, for the journal.
pub(crate) fn who() -> String {
    std::env::var("USER").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| AT_A_TERMINAL.to_owned())
}

/// Path and query under `/api/v1`; whatever a part holds stays within it.
fn address<K: AsRef<str>, V: AsRef<str>>(path: &[&str], query: impl Iterator<Item = (K, V)>) -> String {
    let escaped = path.iter().map(|part| utf8_percent_encode(part, NON_ALPHANUMERIC).to_string());
    let path = escaped.collect::<Vec<_>>().join("/");
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/api/v1/{path}{mark}{query}")
}

async fn read(body: Body) -> Result<bytes::Bytes, axum::Error> {
    axum::body::to_bytes(body, API_ANSWER_BYTES_MAX).await
}

/// The document of an answer; a refusal has its sentence in it.
fn understood(status: StatusCode, bytes: &[u8]) -> Result<Json, Failure> {
    let answer: Option<Json> = serde_json::from_slice(bytes).ok();
    match answer {
        Some(answer) if status.is_success() => Ok(answer),
        answer => Err(refusal(status, &answer.unwrap_or_default())),
    }
}

fn refusal(status: StatusCode, answer: &Json) -> Failure {
    let Some(sentence) = answer["detail"].as_str() else {
        let message = format!("the answer was {status}, without the sentence that Entente gives");
        return Failure::misuse("no-entente", message, "check that --server is the address of an Entente server");
    };
    match status {
        StatusCode::BAD_REQUEST
        | StatusCode::UNAUTHORIZED
        | StatusCode::NOT_FOUND
        | StatusCode::UNPROCESSABLE_ENTITY => Failure::misuse("refused", sentence, ""),
        _ => Failure::no("refused", sentence, answer["remedy"].as_str().unwrap_or_default()),
    }
}

fn unanswered(url: &str, error: &(dyn Error + 'static)) -> Failure {
    // The innermost cause is the one that a person can do something about.
    let cause = std::iter::successors(Some(error), |&error| error.source()).last();
    let error = cause.map(ToString::to_string).unwrap_or_default();
    let remedy = "check that the server runs and that --server, or ENTENTE_SERVER, is its address";
    Failure::no("unanswered", format!("the server at {url} does not answer: {error}"), remedy)
}

/// Reads the address of a server: `http://127.0.0.1:7400`, or where a proxy shows it. What is wrong is not repeated: a
/// password may be in it.
fn server(text: &str) -> Result<String, Failure> {
    let refused = |why: &str| {
        let remedy =
            "write it like http://127.0.0.1:7400; what lets you in is the token of --token or ENTENTE_API_TOKEN";
        Failure::misuse("no-address", format!("--server, or ENTENTE_SERVER, {why}"), remedy)
    };
    let url = url::Url::parse(text).map_err(|_| refused("is no address of a server"))?;
    match url.scheme() {
        "http" | "https" if !url.username().is_empty() || url.password().is_some() => {
            Err(refused("holds a user name or a password"))
        }
        "http" | "https" if url.has_host() && url.query().is_none() && url.fragment().is_none() => {
            Ok(url.as_str().trim_end_matches('/').to_owned())
        }
        _ => Err(refused("is no address of a server")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_an_address_without_credentials() {
        assert_eq!(server("http://127.0.0.1:7400/").unwrap(), "http://127.0.0.1:7400");
        assert_eq!(server("https://acme.example/entente").unwrap(), "https://acme.example/entente");
        for wrong in ["127.0.0.1:7400", "ftp://acme.example", "http://a:b@acme.example", "http://acme.example/?x=1"] {
            assert!(server(wrong).is_err(), "{wrong}");
        }
    }
}

//! The real wire: HTTP/1.1 and HTTP/2 over TLS, through a proxy if the connection names one.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::{Body, ByteStream, Wire, WireError};
use crate::limits::{CONNECT_TIMEOUT_MS, POOL_IDLE_TIMEOUT_MS, READ_IDLE_TIMEOUT_MS};

/// How to reach the outside.
#[derive(Debug, Clone, Default)]
pub struct WireOptions {
    /// The proxy for every request. The environment's proxy variables are never read: a connection says what it uses.
    pub proxy: Option<Proxy>,
    /// The longest wait for a connection, TLS included, in milliseconds; ten seconds unless given.
    pub connect_timeout_ms: Option<u64>,
    /// Further trusted certificates, as a PEM file.
    pub ca_file: Option<PathBuf>,
}

/// A forward proxy.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// `http://host:port` or `https://host:port`.
    pub url: String,
    /// The user of Basic authentication, if the proxy wants one.
    pub user: Option<String>,
    /// The password of Basic authentication.
    pub password: Option<SecretString>,
    /// Hosts, domains (`.example.com`) and address ranges that are reached directly.
    pub no_proxy: Vec<String>,
}

/// Why a wire could not be made; a sentence for the person who wrote the options.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct WireSetupError(String);

/// A [`Wire`] over sockets. Cheap to clone; connections are pooled.
#[derive(Debug, Clone)]
pub struct HttpWire {
    client: reqwest::Client,
}

impl HttpWire {
    /// Makes a wire: no redirects, no proxies from the environment, gzip undone.
    pub fn new(options: &WireOptions) -> Result<Self, WireSetupError> {
        // rustls panics at first use if two providers are compiled in and none is chosen; a second choice is an error
        // that only says that it was chosen already.
        let _already_chosen = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let certificates = read_certificates(options)?;
        let client = builder(options)?.tls_certs_merge(certificates.clone()).build();
        // On a machine without a CA store the build fails even for plain http (seanmonstar/reqwest#2988). Trusting only
        // the given file keeps loopback usable; https then fails with the certificate's own error.
        let client = match client {
            Ok(client) => client,
            Err(_) => {
                builder(options)?.tls_certs_only(certificates).build().map_err(|e| WireSetupError(sentence(&e)))?
            }
        };
        Ok(Self { client })
    }
}

impl Wire for HttpWire {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, WireError>> {
        Box::pin(async move {
            let request = outgoing(request).map_err(|error| not_sent(&error))?;
            match self.client.execute(request).await {
                Ok(response) => Ok(incoming(response)),
                Err(error) if error.is_connect() || error.is_builder() => Err(not_sent(&error)),
                Err(error) => Err(WireError::Lost { reason: sentence(&error) }),
            }
        })
    }
}

fn builder(options: &WireOptions) -> Result<reqwest::ClientBuilder, WireSetupError> {
    let connect_timeout_ms = options.connect_timeout_ms.unwrap_or(CONNECT_TIMEOUT_MS);
    let builder = reqwest::Client::builder()
        .user_agent(concat!("entente/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_millis(connect_timeout_ms))
        .read_timeout(Duration::from_millis(READ_IDLE_TIMEOUT_MS))
        .pool_idle_timeout(Duration::from_millis(POOL_IDLE_TIMEOUT_MS));
    match &options.proxy {
        Some(proxy) => Ok(builder.proxy(proxy_of(proxy)?)),
        None => Ok(builder),
    }
}

fn proxy_of(proxy: &Proxy) -> Result<reqwest::Proxy, WireSetupError> {
    let mut made = reqwest::Proxy::all(&proxy.url)
        .map_err(|_| WireSetupError("the proxy's URL is not usable; write http://host:port".into()))?
        .no_proxy(reqwest::NoProxy::from_string(&proxy.no_proxy.join(",")));
    if let Some(user) = &proxy.user {
        let password = proxy.password.as_ref().map_or("", |password| password.expose_secret());
        made = made.basic_auth(user, password);
    }
    Ok(made)
}

fn read_certificates(options: &WireOptions) -> Result<Vec<reqwest::Certificate>, WireSetupError> {
    let Some(path) = &options.ca_file else {
        return Ok(Vec::new());
    };
    let problem = |what: String| WireSetupError(format!("the certificate file {} {what}", path.display()));
    let pem = std::fs::read(path).map_err(|error| problem(format!("cannot be read: {error}")))?;
    let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|_| problem("is not PEM".into()))?;
    if certificates.is_empty() { Err(problem("holds no certificate".into())) } else { Ok(certificates) }
}

fn outgoing(request: http::Request<Body>) -> Result<reqwest::Request, reqwest::Error> {
    let (mut parts, body) = request.into_parts();
    let body = match body {
        Body::Empty => reqwest::Body::from(""),
        Body::Bytes(bytes) => reqwest::Body::from(bytes),
        Body::Stream(stream) => {
            // Without a length the request goes out chunked, which upload endpoints of both vendors may refuse.
            if let Some(length) = stream.length() {
                parts.headers.insert(CONTENT_LENGTH, length.into());
            }
            reqwest::Body::wrap_stream(stream.into_stream())
        }
    };
    reqwest::Request::try_from(http::Request::from_parts(parts, body))
}

fn incoming(response: reqwest::Response) -> http::Response<Body> {
    // A length that stands beside a content encoding counts compressed bytes, so it says nothing about ours.
    let encoded = response.headers().contains_key(CONTENT_ENCODING);
    let length = response.content_length().filter(|_| !encoded);
    let mut answer = http::Response::new(Body::Empty);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    let stream = response.bytes_stream().map_err(|error| io::Error::other(sentence(&error)));
    *answer.body_mut() = Body::Stream(ByteStream::new(stream, length));
    answer
}

fn not_sent(error: &reqwest::Error) -> WireError {
    WireError::NotSent { reason: sentence(error) }
}

/// The innermost cause in words. reqwest's own text starts with the URL, whose query may hold what logs should not.
fn sentence(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let what = if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the exchange broke"
    };
    if std::ptr::addr_eq(innermost, error) { what.to_owned() } else { format!("{what} ({innermost})") }
}

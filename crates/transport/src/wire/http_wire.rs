//! The real wire: HTTP/1.1 and HTTP/2 over TLS, through a proxy if the connection names one.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::uri::Authority;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::reason::{self, ProxyName};
use super::resolver::Resolver;
use super::{Body, ByteStream, Wire, WireError};
use crate::egress::Egress;
use crate::limits::{CONNECT_TIMEOUT_MS, POOL_IDLE_TIMEOUT_MS, READ_IDLE_TIMEOUT_MS};

/// How to reach the outside.
#[derive(Debug, Clone, Default)]
pub struct WireOptions {
    /// The hosts that requests may go to; none unless given.
    pub egress: Egress,
    /// The proxy for every request. The environment's proxy variables are never read: a connection says what it uses.
    pub proxy: Option<Proxy>,
    /// The longest wait for a connection, TLS included, in milliseconds; ten seconds unless given.
    pub connect_timeout_ms: Option<u64>,
    /// Further trusted certificates, as a PEM file.
    pub ca_file: Option<PathBuf>,
}

impl WireOptions {
    /// The usual options for requests to these hosts.
    pub fn to(egress: Egress) -> Self {
        Self { egress, ..Self::default() }
    }
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
    egress: Egress,
    proxy: Option<ProxyName>,
}

impl HttpWire {
    /// Makes a wire: listed hosts only, no redirects, no proxies from the environment, gzip undone.
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
            Err(_) => builder(options)?.tls_certs_only(certificates).build().map_err(|error| unbuilt(&error))?,
        };
        Ok(Self { client, egress: options.egress.clone(), proxy: options.proxy.as_ref().map(ProxyName::of) })
    }
}

impl Wire for HttpWire {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, WireError>> {
        Box::pin(async move {
            let host = request.uri().authority().map_or("the peer", Authority::as_str).to_owned();
            let reason = |error| reason::of(&error, &host, self.proxy.as_ref());
            let request = outgoing(request).map_err(|error| WireError::NotSent { reason: reason(error) })?;
            // The address as it will be called: numbers and names have their one form by now.
            self.egress.check(request.url()).map_err(|reason| WireError::NotSent { reason })?;
            match (self.client.execute(request).await, &self.proxy) {
                // Only a proxy answers so: the peer has not seen the request.
                (Ok(response), Some(proxy)) if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                    Err(WireError::NotSent { reason: proxy.wants_password() })
                }
                (Ok(response), _) => Ok(incoming(response, host)),
                (Err(error), _) if error.is_connect() || error.is_builder() => {
                    Err(WireError::NotSent { reason: reason(error) })
                }
                (Err(error), _) => Err(WireError::Lost { reason: reason(error) }),
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
        .dns_resolver(Resolver::new(options.egress.clone(), options.proxy.as_ref()))
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

fn incoming(response: reqwest::Response, host: String) -> http::Response<Body> {
    // A length that stands beside a content encoding counts compressed bytes, so it says nothing about ours.
    let encoded = response.headers().contains_key(CONTENT_ENCODING);
    let length = response.content_length().filter(|_| !encoded);
    let mut answer = http::Response::new(Body::Empty);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    let stream = response.bytes_stream().map_err(move |error| io::Error::other(reason::of(&error, &host, None)));
    *answer.body_mut() = Body::Stream(ByteStream::new(stream, length));
    answer
}

fn unbuilt(error: &reqwest::Error) -> WireSetupError {
    let cause = reason::innermost(error).unwrap_or_else(|| "no reason is known".to_owned());
    WireSetupError(format!("the HTTP client cannot be set up ({cause})"))
}

//! Why a request has no answer, in words for the person who has to do something about it. They name the host and the
//! proxy, never a path, a query or a credential.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use super::Proxy;

/// hyper-util keeps the type of these to itself, so only their words tell them apart.
const TUNNEL_WANTS_PASSWORD: &str = "tunnel error: proxy authorization required";
const TUNNEL_REFUSED: &str = "tunnel error: unsuccessful";

/// The proxy of a wire as sentences name it.
#[derive(Debug, Clone)]
pub(super) struct ProxyName {
    url: String,
    has_user: bool,
}

impl ProxyName {
    pub(super) fn of(proxy: &Proxy) -> Self {
        Self { url: proxy.url.clone(), has_user: proxy.user.is_some() }
    }

    /// It answered 407.
    pub(super) fn wants_password(&self) -> String {
        let Self { url, has_user } = self;
        match has_user {
            true => format!("the proxy {url} refused the user and password of this connection (407)"),
            false => format!("the proxy {url} wants a user and a password, and this connection has none (407)"),
        }
    }
}

/// Why a request to `host` was not answered. reqwest's own text starts with the URL, whose query may hold what logs
/// should not, so only the innermost cause is quoted.
pub(super) fn of(error: &reqwest::Error, host: &str, proxy: Option<&ProxyName>) -> String {
    if let Some(why) = certificate_error(error) {
        return untrusted(host, why);
    }
    let cause = innermost(error);
    let shown = cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
    match (cause.as_deref(), proxy) {
        (Some(TUNNEL_WANTS_PASSWORD), Some(proxy)) => proxy.wants_password(),
        (Some(TUNNEL_REFUSED), Some(proxy)) => format!("the proxy {} refused to connect to {host}", proxy.url),
        _ if error.is_timeout() => format!("{host} timed out{shown}"),
        // Which of the two could not be reached, the error does not say.
        (_, Some(proxy)) if error.is_connect() => {
            format!("no connection to {host} or to the proxy {}{shown}", proxy.url)
        }
        _ if error.is_connect() => format!("no connection to {host}{shown}"),
        _ => format!("the exchange with {host} broke{shown}"),
    }
}

/// The words of the cause that all other causes come from; none if the error has no cause.
pub(super) fn innermost(error: &reqwest::Error) -> Option<String> {
    let mut last = error.source()?;
    while let Some(source) = last.source() {
        last = source;
    }
    Some(last.to_string())
}

fn untrusted(host: &str, why: &CertificateError) -> String {
    use CertificateError as E;
    let (what, remedy) = match why {
        E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. } => {
            ("is not valid now", "check this machine's clock; if it is right, the certificate must be renewed")
        }
        E::NotValidForName | E::NotValidForNameContext { .. } => {
            ("is for another name", "correct the address of the connection")
        }
        _ => (
            "is not trusted",
            "if the address is right, add the authority that issued it to the trusted certificates of this machine",
        ),
    };
    format!("the TLS certificate of {host} {what} ({why}); {remedy}")
}

fn certificate_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e CertificateError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            return Some(why);
        }
        // What an `io::Error` wraps is itself no `source` of it.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

//! Which hosts are Salesforce, and what a person may mean by a login URL.

use std::net::IpAddr;

use url::{Host, Url};

/// The sign-in hosts that every org shares.
const SHARED_HOSTS: [&str; 2] = ["login.salesforce.com", "test.salesforce.com"];

/// The suffix of every My Domain, sandboxes (`acme--uat.sandbox`), Developer Editions and scratch orgs included.
const MY_DOMAIN: &str = ".my.salesforce.com";

/// The suffix of the address that people see in their browser.
const LIGHTNING: &str = ".lightning.force.com";

/// The origin that a login URL means: `https://login.salesforce.com`, `https://test.salesforce.com` or a My Domain.
///
/// A Lightning address becomes its My Domain; path, query and trailing slash are dropped. With `sandbox`, loopback
/// addresses are accepted too, also by http. Anything else is refused with a sentence for the person who wrote it.
pub fn normalize_login_url(text: &str, sandbox: bool) -> Result<Url, String> {
    let text = text.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url =
        Url::parse(&text).map_err(|_| format!("`{text}` is not a URL; write https://YOUR-DOMAIN.my.salesforce.com"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a login URL carries no user name or password".into());
    }
    if is_loopback(&url) {
        return if sandbox {
            origin(&url)
        } else {
            Err("a loopback address is only allowed for a connection with `sandbox: true`".into())
        };
    }
    if url.scheme() != "https" || url.port().is_some() {
        return Err("a login URL starts with https:// and names no port".into());
    }
    let host = url.host_str().unwrap_or_default();
    let host = match host.strip_suffix(LIGHTNING) {
        Some(domain) => format!("{domain}{MY_DOMAIN}"),
        None => host.to_owned(),
    };
    if SHARED_HOSTS.contains(&host.as_str()) || host.strip_suffix(MY_DOMAIN).is_some_and(|domain| !domain.is_empty()) {
        return Url::parse(&format!("https://{host}/")).map_err(|_| format!("`{host}` is not a host name"));
    }
    Err(format!("`{host}` is not a Salesforce login host; write https://YOUR-DOMAIN.my.salesforce.com"))
}

/// Whether calls may go to `url`: Salesforce's own hosts by https; for a sandbox connection also loopback. A token
/// answer names its host itself, so it must pass here before anything is sent to it.
pub(crate) fn is_allowed(url: &Url, sandbox: bool) -> bool {
    if is_loopback(url) {
        return sandbox;
    }
    let host = url.host_str().unwrap_or_default();
    url.scheme() == "https"
        && (host.ends_with(".salesforce.com") || host.ends_with(".force.com"))
        && url.port().is_none()
}

/// Whether this host belongs to a sandbox or scratch org, which sign in at `test.salesforce.com`.
pub(crate) fn is_test_org(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == SHARED_HOSTS[1] || host.contains(".sandbox.") || host.contains(".scratch.")
}

/// Whether this is a host that all orgs share.
pub(crate) fn is_shared(url: &Url) -> bool {
    SHARED_HOSTS.contains(&url.host_str().unwrap_or_default())
}

fn is_loopback(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
            None => false,
        }
}

fn origin(url: &Url) -> Result<Url, String> {
    Url::parse(&url.origin().ascii_serialization()).map_err(|_| format!("`{url}` has no origin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_becomes_an_origin() {
        let table = [
            ("https://login.salesforce.com", "https://login.salesforce.com/"),
            ("https://test.salesforce.com/", "https://test.salesforce.com/"),
            ("https://acme.my.salesforce.com/home/home.jsp?x=1#y", "https://acme.my.salesforce.com/"),
            ("  https://ACME.my.salesforce.com  ", "https://acme.my.salesforce.com/"),
            ("acme.my.salesforce.com", "https://acme.my.salesforce.com/"),
            ("https://acme--uat.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com/"),
            ("https://acme-dev-ed.develop.my.salesforce.com", "https://acme-dev-ed.develop.my.salesforce.com/"),
            ("https://acme.scratch.my.salesforce.com", "https://acme.scratch.my.salesforce.com/"),
            ("https://acme.lightning.force.com/lightning/page/home", "https://acme.my.salesforce.com/"),
            ("https://acme--uat.sandbox.lightning.force.com", "https://acme--uat.sandbox.my.salesforce.com/"),
            ("https://acme.my.salesforce.com:443", "https://acme.my.salesforce.com/"),
        ];
        for (text, expected) in table {
            assert_eq!(normalize_login_url(text, false).map(String::from), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_a_sentence() {
        for text in [
            "",
            "http://acme.my.salesforce.com",
            "https://acme.my.salesforce.com:8443",
            "https://salesforce.com.evil.example",
            "https://evilmy.salesforce.com",
            "https://.my.salesforce.com",
            "https://acme.my.salesforce.com.evil.example",
            "https://acme.my.salesforce.com@evil.example",
            "https://user:pw@acme.my.salesforce.com",
            "ftp://acme.my.salesforce.com",
            "https://10.0.0.1",
            "http://127.0.0.1:7401",
            "https://localhost",
        ] {
            assert!(normalize_login_url(text, false).is_err(), "{text}");
        }
    }

    #[test]
    fn loopback_is_for_sandbox_connections() {
        for (text, expected) in [
            ("http://127.0.0.1:7401/", "http://127.0.0.1:7401/"),
            ("http://localhost:7401/x", "http://localhost:7401/"),
            ("http://[::1]:7401", "http://[::1]:7401/"),
        ] {
            assert_eq!(normalize_login_url(text, true).map(String::from), Ok(expected.to_owned()), "{text}");
        }
        assert!(normalize_login_url("http://acme.my.salesforce.com", true).is_err());
        assert!(normalize_login_url("http://192.168.1.7", true).is_err());
    }

    #[test]
    fn calls_only_go_to_salesforce() {
        let allowed = |text: &str, sandbox| is_allowed(&Url::parse(text).expect("a URL"), sandbox);
        assert!(allowed("https://acme.my.salesforce.com", false));
        assert!(allowed("https://na139.salesforce.com", false));
        assert!(allowed("https://acme.file.force.com", false));
        assert!(!allowed("http://acme.my.salesforce.com", false));
        assert!(!allowed("https://evil.example", false));
        assert!(!allowed("https://evilforce.com", false));
        assert!(!allowed("http://127.0.0.1:1", false));
        assert!(allowed("http://127.0.0.1:1", true));
        assert!(!allowed("http://169.254.169.254", true));
    }
}

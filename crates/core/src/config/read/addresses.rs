//! Which addresses are possible, and the one form in which they are kept.

use url::{Host, Url};

use super::Reader;
use crate::config::tree::Position;

/// Login hosts that serve every org.
const SHARED_LOGIN: [&str; 2] = ["login.salesforce.com", "test.salesforce.com"];
const MY_DOMAIN: &str = ".my.salesforce.com";
const LIGHTNING: &str = ".lightning.force.com";
/// The domains of Jira Cloud sites:
/// <https://support.atlassian.com/organization-administration/docs/ip-addresses-and-domains-for-atlassian-cloud-products/>.
const SITE_DOMAINS: [&str; 2] = [".atlassian.net", ".jira.com"];

impl Reader<'_> {
    /// A Salesforce login address as an origin. The address that browsers show (Lightning) becomes its My Domain.
    pub(super) fn login_url(&mut self, text: &str, at: Position, sandbox: bool) -> String {
        let Some(url) = self.remote(text, at, sandbox) else { return String::new() };
        let host = url.host_str().unwrap_or_default();
        if is_loopback(&url) {
            return origin(&url);
        }
        if let Some(domain) = host.strip_suffix(LIGHTNING).filter(|_| is_below(LIGHTNING, host)) {
            return format!("https://{domain}{MY_DOMAIN}");
        }
        if SHARED_LOGIN.contains(&host) || is_below(MY_DOMAIN, host) {
            return self.at_the_usual_port(&url, at, "login-host");
        }
        let message = format!("`{host}` is no login host of Salesforce");
        let remedy = "write the org's My Domain, `https://NAME.my.salesforce.com` (Setup > My Domain)";
        self.report.error(at, "login-host", message, remedy);
        String::new()
    }

    /// The address of a Jira site as an origin. A page of it is refused: what follows the host would be dropped in silence.
    pub(super) fn site_url(&mut self, text: &str, at: Position, sandbox: bool) -> String {
        let Some(url) = self.remote(text, at, sandbox) else { return String::new() };
        let host = url.host_str().unwrap_or_default();
        let is_site = SITE_DOMAINS.iter().any(|domain| is_below(domain, host));
        if (is_site || is_loopback(&url)) && (url.path() != "/" || url.query().is_some() || url.fragment().is_some()) {
            let message = "this is a page of a site, and no site";
            self.report.error(at, "site-host", message, format!("write `{}`", origin(&url)));
            return String::new();
        }
        if is_loopback(&url) {
            return origin(&url);
        }
        if is_site {
            return self.at_the_usual_port(&url, at, "site-host");
        }
        let message = format!("`{host}` is no host of a Jira Cloud site");
        let remedy = "write the site's address, `https://NAME.atlassian.net`; Jira Data Center is not supported";
        self.report.error(at, "site-host", message, remedy);
        String::new()
    }

    /// The server's own address; loopback is fine here, for trying things out.
    pub(super) fn public_url(&mut self, text: &str, at: Position) -> String {
        let Some(url) = self.address(text, at) else { return String::new() };
        if url.scheme() == "http" && !is_loopback(&url) {
            self.insecure(at, "Jira delivers webhooks to https only");
        }
        without_slash(url)
    }

    /// Where keys are published; they are only as good as the way they come.
    pub(super) fn keys_url(&mut self, text: &str, at: Position) -> String {
        let Some(url) = self.address(text, at) else { return String::new() };
        if url.scheme() == "http" && !is_loopback(&url) {
            self.insecure(at, "whoever is on the way could put in keys of their own");
        }
        url.into()
    }

    /// A proxy's address as an origin; its credentials have keys of their own.
    pub(super) fn proxy_url(&mut self, text: &str, at: Position) -> String {
        let remedy = "write it as `http://HOST:PORT`; `user:` and `password:` of the proxy have keys of their own";
        self.address_like(text, at, remedy).map(|url| origin(&url)).unwrap_or_default()
    }

    /// The vendors' hosts answer at one port only.
    fn at_the_usual_port(&mut self, url: &Url, at: Position, code: &'static str) -> String {
        let Some(port) = url.port() else { return origin(url) };
        let host = url.host_str().unwrap_or_default();
        let message = format!("port {port} is none of `{host}`: it is called at the usual one");
        self.report.error(at, code, message, format!("write `https://{host}`"));
        String::new()
    }

    /// An address outside: https, unless this is a sandbox on this machine.
    fn remote(&mut self, text: &str, at: Position, sandbox: bool) -> Option<Url> {
        let url = self.address(text, at)?;
        match (is_loopback(&url), sandbox) {
            (true, true) => Some(url),
            (true, false) => {
                let message = format!("`{}` is this machine itself", url.host_str().unwrap_or_default());
                let remedy = "write the vendor's address; for a stand-in add `sandbox: true` to the connection";
                self.report.error(at, "loopback-url", message, remedy);
                None
            }
            (false, _) if url.scheme() == "http" => {
                self.insecure(at, "credentials would travel in the open");
                None
            }
            (false, _) => Some(url),
        }
    }

    fn address(&mut self, text: &str, at: Position) -> Option<Url> {
        self.address_like(text, at, "write it as `https://HOST`; users and passwords have keys of their own")
    }

    fn address_like(&mut self, text: &str, at: Position, remedy: &str) -> Option<Url> {
        if text.is_empty() {
            return None;
        }
        let wrong = match Url::parse(text) {
            // Where others see a name and a password before the host, the standard sees the host and a path.
            Ok(_) if text.contains('\\') => "it has a backslash",
            Ok(url) if !matches!(url.scheme(), "https" | "http") => "it begins with neither `https://` nor `http://`",
            Ok(url) if !url.username().is_empty() || url.password().is_some() => "it carries a user or a password",
            Ok(url) if url.host_str().is_none_or(str::is_empty) => "it names no host",
            Ok(url) => return Some(url),
            Err(_) => "it is no address",
        };
        // The text is not shown: it may carry a password, or stand for a reference.
        self.report.error(at, "bad-url", format!("this address cannot be used: {wrong}"), remedy);
        None
    }

    fn insecure(&mut self, at: Position, why: &str) {
        self.report.error(at, "insecure-url", format!("plain http is refused: {why}"), "write `https://`");
    }
}

/// Whether a login address serves every org, so that some ways of signing in do not work there.
pub(super) fn is_shared_login(login_url: &str) -> bool {
    SHARED_LOGIN.iter().any(|host| login_url.strip_prefix("https://") == Some(host))
}

/// Whether a host lies below a domain, which begins with its dot.
fn is_below(domain: &str, host: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|name| name.split('.').all(|label| !label.is_empty()))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn without_slash(mut url: Url) -> String {
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

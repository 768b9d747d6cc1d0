//! Which hosts are Salesforce, and what a person may mean by a login URL.

use entente_transport::{Egress, is_this_machine};
use url::Url;

/// The sign-in hosts that every org shares.
const SHARED_HOSTS: [&str; 2] = ["login.salesforce.com", "test.salesforce.com"];

/// Where people may sign in: the shared hosts and every My Domain.
const LOGIN_HOSTS: [&str; 3] = ["login.salesforce.com", "test.salesforce.com", "*.my.salesforce.com"];

/// The suffix of every My Domain, sandboxes (`acme--uat.sandbox`), Developer Editions and scratch orgs included.
const MY_DOMAIN: &str = ".my.salesforce.com";

/// The suffix of the address that people see in their browser.
const LIGHTNING: &str = ".lightning.force.com";

/// Every host that is called for an org: where it signs in, and whatever instance its sign-in names.
pub const HOSTS: [&str; 5] =
    ["login.salesforce.com", "test.salesforce.com", "*.salesforce.com", "*.my.salesforce.com", "*.force.com"];

/// Where the calls of a connection with this login URL may go. A token answer names its host itself, so that host must
/// pass here before anything is sent to it. For a sandbox on this machine, also this machine.
pub fn egress(login_url: &Url, sandbox: bool) -> Egress {
    Egress::to(HOSTS).or_this_machine(sandbox && is_this_machine(login_url))
}

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
    if is_this_machine(&url) && matches!(url.scheme(), "http" | "https") {
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
    let login = Url::parse(&format!("https://{host}/")).map_err(|_| format!("`{host}` is not a host name"))?;
    if Egress::to(LOGIN_HOSTS).check(&login).is_ok() {
        return Ok(login);
    }
    Err(format!("`{host}` is not a Salesforce login host; write https://YOUR-DOMAIN.my.salesforce.com"))
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
            "https://evil-my.salesforce.com",
            "https://na139.salesforce.com",
            "https://acme.my.salesforce.com.",
            "https://x.localhost",
            "http://2130706433",
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
        let url = |text: &str| Url::parse(text).expect("a URL");
        let org = egress(&url("https://acme.my.salesforce.com"), true);
        for allowed in ["https://acme.my.salesforce.com", "https://na139.salesforce.com", "https://acme.file.force.com"]
        {
            assert_eq!(org.check(&url(allowed)), Ok(()), "{allowed}");
        }
        for refused in [
            "http://acme.my.salesforce.com",
            "https://salesforce.com",
            "https://evil.example",
            "https://evilforce.com",
            "https://x.my.salesforce.com.evil.example",
            "https://acme.my.salesforce.com.",
            "https://.my.salesforce.com",
            "https://acme.my.salesforce.com@evil.example",
            "https://user@acme.my.salesforce.com",
            "https://acme.my.salesforce.com:8443",
            "https://[::ffff:10.0.0.1]",
            "http://127.0.0.1:1",
            "http://localhost:1",
        ] {
            assert!(org.check(&url(refused)).is_err(), "{refused}");
        }
        let stand_in = egress(&url("http://127.0.0.1:7401"), true);
        assert_eq!(stand_in.check(&url("http://127.0.0.1:1")), Ok(()));
        assert!(stand_in.check(&url("http://169.254.169.254")).is_err());
    }
}

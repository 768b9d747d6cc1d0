//! Which address a Jira connection may have.
//!
//! A site URL is typed by a person, and credentials follow it, so only Jira's own hosts are taken; loopback and plain
//! http are for the sandbox.

use entente_transport::{Egress, is_this_machine};
use url::{Host, Url};

/// The domains under which Jira Cloud sites live.
/// <https://support.atlassian.com/organization-administration/docs/ip-addresses-and-domains-for-atlassian-cloud-products/>
const SITE_HOSTS: [&str; 2] = ["*.atlassian.net", "*.jira.com"];

/// Where scoped tokens are accepted.
/// <https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/>
const GATEWAY: &str = "https://api.atlassian.com/ex/jira/";

/// The host of [`GATEWAY`].
const GATEWAY_HOST: &str = "api.atlassian.com";

/// Where the content of files is fetched; a site redirects to it.
/// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/#api-rest-api-3-attachment-content-id-get>
const FILES_HOST: &str = "api.media.atlassian.com";

/// Where the calls of a connection to `site` may go: the site, the gateway that scoped tokens want, and the store of
/// files. For a sandbox on this machine, also this machine.
pub fn egress(site: &Url, sandbox: bool) -> Egress {
    let site_host = site.host_str().unwrap_or_default();
    Egress::to([site_host, GATEWAY_HOST, FILES_HOST]).or_this_machine(sandbox && is_this_machine(site))
}

/// Why a connection cannot be made of what was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionProblem {
    /// The site URL cannot be used.
    #[error("{0}")]
    SiteUrl(String),
    /// E-mail or user agent would break the header they belong in.
    #[error("the {0} contains characters that cannot be sent in a header")]
    Unsendable(&'static str),
}

/// The site's root URL, ending in a slash: `https://acme.atlassian.net/`.
///
/// Takes what people paste: without scheme, with a trailing path (`/jira/your-work`), in any case. http and loopback
/// are taken only for a `sandbox`.
///
/// # Errors
/// A sentence that says what is wrong and what to enter instead.
pub fn normalize_site_url(text: &str, sandbox: bool) -> Result<Url, String> {
    let text = text.trim();
    let with_scheme = if text.contains("://") { text.to_owned() } else { ["https://", text].concat() };
    let no_url = || format!("{text:?} is not a URL; enter the site's address, such as https://acme.atlassian.net");
    let mut url = Url::parse(&with_scheme).map_err(|_| no_url())?;
    let host = url.host().ok_or_else(no_url)?.to_owned();
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the site URL must not contain a user name or password".into());
    }
    match (url.scheme(), is_this_machine(&url)) {
        ("http" | "https", true) if sandbox => {}
        (_, true) => {
            return Err(format!("{host} is this machine; only a connection marked `sandbox: true` may use it"));
        }
        ("https", false) if Egress::to(SITE_HOSTS).check(&url).is_ok() => {}
        ("https", false) => return Err(not_a_site(&host)),
        _ => return Err(format!("{with_scheme:?} must begin with https://")),
    }
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// The base of gateway calls for the site with this cloud id, ending in a slash.
pub(crate) fn gateway_url(site: &Url, cloud_id: &str) -> Option<Url> {
    let well_formed = !cloud_id.is_empty() && cloud_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    // The sandbox answers for the gateway too, on the same port.
    let root = if is_this_machine(site) { site.join("ex/jira/").ok()? } else { Url::parse(GATEWAY).ok()? };
    root.join(&[cloud_id, "/"].concat()).ok().filter(|_| well_formed)
}

fn not_a_site(host: &Host<String>) -> String {
    format!("{host} is not a Jira Cloud site; sites end in .atlassian.net (Jira Data Center is not supported)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_becomes_the_root() {
        for (text, sandbox, expected) in [
            ("https://acme.atlassian.net", false, "https://acme.atlassian.net/"),
            (" acme.atlassian.net ", false, "https://acme.atlassian.net/"),
            ("https://ACME.atlassian.net/jira/your-work?x=1#y", false, "https://acme.atlassian.net/"),
            ("https://acme.jira.com/", true, "https://acme.jira.com/"),
            ("http://127.0.0.1:7402", true, "http://127.0.0.1:7402/"),
            ("http://localhost:7402/jira", true, "http://localhost:7402/"),
            ("http://[::1]:7402", true, "http://[::1]:7402/"),
        ] {
            assert_eq!(normalize_site_url(text, sandbox).as_ref().map(Url::as_str), Ok(expected), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (text, sandbox) in [
            ("", false),
            ("https://", false),
            ("http://acme.atlassian.net", false),
            ("http://acme.atlassian.net", true),
            ("ftp://acme.atlassian.net", false),
            ("https://acme.atlassian.net.evil.example", false),
            ("https://evil.example/?acme.atlassian.net", false),
            ("https://atlassian.net", false),
            ("https://.atlassian.net", false),
            ("https://a..atlassian.net", false),
            ("https://acme.atlassian.net:8443", false),
            ("https://acme.atlassian.net.", false),
            ("https://evil-atlassian.net", false),
            ("https://api.atlassian.com/ex/jira/1-a", false),
            ("https://user:pass@acme.atlassian.net", false),
            ("https://jira.acme.example", false),
            ("http://127.0.0.1:7402", false),
            ("http://localhost", false),
            ("https://[::1]", false),
            ("http://169.254.169.254", true),
            ("https://10.0.0.1", true),
        ] {
            assert!(normalize_site_url(text, sandbox).is_err(), "{text} sandbox={sandbox}");
        }
    }

    #[test]
    fn calls_go_to_the_site_the_gateway_and_the_store_of_files() {
        let url = |text| Url::parse(text).expect("a URL");
        let real = egress(&url("https://acme.atlassian.net"), true);
        let stand_in = egress(&url("http://127.0.0.1:7402"), true);
        for (text, from_real, from_stand_in) in [
            ("https://acme.atlassian.net/rest/api/3/myself", true, false),
            ("https://api.atlassian.com/ex/jira/1-a/", true, true),
            ("https://api.media.atlassian.com/file/1/binary?token=x", true, true),
            ("http://api.media.atlassian.com/file/1/binary", false, false),
            ("https://other.atlassian.net/", false, false),
            ("https://acme.atlassian.net.evil.example/", false, false),
            ("https://acme.atlassian.net@evil.example/", false, false),
            ("https://169.254.169.254/latest", false, false),
            ("https://intranet/", false, false),
            ("https://localhost/", false, true),
            ("http://127.0.0.1:7402/media/1", false, true),
            ("file:///etc/passwd", false, false),
        ] {
            let allowed = |egress: &Egress| egress.check(&url(text)).is_ok();
            assert_eq!((allowed(&real), allowed(&stand_in)), (from_real, from_stand_in), "{text}");
        }
    }

    #[test]
    fn the_gateway_is_the_vendors_or_the_sandboxs() {
        let site = |text| normalize_site_url(text, true).expect("a site");
        let gateway = |text, id| gateway_url(&site(text), id).map(String::from);
        assert_eq!(
            gateway("https://a.atlassian.net", "1-a").as_deref(),
            Some("https://api.atlassian.com/ex/jira/1-a/")
        );
        assert_eq!(gateway("http://127.0.0.1:1", "1-a").as_deref(), Some("http://127.0.0.1:1/ex/jira/1-a/"));
        for id in ["", "../x", "a/b", "a?b", "//evil.example"] {
            assert_eq!(gateway("https://a.atlassian.net", id), None, "{id:?}");
        }
    }
}

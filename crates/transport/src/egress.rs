//! Where the requests of one connection may go: a list of hosts, and what their names may lead to.
//!
//! An address comes from a person, from the answer of a sign-in or from a redirect. Whatever made it, a request leaves
//! only for a host of the list, by https on the usual port. An address written in numbers is never on the list, in
//! whatever form it is written, and a name of the list must lead to public addresses only: otherwise a request that
//! carries a credential could be turned against the network that Entente runs in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// The one name of this machine that a stand-in may have.
const THIS_MACHINE: &str = "localhost";

/// The hosts that a connection may call. Nothing, unless it says more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Egress {
    hosts: Vec<String>,
    this_machine: bool,
}

impl Egress {
    /// These hosts, by https only. `*.force.com` is every host below `force.com`, and not `force.com` itself.
    pub fn to<H: Into<String>>(hosts: impl IntoIterator<Item = H>) -> Self {
        Self { hosts: hosts.into_iter().map(Into::into).collect(), this_machine: false }
    }

    /// Also this machine itself, on every port and by plain http: for stand-ins.
    #[must_use]
    pub fn or_this_machine(self, sandbox: bool) -> Self {
        Self { this_machine: sandbox, ..self }
    }

    /// Whether a request may leave for `url`; the error is a sentence for the person who configured the connection.
    ///
    /// # Errors
    /// When the host is not on the list, or the address is more than a host and a path.
    pub fn check(&self, url: &Url) -> Result<(), String> {
        let host = url.host_str().unwrap_or_default();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(format!("an address with a user or a password in front of {host} is not called"));
        }
        if self.this_machine && is_this_machine(url) && matches!(url.scheme(), "http" | "https") {
            return Ok(());
        }
        if !matches!(url.host(), Some(Host::Domain(name)) if self.lists(name)) {
            return Err(format!("`{host}` is not on the list of hosts that this connection may call"));
        }
        match (url.scheme(), url.port()) {
            ("https", None) => Ok(()),
            _ => Err(format!("{host} is called by https on its usual port only")),
        }
    }

    /// Whether the name of a host may lead to this address.
    pub(crate) fn may_lead_to(&self, name: &str, address: IpAddr) -> bool {
        if name == THIS_MACHINE { self.this_machine && address.is_loopback() } else { is_public(address) }
    }

    fn lists(&self, name: &str) -> bool {
        // A dot at the end would be the same host to DNS and another one to whoever compares names.
        let whole = name.split('.').all(|label| !label.is_empty());
        whole && self.hosts.iter().any(|listed| fits(listed, name))
    }
}

/// Whether the host of `url` is this machine, by its one name or by a loopback address.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == THIS_MACHINE,
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn fits(listed: &str, name: &str) -> bool {
    match listed.strip_prefix('*') {
        Some(domain) => name.len() > domain.len() && name.ends_with(domain),
        None => name == listed,
    }
}

/// Whether an address is reached over the public internet.
/// <https://www.iana.org/assignments/iana-ipv4-special-registry/>
/// <https://www.iana.org/assignments/iana-ipv6-special-registry/>
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => embedded(v6).map_or_else(|| is_public_v6(v6), is_public_v4),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        [0 | 240.., ..] | [192, 0, 0, _] => true,
        [100, shared, ..] => shared & 0xc0 == 64, // 100.64.0.0/10, behind a carrier's NAT
        [198, bench, ..] if bench & 0xfe == 18 => true,
        _ => address.is_private() || address.is_loopback() || address.is_link_local(),
    };
    !(special || address.is_multicast() || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// The IPv4 address that an IPv6 one stands for: mapped, or behind a NAT64.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, 0, 0, 0, c, high, low] = address.segments() else { return None };
    let [[w, x], [y, z]] = [high, low].map(u16::to_be_bytes);
    matches!([a, b, c], [0, 0, 0xffff] | [0x64, 0xff9b, 0]).then(|| Ipv4Addr::new(w, x, y, z))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(egress: &Egress, url: &str) -> bool {
        egress.check(&Url::parse(url).expect(url)).is_ok()
    }

    #[test]
    fn only_hosts_of_the_list_are_called_and_nothing_that_looks_like_them() {
        let egress = Egress::to(["login.acme.example", "*.force.example"]);
        for url in ["https://login.acme.example/x?y", "https://LOGIN.acme.example:443", "https://a.b.force.example/"] {
            assert!(check(&egress, url), "{url}");
        }
        for url in [
            "http://login.acme.example/",
            "https://login.acme.example:8443/",
            "https://login.acme.example./",
            "https://login.acme.example.evil.example/",
            "https://evil-login.acme.example/",
            "https://sub.login.acme.example/",
            "https://login.acme.example@evil.example/",
            "https://user@login.acme.example/",
            "https://:password@login.acme.example/",
            "https://evil.example/login.acme.example",
            "https://evil.example#login.acme.example",
            "https://evil.example\\login.acme.example/",
            "https://force.example/",
            "https://.force.example/",
            "https://a..force.example/",
            "https://evilforce.example/",
            "https://force.example.evil.example/",
            "ftp://login.acme.example/",
            "file:///etc/passwd",
            "data:text/plain,login.acme.example",
        ] {
            assert!(!check(&egress, url), "{url}");
        }
        assert!(!check(&Egress::default(), "https://login.acme.example/"));
    }

    #[test]
    fn this_machine_is_for_stand_ins_however_it_is_written() {
        let (real, stand_in) = (Egress::to(["*.example"]), Egress::to(["*.example"]).or_this_machine(true));
        for url in [
            "http://127.0.0.1:7401/",
            "https://127.1/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://0x7f.1/",
            "http://[::1]:7401/",
            "http://localhost:7401/",
            "http://LOCALHOST/",
        ] {
            assert!(!check(&real, url) && check(&stand_in, url), "{url}");
        }
        for url in [
            "http://169.254.169.254/latest",
            "https://10.0.0.1/",
            "https://0xa9fea9fe/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fd00::1]/",
            "https://0.0.0.0/",
            "http://localhost.evil.example/",
            "http://x.localhost/",
            "https://localhost./",
            "http://user@localhost/",
            "ws://localhost/",
        ] {
            assert!(!check(&real, url) && !check(&stand_in, url), "{url}");
        }
    }

    #[test]
    fn a_name_leads_to_public_addresses_only() {
        let leads = |name: &str, address: &str, sandbox| {
            Egress::default().or_this_machine(sandbox).may_lead_to(name, address.parse().expect(address))
        };
        for address in
            ["8.8.8.8", "100.63.0.1", "198.17.0.1", "172.32.0.1", "2600::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
        {
            assert!(leads("acme.example", address, false) && leads("acme.example", address, true), "{address}");
            assert!(!leads("localhost", address, true), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!leads("acme.example", address, false) && !leads("acme.example", address, true), "{address}");
        }
        assert!(leads("localhost", "127.0.0.1", true) && leads("localhost", "::1", true));
        assert!(!leads("localhost", "127.0.0.1", false));
    }
}

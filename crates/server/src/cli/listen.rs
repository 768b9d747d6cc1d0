//! Addresses to listen on: `127.0.0.1:7400`, `[::1]:7400`, `localhost:7400`, or only a port, which is then on loopback.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where the server listens when nobody says where.
pub(crate) const SERVER: SocketAddr = loopback(7400);
/// Where the stand-in org listens when nobody says where.
pub(crate) const SALESFORCE: SocketAddr = loopback(7401);
/// Where the stand-in site listens when nobody says where.
pub(crate) const JIRA: SocketAddr = loopback(7402);

const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// Reads an address as people write it.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").or(text.strip_prefix(':')).unwrap_or(text);
    if let Ok(port) = port.parse() {
        return Ok(loopback(port));
    }
    text.parse()
        .map_err(|_| "not an address; write 127.0.0.1:7400, or 0.0.0.0:7400 to be reached from elsewhere".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_stays_on_loopback() {
        for (written, meant) in [
            ("7400", "127.0.0.1:7400"),
            (":0", "127.0.0.1:0"),
            ("localhost:8080", "127.0.0.1:8080"),
            ("0.0.0.0:7400", "0.0.0.0:7400"),
            ("[::1]:7400", "[::1]:7400"),
        ] {
            assert_eq!(address(written).unwrap().to_string(), meant);
        }
        assert!(address("acme.example:7400").is_err());
        assert!(address("70000").is_err());
    }
}

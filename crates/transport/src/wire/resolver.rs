//! Looks a host up, and lets a connection be made only if all that its name leads to is allowed. The addresses that
//! were checked are the ones that are connected to: there is no second look that could answer otherwise.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;
use url::Url;

use super::Proxy;
use crate::egress::Egress;

/// The resolver of one wire.
#[derive(Debug, Clone)]
pub(super) struct Resolver {
    egress: Arc<Egress>,
    /// The operator names the proxy, and it usually stands in their own network.
    proxy_host: Option<String>,
}

#[derive(Debug, Error)]
#[error("its name leads to {0}, and only public addresses are called; check the name and this machine's DNS")]
struct OffLimits(std::net::IpAddr);

impl Resolver {
    pub(super) fn new(egress: Egress, proxy: Option<&Proxy>) -> Self {
        let host = |proxy: &Proxy| Url::parse(&proxy.url).ok()?.host_str().map(str::to_owned);
        Self { egress: Arc::new(egress), proxy_host: proxy.and_then(host) }
    }

    fn judge(&self, name: &str, found: &[SocketAddr]) -> Result<(), OffLimits> {
        if self.proxy_host.as_deref() == Some(name) {
            return Ok(());
        }
        let wrong = found.iter().map(SocketAddr::ip).find(|address| !self.egress.may_lead_to(name, *address));
        wrong.map_or(Ok(()), |address| Err(OffLimits(address)))
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            // The port is put in by whoever connects.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            resolver.judge(name.as_str(), &found)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_private_address_among_public_ones_is_enough_to_refuse() {
        let resolver = Resolver::new(Egress::default(), None);
        let found = |texts: &[&str]| -> Vec<SocketAddr> { texts.iter().map(|text| text.parse().unwrap()).collect() };
        assert!(resolver.judge("acme.example", &found(&["8.8.8.8:0", "[2600::1]:0"])).is_ok());
        let refused = resolver.judge("acme.example", &found(&["8.8.8.8:0", "10.0.0.7:0"])).unwrap_err();
        assert!(refused.to_string().starts_with("its name leads to 10.0.0.7, "), "{refused}");
    }

    #[test]
    fn the_proxy_may_stand_in_the_operators_own_network() {
        let url = "http://proxy.acme.example:3128".to_owned();
        let proxy = Proxy { url, user: None, password: None, no_proxy: Vec::new() };
        let resolver = Resolver::new(Egress::default(), Some(&proxy));
        let inside = ["10.0.0.7:0".parse().unwrap()];
        assert!(resolver.judge("proxy.acme.example", &inside).is_ok());
        assert!(resolver.judge("acme.example", &inside).is_err());
    }
}

//! Reads `triggers:` and `server:`.

use super::Reader;
use crate::config::{Forge, Server, Triggers, server::FORGE_JWKS_URL, tree::Node};

impl Reader<'_> {
    pub(super) fn triggers(&mut self, node: &Node) -> Triggers {
        let default = Triggers::default();
        let change_events = node.get("change_events").flag().unwrap_or(default.change_events);
        if change_events {
            self.not_yet(node.key_at("change_events"), "change events are");
        }
        Triggers {
            poll_seconds: node.get("poll_seconds").whole().unwrap_or(default.poll_seconds),
            reconcile: node.get("reconcile").word().unwrap_or(default.reconcile),
            push: node.get("push").flag().unwrap_or(default.push),
            change_events,
        }
    }

    pub(super) fn server(&mut self, node: &Node) -> Server {
        let public = node.get("public_url");
        Server {
            listen: self.listen(node.get("listen")),
            public_url: public.text().map(|text| self.public_url(text, public.at)),
            api_tokens: self.secrets(node, "api_tokens", false),
            forge: node.has("forge").then(|| self.forge(node.get("forge"))),
        }
    }

    fn forge(&mut self, node: &Node) -> Forge {
        let (id, keys) = (node.get("app_id"), node.get("jwks_url"));
        if !id.text_or_empty().is_empty() && !is_app_id(id.text_or_empty()) {
            let message = format!("`{}` is no id of a Forge app", id.shown());
            let remedy = "write `app.id` of its manifest: `ari:cloud:ecosystem::app/` and a UUID";
            self.report.error(id.at, "forge-app-id", message, remedy);
        }
        let jwks_url = keys.text().map(|text| self.keys_url(text, keys.at));
        Forge { app_id: id.text_or_empty().to_owned(), jwks_url: jwks_url.unwrap_or_else(|| FORGE_JWKS_URL.to_owned()) }
    }

    fn listen(&mut self, node: &Node) -> Option<std::net::SocketAddr> {
        let text = node.text()?;
        let address = text.parse().ok();
        if address.is_none() {
            let message = format!("`{}` is no address to listen on", node.shown());
            let remedy = "write an IP address and a port, e.g. `127.0.0.1:7400` or `0.0.0.0:7400`";
            self.report.error(node.at, "bad-listen", message, remedy);
        }
        address
    }
}

/// Whether this is `ari:cloud:ecosystem::app/UUID`.
fn is_app_id(text: &str) -> bool {
    let uuid = text.strip_prefix("ari:cloud:ecosystem::app/").unwrap_or_default();
    let groups: Vec<&str> = uuid.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

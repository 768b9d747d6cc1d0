//! Reads `triggers:` and `server:`.

use super::Reader;
use crate::config::{Server, Triggers, tree::Node};

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
        }
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

//! Reads `connections:`.

use std::collections::BTreeMap;

use super::{End, Reader, addresses};
use crate::{
    config::{
        Connection, ConnectionKind, JiraConnection, Pace, Proxy, SalesforceAuth, SalesforceConnection,
        tree::{Content, Node, Position},
    },
    side::Side,
};

const SETTLE_SECONDS: u32 = 120;
const RESERVE_PERCENT: u8 = 10;
/// The oldest version whose features are relied on; older ones miss parts of the composite and describe calls.
const API_VERSION_MIN: u32 = 58;

/// What items need to know of the connections.
pub(super) fn ends(connections: &Node) -> BTreeMap<String, End> {
    let end = |node: &Node| End {
        side: match (node.has("salesforce"), node.has("jira")) {
            (true, false) => Some(Side::Salesforce),
            (false, true) => Some(Side::Jira),
            _ => None,
        },
        projects: node.get("jira").get("projects").members().iter().map(|p| p.text_or_empty().to_owned()).collect(),
    };
    connections.entries().iter().map(|entry| (entry.key.clone(), end(&entry.value))).collect()
}

impl Reader<'_> {
    pub(super) fn connections(&mut self, node: &Node, at: Position) -> BTreeMap<String, Connection> {
        for side in Side::BOTH {
            let unclear = self.ends.is_empty() || self.ends.values().any(|end| end.side.is_none());
            if !unclear && !self.ends.values().any(|end| end.side == Some(side)) {
                let message = format!("there is no {side} connection; at least one of each side is needed");
                self.report.error(
                    at,
                    "missing-side",
                    message,
                    format!("add a connection with a `{}:` part", side.as_str()),
                );
            }
        }
        let mut connections = BTreeMap::new();
        for entry in node.entries() {
            self.check_name(&entry.key, entry.at);
            if let Some(connection) = self.connection(&entry.key, &entry.value, entry.at) {
                connections.insert(entry.key.clone(), connection);
            }
        }
        connections
    }

    fn connection(&mut self, name: &str, node: &Node, at: Position) -> Option<Connection> {
        let sandbox = node.get("sandbox").flag().unwrap_or(false);
        let kind = match (node.has("salesforce"), node.has("jira")) {
            (true, false) => ConnectionKind::Salesforce(self.salesforce(node.get("salesforce"), sandbox)),
            (false, true) => ConnectionKind::Jira(self.jira(node.get("jira"), sandbox)),
            _ if !matches!(node.content, Content::Map(_)) => return None,
            (both, _) => {
                let which = if both {
                    "both a `salesforce:` and a `jira:` part"
                } else {
                    "neither a `salesforce:` nor a `jira:` part"
                };
                let message = format!("the connection `{name}` has {which}");
                self.report.error(at, "one-side", message, "give each connection exactly one of the two");
                return None;
            }
        };
        Some(Connection {
            name: name.to_owned(),
            kind,
            proxy: node.has("proxy").then(|| self.proxy(node.get("proxy"), sandbox)),
            pace: pace(node, sandbox),
            settle_seconds: node.get("settle_seconds").whole().unwrap_or(SETTLE_SECONDS),
            reserve_percent: node.get("reserve_percent").whole().unwrap_or(RESERVE_PERCENT),
            sandbox,
        })
    }

    fn salesforce(&mut self, node: &Node, sandbox: bool) -> SalesforceConnection {
        let login = node.get("login_url");
        let text = self.setting(login);
        let login_url = self.login_url(&text, login.at, sandbox);
        let auth = self.auth(node, sandbox);
        // https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm: "request
        // not supported on this domain" is all that the shared hosts answer.
        if matches!(auth, SalesforceAuth::ClientCredentials { .. }) && addresses::is_shared_login(&login_url) {
            let message = "client credentials do not work on this host, only on the org's My Domain";
            self.report.warn(
                login.at,
                "shared-login",
                message,
                "write `https://NAME.my.salesforce.com` (Setup > My Domain)",
            );
        }
        let webhook_secrets = self.secrets(node, "webhook_secret", sandbox);
        SalesforceConnection {
            login_url,
            auth,
            api_version: self.api_version(node.get("api_version")),
            webhook_secrets,
        }
    }

    /// The keys that are present say how to sign in; what belongs to another way is a contradiction.
    fn auth(&mut self, node: &Node, sandbox: bool) -> SalesforceAuth {
        let client_id = self.setting(node.get("client_id"));
        if node.has("private_key") {
            self.signs_in(node, "JWT bearer", &["username"], &["client_secret", "password", "security_token"]);
            let username = self.setting(node.get("username"));
            return SalesforceAuth::JwtBearer {
                client_id,
                username,
                private_key: self.key(node, "private_key", sandbox),
            };
        }
        let client_secret = self.key(node, "client_secret", sandbox);
        if !node.has("password") {
            self.signs_in(node, "client credentials", &["client_secret"], &["username", "security_token"]);
            return SalesforceAuth::ClientCredentials { client_id, client_secret };
        }
        self.signs_in(node, "username and password", &["client_secret", "username"], &[]);
        let message = "username and password is the old way to sign in; new orgs refuse it";
        self.report.warn(
            node.key_at("password"),
            "password-auth",
            message,
            "use client credentials: remove `username` and `password`",
        );
        SalesforceAuth::Password {
            client_id,
            client_secret,
            username: self.setting(node.get("username")),
            password: self.key(node, "password", sandbox),
            security_token: node.has("security_token").then(|| self.key(node, "security_token", sandbox)),
        }
    }

    fn signs_in(&mut self, node: &Node, way: &str, needed: &[&str], foreign: &[&str]) {
        let there = !node.entries().is_empty();
        for key in needed.iter().filter(|key| there && !node.has(key)) {
            let message = format!("`{key}` is missing; signing in by {way} needs it");
            self.report.error(node.at, "incomplete-auth", message, format!("add `{key}:`"));
        }
        for key in foreign.iter().filter(|key| node.has(key)) {
            let message = format!("`{key}` has no part in signing in by {way}");
            let remedy = "remove it; `password` or `private_key` select the other ways to sign in";
            self.report.error(node.key_at(key), "mixed-auth", message, remedy);
        }
    }

    fn key(&mut self, node: &Node, key: &str, sandbox: bool) -> crate::config::Secret {
        self.secret(node.get(key), key, sandbox)
    }

    fn api_version(&mut self, node: &Node) -> Option<String> {
        let written = node.text()?;
        let number = written.trim_start_matches('v');
        let major: Option<u32> = number.strip_suffix(".0").unwrap_or(number).parse().ok();
        match major {
            Some(major @ API_VERSION_MIN..=999) => Some(format!("{major}.0")),
            _ => {
                let message = format!("`{}` is no usable API version", node.shown());
                let remedy = format!("write {API_VERSION_MIN}.0 or newer, e.g. `64.0`, or remove the key");
                self.report.error(node.at, "api-version", message, remedy);
                None
            }
        }
    }

    fn jira(&mut self, node: &Node, sandbox: bool) -> JiraConnection {
        let site = node.get("site_url");
        let text = self.setting(site);
        JiraConnection {
            site_url: self.site_url(&text, site.at, sandbox),
            email: self.email(node.get("email")),
            api_token: self.key(node, "api_token", sandbox),
            webhook_secrets: self.secrets(node, "webhook_secret", sandbox),
            projects: node.get("projects").members().iter().map(|project| self.project(project)).collect(),
        }
    }

    fn email(&mut self, node: &Node) -> String {
        let email = self.setting(node);
        if !email.is_empty() && !email.contains('@') {
            let message = "`email` is no e-mail address; Jira wants the account's address, not its name";
            self.report.error(node.at, "bad-email", message, "write the address that the account signs in with");
        }
        email
    }

    fn proxy(&mut self, node: &Node, sandbox: bool) -> Proxy {
        let text = self.setting(node.get("url"));
        if node.has("password") && !node.has("user") {
            let message = "the proxy has a password and no user";
            self.report.error(node.key_at("password"), "incomplete-auth", message, "add `user:`");
        }
        Proxy {
            url: self.proxy_url(&text, node.get("url").at),
            user: node.has("user").then(|| self.setting(node.get("user"))),
            password: node.has("password").then(|| self.key(node, "password", sandbox)),
            no_proxy: node.get("no_proxy").members().iter().map(|host| host.text_or_empty().to_owned()).collect(),
        }
    }
}

/// A sandbox costs nobody anything, so it is called as fast as it answers unless the document says otherwise.
fn pace(node: &Node, sandbox: bool) -> Pace {
    let pace = node.get("pace");
    match (node.has("pace"), pace.text()) {
        (true, Some(_)) => Pace::Unlimited,
        (true, None) => {
            Pace::Limited { per_second: pace.get("per_second").whole(), in_flight: pace.get("in_flight").whole() }
        }
        (false, _) if sandbox => Pace::Unlimited,
        (false, _) => Pace::Vendor,
    }
}

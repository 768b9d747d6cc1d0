//! From a checked tree to the nouns of a configuration, and every check that needs more than one place of the document.
//!
//! What `check` has found wrong is read as absent here and not reported twice: with an error the result is never used.

mod access;
mod addresses;
mod attachments;
mod comments;
mod connections;
mod directions;
mod evaluations;
mod fields;
mod filters;
mod items;
mod names;
mod roll_ups;
mod server;
mod steps;

use std::collections::BTreeMap;

use super::{
    Config, NoValue, Reference, Secret, Vars,
    report::Report,
    suggest::{listed, nearest},
    tree::{Content, Entry, Meant, Node, Position},
};
use crate::{
    item::{ConnectedItem, MappingKey},
    plan::STATUS,
    side::Side,
};

/// Reads the whole document.
pub(crate) fn read(root: &Node, vars: &Vars<'_>, report: &mut Report) -> Config {
    let connections = root.get("connections");
    let mut reader = Reader { vars, report, ends: connections::ends(connections), item_names: Vec::new() };
    let connections = reader.connections(connections, root.key_at("connections"));
    let (items, renamed) = reader.items(root.get("items"));
    let triggers = reader.triggers(root.get("triggers"));
    let journal_keep_days = root.get("journal").get("keep_days").whole();
    let journal_digest_only = reader.digest_only(root.get("journal").get("digest_only"), &items);
    let server = reader.server(root.get("server"));
    let access = reader.access(root.get("access"), &triggers);
    let alerts = root.has("alerts").then(|| reader.mail_server(root.get("alerts").get("mail")));
    let person = |entry: &Entry| (entry.key.trim().to_owned(), entry.value.text_or_empty().to_owned());
    let people = root.get("people").entries().iter().map(person).collect();
    Config {
        connections,
        items,
        renamed,
        people,
        triggers,
        journal_keep_days,
        journal_digest_only,
        server,
        access,
        alerts,
    }
}

/// What is known of a connection before it is read: which system it is, and where items may go.
struct End {
    side: Option<Side>,
    projects: Vec<String>,
}

struct Reader<'r> {
    vars: &'r Vars<'r>,
    report: &'r mut Report,
    ends: BTreeMap<String, End>,
    item_names: Vec<String>,
}

impl Reader<'_> {
    /// Names of mapped fields; a name that no item maps would leave open what somebody wants closed.
    fn digest_only(&mut self, node: &Node, items: &[ConnectedItem]) -> Vec<String> {
        let keys = items.iter().flat_map(|item| item.fields.iter().map(move |mapping| (item, mapping.key.clone())));
        let keys = keys.chain(items.iter().map(|item| (item, MappingKey::named(STATUS))));
        let paths = keys.flat_map(|(item, key)| Side::BOTH.map(|side| item.path(&key, side)));
        let mapped: Vec<String> = paths.flatten().map(|path| path.to_string()).collect();
        for member in node.members() {
            let name = member.text_or_empty();
            if !mapped.iter().any(|path| path == name) {
                let message = format!("no item maps a field `{name}`");
                let remedy = nearest(name, mapped.iter().map(String::as_str)).map_or_else(
                    || "name a field as it stands under `fields:`, of either side".to_owned(),
                    |nearest| format!("did you mean `{nearest}`?"),
                );
                self.report.error(member.at, "unknown-field", message, remedy);
            }
        }
        node.members().iter().map(|member| member.text_or_empty().to_owned()).collect()
    }

    /// A part of the document that a later version runs. `what` is the beginning of the sentence.
    fn not_yet(&mut self, at: Position, what: &str) {
        let message = format!("{what} not run by this version");
        self.report.warn(at, "not-yet", message, "nothing happens there until a later version; leave it, or remove it");
    }

    /// A text, or what a `file:` or `secret:` in place of it stands for.
    fn setting(&mut self, node: &Node) -> String {
        let written = node.text_or_empty();
        let reference = match written.split_once(':') {
            Some(("file", path)) => Reference::File(path.to_owned()),
            Some(("secret", name)) => Reference::Stored(name.to_owned()),
            _ => return written.to_owned(),
        };
        match (self.vars)(&reference) {
            Ok(value) if value.trim().is_empty() => {
                let message = format!("`{reference}` is empty");
                self.report.error(node.at, "empty-value", message, "put the value there");
                String::new()
            }
            Ok(value) => value.trim_end_matches(['\r', '\n']).to_owned(),
            Err(NoValue { why, remedy }) => {
                let message = format!("`{reference}` has no value: {why}");
                let remedy = remedy.unwrap_or_else(|| match &reference {
                    Reference::Stored(name) => {
                        format!("store it with `entente secret set {name}`, or name another place")
                    }
                    Reference::File(_) | Reference::Env(_) => "put the value there, or name another place".to_owned(),
                });
                self.report.error(node.at, "unresolved-reference", message, remedy);
                String::new()
            }
        }
    }

    /// A secret. One that stands in the document itself is worth a warning; in a sandbox it opens nothing.
    fn secret(&mut self, node: &Node, key: &str, sandbox: bool) -> Secret {
        let text = node.text_or_empty();
        let literal = node.scalar().is_some_and(|scalar| scalar.meant == Meant::AsWritten);
        let elsewhere = text.starts_with("file:") || text.starts_with("secret:");
        if literal && !elsewhere && !text.is_empty() && !sandbox {
            let message = format!("`{key}` stands in the document, where everyone who can read it sees it");
            let remedy = "write `${NAME}`, `file:/path` or `secret:NAME` instead";
            self.report.warn(node.at, "secret-in-document", message, remedy);
        }
        Secret::new(self.setting(node))
    }

    /// One secret, or a list of them, or none.
    fn secrets(&mut self, parent: &Node, key: &str, sandbox: bool) -> Vec<Secret> {
        let node = parent.get(key);
        match &node.content {
            Content::List(members) => members.iter().map(|member| self.secret(member, key, sandbox)).collect(),
            _ if parent.has(key) => vec![self.secret(node, key, sandbox)],
            _ => Vec::new(),
        }
    }

    /// The name of a connection that is there and is of this side.
    fn connection_of(&mut self, end: &Node, side: Side) -> String {
        self.connection_named(end.get("connection"), side)
    }

    fn connection_named(&mut self, node: &Node, side: Side) -> String {
        let name = node.text_or_empty();
        let fitting = || self.ends.iter().filter(|(_, end)| end.side == Some(side)).map(|(name, _)| name.as_str());
        let others = match listed(fitting()) {
            list if list.is_empty() => format!("add a {side} connection under `connections:`"),
            list => format!("write {list}"),
        };
        match self.ends.get(name) {
            _ if name.is_empty() => {}
            Some(End { side: Some(found), .. }) if *found != side => {
                let shown = node.shown();
                let message = format!("`{shown}` is a {found} connection; a {side} connection is needed here");
                self.report.error(node.at, "wrong-side", message, others);
            }
            Some(_) => {}
            None => {
                let hint = nearest(name, fitting()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let message = format!("there is no connection `{}`{hint}", node.shown());
                self.report.error(node.at, "unknown-connection", message, others);
            }
        }
        name.to_owned()
    }
}

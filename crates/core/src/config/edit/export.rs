//! A document as it may lie where everybody reads it: without credentials, and with some of its items only. Whatever stays
//! is as a person wrote it.

use std::collections::BTreeSet;

use super::{block, offset};
use crate::config::{
    changes::{ChangeOp, changes},
    report::Report,
    shape::{DOCUMENT, Kind},
    tree::{self, Content, Node, Position},
};

/// Shorter credentials may be ordinary words that stand elsewhere, too.
const TELLING_BYTES_MIN: usize = 8;

/// The document with a `${NAME}` in place of each credential that stands in it.
///
/// # Errors
/// A sentence: the document cannot be read, or a credential stands where it cannot be replaced.
pub fn without_secrets(text: &str) -> Result<String, String> {
    let root = read(text)?;
    let mut found = Vec::new();
    Secrets { found: &mut found }.walk(&root, &Kind::Map(&DOCUMENT), &mut Vec::new());
    found.sort_by_key(|credential| credential.at);
    let mut shown = text.to_owned();
    for Credential { at, written, variable } in found.iter().rev() {
        let begin = offset(text, *at).ok_or_else(unreplaced)?;
        let end = begin + scalar_length(&text[begin..], written).ok_or_else(unreplaced)?;
        shown.replace_range(begin..end, &format!("\"${{{variable}}}\""));
    }
    // Also what a comment remembers of it.
    let is_repeated =
        |line: &str| found.iter().any(|one| one.written.len() >= TELLING_BYTES_MIN && line.contains(&one.written));
    if let Some(n) = shown.lines().position(is_repeated) {
        return Err(format!(
            "Line {} of the configuration has a credential outside its place, as in a comment; take it out first.",
            n + 1
        ));
    }
    let mut left = Vec::new();
    Secrets { found: &mut left }.walk(&read(&shown)?, &Kind::Map(&DOCUMENT), &mut Vec::new());
    if left.is_empty() { Ok(shown) } else { Err(unreplaced()) }
}

/// The document with these items alone, and with the connections that are used.
///
/// # Errors
/// A sentence: there is no such item, or what goes shares its lines with what stays.
pub fn with_items_only(text: &str, items: &[String]) -> Result<String, String> {
    let root = read(text)?;
    let all: Vec<&str> = root.get("items").entries().iter().map(|entry| entry.key.as_str()).collect();
    if let Some(unknown) = items.iter().find(|item| !all.contains(&item.as_str())) {
        return Err(format!("There is no item \"{unknown}\" in this configuration; it has: {}.", all.join(", ")));
    }
    let is_kept = |item: &str| items.iter().any(|kept| kept == item);
    let used = used_connections(&root, is_kept);
    let goes = |section: &str, stays: &dyn Fn(&str) -> bool| -> Vec<Position> {
        let entries = root.get(section).entries().iter();
        entries.filter(|entry| !stays(&entry.key)).map(|entry| entry.at).collect()
    };
    let mut gone = goes("items", &is_kept);
    gone.extend(goes("connections", &|name| used.contains(name)));
    gone.sort();
    let mut shown = text.to_owned();
    for at in gone.into_iter().rev() {
        shown.replace_range(block(text, at).ok_or_else(shared)?, "");
    }
    let is_removal = |op: ChangeOp, item: Option<&str>, what: Option<&str>| {
        let is_connection = item.is_none() && what.is_some_and(|what| what.starts_with("connections."));
        op == ChangeOp::Removed && (is_connection || item.is_some_and(|item| !is_kept(item)))
    };
    let found = changes(Some(text), &shown);
    let is_sound = found.iter().all(|one| is_removal(one.op, one.item.as_deref(), one.what.as_deref()));
    if is_sound { Ok(shown) } else { Err(shared()) }
}

fn used_connections(root: &Node, is_kept: impl Fn(&str) -> bool) -> BTreeSet<&str> {
    let items = root.get("items").entries().iter().filter(|entry| is_kept(&entry.key));
    let of_items = items.flat_map(|entry| ["salesforce", "jira"].map(|side| entry.value.get(side).get("connection")));
    let of_access = ["salesforce", "jira"].map(|side| root.get("access").get(side));
    of_items.chain(of_access).filter_map(Node::text).collect()
}

pub(super) fn read(text: &str) -> Result<Node, String> {
    tree::build(text, &mut Report::default())
        .ok_or_else(|| "The configuration cannot be read; `entente check` says where.".to_owned())
}

fn unreplaced() -> String {
    "A credential stands where it cannot be replaced; write `${NAME}` there by hand.".to_owned()
}

fn shared() -> String {
    "An item shares its lines with others, by an alias or within braces; write each by itself first.".to_owned()
}

/// A credential that stands in the document, and the variable that is to stand in its place.
struct Credential {
    at: Position,
    written: String,
    variable: String,
}

/// Looks for credentials.
struct Secrets<'f> {
    found: &'f mut Vec<Credential>,
}

impl Secrets<'_> {
    fn walk(&mut self, node: &Node, kind: &Kind, path: &mut Vec<String>) {
        match (kind, &node.content) {
            (Kind::Secret, Content::Scalar(scalar)) => {
                let is_null = scalar.is_null() || scalar.written.is_empty();
                if !is_null && !is_reference(&scalar.written) {
                    let written = scalar.written.clone();
                    self.found.push(Credential { at: node.at, written, variable: variable(path) });
                }
            }
            (Kind::Map(shape), Content::Map(entries)) => {
                for entry in entries {
                    if let Some(key) = shape.key(&entry.key) {
                        self.below(&entry.key, &entry.value, &key.kind, path);
                    }
                }
            }
            (Kind::Named { of, .. }, Content::Map(entries)) => {
                entries.iter().for_each(|entry| self.below(&entry.key, &entry.value, of, path));
            }
            (Kind::List { of, .. }, Content::List(members)) => {
                let numbered = members.iter().enumerate();
                numbered.for_each(|(n, member)| self.below(&(n + 1).to_string(), member, of, path));
            }
            (Kind::Either(kinds), _) => kinds.iter().for_each(|kind| self.walk(node, kind, path)),
            _ => {}
        }
    }

    fn below(&mut self, key: &str, node: &Node, kind: &Kind, path: &mut Vec<String>) {
        path.push(key.to_owned());
        self.walk(node, kind, path);
        path.pop();
    }
}

fn is_reference(text: &str) -> bool {
    let is_variable =
        text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| !name.contains('}'));
    is_variable || text.starts_with("file:") || text.starts_with("secret:")
}

/// `connections.acme-org.salesforce.client_secret` is `ACME_ORG_CLIENT_SECRET`.
fn variable(path: &[String]) -> String {
    let telling = path.iter().filter(|part| !["connections", "salesforce", "jira"].contains(&part.as_str()));
    let name = telling.map(String::as_str).collect::<Vec<_>>().join("_").to_uppercase();
    let name: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    if name.starts_with(|letter: char| letter.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// How many bytes a scalar takes that begins here.
fn scalar_length(text: &str, written: &str) -> Option<usize> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => quoted_length(text, quote),
        _ => text.starts_with(written).then_some(written.len()),
    }
}

fn quoted_length(text: &str, quote: char) -> Option<usize> {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && quote == '"' {
            letters.next();
        } else if letter == quote {
            if quote == '\'' && letters.peek().is_some_and(|(_, next)| *next == quote) {
                letters.next();
            } else {
                return Some(at + 1);
            }
        }
    }
    None
}

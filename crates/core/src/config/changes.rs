//! In what two documents differ: item by item, line by line, whatever their layout and comments are.
//!
//! The documents are compared as they are written, so that no reference is looked up and no key can be forgotten here.

use std::fmt;

use serde::Serialize;

use super::{
    report::Report,
    tree::{self, Content, Entry, Node},
};

/// Characters of a value that a change shows.
const SHOWN_MAX: usize = 80;
/// Parts of a document whose values are not shown, because credentials stand among them.
const CLOSED: [&str; 2] = ["connections", "server"];
/// Tables in which the first that fits is taken, so that their order counts as that of the items does.
const PEOPLE: &str = "people";
const VALUES: &str = "values";

/// One thing in which a document differs from the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What became of it.
    pub op: ChangeOp,
    /// The connected item, unless it is about the rest of the document.
    pub item: Option<String>,
    /// Which key, with those around it: `status.values.New`; none: the whole item.
    pub what: Option<String>,
    /// What stood there.
    pub from: Option<String>,
    /// What stands there.
    pub to: Option<String>,
}

/// What became of a part of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeOp {
    /// It was not there.
    Added,
    /// It says something else.
    Changed,
    /// It is not there any more.
    Removed,
}

/// Everything in which a document differs from the one before, in its order. What cannot be read counts as empty.
#[must_use]
pub fn changes(before: Option<&str>, after: &str) -> Vec<Change> {
    let read = |text: &str| tree::build(text, &mut Report::default()).unwrap_or_else(Node::absent);
    let (before, after) = (before.map_or_else(Node::absent, read), read(after));
    let mut found = Vec::new();
    let rest = Differ { item: None, found: &mut found };
    rest.document(&before, &after);
    items(before.get("items"), after.get("items"), &mut found);
    found
}

fn items(before: &Node, after: &Node, found: &mut Vec<Change>) {
    let mut met = Vec::new();
    for Entry { key, value, .. } in after.entries() {
        let former = value.get("renamed_from").text().filter(|former| !before.has(key) && before.has(former));
        let name = former.unwrap_or(key);
        met.push(name);
        let mut differ = Differ { item: Some(key), found };
        match before.has(name) {
            false => differ.add(ChangeOp::Added, None, None, None),
            true => {
                if let Some(former) = former {
                    differ.add(ChangeOp::Changed, Some("name"), Some(former.into()), Some(key.clone()));
                }
                differ.node("", before.get(name), value);
            }
        }
    }
    for Entry { key, .. } in before.entries().iter().filter(|entry| !met.contains(&entry.key.as_str())) {
        Differ { item: Some(key), found }.add(ChangeOp::Removed, None, None, None);
    }
    let was: Vec<&str> =
        before.entries().iter().map(|entry| entry.key.as_str()).filter(|key| met.contains(key)).collect();
    let is: Vec<&str> = met.into_iter().filter(|name| before.has(name)).collect();
    // The first that takes a record has it.
    Differ { item: None, found }.order("items", &was, &is);
}

struct Differ<'a> {
    item: Option<&'a str>,
    found: &'a mut Vec<Change>,
}

impl Differ<'_> {
    fn document(mut self, before: &Node, after: &Node) {
        for key in keys(before, after).into_iter().filter(|key| *key != "items") {
            self.key(key, key, before, after);
        }
    }

    fn node(&mut self, path: &str, before: &Node, after: &Node) {
        let (before, after) = (Keyed::of(before), Keyed::of(after));
        for key in keys(&before, &after) {
            // It is the name before, which has been said, or of no effect.
            if path.is_empty() && key == "renamed_from" {
                continue;
            }
            let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            self.key(&path, key, &before, &after);
        }
    }

    fn key(&mut self, path: &str, key: &str, before: &Node, after: &Node) {
        let (from, to) = (before.get(key), after.get(key));
        match (before.has(key), after.has(key)) {
            (false, _) => self.add(ChangeOp::Added, Some(path), None, Some(in_a_line(to))),
            (true, false) => self.add(ChangeOp::Removed, Some(path), Some(in_a_line(from)), None),
            (true, true) if Keyed::is(from) && Keyed::is(to) => {
                self.node(path, from, to);
                if path == PEOPLE || key == VALUES {
                    self.order(path, &keys_in_both(from, to), &keys_in_both(to, from));
                }
            }
            (true, true) if in_a_line(from) == in_a_line(to) => {}
            (true, true) => self.add(ChangeOp::Changed, Some(path), Some(in_a_line(from)), Some(in_a_line(to))),
        }
    }

    /// Of those that are in both, which come first.
    fn order(&mut self, path: &str, before: &[&str], after: &[&str]) {
        if before != after {
            self.add(ChangeOp::Changed, Some(path), Some(before.join(", ")), Some(after.join(", ")));
        }
    }

    fn add(&mut self, op: ChangeOp, what: Option<&str>, from: Option<String>, to: Option<String>) {
        let part = what.and_then(|what| what.split('.').next()).unwrap_or_default();
        let open = self.item.is_some() || !CLOSED.contains(&part);
        let shown = |text: Option<String>| text.filter(|_| open).map(cut);
        let (item, what) = (self.item.map(str::to_owned), what.map(str::to_owned));
        self.found.push(Change { op, item, what, from: shown(from), to: shown(to) });
    }
}

/// A node whose parts have names: a mapping, or a list of lines that are known by their two fields.
struct Keyed;

impl Keyed {
    fn is(node: &Node) -> bool {
        !node.entries().is_empty()
            || !node.members().is_empty() && node.members().iter().all(|line| name(line).is_some())
    }

    fn of(node: &Node) -> Node {
        let entry = |line: &Node| Some(Entry { key: name(line)?, at: line.at, value: line.clone() });
        match &node.content {
            Content::List(lines) => {
                Node { at: node.at, content: Content::Map(lines.iter().filter_map(entry).collect()) }
            }
            Content::Map(_) | Content::Scalar(_) => node.clone(),
        }
    }
}

/// The name of a line under `fields:`.
fn name(line: &Node) -> Option<String> {
    let end = |key| line.has(key).then(|| in_a_line(line.get(key)));
    match (end("salesforce"), end("jira")) {
        (None, None) => None,
        (salesforce, jira) => Some(format!("{}>{}", salesforce.unwrap_or_default(), jira.unwrap_or_default())),
    }
}

fn keys<'n>(before: &'n Node, after: &'n Node) -> Vec<&'n str> {
    let gone = before.entries().iter().filter(|entry| !after.has(&entry.key));
    after.entries().iter().chain(gone).map(|entry| entry.key.as_str()).collect()
}

/// The keys of one node that another has too.
fn keys_in_both<'n>(node: &'n Node, other: &Node) -> Vec<&'n str> {
    node.entries().iter().map(|entry| entry.key.as_str()).filter(|key| other.has(key)).collect()
}

/// A node in one line, as YAML could have it.
fn in_a_line(node: &Node) -> String {
    let entry = |entry: &Entry| format!("{}: {}", entry.key, in_a_line(&entry.value));
    let joined = |parts: Vec<String>| parts.join(", ");
    match &node.content {
        Content::Scalar(scalar) => scalar.written.clone(),
        Content::List(members) => format!("[{}]", joined(members.iter().map(in_a_line).collect())),
        Content::Map(entries) => format!("{{ {} }}", joined(entries.iter().map(entry).collect())),
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{} ..", &text[..end]),
        None => text,
    }
}

/// One line: `+ item leads`, `~ leads: state: draft -> active`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.op {
            ChangeOp::Added => '+',
            ChangeOp::Changed => '~',
            ChangeOp::Removed => '-',
        };
        match (&self.item, &self.what) {
            (Some(item), None) => write!(f, "{mark} item {item}")?,
            (Some(item), Some(what)) => write!(f, "{mark} {item}: {what}")?,
            (None, what) => write!(f, "{mark} {}", what.as_deref().unwrap_or_default())?,
        }
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => write!(f, ": {from} -> {to}"),
            (Some(value), None) | (None, Some(value)) => write!(f, ": {value}"),
            (None, None) => Ok(()),
        }
    }
}

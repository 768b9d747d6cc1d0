//! Items of one document in another: what was tested in one place goes to the next, where connections have other names.

use std::collections::BTreeMap;

use super::{block, export::read, offset, replaced, with_state};
use crate::{
    config::{changes, tree::Node},
    item::ItemState,
};

/// The document `into` with the items of `from`, whose connections are called otherwise as `names` says. An item that is
/// there keeps its place and its state; one that is new stands at the end, and is a draft.
///
/// # Errors
/// A sentence: a document cannot be read or has no items, a name is of no use, or an item shares its lines with others.
pub fn with_items_of(into: &str, from: &str, names: &BTreeMap<String, String>) -> Result<String, String> {
    let from = renamed(from, names)?;
    let items = read(&from)?.get("items").clone();
    if items.entries().is_empty() {
        return Err("There is no item to take over.".to_owned());
    }
    let mut text = into.to_owned();
    for entry in items.entries() {
        let lines = &from[block(&from, entry.at).ok_or_else(|| shared(&entry.key))?];
        text = with_item(&text, &entry.key, lines, entry.at.column - 1).ok_or_else(|| shared(&entry.key))?;
    }
    let is_of_item = |one: &changes::Change| {
        let is_order = one.item.is_none() && one.what.as_deref() == Some("items");
        is_order || items.entries().iter().any(|entry| one.item.as_deref() == Some(entry.key.as_str()))
    };
    let found = changes::changes(Some(into), &text);
    match found.iter().find(|one| !is_of_item(one)) {
        Some(one) => Err(shared(one.item.as_deref().unwrap_or("an item"))),
        None => Ok(text),
    }
}

/// The text with other names for its items' connections.
fn renamed(text: &str, names: &BTreeMap<String, String>) -> Result<String, String> {
    let root = read(text)?;
    let items = root.get("items").entries().iter();
    let used = items.flat_map(|entry| ["salesforce", "jira"].map(|side| entry.value.get(side).get("connection")));
    let mut named: Vec<(&Node, &String)> = used.filter_map(|node| Some((node, names.get(node.text()?)?))).collect();
    if let Some(unused) = names.keys().find(|name| named.iter().all(|(node, _)| node.text() != Some(name.as_str()))) {
        return Err(format!("No item that is taken over uses the connection \"{unused}\"."));
    }
    named.sort_by_key(|(node, _)| node.at);
    named.dedup_by_key(|(node, _)| node.at);
    let mut text = text.to_owned();
    for (node, name) in named.into_iter().rev() {
        text = replaced(&text, node, name).ok_or_else(|| shared(node.text_or_empty()))?;
    }
    Ok(text)
}

fn with_item(into: &str, item: &str, lines: &str, indent: usize) -> Option<String> {
    let root = read(into).ok()?;
    let entries = root.get("items").entries();
    let there = entries.iter().find(|entry| entry.key == item);
    let Some(beside) = there.or(entries.last()) else { return with_first_item(into, &root, item, lines, indent) };
    let lines = indented(lines, indent, beside.at.column - 1);
    let mut place = block(into, beside.at)?;
    let mut text = into.to_owned();
    if there.is_none() {
        place.start = place.end;
        if !text[..place.start].ends_with('\n') {
            text.insert(place.start, '\n');
            place = place.start + 1..place.start + 1;
        }
    }
    text.replace_range(place, &lines);
    let state = match there {
        Some(there) => there.value.get("state").word().unwrap_or(ItemState::Active),
        None => ItemState::Draft,
    };
    with_state(&text, item, state)
}

/// Into a document without items: where `items:` stands with nothing in it, else at the end.
fn with_first_item(into: &str, root: &Node, item: &str, lines: &str, indent: usize) -> Option<String> {
    let lines = indented(lines, indent, 2);
    let text = match root.entries().iter().find(|entry| entry.key == "items") {
        Some(empty) => {
            let (before, rest) = into.split_at(offset(into, empty.at)?);
            let (line, below) = rest.split_once('\n').unwrap_or((rest, ""));
            let nothing = line.strip_prefix("items:")?;
            let comment = nothing.find('#').map(|at| &nothing[at..]);
            let is_empty = ["", "{}", "~", "null"].contains(&nothing.trim_end_matches(comment.unwrap_or("")).trim());
            let head = comment.map_or("items:".to_owned(), |comment| format!("items: {comment}"));
            is_empty.then(|| format!("{before}{head}\n{lines}{below}"))?
        }
        None => format!("{}\n\nitems:\n{lines}", into.trim_end()),
    };
    with_state(&text, item, ItemState::Draft)
}

/// Lines that begin further left or right.
fn indented(lines: &str, from: usize, to: usize) -> String {
    let moved = lines.lines().map(|line| match line.get(from..) {
        Some(rest) if !line.trim().is_empty() => format!("{}{rest}\n", " ".repeat(to)),
        _ => format!("{}\n", line.trim_end()),
    });
    moved.collect()
}

fn shared(item: &str) -> String {
    format!("{item} shares its lines with others, by an alias or within braces; write it by itself first.")
}

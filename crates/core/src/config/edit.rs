//! Changing one word of a document that a person wrote, and leaving every other character as it is; what may be shown of a
//! document ([`export`]), and items of one in another ([`import`]).

mod export;
mod import;

use std::ops::Range;

pub use export::{with_items_only, without_secrets};
pub use import::with_items_of;

use super::{
    changes,
    report::Report,
    tree::{self, Node, Position},
};
use crate::item::ItemState;

/// The document with another `state:` for an item. `None` where no one place says so: there is no such item, or
/// an alias shares its lines with others.
#[must_use]
pub fn with_state(text: &str, item: &str, state: ItemState) -> Option<String> {
    let word = serde_json::to_value(state).ok()?.as_str()?.to_owned();
    let root = tree::build(text, &mut Report::default())?;
    let node = root.get("items").get(item);
    let candidates = match node.has("state") {
        true => vec![replaced(text, node.get("state"), &word)],
        false => inserted(text, node.entries().first()?.at, &word),
    };
    candidates.into_iter().flatten().find(|candidate| says_only(text, candidate, item, &word))
}

fn replaced(text: &str, node: &Node, word: &str) -> Option<String> {
    let begin = offset(text, node.at)?;
    let written = node.shown();
    // A quote may stand before it.
    let within = text[begin..].find(written).filter(|within| *within <= 1)?;
    let (before, rest) = text.split_at(begin + within);
    Some(format!("{before}{word}{}", &rest[written.len()..]))
}

/// As a line of its own before the first key, or within the braces of `{ }`.
fn inserted(text: &str, first: Position, word: &str) -> Vec<Option<String>> {
    let put = |what: String| {
        let (before, rest) = text.split_at(offset(text, first)?);
        Some(format!("{before}{what}{rest}"))
    };
    let indent = " ".repeat(first.column - 1);
    vec![put(format!("state: {word}\n{indent}")), put(format!("state: {word}, "))]
}

/// The lines of an entry that begins there, with the comment right above it; none where it shares its line.
fn block(text: &str, at: Position) -> Option<Range<usize>> {
    let indent = at.column - 1;
    let key = offset(text, at)?;
    let first = text[..key].rfind('\n').map_or(0, |end| end + 1);
    if !text[first..key].trim().is_empty() {
        return None;
    }
    let is_comment = |line: &str| line.trim_start().starts_with('#') && line.find('#') == Some(indent);
    let above = text[..first].split_inclusive('\n').rev().take_while(|line| is_comment(line));
    let begin = first - above.map(str::len).sum::<usize>();
    let is_within = |line: &&str| line.trim().is_empty() || line.len() - line.trim_start().len() > indent;
    let mut lines = text[first..].split_inclusive('\n');
    let head = lines.next()?.len();
    let below: Vec<&str> = lines.take_while(is_within).collect();
    // Empty lines at the end stand between two entries.
    let n_empty = below.iter().rev().take_while(|line| line.trim().is_empty()).count();
    let length: usize = below[..below.len() - n_empty].iter().map(|line| line.len()).sum();
    Some(begin..first + head + length)
}

/// Where a place of the document is, in bytes.
fn offset(text: &str, at: Position) -> Option<usize> {
    let line_begins = text.split_inclusive('\n').take(at.line - 1).map(str::len).sum::<usize>();
    let line = text.get(line_begins..)?;
    Some(line_begins + line.char_indices().nth(at.column - 1)?.0)
}

/// Whether the document says the word, and nothing else differently.
fn says_only(before: &str, after: &str, item: &str, word: &str) -> bool {
    let says = tree::build(after, &mut Report::default())
        .is_some_and(|root| root.get("items").get(item).get("state").text() == Some(word));
    let is_it =
        |change: &changes::Change| change.item.as_deref() == Some(item) && change.what.as_deref() == Some("state");
    says && changes(Some(before), after).iter().all(is_it)
}

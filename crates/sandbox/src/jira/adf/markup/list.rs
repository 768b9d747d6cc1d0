//! Lists: `*` and `-` with bullets, `#` with numbers, one sign more for each level.

use serde_json::Value;

use super::{Place, blocks, logical_line, node, plain_heading};

/// More signs than this are text.
const LEVELS_MAX: usize = 20;

struct Item<'t> {
    signs: &'t str,
    text: String,
}

/// The lists that a text begins with; they end at an empty line.
pub(super) fn read(text: &str, depth: usize) -> Option<(Vec<Value>, usize)> {
    let (first, _) = item(super::line_of(text))?;
    if first.starts_with('-') && first.len() > 1 {
        return None;
    }
    let (mut items, mut at) = (Vec::<Item<'_>>::new(), 0);
    while at < text.len() {
        let length = logical_line(&text[at..]);
        let line = text[at..at + length].trim_end_matches('\n');
        if line.trim().is_empty() {
            break;
        }
        match (item(line), items.last_mut()) {
            (Some((signs, rest)), _) => items.push(Item { signs, text: rest.to_owned() }),
            (None, Some(last)) => last.text = format!("{}\n{line}", last.text),
            (None, None) => break,
        }
        at += length;
    }
    Some((lists(&items, 1, depth), at))
}

/// The signs of a line that is an item, and the rest of it.
fn item(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches(' ');
    let end = line.find(|sign| !matches!(sign, '*' | '-' | '#'))?;
    let rest = line[end..].strip_prefix(' ')?;
    (1..=LEVELS_MAX).contains(&end).then_some((&line[..end], rest))
}

/// Items from one level downwards. One that is deeper than its predecessor by more than a level gets empty parents.
fn lists(items: &[Item<'_>], level: usize, depth: usize) -> Vec<Value> {
    let (mut lists, mut rest) = (Vec::<(&str, Vec<Value>)>::new(), items);
    while let Some((first, others)) = rest.split_first() {
        let is_own = first.signs.len() == level;
        let (own, below) = if is_own { (content(&first.text, depth), others) } else { (Vec::new(), rest) };
        let n_below = below.iter().take_while(|item| item.signs.len() > level).count();
        let mut content = if own.is_empty() { vec![node("paragraph", Vec::new())] } else { own };
        content.extend(self::lists(&below[..n_below], level + 1, depth));
        let kind = if first.signs[level - 1..].starts_with('#') { "orderedList" } else { "bulletList" };
        match lists.last_mut().filter(|(last, _)| *last == kind) {
            Some((_, items)) => items.push(node("listItem", content)),
            None => lists.push((kind, vec![node("listItem", content)])),
        }
        rest = &below[n_below..];
    }
    lists.into_iter().map(|(kind, items)| node(kind, items)).collect()
}

/// The blocks of an item; a quotation or a panel gives up its frame there.
fn content(text: &str, depth: usize) -> Vec<Value> {
    let unframed = |block: Value| match block["type"].as_str() {
        Some("blockquote" | "panel") => block["content"].as_array().cloned().unwrap_or_default(),
        _ => vec![block],
    };
    blocks(text, Place::Inside, depth + 1).into_iter().flat_map(unframed).map(plain_heading).collect()
}

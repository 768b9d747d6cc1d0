//! Tables: `||heading||heading||` and `|cell|cell|`.

use serde_json::{Value, json};

use super::{Macro, Place, blocks, line_of, logical_line, node};

/// The table that a text begins with. A line without a bar goes on with the last cell; an empty line ends the table.
pub(super) fn read(text: &str, depth: usize) -> Option<(Vec<Value>, usize)> {
    line_of(text).trim_start().strip_prefix('|')?;
    let (mut rows, mut at) = (Vec::<String>::new(), 0);
    while at < text.len() {
        let length = logical_line(&text[at..]);
        let line = text[at..at + length].trim_end_matches('\n');
        if line.trim().is_empty() {
            break;
        }
        match rows.last_mut().filter(|_| !line.trim_start().starts_with('|')) {
            Some(last) => *last = format!("{last}\n{line}"),
            None => rows.push(line.trim().to_owned()),
        }
        at += length;
    }
    let rows: Vec<_> = rows.iter().map(|row| cells(row, depth)).filter(|cells| !cells.is_empty()).collect();
    if rows.is_empty() {
        return None;
    }
    let mut table = node("table", rows.into_iter().map(|cells| node("tableRow", cells)).collect());
    table["attrs"] = json!({ "isNumberColumnEnabled": false, "layout": "default" });
    Some((vec![table], at))
}

fn cells(row: &str, depth: usize) -> Vec<Value> {
    let (mut cells, mut rest) = (Vec::new(), row);
    while let Some(opened) = rest.strip_prefix('|') {
        let text = opened.trim_start_matches('|');
        let kind = if text.len() < opened.len() { "tableHeader" } else { "tableCell" };
        let end = end_of_cell(text);
        if end == text.len() && text.trim().is_empty() {
            break;
        }
        let content = blocks(text[..end].trim(), Place::Inside, depth + 1);
        let content = if content.is_empty() { vec![node("paragraph", Vec::new())] } else { content };
        cells.push(json!({ "type": kind, "attrs": {}, "content": content }));
        rest = &text[end..];
    }
    cells
}

/// The next bar that is not part of a link or a macro.
fn end_of_cell(text: &str) -> usize {
    let mut at = 0;
    while let Some(char) = text[at..].chars().next() {
        let rest = &text[at..];
        at += match char {
            '|' => return at,
            '[' => rest.find(']').map_or(1, |end| end + 1),
            '{' => Macro::at(rest).map_or(1, |found| found.length),
            _ => char.len_utf8(),
        };
    }
    text.len()
}

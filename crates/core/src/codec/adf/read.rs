//! A document as plain text.

use serde_json::Value as Json;

use super::DEPTH_MAX;
use crate::codec::plain::canonical;

/// The text of a document as people read it, canonical. Anything that is not a document reads as nothing.
#[must_use]
pub fn to_plain(document: &Json) -> String {
    canonical(&block(document, 0))
}

fn kind(node: &Json) -> &str {
    node.get("type").and_then(Json::as_str).unwrap_or_default()
}

fn children(node: &Json) -> &[Json] {
    node.get("content").and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn attribute<'a>(node: &'a Json, name: &str) -> Option<&'a str> {
    node.get("attrs")?.get(name)?.as_str()
}

/// A block node and everything below it, without white space around.
fn block(node: &Json, depth: usize) -> String {
    if depth > DEPTH_MAX {
        return String::new();
    }
    match kind(node) {
        "paragraph" | "heading" | "codeBlock" | "decisionItem" => inlines(node),
        "bulletList" => list(node, depth, |_| "- ".to_owned()),
        "orderedList" => {
            let first = node.pointer("/attrs/order").and_then(Json::as_u64).unwrap_or(1);
            list(node, depth, |n| format!("{}. ", first.saturating_add(n)))
        }
        "listItem" => join(node, depth, "\n"),
        "taskList" => join(node, depth, "\n"),
        "taskItem" => {
            format!("{} {}", if attribute(node, "state") == Some("DONE") { "[x]" } else { "[ ]" }, inlines(node))
        }
        "table" => join(node, depth, "\n"),
        "tableRow" => join(node, depth, " | "),
        "tableHeader" | "tableCell" => join(node, depth, " ").replace('\n', " "),
        "expand" | "nestedExpand" => {
            let title = attribute(node, "title").unwrap_or_default();
            format!("{title}\n\n{}", join(node, depth, "\n\n"))
        }
        "media" => format!("[attachment: {}]", attribute(node, "alt").unwrap_or("file")),
        "blockCard" | "embedCard" => attribute(node, "url").unwrap_or_default().to_owned(),
        "rule" => "----".to_owned(),
        _ if is_inline(node) => inline(node),
        _ => join(node, depth, "\n\n"),
    }
}

fn join(node: &Json, depth: usize, between: &str) -> String {
    let parts = children(node).iter().map(|child| block(child, depth + 1)).filter(|text| !text.is_empty());
    parts.collect::<Vec<_>>().join(between)
}

/// Items on their own lines, what belongs to an item indented below it.
fn list(node: &Json, depth: usize, marker: impl Fn(u64) -> String) -> String {
    let items = children(node).iter().zip(0..).map(|(item, n)| {
        let marker = marker(n);
        let indent = format!("\n{}", " ".repeat(marker.len()));
        format!("{marker}{}", block(item, depth + 1).replace('\n', &indent))
    });
    items.collect::<Vec<_>>().join("\n")
}

fn inlines(node: &Json) -> String {
    children(node).iter().map(inline).collect()
}

fn is_inline(node: &Json) -> bool {
    matches!(
        kind(node),
        "text" | "hardBreak" | "mention" | "emoji" | "date" | "status" | "inlineCard" | "placeholder" | "mediaInline"
    )
}

fn inline(node: &Json) -> String {
    match kind(node) {
        "text" => text(node),
        "hardBreak" => "\n".to_owned(),
        "mention" => match attribute(node, "text").filter(|text| !text.is_empty()) {
            Some(text) => text.to_owned(),
            None => format!("@{}", attribute(node, "id").unwrap_or_default()),
        },
        "emoji" => attribute(node, "text").or_else(|| attribute(node, "shortName")).unwrap_or_default().to_owned(),
        "date" => date(node).unwrap_or_default(),
        "status" => format!("[{}]", attribute(node, "text").unwrap_or_default().to_uppercase()),
        "inlineCard" => attribute(node, "url").unwrap_or_default().to_owned(),
        "mediaInline" => format!("[attachment: {}]", attribute(node, "alt").unwrap_or("file")),
        _ => inlines_shallow(node),
    }
}

/// Text of an unknown inline node: its direct texts, no deeper.
fn inlines_shallow(node: &Json) -> String {
    children(node).iter().filter(|child| kind(child) == "text").map(text).collect()
}

fn text(node: &Json) -> String {
    let text = node.get("text").and_then(Json::as_str).unwrap_or_default();
    match link(node) {
        Some(href) if href != text && !text.trim().is_empty() => format!("{text} ({href})"),
        _ => text.to_owned(),
    }
}

fn link(node: &Json) -> Option<&str> {
    let marks = node.get("marks")?.as_array()?;
    marks.iter().find(|mark| kind(mark) == "link").and_then(|mark| attribute(mark, "href"))
}

/// `timestamp` is a string of epoch milliseconds.
fn date(node: &Json) -> Option<String> {
    let millis: i64 = attribute(node, "timestamp")?.parse().ok()?;
    let instant = jiff::Timestamp::from_millisecond(millis).ok()?;
    Some(instant.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}

//! A document as wiki markup: what v2 calls and webhook bodies show.
//!
//! One way only and for the usual nodes; the vendor's own renderer is lossy too.

use std::fmt::Write as _;

use serde_json::Value;

/// A stored rich text as v2 shows it.
pub(crate) fn of_stored(stored: &Value) -> String {
    match stored.get("doc") {
        None => stored.get("wiki").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Some(doc) => blocks(doc, "").join("\n\n"),
    }
}

fn content(node: &Value) -> &[Value] {
    node.get("content").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn kind(node: &Value) -> &str {
    node.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn attr<'a>(node: &'a Value, name: &str) -> &'a str {
    node.get("attrs").and_then(|a| a.get(name)).and_then(Value::as_str).unwrap_or_default()
}

fn blocks(node: &Value, bullets: &str) -> Vec<String> {
    content(node).iter().map(|child| block(child, bullets)).collect()
}

fn block(node: &Value, bullets: &str) -> String {
    match kind(node) {
        "heading" => {
            let level = node.get("attrs").and_then(|a| a.get("level")).and_then(Value::as_u64).unwrap_or(1);
            format!("h{level}. {}", inline(node))
        }
        "bulletList" => list(node, &format!("{bullets}*")),
        "orderedList" => list(node, &format!("{bullets}#")),
        "taskList" | "decisionList" => list(node, &format!("{bullets}*")),
        "codeBlock" => code(node),
        "blockquote" => format!("{{quote}}\n{}\n{{quote}}", blocks(node, "").join("\n")),
        "panel" => format!("{{panel}}\n{}\n{{panel}}", blocks(node, "").join("\n")),
        "rule" => "----".into(),
        "table" => content(node).iter().map(row).collect::<Vec<_>>().join("\n"),
        "blockCard" | "embedCard" => format!("[{}]", attr(node, "url")),
        "mediaSingle" | "mediaGroup" => content(node).iter().map(|media| format!("!{}!", attr(media, "url"))).collect(),
        "expand" | "nestedExpand" | "layoutSection" | "layoutColumn" => blocks(node, "").join("\n\n"),
        _ => inline(node),
    }
}

fn list(node: &Value, bullets: &str) -> String {
    let lines = content(node).iter().flat_map(|item| item_lines(item, bullets));
    lines.collect::<Vec<_>>().join("\n")
}

fn item_lines(item: &Value, bullets: &str) -> Vec<String> {
    if matches!(kind(item), "taskItem" | "decisionItem") {
        return vec![format!("{bullets} {}", inline(item))];
    }
    let line = |child: &Value| match kind(child) {
        "bulletList" | "orderedList" => block(child, bullets),
        _ => format!("{bullets} {}", block(child, bullets)),
    };
    content(item).iter().map(line).collect()
}

fn code(node: &Value) -> String {
    let language = attr(node, "language");
    let opening = if language.is_empty() { "{noformat}".to_owned() } else { format!("{{code:{language}}}") };
    let closing = if language.is_empty() { "{noformat}" } else { "{code}" };
    format!("{opening}{}{closing}", content(node).iter().filter_map(|t| t.get("text")?.as_str()).collect::<String>())
}

fn row(row: &Value) -> String {
    let mut line = String::new();
    let mut end = "|";
    for cell in content(row) {
        end = if kind(cell) == "tableHeader" { "||" } else { "|" };
        let _ = write!(line, "{end}{}", blocks(cell, "").join("\\\\"));
    }
    line + end
}

fn inline(node: &Value) -> String {
    content(node).iter().map(piece).collect()
}

fn piece(node: &Value) -> String {
    match kind(node) {
        "text" => marked(node),
        "hardBreak" => "\n".into(),
        "mention" => format!("[~accountid:{}]", attr(node, "id")),
        "emoji" => attr(node, "text").to_owned(),
        "date" => attr(node, "timestamp")
            .parse::<i64>()
            .ok()
            .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
            .map(|t| t.strftime("%F").to_string())
            .unwrap_or_default(),
        "status" => format!("*[ {} ]*", attr(node, "text")),
        "inlineCard" => format!("[{0}|{0}|smart-link]", attr(node, "url")),
        _ => inline(node),
    }
}

fn marked(node: &Value) -> String {
    let mut text = node.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    for mark in node.get("marks").and_then(Value::as_array).into_iter().flatten() {
        text = match kind(mark) {
            "strong" => format!("*{text}*"),
            "em" => format!("_{text}_"),
            "strike" => format!("-{text}-"),
            "underline" => format!("+{text}+"),
            "code" => format!("{{{{{text}}}}}"),
            "subsup" if attr(mark, "type") == "sub" => format!("~{text}~"),
            "subsup" => format!("^{text}^"),
            "textColor" => format!("{{color:{}}}{text}{{color}}", attr(mark, "color")),
            "link" if attr(mark, "href") == text => format!("[{text}]"),
            "link" => format!("[{text}|{}]", attr(mark, "href")),
            _ => text,
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn usual_nodes_have_their_markup() {
        let doc = json!({ "doc": { "version": 1, "type": "doc", "content": [
            { "type": "heading", "attrs": { "level": 3 }, "content": [{ "type": "text", "text": "Steps" }] },
            { "type": "bulletList", "content": [
                { "type": "listItem", "content": [
                    { "type": "paragraph", "content": [{ "type": "text", "text": "one", "marks": [{ "type": "strong" }] }] },
                    { "type": "orderedList", "content": [{ "type": "listItem", "content": [{ "type": "paragraph", "content": [{ "type": "text", "text": "in" }] }] }] },
                ] },
            ] },
            { "type": "codeBlock", "content": [{ "type": "text", "text": "x" }] },
            { "type": "paragraph", "content": [{ "type": "text", "text": "see", "marks": [{ "type": "link", "attrs": { "href": "https://a.example" } }] }] },
        ] } });
        assert_eq!(of_stored(&doc), "h3. Steps\n\n* *one*\n*# in\n\n{noformat}x{noformat}\n\n[see|https://a.example]");
    }
}

//! The words of a rich text, without its form: for lengths and for the search index.

use serde_json::Value;

/// The text of a stored rich text, blocks on lines of their own.
pub(crate) fn of_stored(stored: &Value) -> String {
    match stored.get("doc") {
        None => stored.get("wiki").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Some(doc) => {
            let mut out = String::new();
            walk(doc, &mut out);
            out.truncate(out.trim_end().len());
            out
        }
    }
}

fn walk(node: &Value, out: &mut String) {
    let kind = node.get("type").and_then(Value::as_str).unwrap_or_default();
    let attr = |name: &str| node.get("attrs").and_then(|a| a.get(name)).and_then(Value::as_str).unwrap_or_default();
    match kind {
        "text" => out.push_str(node.get("text").and_then(Value::as_str).unwrap_or_default()),
        "hardBreak" => out.push('\n'),
        "mention" | "status" => out.push_str(attr("text")),
        "emoji" => out.push_str(attr("shortName")),
        "inlineCard" | "blockCard" | "embedCard" => out.push_str(attr("url")),
        _ => {}
    }
    for child in node.get("content").and_then(Value::as_array).into_iter().flatten() {
        walk(child, out);
    }
    if matches!(kind, "paragraph" | "heading" | "codeBlock" | "taskItem" | "decisionItem") {
        out.push('\n');
    }
}

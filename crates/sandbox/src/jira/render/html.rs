//! Rich text as HTML, as `renderedFields` and `renderedBody` have it.

use serde_json::Value;

use crate::jira::adf;

/// A stored rich text as HTML.
pub(crate) fn html(stored: &Value) -> String {
    let mut out = String::new();
    inside(&adf::document(stored), &mut out);
    out
}

fn inside(node: &Value, out: &mut String) {
    for child in node.get("content").and_then(Value::as_array).into_iter().flatten() {
        walk(child, out);
    }
}

fn walk(node: &Value, out: &mut String) {
    let attr = |name: &str| node.get("attrs").and_then(|a| a.get(name));
    let text = |name: &str| escaped(attr(name).and_then(Value::as_str).unwrap_or_default());
    match node.get("type").and_then(Value::as_str).unwrap_or_default() {
        "text" => out.push_str(&marked(node)),
        "hardBreak" => out.push_str("<br/>"),
        "rule" => out.push_str("<hr/>"),
        "mention" | "status" => out.push_str(&text("text")),
        "emoji" => out.push_str(&text("shortName")),
        "inlineCard" | "blockCard" | "embedCard" => {
            out.push_str(&format!("<a href=\"{0}\">{0}</a>", text("url")));
        }
        "heading" => tag(&format!("h{}", attr("level").and_then(Value::as_u64).unwrap_or(1)), node, out),
        "bulletList" => tag("ul", node, out),
        "orderedList" => tag("ol", node, out),
        "listItem" => tag("li", node, out),
        "blockquote" => tag("blockquote", node, out),
        "codeBlock" => tag("pre", node, out),
        "table" => tag("table", node, out),
        "tableRow" => tag("tr", node, out),
        "tableHeader" => tag("th", node, out),
        "tableCell" => tag("td", node, out),
        "paragraph" | "taskItem" | "decisionItem" => tag("p", node, out),
        _ => inside(node, out),
    }
}

fn tag(name: &str, node: &Value, out: &mut String) {
    out.push_str(&format!("<{name}>"));
    inside(node, out);
    out.push_str(&format!("</{name}>"));
}

fn marked(node: &Value) -> String {
    let plain = escaped(node.get("text").and_then(Value::as_str).unwrap_or_default());
    let marks = node.get("marks").and_then(Value::as_array).into_iter().flatten();
    marks.fold(plain, |text, mark| match mark.get("type").and_then(Value::as_str).unwrap_or_default() {
        "strong" => format!("<b>{text}</b>"),
        "em" => format!("<em>{text}</em>"),
        "strike" => format!("<del>{text}</del>"),
        "underline" => format!("<ins>{text}</ins>"),
        "code" => format!("<tt>{text}</tt>"),
        "link" => {
            let href = mark.get("attrs").and_then(|a| a.get("href")).and_then(Value::as_str).unwrap_or_default();
            format!("<a href=\"{}\">{text}</a>", escaped(href))
        }
        _ => text,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

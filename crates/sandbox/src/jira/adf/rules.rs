//! Which documents the vendor accepts: nesting, attributes and marks, by the table of shapes.
//!
//! A refusal on the wire says only `INVALID_INPUT`; the sentence here is for people who debug.
//! Format: <https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/>.

use serde_json::{Map, Value};

use super::shapes::{OPAQUE, Shape, TOP, shape_of};
use crate::jira::limits::DOCUMENT_DEPTH;

/// Accepts a document, or says what is wrong with it.
pub(crate) fn check(document: &Value) -> Result<(), String> {
    let doc = document.as_object().ok_or("a document is an object")?;
    if doc.get("type").and_then(Value::as_str) != Some("doc") || doc.get("version").and_then(Value::as_u64) != Some(1) {
        return Err("the root is a doc of version 1".into());
    }
    if !doc.get("content").is_some_and(Value::is_array) {
        return Err("a doc has content".into());
    }
    node(doc, TOP, "doc", 0)
}

fn node(node: &Map<String, Value>, allowed: &[&str], parent: &str, depth: usize) -> Result<(), String> {
    let kind = node.get("type").and_then(Value::as_str).ok_or("a node has a type")?;
    if depth > DOCUMENT_DEPTH {
        return Err("nested too deeply".into());
    }
    if depth > 0 && !allowed.contains(&kind) {
        return Err(format!("{kind} is not allowed in {parent}"));
    }
    if OPAQUE.contains(&kind) {
        return Ok(());
    }
    let shape = shape_of(kind).ok_or_else(|| format!("{kind} is unknown"))?;
    properties(node, kind)?;
    attributes(node, kind, &shape)?;
    if kind == "text" {
        return text(node, parent);
    }
    children(node, kind, &shape, depth)
}

fn properties(node: &Map<String, Value>, kind: &str) -> Result<(), String> {
    let known: &[&str] = match kind {
        "doc" => &["type", "version", "content"],
        "text" => &["type", "text", "marks"],
        _ => &["type", "content", "attrs", "marks"],
    };
    match node.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("{kind} has no property {key}")),
        None => Ok(()),
    }
}

fn attributes(node: &Map<String, Value>, kind: &str, shape: &Shape) -> Result<(), String> {
    let none = Map::new();
    let attrs = match node.get("attrs") {
        None => &none,
        Some(attrs) => attrs.as_object().ok_or_else(|| format!("attrs of {kind} are an object"))?,
    };
    if let Some(missing) = shape.required.iter().find(|name| !attrs.contains_key(**name)) {
        return Err(format!("{kind} needs {missing}"));
    }
    if let Some(unknown) = attrs.keys().find(|name| !shape.attrs.contains(&name.as_str())) {
        return Err(format!("{kind} has no attribute {unknown}"));
    }
    match attrs.iter().find(|(name, value)| !attribute_fits(kind, name, value)) {
        Some((name, value)) => Err(format!("{kind}.{name} cannot be {value}")),
        None if matches!(kind, "inlineCard" | "blockCard") && attrs.is_empty() => {
            Err(format!("{kind} needs url or data"))
        }
        None => Ok(()),
    }
}

fn attribute_fits(kind: &str, name: &str, value: &Value) -> bool {
    let one_of = |values: &[&str]| value.as_str().is_some_and(|v| values.contains(&v));
    match (kind, name) {
        ("heading", "level") => value.as_u64().is_some_and(|n| (1..=6).contains(&n)),
        ("orderedList", "order") => value.as_f64().is_some_and(|n| n >= 0.0),
        ("taskItem", "state") => one_of(&["TODO", "DONE"]),
        ("panel", "panelType") => one_of(&["info", "note", "tip", "warning", "error", "success", "custom"]),
        ("media", "type") => one_of(&["file", "link", "external"]),
        ("status", "text") => value.as_str().is_some_and(|v| !v.is_empty()),
        ("date", "timestamp") => value.as_str().is_some_and(|v| !v.is_empty()),
        ("hardBreak", "text") => one_of(&["\n"]),
        (
            _,
            "localId" | "id" | "url" | "language" | "title" | "shortName" | "text" | "color" | "panelColor"
            | "background",
        ) => value.is_string(),
        (_, "colspan" | "rowspan" | "width" | "height") => value.is_number(),
        _ => true,
    }
}

fn children(node: &Map<String, Value>, kind: &str, shape: &Shape, depth: usize) -> Result<(), String> {
    let content = match node.get("content") {
        None => &[][..],
        Some(content) => content.as_array().ok_or_else(|| format!("content of {kind} is a list"))?,
    };
    if content.len() < shape.children_min {
        return Err(format!("{kind} cannot be empty"));
    }
    if kind == "listItem" && content.first().and_then(|first| first.get("type")) == Some(&Value::from("taskList")) {
        return Err("a list item does not begin with a task list".into());
    }
    content.iter().try_for_each(|child| {
        let child = child.as_object().ok_or("a node is an object")?;
        self::node(child, shape.children, kind, depth + 1)
    })
}

fn text(node: &Map<String, Value>, parent: &str) -> Result<(), String> {
    let text = node.get("text").and_then(Value::as_str).ok_or("a text node has text")?;
    if text.is_empty() {
        return Err("a text node is not empty".into());
    }
    if parent != "codeBlock" && text.contains(['\n', '\r']) {
        return Err("a text node has no line break".into());
    }
    match node.get("marks") {
        None => Ok(()),
        Some(Value::Array(marks)) if marks.is_empty() || parent != "codeBlock" => self::marks(marks),
        Some(_) => Err(format!("text in {parent} cannot have these marks")),
    }
}

fn marks(marks: &[Value]) -> Result<(), String> {
    let mut seen: Vec<&str> = Vec::new();
    for mark in marks {
        let kind = mark.get("type").and_then(Value::as_str).ok_or("a mark has a type")?;
        if seen.contains(&kind) && kind != "annotation" {
            return Err(format!("{kind} twice on one text"));
        }
        mark_fits(kind, mark.get("attrs"))?;
        seen.push(kind);
    }
    match seen.iter().find(|kind| seen.contains(&"code") && !matches!(**kind, "code" | "link" | "annotation")) {
        Some(kind) => Err(format!("code does not go with {kind}")),
        None => Ok(()),
    }
}

fn mark_fits(kind: &str, attrs: Option<&Value>) -> Result<(), String> {
    let attr = |name: &str| attrs.and_then(|a| a.get(name)).and_then(Value::as_str);
    let color = |name: &str| {
        attr(name).is_some_and(|c| c.len() == 7 && c.starts_with('#') && c[1..].bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let fits = match kind {
        "strong" | "em" | "strike" | "underline" | "code" | "border" | "fontSize" => true,
        "link" => attr("href").is_some_and(|href| !href.is_empty()),
        "subsup" => matches!(attr("type"), Some("sub" | "sup")),
        "textColor" | "backgroundColor" => color("color"),
        "annotation" => attr("id").is_some(),
        _ => return Err(format!("{kind} is not a mark of text")),
    };
    if fits { Ok(()) } else { Err(format!("{kind} lacks what it needs")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn doc(content: Value) -> Value {
        json!({ "version": 1, "type": "doc", "content": content })
    }

    #[test]
    fn accepts_what_the_editor_makes() {
        for content in [
            json!([]),
            json!([{ "type": "paragraph" }]),
            json!([{ "type": "heading", "attrs": { "level": 2 }, "content": [{ "type": "text", "text": "A" }] }]),
            json!([{ "type": "paragraph", "content": [{ "type": "text", "text": "x", "marks": [{ "type": "code" }, { "type": "link", "attrs": { "href": "https://a.example" } }] }] }]),
            json!([{ "type": "codeBlock", "attrs": { "language": "rust" }, "content": [{ "type": "text", "text": "a\nb" }] }]),
            json!([{ "type": "table", "content": [{ "type": "tableRow", "content": [{ "type": "tableCell", "content": [{ "type": "paragraph" }] }] }] }]),
            json!([{ "type": "bulletList", "content": [{ "type": "listItem", "content": [{ "type": "paragraph", "content": [{ "type": "mention", "attrs": { "id": "5b" } }] }] }] }]),
        ] {
            assert_eq!(check(&doc(content.clone())), Ok(()), "{content}");
        }
    }

    #[test]
    fn refuses_what_the_vendor_refuses() {
        let paragraph = |text: Value| json!([{ "type": "paragraph", "content": [text] }]);
        for (why, content) in [
            ("empty text", paragraph(json!({ "type": "text", "text": "" }))),
            ("newline in text", paragraph(json!({ "type": "text", "text": "a\nb" }))),
            (
                "code with strong",
                paragraph(json!({ "type": "text", "text": "a", "marks": [{ "type": "code" }, { "type": "strong" }] })),
            ),
            (
                "mark twice",
                paragraph(json!({ "type": "text", "text": "a", "marks": [{ "type": "em" }, { "type": "em" }] })),
            ),
            ("link without href", paragraph(json!({ "type": "text", "text": "a", "marks": [{ "type": "link" }] }))),
            ("text at the top", json!([{ "type": "text", "text": "a" }])),
            ("empty list", json!([{ "type": "bulletList", "content": [] }])),
            (
                "heading in list",
                json!([{ "type": "bulletList", "content": [{ "type": "listItem", "content": [{ "type": "heading", "attrs": { "level": 1 } }] }] }]),
            ),
            ("heading of level 7", json!([{ "type": "heading", "attrs": { "level": 7 } }])),
            ("extra property", json!([{ "type": "paragraph", "color": "red" }])),
            ("unknown attribute", json!([{ "type": "paragraph", "attrs": { "x": 1 } }])),
            ("unknown node", json!([{ "type": "banner" }])),
            (
                "panel in panel",
                json!([{ "type": "panel", "attrs": { "panelType": "info" }, "content": [{ "type": "panel", "attrs": { "panelType": "info" }, "content": [] }] }]),
            ),
            ("mention without id", paragraph(json!({ "type": "mention", "attrs": { "text": "@x" } }))),
            ("date as a number", paragraph(json!({ "type": "date", "attrs": { "timestamp": 1 } }))),
        ] {
            assert!(check(&doc(content.clone())).is_err(), "{why}: {content}");
        }
        assert!(check(&json!({ "type": "doc", "content": [] })).is_err(), "no version");
    }
}

//! Rich text: Atlassian Documents (v3) and wiki markup (v2), and the way from one to the other.
//!
//! Text is kept in the language it was written in: `{"doc": {..}}` or `{"wiki": ".."}`. What another version of the API
//! asks for is derived, by [`markup`] and by [`wiki`]; nothing is lost by storing it.

use serde_json::{Value, json};

use super::fields::Rich;

pub(crate) mod markup;
pub(crate) mod rules;
mod shapes;
pub(crate) mod text;
pub(crate) mod wiki;

/// The stored text as a v3 document or a v2 string.
pub(crate) fn show(stored: &Value, language: Rich) -> Value {
    match language {
        Rich::Document => document(stored),
        Rich::Wiki => Value::String(wiki::of_stored(stored)),
    }
}

/// The stored text as a document.
pub(crate) fn document(stored: &Value) -> Value {
    match stored.get("doc") {
        Some(doc) => doc.clone(),
        None => markup::document(stored.get("wiki").and_then(Value::as_str).unwrap_or_default()),
    }
}

/// Text that knows no markup: paragraphs by blank lines, hard breaks by single ones.
pub(crate) fn from_plain(text: &str) -> Value {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut paragraphs = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for line in text.split('\n').chain([""]) {
        if !line.trim().is_empty() {
            lines.push(line);
        } else if !lines.is_empty() {
            paragraphs.push(paragraph(&std::mem::take(&mut lines)));
        }
    }
    json!({ "version": 1, "type": "doc", "content": paragraphs })
}

fn paragraph(lines: &[&str]) -> Value {
    let mut content = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        if n > 0 {
            content.push(json!({ "type": "hardBreak" }));
        }
        content.push(json!({ "type": "text", "text": line }));
    }
    json!({ "type": "paragraph", "content": content })
}

pub(crate) fn is_empty(stored: &Value) -> bool {
    match stored.get("doc") {
        Some(doc) => doc.get("content").and_then(Value::as_array).is_none_or(Vec::is_empty),
        None => stored.get("wiki").and_then(Value::as_str).is_none_or(str::is_empty),
    }
}

/// Whether two stored texts say the same, whatever language they are kept in.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    a == b || ((a.get("doc").is_some() != b.get("doc").is_some()) && document(a) == document(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_becomes_paragraphs_and_breaks() {
        let doc = from_plain("one\r\ntwo\r\n\r\n\nthree\n");
        assert!(rules::check(&doc).is_ok());
        assert_eq!(doc["content"].as_array().unwrap().len(), 2);
        assert_eq!(doc["content"][0]["content"][1]["type"], "hardBreak");
        assert_eq!(doc["content"][1]["content"][0]["text"], "three");
        assert_eq!(from_plain(" \n")["content"], json!([]));
    }
}

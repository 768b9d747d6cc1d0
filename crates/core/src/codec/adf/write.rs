//! Plain text as a document: paragraphs, line breaks, links.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value as Json, json};

/// A web address as people paste it; the last character is not punctuation that ends a sentence.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"https?://[^\s<>"]*[^\s<>"'.,;:!?()\[\]{}]"#).expect("the pattern is a constant"));

/// A document with a paragraph for each block between blank lines; no text makes an empty document.
///
/// Jira rejects empty text nodes and line feeds inside a text node, so there are none.
#[must_use]
pub fn from_plain(text: &str) -> Json {
    let paragraphs: Vec<Json> = text.split("\n\n").filter(|block| !block.is_empty()).map(paragraph).collect();
    json!({"version": 1, "type": "doc", "content": paragraphs})
}

fn paragraph(block: &str) -> Json {
    let mut content = Vec::new();
    for (n, line) in block.split('\n').enumerate() {
        if n > 0 {
            content.push(json!({"type": "hardBreak"}));
        }
        push_line(&mut content, line);
    }
    json!({"type": "paragraph", "content": content})
}

fn push_line(content: &mut Vec<Json>, line: &str) {
    let mut end = 0;
    for address in ADDRESS.find_iter(line) {
        push_text(content, &line[end..address.start()]);
        let href = address.as_str();
        content.push(json!({"type": "text", "text": href, "marks": [{"type": "link", "attrs": {"href": href}}]}));
        end = address.end();
    }
    push_text(content, &line[end..]);
}

fn push_text(content: &mut Vec<Json>, text: &str) {
    if !text.is_empty() {
        content.push(json!({"type": "text", "text": text}));
    }
}

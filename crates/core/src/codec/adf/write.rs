//! A tree as an ADF document.

use serde_json::{Map, Value as Json, json};

use crate::rich::{Block, Cell, Document, Inline, Marks, Original, Script};

/// A document that Jira accepts; nothing makes an empty one.
///
/// Jira rejects empty text nodes, line feeds inside a text node and containers with nothing in them, so there are none.
#[must_use]
pub fn write(document: &Document) -> Json {
    json!({"version": 1, "type": "doc", "content": blocks(document.blocks())})
}

/// Plain text as a document: paragraphs, line breaks, links.
#[must_use]
pub fn from_plain(text: &str) -> Json {
    write(&Document::of_plain(text))
}

fn blocks(all: &[Block]) -> Vec<Json> {
    all.iter().flat_map(block).collect()
}

fn block(block: &Block) -> Vec<Json> {
    match block {
        Block::Paragraph(content) => vec![json!({"type": "paragraph", "content": inlines(content)})],
        Block::Heading { level, content } => {
            vec![json!({"type": "heading", "attrs": {"level": level}, "content": inlines(content)})]
        }
        Block::List { first: None, items } => filled("bulletList", Json::Null, items.iter().flat_map(|i| item(i))),
        Block::List { first: Some(first), items } => {
            filled("orderedList", json!({"order": first}), items.iter().flat_map(|i| item(i)))
        }
        Block::Quote(content) => filled("blockquote", Json::Null, blocks(content)),
        Block::Code(text) => vec![json!({"type": "codeBlock", "content": [{"type": "text", "text": text}]})],
        Block::Rule => vec![json!({"type": "rule"})],
        Block::Table(rows) => {
            let row =
                |cells: &Vec<Cell>| json!({"type": "tableRow", "content": cells.iter().map(cell).collect::<Vec<_>>()});
            filled("table", Json::Null, rows.iter().map(row))
        }
        Block::Kept(kept) => original(&kept.original).map_or_else(|| blocks(&kept.shown), |node| vec![node]),
    }
}

/// What Jira itself once wrote.
fn original(original: &Original) -> Option<Json> {
    match original {
        Original::Adf(text) => serde_json::from_str(text).ok(),
        Original::Html(_) => None,
    }
}

/// A container, unless nothing is in it.
fn filled(kind: &str, attrs: Json, content: impl IntoIterator<Item = Json>) -> Vec<Json> {
    let content: Vec<Json> = content.into_iter().collect();
    let mut node = Map::from_iter([("type".to_owned(), json!(kind))]);
    if !attrs.is_null() {
        node.insert("attrs".to_owned(), attrs);
    }
    if content.is_empty() {
        return Vec::new();
    }
    node.insert("content".to_owned(), Json::Array(content));
    vec![Json::Object(node)]
}

/// An item begins with a paragraph or with code:
/// <https://developer.atlassian.com/cloud/jira/platform/apis/document/nodes/listItem/>
fn item(content: &[Block]) -> Vec<Json> {
    let begins_well = matches!(content.first(), None | Some(Block::Paragraph(_) | Block::Code(_)));
    let empty = (!begins_well).then(|| json!({"type": "paragraph", "content": []}));
    filled("listItem", Json::Null, empty.into_iter().chain(blocks(content)))
}

fn cell(cell: &Cell) -> Json {
    let kind = if cell.is_header { "tableHeader" } else { "tableCell" };
    let mut content = blocks(&cell.content);
    if content.is_empty() {
        content.push(json!({"type": "paragraph", "content": []}));
    }
    match cell.span {
        (1, 1) => json!({"type": kind, "content": content}),
        (columns, rows) => json!({"type": kind, "attrs": {"colspan": columns, "rowspan": rows}, "content": content}),
    }
}

fn inlines(content: &[Inline]) -> Vec<Json> {
    content.iter().flat_map(inline).collect()
}

fn inline(inline: &Inline) -> Vec<Json> {
    match inline {
        Inline::Text { text, marks } => {
            let marks = self::marks(marks);
            vec![if marks.is_empty() {
                json!({"type": "text", "text": text})
            } else {
                json!({"type": "text", "text": text, "marks": marks})
            }]
        }
        Inline::Break => vec![json!({"type": "hardBreak"})],
        Inline::Kept(kept) => original(&kept.original).map_or_else(|| inlines(&kept.shown), |node| vec![node]),
    }
}

fn marks(marks: &Marks) -> Vec<Json> {
    let attribute = |kind: &str, name: &str, value: &Option<String>| {
        value.as_ref().map(|value| json!({"type": kind, "attrs": {(name): value}}))
    };
    let named = [
        (marks.code, "code"),
        (marks.strong, "strong"),
        (marks.em, "em"),
        (marks.strike, "strike"),
        (marks.underline, "underline"),
    ];
    let named = named.iter().filter(|(is_set, _)| *is_set).map(|(_, kind)| json!({"type": kind}));
    let script = marks.script.map(|script| match script {
        Script::Sub => json!({"type": "subsup", "attrs": {"type": "sub"}}),
        Script::Sup => json!({"type": "subsup", "attrs": {"type": "sup"}}),
    });
    let link = attribute("link", "href", &marks.link);
    let colours =
        [attribute("textColor", "color", &marks.colour), attribute("backgroundColor", "color", &marks.highlight)];
    let kept = marks.kept.iter().filter_map(|(_, mark)| original(mark));
    link.into_iter().chain(named).chain(script).chain(colours.into_iter().flatten()).chain(kept).collect()
}

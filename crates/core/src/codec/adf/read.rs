//! An ADF document as a tree.

use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::DEPTH_MAX;
use crate::rich::{Block, Cell, Document, Inline, Kept, Marks, Original, Script, is_address};

/// The document. Anything that is not one reads as nothing.
#[must_use]
pub fn read(document: &Json) -> Document {
    match kind(document) {
        "doc" => Document::new(blocks(document, 0)),
        _ => Document::new(block(document, 0)),
    }
}

/// The text of a document as people read it, canonical.
#[must_use]
pub fn to_plain(document: &Json) -> String {
    read(document).plain().to_owned()
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

fn number(node: &Json, name: &str) -> Option<u32> {
    node.get("attrs")?.get(name)?.as_u64().map(|n| u32::try_from(n).unwrap_or(u32::MAX))
}

fn blocks(node: &Json, depth: usize) -> Vec<Block> {
    if depth > DEPTH_MAX {
        return Vec::new();
    }
    children(node).iter().flat_map(|child| block(child, depth)).collect()
}

fn block(node: &Json, depth: usize) -> Vec<Block> {
    let below = || blocks(node, depth + 1);
    match kind(node) {
        "paragraph" => vec![marked(node, Block::Paragraph(inlines(node)))],
        "heading" => {
            let level = u8::try_from(number(node, "level").unwrap_or(1)).unwrap_or(6);
            vec![marked(node, Block::Heading { level, content: inlines(node) })]
        }
        "bulletList" => vec![list(node, None, depth)],
        "orderedList" => vec![list(node, Some(number(node, "order").unwrap_or(1)), depth)],
        "blockquote" => vec![Block::Quote(below())],
        "codeBlock" => vec![code(node)],
        "rule" => vec![Block::Rule],
        "table" => vec![table(node, depth)],
        "" => below(),
        _ if is_inline(node) => vec![Block::Paragraph(vec![inline(node)])],
        _ => vec![kept_block(node, depth)],
    }
}

fn list(node: &Json, first: Option<u32>, depth: usize) -> Block {
    Block::List { first, items: children(node).iter().map(|item| blocks(item, depth + 2)).collect() }
}

/// Alignment and indentation are marks of the block; HTML knows them only as styles.
fn marked(node: &Json, block: Block) -> Block {
    match node.get("marks").and_then(|marks| marks.get(0)) {
        Some(mark) => kept(kind(mark), node, vec![block]),
        None => block,
    }
}

fn kept(name: &str, node: &Json, shown: Vec<Block>) -> Block {
    Block::Kept(Box::new(Kept { name: name.to_owned(), original: Original::Adf(node.to_string()), shown }))
}

fn code(node: &Json) -> Block {
    let text = children(node).iter().filter_map(|child| child.get("text")?.as_str()).collect();
    match attribute(node, "language") {
        None | Some("") => Block::Code(text),
        Some(_) => kept("language of code", node, vec![Block::Code(text)]),
    }
}

fn table(node: &Json, depth: usize) -> Block {
    let span = |cell: &Json, name| number(cell, name).and_then(|n| u16::try_from(n).ok()).unwrap_or(1);
    let cell = |cell: &Json| Cell {
        is_header: kind(cell) == "tableHeader",
        span: (span(cell, "colspan"), span(cell, "rowspan")),
        content: blocks(cell, depth + 3),
    };
    let rows = children(node).iter().map(|row| children(row).iter().map(cell).collect()).collect();
    let is_laid_out = |node: &Json, plain: &[&str]| {
        let attrs = node.get("attrs").and_then(Json::as_object);
        attrs.is_some_and(|attrs| attrs.iter().any(|(name, value)| !plain.contains(&name.as_str()) && !is_usual(value)))
    };
    let mut cells = children(node).iter().flat_map(children);
    let has_layout =
        is_laid_out(node, &["localId"]) || cells.any(|cell| is_laid_out(cell, &["colspan", "rowspan", "localId"]));
    if has_layout { kept("table layout", node, vec![Block::Table(rows)]) } else { Block::Table(rows) }
}

/// What Jira's editor writes into the attributes of every table.
fn is_usual(value: &Json) -> bool {
    matches!(value, Json::Null | Json::Bool(false)) || value == "default" || value == "align-start"
}

/// A block that only Jira has, and what stands for it elsewhere.
fn kept_block(node: &Json, depth: usize) -> Block {
    let lines = |lines: Vec<Vec<Inline>>| vec![Block::Paragraph(lines.join(&Inline::Break))];
    let (name, shown) = match kind(node) {
        "taskList" => ("task list", lines(children(node).iter().map(|item| task(item, depth)).collect())),
        "decisionList" => ("decision list", lines(children(node).iter().map(inlines).collect())),
        "expand" | "nestedExpand" => {
            let title = Inline::text(attribute(node, "title").unwrap_or_default());
            ("expand", [vec![Block::Paragraph(vec![title])], blocks(node, depth + 1)].concat())
        }
        "mediaSingle" | "mediaGroup" => {
            let media = children(node).iter().filter(|child| kind(child) == "media");
            ("image or file", lines(media.map(|media| vec![attachment(media)]).collect()))
        }
        "media" => ("image or file", lines(vec![vec![attachment(node)]])),
        "blockCard" | "embedCard" => ("card", lines(vec![vec![card(node)]])),
        "layoutSection" => ("columns", blocks(node, depth + 1)),
        "decisionItem" | "taskItem" => (kind(node), lines(vec![task(node, depth)])),
        other => (other, blocks(node, depth + 1)),
    };
    kept(name, node, shown)
}

fn task(item: &Json, depth: usize) -> Vec<Inline> {
    let nested = || children(item).iter().map(|item| task(item, depth + 1)).collect::<Vec<_>>().join(&Inline::Break);
    match (kind(item), attribute(item, "state")) {
        ("taskList", _) if depth < DEPTH_MAX => nested(),
        ("taskItem" | "blockTaskItem", Some("DONE")) => [vec![Inline::text("[x] ")], inlines(item)].concat(),
        ("taskItem" | "blockTaskItem", _) => [vec![Inline::text("[ ] ")], inlines(item)].concat(),
        _ => inlines(item),
    }
}

fn attachment(media: &Json) -> Inline {
    Inline::text(&format!("[attachment: {}]", attribute(media, "alt").filter(|alt| !alt.is_empty()).unwrap_or("file")))
}

fn card(node: &Json) -> Inline {
    let url = attribute(node, "url").unwrap_or_default();
    Inline::marked(url, Marks { link: Some(url.to_owned()), ..Marks::default() })
}

fn inlines(node: &Json) -> Vec<Inline> {
    children(node).iter().map(inline).collect()
}

fn is_inline(node: &Json) -> bool {
    matches!(
        kind(node),
        "text" | "hardBreak" | "mention" | "emoji" | "date" | "status" | "inlineCard" | "placeholder" | "mediaInline"
    )
}

fn inline(node: &Json) -> Inline {
    let (name, shown) = match kind(node) {
        "text" => return text(node),
        "hardBreak" => return Inline::Break,
        "mention" => {
            let text = attribute(node, "text").filter(|text| !text.is_empty()).map(str::to_owned);
            let id = || format!("@{}", attribute(node, "id").unwrap_or_default());
            ("mention", Inline::text(&text.unwrap_or_else(id)))
        }
        "emoji" => {
            let text = attribute(node, "text").filter(|text| !text.is_empty());
            ("emoji", Inline::text(text.or_else(|| attribute(node, "shortName")).unwrap_or_default()))
        }
        "date" => ("date", Inline::text(&date(node).unwrap_or_default())),
        "status" => {
            let text = attribute(node, "text").unwrap_or_default().to_uppercase();
            ("status lozenge", Inline::text(&format!("[{text}]")))
        }
        "inlineCard" => ("card", card(node)),
        "mediaInline" => ("image or file", attachment(node)),
        // Text of an unknown node: its direct texts, no deeper.
        other => {
            let texts = children(node).iter().filter_map(|child| child.get("text")?.as_str());
            (other, Inline::text(&texts.collect::<String>()))
        }
    };
    kept_inline(name, node, shown)
}

fn kept_inline(name: &str, node: &Json, shown: Inline) -> Inline {
    let name = if name.is_empty() { "unknown node" } else { name };
    Inline::Kept(Box::new(Kept {
        name: name.to_owned(),
        original: Original::Adf(node.to_string()),
        shown: vec![shown],
    }))
}

fn text(node: &Json) -> Inline {
    let text = node.get("text").and_then(Json::as_str).unwrap_or_default();
    let mut marks = Marks::default();
    for mark in node.get("marks").and_then(Json::as_array).map_or(&[][..], Vec::as_slice) {
        add(&mut marks, mark);
    }
    match &marks.link {
        Some(href) if !is_address(href) => kept_inline("link", node, Inline::marked(text, marks)),
        _ => Inline::marked(text, marks),
    }
}

fn add(marks: &mut Marks, mark: &Json) {
    let colour = || attribute(mark, "color").map(str::to_ascii_lowercase);
    match kind(mark) {
        "strong" => marks.strong = true,
        "em" => marks.em = true,
        "underline" => marks.underline = true,
        "strike" => marks.strike = true,
        "code" => marks.code = true,
        "subsup" => marks.script = Some(if attribute(mark, "type") == Some("sub") { Script::Sub } else { Script::Sup }),
        "textColor" => marks.colour = colour(),
        "backgroundColor" => marks.highlight = colour(),
        "link" => marks.link = attribute(mark, "href").map(str::to_owned),
        other => marks.kept.push((other.to_owned(), Original::Adf(mark.to_string()))),
    }
}

/// `timestamp` is a string of epoch milliseconds.
fn date(node: &Json) -> Option<String> {
    let millis: i64 = attribute(node, "timestamp")?.parse().ok()?;
    let instant = jiff::Timestamp::from_millisecond(millis).ok()?;
    Some(instant.to_zoned(TimeZone::UTC).date().to_string())
}

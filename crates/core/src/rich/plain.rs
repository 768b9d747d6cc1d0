//! A document as plain text, and plain text as a document. The law: `of_blocks(to_blocks(t)) == t` for canonical `t`.

use std::sync::LazyLock;

use regex::Regex;

use super::{Block, Cell, Inline, Marks};
use crate::codec::plain::canonical;

/// A web address as people paste it; the last character is not punctuation that ends a sentence.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"https?://[^\s<>"]*[^\s<>"'.,;:!?()\[\]{}]"#).expect("the pattern is a constant"));

/// What people read, canonical.
pub(super) fn of_blocks(blocks: &[Block]) -> String {
    canonical(&joined(blocks, "\n\n"))
}

/// Spaces as HTML keeps them: it has no tabs, and reads a space that must not break as one that may.
pub(super) fn spaces(text: &str) -> String {
    text.replace('\t', "    ").replace('\u{a0}', " ")
}

fn joined(blocks: &[Block], between: &str) -> String {
    blocks.iter().map(block).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(between)
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(content) | Block::Heading { content, .. } => inlines(content),
        Block::List { first, items } => list(*first, items),
        Block::Quote(content) => joined(content, "\n\n"),
        Block::Code(text) => text.clone(),
        Block::Rule => "----".to_owned(),
        Block::Table(rows) => rows.iter().map(|cells| row(cells)).collect::<Vec<_>>().join("\n"),
        Block::Kept(kept) => joined(&kept.shown, "\n\n"),
    }
}

/// Items on their own lines, what belongs to an item indented below it.
fn list(first: Option<u32>, items: &[Vec<Block>]) -> String {
    let item = |(n, item): (u32, &Vec<Block>)| {
        let marker = first.map_or_else(|| "- ".to_owned(), |first| format!("{}. ", first.saturating_add(n)));
        let indent = format!("\n{}", " ".repeat(marker.len()));
        format!("{marker}{}", joined(item, "\n").replace('\n', &indent))
    };
    (0..).zip(items).map(item).collect::<Vec<_>>().join("\n")
}

/// A row of a table on one line.
pub(super) fn row(cells: &[Cell]) -> String {
    let cells = cells.iter().map(|cell| joined(&cell.content, " ").replace('\n', " "));
    cells.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" | ")
}

/// A link whose text is not its address shows it behind the text.
pub(super) fn inlines(content: &[Inline]) -> String {
    let mut out = String::new();
    let link = |inline: &Inline| match inline {
        Inline::Text { marks, .. } => marks.link.clone(),
        Inline::Break | Inline::Kept(_) => None,
    };
    for run in content.chunk_by(|one, next| link(one) == link(next)) {
        let text: String = run.iter().map(inline).collect();
        match run.first().and_then(link).filter(|href| *href != text && !text.trim().is_empty()) {
            Some(href) => out += &format!("{text} ({href})"),
            None => out += &text,
        }
    }
    out
}

fn inline(inline: &Inline) -> String {
    match inline {
        Inline::Text { text, .. } => text.clone(),
        Inline::Break => "\n".to_owned(),
        Inline::Kept(kept) => inlines(&kept.shown),
    }
}

/// A paragraph for each block between blank lines.
pub(super) fn to_blocks(text: &str) -> Vec<Block> {
    text.split("\n\n").map(|block| Block::Paragraph(to_inlines(block))).collect()
}

/// Lines, in which web addresses are links.
pub(super) fn to_inlines(block: &str) -> Vec<Inline> {
    let mut content = Vec::new();
    for (n, line) in block.split('\n').enumerate() {
        if n > 0 {
            content.push(Inline::Break);
        }
        let mut end = 0;
        for address in ADDRESS.find_iter(line) {
            content.push(Inline::text(&line[end..address.start()]));
            let link = Some(address.as_str().to_owned());
            content.push(Inline::marked(address.as_str(), Marks { link, ..Marks::default() }));
            end = address.end();
        }
        content.push(Inline::text(&line[end..]));
    }
    content
}

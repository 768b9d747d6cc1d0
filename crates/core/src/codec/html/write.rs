//! A tree as HTML, of the tags that Salesforce's rich text area keeps.
//!
//! Nothing is copied: every tag is made here, every text is escaped, and an address is one that may stand behind a link.
//! <https://help.salesforce.com/s/articleView?id=sf.fields_using_html_editor.htm>

use std::fmt::Write as _;

use super::style;
use crate::rich::{Block, Cell, Document, Inline, Marks, Original, Script};

/// The HTML of a document; nothing makes an empty text.
#[must_use]
pub fn write(document: &Document) -> String {
    blocks(document.blocks())
}

/// Plain text as HTML: a paragraph for each block between blank lines.
#[must_use]
pub fn from_plain(text: &str) -> String {
    write(&Document::of_plain(text))
}

pub(super) fn blocks(all: &[Block]) -> String {
    all.iter().map(block).collect()
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(content) => format!("<p>{}</p>", inlines(content)),
        Block::Heading { level, content } => format!("<h{level}>{}</h{level}>", inlines(content)),
        Block::List { first, items } => {
            let items: String = items.iter().map(|item| format!("<li>{}</li>", within(item))).collect();
            match first {
                None => format!("<ul>{items}</ul>"),
                Some(1) => format!("<ol>{items}</ol>"),
                Some(first) => format!("<ol start=\"{first}\">{items}</ol>"),
            }
        }
        Block::Quote(content) => format!("<blockquote>{}</blockquote>", blocks(content)),
        Block::Code(text) => format!("<pre>{}</pre>", escaped(text)),
        Block::Rule => "<hr>".to_owned(),
        Block::Table(rows) => {
            let row = |cells: &Vec<Cell>| format!("<tr>{}</tr>", cells.iter().map(cell).collect::<String>());
            format!("<table><tbody>{}</tbody></table>", rows.iter().map(row).collect::<String>())
        }
        Block::Kept(kept) => match &kept.original {
            Original::Html(html) => html.clone(),
            Original::Adf(_) => blocks(&kept.shown),
        },
    }
}

/// What an item or a cell holds; its first paragraph needs no tag of its own.
fn within(content: &[Block]) -> String {
    match content {
        [Block::Paragraph(first), rest @ ..] => inlines(first) + &blocks(rest),
        all => blocks(all),
    }
}

fn cell(cell: &Cell) -> String {
    let tag = if cell.is_header { "th" } else { "td" };
    let span = |name: &str, n: u16| if n == 1 { String::new() } else { format!(" {name}=\"{n}\"") };
    let (columns, rows) = (span("colspan", cell.span.0), span("rowspan", cell.span.1));
    format!("<{tag}{columns}{rows}>{}</{tag}>", within(&cell.content))
}

/// The HTML of one line after the other.
pub(super) fn inlines(content: &[Inline]) -> String {
    let mut out = String::new();
    // A browser drops a space at the beginning of a line and after another space.
    let mut is_after_space = true;
    for inline in content {
        match inline {
            Inline::Text { text, marks } => {
                let text = line(text, &mut is_after_space);
                out += &marked(text, marks);
            }
            Inline::Break => {
                out += "<br>";
                is_after_space = true;
            }
            Inline::Kept(kept) => {
                out += &match &kept.original {
                    Original::Html(html) => html.clone(),
                    Original::Adf(_) => inlines(&kept.shown),
                };
                is_after_space = true;
            }
        }
    }
    out
}

/// Text without line feeds. Spaces that a browser would drop are written as `&nbsp;`.
fn line(text: &str, is_after_space: &mut bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{a0}' => out.push_str("&nbsp;"),
            ' ' if *is_after_space => out.push_str("&nbsp;"),
            // HTML has no tabs: they become as many spaces as people mean by one.
            '\t' => out.push_str("&nbsp;&nbsp;&nbsp;&nbsp;"),
            c => push_escaped(&mut out, c),
        }
        *is_after_space = c == ' ';
    }
    out
}

/// Text or an attribute's value that means nothing to HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_escaped(&mut out, c));
    out
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        c => out.push(c),
    }
}

fn marked(text: String, marks: &Marks) -> String {
    let wrap = |text: String, tag: &str, is_set: bool| if is_set { format!("<{tag}>{text}</{tag}>") } else { text };
    let text = wrap(text, "code", marks.code);
    let text = wrap(text, "sub", marks.script == Some(Script::Sub));
    let text = wrap(text, "sup", marks.script == Some(Script::Sup));
    let text = wrap(text, "s", marks.strike);
    let text = wrap(text, "u", marks.underline);
    let text = wrap(text, "em", marks.em);
    let text = wrap(text, "strong", marks.strong);
    let text = styled(text, marks);
    match &marks.link {
        Some(href) => format!("<a href=\"{}\" target=\"_blank\">{text}</a>", escaped(href)),
        None => text,
    }
}

fn styled(text: String, marks: &Marks) -> String {
    let mut style = String::new();
    for (name, value) in [("color", &marks.colour), ("background-color", &marks.highlight)] {
        if let Some(value) = value {
            let _ = write!(style, "{name}: {value};");
        }
    }
    for (_, mark) in &marks.kept {
        if let Original::Html(declaration) = mark {
            style += declaration;
        }
    }
    if style.is_empty() { text } else { format!("<span style=\"{}\">{text}</span>", escaped(&style)) }
}

/// A block whose lines stand to one side.
pub(super) fn aligned(block: &Block, align: style::Align) -> String {
    let (tag, content) = match block {
        Block::Heading { level, content } => (format!("h{level}"), content.as_slice()),
        Block::Paragraph(content) => ("p".to_owned(), content.as_slice()),
        _ => ("p".to_owned(), &[][..]),
    };
    format!("<{tag} style=\"text-align: {};\">{}</{tag}>", align.as_str(), inlines(content))
}

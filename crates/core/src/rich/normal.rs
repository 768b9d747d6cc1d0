//! The normal form of a document, and the part of it that both formats hold.

use super::{Block, Cell, DEPTH_MAX, Inline, Kept, Marks, is_address, plain};

/// Where a block stands. Jira allows least, so its rules are everybody's:
/// <https://developer.atlassian.com/cloud/jira/platform/apis/document/nodes/listItem/>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Top,
    Cell,
    Quote,
    Item,
}

impl Place {
    /// Whether a block may stand here as it is.
    pub(crate) fn holds(self, block: &Block) -> bool {
        match block {
            Block::Heading { .. } | Block::Quote(_) | Block::Rule => matches!(self, Self::Top | Self::Cell),
            Block::Table(_) => self == Self::Top,
            Block::Paragraph(_) | Block::List { .. } | Block::Code(_) | Block::Kept(_) => true,
        }
    }
}

/// Blocks in normal form; what may not stand in its place becomes what may.
pub(super) fn blocks(blocks: Vec<Block>, place: Place, depth: usize) -> Vec<Block> {
    blocks.into_iter().flat_map(|block| self::block(block, place, depth)).collect()
}

fn block(block: Block, place: Place, depth: usize) -> Vec<Block> {
    if !place.holds(&block) {
        return blocks(instead(block), place, depth);
    }
    match block {
        Block::Paragraph(content) => paragraphs(content),
        Block::Heading { level, content } => heading(level, content),
        Block::List { .. } if depth >= DEPTH_MAX => plain::to_blocks(&plain::of_blocks(&[block])),
        Block::List { first, items } => {
            let items = items.into_iter().map(|item| blocks(item, Place::Item, depth + 1));
            let items: Vec<_> = items.filter(|item| !item.is_empty()).collect();
            if items.is_empty() { Vec::new() } else { vec![Block::List { first, items }] }
        }
        Block::Quote(content) => match blocks(content, Place::Quote, depth) {
            content if content.is_empty() => Vec::new(),
            content => vec![Block::Quote(content)],
        },
        Block::Code(text) => code(&text),
        Block::Rule => vec![Block::Rule],
        Block::Table(rows) => table(rows, depth),
        Block::Kept(kept) => {
            let shown = blocks(kept.shown, place, depth);
            vec![Block::Kept(Box::new(Kept { shown, ..*kept }))]
        }
    }
}

/// What stands for a block where it may not stand itself.
fn instead(block: Block) -> Vec<Block> {
    match block {
        Block::Heading { content, .. } => vec![Block::Paragraph(content)],
        Block::Quote(content) => content,
        Block::Table(rows) => rows.iter().flat_map(|row| plain::to_blocks(&plain::row(row))).collect(),
        Block::Rule => Vec::new(),
        same @ (Block::Paragraph(_) | Block::List { .. } | Block::Code(_) | Block::Kept(_)) => vec![same],
    }
}

fn heading(level: u8, content: Vec<Inline>) -> Vec<Block> {
    let lines: Vec<_> = lines(content).into_iter().filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        Vec::new()
    } else {
        vec![Block::Heading { level: level.clamp(1, 6), content: lines.join(&Inline::Break) }]
    }
}

fn code(text: &str) -> Vec<Block> {
    let text: String =
        text.replace("\r\n", "\n").chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    match text.trim_matches('\n') {
        text if text.trim().is_empty() => Vec::new(),
        text => vec![Block::Code(text.to_owned())],
    }
}

fn table(rows: Vec<Vec<Cell>>, depth: usize) -> Vec<Block> {
    let cell = |cell: Cell| Cell {
        is_header: cell.is_header,
        span: (cell.span.0.clamp(1, 1000), cell.span.1.clamp(1, 1000)),
        content: blocks(cell.content, Place::Cell, depth),
    };
    let rows = rows.into_iter().filter(|row| !row.is_empty());
    let rows: Vec<Vec<Cell>> = rows.map(|row| row.into_iter().map(cell).collect()).collect();
    if rows.is_empty() { Vec::new() } else { vec![Block::Table(rows)] }
}

/// A paragraph for each group of lines between blank ones.
fn paragraphs(content: Vec<Inline>) -> Vec<Block> {
    let lines = lines(content);
    let groups = lines.split(Vec::is_empty).filter(|group| !group.is_empty());
    groups.map(|group| Block::Paragraph(group.join(&Inline::Break))).collect()
}

/// The lines of a content, without white space at their ends; a blank line is empty.
fn lines(content: Vec<Inline>) -> Vec<Vec<Inline>> {
    let mut lines = vec![Vec::new()];
    for inline in content {
        match inline {
            Inline::Break => lines.push(Vec::new()),
            Inline::Text { text, marks } => {
                let text = text.replace("\r\n", "\n");
                for (n, part) in text.split(['\n', '\r', '\u{2028}', '\u{2029}']).enumerate() {
                    if n > 0 {
                        lines.push(Vec::new());
                    }
                    if let Some(line) = lines.last_mut() {
                        push(line, part, &marks);
                    }
                }
            }
            kept @ Inline::Kept(_) => {
                if let Some(line) = lines.last_mut() {
                    line.push(kept);
                }
            }
        }
    }
    lines.iter_mut().for_each(trim_end);
    lines
}

/// Adds text to a line, to the last one if that is marked alike.
fn push(line: &mut Vec<Inline>, text: &str, marks: &Marks) {
    let text: String = text.chars().filter(|c| *c == '\t' || !c.is_control()).collect();
    let marks = valid(marks);
    match line.last_mut() {
        _ if text.is_empty() => {}
        Some(Inline::Text { text: last, marks: same }) if **same == marks => last.push_str(&text),
        _ => line.push(Inline::marked(&text, marks)),
    }
}

fn trim_end(line: &mut Vec<Inline>) {
    while let Some(Inline::Text { text, .. }) = line.last_mut() {
        text.truncate(text.trim_end().len());
        if !text.is_empty() {
            return;
        }
        line.pop();
    }
}

/// Marks that both formats take together. Code goes only with a link:
/// <https://developer.atlassian.com/cloud/jira/platform/apis/document/marks/code/>
fn valid(marks: &Marks) -> Marks {
    let link = marks.link.clone().filter(|href| is_address(href));
    let kept = marks.kept.clone();
    if marks.code {
        return Marks { code: true, link, kept, ..Marks::default() };
    }
    let is_colour = |colour: &String| {
        colour.len() == 7
            && colour.starts_with('#')
            && colour[1..].bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    Marks {
        link,
        kept,
        colour: marks.colour.clone().filter(is_colour),
        highlight: marks.highlight.clone().filter(is_colour),
        ..marks.clone()
    }
}

/// The same blocks without what one side keeps for itself. HTML has neither tabs nor a space of its own that it would
/// tell from a space.
pub(super) fn shared(blocks: &[Block]) -> Vec<Block> {
    let block = |block: &Block| match block {
        Block::Paragraph(content) => vec![Block::Paragraph(shared_inlines(content))],
        Block::Heading { level, content } => vec![Block::Heading { level: *level, content: shared_inlines(content) }],
        Block::List { first, items } => {
            vec![Block::List { first: *first, items: items.iter().map(|item| shared(item)).collect() }]
        }
        Block::Quote(content) => vec![Block::Quote(shared(content))],
        Block::Table(rows) => {
            let cell = |cell: &Cell| Cell { content: shared(&cell.content), ..cell.clone() };
            vec![Block::Table(rows.iter().map(|row| row.iter().map(cell).collect()).collect())]
        }
        Block::Kept(kept) => shared(&kept.shown),
        same @ (Block::Code(_) | Block::Rule) => vec![same.clone()],
    };
    blocks.iter().flat_map(block).collect()
}

fn shared_inlines(content: &[Inline]) -> Vec<Inline> {
    let inline = |inline: &Inline| match inline {
        Inline::Text { text, marks } => {
            vec![Inline::marked(&plain::spaces(text), Marks { kept: Vec::new(), ..(**marks).clone() })]
        }
        Inline::Kept(kept) => shared_inlines(&kept.shown),
        Inline::Break => vec![Inline::Break],
    };
    content.iter().flat_map(inline).collect()
}

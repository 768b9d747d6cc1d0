//! HTML as a tree, tolerant as a browser: what is not closed ends where it must, what is unknown is looked through.

mod marks;

use html5gum::{StartTag, Token, Tokenizer};

use self::marks::OpenMarks;
use super::{style, write};
use crate::rich::{Block, Cell, DEPTH_MAX, Document, Inline, Kept, Original, Place, is_address};

/// The document of a rich text.
#[must_use]
pub fn read(html: &str) -> Document {
    let mut reading = Reading::default();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                reading.open(&name, &Attributes(&tag));
            }
            Token::EndTag(tag) => reading.close(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => reading.text(&String::from_utf8_lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    reading.finish()
}

/// The text as people read it, canonical.
#[must_use]
pub fn to_plain(html: &str) -> String {
    read(html).plain().to_owned()
}

struct Attributes<'a>(&'a StartTag<()>);

impl Attributes<'_> {
    fn get(&self, name: &str) -> Option<String> {
        let found = self.0.attributes.iter().find(|(key, _)| key.as_slice() == name.as_bytes());
        found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }
}

/// What has been read, and where in the document it stands.
#[derive(Default)]
struct Reading {
    /// Blocks of the document itself.
    blocks: Vec<Block>,
    /// Open containers, the innermost last.
    open: Vec<Open>,
    /// Containers that were opened too deep to count, by their tags.
    ignored: Vec<String>,
    /// The line that is being read.
    line: Vec<Inline>,
    line_form: LineForm,
    marks: OpenMarks,
    /// Inside `script` and `style`, whose text is none.
    n_silent: usize,
    /// Inside `pre`: its text, in which white space counts.
    code: Option<String>,
    /// Whether a space would be dropped: at the beginning of a line, and after another.
    is_after_space: bool,
}

/// What kind of block the line becomes.
#[derive(Clone, Copy, Default)]
struct LineForm {
    heading: Option<u8>,
    align: Option<style::Align>,
}

/// A container that is not closed yet.
enum Open {
    List { first: Option<u32>, items: Vec<Vec<Block>> },
    Item(Vec<Block>),
    Quote(Vec<Block>),
    Table { rows: Vec<Vec<Cell>>, beside: Vec<Block> },
    Row(Vec<Cell>),
    Cell(Cell),
}

impl Open {
    fn tag(&self) -> &'static str {
        match self {
            Self::List { first: None, .. } => "ul",
            Self::List { .. } => "ol",
            Self::Item(_) => "li",
            Self::Quote(_) => "blockquote",
            Self::Table { .. } => "table",
            Self::Row(_) => "tr",
            Self::Cell(Cell { is_header: true, .. }) => "th",
            Self::Cell(_) => "td",
        }
    }
}

impl Reading {
    fn open(&mut self, tag: &str, attributes: &Attributes<'_>) {
        match tag {
            "script" | "style" | "head" | "title" | "iframe" | "object" => self.n_silent += 1,
            _ if self.n_silent > 0 => {}
            "br" => self.end_of_line(),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                let heading = tag.strip_prefix('h').and_then(|level| level.parse().ok());
                self.line_form = LineForm { heading, align: align(attributes) };
            }
            "pre" => {
                self.flush();
                self.code = Some(String::new());
            }
            "div" => self.new_line(),
            "hr" => {
                self.flush();
                self.add(Block::Rule);
            }
            "ul" | "ol" | "blockquote" | "table" if self.open.len() >= 3 * DEPTH_MAX => {
                self.flush();
                self.ignored.push(tag.to_owned());
            }
            "ul" => self.push(Open::List { first: None, items: Vec::new() }),
            "ol" => {
                let first = Some(attributes.number("start").unwrap_or(1));
                self.push(Open::List { first, items: Vec::new() });
            }
            "li" => self.item(),
            "blockquote" => self.push(Open::Quote(Vec::new())),
            "table" => self.push(Open::Table { rows: Vec::new(), beside: Vec::new() }),
            "caption" => self.flush(),
            "tr" => self.row(),
            "td" | "th" => self.cell(tag, attributes),
            "img" => self.image(attributes),
            _ => self.marks.open(tag, attributes),
        }
    }

    fn close(&mut self, tag: &str) {
        match tag {
            "script" | "style" | "head" | "title" | "iframe" | "object" => {
                self.n_silent = self.n_silent.saturating_sub(1);
            }
            _ if self.n_silent > 0 => {}
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "caption" => self.flush(),
            "pre" => self.end_code(),
            "div" => self.new_line(),
            "ul" | "ol" | "li" | "blockquote" | "table" | "tr" | "td" | "th" => self.close_container(tag),
            _ => self.marks.close(tag),
        }
    }

    /// White space between tags is none, and within a text it is one space; the editor writes spaces that count as
    /// `&nbsp;`.
    fn text(&mut self, text: &str) {
        if self.n_silent > 0 {
            return;
        }
        if let Some(code) = &mut self.code {
            return code.push_str(text);
        }
        let mut said = String::new();
        for c in text.chars() {
            let is_space = matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
            match c {
                _ if is_space && (self.is_after_space || (self.line.is_empty() && said.is_empty())) => continue,
                _ if is_space => said.push(' '),
                '\u{a0}' => said.push(' '),
                c => said.push(c),
            }
            self.is_after_space = is_space;
        }
        if !said.is_empty() {
            self.line.push(self.marks.marked(&said));
        }
    }

    fn end_of_line(&mut self) {
        match &mut self.code {
            Some(code) => code.push('\n'),
            None => self.line.push(Inline::Break),
        }
        self.is_after_space = true;
    }

    /// A `div` begins a line, not a paragraph.
    fn new_line(&mut self) {
        if self.line.last().is_some_and(|last| *last != Inline::Break) {
            self.end_of_line();
        }
    }

    fn end_code(&mut self) {
        if let Some(code) = self.code.take() {
            self.add(Block::Code(code));
        }
    }

    /// Images stay where they are: their files are of one side only.
    fn image(&mut self, attributes: &Attributes<'_>) {
        let part = |name: &str| attributes.get(name).map(|value| (name.to_owned(), value));
        let src = part("src").filter(|(_, src)| is_address(src) || src.starts_with('/'));
        let name = attributes.get("alt").filter(|alt| !alt.trim().is_empty()).unwrap_or_else(|| "image".to_owned());
        let kept = src.into_iter().chain(["alt", "width", "height"].iter().filter_map(|name| part(name)));
        let written: String = kept.map(|(name, value)| format!(" {name}=\"{}\"", write::escaped(&value))).collect();
        self.line.push(Inline::Kept(Box::new(Kept {
            name: "image or file".to_owned(),
            original: Original::Html(format!("<img{written}>")),
            shown: vec![Inline::text(&format!("[attachment: {name}]"))],
        })));
        self.is_after_space = false;
    }

    /// The line becomes a block.
    fn flush(&mut self) {
        self.end_code();
        let form = std::mem::take(&mut self.line_form);
        let line = std::mem::take(&mut self.line);
        self.is_after_space = true;
        if line.iter().all(|inline| matches!(inline, Inline::Text { text, .. } if text.trim().is_empty())) {
            return;
        }
        let block = match form.heading {
            Some(level) => Block::Heading { level, content: line },
            None => Block::Paragraph(line),
        };
        self.add(match form.align {
            Some(align) => Block::Kept(Box::new(Kept {
                name: "alignment".to_owned(),
                original: Original::Html(write::aligned(&block, align)),
                shown: vec![block],
            })),
            None => block,
        });
    }

    /// Adds a block to the innermost container.
    fn add(&mut self, block: Block) {
        let place = self.place();
        let block = if place.holds(&block) { block } else { out_of_place(block) };
        match self.open.last_mut() {
            None => self.blocks.push(block),
            Some(Open::Item(blocks) | Open::Quote(blocks)) => blocks.push(block),
            Some(Open::Cell(cell)) => cell.content.push(block),
            // A list right inside a list belongs to the item before it.
            Some(Open::List { items, .. }) => match items.last_mut() {
                Some(item) => item.push(block),
                None => items.push(vec![block]),
            },
            Some(Open::Table { beside, .. }) => beside.push(block),
            Some(Open::Row(cells)) => cells.push(Cell { is_header: false, span: (1, 1), content: vec![block] }),
        }
    }

    /// Where the next block stands.
    fn place(&self) -> Place {
        let mut place = Place::Top;
        for open in &self.open {
            place = match (open, place) {
                (Open::Cell(_) | Open::Row(_), Place::Top | Place::Cell) => Place::Cell,
                (Open::Quote(_), Place::Top | Place::Cell) => Place::Quote,
                (Open::Item(_) | Open::List { .. }, _) => Place::Item,
                (_, place) => place,
            };
        }
        place
    }

    fn push(&mut self, container: Open) {
        self.flush();
        self.open.push(container);
    }

    fn item(&mut self) {
        self.flush();
        self.close_within(|open| matches!(open, Open::List { .. }), |open| matches!(open, Open::Cell(_)));
        if !matches!(self.open.last(), Some(Open::List { .. })) {
            self.push(Open::List { first: None, items: Vec::new() });
        }
        self.open.push(Open::Item(Vec::new()));
    }

    fn row(&mut self) {
        self.flush();
        self.close_within(|open| matches!(open, Open::Table { .. }), |_| false);
        if matches!(self.open.last(), Some(Open::Table { .. })) {
            self.open.push(Open::Row(Vec::new()));
        }
    }

    fn cell(&mut self, tag: &str, attributes: &Attributes<'_>) {
        self.flush();
        self.close_within(|open| matches!(open, Open::Row(_)), |open| matches!(open, Open::Table { .. }));
        if matches!(self.open.last(), Some(Open::Table { .. })) {
            self.open.push(Open::Row(Vec::new()));
        }
        if matches!(self.open.last(), Some(Open::Row(_))) {
            let span = |name| attributes.number(name).unwrap_or(1);
            let span = (span("colspan"), span("rowspan"));
            self.open.push(Open::Cell(Cell { is_header: tag == "th", span, content: Vec::new() }));
        }
    }

    fn close_container(&mut self, tag: &str) {
        self.flush();
        if let Some(at) = self.ignored.iter().rposition(|open| open == tag) {
            self.ignored.remove(at);
            return;
        }
        let is_it = |open: &Open| open.tag() == tag;
        // What ends inside a cell began there.
        let is_wall = |open: &Open| matches!(open, Open::Cell(_)) && !matches!(tag, "td" | "th" | "tr" | "table");
        if self.close_within(is_it, is_wall) {
            self.pop();
        }
    }

    /// Closes what is open inside the innermost container of a kind, if there is one before a wall.
    fn close_within(&mut self, is_it: impl Fn(&Open) -> bool, is_wall: impl Fn(&Open) -> bool) -> bool {
        let inner = self.open.iter().rev().take_while(|open| !is_wall(open) || is_it(open));
        let Some(n_inside) = inner.into_iter().position(&is_it) else { return false };
        (0..n_inside).for_each(|_| self.pop());
        true
    }

    /// Ends the innermost container.
    fn pop(&mut self) {
        match self.open.pop() {
            None => {}
            Some(Open::Item(blocks)) => match self.open.last_mut() {
                Some(Open::List { items, .. }) => items.push(blocks),
                _ => blocks.into_iter().for_each(|block| self.add(block)),
            },
            Some(Open::List { first, items }) => self.add(Block::List { first, items }),
            Some(Open::Quote(blocks)) => self.add(Block::Quote(blocks)),
            Some(Open::Cell(cell)) => {
                if let Some(Open::Row(cells)) = self.open.last_mut() {
                    cells.push(cell);
                }
            }
            Some(Open::Row(row)) => {
                if let Some(Open::Table { rows, .. }) = self.open.last_mut() {
                    rows.push(row);
                }
            }
            Some(Open::Table { rows, beside }) => {
                beside.into_iter().for_each(|block| self.add(block));
                self.add(Block::Table(rows));
            }
        }
    }

    fn finish(mut self) -> Document {
        self.flush();
        while !self.open.is_empty() {
            self.pop();
        }
        Document::new(self.blocks)
    }
}

/// A block where Jira has none: it stays, and Jira shows what may stand there.
fn out_of_place(block: Block) -> Block {
    let name = match block {
        Block::Heading { .. } => "heading within a list or quote",
        Block::Quote(_) => "quote within a list or quote",
        Block::Table(_) => "table within another block",
        _ => "line within a list or quote",
    };
    let original = Original::Html(write::blocks(std::slice::from_ref(&block)));
    Block::Kept(Box::new(Kept { name: name.to_owned(), original, shown: vec![block] }))
}

fn align(attributes: &Attributes<'_>) -> Option<style::Align> {
    let style = attributes.get("style").unwrap_or_default();
    let styled = style::declarations(&style).find(|(name, _)| name == "text-align").map(|(_, value)| value.to_owned());
    style::Align::of(&styled.or_else(|| attributes.get("align"))?)
}

//! Rich text as a tree: what the formats of both vendors can hold, and beside it, as it was written, what only one can.
//!
//! Two documents agree when they are the same in the part that both formats hold ([`Document::shared`]). What one side
//! has beyond it (a mention, a panel, an image) is [`Kept`] there, with what the other side shows in its place, and
//! survives an edit made over there ([`Document::over`]). The formats themselves are read and written by
//! [`crate::codec::html`] and [`crate::codec::adf`].

mod graft;
mod loss;
mod normal;
mod plain;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use loss::Losses;
pub(crate) use normal::Place;

/// Lists nested deeper than this become lines of text: no editor makes them, and recursion must end.
pub(crate) const DEPTH_MAX: usize = 16;

/// A rich text in normal form: no empty blocks, no empty texts, neighbours with the same marks are one, and blocks only
/// where both vendors allow them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Block>", into = "Vec<Block>")]
pub struct Document {
    blocks: Vec<Block>,
    plain: String,
}

impl Document {
    /// The document of these blocks, in normal form.
    #[must_use]
    pub fn new(blocks: Vec<Block>) -> Self {
        let blocks = normal::blocks(blocks, normal::Place::Top, 0);
        let plain = plain::of_blocks(&blocks);
        Self { blocks, plain }
    }

    /// Plain text as a document: paragraphs, line breaks, and web addresses as links.
    #[must_use]
    pub fn of_plain(text: &str) -> Self {
        Self::new(plain::to_blocks(text))
    }

    /// Its blocks.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// What people read, as canonical plain text.
    #[must_use]
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Whether it says no more and no less than a plain text, however their spaces are made.
    #[must_use]
    pub fn reads_as(&self, text: &str) -> bool {
        self.plain == text || plain::spaces(&self.plain) == plain::spaces(text)
    }

    /// Whether it is text without any form beside paragraphs, lines and addresses.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.shared() == Self::of_plain(&self.plain).shared()
    }

    /// The part that both formats can hold: what a side keeps for itself is there as the other shows it.
    #[must_use]
    pub fn shared(&self) -> Self {
        Self::new(normal::shared(&self.blocks))
    }
}

impl From<Vec<Block>> for Document {
    fn from(blocks: Vec<Block>) -> Self {
        Self::new(blocks)
    }
}

impl From<Document> for Vec<Block> {
    fn from(document: Document) -> Self {
        document.blocks
    }
}

/// A block of a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its text.
        content: Vec<Inline>,
    },
    /// A list.
    List {
        /// The number of its first item; none for bullets.
        first: Option<u32>,
        /// Its items, each of paragraphs, lists and code.
        items: Vec<Vec<Block>>,
    },
    /// A quotation of paragraphs, lists and code.
    Quote(Vec<Block>),
    /// Text whose white space counts.
    Code(String),
    /// A line across.
    Rule,
    /// A table, row by row.
    Table(Vec<Vec<Cell>>),
    /// Something that only one side can hold.
    Kept(Box<Kept<Vec<Block>>>),
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// Whether it heads its row or column.
    pub is_header: bool,
    /// How many columns and rows it covers.
    pub span: (u16, u16),
    /// What it holds.
    pub content: Vec<Block>,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inline {
    /// Text, all of it marked alike.
    Text {
        /// Without line feeds.
        text: String,
        /// Its marks.
        #[serde(default, skip_serializing_if = "Marks::is_none")]
        marks: Box<Marks>,
    },
    /// The end of a line within a block.
    Break,
    /// Something that only one side can hold.
    Kept(Box<Kept<Vec<Inline>>>),
}

impl Inline {
    /// Text without marks.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::marked(text, Marks::default())
    }

    /// Text with marks.
    #[must_use]
    pub fn marked(text: &str, marks: Marks) -> Self {
        Self::Text { text: text.to_owned(), marks: Box::new(marks) }
    }
}

/// How a text is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// Bold.
    #[serde(skip_serializing_if = "is_false")]
    pub strong: bool,
    /// Italic.
    #[serde(skip_serializing_if = "is_false")]
    pub em: bool,
    /// Underlined.
    #[serde(skip_serializing_if = "is_false")]
    pub underline: bool,
    /// Struck out.
    #[serde(skip_serializing_if = "is_false")]
    pub strike: bool,
    /// Set as code; goes only with a link.
    #[serde(skip_serializing_if = "is_false")]
    pub code: bool,
    /// Below or above the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<Script>,
    /// `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// The colour behind it, `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlight: Option<String>,
    /// The address that it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Marks that only one side can hold: what people call each, and how that side wrote it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<(String, Original)>,
}

impl Marks {
    /// Whether there are none.
    #[must_use]
    #[expect(clippy::borrowed_box, reason = "serde hands over the field as it is")]
    pub fn is_none(this: &Box<Self>) -> bool {
        **this == Self::default()
    }
}

/// Below or above the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Script {
    /// Below.
    Sub,
    /// Above.
    Sup,
}

/// Something that only one side can hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Kept<T> {
    /// What people call it: `mention`, `panel`, `image`.
    pub name: String,
    /// How its side wrote it.
    pub original: Original,
    /// What the other side shows instead.
    pub shown: T,
}

/// What one side wrote, in its own format.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Original {
    /// HTML, for Salesforce. Made by our own writer, never copied.
    Html(String),
    /// A node or a mark of ADF, for Jira, as JSON text: an object would count against the depth that parsers allow.
    Adf(String),
}

/// Whether an address may stand behind a link on both sides.
#[must_use]
pub(crate) fn is_address(href: &str) -> bool {
    let scheme = href.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_some_and(|scheme| matches!(scheme.as_str(), "http" | "https" | "mailto" | "tel" | "ftp"))
        && !href.contains(|c: char| c.is_control() || c.is_whitespace())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

//! What a document holds that the other side cannot show: names and counts.

use std::{collections::BTreeMap, fmt};

use super::{Block, Document, Inline, Marks};

/// What stays behind of one value, by what people call it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    counts: BTreeMap<String, usize>,
}

impl Losses {
    /// Whether everything arrives.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.counts.is_empty()
    }

    fn add(&mut self, name: &str) {
        *self.counts.entry(name.to_owned()).or_default() += 1;
    }
}

/// `1 panel, 2 × mention`.
impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (name, count)) in self.counts.iter().enumerate() {
            let between = if n > 0 { ", " } else { "" };
            write!(f, "{between}{count} × {name}")?;
        }
        Ok(())
    }
}

impl Document {
    /// What the other side's rich text cannot hold of it.
    #[must_use]
    pub fn lost_as_rich_text(&self) -> Losses {
        self.losses(false)
    }

    /// What plain text cannot hold of it. Lists, links and rules can be read there.
    #[must_use]
    pub fn lost_as_plain_text(&self) -> Losses {
        self.losses(true)
    }

    fn losses(&self, is_plain: bool) -> Losses {
        let mut count = Count { losses: Losses::default(), is_plain };
        count.blocks(self.blocks());
        count.losses
    }
}

struct Count {
    losses: Losses,
    is_plain: bool,
}

impl Count {
    fn add_if_plain(&mut self, name: &str) {
        if self.is_plain {
            self.losses.add(name);
        }
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Paragraph(content) => self.inlines(content),
                Block::Heading { content, .. } => {
                    self.add_if_plain("heading");
                    self.inlines(content);
                }
                Block::List { items, .. } => items.iter().for_each(|item| self.blocks(item)),
                Block::Quote(content) => {
                    self.add_if_plain("quote");
                    self.blocks(content);
                }
                Block::Code(_) => self.add_if_plain("code block"),
                Block::Rule => {}
                Block::Table(rows) => {
                    self.add_if_plain("table");
                    rows.iter().flatten().for_each(|cell| self.blocks(&cell.content));
                }
                Block::Kept(kept) => {
                    self.losses.add(&kept.name);
                    self.blocks(&kept.shown);
                }
            }
        }
    }

    fn inlines(&mut self, content: &[Inline]) {
        for inline in content {
            match inline {
                Inline::Text { marks, .. } => self.marks(marks),
                Inline::Break => {}
                Inline::Kept(kept) => {
                    self.losses.add(&kept.name);
                    self.inlines(&kept.shown);
                }
            }
        }
    }

    fn marks(&mut self, marks: &Marks) {
        marks.kept.iter().for_each(|(name, _)| self.losses.add(name));
        let named = [
            (marks.strong, "bold text"),
            (marks.em, "italic text"),
            (marks.underline, "underlined text"),
            (marks.strike, "struck text"),
            (marks.code, "text as code"),
            (marks.script.is_some(), "sub- or superscript"),
            (marks.colour.is_some() || marks.highlight.is_some(), "coloured text"),
        ];
        named.iter().filter(|(is_there, _)| *is_there).for_each(|(_, name)| self.add_if_plain(name));
    }
}

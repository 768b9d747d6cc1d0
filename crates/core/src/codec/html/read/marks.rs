//! The marks that are open where a text stands, by the tags that opened them.

use super::{Attributes, style, write};
use crate::rich::{Inline, Kept, Marks, Original, Script};

/// Open marks beyond this are not looked at: each text is compared with all of them.
const MARKS_MAX: usize = 64;

/// Open marks, the innermost last.
#[derive(Default)]
pub(super) struct OpenMarks {
    open: Vec<(String, Change)>,
}

/// What a tag does to the marks of the text in it.
enum Change {
    Strong,
    Em,
    Underline,
    Strike,
    Code,
    Script(Script),
    Link(String),
    Style(String),
}

impl OpenMarks {
    pub(super) fn open(&mut self, tag: &str, attributes: &Attributes<'_>) {
        let change = match tag {
            "b" | "strong" => Change::Strong,
            "i" | "em" | "cite" | "dfn" | "var" => Change::Em,
            "u" | "ins" => Change::Underline,
            "s" | "strike" | "del" => Change::Strike,
            "code" | "tt" | "kbd" | "samp" => Change::Code,
            "sub" => Change::Script(Script::Sub),
            "sup" => Change::Script(Script::Sup),
            "a" => match attributes.get("href") {
                Some(href) => Change::Link(href.trim().to_owned()),
                None => return,
            },
            "span" => Change::Style(attributes.get("style").unwrap_or_default()),
            "font" => {
                let part = |name: &str, css: &str| attributes.get(name).map(|value| format!("{css}:{value};"));
                Change::Style([part("color", "color"), part("face", "font-family")].into_iter().flatten().collect())
            }
            _ => return,
        };
        if self.open.len() < MARKS_MAX {
            self.open.push((tag.to_owned(), change));
        }
    }

    pub(super) fn close(&mut self, tag: &str) {
        if let Some(at) = self.open.iter().rposition(|(open, _)| open == tag) {
            self.open.remove(at);
        }
    }

    /// A text under these marks.
    pub(super) fn marked(&self, text: &str) -> Inline {
        kept_if_strange(text, self.now())
    }

    fn now(&self) -> Marks {
        let mut marks = Marks::default();
        for (_, change) in &self.open {
            match change {
                Change::Strong => marks.strong = true,
                Change::Em => marks.em = true,
                Change::Underline => marks.underline = true,
                Change::Strike => marks.strike = true,
                Change::Code => marks.code = true,
                Change::Script(script) => marks.script = Some(*script),
                Change::Link(href) => marks.link = Some(href.clone()),
                Change::Style(style) => set(&mut marks, style),
            }
        }
        marks
    }
}

/// A link to somewhere that only the org knows stays with its text.
fn kept_if_strange(text: &str, marks: Marks) -> Inline {
    match &marks.link {
        Some(href) if href.starts_with('/') => {
            let shown = Inline::marked(text, Marks { link: None, ..marks.clone() });
            let original = write::inlines(&[Inline::marked(text, marks)]);
            Inline::Kept(Box::new(Kept {
                name: "link".to_owned(),
                original: Original::Html(original),
                shown: vec![shown],
            }))
        }
        _ => Inline::marked(text, marks),
    }
}

/// What a style attribute says of text.
fn set(marks: &mut Marks, style: &str) {
    for (name, value) in style::declarations(style) {
        match name.as_str() {
            "color" => marks.colour = style::colour(value).or(marks.colour.take()),
            "background-color" | "background" => marks.highlight = style::colour(value).or(marks.highlight.take()),
            "font-weight" if matches!(value, "bold" | "bolder" | "600" | "700" | "800" | "900") => marks.strong = true,
            "font-style" if value == "italic" => marks.em = true,
            "text-decoration" | "text-decoration-line" => {
                marks.underline |= value.contains("underline");
                marks.strike |= value.contains("line-through");
            }
            _ => {
                let font = style::font(&name, value).map(|font| ("font".to_owned(), Original::Html(font)));
                marks.kept.extend(font);
            }
        }
    }
}

//! From text to tree: YAML events in, nodes out, and a problem for whatever YAML allows and a configuration does not.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use regex::{Captures, Regex};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::{Content, Entry, Meant, Node, Position, Scalar};
use crate::config::report::Report;

const TEXT_BYTES_MAX: usize = 4 * 1024 * 1024; // a thousand large items
const NODES_MAX: usize = 400_000; // as many as such a text can hold; aliases of aliases stop here
const DEPTH_MAX: usize = 64; // filters nest; nobody reads one that nests deeper

/// What may stand in braces without quotes, although braces open a mapping inside `{ }` and `[ ]`.
static BRACED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?P<open>\$\{)(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}|\{(?P<time>lasttime(?:comment)?)\}")
        .expect("a valid pattern")
});

/// Stand-ins for braces while YAML is read: of the private use area, so that no text holds them by chance, and one
/// character each, so that columns stay right.
const OPEN: char = '\u{E07B}';
const CLOSE: char = '\u{E07D}';

/// Reads the text as one YAML document. `None`: it could not be read, and the report says why.
pub(crate) fn build(text: &str, report: &mut Report) -> Option<Node> {
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("the document has {} bytes; more than {TEXT_BYTES_MAX} are not read", text.len());
        report.error(Position::START, "too-large", message, "split it, or use YAML aliases for what repeats");
        return None;
    }
    if let Some(nul) = text.find('\0') {
        let before = &text[..nul];
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let at = Position { line: before.matches('\n').count() + 1, column };
        let remedy = "save the file as text in UTF-8, without bytes that are zero";
        report.error(at, "yaml-syntax", "this is not YAML: a NUL byte stands here", remedy);
        return None;
    }
    let text = protect_braces(text);
    let mut builder = Builder { parser: Parser::new_from_str(&text), anchors: HashMap::new(), n_nodes: 0, report };
    builder.document()
}

fn protect_braces(text: &str) -> Cow<'_, str> {
    BRACED.replace_all(text, |found: &Captures<'_>| match (found.name("name"), found.name("time")) {
        (Some(name), _) => format!("${OPEN}{}{CLOSE}", name.as_str()),
        (None, time) => format!("{OPEN}{}{CLOSE}", time.map_or("", |time| time.as_str())),
    })
}

fn restore_braces(text: &str) -> String {
    text.replace(OPEN, "{").replace(CLOSE, "}")
}

/// Every `None` in here means: stopped, and the report says why.
struct Builder<'t, 'r> {
    parser: Parser<'t, StrInput<'t>>,
    /// Finished anchored nodes with the number of nodes in them.
    anchors: HashMap<usize, (Node, usize)>,
    n_nodes: usize,
    report: &'r mut Report,
}

impl<'t> Builder<'t, '_> {
    fn document(&mut self) -> Option<Node> {
        let mut root = None;
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => break,
                (Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing, _) => {}
                (_, span) if root.is_some() => {
                    let message = "a second YAML document begins here; a configuration is one document";
                    self.report.error(start(span), "several-documents", message, "remove the line `---` before it");
                    return None;
                }
                (event, span) => root = Some(self.node(event, span, 0)?),
            }
        }
        let empty = root.as_ref().and_then(Node::scalar).is_some_and(Scalar::is_null);
        if root.is_none() || empty {
            let remedy = "begin with `version: 1` and `connections:`";
            self.report.error(Position::START, "empty-document", "the document is empty", remedy);
            return None;
        }
        root
    }

    fn next(&mut self) -> Option<(Event<'t>, Span)> {
        match self.parser.next_event() {
            Some(Ok(event)) => Some(event),
            Some(Err(error)) => {
                syntax_error(&error, self.report);
                None
            }
            None => Some((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Option<Node> {
        let at = start(span);
        self.count(1, at)?;
        if depth > DEPTH_MAX {
            let message = format!("this is nested more than {DEPTH_MAX} levels deep");
            self.report.error(at, "too-deep", message, "say it with fewer levels");
            return None;
        }
        let n_before = self.n_nodes;
        let (content, anchor, tag) = match event {
            Event::Alias(anchor) => return self.alias(anchor, at),
            Event::Scalar(text, style, anchor, tag) => (Content::Scalar(scalar(&text, style)), anchor, tag),
            Event::SequenceStart(anchor, tag) => (self.list(depth)?, anchor, tag),
            Event::MappingStart(anchor, tag) => (self.map(depth)?, anchor, tag),
            _ => (Content::Scalar(scalar("", ScalarStyle::Plain)), 0, None),
        };
        if let Some(tag) = tag {
            let message = format!("the tag `{tag}` has no meaning here");
            self.report.error(at, "unexpected-tag", message, "remove it; quote the value if it should be text");
        }
        let node = Node { at, content };
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), self.n_nodes - n_before));
        }
        Some(node)
    }

    fn list(&mut self, depth: usize) -> Option<Content> {
        let mut members = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, _) => return Some(Content::List(members)),
                (event, span) => members.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<Content> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut keys = HashSet::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                return Some(Content::Map(entries));
            }
            let at = start(span);
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            let Some(key) = self.key(key, at) else { continue };
            if keys.insert(key.clone()) {
                entries.push(Entry { key, at, value });
            } else {
                let first = entries.iter().find(|entry| entry.key == key).map_or(at, |entry| entry.at);
                let message = format!("`{key}` is already given in line {}", first.line);
                self.report.error(at, "duplicate-key", message, "keep one of the two");
            }
        }
    }

    fn key(&mut self, key: Node, at: Position) -> Option<String> {
        match key.content {
            Content::Scalar(scalar) if scalar.written == "<<" && scalar.style == ScalarStyle::Plain => {
                let remedy = "repeat the keys, or use an alias in place of a whole value";
                self.report.error(at, "merge-key", "merge keys (`<<`) are not part of YAML 1.2", remedy);
                None
            }
            Content::Scalar(scalar) => Some(scalar.written),
            Content::List(_) | Content::Map(_) => {
                self.report.error(
                    at,
                    "key-not-text",
                    "a key must be a text",
                    "write the key as one word, or in quotes",
                );
                None
            }
        }
    }

    fn alias(&mut self, anchor: usize, at: Position) -> Option<Node> {
        let Some((node, n_nodes)) = self.anchors.get(&anchor).cloned() else {
            let message = "this alias stands inside the value that it stands for";
            self.report.error(at, "recursive-alias", message, "write the value out");
            return None;
        };
        self.count(n_nodes, at)?;
        Some(node)
    }

    fn count(&mut self, n: usize, at: Position) -> Option<()> {
        self.n_nodes += n;
        if self.n_nodes <= NODES_MAX {
            return Some(());
        }
        let message = format!("the document has more than {NODES_MAX} values, aliases included");
        self.report.error(at, "too-large", message, "split it, or use fewer aliases of aliases");
        None
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Scalar {
    Scalar { written: restore_braces(text), style, meant: Meant::AsWritten }
}

fn start(span: Span) -> Position {
    Position { line: span.start.line().max(1), column: span.start.col() + 1 }
}

fn syntax_error(error: &ScanError, report: &mut Report) {
    let mark = error.marker();
    let at = Position { line: mark.line().max(1), column: mark.col() + 1 };
    let message = format!("this is not YAML: {}", restore_braces(error.info()));
    let remedy = if error.info().contains("tab") {
        "indent with spaces; YAML does not allow tabs there"
    } else {
        "look at the indentation, colons, quotes and brackets in this line and the one before it"
    };
    report.error(at, "yaml-syntax", message, remedy);
}

//! Wiki markup as a document: what a text written through v2 looks like through v3.
//!
//! The rules are those of the vendor's own converter, npm `@atlaskit/editor-wikimarkup-transformer`, oddities included: a
//! `{code}` without a language is Java, a macro that is not closed is empty. Files shown by name stay the text they are.

mod emoticon;
mod inline;
mod list;
mod table;

use serde_json::{Value, json};

pub(super) use emoticon::of_id as emoticon;

/// Languages that a `{code}` may name; every other one is Java.
const LANGUAGES: &str = "abap actionscript ada arduino autoit c c++ clojure coffeescript csharp css cuda d dart delphi \
    elixir erlang fortran foxpro go groovy haskell haxe html java javascript json julia kotlin latex livescript lua \
    mathematica matlab objective-c objective-j objectpascal ocaml octave perl php powershell prolog puppet python qml r \
    racket restructuredtext ruby rust sass scala scheme shell smalltalk sql standardml swift tcl tex typescript vala \
    vbnet verilog vhdl xml xquery";

/// The kinds of panel and the colours they are known by.
pub(super) const PANELS: [(&str, [u8; 3]); 5] = [
    ("info", [0xde, 0xeb, 0xff]),
    ("note", [0xea, 0xe6, 0xff]),
    ("success", [0xe3, 0xfc, 0xef]),
    ("warning", [0xff, 0xfa, 0xe6]),
    ("error", [0xff, 0xeb, 0xe6]),
];

/// Deeper nesting stays text.
const DEPTH_MAX: usize = 12;

/// Where a text stands: in a list item or a table cell no further list, table or rule begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Open,
    Inside,
}

/// A text as a document.
pub(crate) fn document(text: &str) -> Value {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    json!({ "version": 1, "type": "doc", "content": blocks(&text, Place::Open, 0) })
}

/// Blocks as they come, and the lines of a paragraph that has not ended.
#[derive(Default)]
struct Blocks<'t> {
    done: Vec<Value>,
    lines: Vec<&'t str>,
}

impl Blocks<'_> {
    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.lines).join("\n");
        let content = inline::nodes(text.trim());
        if !content.is_empty() {
            self.done.push(node("paragraph", content));
        }
    }
}

fn blocks(text: &str, place: Place, depth: usize) -> Vec<Value> {
    let (mut blocks, mut rest) = (Blocks::default(), text);
    while !rest.is_empty() {
        let line = line_of(rest);
        if let Some((found, length)) = leading(rest, place, depth) {
            blocks.end_paragraph();
            blocks.done.extend(found);
            rest = &rest[length..];
        } else if let Some((at, found)) = first_macro(line, rest).filter(|_| depth < DEPTH_MAX) {
            blocks.lines.push(&line[..at]);
            blocks.end_paragraph();
            blocks.done.extend(found.nodes(place, depth));
            rest = &rest[at + found.length..];
        } else {
            if line.trim().is_empty() {
                blocks.end_paragraph();
            } else {
                blocks.lines.push(line);
            }
            rest = rest.get(line.len() + 1..).unwrap_or_default();
        }
    }
    blocks.end_paragraph();
    blocks.done
}

/// The first line, without its end.
fn line_of(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}

/// How long the first line is with its end, where a macro that begins in it may reach over further lines.
fn logical_line(text: &str) -> usize {
    let mut end = line_of(text).len();
    let mut from = 0;
    while let Some((at, found)) = first_macro(&text[from..end], &text[from..]) {
        from += at + found.length;
        end = end.max(from + line_of(&text[from..]).len());
    }
    text.len().min(end + 1)
}

/// What only the beginning of a line can be: its blocks, and how much of the text they are.
fn leading(text: &str, place: Place, depth: usize) -> Option<(Vec<Value>, usize)> {
    let line = line_of(text);
    let whole = text.len().min(line.len() + 1);
    let trimmed = line.trim_start();
    if let Some((level, title)) = heading(trimmed) {
        let mut heading = node("heading", inline::nodes(title.trim()));
        heading["attrs"] = json!({ "level": level });
        return Some((vec![heading], whole));
    }
    if let Some(quoted) = trimmed.strip_prefix("bq.") {
        return Some((vec![node("blockquote", vec![node("paragraph", inline::nodes(quoted.trim()))])], whole));
    }
    if place == Place::Inside {
        return None;
    }
    if matches!(trimmed.trim_end(), "----" | "-----") {
        return Some((vec![json!({ "type": "rule" })], whole));
    }
    list::read(text, depth).or_else(|| table::read(text, depth))
}

fn heading(line: &str) -> Option<(u32, &str)> {
    let level = line.strip_prefix('h')?.chars().next()?.to_digit(10).filter(|level| (1..=6).contains(level))?;
    Some((level, line[2..].strip_prefix('.')?))
}

/// `{name:attributes}body{name}`.
struct Macro<'t> {
    name: &'static str,
    attributes: &'t str,
    body: &'t str,
    length: usize,
}

/// The first macro that begins in the line, and where; `text` is the line with what follows it.
fn first_macro<'t>(line: &str, text: &'t str) -> Option<(usize, Macro<'t>)> {
    let places = line.match_indices('{').map(|(at, _)| at);
    places.filter(|at| !line[..*at].ends_with('\\')).find_map(|at| Some((at, Macro::at(&text[at..])?)))
}

impl<'t> Macro<'t> {
    /// The macro that the text begins with.
    fn at(text: &'t str) -> Option<Self> {
        let head = text.strip_prefix('{')?.split(['}', '{', '\n']).next()?;
        let opening = head.len() + 2;
        text.get(opening - 1..opening).filter(|end| *end == "}")?;
        let (written, attributes) = head.split_once(':').unwrap_or((head, ""));
        let names = ["code", "noformat", "quote", "panel"];
        let name = names.into_iter().find(|name| name.eq_ignore_ascii_case(written))?;
        let closing = format!("{{{written}}}");
        let (body, length) = match text[opening..].find(&closing) {
            Some(end) => (&text[opening..opening + end], opening + end + closing.len()),
            None => ("", opening),
        };
        Some(Self { name, attributes, body, length })
    }

    fn attribute(&self, name: &str) -> Option<&'t str> {
        let pairs = self.attributes.split('|').filter_map(|pair| pair.split_once('='));
        pairs.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    fn nodes(&self, place: Place, depth: usize) -> Vec<Value> {
        let title = self.attribute("title").map(|title| {
            let bold = json!({ "type": "text", "text": title, "marks": [{ "type": "strong" }] });
            node("paragraph", vec![bold])
        });
        let code = |attrs: Value| {
            let text = self.body.trim();
            let text = (!text.is_empty()).then(|| json!({ "type": "text", "text": text }));
            let mut code = node("codeBlock", text.into_iter().collect());
            code["attrs"] = attrs;
            title.clone().into_iter().chain([code]).collect()
        };
        match self.name {
            "code" => code(json!({ "language": self.language() })),
            "noformat" => code(json!({})),
            "panel" => self.panel(title.into_iter().collect(), place, depth),
            _ => gathered("blockquote", QUOTED, blocks(self.body, place, depth + 1)),
        }
    }

    fn language(&self) -> String {
        let words = self.attributes.split('|').map(|word| word.trim().to_lowercase());
        let known = |word: &String| LANGUAGES.split_whitespace().any(|language| language == word);
        words.into_iter().find(known).unwrap_or_else(|| "java".to_owned())
    }

    fn panel(&self, mut content: Vec<Value>, place: Place, depth: usize) -> Vec<Value> {
        content.extend(blocks(self.body, place, depth + 1));
        let kind = self.attribute("bgColor").and_then(colour).map_or("info", |colour| {
            let distance = |other: &[u8; 3]| -> u32 {
                colour.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum()
            };
            PANELS.iter().min_by_key(|(_, other)| distance(other)).map_or("info", |(kind, _)| *kind)
        });
        let mut found = gathered("panel", IN_PANELS, content);
        for panel in found.iter_mut().filter(|node| node["type"] == "panel") {
            panel["attrs"] = json!({ "panelType": kind });
        }
        found
    }
}

const QUOTED: &[&str] = &["paragraph", "bulletList", "orderedList", "codeBlock"];
const IN_PANELS: &[&str] = &["paragraph", "heading", "bulletList", "orderedList"];

/// Runs of blocks that a container may hold, each in one; what it may not hold stands between them.
fn gathered(container: &str, allowed: &[&str], content: Vec<Value>) -> Vec<Value> {
    let (mut done, mut run) = (Vec::new(), Vec::new());
    for block in content {
        let block = if allowed.contains(&"heading") { block } else { plain_heading(block) };
        if block["type"].as_str().is_some_and(|kind| allowed.contains(&kind)) {
            run.push(block);
        } else {
            if !run.is_empty() {
                done.push(node(container, std::mem::take(&mut run)));
            }
            done.push(block);
        }
    }
    if !run.is_empty() {
        done.push(node(container, run));
    }
    if done.is_empty() { vec![node(container, vec![node("paragraph", Vec::new())])] } else { done }
}

/// A heading where none may be: a bold paragraph.
fn plain_heading(block: Value) -> Value {
    match block["type"].as_str() {
        Some("heading") => {
            let content = block["content"].as_array().cloned().unwrap_or_default();
            node("paragraph", inline::marked(content, &json!({ "type": "strong" })))
        }
        _ => block,
    }
}

/// `#rrggbb`.
fn colour(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

fn node(kind: &str, content: Vec<Value>) -> Value {
    json!({ "type": kind, "content": content })
}

#[cfg(test)]
mod tests;

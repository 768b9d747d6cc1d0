//! What stands in a line: marks, links, mentions, breaks.

use serde_json::{Value, json};

use super::{DEPTH_MAX, Macro, emoticon};

/// A backslash before these is not shown; before everything else it is a backslash.
const ESCAPED: &str = "-#*_+?^~|%{}[]()!@";

/// Signs around a text, and the mark they make.
const MARKS: [(&str, &str, Option<&str>); 7] = [
    ("*", "strong", None),
    ("_", "em", None),
    ("-", "strike", None),
    ("+", "underline", None),
    ("^", "subsup", Some("sup")),
    ("~", "subsup", Some("sub")),
    ("??", "em", None),
];

/// The inline nodes of a paragraph's text.
pub(super) fn nodes(text: &str) -> Vec<Value> {
    read(text, 0, true)
}

/// Nodes as they come, and the text that has not become one.
#[derive(Default)]
struct Line {
    done: Vec<Value>,
    text: String,
}

impl Line {
    fn add(&mut self, nodes: Vec<Value>) {
        self.end_text();
        self.done.extend(nodes);
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.done.push(json!({ "type": "text", "text": std::mem::take(&mut self.text) }));
        }
    }
}

fn read(text: &str, depth: usize, with_links: bool) -> Vec<Value> {
    let (mut line, mut at) = (Line::default(), 0);
    while let Some(char) = text[at..].chars().next() {
        if let Some((nodes, length)) = special(text, at, depth, with_links) {
            line.add(nodes);
            at += length;
        } else if let Some((plain, length)) = literal(text, at) {
            line.text.push_str(plain);
            at += length;
        } else {
            line.text.push(char);
            at += char.len_utf8();
        }
    }
    line.end_text();
    line.done
}

/// What is text, but not as it was typed: escapes and dashes.
fn literal(text: &str, at: usize) -> Option<(&str, usize)> {
    let rest = &text[at..];
    if let Some(escaped) = rest.strip_prefix('\\') {
        let is_escape = escaped.starts_with(|next| ESCAPED.contains(next)) && !text[..at].ends_with('\\');
        return is_escape.then(|| (&escaped[..1], 2));
    }
    let n_dashes = rest.len() - rest.trim_start_matches('-').len();
    let is_alone = |rest: &str| rest.is_empty() || rest.starts_with(char::is_whitespace);
    let stands_alone = is_alone(&rest[n_dashes..]) && (at == 0 || text[..at].ends_with(char::is_whitespace));
    match n_dashes {
        2 if stands_alone => Some(("\u{2013}", 2)),
        3 if stands_alone => Some(("\u{2014}", 3)),
        2.. => Some((&rest[..n_dashes], n_dashes)),
        _ => None,
    }
}

/// What is no text: its nodes, and how much of the text they are.
fn special(text: &str, at: usize, depth: usize, with_links: bool) -> Option<(Vec<Value>, usize)> {
    let rest = &text[at..];
    match rest.as_bytes()[0] {
        b'\n' => Some((vec![json!({ "type": "hardBreak" })], 1)),
        b'\\' => forced_break(text, at),
        b'[' if with_links => link(rest, depth),
        b':' | b';' | b'(' => emoticon::read(rest).map(|(emoji, length)| (vec![emoji], length)),
        b'{' if depth < DEPTH_MAX => braces(text, at, depth, with_links),
        b'h' | b'f' | b'm' | b'i' if with_links => address(rest),
        b'*' | b'_' | b'-' | b'+' | b'^' | b'~' | b'?' if depth < DEPTH_MAX => {
            MARKS.iter().find_map(|(sign, mark, kind)| {
                if !rest.starts_with(sign) || rest.starts_with("--") {
                    return None;
                }
                let (inner, end) = enclosed(text, at, sign, sign)?;
                let inner = if *sign == "??" { format!("\u{2014} {inner}") } else { inner.to_owned() };
                Some((marked(read(&inner, depth + 1, with_links), &mark_of(mark, *kind)), end - at))
            })
        }
        _ => None,
    }
}

fn mark_of(mark: &str, kind: Option<&str>) -> Value {
    kind.map_or_else(|| json!({ "type": mark }), |kind| json!({ "type": mark, "attrs": { "type": kind } }))
}

/// `\\`, unless a word with a backslash follows, as in the path of a shared folder.
fn forced_break(text: &str, at: usize) -> Option<(Vec<Value>, usize)> {
    let rest = text[at..].strip_prefix("\\\\")?;
    let word = rest.split(char::is_whitespace).next().unwrap_or_default();
    let breaks = !word.contains('\\') && !text[..at].ends_with('\\');
    breaks.then(|| (vec![json!({ "type": "hardBreak" })], 2))
}

/// `{{monospace}}`, `{color:red}text{color}`, and signs in braces, which may stand inside of words.
fn braces(text: &str, at: usize, depth: usize, with_links: bool) -> Option<(Vec<Value>, usize)> {
    let rest = &text[at..];
    if rest.starts_with("{{") {
        let (inner, end) = enclosed(text, at, "{{", "}}")?;
        let code = |mut node: Value| {
            if node["type"] == "text" && node.get("marks").is_none() {
                node["marks"] = json!([{ "type": "code" }]);
            }
            node
        };
        return Some((read(inner, depth + 1, with_links).into_iter().map(code).collect(), end - at));
    }
    if let Some((colour, inner, length)) = coloured(rest) {
        let mark = json!({ "type": "textColor", "attrs": { "color": colour } });
        return Some((marked(read(inner, depth + 1, with_links), &mark), length));
    }
    MARKS.iter().find_map(|(sign, mark, kind)| {
        let sign = format!("{{{sign}}}");
        let (inner, end) = rest.starts_with(&sign).then(|| enclosed(text, at, &sign, &sign))??;
        Some((marked(read(inner, depth + 1, with_links), &mark_of(mark, *kind)), end - at))
    })
}

/// The names of colours that people use.
const COLOURS: [(&str, &str); 12] = [
    ("black", "#000000"),
    ("blue", "#0000ff"),
    ("brown", "#a52a2a"),
    ("gray", "#808080"),
    ("green", "#008000"),
    ("grey", "#808080"),
    ("navy", "#000080"),
    ("orange", "#ffa500"),
    ("purple", "#800080"),
    ("red", "#ff0000"),
    ("white", "#ffffff"),
    ("yellow", "#ffff00"),
];

/// The colour, the text in it, and the length of the macro.
fn coloured(text: &str) -> Option<(String, &str, usize)> {
    let head = text.strip_prefix("{color:")?.split(['}', '\n']).next()?;
    let opening = "{color:".len() + head.len() + 1;
    let inner = text.get(opening..)?.split("{color}").next()?;
    let length = opening + inner.len() + "{color}".len();
    text.get(..length)?;
    let named = COLOURS.iter().find(|(name, _)| name.eq_ignore_ascii_case(head)).map(|(_, colour)| *colour);
    let colour = named.or_else(|| super::colour(head).map(|_| head)).unwrap_or("#000000");
    Some((colour.to_ascii_lowercase(), inner, length))
}

/// The text between two signs, and where it all ends. The signs stand at the edges of words and in one line, and no space
/// is just inside of them.
fn enclosed<'t>(text: &'t str, at: usize, opening: &str, closing: &str) -> Option<(&'t str, usize)> {
    let is_braced = opening.starts_with('{') && opening.ends_with('}');
    let touches_word = |next: Option<char>| !is_braced && next.is_some_and(is_word);
    let start = at + opening.len();
    if touches_word(text[..at].chars().next_back()) || text[start..].starts_with(' ') {
        return None;
    }
    let mut end = start;
    while !text[end..].starts_with(['\n']) && end < text.len() {
        let after = end + closing.len();
        if !text[end..].starts_with(closing) {
            end += step(&text[end..])?;
        } else if end == start {
            return None;
        } else if touches_word(text[after..].chars().next()) {
            end = after;
        } else {
            return (!text[start..end].ends_with(' ')).then_some((&text[start..end], after));
        }
    }
    None
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || (!char.is_ascii() && char != '\u{a0}')
}

/// How far to look on inside of signs: over a link or a coloured text at once, and not beyond a macro that is a block.
fn step(rest: &str) -> Option<usize> {
    let char = rest.chars().next()?;
    match char {
        '{' if rest.starts_with("{{") => Some(2),
        '{' => match coloured(rest) {
            Some((_, _, length)) => Some(length),
            None if Macro::at(rest).is_some() => None,
            None => Some(1),
        },
        '[' => Some(link(rest, DEPTH_MAX).map_or(1, |(_, length)| length)),
        '\\' => Some(1 + rest[1..].chars().next().map_or(0, char::len_utf8)),
        _ => Some(char.len_utf8()),
    }
}

/// `[text|address]`, `[address]`, `[~accountid:ID]`, `[address|address|smart-link]`.
fn link(rest: &str, depth: usize) -> Option<(Vec<Value>, usize)> {
    let inner = rest.strip_prefix('[')?.split(['[', ']', '\n']).next()?;
    let length = inner.len() + 2;
    rest.get(length - 1..length).filter(|end| *end == "]" && !inner.is_empty())?;
    let mut parts = inner.splitn(3, '|').map(str::trim);
    let (first, second, title) = (parts.next()?, parts.next(), parts.next());
    let address = second.unwrap_or(first);
    if let Some(person) = address.strip_prefix('~').filter(|person| !person.is_empty()) {
        let id = person.strip_prefix("accountid:").unwrap_or(person);
        return Some((vec![json!({ "type": "mention", "attrs": { "id": id } })], length));
    }
    if matches!(title, Some("smart-link" | "smart-card" | "smart-embed")) {
        return Some((vec![json!({ "type": "inlineCard", "attrs": { "url": address } })], length));
    }
    if !is_safe(address) {
        return None;
    }
    let shown = first.strip_prefix("mailto:").unwrap_or(first);
    let shown = if shown.is_empty() { address } else { shown };
    let mark = json!({ "type": "link", "attrs": { "href": address } });
    let nodes = if depth < DEPTH_MAX { read(shown, depth + 1, false) } else { Vec::new() };
    Some((marked(nodes, &mark), length))
}

const SCHEMES: [&str; 7] = ["https://", "http://", "ftps://", "ftp://", "irc://", "mailto:", "tel:"];

fn is_safe(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    SCHEMES.iter().any(|scheme| lower.starts_with(scheme) && lower.len() > scheme.len())
        || address.starts_with(['#', '/']) && address.len() > 1
}

/// An address that stands in the text as it is.
fn address(rest: &str) -> Option<(Vec<Value>, usize)> {
    let scheme = SCHEMES[..6].iter().find(|scheme| rest.starts_with(**scheme))?;
    let is_part = |char: char| char.is_alphanumeric() || "?!~^/\\#$%&'()*+,-.:;<=@_".contains(char);
    let end = rest.find(|char| !is_part(char)).unwrap_or(rest.len());
    let written = rest[..end].trim_end_matches(|end| ".,>)];}\"'!".contains(end));
    let shown = written.strip_prefix("mailto:").unwrap_or(written);
    if written.len() == scheme.len() || shown.is_empty() {
        return None;
    }
    let href = url::Url::parse(written).ok()?;
    let mark = json!({ "type": "link", "attrs": { "href": href.as_str() } });
    Some((vec![json!({ "type": "text", "text": shown, "marks": [mark] })], written.len()))
}

/// Adds a mark to every text that may have it; monospace goes with links alone.
pub(super) fn marked(nodes: Vec<Value>, mark: &Value) -> Vec<Value> {
    let add = |mut node: Value| {
        let marks = node["marks"].as_array().cloned().unwrap_or_default();
        let has = |kind: &Value| marks.iter().any(|mark| mark["type"] == *kind);
        if node["type"] == "text" && !has(&mark["type"]) && !has(&json!("code")) {
            node["marks"] = marks.iter().chain([mark]).cloned().collect();
        }
        node
    };
    nodes.into_iter().map(add).collect()
}

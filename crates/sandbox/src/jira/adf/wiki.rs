//! A document as wiki markup: what v2 calls and webhook bodies show.
//!
//! As the vendor's own converter writes it, npm `@atlaskit/editor-wikimarkup-transformer`, which is lossy too. What it
//! hides in an `{adf}` macro is left out here, save its text. The way back is `markup`.

use std::fmt::Write as _;

use serde_json::Value;

use super::markup::{PANELS, emoticon};

/// A stored rich text as v2 shows it.
pub(crate) fn of_stored(stored: &Value) -> String {
    match stored.get("doc") {
        None => stored.get("wiki").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Some(doc) => blocks(doc, "").join("\n\n"),
    }
}

fn content(node: &Value) -> &[Value] {
    node.get("content").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn kind(node: &Value) -> &str {
    node.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn attr<'a>(node: &'a Value, name: &str) -> &'a str {
    node.get("attrs").and_then(|a| a.get(name)).and_then(Value::as_str).unwrap_or_default()
}

fn blocks(node: &Value, bullets: &str) -> Vec<String> {
    content(node).iter().map(|child| block(child, bullets)).collect()
}

fn block(node: &Value, bullets: &str) -> String {
    match kind(node) {
        "heading" => {
            let level = node.get("attrs").and_then(|a| a.get("level")).and_then(Value::as_u64).unwrap_or(1);
            format!("h{level}. {}", inline(node))
        }
        "bulletList" => list(node, &format!("{bullets}*")),
        "orderedList" => list(node, &format!("{bullets}#")),
        "taskList" | "decisionList" => list(node, &format!("{bullets}*")),
        "codeBlock" => code(node),
        "blockquote" => format!("{{quote}}{}{{quote}}", blocks(node, "").join("\n\n")),
        "panel" => panel(node),
        "rule" => "----".into(),
        "table" => content(node).iter().map(row).collect::<Vec<_>>().join("\n"),
        "blockCard" => format!("[{0}|{0}|smart-card]", attr(node, "url")),
        "embedCard" => format!("[{0}|{0}|smart-embed]", attr(node, "url")),
        "mediaSingle" | "mediaGroup" => content(node).iter().map(|media| format!("!{}!", attr(media, "url"))).collect(),
        "expand" | "nestedExpand" => format!("*{}*\n\n{}", attr(node, "title"), blocks(node, "").join("\n")),
        "layoutSection" | "layoutColumn" => blocks(node, "").join("\n\n"),
        _ => inline(node),
    }
}

fn list(node: &Value, bullets: &str) -> String {
    let lines = content(node).iter().flat_map(|item| item_lines(item, bullets));
    lines.collect::<Vec<_>>().join("\n")
}

fn item_lines(item: &Value, bullets: &str) -> Vec<String> {
    match kind(item) {
        "taskItem" if attr(item, "state") == "DONE" => return vec![format!("{bullets} -{}-", inline(item))],
        "taskItem" => return vec![format!("{bullets} {}", inline(item))],
        "decisionItem" => return vec![format!("{bullets} <> {}", inline(item))],
        _ => {}
    }
    let line = |child: &Value| match kind(child) {
        "bulletList" | "orderedList" => block(child, bullets),
        _ => format!("{bullets} {}", block(child, bullets)),
    };
    content(item).iter().map(line).collect()
}

/// What a `{code}` may name; everything else loses its colours.
const LANGUAGES: &str = "actionscript ada applescript bash c c# c++ cpp css erlang go groovy haskell html java javascript \
    js json lua none nyan objc perl php python r rainbow ruby scala sh sql swift visualbasic xml yaml";

fn code(node: &Value) -> String {
    let language = attr(node, "language");
    let text: String = content(node).iter().filter_map(|t| t.get("text")?.as_str()).collect();
    match LANGUAGES.split_whitespace().any(|known| known == language) {
        true => format!("{{code:{language}}}{text}{{code}}"),
        false => format!("{{noformat}}{text}{{noformat}}"),
    }
}

fn panel(node: &Value) -> String {
    let colour = PANELS.iter().find(|(kind, _)| *kind == attr(node, "panelType"));
    let colour = colour.map(|(_, [red, green, blue])| format!("#{red:02x}{green:02x}{blue:02x}"));
    format!("{{panel:bgColor={}}}\n{}\n{{panel}}", colour.unwrap_or_default(), blocks(node, "").join("\n\n"))
}

fn row(row: &Value) -> String {
    let mut line = String::new();
    let mut end = "|";
    for cell in content(row) {
        end = if kind(cell) == "tableHeader" { "||" } else { "|" };
        let text = blocks(cell, "").join("\n");
        let _ = write!(line, "{end}{}", if text.trim().is_empty() { " " } else { text.trim() });
    }
    line + end
}

fn inline(node: &Value) -> String {
    content(node).iter().map(piece).collect()
}

fn piece(node: &Value) -> String {
    match kind(node) {
        "text" => marked(node),
        "hardBreak" => "\n".into(),
        "mention" => format!("[~accountid:{}]", attr(node, "id")),
        "emoji" => emoticon(attr(node, "id")).unwrap_or_else(|| attr(node, "shortName")).to_owned(),
        "date" => attr(node, "timestamp")
            .parse::<i64>()
            .ok()
            .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
            .map(|t| t.strftime("{{%F}}").to_string())
            .unwrap_or_default(),
        "status" => format!("{{color:{}}}*[ {} ]*{{color}}", badge(node), attr(node, "text").to_uppercase()),
        "inlineCard" => format!("[{0}|{0}|smart-link]", attr(node, "url")),
        _ => inline(node),
    }
}

/// The colour of a status.
fn badge(node: &Value) -> &'static str {
    match attr(node, "color") {
        "purple" => "#6554C0",
        "blue" => "#00B8D9",
        "red" => "#FF5630",
        "yellow" => "#FF991F",
        "green" => "#36B37E",
        _ => "#97A0AF",
    }
}

/// The order in which marks are put around a text, whatever their order on it.
const ORDER: [&str; 8] = ["em", "strike", "strong", "subsup", "underline", "textColor", "link", "code"];

fn marked(node: &Value) -> String {
    let marks = node.get("marks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let written = node.get("text").and_then(Value::as_str).unwrap_or_default();
    let is_code = marks.iter().any(|mark| kind(mark) == "code");
    let mut text = if is_code { written.to_owned() } else { escaped(written) };
    for mark in ORDER.iter().filter_map(|wanted| marks.iter().find(|mark| kind(mark) == *wanted)) {
        text = match kind(mark) {
            "em" if text.starts_with("\u{2014} ") => around(text.trim_start_matches("\u{2014} "), "??"),
            "em" => around(&text, "_"),
            "strike" => around(&text, "-"),
            "strong" => around(&text, "*"),
            "subsup" => around(&text, if attr(mark, "type") == "sub" { "~" } else { "^" }),
            "underline" => around(&text, "+"),
            "textColor" => format!("{{color:{}}}{text}{{color}}", attr(mark, "color")),
            "link" => format!("[{text}|{}]", attr(mark, "href")),
            _ => format!("{{{{{text}}}}}"),
        };
    }
    text
}

/// The signs of a mark, inside of the spaces around the text.
fn around(text: &str, sign: &str) -> String {
    let inner = text.trim();
    if inner.is_empty() {
        return text.to_owned();
    }
    let (before, after) = (text.len() - text.trim_start().len(), text.trim_end().len());
    format!("{}{sign}{inner}{sign}{}", &text[..before], &text[after..])
}

/// Text that would be read as a mention or a macro gets a backslash before it.
fn escaped(text: &str) -> String {
    let macros = ["{adf", "{anchor", "{code", "{quote", "{noformat", "{panel", "{color", "{loremipsum"];
    let starts = |rest: &str| rest.starts_with("[~") || macros.iter().any(|name| rest.starts_with(name));
    let mut out = String::with_capacity(text.len());
    for (at, char) in text.char_indices() {
        if matches!(char, '[' | '{') && starts(&text[at..]) {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn usual_nodes_have_their_markup() {
        let doc = json!({ "doc": { "version": 1, "type": "doc", "content": [
            { "type": "heading", "attrs": { "level": 3 }, "content": [{ "type": "text", "text": "Steps" }] },
            { "type": "bulletList", "content": [
                { "type": "listItem", "content": [
                    { "type": "paragraph", "content": [{ "type": "text", "text": "one", "marks": [{ "type": "strong" }] }] },
                    { "type": "orderedList", "content": [{ "type": "listItem", "content": [{ "type": "paragraph", "content": [{ "type": "text", "text": "in" }] }] }] },
                ] },
            ] },
            { "type": "codeBlock", "content": [{ "type": "text", "text": "x" }] },
            { "type": "paragraph", "content": [{ "type": "text", "text": "see", "marks": [{ "type": "link", "attrs": { "href": "https://a.example" } }] }] },
        ] } });
        assert_eq!(of_stored(&doc), "h3. Steps\n\n* *one*\n*# in\n\n{noformat}x{noformat}\n\n[see|https://a.example]");
    }
}

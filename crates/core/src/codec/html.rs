//! Salesforce rich text (HTML) to plain text, and plain text to HTML that Salesforce's editor shows alike.
//!
//! The law: `to_plain(from_plain(t)) == t` for canonical text `t`. The other way round is lossy (bold is forgotten), so
//! HTML is only ever rewritten when its *text* has to change.

use html5gum::{Token, Tokenizer};

use super::plain::canonical;

/// The text as people read it, canonical.
#[must_use]
pub fn to_plain(html: &str) -> String {
    let mut reading = Reading::default();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) => {
                let attribute = |name: &str| {
                    let found = tag.attributes.iter().find(|(key, _)| key.as_slice() == name.as_bytes());
                    found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
                };
                reading.open(&String::from_utf8_lossy(&tag.name), attribute);
            }
            Token::EndTag(tag) => reading.close(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => reading.text(&String::from_utf8_lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    canonical(&reading.out)
}

/// What has been read, and where in the document it stands.
#[derive(Default)]
struct Reading {
    out: String,
    /// Open lists; a number counts the items of a numbered one.
    lists: Vec<Option<u64>>,
    /// The addresses of open links, and where their text begins.
    links: Vec<(String, usize)>,
    /// Inside `script` and `style`, whose text is none.
    silent: usize,
    /// Inside `pre`, where white space counts.
    verbatim: usize,
    n_cells: usize,
}

impl Reading {
    fn open(&mut self, tag: &str, attribute: impl Fn(&str) -> Option<String>) {
        match tag {
            "br" => self.out.push('\n'),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "table" => self.paragraph(),
            "pre" => {
                self.paragraph();
                self.verbatim += 1;
            }
            "div" => self.line(),
            "hr" => {
                self.paragraph();
                self.out.push_str("----");
                self.paragraph();
            }
            "ul" | "ol" => {
                if self.lists.is_empty() {
                    self.paragraph()
                } else {
                    self.line()
                }
                self.lists.push((tag == "ol").then(|| attribute("start").and_then(|n| n.parse().ok()).unwrap_or(1)));
            }
            "li" => self.item(),
            "tr" => {
                self.line();
                self.n_cells = 0;
            }
            "td" | "th" => {
                if self.n_cells > 0 {
                    self.out.push_str(" | ");
                }
                self.n_cells += 1;
            }
            "a" => self.links.push((attribute("href").unwrap_or_default(), self.out.len())),
            "img" => {
                let name = attribute("alt").filter(|alt| !alt.is_empty()).unwrap_or_else(|| "image".to_owned());
                self.out.push_str(&format!("[attachment: {name}]"));
            }
            "script" | "style" | "head" | "title" => self.silent += 1,
            _ => {}
        }
    }

    fn close(&mut self, tag: &str) {
        match tag {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "table" => self.paragraph(),
            "pre" => {
                self.verbatim = self.verbatim.saturating_sub(1);
                self.paragraph();
            }
            "div" => self.line(),
            "ul" | "ol" => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.paragraph()
                }
            }
            "a" => self.address(),
            "script" | "style" | "head" | "title" => self.silent = self.silent.saturating_sub(1),
            _ => {}
        }
    }

    /// The place of a link, unless its text is the place.
    fn address(&mut self) {
        let Some((href, begins)) = self.links.pop() else { return };
        let text = self.out.get(begins..).unwrap_or_default().trim();
        if !href.is_empty() && !text.is_empty() && text != href {
            self.out.push_str(&format!(" ({href})"));
        }
    }

    fn item(&mut self) {
        self.line();
        let indent = "  ".repeat(self.lists.len().saturating_sub(1));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                self.out.push_str(&format!("{indent}{number}. "));
                *number = number.saturating_add(1);
            }
            _ => self.out.push_str(&format!("{indent}- ")),
        }
    }

    /// White space between tags is none, and within a text it is one space; the editor writes spaces that count as
    /// `&nbsp;`.
    fn text(&mut self, text: &str) {
        if self.silent > 0 {
            return;
        }
        if self.verbatim > 0 {
            return self.out.push_str(text);
        }
        for c in text.chars() {
            match c {
                '\u{a0}' => self.out.push(' '),
                ' ' | '\t' | '\n' | '\r' | '\u{c}' => {
                    if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
                        self.out.push(' ');
                    }
                }
                c => self.out.push(c),
            }
        }
    }

    fn line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn paragraph(&mut self) {
        self.line();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

/// A paragraph for each block between blank lines. Spaces that a browser would drop are written as `&nbsp;`.
#[must_use]
pub fn from_plain(text: &str) -> String {
    let paragraphs = text.split("\n\n").filter(|block| !block.is_empty());
    paragraphs.map(|block| format!("<p>{}</p>", block.split('\n').map(line).collect::<Vec<_>>().join("<br>"))).collect()
}

fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_space = true;
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            ' ' if after_space => out.push_str("&nbsp;"),
            // HTML has no tabs: they become as many spaces as people mean by one.
            '\t' => out.push_str("&nbsp;&nbsp;&nbsp;&nbsp;"),
            c => out.push(c),
        }
        after_space = c == ' ';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_text_reads_as_people_read_it() {
        let rows = [
            ("paragraphs", "<p>a</p><p>b</p>", "a\n\nb"),
            ("line breaks", "a<br>b<br/>c", "a\nb\nc"),
            ("marks are forgotten", "<p><b>a</b><i> b</i></p>", "a b"),
            ("entities", "a &amp; b &lt;c&gt; &eacute;&nbsp;d", "a & b <c> é d"),
            ("white space between tags", "<p>\n  a\n  b\n</p>\n<p>c</p>", "a b\n\nc"),
            ("a link to another place", "<a href=\"https://x.example\">here</a>", "here (https://x.example)"),
            ("a link that is its own text", "<a href=\"https://x.example\">https://x.example</a>", "https://x.example"),
            ("bullets, nested", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
            ("numbers from their start", "<ol start=\"3\"><li>a</li><li>b</li></ol>", "3. a\n4. b"),
            ("table", "<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>", "a | b\nc"),
            ("image", "<p><img src=\"x\" alt=\"plan\"></p>", "[attachment: plan]"),
            ("script is no text", "<script>x()</script>a", "a"),
            ("what is not closed", "<p>a<p>b<ul><li>c", "a\n\nb\n\n- c"),
            ("nothing", "<p></p>", ""),
        ];
        for (name, html, expected) in rows {
            assert_eq!(to_plain(html), expected, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn plain_text_survives_the_round_trip(raw in "[a-z &<>\n-]{0,60}|[^\t]{0,40}") {
            let text = canonical(&raw);
            proptest::prop_assert_eq!(to_plain(&from_plain(&text)), text.replace('\u{a0}', " "));
        }

        #[test]
        fn strange_html_does_not_panic(html in "[<>/a-z \"=&;!-]{0,80}|\\PC{0,60}") {
            let _ = to_plain(&html);
        }
    }
}

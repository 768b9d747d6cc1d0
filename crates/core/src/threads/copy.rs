//! What a comment becomes on the other side: a line that says who wrote it and when, and its text, in as many parts as
//! the vendor wants.

use jiff::tz::TimeZone;

use super::{Audience, Comment, digest_of};
use crate::{
    item::{CommentRules, HEADER},
    rich::{Block, Document, Inline},
    side::Side,
};

/// How a time looks in a header.
const TIME_LIKE: &str = "0000-00-00 00:00 UTC";

/// How long a comment of a side may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextLimit {
    /// Bytes of UTF-8.
    Bytes(usize),
    /// Characters.
    Chars(usize),
}

impl TextLimit {
    fn fits(self, text: &str) -> bool {
        self.left(text) >= 0
    }

    fn left(self, text: &str) -> isize {
        let (max, used) = match self {
            Self::Bytes(max) => (max, text.len()),
            Self::Chars(max) => (max, text.chars().count()),
        };
        max.cast_signed() - used.cast_signed()
    }
}

/// One part of a copy, complete in itself. It is only made out of its original, and so never has a wider audience.
#[derive(Clone, Debug, PartialEq)]
pub struct Copy {
    text: Document,
    audience: Audience,
}

impl Copy {
    /// What it says.
    #[must_use]
    pub fn text(&self) -> &Document {
        &self.text
    }

    /// What tells whether a comment says the same.
    #[must_use]
    pub fn digest(&self) -> String {
        digest_of(&[self.text.plain()])
    }

    /// Who may read it.
    #[must_use]
    pub fn audience(&self) -> Audience {
        #[cfg(feature = "simulation")]
        if crate::wrong::is(crate::wrong::Wrong::CopyForAll) {
            return Audience::seen(Some(true));
        }
        self.audience
    }

    /// The same for a narrower audience.
    #[must_use]
    pub(super) fn at_most(self, limit: Audience) -> Self {
        Self { audience: self.audience.at_most(limit), ..self }
    }
}

/// What is said above a text.
pub(super) struct Heading<'a> {
    pub(super) rules: &'a CommentRules,
    /// Where the original is.
    pub(super) side: Side,
    /// What it answers.
    pub(super) parent: Option<&'a Comment>,
    /// Whether it stands in the place of a copy that could not be edited.
    pub(super) is_anew: bool,
}

impl Heading<'_> {
    /// The parts of a comment's copy.
    pub(super) fn copies(&self, comment: &Comment, limit: TextLimit) -> Vec<Copy> {
        let audience = comment.audience.at_most(self.rules.audience);
        let whole = self.whole(comment);
        let texts = match limit.fits(whole.plain()) {
            true => vec![whole],
            false => self.parts(comment, limit),
        };
        texts.into_iter().map(|text| Copy { text, audience }).collect()
    }

    /// What is left of a part that the original has no text for any more.
    pub(super) fn emptied(&self, comment: &Comment) -> Copy {
        let text = Document::of_plain(&self.line(comment, " (shorter now)"));
        Copy { text, audience: comment.audience.at_most(self.rules.audience) }
    }

    fn whole(&self, comment: &Comment) -> Document {
        let heading = Block::Paragraph(vec![Inline::text(&self.line(comment, ""))]);
        let text = comment.text.shared();
        Document::new(std::iter::once(heading).chain(text.blocks().iter().cloned()).collect())
    }

    /// A text that is too long, cut between its lines and words where that is possible.
    fn parts(&self, comment: &Comment, limit: TextLimit) -> Vec<Document> {
        // No heading of a part is longer than this one.
        let longest = format!("{}\n\n", self.line(comment, " (999/999)"));
        let room = limit.left(&longest).max(1).cast_unsigned();
        let room = match limit {
            TextLimit::Bytes(_) => TextLimit::Bytes(room),
            TextLimit::Chars(_) => TextLimit::Chars(room),
        };
        let pieces = cut(comment.text.plain(), room);
        let n_pieces = pieces.len();
        let part = |(n, piece): (usize, &str)| {
            let number = format!(" ({}/{n_pieces})", n + 1);
            Document::of_plain(&format!("{}\n\n{piece}", self.line(comment, &number)))
        };
        pieces.into_iter().enumerate().map(part).collect()
    }

    /// Whether a text begins as every copy of a comment does, whatever it answers and which part it is.
    pub(super) fn is_above(&self, comment: &Comment, text: &str) -> bool {
        let (words, colon) = self.words(comment);
        !words.is_empty() && text.strip_prefix(&words).is_some_and(|rest| ends_line(rest, colon))
    }

    fn line(&self, comment: &Comment, number: &str) -> String {
        let parent = self.parent.map(|parent| format!(" (in reply to {}, {})", parent.author.name, shown(parent)));
        let anew = if self.is_anew { " (edited)" } else { "" };
        let (words, colon) = self.words(comment);
        format!("{words}{}{anew}{number}{colon}", parent.unwrap_or_default())
    }

    /// The item's words, and the colon after them.
    fn words(&self, comment: &Comment) -> (String, &'static str) {
        let (words, colon) = apart(&self.rules.header);
        let words = words.replace("{author}", &comment.author.name).replace("{system}", &self.side.to_string());
        (words.replace("{time}", &shown(comment)), colon)
    }
}

/// Whether a text begins as copies of a side's comments do, under this header or the usual one, whoever wrote the original.
pub(super) fn begins_as_copy(text: &str, header: &str, side: Side) -> bool {
    [header, HEADER].into_iter().any(|header| {
        let (words, colon) = apart(header);
        !words.is_empty() && fits(text, words, colon, &side.to_string())
    })
}

/// Whether a text begins with the words of a header, whatever stands for what is in braces.
fn fits(text: &str, words: &str, colon: &str, system: &str) -> bool {
    if let Some(words) = words.strip_prefix("{author}") {
        let name = text.char_indices().take_while(|(_, c)| *c != '\n');
        return name.map(|(at, c)| at + c.len_utf8()).any(|end| fits(&text[end..], words, colon, system));
    }
    if let Some(words) = words.strip_prefix("{system}") {
        return text.strip_prefix(system).is_some_and(|rest| fits(rest, words, colon, system));
    }
    if let Some(words) = words.strip_prefix("{time}") {
        let time = text.get(..TIME_LIKE.len()).filter(|time| time.bytes().zip(TIME_LIKE.bytes()).all(is_alike));
        return time.is_some_and(|time| fits(&text[time.len()..], words, colon, system));
    }
    match words.chars().next() {
        Some(next) => text.strip_prefix(next).is_some_and(|rest| fits(rest, &words[next.len_utf8()..], colon, system)),
        None => ends_line(text, colon),
    }
}

fn is_alike((found, like): (u8, u8)) -> bool {
    if like == b'0' { found.is_ascii_digit() } else { found == like }
}

/// Whether what follows the words of a header is the rest of its line: perhaps something in brackets, and the colon.
fn ends_line(rest: &str, colon: &str) -> bool {
    let line = rest.split('\n').next().unwrap_or_default().trim_end();
    line.strip_suffix(colon).is_some_and(|more| more.is_empty() || (more.starts_with(" (") && more.ends_with(')')))
}

/// A header's words, and the colon at its end.
fn apart(header: &str) -> (&str, &'static str) {
    header.strip_suffix(':').map_or((header, ""), |words| (words, ":"))
}

/// When a comment was written, to the minute.
fn shown(comment: &Comment) -> String {
    comment.written.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Pieces that fit, none of them empty.
fn cut(text: &str, room: TextLimit) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), text.trim());
    while !room.fits(rest) {
        let longest =
            rest.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| room.fits(&rest[..*end])).last();
        // A room that no character fits into would never end.
        let hard = longest.unwrap_or_else(|| rest.chars().next().map_or(rest.len(), char::len_utf8));
        let soft = rest[..hard].rfind('\n').or_else(|| rest[..hard].rfind(' ')).filter(|at| *at > 0);
        let (piece, after) = rest.split_at(soft.unwrap_or(hard));
        pieces.push(piece.trim_end());
        rest = after.trim_start();
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_told_by_the_line_above_it_whoever_wrote_its_original() {
        let own = "From {system}: {author} ({time})";
        for (text, header, expected) in [
            ("Ada O in Jira, 2026-03-02 09:15 UTC:\n\nhello", HEADER, true),
            ("Ada in Jira, 2026-03-02 09:15 UTC (edited) (2/3):\n\nhello", HEADER, true),
            ("Ada in Jira, 2026-03-02 09:15 UTC (in reply to Bob, 2026-03-02 09:10 UTC):\nhello", HEADER, true),
            ("Ada in Jira, 2026-03-02 09:15 UTC (shorter now):", HEADER, true),
            ("Ada in Jira, 2026-03-02 09:15 UTC:\n\nhello", own, true),
            ("From Jira: Ada in Wien (2026-03-02 09:15 UTC)\n\nhello", own, true),
            ("From Jira: Ada (yesterday)\n\nhello", own, false),
            ("Ada in Salesforce, 2026-03-02 09:15 UTC:\n\nhello", HEADER, false),
            ("As Ada said in Jira, 2026-03-02 09:15 UTC, hello:", HEADER, false),
            ("Look\nAda in Jira, 2026-03-02 09:15 UTC:", HEADER, false),
            ("hello", "", false),
            ("hello", ":", false),
        ] {
            assert_eq!(begins_as_copy(text, header, Side::Jira), expected, "{text:?} under {header:?}");
        }
    }

    #[test]
    fn long_texts_are_cut_where_it_hurts_least() {
        let room = TextLimit::Chars(10);
        for (text, expected) in [
            ("short", vec!["short"]),
            ("one two three four", vec!["one two", "three four"]),
            ("line one\nline two", vec!["line one", "line two"]),
            ("abcdefghijklmno", vec!["abcdefghij", "klmno"]),
            ("", vec![]),
        ] {
            assert_eq!(cut(text, room), expected, "{text:?}");
        }
        assert_eq!(cut("ääääää", TextLimit::Bytes(5)), ["ää", "ää", "ää"], "never within a character");
        assert_eq!(cut("ää", TextLimit::Bytes(1)), ["ä", "ä"], "what fits nowhere still ends");
    }
}

//! What an inspection has seen, piece by piece.

use entente_store::LinkId;
use entente_transport::Exchange;
use jiff::Timestamp;
use serde::Serialize;

use crate::limits::INSPECTION_BODY_BYTES_MAX;

/// Something that was seen.
#[derive(Clone, Debug, Serialize)]
pub struct Sighting {
    /// Its number; later ones have higher ones.
    pub id: u64,
    /// The item for which it was done, where one was.
    pub item: Option<String>,
    /// What it was.
    #[serde(flatten)]
    pub seen: Seen,
}

/// What was seen.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Seen {
    /// A request and its answer.
    Exchange {
        /// To which connection.
        connection: String,
        /// As it was sent and received, without secrets.
        #[serde(flatten)]
        exchange: Exchange,
    },
    /// What became of a record.
    Step(Step),
}

/// One step of a record on its way: it was collected, processed, or delivered.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// `collected`, `processed`, `delivered`.
    pub phase: &'static str,
    /// Its link, where it has one.
    pub link: Option<LinkId>,
    /// Its Salesforce record.
    pub record: Option<String>,
    /// Its issue.
    pub issue: Option<String>,
    /// In words, without any value of a field.
    pub text: String,
}

impl Seen {
    /// Whether it is about a link, which calls know by one of these names.
    pub(super) fn names(&self, link: Option<LinkId>, names: &[String]) -> bool {
        match self {
            Self::Step(step) => {
                let ids = [&step.record, &step.issue].into_iter().flatten();
                step.link == link || step.link.is_none() && ids.into_iter().any(|id| names.contains(id))
            }
            Self::Exchange { exchange, .. } => {
                let texts = [&exchange.url, &exchange.request_body, &exchange.answer_body];
                names.iter().any(|name| texts.iter().any(|text| mentions(text, name)))
            }
        }
    }

    /// Shortens what is too long to be remembered.
    pub(super) fn cut(&mut self) {
        if let Self::Exchange { exchange, .. } = self {
            for body in [&mut exchange.request_body, &mut exchange.answer_body] {
                cut(body);
            }
        }
    }

    /// How much memory it takes, nearly.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Step(step) => size_of::<Sighting>() + step.text.len(),
            Self::Exchange { exchange, .. } => {
                let headers = exchange.request_headers.iter().chain(&exchange.answer_headers);
                let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
                let bodies = exchange.request_body.len() + exchange.answer_body.len();
                size_of::<Sighting>() + exchange.url.len() + headers + bodies
            }
        }
    }
}

/// Whether a text has this name in it as a word: `OPS-7` is not in `OPS-71`.
fn mentions(text: &str, name: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !is_part(before.chars().next_back()) && !is_part(after.chars().next())
    })
}

fn cut(text: &mut String) {
    if text.len() > INSPECTION_BODY_BYTES_MAX {
        let n_bytes = text.len();
        text.truncate(text.floor_char_boundary(INSPECTION_BODY_BYTES_MAX));
        let more = n_bytes - text.len();
        text.push_str(&format!(" [{more} bytes more]"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_a_word_only() {
        for (text, is_there) in [
            ("/rest/api/3/issue/OPS-7?fields=summary", true),
            (r#"{"key":"OPS-7"}"#, true),
            (r#"{"key":"OPS-71"}"#, false),
            ("DEVOPS-7", false),
            ("OPS-71 OPS-7", true),
            ("", false),
        ] {
            assert_eq!(mentions(text, "OPS-7"), is_there, "{text}");
        }
    }

    #[test]
    fn a_long_body_is_cut_between_two_letters_and_says_so() {
        let mut text = "é".repeat(INSPECTION_BODY_BYTES_MAX);
        cut(&mut text);
        assert!(text.len() < INSPECTION_BODY_BYTES_MAX + 30 && text.ends_with("bytes more]"));
        let mut short = "é".to_owned();
        cut(&mut short);
        assert_eq!(short, "é");
    }
}

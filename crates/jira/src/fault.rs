//! The error bodies of Jira and of what stands before it, read defensively into problems and one sentence.
//!
//! There are five kinds: Jira's own collection (either part may be empty, so both are read), the service desk's single
//! message, the gateway's code and message, RFC 7807 problems for paths and parameters, and pages of HTML or plain text.
//! Wording follows the calling account's language, so nothing here is recognised by its words.

use entente_transport::{Answer, CallProblem};
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::limits::REASON_CHARS_MAX;

/// Who wrote an error body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    /// Jira itself: what it says is about the record that was asked for.
    Jira,
    /// Something before Jira, or Jira's router: what it says is about the address.
    Router,
}

/// An error body, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) author: Author,
    /// May be empty: some bodies say nothing.
    pub(crate) problems: Vec<CallProblem>,
}

impl Fault {
    pub(crate) fn of(answer: &Answer) -> Self {
        match serde_json::from_slice(&answer.body) {
            Ok(Value::Object(body)) => Self::of_json(&body),
            _ => Self::of_text(answer),
        }
    }

    /// An element of a bulk answer: `{"errorMessages": [..], "errors": {..}}`.
    pub(crate) fn of_json(body: &Map<String, Value>) -> Self {
        let own = ["errorMessages", "errors", "errorMessage"].iter().any(|name| body.contains_key(*name));
        let author = if own || body.is_empty() { Author::Jira } else { Author::Router };
        let problems = if own { collection(body) } else { outer(body) };
        Self { author, problems }
    }

    fn of_text(answer: &Answer) -> Self {
        let text = String::from_utf8_lossy(&answer.body);
        let text = text.trim();
        let html = answer.header(&CONTENT_TYPE).is_some_and(|kind| kind.contains("html")) || text.starts_with('<');
        let author = if text.is_empty() { Author::Jira } else { Author::Router };
        let problems = match (html, text.is_empty()) {
            // A page's markup helps nobody.
            (true, _) => vec![CallProblem::new("the answer is a web page, not Jira's API")],
            (false, true) => Vec::new(),
            (false, false) => vec![CallProblem::new(shortened(text))],
        };
        Self { author, problems }
    }

    /// The problems as one sentence, or `otherwise` where there are none.
    pub(crate) fn sentence(&self, otherwise: impl FnOnce() -> String) -> String {
        if self.problems.is_empty() {
            return otherwise();
        }
        let sentences: Vec<String> = self.problems.iter().map(CallProblem::to_string).collect();
        shortened(&sentences.join("; "))
    }
}

/// Jira's and the service desk's own bodies.
fn collection(body: &Map<String, Value>) -> Vec<CallProblem> {
    let general = body.get("errorMessages").and_then(Value::as_array).into_iter().flatten();
    let single = body.get("errorMessage").into_iter();
    let fields = body.get("errors").and_then(Value::as_object).into_iter().flatten();
    let mut problems: Vec<CallProblem> =
        general.chain(single).filter_map(|value| Some(CallProblem::new(words(value)?))).collect();
    problems.extend(fields.filter_map(|(field, value)| {
        Some(CallProblem { field: Some(field.clone()), code: None, message: words(value)? })
    }));
    problems
}

/// The gateway's `code` and `message`, a problem's `detail`, the session layer's `error`.
fn outer(body: &Map<String, Value>) -> Vec<CallProblem> {
    let text =
        ["detail", "message", "error_description", "error", "title"].iter().find_map(|name| words(body.get(*name)?));
    text.map(CallProblem::new).into_iter().collect()
}

/// A message, which is text in every documented body; anything else is shown as it is rather than lost.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(shortened(text)),
        other => Some(shortened(&other.to_string())),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(REASON_CHARS_MAX) {
        Some((end, _)) => [&text[..end], "..."].concat(),
        None => text.to_owned(),
    }
}

//! What is wrong with a configuration, where, and what to do about it.

use std::fmt;

use serde::Serialize;

/// One thing wrong with a document. All of them are reported at once, in the order of the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Whether the document can be used all the same.
    pub severity: Severity,
    /// A stable name for the kind of problem: `unknown-key`.
    pub code: &'static str,
    /// What is wrong, and why.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// Line of the document, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The connected item that it belongs to.
    pub item: Option<String>,
}

impl Problem {
    /// Whether the document cannot be used because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// As the command line prints it behind the file's name: `LINE:COLUMN: message`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message, .. } = self;
        write!(f, "{line}:{column}: {message}")
    }
}

/// Whether a problem keeps the document from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The document cannot be used.
    Error,
    /// It can, but probably does not say what was meant.
    Warning,
}

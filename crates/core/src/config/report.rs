//! Where problems are collected while reading goes on.

use crate::config::{
    Problem, Severity,
    tree::{Node, Position},
};

/// All problems found so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    problems: Vec<Problem>,
}

impl Report {
    /// The document cannot be used because of this.
    pub(crate) fn error(
        &mut self,
        at: Position,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Severity::Error, at, code, message.into(), remedy.into());
    }

    /// The document can be used, but a person should know this.
    pub(crate) fn warn(
        &mut self,
        at: Position,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Severity::Warning, at, code, message.into(), remedy.into());
    }

    fn add(&mut self, severity: Severity, at: Position, code: &'static str, message: String, remedy: String) {
        let (line, column) = (at.line, at.column);
        self.problems.push(Problem { severity, code, message, remedy, line, column, item: None });
    }

    /// Everything found, in the order of the document, each with the item in whose lines it stands. What an alias
    /// repeats is told once.
    pub(crate) fn finish(mut self, root: Option<&Node>) -> Vec<Problem> {
        self.problems.sort_by_key(|p| (p.line, p.column));
        self.problems.dedup();
        for problem in &mut self.problems {
            let at = Position { line: problem.line, column: problem.column };
            problem.item = root.and_then(|root| item_at(root, at)).map(str::to_owned);
        }
        self.problems
    }
}

/// The item in whose lines a place is: an item ends where the next one, or the next part of the document, begins.
/// Parts that were left out, as a key that is there twice, show by their indentation that they are not of the item.
fn item_at(root: &Node, at: Position) -> Option<&str> {
    let part = root.entries().iter().filter(|entry| entry.at <= at).max_by_key(|entry| entry.at)?;
    let items = if part.key == "items" { part.value.entries() } else { &[] };
    let item = items.iter().filter(|item| item.at <= at).max_by_key(|item| item.at)?;
    let inside = at.line == item.at.line || at.column > item.at.column;
    inside.then_some(item.key.as_str())
}

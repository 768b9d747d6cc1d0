//! Where problems are collected while reading goes on.

use crate::config::{Problem, Severity, tree::Position};

/// All problems found so far, and the item that is being read.
#[derive(Debug, Default)]
pub(crate) struct Report {
    problems: Vec<Problem>,
    item: Option<String>,
}

impl Report {
    /// Problems from here on belong to this item, or to none.
    pub(crate) fn enter_item(&mut self, item: Option<&str>) {
        self.item = item.map(str::to_owned);
    }

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
        self.problems.push(Problem { severity, code, message, remedy, line, column, item: self.item.clone() });
    }

    /// Everything found, in the order of the document; what an alias repeats is told once.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|p| (p.line, p.column));
        self.problems.dedup();
        self.problems
    }
}

//! What a command answers: how the process ends, and the list of problems that `check` and `doctor` share.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use entente_core::config::{self, Problem, Severity};
use entente_engine::Finding;
use serde::Serialize;
use serde_json::Value as Json;

use crate::screen::{Screen, brief, harmless};

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or yes.
    Done,
    /// The answer is no.
    No,
    /// Used wrongly.
    Misused,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::No => 1,
            Exit::Misused => 2,
        })
    }
}

/// The answer of `check` and `doctor`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    ok: bool,
    problems: Vec<Row>,
}

/// One problem of a report.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    severity: &'static str,
    code: String,
    message: String,
    remedy: String,
    file: Option<PathBuf>,
    line: Option<usize>,
    column: Option<usize>,
    item: Option<String>,
}

const ERROR: &str = "error";
const WARNING: &str = "warning";

impl Report {
    /// A report; it is a yes when no problem is an error.
    pub(crate) fn new(problems: Vec<Row>) -> Self {
        Self { ok: problems.iter().all(|row| row.severity != ERROR), problems }
    }

    /// How the process ends with this answer.
    pub(crate) fn exit(&self) -> Exit {
        if self.ok { Exit::Done } else { Exit::No }
    }

    /// Prints every problem, then `when_ok` if there is no error.
    pub(crate) fn print(&self, screen: &Screen, as_json: bool, when_ok: &str) -> io::Result<()> {
        if as_json {
            return self.print_json(screen);
        }
        for row in &self.problems {
            screen.result(&row.text())?;
        }
        if self.ok { screen.result(when_ok) } else { screen.result(&self.sum()) }
    }

    /// Prints the report as one JSON document.
    pub(crate) fn print_json(&self, screen: &Screen) -> io::Result<()> {
        screen.result(&json(self))
    }

    /// Says every problem on stderr.
    pub(crate) fn say(&self, screen: &Screen) {
        for row in &self.problems {
            screen.say(&row.text());
        }
    }

    /// How many problems there are, in words.
    pub(crate) fn sum(&self) -> String {
        let count = |severity| self.problems.iter().filter(|row| row.severity == severity).count();
        format!("{}, {}", counted(count(ERROR), "error"), counted(count(WARNING), "warning"))
    }
}

/// One JSON document, indented.
pub(crate) fn json<T: Serialize>(answer: &T) -> String {
    // The reports are plain structs with text keys, for which serialization cannot fail.
    serde_json::to_string_pretty(answer).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
}

/// A number with its noun.
pub(crate) fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// A field that is left as it is, and why.
pub(crate) fn left_alone(item: &str, field: &str, links: u64, example: &str) -> String {
    let links = counted(usize::try_from(links).unwrap_or(usize::MAX), "link");
    harmless(&format!("item {item}: {field} is left alone on {links}: {}", brief(example)))
}

impl Row {
    /// A problem of the document at `file`.
    pub(crate) fn of_problem(problem: &Problem, file: &Path) -> Self {
        let severity = match problem.severity {
            Severity::Error => ERROR,
            Severity::Warning => WARNING,
        };
        Self {
            severity,
            code: problem.code.to_owned(),
            message: problem.message.clone(),
            remedy: problem.remedy.clone(),
            file: Some(file.to_owned()),
            line: Some(problem.line),
            column: Some(problem.column),
            item: problem.item.clone(),
        }
    }

    /// Something that an org or a site lacks for the text of `file`: where that names it, or where the item begins that needs
    /// it, or the connection that it is about.
    pub(crate) fn of_finding(finding: &Finding, file: &Path, text: &str) -> Self {
        let named: Vec<&str> = finding.place.iter().map(String::as_str).collect();
        let of_item = || config::place_of(text, &["items", finding.item.as_deref()?]);
        let of_connection = || config::place_of(text, &["connections", finding.connection.as_deref()?]);
        let place = config::place_of(text, &named).or_else(of_item).or_else(of_connection);
        Self {
            severity: finding.severity,
            code: finding.code.to_owned(),
            message: finding.message.clone(),
            remedy: finding.remedy.clone(),
            file: Some(file.to_owned()),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            item: finding.item.clone(),
        }
    }

    /// The same, as a server tells it, which has no file of ours.
    pub(crate) fn of_answer(finding: &Json) -> Self {
        let text = |name: &str| finding[name].as_str().map(str::to_owned);
        let row = Self::error("", text("message").unwrap_or_default(), text("remedy").unwrap_or_default());
        let severity = if finding["severity"] == WARNING { WARNING } else { ERROR };
        Self { severity, code: text("code").unwrap_or_default(), item: text("item"), ..row }
    }

    /// An error of the command itself, which belongs to no file.
    pub(crate) fn error(code: &'static str, message: String, remedy: String) -> Self {
        Self {
            severity: ERROR,
            code: code.to_owned(),
            message,
            remedy,
            file: None,
            line: None,
            column: None,
            item: None,
        }
    }

    /// Something that works and should not stay so, and belongs to no file.
    pub(crate) fn warning(code: &'static str, message: String, remedy: String) -> Self {
        Self { severity: WARNING, ..Self::error(code, message, remedy) }
    }

    /// `FILE:LINE:COLUMN: severity: message`, and the remedy below.
    fn text(&self) -> String {
        let file = self.file.iter().map(|file| format!("{}:", file.display()));
        let place = [self.line, self.column].into_iter().flatten().map(|n| format!("{n}:"));
        let place: String = file.chain(place).collect();
        let gap = if place.is_empty() { "" } else { " " };
        let Self { severity, message, remedy, .. } = self;
        let first = harmless(&format!("{place}{gap}{severity}: {message}"));
        if remedy.is_empty() { first } else { format!("{first}\n    {}", harmless(remedy)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(severity: Severity) -> Problem {
        Problem {
            severity,
            code: "unknown-key",
            message: "unknown key `fileds`".to_owned(),
            remedy: "did you mean `fields`?".to_owned(),
            line: 3,
            column: 5,
            item: None,
        }
    }

    #[test]
    fn a_problem_is_clickable_and_has_its_remedy_below() {
        let row = Row::of_problem(&problem(Severity::Error), Path::new("a.yaml"));
        assert_eq!(row.text(), "a.yaml:3:5: error: unknown key `fileds`\n    did you mean `fields`?");
    }

    #[test]
    fn warnings_alone_are_a_yes() {
        let report = |severity| Report::new(vec![Row::of_problem(&problem(severity), Path::new("a.yaml"))]);
        assert_eq!(report(Severity::Warning).exit(), Exit::Done);
        assert_eq!(report(Severity::Error).exit(), Exit::No);
        assert_eq!(report(Severity::Error).sum(), "1 error, 0 warnings");
    }
}

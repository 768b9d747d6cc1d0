//! The terminal: results on stdout, everything else on stderr, and at most one line that changes in place.
//!
//! Nothing else in this crate prints. A closed pipe is no failure: who stopped reading wants no more.

use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::sync::Arc;

use parking_lot::Mutex;

/// Back to the start of the line, and empty it (ECMA-48 `EL`).
const ERASE_LINE: &str = "\r\x1b[2K";

/// Where a command speaks; clones share it.
#[derive(Clone, Debug)]
pub struct Screen {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Whether somebody looks at stderr who can see a line change in place.
    live: bool,
    /// The line that changes in place; empty when there is none.
    line: Mutex<String>,
}

impl Screen {
    /// A screen; with `live`, and a terminal on stderr, it has a line that changes in place.
    #[must_use]
    pub fn new(live: bool) -> Self {
        let live = live && io::stderr().is_terminal();
        Self { shared: Arc::new(Shared { live, line: Mutex::default() }) }
    }

    /// Whether there is a line that changes in place.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.shared.live
    }

    /// Prints a result, with a line feed, on stdout.
    ///
    /// # Errors
    /// When stdout cannot be written, other than by being closed.
    pub fn result(&self, text: &str) -> io::Result<()> {
        let line = self.shared.line.lock();
        self.erase(&line);
        let mut stdout = io::stdout().lock();
        let printed = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
        self.draw(&line);
        match printed {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            printed => printed,
        }
    }

    /// Says something that is no result, with a line feed, on stderr.
    pub fn say(&self, text: &str) {
        self.print(&format!("{text}\n"));
    }

    /// Shows how things stand, in place; says nothing where lines cannot change.
    pub fn show(&self, text: &str) {
        if !self.shared.live {
            return;
        }
        let mut line = self.shared.line.lock();
        if *line == text {
            return;
        }
        self.erase(&line);
        text.clone_into(&mut line);
        self.draw(&line);
    }

    /// Where logs go: whole lines, above the line that changes in place.
    #[must_use]
    pub fn log_lines(&self) -> LogLines {
        LogLines { screen: self.clone() }
    }

    fn print(&self, text: &str) {
        let line = self.shared.line.lock();
        self.erase(&line);
        to_stderr(text);
        self.draw(&line);
    }

    fn erase(&self, line: &str) {
        if !line.is_empty() {
            to_stderr(ERASE_LINE);
        }
    }

    fn draw(&self, line: &str) {
        if !line.is_empty() {
            to_stderr(line);
        }
    }
}

/// Nobody is left to tell when stderr fails.
fn to_stderr(text: &str) {
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

/// Writes log lines to the screen.
#[derive(Debug)]
pub struct LogLines {
    screen: Screen,
}

impl Write for LogLines {
    // The subscriber hands over one event, complete with its line feed, in each call.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.screen.print(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A text that came from outside, made harmless for a terminal: control characters become spaces.
#[must_use]
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Characters of a value or a reason that a line shows.
const BRIEF_CHARACTERS: usize = 300;

/// The beginning of a text that may be as long as a field; `--json` has it whole.
#[must_use]
pub fn brief(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(BRIEF_CHARACTERS) {
        None => text.into(),
        Some((end, _)) => format!("{}.. ({} characters)", &text[..end], text.chars().count()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{brief, harmless};

    #[test]
    fn a_line_shows_where_a_long_text_begins_and_how_long_it_is() {
        assert_eq!(brief(&"ö".repeat(300)), "ö".repeat(300));
        assert_eq!(brief(&"ö".repeat(301)), format!("{}.. (301 characters)", "ö".repeat(300)));
    }

    #[test]
    fn an_escape_sequence_cannot_reach_the_terminal() {
        assert_eq!(harmless("OPS-7 \u{1b}[2Jsummary\r\n\u{9b}31m"), "OPS-7  [2Jsummary   31m");
    }
}

//! Why a command could not answer, and what to do next: every failure has both sentences.

use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::path::Path;

use entente_engine::EngineError;
use entente_store::StoreError;

use super::answer::{Exit, Report, Row};
use crate::screen::Screen;
use crate::trouble::{self, PLEASE_REPORT};

/// A command that could not answer.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    report: Report,
}

impl Failure {
    /// The caller asked for something that makes no sense.
    pub fn misuse(code: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { exit: Exit::Misused, report: Report::new(vec![Row::error(code, message.into(), remedy.into())]) }
    }

    /// The question was right, the answer is no.
    pub fn no(code: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { exit: Exit::No, ..Self::misuse(code, message, remedy) }
    }

    /// The configuration cannot be used.
    pub(crate) fn configuration(problems: Vec<Row>) -> Self {
        Self { exit: Exit::Misused, report: Report::new(problems) }
    }

    /// The machine refused something that nearly always works.
    pub fn machine(what: &str, error: &dyn Display) -> Self {
        let remedy = "the same command may work once the reason is gone";
        Self::no("machine", format!("{what}: {error}"), remedy)
    }

    /// Stdout could not be written.
    pub fn output(error: &io::Error) -> Self {
        Self::no("output", format!("cannot write the answer: {error}"), "check where stdout goes")
    }

    /// A file could not be read or written.
    pub fn file(what: &str, path: &Path, error: &io::Error) -> Self {
        let remedy = match error.kind() {
            ErrorKind::InvalidData | ErrorKind::FileTooLarge => "check that this is the right file",
            ErrorKind::IsADirectory => "give the path of a file",
            ErrorKind::PermissionDenied => "let the user that runs Entente do so, or choose another path",
            _ => "check the path and its permissions",
        };
        Self::misuse("file", format!("cannot {what} {}: {error}", path.display()), remedy)
    }

    /// The store could not use a file that a person named; everything else it says as ever.
    pub fn named_file(error: StoreError, named: &Path, remedy: &str) -> Self {
        match error {
            StoreError::File { ref path, .. } if path == named => Self::misuse("file", error.to_string(), remedy),
            error => error.into(),
        }
    }

    /// An address could not be listened on.
    pub fn listen(address: &dyn Display, option: &str, error: &io::Error) -> Self {
        let message = format!("cannot listen on {address}: {error}");
        Self::misuse("address", message, format!("choose another address with {option}; port 0 picks a free one"))
    }

    /// Says it, and how the process should end.
    pub fn tell(&self, screen: &Screen, as_json: bool) -> Exit {
        if as_json {
            // When stdout itself is what failed, stderr still has the reason.
            drop(self.report.print_json(screen));
        }
        self.report.say(screen);
        self.exit
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::InUse { .. } => {
                let remedy = "one process at a time works in a data directory: stop that one, or where it is a server, ask \
                              it with `--server URL --token T`; another directory is for another configuration, for \
                              the same records it would make all of them twice";
                Self::misuse("in-use", message, remedy)
            }
            StoreError::BadUrl => Self::misuse(
                "database",
                message,
                "correct --database-url, or ENTENTE_DATABASE_URL where it comes from there",
            ),
            StoreError::NoBackup { .. } => {
                Self::no("backup", message, "give a file that `entente backup` wrote, as it wrote it")
            }
            StoreError::Occupied { .. } => Self::misuse(
                "database",
                message,
                "give --force to put the backup in its place; it is kept as entente.db.replaced",
            ),
            StoreError::NetworkDisk { .. } | StoreError::File { .. } => {
                Self::misuse("data-directory", message, "choose another directory with --data-dir")
            }
            StoreError::Migration(_) => {
                let remedy = "use the version of Entente that used this database last, or a newer one; with an empty database \
                              the same records would get twins once more";
                Self::misuse("database", message, remedy)
            }
            StoreError::Corrupt(_) => Self::no(
                "database",
                message,
                "stop Entente and put a backup in its place: `entente restore BACKUP --config FILE --force`; what is damaged \
                 is kept as entente.db.replaced",
            ),
            StoreError::Full(_) => {
                Self::no("database", message, "make room on its disk, then try again; nothing that was done is lost")
            }
            StoreError::Unreachable(_) | StoreError::Busy(_) => {
                Self::no("database", message, "check that the database runs and can be reached, then try again")
            }
            StoreError::Fenced { .. } => {
                Self::no("lease", message, "another worker serves this org; stop it, or leave the work to it")
            }
            StoreError::LinkTaken { .. } | StoreError::Refused(_) => Self::no("database", message, PLEASE_REPORT),
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Missing(sentence) | EngineError::Unfit(sentence) => Self::misuse("refused", sentence, ""),
            EngineError::Peer { .. }
            | EngineError::Connection { .. }
            | EngineError::Item { .. }
            | EngineError::NoSuchItem(_)
            | EngineError::Leased { .. }
            | EngineError::Declined(_)
            | EngineError::Defect(_) => {
                let (code, remedy) = trouble::remedy(&error);
                Self::no(code, error.to_string(), remedy)
            }
        }
    }
}

//! The command line: one file per command. A command reads its options, calls the room that does the work and prints
//! the answer; it decides nothing about records.
//!
//! Results go to stdout, progress and logs to stderr. The process ends with 0 (done), 1 (the answer is no) or 2 (used
//! wrongly), and every refusal says what to do next.
//!
//! Two kinds of commands. `check`, `sync`, `verify`, `doctor`, `rights`, `serve`, `sandbox` and `demo` do their work in this
//! process. All others ask the API, of a server that runs (`--server URL --token T`, or `ENTENTE_SERVER` and
//! `ENTENTE_API_TOKEN`) or of the database that `--config FILE` names: [`ask`] is the one place that tells the two
//! apart, and [`status`] the smallest example. What such a command does stands in `web/api`, once.

mod access;
mod activate;
mod acts;
mod answer;
mod apply;
mod ask;
mod backup;
pub(crate) mod check;
mod comments;
mod configuration;
mod configured;
mod conflicts;
mod data;
mod demo;
mod doctor;
mod domains;
mod explain;
mod export;
mod failure;
mod import;
mod init;
mod inspect;
mod items;
mod journal;
mod link;
mod listen;
mod matches;
mod objects;
mod parked;
mod progress;
mod refresh;
mod refusals;
mod relink;
mod restore;
mod resume;
mod rights;
pub(crate) mod sandbox;
mod search;
mod secret;
pub(crate) mod serve;
mod show;
mod status;
mod sync;
mod test_record;
mod undo;
mod unlink;
mod users;
mod verify;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use clap::{Parser, Subcommand};
use tracing::level_filters::LevelFilter;

use self::acts::Act as _;
use crate::limits::STACK_BYTES;
use crate::log::{self, LogFormat};
use crate::ready;
use crate::screen::Screen;

pub use answer::Exit;
pub(crate) use data::{USUAL_DIR, beside};
pub use failure::Failure;

/// Keeps Salesforce and Jira in agreement.
#[derive(Debug, Parser)]
#[command(name = "entente", version, max_term_width = 110, after_help = "Example:\n  entente demo")]
struct Cli {
    /// How log lines look: text or json; ENTENTE_LOG filters them
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    #[arg(hide_possible_values = true, help_heading = "Logs")]
    log_format: LogFormat,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Sandbox(sandbox::Sandbox),
    Init(init::Init),
    Check(check::Check),
    Apply(apply::Apply),
    Activate(activate::Activate),
    Deactivate(activate::Deactivate),
    Configuration(configuration::Configuration),
    Export(export::Export),
    Import(import::Import),
    Sync(sync::Sync),
    Verify(verify::Verify),
    TestRecord(test_record::TestRecord),
    Objects(objects::Objects),
    Status(status::Status),
    Comments(comments::Comments),
    Items(items::Items),
    Conflicts(conflicts::Conflicts),
    Matches(matches::Matches),
    Access(access::Access),
    Domains(domains::Domains),
    Parked(parked::Parked),
    Retry(parked::Retry),
    Undo(undo::Undo),
    Explain(explain::Explain),
    Journal(journal::Journal),
    Resume(resume::Resume),
    Search(search::Search),
    Link(link::Link),
    Unlink(unlink::Unlink),
    Refresh(refresh::Refresh),
    Relink(relink::Relink),
    Show(show::Show),
    Inspect(inspect::Inspect),
    Doctor(doctor::Doctor),
    Rights(rights::Rights),
    Users(users::Users),
    Secret(secret::Secret),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Recover(restore::Recover),
}

/// Runs the command that `arguments` name; the first one is the program's own name.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(mut answer) => {
            // Nothing here takes an unknown option for a value.
            if answer.kind() == ErrorKind::UnknownArgument {
                answer.remove(ContextKind::Suggested);
            }
            // Help is such an answer too. Where nobody reads it, nothing is lost.
            drop(answer.print());
            return if answer.use_stderr() { Exit::Misused.into() } else { Exit::Done.into() };
        }
    };
    let screen = Screen::new(cli.command.is_live());
    log::begin(cli.log_format, cli.command.usual_log_level(), &screen, cli.command.is_live());
    let as_json = cli.command.is_json();
    let ended = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build()
        .map_err(|error| Failure::machine("cannot start", &error))
        .and_then(|runtime| runtime.block_on(cli.command.run(&screen)));
    screen.show("");
    ended.unwrap_or_else(|failure| failure.tell(&screen, as_json)).into()
}

/// Refuses a file that could not be written in the end, before anything begins.
fn may_write(file: Option<&Path>) -> Result<(), Failure> {
    let refusal = |path| move |error| Failure::file("write", path, &error);
    file.map_or(Ok(()), |path| ready::may_write(path).map_err(refusal(path)))
}

/// Refuses to write over what a person has.
fn may_make(file: &Path) -> Result<(), Failure> {
    match file.exists() {
        true => {
            let message = format!("there is a file {} already", file.display());
            Err(Failure::misuse("file", message, "name another file, or move that one away"))
        }
        false => Ok(()),
    }
}

impl Command {
    async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        match self {
            Self::Demo(demo) => demo.run(screen).await,
            Self::Serve(serve) => serve.run(screen).await,
            Self::Sandbox(sandbox) => sandbox.run(screen).await,
            Self::Init(init) => init.run(screen).await,
            Self::Check(check) => check.run(screen).await,
            Self::Apply(apply) => apply.run(screen).await,
            Self::Activate(activate) => activate.run(screen).await,
            Self::Deactivate(deactivate) => deactivate.run(screen).await,
            Self::Configuration(configuration) => configuration.run(screen).await,
            Self::Export(export) => export.run(screen).await,
            Self::Import(import) => import.run(screen).await,
            Self::Sync(sync) => sync.run(screen).await,
            Self::Verify(verify) => verify.run(screen).await,
            Self::TestRecord(test) => test.run(screen).await,
            Self::Objects(objects) => objects.run(screen).await,
            Self::Status(status) => status.run(screen).await,
            Self::Comments(comments) => comments.run(screen).await,
            Self::Items(items) => items.run(screen).await,
            Self::Conflicts(conflicts) => conflicts.run(screen).await,
            Self::Matches(matches) => matches.run(screen).await,
            Self::Access(access) => access.run(screen).await,
            Self::Domains(domains) => domains.run(screen).await,
            Self::Parked(parked) => parked.run(screen).await,
            Self::Retry(retry) => retry.run(screen).await,
            Self::Undo(undo) => undo.run(screen).await,
            Self::Explain(explain) => explain.run(screen).await,
            Self::Journal(journal) => journal.run(screen).await,
            Self::Resume(resume) => resume.run(screen).await,
            Self::Search(search) => search.run(screen).await,
            Self::Link(link) => link.run(screen).await,
            Self::Unlink(unlink) => unlink.run(screen).await,
            Self::Refresh(refresh) => refresh.run(screen).await,
            Self::Relink(relink) => relink.run(screen).await,
            Self::Show(show) => show.run(screen).await,
            Self::Inspect(inspect) => inspect.run(screen).await,
            Self::Doctor(doctor) => doctor.run(screen).await,
            Self::Rights(rights) => rights.run(screen).await,
            Self::Users(users) => users.run(screen).await,
            Self::Secret(secret) => secret.run(screen),
            Self::Backup(backup) => backup.run(screen).await,
            Self::Restore(restore) => restore.run(screen).await,
            Self::Recover(recover) => recover.run(screen).await,
        }
    }

    /// Whether the answer is one JSON document.
    fn is_json(&self) -> bool {
        match self {
            Self::Demo(_) | Self::Serve(_) | Self::Sandbox(_) | Self::Init(_) => false,
            Self::Check(check) => check.json,
            Self::Apply(apply) => apply.json,
            Self::Activate(activate) => activate.is_json(),
            Self::Deactivate(deactivate) => deactivate.is_json(),
            Self::Configuration(configuration) => configuration.is_json(),
            Self::Export(export) => export.json,
            Self::Import(import) => import.json,
            Self::Sync(sync) => sync.json,
            Self::Verify(verify) => verify.json,
            Self::TestRecord(test) => test.json,
            Self::Objects(objects) => objects.is_json(),
            Self::Status(status) => status.is_json(),
            Self::Comments(comments) => comments.is_json(),
            Self::Items(items) => items.is_json(),
            Self::Conflicts(conflicts) => conflicts.is_json(),
            Self::Matches(matches) => matches.is_json(),
            Self::Access(access) => access.is_json(),
            Self::Domains(domains) => domains.is_json(),
            Self::Parked(parked) => parked.is_json(),
            Self::Retry(retry) => retry.is_json(),
            Self::Undo(undo) => undo.is_json(),
            Self::Explain(explain) => explain.is_json(),
            Self::Journal(journal) => journal.is_json(),
            Self::Resume(resume) => resume.is_json(),
            Self::Search(search) => search.is_json(),
            Self::Link(link) => link.is_json(),
            Self::Unlink(unlink) => unlink.is_json(),
            Self::Refresh(refresh) => refresh.is_json(),
            Self::Relink(relink) => relink.is_json(),
            Self::Show(show) => show.is_json(),
            Self::Inspect(inspect) => inspect.is_json(),
            Self::Doctor(doctor) => doctor.json,
            Self::Rights(rights) => rights.json,
            Self::Users(users) => users.is_json(),
            Self::Secret(secret) => secret.is_json(),
            Self::Backup(backup) => backup.json,
            Self::Restore(restore) => restore.json,
            Self::Recover(recover) => recover.json,
        }
    }

    /// Whether a line may change in place.
    fn is_live(&self) -> bool {
        !matches!(self, Self::Demo(demo) if demo.headless)
    }

    /// Commands that answer and end are quiet; servers say what they do.
    fn usual_log_level(&self) -> LevelFilter {
        match self {
            Self::Serve(_) => LevelFilter::INFO,
            _ => LevelFilter::WARN,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn every_command_is_sound_and_has_an_example() {
        let cli = Cli::command();
        cli.clone().debug_assert();
        for command in cli.get_subcommands() {
            let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let call = format!("  entente {}", command.get_name());
            assert!(example.contains(&call), "`entente {} --help` shows no example", command.get_name());
        }
    }
}

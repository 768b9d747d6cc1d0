//! `entente check`: is this configuration right?

use std::path::{Path, PathBuf};

use clap::Args;
use entente_core::config::{self, Config};
use entente_engine::{Engine, Outside};
use entente_store::Store;

use super::answer::{Report, Row, counted};
use super::{Exit, Failure, beside};
use crate::configuration::Document;
use crate::screen::Screen;
use crate::secrets::{Secrets, key_open_to_others};

/// Look a configuration over and name everything that is wrong with it, at once
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente check entente.yaml\n  entente check entente.yaml --online --json\n  \
                        entente check --schema > entente.schema.json")]
pub(crate) struct Check {
    /// The configuration file
    #[arg(required_unless_present = "schema", value_name = "FILE")]
    file: Option<PathBuf>,

    /// Also ask the org and the site whether everything named exists and may be used
    #[arg(long)]
    online: bool,

    /// Print the JSON Schema of configurations instead
    #[arg(long, conflicts_with_all = ["file", "online"])]
    schema: bool,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    /// Where the database and the secrets lie; usually `entente-data` beside the configuration file
    #[arg(long, value_name = "D")]
    data_dir: Option<PathBuf>,
}

impl Check {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let Some(file) = self.file else {
            let schema = format!("{:#}", config::schema());
            screen.result(&schema).map_err(|error| Failure::output(&error))?;
            return Ok(Exit::Done);
        };
        let mut document = read(&file, &Secrets::of(&file, self.data_dir.as_deref()))?;
        let mut rows = rows(&document, &file);
        rows.extend(key_open_to_others().map(|key| {
            let message = format!("the key in {}, which ENTENTE_KEY_FILE names, can be read by others", key.display());
            Row::warning("key-open", message, format!("let its owner alone read it: `chmod 600 {}`", key.display()))
        }));
        let when_ok = match &document.config {
            Some(config) => format!("{} is valid: {}", file.display(), contents(config)),
            None => String::new(),
        };
        if let (true, Some(config)) = (self.online, document.config.take()) {
            let dir = self.data_dir.unwrap_or_else(|| beside(&file));
            rows.extend(ask(config, &dir).await?.iter().map(|finding| Row::of_finding(finding, &file, &document.text)));
        }
        let report = Report::new(rows);
        report.print(screen, self.json, &when_ok).map_err(|error| Failure::output(&error))?;
        Ok(report.exit())
    }
}

/// Reads the document at `file` for a command that works with it; what it warns about is said.
pub(crate) fn read_valid(file: &Path, secrets: &Secrets, screen: &Screen) -> Result<(Document, Config), Failure> {
    let mut document = read(file, secrets)?;
    let rows = rows(&document, file);
    let Some(config) = document.config.take() else {
        return Err(Failure::configuration(rows));
    };
    Report::new(rows).say(screen);
    Ok((document, config))
}

pub(crate) fn read(file: &Path, secrets: &Secrets) -> Result<Document, Failure> {
    Document::read(file, secrets).map_err(|error| Failure::file("read", file, &error))
}

pub(crate) fn rows(document: &Document, file: &Path) -> Vec<Row> {
    document.problems.iter().map(|problem| Row::of_problem(problem, file)).collect()
}

/// Asking leaves no trace, so that it works beside a server that runs.
async fn ask(config: Config, dir: &Path) -> Result<Vec<entente_engine::Finding>, Failure> {
    let engine = Engine::new(config.into(), Store::peek(dir).await?, Outside::system())?;
    Ok(engine.check_online().await)
}

fn contents(config: &Config) -> String {
    let items = counted(config.items.len(), "connected item");
    let sources = config.access.as_ref().map(|access| counted(access.sources.len(), "source"));
    let sources = sources.map(|sources| format!(", {sources} of portal access")).unwrap_or_default();
    format!("{items}, {}{sources}.", counted(config.connections.len(), "connection"))
}

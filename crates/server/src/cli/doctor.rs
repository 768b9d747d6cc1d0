//! `entente doctor`: can these accounts do what this configuration asks for?

use std::path::PathBuf;

use clap::Args;
use entente_engine::{Engine, Outside};
use entente_store::Store;

use super::answer::{Report, Row};
use super::{Exit, Failure, beside, check};
use crate::screen::Screen;
use crate::secrets::Secrets;

/// Ask the org and the site whether everything that the configuration needs is there and allowed
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente doctor --config entente.yaml")]
pub(crate) struct Doctor {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    /// Where the database and the secrets lie; usually `entente-data` beside the configuration file
    #[arg(long, value_name = "D")]
    data_dir: Option<PathBuf>,
}

impl Doctor {
    /// Runs the command. It remembers nothing, so that it works beside a server that runs.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let secrets = Secrets::of(&self.config, self.data_dir.as_deref());
        let (document, config) = check::read_valid(&self.config, &secrets, screen)?;
        let dir = self.data_dir.unwrap_or_else(|| beside(&self.config));
        let engine = Engine::new(config.into(), Store::peek(&dir).await?, Outside::system())?;
        let findings = engine.doctor().await;
        let report = Report::new(
            findings.iter().map(|finding| Row::of_finding(finding, &self.config, &document.text)).collect(),
        );
        let when_ok = match findings.is_empty() {
            true => "Everything that this configuration needs is there.".to_owned(),
            false => format!("{}: it can run, but not all of it as it is written.", report.sum()),
        };
        report.print(screen, self.json, &when_ok).map_err(|error| Failure::output(&error))?;
        Ok(report.exit())
    }
}

//! `entente doctor`: can these accounts do what this configuration asks for?

use std::path::Path;

use clap::Args;
use entente_core::config::Config;
use entente_engine::{Engine, Outside};
use entente_store::Store;

use super::answer::{Report, Row};
use super::ask::Ask;
use super::configured::{named, nothing_applied, read};
use super::{Exit, Failure, beside, check};
use crate::configuration::Source;
use crate::screen::Screen;

/// Ask the org and the site whether everything that the configuration needs is there and allowed
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente doctor --config entente.yaml\n  entente doctor --data-dir entente-data")]
pub(crate) struct Doctor {
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl Doctor {
    /// Runs the command. It remembers nothing, so that it works beside a server that runs.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let rows = match (&self.ask.server, &self.ask.config) {
            (Some(_), _) => self.of_server(screen).await?,
            (None, Some(file)) => self.of_file(file, screen).await?,
            (None, None) => self.of_database().await?,
        };
        let is_whole = rows.is_empty();
        let report = Report::new(rows);
        let when_ok = match is_whole {
            true => "Everything that this configuration needs is there.".to_owned(),
            false => format!("{}: it can run, but not all of it as it is written.", report.sum()),
        };
        report.print(screen, self.json, &when_ok).map_err(|error| Failure::output(&error))?;
        Ok(report.exit())
    }

    async fn of_server(&self, screen: &Screen) -> Result<Vec<Row>, Failure> {
        let asked = self.ask.open(screen).await?;
        let answer = asked.get(&["doctor"], &[]).await;
        asked.close().await;
        Ok(answer?["findings"].as_array().into_iter().flatten().map(Row::of_answer).collect())
    }

    async fn of_file(&self, file: &Path, screen: &Screen) -> Result<Vec<Row>, Failure> {
        let data = &self.ask.data;
        let (document, config) = check::read_valid(file, &data.secrets(file), screen)?;
        let dir = data.data_dir.clone().unwrap_or_else(|| beside(file));
        examine(config, Store::peek(&dir).await?, file, &document.text).await
    }

    /// What was applied is looked at.
    async fn of_database(&self) -> Result<Vec<Row>, Failure> {
        let data = &self.ask.data;
        let place = data.place(None)?;
        let store = match &data.data_dir {
            Some(dir) => Store::peek(dir).await?,
            None => data.open(place).await?,
        };
        let applied = store.configuration().await?.ok_or_else(nothing_applied)?;
        let source = Source { file: None, secrets: data.secrets(place), public_url: None };
        examine(read(&applied, &source)?, store, &named(&applied), &applied.text).await
    }
}

async fn examine(config: Config, store: Store, file: &Path, text: &str) -> Result<Vec<Row>, Failure> {
    let engine = Engine::new(config.into(), store, Outside::system())?;
    Ok(engine.doctor().await.iter().map(|finding| Row::of_finding(finding, file, text)).collect())
}

//! `entente export`: the configuration as it may lie in version control.

use std::path::PathBuf;

use clap::Args;

use super::answer::json as document;
use super::ask::Ask;
use super::configured::Purpose;
use super::{Exit, Failure, may_make, may_write};
use crate::ready::write_whole;
use crate::screen::Screen;

/// Print the configuration without credentials, or some of its items, for version control or another environment
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente export --items support-bugs --to bugs.yaml --config entente.yaml\n\n\
                        Every character stays as it was written, but for credentials: each becomes a variable, such as \
                        ${ACME_ORG_CLIENT_SECRET}. `entente import` takes the items over elsewhere.")]
pub(crate) struct Export {
    /// Only these items, and the connections that they use: names with commas between them
    #[arg(long, value_name = "A,B")]
    items: Option<String>,

    /// Write it to this file instead, which is not there yet
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl Export {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        self.to.as_deref().map_or(Ok(()), may_make)?;
        may_write(self.to.as_deref())?;
        // It only reads a text, which may be done beside a server that runs.
        let asked = self.ask.open_for(Purpose::Read, screen).await?;
        let answer = asked.get(&["configuration", "export"], &[("items", self.items)]).await;
        asked.close().await;
        let answer = answer?;
        let text = answer["text"].as_str().unwrap_or_default();
        let said = match &self.to {
            Some(file) => {
                write_whole(file, text).map_err(|error| Failure::file("write", file, &error))?;
                format!("Written to {}.", file.display())
            }
            None => text.trim_end_matches('\n').to_owned(),
        };
        let said = if self.json { document(&answer) } else { said };
        screen.result(&said).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }
}

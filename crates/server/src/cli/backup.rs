//! `entente backup`: one verified file with everything that Entente remembers, made while a server runs.

use std::path::PathBuf;

use clap::Args;
use entente_store::Backup as File;
use entente_transport::{Clock as _, SystemClock};
use serde_json::json;

use super::answer::{counted, json as document};
use super::data::Data;
use super::{Exit, Failure, may_make};
use crate::screen::Screen;

/// Write everything that Entente remembers into one file, while it works
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente backup --config entente.yaml --to entente-monday.backup\n  \
                        entente backup --data-dir entente-data --to entente-monday.backup")]
pub(crate) struct Backup {
    /// The configuration file, unless --data-dir says where the database lies
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The file to write; one that is there already is not written over
    #[arg(long, value_name = "FILE")]
    to: PathBuf,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    data: Data,
}

impl Backup {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let place = self.data.place(self.config.as_deref())?;
        let dir = self.data.dir(place)?;
        may_make(&self.to)?;
        let secrets = self.data.secrets(place).sealed()?;
        let now_ms = SystemClock.now().as_millisecond();
        let made = File::make(&dir, &self.to, secrets.as_deref(), now_ms).await;
        let made =
            made.map_err(|error| Failure::named_file(error, &self.to, "name a file that can be written with --to"))?;
        let file = self.to.display().to_string();
        let text = if self.json {
            document(&json!({ "file": file, "links": made.links, "journal": made.journal,
                              "secrets": made.secrets.is_some() }))
        } else {
            let links = counted(usize::try_from(made.links).unwrap_or_default(), "link");
            let secrets =
                if made.secrets.is_some() { "; its secrets open with the key only, which is not in it" } else { "" };
            format!("{file} holds {links} and a journal of {} rows, and is sound{secrets}.", made.journal)
        };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }
}

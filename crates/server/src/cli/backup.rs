//! `entente backup`: one verified file with everything that Entente remembers, made while a server runs.

use std::path::{Path, PathBuf};

use clap::Args;
use entente_store::{Backup as File, Verified};
use entente_transport::{Clock as _, SystemClock};
use serde_json::json;

use super::answer::{counted, json as document};
use super::data::Data;
use super::journal::broken_at;
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
        let text = if self.json { self.document(&made) } else { self.in_words(&made, &dir) };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(match made.journal {
            Verified::Intact { .. } => Exit::Done,
            Verified::Broken { .. } => Exit::No,
        })
    }

    fn document(&self, made: &File) -> String {
        let (rows, broken) = match made.journal {
            Verified::Intact { rows, .. } => (Some(rows), None),
            Verified::Broken { id } => (None, id),
        };
        document(&json!({
            "file": self.to.display().to_string(), "links": made.links, "journal": rows, "intact": rows.is_some(),
            "broken": broken, "secrets": made.secrets.is_some(),
        }))
    }

    fn in_words(&self, made: &File, dir: &Path) -> String {
        let (file, dir) = (self.to.display(), dir.display());
        let links = counted(usize::try_from(made.links).unwrap_or_default(), "link");
        let secrets =
            if made.secrets.is_some() { "; its secrets open with the key only, which is not in it" } else { "" };
        match made.journal {
            Verified::Intact { rows, .. } => {
                format!("{file} holds {links} and a journal of {rows} rows, and is sound{secrets}.")
            }
            Verified::Broken { id } => format!(
                "{file} holds {links} and can be restored{secrets}. But somebody has changed the journal of the database \
                 in {dir}, or its file is damaged: {} `entente journal verify` says so too; compare it with an older \
                 backup.",
                broken_at(id)
            ),
        }
    }
}

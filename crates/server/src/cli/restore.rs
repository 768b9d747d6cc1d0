//! `entente restore` and `entente recover`: going back to an older image of the database without creating anything twice.

use std::path::PathBuf;

use clap::Args;
use entente_store::{Backup as File, Verified};
use entente_transport::{Clock as _, SystemClock};
use serde_json::json;

use super::answer::{counted, json as document};
use super::data::Data;
use super::journal::broken_at;
use super::{Exit, Failure};
use crate::screen::Screen;

const LOOKING: &str = "What was created since is looked for before anything else is created.";

/// Put a backup in the place of the database
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente restore entente-monday.backup --config entente.yaml\n  \
                        entente restore entente-monday.backup --data-dir entente-data")]
pub(crate) struct Restore {
    /// What `entente backup` wrote
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,

    /// The configuration file, unless --data-dir or --database-url says where the database lies
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Put it in the place of a database that is there; that one is kept as `entente.db.replaced`
    #[arg(long)]
    force: bool,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    data: Data,
}

impl Restore {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let place = self.data.place(self.config.as_deref())?;
        let dir = self.data.dir(place)?;
        let backup = File::verify(&self.backup).await;
        let backup = backup.map_err(|error| {
            Failure::named_file(error, &self.backup, "give the path of a file that `entente backup` wrote")
        })?;
        let made = jiff::Timestamp::from_millisecond(backup.made_ms).unwrap_or_default();
        let (why, now) = (format!("A backup of {made:.0} was restored"), SystemClock.now());
        let store = File::restore(&self.backup, &dir, self.force, &why, now.as_millisecond()).await?;
        store.close().await;
        let secrets = match backup.secrets {
            Some(sealed) => self.data.secrets(place).put_back(&sealed, self.force)?,
            None => false,
        };
        let text = if self.json {
            document(&json!({ "links": backup.links, "secrets": secrets }))
        } else {
            let links = counted(usize::try_from(backup.links).unwrap_or_default(), "link");
            let journal = match backup.journal {
                Verified::Intact { .. } => String::new(),
                Verified::Broken { id } => {
                    format!(" Its journal was broken when the backup was made. {}", broken_at(id))
                }
            };
            format!("Restored {links}. {LOOKING}{journal}")
        };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }
}

/// Say that the database is an older image: what was created since is looked for before anything is created
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  entente recover --config entente.yaml --database-url postgres://entente@db/entente"
)]
pub(crate) struct Recover {
    /// The configuration file, unless --data-dir or --database-url says where the database lies
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    data: Data,
}

impl Recover {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let store = self.data.open(self.data.place(self.config.as_deref())?).await?;
        let why = "A person said that the database is older than what was done with it";
        let noted = store.recover(why, SystemClock.now().as_millisecond()).await;
        store.close().await;
        noted?;
        let text = if self.json { document(&json!({ "noted": true })) } else { LOOKING.to_owned() };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }
}

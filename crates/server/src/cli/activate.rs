//! `entente activate` and `entente deactivate`: lets an item of the configuration in the database run, or rest.

use std::path::Path;

use clap::Args;
use serde_json::{Value as Json, json};

use super::acts::{Act, Common, rows};
use super::apply::shown;
use super::ask::{Asked, who};
use super::{Exit, Failure};
use crate::screen::harmless;

/// Let an item run, once it was looked at: tested, everything there, live values survive
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente activate support-bugs --data-dir entente-data\n\n\
                        The configuration must be kept in the database (`entente apply`). In a file, write \
                        `state: active`.")]
pub(crate) struct Activate {
    /// The connected item
    #[arg(value_name = "ITEM")]
    item: String,

    /// Only say what stands against it
    #[arg(long)]
    dry_run: bool,

    /// Also if something stands against it
    #[arg(long)]
    anyway: bool,

    #[command(flatten)]
    common: Common,
}

/// Let an item rest: nothing is written for it until it is activated again
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente deactivate support-bugs --data-dir entente-data")]
pub(crate) struct Deactivate {
    /// The connected item
    #[arg(value_name = "ITEM")]
    item: String,

    #[command(flatten)]
    common: Common,
}

impl Act for Activate {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let path = ["items", &self.item, "activate"];
        let look = asked.post(&path, &json!({ "dry_run": true })).await?;
        if self.dry_run || self.is_stopped_by(&look) {
            return Ok(look);
        }
        asked.post(&path, &json!({ "anyway": self.anyway, "by": who() })).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        match answer["applied"] == true {
            true => harmless(&format!("{} runs, in version {}.", self.item, answer["version"])),
            false => shown(answer, Path::new("configuration")),
        }
    }

    fn exit(&self, answer: &Json) -> Exit {
        if self.is_stopped_by(answer) { Exit::No } else { Exit::Done }
    }
}

impl Activate {
    fn is_stopped_by(&self, look: &Json) -> bool {
        !rows(look, "obstacles").is_empty() && !self.anyway
    }
}

impl Act for Deactivate {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        asked.post(&["items", &self.item, "deactivate"], &json!({ "by": who() })).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        harmless(&format!("{} rests, in version {}.", self.item, answer["version"]))
    }
}

//! `entente resume`: lets an item run again that a guard has stopped.

use clap::Args;
use serde_json::{Value as Json, json};

use super::Failure;
use super::acts::{Act, Common};
use super::ask::{Asked, who};
use crate::screen::harmless;

/// Let a held item run again; what the guard stopped goes through
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente resume support-bugs --config entente.yaml\n\n\
                        `entente status` names the items that are held, and why.")]
pub(crate) struct Resume {
    /// The connected item
    #[arg(value_name = "ITEM")]
    item: String,

    #[command(flatten)]
    common: Common,
}

impl Act for Resume {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        asked.post(&["items", &self.item, "resume"], &json!({ "by": who() })).await
    }

    fn in_words(&self, _answer: &Json, _runs: bool) -> String {
        harmless(&format!("{} runs again.", self.item))
    }
}

//! `entente unlink`: dissolves a link; both records stay.

use clap::Args;
use serde_json::{Value as Json, json};

use super::Failure;
use super::acts::{Act, Common};
use super::ask::{Asked, who};
use super::show::only_one;

/// Dissolve a link; both records stay as they are
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente unlink OPS-7 --config entente.yaml\n\n\
                        A link that its item made is dissolved only with --yes; the record then gets no other issue \
                        by itself.")]
pub(crate) struct Unlink {
    /// The link's number, the key, or the record's id
    #[arg(value_name = "LINK|ISSUE|RECORD")]
    name: String,

    /// Dissolve the link also when its item made it
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    common: Common,
}

impl Act for Unlink {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let link = only_one(asked, &self.name).await?;
        asked.post(&["links", &link.to_string(), "unlink"], &json!({ "by": who(), "sure": self.yes })).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        format!("Link {} is dissolved.", answer["link"])
    }
}

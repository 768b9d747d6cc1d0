//! `entente link`: links a record and an issue by hand.

use clap::Args;
use serde_json::{Value as Json, json};

use super::Failure;
use super::acts::{Act, Common};
use super::ask::{Asked, who};
use super::show::in_words;

/// Link a Salesforce record and a Jira issue by hand
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente link 5005g00000Abcde OPS-7 --item support-bugs --config entente.yaml\n\n\
                        `entente search ITEM TEXT` finds the record's id.")]
pub(crate) struct Link {
    /// Id of the Salesforce record, of 15 or 18 characters
    #[arg(value_name = "RECORD")]
    record: String,

    /// Key of the Jira issue
    #[arg(value_name = "ISSUE")]
    issue: String,

    /// The connected item under which they belong together
    #[arg(long, value_name = "ITEM")]
    item: String,

    #[command(flatten)]
    common: Common,
}

impl Act for Link {
    fn common(&self) -> &Common {
        &self.common
    }

    fn remembers(&self) -> bool {
        true
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let pair = json!({ "item": self.item, "record": self.record, "issue": self.issue, "by": who() });
        asked.post(&["links"], &pair).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        in_words(answer)
    }
}

//! `entente refresh`: brings Salesforce's values to Jira, and nothing to Salesforce.

use clap::Args;
use serde_json::{Value as Json, json};

use super::Failure;
use super::acts::{Act, Common};
use super::ask::Asked;
use super::show::only_one;

/// Bring Salesforce's values to the issue of one link at once, and nothing to Salesforce
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente refresh OPS-7 --server http://127.0.0.1:7400 --token TOKEN")]
pub(crate) struct Refresh {
    /// The link's number, the key, or the record's id
    #[arg(value_name = "LINK|ISSUE|RECORD")]
    name: String,

    #[command(flatten)]
    common: Common,
}

impl Act for Refresh {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let link = only_one(asked, &self.name).await?;
        asked.post(&["links", &link.to_string(), "refresh"], &json!({})).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        format!("Link {} is refreshed.", answer["link"])
    }
}

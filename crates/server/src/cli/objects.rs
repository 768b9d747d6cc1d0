//! `entente objects`: what of an org can be connected.

use clap::Args;
use serde_json::Value as Json;

use super::Failure;
use super::acts::{Act, Common};
use super::ask::Asked;
use crate::screen::harmless;

/// Name the objects that an org shows the integration user, or the fields of one of them
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente objects acme-org --config entente.yaml\n  \
                        entente objects acme-org Case --config entente.yaml")]
pub(crate) struct Objects {
    /// The Salesforce connection
    #[arg(value_name = "CONNECTION")]
    connection: String,

    /// The fields of this object instead
    #[arg(value_name = "OBJECT")]
    object: Option<String>,

    #[command(flatten)]
    common: Common,
}

impl Act for Objects {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let path = ["connections", &self.connection, "objects"].into_iter().chain(self.object.as_deref());
        asked.get(&path.collect::<Vec<_>>(), &[]).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        if self.object.is_some() { fields(answer) } else { groups(answer) }
    }
}

fn text<'a>(value: &'a Json, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Json, key: &str) -> impl Iterator<Item = &'a Json> {
    value[key].as_array().into_iter().flatten()
}

fn groups(catalogue: &Json) -> String {
    let lines = list(catalogue, "groups").flat_map(|group| {
        let objects = list(group, "objects").map(|object| {
            let status = object["status"].as_str().map(|field| format!(" (status: {field})")).unwrap_or_default();
            format!("  {:24} {}{status}", text(object, "name"), text(object, "label"))
        });
        [format!("{}: {}", text(group, "name"), text(group, "help"))].into_iter().chain(objects).collect::<Vec<_>>()
    });
    lines.map(|line| harmless(&line)).collect::<Vec<_>>().join("\n")
}

fn fields(object: &Json) -> String {
    let lines = list(object, "fields").map(|field| {
        let note = match (field["required"] == true, field["updateable"] == true) {
            (true, _) => ", required",
            (false, true) => "",
            (false, false) => ", read only",
        };
        format!("{:32} {} ({}{note})", text(field, "name"), text(field, "label"), text(field, "type"))
    });
    lines.map(|line| harmless(&line)).collect::<Vec<_>>().join("\n")
}

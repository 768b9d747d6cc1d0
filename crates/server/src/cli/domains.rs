//! `entente domains`: the domains from which people are let into the customer portal.

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::acts::{self, Act as _, Common, listed, rows};
use super::answer::counted;
use super::ask::{Asked, who};
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// List and change the domains from which people are let into the customer portal
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  entente domains list --config entente.yaml\n  \
                        entente domains add acme.example --config entente.yaml")]
pub(crate) struct Domains {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List the domains, and those that somebody was asked about
    List(List),
    /// Put a domain on the list; requests that wait for it go on
    Add(One),
    /// Take a domain off the list; who has access keeps it
    Withdraw(One),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct One {
    /// The domain, as behind the @ of an address
    #[arg(value_name = "DOMAIN")]
    domain: String,

    #[command(flatten)]
    common: Common,
}

impl Domains {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        self.act.run(screen).await
    }

    /// Whether the answer is one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        self.act.is_json()
    }
}

impl acts::Act for Act {
    fn common(&self) -> &Common {
        match self {
            Self::List(List { common }) | Self::Add(One { common, .. }) | Self::Withdraw(One { common, .. }) => common,
        }
    }

    fn remembers(&self) -> bool {
        !matches!(self, Self::List(_))
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        match self {
            Self::List(_) => asked.get(&["domains"], &[]).await,
            Self::Add(One { domain, .. }) => asked.post(&["domains"], &json!({ "domain": domain, "by": who() })).await,
            Self::Withdraw(One { domain, .. }) => {
                asked.post(&["domains", domain, "withdraw"], &json!({ "by": who() })).await
            }
        }
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        let domain = || answer["domain"].as_str().unwrap_or("?");
        let changed = answer["changed"] == true;
        match self {
            Self::List(_) => {
                let all = rows(answer, "domains");
                let n_listed = all.iter().filter(|one| one["added"].is_string()).count();
                let last = format!("{} on the list.", counted(n_listed, "domain"));
                listed(&all, line, last)
            }
            Self::Add(_) if changed => format!("{} is on the list now.", domain()),
            Self::Add(_) => format!("{} is on the list already.", domain()),
            Self::Withdraw(_) if changed => format!("{} is off the list now. Who has access keeps it.", domain()),
            Self::Withdraw(_) => format!("{} is not on the list.", domain()),
        }
    }
}

fn line(one: &Json) -> String {
    let text = |name: &str| one[name].as_str().unwrap_or("?");
    let rest = match one["task"].as_str() {
        Some(task) => format!("not on the list: {task}"),
        None => format!("since {}, by {}", text("added"), text("added_by")),
    };
    harmless(&format!("{}  {rest}", text("domain")))
}

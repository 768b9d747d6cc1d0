//! `entente users`: who may use the API and the console, and as what.

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::acts::{self, Act as _, Common, listed, rows};
use super::answer::counted;
use super::ask::{Asked, who};
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};
use crate::web::Role;

/// List, add and remove people and programs with a token and a role of their own
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente users add ola --role operator --config entente.yaml\n  \
                        entente users list --config entente.yaml\n\n\
                        A viewer looks. An operator also decides, retries, resumes, links, tests records and gives \
                        access. An administrator may do everything, as may whoever holds one of `server.api_tokens`.")]
pub(crate) struct Users {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List the users
    List(List),
    /// Add a user and print the token, this once
    Add(Add),
    /// Remove a user; the token and logins with it open nothing any more
    Remove(Remove),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Add {
    /// The name, which the journal shows
    #[arg(value_name = "NAME")]
    name: String,

    /// What the user may do
    #[arg(long, value_enum, value_name = "ROLE")]
    role: Role,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Remove {
    /// The name
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    common: Common,
}

impl Users {
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
            Self::List(List { common }) | Self::Add(Add { common, .. }) | Self::Remove(Remove { common, .. }) => common,
        }
    }

    fn remembers(&self) -> bool {
        matches!(self, Self::Add(_))
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        match self {
            Self::List(_) => asked.get(&["users"], &[]).await,
            Self::Add(Add { name, role, .. }) => {
                asked.post(&["users"], &json!({ "name": name, "role": role, "by": who() })).await
            }
            Self::Remove(Remove { name, .. }) => asked.post(&["users", name, "remove"], &json!({ "by": who() })).await,
        }
    }

    fn foreword(&self) -> Option<String> {
        let Self::Add(Add { name, role, .. }) = self else { return None };
        let said = format!("{name} is {role} now. This token is shown once and kept nowhere; hand it over safely:");
        Some(harmless(&said))
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        match self {
            Self::List(_) => {
                let all = rows(answer, "users");
                let last = format!("{}.", counted(all.len(), "user"));
                listed(&all, line, last)
            }
            Self::Add(_) => answer["token"].as_str().unwrap_or_default().to_owned(),
            Self::Remove(Remove { name, .. }) => {
                harmless(&format!("{name} is removed; the token opens nothing any more."))
            }
        }
    }
}

fn line(user: &Json) -> String {
    let text = |name: &str| user[name].as_str().unwrap_or("?");
    harmless(&format!("{}  {}, since {}, by {}", text("name"), text("role"), text("added"), text("added_by")))
}

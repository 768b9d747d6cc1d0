//! `entente conflicts`: what waits for a person's word, and the word.

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::acts::{self, Act as _, Common, listed, rows};
use super::answer::counted;
use super::ask::{Asked, who};
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// List the fields on which both sides changed, and decide what stands
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente conflicts list --config entente.yaml\n  \
                        entente conflicts resolve 7 --take jira --server http://127.0.0.1:7400 --token TOKEN")]
pub(crate) struct Conflicts {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List all open conflicts
    List(List),
    /// Show one conflict
    Show(Show),
    /// Decide one conflict; the next round writes what was chosen and journals what it replaces
    Resolve(Resolve),
}

#[derive(Debug, Args)]
struct List {
    /// Only this connected item
    #[arg(long, value_name = "NAME")]
    item: Option<String>,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Show {
    /// The conflict's number
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Resolve {
    /// The conflict's number
    #[arg(value_name = "ID")]
    id: String,

    /// What stands: `salesforce`, `jira`, or another value as Salesforce would show it
    #[arg(long, value_name = "salesforce|jira|VALUE", allow_hyphen_values = true)]
    #[arg(required_unless_present = "value", conflicts_with = "value")]
    take: Option<String>,

    /// Another value that stands, whatever it looks like
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    value: Option<String>,

    #[command(flatten)]
    common: Common,
}

impl Conflicts {
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
            Self::List(List { common, .. })
            | Self::Show(Show { common, .. })
            | Self::Resolve(Resolve { common, .. }) => common,
        }
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        match self {
            Self::List(List { item, .. }) => {
                let all = asked.pages(&["conflicts"], &[("item", item.clone())], "conflicts").await?;
                Ok(json!({ "conflicts": all }))
            }
            Self::Show(show) => asked.get(&["conflicts", &show.id], &[]).await,
            Self::Resolve(resolve) => {
                let (name, stands) = resolve.wish()?;
                asked.post(&["conflicts", &resolve.id, "resolve"], &json!({ name: stands, "by": who() })).await
            }
        }
    }

    fn in_words(&self, answer: &Json, runs: bool) -> String {
        match self {
            Self::List(_) => {
                let all = rows(answer, "conflicts");
                listed(&all, line, format!("{} open.", counted(all.len(), "conflict")))
            }
            Self::Show(_) => line(answer),
            Self::Resolve(resolve) => {
                let (id, (kind, stands)) = (&resolve.id, resolve.wish().unwrap_or_default());
                // A value may read like the name of a side.
                let stands = if kind == "value" { format!("the value {stands:?}") } else { stands };
                let when = if runs {
                    "the server carries it out now"
                } else {
                    "the next `entente sync` or `serve` carries it out"
                };
                harmless(&format!("Conflict {id} is decided: {stands} stands; {when}."))
            }
        }
    }
}

impl Resolve {
    fn wish(&self) -> Result<(&'static str, String), Failure> {
        let value = self.value.clone().unwrap_or_default();
        self.take.as_deref().map_or(Ok(("value", value)), wish)
    }
}

/// A side, or a value; a side that is misspelt is no value.
fn wish(take: &str) -> Result<(&'static str, String), Failure> {
    const SIDES: [&str; 2] = ["salesforce", "jira"];
    let word = take.trim().to_lowercase();
    // A slip is one letter in four: `jria`, `saleforce`.
    let is_near = |side: &&str| word == "sf" || strsim::damerau_levenshtein(&word, side) * 4 <= side.len();
    match SIDES.into_iter().find(|side| word == *side) {
        Some(side) => Ok(("take", side.to_owned())),
        None => match SIDES.into_iter().find(is_near) {
            Some(side) => Err(Failure::misuse(
                "no-side",
                format!("\"{take}\" is neither `salesforce` nor `jira`"),
                format!("did you mean `--take {side}`? `--value {take}` makes the word itself stand on both sides"),
            )),
            None => Ok(("value", take.to_owned())),
        },
    }
}

fn line(conflict: &Json) -> String {
    let text = |value: &Json| value.as_str().unwrap_or("?").to_owned();
    let value = |side: &Json| text(side.get("person").unwrap_or(&side["value"]));
    let side = |side: &str| (value(&conflict[side]), text(&conflict[side]["record"]));
    let ((salesforce, record), (jira, issue)) = (side("salesforce"), side("jira"));
    let decided = conflict["decision"]["take"].as_str().map(|take| format!("; decided: {take}")).unwrap_or_default();
    let (item, field) = (text(&conflict["item"]), text(&conflict["field"]));
    harmless(&format!(
        "{}  {item}, {field}: {salesforce:?} in Salesforce {record}, {jira:?} in Jira {issue}{decided}",
        conflict["id"]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_is_one_line_whatever_it_holds() {
        let conflict = json!({
            "id": 7, "item": "bugs", "field": "Subject>summary",
            "salesforce": {"record": "500", "value": "a\nb"}, "jira": {"record": "OPS-7", "value": "5b1", "person": "Mei"},
            "decision": {"take": "jira"},
        });
        insta::assert_snapshot!(
            line(&conflict),
            @r#"7  bugs, Subject>summary: "a\nb" in Salesforce 500, "Mei" in Jira OPS-7; decided: jira"#
        );
    }
}

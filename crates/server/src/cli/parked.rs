//! `entente parked` and `entente retry`: what was refused, and trying it once more.
//!
//! `parked` is a command of its own, beside `status`: `status` fits on a screen whatever happens, and this list need not.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Value as Json, json};

use super::Failure;
use super::acts::{Act, Common, listed, rows};
use super::answer::counted;
use super::ask::{Asked, who};
use crate::screen::{brief, harmless};

/// List what was refused: the kind of trouble, the reason, and what helps
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente parked --config entente.yaml --item support-bugs\n\n\
                        `entente status` counts; this lists, however long the list is.")]
pub(crate) struct Parked {
    /// Only this connected item
    #[arg(long, value_name = "NAME")]
    item: Option<String>,

    #[command(flatten)]
    common: Common,
}

/// Let refused work be tried once more, although nothing has changed
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  entente retry --link 7 --config entente.yaml\n  entente retry --all --config entente.yaml"
)]
pub(crate) struct Retry {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// That of this link
    #[arg(long, value_name = "L")]
    link: Option<i64>,

    /// That of this connected item
    #[arg(long, value_name = "I")]
    item: Option<String>,

    /// All of it
    #[arg(long)]
    all: bool,
}

impl Act for Parked {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        asked.get(&["parked"], &[("item", self.item.clone())]).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        let all = rows(answer, "parked");
        listed(&all, line, sum(&all))
    }
}

impl Act for Retry {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let Which { link, item, all } = &self.which;
        asked.post(&["retry"], &json!({ "link": link, "item": item, "all": all, "by": who() })).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        let n = answer["retried"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
        format!("{} tried again by the next round.", counted(n, "refusal"))
    }
}

/// Links and records are counted, as `status` does; a link may have several fields that were refused.
fn sum(all: &[Json]) -> String {
    let parked: BTreeSet<String> = all
        .iter()
        .map(|work| match work["link"].as_i64() {
            Some(link) => format!("link {link}"),
            None => format!("{} {}", work["item"], work["record"]),
        })
        .collect();
    match parked.len() == all.len() {
        true => format!("{} parked.", parked.len()),
        false => format!("{} parked, by {}.", parked.len(), counted(all.len(), "refusal")),
    }
}

fn line(work: &Json) -> String {
    let text = |name: &str| work[name].as_str();
    let twin = text("twin").map(|twin| format!(" with {twin}")).unwrap_or_default();
    let link = work["link"].as_i64().map(|link| format!(" (link {link}{twin})")).unwrap_or_default();
    let field = text("field").map(|field| format!(" {field}")).unwrap_or_default();
    let item = text("item").map(|item| format!("{item}, ")).unwrap_or_default();
    let (class, record) = (text("class").unwrap_or("?"), text("record").unwrap_or("?"));
    let first = harmless(&format!("{class}: {item}{record}{link}{field}: {}", brief(text("reason").unwrap_or("?"))));
    format!("{first}\n    {}", text("remedy").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_has_its_kind_its_reason_and_its_remedy() {
        let work = json!({"class": "rejected", "item": "bugs", "link": 7, "record": "500", "twin": "OPS-7", "field": "Subject>summary",
                          "reason": "Salesforce refused it: too long", "remedy": "shorten it", "since": null});
        insta::assert_snapshot!(line(&work), @r"
        rejected: bugs, 500 (link 7 with OPS-7) Subject>summary: Salesforce refused it: too long
            shorten it
        ");
    }
}

//! `entente access`: who is let into the customer portal.

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::acts::{self, Act as _, Common, listed, rows};
use super::answer::counted;
use super::ask::{Asked, who};
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// List grants of portal access, ask for one, take it back, have it tried again
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  entente access list --status Error --config entente.yaml\n  \
                        entente access request customer-project a0B000000000001AAA dana@acme.example --config entente.yaml")]
pub(crate) struct Access {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List grants, the oldest first
    List(List),
    /// Show one
    Show(One),
    /// Ask for access, as the button in Salesforce does
    Request(Request),
    /// Take access back
    Revoke(One),
    /// Have a grant that failed tried again
    Retry(One),
    /// List what people asked for by the form, the oldest first
    Requests(Requests),
    /// Grant what somebody asked for by the form
    Approve(Approve),
    /// Say no to what somebody asked for by the form
    Deny(Deny),
}

#[derive(Debug, Args)]
struct List {
    /// Only those with this status, in the configured words
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,

    /// Only those of this Account
    #[arg(long, value_name = "ID")]
    account: Option<String>,

    /// Only those in this organization, by its id or name
    #[arg(long, value_name = "NAME")]
    organization: Option<String>,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct One {
    /// The grant, by its number or id
    #[arg(value_name = "GRANT")]
    grant: String,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Request {
    /// The source under `access:` in the configuration
    #[arg(value_name = "SOURCE")]
    source: String,

    /// The id of the record
    #[arg(value_name = "RECORD")]
    record: String,

    /// The person, by id or e-mail address, unless the record is the person
    #[arg(value_name = "PERSON")]
    person: Option<String>,

    /// Also for somebody of another Account than the record's
    #[arg(long)]
    anyway: bool,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Requests {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Approve {
    /// The request, by its id
    #[arg(value_name = "REQUEST")]
    request: String,

    /// The source under `access:` in the configuration
    #[arg(long, value_name = "SOURCE")]
    source: String,

    /// The id of the record
    #[arg(long, value_name = "ID")]
    record: String,

    /// The person, by id; without it, whoever has the address of the request
    #[arg(long, value_name = "ID")]
    person: Option<String>,

    /// Also for somebody of another Account than the record's
    #[arg(long)]
    anyway: bool,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Deny {
    /// The request, by its id
    #[arg(value_name = "REQUEST")]
    request: String,

    #[command(flatten)]
    common: Common,
}

impl Access {
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
            Self::List(List { common, .. }) | Self::Request(Request { common, .. }) => common,
            Self::Show(one) | Self::Revoke(one) | Self::Retry(one) => &one.common,
            Self::Requests(Requests { common })
            | Self::Approve(Approve { common, .. })
            | Self::Deny(Deny { common, .. }) => common,
        }
    }

    fn remembers(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Show(_) | Self::Requests(_))
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let by = json!({ "by": who() });
        match self {
            Self::List(List { status, account, organization, .. }) => {
                let query =
                    [("status", status.clone()), ("account", account.clone()), ("organization", organization.clone())];
                asked.get(&["access"], &query).await
            }
            Self::Show(one) => asked.get(&["access", &one.grant], &[]).await,
            Self::Request(Request { source, record, person, anyway, .. }) => {
                let wish =
                    json!({ "source": source, "record": record, "person": person, "anyway": anyway, "by": who() });
                asked.post(&["access"], &wish).await
            }
            Self::Revoke(one) => asked.post(&["access", &one.grant, "revoke"], &by).await,
            Self::Retry(one) => asked.post(&["access", &one.grant, "retry"], &by).await,
            Self::Requests(_) => asked.get(&["requests"], &[]).await,
            Self::Approve(Approve { request, source, record, person, anyway, .. }) => {
                let approval =
                    json!({ "source": source, "record": record, "person": person, "anyway": anyway, "by": who() });
                asked.post(&["requests", request, "approve"], &approval).await
            }
            Self::Deny(Deny { request, .. }) => asked.post(&["requests", request, "deny"], &by).await,
        }
    }

    fn in_words(&self, answer: &Json, runs: bool) -> String {
        match self {
            Self::List(_) => {
                let all = rows(answer, "grants");
                let last = format!("{}.", counted(all.len(), "grant"));
                listed(&all, line, last)
            }
            Self::Show(_) => line(answer),
            Self::Requests(_) => {
                let all = rows(answer, "requests");
                let last = format!("{}.", counted(all.len(), "request"));
                listed(&all, asked_for, last)
            }
            Self::Deny(_) => format!("{}\nDenied.", asked_for(answer)),
            Self::Request(_) | Self::Revoke(_) | Self::Retry(_) | Self::Approve(_) => {
                let when = match (answer["finished"].is_null(), runs) {
                    (true, true) => "The server carries it out now.",
                    (true, false) => "The next `entente sync` or `serve` carries it out.",
                    (false, _) => "There is nothing to do.",
                };
                format!("{}\n{when}", line(answer))
            }
        }
    }
}

fn line(grant: &Json) -> String {
    let text = |value: &Json| value.as_str().map(str::to_owned);
    let name = text(&grant["name"]).unwrap_or_default();
    let status = text(&grant["status"]).unwrap_or_default();
    let person =
        text(&grant["person"]["email"]).or_else(|| text(&grant["person"]["name"])).unwrap_or("nobody".to_owned());
    let source = text(&grant["source"]).unwrap_or("no source".to_owned());
    let record = text(&grant["record"]).map(|record| format!(" {record}")).unwrap_or_default();
    let organization = text(&grant["organization"]["name"]).map(|name| format!(", in \"{name}\"")).unwrap_or_default();
    let wish = if grant["revoke"] == true && grant["finished"].is_null() { ", to be revoked" } else { "" };
    let first = harmless(&format!("{name}  {status}: {person} through {source}{record}{organization}{wish}"));
    match text(&grant["reason"]) {
        Some(reason) => format!("{first}\n    {}", harmless(&reason)),
        None => first,
    }
}

fn asked_for(request: &Json) -> String {
    let text = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
    let first = format!("{}  {}: {} <{}>, {}", text("id"), text("asked"), text("name"), text("email"), text("company"));
    let message = text("message").split_whitespace().collect::<Vec<_>>().join(" ");
    [first, message]
        .into_iter()
        .filter(|line| !line.is_empty())
        .map(|line| harmless(&line))
        .collect::<Vec<_>>()
        .join("\n    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_one_line_and_its_reason_another() {
        let grant = json!({
            "name": "000007", "status": "Error", "reason": "no way", "revoke": false, "source": "evaluation",
            "record": "00QA", "person": {"id": "00QA", "name": "Dana", "email": "dana@acme.test"},
            "organization": {"id": "7", "name": "Acme – Dana"},
        });
        insta::assert_snapshot!(line(&grant), @r#"
        000007  Error: dana@acme.test through evaluation 00QA, in "Acme – Dana"
            no way
        "#);
    }
}

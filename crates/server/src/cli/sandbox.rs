//! `entente sandbox`: a Salesforce org and a Jira site made of memory, for rehearsals and tests.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use entente_sandbox::{Clock, Options, Seed, World, serve};
use serde_json::Value;

use super::listen::{self, address};
use super::{Exit, Failure, may_write};
use crate::ready::{self, JiraReady, Ready, SalesforceReady};
use crate::screen::{Screen, harmless};
use crate::stop::{self, Hangup};

/// The word that stands in place of a world's file for an org without Entente's prerequisites.
const BARE: &str = "bare";

/// Run a Salesforce org and a Jira site made of memory
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente sandbox --seed demo\n  \
                        entente sandbox --world friday.json --snapshot friday.json")]
pub(crate) struct Sandbox {
    /// Where the org listens; port 0 picks a free one
    #[arg(long, value_name = "A", value_parser = address, default_value_t = listen::SALESFORCE)]
    salesforce_listen: SocketAddr,

    /// Where the site listens; port 0 picks a free one
    #[arg(long, value_name = "A", value_parser = address, default_value_t = listen::JIRA)]
    jira_listen: SocketAddr,

    /// What is there at first: nothing but users and settings, or the demo company; usually `empty`
    #[arg(long, value_enum)]
    seed: Option<Content>,

    /// How many cases the demo company has
    #[arg(long, value_name = "N")]
    records: Option<usize>,

    /// Where chance begins; the same number gives the same company
    #[arg(long, value_name = "N", default_value_t = Options::default().seed_number)]
    seed_number: u64,

    /// A world that --snapshot saved; or `bare`: an org without the fields and objects that Entente needs for creating
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,

    /// Save the world to this file at the end
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,

    /// Issues to add: a JSON array in the shape of Jira's search
    #[arg(long, value_name = "FILE")]
    import_jira: Option<PathBuf>,

    /// Records to add: a JSON object of arrays by object, or an array of records with `attributes`
    #[arg(long, value_name = "FILE")]
    import_salesforce: Option<PathBuf>,

    /// Write URLs and credentials to this file once everything answers
    #[arg(long, value_name = "F")]
    ready_file: Option<PathBuf>,
}

/// What a fresh world holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Content {
    Empty,
    Demo,
}

impl From<Content> for Seed {
    fn from(content: Content) -> Self {
        match content {
            Content::Empty => Self::Empty,
            Content::Demo => Self::Demo,
        }
    }
}

impl Sandbox {
    /// Runs the command until a signal ends it.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let stop =
            stop::on_signal(Hangup::Stops).map_err(|error| Failure::machine("cannot listen for signals", &error))?;
        may_write(self.ready_file.as_deref())?;
        may_write(self.snapshot.as_deref())?;
        let world = self.world(screen)?;
        let served = serve(&world, self.salesforce_listen, self.jira_listen).await;
        let served = served.map_err(|error| not_listening(self.salesforce_listen, self.jira_listen, &error))?;
        let ready = Ready::of_sandbox(&served);
        screen.result(&describe(&ready)).map_err(|error| Failure::output(&error))?;
        if let Some(file) = &self.ready_file {
            ready.write(file).map_err(|error| Failure::file("write", file, &error))?;
        }
        stop.cancelled().await;
        served.stop().await;
        match &self.snapshot {
            Some(file) => save(&world, file, screen).map(|()| Exit::Done),
            None => Ok(Exit::Done),
        }
    }

    fn world(&self, screen: &Screen) -> Result<World, Failure> {
        let saved = self.world.as_deref().filter(|file| *file != Path::new(BARE));
        let world = World::new(&self.options(saved.is_some())?, &Clock::real());
        if let Some(file) = saved {
            world.load(&read_json(file)?).map_err(|reason| not_a_world(file, &reason))?;
        }
        if let Some(file) = &self.import_salesforce {
            tell(screen, file, world.import_salesforce(&read_json(file)?));
        }
        if let Some(file) = &self.import_jira {
            tell(screen, file, world.import_jira(&read_json(file)?));
        }
        Ok(world)
    }

    fn options(&self, loaded: bool) -> Result<Options, Failure> {
        let seed = match (self.seed, self.records, loaded) {
            (Some(Content::Demo), _, true) | (None, Some(_), true) => {
                let message = "--world FILE brings its own records";
                return Err(Failure::misuse("two-worlds", message, "leave out --seed and --records, or --world"));
            }
            (Some(Content::Empty), Some(_), _) => {
                let message = "--records is the size of the demo company, and --seed empty has none";
                return Err(Failure::misuse("no-demo-company", message, "use --seed demo with --records"));
            }
            (None, Some(_), false) => Seed::Demo,
            (seed, _, _) => seed.map_or(Seed::Empty, Seed::from),
        };
        let prerequisites = self.world.as_deref() != Some(Path::new(BARE));
        Ok(Options { seed, seed_number: self.seed_number, records: self.records, prerequisites })
    }
}

/// One of the two addresses could not be listened on.
pub(crate) fn not_listening(salesforce: SocketAddr, jira: SocketAddr, error: &std::io::Error) -> Failure {
    Failure::listen(&format!("{salesforce} and {jira}"), "--salesforce-listen and --jira-listen", error)
}

fn read_json(file: &Path) -> Result<Value, Failure> {
    let text = std::fs::read(file).map_err(|error| Failure::file("read", file, &error))?;
    serde_json::from_slice(&text).map_err(|error| {
        let message = format!("{} is not JSON: {error}", file.display());
        Failure::misuse("not-json", message, "give a file that holds one JSON value")
    })
}

fn not_a_world(file: &Path, reason: &str) -> Failure {
    let message = format!("{} is not a saved world: {reason}", file.display());
    Failure::misuse("not-a-world", message, "give a file that `entente sandbox --snapshot FILE` wrote")
}

fn tell(screen: &Screen, file: &Path, sentences: Vec<String>) {
    for sentence in sentences {
        screen.say(&format!("{}: {}", file.display(), harmless(&sentence)));
    }
}

fn save(world: &World, file: &Path, screen: &Screen) -> Result<(), Failure> {
    ready::write_whole(file, &world.save().to_string()).map_err(|error| Failure::file("write", file, &error))?;
    screen.say(&format!("The world is saved in {}.", file.display()));
    Ok(())
}

/// URLs and credentials, for people.
pub(crate) fn describe(ready: &Ready) -> String {
    let salesforce = ready.salesforce.iter().map(|org| {
        let SalesforceReady { url, client_id, client_secret, username, password, security_token } = org;
        format!(
            "Salesforce  {url}\n            client {client_id}, secret {client_secret}\n            \
             user {username}, password {password}, security token {security_token}"
        )
    });
    let jira = ready.jira.iter().map(|JiraReady { url, email, api_token }| {
        format!("Jira        {url}\n            user {email}, API token {api_token}")
    });
    salesforce.chain(jira).collect::<Vec<_>>().join("\n")
}

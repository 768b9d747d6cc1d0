//! What a history is played on: an org and a site made of memory, one database, and the configuration of the workers.

use std::sync::Arc;

use entente_core::config;
use entente_engine::{Engine, Outside, Steps};
use entente_sandbox::{Options, World, jira_router, salesforce_router};
use entente_store::Store;
use entente_transport::{Rng, Wire};
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::{
    chance::Dice,
    gate::{Gate, SimClock},
    wire::{Books, Life, SimWire},
};

pub(crate) const ORG: &str = "http://127.0.0.1:7401";
pub(crate) const SITE: &str = "http://127.0.0.1:7402";

/// How long a lost request may still take effect, as the configuration says and the network keeps to.
const SETTLE_SECONDS: u32 = 120;

/// Who wins when both sides changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    SalesforceWins,
    JiraWins,
    LatestWins,
    Ask,
}

impl Policy {
    pub(crate) const ALL: [Self; 4] = [Self::SalesforceWins, Self::JiraWins, Self::LatestWins, Self::Ask];

    fn word(self) -> &'static str {
        match self {
            Self::SalesforceWins => "salesforce-wins",
            Self::JiraWins => "jira-wins",
            Self::LatestWins => "latest-wins",
            Self::Ask => "ask",
        }
    }
}

/// What may be different from one history to the next, and within one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Configured {
    pub(crate) policy: Policy,
    pub(crate) creates_in_salesforce: bool,
    pub(crate) with_description: bool,
    pub(crate) talk: Option<Talk>,
    pub(crate) has_files: bool,
    pub(crate) has_portal: bool,
}

/// Who may see a customer project's requests in the portal.
const ACCESS: &str = r#"access:
  salesforce: org
  jira: site
  sources:
    project: { object: Customer_Project__c, grant_field: Customer_Project__c, person: Contact__c, account: Account__c, organization: "{Name}", desk: SUP }
  domain_task: { jira: { project: OPS, issue_type: Task } }
"#;

/// Comments are carried, in a project that is a service desk, and copies are for these readers at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Talk {
    ForStaff,
    ForCustomers,
}

impl Talk {
    pub(crate) fn drawn(dice: &Dice) -> Self {
        *dice.pick(&[Self::ForStaff, Self::ForCustomers, Self::ForCustomers])
    }
}

impl Configured {
    pub(crate) fn drawn(dice: &Dice) -> Self {
        Self {
            policy: *dice.pick(&Policy::ALL),
            creates_in_salesforce: dice.in_a_thousand(400),
            with_description: true,
            talk: None,
            has_files: false,
            has_portal: false,
        }
    }

    fn text(self) -> String {
        let creates = if self.creates_in_salesforce { "both" } else { "jira" };
        let description =
            if self.with_description { "      - { salesforce: Description, jira: description }\n" } else { "" };
        let policy = self.policy.word();
        let comments = match self.talk {
            None => "",
            Some(Talk::ForStaff) => "    comments: { direction: both }\n",
            Some(Talk::ForCustomers) => "    comments: { direction: both, audience: customer }\n",
        };
        let files = if self.has_files { "    attachments: { direction: both }\n" } else { "" };
        let access = if self.has_portal { ACCESS } else { "" };
        format!(
            "version: 1
connections:
  org:
    salesforce: {{ login_url: '{ORG}', client_id: sandbox-client, client_secret: sandbox-secret }}
    sandbox: true
    pace: unlimited
    settle_seconds: {SETTLE_SECONDS}
  site:
    jira: {{ site_url: '{SITE}', email: admin@sandbox.example, api_token: sandbox-api-token, webhook_secret: hush }}
    sandbox: true
    pace: unlimited
    settle_seconds: {SETTLE_SECONDS}
items:
  support-bugs:
    owner: tests@sandbox.example
    mode: two-way
    salesforce: {{ connection: org, object: Case, filter: {{ all: [ {{ field: Origin, is one of: [Web, Email] }} ] }} }}
    jira: {{ connection: site, project: OPS, issue_type: Bug }}
    auto_create: {creates}
    match: [correlation]
    correlation: {{ jira: Salesforce Case ID, salesforce: Jira_Reference__c }}
    fields:
      - {{ salesforce: Subject, jira: summary, to_jira: [ {{ first_characters: 255 }} ] }}
{description}      - {{ salesforce: Priority, jira: priority, values: {{ High: High, Medium: Medium, Low: Low }} }}
    status:
      field: Status
      values: {{ New: To Do, Working: In Progress, Escalated: In Progress, On Hold: Blocked, Closed: Done }}
    conflicts: {policy}
{comments}{files}{access}server: {{ public_url: 'https://entente.example', api_tokens: [ 'a-token-of-a-test-only' ] }}
triggers: {{ poll_seconds: 5 }}
"
        )
    }
}

/// The parts that outlive every worker.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) store: Store,
    pub(crate) gate: Gate,
    pub(crate) books: Arc<Mutex<Books>>,
    /// Chance of the network.
    pub(crate) dice: Dice,
    pub(crate) salesforce: axum::Router,
    pub(crate) jira: axum::Router,
}

/// One worker process.
pub(crate) struct Machine {
    pub(crate) engine: Engine,
    pub(crate) steps: Steps,
    pub(crate) clock: SimClock,
    pub(crate) life: Life,
}

impl Stage {
    pub(crate) async fn new(seed: u64, books: Arc<Mutex<Books>>) -> Self {
        let start: Timestamp = "2026-03-02T09:00:00Z".parse().expect("a time");
        let gate = Gate::new(start);
        let world = World::new(&Options { seed_number: seed, ..Options::default() }, &gate.hand);
        world.salesforce.control().set_base_url(ORG);
        world.jira.control().set_base_url(SITE);
        Self {
            salesforce: salesforce_router(&world.salesforce),
            jira: jira_router(&world.jira),
            world,
            store: Store::blank().await.expect("a store"),
            gate,
            books,
            dice: Dice::new(seed),
        }
    }

    /// A machine that has just been switched on.
    pub(crate) fn machine(&self, configured: Configured, chance: &Dice) -> Machine {
        let (config, problems) = config::parse(&configured.text(), &|_| Err("there are no variables".into()));
        let config = config.unwrap_or_else(|| panic!("{problems:#?}"));
        let life = Life::default();
        let wire = SimWire {
            life: life.clone(),
            salesforce: self.salesforce.clone(),
            jira: self.jira.clone(),
            world: self.world.clone(),
            gate: self.gate.clone(),
            dice: self.dice.clone(),
            books: self.books.clone(),
        };
        let clock = SimClock::new(&self.gate);
        let outside = Outside {
            clock: Arc::new(clock.clone()),
            rng: Arc::new(chance.fork()) as Arc<dyn Rng>,
            wires: Arc::new(move |_| Ok(Arc::new(wire.clone()) as Arc<dyn Wire>)),
            inspection: Arc::default(),
        };
        let engine = Engine::new(Arc::new(config), self.store.clone(), outside).expect("an engine");
        let steps = engine.steps().into_iter().next().expect("one org");
        Machine { engine, steps, clock, life }
    }
}

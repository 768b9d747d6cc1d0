//! What the engine tells people and machines. The JSON shapes are front doors: they change only by addition.

use entente_core::item::ItemState;
use jiff::Timestamp;
use serde::Serialize;

pub use crate::standing::Waiting;

/// Numbers per side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PerSide {
    /// In or towards Salesforce.
    pub salesforce: u64,
    /// In or towards Jira.
    pub jira: u64,
}

/// What one `sync` did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SyncReport {
    /// Live links afterwards.
    pub links: u64,
    /// Records created.
    pub created: PerSide,
    /// HTTP requests that can change a record.
    pub writes: PerSide,
    /// HTTP requests that cannot.
    pub reads: PerSide,
    /// HTTP requests for tokens.
    pub auth: PerSide,
    /// Links that were looked at and needed nothing.
    pub noops: u64,
    /// Fields on which both sides changed and a person must decide.
    pub conflicts: u64,
    /// Links and records whose writes a vendor refused for good.
    pub parked: u64,
    /// Fields that are left as they are, because a value has no counterpart or cannot be read; `verify` names them.
    pub left_alone: u64,
    /// Which fields these are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields_left_alone: Vec<FieldLeftAlone>,
    /// Records that cannot be handled now (back-off, settling, unconfirmed deletes).
    pub waiting: u64,
    /// Links of items that a guard stopped.
    pub held: u64,
    /// Items that went on without a field which is not there any more, or cannot hold what is mapped to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub incomplete: Vec<Incomplete>,
    /// Wall time.
    pub seconds: f64,
}

impl SyncReport {
    /// Whether nothing is left for a person or for later.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.conflicts + self.parked + self.waiting + self.held == 0 && self.incomplete.is_empty()
    }
}

/// An item of which a run did only a part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Incomplete {
    /// The item.
    pub item: String,
    /// What is lacking, and what to do.
    pub reason: String,
}

/// A field that is left as it is, on so many links of an item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldLeftAlone {
    /// The item.
    pub item: String,
    /// The mapping.
    pub field: String,
    /// How many links.
    pub links: u64,
    /// Why, in one sentence about one of them.
    pub example: String,
}

/// What `sync --dry-run` would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DryRun {
    /// Live links.
    pub links: u64,
    /// What would be written, one entry per field.
    pub writes: Vec<PlannedWrite>,
    /// What a person would have to decide.
    pub conflicts: Vec<PlannedConflict>,
    /// What a person may want to know.
    pub notes: Vec<PlannedNote>,
    /// HTTP requests by which the writes would be made, when nothing is refused; the dry run itself makes no write call.
    pub calls: PerSide,
}

/// One field, or one record, that would be written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedWrite {
    /// The item.
    pub item: String,
    /// The link's number, for links that exist.
    pub link: Option<i64>,
    /// `salesforce` or `jira`.
    pub side: &'static str,
    /// `create`, `update`, `transition`, `link`, `follow` or `unlink`.
    pub op: &'static str,
    /// Id or key of the record; for a creation, that of its source.
    pub record: String,
    /// The field.
    pub field: Option<String>,
    /// What it shows now.
    pub from: Option<String>,
    /// What it would show.
    pub to: Option<String>,
    /// Because of what.
    pub why: String,
}

/// A conflict that the dry run met.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedConflict {
    /// The item.
    pub item: String,
    /// The link's number, for links that exist.
    pub link: Option<i64>,
    /// The mapping.
    pub field: String,
    /// What Salesforce shows.
    pub salesforce: String,
    /// What Jira shows.
    pub jira: String,
}

/// A note that the dry run met.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedNote {
    /// The item.
    pub item: String,
    /// The link's number, for links that exist.
    pub link: Option<i64>,
    /// The record it is about; none where that is the whole item.
    pub record: Option<String>,
    /// One sentence.
    pub text: String,
}

/// Whether both sides agree.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VerifyReport {
    /// Live links.
    pub links: u64,
    /// Links on which every mapped field agrees.
    pub agree: u64,
    /// Links whose differences all have a known reason.
    pub explained: u64,
    /// Links with a difference that nothing explains.
    pub disagree: u64,
    /// Records that should have a twin and have none.
    pub missing: u64,
    /// Every difference.
    pub differences: Vec<Difference>,
    /// Items of which a part could not be compared.
    pub incomplete: Vec<Incomplete>,
}

impl VerifyReport {
    /// Whether the answer is yes; `strict` also counts what is explained.
    #[must_use]
    pub fn is_agreement(&self, strict: bool) -> bool {
        self.disagree + self.missing == 0 && self.incomplete.is_empty() && (!strict || self.explained == 0)
    }
}

/// One field on which both sides differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The item.
    pub item: String,
    /// The link's number; none for a missing twin.
    pub link: Option<i64>,
    /// The mapping, or the record that has no twin.
    pub field: String,
    /// What Salesforce shows.
    pub salesforce: String,
    /// What Jira shows.
    pub jira: String,
    /// The reason.
    pub why: DifferenceWhy,
}

/// Why two sides differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DifferenceWhy {
    /// Both changed; a person must decide.
    Conflict,
    /// A vendor refused the value.
    Blocked,
    /// The value table, or a step, has no answer.
    Unmapped,
    /// A side could not be read.
    Unreadable,
    /// An edit on the target of a one-way field that may stay.
    Drift,
    /// The action that would write it does not run.
    Paused,
    /// Nothing explains it: a change on its way, or a defect.
    Unexplained,
}

/// The state of the whole, for `GET /api/v1/status` and the live line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Status {
    /// No due hint and no round under way.
    pub idle: bool,
    /// Due hints.
    pub backlog: u64,
    /// Hints in rounds that are under way.
    pub in_flight: u64,
    /// Live links.
    pub links: u64,
    /// Open conflicts.
    pub conflicts: u64,
    /// Refused writes.
    pub parked: u64,
    /// Fields that are left as they are, because a value has no counterpart or cannot be read.
    pub left_alone: u64,
    /// Which fields these are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields_left_alone: Vec<FieldLeftAlone>,
    /// Hints that wait for their time.
    pub waiting: u64,
    /// Items that a guard stopped.
    pub held: Vec<String>,
    /// Every item.
    pub items: Vec<ItemStatus>,
    /// Every connection.
    pub connections: Vec<ConnectionStatus>,
    /// Portal access; none where the configuration has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<AccessStatus>,
    /// Why what is done cannot be kept now, until the database takes something again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_problem: Option<String>,
    /// Orgs that another process works on, while this one waits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<Waiting>,
    /// Why the configuration on disk is not the one in use, when it is not.
    pub configuration_problem: Option<String>,
    /// Which configuration is in use, where it is kept in the database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<ConfigurationInUse>,
}

/// A configuration that was applied and is in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigurationInUse {
    /// Its number.
    pub version: i64,
    /// Since when, RFC 3339.
    pub since: String,
    /// Who applied it.
    pub by: String,
    /// The file that says something else, as far as this process was given one.
    pub draft: Option<String>,
}

/// How portal access is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessStatus {
    /// `starting`, `ok`, `attention` when something failed and rests until somebody asks again, or when
    /// the configuration names what is not there, or `stopped` when the last look did not come to its end.
    pub state: &'static str,
    /// Seconds since everything open was last looked at; none before the first time.
    pub fresh_seconds: Option<i64>,
    /// Grants and deliveries that are not finished.
    pub waiting: usize,
    /// Grants and deliveries that show an error.
    pub failed: usize,
    /// Why the first of them is not finished, in one sentence.
    pub problem: Option<String>,
}

/// One item's state.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemStatus {
    /// Its name.
    pub name: String,
    /// The person who answers for it; none when nobody does.
    pub owner: Option<String>,
    /// `draft`, `active`, `paused` or `held`.
    pub state: &'static str,
    /// What each of its directions does; none when it only displays.
    pub actions: Option<Actions>,
    /// When a round of it last finished, RFC 3339.
    pub last_sync: Option<String>,
    /// Live links.
    pub links: u64,
    /// Why it cannot be looked at now, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What the two directions of an item do: `draft`, `active` or `paused`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Actions {
    /// Whether anything is written to Salesforce.
    pub to_salesforce: ItemState,
    /// Whether anything is written to Jira.
    pub to_jira: ItemState,
}

/// One connection's state.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConnectionStatus {
    /// Its name.
    pub name: String,
    /// Whether the configuration calls it a stand-in, on which nothing real depends.
    pub sandbox: bool,
    /// `unused` while no item that runs reads through it, `starting`, `ok`, `unreachable`, `refused`, or
    /// `failing` when it answers, and not what it was asked.
    pub state: &'static str,
    /// Seconds since it was last read to the end; none before the first time.
    pub fresh_seconds: Option<i64>,
    /// One sentence when the state is not `ok`.
    pub problem: Option<String>,
    /// `closed`: it is asked; `open`: it failed again and again and is left alone; `half-open`: one call finds out whether
    /// it is back.
    pub circuit: &'static str,
    /// Seconds until one call finds out, while the circuit is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub circuit_seconds: Option<i64>,
    /// How many calls are left; null before it has told.
    pub quota: Option<QuotaStatus>,
    /// Why it does not tell us of changes though it should; until it does, polls find them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_problem: Option<String>,
}

/// How much of a connection's allowance is left, as its answers tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuotaStatus {
    /// The vendor's name for it.
    pub scope: String,
    /// Calls, or points, in one window; everybody's together.
    pub allowed: u64,
    /// How many are left; null while the vendor only tells when they become few.
    pub left: Option<u64>,
    /// How many were used per hour, of late; null before that is known.
    pub per_hour: Option<u64>,
    /// When nothing will be left at this rate, RFC 3339; null if it lasts.
    pub runs_out_at: Option<String>,
    /// When the window ends, RFC 3339; null for one that slides.
    pub resets_at: Option<String>,
    /// How many are kept for finishing what was begun.
    pub reserve: u64,
    /// Only the reserve is left: nothing new is begun.
    pub held_back: bool,
}

/// One finding of `doctor`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// Stable, kebab-case.
    pub code: &'static str,
    /// What is missing, by its name.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// The item that needs it.
    pub item: Option<String>,
    /// The connection that it is about as a whole, whatever item needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// Where the configuration names it: keys, from the root on; empty where item and connection say enough.
    #[serde(skip)]
    pub place: Vec<String>,
}

/// RFC 3339 without the fractions that nobody reads.
pub(crate) fn to_the_second(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

/// How far long work has come.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Progress {
    /// What is being done: `reading Salesforce`, `agreeing`.
    pub stage: &'static str,
    /// Done so far.
    pub done: u64,
    /// All there is, when known.
    pub total: Option<u64>,
}

/// Something that happened, for the terminal and the page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// RFC 3339.
    pub at: String,
    /// The item.
    pub item: String,
    /// One sentence.
    pub text: String,
    /// Milliseconds from the hint to the end of the write, when known.
    pub ms: Option<i64>,
}

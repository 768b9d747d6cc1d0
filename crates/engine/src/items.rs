//! The list of items: what each is, what it does, how it is doing, and what it last did.
//!
//! How it is doing comes from `status.rs`; this adds what it is, and the counts of its last run from the journal.

use entente_core::{
    ConnectedItem, Side,
    item::{AutoCreate, Cardinality, Mode},
};
use entente_store::ItemCounts;
use serde::Serialize;

use crate::{
    AccessStatus, Actions, EngineError, Inner, PerSide,
    poll::{jira_cursor, salesforce_cursor},
    report::ItemStatus,
    status,
};

/// All items, in the order of the document.
#[derive(Clone, Debug, Serialize)]
pub struct Items {
    /// One row for each.
    pub items: Vec<ItemRow>,
    /// How portal access is doing; none where the configuration has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<AccessStatus>,
}

/// One item.
#[derive(Clone, Debug, Serialize)]
pub struct ItemRow {
    /// Its name.
    pub name: String,
    /// The person who answers for it; none when nobody does.
    pub owner: Option<String>,
    /// How much it may do.
    pub mode: Mode,
    /// `draft`, `active`, `paused` or `held`.
    pub state: &'static str,
    /// What each of its directions does; none when it only displays.
    pub actions: Option<Actions>,
    /// The Salesforce end.
    pub salesforce: SalesforceSource,
    /// The Jira end.
    pub jira: JiraScope,
    /// How many fields it maps, or shows.
    pub fields: usize,
    /// Whether a record may have several issues, or an issue several records.
    pub cardinality: Cardinality,
    /// On which side it makes missing twins.
    pub auto_create: AutoCreate,
    /// Whether it keeps the status in agreement.
    pub status: bool,
    /// Live links.
    pub links: u64,
    /// Fields that wait for a decision.
    pub conflicts: u64,
    /// Links and records whose writes were refused.
    pub parked: u64,
    /// Fields that are left as they are, because a value has no counterpart or cannot be read.
    pub left_alone: u64,
    /// What it last did.
    pub latest_sync: LatestSync,
    /// How often both sides are asked what has changed.
    pub poll_seconds: u32,
    /// In how many seconds they are asked again; none when nobody has asked yet. Zero: it is due.
    pub next_poll_seconds: Option<i64>,
}

/// Where an item's records come from.
#[derive(Clone, Debug, Serialize)]
pub struct SalesforceSource {
    /// The connection.
    pub connection: String,
    /// The object.
    pub object: String,
}

/// Where an item's issues are.
#[derive(Clone, Debug, Serialize)]
pub struct JiraScope {
    /// The connection.
    pub connection: String,
    /// The projects, by key.
    pub projects: Vec<String>,
    /// The issue type; none for an item that is linked by hand only.
    pub issue_type: Option<String>,
}

/// The last run of an item.
#[derive(Clone, Debug, Serialize)]
pub struct LatestSync {
    /// `display-only`, `waiting`, `done` or `attention`.
    pub state: &'static str,
    /// When its last look at both sides began, RFC 3339.
    pub at: Option<String>,
    /// Values and records written since.
    pub written: PerSide,
    /// Why it needs a person.
    pub problem: Option<String>,
}

pub(crate) async fn list(inner: &Inner) -> Result<Items, EngineError> {
    let wiring = inner.wiring();
    let now_ms = inner.outside.now_ms();
    let counts = inner.store.counts(now_ms).await?.items;
    let status = status::now(inner).await?;
    let mut items = Vec::with_capacity(wiring.config.items.len());
    for (item, now) in wiring.config.items.iter().zip(status.items) {
        let count = counts.get(&item.name).copied().unwrap_or_default();
        let poll_seconds = wiring.config.poll_seconds(item);
        items.push(ItemRow {
            name: item.name.clone(),
            owner: item.owner.clone(),
            mode: item.mode,
            state: now.state,
            actions: now.actions,
            salesforce: SalesforceSource {
                connection: item.salesforce.connection.clone(),
                object: item.salesforce.object.clone(),
            },
            jira: JiraScope {
                connection: item.jira.connection.clone(),
                projects: item.jira.projects.clone(),
                issue_type: item.jira.issue_type.clone(),
            },
            fields: item.fields.len(),
            cardinality: item.cardinality,
            auto_create: item.auto_create,
            status: item.status.is_some(),
            links: count.links,
            conflicts: count.conflicts,
            parked: count.parked,
            left_alone: count.left_alone,
            latest_sync: latest(inner, item, &now, count).await?,
            poll_seconds,
            next_poll_seconds: asked_ms(inner, item).await?.map(|at_ms| {
                let next_ms = at_ms + i64::from(poll_seconds) * 1_000;
                ((next_ms - now_ms).max(0) + 999) / 1_000
            }),
        });
    }
    Ok(Items { items, access: status.access })
}

async fn latest(
    inner: &Inner,
    item: &ConnectedItem,
    now: &ItemStatus,
    count: ItemCounts,
) -> Result<LatestSync, EngineError> {
    let since_ms = inner.store.item_runtime(&item.name).await?.last_sync_ms;
    let written = match since_ms {
        Some(since_ms) => inner.store.written_since(&item.name, since_ms).await?,
        None => (0, 0),
    };
    let open = count.conflicts + count.parked > 0;
    let state = match item.mode {
        _ if now.problem.is_some() || open => "attention",
        Mode::DisplayOnly => "display-only",
        Mode::OneWay | Mode::TwoWay if now.last_sync.is_none() => "waiting",
        Mode::OneWay | Mode::TwoWay => "done",
    };
    Ok(LatestSync {
        state,
        at: now.last_sync.clone(),
        written: PerSide { salesforce: written.0, jira: written.1 },
        problem: now.problem.clone(),
    })
}

/// When the first of both sides was asked last: the one that is asked again first.
async fn asked_ms(inner: &Inner, item: &ConnectedItem) -> Result<Option<i64>, EngineError> {
    let org = &item.salesforce.connection;
    let mut asked = Vec::new();
    for side in Side::BOTH.into_iter().filter(|side| item.listens_to(*side)) {
        let name = match side {
            Side::Salesforce => salesforce_cursor(&item.salesforce.object),
            Side::Jira => jira_cursor(&item.jira.connection),
        };
        asked.extend(inner.store.cursor_moved_ms(org, &name).await?);
    }
    Ok(asked.into_iter().min())
}

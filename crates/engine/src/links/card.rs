//! A link as people see it: what belongs together, what both sides last showed, how old that is, and what may be done.
//!
//! Everything comes out of the store, so it is there also while Salesforce, Jira or both do not answer.

use std::collections::HashMap;

use entente_core::{
    Base, ConnectedItem, MappingKey, Side, Sides,
    config::ConnectionKind,
    files::{FileCopy, FileStanding},
    item::Mode,
    link::Origin,
    plan::STATUS,
    threads::{Pair, Standing},
};
use entente_store::{Conflict, Link, LinkState};
use serde::Serialize;

use crate::{EngineError, Inner, round::siblings, wiring::Wiring};

/// One link.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    /// Its number.
    pub link: i64,
    /// The item under which it lives.
    pub item: String,
    /// The Salesforce object.
    pub object: String,
    /// `display-only`, `one-way`, `two-way`; none when the item is gone.
    pub mode: Option<Mode>,
    /// Whether its status is kept in agreement.
    pub status_sync: bool,
    /// `auto` or `manual`.
    pub origin: Origin,
    /// `active`, `parked`, `detached` or `unlinked`.
    pub state: &'static str,
    /// Why it is parked.
    pub reason: Option<String>,
    /// Its record.
    pub salesforce: End,
    /// Its issue.
    pub jira: End,
    /// What both sides last showed, field by field.
    pub fields: Vec<Shown>,
    /// Who else shares its record under the item, by issue key or record id, in the order in which they were linked.
    pub siblings: Vec<String>,
    /// What became of its comments, where its item carries them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<Copies>,
    /// What became of its files, where its item carries them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Copies>,
    /// Whether it may be unlinked in the panel: an automatic link is its item's.
    pub may_unlink: bool,
    /// Sentences for people.
    pub notes: Vec<String>,
}

/// One end of a link.
#[derive(Clone, Debug, Serialize)]
pub struct End {
    /// The record id, or the issue key.
    pub id: String,
    /// Where people open it.
    pub url: Option<String>,
    /// How old its values are; none before the first round.
    pub age_seconds: Option<i64>,
}

/// How many comments or files of both sides are copied, and how many are not yet, or not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Copies {
    /// They have a copy.
    pub copied: usize,
    /// A person wants a copy, or it is on its way.
    pub waiting: usize,
    /// The vendor does not take a copy, or the item lets it stay.
    pub refused: usize,
}

impl Copies {
    /// Counts each comment once, however many parts its copy has.
    fn of(pairs: &[Pair]) -> Self {
        let mut counted = Self::default();
        for pair in pairs.iter().filter(|pair| pair.key.revision == 0 && pair.key.part == 0) {
            *match pair.standing {
                Standing::Made { .. } => &mut counted.copied,
                Standing::Wanted | Standing::Sent { .. } => &mut counted.waiting,
                Standing::Refused { .. } => &mut counted.refused,
            } += 1;
        }
        counted
    }

    fn of_files(copies: &[FileCopy]) -> Self {
        let mut counted = Self::default();
        for copy in copies {
            *match copy.standing {
                FileStanding::Made { .. } => &mut counted.copied,
                FileStanding::Sent { .. } => &mut counted.waiting,
                FileStanding::Refused { .. } | FileStanding::Skipped { .. } => &mut counted.refused,
            } += 1;
        }
        counted
    }
}

/// One field, as both sides last showed it.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// The Salesforce field.
    pub salesforce_field: String,
    /// The Jira field; in a display-only item the label.
    pub jira_field: String,
    /// What Salesforce showed.
    pub salesforce: String,
    /// What Jira showed.
    pub jira: String,
    /// Whether both sides wait for a decision.
    pub conflict: bool,
}

/// The cards of some links.
pub(super) async fn cards(inner: &Inner, links: Vec<Link>) -> Result<Vec<Card>, EngineError> {
    let wiring = inner.wiring();
    let ids: Vec<i64> = links.iter().map(|link| link.id).collect();
    let siblings = siblings::of_links(&inner.store, &wiring, links.iter()).await?;
    let leading = siblings.values().filter_map(|links| Some(links.first()?.id));
    let bases = inner.store.bases(&ids.iter().copied().chain(leading).collect::<Vec<_>>()).await?;
    let conflicts = inner.store.conflicts(&ids).await?;
    let mut notes: HashMap<i64, Vec<String>> = HashMap::new();
    for note in inner.store.notes(&ids).await? {
        notes.entry(note.link_id).or_default().push(note.note.text);
    }
    let threads = inner.store.threads(&ids).await?;
    let folders = inner.store.folders(&ids).await?;
    let now_ms = inner.outside.now_ms();
    let card = |link: Link| {
        let item = wiring.config.item(&link.item);
        let shared = siblings::shared(&wiring, &link).and_then(|shared| siblings.get(&shared)).map(Vec::as_slice);
        let base = |id: i64| bases.get(&id).map(|(base, _)| base);
        // What is rolled up is kept with the link that speaks for all.
        let leading = shared.and_then(|links| base(links.first()?.id));
        let base = base(link.id);
        let open: Vec<&Conflict> = conflicts.iter().filter(|conflict| conflict.link_id == link.id).collect();
        Card {
            link: link.id,
            object: item.map(|item| item.salesforce.object.clone()).unwrap_or_default(),
            mode: item.map(|item| item.mode),
            status_sync: item.is_some_and(|item| item.status.is_some()),
            origin: link.origin,
            state: state(&link.state),
            reason: match &link.state {
                LinkState::Parked { reason } | LinkState::Unlinked { reason } => Some(reason.clone()),
                LinkState::Active | LinkState::Detached => None,
            },
            salesforce: end(&wiring, &link, Side::Salesforce, now_ms),
            jira: end(&wiring, &link, Side::Jira, now_ms),
            fields: item.filter(|_| is_read(&link)).map(|item| fields(item, base, leading, &open)).unwrap_or_default(),
            siblings: siblings::others(&wiring, shared.unwrap_or_default(), &link),
            comments: item
                .filter(|item| item.comments.is_some())
                .map(|_| threads.get(&link.id).map(|thread| Copies::of(&thread.pairs)).unwrap_or_default()),
            attachments: item
                .filter(|item| item.attachments.is_some())
                .map(|_| folders.get(&link.id).map(|folder| Copies::of_files(&folder.copies)).unwrap_or_default()),
            may_unlink: link.origin == Origin::Manual,
            notes: notes.remove(&link.id).unwrap_or_default(),
            item: link.item,
        }
    };
    Ok(links.into_iter().map(card).collect())
}

fn state(state: &LinkState) -> &'static str {
    match state {
        LinkState::Active => "active",
        LinkState::Parked { .. } => "parked",
        LinkState::Detached => "detached",
        LinkState::Unlinked { .. } => "unlinked",
    }
}

fn end(wiring: &Wiring, link: &Link, side: Side, now_ms: i64) -> End {
    let (connection, id) = match side {
        Side::Salesforce => (&link.org, link.salesforce_id.clone()),
        Side::Jira => (&link.site, link.jira_key.clone()),
    };
    // Of a link that was never read the times are those from which edits count.
    let read_ms = Some(*link.read_ms.get(side)).filter(|_| is_read(link));
    let url = wiring.config.connections.get(connection).map(|connection| match &connection.kind {
        ConnectionKind::Salesforce(salesforce) => format!("{}/{id}", salesforce.login_url.trim_end_matches('/')),
        ConnectionKind::Jira(jira) => format!("{}/browse/{id}", jira.site_url.trim_end_matches('/')),
    });
    // A peer's clock may be ahead of ours.
    End { id, url, age_seconds: read_ms.map(|read_ms| ((now_ms - read_ms) / 1_000).max(0)) }
}

/// Whether a round has read it. One that a person made a moment ago shows nothing yet.
fn is_read(link: &Link) -> bool {
    Side::BOTH.into_iter().all(|side| *link.read_ms.get(side) > 0)
}

/// What was agreed, and for what is in dispute what either side showed.
fn fields(item: &ConnectedItem, base: Option<&Base>, leading: Option<&Base>, conflicts: &[&Conflict]) -> Vec<Shown> {
    let mapped = item.fields.iter().map(|mapping| (mapping.key.clone(), mapping.paths.clone()));
    let status =
        item.status.iter().map(|status| (MappingKey::named(STATUS), Sides::new(status.field.clone(), STATUS.into())));
    let shown = mapped.chain(status).map(|(key, paths)| {
        let conflict = conflicts.iter().find(|conflict| conflict.mapping == key);
        let kept = base.and_then(|base| base.get(&key)).or_else(|| leading?.get(&key));
        let values = conflict.map(|conflict| &conflict.values).or(kept);
        let text = |side: Side| values.map(|values| values.get(side)).map(ToString::to_string).unwrap_or_default();
        Shown {
            salesforce_field: paths.salesforce.to_string(),
            jira_field: paths.jira.to_string(),
            salesforce: text(Side::Salesforce),
            jira: text(Side::Jira),
            conflict: conflict.is_some(),
        }
    });
    shown.collect()
}

//! Work that was refused: what, why, and what helps; and a person's wish to try it again.

use entente_core::{ConnectedItem, Side};
use entente_store::{Hint, HintKey, Link, NewEntry, Parked, ParkedClass, Retried};
use serde::Serialize;

use super::{look_at, rfc_3339};
use crate::{Engine, EngineError};

/// One refused piece of work.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParkedWork {
    /// `mapping`, `rejected` or `connectivity`: whether the records and the item do not fit, a vendor refused it, or
    /// nobody can be reached.
    pub class: &'static str,
    /// The item; none for a connection.
    pub item: Option<String>,
    /// The link's number, for links that exist.
    pub link: Option<i64>,
    /// Salesforce record id, issue id or key, or the connection.
    pub record: String,
    /// What it is linked with: the key, or the record's id.
    pub twin: Option<String>,
    /// The mapping, when one field is concerned.
    pub field: Option<String>,
    /// What was said.
    pub reason: String,
    /// What to do.
    pub remedy: &'static str,
    /// Since when, RFC 3339, when that is known.
    pub since: Option<String>,
}

/// Which parked work is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retry {
    /// That of one link.
    Link(i64),
    /// That of one item.
    Item(String),
    /// All.
    All,
}

const FIT_THE_RECORD: &str = "correct the record or the item's mapping: either change makes it be tried again";
const ASK_THE_VENDOR: &str = "correct the value, or the fields and choices that it has to fit: a change makes it be \
                              tried again by itself; after any other change, `entente retry`";
const GRANT_THE_RIGHT: &str =
    "grant the right: it is tried again by itself once the right shows; for a right to one record, `entente retry`";
const SAY_WHICH: &str = "`entente matches show RECORD` shows them side by side, `entente matches resolve RECORD --take ISSUE` \
                         says which belong together; a change that leaves one pair settles it by itself";
const REACH_IT: &str = "it is tried again by itself; `entente doctor` says what is wrong with the connection";

impl Engine {
    /// All parked work, of one item or of all; with connections that cannot be used.
    ///
    /// # Errors
    /// There is no such item, or the store.
    pub async fn parked(&self, item: Option<&str>) -> Result<Vec<ParkedWork>, EngineError> {
        let store = &self.inner.store;
        let mut all: Vec<ParkedWork> = store.parked_links(item).await?.iter().flat_map(of_link).collect();
        all.extend(store.parked(item).await?.iter().map(of_candidate));
        if all.is_empty() {
            self.is_known(item, None).await?;
        }
        if item.is_none() {
            let connections = self.status().await?.connections;
            all.extend(connections.into_iter().filter_map(|one| Some(of_connection(one.name, one.problem?))));
        }
        Ok(all)
    }

    /// Lets refused work be tried once more, although nothing has changed; answers how many pieces.
    ///
    /// # Errors
    /// There is no such link or item, or the store.
    pub async fn retry(&self, which: &Retry, by: &str) -> Result<usize, EngineError> {
        let (links, candidates) = self.refused(which).await?;
        let wiring = self.inner.wiring();
        let now_ms = self.inner.outside.now_ms();
        let item = |name: &str| wiring.config.item(name);
        let of_links = links.iter().filter_map(|link| Some(look_at(link, item(&link.item)?, now_ms)));
        let of_candidates =
            candidates.iter().filter_map(|one| Some(look_at_candidate(one, item(&one.key.item)?, now_ms)));
        let retried = Retried {
            hints: of_links.chain(of_candidates).collect(),
            journal: links
                .iter()
                .map(|link| entry_of_link(link, by))
                .chain(candidates.iter().map(|c| entry_of(c, by)))
                .collect(),
            links: links.iter().map(|link| link.id).collect(),
            candidates: candidates.iter().map(|one| one.key.clone()).collect(),
        };
        self.inner.store.retry(&retried, now_ms).await?;
        wiring.orgs.keys().for_each(|org| self.inner.wake(org).notify_one());
        Ok(links.iter().map(|link| link.blocked.len().max(1)).sum::<usize>() + candidates.len())
    }

    async fn refused(&self, which: &Retry) -> Result<(Vec<Link>, Vec<Parked>), EngineError> {
        let store = &self.inner.store;
        match which {
            Retry::All => Ok((store.parked_links(None).await?, undecided(store.parked(None).await?))),
            Retry::Item(name) => {
                self.inner.wiring().configured(name)?;
                Ok((store.parked_links(Some(name)).await?, undecided(store.parked(Some(name)).await?)))
            }
            Retry::Link(id) => {
                let link = store.parked_links(None).await?.into_iter().find(|link| link.id == *id);
                let link = link.ok_or_else(|| {
                    EngineError::Missing(format!("Link {id} is not parked; `entente parked` names those that are."))
                })?;
                Ok((vec![link], Vec::new()))
            }
        }
    }
}

/// What a person has said about a doubtful twin was no refusal: trying again must not make it a question once more.
fn undecided(mut candidates: Vec<Parked>) -> Vec<Parked> {
    candidates.retain(|candidate| !matches!(candidate.class, ParkedClass::Ignored | ParkedClass::New));
    candidates
}

fn look_at_candidate(parked: &Parked, item: &ConnectedItem, now_ms: i64) -> Hint {
    super::asked(HintKey::of(item, parked.key.side, &parked.key.record_id), now_ms)
}

fn of_link(link: &Link) -> Vec<ParkedWork> {
    let record = |side| match side {
        Side::Salesforce => link.salesforce_id.clone(),
        Side::Jira => link.jira_key.clone(),
    };
    let work = |(key, blocked): (&entente_core::MappingKey, &entente_core::link::Blocked)| ParkedWork {
        class: "rejected",
        item: Some(link.item.clone()),
        link: Some(link.id),
        record: record(blocked.side),
        twin: Some(record(blocked.side.other())),
        field: Some(key.to_string()),
        reason: format!("{} refused it: {}", blocked.side, blocked.message),
        remedy: if blocked.lacks_right { GRANT_THE_RIGHT } else { ASK_THE_VENDOR },
        since: None,
    };
    link.blocked.iter().map(work).collect()
}

fn of_candidate(parked: &Parked) -> ParkedWork {
    let (class, remedy) = match parked.class {
        ParkedClass::Mapping => ("mapping", FIT_THE_RECORD),
        ParkedClass::Rejected => ("rejected", ASK_THE_VENDOR),
        ParkedClass::Denied => ("rejected", GRANT_THE_RIGHT),
        ParkedClass::Ambiguous | ParkedClass::Ignored | ParkedClass::New => ("mapping", SAY_WHICH),
    };
    ParkedWork {
        class,
        item: Some(parked.key.item.clone()),
        link: None,
        record: parked.key.record_id.clone(),
        twin: None,
        field: None,
        reason: parked.reason.clone(),
        remedy,
        since: Some(rfc_3339(parked.since_ms)),
    }
}

fn of_connection(name: String, problem: String) -> ParkedWork {
    ParkedWork {
        class: "connectivity",
        item: None,
        link: None,
        record: name,
        twin: None,
        field: None,
        reason: problem,
        remedy: REACH_IT,
        since: None,
    }
}

fn entry_of_link(link: &Link, by: &str) -> NewEntry {
    NewEntry {
        kind: "retry".to_owned(),
        org: Some(link.org.clone()),
        item: Some(link.item.clone()),
        link_id: Some(link.id),
        text: format!("{by} lets what was refused be tried again"),
        ..NewEntry::default()
    }
}

fn entry_of(parked: &Parked, by: &str) -> NewEntry {
    NewEntry {
        kind: "retry".to_owned(),
        item: Some(parked.key.item.clone()),
        side: Some(parked.key.side),
        record_id: Some(parked.key.record_id.clone()),
        text: format!("{by} lets what was refused be tried again"),
        ..NewEntry::default()
    }
}

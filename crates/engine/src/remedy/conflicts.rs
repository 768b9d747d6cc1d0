//! Conflicts: which are open, and what a person decides about one.

use std::sync::Arc;

use entente_core::{
    ConnectedItem, FieldPath, Side, Sides, Value,
    link::{Decision, Take},
    plan::counterpart,
};
use entente_store::{Conflict, Link, NewDecision};
use serde::Serialize;

use super::{look_at, rfc_3339};
use crate::{Engine, EngineError, scheme::Scheme, wiring::Wiring};

/// A conflict that waits for a person, or for its decision to be carried out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OpenConflict {
    /// Its number.
    pub id: i64,
    /// The item.
    pub item: String,
    /// The link's number.
    pub link: i64,
    /// The mapping.
    pub field: String,
    /// The record and what it shows.
    pub salesforce: ConflictSide,
    /// The issue and what it shows.
    pub jira: ConflictSide,
    /// Since when it is open, RFC 3339.
    pub since: String,
    /// What was decided, as long as it is not carried out.
    pub decision: Option<DecisionTold>,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConflictSide {
    /// Salesforce record id, or issue key.
    pub record: String,
    /// What the field shows.
    pub value: String,
    /// Whom that stands for, where it is somebody's id and the item's people are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// A decision, as it is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionTold {
    /// What shall stand: a value, or what a side shows.
    pub take: String,
    /// Who decided.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
}

/// What a person wants to stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// What this side shows.
    Side(Side),
    /// Another value, as Salesforce would show it.
    Value(String),
}

impl Engine {
    /// Open conflicts of an item, or of all, in the order of their numbers.
    ///
    /// # Errors
    /// There is no such item, or the store.
    pub async fn conflicts(
        &self,
        item: Option<&str>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<OpenConflict>, EngineError> {
        let open = self.inner.store.open_conflicts(item, after, limit).await?;
        if open.is_empty() {
            self.is_known(item, None).await?;
        }
        let links: Vec<i64> = open.iter().map(|conflict| conflict.link_id).collect();
        let links = self.inner.store.links_by_ids(&links).await?;
        let link = |id| links.iter().find(|link| link.id == id);
        let wiring = self.inner.wiring();
        let told = |conflict: &Conflict| Some(told(&wiring, conflict, link(conflict.link_id)?));
        Ok(open.iter().filter_map(told).collect())
    }

    /// One open conflict.
    ///
    /// # Errors
    /// No such conflict is open, or the store.
    pub async fn conflict(&self, id: i64) -> Result<OpenConflict, EngineError> {
        let (conflict, link) = self.open_conflict(id).await?;
        Ok(told(&self.inner.wiring(), &conflict, &link))
    }

    /// Decides a conflict: stored, and carried out by the next round. It holds for what both sides show now; an edit
    /// made since then makes it void.
    ///
    /// # Errors
    /// No such conflict is open, the value makes no sense for the field, or the store.
    pub async fn resolve(&self, id: i64, wish: &Wish, by: &str) -> Result<OpenConflict, EngineError> {
        let (conflict, link) = self.open_conflict(id).await?;
        let wiring = self.inner.wiring();
        let Some(item) = wiring.config.item(&link.item) else {
            let sentence = format!("Item {} is not in this configuration, so nothing is decided for it.", link.item);
            return Err(EngineError::Declined(sentence));
        };
        let take = match wish {
            Wish::Side(side) => Take::Side(*side),
            Wish::Value(text) => {
                let value = fitting(item, &conflict, text).map_err(EngineError::Unfit)?;
                if let Some(scheme) = self.scheme_of(item).await {
                    acceptable(&scheme, &conflict, &value).map_err(EngineError::Unfit)?;
                }
                Take::Value { side: Side::Salesforce, value }
            }
        };
        let decision = NewDecision {
            link_id: link.id,
            item: link.item.clone(),
            mapping: conflict.mapping.clone(),
            decision: Decision { take, seen: conflict.values.clone() },
            by: by.to_owned(),
            hint: look_at(&link, item, self.inner.outside.now_ms()),
        };
        self.inner.store.decide(&[decision], self.inner.outside.now_ms()).await?;
        self.inner.wake(&link.org).notify_one();
        self.conflict(id).await
    }

    /// What an item's sides can hold; none while they cannot be asked, and then they say so when they are written.
    async fn scheme_of(&self, item: &ConnectedItem) -> Option<Arc<Scheme>> {
        let wiring = self.inner.wiring();
        wiring.item(&item.name)?.scheme().await.ok()
    }

    async fn open_conflict(&self, id: i64) -> Result<(Conflict, Link), EngineError> {
        let missing = || EngineError::Missing(format!("No conflict {id} is open; `entente conflicts list` names all."));
        let found = self.inner.store.open_conflicts(None, id.saturating_sub(1), 1).await?;
        let conflict = found.into_iter().find(|conflict| conflict.id == id).ok_or_else(missing)?;
        let link = self.inner.store.links_by_ids(&[conflict.link_id]).await?.pop().ok_or_else(missing)?;
        Ok((conflict, link))
    }
}

/// The value that a person typed, in the kind that the field has.
fn fitting(item: &ConnectedItem, conflict: &Conflict, text: &str) -> Result<Value, String> {
    let Sides { salesforce, jira } = &conflict.values;
    let sample = if salesforce.is_empty() { jira } else { salesforce };
    let key = &conflict.mapping;
    let path = item.path(key, Side::Salesforce).unwrap_or_else(|| FieldPath::from(key.as_str()));
    let value = Value::like(sample, text).ok_or_else(|| format!("\"{text}\" is no {} for {path}.", sample.kind()))?;
    match counterpart(item, key, &value, jira) {
        Some(_) => Ok(value),
        None => {
            let values = item.mapping(key).and_then(|line| line.values.as_ref());
            let table = match values.is_some_and(|values| values.people.is_some()) {
                true => "`people:`",
                false => "the value table",
            };
            let name = &item.name;
            Err(format!(
                "\"{text}\" has no counterpart in Jira under `{key}` of item {name}; add it to {table}, or take another."
            ))
        }
    }
}

/// Whether both sides could hold a value, and what would be written of it: neither is written what the other refuses.
fn acceptable(scheme: &Scheme, conflict: &Conflict, value: &Value) -> Result<(), String> {
    let (item, key) = (&scheme.item, &conflict.mapping);
    let there = counterpart(item, key, value, &conflict.values.jira).unwrap_or_else(|| value.clone());
    for (side, value) in [(Side::Salesforce, value), (Side::Jira, &there)] {
        let Some(path) = item.path(key, side) else { continue };
        let takes = match side {
            Side::Salesforce => scheme.salesforce.get(&path).map(|field| &field.takes),
            Side::Jira => scheme.jira.get(&path).map(|field| &field.takes),
        };
        if let Some(why) = takes.and_then(|takes| takes.refuses(value)) {
            return Err(format!("{side} {path} {why}; take another value."));
        }
    }
    Ok(())
}

fn told(wiring: &Wiring, conflict: &Conflict, link: &Link) -> OpenConflict {
    let scheme = wiring.item(&link.item).and_then(|wired| wired.known_scheme());
    let side = |record: &str, value: &Value| {
        let (record, value_shown) = (record.to_owned(), value.to_string());
        let spoken = scheme.as_ref().map(|scheme| scheme.item.spoken(&conflict.mapping, value));
        let person = spoken.filter(|spoken| *spoken != value_shown);
        ConflictSide { record, value: value_shown, person }
    };
    let take = |take: &Take| match take {
        Take::Side(side) => side.as_str().to_owned(),
        Take::Value { value, .. } => value.to_string(),
    };
    OpenConflict {
        id: conflict.id,
        item: link.item.clone(),
        link: link.id,
        field: conflict.mapping.to_string(),
        salesforce: side(&link.salesforce_id, &conflict.values.salesforce),
        jira: side(&link.jira_key, &conflict.values.jira),
        since: rfc_3339(conflict.since_ms),
        decision: conflict.decided.as_ref().map(|decided| DecisionTold {
            take: take(&decided.decision.take),
            by: decided.by.clone(),
            at: rfc_3339(decided.at_ms),
        }),
    }
}

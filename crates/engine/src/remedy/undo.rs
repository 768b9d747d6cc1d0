//! Taking writes back: from the journal comes what was there before, and a decision per field puts it there again, on
//! both sides. What somebody has changed since stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use entente_core::{
    Base, ConnectedItem, MappingKey, Side, Sides, Value,
    item::{BaseForm, Direction, Mode},
    link::{Decision, Take},
    plan::{NoteCode, STATUS},
};
use entente_store::{Conflict, Entry, JournalFilter, Link, LinkId, NewDecision, NewEntry, Note, is_digest};
use serde::Serialize;

use super::{look_at, rfc_3339};
use crate::{Engine, EngineError, limits::UNDO_ENTRIES_MAX};

/// Which writes are taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undo {
    /// Those of this round.
    pub round: Option<String>,
    /// Those of this item.
    pub item: Option<String>,
    /// Those not older than this.
    pub since_ms: i64,
}

/// What an undo does, or would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UndoReport {
    /// Values that come back, on both sides.
    pub back: Vec<Undone>,
    /// Values that stay as they are, and why.
    pub left: Vec<Undone>,
    /// What happened before this time is forgotten, and cannot be taken back; none while all is kept that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forgotten_before: Option<String>,
    /// Whether it was carried out, or only looked at.
    pub done: bool,
}

/// One value of one field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Undone {
    /// The link's number.
    pub link: i64,
    /// Salesforce record id, or issue key.
    pub record: String,
    /// `salesforce` or `jira`: where it was written.
    pub side: &'static str,
    /// The mapping.
    pub field: String,
    /// What was written.
    pub from: String,
    /// What was there before.
    pub to: String,
    /// Why it stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
}

/// The first value that was there, and the last that was written, of one field of one link.
struct Written {
    side: Side,
    before: Value,
    after: Value,
}

const CHANGED_SINCE: &str = "it was changed since";
const HASHED: &str =
    "its item keeps only hashes of what was agreed; write `base: values` for writes that can be taken back";
const FLOWS_ONE_WAY: &str = "the field flows one way only; change it at its source";
const FIRST_STATUS: &str = "the journal does not know a status from before";
const DIGESTED: &str = "the journal keeps only digests of this field's values (`journal: digest_only`)";
const SAID: &str = "people have read it, so it is not taken back; delete it by hand if it must go";
const NO_LINK: &str = "the link, its item or its mapping is not there any more";

impl Engine {
    /// Takes writes back; with `dry_run`, says what it would do.
    ///
    /// # Errors
    /// There is nothing to take back, or the store.
    pub async fn undo(&self, undo: &Undo, dry_run: bool, by: &str) -> Result<UndoReport, EngineError> {
        let now_ms = self.inner.outside.now_ms();
        if undo.since_ms > now_ms {
            let (since, now) = (rfc_3339(undo.since_ms), rfc_3339(now_ms));
            return Err(EngineError::Missing(format!("{since} is in the future: it is {now} now.")));
        }
        let filter = JournalFilter {
            since_ms: undo.since_ms,
            item: undo.item.clone(),
            round: undo.round.clone(),
            ..JournalFilter::default()
        };
        let entries = self.inner.store.journal_filtered(&filter, UNDO_ENTRIES_MAX).await?;
        let (written, said) = (written(&entries), said(&entries));
        let begins_ms = self.inner.store.journal_begins_ms().await?.filter(|begins_ms| undo.since_ms < *begins_ms);
        let forgotten_before = begins_ms.map(rfc_3339);
        if written.is_empty() && said.is_empty() {
            return Err(self.nothing_to_undo(undo, !entries.is_empty(), forgotten_before.as_deref()).await?);
        }
        let ids: Vec<i64> = written.keys().map(|(link, _)| *link).collect();
        let links = self.inner.store.links_by_ids(&ids).await?;
        let bases = self.inner.store.bases(&ids).await?;
        let (notes, conflicts) = (self.inner.store.notes(&ids).await?, self.inner.store.conflicts(&ids).await?);
        let astray = astray(&links, &notes, &conflicts);
        let (mut report, mut decisions) = (UndoReport { forgotten_before, ..UndoReport::default() }, Vec::new());
        // What an earlier undo has put back is as it was.
        let changed = written.iter().filter(|(_, written)| written.before != written.after);
        for ((id, key), written) in changed {
            let link = links.iter().find(|link| link.id == *id);
            // What the base says of such a field is no longer what its sides show.
            let base = bases.get(id).map(|(base, _)| base).filter(|_| !astray.contains(&(*id, key.clone())));
            let decided = self.decision(link, base, key, written, by);
            let row = told(*id, link, key, written);
            match decided {
                Ok(decision) => {
                    decisions.push(decision);
                    report.back.push(row);
                }
                Err(why) => report.left.push(Undone { why: Some(why), ..row }),
            }
        }
        report.left.extend(said);
        report.done = !dry_run;
        if !dry_run {
            self.inner.store.decide(&decisions, now_ms).await?;
            links.iter().for_each(|link| self.inner.wake(&link.org).notify_one());
        }
        Ok(report)
    }

    /// Why there is nothing to take back: what is named is not there, or has written over nothing.
    async fn nothing_to_undo(
        &self,
        undo: &Undo,
        has_entries: bool,
        forgotten_before: Option<&str>,
    ) -> Result<EngineError, EngineError> {
        let forgotten = forgotten_before.map(|time| format!(" What was written before {time} is forgotten."));
        let forgotten = forgotten.unwrap_or_default();
        Ok(match (&undo.round, &undo.item) {
            (Some(round), _) if has_entries => {
                EngineError::Declined(format!("Round {round} wrote over nothing; what it created is not removed."))
            }
            (Some(round), _) => EngineError::Missing(format!(
                "The journal knows no round {round:?}; `entente journal` names the round of each write.{forgotten}"
            )),
            (None, Some(item)) => {
                let of_item = JournalFilter { item: Some(item.clone()), ..JournalFilter::default() };
                if self.inner.store.journal_filtered(&of_item, 1).await?.is_empty() {
                    self.inner.wiring().configured(item)?;
                }
                let since = rfc_3339(undo.since_ms);
                EngineError::Declined(format!("Item {item} has written over nothing since {since}.{forgotten}"))
            }
            (None, None) => EngineError::Missing("Name a round, or an item and a time.".to_owned()),
        })
    }

    fn decision(
        &self,
        link: Option<&Link>,
        base: Option<&Base>,
        key: &MappingKey,
        written: &Written,
        by: &str,
    ) -> Result<NewDecision, &'static str> {
        let wiring = self.inner.wiring();
        let link = link.filter(|link| link.is_live()).ok_or(NO_LINK)?;
        let item = wiring.config.item(&link.item).ok_or(NO_LINK)?;
        if item.base == BaseForm::Hashes {
            return Err(HASHED);
        }
        if is_digest(&written.before) || is_digest(&written.after) {
            return Err(DIGESTED);
        }
        if !flows_both_ways(item, key).ok_or(NO_LINK)? {
            return Err(FLOWS_ONE_WAY);
        }
        if key.as_str() == STATUS && written.before.is_empty() {
            return Err(FIRST_STATUS);
        }
        let agreed = base.and_then(|base| base.get(key)).ok_or(CHANGED_SINCE)?;
        let seen = own(item, key, agreed);
        if *seen.get(written.side) != written.after {
            return Err(CHANGED_SINCE);
        }
        Ok(NewDecision {
            link_id: link.id,
            item: link.item.clone(),
            mapping: key.clone(),
            decision: Decision { take: Take::Value { side: written.side, value: written.before.clone() }, seen },
            by: by.to_owned(),
            hint: look_at(link, item, self.inner.outside.now_ms()),
        })
    }
}

/// Fields whose sides have parted since they agreed: a value was refused, or has no counterpart, or a person is asked.
fn astray(links: &[Link], notes: &[Note], conflicts: &[Conflict]) -> BTreeSet<(LinkId, MappingKey)> {
    let refused = links.iter().flat_map(|link| link.blocked.keys().map(|key| (link.id, key.clone())));
    let unmapped = notes.iter().filter(|note| note.note.code == NoteCode::Unmapped.as_str());
    let unmapped = unmapped.filter_map(|note| Some((note.link_id, note.note.mapping.clone()?)));
    let asked = conflicts.iter().filter(|conflict| conflict.decided.is_none());
    refused.chain(unmapped).chain(asked.map(|conflict| (conflict.link_id, conflict.mapping.clone()))).collect()
}

/// Writes by link and field: of several, the first one knows what was there, the last one what is there now.
fn written(entries: &[Entry]) -> BTreeMap<(i64, MappingKey), Written> {
    let mut all: BTreeMap<(i64, MappingKey), Written> = BTreeMap::new();
    for what in entries.iter().map(|entry| &entry.what).filter(|what| what.kind == "write") {
        let (Some(link), Some(key), Some(side)) = (what.link_id, what.mapping.clone(), what.side) else { continue };
        let (before, after) = (what.before.clone().unwrap_or_default(), what.after.clone().unwrap_or_default());
        match all.get_mut(&(link, key.clone())) {
            Some(first) if first.side == side => first.after = after,
            Some(_) => {}
            None => drop(all.insert((link, key), Written { side, before, after })),
        }
    }
    all
}

/// Copies of comments and files, none of which comes back.
fn said(entries: &[Entry]) -> Vec<Undone> {
    let copies =
        entries.iter().map(|entry| &entry.what).filter(|what| matches!(what.kind.as_str(), "comment" | "file"));
    let row = |what: &NewEntry| {
        Some(Undone {
            link: what.link_id?,
            record: what.record_id.clone()?,
            side: what.side?.as_str(),
            field: what.kind.clone(),
            from: what.text.clone(),
            to: String::new(),
            why: Some(SAID),
        })
    };
    copies.filter_map(row).collect()
}

fn flows_both_ways(item: &ConnectedItem, key: &MappingKey) -> Option<bool> {
    if key.as_str() == STATUS {
        return item.status.as_ref().map(|_| true);
    }
    let mapping = item.fields.iter().find(|mapping| mapping.key == *key)?;
    Some(item.mode == Mode::TwoWay && mapping.direction == Direction::Both)
}

/// What the mapped fields themselves showed when both sides agreed.
fn own(item: &ConnectedItem, key: &MappingKey, agreed: &Sides<Value>) -> Sides<Value> {
    let Some(mapping) = item.mapping(key) else { return agreed.clone() };
    let own = |side| mapping.collected(side, agreed.get(side)).own.1.clone();
    Sides::new(own(Side::Salesforce), own(Side::Jira))
}

fn told(id: i64, link: Option<&Link>, key: &MappingKey, written: &Written) -> Undone {
    let record = link.map(|link| match written.side {
        Side::Salesforce => link.salesforce_id.clone(),
        Side::Jira => link.jira_key.clone(),
    });
    Undone {
        link: id,
        record: record.unwrap_or_default(),
        side: written.side.as_str(),
        field: key.to_string(),
        from: written.after.to_string(),
        to: written.before.to_string(),
        why: None,
    }
}

//! Our own edits in Jira that nobody heard the answer of: whose words they have overwritten.
//!
//! Jira has no conditional edit. The answer to an edit says what it replaced; when that answer is lost, or the process
//! dies before it is stored, only the issue's changelog still knows. It is asked where a field shows that such an edit
//! may have happened: both sides have changed since they last agreed, or Jira has while the link was not at rest. The
//! first edit of a pair may go unheard too; that an issue names its record, and no link is stored, is all that shows it.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use entente_core::{MappingKey, Side, Value, plan::STATUS};
use entente_jira::{Change, IssueId, limits::CHANGELOG_FIELDS_MAX};
use entente_store::{LinkId, NewEntry, StoreError};
use entente_transport::CallError;
use jiff::Timestamp;

use super::{
    jira::is_ours,
    receipt::{lost_entry, wire_name},
};
use crate::{error::EngineError, round::Scene, translate::changelog::says, unit::Work};

type Doubts = Vec<(usize, BTreeSet<MappingKey>)>;
/// Changes by an issue's number.
type Changes = HashMap<String, Vec<Change>>;

/// Journals what edits of ours overwrote, where nobody heard of it. From then on an edit that was found is agreed on.
pub(super) async fn journal(scene: &Scene<'_>, works: &mut [Work]) {
    ask(scene, works).await;
    works.iter_mut().filter(|work| work.is_open()).for_each(|work| work.stopped = false);
}

async fn ask(scene: &Scene<'_>, works: &mut [Work]) {
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::LostUnheard) {
        return;
    }
    let open = works.iter().enumerate().filter(|(_, work)| work.is_open());
    let doubts: Doubts =
        open.map(|(n, work)| (n, doubtful(scene, work))).filter(|(_, keys)| !keys.is_empty()).collect();
    if doubts.is_empty() {
        return;
    }
    let first_run = match first_run(scene).await {
        Ok(first_run) => first_run,
        Err(error) => return ask_again(scene, works, &doubts, None, &error.to_string()),
    };
    let changes = match changes(scene, works, &doubts).await {
        Ok(changes) => alone(scene, works, &doubts, changes).await,
        failed @ Err(_) => failed,
    };
    match changes {
        Ok(changes) => {
            let lost =
                doubts.into_iter().map(|(n, keys)| (n, overwritten(scene, &works[n], &keys, &changes, first_run)));
            let lost: Vec<(usize, Vec<NewEntry>)> = lost.filter(|(_, entries)| !entries.is_empty()).collect();
            tell(scene, works, lost).await;
        }
        // Whoever may not read the history cannot be helped; anybody else asks again before anything is forgotten.
        Err(CallError::Denied { .. } | CallError::Invalid { .. } | CallError::Gone { .. }) => {}
        Err(
            error @ (CallError::NotApplied { .. }
            | CallError::Throttled { .. }
            | CallError::Auth { .. }
            | CallError::Stale { .. }
            | CallError::Ambiguous { .. }
            | CallError::Broken { .. }),
        ) => ask_again(scene, works, &doubts, error.after(), &error.to_string()),
    }
}

/// Journals what was lost, unless the journal holds it already: an edit of ours that was heard, or told of before.
async fn tell(scene: &Scene<'_>, works: &mut [Work], lost: Vec<(usize, Vec<NewEntry>)>) {
    match journalled(scene, works, &lost).await {
        Ok(known) => {
            for (n, mut entries) in lost {
                let issue = works[n].id(Side::Jira).to_owned();
                entries.retain(|entry| {
                    let (Some(mapping), Some(value)) = (&entry.mapping, &entry.before) else { return true };
                    let known = known.get(&(issue.clone(), mapping.clone()));
                    !known.is_some_and(|known| known.iter().any(|known| says(&value.to_string(), known)))
                });
                works[n].journal.append(&mut entries);
            }
        }
        Err(error) => {
            for (n, _) in lost {
                let due_ms = scene.worker.later(&works[n].unit);
                works[n].again(due_ms, error.to_string());
            }
        }
    }
}

/// Values that the journal says we have replaced, by issue and field. It knows them under the links that an issue has, and
/// under those that it had before an end of them was lost.
async fn journalled(
    scene: &Scene<'_>,
    works: &[Work],
    lost: &[(usize, Vec<NewEntry>)],
) -> Result<HashMap<(String, MappingKey), Vec<Value>>, StoreError> {
    let store = scene.worker.store();
    let issues: Vec<String> = lost.iter().map(|(n, _)| works[*n].id(Side::Jira).to_owned()).collect();
    let (org, site) = (&scene.wired.org.name, &scene.wired.site.name);
    let links = store.links_by_records(org, Side::Jira, site, &issues).await?;
    let issue_of: HashMap<LinkId, String> = links.into_iter().map(|link| (link.id, link.jira_id)).collect();
    let ids: Vec<LinkId> = issue_of.keys().copied().collect();
    let mut replaced: HashMap<(String, MappingKey), Vec<Value>> = HashMap::new();
    for (id, key, value) in store.journalled_before(Side::Jira, &ids).await? {
        let Some(issue) = issue_of.get(&id) else { continue };
        replaced.entry((issue.clone(), key)).or_default().push(value);
    }
    Ok(replaced)
}

fn ask_again(scene: &Scene<'_>, works: &mut [Work], doubts: &Doubts, after: Option<Duration>, reason: &str) {
    for (n, _) in doubts {
        let due_ms = scene.worker.later_after(&works[*n].unit, after);
        works[*n].again(due_ms, reason);
    }
}

/// When the item first ran: nothing of ours is older.
async fn first_run(scene: &Scene<'_>) -> Result<Timestamp, EngineError> {
    let runtime = scene.worker.store().item_runtime(&scene.wired.item.name).await?;
    Ok(runtime.first_run_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_default())
}

/// The fields that an unheard edit of ours may have touched.
fn doubtful(scene: &Scene<'_>, work: &Work) -> BTreeSet<MappingKey> {
    if work.unit.link.is_none() {
        return if names_its_record(scene, work) { all_fields(scene) } else { BTreeSet::new() };
    }
    let (Some(link), Some(base)) = (&work.unit.link, &work.base) else { return BTreeSet::new() };
    let is_at_rest = link.versions.jira.is_some();
    let moved = |key, now: &Value| base.get(key).map_or(!is_at_rest, |then| then.jira != *now);
    let agreed = work.plan.base.iter().filter(|(key, now)| moved(key, &now.jira));
    let both = Side::BOTH.into_iter().flat_map(|side| work.updates(side)).chain(work.status());
    let both = both.filter(|write| write.overwrites);
    let in_jira = work.updates(Side::Salesforce).iter().filter(|_| !is_at_rest);
    let keys = agreed.map(|(key, _)| key).chain(both.chain(in_jira).map(|write| &write.key));
    keys.chain(work.plan.conflicts.iter().map(|conflict| &conflict.key)).chain(work.landed.keys()).cloned().collect()
}

/// Whether an issue that was not linked yet names its record: our first edit does that, with all that it sets.
fn names_its_record(scene: &Scene<'_>, work: &Work) -> bool {
    let path = scene.wired.item.correlation.as_ref().map(|correlation| correlation.jira.as_str());
    let shown = path.and_then(|path| work.seen.jira.record()?.value(path)?.as_text());
    shown.is_some_and(|shown| Some(shown) == work.unit.ids.salesforce.as_deref())
}

fn all_fields(scene: &Scene<'_>) -> BTreeSet<MappingKey> {
    let status = scene.wired.item.status.iter().map(|_| MappingKey::named(STATUS));
    scene.wired.item.fields.iter().map(|mapping| mapping.key.clone()).chain(status).collect()
}

async fn changes(scene: &Scene<'_>, works: &[Work], doubts: &Doubts) -> Result<Changes, CallError> {
    let issues: Vec<IssueId> = doubts.iter().filter_map(|(n, _)| works[*n].id(Side::Jira).parse().ok()).collect();
    let keys: BTreeSet<&MappingKey> = doubts.iter().flat_map(|(_, keys)| keys).collect();
    let fields: Vec<String> = keys.into_iter().filter_map(|key| field_id(scene, key)).collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let mut found = Changes::new();
    for fields in fields.chunks(CHANGELOG_FIELDS_MAX) {
        for issue in scene.wired.site.client.bulk_changelogs(&issues, fields).await? {
            found.entry(issue.issue.to_string()).or_default().extend(issue.changes);
        }
    }
    Ok(found)
}

/// Asks an issue by itself of which the answer says nothing, though a write to it was never heard of: an answer about many
/// leaves out an issue without such changes and one that was hidden since it was read, and does not say which. Where it
/// is hidden, the pair is put off. One that was not read either is lost, or not, for the plan to say.
async fn alone(
    scene: &Scene<'_>,
    works: &mut [Work],
    doubts: &Doubts,
    mut changes: Changes,
) -> Result<Changes, CallError> {
    for (n, _) in doubts {
        let work = &mut works[*n];
        let id = work.id(Side::Jira).to_owned();
        let was_read = work.seen.jira.record().is_some();
        if work.earlier.is_empty() || !was_read || changes.contains_key(&id) {
            continue;
        }
        let Ok(issue) = id.parse::<IssueId>() else { continue };
        match scene.wired.site.client.changelog(issue).await {
            Ok(all) => drop(changes.insert(id, all)),
            Err(CallError::Gone { reason }) => work.again(scene.worker.later(&work.unit), reason),
            Err(error) => return Err(error),
        }
    }
    Ok(changes)
}

fn field_id(scene: &Scene<'_>, key: &MappingKey) -> Option<String> {
    if key.as_str() == STATUS {
        return Some(STATUS.to_owned());
    }
    let mapping = scene.wired.item.fields.iter().find(|mapping| mapping.key == *key)?;
    Some(wire_name(scene, Side::Jira, &mapping.paths.jira))
}

/// What stood in the issue before each edit of ours since the link was last at rest, other than what was agreed then.
fn overwritten(
    scene: &Scene<'_>,
    work: &Work,
    keys: &BTreeSet<MappingKey>,
    changes: &Changes,
    first_run: Timestamp,
) -> Vec<NewEntry> {
    let Some(changes) = changes.get(work.id(Side::Jira)) else { return Vec::new() };
    // A rest may rest on the answer to a write of another field, before which an older one has landed.
    let announced = work.earlier.iter().map(|sent| scene.wired.site.to_their_ms(sent.at_ms)).min();
    let rested = work.unit.link.as_ref().map(|link| link.read_ms.jira);
    let since_ms = rested.map(|ms| announced.map_or(ms, |announced| announced.min(ms)));
    let is_since = |at: Timestamp| match since_ms {
        Some(since_ms) => at.as_millisecond() >= since_ms,
        None => scene.wired.site.to_our_time(at) >= first_run,
    };
    let since: Vec<&Change> = changes.iter().filter(|change| change.created.is_some_and(is_since)).collect();
    let of = |key: &MappingKey| {
        let agreed = work.base.as_ref().and_then(|base| base.get(key)).map(|agreed| &agreed.jira);
        let agreed = work.landed.get(key).or(agreed).unwrap_or(&Value::Empty);
        let lost = replaced_by_us(&since, &field_id(scene, key)?, agreed);
        Some(lost.into_iter().map(|value| lost_entry(work, Side::Jira, key, &value)).collect::<Vec<_>>())
    };
    keys.iter().filter_map(of).flatten().collect()
}

/// Values of a field that our own edits have replaced, beside the one that was known to stand there and our own. The
/// changes are the oldest first.
pub(super) fn replaced_by_us(changes: &[&Change], field: &str, known: &Value) -> Vec<Value> {
    let ours = changes.iter().filter(|change| is_ours(change)).flat_map(|change| &change.items);
    let mut lost = Vec::new();
    let mut last: Option<&str> = None;
    for item in ours.filter(|item| item.field_id.as_deref() == Some(field)) {
        let from = item.from_string.as_deref().unwrap_or_default();
        let is_known = match last {
            Some(last) => last == from,
            // Of people it tells the name, and their account as the id.
            None => says(from, known) || item.from.as_deref().is_some_and(|id| says(id, known)),
        };
        if !is_known && !from.is_empty() {
            lost.push(Value::text(from));
        }
        last = Some(item.to_string.as_deref().unwrap_or_default());
    }
    lost
}

#[cfg(test)]
mod tests {
    use entente_jira::{HistoryMetadata, Participant};

    use super::*;

    fn change(by_us: bool, from: &str, to: &str) -> Change {
        let generator = Participant { id: Some("entente".to_owned()), kind: None };
        let mark = HistoryMetadata { generator: by_us.then_some(generator), ..HistoryMetadata::default() };
        let item = format!(r#"{{"fieldId":"summary","fromString":"{from}","toString":"{to}"}}"#);
        let change: Change = serde_json::from_str(&format!(r#"{{"id":"1","items":[{item}]}}"#)).unwrap();
        Change { history_metadata: Some(mark), ..change }
    }

    #[track_caller]
    fn expect(changes: &[(bool, &str, &str)], lost: &[&str]) {
        let changes: Vec<Change> = changes.iter().map(|(by_us, from, to)| change(*by_us, from, to)).collect();
        let changes: Vec<&Change> = changes.iter().collect();
        let lost: Vec<Value> = lost.iter().map(|value| Value::text(value)).collect();
        assert_eq!(replaced_by_us(&changes, "summary", &Value::text("agreed")), lost);
        assert_eq!(replaced_by_us(&changes, "description", &Value::text("agreed")), Vec::new(), "another field");
    }

    #[test]
    fn only_what_nobody_knew_of_was_lost() {
        expect(&[(true, "agreed", "ours")], &[]);
        expect(&[(false, "agreed", "theirs"), (true, "theirs", "ours")], &["theirs"]);
        expect(&[(true, "agreed", "ours"), (true, "ours", "ours, later")], &[]);
        expect(&[(true, "agreed", "ours"), (false, "ours", "theirs"), (true, "theirs", "ours")], &["theirs"]);
        expect(&[(true, "agreed", "ours"), (false, "ours", "theirs")], &[]);
    }
}

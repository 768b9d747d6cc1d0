//! The only place that changes records in Salesforce or Jira. It obeys plans; it never decides.
//!
//! Order: twins first, then fields and correlation on both sides at once, then statuses. A step that fails leaves what
//! depends on it for the next round; what was achieved, and only that, becomes the base.

mod create;
pub(crate) mod jira;
pub(crate) mod payload;
mod receipt;
pub(crate) mod removal;
mod salesforce;
mod status;
mod unheard;

pub(crate) use self::salesforce::put_off_young;
use entente_core::{MappingKey, Side, Sides, Value, plan::Write};
use entente_store::NewEntry;

use crate::{round::Scene, unit::Work};

/// Carries out the plans of a round.
pub(crate) async fn run(scene: &Scene<'_>, works: &mut [Work]) {
    unheard::journal(scene, works).await;
    for work in works.iter_mut().filter(|work| work.is_open()) {
        settle_without_calls(work);
    }
    announce_overwrites(scene, works).await;
    create::in_jira(scene, works).await;
    create::in_salesforce(scene, works).await;
    let (salesforce, jira) = tokio::join!(salesforce::write(scene, works), jira::write(scene, works));
    for receipt in salesforce.into_iter().chain(jira) {
        receipt::settle(scene, works, receipt);
    }
    status::write(scene, works).await;
}

/// Edits that are about to be overwritten go to the journal before anything is sent: a crash in between must not be the
/// last that is known of them.
async fn announce_overwrites(scene: &Scene<'_>, works: &mut [Work]) {
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::SilentOverwrite) {
        return;
    }
    let mut entries = Vec::new();
    for work in works.iter().filter(|work| work.is_open()) {
        for side in Side::BOTH {
            let status = work.status().filter(|_| side == Side::Jira);
            for write in work.updates(side).iter().chain(status).filter(|write| write.overwrites) {
                let text = format!("About to overwrite {side} {} \"{}\" by \"{}\"", write.path, write.from, write.to);
                let entry = written(work, side, &write.key, &write.from, &write.to, text);
                entries.push(NewEntry {
                    kind: "overwrite".to_owned(),
                    org: Some(scene.wired.org.name.clone()),
                    item: Some(scene.wired.item.name.clone()),
                    link_id: work.unit.link.as_ref().map(|link| link.id),
                    round: Some(scene.round.clone()),
                    ..entry
                });
            }
        }
    }
    if entries.is_empty() {
        return;
    }
    if let Err(error) = scene.worker.store().journal(&entries, scene.worker.outside().now_ms()).await {
        let due = |work: &Work| scene.worker.later(&work.unit);
        for work in works.iter_mut().filter(|work| work.is_open()) {
            let due_ms = due(work);
            work.again(due_ms, error.to_string());
        }
    }
}

/// What a plan asks for that no vendor has to hear of: agreements, separations, and links that go on with another record.
fn settle_without_calls(work: &mut Work) {
    for (key, values) in work.plan.base.clone() {
        work.journal.extend(replaced(work, &key, &values));
        work.base_next.set(key.clone(), values);
        work.blocked_next.remove(&key);
    }
    for write in &work.plan.writes {
        let (kind, text) = match write {
            Write::Unlink { reason } => {
                work.unlinked = Some(reason.clone());
                ("unlink", format!("Unlinked: {reason}"))
            }
            Write::Follow { item, salesforce_id, reason } => {
                work.follows = Some((item.clone(), salesforce_id.clone()));
                ("follow", reason.clone())
            }
            Write::Create { .. } | Write::Correlate { .. } | Write::Update { .. } | Write::Status { .. } => continue,
        };
        work.journal.push(NewEntry { kind: kind.to_owned(), text, ..NewEntry::default() });
    }
}

/// What stood on each side before both came to show the same. It may have been our own write whose answer was lost, or
/// that a crash kept from being recorded, so the value that it replaced must not be forgotten with the base.
fn replaced(work: &Work, key: &MappingKey, values: &Sides<Value>) -> Vec<NewEntry> {
    let Some(agreed) = work.base.as_ref().and_then(|base| base.get(key)) else { return Vec::new() };
    let changed = Side::BOTH.into_iter().filter(|side| agreed.get(*side) != values.get(*side));
    let entry = |side: Side| {
        let (before, after) = (agreed.get(side), values.get(side));
        let text = format!("{side} {key} is \"{after}\" now, as on the other side; it was \"{before}\"");
        NewEntry { kind: "agreed".to_owned(), ..written(work, side, key, before, after, text) }
    };
    changed.map(entry).collect()
}

/// The journal's entry for one value that was written.
fn written(
    work: &Work,
    side: Side,
    key: &MappingKey,
    before: &entente_core::Value,
    after: &entente_core::Value,
    text: String,
) -> NewEntry {
    NewEntry {
        kind: "write".to_owned(),
        side: Some(side),
        record_id: Some(work.id(side).to_owned()),
        mapping: Some(key.clone()),
        #[cfg(feature = "simulation")]
        before: (!entente_core::wrong::is(entente_core::wrong::Wrong::SilentOverwrite)).then(|| before.clone()),
        #[cfg(not(feature = "simulation"))]
        before: Some(before.clone()),
        after: Some(after.clone()),
        text,
        ..NewEntry::default()
    }
}

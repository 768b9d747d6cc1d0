//! The only place that changes records in Salesforce or Jira. It obeys plans; it never decides.
//!
//! Order: twins first, then fields and correlation on both sides at once, then what is reopened, then comments and files,
//! then the other statuses. A step that fails leaves what depends on it for the next round; what was achieved, and only
//! that, becomes the base.

pub(crate) mod access;
pub(crate) mod alert;
mod comments;
pub(crate) mod create;
mod culprit;
pub(crate) mod delivery;
mod files;
pub(crate) mod jira;
pub(crate) mod link_note;
pub(crate) mod payload;
mod receipt;
mod reference;
pub(crate) mod removal;
mod salesforce;
mod status;
mod unheard;

pub(crate) use self::salesforce::put_off_young;
use entente_core::{
    MappingKey, Side, Sides, Value,
    plan::{FieldWrite, Write},
};
use entente_store::{NewEntry, Sent};

use crate::{round::Scene, unit::Work};

/// Carries out the plans of a round.
pub(crate) async fn run(scene: &Scene<'_>, works: &mut [Work]) {
    unheard::journal(scene, works).await;
    for work in works.iter_mut().filter(|work| work.is_open()) {
        settle_without_calls(work);
    }
    announce(scene, works).await;
    create::run(scene, works).await;
    let (salesforce, jira) = tokio::join!(salesforce::write(scene, works), jira::write(scene, works));
    for receipt in salesforce.into_iter().chain(jira) {
        culprit::settle(scene, works, receipt).await;
    }
    // A closed issue may take no comment, and one that closes gets its last words before.
    let (reopened, others) = status::turns(scene, works).await;
    status::write(scene, works, &reopened).await;
    comments::write(scene, works).await;
    files::write(scene, works).await;
    status::write(scene, works, &others).await;
    link_note::write(scene, works).await;
}

/// Everything that is about to be written to a record that is there is announced before anything is sent, and edits that
/// it overwrites go to the journal: a crash in between must not be the last that is known of either.
async fn announce(scene: &Scene<'_>, works: &mut [Work]) {
    let now_ms = scene.worker.outside().now_ms();
    let open = || works.iter().filter(|work| work.is_open());
    let sent: Vec<Sent> = open().flat_map(|work| updates(scene, work, now_ms)).collect();
    let entries: Vec<NewEntry> = open().flat_map(|work| overwrites(scene, work)).collect();
    #[cfg(feature = "simulation")]
    let entries = match entente_core::wrong::is(entente_core::wrong::Wrong::SilentOverwrite) {
        true => Vec::new(),
        false => entries,
    };
    if sent.is_empty() && entries.is_empty() {
        return;
    }
    let announced = async { scene.worker.store().announce(&scene.worker.fence()?, &sent, &entries, now_ms).await };
    if let Err(error) = announced.await {
        put_off(scene, works.iter_mut().filter(|work| work.is_open()), &error.to_string());
    }
}

/// Whom a failure concerns comes again later.
fn put_off<'w>(scene: &Scene<'_>, works: impl Iterator<Item = &'w mut Work>, reason: &str) {
    for work in works {
        work.again(scene.worker.later(&work.unit), reason);
    }
}

fn updates(scene: &Scene<'_>, work: &Work, now_ms: i64) -> Vec<Sent> {
    let Some(pair) = work.pair() else { return Vec::new() };
    let of = |side: Side| work.updates(side).iter().map(move |write| (side, write));
    let sent = |(side, write): (Side, &FieldWrite)| Sent {
        pair: pair.clone(),
        mapping: write.key.clone(),
        side,
        round: scene.round.clone(),
        before: write.from.clone(),
        after: write.to.clone(),
        source: write.source.clone(),
        at_ms: now_ms,
    };
    Side::BOTH.into_iter().flat_map(of).map(sent).collect()
}

fn overwrites(scene: &Scene<'_>, work: &Work) -> Vec<NewEntry> {
    let of = |side: Side| {
        let status = work.status().filter(|_| side == Side::Jira);
        work.updates(side).iter().chain(status).map(move |write| (side, write))
    };
    let entry = |(side, write): (Side, &FieldWrite)| NewEntry {
        kind: "overwrite".to_owned(),
        org: Some(scene.wired.org.name.clone()),
        item: Some(scene.wired.item.name.clone()),
        link_id: work.link_id(),
        round: Some(scene.round.clone()),
        ..written(
            work,
            side,
            &write.key,
            &write.from,
            &write.to,
            format!("About to overwrite {side} {} \"{}\" by \"{}\"", write.path, write.from, write.to),
        )
    };
    Side::BOTH.into_iter().flat_map(of).filter(|(_, write)| write.overwrites).map(entry).collect()
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
pub(crate) fn written(
    work: &Work,
    side: Side,
    key: &MappingKey,
    before: &Value,
    after: &Value,
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

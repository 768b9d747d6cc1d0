//! Field updates in Salesforce. Fields that people may edit go by guarded composite parts, which the org refuses when
//! the record has changed since it was read; the correlation field, which is ours alone, goes by collections.

use entente_core::Side;
use entente_transport::CallError;
use serde_json::{Map, Value as Json};

use super::{
    receipt::{Receipt, wire_name},
    reference::{self, Referents},
};
use crate::{
    limits::ECHO_AGE_MS,
    outside::{GuardedUpdate, OwnUpdate},
    round::{Scene, read},
    unit::Work,
};

/// Puts off what would be written to a record that was read in the very second of its last edit: the org compares whole
/// seconds, so another edit within that second would pass its guard.
pub(crate) fn put_off_young(scene: &Scene<'_>, works: &mut [Work]) {
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::Unguarded) {
        return;
    }
    let now_ms = scene.worker.outside().now_ms();
    let their_now_ms = scene.wired.org.to_their_ms(now_ms);
    for work in works.iter_mut().filter(|work| work.is_open() && !work.updates(Side::Salesforce).is_empty()) {
        let Some(modified) = work.seen.salesforce.modified else { continue };
        // The org tells its time in whole seconds too: two seconds later it is certain that one has gone by. An edit from
        // further ahead is the work of a clock that was set back, which nobody can wait for.
        let over_ms = (modified.as_second() + 1) * 1_000;
        if work.seen.salesforce.read_ms < over_ms && over_ms - 2 * ECHO_AGE_MS <= their_now_ms {
            work.again(now_ms + ECHO_AGE_MS, "it was read within the second of its last edit");
        }
    }
}

/// Updates every record that has field writes or wants its correlation field set.
pub(super) async fn write(scene: &Scene<'_>, works: &[Work]) -> Vec<Receipt> {
    let object = &scene.wired.item.salesforce.object;
    let open = |work: &&Work| work.is_open() && work.unit.ids.salesforce.is_some();
    let written = works.iter().filter(open).flat_map(|work| work.updates(Side::Salesforce));
    let referents = Referents::find(scene, written.map(|write| (&write.path, &write.to))).await;
    let (mut guarded, mut own, mut unsent) = (Vec::new(), Vec::new(), Vec::new());
    for (n, work) in works.iter().enumerate().filter(|(_, work)| open(work)) {
        let fields = match fields(scene, work, &referents) {
            Ok(fields) if fields.is_empty() => continue,
            Ok(fields) => fields,
            Err(error) => {
                unsent.push((n, Err(error)));
                continue;
            }
        };
        let id = work.id(Side::Salesforce).to_owned();
        if work.updates(Side::Salesforce).is_empty() {
            own.push((n, OwnUpdate { id, fields }));
        } else {
            let unmodified_since = work.seen.salesforce.modified;
            #[cfg(feature = "simulation")]
            let unmodified_since =
                unmodified_since.filter(|_| !entente_core::wrong::is(entente_core::wrong::Wrong::Unguarded));
            guarded.push((n, GuardedUpdate { id, fields, unmodified_since }));
        }
    }
    let (own_n, own): (Vec<_>, Vec<_>) = own.into_iter().unzip();
    let (guarded_n, guarded): (Vec<_>, Vec<_>) = guarded.into_iter().unzip();
    let org = &scene.wired.org;
    let (own, guarded) = tokio::join!(org.update_own(object, own), org.update_guarded(object, guarded));
    let receipt = |(n, outcome): (usize, Result<(), CallError>)| Receipt {
        work: n,
        side: Side::Salesforce,
        outcome: outcome.map(|()| None).map_err(|error| {
            let paths = works[n].updates(Side::Salesforce).iter().map(|write| &write.path);
            reference::named(scene, paths, error)
        }),
        lost: Vec::new(),
        moved: false,
    };
    let outcomes = own_n.into_iter().zip(own).chain(guarded_n.into_iter().zip(guarded)).chain(unsent);
    let mut receipts: Vec<Receipt> = outcomes.map(receipt).collect();
    read_back(scene, works, &mut receipts).await;
    receipts
}

fn fields(scene: &Scene<'_>, work: &Work, referents: &Referents) -> Result<Map<String, Json>, CallError> {
    let mut fields = Map::new();
    for write in work.updates(Side::Salesforce) {
        let Some(field) = scene.scheme.salesforce.get(&write.path) else { continue };
        referents.put(&mut fields, scene, field, &write.to)?;
    }
    if let (Some(path), Some(key)) = (work.correlation(Side::Salesforce), &work.facts.jira_key) {
        fields.insert(wire_name(scene, Side::Salesforce, path), Json::from(key.as_str()));
    }
    Ok(fields)
}

/// Salesforce answers an update with nothing, so what it made of the values is read, in one query for the round.
async fn read_back(scene: &Scene<'_>, works: &[Work], receipts: &mut [Receipt]) {
    let wanted =
        |receipt: &&mut Receipt| receipt.outcome.is_ok() && !works[receipt.work].updates(Side::Salesforce).is_empty();
    let ids: Vec<String> =
        receipts.iter_mut().filter(wanted).map(|r| works[r.work].id(Side::Salesforce).to_owned()).collect();
    if ids.is_empty() {
        return;
    }
    let Ok(rows) = read::salesforce(scene, &ids).await else { return };
    let ourselves = scene.wired.org.user_id().await;
    for receipt in receipts.iter_mut().filter(wanted) {
        if let Some(row) = rows.get(works[receipt.work].id(Side::Salesforce)) {
            let seen = read::salesforce_seen(scene, row);
            receipt.moved = ourselves.is_some() && seen.modified_by != ourselves;
            receipt.outcome = Ok(Some(seen));
        }
    }
}

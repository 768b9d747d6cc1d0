//! Twins in Salesforce: made under a key of their own, and after a lost answer looked for by that key.

use std::collections::HashMap;

use entente_core::Side;
use entente_salesforce::Filter;
use entente_store::{Intent, IntentState, ParkedClass};
use entente_transport::CallError;
use serde_json::{Map, Value as Json};

use super::{
    adopt, announce, mark_sent, put_off,
    refused::{fingerprint, refused},
    wanting,
};
use crate::{
    apply::{payload::Payload, receipt::wire_name, reference::Referents},
    limits::BACKOFF_FIRST_MS,
    outside::OrgRow,
    round::{Scene, read},
    scheme::ENTENTE_KEY,
    unit::{Refused, Seen, Work},
};

/// Creates the Salesforce records that the plans of a round ask for. The operation id is a unique external id there: sent
/// again, a creation makes no second record. But it sets again what somebody may have edited since, and so does the first
/// request, should it come late.
pub(super) async fn create(scene: &Scene<'_>, works: &mut [Work]) {
    let wanting = wanting(works, Side::Salesforce);
    if wanting.is_empty() {
        return;
    }
    if !scene.scheme.salesforce_markers {
        let object = &scene.wired.item.salesforce.object;
        let reason = format!(
            "{object} has no field {} that the integration user can write; deploy apps/salesforce/core",
            ENTENTE_KEY
        );
        for n in wanting {
            works[n].parked = Some(Refused::new(reason.clone(), ParkedClass::Rejected, fingerprint(&works[n])));
        }
        return;
    }
    let Some(intents) = announce(scene, works, &wanting, Side::Salesforce, None).await else { return };
    let (unknown, mut intents): (Vec<_>, Vec<_>) =
        intents.into_iter().partition(|(_, intent)| intent.state == IntentState::Sent);
    intents.extend(probe(scene, works, unknown).await);
    if intents.is_empty() || !mark_sent(scene, works, &intents, Side::Salesforce).await {
        return;
    }
    let payloads: Vec<Payload> = intents.iter().map(|(_, intent)| Payload::parse(&intent.new.payload)).collect();
    let values = payloads.iter().flat_map(|payload| payload.values(&scene.wired.item, Side::Salesforce));
    let referents = Referents::find(scene, values).await;
    let (mut intents_sent, mut rows) = (Vec::new(), Vec::new());
    for ((n, intent), payload) in intents.into_iter().zip(&payloads) {
        match new_record(scene, &works[n], payload, &referents) {
            Ok(row) => {
                rows.push((intent.new.op_id.clone(), row));
                intents_sent.push((n, intent));
            }
            Err(error) => refused(scene, &mut works[n], Side::Salesforce, &intent, &error),
        }
    }
    if rows.is_empty() {
        return;
    }
    let outcomes = scene.wired.org.create(&scene.wired.item.salesforce.object, rows).await;
    let (mut created, mut unclear) = (Vec::new(), Vec::new());
    for ((n, intent), outcome) in intents_sent.into_iter().zip(outcomes) {
        match outcome {
            Ok(id) => created.push((n, intent, id)),
            Err(error) => {
                refused(scene, &mut works[n], Side::Salesforce, &intent, &error);
                if error.may_have_happened() {
                    unclear.push((n, intent));
                }
            }
        }
    }
    if !unclear.is_empty() {
        // What a lost request may still do, it may do from now on, not from when it was sent.
        mark_sent(scene, works, &unclear, Side::Salesforce).await;
    }
    adopt_created(scene, works, created).await;
}

/// Looks for creations whose outcome is unknown. What is found is adopted; what is not found waits until a late request
/// can no longer take effect, and is then sent again.
async fn probe(scene: &Scene<'_>, works: &mut [Work], unknown: Vec<(usize, Intent)>) -> Vec<(usize, Intent)> {
    if unknown.is_empty() {
        return unknown;
    }
    let now_ms = scene.worker.outside().now_ms();
    let found = match made(scene, &unknown).await {
        Ok(found) => found,
        Err(error) => {
            let which: Vec<usize> = unknown.iter().map(|(n, _)| *n).collect();
            put_off(scene, works, &which, &error.to_string());
            return Vec::new();
        }
    };
    let (mut adopted, mut to_send) = (Vec::new(), Vec::new());
    for (n, intent) in unknown {
        let rest_ms = intent.settle_until_ms.map_or(0, |until_ms| until_ms - now_ms);
        match found.get(&intent.new.op_id) {
            Some(id) => adopted.push((n, intent, id.clone())),
            None if rest_ms <= 0 => to_send.push((n, intent)),
            None => works[n].again(
                now_ms + rest_ms.min(BACKOFF_FIRST_MS),
                "a record may still be on its way; waiting until that is settled",
            ),
        }
    }
    adopt_created(scene, works, adopted).await;
    to_send
}

/// The records that these operations have made, by operation.
async fn made(scene: &Scene<'_>, intents: &[(usize, Intent)]) -> Result<HashMap<String, String>, CallError> {
    let ops = intents.iter().map(|(_, intent)| intent.new.op_id.as_str());
    let paths = ["Id".to_owned(), ENTENTE_KEY.to_owned()];
    let object = &scene.wired.item.salesforce.object;
    let rows = scene.wired.org.find(object, &paths, Filter::is_in(ENTENTE_KEY, ops)).await?;
    let op = |row: &OrgRow| Some((row.text(ENTENTE_KEY)?.to_owned(), row.id.clone()));
    Ok(rows.iter().filter_map(op).collect())
}

/// Reads created records back, so that the base is what they show and not what we believe.
async fn adopt_created(scene: &Scene<'_>, works: &mut [Work], created: Vec<(usize, Intent, String)>) {
    let ids: Vec<String> = created.iter().map(|(_, _, id)| id.clone()).collect();
    let rows = read::salesforce(scene, &ids).await.unwrap_or_default();
    let seen: HashMap<String, Seen> =
        rows.iter().map(|(id, row)| (id.clone(), read::salesforce_seen(scene, row))).collect();
    for (n, intent, id) in created {
        let after = seen.get(&id).cloned();
        adopt(scene, &mut works[n], Side::Salesforce, &intent, id, after).await;
    }
}

fn new_record(
    scene: &Scene<'_>,
    work: &Work,
    payload: &Payload,
    referents: &Referents,
) -> Result<Map<String, Json>, CallError> {
    let mut row = Map::new();
    for (path, value) in payload.values(&scene.wired.item, Side::Salesforce) {
        let Some(field) = scene.scheme.salesforce.get(path) else { continue };
        referents.put(&mut row, scene, field, value)?;
    }
    if let (Some(correlation), Some(key)) = (&scene.wired.item.correlation, &work.facts.jira_key) {
        row.insert(wire_name(scene, Side::Salesforce, &correlation.salesforce), Json::from(key.as_str()));
    }
    Ok(row)
}

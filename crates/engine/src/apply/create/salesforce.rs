//! Twins in Salesforce: made under a key of their own, and after a lost answer looked for by that key.

use std::collections::HashMap;

use entente_core::Side;
use entente_salesforce::Filter;
use entente_store::{Intent, IntentState, ParkedClass};
use entente_transport::CallError;
use serde_json::{Map, Value as Json};

use super::{
    Made, Outcome, adopt, announce, made, mark_sent,
    refused::{fingerprint, refused},
    sort, wanting,
};
use crate::{
    apply::{payload::Payload, receipt::wire_name, reference::Referents},
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
    let created = made(scene, works, Side::Salesforce, intents_sent.into_iter().zip(outcomes)).await;
    adopt_created(scene, works, created).await;
}

/// Looks for creations whose outcome is unknown, and adopts what is found; what is sent again.
async fn probe(scene: &Scene<'_>, works: &mut [Work], unknown: Vec<(usize, Intent)>) -> Vec<(usize, Intent)> {
    if unknown.is_empty() {
        return unknown;
    }
    let now_ms = scene.worker.outside().now_ms();
    let outcomes = outcomes(scene, &unknown, now_ms).await;
    let (made, to_send) = sort(scene, works, unknown, outcomes, now_ms);
    adopt_created(scene, works, made).await;
    to_send
}

/// What became of creations whose outcome is unknown, in their order: the records that bear their keys.
async fn outcomes(
    scene: &Scene<'_>,
    intents: &[(usize, Intent)],
    began_ms: i64,
) -> Result<Vec<Outcome<String>>, CallError> {
    let ops = intents.iter().map(|(_, intent)| intent.new.op_id.as_str());
    let paths = ["Id".to_owned(), ENTENTE_KEY.to_owned()];
    let object = &scene.wired.item.salesforce.object;
    let rows = scene.wired.org.find(object, &paths, Filter::is_in(ENTENTE_KEY, ops)).await?;
    let by_op: HashMap<&str, &str> = rows.iter().filter_map(|row| Some((row.text(ENTENTE_KEY)?, &*row.id))).collect();
    let outcome = |(_, intent): &(usize, Intent)| {
        let made = by_op.get(intent.new.op_id.as_str()).map(|id| (*id).to_owned());
        Outcome::of(made, intent, began_ms)
    };
    Ok(intents.iter().map(outcome).collect())
}

/// Reads created records back, so that the base is what they show and not what we believe.
async fn adopt_created(scene: &Scene<'_>, works: &mut [Work], created: Made<String>) {
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

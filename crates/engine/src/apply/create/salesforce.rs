//! Twins in Salesforce.

use std::collections::HashMap;

use entente_core::Side;
use entente_store::ParkedClass;
use entente_transport::CallError;
use serde_json::{Map, Value as Json};

use super::{
    adopt, announce, mark_sent,
    refused::{fingerprint, refused},
    wanting,
};
use crate::{
    apply::{payload::Payload, receipt::wire_name, reference::Referents},
    round::{Scene, read},
    scheme::ENTENTE_KEY,
    unit::{Refused, Seen, Work},
};

/// Creates the Salesforce records that the plans of a round ask for. The operation id is a unique external id there, so
/// sending a creation again finds the first one.
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
    if !mark_sent(scene, works, &intents, Side::Salesforce).await {
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
    let created: Vec<String> = outcomes.iter().filter_map(|outcome| outcome.clone().ok()).collect();
    let rows = read::salesforce(scene, &created).await.unwrap_or_default();
    let seen: HashMap<String, Seen> =
        rows.iter().map(|(id, row)| (id.clone(), read::salesforce_seen(scene, row))).collect();
    for ((n, intent), outcome) in intents_sent.into_iter().zip(outcomes) {
        match outcome {
            Ok(id) => {
                let after = seen.get(&id).cloned();
                adopt(scene, &mut works[n], Side::Salesforce, &intent, id, after).await;
            }
            Err(error) => refused(scene, &mut works[n], Side::Salesforce, &intent, &error),
        }
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

//! What is remembered about the units of a round: bases, decisions, refusals.

use entente_core::{LinkFacts, MappingKey, Side, Value, base::CANON_VERSION, link::Blocked, plan::CORRELATION};

use super::Scene;
use crate::{error::EngineError, unit::Work};

pub(crate) async fn load(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let store = scene.worker.store();
    let ids: Vec<i64> = works.iter().filter_map(|work| work.unit.link.as_ref().map(|link| link.id)).collect();
    let mut bases = store.bases(&ids).await?;
    let mut decisions = store.decisions(&ids).await?;
    for work in works.iter_mut() {
        let link_id = work.unit.link.as_ref().map(|link| link.id);
        if let Some((base, canon_version)) = link_id.and_then(|id| bases.remove(&id)) {
            debug_assert!(canon_version <= CANON_VERSION, "the store refuses databases of newer programs");
            work.base_next = base.clone();
            work.base = Some(base);
        }
        let jira_key = work.seen.jira.key.clone().or_else(|| work.unit.link.as_ref().map(|link| link.jira_key.clone()));
        work.facts = LinkFacts {
            salesforce_id: work.unit.ids.salesforce.clone(),
            jira_key,
            created: work.seen.salesforce.created.or(work.seen.jira.created),
            decisions: link_id.and_then(|id| decisions.remove(&id)).unwrap_or_default(),
            blocked: work.blocked_next.clone(),
        };
    }
    parked(scene, works).await
}

/// Refused creations are remembered by what was refused.
async fn parked(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    for side in Side::BOTH {
        let lone = |work: &Work| {
            work.unit.link.is_none() && work.unit.ids.get(side).is_some() && work.unit.ids.get(side.other()).is_none()
        };
        let ids: Vec<String> =
            works.iter().filter(|work| lone(work)).filter_map(|work| work.unit.ids.get(side).clone()).collect();
        if ids.is_empty() {
            continue;
        }
        let parked = scene.worker.store().parked_among(&scene.wired.item.name, side, &ids).await?;
        for work in works.iter_mut().filter(|work| lone(work)) {
            let Some(parked) = parked.iter().find(|parked| parked.key.record_id == work.id(side)) else { continue };
            let Ok(value) = serde_json::from_str::<Value>(&parked.fingerprint) else { continue };
            let blocked = Blocked { side: side.other(), value, message: parked.reason.clone() };
            work.facts.blocked.insert(MappingKey::named(CORRELATION), blocked);
        }
    }
    Ok(())
}

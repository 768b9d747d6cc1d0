//! What is remembered about the units of a round: bases, decisions, refusals.

use entente_core::{
    LinkFacts, MappingKey, Side, Sides, Value,
    base::CANON_VERSION,
    item::{BaseForm, Start},
    likeness::{Alike, Group},
    link::Blocked,
    plan::{CORRELATION, STATUS},
};
use entente_store::ParkedClass;
use entente_transport::CallError;
use jiff::{SignedDuration, Timestamp};

use super::{Scene, alike, digests::Digests, landed, siblings, succession};
use crate::{
    apply::{create::values_left_out, jira::is_ours, payload::Payload},
    error::EngineError,
    unit::{Seen, Work},
};

pub(crate) async fn load(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let store = scene.worker.store();
    let item = &scene.wired.item.name;
    let ids: Vec<i64> = works.iter().filter_map(|work| remembered(item, work)).collect();
    let mut bases = store.bases(&ids).await?;
    let mut decisions = store.decisions(&ids).await?;
    for work in works.iter_mut() {
        let link_id = remembered(item, work);
        if let Some((base, canon_version)) = link_id.and_then(|id| bases.remove(&id)) {
            debug_assert!(canon_version <= CANON_VERSION, "the store refuses databases of newer programs");
            let ids = Sides::new(work.id(Side::Salesforce), work.id(Side::Jira));
            let digests = Digests::of(&scene.wired.item, ids, canon_version);
            let is_old = canon_version < CANON_VERSION && scene.wired.item.base == BaseForm::Hashes;
            let is_other_form = is_old || digests.is_other_form(&base);
            let base = digests.opened(&base, work.seen.as_ref().map(Seen::record));
            work.is_base_stale = is_other_form;
            work.base_next = base.clone();
            work.base = Some(base);
        }
        let jira_key = work.seen.jira.key.clone().or_else(|| work.unit.link.as_ref().map(|link| link.jira_key.clone()));
        let decided = link_id.and_then(|id| decisions.remove(&id)).unwrap_or_default();
        work.decided_ms = decided.iter().map(|(key, decided)| (key.clone(), decided.at_ms)).collect();
        work.facts = LinkFacts {
            salesforce_id: work.unit.ids.salesforce.clone(),
            jira_key,
            former_key: work.seen.jira.former_key.clone(),
            created: created(scene, work),
            decisions: decided.into_iter().map(|(key, decided)| (key, decided.decision)).collect(),
            blocked: work.standing(&scene.scheme.circumstances, &scene.wired.offered()),
            out_of_scope: work.seen.jira.out_of_scope.clone(),
            succession: None,
            ancestor: None,
            waits_for: None,
            siblings: None,
            crowded: None,
            alike: work.alike.clone().unwrap_or_default(),
            was_linked: work.unit.is_over(item),
            is_unsettled: work.unit.link.as_ref().is_some_and(|link| link.versions.jira.is_none()),
        };
    }
    succession::load(scene, works).await?;
    recovered(scene, works).await?;
    landed::load(scene, works).await?;
    siblings::load(scene, works).await?;
    parked(scene, works).await
}

/// When a record was created; by our clock, where that is compared with the time of the item's first run. Salesforce
/// stamps whole seconds, so what may have come in after the run began counts as new.
fn created(scene: &Scene<'_>, work: &Work) -> Option<Timestamp> {
    let (salesforce, jira) = (work.seen.salesforce.created, work.seen.jira.created);
    if scene.wired.item.start != Start::Now {
        return salesforce.or(jira);
    }
    let within = |at: Timestamp| at.checked_add(SignedDuration::from_secs(1)).unwrap_or(at);
    let salesforce = scene.wired.org.to_our_time(salesforce).map(within);
    salesforce.or(jira.map(|at| scene.wired.site.to_our_time(at)))
}

/// The link whose base counts: its own, or for a pair that is back the one that it had.
fn remembered(item: &str, work: &Work) -> Option<i64> {
    let is_pair = work.unit.ids.salesforce.is_some() && work.unit.ids.jira.is_some();
    work.unit.link.as_ref().or_else(|| work.unit.before(item).filter(|_| is_pair)).map(|link| link.id)
}

/// Which side of a pair without a link we made, and by which operation.
fn made_by_us(work: &Work) -> Option<(Side, String)> {
    let both = work.unit.ids.salesforce.is_some() && work.unit.ids.jira.is_some();
    let unlinked = work.unit.link.is_none() && both;
    let operation = |side: &Side| Some((*side, work.seen.get(*side).operation.clone()?));
    Side::BOTH.iter().filter(|_| unlinked).find_map(operation)
}

/// Pairs that we made and never recorded, found again by what they show: they agreed on what was sent.
async fn recovered(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    if !works.iter().any(|work| made_by_us(work).is_some()) {
        return Ok(());
    }
    let intents = scene.worker.store().open_intents(&scene.wired.org.name).await?;
    for work in works.iter_mut() {
        let Some((side, operation)) = made_by_us(work) else { continue };
        let Some(intent) = intents.iter().find(|intent| intent.new.op_id == operation) else { continue };
        let (payload, ourselves) = (Payload::parse(&intent.new.payload), scene.wired.org.user_id().await);
        let mut base = payload.base(&scene.wired.item, side, Some(work.seen.get(side)), ourselves.as_deref());
        if side == Side::Jira {
            match moved_since(scene, work, payload.status).await {
                Ok(Some(pair)) => base.set(MappingKey::named(STATUS), pair),
                Ok(None) => {}
                // Whose its status is must not depend on a call that failed.
                Err(error) => {
                    work.again(scene.worker.later_after(&work.unit, error.after()), error.to_string());
                    work.stopped = true;
                    continue;
                }
            }
        }
        work.base_next = base.clone();
        work.base = Some(base);
        work.intent = Some((operation, Ok(work.id(side).to_owned())));
    }
    Ok(())
}

/// When people have moved a new issue before we knew of it, its status does not merely follow: what record and issue showed
/// when it was made.
async fn moved_since(scene: &Scene<'_>, work: &Work, status: Option<Value>) -> Result<Option<Sides<Value>>, CallError> {
    let issue = || work.id(Side::Jira).parse::<entente_jira::IssueId>().ok();
    let is_changed = work.seen.jira.created != work.seen.jira.modified;
    let (Some(status), Some(issue), true) = (status, issue(), is_changed) else { return Ok(None) };
    let changes = scene.wired.site.client.changelog(issue).await?;
    let mut theirs = changes.iter().filter(|change| !is_ours(change)).flat_map(|change| &change.items);
    let moved = theirs.find(|item| item.field_id.as_deref() == Some(STATUS));
    let from = moved.map(|moved| moved.from_string.as_deref().map_or(Value::Empty, Value::text));
    // Moved, and moved back: the status is what it was, and still has to follow its record.
    let shown = work.seen.jira.record().and_then(|record| record.value(STATUS));
    Ok(from.filter(|from| shown.is_some_and(|shown| shown != from)).map(|from| Sides::new(status, from)))
}

/// What was found out before about those that a record is like.
fn known((class, group): (ParkedClass, Group)) -> Alike {
    match class {
        ParkedClass::Ambiguous => Alike::Several(group),
        ParkedClass::Ignored => Alike::Ignored(group),
        ParkedClass::New | ParkedClass::Mapping | ParkedClass::Rejected | ParkedClass::Denied => Alike::Nobody,
    }
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
            if let Some(review) = alike::review(parked).filter(|_| parked.class.is_review()) {
                work.facts.alike = work.alike.clone().unwrap_or_else(|| known(review));
                continue;
            }
            if let Some(mut left_out) = values_left_out(&parked.fingerprint) {
                left_out.values_mut().for_each(|blocked| blocked.circumstances.clone_from(&parked.circumstances));
                work.blocked_next = left_out;
                let standing = work.standing(&scene.scheme.circumstances, &scene.wired.offered());
                work.facts.blocked.extend(standing);
                continue;
            }
            let Ok(value) = serde_json::from_str::<Value>(&parked.fingerprint) else { continue };
            let circumstances = parked.circumstances.clone();
            let blocked = Blocked { circumstances, ..Blocked::new(side.other(), value, &parked.reason) };
            if blocked.stands(scene.scheme.circumstances.get(side.other()), Sides::default()) {
                work.facts.blocked.insert(MappingKey::named(CORRELATION), blocked);
            }
        }
    }
    Ok(())
}

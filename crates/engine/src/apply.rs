//! The only place that changes records in Salesforce or Jira. It obeys plans; it never decides.
//!
//! Order: twins first, then fields and correlation on both sides at once, then statuses. A step that fails leaves what
//! depends on it for the next round; what was achieved, and only that, becomes the base.

mod create;
mod jira;
mod receipt;
mod salesforce;
mod status;

use entente_core::{MappingKey, Side, plan::Write};
use entente_store::NewEntry;

use crate::{round::Scene, unit::Work};

/// Carries out the plans of a round.
pub(crate) async fn run(scene: &Scene<'_>, works: &mut [Work]) {
    for work in works.iter_mut().filter(|work| work.is_open()) {
        settle_without_calls(work);
    }
    create::in_jira(scene, works).await;
    create::in_salesforce(scene, works).await;
    let (salesforce, jira) = tokio::join!(salesforce::write(scene, works), jira::write(scene, works));
    for receipt in salesforce.into_iter().chain(jira) {
        receipt::settle(scene, works, receipt);
    }
    status::write(scene, works).await;
}

/// What a plan asks for that no vendor has to hear of: agreements and separations.
fn settle_without_calls(work: &mut Work) {
    for (key, values) in &work.plan.base {
        work.base_next.set(key.clone(), values.clone());
        work.blocked_next.remove(key);
    }
    for write in &work.plan.writes {
        if let Write::Unlink { reason } = write {
            work.unlinked = Some(reason.clone());
            work.journal.push(NewEntry {
                kind: "unlink".to_owned(),
                text: format!("Unlinked: {reason}"),
                ..NewEntry::default()
            });
        }
    }
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
        before: Some(before.clone()),
        after: Some(after.clone()),
        text,
        ..NewEntry::default()
    }
}

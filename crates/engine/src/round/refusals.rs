//! What refusals rest on. It is read as soon as they are made, for what was known of rights, fields and choices may be
//! older; and from time to time after that, as long as there are any.

use std::collections::BTreeSet;

use entente_core::{Side, Sides, link::Blocked};

use super::Scene;
use crate::{
    error::EngineError,
    scheme::circumstances::UNKNOWN,
    unit::{Refused, Work},
    wiring::Wired,
    worker::Worker,
};

/// Remembers with each new refusal the circumstances under which it was made.
pub(super) async fn stamp(scene: &Scene<'_>, works: &mut [Work]) {
    if !works.iter().any(is_refused) {
        return;
    }
    scene.wired.forget_scheme();
    let now = match scene.wired.scheme().await {
        Ok(scheme) => scheme.circumstances.clone(),
        // As of a project that we cannot see any more.
        Err(_) => Sides::new(UNKNOWN.to_owned(), UNKNOWN.to_owned()),
    };
    for work in works.iter_mut() {
        let made_on = if work.unit.ids.salesforce.is_some() { Side::Jira } else { Side::Salesforce };
        if let Some(refused) = work.parked.as_mut().filter(|refused| rests_on_more(refused)) {
            refused.circumstances = Some(now.get(made_on).clone());
        }
        let old = work.unit.link.as_ref().map(|link| &link.blocked);
        for (key, blocked) in &mut work.blocked_next {
            if old.and_then(|old| old.get(key)) != Some(blocked) {
                blocked.circumstances = Some(now.get(blocked.side).clone());
            }
        }
    }
}

fn is_refused(work: &Work) -> bool {
    let old = work.unit.link.as_ref().map(|link| &link.blocked);
    let is_new = |(key, blocked): (_, &Blocked)| old.and_then(|old| old.get(key)) != Some(blocked);
    work.parked.as_ref().is_some_and(rests_on_more) || work.blocked_next.iter().any(is_new)
}

/// Whether a vendor refused what was sent: that may rest on more than on what the records show.
fn rests_on_more(refused: &Refused) -> bool {
    !refused.fingerprint.is_empty() && !refused.class.is_review()
}

/// Whether something of an item was refused under other circumstances than those of now. Nobody is asked while nothing is
/// refused.
pub(crate) async fn may_pass(worker: &Worker, wired: &Wired) -> Result<bool, EngineError> {
    let item = Some(wired.item.name.as_str());
    let links = worker.store().parked_links(item).await?;
    let of_links = links.iter().flat_map(|link| link.blocked.values()).map(|b| (b.side, b.circumstances.as_deref()));
    let candidates = worker.store().parked(item).await?;
    let of_candidates = candidates.iter().map(|parked| (parked.key.side.other(), parked.circumstances.as_deref()));
    let known = of_links.chain(of_candidates).filter_map(|(side, then)| Some((side, then?)));
    let known: BTreeSet<(Side, &str)> = known.collect();
    if known.is_empty() {
        return Ok(false);
    }
    wired.forget_scheme();
    let Ok(scheme) = wired.scheme().await else { return Ok(false) };
    Ok(known.into_iter().any(|(side, then)| scheme.circumstances.get(side) != then))
}

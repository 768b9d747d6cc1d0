//! A round that cannot be committed as it is, because another has linked one of its records meanwhile.

use entente_core::{Side, Sides};
use entente_store::{HintKey, LinkUpdate, NewLink, RoundCommit, StoreError};

use super::{Ends, again};
use crate::{unit::Unit, worker::Worker};

/// A link whose place was taken meanwhile, by another round or by a person, is left out: a new one, or one that would go
/// on with another record. Its unit comes again and finds the link that is there now; what was created for it stays in
/// the journal, and the rest of the round stands.
pub(super) fn leave_out(worker: &Worker, ends: &mut Ends, units: &[Unit], error: StoreError) -> Result<(), StoreError> {
    let StoreError::LinkTaken { side, record_id, .. } = &error else { return Err(error) };
    let left_out = new(&mut ends.round, *side, record_id, units).or_else(|| heir(&mut ends.round, record_id, units));
    let Some(unit) = left_out else { return Err(error) };
    tracing::warn!("A link is left out: {error}");
    let is_own = |key: &HintKey| unit.tickets.iter().any(|ticket| ticket.key == *key);
    ends.round.hints_done.retain(|(key, _)| !is_own(key));
    ends.shared.retain(|(ticket, _)| !is_own(&ticket.key));
    if !ends.round.hints_again.iter().any(|hint| is_own(&hint.key)) {
        ends.round.hints_again.extend(again(unit, worker.soon(unit)));
    }
    Ok(())
}

fn new<'u>(round: &mut RoundCommit, side: Side, record_id: &String, units: &'u [Unit]) -> Option<&'u Unit> {
    let end = |link: &NewLink| Sides::new(&link.salesforce_id, &link.jira_id).get(side) == &record_id;
    let link = round.links_new.remove(round.links_new.iter().rposition(end)?);
    round.journal.extend(link.journal.into_iter().filter(|entry| entry.kind != "link"));
    units.iter().find(|unit| unit.link.is_none() && unit.ids.salesforce.as_ref() == Some(&link.salesforce_id))
}

fn heir<'u>(round: &mut RoundCommit, heir_id: &String, units: &'u [Unit]) -> Option<&'u Unit> {
    let goes_on = |link: &LinkUpdate| link.follows.as_ref().is_some_and(|(_, id)| id == heir_id);
    let id = round.links.remove(round.links.iter().rposition(goes_on)?).id;
    round.journal.retain(|entry| entry.link_id != Some(id));
    units.iter().find(|unit| unit.link.as_ref().is_some_and(|link| link.id == id))
}

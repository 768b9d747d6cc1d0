//! What refusals rest on. It is read as soon as they are made, for what was known of rights, fields and choices may be
//! older; and from time to time after that, as long as there are any.

use std::collections::{BTreeMap, BTreeSet};

use entente_core::{
    Side, Sides,
    link::Blocked,
    plan::{Note, NoteCode},
};
use entente_store::{Hint, HintKey, ParkedClass, ParkedKey, RoundCommit};

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
        for blocked in work.blocked_next.values_mut().filter(|blocked| is_new(blocked)) {
            blocked.circumstances = Some(now.get(blocked.side).clone());
        }
    }
}

fn is_refused(work: &Work) -> bool {
    work.parked.as_ref().is_some_and(rests_on_more) || work.blocked_next.values().any(is_new)
}

fn is_new(blocked: &Blocked) -> bool {
    blocked.circumstances.is_none()
}

/// Whether a vendor refused what was sent: that may rest on more than on what the records show.
fn rests_on_more(refused: &Refused) -> bool {
    !refused.fingerprint.is_empty() && !refused.class.is_review()
}

/// Candidates of an item that were refused a twin, as far as a look has not come across them.
pub(crate) struct Overlooked(BTreeMap<HintKey, ParkedKey>);

impl Overlooked {
    /// All of them: the look begins. What a person has said about one stands until a round obeys it.
    pub(crate) async fn all(worker: &Worker, wired: &Wired) -> Result<Self, EngineError> {
        let parked = worker.store().parked(Some(&wired.item.name)).await?;
        let refused = parked.into_iter().filter(|parked| parked.class != ParkedClass::New).map(|parked| parked.key);
        Ok(Self(refused.map(|key| (HintKey::of(&wired.item, key.side, &key.record_id), key)).collect()))
    }

    /// A round looks at it anyway.
    pub(crate) fn is_offered(&mut self, key: &HintKey) {
        self.0.remove(key);
    }

    /// It is there, and is still refused.
    pub(crate) fn is_met(&mut self, wired: &Wired, work: &Work) {
        let refuses = |note: &Note| note.key.is_none() && matches!(note.code, NoteCode::Blocked | NoteCode::Ambiguous);
        if work.unit.link.is_none() && work.plan.notes.iter().any(refuses) {
            let ids = Side::BOTH.into_iter().filter_map(|side| Some((side, work.unit.ids.get(side).as_ref()?)));
            ids.for_each(|(side, id)| drop(self.0.remove(&HintKey::of(&wired.item, side, id))));
        }
    }

    /// Whoever has a link by now is forgotten. A round finds out what became of the others: deleted, for another item to
    /// take, or wanted by nobody while an action rests.
    pub(crate) async fn hints(mut self, worker: &Worker, wired: &Wired) -> Result<Vec<Hint>, EngineError> {
        let now_ms = worker.outside().now_ms();
        let mut unparked = Vec::new();
        for side in Side::BOTH {
            let ids: Vec<String> =
                self.0.values().filter(|key| key.side == side).map(|key| key.record_id.clone()).collect();
            let connection = if side == Side::Salesforce { &wired.org.name } else { &wired.site.name };
            let links = worker.store().links_by_records(&wired.org.name, side, connection, &ids).await?;
            for link in links.iter().filter(|link| link.is_live()) {
                let id = Sides::new(&link.salesforce_id, &link.jira_id);
                unparked.extend(self.0.remove(&HintKey::of(&wired.item, side, id.get(side))));
            }
        }
        if !unparked.is_empty() {
            let round = RoundCommit { unparked, ..RoundCommit::default() };
            worker.commit(&round, now_ms).await?;
        }
        Ok(self.0.into_keys().map(|key| Hint::about(key, now_ms)).collect())
    }
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

//! Which of several values a vendor refuses, when it does not say.
//!
//! One value that cannot be stored must not hold up the others. They are sent again by halves: what goes through by itself
//! is not at fault, and what is refused alone is. Where both halves are refused with the same words, it is the record that
//! is refused, whatever is written to it.

use std::slice;

use entente_core::{
    Side,
    plan::{FieldWrite, Write},
};
use entente_transport::CallError;

use super::{
    jira,
    receipt::{self, Receipt},
    salesforce,
};
use crate::{round::Scene, unit::Work};

/// Takes a receipt into account; a refusal without a name only after it was found out what it is about. A record takes
/// one half in a round, because its guard is of the time before: the other half goes with the next.
pub(super) async fn settle(scene: &Scene<'_>, works: &mut [Work], mut receipt: Receipt) {
    let (n, side) = (receipt.work, receipt.side);
    while works[n].updates(side).len() > 1 && receipt::is_nameless(scene, &works[n], &receipt) {
        let whole = works[n].plan.writes.clone();
        let all = works[n].updates(side).to_vec();
        let (first, second) = all.split_at(all.len() / 2);
        let Some(of_first) = send(scene, &mut works[n], n, side, first).await else { break };
        if of_first.outcome.is_ok() {
            receipt::settle(scene, works, of_first);
            // With nobody else left, it is the one.
            if second.len() == 1 {
                works[n].writes_only(side, second);
                receipt::settle(scene, works, receipt);
            }
            return;
        }
        if !receipt::is_nameless(scene, &works[n], &of_first) {
            return receipt::settle(scene, works, of_first);
        }
        let Some(of_second) = send(scene, &mut works[n], n, side, second).await else { break };
        if words(&of_first) == words(&of_second) {
            works[n].plan.writes = whole;
            break;
        }
        if !receipt::is_nameless(scene, &works[n], &of_second) {
            let has_passed = of_second.outcome.is_ok();
            receipt::settle(scene, works, of_second);
            if !has_passed || first.len() > 1 {
                return;
            }
        }
        works[n].writes_only(side, first);
        receipt = of_first;
    }
    receipt::settle(scene, works, receipt);
}

async fn send(scene: &Scene<'_>, work: &mut Work, n: usize, side: Side, fields: &[FieldWrite]) -> Option<Receipt> {
    work.writes_only(side, fields);
    let one = slice::from_ref(&*work);
    let receipt = match side {
        Side::Salesforce => salesforce::write(scene, one).await.pop(),
        Side::Jira => jira::write(scene, one).await.pop(),
    };
    receipt.map(|receipt| Receipt { work: n, ..receipt })
}

fn words(receipt: &Receipt) -> Option<&CallError> {
    receipt.outcome.as_ref().err()
}

impl Work {
    /// Narrows what is written to a side to some of its fields; the next plan has the rest.
    fn writes_only(&mut self, side: Side, fields: &[FieldWrite]) {
        self.plan.writes.retain(|write| write.side() != Some(side) || matches!(write, Write::Status { .. }));
        self.plan.writes.push(Write::Update { side, fields: fields.to_vec() });
    }
}

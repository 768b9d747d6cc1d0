//! A second merge, written from the promise and not from the code: what should happen to one field.
//!
//! It asks who has a claim, where `plan` looks up a pair of edits. The two must answer alike in every scene.

use entente_core::{
    Side, Sides,
    item::{ConflictPolicy, Direction, Drift},
};

use super::lens::Lens;

/// One field of a link that both sides have, and everything that its fate depends on.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) lens: Lens,
    pub(super) direction: Direction,
    pub(super) drift: Drift,
    pub(super) policy: ConflictPolicy,
    pub(super) decision: Option<Side>,
    /// When each side changed it, in seconds: not asked yet, or asked and perhaps not known.
    pub(super) times: Option<Sides<Option<i64>>>,
    pub(super) base: Option<Sides<&'static str>>,
    pub(super) now: Sides<&'static str>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Nothing,
    Agree,
    Write { side: Side, to: String, overwrites: bool },
    Unmapped,
    Conflict,
    Ask,
    Drift,
}

pub(super) fn outcome(scene: &Scene) -> Outcome {
    if scene.base == Some(scene.now) {
        return Outcome::Nothing;
    }
    if scene.lens.agree(scene.now.salesforce, scene.now.jira) {
        return Outcome::Agree;
    }
    match scene.direction {
        Direction::ToJira => scene.owned_by(Side::Salesforce),
        Direction::ToSalesforce => scene.owned_by(Side::Jira),
        Direction::Both => match scene.claimants()[..] {
            [only] => scene.copy_from(only),
            _ => scene.dispute(),
        },
    }
}

impl Scene {
    /// Sides with something to say: an edit, or on the first day anything at all.
    fn claimants(&self) -> Vec<Side> {
        let has_claim = |side: &Side| match self.base {
            Some(base) => base.get(*side) != self.now.get(*side),
            None => !self.now.get(*side).is_empty(),
        };
        Side::BOTH.into_iter().filter(has_claim).collect()
    }

    /// The owner is right, except that a lone edit of the copy may be let stand.
    fn owned_by(&self, owner: Side) -> Outcome {
        let lone_claim = self.claimants() == [owner.other()];
        // On the first day an owner with nothing to say empties nothing.
        let stands = self.base.is_none() || self.drift == Drift::Keep;
        if lone_claim && stands { Outcome::Drift } else { self.copy_from(owner) }
    }

    fn dispute(&self) -> Outcome {
        let winner = match (self.decision, self.policy, self.times) {
            (Some(chosen), ..) => chosen,
            (_, ConflictPolicy::SalesforceWins, _) => Side::Salesforce,
            (_, ConflictPolicy::JiraWins, _) => Side::Jira,
            // Joins have their own table, beside the code.
            (_, ConflictPolicy::Ask | ConflictPolicy::Union | ConflictPolicy::Append, _) => return Outcome::Conflict,
            (_, ConflictPolicy::LatestWins, None) => return Outcome::Ask,
            // Two minutes are what the clocks of two vendors may differ by.
            (_, ConflictPolicy::LatestWins, Some(Sides { salesforce: Some(s), jira: Some(j) })) if j - s > 120 => {
                Side::Jira
            }
            (_, ConflictPolicy::LatestWins, Some(_)) => Side::Salesforce,
        };
        self.copy_from(winner)
    }

    fn copy_from(&self, winner: Side) -> Outcome {
        let (side, text) = (winner.other(), *self.now.get(winner));
        let converted = match side {
            Side::Salesforce => self.lens.to_salesforce(text),
            Side::Jira => self.lens.to_jira(text),
        };
        let Some(to) = converted else { return Outcome::Unmapped };
        let lost = *self.now.get(side);
        let known = self.base.is_some_and(|base| *base.get(side) == lost);
        Outcome::Write { side, to, overwrites: !lost.is_empty() && !known }
    }
}

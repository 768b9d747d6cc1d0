//! What one day of a history is made of: some kinds of acts, troubles and faults, drawn anew for each day.
//!
//! Were everything to happen every day, troubles would hide each other: a side that is down loses no answers. A day knows
//! few of them, and meets those often.

use super::trouble::Trouble;
use crate::{chance::Dice, people::Field, wire::Fault};

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    EditCase,
    EditIssue,
    EditBoth,
    EditMeanwhile,
    OpenCase,
    OpenIssue,
    DeleteCase,
    DeleteIssue,
    Undelete,
    LeaveGap,
    Label,
    Unlink,
    MoveIssue,
    Merge,
    Deliver,
    Poll,
    Round,
    Look,
    GoOn,
    Finish,
    Pass,
    Trouble,
}

impl Step {
    /// Whether people do it.
    pub(super) fn is_of_people(self) -> bool {
        match self {
            Self::EditCase | Self::EditIssue | Self::EditBoth | Self::EditMeanwhile | Self::OpenCase => true,
            Self::OpenIssue | Self::DeleteCase | Self::DeleteIssue | Self::Undelete => true,
            Self::LeaveGap | Self::Label | Self::Unlink | Self::MoveIssue | Self::Merge => true,
            Self::Deliver | Self::Poll | Self::Round | Self::Look | Self::GoOn | Self::Finish => false,
            Self::Pass | Self::Trouble => false,
        }
    }
}

/// How often a step comes, on a day that knows it. Of those that may be missing, each day knows about half.
const STEPS: [(Step, usize, bool); 22] = [
    (Step::EditCase, 110, true),
    (Step::EditIssue, 110, true),
    (Step::EditBoth, 60, false),
    (Step::EditMeanwhile, 60, false),
    (Step::OpenCase, 45, false),
    (Step::OpenIssue, 25, false),
    (Step::DeleteCase, 12, false),
    (Step::DeleteIssue, 12, false),
    (Step::Undelete, 10, false),
    (Step::LeaveGap, 30, false),
    (Step::Label, 10, false),
    (Step::Unlink, 10, false),
    (Step::MoveIssue, 10, false),
    (Step::Merge, 10, false),
    (Step::Deliver, 90, false),
    (Step::Poll, 90, true),
    (Step::Round, 220, true),
    (Step::Look, 10, false),
    (Step::GoOn, 200, true),
    (Step::Finish, 90, false),
    (Step::Pass, 110, true),
    (Step::Trouble, 70, true),
];

/// How fast time goes by, in milliseconds at most: within a second, by seconds, or by minutes.
const PACES_MS: [i64; 4] = [700, 4_000, 30_000, 400_000];

/// Draws of one day.
#[derive(Clone, Debug)]
pub(super) struct Day {
    steps: Vec<(Step, usize)>,
    pub(super) troubles: Vec<Trouble>,
    pub(super) faults: Vec<Fault>,
    pub(super) faults_in_a_thousand: usize,
    pub(super) commits_fail: usize,
    pub(super) commits_kill: usize,
    pub(super) pace_ms: i64,
    /// How long what has gone away stays away, at most.
    pub(super) away_ms: i64,
    /// How many cases people care about; the others rest.
    pub(super) n_cared_for: usize,
    pub(super) fields: Vec<Field>,
    /// The step of the day from which on people rest: nothing that they do later brings up again what was missed.
    pub(super) people_rest_from: u64,
}

impl Day {
    pub(super) fn drawn(dice: &Dice, rare: &[Trouble]) -> Self {
        let steps = STEPS.iter().filter(|(.., always)| *always || dice.in_a_thousand(500));
        let mut troubles: Vec<Trouble> = Trouble::ALL.into_iter().filter(|_| dice.in_a_thousand(280)).collect();
        troubles.retain(|trouble| !trouble.is_rare() || rare.contains(trouble));
        let is_calm = dice.in_a_thousand(250);
        Self {
            steps: steps.map(|(step, weight, _)| (*step, *weight)).collect(),
            troubles,
            faults: Fault::ALL.into_iter().filter(|_| dice.in_a_thousand(350)).collect(),
            faults_in_a_thousand: if is_calm { 0 } else { *dice.pick(&[40, 100, 250]) },
            commits_fail: *dice.pick(&[0, 0, 0, 5, 20]),
            commits_kill: *dice.pick(&[0, 0, 3, 8]),
            pace_ms: *dice.pick(&PACES_MS),
            away_ms: *dice.pick(&[20_000, 120_000, 1_500_000]),
            n_cared_for: *dice.pick(&[1, 2, 4, 100]),
            fields: some(dice, &Field::ALL),
            people_rest_from: *dice.pick(&[40, 40, 30, 20]),
        }
    }

    pub(super) fn step(&self, dice: &Dice) -> Step {
        let mut at = dice.below(self.steps.iter().map(|(_, weight)| weight).sum());
        for (step, weight) in &self.steps {
            if at < *weight {
                return *step;
            }
            at -= weight;
        }
        Step::Pass
    }
}

/// One of them at least.
fn some<T: Copy>(dice: &Dice, all: &[T]) -> Vec<T> {
    let some: Vec<T> = all.iter().copied().filter(|_| dice.in_a_thousand(500)).collect();
    if some.is_empty() { vec![*dice.pick(all)] } else { some }
}

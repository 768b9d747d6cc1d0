//! What people say about records, and what happens to it meanwhile: in the histories with comments, by a chance of its own.

use super::{History, STEPS_A_DAY};
use crate::{
    chance::Dice,
    oracles,
    people::{Place, Readers, Writer},
};

/// How many steps in a thousand somebody says something, on a day that is silent or not.
const PACES: [usize; 3] = [0, 150, 400];

/// Everything that must have happened in a run with comments.
pub(crate) const TALKED: [&str; 6] = [
    "comment said",
    "comment changed",
    "comment changed meanwhile",
    "comment taken back",
    "copy edited",
    "copy deleted",
];

/// What people do about comments, and how often.
#[derive(Clone, Copy, Debug)]
enum Act {
    Say,
    Answer,
    Reword,
    ShowOthers,
    Both,
    TakeBack,
    Meanwhile,
    EditCopy,
    DeleteCopy,
}

const ACTS: [(Act, usize); 9] = [
    (Act::Say, 40),
    (Act::Answer, 8),
    (Act::Reword, 16),
    (Act::ShowOthers, 12),
    (Act::Both, 8),
    (Act::TakeBack, 6),
    (Act::Meanwhile, 16),
    (Act::EditCopy, 4),
    (Act::DeleteCopy, 3),
];

fn act(dice: &Dice) -> Act {
    let all: Vec<Act> = ACTS.iter().flat_map(|(act, weight)| std::iter::repeat_n(*act, *weight)).collect();
    *dice.pick(&all)
}

impl History {
    /// Perhaps somebody says something now.
    pub(super) async fn talk(&mut self) -> Result<(), String> {
        // Entente's account, as which automations write, does not see a hidden project.
        if self.configured.talk.is_none()
            || self.hidden_until.is_some()
            || self.step % STEPS_A_DAY >= self.day.people_rest_from
        {
            return Ok(());
        }
        let day = Dice::new(self.seed.wrapping_mul(32_452_843).wrapping_add(self.step / STEPS_A_DAY));
        let dice = Dice::new(self.seed.wrapping_mul(15_485_863).wrapping_add(self.step));
        if dice.in_a_thousand(*day.pick(&PACES)) {
            self.talk_by(&dice).await;
            oracles::are_for_no_more_readers(self).await?;
        }
        Ok(())
    }

    async fn talk_by(&mut self, dice: &Dice) {
        match act(dice) {
            Act::Say => self.say(dice).await,
            Act::Answer => self.answer(dice).await,
            Act::Reword => self.change(dice, true, false).await,
            Act::ShowOthers => self.change(dice, false, true).await,
            Act::Both => self.change(dice, true, true).await,
            Act::TakeBack => {
                if let Some(at) = self.some_comment(dice) {
                    self.happened("comment taken back");
                    self.people.take_back(at).await;
                }
            }
            Act::Meanwhile => self.change_meanwhile(dice).await,
            Act::EditCopy => self.disturb(dice, false).await,
            Act::DeleteCopy => self.disturb(dice, true).await,
        }
    }

    async fn say(&mut self, dice: &Dice) {
        let Some((case, issue)) = self.people.some_pair(dice).await else { return };
        let place = *dice.pick(&[Place::Salesforce, Place::Jira]);
        let record = if place == Place::Salesforce { &case.id } else { &issue.id };
        let by = if dice.in_a_thousand(200) { Writer::Automation } else { Writer::Person };
        self.happened("comment said");
        self.people.say(place, record, readers(place, dice), None, by).await;
    }

    /// Somebody answers a comment of an issue, be it a copy.
    async fn answer(&mut self, dice: &Dice) {
        let Some((_, issue)) = self.people.some_pair(dice).await else { return };
        let shown = self.people.shown().await;
        let there: Vec<_> = shown.iter().filter(|shown| shown.record == issue.id).collect();
        if !there.is_empty() {
            let answered = dice.pick(&there).id.clone();
            self.happened("comment said");
            let readers = readers(Place::Jira, dice);
            self.people.say(Place::Jira, &issue.id, readers, Some(&answered), Writer::Person).await;
        }
    }

    /// A comment that is still there, as far as anybody knows.
    fn some_comment(&self, dice: &Dice) -> Option<usize> {
        let said = &self.people.said;
        let there: Vec<usize> = (0..said.len()).filter(|n| !said[*n].is_gone).collect();
        (!there.is_empty()).then(|| *dice.pick(&there))
    }

    async fn change(&mut self, dice: &Dice, is_reworded: bool, for_others: bool) {
        if let Some(at) = self.some_comment(dice) {
            self.happened("comment changed");
            self.change_that(at, is_reworded, for_others).await;
        }
    }

    async fn change_that(&mut self, at: usize, is_reworded: bool, for_others: bool) {
        let now = self.people.said[at].now().readers;
        let readers = match now {
            Readers::Staff if for_others => Readers::Customers,
            Readers::Customers if for_others => Readers::Staff,
            // What is for some of the staff stays so.
            _ => now,
        };
        self.people.change_said(at, is_reworded, readers).await;
    }

    /// Somebody changes, hides or takes back the very comment whose copy a call is about to write.
    async fn change_meanwhile(&mut self, dice: &Dice) {
        let said = self.stage.gate.some_write().map(|(_, said)| said);
        let words = said.map(|said| oracles::words(&said)).unwrap_or_default();
        let is_of = |n: &usize| {
            let said = &self.people.said[*n];
            !said.is_gone && said.versions.iter().any(|version| words.contains(&version.word))
        };
        let Some(at) = (0..self.people.said.len()).find(is_of) else { return self.say(dice).await };
        self.happened("comment changed meanwhile");
        match dice.below(4) {
            0 => self.people.take_back(at).await,
            1 => self.change_that(at, true, false).await,
            2 => self.change_that(at, false, true).await,
            _ => self.change_that(at, true, true).await,
        }
    }

    /// Somebody edits or deletes a copy.
    async fn disturb(&mut self, dice: &Dice, deletes: bool) {
        let shown = self.people.shown().await;
        let is_copy = |shown: &&crate::people::Shown| {
            let own = |said: &crate::people::Said| said.place == shown.place && said.id == shown.id;
            !self.people.said.iter().any(own)
        };
        let copies: Vec<_> = shown.iter().filter(is_copy).collect();
        if !copies.is_empty() {
            let copy = (*dice.pick(&copies)).clone();
            self.happened(if deletes { "copy deleted" } else { "copy edited" });
            self.people.disturb(&copy, deletes).await;
        }
    }
}

fn readers(place: Place, dice: &Dice) -> Readers {
    match place {
        Place::Jira if dice.in_a_thousand(100) => Readers::Some,
        _ => *dice.pick(&[Readers::Staff, Readers::Customers]),
    }
}

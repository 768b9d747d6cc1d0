//! Spells: a while in which one thing goes on, whatever the steps of the day are.

use super::{History, machines::Task};
use crate::{
    oracles,
    people::{Field, Place},
    wire::Fault,
};

/// What an item may overwrite within an hour before a person is asked; an answer that was lost may hide some more.
const OVERWRITTEN_MAX: usize = 20 + 16;

const HOUR_MS: i64 = 3_600_000;

impl History {
    /// For most of an hour every question for changes fails on one side, and its pushes are lost: whoever asks again
    /// afterwards must ask from where the last answer ended.
    pub(super) async fn questions_fail(&mut self) {
        self.happened("questions fail");
        let dice = self.dice.clone();
        let place = *dice.pick(&[Place::Salesforce, Place::Jira]);
        match place {
            Place::Salesforce => self.people.edit_case(&dice).await,
            Place::Jira => self.people.edit_issue(&dice).await,
        }
        self.lose_pushes(place);
        let kind = if place == Place::Salesforce { "query records" } else { "search issues" };
        self.stage.books.lock().failing = Some(kind);
        for _ in 0..4 + dice.below(4) {
            self.pass(dice.between(120_000, 400_000)).await;
            self.serve().await;
            self.poll_by_owner().await;
        }
        self.stage.books.lock().failing = None;
    }

    /// The answer to a creation is lost while searches lag behind, numbers have gaps, and no push tells of the issue: only
    /// its marker does, and only to who looks for it by key, far enough, and for long enough.
    pub(super) async fn creation_unheard(&mut self) {
        self.happened("creation unheard");
        let dice = self.dice.clone();
        self.index_lags(dice.between(150_000, 400_000), self.now_ms() + 500_000).await;
        self.people.open_case(&dice, None).await;
        if dice.in_a_thousand(700) {
            self.people.leave_a_gap(&dice).await;
        }
        let lost = [Fault::CommitThenReset, Fault::CommitThenError, Fault::CommitLate];
        self.stage.books.lock().next_creation = Some(*dice.pick(&lost));
        for _ in 0..8 {
            self.pass(dice.between(3_000, 40_000)).await;
            self.serve().await;
            self.lose_pushes(Place::Jira);
            if let Some(at) = self.poll_by_owner().await {
                self.turn(at).await;
                self.finish_one(at).await;
            }
        }
        self.stage.books.lock().next_creation = None;
    }

    fn lose_pushes(&self, place: Place) {
        let outbox = match place {
            Place::Salesforce => self.stage.world.salesforce.control().outbox(),
            Place::Jira => self.stage.world.jira.control().outbox(),
        };
        outbox.take_due().into_iter().for_each(|delivery| outbox.settle(delivery, true));
    }

    /// The owner's poll, to its end.
    pub(super) async fn poll_by_owner(&mut self) -> Option<usize> {
        let at = self.machines.iter().position(|running| running.owns)?;
        if self.is_paused(at) {
            return None;
        }
        self.poll(at);
        self.finish_only(at, Task::Poll).await;
        Some(at)
    }

    /// A script changes the texts of every pair on both sides, again and again, and rounds go on between: far more would
    /// be overwritten within an hour than an item may without a person.
    pub(super) async fn script_runs(&mut self) {
        self.happened("script");
        let (dice, n_before) = (self.dice.clone(), oracles::n_overwritten(self));
        for _ in 0..6 {
            for (case, issue) in self.people.pairs().await {
                for field in [Field::Subject, Field::Description] {
                    self.people.write_case(&case, field, &dice).await;
                    self.people.write_issue(&issue, field, &dice).await;
                }
            }
            self.pass(3_000).await;
            self.serve().await;
            for _ in 0..2 {
                let Some(at) = self.poll_by_owner().await else { break };
                self.turn(at).await;
                self.finish_one(at).await;
            }
        }
        let n_overwritten = oracles::n_overwritten(self) - n_before;
        // A database that was put back has forgotten what was counted, a clock that jumps makes another hour, and who lets
        // the item go on allows what was asked for.
        let is_allowed = self.resumed_ms.is_some_and(|resumed_ms| self.now_ms() - resumed_ms < HOUR_MS);
        let forgets = is_allowed || ["image put back", "clock jumps"].iter().any(|what| self.has_seen(what));
        if n_overwritten > OVERWRITTEN_MAX && !forgets {
            let words = format!("{n_overwritten} edits were overwritten within minutes, and nobody was asked");
            self.stage.books.lock().wrongdoing.get_or_insert(words);
        }
    }
}

//! What befalls a company, beside faults of calls and of commits.

use entente_sandbox::control::Write;
use serde_json::json;

use super::History;
use crate::{
    oracles,
    people::Place,
    stage::{Configured, Policy},
    wire::LATE_MS_MAX,
};

/// Something that befalls a company, beside faults of calls and of commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Restart,
    Pause,
    Stall,
    SecondMachine,
    IndexLags,
    ClockJumps,
    SideDown,
    MappingEdited,
    Image,
    ProjectHidden,
    QuestionsFail,
    Script,
    CreationUnheard,
}

/// Everything that must have happened in a run, as [`History::happened`] calls it.
pub(crate) const TROUBLES: [&str; 24] = [
    "crash",
    "restart",
    "machine paused",
    "lease ran out",
    "second machine",
    "index lags",
    "clock jumps",
    "side down",
    "mapping edited",
    "image taken",
    "image put back",
    "project hidden",
    "questions fail",
    "script",
    "creation unheard",
    "push lost",
    "push late",
    "push doubled",
    "case deleted",
    "case undeleted",
    "issue deleted",
    "pair parted",
    "issue moved",
    "cases merged",
];

impl Trouble {
    pub(super) const ALL: [Self; 13] = [
        Self::Restart,
        Self::Pause,
        Self::Stall,
        Self::SecondMachine,
        Self::IndexLags,
        Self::ClockJumps,
        Self::SideDown,
        Self::MappingEdited,
        Self::Image,
        Self::ProjectHidden,
        Self::QuestionsFail,
        Self::Script,
        Self::CreationUnheard,
    ];

    /// What not every history knows: some oracles cannot say anything after it.
    pub(super) fn is_rare(self) -> bool {
        matches!(self, Self::ClockJumps | Self::MappingEdited | Self::Image | Self::Script)
    }
}

impl History {
    pub(super) async fn trouble(&mut self) {
        if self.day.troubles.is_empty() {
            return;
        }
        match *self.dice.pick(&self.day.troubles) {
            Trouble::Restart => {
                self.happened("restart");
                let at = self.dice.below(self.machines.len());
                self.kill(at);
                self.switch_on();
            }
            Trouble::Pause => self.pause(),
            Trouble::Stall => self.stall().await,
            Trouble::SecondMachine => self.second_machine(),
            Trouble::IndexLags => {
                self.happened("index lags");
                let lag_ms = self.dice.between(5_000, 400_000);
                self.index_lags(lag_ms, self.back_at_ms()).await;
            }
            Trouble::ClockJumps => self.shift_a_clock(),
            Trouble::SideDown => {
                self.happened("side down");
                let side = *self.dice.pick(&["salesforce", "jira"]);
                self.stage.books.lock().down.insert(side);
                self.down_until.insert(side, self.back_at_ms());
            }
            Trouble::MappingEdited => self.edit_mapping().await,
            Trouble::Image if self.image.is_some() && self.dice.in_a_thousand(500) => self.put_image_back().await,
            Trouble::Image => {
                self.happened("image taken");
                self.image = self.stage.store.image().await.ok();
            }
            Trouble::ProjectHidden => self.hide_project().await,
            Trouble::QuestionsFail => self.questions_fail().await,
            Trouble::Script => self.script_runs().await,
            Trouble::CreationUnheard => self.creation_unheard().await,
        }
    }

    /// When what goes away now is back.
    fn back_at_ms(&self) -> i64 {
        self.now_ms() + self.dice.between(5_000, self.day.away_ms)
    }

    pub(super) async fn index_lags(&mut self, by_ms: i64, until_ms: i64) {
        self.people.turn(Place::Jira, "index", json!({"lag_ms": by_ms})).await;
        self.lag_until = Some(until_ms);
    }

    fn pause(&mut self) {
        self.happened("machine paused");
        let at = self.dice.below(self.machines.len());
        self.machines[at].paused_until = self.step + 3 + self.dice.below(25) as u64;
    }

    /// The owner of the org stands still until its lease has run out, in the middle of whatever it does; another machine
    /// takes over and goes on for a while before the first one wakes up, still believing that it owns the org.
    async fn stall(&mut self) {
        let Some(owner) = self.machines.iter().position(|running| running.owns) else { return };
        self.happened("lease ran out");
        let id = self.machines[owner].id;
        self.machines[owner].paused_until = self.step + 2 + self.dice.below(12) as u64;
        if self.machines.len() < 2 {
            self.switch_on();
        }
        self.pass(self.dice.between(21_000, 45_000)).await;
        for _ in 0..self.dice.below(4) {
            self.serve().await;
            let Some(at) = self.machines.iter().position(|running| running.id != id) else { return };
            if self.dice.in_a_thousand(500) {
                self.poll(at);
            }
            self.turn(at).await;
            self.finish_one(at).await;
        }
    }

    fn second_machine(&mut self) {
        if self.machines.len() < 2 {
            self.happened("second machine");
            self.switch_on();
        }
    }

    fn shift_a_clock(&mut self) {
        self.happened("clock jumps");
        let by_ms = *self.dice.pick(&[-3_600_000, -90_000, -5_000, 5_000, 90_000, 3_600_000]);
        match self.dice.below(3) {
            0 => self.stage.world.salesforce.control().clock().shift(by_ms),
            1 => self.stage.world.jira.control().clock().shift(by_ms),
            _ => {
                let at = self.dice.below(self.machines.len());
                self.machines[at].machine.clock.shift(by_ms);
            }
        }
        // What is stamped before the cursor is beyond the reach of a poll.
        self.polls_are_sound = false;
    }

    async fn edit_mapping(&mut self) {
        self.happened("mapping edited");
        if self.configured.with_description {
            let of_description = |write: &Write| write.field.eq_ignore_ascii_case("description");
            let lost = oracles::lost(self).await.into_iter().filter(|(_, write)| of_description(write));
            self.given_up.extend(lost.map(|(word, _)| word));
        }
        self.configured = Configured {
            policy: *self.dice.pick(&Policy::ALL),
            with_description: !self.configured.with_description,
            ..self.configured
        };
        self.policies.push(self.configured.policy);
        while !self.machines.is_empty() {
            self.kill(0);
        }
        self.switch_on();
    }

    async fn put_image_back(&mut self) {
        let Some(image) = self.image.take() else { return };
        self.happened("image put back");
        while !self.machines.is_empty() {
            self.kill(0);
        }
        // Putting it back takes longer than a call that was sent before.
        self.pass(LATE_MS_MAX).await;
        // Nobody dies over it.
        (self.stage.books.lock().commits_fail, self.stage.books.lock().commits_kill) = (0, 0);
        self.stage.store = entente_store::Store::from_image(image).await.expect("an image");
        // As `entente restore` does, and a start that finds an older file.
        self.stage.store.recover("an older image was put back", self.now_ms()).await.expect("a note");
        self.polls_are_sound = false;
        self.accounts.forget_hints();
        // Whether the older database knows of it depends on when that was.
        self.parted.values_mut().for_each(|is_known| *is_known = false);
        self.switch_on();
    }

    /// The integration account loses the right to see the project, for a while.
    async fn hide_project(&mut self) {
        self.happened("project hidden");
        self.rights(false).await;
        self.hidden_until = Some(self.back_at_ms());
    }

    async fn rights(&self, granted: bool) {
        let right = json!({"user": "admin@sandbox.example", "project": "OPS", "permission": "BROWSE_PROJECTS", "granted": granted});
        let (status, answer) = self.people.turn(Place::Jira, "rights", right).await;
        assert_eq!(status, 204, "{answer}");
    }

    pub(super) async fn end_troubles(&mut self) {
        let now_ms = self.now_ms();
        if self.lag_until.is_some_and(|until_ms| until_ms <= now_ms) {
            self.lag_until = None;
            self.people.turn(Place::Jira, "index", json!({"lag_ms": 0})).await;
        }
        if self.hidden_until.is_some_and(|until_ms| until_ms <= now_ms) {
            self.hidden_until = None;
            self.rights(true).await;
        }
        let over: Vec<&'static str> =
            self.down_until.iter().filter(|(_, until_ms)| **until_ms <= now_ms).map(|(side, _)| *side).collect();
        for side in over {
            self.down_until.remove(side);
            self.stage.books.lock().down.remove(side);
        }
    }
}

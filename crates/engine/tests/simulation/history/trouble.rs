//! What befalls a company, beside faults of calls and of commits.

use serde_json::json;

use super::History;
use crate::{
    people::Place,
    stage::{Configured, Policy},
};

/// Everything that befalls a company, beside faults of calls and of commits.
pub(crate) const TROUBLES: [&str; 14] = [
    "crash",
    "restart",
    "machine paused",
    "second machine",
    "index lags",
    "clock jumps",
    "side down",
    "mapping edited",
    "image taken",
    "image put back",
    "project hidden",
    "push lost",
    "push late",
    "push doubled",
];

impl History {
    pub(super) async fn trouble(&mut self) {
        let now_ms = self.now_ms();
        match self.dice.below(24) {
            0..=3 => {
                self.happened("restart");
                let at = self.dice.below(self.machines.len());
                self.kill(at);
                self.switch_on();
            }
            4..=6 => self.pause(),
            7 | 8 => self.second_machine(),
            9..=11 => {
                self.happened("index lags");
                let lag_ms = self.dice.between(5_000, 300_000);
                self.people.turn(Place::Jira, "index", json!({"lag_ms": lag_ms})).await;
                self.lag_until = Some(now_ms + self.dice.between(10_000, 600_000));
            }
            12..=14 => self.shift_a_clock(),
            15 | 16 => {
                self.happened("side down");
                let side = *self.dice.pick(&["salesforce", "jira"]);
                self.stage.books.lock().down.insert(side);
                self.down_until.insert(side, now_ms + self.dice.between(5_000, 2_400_000));
            }
            17 => self.edit_mapping(),
            18 | 19 => {
                self.happened("image taken");
                self.image = self.stage.store.image().await.ok();
            }
            20 => self.put_image_back().await,
            _ => self.hide_project().await,
        }
    }

    fn pause(&mut self) {
        self.happened("machine paused");
        let at = self.dice.below(self.machines.len());
        self.machines[at].paused_until = self.step + 3 + self.dice.below(25) as u64;
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

    fn edit_mapping(&mut self) {
        self.happened("mapping edited");
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
        self.stage.store = entente_store::Store::from_image(image).await.expect("an image");
        self.polls_are_sound = false;
        self.switch_on();
    }

    /// The integration account loses the right to see the project, for a while.
    async fn hide_project(&mut self) {
        self.happened("project hidden");
        self.rights(false).await;
        self.hidden_until = Some(self.now_ms() + self.dice.between(10_000, 1_500_000));
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

//! One step: people act, pushes come, machines go on, time goes by.

use entente_sandbox::delivery::Delivery;

use super::{
    History,
    machines::{Actor, Task},
};
use crate::{gate::ActorId, people::Place};

impl History {
    pub(super) async fn one(&mut self) {
        match self.dice.below(1_000) {
            0..=139 => self.people.edit_case(&self.dice.clone()).await,
            140..=279 => self.people.edit_issue(&self.dice.clone()).await,
            280..=309 => drop(self.people.open_case(&self.dice.clone(), None).await),
            310..=317 => drop(self.people.open_issue().await),
            318..=325 => self.delete_case().await,
            326..=333 => self.delete_issue().await,
            334..=341 => self.people.undelete_case(&self.dice.clone()).await,
            342..=349 => self.people.leave_a_gap(&self.dice.clone()).await,
            350..=356 => self.people.label_issue(&self.dice.clone()).await,
            357..=426 => self.deliver().await,
            427..=476 => self.on_a_machine(Task::Poll).await,
            477..=626 => self.on_a_machine(Task::Round).await,
            627..=634 => self.on_a_machine(Task::Look).await,
            635..=844 => self.go_on().await,
            845..=934 => self.time_goes_by().await,
            _ => self.trouble().await,
        }
        // Work goes on beside whatever happens.
        if self.dice.in_a_thousand(600) {
            self.go_on().await;
        }
    }

    pub(super) async fn delete_case(&mut self) {
        self.people.delete_case(&self.dice.clone()).await;
        self.ever_deleted_cases.extend(self.people.deleted_cases.iter().cloned());
    }

    pub(super) async fn delete_issue(&mut self) {
        let issues = self.people.issues().await;
        if issues.len() > 2 {
            let issue = self.dice.pick(&issues).clone();
            self.people.delete_issue(&issue.name).await;
            self.widowed.extend(issue.source.or(issue.names));
        }
    }

    async fn on_a_machine(&mut self, task: Task) {
        let at = self.dice.below(self.machines.len());
        if self.is_paused(at) {
            return;
        }
        match task {
            Task::Poll => self.poll(at),
            Task::Round => drop(self.turn(at).await),
            Task::Look if self.machines[at].owns && self.is_doing(at, Task::Look) == 0 => self.look(at),
            Task::Look => {}
        }
    }

    /// Some actors make some calls.
    async fn go_on(&mut self) {
        let (mut n_calls, dice) = (1 + self.dice.below(12), self.dice.clone());
        while n_calls > 0 {
            let awake = |actor: &&Actor| self.index(actor.machine).is_some_and(|at| !self.is_paused(at));
            let ids: Vec<ActorId> = self.actors.iter().filter(awake).map(|actor| actor.id).collect();
            if ids.is_empty() {
                return;
            }
            let id = *dice.pick(&ids);
            // An actor often goes on for a while before another one comes between.
            for _ in 0..1 + dice.below(5) {
                n_calls = n_calls.saturating_sub(1);
                self.stage.gate.release(id, &dice);
                self.advance_actor(id).await;
            }
        }
    }

    async fn time_goes_by(&mut self) {
        let by_ms = match self.dice.below(12) {
            0..=6 => self.dice.between(50, 3_000),
            7..=9 => self.dice.between(3_000, 30_000),
            10 => self.dice.between(30_000, 150_000),
            _ => self.dice.between(150_000, 1_500_000),
        };
        self.pass(by_ms).await;
    }

    /// Pushes come, late, twice, in another order, or never.
    async fn deliver(&mut self) {
        let mut due: Vec<(Place, Delivery)> = Vec::new();
        let (salesforce, jira) = (self.stage.world.salesforce.clone(), self.stage.world.jira.clone());
        due.extend(salesforce.control().outbox().take_due().into_iter().map(|d| (Place::Salesforce, d)));
        due.extend(jira.control().outbox().take_due().into_iter().map(|d| (Place::Jira, d)));
        while !due.is_empty() {
            let (place, delivery) = due.swap_remove(self.dice.below(due.len()));
            let outbox = match place {
                Place::Salesforce => salesforce.control().outbox(),
                Place::Jira => jira.control().outbox(),
            };
            match self.dice.below(10) {
                0 | 1 => {
                    self.happened("push lost");
                    outbox.settle(delivery, true);
                }
                2 => {
                    self.happened("push late");
                    outbox.settle(delivery, false);
                }
                3 => {
                    self.happened("push doubled");
                    self.hand_over(place, &delivery).await;
                    let accepted = self.hand_over(place, &delivery).await;
                    outbox.settle(delivery, accepted);
                }
                _ => {
                    self.happened("push");
                    let accepted = self.hand_over(place, &delivery).await;
                    outbox.settle(delivery, accepted);
                }
            }
        }
    }

    async fn hand_over(&mut self, place: Place, delivery: &Delivery) -> bool {
        let at = self.dice.below(self.machines.len());
        if self.is_paused(at) {
            return false;
        }
        self.enter(at, 0);
        let engine = self.machines[at].machine.engine.clone();
        let signature =
            delivery.headers.iter().find(|(name, _)| name == "X-Hub-Signature").map(|(_, value)| value.as_str());
        let taken = match place {
            Place::Salesforce => engine.intake_salesforce("org", None, &delivery.body).await,
            Place::Jira => engine.intake_jira("site", signature, &delivery.body).await,
        };
        self.after(at);
        taken.is_ok()
    }
}

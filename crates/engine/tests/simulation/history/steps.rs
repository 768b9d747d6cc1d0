//! One step: people act, pushes come, machines go on, time goes by.

use entente_sandbox::delivery::Delivery;

use super::{
    History, STEPS_A_DAY,
    day::Step,
    machines::{Actor, Task},
};
use crate::{
    gate::ActorId,
    oracles,
    people::{Place, Record},
};

impl History {
    pub(super) async fn one(&mut self) -> Result<(), String> {
        let dice = self.dice.clone();
        let step = self.day.step(&dice);
        let rests = step.is_of_people() && self.step % STEPS_A_DAY >= self.day.people_rest_from;
        match if rests { Step::GoOn } else { step } {
            Step::EditCase => self.people.edit_case(&dice).await,
            Step::EditIssue => self.people.edit_issue(&dice).await,
            Step::EditBoth => self.edit_both().await,
            Step::EditMeanwhile => self.edit_meanwhile().await?,
            Step::OpenCase => drop(self.people.open_case(&dice, None).await),
            Step::OpenIssue => drop(self.people.open_issue().await),
            Step::DeleteCase => self.delete_case().await,
            Step::DeleteIssue => self.delete_issue().await,
            Step::Undelete => self.undelete_case().await,
            Step::LeaveGap => self.people.leave_a_gap(&dice).await,
            Step::Label => self.people.label_issue(&dice).await,
            Step::Unlink => self.unlink().await,
            Step::MoveIssue => self.move_issue().await,
            Step::Merge => self.merge().await,
            Step::Deliver => self.deliver().await,
            Step::Poll => self.on_a_machine(Task::Poll).await,
            Step::Round => self.on_a_machine(Task::Round).await,
            Step::Look => self.on_a_machine(Task::Look).await,
            Step::GoOn => self.go_on().await,
            Step::Finish => self.finish_some().await,
            Step::Pass => self.time_goes_by().await,
            Step::Trouble => self.trouble().await,
        }
        // Work goes on beside whatever happens.
        if self.dice.in_a_thousand(700) {
            self.go_on().await;
        }
        Ok(())
    }

    /// Two people change the same field of a pair, each on their side, and perhaps some calls lie between.
    async fn edit_both(&mut self) {
        let dice = self.dice.clone();
        let Some((case, issue)) = self.people.some_pair(&dice).await else { return };
        let field = self.people.some_field(&dice);
        let case_first = dice.in_a_thousand(500);
        if case_first {
            self.people.write_case(&case, field, &dice).await;
        } else {
            self.people.write_issue(&issue, field, &dice).await;
        }
        if dice.in_a_thousand(500) {
            self.go_on().await;
        }
        if !case_first {
            let Some(case) = self.people.case(&case.name).await else { return };
            self.people.write_case(&case, field, &dice).await;
        } else if let Some(issue) = self.people.issues().await.into_iter().find(|other| other.name == issue.name) {
            self.people.write_issue(&issue, field, &dice).await;
        }
    }

    pub(super) async fn delete_case(&mut self) {
        let n_before = self.people.deleted_cases.len();
        self.people.delete_case(&self.dice.clone()).await;
        if self.people.deleted_cases.len() > n_before {
            self.happened("case deleted");
        }
        self.ever_deleted_cases.extend(self.people.deleted_cases.iter().cloned());
    }

    async fn undelete_case(&mut self) {
        let n_before = self.people.deleted_cases.len();
        self.people.undelete_case(&self.dice.clone()).await;
        if self.people.deleted_cases.len() < n_before {
            self.happened("case undeleted");
        }
    }

    pub(super) async fn delete_issue(&mut self) {
        let issues = self.people.issues().await;
        if n_at_home(&issues) > 2 {
            let issue = self.dice.pick(&issues).clone();
            self.happened("issue deleted");
            self.people.delete_issue(&issue.name).await;
            self.widowed.extend(issue.case);
        }
    }

    /// An issue goes to another project, or comes back: it keeps its number and gets another key.
    async fn move_issue(&mut self) {
        let issues = self.people.issues().await;
        // Who does not see the project cannot move anything out of it.
        if !issues.is_empty() && self.hidden_until.is_none() {
            let issue = self.dice.pick(&issues).clone();
            if is_at_home(&issue) && n_at_home(&issues) <= 2 {
                return;
            }
            self.happened("issue moved");
            self.people.move_elsewhere(&issue).await;
        }
    }

    /// Two cases become one, whose issue shows what is left.
    async fn merge(&mut self) {
        let is_whole = |id: &&String| {
            !self.ever_deleted_cases.contains(*id) && !self.parted.contains_key(*id) && !self.widowed.contains(*id)
        };
        let cases: Vec<String> = self.people.cases.iter().filter(is_whole).cloned().collect();
        if cases.len() < 3 {
            return;
        }
        let (master, loser) = (self.dice.below(cases.len()), self.dice.below(cases.len()));
        if master != loser {
            self.happened("cases merged");
            self.people.merge_cases(&cases[master], &cases[loser]).await;
            self.ever_deleted_cases.insert(cases[loser].clone());
        }
    }

    /// A person dissolves a link for good.
    async fn unlink(&mut self) {
        let at = self.dice.below(self.machines.len());
        let links = oracles::live_links(self).await;
        if self.is_paused(at) || links.len() < 3 {
            return;
        }
        let link = self.dice.pick(&links).clone();
        self.enter(at, 0);
        let engine = self.machines[at].machine.engine.clone();
        let is_known = engine.unlink(link.id, "a person", true).await.is_ok();
        self.after(at);
        self.happened("pair parted");
        self.left_alone.insert(link.jira_key);
        self.parted.insert(link.salesforce_id, is_known);
    }

    /// Everything that one machine does comes to its end, without any time going by.
    async fn finish_some(&mut self) {
        let at = self.dice.below(self.machines.len());
        if !self.is_paused(at) {
            self.finish_one(at).await;
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
            Task::Look if self.machines[at].is_at_work() && self.is_doing(at, Task::Look) == 0 => self.look(at),
            Task::Look => {}
            Task::Access => self.look_at_access(at),
        }
    }

    /// Some actors make some calls.
    async fn go_on(&mut self) {
        let (mut n_calls, dice) = (1 + self.dice.below(16), self.dice.clone());
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
        // Mostly within the pace of the day, at times for longer.
        let most_ms = if self.dice.in_a_thousand(60) { 1_500_000 } else { self.day.pace_ms };
        self.pass(self.dice.between(1, most_ms)).await;
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

fn is_at_home(issue: &Record) -> bool {
    issue.name.starts_with("OPS-")
}

/// Some stay: that an issue is gone, rather than hidden, is known while another one of its project is seen.
fn n_at_home(issues: &[Record]) -> usize {
    issues.iter().filter(|issue| is_at_home(issue)).count()
}

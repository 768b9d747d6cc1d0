//! When nothing goes wrong any more: everything that has begun ends, and looks and polls come to rest.

use entente_engine::Retry;

use super::{
    History,
    machines::{Actor, Task},
};
use crate::{gate::ActorId, wire::LATE_MS_MAX};

impl History {
    /// Nothing goes wrong any more, and one machine is left.
    pub(super) async fn heal(&mut self) {
        {
            let books = &mut *self.stage.books.lock();
            (books.faults_in_a_thousand, books.commits_fail, books.commits_kill) = (0, 0, 0);
            books.down.clear();
            books.failing = None;
            books.note("peace");
            books.tell(|| "peace".to_owned());
        }
        self.step = u64::MAX;
        (self.lag_until, self.hidden_until) = (self.lag_until.map(|_| 0), self.hidden_until.map(|_| 0));
        self.down_until.clear();
        self.end_troubles().await;
        self.finish_all().await;
        // What has left its sender and not yet taken effect does so.
        self.pass(LATE_MS_MAX).await;
        let (salesforce, jira) = (self.stage.world.salesforce.clone(), self.stage.world.jira.clone());
        // A side's clock may have been set back since.
        while salesforce.control().oldest_late_call_ms().or(jira.control().oldest_late_call_ms()).is_some() {
            self.pass(600_000).await;
        }
        while self.machines.len() > 1 {
            self.kill(0);
        }
        self.until_in_charge().await;
        self.retry().await;
    }

    /// A person has what was refused tried again: its cause may have gone before anybody could see it.
    async fn retry(&mut self) {
        self.enter(0, 0);
        let engine = self.machines[0].machine.engine.clone();
        let retried = engine.retry(&Retry::All, "a person").await;
        self.after(0);
        if retried.is_ok_and(|n| n > 0) {
            self.happened("refusal retried");
        }
    }

    /// The one machine that is left owns the org, and has looked at it once.
    async fn until_in_charge(&mut self) {
        for n in 0..80 {
            // Whose clock was some hours ahead has taken the org for as long.
            self.pass(if n < 40 { 3_000 } else { 600_000 }).await;
            self.serve().await;
            self.finish_all().await;
            if self.is_in_charge() && self.machines[0].n_looks > 0 {
                return;
            }
        }
        panic!("no machine comes to own the org in peace");
    }

    fn is_in_charge(&self) -> bool {
        self.machines[0].is_at_work()
    }

    /// Everything that has begun comes to its end.
    pub(super) async fn finish_all(&mut self) {
        for _ in 0..20_000 {
            let ids: Vec<ActorId> = self.actors.iter().map(|actor| actor.id).collect();
            if ids.is_empty() {
                return;
            }
            if !self.let_one_go_on(&ids).await {
                let due = ids.iter().filter_map(|id| self.stage.gate.next_due_ms(*id)).min();
                let due_ms = due.unwrap_or_else(|| panic!("{} wait for something that never comes", self.waiting()));
                let by_ms = (due_ms - self.now_ms()).max(1);
                self.pass(by_ms).await;
            }
        }
        panic!("work that never ends: {}", self.waiting());
    }

    /// The first actor that can go on does; `false` when all of them wait for time, or for each other.
    async fn let_one_go_on(&mut self, ids: &[ActorId]) -> bool {
        let dice = self.dice.clone();
        for id in ids {
            let (goes_on, n_before) = (self.stage.gate.release(*id, &dice), self.actors.len());
            self.advance_actor(*id).await;
            if goes_on || self.actors.len() < n_before || self.stage.gate.has_call(*id) {
                return true;
            }
        }
        false
    }

    /// What a machine has begun comes to its end, as far as it need not wait for time or for another machine.
    pub(super) async fn finish_one(&mut self, at: usize) {
        self.finish_what(at, None).await;
    }

    /// The same for what it does of one kind.
    pub(super) async fn finish_only(&mut self, at: usize, task: Task) {
        self.finish_what(at, Some(task)).await;
    }

    async fn finish_what(&mut self, at: usize, task: Option<Task>) {
        let id = self.machines[at].id;
        for _ in 0..300 {
            let of = |actor: &&Actor| actor.machine == id && task.is_none_or(|task| actor.task == task);
            let ids: Vec<ActorId> = self.actors.iter().filter(of).map(|actor| actor.id).collect();
            if ids.is_empty() || !self.let_one_go_on(&ids).await {
                return;
            }
        }
    }

    fn waiting(&self) -> String {
        let tasks: Vec<_> = self.actors.iter().map(|actor| (actor.machine, actor.task)).collect();
        format!("{tasks:?}")
    }

    /// Whether polls alone must be enough.
    pub(crate) fn polls_must_do(&self) -> bool {
        self.polls_are_sound
    }

    /// Polls and rounds, without a look, until nothing waits.
    pub(crate) async fn polls_until_quiet(&mut self) -> Result<(), String> {
        for _ in 0..60 {
            let n_before = self.machines[0].n_polls;
            self.poll(0);
            self.finish_all().await;
            let has_polled = self.machines[0].n_polls > n_before;
            let n_rounds = self.rounds_while_due().await;
            if has_polled && n_rounds == 0 && self.n_waiting().await == 0 {
                return Ok(());
            }
            self.pass(150_000).await;
            self.serve().await;
            self.finish_all().await;
        }
        Err(format!("after hours of polls {} hints still wait", self.n_waiting().await))
    }

    /// One look, and rounds until nothing waits.
    pub(crate) async fn sweep(&mut self) -> Result<(), String> {
        let n_before = self.machines[0].n_looks;
        self.look(0);
        self.finish_all().await;
        while self.machines[0].n_looks == n_before {
            self.until_in_charge().await;
        }
        for _ in 0..60 {
            if self.rounds_while_due().await == 0 && self.n_waiting().await == 0 {
                return Ok(());
            }
            self.pass(150_000).await;
            self.serve().await;
            self.finish_all().await;
        }
        Err(format!("after hours {} hints still wait", self.n_waiting().await))
    }

    pub(super) async fn rounds_while_due(&mut self) -> usize {
        let mut n_rounds = 0;
        self.resume().await;
        for _ in 0..50 {
            let n_more = self.turn(0).await;
            self.finish_all().await;
            n_rounds += n_more;
            if n_more == 0 {
                break;
            }
        }
        n_rounds
    }

    /// A person looks at what a guard has held, and lets it go on.
    async fn resume(&mut self) {
        let runtime = self.stage.store.item_runtime("support-bugs").await.expect("the item");
        if runtime.held.is_some() {
            self.happened("item held");
            self.resumed_ms = Some(self.now_ms());
            self.enter(0, 0);
            let engine = self.machines[0].machine.engine.clone();
            drop(engine.resume("support-bugs", "a person").await);
            self.after(0);
        }
    }

    async fn n_waiting(&self) -> u64 {
        let backlog = self.stage.store.backlog(None, self.now_ms()).await.expect("a backlog");
        backlog.due + backlog.waiting
    }

    /// Lets time go by, in peace.
    pub(crate) async fn rest(&mut self, ms: i64) {
        self.pass(ms).await;
        self.serve().await;
        self.finish_all().await;
    }
}

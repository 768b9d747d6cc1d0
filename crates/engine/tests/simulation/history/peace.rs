//! When nothing goes wrong any more: everything that has begun ends, and looks and polls come to rest.

use super::History;
use crate::gate::ActorId;

impl History {
    /// Nothing goes wrong any more, and one machine is left.
    pub(super) async fn heal(&mut self) {
        {
            let books = &mut *self.stage.books.lock();
            (books.faults_in_a_thousand, books.commits_fail, books.commits_kill) = (0, 0, 0);
            books.down.clear();
            books.note("peace");
            books.tell(|| "peace".to_owned());
        }
        self.step = u64::MAX;
        (self.lag_until, self.hidden_until) = (self.lag_until.map(|_| 0), self.hidden_until.map(|_| 0));
        self.down_until.clear();
        self.end_troubles().await;
        self.finish_all().await;
        while self.machines.len() > 1 {
            self.kill(0);
        }
        for _ in 0..40 {
            self.pass(3_000).await;
            self.serve().await;
            self.finish_all().await;
            if self.machines[0].owns && self.machines[0].looked {
                break;
            }
        }
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
            self.poll(0);
            self.finish_all().await;
            let n_rounds = self.rounds_while_due().await;
            if n_rounds == 0 && self.n_waiting().await == 0 {
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
        self.look(0);
        self.finish_all().await;
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

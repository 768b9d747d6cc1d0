//! The machines of a history: what their loops would do by themselves, and what each of them is doing.

use std::{pin::Pin, sync::atomic::Ordering, task::Poll};

use entente_engine::EngineError;

use super::History;
use crate::{gate::ActorId, oracles, stage::Machine, wire::Life};

pub(super) type Work = Pin<Box<dyn Future<Output = Result<(), EngineError>>>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Look,
    Poll,
    Round,
    Access,
}

/// Something that a machine is doing.
pub(super) struct Actor {
    pub(super) id: ActorId,
    pub(super) machine: u64,
    pub(super) task: Task,
    pub(super) work: Work,
}

/// A machine, and what its loops would know.
pub(super) struct Running {
    pub(super) id: u64,
    pub(super) machine: Machine,
    pub(super) owns: bool,
    /// A part of its work has failed: it starts over when its rounds have ended.
    pub(super) failed: bool,
    /// Looks, and polls, that have ended well since it was switched on.
    pub(super) n_looks: u64,
    pub(super) n_polls: u64,
    pub(super) try_ms: i64,
    pub(super) look_ms: Option<i64>,
    pub(super) renewed_ms: i64,
    pub(super) paused_until: u64,
}

impl Running {
    /// Whether it begins anything: with the org, and until a part of its work has failed.
    pub(super) fn is_at_work(&self) -> bool {
        self.owns && !self.failed
    }
}

/// Real time for which nobody looks whether the database is done, should it not say so.
const NAP: std::time::Duration = std::time::Duration::from_micros(500);
const LEASE_RENEW_MS: i64 = 5_000;
const RETRY_MS: i64 = 2_000;
const ROUNDS_MAX: usize = 4;

impl History {
    pub(super) fn switch_on(&mut self) {
        let id = self.next_id;
        self.next_id += 1;
        let machine = self.stage.machine(self.configured, &self.chance);
        let now_ms = self.now_ms();
        self.machines.push(Running {
            id,
            machine,
            owns: false,
            failed: false,
            n_looks: 0,
            n_polls: 0,
            try_ms: now_ms,
            look_ms: None,
            renewed_ms: now_ms,
            paused_until: 0,
        });
    }

    /// Switches a machine off, without a word to anybody.
    pub(super) fn kill(&mut self, at: usize) {
        let gone = self.machines.remove(at);
        gone.machine.life.store(true, Ordering::Relaxed);
        self.actors.retain(|actor| actor.machine != gone.id);
        self.stage.books.lock().life = Life::default();
    }

    /// What runs from now on runs on this machine.
    pub(super) fn enter(&self, at: usize, actor: ActorId) {
        self.stage.gate.enter(actor);
        let looks = self.actors.iter().any(|other| other.id == actor && other.task == Task::Look);
        let books = &mut *self.stage.books.lock();
        (books.life, books.looks) = (self.machines[at].machine.life.clone(), looks);
    }

    pub(super) fn index(&self, id: u64) -> Option<usize> {
        self.machines.iter().position(|running| running.id == id)
    }

    pub(super) fn is_paused(&self, at: usize) -> bool {
        self.machines[at].paused_until > self.step
    }

    pub(super) fn is_doing(&self, at: usize, task: Task) -> usize {
        let id = self.machines[at].id;
        self.actors.iter().filter(|actor| actor.machine == id && actor.task == task).count()
    }

    pub(super) fn start(&mut self, at: usize, task: Task, work: Work) {
        let id = self.next_id;
        self.next_id += 1;
        self.actors.push(Actor { id, machine: self.machines[at].id, task, work });
    }

    /// Lets an actor run until it stands at the gate again, waits for another actor, or has ended.
    #[expect(clippy::disallowed_methods, reason = "threads of the database run beside the history, by a real clock")]
    pub(super) async fn advance_actor(&mut self, id: ActorId) {
        let Some(n) = self.actors.iter().position(|actor| actor.id == id) else { return };
        let Some(at) = self.index(self.actors[n].machine) else { return };
        self.enter(at, id);
        let (store, work) = (self.stage.store.clone(), &mut self.actors[n].work);
        let (mut n_polls, mut nap) = (0, Box::pin(tokio::time::sleep(NAP)));
        let ended = std::future::poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            // Only the database works beside us: whoever waits for anything else waits for the history, or for an actor.
            Poll::Pending if store.is_idle() => Poll::Ready(None),
            Poll::Pending => {
                n_polls += 1;
                // The database wakes us; what gives its connection back runs beside us, and does not.
                if n_polls % 4 != 0 || nap.as_mut().poll(context).is_ready() {
                    nap.as_mut().reset(tokio::time::Instant::now() + NAP);
                    context.waker().wake_by_ref();
                }
                Poll::Pending
            }
        })
        .await;
        self.after(at);
        if let Some(result) = ended
            && let Some(n) = self.actors.iter().position(|actor| actor.id == id)
        {
            let actor = self.actors.remove(n);
            self.ended(actor.machine, actor.task, result.is_ok());
        }
        if let Err(why) = oracles::are_for_no_more_readers(self).await {
            self.stage.books.lock().wrongdoing.get_or_insert(why);
        }
    }

    /// A machine that died on the way is gone, and another one is switched on.
    pub(super) fn after(&mut self, at: usize) {
        let died = self.machines.get(at).is_some_and(|running| is_dead(&running.machine.life));
        if died {
            self.happened("crash");
            self.kill(at);
            self.switch_on();
        }
    }

    fn ended(&mut self, machine: u64, task: Task, is_ok: bool) {
        let now_ms = self.now_ms();
        let Some(at) = self.index(machine) else { return };
        let running = &mut self.machines[at];
        match (task, is_ok) {
            (Task::Look, true) => running.n_looks += 1,
            (Task::Poll, true) => running.n_polls += 1,
            // A look that failed is repeated; what the store refused makes the worker start over.
            (Task::Look, false) => running.look_ms = Some(now_ms + RETRY_MS),
            (_, true) => {}
            (_, false) => running.failed = true,
        }
    }

    /// What the loops of the machines do by themselves, at the end of every step.
    pub(super) async fn serve(&mut self) {
        self.stage.world.salesforce.control().run_late_calls().await;
        self.stage.world.jira.control().run_late_calls().await;
        self.end_troubles().await;
        for at in (0..self.machines.len()).rev() {
            if self.is_paused(at) {
                continue;
            }
            self.keep(at).await;
        }
    }

    async fn keep(&mut self, at: usize) {
        let now_ms = self.now_ms();
        self.enter(at, 0);
        let steps = self.machines[at].machine.steps.clone();
        let running = &mut self.machines[at];
        if !running.owns {
            if now_ms >= running.try_ms {
                running.try_ms = now_ms + RETRY_MS;
                let owned = steps.own().await;
                let owns = matches!(owned, Ok(true));
                let running = &mut self.machines[at];
                let (id, books) = (running.id, &mut *self.stage.books.lock());
                books.tell(|| format!("machine {id} asks for the org: {owned:?}"));
                match owned {
                    Ok(true) => books.owner = Some(running.machine.life.clone()),
                    Ok(false) => {}
                    Err(_) => books.owner = None,
                }
                (running.owns, running.renewed_ms) = (owns, now_ms);
                running.look_ms = owns.then_some(now_ms);
            }
        } else if running.failed {
            let id = running.id;
            self.actors.retain(|actor| actor.machine != id || actor.task == Task::Round);
            if self.is_doing(at, Task::Round) == 0 {
                steps.release().await;
                let running = &mut self.machines[at];
                (running.owns, running.failed, running.try_ms) = (false, false, now_ms + RETRY_MS);
            }
        } else if now_ms - running.renewed_ms >= LEASE_RENEW_MS {
            running.renewed_ms = now_ms;
            let kept = steps.renew().await.unwrap_or(false);
            self.machines[at].failed = !kept;
        }
        if let Some(running) = self.machines.get(at)
            && running.owns
            && running.look_ms.is_some_and(|look_ms| look_ms <= now_ms)
            && self.is_doing(at, Task::Look) == 0
        {
            self.look(at);
        }
        self.after(at);
    }

    pub(super) fn look(&mut self, at: usize) {
        let steps = self.machines[at].machine.steps.clone();
        self.machines[at].look_ms = None;
        self.start(at, Task::Look, Box::pin(async move { steps.look().await }));
    }

    pub(super) fn poll(&mut self, at: usize) {
        if self.machines[at].is_at_work() && self.is_doing(at, Task::Poll) == 0 {
            let steps = self.machines[at].machine.steps.clone();
            self.start(at, Task::Poll, Box::pin(async move { steps.poll().await }));
        }
    }

    /// Begins rounds for what is due; how many.
    pub(super) async fn turn(&mut self, at: usize) -> usize {
        if !self.machines[at].is_at_work() || self.is_doing(at, Task::Round) > ROUNDS_MAX / 2 {
            return 0;
        }
        self.enter(at, 0);
        let id = self.machines[at].id;
        let rounds = self.machines[at].machine.steps.clone().rounds().await;
        let n_rounds = match rounds {
            Ok(rounds) => {
                let n_rounds = rounds.len();
                for round in rounds {
                    self.start(at, Task::Round, Box::pin(round.run()));
                }
                n_rounds
            }
            Err(_) => {
                self.ended(id, Task::Round, false);
                0
            }
        };
        self.after(at);
        n_rounds
    }

    /// Time goes by; whoever waited for it may go on.
    pub(super) async fn pass(&mut self, by_ms: i64) {
        for actor in self.stage.gate.advance(by_ms) {
            let is_paused = self.actors.iter().find(|a| a.id == actor).and_then(|a| self.index(a.machine));
            if is_paused.is_some_and(|at| !self.is_paused(at)) {
                self.advance_actor(actor).await;
            }
        }
        self.stage.world.salesforce.control().run_late_calls().await;
        self.stage.world.jira.control().run_late_calls().await;
    }
}

fn is_dead(life: &Life) -> bool {
    life.load(Ordering::Relaxed)
}

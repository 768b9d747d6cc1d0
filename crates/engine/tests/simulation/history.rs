//! One seed: a whole history of people, pushes, polls, rounds, failures and restarts, and then peace, in which everything
//! must come to rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
    pin::Pin,
    task::Poll,
};

use entente_core::wrong::{self, Wrong};
use entente_engine::EngineError;
use entente_sandbox::delivery::Delivery;
use entente_store::simulation::{self, Fate, Image, Moment};
use serde_json::json;

use crate::{
    chance::Dice,
    gate::ActorId,
    oracles,
    people::{Field, People, Place},
    stage::{Configured, Machine, Policy, Stage},
    wire::{Fault, Life, Met},
};

/// Steps of one history.
pub(crate) const STEPS: u64 = 200;

/// Far longer than a history takes on a busy machine.
const HANGS_AFTER: std::time::Duration = std::time::Duration::from_secs(60);

/// What is played.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub(crate) seed: u64,
    pub(crate) n_steps: u64,
    /// Steps that are left out: a shorter history that fails in the same way is easier to read.
    pub(crate) without: BTreeSet<u64>,
    pub(crate) wrong: Option<Wrong>,
    /// Tells every call.
    pub(crate) tells: bool,
    /// In the place of a long history, a short one.
    pub(crate) small: Option<Small>,
}

/// A short history: a company at rest, something that people do, and a machine that dies while it sees to that.
#[derive(Clone, Debug)]
pub(crate) struct Small {
    pub(crate) configured: Configured,
    /// Whether the machine has seen the company before.
    pub(crate) is_first: bool,
    pub(crate) acts: Vec<Act>,
    /// What happens to the first write.
    pub(crate) fault: Option<Fault>,
    /// The boundary at which the machine dies, and on which side of it.
    pub(crate) dies_at: Option<(u64, bool)>,
}

/// What people do in a short history, to its first pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Case(Field),
    Issue(Field),
    OpenCase,
    OpenIssue,
    LinkByHand,
    DeleteCase,
    DeleteIssue,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Played {
    pub(crate) failure: Option<String>,
    pub(crate) trace: u64,
    pub(crate) met: Met,
    pub(crate) commits: BTreeMap<&'static str, u64>,
    pub(crate) events: BTreeMap<&'static str, u64>,
    pub(crate) told: Vec<String>,
    pub(crate) n_calls: u64,
    /// Durable and remote writes of the part of a short history in which the machine may die.
    pub(crate) n_boundaries: u64,
}

impl Script {
    pub(crate) fn of(seed: u64) -> Self {
        Self { seed, n_steps: STEPS, ..Self::default() }
    }
}

/// Plays a history to its end. Whatever panics is a failure of it.
pub(crate) fn play(script: &Script) -> Played {
    wrong::set(script.wrong);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut played = Played::default();
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let history = tokio::task::unconstrained(History::run(script, &mut played));
        // Nothing here waits for time, so a history that takes this long waits for something that never comes.
        runtime.block_on(async { tokio::time::timeout(HANGS_AFTER, history).await })
    }));
    simulation::watch(None);
    wrong::set(None);
    played.failure = match ended {
        Ok(Ok(result)) => result.err(),
        Ok(Err(_)) => Some("it hangs".to_owned()),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            Some(format!("it panicked: {}", words.unwrap_or_default()))
        }
    };
    played
}

type Work = Pin<Box<dyn Future<Output = Result<(), EngineError>>>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Look,
    Poll,
    Round,
}

/// Something that a machine is doing.
struct Actor {
    id: ActorId,
    machine: u64,
    task: Task,
    work: Work,
}

/// A machine, and what its loops would know.
struct Running {
    id: u64,
    machine: Machine,
    owns: bool,
    /// A part of its work has failed: it starts over when its rounds have ended.
    failed: bool,
    /// Whether a look has ended well since it was switched on.
    looked: bool,
    try_ms: i64,
    look_ms: Option<i64>,
    renewed_ms: i64,
    paused_until: u64,
}

/// A history under way.
pub(crate) struct History {
    pub(crate) stage: Stage,
    pub(crate) people: People,
    pub(crate) configured: Configured,
    /// Every policy that was in force at some time.
    pub(crate) policies: Vec<Policy>,
    pub(crate) dice: Dice,
    chance: Dice,
    seed: u64,
    machines: Vec<Running>,
    actors: Vec<Actor>,
    next_id: u64,
    step: u64,
    image: Option<Image>,
    pub(crate) events: BTreeMap<&'static str, u64>,
    /// Whether polls alone must find every change: no clock went back, no database either.
    polls_are_sound: bool,
    pub(crate) ever_deleted_cases: BTreeSet<String>,
    /// Cases whose issue people have deleted.
    pub(crate) widowed: BTreeSet<String>,
    down_until: BTreeMap<&'static str, i64>,
    hidden_until: Option<i64>,
    lag_until: Option<i64>,
}

const LEASE_RENEW_MS: i64 = 5_000;
const RETRY_MS: i64 = 2_000;
const ROUNDS_MAX: usize = 4;

impl History {
    async fn new(seed: u64, configured: Option<Configured>) -> Self {
        let stage = Stage::new(seed).await;
        let dice = Dice::new(seed.wrapping_mul(31).wrapping_add(7));
        let configured = configured.unwrap_or_else(|| Configured::drawn(&dice));
        let history = Self {
            people: People::of(&stage).await,
            configured,
            policies: vec![configured.policy],
            chance: dice.fork(),
            seed,
            stage,
            dice,
            machines: Vec::new(),
            actors: Vec::new(),
            next_id: 1,
            step: 0,
            image: None,
            events: BTreeMap::new(),
            polls_are_sound: true,
            ever_deleted_cases: BTreeSet::new(),
            widowed: BTreeSet::new(),
            down_until: BTreeMap::new(),
            hidden_until: None,
            lag_until: None,
        };
        history.watch_commits();
        history
    }

    async fn run(script: &Script, played: &mut Played) -> Result<(), String> {
        let configured = script.small.as_ref().map(|small| small.configured);
        let mut history = Self::new(script.seed, configured).await;
        history.stage.books.lock().told = script.tells.then(Vec::new);
        let ended = match &script.small {
            Some(small) => history.live_briefly(small).await,
            None => history.live(script).await,
        };
        let books = history.stage.books.lock();
        played.n_boundaries = books.n_boundaries;
        played.trace = books.trace;
        played.met = books.met.clone();
        played.commits = books.commits.clone();
        played.n_calls = books.n_calls;
        played.told = books.told.clone().unwrap_or_default();
        drop(books);
        played.events = std::mem::take(&mut history.events);
        ended
    }

    async fn live(&mut self, script: &Script) -> Result<(), String> {
        self.begin().await;
        for step in 0..script.n_steps {
            self.step = step;
            self.dice = Dice::new(self.seed.wrapping_mul(1_000_003).wrapping_add(step));
            self.stage.dice.become_like(&self.dice.fork());
            if !script.without.contains(&step) {
                self.one().await;
            }
            self.serve().await;
        }
        self.heal().await;
        oracles::in_the_end(self).await
    }

    async fn live_briefly(&mut self, small: &Small) -> Result<(), String> {
        self.begin().await;
        let books = self.stage.books.clone();
        {
            let books = &mut *books.lock();
            (books.faults_in_a_thousand, books.commits_fail, books.commits_kill) = (0, 0, 0);
        }
        if !small.is_first {
            self.heal().await;
            self.sweep().await?;
        }
        for act in &small.acts {
            self.act(*act).await;
        }
        {
            let books = &mut *books.lock();
            (books.n_boundaries, books.dies_at, books.next_fault) = (0, small.dies_at, small.fault);
        }
        self.heal().await;
        for _ in 0..3 {
            self.pass(6_000).await;
            self.poll(0);
            self.finish_all().await;
            self.serve().await;
            self.rounds_while_due().await;
        }
        let n_boundaries = books.lock().n_boundaries;
        (books.lock().dies_at, books.lock().next_fault) = (None, None);
        self.heal().await;
        let ended = oracles::in_the_end(self).await;
        books.lock().n_boundaries = n_boundaries;
        ended
    }

    async fn act(&mut self, act: Act) {
        let dice = self.dice.clone();
        let (case, issue) = (self.people.cases.first().cloned().unwrap_or_default(), self.people.issues().await);
        let issue = issue.into_iter().find(|issue| issue.names.as_deref() == Some(case.as_str()));
        match (act, issue) {
            (Act::Case(field), _) => {
                let Some(case) = self.people.case(&case).await else { return };
                self.people.write_case(&case, field, &dice).await;
            }
            (Act::Issue(field), Some(issue)) => drop(self.people.write_issue(&issue, field, &dice).await),
            (Act::OpenCase, _) => drop(self.people.open_case(&dice, None).await),
            (Act::OpenIssue, _) => drop(self.people.open_issue().await),
            (Act::LinkByHand, _) => {
                let key = self.people.open_issue().await;
                self.people.open_case(&dice, Some(&key)).await;
            }
            (Act::DeleteCase, _) => self.delete_case().await,
            (Act::DeleteIssue, Some(issue)) => {
                self.people.delete_issue(&issue.name).await;
                self.widowed.extend(issue.source.or(issue.names));
            }
            (Act::Issue(_) | Act::DeleteIssue, None) => {}
        }
    }

    /// The company as it is before anybody synchronizes it: some cases, a pair that people have linked by hand.
    async fn begin(&mut self) {
        for _ in 0..1 + self.dice.below(4) {
            self.people.open_case(&self.dice, None).await;
        }
        let key = self.people.open_issue().await;
        self.people.open_case(&self.dice, Some(&key)).await;
        self.people
            .turn(
                Place::Salesforce,
                "push",
                json!({"object": "Case", "url": "https://entente.example/hooks/salesforce/org"}),
            )
            .await;
        self.switch_on();
        let steps = self.machines[0].machine.steps.clone();
        self.enter(0, 0);
        // Calls of a start-up stand at the gate too.
        let work: Work = Box::pin(async move {
            steps.set_up().await;
            Ok(())
        });
        self.start(0, Task::Poll, work);
        self.finish_all().await;
        let books = &mut *self.stage.books.lock();
        books.faults_in_a_thousand = *self.dice.pick(&[0, 30, 80, 160]);
        books.commits_fail = *self.dice.pick(&[0, 0, 5, 20]);
        books.commits_kill = *self.dice.pick(&[0, 3, 8]);
    }

    fn watch_commits(&self) {
        let (books, dice) = (self.stage.books.clone(), self.stage.dice.clone());
        simulation::watch(Some(Box::new(move |moment| {
            let mut books = books.lock();
            let (fail, kill) = (books.commits_fail, books.commits_kill);
            books.note("commit");
            if dice.in_a_thousand(kill) {
                let when = if moment == Moment::Before { "killed before" } else { "killed after" };
                *books.commits.entry(when).or_default() += 1;
                books.life.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            if books.boundary(moment == Moment::After) {
                return Fate::Fails;
            }
            if moment == Moment::Before && dice.in_a_thousand(fail) {
                let (fate, what) = *dice.pick(&[(Fate::Busy, "busy"), (Fate::Fails, "disk full")]);
                *books.commits.entry(what).or_default() += 1;
                return fate;
            }
            Fate::Goes
        })));
    }

    fn happened(&mut self, what: &'static str) {
        *self.events.entry(what).or_default() += 1;
        let (now_ms, step) = (self.now_ms(), self.step);
        let mut books = self.stage.books.lock();
        books.note(what);
        books.tell(|| format!("{step} at {now_ms}: {what}"));
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.stage.gate.hand.now_ms()
    }

    // ---- machines

    fn switch_on(&mut self) {
        let id = self.next_id;
        self.next_id += 1;
        let machine = self.stage.machine(self.configured, &self.chance);
        let now_ms = self.now_ms();
        self.machines.push(Running {
            id,
            machine,
            owns: false,
            failed: false,
            looked: false,
            try_ms: now_ms,
            look_ms: None,
            renewed_ms: now_ms,
            paused_until: 0,
        });
    }

    /// Switches a machine off, without a word to anybody.
    fn kill(&mut self, at: usize) {
        let gone = self.machines.remove(at);
        gone.machine.life.store(true, std::sync::atomic::Ordering::Relaxed);
        self.actors.retain(|actor| actor.machine != gone.id);
        self.stage.books.lock().life = Life::default();
    }

    /// What runs from now on runs on this machine.
    fn enter(&self, at: usize, actor: ActorId) {
        self.stage.gate.enter(actor);
        self.stage.books.lock().life = self.machines[at].machine.life.clone();
    }

    fn index(&self, id: u64) -> Option<usize> {
        self.machines.iter().position(|running| running.id == id)
    }

    fn is_paused(&self, at: usize) -> bool {
        self.machines[at].paused_until > self.step
    }

    fn is_doing(&self, at: usize, task: Task) -> usize {
        let id = self.machines[at].id;
        self.actors.iter().filter(|actor| actor.machine == id && actor.task == task).count()
    }

    fn start(&mut self, at: usize, task: Task, work: Work) {
        let id = self.next_id;
        self.next_id += 1;
        self.actors.push(Actor { id, machine: self.machines[at].id, task, work });
    }

    /// Lets an actor run until it stands at the gate again, or has ended.
    async fn advance_actor(&mut self, id: ActorId) {
        let Some(n) = self.actors.iter().position(|actor| actor.id == id) else { return };
        let Some(at) = self.index(self.actors[n].machine) else { return };
        self.enter(at, id);
        let (gate, life) = (self.stage.gate.clone(), self.machines[at].machine.life.clone());
        let work = &mut self.actors[n].work;
        let ended = std::future::poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending if gate.is_parked(id) || is_dead(&life) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await;
        self.after(at);
        if let Some(result) = ended
            && let Some(n) = self.actors.iter().position(|actor| actor.id == id)
        {
            let actor = self.actors.remove(n);
            self.ended(actor.machine, actor.task, result.is_ok());
        }
    }

    /// A machine that died on the way is gone, and another one is switched on.
    fn after(&mut self, at: usize) {
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
            (Task::Look, true) => running.looked = true,
            // A look that failed is repeated; what the store refused makes the worker start over.
            (Task::Look, false) => running.look_ms = Some(now_ms + RETRY_MS),
            (_, true) => {}
            (_, false) => running.failed = true,
        }
    }

    /// What the loops of the machines do by themselves, at the end of every step.
    async fn serve(&mut self) {
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
                let owns = steps.own().await.unwrap_or(false);
                let running = &mut self.machines[at];
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

    fn look(&mut self, at: usize) {
        let steps = self.machines[at].machine.steps.clone();
        self.machines[at].look_ms = None;
        self.start(at, Task::Look, Box::pin(async move { steps.look().await }));
    }

    fn poll(&mut self, at: usize) {
        if self.machines[at].owns && self.is_doing(at, Task::Poll) == 0 {
            let steps = self.machines[at].machine.steps.clone();
            self.start(at, Task::Poll, Box::pin(async move { steps.poll().await }));
        }
    }

    /// Begins rounds for what is due; how many.
    async fn turn(&mut self, at: usize) -> usize {
        if !self.machines[at].owns || self.is_doing(at, Task::Round) > ROUNDS_MAX / 2 {
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
    async fn pass(&mut self, by_ms: i64) {
        for actor in self.stage.gate.advance(by_ms) {
            let is_paused = self.actors.iter().find(|a| a.id == actor).and_then(|a| self.index(a.machine));
            if is_paused.is_some_and(|at| !self.is_paused(at)) {
                self.advance_actor(actor).await;
            }
        }
        self.stage.world.salesforce.control().run_late_calls().await;
        self.stage.world.jira.control().run_late_calls().await;
    }

    // ---- one step

    async fn one(&mut self) {
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

    async fn delete_case(&mut self) {
        self.people.delete_case(&self.dice.clone()).await;
        self.ever_deleted_cases.extend(self.people.deleted_cases.iter().cloned());
    }

    async fn delete_issue(&mut self) {
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

    // ---- trouble

    async fn trouble(&mut self) {
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

    async fn end_troubles(&mut self) {
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

    // ---- peace

    /// Nothing goes wrong any more, and one machine is left.
    async fn heal(&mut self) {
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
    async fn finish_all(&mut self) {
        let dice = self.dice.clone();
        for _ in 0..20_000 {
            let Some(id) = self.actors.first().map(|actor| actor.id) else { return };
            if !self.stage.gate.release(id, &dice)
                && let Some(due_ms) = self.stage.gate.next_due_ms(id)
            {
                let by_ms = (due_ms - self.now_ms()).max(1);
                self.pass(by_ms).await;
            }
            self.advance_actor(id).await;
        }
        panic!("work that never ends");
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

    async fn rounds_while_due(&mut self) -> usize {
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

fn is_dead(life: &Life) -> bool {
    life.load(std::sync::atomic::Ordering::Relaxed)
}

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

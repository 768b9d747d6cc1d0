//! One seed: a whole history of people, pushes, polls, rounds, failures and restarts, and then peace, in which everything
//! must come to rest.

mod access;
mod brief;
mod day;
mod files;
mod machines;
mod meanwhile;
mod peace;
mod spells;
mod steps;
mod talk;
mod trouble;

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
    sync::{Arc, atomic::Ordering},
};

use entente_core::wrong::{self, Wrong};
use entente_store::{
    Entry, LinkId,
    simulation::{self, Fate, Image, Moment},
};
use parking_lot::Mutex;
use serde_json::json;

pub(crate) use self::{
    access::LET_IN,
    brief::{Act, Small},
    files::ATTACHED,
    talk::TALKED,
    trouble::TROUBLES,
};
use self::{
    day::Day,
    machines::{Actor, Running, Task, Work},
    trouble::Trouble,
};
use crate::{
    chance::Dice,
    oracles,
    people::{People, Place},
    stage::{Configured, Policy, Stage, Talk},
    wire::{Books, Met},
};

/// Steps of one history.
pub(crate) const STEPS: u64 = 200;
/// Steps of one of its days. Each day ends in peace, in which polls alone must bring everything together.
const STEPS_A_DAY: u64 = 40;

/// How often the accounts are looked at within a day.
const STEPS_CHECKED: u64 = 5;

/// Far longer than a history takes on a busy machine.
const HANGS_AFTER: std::time::Duration = std::time::Duration::from_secs(300);

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
    /// People comment on records, too.
    pub(crate) talks: bool,
    /// People attach files, too.
    pub(crate) attaches: bool,
    /// People let customers into the portal, too.
    pub(crate) lets_in: bool,
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

    pub(crate) fn with_comments(seed: u64) -> Self {
        Self { talks: true, ..Self::of(seed) }
    }

    pub(crate) fn with_files(seed: u64) -> Self {
        Self { attaches: true, ..Self::of(seed) }
    }

    pub(crate) fn with_access(seed: u64) -> Self {
        Self { lets_in: true, ..Self::of(seed) }
    }
}

/// Plays a history to its end. Whatever panics is a failure of it.
pub(crate) fn play(script: &Script) -> Played {
    wrong::set(script.wrong);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let books: Arc<Mutex<Books>> = Arc::default();
    books.lock().told = script.tells.then(Vec::new);
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let history = tokio::task::unconstrained(History::run(script, books.clone()));
        // Nothing here waits for time, so a history that takes this long waits for something that never comes.
        runtime.block_on(async { tokio::time::timeout(HANGS_AFTER, history).await })
    }));
    simulation::watch(None);
    wrong::set(None);
    let mut played = books.lock().played();
    played.failure = match ended {
        Ok(Ok(result)) => result.err(),
        Ok(Err(_)) => Some(format!("it hangs after \"{}\"", books.lock().last)),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            Some(format!("it panicked: {}", words.unwrap_or_default()))
        }
    };
    played
}

/// A history under way.
pub(crate) struct History {
    pub(crate) stage: Stage,
    pub(crate) people: People,
    pub(crate) accounts: oracles::Accounts,
    pub(crate) configured: Configured,
    /// Every policy that was in force at some time.
    pub(crate) policies: Vec<Policy>,
    pub(crate) dice: Dice,
    chance: Dice,
    seed: u64,
    day: Day,
    /// Troubles of which this history has more than others.
    rare: Vec<Trouble>,
    machines: Vec<Running>,
    actors: Vec<Actor>,
    next_id: u64,
    step: u64,
    image: Option<Image>,
    /// Whether polls alone must find every change: no clock went back, no database either.
    polls_are_sound: bool,
    pub(crate) ever_deleted_cases: BTreeSet<String>,
    /// Cases whose issue people have deleted.
    pub(crate) widowed: BTreeSet<String>,
    /// Cases whose link a person has dissolved, and whether that is certain.
    pub(crate) parted: BTreeMap<String, bool>,
    /// The issues of such links: nobody looks at them any more.
    pub(crate) left_alone: BTreeSet<String>,
    /// What a write had replaced of which nobody had heard when its line was taken out of the item: nobody asks for it.
    pub(crate) given_up: BTreeSet<String>,
    down_until: BTreeMap<&'static str, i64>,
    hidden_until: Option<i64>,
    lag_until: Option<i64>,
    /// Whether the last look at portal access has left nothing to do.
    access_is_quiet: std::rc::Rc<std::cell::Cell<bool>>,
    /// When a person let the item go on last.
    resumed_ms: Option<i64>,
}

impl History {
    async fn new(script: &Script, books: Arc<Mutex<Books>>) -> Self {
        let seed = script.seed;
        let stage = Stage::new(seed, books).await;
        let dice = Dice::new(seed.wrapping_mul(31).wrapping_add(7));
        let configured = script.small.as_ref().map(|small| small.configured);
        let configured = configured.unwrap_or_else(|| Configured::drawn(&dice));
        let talk = script.talks.then(|| Talk::drawn(&Dice::new(seed.wrapping_mul(104_729).wrapping_add(17))));
        let configured = Configured { talk, has_files: script.attaches, has_portal: script.lets_in, ..configured };
        let rare: Vec<Trouble> = Trouble::ALL.into_iter().filter(|_| dice.in_a_thousand(250)).collect();
        let history = Self {
            day: Day::drawn(&dice, &rare),
            rare,
            people: People::of(&stage).await,
            accounts: oracles::Accounts::default(),
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
            polls_are_sound: true,
            ever_deleted_cases: BTreeSet::new(),
            widowed: BTreeSet::new(),
            parted: BTreeMap::new(),
            left_alone: BTreeSet::new(),
            given_up: BTreeSet::new(),
            down_until: BTreeMap::new(),
            hidden_until: None,
            lag_until: None,
            access_is_quiet: std::rc::Rc::default(),
            resumed_ms: None,
        };
        history.watch_commits();
        history
    }

    async fn run(script: &Script, books: Arc<Mutex<Books>>) -> Result<(), String> {
        let mut history = Self::new(script, books).await;
        match &script.small {
            Some(small) => history.live_briefly(small).await,
            None => {
                let ended = history.live(script).await;
                if ended.is_err() {
                    history.tell_state().await;
                }
                ended
            }
        }
    }

    async fn live(&mut self, script: &Script) -> Result<(), String> {
        self.begin().await;
        for step in 0..script.n_steps {
            self.step = step;
            if step % STEPS_A_DAY == 0 {
                self.next_day(step / STEPS_A_DAY).await?;
            }
            self.dice = Dice::new(self.seed.wrapping_mul(1_000_003).wrapping_add(step));
            self.stage.dice.become_like(&self.dice.fork());
            if !script.without.contains(&step) {
                self.one().await?;
                self.talk().await?;
                self.attach().await;
                self.let_in().await;
            }
            self.serve().await;
            if step % STEPS_CHECKED == 0 {
                oracles::are_kept(self).await?;
            }
        }
        self.heal().await;
        oracles::in_the_end(self).await
    }

    /// The day ends in peace, and another one begins, with troubles of its own.
    async fn next_day(&mut self, n: u64) -> Result<(), String> {
        if n > 0 {
            self.heal().await;
            oracles::in_the_evening(self).await?;
        }
        self.dice = Dice::new(self.seed.wrapping_mul(7_919).wrapping_add(n));
        self.day = Day::drawn(&self.dice, &self.rare);
        self.step = n * STEPS_A_DAY;
        (self.people.n_cared_for, self.people.fields) = (self.day.n_cared_for, self.day.fields.clone());
        let books = &mut *self.stage.books.lock();
        books.faults_in_a_thousand = self.day.faults_in_a_thousand;
        books.commits_fail = self.day.commits_fail;
        books.commits_kill = self.day.commits_kill;
        books.faults.clone_from(&self.day.faults);
        books.tell(|| format!("day {n}: {:?}", self.day));
        Ok(())
    }

    /// From a look on, polls must find every change again.
    pub(crate) fn polls_are_sound_again(&mut self) {
        self.polls_are_sound = true;
    }

    /// The company as it is before anybody synchronizes it: some cases, a pair that people have linked by hand.
    async fn begin(&mut self) {
        if self.configured.talk.is_some() {
            self.people.prepare_talk().await;
        }
        if self.configured.has_files {
            self.people.prepare_files().await;
        }
        if self.configured.has_portal {
            self.people.prepare_portal().await;
        }
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
        if self.configured.has_portal {
            self.allow_the_domain().await;
        }
        let steps = self.machines[0].machine.steps.clone();
        self.enter(0, 0);
        // Calls of a start-up stand at the gate too.
        let work: Work = Box::pin(async move {
            steps.set_up().await;
            Ok(())
        });
        self.start(0, Task::Poll, work);
        self.finish_all().await;
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
                books.life.store(true, Ordering::Relaxed);
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
        let (now_ms, step) = (self.now_ms(), self.step);
        let mut books = self.stage.books.lock();
        *books.events.entry(what).or_default() += 1;
        books.note(what);
        books.tell(|| format!("{step} at {now_ms}: {what}"));
    }

    /// What must not happen at any time did not happen.
    pub(crate) fn nobody_did_wrong(&self) -> Result<(), String> {
        self.stage.books.lock().wrongdoing.clone().map_or(Ok(()), Err)
    }

    /// Whether something of this kind has ever befallen the company.
    pub(crate) fn has_seen(&self, what: &'static str) -> bool {
        self.stage.books.lock().events.contains_key(what)
    }

    pub(crate) async fn journal(&self) -> Vec<Entry> {
        self.stage.store.journal_tail(0, 100_000).await.expect("the journal")
    }

    /// What the database and both sides say, for somebody who reads this history.
    async fn tell_state(&mut self) {
        if self.stage.books.lock().told.is_none() {
            return;
        }
        let (journal, links) = (self.journal().await, oracles::links(self).await);
        let parked = self.stage.store.parked(None).await.expect("what was refused");
        let ids: Vec<LinkId> = links.iter().map(|link| link.id).collect();
        let bases = self.stage.store.bases(&ids).await.expect("what was agreed");
        let (cases, issues) = (self.people.all_cases().await, self.people.issues().await);
        let books = &mut *self.stage.books.lock();
        cases.iter().for_each(|case| books.tell(|| format!("case {case:?}")));
        issues.iter().for_each(|issue| books.tell(|| format!("issue {issue:?}")));
        journal.iter().for_each(|entry| books.tell(|| format!("journal {entry:?}")));
        links.iter().for_each(|link| books.tell(|| format!("link {link:?}")));
        bases.iter().for_each(|(link, (base, _))| books.tell(|| format!("base of {link:?}: {base:?}")));
        parked.iter().for_each(|refused| books.tell(|| format!("parked {refused:?}")));
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.stage.gate.hand.now_ms()
    }
}

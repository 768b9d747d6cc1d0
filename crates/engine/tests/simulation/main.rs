//! The simulation: a seed is a whole history of people, pushes, polls, rounds, failures and restarts, played by the real
//! engine, the real clients and the real store against the sandbox's own routers, without sockets and without waiting.
//!
//! `make sim SEEDS=n` plays many; `make sim SEED=k` plays one and tells every call. What each part proves, and what it does
//! not, stands in `docs/proof.md`.

#![expect(clippy::print_stdout, reason = "a run tells what it has seen")]

mod boundaries;
mod chance;
mod gate;
mod history;
mod oracles;
mod people;
mod shorter;
mod stage;
mod wire;

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use entente_core::wrong::Wrong;
use history::{Played, Script, play};
use parking_lot::Mutex;
use wire::{FILES, Fault, PORTAL, TALK, WRITES};

/// A history is mostly small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Histories that failed once, one per line with a sentence.
const KEPT: &str = include_str!("../seeds.txt");
/// A history that catches each wrong variant.
const CAUGHT: &str = include_str!("../caught.txt");
/// Each variant is caught within so many histories.
const CATCH_WITHIN: u64 = 150;
/// Histories of a run when nobody says how many.
const SEEDS_USUAL: u64 = 40;
/// From so many histories on, every kind of fault must have met every kind of write.
const SEEDS_COVERING: u64 = 2_000;
/// What is wrong with comments is seen where there are some.
const WRONG_TALK: [Wrong; 5] =
    [Wrong::CopyForAll, Wrong::CopyStaysShown, Wrong::TextBeforeReaders, Wrong::CopyUnprobed, Wrong::CopyCarriedBack];
/// What is wrong with files, where people attach some.
const WRONG_FILES: [Wrong; 2] = [Wrong::FileUnprobed, Wrong::FileUnsettled];
/// And what is wrong with portal access, where people are let in.
const WRONG_PORTAL: [Wrong; 4] =
    [Wrong::RevokedInWordOnly, Wrong::OrganizationByName, Wrong::OrganizationForgotten, Wrong::AccessUnleased];
/// How many of the rarest meetings are told.
const RAREST_TOLD: usize = 6;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Which seeds: `SEED=k` alone, or `SEEDS=n` from the first.
fn asked() -> Range<u64> {
    match (number("SEED"), number("SEEDS")) {
        (Some(seed), n_seeds) => seed..seed + n_seeds.unwrap_or(1),
        (None, n_seeds) => 1..1 + n_seeds.unwrap_or(SEEDS_USUAL),
    }
}

/// The lines of a list: a seed, and a word or a sentence about it.
fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|line| {
        let (seed, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{line}: a seed, and a word"));
        (seed.parse().unwrap_or_else(|_| panic!("{line}: not a seed")), rest)
    })
}

/// Plays on every core at once. A thread stays on its core, and so does that of its database: to wake each other there costs
/// least, and one of the two has always something to do.
fn on_every_core(play: impl Fn() + Sync) {
    let cores = core_affinity::get_core_ids().expect("the cores of this machine");
    let play = &play;
    std::thread::scope(|scope| {
        for core in cores {
            scope.spawn(move || {
                core_affinity::set_for_current(core);
                play();
            });
        }
    });
}

#[test]
fn kept_histories_hold() {
    for (seed, sentence) in lines(KEPT) {
        let failure = play(&Script::of(seed)).failure;
        assert_eq!(failure, None, "seed {seed}, {sentence}");
    }
}

#[test]
fn histories_hold() {
    let all = hold(Script::of, asked());
    if all.n_histories >= SEEDS_COVERING {
        all.cover(&WRITES, &history::TROUBLES);
    }
}

/// The same with comments, which are in no other history.
#[test]
fn histories_with_comments_hold() {
    let all = hold(Script::with_comments, a_part(4, asked()));
    if all.n_histories >= SEEDS_COVERING {
        all.cover(&TALK, &history::TALKED);
    }
}

/// The same with files, which are in no other history.
#[test]
fn histories_with_files_hold() {
    let all = hold(Script::with_files, a_part(4, asked()));
    if all.n_histories >= SEEDS_COVERING {
        all.cover(&FILES, &history::ATTACHED);
    }
}

/// The same with customers who are let into the portal and taken out again, who are in no other history. Few are played:
/// each takes twice as long as a usual one.
#[test]
fn histories_with_access_hold() {
    let all = hold(Script::with_access, a_part(16, asked()));
    if all.n_histories >= SEEDS_COVERING {
        all.cover(&PORTAL, &history::LET_IN);
    }
}

/// The first of them: more happens in each of these histories, so that each takes longer.
fn a_part(of: u64, seeds: Range<u64>) -> Range<u64> {
    seeds.start..seeds.start + (seeds.end - seeds.start).div_ceil(of)
}

/// Plays the histories that are asked for, and fails with the first of those that fail.
fn hold(of: impl Fn(u64) -> Script + Sync, seeds: Range<u64>) -> Accounts {
    let is_one = seeds.end - seeds.start == 1;
    let all = Mutex::new(Accounts::default());
    let next = AtomicU64::new(seeds.start);
    on_every_core(|| {
        while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < seeds.end) {
            let script = Script { tells: is_one, without: shorter::asked(), ..of(seed) };
            let played = play(&script);
            if is_one {
                println!("{}", played.told.join("\n"));
            }
            all.lock().add(seed, played);
        }
    });
    let all = all.into_inner();
    println!("{all}");
    if let Some((seed, failure)) = all.failures.first_key_value() {
        let shorter = if is_one { String::new() } else { shorter::told(&of(*seed), failure) };
        panic!(
            "{} of {} histories fail; the first with seed {seed}: {failure}\n{shorter}",
            all.failures.len(),
            all.n_histories
        );
    }
    all
}

#[test]
fn the_same_seed_is_the_same_history() {
    let others = [Script::with_comments(1), Script::with_files(1), Script::with_access(1)];
    for script in (1..=6).map(Script::of).chain(others) {
        let (one, other) = (play(&script), play(&script));
        assert_eq!((one.trace, one.n_calls, one.failure), (other.trace, other.n_calls, other.failure), "{script:?}");
    }
}

/// The right program passes the very history in which a wrong variant is caught.
fn is_caught(wrong: Wrong, seed: u64) -> Option<String> {
    let right = match wrong {
        wrong if WRONG_TALK.contains(&wrong) => Script::with_comments(seed),
        wrong if WRONG_FILES.contains(&wrong) => Script::with_files(seed),
        wrong if WRONG_PORTAL.contains(&wrong) => Script::with_access(seed),
        _ => Script::of(seed),
    };
    let failure = play(&Script { wrong: Some(wrong), ..right.clone() }).failure?;
    play(&right).failure.is_none().then_some(failure)
}

/// `CATCH=n` looks for the first history that catches each variant, or the one of `WRONG=Name`, among n from `SEED=k` on;
/// a usual run plays those that are kept.
#[test]
fn every_wrong_variant_is_caught() {
    match number("CATCH") {
        Some(limit) => look_for_catches(limit),
        None => kept_catches_hold(),
    }
}

/// Each kept history catches its variant, or else one of the first ones does: what the program does in between may move it.
fn kept_catches_hold() {
    let kept: Vec<(u64, &str)> = lines(CAUGHT).collect();
    let (escaped, next) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    on_every_core(|| {
        while let Some((seed, name)) = kept.get(next.fetch_add(1, Ordering::Relaxed)) {
            let wrong = Wrong::ALL.into_iter().find(|wrong| format!("{wrong:?}") == *name);
            let wrong = wrong.unwrap_or_else(|| panic!("{name}: no such variant"));
            if !std::iter::once(*seed).chain(1..=CATCH_WITHIN).any(|seed| is_caught(wrong, seed).is_some()) {
                escaped.lock().push((wrong, seed));
            }
        }
    });
    let escaped = escaped.into_inner();
    assert!(escaped.is_empty(), "look for other histories with `make sim CATCH=2000`, for {escaped:?}");
}

fn look_for_catches(limit: u64) {
    let (only, from) = (std::env::var("WRONG").ok(), number("SEED").unwrap_or(1));
    let mut escaped = Vec::new();
    for wrong in Wrong::ALL.into_iter().filter(|wrong| only.as_ref().is_none_or(|only| *only == format!("{wrong:?}"))) {
        match (from..from + limit).find_map(|seed| Some((seed, is_caught(wrong, seed)?))) {
            Some((seed, failure)) => println!("{seed} {wrong:?} | {}", failure.lines().next().unwrap_or_default()),
            None => escaped.push(wrong),
        }
    }
    assert!(escaped.is_empty(), "not caught within {limit} histories: {escaped:?}");
}

/// What many histories amount to.
#[derive(Default)]
struct Accounts {
    n_histories: u64,
    n_calls: u64,
    met: wire::Met,
    commits: BTreeMap<&'static str, u64>,
    events: BTreeMap<&'static str, u64>,
    failures: BTreeMap<u64, String>,
}

impl Accounts {
    fn add(&mut self, seed: u64, played: Played) {
        self.n_histories += 1;
        self.n_calls += played.n_calls;
        for (what, n) in &played.met {
            *self.met.entry(*what).or_default() += n;
        }
        for (all, these) in [(&mut self.commits, &played.commits), (&mut self.events, &played.events)] {
            for (what, n) in these {
                *all.entry(what).or_default() += n;
            }
        }
        self.failures.extend(played.failure.map(|failure| (seed, failure)));
    }

    /// How often each kind of fault has met each kind of write, the rarest first.
    fn meetings(&self, writes: &[&'static str]) -> Vec<(u64, Fault, &'static str)> {
        let pairs = Fault::ALL.into_iter().flat_map(|fault| writes.iter().map(move |write| (fault, *write)));
        let can_meet = pairs.filter(|(fault, write)| fault.can_meet(write));
        let mut all: Vec<_> =
            can_meet.map(|pair| (self.met.get(&pair).copied().unwrap_or_default(), pair.0, pair.1)).collect();
        all.sort_unstable();
        all
    }

    /// Each kind of fault has met each kind of write, and a read; each kind of trouble has come.
    fn cover(&self, writes: &[&'static str], troubles: &[&'static str]) {
        let missed: Vec<_> = self.meetings(writes).into_iter().filter(|(n, ..)| *n == 0).collect();
        assert!(missed.is_empty(), "these never met: {missed:?}");
        for what in ["killed before", "killed after", "busy", "disk full"] {
            assert!(self.commits.contains_key(what), "no commit was ever {what}");
        }
        for what in troubles {
            assert!(self.events.contains_key(what), "there was never a {what}");
        }
    }
}

impl std::fmt::Display for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let n_faults: u64 = self.met.values().sum();
        writeln!(f, "{} histories, {} calls, {n_faults} faults", self.n_histories, self.n_calls)?;
        writeln!(f, "commits {:?}\nevents {:?}", self.commits, self.events)?;
        writeln!(f, "rarest {:?}", &self.meetings(&WRITES)[..RAREST_TOLD])?;
        for (seed, failure) in &self.failures {
            writeln!(f, "seed {seed}: {}", failure.lines().next().unwrap_or_default())?;
        }
        Ok(())
    }
}

//! Killed at any moment and started again: no duplicate, no lost edit.
//!
//! An org and a site live on while people edit both. The server between them is killed with SIGKILL, sixty times, at
//! moments that chance chooses; calls are lost, refused and late meanwhile. In the end one undisturbed look must find
//! one issue per case and every edit on both sides. `ENTENTE_SEED=N` makes other choices; the timing is never the same.
//! What chance finds becomes a row of `moments`, where the kill comes at one exact moment.

mod faults;
mod life;
mod moments;
mod people;
mod proof;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::process::{Desk, Running, ready};
use life::Server;
use people::{Company, People};

/// Lives that end by SIGKILL.
const KILLS: usize = 60;

/// So many of them must have written something: those that were killed too early prove nothing.
const LIVES_WITH_WRITES: usize = KILLS / 3;

/// A machine that is slow to start gets more lives.
const KILLS_MAX: usize = 5 * KILLS;

/// A company, its people, and the server that keeps dying between them.
struct Stage {
    desk: Desk,
    people: People,
    server: Server,
    _sandbox: Running,
}

impl Stage {
    fn new(seed: &[&str]) -> Self {
        let desk = Desk::new();
        let ready_file = desk.arg("sandbox.json");
        let addresses = ["--salesforce-listen", "0", "--jira-listen", "0", "--ready-file", &ready_file];
        let sandbox = Running::start(&[&["sandbox"], &addresses[..], seed].concat(), &desk);
        let ready = ready(&desk.path("sandbox.json"));
        let company = Company::at(ready["salesforce"]["url"].as_str().unwrap(), ready["jira"]["url"].as_str().unwrap());
        let server = Server::new(&desk, &company);
        company.push_cases_to(server.url());
        Self { desk, people: People::of(company), server, _sandbox: sandbox }
    }
}

/// Dice that fall the same way each time, unless a seed is given.
fn dice() -> StdRng {
    let given = std::env::var("ENTENTE_SEED").ok().map(|seed| seed.parse().expect("ENTENTE_SEED is no number"));
    StdRng::seed_from_u64(given.unwrap_or(1))
}

#[test]
fn a_server_killed_at_any_moment_doubles_nothing_and_loses_nothing() {
    let mut dice = dice();
    let mut stage = Stage::new(&["--records", "60"]);
    let (mut n_lives, mut n_lives_with_writes) = (0, 0);
    while n_lives < KILLS || (n_lives_with_writes < LIVES_WITH_WRITES && n_lives < KILLS_MAX) {
        n_lives += 1;
        let n_writes = stage.people.company().writes_of_entente();
        faults::sometimes_add(stage.people.company(), &mut dice);
        for _ in 0..dice.random_range(0..4) {
            stage.people.edit(&mut dice);
        }
        stage.server.live_and_die(&mut stage.people, &mut dice);
        let written = stage.people.company().writes_of_entente() - n_writes;
        n_lives_with_writes += usize::from(written > 0);
        proof::nothing_is_doubled(&stage);
    }
    let told = stage.people.told();
    assert!(
        n_lives_with_writes >= LIVES_WITH_WRITES,
        "{n_lives_with_writes} of {n_lives} lives wrote anything; {told}"
    );
    proof::everything_agrees(&stage);
}

//! Killed at any moment and started again: no duplicate, no lost edit.
//!
//! An org and a site live on while people edit both. The server between them is killed with SIGKILL, sixty times, at
//! moments that chance chooses; calls are lost, refused and late meanwhile. In the end one undisturbed look must find
//! one issue per case and every edit on both sides. `ENTENTE_SEED=N` repeats the choices of a run, not its timing.
//! What chance finds becomes a row of `moments`, where the kill comes at one exact moment.

mod faults;
mod life;
mod moments;
mod people;
mod proof;

use entente_transport::{Rng as _, SystemRng};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::process::{Desk, Running, ready};
use life::Server;
use people::{Company, People};

/// Lives that end by SIGKILL.
const KILLS: usize = 60;

/// A company, its people, and the server that keeps dying between them.
struct Stage {
    desk: Desk,
    people: People,
    server: Server,
    _sandbox: Running,
}

impl Stage {
    fn new(seed: &[&str], dice: &mut StdRng) -> Self {
        let desk = Desk::new();
        let ready_file = desk.arg("sandbox.json");
        let addresses = ["--salesforce-listen", "0", "--jira-listen", "0", "--ready-file", &ready_file];
        let sandbox = Running::start(&[&["sandbox"], &addresses[..], seed].concat(), &desk);
        let ready = ready(&desk.path("sandbox.json"));
        let company = Company::at(ready["salesforce"]["url"].as_str().unwrap(), ready["jira"]["url"].as_str().unwrap());
        let server = Server::new(&desk, &company, dice);
        company.push_cases_to(server.url());
        Self { desk, people: People::of(company), server, _sandbox: sandbox }
    }
}

/// Dice that can be thrown again.
#[expect(clippy::print_stderr, reason = "a run that fails is repeated from its seed")]
fn dice() -> StdRng {
    let given = std::env::var("ENTENTE_SEED").ok().map(|seed| seed.parse().expect("ENTENTE_SEED is no number"));
    let seed = given.unwrap_or_else(|| SystemRng.next_u64());
    eprintln!("ENTENTE_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

#[test]
fn a_server_killed_at_any_moment_doubles_nothing_and_loses_nothing() {
    let mut dice = dice();
    let mut stage = Stage::new(&["--records", "60"], &mut dice);
    let mut n_lives_with_writes = 0;
    for _ in 0..KILLS {
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
    // Else it was killed too early to prove anything.
    assert!(n_lives_with_writes >= KILLS / 3, "only {n_lives_with_writes} of {KILLS} lives wrote anything; {told}");
    proof::everything_agrees(&stage);
}

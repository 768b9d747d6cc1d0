//! Short histories, each played again and again: once for every durable write and every remote write, with a machine that
//! dies just before it, and once more for just after it. Nothing is lost and nothing doubled, wherever that is.

use crate::{
    history::{Act, Played, Script, Small, play},
    people::Field,
    stage::{Configured, Policy},
    wire::Fault,
};

/// What people do, what happens to the first write, who wins, and whether records are created on both sides.
fn all() -> Vec<(String, Small)> {
    let mut all = Vec::new();
    let mut add = |acts: &[Act], policy: Policy, both: bool, is_first: bool, fault: Option<Fault>| {
        let (with_description, talk, has_files, has_portal) = (true, None, false, false);
        let configured =
            Configured { policy, creates_in_salesforce: both, with_description, talk, has_files, has_portal };
        let name = format!("{acts:?} under {policy:?}, first {is_first}, both {both}, {fault:?}");
        all.push((name, Small { configured, is_first, acts: acts.to_vec(), fault, dies_at: None }));
    };
    let latest = Policy::LatestWins;
    for field in Field::ALL {
        add(&[Act::Case(field)], latest, false, false, None);
        add(&[Act::Issue(field)], latest, false, false, None);
    }
    for policy in Policy::ALL {
        add(&[Act::Case(Field::Subject), Act::Issue(Field::Subject)], policy, false, false, None);
    }
    add(&[Act::Case(Field::Status), Act::Issue(Field::Status)], latest, false, false, None);
    add(&[Act::Case(Field::Subject), Act::Issue(Field::Priority)], latest, false, false, None);
    add(&[Act::Case(Field::Status), Act::Issue(Field::Description)], latest, false, false, None);
    for both in [false, true] {
        add(&[], latest, both, true, None);
        add(&[Act::OpenCase], latest, both, false, None);
        add(&[Act::OpenCase, Act::OpenCase, Act::OpenIssue], latest, both, false, None);
        add(&[Act::LinkByHand], latest, both, false, None);
        add(&[Act::LinkByHand, Act::OpenCase], Policy::Ask, both, true, None);
    }
    add(&[Act::DeleteCase], latest, false, false, None);
    add(&[Act::DeleteIssue], latest, false, false, None);
    add(&[Act::Case(Field::Subject), Act::DeleteIssue], latest, false, false, None);
    for fault in [Fault::CommitThenReset, Fault::CommitLate, Fault::ErrorBefore, Fault::CommitThenError] {
        add(&[Act::OpenCase], latest, false, false, Some(fault));
        if fault != Fault::CommitLate {
            add(&[Act::OpenIssue], latest, true, false, Some(fault));
        }
        add(&[Act::Case(Field::Subject)], latest, false, false, Some(fault));
    }
    add(&[Act::Case(Field::Priority), Act::OpenCase], latest, false, false, None);
    add(&[Act::Issue(Field::Subject)], latest, false, false, Some(Fault::CommitThenReset));
    all
}

fn played(small: &Small, dies_at: Option<(u64, bool)>) -> Played {
    play(&Script { seed: 3, small: Some(Small { dies_at, ..small.clone() }), ..Script::default() })
}

/// `SHARE=n` plays every n-th boundary only, beginning with another one in each scenario, and at least one of each.
#[test]
fn a_machine_may_die_at_every_boundary() {
    let share = usize::try_from(crate::number("SHARE").unwrap_or(60).max(1)).unwrap();
    let (mut n_runs, mut failures) = (0, Vec::new());
    let scenarios = all();
    assert!(scenarios.len() >= 40, "{}", scenarios.len());
    for (n, (name, small)) in scenarios.iter().enumerate() {
        let whole = played(small, None);
        n_runs += 1;
        failures.extend(whole.failure.map(|failure| format!("{name}, undisturbed: {failure}")));
        let boundaries: Vec<_> = (1..=whole.n_boundaries).flat_map(|at| [(at, false), (at, true)]).collect();
        assert!(!boundaries.is_empty(), "{name} writes nothing");
        for dies_at in boundaries.iter().copied().skip(n % share % boundaries.len()).step_by(share) {
            n_runs += 1;
            let failure = played(small, Some(dies_at)).failure;
            failures.extend(failure.map(|failure| format!("{name}, dies at {dies_at:?}: {failure}")));
        }
    }
    println!("{} scenarios, {n_runs} lives", scenarios.len());
    assert!(failures.is_empty(), "{} of {n_runs} lives end badly\n{}", failures.len(), failures.join("\n"));
}

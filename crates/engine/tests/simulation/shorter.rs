//! A shorter history that fails in the same way: steps are left out for as long as it still fails.

use std::collections::BTreeSet;

use crate::history::{STEPS, Script, play};

/// Tries to leave something out.
const TRIES_MAX: usize = 150;

/// Steps that somebody asks to leave out: `WITHOUT=3,4,9-40`.
pub(crate) fn asked() -> BTreeSet<u64> {
    let text = std::env::var("WITHOUT").unwrap_or_default();
    let range = |part: &str| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        Some(from.trim().parse::<u64>().ok()?..=to.trim().parse().ok()?)
    };
    text.split(',').filter_map(range).flatten().collect()
}

/// How to play the shortest history found.
pub(crate) fn told(whole: &Script, failure: &str) -> String {
    let kind = kind(failure);
    let fails = |without: &BTreeSet<u64>| {
        let script = Script { without: without.clone(), ..whole.clone() };
        play(&script).failure.is_some_and(|failure| self::kind(&failure) == kind)
    };
    let (mut without, mut n_tries, mut size) = (BTreeSet::new(), 0, STEPS / 2);
    while size > 0 && n_tries < TRIES_MAX {
        for from in (0..STEPS).step_by(size as usize) {
            let mut tried: BTreeSet<u64> = without.clone();
            tried.extend(from..(from + size).min(STEPS));
            if tried.len() > without.len() && n_tries < TRIES_MAX {
                n_tries += 1;
                if fails(&tried) {
                    without = tried;
                }
            }
        }
        size /= 2;
    }
    let n_left = STEPS - without.len() as u64;
    format!("with {n_left} of {STEPS} steps: make sim SEED={} WITHOUT={}", whole.seed, ranges(&without))
}

/// The words of a failure without its names and numbers.
fn kind(failure: &str) -> String {
    failure.chars().filter(|c| !c.is_ascii_digit()).take(24).collect()
}

fn ranges(steps: &BTreeSet<u64>) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for step in steps {
        match ranges.last_mut() {
            Some((_, to)) if *to + 1 == *step => *to = *step,
            _ => ranges.push((*step, *step)),
        }
    }
    let texts = ranges.iter().map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") });
    texts.collect::<Vec<_>>().join(",")
}

//! The laws of `plan`: what holds for every link, however it looks.
//!
//! `world` is one link with all that a plan may look at, `chance` draws such worlds from few words so that they collide,
//! `obey` does what a plan says, `mirror` swaps the sides. `lens` and `reference` say a second time, without a line of
//! the code under test, what a mapping means and what becomes of a field.
//!
//! Worlds are of the kind that the document can describe; what `check` refuses, the engine never plans.

mod absence;
mod chance;
mod lens;
mod merge;
mod mirror;
mod obey;
mod reference;
mod rest;
mod world;
mod writes;

use proptest::prelude::ProptestConfig;

/// Enough that each of the rarer meetings (two edits, one refused, one hidden) is seen hundreds of times.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, ..ProptestConfig::default() }
}

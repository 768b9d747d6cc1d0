//! Chance that a seed decides.

use std::sync::Arc;

use entente_transport::Rng;
use parking_lot::Mutex;

/// A generator of the SplitMix family: one number of state, the same sequence on every machine. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Dice(Arc<Mutex<u64>>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)))
    }

    /// Goes on as `other` would.
    pub(crate) fn become_like(&self, other: &Self) {
        let state = *other.0.lock();
        *self.0.lock() = state;
    }

    /// Another sequence, drawn from this one.
    pub(crate) fn fork(&self) -> Self {
        Self::new(self.next_u64())
    }

    /// A number below `n`.
    pub(crate) fn below(&self, n: usize) -> usize {
        (self.next_u64() % n.max(1) as u64) as usize
    }

    pub(crate) fn between(&self, low: i64, high: i64) -> i64 {
        low + (self.next_u64() % (high - low).max(1).unsigned_abs()) as i64
    }

    pub(crate) fn pick<'a, T>(&self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }

    /// True `n` times in a thousand.
    pub(crate) fn in_a_thousand(&self, n: usize) -> bool {
        self.below(1_000) < n
    }
}

impl Rng for Dice {
    fn next_u64(&self) -> u64 {
        let mut state = self.0.lock();
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

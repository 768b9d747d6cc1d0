//! Chance as an argument: jitter and identifiers come from here, so that a seed is a whole history.

/// A source of random numbers; a simulation brings a seeded one.
pub trait Rng: Send + Sync {
    /// The next number, uniform over all 64 bits.
    fn next_u64(&self) -> u64;
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn next_u64(&self) -> u64 {
        rand::random()
    }
}

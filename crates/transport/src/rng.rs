//! Chance as an argument: jitter and identifiers come from here, so that a seed is a whole history.

/// A source of random numbers; a simulation brings a seeded one.
pub trait Rng: Send + Sync {
    /// The next number, uniform over all 64 bits.
    fn next_u64(&self) -> u64;
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

#[expect(clippy::disallowed_methods, reason = "this is the one source of chance of the house")]
impl Rng for SystemRng {
    fn next_u64(&self) -> u64 {
        rand::random()
    }
}

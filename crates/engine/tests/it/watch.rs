//! The engine's clock in these tests.

use std::time::Duration;

use entente_sandbox::Clock as SandboxClock;
use entente_transport::{BoxFuture, Clock};
use jiff::Timestamp;

/// That of the world, which may be a hand that the test moves.
pub(crate) struct Watch(pub(crate) SandboxClock);

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Box::pin(self.0.until(self.0.now_ms().saturating_add(ms)))
    }
}

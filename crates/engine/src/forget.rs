//! The journal is kept as long as the configuration says; what is left can still be verified.

use std::time::Duration;

use entente_store::StoreError;

use crate::{Inner, wiring::Wiring};

/// Between two times at which a server forgets.
const EVERY: Duration = Duration::from_secs(60 * 60);
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Forgets again and again.
pub(crate) async fn keep(inner: &Inner, wiring: &Wiring) {
    loop {
        if let Err(error) = old(inner, wiring).await {
            tracing::warn!("The journal keeps what is too old: {error}");
        }
        inner.outside.clock.sleep(EVERY).await;
    }
}

/// Forgets what happened longer ago than the journal is kept.
pub(crate) async fn old(inner: &Inner, wiring: &Wiring) -> Result<(), StoreError> {
    let Some(days) = wiring.config.journal_keep_days else { return Ok(()) };
    let n_forgotten = inner.store.let_go(inner.outside.now_ms() - i64::from(days) * DAY_MS).await?;
    if n_forgotten > 0 {
        tracing::info!(n_forgotten, "Forgot {n_forgotten} entries of the journal that are older than {days} days");
    }
    Ok(())
}

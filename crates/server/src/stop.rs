//! Stopping by signal: the first SIGINT or SIGTERM asks politely, the second ends the process at once.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What a shell shows for a process that Ctrl-C ended.
const ENDED_BY_SIGNAL: i32 = 130;

/// A token that the first signal cancels.
///
/// # Errors
/// When the process cannot listen for signals.
pub fn on_signal() -> io::Result<CancellationToken> {
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        for ask in [true, false] {
            tokio::select! {
                _ = interrupts.recv() => {}
                _ = terminations.recv() => {}
            }
            if ask {
                asked.cancel();
            } else {
                std::process::exit(ENDED_BY_SIGNAL);
            }
        }
    });
    Ok(stop)
}

//! Stopping by signal: the first SIGINT or SIGTERM asks politely, the second ends the process at once.
//!
//! SIGHUP is the end of the terminal for what a person runs there, and "read the configuration again" for a server.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What a shell shows for a process that Ctrl-C ended.
const ENDED_BY_SIGNAL: i32 = 130;

/// What SIGHUP means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hangup {
    /// The end.
    Stops,
    /// Somebody else's business.
    IsNotOurs,
}

/// A token that the first signal cancels.
///
/// # Errors
/// When the process cannot listen for signals.
pub fn on_signal(hangup: Hangup) -> io::Result<CancellationToken> {
    let mut hangups = match hangup {
        Hangup::Stops => Some(signal(SignalKind::hangup())?),
        Hangup::IsNotOurs => None,
    };
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        for ask in [true, false] {
            tokio::select! {
                _ = interrupts.recv() => {}
                _ = terminations.recv() => {}
                () = received(&mut hangups) => {}
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

/// Ready when the signal came; never without one to wait for.
pub(crate) async fn received(signals: &mut Option<Signal>) {
    let received = match signals {
        Some(signals) => signals.recv().await,
        None => None,
    };
    if received.is_none() {
        std::future::pending().await
    }
}

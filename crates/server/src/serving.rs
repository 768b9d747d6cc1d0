//! The server as it runs: doors, engine and the look at the configuration file, side by side, until a stop is asked
//! for. Then the doors close first, the rounds under way end, and the process may go.

use std::future::IntoFuture as _;

use entente_engine::EngineError;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::configuration::watch::{Watch, watch};
use crate::limits::{ROUNDS_STOP_TIME, STOP_TIME};
use crate::web::{App, router};

/// Serves until `stop` is cancelled, or the engine ends by itself.
///
/// # Errors
/// What ended the engine.
pub async fn serve(
    app: App,
    listener: TcpListener,
    watched: Watch,
    stop: CancellationToken,
) -> Result<(), EngineError> {
    let doors = axum::serve(listener, router(app.clone())).with_graceful_shutdown(stop.clone().cancelled_owned());
    let doors = tokio::spawn(doors.into_future());
    let watching = tokio::spawn(watch(app.clone(), watched, stop.clone()));
    let ended = rounds(&app, &stop).await;
    stop.cancel();
    if tokio::time::timeout(STOP_TIME, doors).await.is_err() {
        tracing::warn!("Some callers did not hang up in time");
    }
    watching.abort();
    ended
}

/// Runs the engine. After a stop it gets its time; whatever is cut off then is taken up again by the next start.
async fn rounds(app: &App, stop: &CancellationToken) -> Result<(), EngineError> {
    let running = app.engine().run(stop.clone());
    tokio::pin!(running);
    tokio::select! {
        ended = &mut running => return ended,
        () = stop.cancelled() => {}
    }
    match tokio::time::timeout(ROUNDS_STOP_TIME, running).await {
        Ok(ended) => ended,
        Err(_) => {
            tracing::warn!("A round did not end in time; the next start takes it up again");
            Ok(())
        }
    }
}

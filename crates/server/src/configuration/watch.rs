//! Watching the configuration. As long as it stands in a file: on SIGHUP and when its content changes it is read again;
//! valid, it takes effect and the journal says so; invalid, the one before stays and the status says why. Once one was
//! applied to the database, the newest one there is in use, and a file that says something else is a draft.

use std::path::Path;

use entente_core::config::Config;
use entente_store::{Applied, NewEntry};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Digest, Document, bounded, parse};
use crate::limits::{CONFIGURATION_BYTES_MAX, CONFIGURATION_LOOK_EVERY};
use crate::stop::received;
use crate::web::App;

/// What is watched.
#[derive(Debug)]
pub struct Watch {
    /// The content of the file when it was last read.
    pub digest: Digest,
    /// Whether SIGHUP means to read it again.
    pub hears_hangups: bool,
}

/// Watches until `stop`.
pub async fn watch(app: App, mut watched: Watch, stop: CancellationToken) {
    if let (None, Some(file)) = (app.version(), &app.source().file) {
        journal(&app, &watched, file, "in use").await;
    }
    let mut hangups = if watched.hears_hangups { signal(SignalKind::hangup()).ok() } else { None };
    let mut looks = tokio::time::interval(CONFIGURATION_LOOK_EVERY);
    loop {
        let asked = tokio::select! {
            () = stop.cancelled() => return,
            () = received(&mut hangups) => true,
            _ = looks.tick() => false,
        };
        match app.store().configuration().await {
            Ok(Some(applied)) => look_at_applied(&app, applied, asked),
            Ok(None) => look_at_file(&app, &mut watched, asked).await,
            Err(error) => tracing::error!(%error, "Could not ask the database which configuration is in use"),
        }
    }
}

/// Takes what was applied meanwhile. When somebody `asked`, it takes effect even unchanged.
fn look_at_applied(app: &App, applied: Applied, asked: bool) {
    let source = app.source();
    let written = source.file.as_ref().and_then(|file| bounded(file, CONFIGURATION_BYTES_MAX).ok());
    app.note_draft(written.is_some_and(|written| written != applied.text));
    if app.version() == Some(applied.version) && !asked {
        return;
    }
    let (config, problems) = parse(&applied.text, &source.secrets);
    let Some(config) = config else {
        let problem = problems.iter().find(|problem| problem.is_error()).map(ToString::to_string);
        return refuse(app, format!("version {}:{}", applied.version, problem.unwrap_or_default()));
    };
    match app.take(config, Some(&applied)) {
        Ok(()) => tracing::info!(version = applied.version, "The configuration in the database is in use"),
        Err(error) => refuse(app, error.to_string()),
    }
}

/// Reads the document. When somebody `asked`, it takes effect even unchanged: what it refers to may have changed.
async fn look_at_file(app: &App, watched: &mut Watch, asked: bool) {
    let Some(file) = &app.source().file else { return };
    let document = match Document::read(file, &app.source().secrets) {
        Ok(document) => document,
        Err(error) => {
            // Once it can be read again it is looked at as if it were new, even unchanged.
            watched.digest = Digest::default();
            let problem = format!("{} cannot be read: {error}", file.display());
            return refuse(app, problem);
        }
    };
    if document.digest == watched.digest && !asked {
        return;
    }
    watched.digest = document.digest;
    match (document.first_error(), document.config) {
        (None, Some(config)) => take(app, watched, file, config).await,
        (problem, _) => refuse(app, problem.unwrap_or_default()),
    }
}

async fn take(app: &App, watched: &Watch, file: &Path, config: Config) {
    match app.take(config, None) {
        Ok(()) => {
            tracing::info!(path = %file.display(), "The configuration was read again and is in use");
            journal(app, watched, file, "read again and in use").await;
        }
        Err(error) => refuse(app, error.to_string()),
    }
}

fn refuse(app: &App, problem: String) {
    if app.set_configuration_problem(problem.clone()) {
        tracing::error!(problem, "The configuration cannot be used; the one before stays in use");
    }
}

async fn journal(app: &App, watched: &Watch, file: &Path, what: &str) {
    let digest = crate::web::hex(&watched.digest);
    let text = format!("Configuration {} {what} (SHA-256 {digest})", file.display());
    let entry = NewEntry { kind: "configuration".to_owned(), text, ..NewEntry::default() };
    if let Err(error) = app.store().journal(&[entry], app.now_ms()).await {
        tracing::error!(%error, "Could not write into the journal which configuration is in use");
    }
}

//! Watching the configuration document: on SIGHUP and when its content changes it is read again. Valid, it takes
//! effect and the journal says so; invalid, the one before stays and the status says why.

use std::path::PathBuf;
use std::sync::Arc;

use entente_core::config::Config;
use entente_store::NewEntry;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Digest, Document};
use crate::limits::CONFIGURATION_LOOK_EVERY;
use crate::secrets::Secrets;
use crate::stop::received;
use crate::web::App;

/// What is watched, and what the command line adds to it.
#[derive(Debug)]
pub struct Watch {
    /// The document.
    pub path: PathBuf,
    /// Its content when it was last read.
    pub digest: Digest,
    /// Where the secrets lie that it names.
    pub secrets: Secrets,
    /// The `--public-url`, which wins over the document's.
    pub public_url: Option<String>,
    /// Whether SIGHUP means to read it again.
    pub hears_hangups: bool,
}

impl Watch {
    /// The configuration in the document, with what the command line says.
    #[must_use]
    pub fn settle(&self, mut config: Config) -> Config {
        if let Some(url) = &self.public_url {
            config.server.public_url = Some(url.clone());
        }
        config
    }
}

/// Watches until `stop`.
pub async fn watch(app: App, mut watched: Watch, stop: CancellationToken) {
    journal(&app, &watched, "in use").await;
    let mut hangups = if watched.hears_hangups { signal(SignalKind::hangup()).ok() } else { None };
    let mut looks = tokio::time::interval(CONFIGURATION_LOOK_EVERY);
    loop {
        let asked = tokio::select! {
            () = stop.cancelled() => return,
            () = received(&mut hangups) => true,
            _ = looks.tick() => false,
        };
        look(&app, &mut watched, asked).await;
    }
}

/// Reads the document. When somebody `asked`, it takes effect even unchanged: what it refers to may have changed.
async fn look(app: &App, watched: &mut Watch, asked: bool) {
    let document = match Document::read(&watched.path, &watched.secrets) {
        Ok(document) => document,
        Err(error) => {
            // Once it can be read again it is looked at as if it were new, even unchanged.
            watched.digest = Digest::default();
            let problem = format!("{} cannot be read: {error}", watched.path.display());
            return refuse(app, problem);
        }
    };
    if document.digest == watched.digest && !asked {
        return;
    }
    watched.digest = document.digest;
    match (document.first_error(), document.config) {
        (None, Some(config)) => take(app, watched, config).await,
        (problem, _) => refuse(app, problem.unwrap_or_default()),
    }
}

async fn take(app: &App, watched: &Watch, config: Config) {
    let config = Arc::new(watched.settle(config));
    match app.engine().reconfigure(config.clone()) {
        Ok(()) => {
            app.set_config(config);
            tracing::info!(path = %watched.path.display(), "The configuration was read again and is in use");
            journal(app, watched, "read again and in use").await;
        }
        Err(error) => refuse(app, error.to_string()),
    }
}

fn refuse(app: &App, problem: String) {
    if app.set_configuration_problem(problem.clone()) {
        tracing::error!(problem, "The configuration on disk cannot be used; the one before stays in use");
    }
}

async fn journal(app: &App, watched: &Watch, what: &str) {
    let digest = crate::web::hex(&watched.digest);
    let text = format!("Configuration {} {what} (SHA-256 {digest})", watched.path.display());
    let entry = NewEntry { kind: "configuration".to_owned(), text, ..NewEntry::default() };
    if let Err(error) = app.store().journal(&[entry], app.now_ms()).await {
        tracing::error!(%error, "Could not write into the journal which configuration is in use");
    }
}

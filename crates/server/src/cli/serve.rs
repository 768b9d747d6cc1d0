//! `entente serve`: the server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use entente_core::config::{Config, Secret};
use tokio::net::TcpListener;

use super::configured::Configured;
use super::data::Data;
use super::listen::{self, address};
use super::{Exit, Failure, may_write};
use crate::configuration::watch::Watch;
use crate::ready::{Ready, ServerAuth};
use crate::screen::Screen;
use crate::serving;
use crate::stop::{self, Hangup};

/// Keep both sides in agreement until stopped
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente serve --config entente.yaml --public-url https://entente.acme.example\n  \
                        entente serve --data-dir entente-data\n\n\
                        SIGHUP, or a change of the file, makes it read the configuration again. Where one was applied \
                        (`entente apply`), the newest one in the database is in use, and the file is a draft.")]
pub(crate) struct Serve {
    /// The configuration file; without it, the configuration in the database that is named
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Where to listen, instead of `server.listen`; usually 127.0.0.1:7400; port 0 picks a free one
    #[arg(long, value_name = "A", value_parser = address)]
    listen: Option<SocketAddr>,

    /// Where the vendors reach this server, instead of `server.public_url`
    #[arg(long, value_name = "URL", value_parser = origin)]
    public_url: Option<String>,

    /// Write the URL and the API token to this file once everything answers
    #[arg(long, value_name = "F")]
    ready_file: Option<PathBuf>,

    #[command(flatten)]
    data: Data,
}

impl Serve {
    /// Runs the command until a signal ends it.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let stop = stop::on_signal(Hangup::IsNotOurs)
            .map_err(|error| Failure::machine("cannot listen for signals", &error))?;
        may_write(self.ready_file.as_deref())?;
        let mut configured = Configured::find(&self.data, self.config.as_deref(), screen).await?;
        configured.source.public_url.clone_from(&self.public_url);
        let watched = Watch { digest: configured.digest, hears_hangups: true };
        let listen = self.listen.or(configured.config.server.listen).unwrap_or(listen::SERVER);
        let listener = bind(listen, "--listen").await?;
        let (store, in_database) = (configured.store.clone(), configured.applied.is_some());
        let app = configured.app(false)?;
        let config = app.config();
        let url = url(&listener)?;
        screen.result(&format!("Entente     {url}")).map_err(|error| Failure::output(&error))?;
        warn(&config);
        // What was applied has been looked at before.
        let untested = if in_database { Vec::new() } else { app.engine().untested().await? };
        for item in untested {
            tracing::warn!(
                item,
                "Item {item} is active and no record was ever tested on it; `entente test-record` tests one before it runs"
            );
        }
        if let Some(file) = &self.ready_file {
            // The listener takes callers from here on; who comes early waits for a moment.
            let ready = ready(&url, &config, app.source().file.as_deref());
            ready.write(file).map_err(|error| Failure::file("write", file, &error))?;
        }
        let ended = serving::serve(app, listener, watched, stop).await;
        store.close().await;
        ended?;
        Ok(Exit::Done)
    }
}

/// Listens on `address`, which `option` can change.
pub(crate) async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| Failure::listen(&address, option, &error))
}

/// Where a listener is reached from this machine.
pub(crate) fn url(listener: &TcpListener) -> Result<String, Failure> {
    let address = listener.local_addr().map_err(|error| Failure::machine("cannot tell the address", &error))?;
    Ok(match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("http://127.0.0.1:{}", v4.port()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://[::1]:{}", v6.port()),
        address => format!("http://{address}"),
    })
}

/// What the ready file says about a server.
pub(crate) fn ready(url: &str, config: &Config, path: Option<&Path>) -> Ready {
    let token = config.server.api_tokens.first().map(Secret::expose);
    Ready {
        server: Some(url.to_owned()),
        server_auth: token.map(|token| ServerAuth { api_token: token.to_owned() }),
        config: path.map(Path::to_owned),
        ..Ready::default()
    }
}

fn warn(config: &Config) {
    if config.server.api_tokens.is_empty() {
        tracing::warn!("API and page are closed: the configuration has no `server.api_tokens`");
    }
    if config.triggers.push && config.server.public_url.is_none() {
        tracing::warn!("No webhook is registered, changes are found by polling only: there is no `server.public_url`");
    }
}

/// Reads an origin: `https://entente.acme.example`, without path; a slash at the end is dropped.
fn origin(text: &str) -> Result<String, String> {
    let wrong = || "write it like https://entente.acme.example, without a path".to_owned();
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    match url.scheme() {
        "http" | "https" if bare => Ok(url.origin().ascii_serialization()),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn a_public_url_is_an_origin() {
        assert_eq!(origin("https://Entente.acme.example/").unwrap(), "https://entente.acme.example");
        assert_eq!(origin("http://127.0.0.1:7400").unwrap(), "http://127.0.0.1:7400");
        for wrong in
            ["entente.acme.example", "ftp://acme.example", "https://acme.example/hooks", "https://a@acme.example"]
        {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }
}

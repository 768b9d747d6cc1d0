//! The demo: a world made of memory and the server that keeps it in agreement, in one process.
//!
//! Nothing here is special to the engine: the demo writes a configuration file, reads it as `serve` would, and runs the
//! same server; the org and the site are reached over HTTP.

mod follow;
mod home;
mod tour;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use entente_core::config::Config;
use entente_engine::{Engine, Outside};
use entente_sandbox::{Clock, Options as WorldOptions, Seed, Served, World, salesforce_router};
use entente_store::Store;
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::cli::Failure;
use crate::cli::serve::{bind, ready, url};
use crate::cli::{check, sandbox};
use crate::configuration::{Source, watch::Watch};
use crate::ready::Ready;
use crate::screen::Screen;
use crate::secrets::Secrets;
use crate::serving;
use crate::web::App;

use home::{Home, Urls};

/// The org's name in the demo's configuration.
const ORG: &str = "acme-org";
/// The item's name in the demo's configuration.
const ITEM: &str = "support-bugs";

/// How a demo begins.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Where the org listens.
    pub salesforce_listen: SocketAddr,
    /// Where the site listens.
    pub jira_listen: SocketAddr,
    /// Where world and database are kept; none: nowhere.
    pub data_dir: Option<PathBuf>,
    /// How many cases the demo company has; none: its usual number.
    pub records: Option<usize>,
}

/// A demo whose three addresses listen, and whose engine does not run yet.
pub struct Demo {
    home: Home,
    store: Store,
    world: World,
    served: Served,
    listener: TcpListener,
    urls: Urls,
    file: PathBuf,
    watched: Watch,
    config: Arc<Config>,
    app: App,
}

impl Demo {
    /// Makes or loads the world, puts it on its sockets, and reads the configuration.
    ///
    /// # Errors
    /// When an address is taken, or the data directory is in use or does not fit together.
    pub async fn prepare(options: Options, screen: &Screen) -> Result<Self, Failure> {
        let home = Home::at(options.data_dir.clone())?;
        let store = Store::open(home.data_dir()).await?;
        let saved = home.load(&store).await?;
        screen.show("Making the demo company ..");
        let seed = if saved.is_some() { Seed::Empty } else { Seed::Demo };
        let world = WorldOptions { seed, records: options.records, ..WorldOptions::default() };
        let world = World::new(&world, &Clock::real());
        let listener = bind(options.listen, "--listen").await?;
        let served = listen(&world, &options).await?;
        let urls = Urls { server: url(&listener)?, salesforce: served.salesforce_url(), jira: served.jira_url() };
        if let Some(saved) = &saved {
            world.load(&saved.world_at(&urls)).map_err(|reason| home.broken(&reason))?;
        }
        let file = home.write_configuration(&urls, saved.map(|saved| saved.urls).as_ref())?;
        let secrets = Secrets::of(&file, None);
        let (document, config) = check::read_valid(&file, &secrets, screen)?;
        let config = Arc::new(config);
        let outside = Outside::system();
        let clock = outside.clock.clone();
        let engine = Engine::new(config.clone(), store.clone(), outside)?;
        let source = Source { file: Some(document.path.clone()), secrets, public_url: None };
        let app = App::new(engine, store.clone(), clock, config.clone(), source, true);
        ask_for_outbound_messages(&world, &config, &urls).await?;
        let watched = Watch { digest: document.digest, hears_hangups: false };
        screen.show("");
        Ok(Self { home, store, world, served, listener, urls, file: document.path, watched, config, app })
    }

    /// Where everything is, and with which credentials.
    #[must_use]
    pub fn ready(&self) -> Ready {
        let server = ready(&self.urls.server, &self.config, Some(&self.file));
        let Ready { salesforce, jira, .. } = Ready::of_sandbox(&self.served);
        Ready { salesforce, jira, ..server }
    }

    /// Runs until `stop`, then saves what is to be kept.
    ///
    /// # Errors
    /// What ended the engine before that, or why nothing could be saved.
    pub async fn run(self, screen: &Screen, stop: CancellationToken) -> Result<(), Failure> {
        self.home.forget_saved()?;
        let tour = tour::begin(&self.ready(), self.home.kept());
        screen.result(&tour).map_err(|error| Failure::output(&error))?;
        let following = follow::follow(&self.app, screen, &self.urls, &stop);
        let serving = serving::serve(self.app.clone(), self.listener, self.watched, stop.clone());
        let (ended, ()) = tokio::join!(serving, following);
        self.served.stop().await;
        let saved = self.home.save(&self.store, &self.world, &self.urls);
        self.store.close().await;
        ended?;
        if let Some(sentence) = saved? {
            screen.say(&sentence);
        }
        Ok(())
    }
}

/// Outbound messages are set up in the org by its admin, so the demo does it through the org's control door.
async fn ask_for_outbound_messages(world: &World, config: &Config, urls: &Urls) -> Result<(), Failure> {
    let org = config.connections.get(ORG).and_then(|connection| connection.salesforce());
    let secret = org.and_then(|org| org.webhook_secrets.first()).map_or("", |secret| secret.expose());
    let url = format!("{}/hooks/salesforce/{ORG}/{secret}", urls.server);
    let wish = json!({ "object": "Case", "url": url }).to_string();
    // A loaded world may still push to where an earlier server was.
    let requests = [
        Request::delete("/__sandbox/push").body(Body::empty()),
        Request::post("/__sandbox/push").header(CONTENT_TYPE, "application/json").body(Body::from(wish)),
    ];
    for request in requests {
        let request = request.map_err(|error| Failure::machine("cannot ask for outbound messages", &error))?;
        let Ok(response) = salesforce_router(&world.salesforce).oneshot(request).await;
        if !response.status().is_success() {
            return Err(Failure::machine("cannot ask the org for outbound messages", &response.status()));
        }
    }
    Ok(())
}

async fn listen(world: &World, options: &Options) -> Result<Served, Failure> {
    let served = entente_sandbox::serve(world, options.salesforce_listen, options.jira_listen).await;
    served.map_err(|error| sandbox::not_listening(options.salesforce_listen, options.jira_listen, &error))
}

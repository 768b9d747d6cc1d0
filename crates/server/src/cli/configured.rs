//! Which configuration a command runs: the one that was applied to the database, or else the file that is named.
//!
//! Once a configuration was applied, a named file only says where the database is. A file that says something else than
//! the version in use is a draft, and that is said.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use entente_core::config::Config;
use entente_engine::{Engine, EngineError, Outside};
use entente_store::{Applied, Store};
use jiff::Timestamp;

use super::answer::{Report, Row};
use super::data::Data;
use super::{Failure, check};
use crate::configuration::{Digest, Document, Source, parse};
use crate::screen::Screen;
use crate::web::App;

/// What a command wants of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To remember something: it makes the database where there is none.
    Remember,
    /// To ask, and to keep what people say to it. Where there is no database yet, an empty one that leaves no trace answers.
    Ask,
    /// The same only to read it, whoever works there.
    Read,
}

/// A configuration, and the database that goes with it.
pub(crate) struct Configured {
    /// What is in use.
    pub(crate) config: Config,
    /// The database.
    pub(crate) store: Store,
    /// What configurations are read with.
    pub(crate) source: Source,
    /// The version in use, if one was applied.
    pub(crate) applied: Option<Applied>,
    /// The named file, if it says something else.
    pub(crate) draft: Option<Document>,
    /// The content of the file.
    pub(crate) digest: Digest,
}

impl Configured {
    /// Finds out what is in use. What a file warns of is said, and that it is a draft.
    pub(crate) async fn find(data: &Data, file: Option<&Path>, screen: &Screen) -> Result<Self, Failure> {
        Self::find_for(Purpose::Remember, data, file, screen).await
    }

    /// The same for a purpose.
    pub(crate) async fn find_for(
        purpose: Purpose,
        data: &Data,
        file: Option<&Path>,
        screen: &Screen,
    ) -> Result<Self, Failure> {
        let place = file.unwrap_or(Path::new(""));
        let secrets = data.secrets(place);
        let document = file.map(|file| check::read(file, &secrets)).transpose()?;
        let unusable = document.as_ref().filter(|document| document.config.is_none());
        // What cannot be used makes no database.
        if let Some(document) = unusable.filter(|_| !data.is_there(place)) {
            return Err(wrong(document, place));
        }
        if document.is_none() && (!data.is_named() || !data.is_there(place)) {
            return Err(nothing_applied());
        }
        let path = document.as_ref().map(|document| document.path.clone());
        let at = path.as_deref().unwrap_or(place);
        let store = match purpose {
            Purpose::Remember => data.open(at).await?,
            Purpose::Ask if data.is_there(place) => data.open(at).await?,
            Purpose::Read if data.is_there(place) => data.open_beside_others(at).await?,
            Purpose::Ask | Purpose::Read => {
                data.say_missing(screen)?;
                Store::memory().await?
            }
        };
        let source = Source { file: path, secrets, public_url: None };
        let ended = match store.configuration().await? {
            Some(applied) => Self::of_database(applied, document, &store, source, screen),
            None => Self::of_file(document, place, &store, source, screen),
        };
        if ended.is_err() {
            store.close().await;
        }
        ended
    }

    /// What is in use in the database beside a file, which may be nothing yet.
    pub(crate) async fn beside(data: &Data, file: &Path) -> Result<Self, Failure> {
        let secrets = data.secrets(file);
        let store = data.open(&std::path::absolute(file).map_err(|error| Failure::file("find", file, &error))?).await?;
        let source = Source { file: None, secrets, public_url: None };
        let applied = store.configuration().await?;
        let config = match &applied {
            Some(applied) => read(applied, &source)?,
            None => Config::default(),
        };
        Ok(Self { config, store, source, applied, draft: None, digest: Digest::default() })
    }

    fn of_file(
        document: Option<Document>,
        file: &Path,
        store: &Store,
        source: Source,
        screen: &Screen,
    ) -> Result<Self, Failure> {
        let mut document = document.ok_or_else(nothing_applied)?;
        let Some(config) = document.config.take() else { return Err(wrong(&document, file)) };
        Report::new(check::rows(&document, file)).say(screen);
        let digest = document.digest;
        Ok(Self { config, store: store.clone(), source, applied: None, draft: None, digest })
    }

    fn of_database(
        applied: Applied,
        document: Option<Document>,
        store: &Store,
        source: Source,
        screen: &Screen,
    ) -> Result<Self, Failure> {
        let config = read(&applied, &source)?;
        let digest = document.as_ref().map(|document| document.digest).unwrap_or_default();
        let draft = document.filter(|document| document.text != applied.text);
        if let Some(draft) = &draft {
            let Applied { version, at_ms, by, .. } = &applied;
            let since = Timestamp::from_millisecond(*at_ms).unwrap_or_default();
            let file = draft.path.display();
            screen.say(&format!(
                "{file} is a draft: version {version}, which {by} applied at {since}, is in use; `entente apply {file}` shows what would change"
            ));
        }
        Ok(Self { config, store: store.clone(), source, applied: Some(applied), draft, digest })
    }

    /// The configuration that a look is about which writes nothing: the draft, if there is one.
    pub(crate) fn drafted(&mut self) -> Result<Config, Failure> {
        match &mut self.draft {
            None => Ok(self.config.clone()),
            Some(draft) => draft.config.take().ok_or_else(|| wrong(draft, &draft.path)),
        }
    }

    /// An engine and the doors in front of it.
    pub(crate) fn app(self, link_logs_in: bool) -> Result<App, EngineError> {
        let (config, outside) = (Arc::new(self.source.settle(self.config)), Outside::system());
        let clock = outside.clock.clone();
        let engine = Engine::new(config.clone(), self.store.clone(), outside)?;
        let app = App::new(engine, self.store, clock, config, self.source, link_logs_in);
        if let Some(applied) = &self.applied {
            app.set_applied(applied);
            app.note_draft(self.draft.is_some());
        }
        Ok(app)
    }
}

fn wrong(document: &Document, file: &Path) -> Failure {
    Failure::configuration(check::rows(document, file))
}

/// What stands where a file is named.
pub(super) fn named(applied: &Applied) -> PathBuf {
    PathBuf::from(format!("version {}", applied.version))
}

pub(super) fn nothing_applied() -> Failure {
    let remedy = "give --config FILE, or put a configuration into the database with `entente apply FILE`";
    let none = "no configuration is given, and none is kept in a database that is named";
    let message = match std::env::var_os("ENTENTE_SERVER") {
        Some(_) => format!("{none}; the server that ENTENTE_SERVER names cannot be asked for this"),
        None => none.to_owned(),
    };
    Failure::misuse("no-configuration", message, remedy)
}

pub(super) fn read(applied: &Applied, source: &Source) -> Result<Config, Failure> {
    let (config, problems) = parse(&applied.text, &source.secrets);
    let rows = || problems.iter().map(|problem| Row::of_problem(problem, &named(applied))).collect();
    config.ok_or_else(|| Failure::configuration(rows()))
}

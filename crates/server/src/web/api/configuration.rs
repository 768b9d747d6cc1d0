//! `/api/v1/configuration`: the configuration that is kept in the database, its versions, and another one in its place;
//! `POST /api/v1/items/{name}/activate` and `.../deactivate`: one item of it.
//!
//! Before items run that did not, or not like this, they are looked at on both sides. What stands against them is said,
//! and refused unless the caller knows it and says so.

pub(crate) mod export;
pub(crate) mod look;
pub(crate) mod text;
mod typed;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use bytes::Bytes;
use entente_core::ConnectedItem;
use entente_core::config::{self, Change, Config, Problem as Fault, Severity};
use entente_core::item::ItemState;
use entente_engine::{Activation, EngineError};
use entente_store::Applied;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::typed::Typed;
use super::optional;
use crate::configuration::digest;
use crate::limits::CONFIGURATIONS_ANSWER_MAX;
use crate::web::{App, Problem, hex};

/// A text that is to be in use.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    text: String,
    /// The version that it takes the place of, as the caller has seen it; 0: there is none.
    expects: Option<i64>,
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
    /// Also if something stands against it.
    #[serde(default)]
    anyway: bool,
    by: Option<String>,
}

/// How it is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct How {
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
    /// Also if something stands against it.
    #[serde(default)]
    anyway: bool,
    by: Option<String>,
}

/// What changes, and what was found about it.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    /// Whether it is in use now.
    applied: bool,
    /// The version in use now.
    version: Option<i64>,
    /// Whether the text is another than that in use, be it in its layout only.
    differs: bool,
    changes: Vec<Told>,
    problems: Vec<Fault>,
    #[serde(flatten)]
    activation: Activation,
}

/// A change, with a line that says it.
#[derive(Debug, Serialize)]
struct Told {
    #[serde(flatten)]
    change: Change,
    text: String,
}

/// A version, without its text.
#[derive(Debug, Serialize)]
pub(crate) struct Version {
    version: i64,
    at: String,
    by: String,
}

/// A version with its text.
#[derive(Debug, Serialize)]
pub(crate) struct Whole {
    #[serde(flatten)]
    version: Version,
    text: String,
}

/// Which page of the versions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    after: Option<i64>,
}

/// A page of the versions, the newest first.
#[derive(Debug, Serialize)]
pub(crate) struct Versions {
    versions: Vec<Version>,
    next: Option<i64>,
}

impl From<&Applied> for Version {
    fn from(applied: &Applied) -> Self {
        let at = Timestamp::from_millisecond(applied.at_ms).unwrap_or_default().to_string();
        Self { version: applied.version, at, by: applied.by.clone() }
    }
}

/// The text in use.
pub(crate) async fn show(State(app): State<App>) -> Result<Json<Whole>, Problem> {
    let applied = app.store().configuration().await?.ok_or_else(|| none_applied(&app))?;
    Ok(Json(Whole { version: (&applied).into(), text: applied.text }))
}

/// A text that is or was in use.
pub(crate) async fn show_version(State(app): State<App>, Path(version): Path<i64>) -> Result<Json<Whole>, Problem> {
    let applied = app.store().configuration_at(version).await?;
    let missing =
        || Problem::new(StatusCode::NOT_FOUND, format!("There is no version {version} of the configuration."));
    let applied = applied.ok_or_else(missing)?;
    Ok(Json(Whole { version: (&applied).into(), text: applied.text }))
}

/// All versions.
pub(crate) async fn list(State(app): State<App>, Query(page): Query<Page>) -> Result<Json<Versions>, Problem> {
    let before = page.after.unwrap_or(i64::MAX);
    let versions = app.store().configurations(before, CONFIGURATIONS_ANSWER_MAX).await?;
    let next = versions.last().map(|applied| applied.version);
    Ok(Json(Versions { versions: versions.iter().map(Version::from).collect(), next }))
}

/// Puts a text into use, or says what that would change.
pub(crate) async fn apply(
    State(app): State<App>,
    wish: Result<Json<Wish>, JsonRejection>,
) -> Result<Json<Answer>, Problem> {
    let Json(wish) = wish.map_err(Problem::misread)?;
    let in_use = app.store().configuration().await?;
    if let (None, Some(file)) = (&in_use, &app.source().file) {
        let file = file.display();
        let sentence = format!(
            "This server takes {file} for the truth: change that file, or stop the server, `entente apply {file}` and start it again."
        );
        return Err(Problem::new(StatusCode::CONFLICT, sentence));
    }
    let how = How { dry_run: wish.dry_run, anyway: wish.anyway, by: wish.by };
    let before = in_use.map(Before::Applied);
    Edition::new(app, before, wish.text, wish.expects, how).settle().await
}

/// Lets an item run.
pub(crate) async fn activate(state: State<App>, item: Path<String>, body: Bytes) -> Result<Json<Answer>, Problem> {
    set_state(state, item, &body, ItemState::Active).await
}

/// Lets an item rest.
pub(crate) async fn deactivate(state: State<App>, item: Path<String>, body: Bytes) -> Result<Json<Answer>, Problem> {
    set_state(state, item, &body, ItemState::Paused).await
}

async fn set_state(
    State(app): State<App>,
    Path(item): Path<String>,
    body: &Bytes,
    state: ItemState,
) -> Result<Json<Answer>, Problem> {
    let how: How = optional(body, r#"Send nothing, or any of {"dry_run": true, "anyway": true, "by": WHO}."#)?;
    let applied = app.store().configuration().await?.ok_or_else(|| none_applied(&app))?;
    if app.config().item(&item).is_none() {
        let names: Vec<_> = app.config().items.iter().map(|item| item.name.clone()).collect();
        let sentence = format!("There is no item \"{item}\" in this configuration; it has: {}.", names.join(", "));
        return Err(Problem::new(StatusCode::NOT_FOUND, sentence));
    }
    let text = config::with_state(&applied.text, &item, state).ok_or_else(|| {
        let sentence = format!("{item} shares its lines with others; write `state:` by hand and apply the text.");
        Problem::new(StatusCode::CONFLICT, sentence)
    })?;
    Edition::new(app, Some(Before::Applied(applied)), text, None, how).settle().await
}

fn none_applied(app: &App) -> Problem {
    let file = app.source().file.as_ref().map_or_else(|| "FILE".to_owned(), |file| file.display().to_string());
    let sentence = format!(
        "No configuration is kept in this database: {file} is the truth, so write `state:` there, or say `entente apply {file}` first."
    );
    Problem::new(StatusCode::CONFLICT, sentence)
}

/// What a text takes the place of.
enum Before {
    /// The newest version in the database.
    Applied(Applied),
    /// A file that is the truth, and what it says.
    File(PathBuf, String),
}

impl Before {
    fn text(&self) -> &str {
        match self {
            Self::Applied(applied) => &applied.text,
            Self::File(_, text) => text,
        }
    }

    fn version(&self) -> Option<i64> {
        match self {
            Self::Applied(applied) => Some(applied.version),
            Self::File(..) => None,
        }
    }
}

/// A text on its way into use.
struct Edition {
    app: App,
    before: Option<Before>,
    text: String,
    expects: Option<i64>,
    how: How,
    /// Secrets that come with it.
    typed: Typed,
}

impl Edition {
    fn new(app: App, before: Option<Before>, text: String, expects: Option<i64>, how: How) -> Self {
        Self { app, before, text, expects, how, typed: Typed::default() }
    }

    async fn settle(self) -> Result<Json<Answer>, Problem> {
        let version = self.before.as_ref().and_then(Before::version);
        if self.expects.is_some_and(|expects| expects != version.unwrap_or_default()) {
            return Err(overtaken());
        }
        let before = self.before.as_ref().map(Before::text);
        let (config, problems) = readable(&self.text, &self.app, &self.typed);
        let (differs, activation) = (before != Some(self.text.as_str()), Activation::default());
        let changes = told(before, &self.text);
        let mut answer = Answer { applied: false, version, differs, changes, problems, activation };
        let Some(config) = config else {
            let fault = answer.problems.iter().find(|fault| fault.is_error());
            return match fault.filter(|_| !self.how.dry_run) {
                Some(fault) => {
                    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{fault} ({})", fault.remedy)))
                }
                None => Ok(Json(answer)),
            };
        };
        if !answer.differs && self.typed.is_empty() {
            return Ok(Json(answer));
        }
        answer.activation = self.look(&config).await?;
        if self.how.dry_run {
            return Ok(Json(answer));
        }
        self.take(config, answer).await
    }

    /// What stands against the items that would run.
    async fn look(&self, config: &Config) -> Result<Activation, EngineError> {
        let before = self.before.as_ref().map(|_| self.app.config());
        let items = newly_run(before.as_deref(), config);
        let engine = self.app.engine().with(Arc::new(config.clone()))?;
        let mut found = match items.is_empty() {
            true => Activation::default(),
            false => engine.activation(items).await?,
        };
        for connection in unconfirmed(before.as_deref(), config) {
            let obstacle = engine.unanswered(connection).await;
            found.obstacles.extend(obstacle.filter(|obstacle| !found.obstacles.contains(obstacle)));
        }
        Ok(found)
    }

    async fn take(self, config: Config, mut answer: Answer) -> Result<Json<Answer>, Problem> {
        if let (Some(obstacle), false) = (answer.activation.obstacles.first(), self.how.anyway) {
            let more = match answer.activation.obstacles.len() {
                1 => String::new(),
                n => format!(" ({} more)", n - 1),
            };
            let sentence = format!("Not applied: {}{more}. {}", obstacle.message, obstacle.remedy);
            return Err(Problem::new(StatusCode::CONFLICT, sentence));
        }
        self.typed.store(&self.app)?;
        if !answer.differs {
            typed::journal(&self.app, self.by(), &self.typed).await?;
            self.app.take(config, None)?;
            answer.applied = true;
            return Ok(Json(answer));
        }
        if let Some(Before::File(file, _)) = &self.before {
            text::write(&self.app, file, &self.text, self.by(), &answer).await?;
            answer.applied = true;
            return Ok(Json(answer));
        }
        let (app, now_ms) = (&self.app, self.app.now_ms());
        let before = answer.version.unwrap_or_default();
        let by = self.by();
        let sentence = sentence(&format!("{by} applied version {}", before + 1), &self.text, &answer);
        let applied = app.store().apply_configuration(&self.text, before, by, &sentence, now_ms).await?;
        let version = applied.ok_or_else(overtaken)?;
        let applied = Applied { version, at_ms: now_ms, by: by.to_owned(), text: self.text.clone() };
        app.take(config, Some(&applied))?;
        (answer.applied, answer.version) = (true, Some(version));
        Ok(Json(answer))
    }

    fn by(&self) -> &str {
        self.how.by.as_deref().unwrap_or(super::SOMEBODY)
    }
}

fn told(before: Option<&str>, after: &str) -> Vec<Told> {
    let told = |change: Change| Told { text: change.to_string(), change };
    config::changes(before, after).into_iter().map(told).collect()
}

fn overtaken() -> Problem {
    let sentence = "Somebody else has applied another configuration meanwhile; look at what changes once more.";
    Problem::new(StatusCode::CONFLICT, sentence)
}

/// What a text says. The database keeps the text and the console shows it, so a credential must not stand in it, unless
/// it opens sandboxes only.
fn readable(text: &str, app: &App, typed: &Typed) -> (Option<Config>, Vec<Fault>) {
    let (config, mut faults) = typed.parse(text, &app.source().secrets);
    let only_sandboxes =
        config.as_ref().is_some_and(|config| config.connections.values().all(|connection| connection.sandbox));
    for fault in faults.iter_mut().filter(|fault| fault.code == "secret-in-document" && !only_sandboxes) {
        fault.severity = Severity::Error;
        fault.message.push_str(", and the database or a browser would keep it");
    }
    (config.filter(|_| !faults.iter().any(Fault::is_error)), faults)
}

/// Items that will run, and did not, or not like this.
fn newly_run(before: Option<&Config>, after: &Config) -> Vec<String> {
    let says = |item: &ConnectedItem| ConnectedItem { owner: None, name: String::new(), ..item.clone() };
    let connections = |item: &ConnectedItem, config: &Config| {
        [&item.salesforce.connection, &item.jira.connection].map(|name| config.connections.get(name).cloned())
    };
    let ran_like_this = |item: &ConnectedItem| {
        let name = after.renamed.get(&item.name).unwrap_or(&item.name);
        let ran = before.and_then(|before| before.item(&item.name).or(before.item(name)).map(|ran| (before, ran)));
        ran.is_some_and(|(before, ran)| says(ran) == says(item) && connections(ran, before) == connections(item, after))
    };
    let items = after.items.iter().filter(|item| item.runs() && !ran_like_this(item));
    items.map(|item| item.name.clone()).collect()
}

/// Connections that nobody has seen answer as they are, or on which something new is built.
fn unconfirmed<'a>(before: Option<&Config>, after: &'a Config) -> Vec<&'a str> {
    let is_new = |item: &&ConnectedItem| {
        let name = after.renamed.get(&item.name).unwrap_or(&item.name);
        before.is_none_or(|before| before.item(&item.name).or(before.item(name)).is_none())
    };
    let built_on: BTreeSet<&String> = after
        .items
        .iter()
        .filter(is_new)
        .flat_map(|item| [&item.salesforce.connection, &item.jira.connection])
        .collect();
    let differs = |name: &String| before.and_then(|before| before.connections.get(name)) != after.connections.get(name);
    let names = after.connections.keys().filter(|name| built_on.contains(name) || differs(name));
    names.map(String::as_str).collect()
}

/// Changes that the journal's sentence names.
const SAID_MAX: usize = 10;

fn sentence(deed: &str, text: &str, answer: &Answer) -> String {
    let changes: Vec<_> = answer.changes.iter().take(SAID_MAX).map(|told| told.text.as_str()).collect();
    let more = answer.changes.len().saturating_sub(SAID_MAX);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let changes = if changes.is_empty() { "nothing but its layout".to_owned() } else { changes.join("; ") };
    // By their kinds only: a message may show what a record holds, and the journal keeps it for ever.
    let obstacles: BTreeSet<&str> = answer.activation.obstacles.iter().map(|obstacle| obstacle.code).collect();
    let obstacles = obstacles.into_iter().collect::<Vec<_>>().join(", ");
    let although =
        if obstacles.is_empty() { obstacles } else { format!(", although this stood against it: {obstacles}") };
    let digest = hex(&digest(text));
    format!("{deed} of the configuration (SHA-256 {digest}){although}: {changes}{more}")
}

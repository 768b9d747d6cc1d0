//! `/api/v1/configuration/text`: the text that is the truth, wherever it is kept, for people who edit it.
//!
//! ```text
//! GET  /configuration/text[?item=I&state=S]   the text and its digest; with another state for an item
//! PUT  /configuration/text                    another text in its place; `If-Match` holds the digest that was seen
//! POST /configuration/check                   what is wrong with a text, and what it would change; asks nobody
//!
//! `secrets` beside a text are what its `secret:NAME` stand for; they go into the store when the text is taken.
//! ```

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use entente_core::config::{self, Problem as Fault};
use entente_core::item::ItemState;
use entente_store::NewEntry;
use http::header::IF_MATCH;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::typed::{self, Typed};
use super::{Answer, Before, Edition, How, Told, readable, sentence, told};
use crate::configuration::{bounded, digest};
use crate::limits::CONFIGURATION_BYTES_MAX;
use crate::web::{App, Problem, hex};

/// An item, and the state that it shall have.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    item: Option<String>,
    state: Option<ItemState>,
}

/// The text.
#[derive(Debug, Serialize)]
pub(crate) struct Text {
    text: String,
    /// Of the text as it is kept.
    digest: String,
    /// The file, if that is the truth.
    file: Option<String>,
    /// The version, if the database is.
    version: Option<i64>,
}

/// Another text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    text: String,
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
    /// Also if something stands against it.
    #[serde(default)]
    anyway: bool,
    by: Option<String>,
    #[serde(default)]
    secrets: Typed,
    /// Also take the secrets out of the store that only the text before named.
    #[serde(default)]
    forget: bool,
}

/// A text to look at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    text: String,
    #[serde(default)]
    secrets: Typed,
}

/// What was found in it.
#[derive(Debug, Serialize)]
pub(crate) struct Checked {
    problems: Vec<Fault>,
    changes: Vec<Told>,
}

/// Answers with the text.
pub(crate) async fn show(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Text>, Problem> {
    let Query(asked) = asked.map_err(|_| {
        let detail = "The query knows `item`, and `state`, which is draft, active or paused.";
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })?;
    let before = kept(&app).await?;
    let file = match &before {
        Before::File(file, text) => {
            shows_no_secret(&app, file, text)?;
            Some(file.display().to_string())
        }
        Before::Applied(_) => None,
    };
    let text = match (asked.item, asked.state) {
        (Some(item), Some(state)) => config::with_state(before.text(), &item, state).ok_or_else(|| {
            let sentence = format!("No one place of the text says the state of {item}; write `state:` there by hand.");
            Problem::new(StatusCode::CONFLICT, sentence)
        })?,
        _ => before.text().to_owned(),
    };
    Ok(Json(Text { text, digest: hex(&digest(before.text())), file, version: before.version() }))
}

/// Puts another text in its place.
pub(crate) async fn save(
    State(app): State<App>,
    headers: HeaderMap,
    wish: Result<Json<Wish>, JsonRejection>,
) -> Result<Json<Answer>, Problem> {
    let Json(wish) = wish.map_err(Problem::misread)?;
    let seen = headers.get(IF_MATCH).and_then(|seen| seen.to_str().ok()).map(|seen| seen.trim_matches('"'));
    let seen = seen.ok_or_else(|| {
        let detail = "Send the digest of the text that you have seen as the header `If-Match`.";
        Problem::new(StatusCode::PRECONDITION_REQUIRED, detail)
    })?;
    let before = kept(&app).await?;
    if hex(&digest(before.text())) != seen {
        let sentence = "Somebody else has changed the configuration meanwhile; take over what it says now.";
        return Err(Problem::new(StatusCode::PRECONDITION_FAILED, sentence));
    }
    let how = How { dry_run: wish.dry_run, anyway: wish.anyway, by: wish.by };
    let expects = before.version();
    let forgotten = if wish.forget { typed::only_before(before.text(), &wish.text) } else { Vec::new() };
    let edition = Edition { typed: wish.secrets, ..Edition::new(app.clone(), Some(before), wish.text, expects, how) };
    let answer = edition.settle().await?;
    if answer.applied {
        typed::forget(&app, &forgotten)?;
    }
    Ok(answer)
}

/// Looks at a text.
pub(crate) async fn check(
    State(app): State<App>,
    draft: Result<Json<Draft>, JsonRejection>,
) -> Result<Json<Checked>, Problem> {
    let Json(Draft { text, secrets }) = draft.map_err(Problem::misread)?;
    let before = kept(&app).await?;
    let (_, problems) = readable(&text, &app, &secrets);
    Ok(Json(Checked { problems, changes: told(Some(before.text()), &text) }))
}

pub(super) async fn kept(app: &App) -> Result<Before, Problem> {
    if let Some(applied) = app.store().configuration().await? {
        return Ok(Before::Applied(applied));
    }
    let none = || Problem::new(StatusCode::NOT_FOUND, "No configuration is kept here, and no file was named.");
    let file = app.source().file.clone().ok_or_else(none)?;
    let text = bounded(&file, CONFIGURATION_BYTES_MAX).map_err(|error| {
        let sentence = format!("{} cannot be read: {error}.", file.display());
        Problem::new(StatusCode::CONFLICT, sentence)
    })?;
    Ok(Before::File(file, text))
}

/// A file may hold what no browser should see.
fn shows_no_secret(app: &App, file: &Path, text: &str) -> Result<(), Problem> {
    let (_, faults) = readable(text, app, &Typed::default());
    let Some(fault) = faults.iter().find(|fault| fault.is_error()) else { return Ok(()) };
    let sentence = format!("{}:{fault}. Mend the file where it lies; then it can be edited here.", file.display());
    Err(Problem::new(StatusCode::CONFLICT, sentence))
}

/// Writes the file that is the truth; the watch over it takes it into use.
pub(super) async fn write(app: &App, file: &Path, text: &str, by: &str, answer: &Answer) -> Result<(), Problem> {
    rewrite(file, text).map_err(|error| {
        let sentence =
            format!("{} cannot be written: {error}. Copy the text and put it there yourself.", file.display());
        Problem::new(StatusCode::CONFLICT, sentence)
    })?;
    let text = sentence(&format!("{by} wrote {}, the file", file.display()), text, answer);
    let entry = NewEntry { kind: "configuration".to_owned(), text, ..NewEntry::default() };
    Ok(app.store().journal(&[entry], app.now_ms()).await?)
}

/// Replaces a file in one step by one that the same people may read; behind a symbolic link, the file that it leads to.
pub(crate) fn rewrite(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(dir).map_err(|error| io::Error::from(error.kind()))?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|failed| failed.error)?;
    Ok(())
}

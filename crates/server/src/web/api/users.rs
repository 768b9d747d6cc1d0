//! `GET|POST /api/v1/users`, `POST /api/v1/users/{name}/remove`: who may use the API and the console, and as what.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use bytes::Bytes;
use entente_store::{NewEntry, User};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AT_A_TERMINAL, SOMEBODY};
use crate::limits::USER_NAME_LETTERS_MAX;
use crate::web::token::digest_of;
use crate::web::{App, Problem, Role, fresh_secret};

/// All of them.
#[derive(Debug, Serialize)]
pub(crate) struct Users {
    users: Vec<Told>,
}

/// One, without the token.
#[derive(Debug, Serialize)]
struct Told {
    name: String,
    role: String,
    added: String,
    added_by: String,
}

/// Somebody who is to become one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    name: String,
    role: Role,
    by: Option<String>,
}

/// A new user. The token is told this once.
#[derive(Debug, Serialize)]
pub(crate) struct Added {
    name: String,
    role: Role,
    token: String,
}

/// A user who is no more.
#[derive(Debug, Serialize)]
pub(crate) struct Removed {
    name: String,
}

/// Lists them.
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Users>, Problem> {
    let told = |User { name, role, added_by, added_ms, .. }| {
        let added = Timestamp::from_millisecond(added_ms).unwrap_or_default().to_string();
        Told { name, role, added, added_by }
    };
    Ok(Json(Users { users: app.store().users().await?.into_iter().map(told).collect() }))
}

/// Adds one.
pub(crate) async fn add(
    State(app): State<App>,
    new: Result<Json<New>, JsonRejection>,
) -> Result<(StatusCode, Json<Added>), Problem> {
    let Json(New { name, role, by }) = new.map_err(Problem::unread(
        "Send {\"name\": NAME, \"role\": \"viewer\" or \"operator\" or \"administrator\"}; `by` may stand beside it.",
    ))?;
    if !is_name(&name) {
        let detail = format!(
            "A name begins with a letter or digit, has up to {USER_NAME_LETTERS_MAX} letters, digits, spaces and . _ - + @ ', \
             and does not end with a space."
        );
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let is_like = |user: &User| user.name != name && user.name.to_lowercase() == name.to_lowercase();
    if let Some(like) = app.store().users().await?.into_iter().find(is_like) {
        let detail = format!("There is a user {} already, whom the journal would show much like this one.", like.name);
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    let by = by.as_deref().unwrap_or(SOMEBODY);
    let token = format!("entente_{}", fresh_secret());
    let user = User {
        name: name.clone(),
        role: role.to_string(),
        digest: digest_of(&token),
        added_by: by.to_owned(),
        added_ms: app.now_ms(),
    };
    if !app.store().add_user(&user, &entry(format!("{by} added the user {name} as {role}"))).await? {
        let detail = format!("There is a user {name} already; remove that one first, and its token with it.");
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    Ok((StatusCode::CREATED, Json(Added { name, role, token })))
}

/// Removes one: the token opens nothing from now on.
pub(crate) async fn remove(
    State(app): State<App>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Removed>, Problem> {
    let by = super::access::who(&body)?;
    if !app.store().remove_user(&name, &entry(format!("{by} removed the user {name}")), app.now_ms()).await? {
        return Err(Problem::new(StatusCode::NOT_FOUND, format!("There is no user {name}.")));
    }
    Ok(Json(Removed { name }))
}

/// Whether the journal can name somebody so that nobody takes it for something else.
fn is_name(name: &str) -> bool {
    let may_stand = |letter: char| letter.is_alphanumeric() || " ._-+@'".contains(letter);
    let is_plain = name.starts_with(char::is_alphanumeric) && !name.ends_with(' ') && name.chars().all(may_stand);
    let is_nobody = [SOMEBODY, AT_A_TERMINAL].iter().any(|nobody| nobody.eq_ignore_ascii_case(name));
    is_plain && !is_nobody && name.chars().count() <= USER_NAME_LETTERS_MAX
}

fn entry(text: String) -> NewEntry {
    NewEntry { kind: "user".to_owned(), text, ..NewEntry::default() }
}

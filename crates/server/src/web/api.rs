//! The API, version 1. Every address under `/api` needs a bearer token; see [`super::token`].

mod about;
pub(crate) mod access;
pub(crate) mod comments;
pub(crate) mod configuration;
pub(crate) mod conflicts;
pub(crate) mod connections;
pub(crate) mod domains;
mod explain;
mod figures;
pub(crate) mod inspection;
pub(crate) mod items;
mod journal;
pub(crate) mod links;
pub(crate) mod matches;
pub(crate) mod objects;
pub(crate) mod parked;
mod records;
mod relink;
pub(crate) mod requests;
mod resume;
mod status;
pub(crate) mod trial;
mod undo;
pub(crate) mod users;

pub(crate) use about::about;
pub(crate) use explain::explain;
pub(crate) use figures::figures;
pub(crate) use journal::{journal, verify};
pub(crate) use records::records;
pub(crate) use relink::relink;
pub(crate) use resume::resume;
pub(crate) use status::status;
pub(crate) use undo::undo;

use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;

use super::Problem;

/// Who did it, for the journal, when a caller does not say.
const SOMEBODY: &str = "a caller of the API";

/// Who did it, where a terminal does not know its user.
pub(crate) const AT_A_TERMINAL: &str = "somebody at a terminal";

/// A body of which every part may be left out, so that the whole may be, too; otherwise `usage` is said.
fn optional<T: Default + DeserializeOwned>(body: &Bytes, usage: &str) -> Result<T, Problem> {
    if body.trim_ascii().is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(body).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, usage))
}

//! The API, version 1. Every address under `/api` needs a bearer token; see [`super::token`].

pub(crate) mod conflicts;
mod journal;
pub(crate) mod objects;
mod resume;
mod status;
pub(crate) mod trial;

pub(crate) use journal::journal;
pub(crate) use resume::resume;
pub(crate) use status::status;

//! The console: the pages that `ui/` builds, inside the binary if they were built before it was.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use rust_embed::RustEmbed;

use super::Problem;

/// What `npm run build` leaves.
#[derive(RustEmbed)]
#[folder = "../../ui/dist/site"]
#[allow_missing = true]
struct Built;

/// The one page of the console, which finds by its address what to show; none when no console was built.
pub(crate) fn page() -> Option<Response> {
    file("index.html", "no-cache")
}

/// `GET /console/{name}`. A name holds a digest of the content, so what it names never changes.
pub(crate) async fn asset(Path(name): Path<String>) -> Result<Response, Problem> {
    file(&format!("console/{name}"), "public, max-age=31536000, immutable")
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "There is no such file."))
}

fn file(name: &str, kept: &'static str) -> Option<Response> {
    let file = Built::get(name)?;
    let kind = file.metadata.mimetype().to_owned();
    Some(([(CONTENT_TYPE, kind), (CACHE_CONTROL, kept.to_owned())], file.data).into_response())
}

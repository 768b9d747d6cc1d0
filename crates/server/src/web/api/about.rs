//! `GET /api/v1/about`: what runs here.

use axum::Json;
use serde::Serialize;

/// The program.
#[derive(Debug, Serialize)]
pub(crate) struct About {
    version: &'static str,
    license: &'static str,
}

/// Answers with the version.
pub(crate) async fn about() -> Json<About> {
    Json(About { version: env!("CARGO_PKG_VERSION"), license: env!("CARGO_PKG_LICENSE") })
}

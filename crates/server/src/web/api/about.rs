//! `GET /api/v1/about`: what runs here, and who asks.

use axum::Json;
use serde::Serialize;

use crate::web::Caller;

/// The program.
#[derive(Debug, Serialize)]
pub(crate) struct About {
    version: &'static str,
    license: &'static str,
    you: Caller,
}

/// Answers with the version.
pub(crate) async fn about(you: Caller) -> Json<About> {
    Json(About { version: env!("CARGO_PKG_VERSION"), license: env!("CARGO_PKG_LICENSE"), you })
}

//! The paths of the service desk API.

use std::sync::Arc;

use axum::Router;

use super::info;
use crate::jira::routes::reads;
use crate::jira::site::Site;

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().route("/rest/servicedeskapi/info", reads(info::info))
}

//! What Forge sends by itself: events of issues, installations, and a tick. It waits five seconds and sends again up to
//! four times, so an event is a hint on disk when this answers, and nothing more is done.

use axum::extract::State;
use http::StatusCode;

use super::invocation::Invocation;
use crate::web::hooks::{Body, refusal};
use crate::web::{App, Problem};

/// Takes an event of an issue.
pub(crate) async fn take(State(app): State<App>, call: Invocation, Body(body): Body) -> Result<StatusCode, Problem> {
    app.note_forge_event();
    let taken = app.engine().intake_app(&call.site, &body).await;
    taken.map(|_| StatusCode::NO_CONTENT).map_err(refusal)
}

/// Takes what only shows that the app reaches us, which the admin page then says.
pub(crate) async fn note(State(app): State<App>, _verified: Invocation) -> StatusCode {
    app.note_forge_event();
    StatusCode::NO_CONTENT
}

//! A person who looks at an issue in Jira, and whom Jira shows that issue.

use axum::extract::FromRequestParts;
use entente_engine::{Panel, SeenIssue};
use http::StatusCode;
use http::request::Parts;

use super::invocation::Invocation;
use crate::web::{App, Problem};

/// The issue of the panel that makes the call, as its person sees it.
pub(crate) struct Viewer(pub(crate) SeenIssue);

impl FromRequestParts<App> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let call = Invocation::from_request_parts(parts, app).await?;
        let Some(issue) = call.claims.issue() else {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "The call does not come from the panel of an issue."));
        };
        let seen = app.engine().seen(&call.site, &call.person()?, &issue).await?;
        seen.map(Self).ok_or_else(|| {
            Problem::new(StatusCode::FORBIDDEN, "Jira does not show you this issue, so nothing about it is told here.")
        })
    }
}

impl Viewer {
    /// What the panel shows this person, if they may change the issue.
    pub(crate) async fn editing(&self, app: &App) -> Result<Panel, Problem> {
        if !self.0.may_edit {
            let detail = format!("To link, unlink or refresh you need the permission to edit {} in Jira.", self.0.key);
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        Ok(app.engine().panel(&self.0).await?)
    }

    /// Who did it, for the journal.
    pub(crate) fn by(&self) -> String {
        format!("{}, in Jira,", self.0.person)
    }
}

//! Who asks, and what each may do: viewers look, operators do the daily work, administrators everything.

use std::fmt;

use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::Response;
use clap::ValueEnum;
use entente_store::User;
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::Problem;
use crate::limits::CONFIGURATION_BODY_BYTES_MAX;

/// What somebody may do; each role may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks at everything but what an inspection saw.
    Viewer,
    /// Also decides, retries, resumes, links, tests records and gives access.
    Operator,
    /// Also changes the configuration, the domains and the users, inspects, and dissolves automatic links.
    Administrator,
}

/// Whoever sent a request.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Caller {
    /// The user's name; none for a token of the configuration, whose holders say themselves who they are.
    name: Option<String>,
    role: Role,
}

impl Role {
    /// The role of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::from_str(name, false).ok()
    }

    /// With its article, for a sentence.
    fn one(self) -> &'static str {
        match self {
            Self::Viewer => "a viewer",
            Self::Operator => "an operator",
            Self::Administrator => "an administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Administrator => "administrator",
        })
    }
}

impl Caller {
    /// Who holds one of `server.api_tokens`, or may open the database itself.
    pub(crate) fn owner() -> Self {
        Self { name: None, role: Role::Administrator }
    }

    /// A user. A role that this version does not know may only look.
    pub(crate) fn user(user: User) -> Self {
        Self { role: Role::named(&user.role).unwrap_or(Role::Viewer), name: Some(user.name) }
    }

    /// Refuses who may do less than this.
    pub(crate) fn must_be(&self, least: Role) -> Result<(), Problem> {
        if self.role >= least {
            return Ok(());
        }
        let (name, is, wanted) = (self.name.as_deref().unwrap_or("You"), self.role.one(), least.one());
        let detail =
            format!("{name} is {is}, and this needs {wanted}: ask an administrator for a token with that role.");
        Err(Problem::new(StatusCode::FORBIDDEN, detail))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let nobody = || Problem::new(StatusCode::UNAUTHORIZED, "Nobody knows who asks.");
        parts.extensions.get::<Self>().cloned().ok_or_else(nobody)
    }
}

/// Lets pass who may do this.
pub(super) async fn guard(least: Role, caller: Caller, request: Request, next: Next) -> Result<Response, Problem> {
    caller.must_be(least)?;
    Ok(next.run(request).await)
}

/// The same for what is journalled with the name of who did it: a user's own name stands there, whatever `by` says.
pub(super) async fn guard_deed(least: Role, caller: Caller, request: Request, next: Next) -> Result<Response, Problem> {
    caller.must_be(least)?;
    let Some(name) = caller.name else { return Ok(next.run(request).await) };
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, CONFIGURATION_BODY_BYTES_MAX).await.map_err(|_| {
        let detail = format!("A body has at most {CONFIGURATION_BODY_BYTES_MAX} bytes.");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    })?;
    let body = signed(&body, &name).unwrap_or_else(|| body.to_vec());
    let mut request = Request::from_parts(head, body.into());
    request.headers_mut().remove(http::header::CONTENT_LENGTH);
    Ok(next.run(request).await)
}

/// The body with this name as its `by`; none where it is no object, which its handler refuses.
fn signed(body: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut wish: Map<String, Json> =
        if body.trim_ascii().is_empty() { Map::new() } else { serde_json::from_slice(body).ok()? };
    wish.insert("by".to_owned(), name.into());
    serde_json::to_vec(&wish).ok()
}

//! One call of the app that is what it says: signed by Atlassian, for this app, from a site that we are connected to.

use axum::extract::FromRequestParts;
use entente_core::config::Secret;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use super::keys::NoKey;
use super::token::{self, Claims};
use crate::web::token::bearer;
use crate::web::{App, Problem};

/// The token by which Jira can be asked as the person who looks; it comes with calls of a page only.
const USER_TOKEN: &str = "x-forge-oauth-user";

/// A call that was verified.
pub(crate) struct Invocation {
    /// The connection to the site that it comes from.
    pub(crate) site: String,
    pub(crate) claims: Claims,
    person: Option<Secret>,
}

impl Invocation {
    /// The token of the person who looks.
    pub(crate) fn person(&self) -> Result<Secret, Problem> {
        self.person.clone().ok_or_else(|| {
            let detail = "The call comes without a token of the person who looks; the app's manifest must have \
                          `appUserToken` enabled for this endpoint, and the scope `read:app-user-token`.";
            Problem::new(StatusCode::UNAUTHORIZED, detail)
        })
    }
}

impl FromRequestParts<App> for Invocation {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let claims = verified(app, &parts.headers).await?;
        let stranger = "The call comes from a site that no connection of the configuration leads to.";
        let stranger = || Problem::new(StatusCode::FORBIDDEN, stranger);
        let cloud_id = claims.cloud_id().ok_or_else(stranger)?;
        let site = app.engine().site_of(cloud_id).await?.ok_or_else(stranger)?;
        let person = parts.headers.get(USER_TOKEN).and_then(|value| value.to_str().ok()).map(Secret::new);
        Ok(Self { site, claims, person })
    }
}

async fn verified(app: &App, headers: &HeaderMap) -> Result<Claims, Problem> {
    let config = app.config();
    let Some(forge) = &config.server.forge else {
        let detail = "These doors are closed: the configuration has no `server.forge`.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, detail));
    };
    let refused = |why: &str| {
        Problem::new(StatusCode::UNAUTHORIZED, format!("The invocation token of the Forge app is refused: {why}."))
    };
    let shown = bearer(headers).ok_or_else(|| refused("there is none"))?;
    let id = token::key_id(shown).map_err(refused)?;
    let key = app.forge_keys().find(app, &forge.jwks_url, &id).await.map_err(|error| match error {
        NoKey::Unknown => refused("it is signed with a key that Atlassian does not publish"),
        NoKey::Unavailable => {
            let detail = "The keys of Forge cannot be fetched now, so no call of the app can be verified.";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
        }
    })?;
    token::verify(shown, &key, &forge.app_id, app.now_ms()).map_err(refused)
}

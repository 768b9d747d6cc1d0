//! `GET /api/v1/connections`: every connection, how it is reached and how it does. `GET .../{name}/identity`: who answers
//! there, and as whom we are known. `GET /api/v1/doctor`: what is missing on either side.

use axum::Json;
use axum::extract::{Path, State};
use entente_core::config::{Connection, ConnectionKind, SalesforceAuth};
use entente_engine::{ConnectionStatus, Finding, Identity};
use serde::Serialize;

use crate::web::{App, Problem};

/// All of them.
#[derive(Debug, Serialize)]
pub(crate) struct Connections {
    connections: Vec<Reached>,
}

/// One, without anything secret.
#[derive(Debug, Serialize)]
struct Reached {
    side: &'static str,
    /// The login URL of an org, the address of a site.
    url: String,
    /// In which way we sign in.
    sign_in: &'static str,
    /// The client id of an app in an org, the e-mail address of an account on a site.
    account: String,
    #[serde(flatten)]
    status: Option<ConnectionStatus>,
}

/// What the examination found.
#[derive(Debug, Serialize)]
pub(crate) struct Findings {
    findings: Vec<Finding>,
}

/// Lists the connections.
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Connections>, Problem> {
    let (config, mut statuses) = (app.config(), app.status().await?.connections);
    let reached = |connection: &Connection| {
        let status = statuses.iter().position(|status| status.name == connection.name);
        Reached::of(connection, status.map(|place| statuses.swap_remove(place)))
    };
    Ok(Json(Connections { connections: config.connections.values().map(reached).collect() }))
}

/// Asks who answers.
pub(crate) async fn identity(State(app): State<App>, Path(name): Path<String>) -> Result<Json<Identity>, Problem> {
    Ok(Json(app.engine().identity(&name).await?))
}

/// Looks at both sides, which takes as long as they take.
pub(crate) async fn doctor(State(app): State<App>) -> Json<Findings> {
    Json(Findings { findings: app.engine().doctor().await })
}

impl Reached {
    fn of(connection: &Connection, status: Option<ConnectionStatus>) -> Self {
        let (url, sign_in, account) = match &connection.kind {
            ConnectionKind::Salesforce(org) => {
                let (sign_in, client_id) = match &org.auth {
                    SalesforceAuth::ClientCredentials { client_id, .. } => ("client credentials", client_id),
                    SalesforceAuth::JwtBearer { client_id, .. } => ("a signed token (JWT bearer)", client_id),
                    SalesforceAuth::Password { client_id, .. } => ("user name and password", client_id),
                };
                (&org.login_url, sign_in, client_id)
            }
            ConnectionKind::Jira(site) => (&site.site_url, "API token", &site.email),
        };
        let side = connection.side().as_str();
        Self { side, url: url.clone(), sign_in, account: account.clone(), status }
    }
}

//! Verifying a connection: who we are there, what answers, and how far its clock is off.

use entente_transport::CallError;
use jiff::Timestamp;
use serde::Deserialize;

use super::account::User;
use super::{Client, Moment};
use crate::request::Request;
use crate::time;

/// What answers at the site. <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-server-info/>
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Server {
    /// The site's own address as Jira knows it.
    #[serde(default)]
    pub base_url: String,
    /// `Cloud` or `Server`; absent from very old answers.
    #[serde(default)]
    pub deployment_type: Option<String>,
    /// The version.
    #[serde(default)]
    pub version: String,
    /// The name that administrators gave the site.
    #[serde(default)]
    pub server_title: String,
    /// Jira's time when it answered.
    #[serde(default, deserialize_with = "time::lenient")]
    pub server_time: Option<Timestamp>,
}

/// A connection that works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The calling account.
    pub myself: User,
    /// What answers.
    pub server: Server,
    /// Whether calls go to the gateway, because the token has scopes.
    pub gateway: bool,
    /// When this was asked, by both clocks.
    pub moment: Moment,
}

impl Client {
    /// Makes sure that the connection works, with the one call that a stranger cannot pass, and that Jira Cloud answers.
    /// Right after the sign-in of the first call this costs one read, later two.
    ///
    /// # Errors
    /// `Auth` with what to check, when the token is refused at the site and at the gateway; `Broken`, when a Data Center
    /// answers.
    pub async fn verify(&self) -> Result<Verified, CallError> {
        let base = self.shared.transport.credential().await?.base;
        let answer = self.send(Request::read("GET /rest/api/3/serverInfo")).await?;
        let (server, moment) = (answer.json::<Server>()?, self.moment(&answer));
        if server.deployment_type.as_deref() == Some("Server") {
            return Err(not_cloud(&server));
        }
        let myself = match self.shared.dialect.take_signed_in_as() {
            Some(user) => user,
            None => self.myself().await?,
        };
        Ok(Verified { myself, server, gateway: base != *self.site_url(), moment })
    }

    /// What answers at the site; strangers may ask this too.
    ///
    /// # Errors
    /// None beyond those of every call.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-server-info/#api-rest-api-3-serverinfo-get>
    pub async fn server(&self) -> Result<Server, CallError> {
        self.fetch(Request::read("GET /rest/api/3/serverInfo")).await
    }
}

fn not_cloud(server: &Server) -> CallError {
    CallError::Broken {
        reason: format!(
            "{} is Jira Data Center {}; this client speaks with Jira Cloud only, so connect a site that ends in .atlassian.net",
            server.base_url, server.version
        ),
    }
}

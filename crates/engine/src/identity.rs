//! Who answers at a connection, and as whom we are known there. Asked each time.

use entente_transport::CallError;
use serde::Serialize;

use crate::{
    Engine, EngineError, doctor,
    outside::{Org, Site},
    report::Finding,
};

/// Both ends of a connection that works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// What the org or the site is called.
    pub name: String,
    /// The org's id; a site has none that people know.
    pub id: Option<String>,
    /// Where all calls go.
    pub instance_url: String,
    /// The org's edition, the site's kind.
    pub kind: Option<String>,
    /// The user that our changes carry.
    pub user: String,
}

impl Engine {
    /// Who answers at a connection.
    ///
    /// # Errors
    /// There is no such connection, or it does not answer.
    pub async fn identity(&self, connection: &str) -> Result<Identity, EngineError> {
        let wiring = self.inner.wiring();
        let asked = match (wiring.orgs.get(connection), wiring.sites.get(connection)) {
            (Some(org), _) => of_org(org).await,
            (None, Some(site)) => of_site(site).await,
            (None, None) => {
                let sentence = format!("There is no connection \"{connection}\" in this configuration.");
                return Err(EngineError::Missing(sentence));
            }
        };
        asked.map_err(EngineError::peer(connection))
    }

    /// Why a connection is not confirmed; none when somebody answers there.
    pub async fn unanswered(&self, connection: &str) -> Option<Finding> {
        let error = self.identity(connection).await.err()?;
        Some(Finding { connection: Some(connection.to_owned()), ..doctor::of_engine(error) })
    }
}

async fn of_org(org: &Org) -> Result<Identity, CallError> {
    let instance = org.client.signed_in().await?.instance_url;
    let (organization, user) = (org.client.organization().await?, org.client.user_info().await?);
    Ok(Identity {
        name: organization.name,
        id: Some(organization.id.as_str().to_owned()),
        instance_url: instance.origin().ascii_serialization(),
        kind: organization.organization_type,
        user: user.preferred_username,
    })
}

async fn of_site(site: &Site) -> Result<Identity, CallError> {
    let verified = site.client.verify().await?;
    Ok(Identity {
        name: verified.server.server_title,
        id: None,
        instance_url: verified.server.base_url,
        kind: verified.server.deployment_type,
        user: verified.myself.display_name,
    })
}

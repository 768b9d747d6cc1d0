//! Asking as a person who is signed in to the site: an app is given a token for them with each of its calls.

use std::sync::Arc;

use entente_transport::{Call, CallError};
use secrecy::SecretString;

use super::Client;
use crate::dialect::{Tenant, classify};
use crate::limits::PACE;
use crate::site::ConnectionProblem;

const TENANT: &str = "GET /_edge/tenant_info";

impl Client {
    /// The site's cloud id, by which Atlassian names it in tokens and on its gateway. Strangers may ask this too, so
    /// nothing is signed in for it.
    ///
    /// # Errors
    /// `Broken`, when the site does not say it.
    /// <https://support.atlassian.com/jira/kb/retrieve-my-atlassian-sites-cloud-id/>
    pub async fn cloud_id(&self) -> Result<String, CallError> {
        let url = self.site_url().join("_edge/tenant_info");
        let url = url.map_err(|_| CallError::Broken { reason: "the site's address cannot be extended".into() })?;
        let answer = self.send_call(Call::get(TENANT, url).anonymous()).await?;
        classify(&answer)?;
        answer.json::<Tenant>().map(|tenant| tenant.cloud_id)
    }

    /// A client that asks the same site as the person of this token, which its gateway alone takes. It shares the way
    /// out with this one, and neither its pace nor its sign-in.
    ///
    /// # Errors
    /// When token or cloud id cannot be sent.
    pub fn as_user(&self, cloud_id: &str, token: &SecretString) -> Result<Self, ConnectionProblem> {
        let shared = &self.shared;
        let dialect = Arc::new(shared.dialect.as_user(cloud_id, token)?);
        let (wire, clock, rng) = (Arc::clone(&shared.wire), Arc::clone(&shared.clock), Arc::clone(&shared.rng));
        Ok(Self::speaking(dialect, shared.egress.clone(), wire, clock, rng, PACE))
    }
}

//! Reading a file's content.
//!
//! Jira answers with a redirect to a signed address on another host, which must be asked without our credentials: it
//! refuses them, and they are none of its business.

use entente_transport::{Call, CallError, Opened};
use http::StatusCode;
use http::header::LOCATION;
use url::Url;

use super::Client;
use crate::request::Request;

const ROUTE: &str = "GET /rest/api/3/attachment/content/{id}";
const REDIRECTS: &[u16] = &[301, 302, 303, 307, 308];

impl Client {
    /// Opens the content of the file with this id. Compare its length with the file's size: a login page would be
    /// another length.
    ///
    /// # Errors
    /// `Gone`, when there is no such file for us; `Broken`, when Jira points to an address that cannot be its store.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/#api-rest-api-3-attachment-content-id-get>
    pub async fn download(&self, attachment_id: &str) -> Result<Opened, CallError> {
        // `redirect=false` has been reported to damage content: https://jira.atlassian.com/browse/JRACLOUD-97046
        let request = Request::read(ROUTE).segment(attachment_id).query("redirect", true).answers(REDIRECTS);
        let opened = self.open_call(request.into_call()?).await?;
        if opened.status == StatusCode::OK {
            return Ok(opened);
        }
        let from = self.shared.transport.credential().await?.base;
        let store = self.store_of(&from, &opened)?;
        // One step and no further: what the store itself redirects to is nobody's that we know.
        self.open_call(Call::get(ROUTE, store.as_str()).anonymous()).await
    }

    /// Where an answer of `from` sends us for the content.
    fn store_of(&self, from: &Url, opened: &Opened) -> Result<Url, CallError> {
        let broken = |why: String| CallError::Broken { reason: format!("Jira points to no usable address: {why}") };
        let location = opened.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        let store = location.and_then(|location| from.join(location).ok()).ok_or_else(|| broken("none".into()))?;
        self.shared.egress.check(&store).map_err(broken)?;
        Ok(store)
    }
}

//! Reading a file's content.
//!
//! Jira answers with a redirect to a signed address on another host, which must be asked without our credentials: it
//! refuses them, and they are none of its business.

use entente_transport::{Call, CallError, Opened};
use http::StatusCode;
use http::header::LOCATION;
use url::Url;

use super::Client;
use crate::limits::REDIRECTS_MAX;
use crate::request::Request;
use crate::site::may_hold_files;

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
        let mut opened = self.open_call(request.into_call()?).await?;
        let mut from = self.shared.transport.credential().await?.base;
        for _ in 0..REDIRECTS_MAX {
            if opened.status == StatusCode::OK {
                return Ok(opened);
            }
            let to = self.target(&from, &opened)?;
            opened = self.open_call(Call::get(ROUTE, to.as_str()).anonymous().answers(REDIRECTS)).await?;
            from = to;
        }
        Err(CallError::Broken {
            reason: format!("the file's address did not lead to it after {REDIRECTS_MAX} redirects"),
        })
    }

    fn target(&self, from: &Url, opened: &Opened) -> Result<Url, CallError> {
        let location = opened.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        let to = location.and_then(|location| from.join(location).ok());
        to.filter(|to| may_hold_files(to, self.site_url())).ok_or_else(|| CallError::Broken {
            reason: "Jira points to no usable address for the file's content".into(),
        })
    }
}

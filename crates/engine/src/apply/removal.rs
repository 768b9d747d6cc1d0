//! The one deletion: of a twin that a test made, when the person who made it asks.

use entente_core::Side;
use entente_jira::IssueId;
use entente_salesforce::RecordId;
use entente_transport::CallError;

use crate::wiring::Wired;

/// Deletes a record. One that is gone already is fine.
pub(crate) async fn delete(wired: &Wired, side: Side, id: &str) -> Result<(), CallError> {
    let broken = || CallError::Broken { reason: format!("{id} is no {side} id") };
    let deleted = match side {
        Side::Salesforce => {
            let id = RecordId::parse(id).map_err(|_| broken())?;
            wired.org.client.delete(&wired.item.salesforce.object, &id).await
        }
        Side::Jira => wired.site.client.delete_issue(id.parse::<IssueId>().map_err(|_| broken())?).await,
    };
    match deleted {
        Err(CallError::Gone { .. }) => Ok(()),
        deleted => deleted,
    }
}

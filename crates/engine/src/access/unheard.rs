//! Calls for a grant of which nobody has heard: a lost request may let somebody in after access was taken away again. Until it
//! can have no effect any more, by the clock of the side it was sent to, the grant is not at rest.

use std::collections::HashSet;

use entente_core::Sides;
use entente_salesforce::Filter;

use super::GRANT;
use crate::{error::EngineError, outside::Site, worker::Worker};

/// The grants for which something may still happen. What was settled before this look reads anything, will not.
pub(super) async fn grants(worker: &Worker, site: &Site) -> Result<HashSet<String>, EngineError> {
    let (org, store) = (&worker.org, worker.store());
    let calls = store.access_calls(&org.name).await?;
    let Some(first) = calls.first() else { return Ok(HashSet::new()) };
    // Any answer tells what time it is there.
    let any = org.find(GRANT, &["Id".to_owned()], Filter::eq("Id", first.grant.as_str())).await;
    any.map_err(EngineError::peer(&org.name))?;
    site.learn_time().await.map_err(EngineError::peer(&site.name))?;
    let now_ms = worker.outside().now_ms();
    let theirs_ms = Sides::new(org.to_their_ms(now_ms), site.to_their_ms(now_ms));
    let at_most_ms = Sides::new(org.to_their_ms(now_ms), site.to_their_ms_at_most(now_ms));
    let until_ms = Sides::new(at_most_ms.salesforce + org.settle_ms, at_most_ms.jira + site.settle_ms);
    store.await_access_calls(&worker.fence()?, &theirs_ms, &until_ms).await?;
    Ok(store.access_calls(&org.name).await?.into_iter().map(|call| call.grant).collect())
}

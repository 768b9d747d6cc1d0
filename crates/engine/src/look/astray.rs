//! Links that an item was given while it was about something else: another connection, another object. To go on would
//! link each pair a second time, or call a record what it is not, so the item rests until its file says what it did.

use entente_core::ConnectedItem;
use entente_store::{Astray, Store};

use crate::{error::EngineError, outside::Org};

/// Why an item cannot go on with the links that it has, and what to do; none when it can.
pub(crate) async fn reason(
    item: &ConnectedItem,
    org: &Org,
    store: &Store,
) -> Result<Option<(String, String)>, EngineError> {
    let object = &item.salesforce.object;
    let described = org.describe(object).await?;
    let prefix = described.object().summary.key_prefix.clone().unwrap_or_default();
    let astray = store.astray(&item.name, &item.salesforce.connection, &item.jira.connection, &prefix).await?;
    Ok(match astray {
        Astray { elsewhere: n @ 1.., connection: Some(connection), .. } => Some((
            format!("{n} of its links are of the connection {connection}, which it does not name any more"),
            format!("Call the connection {connection} again; for another org or site, give the item another name."),
        )),
        Astray { of_others: n @ 1.., record: Some(record), .. } => Some((
            format!("{n} of its links are with records that are no {object}, such as {record}"),
            format!("Write the object that it had; give the item for {object} another name."),
        )),
        _ => None,
    })
}

/// The same, as what keeps a look at the item from its work.
pub(super) async fn refuse(item: &ConnectedItem, org: &Org, store: &Store) -> Result<(), EngineError> {
    match reason(item, org, store).await? {
        Some((what, remedy)) => Err(EngineError::Item { item: item.name.clone(), reason: format!("{what}. {remedy}") }),
        None => Ok(()),
    }
}

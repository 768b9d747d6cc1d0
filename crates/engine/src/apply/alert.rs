//! The mail to the owner of an item. That it was sent is remembered before it is: a mail that nobody heard of is not sent a
//! second time.

use entente_core::{ConnectedItem, alert::Told, config::MailServer, delivery::Letter};
use entente_store::NewEntry;

use crate::{alerts, error::EngineError, outside::Handed, worker::Worker};

/// Tells the owner, and remembers `told`; `before` again where the mail surely did not leave.
pub(crate) async fn tell(
    worker: &Worker,
    server: &MailServer,
    item: &ConnectedItem,
    letter: &Letter,
    before: &Told,
    told: &Told,
) -> Result<(), EngineError> {
    alerts::remember(worker, item, told).await?;
    worker.renew().await?;
    let marker = format!("entente-alert-{}", worker.chance_id());
    let what = match worker.outside().hand_over(server, letter, &marker).await {
        Handed::Accepted(answer) => {
            format!("{} was told by mail that {} waits for somebody: {answer}", letter.to, item.name)
        }
        Handed::Refused(why) => {
            format!("{} could not be told by mail that {} waits for somebody: {why}", letter.to, item.name)
        }
        Handed::Unheard => format!("{} may have been told by mail that {} waits for somebody", letter.to, item.name),
        Handed::NotYet(why) => {
            tracing::warn!(item = item.name, "The mail to {} did not leave and is tried again: {why}", letter.to);
            return alerts::remember(worker, item, before).await;
        }
    };
    let entry = NewEntry {
        kind: "alert".to_owned(),
        org: Some(worker.org.name.clone()),
        item: Some(item.name.clone()),
        text: what,
        ..NewEntry::default()
    };
    worker.store().journal(&[entry], worker.outside().now_ms()).await?;
    Ok(())
}

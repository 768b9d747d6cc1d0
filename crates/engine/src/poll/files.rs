//! News of files. A file moves the stamp of no record, and its links may not be asked for without naming records, so those
//! of all linked records are named: what is found is offered as a hint about the record, without a version.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use entente_store::HintKey;
use jiff::Timestamp;

use super::{Offered, before, cursor, hint, salesforce::advance, salesforce_cursor};
use crate::{
    error::EngineError,
    limits::{ECHO_AGE_MS, SALESFORCE_OVERLAP_SECS},
    wiring::Wired,
    worker::Worker,
};

/// By this name the time of the last question about an object's records is remembered.
fn news_of(object: &str) -> String {
    format!("{object}/ContentDocumentLink")
}

/// Asks for the files of the records of these items, and offers hints about the records that have news.
pub(super) async fn offer(worker: &Worker, offered: &mut Offered, items: &[Arc<Wired>]) -> Result<(), EngineError> {
    let org = &worker.org.name;
    let mut objects: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut asked: BTreeMap<String, Option<Timestamp>> = BTreeMap::new();
    for wired in items.iter().filter(|wired| wired.item.attachments.is_some()) {
        if !wired.scheme().await.is_ok_and(|scheme| scheme.has_files) {
            continue;
        }
        let object = &wired.item.salesforce.object;
        for record in worker.store().linked_records(&wired.item.name).await? {
            objects.entry(record).or_default().insert(object.clone());
        }
        // What was never asked is asked from where its object is.
        let since = match cursor(worker, &salesforce_cursor(&news_of(object))).await? {
            Some(since) => Some(since),
            None => cursor(worker, &salesforce_cursor(object)).await?,
        };
        asked.insert(news_of(object), since);
    }
    let earliest = asked.values().flatten().min().copied();
    let (Some(since), false) = (earliest, objects.is_empty()) else { return Ok(()) };
    let records: Vec<String> = objects.keys().cloned().collect();
    let answer = worker.org.files_changed(&records, before(since, SALESFORCE_OVERLAP_SECS)).await;
    let (found, began) = answer.map_err(EngineError::peer(org))?;
    let news =
        found.into_iter().filter(|file| offered.is_new(org, &file.id, file.version.as_ref(), began, ECHO_AGE_MS));
    let records: BTreeSet<String> = news.map(|file| file.record).collect();
    let mut hints = Vec::new();
    for record in &records {
        let keys = objects.get(record).into_iter().flatten().map(|object| HintKey::record(org, object, record));
        hints.extend(keys.map(|key| hint(worker, key, None)));
    }
    if let Some(began) = began {
        let asked: Vec<&str> = asked.keys().map(String::as_str).collect();
        advance(worker, &asked, began, &hints).await?;
    }
    Ok(())
}

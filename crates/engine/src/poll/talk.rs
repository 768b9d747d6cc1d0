//! News of comments. A comment does not move the stamp of the record that it is about, so comments are asked for
//! themselves: what is found is offered as a hint about the record, without a version.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use entente_core::Side;
use entente_store::{Hint, HintKey};

use super::hint;
use crate::{error::EngineError, outside::Changed, wiring::Wired, worker::Worker};

/// Objects in which comments are, each with the field by which a comment names its record.
pub(super) type Objects = BTreeMap<&'static str, &'static str>;

/// The objects in which the comments of some items' records are.
pub(super) async fn objects(items: &[Arc<Wired>]) -> Objects {
    let mut objects = Objects::new();
    for wired in items.iter().filter(|wired| wired.item.comments.is_some()) {
        let scheme = wired.scheme().await.ok();
        objects.extend(scheme.iter().filter_map(|scheme| scheme.talk.as_ref()).flat_map(|talk| talk.objects()));
    }
    objects
}

/// Hints about the linked records that these comments are about.
pub(super) async fn hints(worker: &Worker, talk: &Objects, comments: &[Changed]) -> Result<Vec<Hint>, EngineError> {
    let org = &worker.org.name;
    let parent =
        |comment: &Changed| comment.fields.get(*talk.get(comment.object.as_str())?)?.as_str().map(str::to_owned);
    let records: BTreeSet<String> = comments.iter().filter_map(parent).collect();
    let records: Vec<String> = records.into_iter().collect();
    let links = worker.store().links_by_records(org, Side::Salesforce, org, &records).await?;
    let mut keys = BTreeSet::new();
    for link in links.iter().filter(|link| link.is_live()) {
        let item = worker.wiring.item(&link.item).map(|wired| &wired.item).filter(|item| item.comments.is_some());
        keys.extend(item.map(|item| (item.salesforce.object.clone(), link.salesforce_id.clone())));
    }
    Ok(keys.into_iter().map(|(object, id)| hint(worker, HintKey::record(org, &object, &id), None)).collect())
}

//! Records that go on in others: what a merge and the conversion of a lead left behind, read for the planner, and how a
//! link is stored that goes on with another record.

use std::collections::BTreeMap;

use entente_core::{
    Base, ConnectedItem, MappingKey, Side, Sides, Value,
    link::{Heir, Succession},
    plan::{CORRELATION, Note, NoteCode},
};
use entente_store::{Hint, HintKey, Link, LinkId, LinkState, LinkUpdate, NewEntry};

use super::Scene;
use crate::{error::EngineError, limits::BACKOFF_FIRST_MS, scheme::CONVERTED, unit::Work, worker::Worker};

/// Completes what the planner knows of records that were merged or converted.
pub(super) async fn load(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    for work in works.iter_mut() {
        let seen = &work.seen.salesforce;
        work.facts.succession = match (&seen.merged_into, &seen.became) {
            (Some(master), _) => {
                let heir = heir(scene, work, &scene.wired.item.name, master).await?;
                Some(Succession::Merged(heir))
            }
            (None, Some(became)) => Some(converted(scene, work, became).await?),
            (None, None) => None,
        };
    }
    Ok(())
}

/// What the item wants to follow of all that a lead became.
async fn converted(
    scene: &Scene<'_>,
    work: &Work,
    became: &BTreeMap<&'static str, String>,
) -> Result<Succession, EngineError> {
    let lacking = |why: String| Succession::Converted { heir: None, lacking: Some(why) };
    let Some(object) = scene.wired.item.on_convert.object() else {
        return Ok(Succession::Converted { heir: None, lacking: None });
    };
    let Some(id) = became.get(object) else { return Ok(lacking(format!("it became no {object}"))) };
    let own = &scene.wired.item;
    let same = |item: &ConnectedItem| {
        let (ours, theirs) = (&own.jira, &item.jira);
        item.salesforce.object == object
            && (&ours.connection, &ours.projects, &ours.issue_type)
                == (&theirs.connection, &theirs.projects, &theirs.issue_type)
    };
    let item = scene.worker.wiring.items_of(&scene.wired.org.name).find(|wired| same(&wired.item));
    let Some(item) = item else {
        return Ok(lacking(format!("no active item pairs {object} with the issues of {}", own.name)));
    };
    let heir = heir(scene, work, &item.item.name, id).await?;
    Ok(Succession::Converted { heir: Some(heir), lacking: None })
}

/// A record that another one goes on in, with the issue that it has under the item already. An issue that is somebody
/// else's there is as much in the way.
async fn heir(scene: &Scene<'_>, work: &Work, item: &str, id: &str) -> Result<Heir, EngineError> {
    let (store, org, site) = (scene.worker.store(), &scene.wired.org.name, &scene.wired.site.name);
    let mut links = store.links_by_records(org, Side::Salesforce, org, &[id.to_owned()]).await?;
    if item != scene.wired.item.name {
        links.extend(store.links_by_records(org, Side::Jira, site, &[work.id(Side::Jira).to_owned()]).await?);
    }
    let held = |link: &Link| link.item == item && !matches!(link.state, LinkState::Unlinked { .. });
    let issue = links.into_iter().find(held).map(|link| link.jira_key);
    Ok(Heir { item: item.to_owned(), id: id.to_owned(), issue })
}

/// A record in which another one goes on takes over that one's link, before it is given an issue of its own.
pub(super) async fn first(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let lone = |work: &&mut Work| work.unit.link.is_none() && work.is_open() && work.unit.ids.jira.is_none();
    let mut lone: Vec<&mut Work> = works.iter_mut().filter(lone).collect();
    let ids: Vec<String> = lone.iter().map(|work| work.id(Side::Salesforce).to_owned()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    for (item, ancestors) in ancestors(scene, &ids).await? {
        let org = &scene.wired.org.name;
        let gone: Vec<String> = ancestors.iter().map(|(id, _)| id.clone()).collect();
        let links = scene.worker.store().links_by_records(org, Side::Salesforce, org, &gone).await?;
        let live =
            |link: &&Link| link.item == item.name && matches!(link.state, LinkState::Active | LinkState::Parked { .. });
        for link in links.iter().filter(live) {
            let heir = ancestors.iter().find(|(id, _)| *id == link.salesforce_id).map(|(_, heir)| heir.as_str());
            let Some(work) = lone.iter_mut().find(|work| Some(work.id(Side::Salesforce)) == heir) else { continue };
            let now_ms = scene.worker.outside().now_ms();
            let hint = hint(scene, &item.salesforce.object, &link.salesforce_id);
            scene.worker.store().offer(&[hint], now_ms).await?;
            let reason = format!("{} goes on in it, and its link comes first", link.salesforce_id);
            work.again(now_ms + BACKOFF_FIRST_MS, reason);
        }
    }
    Ok(())
}

/// Records that go on in one of these, each with that one, by the item whose links they may have.
async fn ancestors<'s>(
    scene: &'s Scene<'_>,
    ids: &[String],
) -> Result<Vec<(&'s ConnectedItem, Vec<(String, String)>)>, EngineError> {
    let (org, own, store) = (&scene.wired.org, &scene.wired.item, scene.worker.store());
    let mut found = Vec::new();
    if store.count_links(Some(&own.name)).await? > 0 {
        let merged = org.merged_into(&own.salesforce.object, ids).await.map_err(EngineError::peer(&org.name))?;
        found.push((own, merged));
    }
    let object = own.salesforce.object.as_str();
    for wired in scene.worker.wiring.items_of(&org.name).filter(|wired| wired.item.on_convert.object() == Some(object))
    {
        let Some((_, field)) = CONVERTED.iter().find(|(became, _)| *became == object) else { continue };
        let converted = org.converted_into(field, ids).await.map_err(EngineError::peer(&org.name))?;
        found.push((&wired.item, converted));
    }
    Ok(found)
}

/// Rests that begin: notes of a link that are not among those that people see already.
pub(crate) async fn rests_that_begin(
    worker: &Worker,
    works: impl Iterator<Item = &Work>,
) -> Result<Vec<(LinkId, String)>, EngineError> {
    let rests = |note: &&Note| note.key.is_none() && matches!(note.code, NoteCode::Left | NoteCode::Converted);
    let rest = |work: &Work| {
        let note = work.plan.notes.iter().find(rests)?;
        Some((work.unit.link.as_ref()?.id, note.text.clone()))
    };
    let mut resting: Vec<(LinkId, String)> = works.filter_map(rest).collect();
    let ids: Vec<LinkId> = resting.iter().map(|(id, _)| *id).collect();
    let known = worker.store().notes(&ids).await?;
    resting.retain(|(id, text)| !known.iter().any(|told| told.link_id == *id && told.note.text == *text));
    Ok(resting)
}

/// A rest that begins is journalled once; a note tells of it from then on.
pub(super) async fn journal_rests(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    for (id, text) in rests_that_begin(scene.worker, works.iter()).await? {
        let work = works.iter_mut().find(|work| work.unit.link.as_ref().is_some_and(|link| link.id == id));
        let entry = NewEntry { kind: "rest".to_owned(), text, ..NewEntry::default() };
        work.into_iter().for_each(|work| work.journal.push(entry.clone()));
    }
    Ok(())
}

/// A link as it is stored when it goes on with another record. Under the same item all that was agreed still counts;
/// under another one, only what the issue shows of its record.
pub(super) fn followed(scene: &Scene<'_>, work: &Work, id: LinkId, item: &str, salesforce_id: &str) -> LinkUpdate {
    let named = MappingKey::named(CORRELATION);
    let shown = work.base.as_ref().and_then(|base| base.get(&named)).map(|agreed| agreed.jira.clone());
    let base = (item != scene.wired.item.name).then(|| {
        let mut base = Base::default();
        base.set(named, Sides::new(Value::Empty, shown.unwrap_or(Value::Empty)));
        base
    });
    LinkUpdate {
        id,
        base,
        read_ms: Sides::new(0, 0),
        versions: Sides::new(None, None),
        state: Some(LinkState::Active),
        jira_key: work.seen.jira.key.clone(),
        follows: Some((item.to_owned(), salesforce_id.to_owned())),
        missing_since: Sides::new(None, None),
        blocked: BTreeMap::new(),
        was_blocked: false,
        judged: None,
        conflicts: Vec::new(),
        notes: Vec::new(),
    }
}

/// What is to be looked at next: the record with which a link goes on; a record whose link has ended, which another item
/// may take.
pub(super) fn next(scene: &Scene<'_>, work: &Work) -> Option<Hint> {
    if let Some((item, id)) = &work.follows {
        let object = &scene.worker.wiring.item(item)?.item.salesforce.object;
        return Some(hint(scene, object, id));
    }
    let is_there = work.seen.salesforce.record().is_some() && work.unlinked.is_some();
    is_there.then(|| hint(scene, &scene.wired.item.salesforce.object, work.id(Side::Salesforce)))
}

fn hint(scene: &Scene<'_>, object: &str, id: &str) -> Hint {
    let org = scene.worker.org.name.clone();
    let key = HintKey { org: org.clone(), connection: org, kind: object.to_owned(), record_id: id.to_owned() };
    Hint { key, version: None, due_ms: scene.worker.outside().now_ms(), priority: 0 }
}

//! Records that go on in others: what a merge and the conversion of a lead left behind, read for the planner, and how a
//! link is stored that goes on with another record.

use std::{collections::BTreeMap, sync::Arc};

use entente_core::{
    Base, ConnectedItem, MappingKey, Side, Sides, Value,
    item::OnMerge,
    link::{Heir, Succession},
    plan::{CORRELATION, Note, NoteCode, Write},
};
use entente_store::{Hint, HintKey, Intent, IntentState, Link, LinkId, LinkState, LinkUpdate, NewEntry};

use entente_transport::CallError;
use jiff::Timestamp;

use super::{Needs, Scene, facts, meet, plan_all, read};
use crate::{
    apply::create,
    error::EngineError,
    limits::BACKOFF_FIRST_MS,
    scheme::CONVERTED,
    unit::{Unit, Work},
    wiring::Wired,
    worker::Worker,
};

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
    let Some(item) = item_of_heirs(scene, &scene.wired.item, object) else {
        return Ok(lacking(format!("no active item pairs {object} with the issues of {}", scene.wired.item.name)));
    };
    let heir = heir(scene, work, &item.name, id).await?;
    Ok(Succession::Converted { heir: Some(heir), lacking: None })
}

/// The item under which links of converted leads go on: the first that pairs what they became with the same issues.
fn item_of_heirs<'s>(scene: &'s Scene<'_>, leads: &ConnectedItem, object: &str) -> Option<&'s ConnectedItem> {
    let same = |item: &&ConnectedItem| {
        let (ours, theirs) = (&leads.jira, &item.jira);
        item.salesforce.object == object
            && (&ours.connection, &ours.projects, &ours.issue_type)
                == (&theirs.connection, &theirs.projects, &theirs.issue_type)
    };
    scene.worker.wiring.items_of(&scene.wired.org.name).map(|wired| &wired.item).find(same)
}

/// Whether the issue that a converted lead still names goes on with what it became.
pub(super) fn has_gone_on(work: &Work, jira_id: &str, held: &[Link]) -> bool {
    let Some(became) = &work.seen.salesforce.became else { return false };
    held.iter().any(|link| link.jira_id == jira_id && became.values().any(|id| *id == link.salesforce_id))
}

/// A record that another one goes on in, with the issue that it has under the item already. An issue that is somebody
/// else's there is as much in the way.
async fn heir(scene: &Scene<'_>, work: &Work, item: &str, id: &str) -> Result<Heir, EngineError> {
    let (store, org, site) = (scene.worker.store(), &scene.wired.org.name, &scene.wired.site.name);
    let mut links = store.links_by_records(org, Side::Salesforce, org, &[id.to_owned()]).await?;
    if item != scene.wired.item.name {
        links.extend(store.links_by_records(org, Side::Jira, site, &[work.id(Side::Jira).to_owned()]).await?);
    }
    if may_have_both(scene, item) {
        links.clear();
    }
    let held = |link: &Link| link.item == item && link.is_kept();
    let issue = links.into_iter().find(held).map(|link| link.jira_key);
    Ok(Heir { item: item.to_owned(), id: id.to_owned(), issue })
}

/// Whether a record may have the issue of one that goes on in it beside its own.
fn may_have_both(scene: &Scene<'_>, item: &str) -> bool {
    item == scene.wired.item.name && scene.wired.item.cardinality.one() == Some(Side::Salesforce)
}

/// The record with which a link goes on is worked on by nobody else until this round has ended. Of several links that
/// would go on with one record, the others come again and find it linked.
pub(super) async fn take_heirs(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    for work in works.iter_mut().filter(|work| work.is_open()) {
        let Some(heir) = work.plan.heir().map(str::to_owned) else { continue };
        match scene.worker.busy.take_record(Side::Salesforce, &scene.wired.org.name, &heir) {
            true => work.unit.heir = Some(heir),
            false => {
                let due_ms = scene.worker.soon(&work.unit);
                work.again(due_ms, format!("{heir}, in which it goes on, is being worked on"));
            }
        }
    }
    ask_for_their_own(scene, works).await
}

/// A record with which a link would go on may have been given an issue of its own, without anybody having heard of it. Where
/// that is there the link does not go on, and until it is certain it waits.
async fn ask_for_their_own(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let following: Vec<usize> = (0..works.len()).filter(|n| own_heir(scene, &works[*n]).is_some()).collect();
    let Some((project, _)) = scene.scheme.project.as_ref().filter(|_| !following.is_empty()) else { return Ok(()) };
    let mut intents = scene.worker.store().open_intents(&scene.wired.org.name).await?;
    intents.retain(|intent| intent.new.side == Side::Jira && intent.state == IntentState::Sent);
    let own = |n: usize| {
        let heir = own_heir(scene, &works[n])?;
        intents.iter().find(|intent| (&intent.new.item, &intent.new.source_id) == (&heir.item, &heir.id))
    };
    let sent: Vec<(usize, &Intent)> = following.into_iter().filter_map(|n| Some((n, own(n)?))).collect();
    if sent.is_empty() {
        return Ok(());
    }
    let outcomes = match create::outcomes(scene, sent.iter().map(|(_, intent)| *intent), project).await {
        Ok(outcomes) => outcomes,
        Err(error) => {
            meet::put_off(scene, works, sent.iter().map(|(n, _)| n), &error);
            return Ok(());
        }
    };
    for ((n, _), outcome) in sent.into_iter().zip(outcomes) {
        let work = &mut works[n];
        match outcome {
            create::Outcome::Made(issue) => {
                work.facts.succession.iter_mut().filter_map(Succession::heir_mut).for_each(|heir| {
                    heir.issue = Some(issue.key.to_string());
                });
                plan_all(scene, std::slice::from_mut(work), Needs::Open).await?;
            }
            create::Outcome::Open { rest_ms } => {
                let due_ms = scene.worker.outside().now_ms() + rest_ms.min(BACKOFF_FIRST_MS);
                work.again(due_ms, "the record in which it goes on may be getting an issue of its own");
            }
            create::Outcome::Never => {}
        }
    }
    Ok(())
}

/// The record with which a link would go on, where that can have one issue only.
fn own_heir<'w>(scene: &Scene<'_>, work: &'w Work) -> Option<&'w Heir> {
    work.unit.heir.as_ref().filter(|_| work.is_open())?;
    work.facts.succession.as_ref()?.heir().filter(|heir| !may_have_both(scene, &heir.item))
}

/// A record in which another one goes on takes over that one's link, before it is given an issue of its own. While it
/// cannot be said whether it is one, it waits.
pub(super) async fn first(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let lone = |work: &Work| work.unit.link.is_none() && work.is_open() && work.unit.ids.jira.is_none();
    let lone: Vec<usize> = (0..works.len()).filter(|n| lone(&works[*n])).collect();
    let ids: Vec<String> = lone.iter().map(|n| works[*n].id(Side::Salesforce).to_owned()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let inherited = match inherited(scene, &ids).await {
        Ok(inherited) => inherited,
        Err(EngineError::Peer { error, .. }) => {
            meet::put_off(scene, works, lone.iter(), &error);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    for Inherited { item, link, heir } in inherited {
        let Some(n) = lone.iter().find(|n| works[**n].id(Side::Salesforce) == heir) else { continue };
        let hint = hint(scene, &item.salesforce.object, &link.salesforce_id);
        scene.worker.store().offer(&[hint], scene.worker.outside().now_ms()).await?;
        let due_ms = scene.worker.later(&works[*n].unit);
        works[*n].again(due_ms, format!("{} goes on in it, and its link comes first", link.salesforce_id));
    }
    Ok(())
}

/// The same for who only tells: records that would be given a twin, and take over a link instead.
pub(crate) async fn spare(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let would = |work: &&mut Work| work.unit.link.is_none() && work.creation(Side::Jira).is_some();
    let mut works: Vec<&mut Work> = works.iter_mut().filter(would).collect();
    let ids: Vec<String> = works.iter().map(|work| work.id(Side::Salesforce).to_owned()).collect();
    for Inherited { item, link, heir } in inherited(scene, &ids).await? {
        // What was merged hands its link over only if its item says so.
        let is_handed_over = item.name != scene.wired.item.name || item.on_merge == OnMerge::Follow;
        let heirs = works.iter_mut().filter(|work| is_handed_over && work.id(Side::Salesforce) == heir);
        heirs.for_each(|work| work.facts.ancestor = Some(link.salesforce_id.clone()));
    }
    for work in works.into_iter().filter(|work| work.facts.ancestor.is_some()) {
        plan_all(scene, std::slice::from_mut(work), Needs::Open).await?;
    }
    Ok(())
}

/// A live link that a record without one may take over.
struct Inherited<'s> {
    /// The item under which it lives.
    item: &'s ConnectedItem,
    link: Link,
    heir: String,
}

async fn inherited<'s>(scene: &'s Scene<'_>, ids: &[String]) -> Result<Vec<Inherited<'s>>, EngineError> {
    let (store, org) = (scene.worker.store(), &scene.wired.org.name);
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let has_links = store.count_links(Some(&scene.wired.item.name)).await? > 0;
    let found = ancestors(scene, ids, has_links).await.map_err(EngineError::peer(org))?;
    let mut inherited = Vec::new();
    for (item, ancestors) in found {
        let gone: Vec<String> = ancestors.iter().map(|(id, _)| id.clone()).collect();
        let links = store.links_by_records(org, Side::Salesforce, org, &gone).await?;
        for link in links.into_iter().filter(|link| link.item == item.name && link.is_live()) {
            let heir = ancestors.iter().find(|(id, _)| *id == link.salesforce_id).map(|(_, heir)| heir.clone());
            inherited.extend(heir.map(|heir| Inherited { item, link, heir }));
        }
    }
    Ok(inherited)
}

/// Records that go on in one of these, each with that one, by the item whose links they may have. A link of a lead comes
/// here only where this item is the one under which it goes on.
async fn ancestors<'s>(
    scene: &'s Scene<'_>,
    ids: &[String],
    has_links: bool,
) -> Result<Vec<(&'s ConnectedItem, Vec<(String, String)>)>, CallError> {
    let (org, own) = (&scene.wired.org, &scene.wired.item);
    let object = own.salesforce.object.as_str();
    let mut found = Vec::new();
    if has_links {
        found.push((own, org.merged_into(object, ids).await?));
    }
    let comes_here = |leads: &ConnectedItem| {
        leads.on_convert.object() == Some(object)
            && item_of_heirs(scene, leads, object).is_some_and(|item| item.name == own.name)
    };
    for wired in scene.worker.wiring.items_of(&org.name).filter(|wired| comes_here(&wired.item)) {
        let Some((_, field)) = CONVERTED.iter().find(|(became, _)| *became == object) else { continue };
        found.push((&wired.item, org.converted_into(field, ids).await?));
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
        Some((work.link_id()?, note.text.clone()))
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
    // Where nothing of what was agreed counts any more, neither does what we did in the issue before.
    let rest_ms = work.unit.link.as_ref().map_or(0, |link| link.read_ms.jira);
    let read_ms = if base.is_some() { after(work.seen.jira.modified) } else { rest_ms };
    LinkUpdate {
        id,
        base,
        read_ms: Sides::new(0, read_ms),
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

/// A link that is to go on with another record, as the round after that will find it; none when that is for another run.
pub(crate) async fn gone_on(scene: &Scene<'_>, work: &Work) -> Result<Option<(Arc<Wired>, Work)>, EngineError> {
    let follows = work.plan.writes.iter().find_map(|write| match write {
        Write::Follow { item, salesforce_id, .. } => Some((item, salesforce_id)),
        _ => None,
    });
    let (Some(link), Some((item, salesforce_id))) = (&work.unit.link, follows) else { return Ok(None) };
    let wired = scene.worker.wiring.item(item).filter(|_| scene.worker.runs(item));
    let Some(wired) = wired.cloned() else { return Ok(None) };
    let update = followed(scene, work, link.id, item, salesforce_id);
    let link = Link {
        item: item.clone(),
        salesforce_id: salesforce_id.clone(),
        state: LinkState::Active,
        read_ms: update.read_ms,
        versions: update.versions,
        missing_since: update.missing_since,
        blocked: update.blocked,
        ..link.clone()
    };
    let scheme = wired.scheme().await?;
    let next = Scene { worker: scene.worker, wired: &wired, scheme: &scheme, round: String::new() };
    let read = read::both(&next, vec![Unit::linked(link)]).await;
    let mut works = read.map_err(|(_, error)| EngineError::peer(&wired.org.name)(error))?;
    facts::load(&next, &mut works).await?;
    if let (Some(work), Some(base)) = (works.first_mut(), update.base) {
        work.base_next = base.clone();
        work.base = Some(base);
    }
    plan_all(&next, &mut works, Needs::Fetched).await?;
    Ok(works.pop().map(|work| (wired.clone(), work)))
}

/// The first moment after the last edit of an issue; a read itself is known to the second only.
pub(crate) fn after(last_edit: Option<Timestamp>) -> i64 {
    last_edit.map_or(0, |at| at.as_millisecond() + 1)
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
    let key = HintKey::record(&scene.worker.org.name, object, id);
    Hint::about(key, scene.worker.outside().now_ms())
}

//! Records without a link find their counterpart, by correlation field or by our own marker, or are known to have none.
//!
//! At the end each open unit either has both ids, or may be created for. The others are passed on to the next item, or
//! parked with a reason.

pub(crate) mod claimants;

use std::collections::{BTreeMap, HashMap};

use entente_core::{Side, Sides, State, filter::Verdict, plan::admits};
use entente_jira::{IssueKey, IssueRef};
use entente_store::{Link, NewEntry, ParkedClass};
use entente_transport::CallError;

use super::{Scene, alike, read, succession};
use crate::{
    error::EngineError,
    limits::BACKOFF_FIRST_MS,
    outside::{SiteIssue, issue_refs},
    unit::{End, Refused, Seen, Work},
};

/// What names the counterpart of a record.
enum Name {
    Id(String),
    Key(IssueKey),
}

pub(super) async fn counterparts(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let mut issues: BTreeMap<usize, Name> = BTreeMap::new();
    let mut records: BTreeMap<usize, String> = BTreeMap::new();
    for (n, work) in works.iter_mut().enumerate() {
        match (work.unit.link.is_some(), work.unit.ids.salesforce.clone(), work.unit.ids.jira.is_some()) {
            (false, Some(id), false) if enters(scene, work, Side::Salesforce) => {
                if let Some(name) = issue_named(scene, work, &id) {
                    issues.insert(n, name);
                }
            }
            (false, None, true) if enters(scene, work, Side::Jira) => {
                let linked_with = before(scene, work).map(|before| before.salesforce_id.clone());
                if let Some(id) = linked_with.or_else(|| claimants::records_named(scene, &work.seen.jira).next()) {
                    records.insert(n, id);
                }
            }
            _ => {}
        }
    }
    unite(works, &mut issues, &mut records);
    fetch_issues(scene, works, &issues).await?;
    claimants::fetch_named(scene, works, &records).await?;
    claimants::fetch(scene, works, &records).await?;
    succession::first(scene, works).await?;
    by_likeness(scene, works).await
}

/// Those that name nobody meet whom they are like, as the item's match rules say.
async fn by_likeness(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let Sides { salesforce, jira: mut records } = alike::twins(scene, works).await?;
    let mut issues = salesforce.into_iter().map(|(n, issue)| (n, Name::Id(issue))).collect();
    unite(works, &mut issues, &mut records);
    fetch_issues(scene, works, &issues).await?;
    claimants::fetch_named(scene, works, &records).await
}

/// Whether a record may enter the item; else its unit is passed on, or done with.
fn enters(scene: &Scene<'_>, work: &mut Work, side: Side) -> bool {
    let in_scope = work.seen.get(side).out_of_scope.is_none();
    // A record that was deleted, or hidden, since the hint was offered: there is nothing to link.
    let Some(record) = work.seen.get(side).record().filter(|_| in_scope) else {
        work.end = End::PassOn;
        return false;
    };
    match admits(&scene.scheme.item, side, record) {
        Verdict::Passes => true,
        // We have made it for an issue, and it shows what that issue had to give: perhaps not what the filter asks for.
        Verdict::Fails if is_unlinked_twin(scene, work, side) => true,
        Verdict::Fails => {
            work.end = End::PassOn;
            false
        }
        Verdict::Unknown(path) => {
            refuse(scene, work, &format!("whether it enters cannot be said: {path} cannot be read"));
            false
        }
    }
}

/// Whether we have made a record for an issue that names it, and nothing has separated the two since.
fn is_unlinked_twin(scene: &Scene<'_>, work: &Work, side: Side) -> bool {
    let is_ours = work.seen.get(side).operation.is_some() && scene.wired.claim(work.id(side)).is_some();
    is_ours && before(scene, work).is_none()
}

/// The link that was dissolved because an end of it was lost, or left the item.
fn before<'w>(scene: &Scene<'_>, work: &'w Work) -> Option<&'w Link> {
    work.unit.before(&scene.wired.item.name)
}

/// The issue that a record was linked with, that it names, or that names the record.
fn issue_named(scene: &Scene<'_>, work: &mut Work, salesforce_id: &str) -> Option<Name> {
    if let Some(before) = before(scene, work) {
        return Some(Name::Id(before.jira_id.clone()));
    }
    if let Some(issue) = scene.wired.claim(salesforce_id) {
        return Some(Name::Id(issue));
    }
    let path = &scene.wired.item.correlation.as_ref()?.salesforce;
    let shown = work.seen.salesforce.record()?.value(path.as_str())?.as_text()?.to_owned();
    match shown.parse() {
        Ok(key) => Some(Name::Key(key)),
        Err(_) => {
            refuse(
                scene,
                work,
                &format!("{path} shows \"{shown}\", which is no issue key; clear it to let an issue be created"),
            );
            None
        }
    }
}

/// Both ends of a pair that came in the same round, each by its own hint, become one unit.
fn unite(works: &mut [Work], issues: &mut BTreeMap<usize, Name>, records: &mut BTreeMap<usize, String>) {
    let lone = |work: &Work| work.unit.link.is_none() && work.unit.ids.salesforce.is_none() && work.end == End::Done;
    let pairs: Vec<(usize, usize)> = (0..works.len())
        .filter(|issue| lone(&works[*issue]))
        .filter_map(|issue| {
            let names_issue = |name: &Name| match name {
                Name::Id(id) => works[issue].id(Side::Jira) == id,
                Name::Key(key) => works[issue].seen.jira.key.as_deref() == Some(key.to_string().as_str()),
            };
            let Some(id) = records.get(&issue) else {
                return Some((*issues.iter().find(|(_, name)| names_issue(name))?.0, issue));
            };
            let is_record = |work: &Work| work.unit.link.is_none() && work.id(Side::Salesforce) == id;
            let is_free = |work: &Work| is_record(work) && work.end == End::Done && work.unit.ids.jira.is_none();
            let record = works.iter().position(is_free)?;
            // One that names another issue is a matter for both of them, not for this pair.
            issues.get(&record).is_none_or(names_issue).then_some((record, issue))
        })
        .collect();
    for (record, issue) in pairs {
        if works[record].unit.ids.jira.is_some() {
            continue;
        }
        let tickets = std::mem::take(&mut works[issue].unit.tickets);
        let id = works[issue].unit.ids.jira.take();
        let seen = std::mem::replace(&mut works[issue].seen.jira, Seen::absent(State::None));
        works[issue].end = End::Refused;
        works[record].unit.tickets.extend(tickets);
        works[record].unit.ids.jira = id;
        works[record].seen.jira = seen;
        issues.remove(&record);
        records.remove(&issue);
    }
}

async fn fetch_issues(scene: &Scene<'_>, works: &mut [Work], names: &BTreeMap<usize, Name>) -> Result<(), EngineError> {
    if names.is_empty() {
        return Ok(());
    }
    let refs = names.values().flat_map(|name| match name {
        Name::Id(id) => issue_refs([id]),
        Name::Key(key) => vec![IssueRef::from(key.clone())],
    });
    let issues = match scene.wired.site.read_marked(refs.collect(), &scene.scheme.jira_ids).await {
        Ok(issues) => issues,
        Err(error) => {
            put_off(scene, works, names.keys(), &error);
            return Ok(());
        }
    };
    let by_id: BTreeMap<String, &SiteIssue> = issues.iter().map(|issue| (issue.id(), issue)).collect();
    let by_key: BTreeMap<String, &SiteIssue> = issues.iter().map(|issue| (issue.key(), issue)).collect();
    let held = held(scene, Side::Jira, &by_id.keys().cloned().collect::<Vec<_>>()).await?;
    let taken = taken_here(scene, Side::Jira, &held);
    for (n, name) in names {
        let named = match name {
            Name::Id(id) => Ok(by_id.get(id).copied()),
            Name::Key(key) => match by_key.get(&key.to_string()) {
                Some(issue) => Ok(Some(*issue)),
                None => by_old_key(scene, key, &issues).await,
            },
        };
        let former = match named {
            Ok(Some(issue)) => former_key(scene, &works[*n], issue, &issues).await,
            _ => Ok(None),
        };
        match (named, former) {
            (Ok(Some(issue)), _) if succession::has_gone_on(&works[*n], &issue.id(), &held) => {
                works[*n].end = End::PassOn;
            }
            (Ok(Some(issue)), Ok(former)) => {
                let shared = is_shared(scene, works, Side::Jira, &issue.id());
                join_issue(scene, &mut works[*n], issue, taken.get(&issue.id()), shared);
                works[*n].seen.jira.former_key = former;
            }
            (Ok(None), _) => not_found(scene, &mut works[*n], name),
            (Err(error), _) | (_, Err(error)) => put_off(scene, works, [n].into_iter(), &error),
        }
    }
    Ok(())
}

/// The key that a record shows, when it is one that its issue had before it moved.
async fn former_key(
    scene: &Scene<'_>,
    work: &Work,
    issue: &SiteIssue,
    issues: &[SiteIssue],
) -> Result<Option<String>, CallError> {
    let shown = || {
        let path = &scene.wired.item.correlation.as_ref()?.salesforce;
        work.seen.salesforce.record()?.value(path.as_str())?.as_text()
    };
    let Some(shown) = shown().filter(|shown| *shown != issue.key()) else { return Ok(None) };
    let Ok(key) = shown.parse::<IssueKey>() else { return Ok(None) };
    let found = by_old_key(scene, &key, issues).await?;
    Ok(found.filter(|found| found.id() == issue.id()).map(|_| shown.to_owned()))
}

/// An issue that has moved answers to its old key under its new one, so by itself it tells which it is.
async fn by_old_key<'i>(
    scene: &Scene<'_>,
    key: &IssueKey,
    issues: &'i [SiteIssue],
) -> Result<Option<&'i SiteIssue>, CallError> {
    let alone = scene.wired.site.read(vec![IssueRef::from(key.clone())], &["updated".to_owned()]).await?;
    Ok(alone.first().and_then(|alone| issues.iter().find(|issue| issue.id() == alone.id())))
}

fn not_found(scene: &Scene<'_>, work: &mut Work, name: &Name) {
    match name {
        Name::Id(_) if before(scene, work).is_some() => work.end = End::PassOn,
        // The last look saw an issue that is gone since: what the record itself names counts, at the next try.
        Name::Id(_) => {
            scene.wired.forget_claim(work.id(Side::Salesforce));
            let due_ms = scene.worker.later(&work.unit);
            work.again(due_ms, "the issue that named it is gone");
        }
        Name::Key(key) => {
            refuse(
                scene,
                work,
                &format!(
                    "it names issue {key}, which was not found; clear the reference to let a new issue be created"
                ),
            );
        }
    }
}

fn join_issue(scene: &Scene<'_>, work: &mut Work, issue: &SiteIssue, holder: Option<&Link>, shared: bool) {
    let seen = read::jira_seen(scene, issue);
    if let Some(what) = &seen.out_of_scope {
        refuse(scene, work, &format!("it names an issue that this item is not about: {what}"));
        return;
    }
    // After a migration of the site, the id that a pair remembers may be that of somebody else's issue.
    let is_strange = |before: &Link| {
        let mut named = claimants::records_named(scene, &seen);
        before.jira_key != issue.key() && !named.any(|id| id == before.salesforce_id)
    };
    if before(scene, work).is_some_and(is_strange) {
        work.end = End::PassOn;
        return;
    }
    match holder {
        Some(link) if link.salesforce_id == work.id(Side::Salesforce) => is_linked_now(scene, work),
        Some(link) if !may_share(scene, Side::Jira) => {
            refuse(scene, work, &format!("it names issue {}, which is linked to {}", issue.key(), link.salesforce_id))
        }
        _ => match claimants::names_another(scene, &seen, work.id(Side::Salesforce)) {
            Some(other) if !may_share(scene, Side::Jira) => {
                refuse(scene, work, &format!("it names issue {}, which names {other}", issue.key()))
            }
            _ => join(scene, work, Side::Jira, issue.id(), seen, shared),
        },
    }
}

/// Whether links of the item may share the record of a side.
fn may_share(scene: &Scene<'_>, side: Side) -> bool {
    scene.wired.item.cardinality.one() == Some(side)
}

/// Project and type are part of how an item finds issues. What an issue of others is.
pub(crate) fn out_of_scope(scene: &Scene<'_>, issue: &SiteIssue) -> Option<String> {
    let project = scene.scheme.project.as_ref().map(|(_, id)| id.as_str());
    let fits =
        issue.named("project", "id") == project && issue.named("issuetype", "id") == scene.scheme.issue_type.as_deref();
    let (project, kind) = (issue.named("project", "key"), issue.named("issuetype", "name"));
    let (project, kind) = (project.unwrap_or_default(), kind.unwrap_or_default());
    (!fits).then(|| format!("{} is of type {kind} in {project}", issue.key()))
}

fn connection<'a>(scene: &'a Scene<'_>, side: Side) -> &'a str {
    match side {
        Side::Salesforce => &scene.wired.org.name,
        Side::Jira => &scene.wired.site.name,
    }
}

/// The links of counterparts, tombstones left out.
async fn held(scene: &Scene<'_>, side: Side, ids: &[String]) -> Result<Vec<Link>, EngineError> {
    let org = &scene.wired.org.name;
    let mut links = scene.worker.store().links_by_records(org, side, connection(scene, side), ids).await?;
    links.retain(Link::is_kept);
    Ok(links)
}

/// Counterparts that have a live link under this item already.
pub(super) async fn taken(scene: &Scene<'_>, side: Side, ids: &[String]) -> Result<HashMap<String, Link>, EngineError> {
    Ok(taken_here(scene, side, &held(scene, side, ids).await?))
}

fn taken_here(scene: &Scene<'_>, side: Side, held: &[Link]) -> HashMap<String, Link> {
    let own = held.iter().filter(|link| link.item == scene.wired.item.name).cloned();
    own.map(|link| match side {
        Side::Salesforce => (link.salesforce_id.clone(), link),
        Side::Jira => (link.jira_id.clone(), link),
    })
    .collect()
}

/// Whether another unit of this very round has the record of a side, and may share it.
fn is_shared(scene: &Scene<'_>, works: &[Work], side: Side, id: &str) -> bool {
    may_share(scene, side) && works.iter().any(|work| work.pair().is_some() && work.id(side) == id)
}

/// The unit has both ends now, unless another round is working on the other end; a unit of this one may share it.
fn join(scene: &Scene<'_>, work: &mut Work, side: Side, id: String, seen: Seen, shared: bool) {
    if !shared && !scene.worker.busy.take_record(side, connection(scene, side), &id) {
        // Of two units that wait for each other, the issue waits longer.
        let due_ms = match side {
            Side::Salesforce => scene.worker.outside().now_ms() + BACKOFF_FIRST_MS,
            Side::Jira => scene.worker.soon(&work.unit),
        };
        work.again(due_ms, "its counterpart is being worked on");
        return;
    }
    *work.unit.ids.get_mut(side) = Some(id);
    *work.seen.get_mut(side) = seen;
}

/// Another round has linked the two while this one was reading.
fn is_linked_now(scene: &Scene<'_>, work: &mut Work) {
    work.again(scene.worker.soon(&work.unit), "it was linked a moment ago");
}

pub(super) fn put_off<'a>(
    scene: &Scene<'_>,
    works: &mut [Work],
    which: impl Iterator<Item = &'a usize>,
    error: &CallError,
) {
    for n in which {
        let due_ms = scene.worker.later_after(&works[*n].unit, error.after());
        works[*n].again(due_ms, error.to_string());
    }
}

/// A record of which nobody can say whether it has a twin gets none until that can be said.
pub(super) fn refuse_unsure(scene: &Scene<'_>, works: &mut [Work]) {
    for work in works.iter_mut().filter(|work| work.is_open() && work.unit.link.is_none()) {
        if let Some(reason) = work.unsure_of_twin().map(|note| note.text.clone()) {
            refuse(scene, work, &reason);
        }
    }
}

/// It has no twin and gets none; people see why. What had one is not spoken of again.
pub(super) fn refuse(scene: &Scene<'_>, work: &mut Work, reason: &str) {
    if before(scene, work).is_some() {
        work.end = End::PassOn;
        return;
    }
    let side = if work.unit.ids.salesforce.is_some() { Side::Salesforce } else { Side::Jira };
    let reason = format!("{side} {}: {reason}", work.name(side));
    work.parked = Some(Refused::new(reason, ParkedClass::Mapping, String::new()));
    work.end = End::Refused;
}

/// The journal's words for a pair that was found, not made.
pub(super) fn matched(scene: &Scene<'_>, work: &Work) -> NewEntry {
    let (kind, why) = match before(scene, work) {
        Some(_) => ("restore", " again, because both are back".to_owned()),
        None => match &work.alike_by {
            Some(rule) => ("link", format!(", which show the same ({rule})")),
            None => ("link", ", one of which names the other".to_owned()),
        },
    };
    NewEntry {
        kind: kind.to_owned(),
        record_id: Some(work.id(Side::Salesforce).to_owned()),
        text: format!("Linked {} and {}{why}", work.name(Side::Salesforce), work.label(Side::Jira)),
        ..NewEntry::default()
    }
}

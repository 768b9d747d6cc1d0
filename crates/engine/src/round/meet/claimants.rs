//! Issues without a link, and the Salesforce records that they belong to: one that the issue names, or one that names it.

use std::collections::{BTreeMap, HashMap};

use entente_core::{ConnectedItem, Record, Side, filter::Verdict, plan::admits};
use entente_jira::IssueKey;
use entente_salesforce::Filter;
use entente_store::Link;
use entente_transport::CallError;

use super::{before, is_linked_now, is_shared, join, may_share, put_off, refuse, taken};
use crate::{
    error::EngineError,
    outside::OrgRow,
    round::{Scene, read},
    unit::{End, Seen, Work},
};

/// The Salesforce records that an issue names: by our marker, by its correlation field.
pub(in crate::round) fn records_named(scene: &Scene<'_>, issue: &Seen) -> impl Iterator<Item = String> {
    named_by(&scene.wired.item, issue.marked.as_deref(), issue.record())
}

/// The same, of what is known of the issue.
pub(crate) fn named_by(
    item: &ConnectedItem,
    marked: Option<&str>,
    issue: Option<&Record>,
) -> impl Iterator<Item = String> + use<> {
    let path = item.correlation.as_ref().map(|correlation| correlation.jira.as_str());
    let shown = path.and_then(|path| issue?.value(path)?.as_text());
    let shown = shown.and_then(|shown| entente_salesforce::RecordId::parse(shown).ok()).map(|id| id.to_string());
    marked.map(str::to_owned).into_iter().chain(shown)
}

/// Whom an issue names, if that is not this record. A clone of a record shows the key of its original's issue.
pub(super) fn names_another(scene: &Scene<'_>, issue: &Seen, salesforce_id: &str) -> Option<String> {
    let named = || records_named(scene, issue);
    named().next().filter(|_| !named().any(|id| id == salesforce_id))
}

/// The records that issues name.
pub(super) async fn fetch_named(
    scene: &Scene<'_>,
    works: &mut [Work],
    ids: &BTreeMap<usize, String>,
) -> Result<(), EngineError> {
    if ids.is_empty() {
        return Ok(());
    }
    let wanted: Vec<String> = ids.values().cloned().collect();
    let rows: HashMap<String, OrgRow> = match read::salesforce(scene, &wanted).await {
        Ok(rows) => rows,
        Err(error) => {
            put_off(scene, works, ids.keys(), &error);
            return Ok(());
        }
    };
    let taken = taken(scene, Side::Salesforce, &wanted).await?;
    for (n, id) in ids {
        match rows.get(id) {
            Some(row) => {
                let shared = is_shared(scene, works, Side::Salesforce, id);
                join_record(scene, &mut works[*n], row, taken.get(id), shared).await;
            }
            None => refuse(scene, &mut works[*n], &format!("it names Salesforce record {id}, which was not found")),
        }
    }
    Ok(())
}

/// Issues that name no record may be named by one: a second record for such an issue would be a double.
pub(super) async fn fetch(
    scene: &Scene<'_>,
    works: &mut [Work],
    named: &BTreeMap<usize, String>,
) -> Result<(), EngineError> {
    let Some(correlation) = scene.wired.item.correlation.as_ref() else { return Ok(()) };
    let field = scene.scheme.salesforce.get(&correlation.salesforce).and_then(|field| field.query_path.as_deref());
    let creates = scene.wired.item.creates_on(Side::Salesforce);
    if !creates {
        return Ok(());
    }
    let nameless = |n: &usize| {
        let work = &works[*n];
        work.unit.link.is_none() && work.is_open() && work.unit.ids.salesforce.is_none() && !named.contains_key(n)
    };
    let wanting: Vec<usize> = (0..works.len()).filter(nameless).collect();
    let Some(field) = field else {
        let reason = format!("whether a record names it cannot be said: {} cannot be read", correlation.salesforce);
        wanting.iter().for_each(|n| refuse(scene, &mut works[*n], &reason));
        return Ok(());
    };
    let keys: Vec<String> = wanting.iter().filter_map(|n| works[*n].seen.jira.key.clone()).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let object = &scene.wired.item.salesforce.object;
    let naming = Filter::is_in(field, keys);
    let rows = match scene.wired.org.find(object, &scene.scheme.salesforce_paths, naming).await {
        Ok(rows) => rows,
        Err(error) => {
            put_off(scene, works, wanting.iter(), &error);
            return Ok(());
        }
    };
    let found: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let taken = taken(scene, Side::Salesforce, &found).await?;
    for n in wanting {
        let key = works[n].seen.jira.key.clone().unwrap_or_default();
        if let Some(row) = rows.iter().find(|row| row.text(field) == Some(key.as_str())) {
            let shared = is_shared(scene, works, Side::Salesforce, &row.id);
            join_record(scene, &mut works[n], row, taken.get(&row.id), shared).await;
        }
    }
    Ok(())
}

async fn join_record(scene: &Scene<'_>, work: &mut Work, row: &OrgRow, holder: Option<&Link>, shared: bool) {
    let seen = read::salesforce_seen(scene, row);
    // What we have made for this very issue is its twin, whatever the filter says.
    let is_ours = seen.operation.is_some() && before(scene, work).is_none();
    let enters =
        is_ours || seen.record().map(|r| admits(&scene.scheme.item, Side::Salesforce, r)) == Some(Verdict::Passes);
    match holder {
        Some(link) if link.jira_id == work.id(Side::Jira) => is_linked_now(scene, work),
        Some(link) if !may_share(scene, Side::Salesforce) => {
            refuse(scene, work, &format!("it names Salesforce record {}, which is linked to {}", row.id, link.jira_key))
        }
        _ => match names_other_issue(scene, work, &seen).await {
            Ok(Some(key)) if !may_share(scene, Side::Salesforce) => {
                refuse(scene, work, &format!("it names Salesforce record {}, which names issue {key}", row.id));
            }
            Ok(_) if !enters && before(scene, work).is_some() => work.end = End::PassOn,
            Ok(_) if !enters => {
                // Should the record enter later, this is its issue.
                scene.wired.remember_claim(&row.id, work.id(Side::Jira));
                work.end = End::PassOn;
            }
            Ok(_) => join(scene, work, Side::Salesforce, row.id.clone(), seen, shared),
            Err(error) => put_off(scene, std::slice::from_mut(work), [0].iter(), &error),
        },
    }
}

/// Which issue a record names, if that is not the issue of this unit. The key may be one from before the issue moved.
async fn names_other_issue(scene: &Scene<'_>, work: &Work, record: &Seen) -> Result<Option<IssueKey>, CallError> {
    let path = scene.wired.item.correlation.as_ref().map(|correlation| correlation.salesforce.as_str());
    let shown = path.and_then(|path| record.record()?.value(path)?.as_text());
    let other = shown.filter(|shown| work.seen.jira.key.as_deref() != Some(shown)).and_then(|shown| shown.parse().ok());
    let Some(key): Option<IssueKey> = other else { return Ok(None) };
    match scene.wired.site.client.issue(key.clone(), &["updated"], &[]).await {
        Ok(found) => Ok((found.issue.id.to_string() != work.id(Side::Jira)).then_some(key)),
        Err(CallError::Gone { .. }) => Ok(Some(key)),
        Err(error) => Err(error),
    }
}

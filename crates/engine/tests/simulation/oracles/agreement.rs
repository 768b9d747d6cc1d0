//! Both sides of every pair show the same, or the difference is an open conflict that waits for a person (I1).

use entente_core::MappingKey;

use super::twins::{by_case, links};
use crate::{
    history::History,
    people::{Field, Place, Record},
    stage::Policy,
};

/// Without a look nobody is told what becomes of an issue in another project: polls ask for those of the items.
pub(super) async fn holds_without_a_look(history: &mut History) -> Result<(), String> {
    let pairs = pairs(history).await.into_iter().filter(|(_, issue)| issue.name.starts_with("OPS-"));
    all_agree(history, pairs.collect()).await.map_err(|why| format!("without a look: {why}"))
}

pub(super) async fn holds(history: &mut History) -> Result<(), String> {
    let pairs = pairs(history).await;
    all_agree(history, pairs).await
}

async fn all_agree(history: &History, pairs: Vec<(Record, Record)>) -> Result<(), String> {
    for (case, issue) in pairs {
        for field in mapped(history) {
            if !agrees(field, &case, &issue) && !is_open(history, field, &case).await {
                let (shown, there) = (case.shows(field), issue.shows(field));
                return Err(format!("{field:?} of {} is \"{shown}\", of {} \"{there}\"", case.name, issue.name));
            }
        }
        // What a person wrote there stays: the key that an issue had before it was moved, also one that is gone since.
        let leads_elsewhere = |key: &String| {
            history.people.moved.values().any(|was| was == key) || history.people.deleted_issues.contains(key)
        };
        let is_named = |key: &String| *key == issue.name || leads_elsewhere(key);
        if !case.names.as_ref().is_some_and(is_named) {
            return Err(format!("{} names {:?}, its issue is {}", case.name, case.names, issue.name));
        }
    }
    Ok(())
}

/// The fields that the item maps now.
pub(super) fn mapped(history: &History) -> Vec<Field> {
    let all = Field::ALL.into_iter();
    all.filter(|field| *field != Field::Description || history.configured.with_description).collect()
}

pub(super) fn agrees(field: Field, case: &Record, issue: &Record) -> bool {
    field.in_jira(case.shows(field)) == issue.shows(field)
}

/// Pairs that are to be kept in agreement: both are there, and nothing has ever parted them.
pub(super) async fn pairs(history: &mut History) -> Vec<(Record, Record)> {
    let issues = history.people.issues().await;
    let by_case = by_case(&issues);
    let cases = history.people.all_cases().await;
    let is_kept =
        |case: &Record| !history.ever_deleted_cases.contains(&case.name) && !history.parted.contains_key(&case.name);
    // What has come into a pair past the filter is found by nobody who has lost the database.
    let is_found = |case: &Record| case.enters || case.operation.is_some() || !history.has_seen("image put back");
    let live = cases.into_iter().filter(is_kept).filter(is_found);
    let pairs = live.filter_map(|case| {
        let issue = (*by_case.get(case.name.as_str())?.first()?).clone();
        Some((case, issue))
    });
    let pairs: Vec<(Record, Record)> = pairs.collect();
    linked_before_they_left(history, pairs).await
}

/// An issue that was moved before anybody had linked it is none of the item's.
async fn linked_before_they_left(history: &History, pairs: Vec<(Record, Record)>) -> Vec<(Record, Record)> {
    if pairs.iter().all(|(_, issue)| issue.name.starts_with("OPS-")) {
        return pairs;
    }
    let links = super::live_links(history).await;
    let is_linked = |issue: &Record| links.iter().any(|link| link.jira_id == issue.id);
    pairs.into_iter().filter(|(_, issue)| issue.name.starts_with("OPS-") || is_linked(issue)).collect()
}

async fn is_open(history: &History, field: Field, case: &Record) -> bool {
    if !history.policies.contains(&Policy::Ask) {
        return false;
    }
    let (salesforce, jira) = (field.name(Place::Salesforce), field.name(Place::Jira));
    let key =
        MappingKey::named(&if field == Field::Status { "status".to_owned() } else { format!("{salesforce}>{jira}") });
    let links = links(history).await;
    let ids: Vec<i64> = links.iter().filter(|link| link.salesforce_id == case.name).map(|link| link.id).collect();
    let open = history.stage.store.conflicts(&ids).await.expect("conflicts");
    open.iter().any(|conflict| conflict.mapping == key)
}

//! At most one twin (I4), a twin for everybody who should have one, and no link dissolved without a deletion (I11).

use std::collections::{BTreeMap, BTreeSet};

use entente_core::Side;
use entente_store::{Link, LinkState};

use crate::{history::History, people::Record};

/// The issues that name each case, by their field or by our marker.
pub(super) fn by_case(issues: &[Record]) -> BTreeMap<&str, Vec<&Record>> {
    let mut by_case: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for issue in issues {
        if let Some(case) = issue.case.as_deref() {
            by_case.entry(case).or_default().push(issue);
        }
    }
    by_case
}

pub(super) async fn at_most_one(history: &mut History) -> Result<(), String> {
    let issues = history.people.issues().await;
    let masters: BTreeSet<&str> = history.people.merged.values().map(String::as_str).collect();
    for (case, twins) in by_case(&issues) {
        // Whose link a person has dissolved may go on with the issue of a case that was merged into it.
        let is_heir = masters.contains(case) && history.parted.contains_key(case);
        if twins.len() > 1 && !is_heir {
            return Err(format!("case {case} has two twins: {twins:#?}"));
        }
    }
    let mut operations = BTreeSet::new();
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for case in history.people.all_cases().await {
        if let Some(operation) = &case.operation
            && !operations.insert(operation.clone())
        {
            return Err(format!("two cases carry operation {operation}"));
        }
        // A deleted case that comes back may name an issue which has got another case meanwhile, and so may one that names
        // an issue by the key which it had before it was moved away and back.
        let is_sure = |key: &&String| {
            !history.ever_deleted_cases.contains(&case.name) && !history.people.moved.contains_key(*key)
        };
        if let Some(key) = case.names.as_ref().filter(is_sure)
            && let Some(other) = named.insert(key.clone(), case.name.clone())
        {
            return Err(format!("issue {key} has two twins: {other} and {}", case.name));
        }
    }
    Ok(())
}

/// A case that passes the filter, and was not deleted in between, has its issue. One that names an issue which people have
/// deleted waits for a person to clear the name.
pub(super) async fn nobody_is_forgotten(history: &mut History) -> Result<(), String> {
    let issues = history.people.issues().await;
    let by_case = by_case(&issues);
    for case in history.people.all_cases().await {
        let names_none = case.names.as_ref().is_some_and(|key| history.people.deleted_issues.contains(key));
        // An issue that was moved before it was linked is none of the item's.
        let names_moved = case.names.as_ref().is_some_and(|key| history.people.moved.values().any(|was| was == key));
        let lost_its_twin = names_none || names_moved || history.widowed.contains(&case.name);
        let is_old = history.ever_deleted_cases.contains(&case.name) || history.parted.contains_key(&case.name);
        if case.enters && !lost_its_twin && !is_old && !by_case.contains_key(case.name.as_str()) {
            return Err(format!("case {} has no twin: {case:?}", case.name));
        }
    }
    Ok(())
}

/// All links, and the tombstones of those whose cases people have made.
pub(crate) async fn links(history: &History) -> Vec<Link> {
    let (store, cases) = (&history.stage.store, &history.people.cases);
    let mut links = store.links_by_records("org", Side::Salesforce, "org", cases).await.expect("links");
    let others = store.links_of_item("support-bugs", 0, 10_000).await.expect("links");
    links.extend(others.into_iter().filter(|link| !cases.contains(&link.salesforce_id)));
    links
}

pub(super) async fn only_the_deleted_are_unlinked(history: &mut History) -> Result<(), String> {
    let deleted: BTreeSet<String> = history.people.deleted_issues.iter().cloned().collect();
    for link in links(history).await {
        if let LinkState::Unlinked { reason } = &link.state
            && !deleted.contains(&link.jira_key)
            && !history.ever_deleted_cases.contains(&link.salesforce_id)
            && !history.parted.contains_key(&link.salesforce_id)
        {
            return Err(format!(
                "{} and {} were parted though both are there: {reason}",
                link.salesforce_id, link.jira_key
            ));
        }
    }
    Ok(())
}

/// What a person has dissolved is not linked again by itself.
pub(super) async fn what_was_parted_stays_parted(history: &mut History) -> Result<(), String> {
    let links = super::live_links(history).await;
    // The link of a case that was merged into it is another one.
    let is_heir = |case: &String| history.people.merged.values().any(|master| master == case);
    let is_again =
        |link: &&Link| history.parted.get(&link.salesforce_id) == Some(&true) && !is_heir(&link.salesforce_id);
    let again = links.iter().find(is_again);
    again.map_or(Ok(()), |link| Err(format!("{} and {} are linked again", link.salesforce_id, link.jira_key)))
}

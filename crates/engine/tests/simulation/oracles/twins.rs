//! At most one twin (I4), a twin for everybody who should have one, and no link dissolved without a deletion (I11).

use std::collections::{BTreeMap, BTreeSet};

use entente_store::{Link, LinkState};

use crate::{history::History, people::Record};

/// The issues that name each case, by their field or by our marker.
pub(super) fn by_case(issues: &[Record]) -> BTreeMap<&str, Vec<&Record>> {
    let mut by_case: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for issue in issues {
        if let Some(case) = issue.source.as_deref().or(issue.names.as_deref()) {
            by_case.entry(case).or_default().push(issue);
        }
    }
    by_case
}

pub(super) async fn at_most_one(history: &mut History) -> Result<(), String> {
    let issues = history.people.issues().await;
    for (case, twins) in by_case(&issues) {
        if twins.len() > 1 {
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
        if let Some(key) = &case.names
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
        let lost_its_twin = names_none || history.widowed.contains(&case.name);
        let is_old = history.ever_deleted_cases.contains(&case.name);
        if case.enters && !lost_its_twin && !is_old && !by_case.contains_key(case.name.as_str()) {
            return Err(format!("case {} has no twin: {case:?}", case.name));
        }
    }
    Ok(())
}

pub(super) async fn links(history: &History) -> Vec<Link> {
    history.stage.store.links_of_item("support-bugs", 0, 10_000).await.expect("links")
}

pub(super) async fn only_the_deleted_are_unlinked(history: &mut History) -> Result<(), String> {
    let deleted: BTreeSet<String> = history.people.deleted_issues.iter().cloned().collect();
    for link in links(history).await {
        if let LinkState::Unlinked { reason } = &link.state
            && !deleted.contains(&link.jira_key)
            && !history.ever_deleted_cases.contains(&link.salesforce_id)
        {
            return Err(format!(
                "{} and {} were parted though both are there: {reason}",
                link.salesforce_id, link.jira_key
            ));
        }
    }
    Ok(())
}

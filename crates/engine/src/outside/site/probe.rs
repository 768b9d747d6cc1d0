//! Issues that Entente created and was not told of: looked for by key and recognised by their marker.

use std::collections::{BTreeMap, BTreeSet};

use entente_jira::{
    Issue, IssueKey, IssueRef, Search,
    jql::{self, Jql},
};
use entente_transport::CallError;

use super::{ORIGIN_PROPERTY, Site, SiteIssue};
use crate::limits::PROBE_MISSES_MAX;

impl Site {
    /// The highest issue number known in a project: any issue created from now on has a higher one.
    pub(crate) async fn floor(&self, project: &str) -> Result<u64, CallError> {
        if let Some(floor) = self.floors.lock().get(project).copied() {
            return Ok(floor);
        }
        let jql = Jql::project_in([project]).order_by(jql::Field::KEY, jql::Order::Descending);
        let mut search = Search::new(jql, ["updated"]);
        search.page_rows = 1;
        let newest = self.client.search(search).next().await?;
        if let Some(page) = &newest {
            self.read_ms(page.moment);
        }
        let newest = newest.and_then(|page| page.issues.into_iter().next()).and_then(|issue| issue.key);
        let floor = newest.filter(|key| key.project() == project).map_or(0, |key| key.number());
        self.raise_floor(project, floor);
        Ok(floor)
    }

    /// Learns of an issue number.
    pub(crate) fn raise_floor(&self, project: &str, number: u64) {
        let mut floors = self.floors.lock();
        let floor = floors.entry(project.to_owned()).or_default();
        *floor = (*floor).max(number);
    }

    /// The highest number that this process has seen in a project.
    pub(crate) fn floor_known(&self, project: &str) -> u64 {
        self.floors.lock().get(project).copied().unwrap_or_default()
    }

    /// Looks for created issues by their marker, from a number on, until past the highest number known and a long run
    /// of numbers that name no issue. Reads by key are consistent; a search would not be. A project that cannot be seen any
    /// more has told nothing: its issues are left out without a word.
    pub(crate) async fn probe(&self, project: &str, floor: u64) -> Result<BTreeMap<String, SiteIssue>, CallError> {
        #[cfg(feature = "simulation")]
        if entente_core::wrong::is(entente_core::wrong::Wrong::SearchOnlyProbe) {
            return self.search_markers(project).await;
        }
        let (mut found, mut misses, mut next) = (BTreeMap::new(), 0, floor + 1);
        while misses < PROBE_MISSES_MAX || next <= self.floor_known(project) {
            let numbers = next..next + 100;
            let keys: Vec<IssueRef> =
                numbers.clone().filter_map(|number| IssueKey::new(project, number)).map(IssueRef::from).collect();
            let issues = self.read_marked(keys, &["updated".to_owned(), "created".to_owned()]).await?;
            // An issue that was moved away answers to its old key with a number of another project: its marker counts.
            let key = |issue: &SiteIssue| issue.issue.key.clone().filter(|key| key.project() == project);
            let seen: BTreeSet<u64> = issues.iter().filter_map(|issue| Some(key(issue)?.number())).collect();
            for number in numbers {
                misses = if seen.contains(&number) { 0 } else { misses + 1 };
            }
            #[cfg(feature = "simulation")]
            if entente_core::wrong::is(entente_core::wrong::Wrong::ProbeStopsEarly)
                && let Some(gap) = (next..next + 100).find(|number| !seen.contains(number))
            {
                let is_before = |issue: &SiteIssue| key(issue).is_some_and(|key| key.number() < gap);
                let issues = issues.into_iter().filter(is_before);
                found.extend(issues.filter_map(|issue| Some((origin_operation(&issue.issue)?.to_owned(), issue))));
                return Ok(found);
            }
            seen.iter().for_each(|number| self.raise_floor(project, *number));
            let marked = |issue: SiteIssue| Some((origin_operation(&issue.issue)?.to_owned(), issue));
            found.extend(issues.into_iter().filter_map(marked));
            next += 100;
        }
        match self.client.project(project).await {
            Err(CallError::Gone { reason }) => Err(CallError::NotApplied { after: None, reason }),
            seen => seen.map(|_| found),
        }
    }
}

#[cfg(feature = "simulation")]
impl Site {
    /// The issues with a marker that a search shows: what a probe must not rely on.
    async fn search_markers(&self, project: &str) -> Result<BTreeMap<String, SiteIssue>, CallError> {
        let mut search = Search::new(Jql::project_in([project]), ["updated", "created"]);
        search.properties = vec![ORIGIN_PROPERTY.to_owned()];
        let (mut pages, mut found) = (self.client.search(search), BTreeMap::new());
        while let Some(page) = pages.next().await? {
            for issue in page.issues {
                if let Some(op) = origin_operation(&issue).map(str::to_owned) {
                    found.insert(op, SiteIssue { issue, read_ms: 0 });
                }
            }
        }
        Ok(found)
    }
}

/// The operation in an issue's marker.
pub(crate) fn origin_operation(issue: &Issue) -> Option<&str> {
    issue.properties.get(ORIGIN_PROPERTY)?.get("op")?.as_str()
}

/// The Salesforce record in an issue's marker.
pub(crate) fn origin_source(issue: &Issue) -> Option<&str> {
    issue.properties.get(ORIGIN_PROPERTY)?.get("source")?.as_str()
}

//! What earlier items of the document take: a record belongs to the first item whose filter and project fit.
//!
//! A look at one item must not offer, count or show as its candidate what a round would hand to another.

use std::sync::Arc;

use entente_core::{Side, filter::Verdict, item::Mode, plan::admits};
use entente_store::Link;

use crate::{
    outside::{OrgRow, SiteIssue},
    round::Scene,
    scheme::Scheme,
    translate,
    wiring::Wired,
};

/// The items of the same org that stand before the one that is looked at, as far as their names could be resolved.
pub(crate) struct Earlier {
    items: Vec<(Arc<Wired>, Arc<Scheme>)>,
}

impl Earlier {
    pub(crate) async fn before(scene: &Scene<'_>) -> Self {
        let own = &scene.wired.item.name;
        let mut items = Vec::new();
        for wired in scene.worker.wiring.items_of(&scene.wired.org.name).take_while(|wired| wired.item.name != *own) {
            // Display-only links are free: such an item takes nothing away.
            if wired.item.mode == Mode::DisplayOnly {
                continue;
            }
            match wired.scheme().await {
                Ok(scheme) => items.push((wired.clone(), scheme)),
                Err(error) => tracing::debug!(item = wired.item.name, "What it takes is not known: {error}"),
            }
        }
        Self { items }
    }

    fn of_records<'a>(&'a self, scene: &'a Scene<'_>) -> impl Iterator<Item = &'a (Arc<Wired>, Arc<Scheme>)> {
        self.items.iter().filter(|(wired, _)| wired.item.salesforce.object == scene.wired.item.salesforce.object)
    }

    fn of_issues<'a>(&'a self, scene: &'a Scene<'_>) -> impl Iterator<Item = &'a (Arc<Wired>, Arc<Scheme>)> {
        self.items.iter().filter(|(wired, scheme)| {
            wired.site.name == scene.wired.site.name
                && scheme.project == scene.scheme.project
                && scheme.issue_type == scene.scheme.issue_type
        })
    }

    /// What to read of each record, so that their filters can be judged too.
    pub(crate) fn salesforce_paths(&self, scene: &Scene<'_>) -> Vec<String> {
        let theirs = self.of_records(scene).flat_map(|(_, scheme)| &scheme.salesforce_paths);
        union(&scene.scheme.salesforce_paths, theirs)
    }

    /// What to read of each issue, so that their filters can be judged too.
    pub(super) fn jira_ids(&self, scene: &Scene<'_>) -> Vec<String> {
        union(&scene.scheme.jira_ids, self.of_issues(scene).flat_map(|(_, scheme)| &scheme.jira_ids))
    }

    /// Whether a record without a live link is for another item to take.
    pub(crate) fn take_record(&self, scene: &Scene<'_>, row: &OrgRow, ended: &[Link]) -> bool {
        self.of_records(scene).filter(|(wired, _)| !has_ended(wired, ended)).any(|(_, scheme)| {
            let record = translate::salesforce::record(scheme.salesforce.values(), &row.fields);
            admits(&scheme.item, Side::Salesforce, &record) != Verdict::Fails
        })
    }

    /// Whether an issue without a live link is for another item to take.
    pub(super) fn take_issue(&self, scene: &Scene<'_>, issue: &SiteIssue, ended: &[Link]) -> bool {
        self.of_issues(scene).filter(|(wired, _)| !has_ended(wired, ended)).any(|(_, scheme)| {
            let record = translate::jira::record(scheme.jira.values(), &issue.issue.fields);
            admits(&scheme.item, Side::Jira, &record) != Verdict::Fails
        })
    }
}

/// What was unlinked is not linked again under the same item.
fn has_ended(wired: &Wired, links: &[Link]) -> bool {
    links.iter().any(|link| link.item == wired.item.name)
}

fn union<'a>(own: &'a [String], theirs: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut all: Vec<String> = own.iter().chain(theirs).cloned().collect();
    all.sort();
    all.dedup();
    all
}

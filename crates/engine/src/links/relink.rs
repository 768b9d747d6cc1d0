//! Links whose issues have other ids since their site was migrated are pointed to them again: keys outlive a migration.
//!
//! Nothing is written to a vendor. What was agreed stays, so that the rounds which follow write only what has changed since.

use std::collections::{BTreeMap, BTreeSet};

use entente_core::{
    Side,
    files::{File, Name},
    item::BaseForm,
};
use entente_jira::{IssueKey, IssueRef};
use entente_store::{Hint, HintKey, Link, NewEntry, Relink};
use serde::Serialize;

use super::make::unknown_item;
use crate::{
    Engine, EngineError,
    limits::{PERSON_PRIORITY, ROUND_LINKS_MAX},
    outside::{SiteIssue, origin_source},
    round::meet::claimants::named_by,
    scheme::Scheme,
    translate,
    wiring::Wired,
};

/// What became of an item's links.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Relinked {
    /// Links that go on with another id.
    pub relinked: u64,
    /// Links whose issue has the id that it had.
    pub unchanged: u64,
    /// Links that stay as they are because their issue was not found: why, in a sentence each.
    pub left: Vec<String>,
}

/// What one link goes on with.
enum Found {
    /// The issue that it had.
    Same,
    /// The issue of this id.
    Now(String),
    /// Nobody that it could be.
    Nobody(String),
}

impl Engine {
    /// Points the links of an item to the issues that have their keys now, and lets the item run again.
    ///
    /// # Errors
    /// There is no such item, a side does not answer, or the store.
    pub async fn relink(&self, item: &str, by: &str) -> Result<Relinked, EngineError> {
        let wiring = self.inner.wiring();
        let wired = wiring.item(item).ok_or_else(|| unknown_item(&wiring, item))?;
        wired.site.verify().await?;
        wired.forget_scheme();
        let scheme = wired.scheme().await?;
        let (mut report, mut moves, mut left, mut after) = (Relinked::default(), Vec::new(), Vec::new(), 0);
        loop {
            let links = self.inner.store.links_of_item(item, after, ROUND_LINKS_MAX).await?;
            let Some(last) = links.last() else { break };
            after = last.id;
            for (link, found) in found(wired, &scheme, links).await? {
                match found {
                    Found::Same => report.unchanged += 1,
                    Found::Now(jira_id) => moves.push((link, jira_id)),
                    Found::Nobody(why) => left.push((link, why)),
                }
            }
        }
        leave_taken(&mut moves, &mut left);
        report.relinked = moves.len() as u64;
        report.left = left.into_iter().map(|(link, why)| format!("link {}: {why}", link.id)).collect();
        let now_ms = self.inner.outside.now_ms();
        let mut moves: Vec<Relink> = moves.into_iter().map(|(link, id)| act(wired, &link, id, by, now_ms)).collect();
        for page in moves.chunks_mut(ROUND_LINKS_MAX).filter(|_| wired.item.attachments.is_some()) {
            self.find_files(wired, page).await?;
        }
        self.inner.store.relink(&moves, now_ms).await?;
        // What is left would hold it again.
        if report.left.is_empty() && self.inner.store.item_runtime(item).await?.held.is_some() {
            self.resume(item, by).await?;
        }
        self.inner.wake(&wired.org.name).notify_one();
        Ok(report)
    }

    /// Finds the files that were copied, and the copies: they have other ids, too.
    async fn find_files(&self, wired: &Wired, moves: &mut [Relink]) -> Result<(), EngineError> {
        let ids: Vec<String> = moves.iter().map(|relink| relink.to.clone()).collect();
        let mut there = wired.site.files(&ids).await.map_err(EngineError::peer(&wired.site.name))?;
        let folders = self.inner.store.folders(&moves.iter().map(|relink| relink.link).collect::<Vec<_>>()).await?;
        for relink in moves {
            let mut files = there.remove(&relink.to).unwrap_or_default();
            let copies = folders.get(&relink.link).into_iter().flat_map(|folder| &folder.copies);
            for copy in copies {
                let looks =
                    |file: &File| (file.name.as_str(), file.n_bytes) == (Name::of(&copy.name).as_str(), copy.n_bytes);
                let id = if copy.key.origin == Side::Jira { Some(copy.key.file.as_str()) } else { copy.copy() };
                if let (Some(id), Some(n)) = (id, files.iter().position(looks)) {
                    relink.files.push((id.to_owned(), files.remove(n).id));
                }
            }
        }
        Ok(())
    }
}

fn act(wired: &Wired, link: &Link, jira_id: String, by: &str, now_ms: i64) -> Relink {
    let entry = NewEntry {
        kind: "relink".to_owned(),
        org: Some(link.org.clone()),
        item: Some(link.item.clone()),
        link_id: Some(link.id),
        record_id: Some(link.salesforce_id.clone()),
        text: format!("{by} let the link follow {} from the id {} to {jira_id}", link.jira_key, link.jira_id),
        ..NewEntry::default()
    };
    let is_digested = wired.item.base == BaseForm::Hashes;
    let key = HintKey::of(&wired.item, Side::Salesforce, &link.salesforce_id);
    let hint = Hint { key, version: None, due_ms: now_ms, priority: PERSON_PRIORITY };
    Relink { link: link.id, from: link.jira_id.clone(), to: jira_id, files: Vec::new(), is_digested, entry, hint }
}

/// An issue has one link under an item, unless several share it: what would go on with the id of a link that stays where it
/// is, stays too.
fn leave_taken(moves: &mut Vec<(Link, String)>, left: &mut Vec<(Link, String)>) {
    while let Some(n) = moves.iter().position(|(link, id)| {
        let is_free = |(other, _): &(Link, String)| other.jira_id != *id || link.shares == Some(Side::Jira);
        !left.iter().all(is_free)
    }) {
        let (link, id) = moves.remove(n);
        let why = format!("{} has the id {id} now, which another link that stays has, too", link.jira_key);
        left.push((link, why));
    }
}

/// Which issue each link means now.
async fn found(wired: &Wired, scheme: &Scheme, links: Vec<Link>) -> Result<Vec<(Link, Found)>, EngineError> {
    let keys = links.iter().filter_map(|link| link.jira_key.parse::<IssueKey>().ok()).map(IssueRef::from).collect();
    let issues = wired.site.read_marked(keys, &scheme.jira_ids).await.map_err(EngineError::peer(&wired.site.name))?;
    let by_key: BTreeMap<String, &SiteIssue> = issues.iter().map(|issue| (issue.key(), issue)).collect();
    let moved: BTreeSet<String> = issues.iter().map(SiteIssue::id).collect();
    let found = |link: Link| {
        let found = match by_key.get(&link.jira_key) {
            Some(issue) if issue.id() == link.jira_id => Found::Same,
            Some(issue) => match named(wired, scheme, issue) {
                names if names.is_empty() || names.contains(&link.salesforce_id) => Found::Now(issue.id()),
                names => Found::Nobody(format!(
                    "{} names {}, not {}",
                    link.jira_key,
                    names.join(" and "),
                    link.salesforce_id
                )),
            },
            // Its key leads to it under another one: it was moved.
            None if moved.contains(&link.jira_id) => Found::Same,
            None => Found::Nobody(format!("Jira has no {}", link.jira_key)),
        };
        (link, found)
    };
    Ok(links.into_iter().map(found).collect())
}

/// The records that an issue names, by our marker or in its correlation field.
fn named(wired: &Wired, scheme: &Scheme, issue: &SiteIssue) -> Vec<String> {
    let record = translate::jira::record(scheme.jira.values(), &issue.issue.fields);
    named_by(&wired.item, origin_source(&issue.issue), Some(&record)).collect()
}

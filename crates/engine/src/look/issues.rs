//! The Jira side of a look: every issue in scope, and what is known of it before any record has been met.

use std::collections::{HashMap, HashSet};

use entente_core::Side;
use entente_store::Link;

use super::{
    Looked,
    claims::{Claim, Claims},
    earlier::{Earlier, is_live},
    pages::grouped,
};
use crate::{
    error::EngineError,
    outside::{SiteIssue, origin_source},
    report::Progress,
    round::{Scene, read},
    unit::Seen,
};

/// What a scan of the Jira side leaves for the pages.
#[derive(Default)]
pub(super) struct JiraSide {
    /// Every issue in scope, by id.
    pub(super) seen: HashMap<String, Seen>,
    pub(super) ids_by_key: HashMap<String, String>,
    /// Unlinked issues that name a Salesforce record.
    pub(super) claims: Claims,
    /// Issues that have, or had, a link under this item.
    pub(super) linked: HashSet<String>,
    /// Issues that are another item's: linked there, or admitted there before.
    pub(super) elsewhere: HashSet<String>,
}

/// Reads all issues of the item's project and type.
pub(super) async fn scan(
    scene: &Scene<'_>,
    earlier: &Earlier,
    looked: &mut Looked,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<JiraSide, EngineError> {
    let mut side = JiraSide::default();
    let scheme = scene.scheme;
    let (Some((_, project_id)), Some(issue_type)) = (&scheme.project, &scheme.issue_type) else { return Ok(side) };
    let site = &scene.wired.site;
    let mut pages = site.scan(project_id, issue_type, &earlier.jira_ids(scene));
    while let Some(page) = pages.next().await.map_err(EngineError::peer(&site.name))? {
        let read_ms = site.read_ms(page.moment);
        looked.jira_began = looked.jira_began.or(page.moment.theirs.or(Some(page.moment.ours)));
        let issues: Vec<SiteIssue> = page.issues.into_iter().map(|issue| SiteIssue { issue, read_ms }).collect();
        let ids: Vec<String> = issues.iter().map(SiteIssue::id).collect();
        let links = scene.worker.store().links_by_records(&scene.wired.org.name, Side::Jira, &site.name, &ids).await?;
        let mut by_issue = grouped(links, |link| &link.jira_id);
        for issue in issues {
            let links = by_issue.remove(&issue.id()).unwrap_or_default();
            side.add(scene, earlier, &issue, &links);
        }
        progress(Progress { stage: "reading Jira", done: side.seen.len() as u64, total: None });
    }
    Ok(side)
}

impl JiraSide {
    fn add(&mut self, scene: &Scene<'_>, earlier: &Earlier, issue: &SiteIssue, links: &[Link]) {
        let item = &scene.wired.item;
        let seen = read::jira_seen(scene, issue);
        if links.iter().any(|link| link.item == item.name) {
            self.linked.insert(issue.id());
        } else {
            self.claim(scene, issue, &seen);
            let creates = item.creates_on(Side::Salesforce);
            if links.iter().any(is_live) || creates && earlier.take_issue(scene, issue, links) {
                self.elsewhere.insert(issue.id());
            }
        }
        self.ids_by_key.insert(issue.key(), issue.id());
        self.seen.insert(issue.id(), seen);
    }

    /// Remembers the record that an issue names.
    fn claim(&mut self, scene: &Scene<'_>, issue: &SiteIssue, seen: &Seen) {
        let path = scene.wired.item.correlation.as_ref().map(|correlation| correlation.jira.as_str());
        let marked = origin_source(&issue.issue);
        let named = marked.or_else(|| seen.record()?.value(path?)?.as_text());
        if let Some(id) = named.and_then(|named| entente_salesforce::RecordId::parse(named).ok()) {
            let claim = Claim { issue_id: issue.id(), issue_key: issue.key(), marked: marked.is_some() };
            self.claims.add(id.to_string(), claim);
        }
    }
}

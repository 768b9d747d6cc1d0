//! The Jira side of a look: every issue in scope, and what is known of it before any record has been met.

use std::collections::{HashMap, HashSet};

use entente_core::{Side, Workflow, plan::STATUS};
use entente_jira::{Search, SearchPage, SearchPages};
use entente_store::{Link, StoreError};
use entente_transport::CallError;
use jiff::Timestamp;

use super::{
    Looked,
    alike::{self, Index},
    asked,
    claims::{Claim, Claims},
    earlier::Earlier,
    pages::grouped,
};
use crate::{
    error::EngineError,
    outside::{Site, SiteIssue, origin_source},
    report::Progress,
    round::{Scene, read},
    unit::{Seen, was_parted},
    workflow::leads_to,
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
    /// What those that belong to nobody show under the item's match rules.
    pub(super) alike: Index,
}

/// Reads the issues of the item's project and type that it may be about.
pub(super) async fn scan(
    scene: &Scene<'_>,
    earlier: &Earlier,
    looked: &mut Looked,
    last: Option<Timestamp>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<JiraSide, EngineError> {
    let mut side = JiraSide::default();
    let site = &scene.wired.site;
    let mut offered = Workflow::default();
    let Some((mut pages, mut next)) = begin(scene, earlier, last).await? else {
        return Ok(side);
    };
    while let Some(page) = next {
        let read_ms = site.read_ms(page.moment);
        looked.jira_began = looked.jira_began.or(page.moment.theirs.or(Some(page.moment.ours)));
        let issues: Vec<SiteIssue> = page.issues.into_iter().map(|issue| SiteIssue { issue, read_ms }).collect();
        let ids: Vec<String> = issues.iter().map(SiteIssue::id).collect();
        let links = scene.worker.store().links_by_records(&scene.wired.org.name, Side::Jira, &site.name, &ids).await?;
        let mut by_issue = grouped(links, |link| &link.jira_id);
        for issue in issues {
            let links = by_issue.remove(&issue.id()).unwrap_or_default();
            if let Some(status) = issue.named(STATUS, "name") {
                offered.learn_common(status, leads_to(&issue.issue.transitions));
            }
            side.add(scene, earlier, &issue, &links);
        }
        progress(Progress { stage: "reading Jira", done: side.seen.len() as u64, total: None });
        next = pages.next().await.map_err(EngineError::peer(&site.name))?;
    }
    side.claims.settle_all();
    side.alike = alike::index(scene, &side);
    scene.wired.remember_offered(offered);
    Ok(side)
}

/// Whether a status was refused for want of a way: then what the issues offer is read with them.
async fn lacks_ways(scene: &Scene<'_>) -> Result<bool, StoreError> {
    let parked = scene.worker.store().parked_links(Some(&scene.wired.item.name)).await?;
    Ok(parked.iter().flat_map(|link| link.blocked.values()).any(|blocked| blocked.lacks_way))
}

/// The first page, and those after it; none for an item that has no project.
async fn begin(
    scene: &Scene<'_>,
    earlier: &Earlier,
    last: Option<Timestamp>,
) -> Result<Option<(SearchPages, Option<SearchPage>)>, EngineError> {
    let (Some((_, project_id)), Some(issue_type)) = (&scene.scheme.project, &scene.scheme.issue_type) else {
        return Ok(None);
    };
    let fields = earlier.jira_ids(scene);
    let site = &scene.wired.site;
    let transitions = lacks_ways(scene).await?;
    let scan = |asked| {
        let search = Site::search(project_id, issue_type, asked, &fields);
        site.client.search(Search { transitions, ..search })
    };
    if let Some(asked) = asked::issues(scene, last) {
        let mut pages = scan(Some(asked));
        match pages.next().await {
            // Jira refuses to look for a value that it has never heard of: we look for it among all issues.
            Err(CallError::Invalid { .. }) => {}
            page => return Ok(Some((pages, page.map_err(EngineError::peer(&site.name))?))),
        }
    }
    let mut pages = scan(None);
    let page = pages.next().await.map_err(EngineError::peer(&site.name))?;
    Ok(Some((pages, page)))
}

impl JiraSide {
    /// What an issue shows; it has no further counterpart, unless several records may share it.
    pub(super) fn meet(&mut self, scene: &Scene<'_>, issue: &str) -> Option<Seen> {
        match scene.wired.item.cardinality.one() {
            Some(Side::Jira) => {
                self.linked.insert(issue.to_owned());
                self.seen.get(issue).cloned()
            }
            Some(Side::Salesforce) | None => self.seen.remove(issue),
        }
    }

    fn add(&mut self, scene: &Scene<'_>, earlier: &Earlier, issue: &SiteIssue, links: &[Link]) {
        let item = &scene.wired.item;
        let seen = read::jira_seen(scene, issue);
        if links.iter().any(|link| link.item == item.name) {
            self.linked.insert(issue.id());
        } else {
            self.claim(scene, issue, &seen);
            let creates = item.creates_on(Side::Salesforce);
            if links.iter().any(Link::is_live)
                || was_parted(links)
                || creates && earlier.take_issue(scene, issue, links)
            {
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

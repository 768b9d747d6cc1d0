//! What becomes of the pairs that an item has already, under what it says now.

use std::collections::HashSet;

use entente_core::{
    ConnectedItem, Side,
    filter::Verdict,
    item::{Mode, OnLeave},
    plan::admits,
};
use entente_store::{Link, Store};

use super::finding::{error, of_engine, warning};
use crate::{
    error::EngineError,
    limits::ROUND_LINKS_MAX,
    look::astray,
    outside::{Org, OrgRow, Site, SiteIssue},
    report::Finding,
    scheme::Scheme,
    translate,
};

/// What pairs that would part are filed under.
pub(crate) const PARTING: &str = "pairs-part";

/// The pairs of an item, and what they are looked at with.
pub(super) struct Pairs<'a> {
    pub(super) item: &'a ConnectedItem,
    pub(super) org: &'a Org,
    pub(super) site: &'a Site,
    pub(super) people: &'a [(String, String)],
    pub(super) store: &'a Store,
}

impl Pairs<'_> {
    /// Pairs that stop the item, or would part.
    pub(super) async fn examine(&self) -> Vec<Finding> {
        let (astray, parting) = (astray(self.item, self.org, self.store).await, self.parting().await);
        astray.into_iter().chain(parting).collect()
    }

    /// Pairs that the next look would separate, because one of their ends is not the item's any more.
    async fn parting(&self) -> Option<Finding> {
        let item = self.item;
        if item.on_leave != OnLeave::Unlink || item.mode == Mode::DisplayOnly {
            return None;
        }
        match self.count().await {
            Ok((0, _)) => None,
            Ok((parting, links)) => {
                let (project, kind) = (item.jira.projects.first()?, item.jira.issue_type.as_deref()?);
                let message = format!(
                    "item {}: {parting} of {links} pairs would part, as `on_leave: unlink` says: their records do not pass \
                     its filter, or their issues are not of project {project}, type {kind}",
                    item.name
                );
                let remedy = "Write `on_leave: keep` to keep them, or give the item with the new rule another name.";
                Some(warning(PARTING, message, remedy))
            }
            Err(error) => Some(of_engine(error)),
        }
    }

    /// How many pairs would part, and how many there are. A project, type or field that is not there is said elsewhere.
    async fn count(&self) -> Result<(usize, usize), EngineError> {
        let (mut after, mut parting, mut all) = (0, 0, 0);
        let Some((project, kind)) = place(self.item, self.site).await? else { return Ok((0, 0)) };
        let is_filtered = !self.item.salesforce.filter.fields().is_empty();
        let scheme =
            if is_filtered { Scheme::resolve(self.item, self.org, self.site, self.people).await.ok() } else { None };
        loop {
            let links = self.store.links_of_item(&self.item.name, after, ROUND_LINKS_MAX).await?;
            let Some(last) = links.last() else { return Ok((parting, all)) };
            after = last.id;
            all += links.len();
            let mut leaving = self.out_of_place(&links, &project, &kind).await?;
            if let Some(scheme) = &scheme {
                leaving.extend(self.filtered_out(&links, scheme).await?);
            }
            let parts = |link: &&Link| leaving.contains(&link.salesforce_id) || leaving.contains(&link.jira_id);
            parting += links.iter().filter(parts).count();
        }
    }

    /// The issues that are not of the item's project and type.
    async fn out_of_place(&self, links: &[Link], project: &str, kind: &str) -> Result<HashSet<String>, EngineError> {
        let fields = ["project", "issuetype"].map(str::to_owned);
        let ids = links.iter().filter_map(|link| link.jira_id.parse().ok()).collect();
        let issues = self.site.read(ids, &fields).await.map_err(EngineError::peer(&self.site.name))?;
        let fits = |issue: &SiteIssue| {
            issue.named("project", "id") == Some(project) && issue.named("issuetype", "id") == Some(kind)
        };
        Ok(issues.iter().filter(|issue| !fits(issue)).map(SiteIssue::id).collect())
    }

    /// The records that do not pass the item's filter.
    async fn filtered_out(&self, links: &[Link], scheme: &Scheme) -> Result<HashSet<String>, EngineError> {
        let ids: Vec<String> = links.iter().map(|link| link.salesforce_id.clone()).collect();
        let rows = self.org.read(&self.item.salesforce.object, &scheme.salesforce_paths, &ids).await;
        let rows = rows.map_err(EngineError::peer(&self.org.name))?.into_iter();
        let fails = |row: &OrgRow| {
            let record = translate::salesforce::record(scheme.salesforce.values(), &row.fields);
            admits(&scheme.item, Side::Salesforce, &record) == Verdict::Fails
        };
        Ok(rows.filter(fails).map(|row| row.id).collect())
    }
}

/// Pairs of another connection or another object.
async fn astray(item: &ConnectedItem, org: &Org, store: &Store) -> Option<Finding> {
    match astray::reason(item, org, store).await {
        Ok(reason) => {
            let (what, remedy) = reason?;
            Some(error("links-astray", format!("item {}: {what}", item.name), remedy))
        }
        Err(error) => Some(of_engine(error)),
    }
}

/// The ids of the item's project and type.
async fn place(item: &ConnectedItem, site: &Site) -> Result<Option<(String, String)>, EngineError> {
    let key = item.jira.projects.first().map(String::as_str).unwrap_or_default();
    let wanted = item.jira.issue_type.as_deref().unwrap_or_default();
    let Some(project) = site.project(key).await? else { return Ok(None) };
    let kind = project.issue_types.iter().find(|kind| kind.name.eq_ignore_ascii_case(wanted));
    Ok(kind.map(|kind| (project.id.clone(), kind.id.clone())))
}

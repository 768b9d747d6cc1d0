//! What becomes of the pairs that an item has already, under what it says now.

use entente_core::{
    ConnectedItem,
    item::{Mode, OnLeave},
};
use entente_store::Store;

use super::finding::{error, of_engine, warning};
use crate::{
    error::EngineError,
    limits::ROUND_LINKS_MAX,
    look::astray,
    outside::{Org, Site, SiteIssue},
    report::Finding,
};

/// What pairs that would part are filed under.
pub(crate) const PARTING: &str = "pairs-part";

/// Pairs that stop the item, or would part.
pub(super) async fn examine(item: &ConnectedItem, org: &Org, site: &Site, store: &Store) -> Vec<Finding> {
    let (astray, parting) = (astray(item, org, store).await, parting(item, site, store).await);
    astray.into_iter().chain(parting).collect()
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

/// Pairs that the next look would separate, because their issues are not of the item's project and type.
async fn parting(item: &ConnectedItem, site: &Site, store: &Store) -> Option<Finding> {
    if item.on_leave != OnLeave::Unlink || item.mode == Mode::DisplayOnly {
        return None;
    }
    match count(item, site, store).await {
        Ok((0, _)) => None,
        Ok((parting, links)) => {
            let (project, kind) = (item.jira.projects.first()?, item.jira.issue_type.as_deref()?);
            let message = format!(
                "item {}: {parting} of {links} pairs would part, as `on_leave: unlink` says: their issues are not of \
                 project {project}, type {kind}",
                item.name
            );
            let remedy = "Write `on_leave: keep` to keep them, or give the item for the new place another name.";
            Some(warning(PARTING, message, remedy))
        }
        Err(error) => Some(of_engine(error)),
    }
}

/// How many pairs would part, and how many there are. A project or a type that is not there is said elsewhere.
async fn count(item: &ConnectedItem, site: &Site, store: &Store) -> Result<(usize, usize), EngineError> {
    let (mut after, mut parting, mut all) = (0, 0, 0);
    let Some((project, kind)) = place(item, site).await? else { return Ok((0, 0)) };
    loop {
        let links = store.links_of_item(&item.name, after, ROUND_LINKS_MAX).await?;
        let Some(last) = links.last() else { return Ok((parting, all)) };
        after = last.id;
        all += links.len();
        let fields = ["project", "issuetype"].map(str::to_owned);
        let ids = links.iter().filter_map(|link| link.jira_id.parse().ok()).collect();
        let issues = site.read(ids, &fields).await.map_err(EngineError::peer(&site.name))?;
        let fits = |issue: &&SiteIssue| {
            issue.named("project", "id") == Some(project.as_str())
                && issue.named("issuetype", "id") == Some(kind.as_str())
        };
        parting += issues.len() - issues.iter().filter(fits).count();
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

//! After an older image of the database was put back: what was created since is found by its marker before anything is
//! created again.
//!
//! The look itself finds what the search shows and what Salesforce records name. A search may lag, so the issues that are
//! newer than all that the image knows are read by key, which is consistent.

use std::collections::{HashMap, HashSet};

use entente_core::Side;
use entente_jira::IssueKey;
use entente_store::{Hint, Link};

use crate::{error::EngineError, outside::origin_source, wiring::Wired, worker::Worker};

/// Issues that we created and have no link for, by the record they were made for. Empty unless the item recovers, which
/// it does until none of its candidates has such an issue: what is known here is forgotten with this process.
pub(super) async fn run(
    worker: &Worker,
    wired: &Wired,
    candidates: &[Hint],
) -> Result<HashMap<String, String>, EngineError> {
    let (store, item) = (worker.store(), &wired.item.name);
    if !store.is_recovering(item).await? {
        return Ok(HashMap::new());
    }
    let project = wired.scheme().await?.project.as_ref().map(|(key, _)| key.clone());
    let found = match project {
        Some(project) => unlinked(worker, wired, &project).await?,
        None => HashMap::new(),
    };
    let n_wanted = candidates.iter().filter(|hint| found.contains_key(&hint.key.record_id)).count();
    let text = match n_wanted {
        0 => "every issue that was created since has its link again".to_owned(),
        n => format!("{n} issues that were created since were found by their marker; they are linked again"),
    };
    store.recovered(&worker.fence()?, item, n_wanted == 0, &text, worker.outside().now_ms()).await?;
    tracing::warn!(item, "{text}");
    Ok(found)
}

/// The highest issue number that the image knows of.
async fn newest_known(worker: &Worker, wired: &Wired, project: &str) -> Result<u64, EngineError> {
    let keys = worker.store().linked_keys(&wired.site.name).await?;
    let keys = keys.iter().filter_map(|key| key.parse::<IssueKey>().ok());
    Ok(keys.filter(|key| key.project() == project).map(|key| key.number()).max().unwrap_or_default())
}

async fn unlinked(worker: &Worker, wired: &Wired, project: &str) -> Result<HashMap<String, String>, EngineError> {
    let from = newest_known(worker, wired, project).await?;
    let peer = || EngineError::peer(&wired.site.name);
    // So that the probe goes on until past the newest issue, however many lie between.
    wired.site.floor(project).await.map_err(peer())?;
    let marked = wired.site.probe(project, from).await.map_err(peer())?;
    let ids: Vec<String> = marked.values().map(|issue| issue.id()).collect();
    let links = worker.store().links_by_records(&worker.org.name, Side::Jira, &wired.site.name, &ids).await?;
    let linked: HashSet<String> = links.into_iter().filter(Link::is_live).map(|link| link.jira_id).collect();
    let free = marked.values().filter(|issue| !linked.contains(&issue.id()));
    Ok(free.filter_map(|issue| Some((origin_source(&issue.issue)?.to_owned(), issue.id()))).collect())
}

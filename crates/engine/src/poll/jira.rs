//! What has changed in a site: one search for all projects of its items.

use std::{collections::BTreeSet, sync::Arc};

use entente_core::Side;
use entente_store::{Hint, HintKey};
use entente_transport::CallError;

use super::{Offered, before, cursor, discovered, failed, hint, jira_cursor, narrow::Narrow, wake_if};
use crate::{error::EngineError, limits::JIRA_OVERLAP_SECS, outside::Site, wiring::Wired, worker::Worker};

/// Polls a site. Where it does not answer, its cursor stays.
pub(super) async fn poll(worker: &Worker, site: &Site, offered: &mut Offered) -> Result<(), EngineError> {
    if site.held_back().is_some() {
        return Ok(());
    }
    let name = jira_cursor(&site.name);
    let Some(cursor) = cursor(worker, &name).await? else { return Ok(()) };
    let items: Vec<Arc<Wired>> = discovered(worker).filter(|wired| wired.site.name == site.name).cloned().collect();
    let projects = projects(&items).await;
    if projects.is_empty() {
        return Ok(());
    }
    let narrow = Narrow::of(worker, Side::Jira, &items).await?;
    let since = before(cursor, JIRA_OVERLAP_SECS);
    let (changed, began) = match site.updated_since(&projects, &narrow.fields(), since).await {
        Ok(answer) => answer,
        #[cfg(feature = "simulation")]
        Err(_) if entente_core::wrong::is(entente_core::wrong::Wrong::CursorEarly) => {
            (Vec::new(), Some(worker.outside().clock.now()))
        }
        Err(error) => {
            // A project that was archived or hidden makes the whole question invalid: it is not asked about again before
            // it is found again.
            if matches!(error, CallError::Invalid { .. }) {
                items.iter().for_each(|wired| wired.forget_scheme());
            }
            failed(&site.health, &site.name, &error);
            return Ok(());
        }
    };
    let issues = changed.iter().map(|issue| (issue.id.to_string(), &issue.fields));
    let left_out = narrow.left_out(worker, &site.name, issues).await?;
    let hints: Vec<Hint> = changed
        .iter()
        .map(|issue| (issue.id.to_string(), issue.updated().map(|updated| updated.as_millisecond().to_string())))
        .filter(|(id, _)| !left_out.contains(id))
        .filter(|(id, version)| offered.is_new(&site.name, id, version.as_ref(), began, 0))
        .map(|(id, version)| hint(worker, HintKey::issue(&worker.org.name, &site.name, &id), version))
        .collect();
    if let Some(began) = began {
        let value = began.as_millisecond().to_string();
        worker.store().advance(&worker.fence()?, &name, &value, &hints, worker.outside().now_ms()).await?;
        narrow.finish(worker, began).await?;
    }
    site.health.read_to_the_end(worker.outside().clock.now());
    wake_if(worker, !hints.is_empty());
    Ok(())
}

/// The ids of the projects of some items.
async fn projects(items: &[Arc<Wired>]) -> Vec<String> {
    let mut projects = BTreeSet::new();
    for wired in items {
        if let Ok(scheme) = wired.scheme().await {
            projects.extend(scheme.project.as_ref().map(|(_, id)| id.clone()));
        }
    }
    projects.into_iter().collect()
}

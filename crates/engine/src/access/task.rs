//! The task that asks somebody to put a domain on the list: who has it now.

use entente_core::access::{Domain, DomainTask};
use entente_core::config::DomainTaskRoute;

use super::Round;
use crate::error::EngineError;

/// The open task of a domain, with its present owner. One that is not there any more is forgotten.
pub(super) async fn open(round: &mut Round<'_>, domain: &Domain) -> Result<Option<DomainTask>, EngineError> {
    let task = round.tasks.iter().find(|task| task.domain == domain.as_str());
    let Some(name) = task.and_then(|task| task.name.clone()) else { return Ok(None) };
    let owner = match &round.access.domain_task {
        DomainTaskRoute::Jira { .. } => issue(round, &name).await?,
        DomainTaskRoute::Salesforce { .. } => record(round, &name).await?,
    };
    match owner {
        Some(owner) => Ok(Some(DomainTask { name, owner })),
        None => {
            round.worker.store().forget_access_task(&round.worker.fence()?, domain.as_str()).await?;
            round.tasks.retain(|task| task.domain != domain.as_str());
            Ok(None)
        }
    }
}

/// Who has an issue; none when there is no such issue.
async fn issue(round: &Round<'_>, key: &str) -> Result<Option<Option<String>>, EngineError> {
    let Ok(issue) = key.parse::<entente_jira::IssueKey>() else { return Ok(None) };
    let found = round.site.read(vec![issue.into()], &["assignee".to_owned()], false).await.map_err(round.peer())?;
    Ok(found.first().map(|issue| issue.named("assignee", "displayName").map(str::to_owned)))
}

/// Who has a Task; none when there is no such Task.
async fn record(round: &Round<'_>, id: &str) -> Result<Option<Option<String>>, EngineError> {
    let org = &round.worker.org;
    let paths = ["Id".to_owned(), "Owner.Name".to_owned()];
    let found = org.read("Task", &paths, &[id.to_owned()]).await.map_err(EngineError::peer(&org.name))?;
    let owner = |fields: &entente_salesforce::Row| fields.get("Owner")?.get("Name")?.as_str().map(str::to_owned);
    Ok(found.first().map(|row| owner(&row.fields)))
}

//! The task that asks somebody to put a domain on the list: who has it now.

use entente_core::access::{Domain, DomainTask};
use entente_core::config::DomainTaskRoute;

use super::Round;
use crate::error::EngineError;

/// The open task of a domain, with its present owner. One that is not there any more is forgotten.
pub(super) async fn open(round: &mut Round<'_>, domain: &Domain) -> Result<Option<DomainTask>, EngineError> {
    let task = round.tasks.iter().find(|task| task.domain == domain.as_str());
    let Some(name) = task.and_then(|task| task.name.clone()) else { return Ok(None) };
    let found = match &round.access.domain_task {
        DomainTaskRoute::Jira { .. } => issue(round, &name).await?,
        DomainTaskRoute::Salesforce { .. } => record(round, &name).await?,
    };
    match found {
        Some((owner, is_closed)) => Ok(Some(DomainTask { name, owner, is_closed })),
        None => {
            round.worker.store().forget_access_task(&round.worker.fence()?, domain.as_str()).await?;
            round.tasks.retain(|task| task.domain != domain.as_str());
            Ok(None)
        }
    }
}

/// Who has a task, and whether it is closed.
type Seen = (Option<String>, bool);

/// An issue; none when there is no such issue.
async fn issue(round: &Round<'_>, key: &str) -> Result<Option<Seen>, EngineError> {
    let Ok(issue) = key.parse::<entente_jira::IssueKey>() else { return Ok(None) };
    let fields = ["assignee", "status"].map(str::to_owned);
    let found = round.site.read(vec![issue.into()], &fields).await.map_err(round.peer())?;
    Ok(found.first().map(|found| {
        let category = found.issue.fields.get("status").and_then(|status| status.get("statusCategory")?.get("key"));
        (found.named("assignee", "displayName").map(str::to_owned), category.is_some_and(|key| key == "done"))
    }))
}

/// A Task; none when there is no such Task.
async fn record(round: &Round<'_>, id: &str) -> Result<Option<Seen>, EngineError> {
    let org = &round.worker.org;
    let paths = ["Id", "Owner.Name", "IsClosed"].map(str::to_owned);
    let found = org.read("Task", &paths, &[id.to_owned()]).await.map_err(EngineError::peer(&org.name))?;
    let owner = |fields: &entente_salesforce::Row| fields.get("Owner")?.get("Name")?.as_str().map(str::to_owned);
    let is_closed = |fields: &entente_salesforce::Row| fields.get("IsClosed").is_some_and(|closed| *closed == true);
    Ok(found.first().map(|row| (owner(&row.fields), is_closed(&row.fields))))
}

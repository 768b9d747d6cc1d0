//! What an item's statuses mean and which ways lead between them, learned from what every account may read: the
//! project's statuses, the org's status tables, the history of issues, and the transitions that an issue offers.
//!
//! A workflow itself is shown to Jira's administrators only:
//! <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-workflows/>

use entente_core::{Sides, Workflow, plan::STATUS, workflow::Phase};
use entente_jira::{Issue, IssueId, Search, StatusCategory, Transition, jql};
use entente_salesforce::Query;
use entente_transport::CallError;

use crate::{limits::WORKFLOW_ISSUES_MAX, round::Scene};

/// Objects whose statuses say whether they close the record, with the table that says so. For others Salesforce does not
/// tell: <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_casestatus.htm>
const STATUS_TABLES: [(&str, &str, &str); 3] = [
    ("Case", "Status", "CaseStatus"),
    ("Opportunity", "StageName", "OpportunityStage"),
    ("Task", "Status", "TaskStatus"),
];

/// The statuses of both sides; remembered.
pub(crate) async fn statuses(scene: &Scene<'_>) -> Result<Workflow, CallError> {
    let (salesforce, jira) = tokio::try_join!(in_salesforce(scene), in_jira(scene))?;
    let workflow = Workflow::new(Sides::new(salesforce, jira));
    scene.wired.remember_workflow(workflow.clone());
    Ok(workflow)
}

async fn in_jira(scene: &Scene<'_>) -> Result<Vec<(String, Phase)>, CallError> {
    let (Some((_, project)), Some(issue_type)) = (&scene.scheme.project, &scene.scheme.issue_type) else {
        return Ok(Vec::new());
    };
    let types = scene.wired.site.client.project_statuses(project).await?;
    let own = types.into_iter().find(|kind| kind.id == *issue_type).map(|kind| kind.statuses).unwrap_or_default();
    let phase = |category: StatusCategory| match category {
        StatusCategory::New | StatusCategory::Indeterminate => Phase::Open,
        StatusCategory::Done => Phase::Closed,
        StatusCategory::Undefined => Phase::Unknown,
    };
    Ok(own.into_iter().map(|status| (status.name, phase(status.category))).collect())
}

/// By the object's own table, or else only the names that its picklist offers.
async fn in_salesforce(scene: &Scene<'_>) -> Result<Vec<(String, Phase)>, CallError> {
    let Some(status) = &scene.wired.item.status else { return Ok(Vec::new()) };
    let object = &scene.wired.item.salesforce.object;
    let is_own = |(of, field, _): &&(&str, &str, &str)| {
        of.eq_ignore_ascii_case(object) && field.eq_ignore_ascii_case(status.field.as_str())
    };
    if let Some((_, _, table)) = STATUS_TABLES.iter().find(is_own) {
        let query = Query::select(["ApiName", "IsClosed"]).from(*table);
        match scene.wired.org.client.all_rows(&query).await {
            Ok(read) => {
                let phase = |closes: bool| if closes { Phase::Closed } else { Phase::Open };
                let row = |row: entente_salesforce::Row| {
                    Some((row.get("ApiName")?.as_str()?.to_owned(), phase(row.get("IsClosed")?.as_bool()?)))
                };
                return Ok(read.rows.into_iter().filter_map(row).collect());
            }
            // The user may not see the table, or the org has none.
            Err(CallError::Invalid { .. } | CallError::Denied { .. } | CallError::Gone { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let Ok(described) = scene.wired.org.describe(object).await else { return Ok(Vec::new()) };
    let offered = described.field(status.field.as_str()).map(|field| field.picklist_values.as_slice());
    Ok(offered.unwrap_or_default().iter().map(|value| (value.value.clone(), Phase::Unknown)).collect())
}

/// Learns the ways that issues of the item's project and type have gone, and those that one issue offers now. The
/// history may show a way that is closed today: each hop is asked for again before it is taken.
pub(crate) async fn learn_ways(scene: &Scene<'_>, from: &str, offered: &[Transition]) -> Result<Workflow, CallError> {
    let mut workflow = match scene.wired.workflow() {
        Some(workflow) => workflow.as_ref().clone(),
        None => statuses(scene).await?,
    };
    if !workflow.has_ways() {
        for (before, after) in moves(scene).await? {
            workflow.learn(&before, &after);
        }
    }
    let mut offered_now = scene.wired.offered().as_ref().clone();
    offered_now.learn_all(from, leads_to(offered));
    workflow.join(&offered_now);
    workflow.learn_all(from, leads_to(offered));
    scene.wired.remember_offered(offered_now);
    scene.wired.remember_workflow(workflow.clone());
    Ok(workflow)
}

/// The statuses to which transitions lead that can be taken now.
pub(crate) fn leads_to(offered: &[Transition]) -> impl Iterator<Item = &str> {
    offered.iter().filter(|way| way.is_available).map(|way| way.to.name.as_str())
}

/// Where issues of the item begin, as the newest one did; nothing while there is none.
pub(crate) async fn beginning(scene: &Scene<'_>) -> Result<Option<String>, CallError> {
    let Some(newest) = newest(scene, jql::Field::CREATED, 1).await?.pop() else { return Ok(None) };
    let changes = scene.wired.site.client.bulk_changelogs(&[newest.id], &[STATUS]).await?;
    let mut items = changes.into_iter().flat_map(|issue| issue.changes).flat_map(|change| change.items);
    let first = items.find(|item| item.field_id.as_deref() == Some(STATUS));
    let shown = || newest.fields.get(STATUS)?.get("name")?.as_str().map(str::to_owned);
    Ok(first.map_or_else(shown, |first| first.from_string))
}

/// The issues of the item's project and type that were created, or changed, last.
async fn newest(scene: &Scene<'_>, by: jql::Field, n_max: usize) -> Result<Vec<Issue>, CallError> {
    let (Some((project, _)), Some(issue_type)) = (&scene.scheme.project, &scene.scheme.issue_type) else {
        return Ok(Vec::new());
    };
    let jql = jql::Jql::project_in([project.as_str()])
        .and(jql::Jql::issue_type_in([issue_type.parse::<i64>().unwrap_or_default()]))
        .order_by(by, jql::Order::Descending);
    let mut search = Search::new(jql, [STATUS]);
    search.page_rows = n_max;
    let page = scene.wired.site.client.search(search).next().await?;
    Ok(page.map(|page| page.issues).unwrap_or_default())
}

/// Every change of status of the newest issues: one search, one bulk read.
async fn moves(scene: &Scene<'_>) -> Result<Vec<(String, String)>, CallError> {
    let newest = newest(scene, jql::Field::UPDATED, WORKFLOW_ISSUES_MAX).await?;
    let ids: Vec<IssueId> = newest.into_iter().map(|issue| issue.id).collect();
    let changes = scene.wired.site.client.bulk_changelogs(&ids, &[STATUS]).await?;
    let items = changes.into_iter().flat_map(|issue| issue.changes).flat_map(|change| change.items);
    let items = items.filter(|item| item.field_id.as_deref() == Some(STATUS));
    Ok(items.filter_map(|item| Some((item.from_string?, item.to_string?))).collect())
}

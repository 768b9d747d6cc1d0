//! Steps of portal access, carried out. Each may be done twice without harm; what is created is announced before.

use entente_core::{
    Side,
    access::{AccessStep, Domain, GrantReport, GrantStatus, SourceReport},
    config::{Access, AccessSource, DomainTaskRoute},
};
use entente_jira::{Enrolment, NewIssue, Property};
use entente_salesforce::Filter;
use entente_store::OpenTask;
use entente_transport::CallError;
use serde_json::{Map, Value as Json, json};

use crate::{
    access::{GRANT, Round, Row, grants, round::SOURCE_PROPERTY},
    error::EngineError,
    outside::{ORIGIN_PROPERTY, OwnUpdate},
    scheme::ENTENTE_KEY,
    worker::Worker,
};

/// Carries out one step of a grant's plan.
pub(crate) async fn step(round: &mut Round<'_>, row: &mut Row, step: &AccessStep) -> Result<(), EngineError> {
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::AccessUnleased) {
        return carry_out(round, row, step).await;
    }
    // Whoever has lost the lease writes nothing more.
    round.worker.fence()?;
    match step.lingers() {
        Some(side) => announced(round, row, step, side).await,
        None => carry_out(round, row, step).await,
    }
}

/// A step that may take effect though nobody hears of it, announced on disk first.
async fn announced(round: &mut Round<'_>, row: &mut Row, step: &AccessStep, side: Side) -> Result<(), EngineError> {
    let worker = round.worker;
    let is_alone = worker.store().announce_access_call(&worker.fence()?, &row.id, side).await?;
    let done = carry_out(round, row, step).await;
    let was_heard = match &done {
        Ok(()) => true,
        Err(EngineError::Peer { error, .. }) => !error.may_have_happened(),
        Err(_) => false,
    };
    if !was_heard {
        round.unheard.insert(row.id.clone());
    } else if is_alone {
        worker.store().forget_access_call(&worker.fence()?, &row.id, side).await?;
    }
    done
}

async fn carry_out(round: &mut Round<'_>, row: &mut Row, step: &AccessStep) -> Result<(), EngineError> {
    let client = &round.site.client;
    match step {
        AccessStep::AwaitDomain { domain } => open_task(round, domain).await,
        AccessStep::EnsureOrganization { name } => create_organization(round, row, name).await,
        AccessStep::ClaimOrganization { organization } => {
            let Some(source) = &row.source else { return Ok(()) };
            let key = serde_json::to_value(round.key_of(source)).unwrap_or_default();
            client.set_organization_property(&organization.id, SOURCE_PROPERTY, key).await.map_err(round.peer())
        }
        AccessStep::ReportSource { report } => match row.source.clone() {
            Some(source) => show_on_source(round, &source, report).await,
            None => Ok(()),
        },
        AccessStep::AddToDesk { organization, desk } => {
            let id = round.desk(desk).await?.id.clone();
            let added = round.site.client.add_organization_to_desk(&id, &organization.id).await;
            added.map_err(round.peer())?;
            round.desk(desk).await?.organizations.insert(organization.id.clone());
            Ok(())
        }
        AccessStep::EnsureCustomer { email, name } => enrol(round, email, name).await,
        AccessStep::AddMember { organization, customer } => {
            client.add_members(&organization.id, &[customer]).await.map_err(round.peer())
        }
        AccessStep::RemoveMember { organization, customer } => {
            client.remove_members(&organization.id, &[customer]).await.map_err(round.peer())
        }
        AccessStep::ReportStatus { report } => show_on_grant(round, row, report).await,
    }
}

async fn create_organization(round: &mut Round<'_>, row: &Row, name: &str) -> Result<(), EngineError> {
    let Some(source) = &row.source else { return Ok(()) };
    let (worker, now_ms) = (round.worker, round.worker.outside().now_ms());
    worker.store().announce_organization(&worker.fence()?, &source.record, name, now_ms).await?;
    let made = round.site.client.create_organization(name).await;
    // Whatever became of it, the list is read again before anything is decided.
    round.organizations = None;
    made.map(drop).map_err(round.peer())
}

async fn enrol(round: &mut Round<'_>, email: &str, name: &str) -> Result<(), EngineError> {
    match round.site.client.create_customer(email, name).await.map_err(round.peer())? {
        Enrolment::New(user) => {
            round.enrolled.insert(email.to_lowercase(), user.account_id);
            Ok(())
        }
        Enrolment::Taken => {
            let reason = format!(
                "{email} has an account that Jira does not show to Entente; add it by hand to the service desk's customers"
            );
            Err(round.peer()(CallError::Denied { reason }))
        }
    }
}

/// Shows on a source record which organization it has, and who is in it.
pub(crate) async fn show_on_source(
    round: &mut Round<'_>,
    source: &grants::SourceRow,
    report: &SourceReport,
) -> Result<(), EngineError> {
    let (worker, org) = (round.worker, &round.worker.org);
    let state = report.state.map(|state| round.access.texts.of_state(state));
    let fields = fields(json!({
        grants::ORGANIZATION_ID: report.organization,
        grants::VALIDATED_CUSTOMERS: report.n_members,
        grants::ACCESS_STATE: state,
    }));
    let update = OwnUpdate { id: source.record.clone(), fields };
    org.update_own(&source.source.object, vec![update])
        .await
        .into_iter()
        .collect::<Result<(), _>>()
        .map_err(EngineError::peer(&org.name))?;
    if report.organization.is_some() {
        worker.store().forget_organization(&worker.fence()?, &source.record).await?;
    }
    round.shown.insert(source.record.clone(), report.clone());
    Ok(())
}

async fn show_on_grant(round: &Round<'_>, row: &mut Row, report: &GrantReport) -> Result<(), EngineError> {
    let org = &round.worker.org;
    let organization = report.organization.as_ref();
    let finished = (report.status != GrantStatus::Requested).then(|| round.worker.outside().clock.now().to_string());
    let fields = fields(json!({
        grants::STATUS: round.access.texts.of_status(report.status),
        grants::REASON: Some(&report.reason).filter(|reason| !reason.is_empty()),
        grants::ORGANIZATION: organization.map(|organization| &organization.name),
        grants::GRANT_ORGANIZATION_ID: organization.map(|organization| &organization.id),
        grants::ACCOUNT: report.account,
        grants::CUSTOMER_ID: report.customer,
        grants::FINISHED_AT: finished,
    }));
    let update = OwnUpdate { id: row.id.clone(), fields };
    let updated: Result<(), CallError> = org.update_own(GRANT, vec![update]).await.into_iter().collect();
    updated.map_err(EngineError::peer(&org.name))?;
    row.grant.shown = report.clone();
    Ok(())
}

/// Asks somebody for a domain, once.
async fn open_task(round: &mut Round<'_>, domain: &Domain) -> Result<(), EngineError> {
    let worker = round.worker;
    let (operation, now_ms) = (worker.chance_id(), worker.outside().now_ms());
    let route = round.access.domain_task.clone();
    let floor = match &route {
        DomainTaskRoute::Jira { project, .. } => Some(round.site.floor(project).await.map_err(round.peer())?),
        DomainTaskRoute::Salesforce { .. } => None,
    };
    let floor = floor.and_then(|floor| i64::try_from(floor).ok());
    let fence = worker.fence()?;
    let task = worker.store().announce_access_task(&fence, domain.as_str(), &operation, floor, now_ms).await?;
    let is_new = task.operation == operation;
    let opened = match &route {
        DomainTaskRoute::Jira { .. } => open_issue(round, domain, &task, &route, is_new).await,
        DomainTaskRoute::Salesforce { owner } => open_record(round, domain, &task, owner).await,
    };
    match opened {
        Ok(name) => {
            worker.store().open_access_task(&worker.fence()?, domain.as_str(), &name).await?;
            round.tasks.retain(|task| task.domain != domain.as_str());
            round.tasks.push(OpenTask { name: Some(name), ..task });
            Ok(())
        }
        Err(error) => {
            let had_no_effect = matches!(&error, EngineError::Peer { error, .. } if !error.may_have_happened());
            if is_new && had_no_effect {
                worker.store().forget_access_task(&worker.fence()?, domain.as_str()).await?;
            }
            Err(error)
        }
    }
}

fn subject(domain: &Domain) -> String {
    format!("Allow people of {domain} into the customer portal")
}

fn description(domain: &Domain) -> String {
    format!(
        "Portal access was requested for somebody of {domain}, which is not on Entente's list of domains. If they may be let \
         in, put it there: entente domains add {domain}. Every request for the domain then goes on by itself."
    )
}

/// An issue, unless the one that was announced before is found.
async fn open_issue(
    round: &Round<'_>,
    domain: &Domain,
    task: &OpenTask,
    route: &DomainTaskRoute,
    is_new: bool,
) -> Result<String, EngineError> {
    let DomainTaskRoute::Jira { project, issue_type, assignee } = route else { return Ok(String::new()) };
    if !is_new {
        let floor = task.probe_floor.and_then(|floor| u64::try_from(floor).ok()).unwrap_or_default();
        let found = round.site.probe(project, floor).await.map_err(round.peer())?;
        if let Some(issue) = found.get(&task.operation) {
            return Ok(issue.key());
        }
        let settled_ms = task.announced_ms + round.site.settle_ms;
        if round.worker.outside().now_ms() < settled_ms {
            let reason = format!("the task for {domain} may still appear in {project}");
            return Err(round.peer()(CallError::NotApplied { after: None, reason }));
        }
    }
    let mut fields = fields(json!({
        "project": { "key": project },
        "issuetype": { "name": issue_type },
        "summary": subject(domain),
        "description": { "type": "doc", "version": 1, "content": [
            { "type": "paragraph", "content": [{ "type": "text", "text": description(domain) }] } ] },
    }));
    if let Some(assignee) = assignee {
        fields.insert("assignee".to_owned(), json!({ "accountId": account(round, assignee).await? }));
    }
    let origin = json!({ "op": task.operation, "source": domain.as_str() });
    let properties = vec![Property { key: ORIGIN_PROPERTY.to_owned(), value: origin }];
    let created = round.site.client.create(&NewIssue { fields, properties, history: None }).await;
    let created = created.map_err(round.peer())?;
    round.site.raise_floor(project, created.key.number());
    Ok(created.key.to_string())
}

/// An account by its id or its e-mail address.
async fn account(round: &Round<'_>, named: &str) -> Result<String, EngineError> {
    if !named.contains('@') {
        return Ok(named.to_owned());
    }
    let found = round.site.client.find_users(named).await.map_err(round.peer())?;
    let shows = |email: &str| email.eq_ignore_ascii_case(named);
    let account = found.into_iter().find(|user| user.active && user.email.as_deref().is_some_and(shows));
    account.map(|user| user.account_id).ok_or_else(|| {
        let reason = format!("no account in Jira shows the address {named}; write the account's id in `domain_task`");
        round.peer()(CallError::Denied { reason })
    })
}

/// A Task by its operation: repeating the call makes no second one.
async fn open_record(round: &Round<'_>, domain: &Domain, task: &OpenTask, owner: &str) -> Result<String, EngineError> {
    let org = &round.worker.org;
    let owner_id = org.people().await?.into_iter().find(|person| person.is_called(owner)).map(|person| person.id);
    let owner_id = owner_id.ok_or_else(|| {
        let reason = format!("the org has no active user and no queue called {owner}; correct `domain_task`");
        EngineError::peer(&org.name)(CallError::Denied { reason })
    })?;
    let fields = fields(json!({
        "Subject": subject(domain),
        "Description": description(domain),
        "OwnerId": owner_id,
    }));
    let created = org.create("Task", vec![(task.operation.clone(), fields)]).await.pop();
    created
        .unwrap_or_else(|| Err(CallError::Broken { reason: "no answer for the Task".to_owned() }))
        .map_err(EngineError::peer(&org.name))
}

/// The members of a JSON object that was just written down.
pub(super) fn fields(object: Json) -> Map<String, Json> {
    match object {
        Json::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Makes the grant of a person and a record, unless there is one; its id. One that is there is asked for again unless it
/// says that the person has access.
pub(crate) async fn request(
    worker: &Worker,
    access: &Access,
    source: &AccessSource,
    record: &str,
    person: &str,
) -> Result<String, EngineError> {
    let org = &worker.org;
    let key = format!("{record}-{person}");
    let paths = ["Id", grants::STATUS, grants::REVOKE].map(str::to_owned);
    let known = org.find(GRANT, &paths, Filter::eq(ENTENTE_KEY, key.as_str()));
    if let Some(grant) = known.await.map_err(EngineError::peer(&org.name))?.into_iter().next() {
        let has_access =
            grant.text(grants::STATUS).and_then(|text| access.texts.status(text)) == Some(GrantStatus::HasAccess);
        let is_revoked = grant.fields.get(grants::REVOKE).is_some_and(|flag| *flag == true);
        if !has_access || is_revoked {
            ask_again(worker, access, &grant.id, Some(false)).await?;
        }
        return Ok(grant.id);
    }
    let mut row = fields(json!({ grants::STATUS: access.texts.of_status(GrantStatus::Requested) }));
    row.insert(source.grant_field.clone(), record.into());
    row.insert(source.person.clone(), person.into());
    let made = org.create(GRANT, vec![(key, row)]).await.pop();
    made.unwrap_or_else(|| Err(CallError::Broken { reason: "no answer for the grant".to_owned() }))
        .map_err(EngineError::peer(&org.name))
}

/// Puts a grant back to its beginning, perhaps with another wish.
pub(crate) async fn ask_again(
    worker: &Worker,
    access: &Access,
    id: &str,
    revoke: Option<bool>,
) -> Result<(), EngineError> {
    worker.fence()?;
    let mut row = fields(json!({
        grants::STATUS: access.texts.of_status(GrantStatus::Requested),
        grants::REASON: null,
        grants::FINISHED_AT: null,
        grants::REQUESTED_AT: worker.outside().clock.now().to_string(),
    }));
    row.extend(revoke.map(|revoke| (grants::REVOKE.to_owned(), revoke.into())));
    let update = OwnUpdate { id: id.to_owned(), fields: row };
    let updated: Result<(), CallError> = worker.org.update_own(GRANT, vec![update]).await.into_iter().collect();
    updated.map_err(EngineError::peer(&worker.org.name))
}

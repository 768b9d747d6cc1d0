//! Facts backwards: what Jira shows now of organizations and their members, on records that are at rest.

use std::collections::{BTreeMap, HashMap, HashSet};

use entente_core::access::{AtRest, GrantStatus, Organization, Owner, SourceReport, report_source, settle_grant};
use entente_jira::User;
use entente_salesforce::Filter;

use super::{
    Round, Row,
    grants::{self, Asked, ORGANIZATION_ID, SourceRow},
};
use crate::{apply, error::EngineError};

/// Looks at every source record with an organization, and at every grant that says that somebody has access.
pub(super) async fn run(round: &mut Round<'_>) -> Result<(), EngineError> {
    let (org, access) = (&round.worker.org, round.access);
    let text = access.texts.of_status(GrantStatus::HasAccess);
    let mut by_record: HashMap<String, Vec<Row>> = HashMap::new();
    let rows = grants::read(org, access, Asked::Status(text)).await?;
    for row in rows.into_iter().filter(|row| row.lacks.is_none()) {
        let record = row.source.as_ref().map(|source| source.record.clone());
        by_record.entry(record.unwrap_or_default()).or_default().push(row);
    }
    let mut failed = None;
    for (record, source) in sources(round).await? {
        let grants = by_record.remove(&record).unwrap_or_default();
        failed = failed.or(one(round, &source, grants).await.err());
    }
    for row in by_record.into_values().flatten() {
        failed = failed.or(without_source(round, row).await.err());
    }
    failed.map_or(Ok(()), Err)
}

/// A grant whose record is gone, or does not show its organization any more.
async fn without_source(round: &mut Round<'_>, mut row: Row) -> Result<(), EngineError> {
    let seen = match &row.grant.shown.organization {
        Some(organization) => round.seen_by_id(&organization.id).await?,
        None => None,
    };
    let owner = row.source.as_ref().map(|source| Owner::Record(round.key_of(source)));
    let seen = seen.filter(|seen| owner.as_ref().is_none_or(|owner| seen.owner == *owner));
    let members = match &seen {
        Some(seen) => round.members(&seen.organization.id).await?,
        None => Vec::new(),
    };
    let customer = row.grant.shown.customer.clone().unwrap_or_default();
    let is_member = members.iter().any(|member| member.account_id == customer);
    let seen = AtRest { has_source: row.source.is_some(), has_organization: seen.is_some(), is_member };
    settle(round, &mut row, seen).await
}

async fn settle(round: &mut Round<'_>, row: &mut Row, seen: AtRest) -> Result<(), EngineError> {
    if row.grant.is_open() || round.unheard.contains(&row.id) {
        return Ok(());
    }
    for step in settle_grant(&row.grant, seen) {
        apply::access::step(round, row, &step).await?;
        round.journal(row, step.told()).await?;
    }
    Ok(())
}

/// One source record, and the grants that say that somebody has access through it.
async fn one(round: &mut Round<'_>, source: &SourceRow, grants: Vec<Row>) -> Result<(), EngineError> {
    let members = members(round, source).await?;
    let accounts: Option<HashSet<String>> =
        members.as_ref().map(|(_, members)| members.iter().map(|member| member.account_id.clone()).collect());
    report(round, source, members).await?;
    for mut row in grants {
        let customer = row.grant.shown.customer.clone().unwrap_or_default();
        let is_member = accounts.as_ref().is_some_and(|accounts| accounts.contains(&customer));
        settle(round, &mut row, AtRest { has_source: true, has_organization: accounts.is_some(), is_member }).await?;
    }
    Ok(())
}

/// The source records that show an organization, by id.
async fn sources(round: &Round<'_>) -> Result<BTreeMap<String, SourceRow>, EngineError> {
    let (org, mut found) = (&round.worker.org, BTreeMap::new());
    for source in grants::Sources::of(org, round.access).await?.usable {
        let paths: Vec<String> = grants::source_fields(source).into_iter().collect();
        let rows = org.find(&source.object, &paths, Filter::is_set(ORGANIZATION_ID)).await;
        for row in rows.map_err(EngineError::peer(&org.name))? {
            let row = grants::source_row(round.access, source, &serde_json::Value::Object(row.fields));
            found.extend(row.map(|row| (row.record.clone(), row)));
        }
    }
    Ok(found)
}

/// The organization that a source record shows, with its members; none if it is gone, or another record's.
async fn members(round: &Round<'_>, source: &SourceRow) -> Result<Option<(Organization, Vec<User>)>, EngineError> {
    let Some(id) = &source.shown.organization else { return Ok(None) };
    let Some(seen) = round.seen_by_id(id).await? else { return Ok(None) };
    if seen.owner != Owner::Record(round.key_of(source)) {
        return Ok(None);
    }
    Ok(Some((seen.organization, round.members(id).await?)))
}

async fn report(
    round: &mut Round<'_>,
    source: &SourceRow,
    members: Option<(Organization, Vec<User>)>,
) -> Result<(), EngineError> {
    let n_members = members.as_ref().map_or(0, |(_, members)| u32::try_from(members.len()).unwrap_or(u32::MAX));
    let organization = members.map(|(organization, _)| organization);
    for step in report_source(&source.shown, organization.as_ref(), n_members) {
        let report = SourceReport::of(organization.as_ref().map(|organization| organization.id.clone()), n_members);
        apply::access::show_on_source(round, source, &report).await?;
        tracing::debug!(record = source.record, "{}", step.doing());
    }
    Ok(())
}

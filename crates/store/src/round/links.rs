//! How a round writes links and their bases.

use std::collections::{BTreeMap, HashMap};

use entente_core::{Base, MappingKey, Side, Sides, base::CANON_VERSION, link::Blocked};
use serde::Serialize;

use super::{LinkUpdate, NewLink};
use crate::{
    LinkId, LinkState, StoreError,
    sql::{Tx, ids, json, list},
};

/// A link as it travels into the database. What is `None` in an update stays as it is, but for versions and misses.
#[derive(Serialize)]
struct LinkRow<'a> {
    id: Option<LinkId>,
    org: &'a str,
    item: Option<&'a str>,
    salesforce_id: Option<&'a str>,
    site: Option<&'a str>,
    jira_id: Option<&'a str>,
    jira_key: Option<&'a str>,
    origin: Option<&'static str>,
    shares: Option<&'static str>,
    state: Option<&'static str>,
    reason: Option<String>,
    salesforce_read_ms: i64,
    jira_read_ms: i64,
    salesforce_version: Option<&'a str>,
    jira_version: Option<&'a str>,
    salesforce_missing_ms: Option<i64>,
    jira_missing_ms: Option<i64>,
}

#[derive(Serialize)]
struct BaseRow {
    link_id: LinkId,
    fields: String,
}

#[derive(Serialize)]
struct RefusalRow {
    link_id: LinkId,
    blocked: String,
    was_blocked: &'static str,
}

/// Inserts new links with their bases; answers their ids in the same order.
pub(crate) async fn insert(tx: &mut Tx, org: &str, links: &[NewLink], now_ms: i64) -> Result<Vec<LinkId>, StoreError> {
    const SQL: &str = "
        INSERT INTO link (item, org, salesforce_id, site, jira_id, jira_key, origin, shares, state, reason,
            salesforce_read_ms, jira_read_ms, salesforce_version, jira_version, created_ms, changed_ms)
        SELECT r.value->>'item', r.value->>'org', r.value->>'salesforce_id', r.value->>'site', r.value->>'jira_id',
            r.value->>'jira_key', r.value->>'origin', r.value->>'shares', r.value->>'state', r.value->>'reason',
            CAST(r.value->>'salesforce_read_ms' AS BIGINT), CAST(r.value->>'jira_read_ms' AS BIGINT),
            r.value->>'salesforce_version', r.value->>'jira_version', $2, $2
        FROM json_each($1) AS r WHERE true
        ON CONFLICT DO NOTHING
        RETURNING id, item, salesforce_id, jira_id";
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let rows = links.iter().map(|link| new_row(org, link)).collect::<Result<Vec<_>, _>>()?;
    let mut made = HashMap::new();
    for row in tx.rows(SQL, &[list(&rows)?, now_ms.into()]).await? {
        made.insert((row.text("item")?, row.text("salesforce_id")?, row.text("jira_id")?), row.int("id")?);
    }
    // One row per link, or some link found its place taken.
    if made.len() != links.len() {
        return Err(taken(tx, org, links, &made).await?);
    }
    let id_of = |link: &NewLink| made.get(&place(link)).copied();
    let link_ids: Vec<LinkId> = links.iter().filter_map(id_of).collect();
    set_bases(tx, link_ids.iter().copied().zip(links.iter().map(|link| &link.base))).await?;
    let refusals = link_ids.iter().zip(links).map(|(id, link)| (*id, &link.blocked, false));
    set_refusals(tx, refusals.filter(|(_, blocked, _)| !blocked.is_empty()).collect()).await?;
    Ok(link_ids)
}

/// An item, a record and an issue.
type Place = (String, String, String);

fn place(link: &NewLink) -> Place {
    (link.item.clone(), link.salesforce_id.clone(), link.jira_id.clone())
}

/// Updates links that were looked at. Those that go on with another record come one by one: of two that go on with the
/// same, the second finds its place taken by the first.
pub(super) async fn update(tx: &mut Tx, org: &str, links: &[LinkUpdate], now_ms: i64) -> Result<(), StoreError> {
    let (follow, stay): (Vec<&LinkUpdate>, Vec<&LinkUpdate>) = links.iter().partition(|link| link.follows.is_some());
    for link in follow {
        if let Some((item, salesforce_id)) = &link.follows {
            is_free(tx, org, link.id, item, salesforce_id).await?;
        }
        write(tx, org, &[link], now_ms).await?;
    }
    write(tx, org, &stay, now_ms).await?;
    set_refusals(tx, links.iter().map(|link| (link.id, &link.blocked, link.was_blocked)).collect()).await?;
    set_bases(tx, links.iter().filter_map(|link| Some((link.id, link.base.as_ref()?)))).await
}

/// One that a person dissolved meanwhile stays dissolved, by that person and not by a loss.
async fn write(tx: &mut Tx, org: &str, links: &[&LinkUpdate], now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE link SET
            item = COALESCE(r.value->>'item', item),
            salesforce_id = COALESCE(r.value->>'salesforce_id', salesforce_id),
            jira_key = COALESCE(r.value->>'jira_key', jira_key),
            state = CASE WHEN state = 'unlinked' THEN state ELSE COALESCE(r.value->>'state', state) END,
            reason = CASE WHEN state = 'unlinked' OR r.value->>'state' IS NULL THEN reason ELSE r.value->>'reason' END,
            salesforce_read_ms = CAST(r.value->>'salesforce_read_ms' AS BIGINT),
            jira_read_ms = CAST(r.value->>'jira_read_ms' AS BIGINT),
            salesforce_version = r.value->>'salesforce_version',
            jira_version = r.value->>'jira_version',
            salesforce_missing_ms = CASE WHEN state = 'unlinked' THEN salesforce_missing_ms
                ELSE CAST(r.value->>'salesforce_missing_ms' AS BIGINT) END,
            jira_missing_ms = CASE WHEN state = 'unlinked' THEN jira_missing_ms
                ELSE CAST(r.value->>'jira_missing_ms' AS BIGINT) END,
            changed_ms = $2
        FROM json_each($1) AS r
        WHERE link.id = CAST(r.value->>'id' AS BIGINT) AND link.org = r.value->>'org'";
    if links.is_empty() {
        return Ok(());
    }
    let rows = links.iter().map(|link| update_row(org, link)).collect::<Result<Vec<_>, _>>()?;
    let n = tx.run(SQL, &[list(&rows)?, now_ms.into()]).await?;
    if usize::try_from(n) != Ok(links.len()) {
        return Err(StoreError::Refused(format!("{n} of {} links to update are links of {org}", links.len()).into()));
    }
    Ok(())
}

/// Stores what vendors refused of links, each with whether something was refused already when it was read: refusals that a
/// person has lifted meanwhile stay lifted.
async fn set_refusals(
    tx: &mut Tx,
    refusals: Vec<(LinkId, &BTreeMap<MappingKey, Blocked>, bool)>,
) -> Result<(), StoreError> {
    const NONE: &str = "
        DELETE FROM refusal WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
    const SOME: &str = "
        INSERT INTO refusal (link_id, blocked)
        SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'blocked' FROM json_each($1) AS r
        WHERE r.value->>'was_blocked' = 'no'
            OR EXISTS (SELECT 1 FROM refusal AS known WHERE known.link_id = CAST(r.value->>'link_id' AS BIGINT))
        ON CONFLICT (link_id) DO UPDATE SET blocked = excluded.blocked";
    let (none, some): (Vec<_>, Vec<_>) = refusals.into_iter().partition(|(_, blocked, _)| blocked.is_empty());
    if !none.is_empty() {
        tx.run(NONE, &[ids(&none.iter().map(|(id, ..)| *id).collect::<Vec<_>>())?]).await?;
    }
    let row = |(link_id, blocked, was_blocked): (LinkId, &BTreeMap<MappingKey, Blocked>, bool)| {
        Ok(RefusalRow { link_id, blocked: json(blocked)?, was_blocked: if was_blocked { "yes" } else { "no" } })
    };
    let some = some.into_iter().map(row).collect::<Result<Vec<_>, StoreError>>()?;
    if !some.is_empty() {
        tx.run(SOME, &[list(&some)?]).await?;
    }
    Ok(())
}

/// Whether a link may go on with another record, or another holds that record, or the issue, under the item.
async fn is_free(tx: &mut Tx, org: &str, id: LinkId, item: &str, salesforce_id: &str) -> Result<(), StoreError> {
    const SQL: &str = "
        SELECT holder.id AS id FROM link AS own JOIN link AS holder ON holder.item = $2 AND holder.state <> 'unlinked'
            AND holder.id <> own.id
            AND ((holder.org = $3 AND holder.salesforce_id = $4 AND COALESCE(own.shares, '') <> 'salesforce')
                OR (holder.site = own.site AND holder.jira_id = own.jira_id AND COALESCE(own.shares, '') <> 'jira'))
        WHERE own.id = $1 AND own.state <> 'unlinked' ORDER BY holder.id LIMIT 1";
    let Some(row) = tx.row(SQL, &[id.into(), item.into(), org.into(), salesforce_id.into()]).await? else {
        return Ok(());
    };
    let (item, record_id) = (item.to_owned(), salesforce_id.to_owned());
    Err(StoreError::LinkTaken { item, side: Side::Salesforce, record_id, holder: row.int("id")? })
}

async fn set_bases<'a>(tx: &mut Tx, bases: impl Iterator<Item = (LinkId, &'a Base)>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO base (link_id, canon_version, fields)
        SELECT CAST(r.value->>'link_id' AS BIGINT), $2, r.value->>'fields' FROM json_each($1) AS r WHERE true
        ON CONFLICT (link_id) DO UPDATE SET canon_version = excluded.canon_version, fields = excluded.fields";
    let rows = bases
        .map(|(link_id, base)| Ok(BaseRow { link_id, fields: json(base)? }))
        .collect::<Result<Vec<_>, StoreError>>()?;
    if rows.is_empty() {
        return Ok(());
    }
    tx.run(SQL, &[list(&rows)?, i64::from(CANON_VERSION).into()]).await?;
    Ok(())
}

/// Finds out who holds the place of the first new link that was not made.
async fn taken(
    tx: &mut Tx,
    org: &str,
    links: &[NewLink],
    made: &HashMap<Place, LinkId>,
) -> Result<StoreError, StoreError> {
    const SQL: &str = "
        SELECT id, salesforce_id FROM link WHERE item = $1 AND state <> 'unlinked'
            AND ((org = $2 AND salesforce_id = $3 AND $6 <> 'salesforce')
                OR (site = $4 AND jira_id = $5 AND $6 <> 'jira')
                OR (org = $2 AND salesforce_id = $3 AND site = $4 AND jira_id = $5))
        ORDER BY CASE WHEN salesforce_id = $3 THEN 0 ELSE 1 END, id LIMIT 1";
    let refused = links.iter().find(|link| !made.contains_key(&place(link)));
    // Without one, two of the new links name the same record: the later one found the place taken by the earlier.
    let Some(link) = refused.or(links.last()) else { return Ok(StoreError::Refused("no new link".into())) };
    let params = [
        (&link.item).into(),
        org.into(),
        (&link.salesforce_id).into(),
        (&link.site).into(),
        (&link.jira_id).into(),
        link.shares.map_or("", Side::as_str).into(),
    ];
    let Some(row) = tx.row(SQL, &params).await? else {
        return Ok(StoreError::Refused("a link was neither made nor found".into()));
    };
    let side = if row.text("salesforce_id")? == link.salesforce_id { Side::Salesforce } else { Side::Jira };
    let record_id = Sides::new(&link.salesforce_id, &link.jira_id).get(side).to_string();
    Ok(StoreError::LinkTaken { item: link.item.clone(), side, record_id, holder: row.int("id")? })
}

fn new_row<'a>(org: &'a str, link: &'a NewLink) -> Result<LinkRow<'a>, StoreError> {
    let state = LinkState::of(&link.blocked);
    Ok(LinkRow {
        id: None,
        org,
        item: Some(&link.item),
        salesforce_id: Some(&link.salesforce_id),
        site: Some(&link.site),
        jira_id: Some(&link.jira_id),
        jira_key: Some(&link.jira_key),
        origin: Some(link.origin.as_str()),
        shares: link.shares.map(Side::as_str),
        state: Some(state.as_str()),
        reason: state.reason().map(str::to_owned),
        salesforce_read_ms: link.read_ms.salesforce,
        jira_read_ms: link.read_ms.jira,
        salesforce_version: link.versions.salesforce.as_deref(),
        jira_version: link.versions.jira.as_deref(),
        salesforce_missing_ms: None,
        jira_missing_ms: None,
    })
}

fn update_row<'a>(org: &'a str, link: &'a LinkUpdate) -> Result<LinkRow<'a>, StoreError> {
    Ok(LinkRow {
        id: Some(link.id),
        org,
        item: link.follows.as_ref().map(|(item, _)| item.as_str()),
        salesforce_id: link.follows.as_ref().map(|(_, salesforce_id)| salesforce_id.as_str()),
        site: None,
        jira_id: None,
        jira_key: link.jira_key.as_deref(),
        origin: None,
        shares: None,
        state: link.state.as_ref().map(|state| state.as_str()),
        reason: link.state.as_ref().and_then(|state| state.reason()).map(str::to_owned),
        salesforce_read_ms: link.read_ms.salesforce,
        jira_read_ms: link.read_ms.jira,
        salesforce_version: link.versions.salesforce.as_deref(),
        jira_version: link.versions.jira.as_deref(),
        salesforce_missing_ms: link.missing_since.salesforce,
        jira_missing_ms: link.missing_since.jira,
    })
}

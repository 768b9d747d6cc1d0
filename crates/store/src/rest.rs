//! How both sides of a link looked when nothing was left to do about its comments, or about its files: each of the two
//! tables has these three columns.

use entente_core::Sides;
use serde::Serialize;

use crate::{
    LinkId, StoreError,
    sql::{Db, Tx, ids, list},
};

#[derive(Serialize)]
struct RestRow<'a> {
    link_id: LinkId,
    salesforce: &'a str,
    jira: &'a str,
}

/// What a table remembers of some links.
pub(crate) async fn read(
    db: &Db,
    sql: &'static str,
    link_ids: &[LinkId],
) -> Result<Vec<(LinkId, Sides<String>)>, StoreError> {
    let rows = db.rows(sql, &[ids(link_ids)?]).await?;
    rows.iter().map(|row| Ok((row.int("link_id")?, Sides::new(row.text("salesforce")?, row.text("jira")?)))).collect()
}

/// Remembers in a table how links rest.
pub(crate) async fn keep(
    tx: &mut Tx,
    sql: &'static str,
    rests: impl Iterator<Item = (LinkId, &Sides<String>)>,
) -> Result<(), StoreError> {
    let rows = rests.map(|(link_id, Sides { salesforce, jira })| RestRow { link_id, salesforce, jira });
    let rows: Vec<RestRow<'_>> = rows.collect();
    if !rows.is_empty() {
        tx.run(sql, &[list(&rows)?]).await?;
    }
    Ok(())
}

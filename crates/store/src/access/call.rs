//! Calls for a grant that are announced before they are sent. A row goes when the answer was heard, or when the call can have
//! no effect any more.

use entente_core::{Side, Sides};

use crate::{Fence, Store, StoreError, sql::Row};

/// A call of which nobody has heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessCall {
    /// The grant.
    pub grant: String,
    /// Where it was sent.
    pub side: Side,
    /// Until when it may take effect, by that side's clock; not known until somebody has asked for the time.
    pub until_ms: Option<i64>,
}

impl Store {
    /// Announces a call. Must return before it is sent. `false` when there is one already that may still take effect.
    pub async fn announce_access_call(&self, fence: &Fence, grant: &str, side: Side) -> Result<bool, StoreError> {
        const SQL: &str = "
            INSERT INTO access_call (org, grant_id, side) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        // What the new one may still do, it may do for longer.
        const AGAIN: &str = "UPDATE access_call SET until_ms = NULL WHERE org = $1 AND grant_id = $2 AND side = $3";
        let which = [(&fence.org).into(), grant.into(), side.as_str().into()];
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        let is_alone = tx.run(SQL, &which).await? > 0;
        if !is_alone {
            tx.run(AGAIN, &which).await?;
        }
        tx.commit().await?;
        Ok(is_alone)
    }

    /// The answer to the one call for a grant was heard.
    pub async fn forget_access_call(&self, fence: &Fence, grant: &str, side: Side) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM access_call WHERE org = $1 AND grant_id = $2 AND side = $3";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        tx.run(SQL, &[(&fence.org).into(), grant.into(), side.as_str().into()]).await?;
        tx.commit().await
    }

    /// The calls of an org of which nobody has heard, by grant.
    pub async fn access_calls(&self, org: &str) -> Result<Vec<AccessCall>, StoreError> {
        const SQL: &str = "SELECT * FROM access_call WHERE org = $1 ORDER BY grant_id, side";
        self.db().rows(SQL, &[org.into()]).await?.iter().map(read).collect()
    }

    /// It is so late on each side now: forgets what can have no effect there any more, and lets the others have until then.
    pub async fn await_access_calls(
        &self,
        fence: &Fence,
        now_ms: &Sides<i64>,
        until_ms: &Sides<i64>,
    ) -> Result<(), StoreError> {
        const OVER: &str = "DELETE FROM access_call WHERE org = $1 AND side = $2 AND until_ms <= $3";
        const NEW: &str = "UPDATE access_call SET until_ms = $3 WHERE org = $1 AND side = $2 AND until_ms IS NULL";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        for side in Side::BOTH {
            for (sql, ms) in [(OVER, now_ms.get(side)), (NEW, until_ms.get(side))] {
                tx.run(sql, &[(&fence.org).into(), side.as_str().into(), (*ms).into()]).await?;
            }
        }
        tx.commit().await
    }
}

fn read(row: &Row) -> Result<AccessCall, StoreError> {
    Ok(AccessCall { grant: row.text("grant_id")?, side: row.side("side")?, until_ms: row.int_or_null("until_ms")? })
}

//! Who runs an org until when: one lease per Salesforce connection, with an epoch that fences every commit.

use crate::{Store, StoreError, sql::Tx};

/// Proof that a worker holds an org's lease, as of one epoch. Every write of a round carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The Salesforce connection.
    pub org: String,
    /// Rises each time the lease is taken or given back.
    pub epoch: i64,
}

/// Who holds a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// As it calls itself.
    pub owner: String,
    /// When its lease ends, unless it is renewed.
    pub until_ms: i64,
}

impl Store {
    /// Takes the lease of `org`, if it is free, expired or already this owner's; `None` while another owner holds it.
    ///
    /// Every success is a new epoch, so that what an earlier life of the same owner left behind is fenced too.
    pub async fn acquire(&self, org: &str, owner: &str, ttl_ms: i64, now_ms: i64) -> Result<Option<Fence>, StoreError> {
        const SQL: &str = "
            INSERT INTO lease (org, owner, epoch, until_ms) VALUES ($1, $2, 1, $3)
            ON CONFLICT (org) DO UPDATE SET owner = excluded.owner, epoch = lease.epoch + 1,
                until_ms = excluded.until_ms
            WHERE lease.until_ms <= $4 OR lease.owner = excluded.owner
            RETURNING epoch";
        let until_ms = now_ms.saturating_add(ttl_ms);
        let mut tx = self.begin().await?;
        let row = tx.row(SQL, &[org.into(), owner.into(), until_ms.into(), now_ms.into()]).await?;
        let fence = row.map(|row| row.int("epoch")).transpose()?.map(|epoch| Fence { org: org.to_owned(), epoch });
        tx.commit().await?;
        Ok(fence)
    }

    /// Prolongs a lease; `false` when it was lost. One that has run out but that nobody took can still be prolonged.
    pub async fn renew(&self, fence: &Fence, owner: &str, ttl_ms: i64, now_ms: i64) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE lease SET until_ms = $1 WHERE org = $2 AND epoch = $3 AND owner = $4";
        let until_ms = now_ms.saturating_add(ttl_ms);
        let mut tx = self.begin().await?;
        let n = tx.run(SQL, &[until_ms.into(), (&fence.org).into(), fence.epoch.into(), owner.into()]).await?;
        tx.commit().await?;
        Ok(n == 1)
    }

    /// Who holds the lease of `org` now, if anybody does.
    pub async fn holder(&self, org: &str, now_ms: i64) -> Result<Option<Holder>, StoreError> {
        const SQL: &str = "SELECT owner, until_ms FROM lease WHERE org = $1 AND until_ms > $2";
        let row = self.db().row(SQL, &[org.into(), now_ms.into()]).await?;
        row.map(|row| Ok(Holder { owner: row.text("owner")?, until_ms: row.int("until_ms")? })).transpose()
    }

    /// Gives a lease back, so that another worker need not wait for its end. The fence is worth nothing from then on;
    /// nothing happens when it was lost before.
    pub async fn release(&self, fence: &Fence) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE lease SET until_ms = 0, owner = '', epoch = epoch + 1 WHERE org = $1 AND epoch = $2";
        let mut tx = self.begin().await?;
        tx.run(SQL, &[(&fence.org).into(), fence.epoch.into()]).await?;
        tx.commit().await
    }
}

impl Fence {
    /// The first statement of every transaction of a round. It locks the lease's row, so that nobody can take the lease
    /// before this transaction ends: writing the epoch anew is the lock that both databases know.
    pub(crate) async fn check(&self, tx: &mut Tx) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE lease SET epoch = epoch WHERE org = $1 AND epoch = $2";
        #[cfg(feature = "simulation")]
        if entente_core::wrong::is(entente_core::wrong::Wrong::NoEpoch) {
            return Ok(());
        }
        match tx.run(SQL, &[(&self.org).into(), self.epoch.into()]).await? {
            1 => Ok(()),
            _ => Err(StoreError::Fenced { org: self.org.clone() }),
        }
    }
}

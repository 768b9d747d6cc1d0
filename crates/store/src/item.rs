//! What an item is doing, as opposed to what it is: held, last run, first run, change budget.

use crate::{
    Fence, NewEntry, Store, StoreError, journal,
    sql::{Row, Tx},
};

/// The running state of an item. An item that was never seen has the default one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemRuntime {
    /// The item.
    pub item: String,
    /// Why a guard stopped it, until somebody resumes it.
    pub held: Option<String>,
    /// Start of its last look at both sides that finished.
    pub last_sync_ms: Option<i64>,
    /// When it first ran.
    pub first_run_ms: Option<i64>,
    /// Whether its existing pairs have been looked for once.
    pub discovered: bool,
    /// Why the last `sync` of it did not finish, and when, unless a look at it has finished since.
    pub unfinished: Option<(i64, String)>,
}

/// How much of what could be a mishap an item may do before a person is asked.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// So many acts, within the window.
    pub limit: u64,
    /// An act counts for so long.
    pub window_ms: i64,
    /// For so long what a person has confirmed may wait to be done, as until the run of the next night.
    pub confirmed_ms: i64,
}

/// Whether the change budget allows some acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// It does, and they are counted; this many were spent in the window, these included.
    Within(u64),
    /// It does not; so many would have been spent. They are counted, so that nothing else goes through before a person
    /// has confirmed them.
    Over(u64),
}

impl Store {
    /// The running state of one item.
    pub async fn item_runtime(&self, item: &str) -> Result<ItemRuntime, StoreError> {
        const SQL: &str = "SELECT * FROM item WHERE item = $1";
        let row = self.db().row(SQL, &[item.into()]).await?;
        row.as_ref().map_or_else(|| Ok(ItemRuntime { item: item.to_owned(), ..ItemRuntime::default() }), runtime)
    }

    /// The running state of all items that ever ran, by name.
    pub async fn item_runtimes(&self) -> Result<Vec<ItemRuntime>, StoreError> {
        self.db().rows("SELECT * FROM item ORDER BY item", &[]).await?.iter().map(runtime).collect()
    }

    /// Stops an item until it is resumed; the first reason stands. Journalled.
    pub async fn hold(&self, item: &str, reason: &str, now_ms: i64) -> Result<(), StoreError> {
        const SQL: &str = "
            INSERT INTO item (item, held, discovered) VALUES ($1, $2, 0)
            ON CONFLICT (item) DO UPDATE SET held = excluded.held WHERE item.held IS NULL";
        let mut tx = self.begin().await?;
        if tx.run(SQL, &[item.into(), reason.into()]).await? > 0 {
            journalled(&mut tx, "held", item, format!("{item} was stopped: {reason}"), now_ms).await?;
        }
        tx.commit().await
    }

    /// Lets a held item run again; `false` when it was not held. Its change budget is whole again, and wider by what was
    /// asked of it, so that what the guard has stopped goes through; the hints of `org` that wait are due now. Journalled.
    pub async fn resume(&self, item: &str, org: Option<&str>, by: &str, now_ms: i64) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE item SET held = NULL WHERE item = $1 AND held IS NOT NULL";
        let mut tx = self.begin().await?;
        if tx.run(SQL, &[item.into()]).await? == 0 {
            return Ok(false);
        }
        const DUE: &str = "UPDATE hint SET due_ms = $2, attempts = 0 WHERE org = $1 AND due_ms > $2";
        // However long ago: a hold may last longer than the window.
        let asked = spent(&mut tx, item, i64::MIN).await?;
        tx.run("DELETE FROM spending WHERE item = $1", &[item.into()]).await?;
        count(&mut tx, item, -asked.max(0), now_ms).await?;
        tx.run(DUE, &[org.into(), now_ms.into()]).await?;
        journalled(&mut tx, "resumed", item, format!("{by} let {item} run again"), now_ms).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Notes that a `sync` of the item did not finish.
    pub async fn leave_unfinished(&self, item: &str, why: &str, now_ms: i64) -> Result<(), StoreError> {
        const SQL: &str = "
            INSERT INTO item (item, problem, problem_ms, discovered) VALUES ($1, $2, $3, 0)
            ON CONFLICT (item) DO UPDATE SET problem = excluded.problem, problem_ms = excluded.problem_ms";
        let mut tx = self.begin().await?;
        tx.run(SQL, &[item.into(), why.into(), now_ms.into()]).await?;
        tx.commit().await
    }

    /// Notes that a full look at both sides, begun at `started_ms`, has finished. The first one is the item's first run.
    pub async fn finish_sync(&self, fence: &Fence, item: &str, started_ms: i64) -> Result<(), StoreError> {
        const SQL: &str = "
            INSERT INTO item (item, last_sync_ms, first_run_ms, discovered) VALUES ($1, $2, $2, 0)
            ON CONFLICT (item) DO UPDATE SET last_sync_ms = excluded.last_sync_ms,
                first_run_ms = COALESCE(item.first_run_ms, excluded.first_run_ms), problem = NULL, problem_ms = NULL";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        tx.run(SQL, &[item.into(), started_ms.into()]).await?;
        tx.commit().await
    }

    /// Notes that the item's existing pairs have been looked for.
    pub async fn set_discovered(&self, fence: &Fence, item: &str) -> Result<(), StoreError> {
        const SQL: &str = "
            INSERT INTO item (item, discovered) VALUES ($1, 1) ON CONFLICT (item) DO UPDATE SET discovered = 1";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        tx.run(SQL, &[item.into()]).await?;
        tx.commit().await
    }

    /// Gives an item another name, with all that is remembered under the old one. The journal keeps the old name. How an
    /// item of the new name ran before it was this one is forgotten. Each of `cursors` of the item goes from its old name
    /// to its new one.
    pub async fn rename_item(&self, from: &str, to: &str, cursors: &[(String, String)]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for sql in [
            "DELETE FROM item WHERE item = $2 AND EXISTS (SELECT 1 FROM item WHERE item = $1)",
            "UPDATE link SET item = $2 WHERE item = $1",
            "UPDATE intent SET item = $2 WHERE item = $1",
            "UPDATE parked SET item = $2 WHERE item = $1",
            "UPDATE item SET item = $2 WHERE item = $1",
            "UPDATE spending SET item = $2 WHERE item = $1",
        ] {
            tx.run(sql, &[from.into(), to.into()]).await?;
        }
        for (from, to) in cursors {
            for sql in
                ["DELETE FROM cursor WHERE name = $2 AND $1 <> $2", "UPDATE cursor SET name = $2 WHERE name = $1"]
            {
                tx.run(sql, &[from.as_str().into(), to.as_str().into()]).await?;
            }
        }
        tx.commit().await
    }

    /// Counts `acts` against the item's change budget, before they are done: what a crash leaves undone stays counted,
    /// which errs on the safe side.
    pub async fn spend(
        &self,
        fence: &Fence,
        item: &str,
        acts: u64,
        budget: Budget,
        now_ms: i64,
    ) -> Result<Spent, StoreError> {
        // What a person has confirmed, and of which nothing was done yet, counts from now on.
        const CONFIRMED: &str = "
            UPDATE spending SET at_ms = $2 WHERE item = $1 AND acts < 0 AND at_ms > $3 AND NOT EXISTS (
                SELECT 1 FROM spending done WHERE done.item = $1 AND done.acts > 0 AND done.at_ms >= spending.at_ms)";
        let since_ms = now_ms.saturating_sub(budget.window_ms);
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        if acts > 0 {
            let waits_since_ms = now_ms.saturating_sub(budget.confirmed_ms);
            tx.run(CONFIRMED, &[item.into(), now_ms.into(), waits_since_ms.into()]).await?;
        }
        let spent = spent(&mut tx, item, since_ms).await?.saturating_add_unsigned(acts);
        let spent = u64::try_from(spent).unwrap_or_default();
        if acts > 0 {
            count(&mut tx, item, i64::try_from(acts).unwrap_or(i64::MAX), now_ms).await?;
            const FORGET: &str = "DELETE FROM spending WHERE item = $1 AND at_ms <= $2";
            tx.run(FORGET, &[item.into(), since_ms.into()]).await?;
        }
        tx.commit().await?;
        Ok(if spent > budget.limit { Spent::Over(spent) } else { Spent::Within(spent) })
    }

    /// Takes back what was counted at this time, and was not done: both leave the window together.
    pub async fn give_back(&self, fence: &Fence, item: &str, acts: u64, at_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        count(&mut tx, item, -i64::try_from(acts).unwrap_or(i64::MAX), at_ms).await?;
        tx.commit().await
    }
}

/// What was spent, less what a person has confirmed beyond the limit.
async fn spent(tx: &mut Tx, item: &str, since_ms: i64) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT CAST(COALESCE(SUM(acts), 0) AS BIGINT) AS acts FROM spending WHERE item = $1 AND at_ms > $2";
    tx.row(SQL, &[item.into(), since_ms.into()]).await?.map_or(Ok(0), |row| row.int("acts"))
}

/// Adds to the spending.
async fn count(tx: &mut Tx, item: &str, acts: i64, now_ms: i64) -> Result<(), StoreError> {
    const ADD: &str = "INSERT INTO spending (item, at_ms, acts) VALUES ($1, $2, $3)";
    tx.run(ADD, &[item.into(), now_ms.into(), acts.into()]).await.map(drop)
}

async fn journalled(tx: &mut Tx, kind: &str, item: &str, text: String, now_ms: i64) -> Result<(), StoreError> {
    let entry = NewEntry { kind: kind.to_owned(), item: Some(item.to_owned()), text, ..NewEntry::default() };
    journal::append(tx, [(None, &entry)].into_iter(), now_ms).await
}

fn runtime(row: &Row) -> Result<ItemRuntime, StoreError> {
    Ok(ItemRuntime {
        item: row.text("item")?,
        held: row.text_or_null("held")?,
        last_sync_ms: row.int_or_null("last_sync_ms")?,
        first_run_ms: row.int_or_null("first_run_ms")?,
        discovered: row.int("discovered")? != 0,
        unfinished: row.int_or_null("problem_ms")?.zip(row.text_or_null("problem")?),
    })
}

//! Counts for status and verify: how much there is of everything.

use std::collections::BTreeMap;

use crate::{Backlog, Store, StoreError};

/// Counts of one item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    /// Links, tombstones left out.
    pub links: u64,
    /// Open conflicts.
    pub conflicts: u64,
    /// Parked links and parked candidates.
    pub parked: u64,
    /// Fields of links that are left as they are.
    pub left_alone: u64,
}

/// Counts of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By item.
    pub items: BTreeMap<String, ItemCounts>,
    /// Hints, due and waiting.
    pub backlog: Backlog,
    /// Creates whose end is not known.
    pub open_intents: u64,
}

impl Store {
    /// Counts everything. A conflict that a person has decided waits for nobody, so it is not counted.
    pub async fn counts(&self, now_ms: i64) -> Result<Counts, StoreError> {
        const BY_ITEM: &str = "
            SELECT item, CAST(SUM(links) AS BIGINT) AS links, CAST(SUM(conflicts) AS BIGINT) AS conflicts,
                CAST(SUM(parked) AS BIGINT) AS parked, CAST(SUM(left_alone) AS BIGINT) AS left_alone
            FROM (
                SELECT item, COUNT(*) AS links, 0 AS conflicts, COUNT(CASE WHEN state = 'parked' THEN 1 END) AS parked,
                    0 AS left_alone
                FROM link WHERE state <> 'unlinked' GROUP BY item
                UNION ALL
                SELECT link.item, 0, COUNT(*), 0, 0 FROM conflict CROSS JOIN link
                WHERE link.id = conflict.link_id AND link.state IN ('active', 'parked') AND NOT EXISTS (
                    SELECT 1 FROM decision AS d WHERE d.link_id = conflict.link_id AND d.mapping = conflict.mapping)
                GROUP BY link.item
                UNION ALL
                SELECT item, 0, 0, COUNT(*), 0 FROM parked WHERE class <> 'ignored' GROUP BY item
                UNION ALL
                SELECT link.item, 0, 0, 0, COUNT(*) FROM note CROSS JOIN link
                WHERE link.id = note.link_id AND link.state IN ('active', 'parked') AND note.mapping IS NOT NULL
                    AND note.code IN ('unmapped', 'unreadable', 'crowded')
                GROUP BY link.item
            ) AS parts GROUP BY item";
        const OPEN_INTENTS: &str = "SELECT COUNT(*) AS n FROM intent WHERE state IN ('planned', 'sent')";
        let mut counts = Counts { backlog: self.backlog(None, now_ms).await?, ..Counts::default() };
        for row in self.db().rows(BY_ITEM, &[]).await? {
            let of_item = ItemCounts {
                links: row.number("links")?,
                conflicts: row.number("conflicts")?,
                parked: row.number("parked")?,
                left_alone: row.number("left_alone")?,
            };
            counts.items.insert(row.text("item")?, of_item);
        }
        counts.open_intents = self.db().row(OPEN_INTENTS, &[]).await?.map_or(Ok(0), |row| row.number("n"))?;
        Ok(counts)
    }
}

impl Counts {
    /// Sums over some items.
    #[must_use]
    pub fn of<'i>(&self, items: impl IntoIterator<Item = &'i str>) -> ItemCounts {
        let mut sum = ItemCounts::default();
        items.into_iter().filter_map(|item| self.items.get(item)).for_each(|item| sum.add(*item));
        sum
    }
}

impl ItemCounts {
    fn add(&mut self, other: Self) {
        self.links += other.links;
        self.conflicts += other.conflicts;
        self.parked += other.parked;
        self.left_alone += other.left_alone;
    }
}

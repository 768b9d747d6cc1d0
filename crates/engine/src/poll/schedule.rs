//! When each object and each site is asked again: as often as the item among its own that is in the greatest hurry.

use std::collections::BTreeMap;

use super::{jira_cursor, salesforce_cursor};
use crate::worker::Worker;

/// Who is asked, by the name of the cursor, and when.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    asked: BTreeMap<String, Asked>,
}

#[derive(Debug)]
struct Asked {
    every_ms: i64,
    next_ms: i64,
}

impl Schedule {
    /// The objects of the org, and each site by itself: one that answers slowly must not keep the others waiting.
    /// Everybody is asked once after the first pause.
    pub(super) fn of(worker: &Worker) -> Vec<Self> {
        let (mut org, mut sites, now_ms) = (Self::default(), BTreeMap::<_, Self>::new(), worker.outside().now_ms());
        for wired in worker.wiring.items_of(&worker.org.name) {
            let every_ms = i64::from(worker.wiring.config.poll_seconds(&wired.item)) * 1_000;
            org.add(salesforce_cursor(&wired.item.salesforce.object), every_ms, now_ms);
            let name = &wired.site.name;
            sites.entry(name.clone()).or_default().add(jira_cursor(name), every_ms, now_ms);
        }
        std::iter::once(org).chain(sites.into_values()).collect()
    }

    fn add(&mut self, name: String, every_ms: i64, now_ms: i64) {
        let asked = self.asked.entry(name).or_insert(Asked { every_ms, next_ms: 0 });
        asked.every_ms = asked.every_ms.min(every_ms);
        asked.next_ms = now_ms + asked.every_ms;
    }

    /// Whether it is asked at times.
    pub(super) fn has(&self, name: &str) -> bool {
        self.asked.contains_key(name)
    }

    /// How long nobody is to be asked; none when there is nobody.
    pub(super) fn pause_ms(&self, now_ms: i64) -> Option<u64> {
        let next_ms = self.asked.values().map(|asked| asked.next_ms).min()?;
        Some((next_ms - now_ms).max(0).unsigned_abs())
    }

    /// Who is to be asked now; the next time counts from here, so many times as far off as usual.
    pub(super) fn due(&mut self, now_ms: i64, stretch: u32) -> Vec<String> {
        let due = self.asked.iter_mut().filter(|(_, asked)| asked.next_ms <= now_ms);
        due.map(|(name, asked)| {
            asked.next_ms = now_ms + asked.every_ms * i64::from(stretch);
            name.clone()
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_asked_as_often_as_its_most_hurried_item() {
        let mut schedule = Schedule::default();
        for (name, every_ms) in
            [("case", 60_000), ("site", 60_000), ("case", 5_000), ("lead", 300_000), ("site", 300_000)]
        {
            schedule.add(name.to_owned(), every_ms, 0);
        }
        assert_eq!(schedule.pause_ms(0), Some(5_000));
        assert_eq!(schedule.due(4_999, 1), [""; 0]);
        assert_eq!(schedule.due(5_000, 1), ["case"]);
        assert_eq!(schedule.pause_ms(6_000), Some(4_000));
        assert_eq!(schedule.due(60_000, 1), ["case", "site"]);
        assert_eq!(schedule.due(301_000, 1), ["case", "lead", "site"]);
        assert_eq!(schedule.pause_ms(400_000), Some(0), "late is at once");
        assert_eq!(schedule.due(400_000, 3), ["case", "site"]);
        assert_eq!(schedule.pause_ms(400_000), Some(15_000), "calls are scarce");
        assert_eq!(Schedule::default().pause_ms(0), None);
    }
}

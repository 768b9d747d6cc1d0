//! What a poll leaves out: unlinked records from before the last run, where every item that could take them says
//! `{lasttime}`. A linked record is always offered.

use std::{collections::HashSet, sync::Arc};

use entente_core::{Side, filter::Verdict, plan::takes_up};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::{last_run, last_run_cursor};
use crate::{error::EngineError, scheme::Scheme, translate, wiring::Wired, worker::Worker};

/// The items of one object, or of one site, that look back.
pub(super) struct Narrow {
    side: Side,
    items: Vec<(Arc<Wired>, Arc<Scheme>, Option<Timestamp>)>,
    /// Whether an item among them does not look back, so that everything is offered.
    open: bool,
}

impl Narrow {
    pub(super) async fn of(worker: &Worker, side: Side, all: &[Arc<Wired>]) -> Result<Self, EngineError> {
        let filter = |wired: &Wired| match side {
            Side::Salesforce => wired.item.salesforce.filter.looks_back(),
            Side::Jira => wired.item.jira.filter.looks_back(),
        };
        let mut items = Vec::new();
        for wired in all.iter().filter(|wired| filter(wired)) {
            // Where its names cannot be found now nobody can say what it would take, so everything is offered.
            let Ok(scheme) = wired.scheme().await else { continue };
            items.push((wired.clone(), scheme, *last_run(worker, &wired.item).await?.get(side)));
        }
        Ok(Self { side, open: items.len() < all.len(), items })
    }

    /// The vendor's names of the fields that decide.
    pub(super) fn fields(&self) -> Vec<String> {
        let of = |(wired, scheme, _): &(Arc<Wired>, Arc<Scheme>, _)| -> Vec<String> {
            match self.side {
                Side::Salesforce => {
                    let fields = wired.item.salesforce.filter.fields();
                    fields.into_iter().filter_map(|path| scheme.salesforce.get(path)?.query_path.clone()).collect()
                }
                Side::Jira => {
                    let fields = wired.item.jira.filter.fields();
                    fields.into_iter().filter_map(|path| scheme.jira.get(path)?.id.clone()).collect()
                }
            }
        };
        if self.open { Vec::new() } else { self.items.iter().flat_map(of).collect() }
    }

    /// Which of these records are left out.
    pub(super) async fn left_out<'r>(
        &self,
        worker: &Worker,
        connection: &str,
        records: impl Iterator<Item = (String, &'r Map<String, Json>)>,
    ) -> Result<HashSet<String>, EngineError> {
        if self.open {
            return Ok(HashSet::new());
        }
        let mut earlier: HashSet<String> = records.filter(|(_, row)| !self.takes_up(row)).map(|(id, _)| id).collect();
        let ids: Vec<String> = earlier.iter().cloned().collect();
        for link in worker.store().links_by_records(&worker.org.name, self.side, connection, &ids).await? {
            earlier.remove(match self.side {
                Side::Salesforce => &link.salesforce_id,
                Side::Jira => &link.jira_id,
            });
        }
        Ok(earlier)
    }

    fn takes_up(&self, row: &Map<String, Json>) -> bool {
        self.items.iter().any(|(_, scheme, last)| {
            let record = match self.side {
                Side::Salesforce => translate::salesforce::record(scheme.salesforce.values(), row),
                Side::Jira => translate::jira::record(scheme.jira.values(), row),
            };
            takes_up(&scheme.item, self.side, &record, *last) != Verdict::Fails
        })
    }

    /// This poll has finished: the next run looks back to where it began.
    pub(super) async fn finish(&self, worker: &Worker, began: Timestamp) -> Result<(), EngineError> {
        let value = began.as_millisecond().to_string();
        for (wired, ..) in &self.items {
            let name = last_run_cursor(&wired.item.name, self.side);
            worker.store().advance(&worker.fence()?, &name, &value, &[], worker.outside().now_ms()).await?;
        }
        Ok(())
    }
}

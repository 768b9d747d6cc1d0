//! How portal access is doing, as the last look found it. It is kept in memory: the next look finds it again.

use std::collections::BTreeSet;

use entente_core::{
    access::GrantStatus,
    config::{Access, Evaluations},
    delivery::DeliveryStatus,
};
use entente_salesforce::Filter;
use jiff::Timestamp;
use parking_lot::Mutex;

use super::{Looked, grants};
use crate::{delivery, error::EngineError, report::AccessStatus, worker::Worker};

/// How portal access of an org is doing.
#[derive(Debug, Default)]
pub(crate) struct AccessHealth {
    now: Mutex<Known>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    /// When the open grants were last looked at to the end.
    fresh: Option<Timestamp>,
    /// Why the last look did not get so far.
    stopped: Option<String>,
    /// What the configuration names and the org does not have.
    lacking: Option<String>,
    waiting: Told,
    failed: Told,
}

/// Grants or deliveries, with what the first of them shows as its reason.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    ids: BTreeSet<String>,
    first: Option<String>,
}

impl Told {
    /// One more, with its number and its reason.
    pub(crate) fn add(&mut self, id: &str, name: &str, reason: &str) {
        self.ids.insert(id.to_owned());
        if !reason.is_empty() {
            self.first.get_or_insert_with(|| format!("{name}: {reason}"));
        }
    }

    pub(crate) fn and(&mut self, other: Self) {
        self.ids.extend(other.ids);
        self.first = self.first.take().or(other.first);
    }
}

impl AccessHealth {
    /// Whether something was opened or finished since the look before.
    fn has_moved(&self, looked: &Looked) -> bool {
        let now = self.now.lock();
        now.waiting.ids != looked.seen || looked.seen != looked.waiting.ids
    }

    /// The open ones were looked at, and what failed was counted if that can have changed.
    fn looked(&self, looked: &Looked, failed: Option<Told>, at: Timestamp) {
        let mut now = self.now.lock();
        (now.fresh, now.stopped, now.waiting) = (Some(at), None, looked.waiting.clone());
        now.lacking.clone_from(&looked.lacking);
        now.failed = failed.unwrap_or_else(|| now.failed.clone());
    }

    pub(super) fn stopped(&self, error: &EngineError) {
        self.now.lock().stopped = Some(error.to_string());
    }

    /// Whether something was missing when it was last looked for.
    pub(super) fn is_lacking(&self) -> bool {
        self.now.lock().lacking.is_some()
    }

    pub(crate) fn status(&self, now: Timestamp) -> AccessStatus {
        let known = self.now.lock().clone();
        let needs_attention = known.lacking.is_some() || !known.failed.ids.is_empty();
        let state = match (&known.stopped, known.fresh) {
            (Some(_), _) => "stopped",
            (None, None) => "starting",
            (None, Some(_)) if needs_attention => "attention",
            (None, Some(_)) => "ok",
        };
        AccessStatus {
            state,
            fresh_seconds: known.fresh.map(|fresh| now.duration_since(fresh).as_secs()),
            waiting: known.waiting.ids.len(),
            failed: known.failed.ids.len(),
            problem: known.stopped.or(known.lacking).or(known.failed.first).or(known.waiting.first),
        }
    }
}

/// Grants and deliveries that rest in *Error* until somebody asks again.
pub(super) async fn failed(worker: &Worker, access: &Access) -> Result<Told, EngineError> {
    let (org, mut told) = (&worker.org, Told::default());
    let grant = access.texts.of_status(GrantStatus::Error);
    let deliveries = access.evaluations.as_ref();
    let delivery = |evaluations: &Evaluations| evaluations.texts.of(DeliveryStatus::Error).to_owned();
    let asked = [(super::GRANT, Some(grant.to_owned())), (delivery::DELIVERY, deliveries.map(delivery))];
    for (object, text) in asked.into_iter().filter_map(|(object, text)| Some((object, text?))) {
        let paths = ["Id", "Name", grants::REASON].map(str::to_owned);
        let found = org.find(object, &paths, Filter::eq(grants::STATUS, text.as_str())).await;
        let mut rows = found.map_err(EngineError::peer(&org.name))?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        // Grants and deliveries are numbered apart.
        let kind = if object == delivery::DELIVERY { "delivery " } else { "" };
        for row in rows {
            let name = format!("{kind}{}", row.text("Name").unwrap_or_default());
            told.add(&row.id, &name, row.text(grants::REASON).unwrap_or_default());
        }
    }
    Ok(told)
}

/// Keeps what a look found.
pub(super) async fn note(
    worker: &Worker,
    access: &Access,
    looked: &Looked,
    has_swept: bool,
) -> Result<(), EngineError> {
    let failed = match has_swept || worker.access_health.has_moved(looked) {
        true => Some(failed(worker, access).await?),
        false => None,
    };
    worker.access_health.looked(looked, failed, worker.outside().clock.now());
    Ok(())
}

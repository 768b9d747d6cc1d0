//! How a server stands to its database: whether it can write there, and who works on an org in its place. It is kept in
//! memory: the next try finds it again.

use entente_store::{Holder, RoundCommit, StoreError};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;

use tokio_util::sync::CancellationToken;

use crate::{
    Inner, error::EngineError, limits::WRITTEN_AFTER_MS, report::to_the_second, wiring::Wiring, worker::Worker,
};

/// How one org's worker stands to the database.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    now: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Why what was done could not be kept.
    unwritten: Option<String>,
    /// Who works on the org instead.
    holder: Option<Holder>,
}

/// An org that another process works on, so that this one waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// The Salesforce connection.
    pub connection: String,
    /// The other process: its number, its machine, and when it was started.
    pub holder: String,
    /// When its lease ends unless it is renewed, RFC 3339.
    pub until: String,
}

impl Standing {
    /// Some work ended early; only what the database did not take is kept here.
    pub(crate) fn failed(&self, error: &EngineError) {
        if let EngineError::Store(error) = error
            && !matches!(error, StoreError::Fenced { .. })
        {
            self.now.lock().unwritten = Some(error.to_string());
        }
    }

    /// The database took what it was given.
    pub(crate) fn written(&self) {
        self.now.lock().unwritten = None;
    }

    /// Another process works on the org, or nobody else does any more. Answers whether that is news.
    pub(crate) fn held_by(&self, holder: Option<Holder>) -> bool {
        let mut now = self.now.lock();
        let owner = |holder: &Option<Holder>| holder.as_ref().map(|holder| holder.owner.clone());
        let is_news = owner(&now.holder) != owner(&holder);
        now.holder = holder;
        is_news
    }
}

impl Worker {
    /// Another process works on the org: says so once, and keeps who it is.
    pub(crate) async fn stand_by(&self) {
        // It may have ended since, or the database may not answer: the next try to take the lease finds out.
        let Ok(Some(holder)) = self.store().holder(&self.org.name, self.outside().now_ms()).await else { return };
        let owner = holder.owner.clone();
        if self.standing.held_by(Some(holder)) {
            tracing::warn!(
                org = self.org.name,
                holder = owner,
                "Org {} is worked on by {owner}; this server waits until that lease is given back or runs out",
                self.org.name
            );
        }
    }

    /// Commits a round, and knows from then on that the database can be written.
    pub(crate) async fn commit(&self, round: &RoundCommit, now_ms: i64) -> Result<(), StoreError> {
        self.store().commit(&self.fence()?, round, now_ms).await?;
        self.standing.written();
        Ok(())
    }

    /// Whatever could not be written before: it has gone well for a while.
    pub(crate) async fn recover(&self, stop: &CancellationToken) {
        if self.pause(WRITTEN_AFTER_MS, stop).await {
            self.standing.written();
        }
    }
}

/// Why what is done cannot be kept now, for the first org of which that is so.
pub(crate) fn unwritten(inner: &Inner, wiring: &Wiring) -> Option<String> {
    wiring.orgs.keys().find_map(|org| inner.seat(org).standing.now.lock().unwritten.clone())
}

/// The orgs that another process works on.
pub(crate) fn waiting(inner: &Inner, wiring: &Wiring) -> Vec<Waiting> {
    let of_org = |org: &String| {
        let holder = inner.seat(org).standing.now.lock().holder.clone()?;
        let until = Timestamp::from_millisecond(holder.until_ms).unwrap_or_default();
        Some(Waiting { connection: org.clone(), holder: holder.owner, until: to_the_second(until) })
    };
    wiring.orgs.keys().filter_map(of_org).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwritten(standing: &Standing) -> Option<String> {
        standing.now.lock().unwritten.clone()
    }

    #[test]
    fn what_the_database_does_not_take_is_known_until_it_takes_something() {
        let standing = Standing::default();
        standing.failed(&EngineError::Missing("nothing of the database".to_owned()));
        standing.failed(&StoreError::Fenced { org: "acme-org".to_owned() }.into());
        assert_eq!(unwritten(&standing), None, "a lost lease is no trouble of the database");
        standing.failed(&StoreError::Full("the disk is full".into()).into());
        assert_eq!(unwritten(&standing).unwrap(), "there is no room left for the database: the disk is full");
        standing.written();
        assert_eq!(unwritten(&standing), None);
    }

    #[test]
    fn who_works_on_an_org_is_news_once() {
        let standing = Standing::default();
        let holder = |owner: &str, until_ms| Some(Holder { owner: owner.to_owned(), until_ms });
        assert!(!standing.held_by(None));
        assert!(standing.held_by(holder("a", 1)));
        assert!(!standing.held_by(holder("a", 2)), "it has renewed its lease");
        assert!(standing.held_by(holder("b", 2)));
        assert!(standing.held_by(None));
    }
}

//! Test mode: one record through one action of an item that does not run it. The twin is really made or updated, by the
//! same plan and the same writes as ever; both sides are shown; nothing else is touched; and a twin that a test made can
//! be removed again.

mod edited;
mod report;

use std::sync::Arc;

use entente_core::{
    ConnectedItem, Side, Sides, Value,
    config::Config,
    item::{ItemState, Mode, Start},
};
use entente_jira::{IssueId, IssueKey, IssueRef};
use entente_salesforce::RecordId;
use entente_store::{DueHint, Hint, HintKey, Link, NewEntry};
use entente_transport::CallError;

use crate::{
    Engine, EngineError, Inner, activation,
    apply::removal,
    engine::{SyncOptions, digested},
    look,
    round::{self, Needs},
    sync,
    unit::{Ticket, Unit},
    wiring::{Wired, Wiring},
    worker::Worker,
};

pub use report::{Trial, TrialField, TrialOutcome, TrialRecord};

/// The journal's word for a test. The entry of a test that made a twin names it.
const TRIAL: &str = "trial";
/// No hint has this number: what a test leaves undone comes back by nobody.
pub(crate) const NO_HINT: i64 = -1;
/// Enough of a young link's journal to find its test.
const JOURNAL_OF_LINK: usize = 1_000;

impl Engine {
    /// Runs one record through the action that writes to `towards`; without it, away from where the record lives. With a
    /// `draft`, the item is as that configuration has it, which nothing runs yet.
    ///
    /// # Errors
    /// The item has no such action or runs it already, the record is not there, a peer, the store.
    pub async fn try_record(
        &self,
        draft: Option<Arc<Config>>,
        item: &str,
        record: &str,
        towards: Option<Side>,
        by: &str,
    ) -> Result<Trial, EngineError> {
        let (inner, item, record, by) = (self.inner.clone(), item.to_owned(), record.to_owned(), by.to_owned());
        to_the_end(async move || {
            let chosen = Chosen::new(&inner, draft, &item, &record, towards).await?;
            chosen.at_work(chosen.run(&by)).await
        })
        .await
    }

    /// Items that write and on which no record was ever tested.
    ///
    /// # Errors
    /// The store.
    pub async fn untested(&self) -> Result<Vec<String>, EngineError> {
        let mut names = Vec::new();
        for wired in self.inner.wiring().items.iter().filter(|wired| wired.item.mode != Mode::DisplayOnly) {
            let name = &wired.item.name;
            if !self.inner.store.has_happened(name, TRIAL).await? {
                names.push(name.clone());
            }
        }
        Ok(names)
    }

    /// Deletes the twin that a test made, and forgets the link.
    ///
    /// # Errors
    /// There is no such pair, it was not made by a test, its item has run since, it was edited since and that was not
    /// expected, a peer, the store.
    pub async fn remove_trial(
        &self,
        draft: Option<Arc<Config>>,
        item: &str,
        record: &str,
        towards: Option<Side>,
        expected: Expected,
        by: &str,
    ) -> Result<TrialRecord, EngineError> {
        let (inner, item, record, by) = (self.inner.clone(), item.to_owned(), record.to_owned(), by.to_owned());
        to_the_end(async move || {
            let chosen = Chosen::new(&inner, draft, &item, &record, towards).await?;
            chosen.at_work(chosen.remove(expected, &by)).await
        })
        .await
    }
}

/// What a person who removes a twin takes it for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// As the test left it.
    Untouched,
    /// Edited since, perhaps.
    Edited,
}

/// Does some work on a thread of its own, to its end even if nobody waits for it any more: a round is not cut off.
pub(crate) async fn to_the_end<T, W>(work: W) -> Result<T, EngineError>
where
    T: Send + 'static,
    W: AsyncFnOnce() -> Result<T, EngineError> + Send + 'static,
{
    let runtime = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || runtime.block_on(work()));
    done.await.map_err(|error| EngineError::Defect(error.to_string()))?
}

/// A record and the action that it is to go through.
struct Chosen {
    inner: Arc<Inner>,
    worker: Worker,
    /// The item as it is for this record: the one action runs, the other rests.
    wired: Wired,
    /// Stands for what the item says.
    digest: String,
    towards: Side,
    /// The record's id, on the side that `towards` is not.
    id: String,
}

impl Chosen {
    async fn new(
        inner: &Arc<Inner>,
        draft: Option<Arc<Config>>,
        name: &str,
        record: &str,
        towards: Option<Side>,
    ) -> Result<Self, EngineError> {
        let in_use = inner.wiring();
        let is_draft = draft.is_some();
        let wiring = match draft {
            Some(draft) => Arc::new(Wiring::new(draft, &inner.outside)?),
            None => in_use.clone(),
        };
        let item = wiring.configured(name)?;
        let source = side_of(record)?;
        let towards = towards.unwrap_or(source.other());
        refuse_unfit(item, record, source, towards)?;
        // A draft runs nowhere, unless it says what is in use.
        let running = if is_draft { in_use.config.item(name).filter(|running| *running == item) } else { Some(item) };
        running.map_or(Ok(()), |running| refuse_running(running, towards))?;
        if is_draft {
            inner.store.keep_digests_too(digested(&wiring.config));
        }
        let (Some(org), Some(site)) =
            (wiring.orgs.get(&item.salesforce.connection), wiring.sites.get(&item.jira.connection))
        else {
            return Err(EngineError::Defect(format!("{name} has no connections")));
        };
        let digest = activation::digest(item);
        let wired = Wired::new(alone(item, towards), org.clone(), site.clone(), wiring.config.people.clone());
        let options = SyncOptions { item: Some(name.to_owned()), direction: Some(towards), wait: None };
        let worker = Worker::new(inner.clone(), wiring.clone(), org.clone(), &options);
        let id = id_of(&wired, record, source).await?;
        Ok(Self { inner: inner.clone(), worker, wired, digest, towards, id })
    }

    async fn at_work<T>(&self, work: impl Future<Output = Result<T, EngineError>>) -> Result<T, EngineError> {
        self.wired.org.is_the_same(&self.inner.store).await?;
        sync::at_work(&self.inner, &self.worker, work).await
    }

    async fn run(&self, by: &str) -> Result<Trial, EngineError> {
        let Self { worker, wired, towards, .. } = self;
        if self.inner.store.is_recovering(&wired.item.name).await? {
            return Err(EngineError::Declined(format!(
                "The database is an older image: {} first looks for what was created since. Run `entente sync`, then test.",
                wired.item.name
            )));
        }
        wired.site.verify().await?;
        wired.check_names().await?;
        // A twin that is there already must be found, not made again.
        let looked = look::each_page(worker, wired, Needs::Open, &|_| {}, async |_| Ok(())).await?;
        wired.discover(looked.claims);
        let (unit, held) = (self.unit().await?, self.unit().await?);
        if !worker.busy.take(&unit, &wired.org.name, &wired.site.name) {
            return Err(EngineError::Declined("The record is being worked on right now; try again.".to_owned()));
        }
        let mut trial = None;
        let result = round::run_one(worker, wired, unit, |work| {
            trial = Some(Trial::of(wired, *towards, work));
            // A refusal is told, and not remembered against a record that nobody tried in earnest.
            work.parked = None;
        });
        let result = result.await;
        worker.busy.release(&held, &wired.org.name, &wired.site.name);
        result?;
        let mut trial = trial.ok_or_else(|| EngineError::Defect("a test was not watched".to_owned()))?;
        trial.add_addresses(wired).await?;
        self.journal(&trial, by).await?;
        // What did not come to anything has tested nothing.
        if trial.outcome != TrialOutcome::Nothing && trial.unexpected == 0 {
            let now_ms = self.inner.outside.now_ms();
            self.inner.store.tested(&self.wired.item.name, &self.digest, now_ms).await?;
        }
        Ok(trial)
    }

    async fn unit(&self) -> Result<Unit, EngineError> {
        let source = self.towards.other();
        let link = self.link().await?;
        let ids = match &link {
            Some(link) => Sides::new(Some(link.salesforce_id.clone()), Some(link.jira_id.clone())),
            None => Sides::from_view(source, Some(self.id.clone()), None),
        };
        Ok(Unit { link, tickets: vec![self.ticket(source)], ..Unit::candidate(ids) })
    }

    fn ticket(&self, source: Side) -> Ticket {
        let key = HintKey::of(&self.wired.item, source, &self.id);
        let now_ms = self.inner.outside.now_ms();
        Ticket::from(DueHint { hint: Hint::about(key, now_ms), seq: NO_HINT, attempts: 0, offered_ms: now_ms })
    }

    fn connection(&self, side: Side) -> &str {
        match side {
            Side::Salesforce => &self.wired.org.name,
            Side::Jira => &self.wired.site.name,
        }
    }

    /// The record's link under this item.
    async fn link(&self) -> Result<Option<Link>, EngineError> {
        let source = self.towards.other();
        let (org, ids) = (&self.wired.org.name, [self.id.clone()]);
        let links = self.inner.store.links_by_records(org, source, self.connection(source), &ids).await?;
        Ok(links.into_iter().find(|link| link.item == self.wired.item.name && link.is_kept()))
    }

    async fn journal(&self, trial: &Trial, by: &str) -> Result<(), EngineError> {
        let link = self.link().await?;
        let made = link.as_ref().filter(|_| trial.outcome == TrialOutcome::Created);
        let (item, towards) = (&self.wired.item.name, self.towards);
        let entry = NewEntry {
            kind: TRIAL.to_owned(),
            org: Some(self.wired.org.name.clone()),
            item: Some(item.clone()),
            link_id: link.as_ref().map(|link| link.id),
            side: made.map(|_| towards),
            record_id: made.map(|link| target(link, towards).to_owned()),
            after: made.map(|link| Value::text(target(link, towards))),
            text: format!("{by} tested the action to {towards} of {item} with {}: {}", self.id, trial.outcome),
            ..NewEntry::default()
        };
        Ok(self.inner.store.journal(&[entry], self.inner.outside.now_ms()).await?)
    }

    async fn remove(&self, expected: Expected, by: &str) -> Result<TrialRecord, EngineError> {
        let (item, towards, store) = (&self.wired.item.name, self.towards, &self.inner.store);
        let link = self.link().await?;
        let link = link.ok_or_else(|| EngineError::Missing(format!("{} has no twin under {item}.", self.id)))?;
        let id = target(&link, towards);
        let name = if towards == Side::Jira { &link.jira_key } else { id };
        self.refuse_real(&link, name).await?;
        if expected == Expected::Untouched {
            self.refuse_edited(&link, name).await?;
        }
        match removal::delete(&self.wired, towards, id).await {
            Ok(()) => {}
            Err(error @ CallError::Denied { .. }) => {
                let sentence = format!("{name} was not removed: {error}. Delete it in {towards}, then remove it here.");
                return Err(EngineError::Declined(sentence));
            }
            Err(error) => return Err(EngineError::peer(self.connection(towards))(error)),
        }
        store.forget_link(&self.worker.fence()?, link.id).await?;
        let text = format!("{by} removed {name}, which a test of {item} had made for {}", self.id);
        let entry = NewEntry {
            kind: TRIAL.to_owned(),
            org: Some(self.wired.org.name.clone()),
            item: Some(item.clone()),
            text,
            ..NewEntry::default()
        };
        store.journal(&[entry], self.inner.outside.now_ms()).await?;
        Ok(TrialRecord { id: id.to_owned(), name: name.clone(), url: None })
    }

    /// Only what a test has made is removed, and only as long as nobody has used it as a pair.
    async fn refuse_real(&self, link: &Link, name: &str) -> Result<(), EngineError> {
        let (item, towards, store) = (&self.wired.item.name, self.towards, &self.inner.store);
        let journal = store.journal_of_link(link.id, JOURNAL_OF_LINK).await?;
        let made = journal.iter().find(|entry| entry.what.kind == TRIAL && entry.what.side == Some(towards));
        let Some(made) = made else {
            return Err(EngineError::Declined(format!("{name} was not made by a test of {item}, so it stays.")));
        };
        let ran_ms = store.item_runtime(item).await?.last_sync_ms;
        if ran_ms.is_some_and(|ran_ms| ran_ms > made.at_ms) {
            return Err(EngineError::Declined(format!(
                "{item} has run since {name} was made: it is a pair like others now."
            )));
        }
        Ok(())
    }
}

fn target(link: &Link, towards: Side) -> &String {
    match towards {
        Side::Salesforce => &link.salesforce_id,
        Side::Jira => &link.jira_id,
    }
}

/// Where a record lives, by the form of its name.
fn side_of(record: &str) -> Result<Side, EngineError> {
    if RecordId::parse(record).is_ok() {
        Ok(Side::Salesforce)
    } else if record.parse::<IssueKey>().is_ok() {
        Ok(Side::Jira)
    } else {
        let sentence =
            format!("\"{record}\" is neither a Salesforce id of 15 or 18 characters nor an issue key such as OPS-7.");
        Err(EngineError::Unfit(sentence))
    }
}

fn refuse_unfit(item: &ConnectedItem, record: &str, source: Side, towards: Side) -> Result<(), EngineError> {
    let name = &item.name;
    if item.mode == Mode::DisplayOnly {
        return Err(EngineError::Declined(format!("{name} only displays: it has no action that could be tested.")));
    }
    if source == towards {
        let wanted = if towards == Side::Jira { "a Salesforce id" } else { "an issue key" };
        let sentence =
            format!("The action to {towards} starts from the other side; give {wanted} instead of {record}.");
        return Err(EngineError::Unfit(sentence));
    }
    Ok(())
}

fn refuse_running(item: &ConnectedItem, towards: Side) -> Result<(), EngineError> {
    if item.acts_on(towards) {
        let name = &item.name;
        let sentence = format!(
            "The action to {towards} of {name} is active and needs no test; only one that is a draft or paused can be tested."
        );
        return Err(EngineError::Declined(sentence));
    }
    Ok(())
}

/// The item with one action that runs, for any record that passes its filters.
fn alone(item: &ConnectedItem, towards: Side) -> ConnectedItem {
    let actions = Sides::from_view(towards, ItemState::Active, ItemState::Paused);
    ConnectedItem { state: ItemState::Active, actions, start: Start::Everything, ..item.clone() }
}

/// The id of a record that somebody named.
pub(crate) async fn id_of(wired: &Wired, record: &str, side: Side) -> Result<String, EngineError> {
    let missing = || EngineError::Missing(format!("{side} has no {record} that the integration user can see."));
    match side {
        Side::Salesforce => RecordId::parse(record).map(|id| id.to_string()).map_err(|_| missing()),
        Side::Jira => {
            let key: IssueKey = record.parse().map_err(|_| missing())?;
            match wired.site.client.issue(IssueRef::from(key), &["updated"], &[]).await {
                Ok(issue) => Ok(IssueId::to_string(&issue.issue.id)),
                Err(CallError::Gone { .. }) => Err(missing()),
                Err(error) => Err(EngineError::peer(&wired.site.name)(error)),
            }
        }
    }
}

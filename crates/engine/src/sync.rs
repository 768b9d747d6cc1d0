//! One `sync`: a look at both sides of the chosen items, then rounds until nothing is due.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use entente_core::Side;
use entente_store::{DueHint, Holder, Link, StoreError};

use crate::{
    EngineError, Inner, SyncOptions, Unfinished, access,
    drain::Until,
    forget,
    limits::{BACKOFF_FIRST_MS, LEASE_WAIT_MAX_MS, LEASE_WAIT_STEP_MS, SYNC_LINGERS_MS},
    look,
    report::{Progress, SyncReport},
    status,
    wiring::{Wired, Wiring},
    worker::Worker,
};

/// What is told while it goes on.
type Tell<'a> = &'a (dyn Fn(Progress) + Sync);

/// Does all that can be done, whatever fails: the first failure is the answer, and what went well stays done.
pub(crate) async fn run(
    inner: &Inner,
    wiring: &Wiring,
    items: &[Arc<Wired>],
    workers: &[Arc<Worker>],
    options: &SyncOptions,
    progress: Tell<'_>,
) -> Result<SyncReport, Unfinished> {
    let began = inner.outside.clock.now();
    let mut failed = None;
    for worker in workers {
        let items: Vec<&Arc<Wired>> = items.iter().filter(|wired| wired.org.name == worker.org.name).collect();
        let result = match own(inner, worker).await {
            Ok(()) => worker.keep_lease_while(org(inner, worker, &items, options, progress)).await,
            Err(error) => Err(error),
        };
        worker.release().await;
        failed = failed.or(result.err());
    }
    if failed.is_none() {
        failed = forget::old(inner, wiring).await.err().map(EngineError::from);
    }
    let done = report(inner, wiring, items, workers, options).await;
    let seconds = inner.outside.clock.now().duration_since(began).as_secs_f64();
    let done = done.map(|done| SyncReport { seconds, ..done });
    match failed {
        None => Ok(done?),
        // Should the store have failed, it has nothing to say of what was done either.
        Some(error) => Err(Unfinished { error, done: Box::new(done.unwrap_or_default()) }),
    }
}

/// Takes the org's lease, if need be after that of a process that died. One that lives renews its own, and is not waited for.
pub(crate) async fn own(inner: &Inner, worker: &Worker) -> Result<(), EngineError> {
    let give_up_ms = inner.outside.now_ms() + LEASE_WAIT_MAX_MS;
    let mut first: Option<Holder> = None;
    while !worker.acquire().await? {
        let now_ms = inner.outside.now_ms();
        // Nobody holds a lease that was given back a moment ago.
        if let Some(holder) = inner.store.holder(&worker.org.name, now_ms).await? {
            let known = first.get_or_insert_with(|| holder.clone());
            let lives = known.owner == holder.owner && known.until_ms < holder.until_ms;
            if lives || now_ms >= give_up_ms {
                return Err(EngineError::Leased { org: worker.org.name.clone(), holder: holder.owner });
            }
        }
        inner.outside.clock.sleep(Duration::from_millis(LEASE_WAIT_STEP_MS)).await;
    }
    Ok(())
}

/// Does some work under an org's lease: that of the worker who has it in this process, or one of our own.
pub(crate) async fn at_work<T>(
    inner: &Inner,
    worker: &Worker,
    work: impl Future<Output = Result<T, EngineError>>,
) -> Result<T, EngineError> {
    if worker.fence().is_ok() {
        return work.await;
    }
    own(inner, worker).await?;
    let mut done = None;
    let kept = worker.keep_lease_while(async { work.await.map(|result| done = Some(result)) }).await;
    worker.release().await;
    kept?;
    done.ok_or_else(|| EngineError::Defect("some work ended without a result".to_owned()))
}

async fn org(
    inner: &Inner,
    worker: &Arc<Worker>,
    items: &[&Arc<Wired>],
    options: &SyncOptions,
    progress: Tell<'_>,
) -> Result<(), EngineError> {
    worker.follow_items().await?;
    let wait_ms = options.wait.and_then(|wait| i64::try_from(wait.as_millis()).ok()).unwrap_or_default();
    let give_up_ms = inner.outside.now_ms() + wait_ms;
    let mut failed = None;
    for wired in items {
        failed = failed.or(looked(worker, wired, give_up_ms, progress).await.err());
    }
    let now_ms = inner.outside.now_ms();
    let until = Until::Quiet { deadline_ms: now_ms + wait_ms.max(SYNC_LINGERS_MS) };
    let drained = tokio::select! {
        // Without items no round could be formed, and nothing would ever be over.
        () = std::future::ready(()), if items.is_empty() => Ok(()),
        result = worker.drain(until), if !items.is_empty() => result,
        () = tell(inner, worker, progress) => Ok(()),
    };
    let granted = match (&options.item, options.direction) {
        (None, None) => access::settle(worker, give_up_ms).await,
        _ => Ok(()),
    };
    let ended = drained.and(failed.map_or(Ok(()), Err));
    leave_unfinished(worker, items, &ended).await?;
    granted.and(ended)
}

/// Remembers what did not finish: this process ends, and whoever asks next is to know.
async fn leave_unfinished(
    worker: &Worker,
    items: &[&Arc<Wired>],
    ended: &Result<(), EngineError>,
) -> Result<(), EngineError> {
    let Err(error) = ended else { return Ok(()) };
    let none_is_named = items.iter().all(|wired| wired.problem().is_none());
    for wired in items {
        let why = wired.problem().or_else(|| none_is_named.then(|| error.to_string()));
        if let Some(why) = why {
            worker.store().leave_unfinished(&wired.item.name, &why, worker.outside().now_ms()).await?;
        }
    }
    Ok(())
}

/// Looks at an item; what passes by itself is waited for, as long as the person who asked has time.
async fn looked(worker: &Worker, wired: &Wired, give_up_ms: i64, progress: Tell<'_>) -> Result<(), EngineError> {
    let mut n_failures = 0;
    loop {
        let result = look::offer(worker, wired, progress).await;
        let Some(after) = result.as_ref().err().and_then(EngineError::passes_after) else { return result };
        let asked_ms = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        let pause_ms = asked_ms.max(worker.backoff_ms(n_failures, BACKOFF_FIRST_MS));
        if worker.outside().now_ms().saturating_add(pause_ms) > give_up_ms {
            return result;
        }
        n_failures += 1;
        worker.outside().clock.sleep(Duration::from_millis(pause_ms.unsigned_abs())).await;
    }
}

/// Tells how far the rounds have come, as long as they run.
async fn tell(inner: &Inner, worker: &Worker, progress: Tell<'_>) {
    // Units come again, and rest a while before they do: nobody is helped by a total that falls meanwhile.
    let mut total = 0;
    loop {
        let done = worker.tally.rounds_units.load(Ordering::Relaxed);
        // What cannot be counted now is counted the next time.
        if let Ok(left) = inner.store.backlog(Some(&worker.org.name), inner.outside.now_ms()).await {
            total = total.max(done + left.due);
            progress(Progress { stage: "agreeing", done, total: Some(total) });
        }
        inner.outside.clock.sleep(Duration::from_millis(500)).await;
    }
}

async fn report(
    inner: &Inner,
    wiring: &Wiring,
    items: &[Arc<Wired>],
    workers: &[Arc<Worker>],
    options: &SyncOptions,
) -> Result<SyncReport, EngineError> {
    let counts = inner.store.counts(inner.outside.now_ms()).await?;
    // What is left of items that are gone from the configuration is no part of this run.
    let configured = wiring.config.items.iter().map(|item| item.name.as_str());
    let of_items = counts.of(configured.filter(|name| options.item.as_deref().is_none_or(|only| only == *name)));
    let mut waiting = counts.backlog.due + counts.backlog.waiting;
    if options.item.is_some() {
        waiting = 0;
        for (worker, wired) in workers.iter().flat_map(|worker| items.iter().map(move |wired| (worker, wired))) {
            waiting += waiting_for(worker, wired).await?;
        }
    }
    let calls = status::calls(wiring);
    let runtimes = inner.store.item_runtimes().await?;
    let held = runtimes.iter().filter(|runtime| runtime.held.is_some());
    let held = held.filter(|runtime| items.iter().any(|wired| wired.item.name == runtime.item));
    let held = held.filter_map(|runtime| counts.items.get(&runtime.item)).map(|counts| counts.links).sum();
    let mut report = SyncReport {
        links: of_items.links,
        conflicts: of_items.conflicts,
        left_alone: of_items.left_alone,
        fields_left_alone: status::left_alone(&inner.store, of_items.left_alone, |name| {
            items.iter().any(|wired| wired.item.name == name)
        })
        .await?,
        parked: of_items.parked,
        writes: calls.writes,
        reads: calls.reads,
        auth: calls.auth,
        waiting,
        held,
        incomplete: items.iter().filter_map(|wired| wired.incomplete()).collect(),
        ..SyncReport::default()
    };
    for tally in workers.iter().map(|worker| &worker.tally) {
        report.created.salesforce += tally.created_salesforce.load(Ordering::Relaxed);
        report.created.jira += tally.created_jira.load(Ordering::Relaxed);
        report.noops += tally.noops.load(Ordering::Relaxed);
    }
    Ok(report)
}

/// Hints that wait and are about an item's links, or about records that it may take.
async fn waiting_for(worker: &Worker, wired: &Wired) -> Result<u64, StoreError> {
    let hints = worker.store().due(&worker.org.name, i64::MAX, usize::MAX).await?;
    let (records, issues): (Vec<DueHint>, Vec<DueHint>) =
        hints.into_iter().partition(|due| due.hint.key.connection == worker.org.name);
    let records = records.into_iter().filter(|due| due.hint.key.kind == wired.item.salesforce.object);
    let issues = issues.into_iter().filter(|due| due.hint.key.connection == wired.site.name);
    let records = of_item(worker, wired, Side::Salesforce, &worker.org.name, records).await?;
    Ok(records + of_item(worker, wired, Side::Jira, &wired.site.name, issues).await?)
}

async fn of_item(
    worker: &Worker,
    wired: &Wired,
    side: Side,
    connection: &str,
    hints: impl Iterator<Item = DueHint>,
) -> Result<u64, StoreError> {
    let ids: HashSet<String> = hints.map(|due| due.hint.key.record_id).collect();
    let wanted: Vec<String> = ids.iter().cloned().collect();
    let mut items: HashMap<String, Vec<Link>> = HashMap::new();
    for link in worker.store().links_by_records(&worker.org.name, side, connection, &wanted).await? {
        let id = if side == Side::Salesforce { &link.salesforce_id } else { &link.jira_id };
        items.entry(id.clone()).or_default().push(link);
    }
    let is_other = |link: &Link| link.item != wired.item.name && link.is_kept();
    let others = items.values().filter(|links| links.iter().any(is_other)).count();
    Ok((ids.len() - others) as u64)
}

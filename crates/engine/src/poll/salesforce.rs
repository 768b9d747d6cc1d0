//! What has changed in an org: its items' own objects, those that items read over lookups, and those in which comments
//! are, up to five of them in one call.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use entente_core::Side;
use entente_store::{Hint, HintKey};
use jiff::Timestamp;

use super::{
    IsDue, Offered, before, cursor, discovered, failed, files, hint, narrow::Narrow, salesforce_cursor, talk, wake_if,
};
use crate::{
    error::EngineError,
    limits::{ECHO_AGE_MS, SALESFORCE_OVERLAP_SECS},
    outside::{AskedObject, Changed, Changes},
    related,
    wiring::Wired,
    worker::Worker,
};

/// Polls an org. Where it does not answer, or another org does in its place, its cursors stay.
pub(super) async fn poll(worker: &Worker, offered: &mut Offered, is_due: IsDue<'_>) -> Result<(), EngineError> {
    let (health, name) = (&worker.org.health, &worker.org.name);
    match ask(worker, offered, is_due).await {
        Err(EngineError::Peer { error, .. }) => failed(health, name, &error),
        // Nothing in another org is news.
        Err(error @ EngineError::Connection { .. }) => health.leads_elsewhere(error.to_string()),
        done => return done,
    }
    Ok(())
}

async fn ask(worker: &Worker, offered: &mut Offered, is_due: IsDue<'_>) -> Result<(), EngineError> {
    let Some(question) = Question::due(worker, is_due).await? else { return Ok(()) };
    let asked = asked(worker, question.objects()).await?;
    let Some(earliest) = asked.iter().map(|asked| asked.since).min() else { return Ok(()) };
    let Changes { found, began, refused } = changes(worker, &asked).await?;
    let hints = question.hints(worker, offered, found, began).await?;
    if let Some(began) = began {
        let is_answered = |object: &str| refused.iter().all(|(refused, _)| *refused != object);
        let answered: Vec<&str> = asked.iter().map(|asked| asked.object.as_str()).filter(|o| is_answered(o)).collect();
        question.settle(worker, &answered, began, &hints).await?;
    }
    // Who is asked less often looks back further than this poll did.
    let slowest_secs = i64::from(worker.wiring.config.slowest_poll_seconds());
    offered.forget_before(earliest.min(before(worker.outside().clock.now(), SALESFORCE_OVERLAP_SECS + slowest_secs)));
    files::offer(worker, offered, &question.items).await?;
    // Who may not query all feeds finds posts where their record has changed, and by looks.
    if let Some((_, error)) = refused.into_iter().find(|(object, _)| !question.talk.contains_key(object.as_str())) {
        // An object or a field that was taken away from us: what is there now is looked up before it is asked about again.
        worker.wiring.items_of(&worker.org.name).for_each(|wired| wired.forget_scheme());
        return Err(EngineError::peer(&worker.org.name)(error));
    }
    worker.org.health.read_to_the_end(worker.outside().clock.now());
    Ok(())
}

/// What an org is asked at once.
struct Question {
    /// The items whose turn it is.
    items: Vec<Arc<Wired>>,
    /// Their objects, each with what is left out of it.
    own: Vec<(String, Narrow)>,
    /// Objects that items read over lookups.
    related: BTreeSet<String>,
    /// Objects in which comments are.
    talk: talk::Objects,
}

impl Question {
    /// What is to be asked now; nothing when it is nobody's turn.
    async fn due(worker: &Worker, is_due: IsDue<'_>) -> Result<Option<Self>, EngineError> {
        if worker.org.held_back().is_some() {
            return Ok(None);
        }
        let related = related::objects(worker).await;
        if !discovered(worker).any(|wired| is_due(&salesforce_cursor(&wired.item.salesforce.object))) {
            return Ok(None);
        }
        worker.org.is_the_same(worker.store()).await?;
        let is_asked = |object: &String| related.contains(object) || is_due(&salesforce_cursor(object));
        let items: Vec<Arc<Wired>> =
            discovered(worker).filter(|wired| is_asked(&wired.item.salesforce.object)).cloned().collect();
        let talk = talk::objects(&items).await;
        let mut own = Vec::new();
        for (object, items) in by_object(&items) {
            own.push((object, Narrow::of(worker, Side::Salesforce, &items).await?));
        }
        Ok(Some(Self { items, own, related, talk }))
    }

    /// The objects, with what is read of each beside its stamp.
    fn objects(&self) -> Vec<(String, Vec<String>)> {
        let own = self.own.iter().map(|(object, narrow)| (object.clone(), narrow.fields()));
        let related = self.related.iter().filter(|object| !self.is_own(object));
        let related = related.map(|object| (object.clone(), Vec::new()));
        let talk = self.talk.iter().map(|(object, parent)| ((*object).to_owned(), vec![(*parent).to_owned()]));
        own.chain(related).chain(talk).collect()
    }

    fn is_own(&self, object: &str) -> bool {
        self.own.iter().any(|(own, _)| own == object)
    }

    /// Hints for what changed itself, for every record that reads over what changed, and for what people talk about.
    async fn hints(
        &self,
        worker: &Worker,
        offered: &mut Offered,
        found: Vec<Changed>,
        began: Option<Timestamp>,
    ) -> Result<Vec<Hint>, EngineError> {
        let org = &worker.org.name;
        let (mut comments, records): (Vec<Changed>, Vec<Changed>) =
            found.into_iter().partition(|changed| self.talk.contains_key(changed.object.as_str()));
        let left_out = self.left_out(worker, &records).await?;
        let mut news = unless_unknown(worker, records).await?;
        let mut is_new =
            |changed: &Changed| offered.is_new(org, &changed.id, changed.version.as_ref(), began, ECHO_AGE_MS);
        comments.retain(|comment| !comment.is_deleted && is_new(comment));
        news.retain(is_new);
        let pointed_at: Vec<Changed> =
            news.iter().filter(|changed| self.related.contains(&changed.object)).cloned().collect();
        // Should that fail, the cursor stays and everything is seen again; it must then count as new.
        let fanned_out = related::fan_out(worker, &pointed_at).await.inspect_err(|_| *offered = Offered::default())?;
        let talked_about = talk::hints(worker, &self.talk, &comments).await?;
        let own = news.into_iter().filter(|changed| self.is_own(&changed.object) && !left_out.contains(&changed.id));
        let own =
            own.map(|Changed { object, id, version, .. }| hint(worker, HintKey::record(org, &object, &id), version));
        Ok(fanned_out.into_iter().chain(own).chain(talked_about).collect())
    }

    /// The records that no item takes up.
    async fn left_out(&self, worker: &Worker, records: &[Changed]) -> Result<HashSet<String>, EngineError> {
        let mut left_out = HashSet::new();
        for (object, narrow) in &self.own {
            let rows = records.iter().filter(|changed| changed.object == *object);
            let rows = rows.map(|row| (row.id.clone(), &row.fields));
            left_out.extend(narrow.left_out(worker, &worker.org.name, rows).await?);
        }
        Ok(left_out)
    }

    /// What was found is offered, and the objects that were answered are asked from here on.
    async fn settle(
        &self,
        worker: &Worker,
        answered: &[&str],
        began: Timestamp,
        hints: &[Hint],
    ) -> Result<(), EngineError> {
        advance(worker, answered, began, hints).await?;
        for (_, narrow) in self.own.iter().filter(|(object, _)| answered.contains(&object.as_str())) {
            narrow.finish(worker, began).await?;
        }
        Ok(())
    }
}

fn by_object(items: &[Arc<Wired>]) -> BTreeMap<String, Vec<Arc<Wired>>> {
    let mut by: BTreeMap<String, Vec<Arc<Wired>>> = BTreeMap::new();
    for wired in items {
        by.entry(wired.item.salesforce.object.clone()).or_default().push(wired.clone());
    }
    by
}

/// Each object from its own cursor on; one that has none yet, from the earliest.
async fn asked(worker: &Worker, objects: Vec<(String, Vec<String>)>) -> Result<Vec<AskedObject>, EngineError> {
    let mut cursors = Vec::new();
    for (object, _) in &objects {
        cursors.push(cursor(worker, &salesforce_cursor(object)).await?);
    }
    let Some(earliest) = cursors.iter().flatten().min().copied() else { return Ok(Vec::new()) };
    let asked = objects.into_iter().zip(cursors).map(|((object, fields), cursor)| {
        let since = before(cursor.unwrap_or(earliest), SALESFORCE_OVERLAP_SECS);
        AskedObject { object, fields, since }
    });
    Ok(asked.collect())
}

async fn changes(worker: &Worker, asked: &[AskedObject]) -> Result<Changes, EngineError> {
    let answer = worker.org.changed(asked).await;
    #[cfg(feature = "simulation")]
    if answer.is_err() && entente_core::wrong::is(entente_core::wrong::Wrong::CursorEarly) {
        let began = Some(worker.outside().clock.now());
        return Ok(Changes { found: Vec::new(), began, refused: Vec::new() });
    }
    answer.map_err(EngineError::peer(&worker.org.name))
}

/// A deletion concerns those that are linked, and those that wait for a twin.
async fn unless_unknown(worker: &Worker, mut changed: Vec<Changed>) -> Result<Vec<Changed>, EngineError> {
    let deleted = changed.iter().filter(|changed| changed.is_deleted);
    let ids: Vec<String> = deleted.map(|changed| changed.id.clone()).collect();
    let org = &worker.org.name;
    let links = worker.store().links_by_records(org, Side::Salesforce, org, &ids).await?;
    let mut concerned: HashSet<String> = links.into_iter().map(|link| link.salesforce_id).collect();
    for wired in worker.wiring.items_of(org) {
        let parked = worker.store().parked_among(&wired.item.name, Side::Salesforce, &ids).await?;
        concerned.extend(parked.into_iter().map(|parked| parked.key.record_id));
    }
    changed.retain(|changed| !changed.is_deleted || concerned.contains(&changed.id));
    Ok(changed)
}

/// Moves the cursors of an org's objects, and offers what was found; it is worked on at once, whatever else is asked.
pub(super) async fn advance(
    worker: &Worker,
    objects: &[&str],
    began: Timestamp,
    hints: &[Hint],
) -> Result<(), EngineError> {
    let now_ms = worker.outside().now_ms();
    let fence = worker.fence()?;
    let value = began.as_millisecond().to_string();
    for (n, object) in objects.iter().enumerate() {
        // The hints go with the first cursor: should a later one not move, it only looks back further.
        let hints = if n == 0 { hints } else { &[] };
        worker.store().advance(&fence, &salesforce_cursor(object), &value, hints, now_ms).await?;
    }
    wake_if(worker, !hints.is_empty());
    Ok(())
}

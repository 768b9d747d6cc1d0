//! What becomes of each record, in words without any value: collected, processed, delivered.

use entente_core::{
    Side,
    plan::{Write, explain::operation},
};
use entente_store::Link;

use super::{ITEM, Inspection, Seen, Step};
use crate::{
    round::Scene,
    unit::{End, Ticket, Work},
    wiring::Wired,
    worker::Worker,
};

/// Both sides of some records were read.
pub(crate) fn collected(scene: &Scene<'_>, works: &[Work]) {
    let now_ms = scene.worker.outside().now_ms();
    each(scene.worker, scene.wired, works.iter(), "collected", |work| {
        let waited_ms = work.unit.tickets.iter().map(|ticket| now_ms - ticket.offered_ms).max();
        let waited = waited_ms.map(|ms| format!(", {ms} ms after the news")).unwrap_or_default();
        let state = |side: Side| if work.seen.get(side).record().is_some() { "there" } else { "not there" };
        format!("read: {} {}, {} {}{waited}", Side::Salesforce, state(Side::Salesforce), Side::Jira, state(Side::Jira))
    });
}

/// It is decided what should happen to some records.
pub(crate) fn processed(scene: &Scene<'_>, works: &[Work]) {
    each(scene.worker, scene.wired, works.iter(), "processed", planned);
}

/// A look found nothing to do about these.
pub(crate) fn left_alone<'w>(worker: &Worker, wired: &Wired, works: impl Iterator<Item = &'w Work>) {
    each(worker, wired, works, "processed", |_| "left alone: a full look found nothing to do".to_owned());
}

/// What was done about some records.
pub(crate) fn delivered(scene: &Scene<'_>, works: &[Work]) {
    each(scene.worker, scene.wired, works.iter(), "delivered", |work| {
        let entries = work.journal.iter().map(|entry| {
            let side = entry.side.map(|side| format!(" {side}")).unwrap_or_default();
            let field = entry.mapping.as_ref().map(|key| format!(" {key}")).unwrap_or_default();
            format!("{}{side}{field}", entry.kind)
        });
        let entries: Vec<String> = entries.collect();
        match (&work.end, entries.is_empty()) {
            (End::Again { reason, .. }, _) => format!("put off: {reason}"),
            (_, true) => "nothing was written".to_owned(),
            (_, false) => entries.join(", "),
        }
    });
}

/// News about a record that need no look.
pub(crate) fn needless(inspection: &Inspection, worker: &Worker, side: Side, ticket: &Ticket, links: &[Link]) {
    if !inspection.is_on() {
        return;
    }
    let link = links.iter().find(|link| link.is_live());
    let text = match link {
        Some(_) => "left alone: this version was read already, or no item that runs is about it",
        None => "left alone: no item that runs takes it",
    };
    let id = |at: Side| (at == side).then(|| ticket.key.record_id.clone());
    inspection.keep(Seen::Step(Step {
        at: worker.outside().clock.now(),
        phase: "collected",
        link: link.map(|link| link.id),
        record: link.map(|link| link.salesforce_id.clone()).or_else(|| id(Side::Salesforce)),
        issue: link.map(|link| link.jira_key.clone()).or_else(|| id(Side::Jira)),
        text: text.to_owned(),
    }));
}

fn each<'w>(
    worker: &Worker,
    wired: &Wired,
    works: impl Iterator<Item = &'w Work>,
    phase: &'static str,
    text: impl Fn(&Work) -> String,
) {
    let inspection = &worker.outside().inspection;
    if !inspection.is_on() || !inspection.wants(&wired.item.name) {
        return;
    }
    let at = worker.outside().clock.now();
    let named = |work: &Work, side: Side| Some(work.label(side).to_owned()).filter(|label| !label.is_empty());
    ITEM.sync_scope(wired.item.name.clone(), || {
        for work in works {
            inspection.keep(Seen::Step(Step {
                at,
                phase,
                link: work.link_id(),
                record: named(work, Side::Salesforce),
                issue: named(work, Side::Jira),
                text: text(work),
            }));
        }
    });
}

impl Inspection {
    fn wants(&self, item: &str) -> bool {
        let session = self.session.lock();
        session.as_ref().is_some_and(|session| session.wish.item.as_deref().is_none_or(|wanted| wanted == item))
    }
}

/// What should happen, in words.
fn planned(work: &Work) -> String {
    match &work.end {
        End::PassOn => return "the item does not take it".to_owned(),
        End::Refused => return "refused; it is parked with the reason".to_owned(),
        End::Again { reason, .. } => return format!("put off: {reason}"),
        End::Done => {}
    }
    let mut parts: Vec<String> = work.plan.writes.iter().map(in_words).collect();
    if let n @ 1.. = work.plan.conflicts.len() {
        parts.push(format!("{n} fields wait for a decision"));
    }
    if let n @ 1.. = work.thread.as_ref().map_or(0, |thread| thread.plan.steps.len()) {
        parts.push(format!("{n} steps for its comments"));
    }
    parts.extend(work.plan.notes.iter().map(|note| {
        let key = note.key.as_ref().map(|key| format!(" {key}")).unwrap_or_default();
        format!("note: {}{key}", note.code.as_str())
    }));
    if parts.is_empty() { "left alone: nothing to do".to_owned() } else { parts.join("; ") }
}

fn in_words(write: &Write) -> String {
    let keys: Vec<&str> = write.fields().iter().map(|field| field.key.as_str()).collect();
    let side = write.side().map(|side| format!(" {side}")).unwrap_or_default();
    let keys = if keys.is_empty() { String::new() } else { format!(" {}", keys.join(", ")) };
    format!("{}{side}{keys}", operation(write))
}

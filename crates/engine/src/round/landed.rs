//! Writes of ours that nobody heard of, found again by what a side shows: both sides have agreed on them, whatever has
//! been edited since. Without this, an older value of the one side would come back from the other as an edit.
//!
//! A value alone is no proof: a person may have chosen the same one, above all where there are three to choose from. So
//! the vendor's own history is asked whose the last word was; where it keeps none, the value must do. The history also
//! tells of a write on which somebody's edit stands already, perhaps one that put back what stood there before.

use std::collections::{BTreeSet, HashMap};

use entente_core::{Base, Side, Sides, Value};
use entente_store::{NewEntry, Sent};
use entente_transport::CallError;
use jiff::Timestamp;

use super::{
    Scene,
    needs::{self, Step, names},
};
use crate::{
    apply::written,
    error::EngineError,
    outside::{FieldChange, last_author},
    unit::Work,
};

/// A write that may have taken effect.
struct Landing {
    work: usize,
    sent: Sent,
    /// What a side showed after it, as bases hold it.
    shown: Value,
    /// Whether that is what the side shows now.
    stands: bool,
    /// Nothing has made it certain yet that the write has no effect any more.
    is_open: bool,
    place: Option<Place>,
}

/// How far the time of an edit, in whole seconds and by another clock, may lie before that of its announcement.
const HISTORY_GRAIN_MS: i64 = 1_000;

/// A record's id, and the vendor's name of a field.
type Place = (String, String);

/// What a vendor remembers of a field.
struct History {
    /// Whose the last word was; none where nobody can say.
    author: Option<Author>,
    /// With times by our own clock.
    steps: Vec<Step>,
}

type Histories = HashMap<Place, History>;

/// Who had the last word about a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Author {
    /// The mark of our edits in Jira.
    Entente,
    /// The user that we are in the org, as which its automations may run too.
    OurUser,
    Other,
}

impl Landing {
    fn is_ours(&self, histories: &Histories) -> bool {
        match (self.stands, self.history(histories).and_then(|history| history.author)) {
            (true, Some(Author::Entente)) => true,
            (true, Some(Author::Other)) => false,
            (true, Some(Author::OurUser) | None) => self.is_open,
            (false, _) => self.is_replaced(histories),
        }
    }

    fn history<'a>(&self, histories: &'a Histories) -> Option<&'a History> {
        histories.get(self.place.as_ref()?)
    }

    /// The steps since it was announced, and where in the history they are.
    fn since<'a>(&self, histories: &'a Histories) -> impl Iterator<Item = (usize, &'a Step)> {
        let since_ms = self.sent.at_ms - HISTORY_GRAIN_MS;
        let steps = self.history(histories).into_iter().flat_map(|history| history.steps.iter().enumerate());
        steps.filter(move |(_, step)| step.at.as_millisecond() >= since_ms)
    }

    /// Where in the history we have set this value: twice, where an earlier request with the same value has landed too.
    fn places(&self, histories: &Histories) -> impl Iterator<Item = usize> {
        let after = self.sent.after.to_string();
        let ours = self.since(histories).filter(move |(_, step)| step.is_ours && step.to.as_ref() == Some(&after));
        ours.map(|(n, _)| n)
    }

    /// Whether somebody has replaced what the write has set. That it has landed is not enough: it may have landed after
    /// the side was read, and bear the time of its call.
    fn is_replaced(&self, histories: &Histories) -> bool {
        let after = self.sent.after.to_string();
        let replaces = |step: &Step| !step.is_ours && step.from.as_ref() == Some(&after);
        self.places(histories).next().is_some() && self.since(histories).any(|(_, step)| replaces(step))
    }

    fn is_like(&self, other: &Self) -> bool {
        (&self.place, &self.sent.after) == (&other.place, &other.sent.after)
    }
}

/// Takes what has landed into the bases of the works.
pub(super) async fn load(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::EditByEcho) {
        return Ok(());
    }
    let pairs = works.iter().filter_map(Work::pair);
    let records: Vec<String> = pairs.map(|(salesforce_id, _)| salesforce_id).collect();
    let mut unheard = scene.worker.store().unheard(&scene.wired.org.name, &records).await?;
    let mut landings = Vec::new();
    for (n, work) in works.iter_mut().enumerate() {
        let Some(sent) = work.pair().and_then(|pair| unheard.remove(&pair)) else { continue };
        work.earlier.clone_from(&sent);
        landings.extend(sent.into_iter().filter_map(|sent| landing(scene, n, work, sent)));
    }
    if landings.is_empty() {
        return Ok(());
    }
    match histories(scene, &landings).await {
        Ok(histories) => {
            landings.retain(|landing| landing.is_ours(&histories));
            // The last one to have landed counts, and that is what stands there.
            landings.sort_by_key(|landing| (landing.stands, landing.places(&histories).last()));
            for (n, landing) in landings.iter().enumerate() {
                let work = &mut works[landing.work];
                land(scene, work, landing);
                // What the history has seen land cannot land once more. Were it remembered, it would undo what was agreed since.
                let n_alike = landings[..n].iter().filter(|earlier| earlier.is_like(landing)).count();
                if landing.places(&histories).nth(n_alike).is_some() {
                    work.heard.push(landing.sent.clone());
                }
            }
        }
        Err(error) => {
            for landing in landings {
                let work = &mut works[landing.work];
                work.again(scene.worker.later_after(&work.unit, error.after()), error.to_string());
                work.stopped = true;
            }
        }
    }
    Ok(())
}

fn landing(scene: &Scene<'_>, n: usize, work: &Work, sent: Sent) -> Option<Landing> {
    let (item, side) = (&scene.wired.item, sent.side);
    let path = item.path(&sent.mapping, side)?;
    let record = work.seen.get(side).record()?;
    let now = record.value(path.as_str())?;
    let stands = now.means(&sent.after);
    let own = if stands { now } else { &sent.after };
    let shown = item.with_own(&sent.mapping, side, Some(record), own.clone());
    let agreed = work.base.as_ref().and_then(|base| base.get(&sent.mapping));
    let is_news = agreed.is_none_or(|agreed| *agreed.get(side) != shown);
    let field = names(scene, &sent.mapping, side).into_iter().next();
    let place = field.map(|field| (work.id(side).to_owned(), field));
    let is_open = may_count(scene, work, &sent);
    is_news.then_some(Landing { work: n, sent, shown, stands, is_open, place })
}

/// Whether a write may be what a side shows, for all that its value says. Once a pair has come to rest after it, it is so
/// only until a late request can no longer take effect.
fn may_count(scene: &Scene<'_>, work: &Work, sent: &Sent) -> bool {
    let rest = work.unit.link.as_ref().filter(|link| link.versions.jira.is_some());
    let rest = rest.and_then(|link| Timestamp::from_millisecond(link.read_ms.jira).ok());
    let has_rested = rest.is_some_and(|at| scene.wired.site.to_our_time(at).as_millisecond() > sent.at_ms);
    !has_rested || scene.worker.outside().now_ms() - sent.at_ms <= settle_ms(scene)
}

/// How long a lost request may still take effect, on either side.
pub(super) fn settle_ms(scene: &Scene<'_>) -> i64 {
    scene.wired.org.settle_ms.max(scene.wired.site.settle_ms)
}

/// What the vendors remember of the fields concerned, where they keep a history.
async fn histories(scene: &Scene<'_>, landings: &[Landing]) -> Result<Histories, CallError> {
    let on = |side: Side| {
        let on_side = landings.iter().filter(|landing| landing.sent.side == side);
        on_side.filter_map(|landing| landing.place.clone()).unzip::<_, _, BTreeSet<String>, BTreeSet<String>>()
    };
    let mut histories = HashMap::new();
    let (issues, fields) = on(Side::Jira);
    if !issues.is_empty() {
        let site = &scene.wired.site;
        let author = |last: &Step| if last.is_ours { Author::Entente } else { Author::Other };
        let history = |steps: Vec<Step>| History {
            author: steps.last().map(author),
            steps: steps.into_iter().map(|step| Step { at: site.to_our_time(step.at), ..step }).collect(),
        };
        let edits = needs::edits(scene, issues, fields).await?;
        histories.extend(edits.into_iter().map(|(place, steps)| (place, history(steps))));
    }
    let (records, fields) = on(Side::Salesforce);
    if !records.is_empty() {
        let rows = needs::rows(scene, records, fields).await?;
        let Some(ourselves) = scene.wired.org.user_id().await else { return Ok(histories) };
        let author = |by: &str| if by == ourselves { Author::OurUser } else { Author::Other };
        let step = |row: FieldChange| {
            let at = scene.wired.org.to_our_time(Some(row.at))?;
            Some(Step { at, is_ours: row.by.as_ref() == Some(&ourselves), from: row.from, to: row.to })
        };
        let history = |rows: Vec<FieldChange>| History {
            author: last_author(&rows).map(author),
            steps: rows.into_iter().filter_map(step).collect(),
        };
        histories.extend(rows.into_iter().map(|(place, rows)| (place, history(rows))));
    }
    Ok(histories)
}

/// Journals what writes of unknown outcome may have replaced, when the base is about to forget it.
pub(super) fn remember(work: &mut Work) {
    remember_but(work, None);
}

/// The same, but for a write that is journalled by itself.
fn remember_but(work: &mut Work, told: Option<&Sent>) {
    let agreed = |base: &Base, sent: &Sent| base.get(&sent.mapping).map(|agreed| agreed.get(sent.side).clone());
    let is_forgotten = |sent: &&Sent| {
        let before = work.base.as_ref().and_then(|base| agreed(base, sent));
        before.as_ref() == Some(&sent.before) && agreed(&work.base_next, sent) != before
    };
    let entry = |sent: &Sent| {
        let (side, key, value) = (sent.side, &sent.mapping, &sent.after);
        let text = format!("{side} {key} := \"{value}\" was sent before, and nobody heard whether it arrived");
        written(work, side, key, &sent.before, value, text)
    };
    let untold = work.earlier.iter().filter(|sent| told != Some(*sent));
    let entries: Vec<NewEntry> = untold.filter(is_forgotten).map(entry).collect();
    work.journal.extend(entries);
}

fn land(scene: &Scene<'_>, work: &mut Work, landing: &Landing) {
    let (sent, side) = (&landing.sent, landing.sent.side);
    let agreed = work.base.as_ref().and_then(|base| base.get(&sent.mapping));
    let in_jira = agreed.map_or_else(|| sent.before.clone(), |agreed| agreed.jira.clone());
    work.landed.entry(sent.mapping.clone()).or_insert(in_jira);
    let field = scene.wired.item.path(&sent.mapping, side).map(|path| path.to_string()).unwrap_or_default();
    let text = format!("{side} {field} := \"{}\", of which nobody had heard", sent.after);
    let entry = written(work, side, &sent.mapping, &sent.before, &sent.after, text);
    work.journal.push(entry);
    work.base_next.set(sent.mapping.clone(), Sides::from_view(side, landing.shown.clone(), sent.source.clone()));
    remember_but(work, Some(sent));
    work.base = Some(work.base_next.clone());
    work.is_base_stale = true;
    // Were it agreed on before `apply/unheard` has asked what it replaced, nobody would ask any more.
    work.stopped = true;
}

//! What a `sync` would do, in words: the same look and the same plans, carried out by nobody.

mod newcomers;

use entente_core::{
    Side, Sides,
    plan::{FieldWrite, NoteCode, Write, explain},
    threads::Step,
    workflow::same,
};
use entente_jira::limits::BULK_CREATE_ISSUES_MAX;
use entente_salesforce::limits::{COLLECTION_ROWS_MAX, COMPOSITE_PARTS_MAX};

use self::newcomers::shown_later;
use crate::{
    EngineError,
    apply::link_note,
    folders::{self, Folder},
    look,
    report::{DryRun, PerSide, PlannedConflict, PlannedNote, PlannedWrite, Progress},
    round::{Needs, Scene, succession},
    threads,
    unit::{LinkNote, Work},
    wiring::Wired,
    worker::Worker,
    workflow,
};

/// Adds what would happen to one item.
pub(crate) async fn item(
    worker: &Worker,
    wired: &Wired,
    progress: &(dyn Fn(Progress) + Sync),
    report: &mut DryRun,
) -> Result<(), EngineError> {
    wired.site.verify().await?;
    look::may_begin(worker, wired).await?;
    if let Some(text) = wired.lacking() {
        report.notes.push(PlannedNote { item: wired.item.name.clone(), link: None, record: None, text });
    }
    let mut told = Told { only: worker.only, ..Told::new(report) };
    let mut is_asked = false;
    let mut asked = newcomers::Asked::default();
    let looked = look::each_page_for_sure(worker, wired, Needs::Fetched, progress, async |scene, mut works| {
        threads::read(scene, &mut works).await?;
        folders::read(scene, &mut works).await?;
        newcomers::read(scene, &mut works, &mut asked).await?;
        link_note::read(scene, &mut works).await?;
        if !is_asked && works.iter().any(|work| begins(work).is_some()) {
            is_asked = true;
            told.beginning = workflow::beginning(scene).await.map_err(EngineError::peer(&wired.site.name))?;
        }
        for work in &works {
            told.report.links += u64::from(work.unit.link.is_some());
            told.add(wired, work);
            told.note(scene, work);
            let mut next = succession::gone_on(scene, work).await?;
            while let Some((wired, work)) = next {
                told.add(&wired, &work);
                next = succession::gone_on(scene, &work).await?;
            }
        }
        Ok(())
    })
    .await;
    told.unasked(wired, asked.n_unasked);
    told.end();
    looked
}

/// Adds what would happen to one unit.
pub(crate) fn add(wired: &Wired, work: &Work, report: &mut DryRun) {
    report.links += u64::from(work.unit.link.is_some());
    let mut told = Told::new(report);
    told.add(wired, work);
    told.end();
}

/// The status that an issue is to have which is still to be created.
fn begins(work: &Work) -> Option<&FieldWrite> {
    work.status().filter(|_| work.unit.ids.jira.is_none())
}

/// A report as it grows.
struct Told<'r> {
    report: &'r mut DryRun,
    requests: Requests,
    /// Where a new issue begins, as far as that is known.
    beginning: Option<String>,
    /// The side to which alone the run writes, if it does not to both.
    only: Option<Side>,
}

impl<'r> Told<'r> {
    fn new(report: &'r mut DryRun) -> Self {
        Self { report, requests: Requests::default(), beginning: None, only: None }
    }

    fn add(&mut self, wired: &Wired, work: &Work) {
        let is_begun = begins(work).is_some_and(|change| {
            self.beginning.as_deref().is_some_and(|beginning| same(beginning, &change.to.to_string()))
        });
        let preview = Preview { wired, work, beginning: self.beginning.as_deref(), only: self.only };
        self.requests.count(&preview, is_begun);
        tell(&preview, is_begun, self.report);
    }

    fn note(&mut self, scene: &Scene<'_>, work: &Work) {
        if work.link_note != Some(LinkNote::Due) {
            return;
        }
        let preview = Preview { wired: scene.wired, work, beginning: None, only: self.only };
        let why = "the record shall say which issue it is linked with".to_owned();
        let to = Some(link_note::text(scene, work));
        let record = preview.place(Side::Salesforce);
        self.report.writes.push(PlannedWrite { to, ..preview.write(Side::Salesforce, "comment", record, why) });
        self.requests.notes += 1;
    }

    /// Some issues were not asked for their comments.
    fn unasked(&mut self, wired: &Wired, n_issues: usize) {
        if n_issues > 0 {
            let text = format!(
                "the comments of {n_issues} more issues without a link were not asked for: that takes one call for each"
            );
            self.report.notes.push(PlannedNote { item: wired.item.name.clone(), link: None, record: None, text });
        }
    }

    fn end(self) {
        let PerSide { salesforce, jira } = self.requests.sum();
        self.report.calls.salesforce += salesforce;
        self.report.calls.jira += jira;
    }
}

/// What the requests of a run are made of: creations travel together, and so do updates in Salesforce; an edit and a
/// transition in Jira go by themselves.
#[derive(Default)]
struct Requests {
    created: Sides<usize>,
    own: usize,
    guarded: usize,
    edits: usize,
    comments: usize,
    files: Sides<usize>,
    notes: usize,
    waves: usize,
    hops: usize,
}

impl Requests {
    fn count(&mut self, preview: &Preview<'_>, is_begun: bool) {
        let work = preview.work;
        for side in Side::BOTH {
            *self.created.get_mut(side) += usize::from(work.creation(side).is_some());
        }
        let is_shown = |side| work.creation(side).is_some() && preview.shown_later(side).next().is_some();
        self.guarded += usize::from(is_shown(Side::Jira));
        self.edits += usize::from(is_shown(Side::Salesforce));
        let is_guarded = !work.updates(Side::Salesforce).is_empty();
        self.guarded += usize::from(is_guarded);
        self.own += usize::from(!is_guarded && work.correlation(Side::Salesforce).is_some());
        self.edits += usize::from(!work.updates(Side::Jira).is_empty() || work.correlation(Side::Jira).is_some());
        let n_comments = |side| work.thread.iter().flat_map(|thread| thread.plan.writes(side)).count();
        self.comments += n_comments(Side::Jira);
        // Those of all records travel together, one of each at a time.
        self.waves = self.waves.max(n_comments(Side::Salesforce));
        if let Some(folder) = &work.folder {
            let [to_salesforce, to_jira] = Side::BOTH.map(|side| folder.plan.copies(side).count());
            // A note follows the files of each link: in Jira always, in Salesforce when they come from Jira.
            self.files.salesforce += to_salesforce + usize::from(to_salesforce > 0);
            self.files.jira += to_jira + usize::from(to_salesforce + to_jira > 0);
        }
        self.hops += if is_begun { 0 } else { work.hops().len() };
    }

    fn sum(&self) -> PerSide {
        let in_jira = self.created.jira.div_ceil(BULK_CREATE_ISSUES_MAX)
            + self.edits
            + self.comments
            + self.hops
            + self.files.jira;
        let together = |n: usize| n.div_ceil(COLLECTION_ROWS_MAX);
        let guarded = self.guarded.div_ceil(COMPOSITE_PARTS_MAX);
        let in_salesforce = together(self.created.salesforce)
            + together(self.own)
            + guarded
            + self.waves
            + self.files.salesforce
            + together(self.notes);
        PerSide { salesforce: in_salesforce as u64, jira: in_jira as u64 }
    }
}

fn tell(preview: &Preview<'_>, is_begun: bool, report: &mut DryRun) {
    let (wired, work) = (preview.wired, preview.work);
    if work.unit.link.is_none() && work.unit.ids.salesforce.is_some() && work.unit.ids.jira.is_some() {
        let why = match work.unit.before(&wired.item.name) {
            Some(_) => "they were linked until one of them was lost or left the item".to_owned(),
            None => match &work.alike_by {
                Some(rule) => format!("they show the same ({rule})"),
                None => "both records name each other".to_owned(),
            },
        };
        report.writes.push(preview.write(Side::Jira, "link", work.label(Side::Salesforce), why));
    }
    let writes = work.plan.writes.iter().filter(|write| !(is_begun && matches!(write, Write::Status { .. })));
    report.writes.extend(writes.flat_map(|write| preview.entries(write)));
    let said = work.thread.iter().flat_map(|thread| &thread.plan.steps);
    report.writes.extend(said.filter_map(|step| preview.comment(step)));
    report.writes.extend(preview.files());
    for conflict in &work.plan.conflicts {
        report.conflicts.push(PlannedConflict {
            item: wired.item.name.clone(),
            link: preview.link(),
            field: conflict.key.to_string(),
            salesforce: conflict.now.salesforce.to_string(),
            jira: conflict.now.jira.to_string(),
        });
    }
    let of_copies = work.notes.iter().filter(|note| matches!(note.code, NoteCode::Comment | NoteCode::File)).cloned();
    let of_files = work.folder.iter().flat_map(Folder::notes);
    for note in work.plan.notes.iter().cloned().chain(of_copies).chain(of_files) {
        let record = work.label(if work.unit.ids.jira.is_some() { Side::Jira } else { Side::Salesforce });
        let record = Some(record.to_owned());
        let note = PlannedNote { item: wired.item.name.clone(), link: preview.link(), record, text: note.text };
        report.notes.push(note);
    }
}

const UNLESS_IT_BEGINS_THERE: &str = "the record is new, unless its issue begins there";

const SHOWS_THE_COUNTERPART: &str = "it shows the counterpart";

fn noun(side: Side) -> &'static str {
    match side {
        Side::Salesforce => "record",
        Side::Jira => "issue",
    }
}

struct Preview<'a> {
    wired: &'a Wired,
    work: &'a Work,
    /// Where a new issue begins, as far as that is known.
    beginning: Option<&'a str>,
    /// The side to which alone the run writes, if it does not to both.
    only: Option<Side>,
}

impl Preview<'_> {
    fn link(&self) -> Option<i64> {
        self.work.link_id()
    }

    /// Where something would be put; on what is still to be created, as its source is called.
    fn place(&self, side: Side) -> &str {
        self.work.label(if self.work.creation(side).is_some() { side.other() } else { side })
    }

    fn write(&self, side: Side, op: &'static str, record: &str, why: String) -> PlannedWrite {
        PlannedWrite {
            item: self.wired.item.name.clone(),
            link: self.link(),
            side: side.as_str(),
            op,
            record: record.to_owned(),
            field: None,
            from: None,
            to: None,
            why,
        }
    }

    fn field(&self, side: Side, op: &'static str, record: &str, field: &FieldWrite) -> PlannedWrite {
        PlannedWrite {
            field: Some(field.path.to_string()),
            from: Some(field.from.to_string()),
            to: Some(field.to.to_string()),
            ..self.write(side, op, record, explain::why(field, side))
        }
    }

    /// A copy that would be written, or follow its original.
    fn comment(&self, step: &Step) -> Option<PlannedWrite> {
        let (side, origin) = (step.side(), step.key().origin);
        let (copy, from, why) = match step {
            Step::Create { copy, .. } => (copy, None, format!("somebody wrote it in {origin}")),
            Step::Edit { copy, before, rewrites: true, .. } => {
                (copy, Some(before.clone()), format!("it was edited in {origin}"))
            }
            Step::Edit { copy, .. } => (copy, None, "customers shall not read it any more".to_owned()),
            Step::Adopt(_) => return None,
        };
        let to = Some(copy.text().plain().to_owned());
        Some(PlannedWrite { from, to, ..self.write(side, "comment", self.place(side), why) })
    }

    /// Files that would be copied.
    fn files(&self) -> Vec<PlannedWrite> {
        let Some(folder) = &self.work.folder else { return Vec::new() };
        let planned = |side: Side| {
            folder.plan.copies(side).map(move |(key, file)| PlannedWrite {
                to: Some(file.name.clone()),
                ..self.write(side, "file", self.place(side), format!("somebody added it in {}", key.origin))
            })
        };
        Side::BOTH.into_iter().flat_map(planned).collect()
    }

    /// What a record learns of the twin that is made for it.
    fn shown_later(&self, new: Side) -> impl Iterator<Item = PlannedWrite> {
        let side = new.other();
        let is_written = self.only.is_none_or(|only| only == side);
        let lines = shown_later(&self.wired.item, new).filter(move |_| is_written);
        lines.map(move |(line, to)| {
            let path = line.paths.get(side);
            let now = self.work.seen.get(side).record().and_then(|record| record.value(path.as_str()));
            PlannedWrite {
                field: Some(path.to_string()),
                from: Some(now.map(ToString::to_string).unwrap_or_default()),
                to: Some(to.to_owned()),
                ..self.write(side, "update", self.work.label(side), SHOWS_THE_COUNTERPART.to_owned())
            }
        })
    }

    fn entries(&self, write: &Write) -> Vec<PlannedWrite> {
        let op = explain::operation(write);
        match write {
            Write::Create { side, fields } => {
                let source = self.work.label(side.other());
                let correlation = self.wired.item.correlation.as_ref().map(|paths| PlannedWrite {
                    field: Some(paths.get(*side).to_string()),
                    from: Some(String::new()),
                    to: Some(source.to_owned()),
                    ..self.write(*side, op, source, SHOWS_THE_COUNTERPART.to_owned())
                });
                let fields = fields.iter().map(|field| self.field(*side, op, source, field));
                let mut entries: Vec<PlannedWrite> = fields.chain(correlation).collect();
                if entries.is_empty() {
                    entries.push(self.write(*side, op, source, "the record has no twin".to_owned()));
                }
                entries.extend(self.shown_later(*side));
                entries
            }
            Write::Update { side, fields } => {
                fields.iter().map(|field| self.field(*side, op, self.work.label(*side), field)).collect()
            }
            Write::Status { change, .. } => {
                if begins(self.work).is_none() {
                    return vec![self.field(Side::Jira, op, self.work.label(Side::Jira), change)];
                }
                let planned = self.field(Side::Jira, op, self.work.label(Side::Salesforce), change);
                vec![match self.beginning {
                    Some(beginning) => PlannedWrite { from: Some(beginning.to_owned()), ..planned },
                    None => PlannedWrite { why: UNLESS_IT_BEGINS_THERE.to_owned(), ..planned },
                }]
            }
            Write::Correlate { side, path, from } => {
                let to = match side {
                    Side::Salesforce => self.work.facts.jira_key.clone(),
                    Side::Jira => self.work.facts.salesforce_id.clone(),
                };
                let why = SHOWS_THE_COUNTERPART.to_owned();
                vec![PlannedWrite {
                    field: Some(path.to_string()),
                    from: Some(from.to_string()),
                    to: to.or_else(|| Some(format!("(the key or id of the new {})", noun(side.other())))),
                    ..self.write(*side, op, self.work.label(*side), why)
                }]
            }
            Write::Follow { reason, .. } | Write::Unlink { reason } => {
                vec![self.write(Side::Jira, op, self.work.label(Side::Jira), reason.clone())]
            }
        }
    }
}

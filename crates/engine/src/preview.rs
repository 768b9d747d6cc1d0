//! What a `sync` would do, in words: the same look and the same plans, carried out by nobody.

use entente_core::{
    Side,
    plan::{FieldWrite, Write, explain},
};

use crate::{
    EngineError, look,
    report::{DryRun, PlannedConflict, PlannedNote, PlannedWrite, Progress},
    unit::Work,
    wiring::Wired,
    worker::Worker,
};

/// Adds what would happen to one item.
pub(crate) async fn item(
    worker: &Worker,
    wired: &Wired,
    progress: &(dyn Fn(Progress) + Sync),
    report: &mut DryRun,
) -> Result<(), EngineError> {
    wired.site.verify().await?;
    wired.check_names().await?;
    look::each_page(worker, wired, true, progress, async |works| {
        works.iter().for_each(|work| add(wired, work, report));
        Ok(())
    })
    .await?;
    Ok(())
}

/// Adds what would happen to one unit.
pub(crate) fn add(wired: &Wired, work: &Work, report: &mut DryRun) {
    let preview = Preview { wired, work };
    report.links += u64::from(work.unit.link.is_some());
    if work.unit.link.is_none() && work.unit.ids.salesforce.is_some() && work.unit.ids.jira.is_some() {
        let why = match work.unit.before(&wired.item.name) {
            Some(_) => "they were linked until one of them was lost".to_owned(),
            None => match &work.alike_by {
                Some(rule) => format!("they show the same ({rule})"),
                None => "both records name each other".to_owned(),
            },
        };
        report.writes.push(preview.write(Side::Jira, "link", work.label(Side::Salesforce), why));
    }
    for write in &work.plan.writes {
        preview.calls(write, report);
        report.writes.extend(preview.entries(write));
    }
    for conflict in &work.plan.conflicts {
        report.conflicts.push(PlannedConflict {
            item: wired.item.name.clone(),
            link: preview.link(),
            field: conflict.key.to_string(),
            salesforce: conflict.now.salesforce.to_string(),
            jira: conflict.now.jira.to_string(),
        });
    }
    for note in &work.plan.notes {
        let record = work.label(if work.unit.ids.jira.is_some() { Side::Jira } else { Side::Salesforce }).to_owned();
        let note = PlannedNote { item: wired.item.name.clone(), link: preview.link(), record, text: note.text.clone() };
        report.notes.push(note);
    }
}

const UNLESS_IT_BEGINS_THERE: &str = "the record is new, and its issue may begin elsewhere";

fn noun(side: Side) -> &'static str {
    match side {
        Side::Salesforce => "record",
        Side::Jira => "issue",
    }
}

struct Preview<'a> {
    wired: &'a Wired,
    work: &'a Work,
}

impl Preview<'_> {
    fn link(&self) -> Option<i64> {
        self.work.unit.link.as_ref().map(|link| link.id)
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

    fn entries(&self, write: &Write) -> Vec<PlannedWrite> {
        let op = explain::operation(write);
        match write {
            Write::Create { side, fields } => {
                let source = self.work.label(side.other());
                if fields.is_empty() {
                    return vec![self.write(*side, op, source, "the record has no twin".to_owned())];
                }
                fields.iter().map(|field| self.field(*side, op, source, field)).collect()
            }
            Write::Update { side, fields } => {
                fields.iter().map(|field| self.field(*side, op, self.work.label(*side), field)).collect()
            }
            Write::Status { change, .. } => {
                let planned = self.field(Side::Jira, op, self.work.label(Side::Jira), change);
                // Where a new issue begins is not known before it is there.
                let is_new = self.work.unit.ids.jira.is_none();
                vec![if is_new { PlannedWrite { why: UNLESS_IT_BEGINS_THERE.to_owned(), ..planned } } else { planned }]
            }
            Write::Correlate { side, path, from } => {
                let to = match side {
                    Side::Salesforce => self.work.facts.jira_key.clone(),
                    Side::Jira => self.work.facts.salesforce_id.clone(),
                };
                let why = "it shows the counterpart".to_owned();
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

    /// One call per change at most; batching makes it fewer.
    fn calls(&self, write: &Write, report: &mut DryRun) {
        match write.side() {
            Some(Side::Salesforce) => report.calls.salesforce += 1,
            Some(Side::Jira) => report.calls.jira += 1,
            None => {}
        }
    }
}

//! What a test shows: both sides, field by field, and what is not as it was planned.

use std::fmt;

use entente_core::{
    FieldMapping, FieldPath, MappingKey, Side, Sides, Value,
    item::Direction,
    plan::{FieldWrite, STATUS, Write},
};
use serde::Serialize;

use crate::{
    EngineError,
    unit::{End, Work},
    wiring::Wired,
};

/// What came of one record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trial {
    /// The item.
    pub item: String,
    /// `to-jira` or `to-salesforce`.
    pub direction: &'static str,
    /// In a word.
    pub outcome: TrialOutcome,
    /// The Salesforce record, if there is one.
    pub salesforce: Option<TrialRecord>,
    /// The issue, if there is one.
    pub jira: Option<TrialRecord>,
    /// Both sides, one entry per mapped field of the action.
    pub fields: Vec<TrialField>,
    /// How many fields do not show what was written.
    pub unexpected: usize,
    /// What else there is to know, in sentences.
    pub notes: Vec<String>,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TrialOutcome {
    /// A twin was made.
    Created,
    /// The twin was changed.
    Updated,
    /// The twin shows everything already.
    Agreed,
    /// Nothing was done, though the twin does not show everything; the notes say why.
    Nothing,
}

impl fmt::Display for TrialOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "a twin was made",
            Self::Updated => "the twin was changed",
            Self::Agreed => "the twin shows everything already",
            Self::Nothing => "nothing was done",
        })
    }
}

/// One end of the tested pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrialRecord {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where it is looked at.
    pub url: Option<String>,
}

/// One field on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrialField {
    /// The mapping.
    pub field: String,
    /// What Salesforce shows now.
    pub salesforce: String,
    /// What Jira shows now.
    pub jira: String,
    /// What was written, if anything was.
    pub written: Option<String>,
    /// Whether the written side shows something else now.
    pub unexpected: bool,
}

impl Trial {
    /// What became of a unit, before it is committed.
    pub(super) fn of(wired: &Wired, towards: Side, work: &Work) -> Self {
        let written = written(work, towards);
        let fields: Vec<TrialField> = lines(wired, towards).map(|line| field(work, towards, &written, line)).collect();
        let record = |side| record(work, side);
        Self {
            item: wired.item.name.clone(),
            direction: match towards {
                Side::Salesforce => "to-salesforce",
                Side::Jira => "to-jira",
            },
            outcome: outcome(work, towards, &written),
            salesforce: record(Side::Salesforce),
            jira: record(Side::Jira),
            unexpected: fields.iter().filter(|field| field.unexpected).count(),
            fields,
            notes: notes(wired, towards, work),
        }
    }

    /// Where both records are looked at.
    pub(super) async fn add_addresses(&mut self, wired: &Wired) -> Result<(), EngineError> {
        let signed_in = wired.org.client.signed_in().await.map_err(EngineError::peer(&wired.org.name))?;
        if let Some(record) = &mut self.salesforce {
            record.url = signed_in.instance_url.join(&record.id).ok().map(|url| url.to_string());
        }
        if let Some(issue) = &mut self.jira {
            issue.url = issue.name.parse().ok().map(|key| wired.site.client.browse_url(&key).to_string());
        }
        Ok(())
    }
}

fn outcome(work: &Work, towards: Side, written: &[&FieldWrite]) -> TrialOutcome {
    let is_refused = |key: &MappingKey| work.blocked_next.get(key).is_some_and(|blocked| blocked.side == towards);
    let is_open = || !work.plan.conflicts.is_empty() || work.blocked_next.keys().any(is_refused);
    match (work.unit.ids.get(towards).is_some(), work.creation(towards).is_some()) {
        (false, _) => TrialOutcome::Nothing,
        (true, true) => TrialOutcome::Created,
        (true, false) if written.iter().any(|write| !is_refused(&write.key)) => TrialOutcome::Updated,
        (true, false) if is_open() => TrialOutcome::Nothing,
        (true, false) => TrialOutcome::Agreed,
    }
}

/// One end, when it was read.
fn record(work: &Work, side: Side) -> Option<TrialRecord> {
    work.seen.get(side).record()?;
    let name = match side {
        Side::Salesforce => work.name(side),
        Side::Jira => work.seen.jira.key.as_deref().unwrap_or_else(|| work.label(side)),
    };
    Some(TrialRecord { id: work.id(side).to_owned(), name: name.to_owned(), url: None })
}

/// What the plan writes to a side.
fn written(work: &Work, towards: Side) -> Vec<&FieldWrite> {
    let writes = work.plan.writes.iter().flat_map(|write| match write {
        Write::Create { side, fields } | Write::Update { side, fields } if *side == towards => fields.as_slice(),
        Write::Status { change, .. } if towards == Side::Jira => std::slice::from_ref(change),
        _ => &[],
    });
    writes.collect()
}

/// The lines of the mapping that the action writes, the status last.
fn lines(wired: &Wired, towards: Side) -> impl Iterator<Item = (MappingKey, Sides<FieldPath>)> {
    let flows = move |mapping: &&FieldMapping| {
        let allowed = mapping.direction != Direction::Both || wired.item.writes_to(towards);
        allowed && mapping.direction.allows(towards)
    };
    let fields = wired.item.fields.iter().filter(flows).map(|mapping| (mapping.key.clone(), mapping.paths.clone()));
    let status = wired
        .item
        .status
        .iter()
        .map(|status| (MappingKey::named(STATUS), Sides::new(status.field.clone(), FieldPath::from(STATUS))));
    fields.chain(status)
}

fn field(
    work: &Work,
    towards: Side,
    written: &[&FieldWrite],
    (key, paths): (MappingKey, Sides<FieldPath>),
) -> TrialField {
    let value = |side| work.seen.get(side).record().and_then(|record| record.value(paths.get(side).as_str()));
    let shown = |side| value(side).map(Value::to_string).unwrap_or_default();
    let written = written.iter().find(|write| write.key == key);
    TrialField {
        field: key.to_string(),
        salesforce: shown(Side::Salesforce),
        jira: shown(Side::Jira),
        unexpected: written.is_some_and(|write| !value(towards).is_some_and(|shown| shown.means(&write.to))),
        written: written.map(|write| write.to.to_string()),
    }
}

fn notes(wired: &Wired, towards: Side, work: &Work) -> Vec<String> {
    let planned = work.plan.notes.iter().chain(&work.notes).map(|note| note.text.clone());
    let conflicts = work
        .plan
        .conflicts
        .iter()
        .map(|conflict| format!("{}: both sides changed, and a person decides", conflict.key));
    let refused =
        work.blocked_next.iter().map(|(key, blocked)| format!("{} refused {key}: {}", blocked.side, blocked.message));
    let parked = work.parked.iter().map(|refused| refused.reason.clone());
    let end = match &work.end {
        End::Again { reason, .. } => Some(format!("It is not done: {reason}.")),
        End::PassOn => {
            Some("The record is not for this item: it does not pass the filter, or is not there.".to_owned())
        }
        End::Done | End::Refused if work.unit.ids.get(towards).is_none() && work.parked.is_none() => {
            let name = &wired.item.name;
            Some(format!("It has no twin, and {name} makes none in {towards}: see `auto_create`."))
        }
        End::Done | End::Refused => None,
    };
    let mut notes: Vec<String> = planned.chain(conflicts).chain(refused).chain(parked).chain(end).collect();
    notes.dedup();
    notes
}

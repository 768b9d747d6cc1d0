//! Records whose twin is in doubt: who they are like, and what a person says about them.

use std::sync::Arc;

use entente_core::{
    Side, Sides,
    likeness::{Group, Member},
};
use entente_salesforce::RecordId;
use entente_store::{Hint, HintKey, NewEntry, Parked, ParkedClass, Reviewed};
use serde::Serialize;

use super::rfc_3339;
use crate::{Engine, EngineError, round::alike, translate, wiring::Wired};

/// A record whose twin is, or was, in doubt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Match {
    /// The connected item.
    pub item: String,
    /// The Salesforce record's id.
    pub record: String,
    /// What people call it.
    pub name: String,
    /// The rule by which it is like the others.
    pub rule: String,
    /// What they all show, as it is compared.
    pub value: String,
    /// The issues that could be its twin.
    pub issues: Vec<Candidate>,
    /// The records that are as like those issues, this one included.
    pub records: Vec<Candidate>,
    /// What has been said about it.
    pub state: MatchState,
    /// Since when, RFC 3339.
    pub since: String,
}

/// What a person has said about a record whose twin is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchState {
    /// Nothing yet.
    Open,
    /// It was linked with one of the issues that it is like.
    Linked,
    /// It gets a twin of its own.
    New,
    /// It stays without a twin.
    None,
}

impl From<ParkedClass> for MatchState {
    fn from(class: ParkedClass) -> Self {
        match class {
            ParkedClass::Ignored => Self::None,
            ParkedClass::New => Self::New,
            ParkedClass::Ambiguous | ParkedClass::Mapping | ParkedClass::Rejected | ParkedClass::Denied => Self::Open,
        }
    }
}

/// One of those that are alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// Its id, or its key.
    pub record: String,
    /// What people call it.
    pub name: String,
    /// What its mapped fields show, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<CandidateField>,
}

/// One mapped field of a candidate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CandidateField {
    /// The field.
    pub field: String,
    /// What it shows.
    pub value: String,
}

/// What a person says about a record whose twin is in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// This issue is its twin, by its key.
    Issue(String),
    /// None of them is: it gets one of its own.
    New,
    /// None of them is, and it gets none.
    None,
}

impl Engine {
    /// Records of an item, or of all, whose twin is in doubt, the oldest first.
    ///
    /// # Errors
    /// There is no such item, or the store.
    pub async fn matches(&self, item: Option<&str>) -> Result<Vec<Match>, EngineError> {
        let reviews = self.inner.store.reviews(item).await?;
        if reviews.is_empty() {
            self.is_known(item, None).await?;
        }
        Ok(reviews.iter().filter_map(told).collect())
    }

    /// One of them, with what it and its candidates show now.
    ///
    /// # Errors
    /// No such record is in doubt, a peer does not answer, or the store.
    pub async fn match_of(&self, record: &str, item: Option<&str>) -> Result<Match, EngineError> {
        let (parked, _) = self.review_of(record, item).await?;
        let mut told = told(&parked).ok_or_else(|| missing(record))?;
        let wiring = self.inner.wiring();
        if let Some(wired) = wiring.item(&told.item) {
            show(wired, &mut told).await?;
        }
        Ok(told)
    }

    /// Says who the twin of a record is. A chosen pair is linked at once; what else is said holds as long as the record
    /// shows what it shows now.
    ///
    /// # Errors
    /// No such record is in doubt, the issue is not one of its candidates, it cannot be linked, or the store.
    pub async fn resolve_match(
        &self,
        record: &str,
        item: Option<&str>,
        pick: &Pick,
        by: &str,
    ) -> Result<Match, EngineError> {
        let (parked, group) = self.review_of(record, item).await?;
        let mut told = told(&parked).ok_or_else(|| missing(record))?;
        told.state = match pick {
            Pick::Issue(key) => self.link_with(key, &group, &told, by).await?,
            Pick::New => {
                self.is_given_issues(&told)?;
                let text = format!("{by} decided that {} gets an issue of its own ({})", told.name, group.rule);
                self.review(&parked, &group, ParkedClass::New, text, &told).await?
            }
            Pick::None => {
                let text = format!("{by} decided that {} stays without an issue ({})", told.name, group.rule);
                self.review(&parked, &group, ParkedClass::Ignored, text, &told).await?
            }
        };
        Ok(told)
    }

    async fn link_with(&self, key: &str, group: &Group, told: &Match, by: &str) -> Result<MatchState, EngineError> {
        let key = key.trim().to_uppercase();
        if !group.members.jira.iter().any(|issue| issue.name == key) {
            return Err(EngineError::Unfit(format!(
                "{key} is none of the issues that {} is like; `entente link {} {key} --item {}` links the two all the same.",
                told.name, told.record, told.item
            )));
        }
        self.link(&told.item, &told.record, &key, by).await?;
        Ok(MatchState::Linked)
    }

    /// Refuses what would never happen: a twin where the item makes none.
    fn is_given_issues(&self, told: &Match) -> Result<(), EngineError> {
        let wiring = self.inner.wiring();
        let creates = |wired: &Arc<Wired>| wired.item.creates_on(Side::Jira) && wired.item.acts_on(Side::Jira);
        if wiring.item(&told.item).is_some_and(creates) {
            return Ok(());
        }
        Err(EngineError::Declined(format!(
            "Item {} creates no issues (`auto_create`), so {} cannot get one of its own; choose an issue, or none.",
            told.item, told.name
        )))
    }

    /// Stores a person's word. The journal's text does not say what the record shows: it may have to keep that closed.
    async fn review(
        &self,
        parked: &Parked,
        group: &Group,
        class: ParkedClass,
        text: String,
        told: &Match,
    ) -> Result<MatchState, EngineError> {
        let reviewed = Reviewed {
            key: parked.key.clone(),
            fingerprint: parked.fingerprint.clone(),
            class,
            hints: self.hints_of(&told.item, group),
            journal: NewEntry {
                kind: "decision".to_owned(),
                item: Some(told.item.clone()),
                record_id: Some(told.record.clone()),
                text,
                ..NewEntry::default()
            },
        };
        if !self.inner.store.review(&reviewed, self.inner.outside.now_ms()).await? {
            return Err(EngineError::Declined(format!("{} is like others by now; look at it again.", told.name)));
        }
        self.inner.wiring().orgs.keys().for_each(|org| self.inner.wake(org).notify_one());
        Ok(class.into())
    }

    async fn review_of(&self, record: &str, item: Option<&str>) -> Result<(Parked, Group), EngineError> {
        let id = RecordId::parse(record.trim()).map_err(|_| missing(record))?.to_string();
        let mut found = self.inner.store.reviews(item).await?;
        found.retain(|parked| parked.key.record_id == id);
        match found.as_slice() {
            [] => Err(missing(record)),
            [parked] => {
                let (_, group) = alike::review(parked).ok_or_else(|| missing(record))?;
                Ok((parked.clone(), group))
            }
            several => {
                let items: Vec<&str> = several.iter().map(|parked| parked.key.item.as_str()).collect();
                let items = items.join(", ");
                Err(EngineError::Unfit(format!("{id} is in doubt under several items ({items}); give --item.")))
            }
        }
    }

    /// Everybody whom a person's word concerns.
    fn hints_of(&self, item: &str, group: &Group) -> Vec<Hint> {
        let wiring = self.inner.wiring();
        let Some(item) = wiring.config.item(item) else { return Vec::new() };
        let now_ms = self.inner.outside.now_ms();
        let hint = |side: Side, member: &Member| super::asked(HintKey::of(item, side, &member.id), now_ms);
        let members = |side: Side| group.members.get(side).iter().map(move |member| hint(side, member));
        Side::BOTH.into_iter().flat_map(members).collect()
    }
}

fn missing(record: &str) -> EngineError {
    EngineError::Missing(format!(
        "The twin of \"{record}\" is not in doubt; `entente matches list` names all that are."
    ))
}

fn told(parked: &Parked) -> Option<Match> {
    let (class, group) = alike::review(parked)?;
    let candidate =
        |record: &str, name: &str| Candidate { record: record.into(), name: name.into(), fields: Vec::new() };
    let Sides { salesforce, jira } = &group.members;
    let record = parked.key.record_id.clone();
    let name = salesforce.iter().find(|one| one.id == record).map_or_else(|| record.clone(), |one| one.name.clone());
    Some(Match {
        item: parked.key.item.clone(),
        record,
        name,
        issues: jira.iter().map(|one| candidate(&one.name, &one.name)).collect(),
        records: salesforce.iter().map(|one| candidate(&one.id, &one.name)).collect(),
        state: class.into(),
        since: rfc_3339(parked.since_ms),
        rule: group.rule,
        value: group.value,
    })
}

/// Adds what they show now, of the fields that the item maps.
async fn show(wired: &Wired, told: &mut Match) -> Result<(), EngineError> {
    let scheme = wired.scheme().await?;
    let ids: Vec<String> = told.records.iter().map(|one| one.record.clone()).collect();
    let rows = wired.org.read(&wired.item.salesforce.object, &scheme.salesforce_paths, &ids).await;
    let rows = rows.map_err(EngineError::peer(&wired.org.name))?;
    for candidate in &mut told.records {
        let row = rows.iter().find(|row| row.id == candidate.record);
        let record = row.map(|row| translate::salesforce::record(scheme.salesforce.values(), &row.fields));
        candidate.fields = record.map(|record| shown(wired, Side::Salesforce, &record)).unwrap_or_default();
    }
    let keys = told.issues.iter().filter_map(|one| one.record.parse::<entente_jira::IssueKey>().ok());
    let issues = wired.site.read(keys.map(Into::into).collect(), &scheme.jira_ids).await;
    let issues = issues.map_err(EngineError::peer(&wired.site.name))?;
    for candidate in &mut told.issues {
        let issue = issues.iter().find(|issue| issue.key() == candidate.record);
        let record = issue.map(|issue| translate::jira::record(scheme.jira.values(), &issue.issue.fields));
        candidate.fields = record.map(|record| shown(wired, Side::Jira, &record)).unwrap_or_default();
    }
    Ok(())
}

fn shown(wired: &Wired, side: Side, record: &entente_core::Record) -> Vec<CandidateField> {
    let paths = wired.item.fields.iter().map(|line| line.paths.get(side));
    let field = |path: &entente_core::FieldPath| {
        let value = record.value(path.as_str()).filter(|value| !value.is_empty())?;
        Some(CandidateField { field: path.to_string(), value: value.to_string() })
    };
    paths.filter_map(field).collect()
}

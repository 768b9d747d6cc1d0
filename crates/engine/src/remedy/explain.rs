//! Why something was written, or why nothing is: both sides are read now and planned, and nothing is done.

use std::sync::Arc;

use entente_core::{
    ConnectedItem, Side, Sides, State,
    filter::{Filter, Verdict},
    item::{ItemState, Mode},
    likeness::Alike,
    plan::admits,
};
use entente_jira::IssueKey;
use entente_salesforce::RecordId;
use entente_store::{Link, LinkState, Parked, ParkedClass, link_number};
use serde::Serialize;

use super::rfc_3339;
use crate::{
    Engine, EngineError, SyncOptions, folders,
    limits::EXPLAINED_ENTRIES_MAX,
    look, preview,
    report::DryRun,
    round::Scene,
    threads, trial,
    unit::{Unit, Work},
    wiring::{Wired, Wiring},
    worker::Worker,
};

/// What is so with a link or a record under one item, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Explanation {
    /// What was asked about.
    pub about: String,
    /// The connected item.
    pub item: String,
    /// The link's number, when there is one.
    pub link: Option<i64>,
    /// One sentence per finding, what stops the most first.
    pub findings: Vec<String>,
    /// What the next round would write, which conflicts it would meet, what it would note.
    pub plan: DryRun,
    /// What happened to the link, the newest first.
    pub history: Vec<String>,
}

impl Engine {
    /// Explains a link (its number, its record id or its issue key), or a record or an issue without one, under one item
    /// or under all.
    ///
    /// # Errors
    /// Nothing of that name is known, there is no such item, a peer does not answer, or the store.
    pub async fn explain(&self, about: &str, item: Option<&str>) -> Result<Vec<Explanation>, EngineError> {
        let wiring = self.inner.wiring();
        item.map_or(Ok(()), |name| wiring.configured(name).map(drop))?;
        let about = &spelled(about);
        let mut all = Vec::new();
        for link in self.links_ever_named(about).await? {
            if item.is_none_or(|item| item == link.item) {
                all.push(self.explain_link(&wiring, about, link).await?);
            }
        }
        if all.is_empty() {
            all = self.explain_unlinked(&wiring, about, item).await?;
        }
        if all.is_empty() {
            return Err(EngineError::Missing(format!(
                "Nothing is known of \"{about}\"; give the number of a link, or the id of a record or the key of an \
                 issue that an item is about. A record's id is found by its name: `entente search ITEM {about}`."
            )));
        }
        Ok(all)
    }

    async fn links_ever_named(&self, about: &str) -> Result<Vec<Link>, EngineError> {
        let store = &self.inner.store;
        if let Some(number) = link_number(about) {
            return Ok(store.links_by_ids(&[number]).await?);
        }
        let Ok(id) = RecordId::parse(about) else { return Ok(store.links_by_key(about).await?) };
        let mut links = Vec::new();
        for org in self.inner.wiring().orgs.keys() {
            links.extend(store.links_by_records(org, Side::Salesforce, org, &[id.to_string()]).await?);
        }
        Ok(links)
    }

    async fn explain_link(&self, wiring: &Arc<Wiring>, about: &str, link: Link) -> Result<Explanation, EngineError> {
        let mut told = Explanation {
            about: about.to_owned(),
            item: link.item.clone(),
            link: Some(link.id),
            ..Explanation::default()
        };
        told.findings.extend(state_of(&link));
        let entries = self.inner.store.journal_of_link(link.id, EXPLAINED_ENTRIES_MAX + 1).await?;
        let newest = entries.iter().take(EXPLAINED_ENTRIES_MAX);
        told.history = newest.map(|entry| format!("{}  {}", rfc_3339(entry.at_ms), entry.what.text)).collect();
        if entries.len() > EXPLAINED_ENTRIES_MAX {
            told.history.push(format!("What came before: `entente journal --link {}`", link.id));
        }
        let Some(wired) = wiring.config.item(&link.item).and_then(|item| wired(wiring, item)) else {
            told.findings.push(format!("Item {} is not in this configuration, so nothing is done for it.", link.item));
            return Ok(told);
        };
        self.tell_item(&wired, &mut told).await?;
        if link.is_live() {
            let ids = Sides::new(Some(link.salesforce_id.clone()), Some(link.jira_id.clone()));
            let work = self.planned(wiring, &wired, Some(link), ids).await?;
            self.tell_hints(&work, &mut told).await?;
            tell_link(&wired, &work, &mut told);
        }
        Ok(told)
    }

    /// A record or an issue without a link, under each item that it is about, up to the one that takes it.
    async fn explain_unlinked(
        &self,
        wiring: &Arc<Wiring>,
        about: &str,
        only: Option<&str>,
    ) -> Result<Vec<Explanation>, EngineError> {
        let source = match (RecordId::parse(about), about.parse::<IssueKey>()) {
            (Ok(_), _) => Side::Salesforce,
            (Err(_), Ok(_)) => Side::Jira,
            (Err(_), Err(_)) => return Ok(Vec::new()),
        };
        let mut all = Vec::new();
        for item in wiring.config.items.iter().filter(|item| only.is_none_or(|only| only == item.name)) {
            let Some(wired) = wired(wiring, item) else { continue };
            let id = match trial::id_of(&wired, about, source).await {
                Ok(id) => id,
                Err(EngineError::Missing(_)) => continue,
                Err(error) => return Err(error),
            };
            let mut told = Explanation { about: about.to_owned(), item: item.name.clone(), ..Explanation::default() };
            let work = self.planned(wiring, &wired, None, Sides::from_view(source, Some(id), None)).await?;
            if work.seen.get(source).record().is_none() || work.seen.get(source).out_of_scope.is_some() {
                continue;
            }
            self.tell_hints(&work, &mut told).await?;
            self.tell_item(&wired, &mut told).await?;
            self.tell_refusal(&work, source, &mut told).await?;
            let kept_out = kept_out(&wired.scheme().await?.item, &work, source);
            // It is this item's, also when that makes no twin for it.
            let takes = item.runs() && kept_out.is_none();
            tell_unlinked(&wired, &work, source, kept_out, &mut told);
            all.push(told);
            if takes {
                break;
            }
        }
        Ok(all)
    }

    /// Says so when the item does not run as a whole.
    async fn tell_item(&self, wired: &Wired, told: &mut Explanation) -> Result<(), EngineError> {
        let name = &wired.item.name;
        match wired.item.state {
            ItemState::Paused => told.findings.push(format!("Item {name} is paused, so nothing is done for it.")),
            ItemState::Draft => told.findings.push(format!("Item {name} is a draft, so nothing is done for it.")),
            ItemState::Active if !wired.item.runs() => {
                told.findings.push(format!("No action of item {name} is active, so nothing is done for it."));
            }
            ItemState::Active => {}
        }
        if let Some(reason) = self.inner.store.item_runtime(name).await?.held {
            told.findings.push(format!("Item {name} is held: {reason}."));
        }
        if let Some(problem) = wired.problem() {
            told.findings.push(format!("Item {name} does not go on: {problem}"));
        }
        if let Some(lacking) = wired.scheme().await.ok().and_then(|_| wired.lacking()) {
            told.findings.push(format!("Item {name} leaves out what is not there: {lacking}"));
        }
        Ok(())
    }

    /// What has been noticed about either record and not been looked at yet.
    async fn tell_hints(&self, work: &Work, told: &mut Explanation) -> Result<(), EngineError> {
        let ids: Vec<String> = Side::BOTH.into_iter().filter_map(|side| work.unit.ids.get(side).clone()).collect();
        for org in self.inner.wiring().orgs.keys() {
            for waiting in self.inner.store.hints_about(org, &ids).await? {
                let (key, since) = (&waiting.hint.key, rfc_3339(waiting.offered_ms));
                let due = rfc_3339(waiting.hint.due_ms);
                told.findings
                    .push(format!("News of {} {} of {since} wait for a round, due at {due}.", key.kind, key.record_id));
            }
        }
        Ok(())
    }

    async fn tell_refusal(&self, work: &Work, source: Side, told: &mut Explanation) -> Result<(), EngineError> {
        let ids = [work.id(source).to_owned()];
        let parked = self.inner.store.parked_among(&told.item, source, &ids).await?;
        told.findings.extend(parked.iter().map(refusal));
        Ok(())
    }

    async fn planned(
        &self,
        wiring: &Arc<Wiring>,
        wired: &Wired,
        link: Option<Link>,
        ids: Sides<Option<String>>,
    ) -> Result<Work, EngineError> {
        wired.org.is_the_same(&self.inner.store).await?;
        wired.site.verify().await?;
        let worker = Worker::new(self.inner.clone(), wiring.clone(), wired.org.clone(), &SyncOptions::default());
        let unit = Unit { link, ..Unit::candidate(ids) };
        let scheme = wired.scheme().await?;
        let scene = Scene { worker: &worker, wired, scheme: &scheme, round: String::new() };
        let mut works = look::read_again(&scene, vec![unit]).await?;
        threads::read(&scene, &mut works).await?;
        folders::read(&scene, &mut works).await?;
        works.pop().ok_or_else(|| EngineError::Defect("a unit was lost while it was read".to_owned()))
    }
}

/// As it is known: a key has capitals, an id has the case that it has.
fn spelled(about: &str) -> String {
    let about = about.trim();
    let key = about.to_uppercase().parse::<IssueKey>().ok().filter(|_| RecordId::parse(about).is_err());
    key.map_or_else(|| about.to_owned(), |key| key.to_string())
}

/// An item with its connections, whether or not it runs.
fn wired(wiring: &Wiring, item: &ConnectedItem) -> Option<Arc<Wired>> {
    wiring.item(&item.name).cloned().or_else(|| {
        let (org, site) = (wiring.orgs.get(&item.salesforce.connection)?, wiring.sites.get(&item.jira.connection)?);
        Some(Arc::new(Wired::new(item.clone(), org.clone(), site.clone(), wiring.config.people.clone())))
    })
}

fn state_of(link: &Link) -> Option<String> {
    match &link.state {
        LinkState::Active => None,
        LinkState::Parked { reason } => Some(format!("Something of it is parked: {reason}")),
        LinkState::Detached => Some("The link rests: its item was taken out of the configuration.".to_owned()),
        LinkState::Unlinked { reason } if link.may_return() => {
            Some(format!("The pair was separated: {reason}. It is linked again once both are back."))
        }
        LinkState::Unlinked { reason } => Some(format!(
            "The pair was separated: {reason}. It stays so; `entente link {} {} --item {}` links it again.",
            link.salesforce_id, link.jira_key, link.item
        )),
    }
}

fn tell_link(wired: &Wired, work: &Work, told: &mut Explanation) {
    for side in Side::BOTH {
        match &work.seen.get(side).state {
            State::Unreadable(why) => told.findings.push(format!("{side} {} cannot be read: {why}", work.label(side))),
            State::Gone { confirmed: false, .. } => {
                told.findings.push(format!("{side} {} was not found; that is not certain yet.", work.label(side)));
            }
            State::None | State::Present(_) | State::Gone { confirmed: true, .. } => {}
        }
    }
    preview::add(wired, work, &mut told.plan);
    if told.plan.writes.is_empty() && told.plan.conflicts.is_empty() && told.plan.notes.is_empty() {
        told.findings.push("Nothing is to be written: both sides are as they agreed.".to_owned());
    }
}

/// Why a record that an item is about has no twin.
fn refusal(parked: &Parked) -> String {
    let reason = &parked.reason;
    match parked.class {
        ParkedClass::Mapping | ParkedClass::Rejected | ParkedClass::Denied => format!("Its twin was refused: {reason}"),
        ParkedClass::Ambiguous => format!("Its twin is in doubt: {reason}"),
        ParkedClass::Ignored => format!("It was decided that it stays without a twin: {reason}"),
        ParkedClass::New => format!("It was decided that it gets a twin of its own: {reason}"),
    }
}

fn tell_unlinked(wired: &Wired, work: &Work, source: Side, kept_out: Option<String>, told: &mut Explanation) {
    let enters = kept_out.is_none();
    told.findings.extend(kept_out);
    preview::add(wired, work, &mut told.plan);
    let is_decided = matches!(work.facts.alike, Alike::Ignored(_));
    if enters && !is_decided && told.plan.writes.is_empty() && told.plan.notes.is_empty() {
        told.findings.push(no_twin(&wired.item, source.other()));
        told.findings.extend(belongs_to_nobody(&wired.item, work, source));
    }
    if enters && filter_of(&wired.item, source).looks_back() {
        told.findings.push("Its filter takes up only what came in since the last run (`{lasttime}`).".to_owned());
    }
}

fn filter_of(item: &ConnectedItem, source: Side) -> &Filter {
    match source {
        Side::Salesforce => &item.salesforce.filter,
        Side::Jira => &item.jira.filter,
    }
}

/// The filter's word about a record that it does not let in.
fn kept_out(item: &ConnectedItem, work: &Work, source: Side) -> Option<String> {
    let record = work.seen.get(source).record()?;
    match admits(item, source, record) {
        Verdict::Passes => None,
        Verdict::Unknown(path) => Some(format!("Whether it passes the filter cannot be said: {path} cannot be read.")),
        Verdict::Fails => {
            let Some((path, condition)) = filter_of(item, source).fails_at(record) else {
                return Some("It does not pass the filter, which lets nothing in.".to_owned());
            };
            let shown = record.value(path.as_str()).map(ToString::to_string).unwrap_or_default();
            Some(format!("It does not pass the filter `{path} {condition}`: {path} is \"{shown}\"."))
        }
    }
}

/// What it lacks when its correlation field names nobody.
fn belongs_to_nobody(item: &ConnectedItem, work: &Work, source: Side) -> Option<String> {
    let path = item.correlation.as_ref()?.get(source);
    work.seen.get(source).record()?.value(path.as_str()).filter(|value| value.is_empty())?;
    let (lacks, record, issue) = match source {
        Side::Salesforce => ("issue", work.id(source), "ISSUE"),
        Side::Jira => ("record", "RECORD", work.label(source)),
    };
    let name = &item.name;
    Some(format!(
        "It belongs to no {lacks}: its {path} is empty. `entente link {record} {issue} --item {name}` gives it one."
    ))
}

fn no_twin(item: &ConnectedItem, target: Side) -> String {
    let name = &item.name;
    if item.mode == Mode::DisplayOnly {
        format!("No twin is made for it: item {name} only displays.")
    } else if !item.creates_on(target) {
        format!("No twin is made for it: `auto_create` of item {name} does not say {}.", target.as_str())
    } else if !item.acts_on(target) {
        format!("No twin is made for it: the action to {target} of item {name} does not run.")
    } else {
        format!("No twin is made for it: it is older than the `start` of item {name}.")
    }
}

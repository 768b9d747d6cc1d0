//! Making a link by hand: both ends are read first, so that what cannot be linked is said at once.

use std::collections::BTreeMap;

use entente_core::{Base, Side, Sides, item::Mode, link::Origin};
use entente_jira::{IssueKey, IssueRef};
use entente_salesforce::RecordId;
use entente_store::{Link, NewEntry, NewLink, StoreError};
use entente_transport::CallError;

use super::card::{self, Card};
use crate::{Engine, EngineError, outside::SiteIssue, round::succession, scheme::JIRA_SYSTEM, wiring::Wired};

impl Engine {
    /// Links a record and an issue under an item; the next round does with them what the item says.
    ///
    /// # Errors
    /// An end that is not there or does not fit the item, an end that is linked already, a peer, the store.
    pub async fn link(&self, item: &str, record: &str, issue: &str, by: &str) -> Result<Card, EngineError> {
        let wiring = self.inner.wiring();
        let wired = wiring.item(item).ok_or_else(|| unknown_item(&wiring, item))?;
        wired.org.is_the_same(&self.inner.store).await?;
        let (record, name) = read_record(wired, record).await?;
        let issue = read_issue(wired, issue).await?;
        self.both_are_free(wired, &record, &issue.id()).await?;
        let key = issue.key();
        let entry = NewEntry {
            kind: "link".to_owned(),
            org: Some(wired.org.name.clone()),
            item: Some(wired.item.name.clone()),
            record_id: Some(record.clone()),
            text: format!("{by} linked {name} and {key}"),
            ..NewEntry::default()
        };
        let link = NewLink {
            item: wired.item.name.clone(),
            salesforce_id: record.clone(),
            site: wired.site.name.clone(),
            jira_id: issue.id(),
            jira_key: key,
            origin: Origin::Manual,
            shares: wired.item.cardinality.one(),
            base: Base::default(),
            // What was done in the issue before that has nothing to do with this link.
            read_ms: Sides::new(0, succession::after(issue.issue.updated())),
            versions: Sides::new(None, None),
            blocked: BTreeMap::new(),
            conflicts: Vec::new(),
            notes: Vec::new(),
            journal: vec![entry],
        };
        let (store, org, now_ms) = (&self.inner.store, &wired.org.name, self.inner.outside.now_ms());
        let hint = self.hint(org, &wired.item.salesforce.object, &record);
        let id = store.link_by_hand(org, &link, &hint, now_ms).await.map_err(|error| match error {
            taken @ StoreError::LinkTaken { .. } => EngineError::Declined(format!("{taken}.")),
            error => error.into(),
        })?;
        self.inner.wake(org).notify_one();
        let made = store.links_by_ids(&[id]).await?;
        let card = card::cards(&self.inner, made).await?.into_iter().next();
        card.ok_or_else(|| EngineError::Missing(format!("Link {id} was dissolved a moment ago.")))
    }

    /// Under one item, and under items that would write the same correlation field, a record and an issue have one link, unless
    /// the item lets several share a record.
    async fn both_are_free(&self, wired: &Wired, record: &str, issue: &str) -> Result<(), EngineError> {
        let (store, org, site) = (&self.inner.store, &wired.org.name, &wired.site.name);
        for (side, at, id) in [(Side::Salesforce, org, record), (Side::Jira, site, issue)] {
            let links = store.links_by_records(org, side, at, &[id.to_owned()]).await?;
            let is_pair = |link: &Link| (link.salesforce_id.as_str(), link.jira_id.as_str()) == (record, issue);
            let is_shared = |link: &Link| {
                link.item == wired.item.name && wired.item.cardinality.one() == Some(side) && !is_pair(link)
            };
            let in_the_way = |link: &&Link| !is_shared(link) && self.is_in_the_way(wired, side, link);
            if let Some(link) = links.iter().find(in_the_way) {
                return Err(EngineError::Declined(format!(
                    "{} and {} are linked already, under {}; `entente unlink {}` would set them free.",
                    link.salesforce_id, link.jira_key, link.item, link.id
                )));
            }
        }
        Ok(())
    }

    fn is_in_the_way(&self, wired: &Wired, side: Side, link: &Link) -> bool {
        if !link.is_kept() {
            return false;
        }
        let field = |correlation: &Option<Sides<entente_core::FieldPath>>| {
            correlation.as_ref().map(|paths| paths.get(side).as_str().to_lowercase())
        };
        let wiring = self.inner.wiring();
        let other = wiring.config.item(&link.item).and_then(|item| field(&item.correlation));
        link.item == wired.item.name || (other.is_some() && other == field(&wired.item.correlation))
    }
}

pub(super) fn unknown_item(wiring: &crate::wiring::Wiring, item: &str) -> EngineError {
    let names: Vec<&str> = wiring.items.iter().map(|wired| wired.item.name.as_str()).collect();
    EngineError::Missing(format!("No item \"{item}\" runs; those that do: {}.", names.join(", ")))
}

/// The record's id and what people call it.
async fn read_record(wired: &Wired, record: &str) -> Result<(String, String), EngineError> {
    let object = &wired.item.salesforce.object;
    let Ok(id) = RecordId::parse(record.trim()) else {
        return Err(EngineError::Unfit(format!(
            "\"{record}\" is no Salesforce id of 15 or 18 characters; `entente search {} TEXT` finds one.",
            wired.item.name
        )));
    };
    let scheme = wired.scheme().await?;
    let (id, name) = (id.as_str().to_owned(), scheme.salesforce_name.clone());
    let paths = ["Id".to_owned(), name.clone()];
    let rows = wired.org.read(object, &paths, std::slice::from_ref(&id)).await;
    let rows = rows.map_err(EngineError::peer(&wired.org.name))?;
    let Some(row) = rows.first() else {
        return Err(EngineError::Missing(format!(
            "Salesforce has no {object} {id} that the integration user can see."
        )));
    };
    Ok((id.clone(), format!("{object} {}", row.text(&name).unwrap_or(&id))))
}

async fn read_issue(wired: &Wired, issue: &str) -> Result<SiteIssue, EngineError> {
    let missing = || EngineError::Missing(format!("Jira has no issue {issue} that the account can see."));
    let unfit = || EngineError::Unfit(format!("\"{issue}\" is no issue key, such as OPS-7."));
    let key: IssueKey = issue.trim().to_uppercase().parse().map_err(|_| unfit())?;
    let fields: Vec<String> = JIRA_SYSTEM.iter().map(|field| (*field).to_owned()).collect();
    let read = wired.site.read(vec![IssueRef::from(key)], &fields).await;
    let found = match read {
        Ok(issues) => issues.into_iter().next().ok_or_else(missing)?,
        Err(CallError::Gone { .. }) => return Err(missing()),
        Err(error) => return Err(EngineError::peer(&wired.site.name)(error)),
    };
    let item = &wired.item;
    let scheme = wired.scheme().await?;
    let (project, kind) = (found.named("project", "key"), found.named("issuetype", "name"));
    let fits = match item.mode {
        Mode::DisplayOnly => item.jira.projects.iter().any(|key| Some(key.as_str()) == project),
        Mode::OneWay | Mode::TwoWay => {
            found.named("project", "id") == scheme.project.as_ref().map(|(_, id)| id.as_str())
                && found.named("issuetype", "id") == scheme.issue_type.as_deref()
        }
    };
    if fits {
        return Ok(found);
    }
    Err(EngineError::Unfit(format!(
        "{} is of type {} in {}; item {} is about {} in {}.",
        found.key(),
        kind.unwrap_or("?"),
        project.unwrap_or("?"),
        item.name,
        item.jira.issue_type.as_deref().unwrap_or("issues"),
        item.jira.projects.join(", ")
    )))
}

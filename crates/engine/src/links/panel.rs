//! What the panel inside Jira asks about an issue: may this person see it, which items apply, what is linked.
//!
//! Entente's own account may see more than the person who looks, so Jira is asked with the person's token first.

use std::sync::Arc;

use entente_core::{
    ConnectedItem, Side,
    config::Secret,
    item::{ItemState, Mode},
};
use entente_jira::{Client, IssueId};
use entente_transport::CallError;
use serde::Serialize;

use super::card::{self, Card};
use crate::{
    Engine, EngineError,
    outside::{Site, secret},
    wiring::Wiring,
};

/// What lets a person link, unlink and refresh: all of it changes the issue.
const EDIT: &str = "EDIT_ISSUES";
/// What an administrator of the site has.
const ADMINISTER: &str = "ADMINISTER";

/// An issue as a person sees it who is signed in to the site.
#[derive(Clone, Debug)]
pub struct SeenIssue {
    site: String,
    id: String,
    /// Its key.
    pub key: String,
    project: String,
    issue_type: String,
    /// Whether the person may edit it.
    pub may_edit: bool,
    /// What people call the person.
    pub person: String,
}

/// What the panel of an issue shows.
#[derive(Clone, Debug, Serialize)]
pub struct Panel {
    /// The issue's key.
    pub issue: String,
    /// Whether the person who looks may link, unlink and refresh.
    pub may_edit: bool,
    /// The items that apply, in the order of the document.
    pub cards: Vec<PanelCard>,
}

/// One item that applies to an issue.
#[derive(Clone, Debug, Serialize)]
pub struct PanelCard {
    /// The item.
    pub item: String,
    /// The Salesforce object.
    pub object: String,
    /// `display-only`, `one-way`, `two-way`.
    pub mode: Mode,
    /// `active` or `paused`: while it rests nothing can be linked under it.
    pub state: ItemState,
    /// What it has linked to the issue.
    pub links: Vec<Card>,
}

impl Engine {
    /// The connection to the site with this cloud id, by which Atlassian's tokens name it; none, if no connection leads
    /// there.
    ///
    /// # Errors
    /// A site that does not say its cloud id now, while no other has this one.
    pub async fn site_of(&self, cloud_id: &str) -> Result<Option<String>, EngineError> {
        let mut failed = None;
        for (name, site) in &self.inner.wiring().sites {
            match site.cloud_id().await {
                Ok(id) if id == cloud_id => return Ok(Some(name.clone())),
                Ok(_) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(None), Err)
    }

    /// An issue as the person of this token sees it; none, if Jira does not show it to them.
    ///
    /// # Errors
    /// The site does not answer.
    pub async fn seen(&self, site: &str, token: &Secret, issue: &str) -> Result<Option<SeenIssue>, EngineError> {
        let (site, person) = self.person(site, token).await?;
        let Ok(id) = issue.parse::<IssueId>() else { return Ok(None) };
        let fields = ["project", "issuetype"];
        let asked = futures_util::try_join!(
            person.issue(id, &fields, &[]),
            person.my_permissions_on(&[EDIT], id),
            person.myself()
        );
        let Some((read, rights, user)) = shown(asked).map_err(EngineError::peer(&site.name))? else { return Ok(None) };
        let named = |field: &str, part: &str| {
            read.issue.fields.get(field).and_then(|field| field.get(part)?.as_str()).unwrap_or_default().to_owned()
        };
        Ok(Some(SeenIssue {
            site: site.name.clone(),
            id: read.issue.id.to_string(),
            key: read.issue.key.as_ref().map(ToString::to_string).unwrap_or_default(),
            project: named("project", "key"),
            issue_type: named("issuetype", "name"),
            may_edit: rights.get(EDIT).is_some_and(|may| *may),
            person: user.display_name,
        }))
    }

    /// Whether the person of this token administers the site.
    ///
    /// # Errors
    /// The site does not answer.
    pub async fn administers(&self, site: &str, token: &Secret) -> Result<bool, EngineError> {
        let (site, person) = self.person(site, token).await?;
        let rights = shown(person.my_permissions(&[ADMINISTER], None).await).map_err(EngineError::peer(&site.name))?;
        Ok(rights.is_some_and(|rights| rights.get(ADMINISTER).is_some_and(|may| *may)))
    }

    /// The items that apply to an issue, each with what it has linked.
    ///
    /// # Errors
    /// The store.
    pub async fn panel(&self, issue: &SeenIssue) -> Result<Panel, EngineError> {
        let wiring = self.inner.wiring();
        let mut links = Vec::new();
        for org in wiring.orgs.keys() {
            let ids = std::slice::from_ref(&issue.id);
            links.extend(self.inner.store.links_by_records(org, Side::Jira, &issue.site, ids).await?);
        }
        links.retain(|link| link.is_kept());
        let mut linked = card::cards(&self.inner, links).await?;
        let card = |item: &ConnectedItem| {
            let links: Vec<Card> = linked.extract_if(.., |link| link.item == item.name).collect();
            let is_shown = !links.is_empty() || (item.runs() && applies(item, issue));
            is_shown.then(|| PanelCard {
                item: item.name.clone(),
                object: item.salesforce.object.clone(),
                mode: item.mode,
                state: if item.runs() { ItemState::Active } else { ItemState::Paused },
                links,
            })
        };
        let cards = wiring.config.items.iter().filter_map(card).collect();
        Ok(Panel { issue: issue.key.clone(), may_edit: issue.may_edit, cards })
    }

    async fn person(&self, site: &str, token: &Secret) -> Result<(Arc<Site>, Client), EngineError> {
        let wiring: Arc<Wiring> = self.inner.wiring();
        let site = wiring.sites.get(site).cloned();
        let site =
            site.ok_or_else(|| EngineError::Missing("This connection has left the configuration.".to_owned()))?;
        let cloud_id = site.cloud_id().await?;
        let person = site.client.as_user(&cloud_id, &secret(token));
        let person =
            person.map_err(|error| EngineError::Unfit(format!("This person cannot be asked for: {error}.")))?;
        Ok((site, person))
    }
}

fn applies(item: &ConnectedItem, issue: &SeenIssue) -> bool {
    let end = &item.jira;
    let is_type = |name: &String| name.eq_ignore_ascii_case(&issue.issue_type);
    end.connection == issue.site
        && end.projects.iter().any(|key| key.eq_ignore_ascii_case(&issue.project))
        && (item.mode == Mode::DisplayOnly || end.issue_type.as_ref().is_some_and(is_type))
}

/// What Jira showed to a person; none, if it refused.
fn shown<T>(asked: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match asked {
        Ok(shown) => Ok(Some(shown)),
        Err(CallError::Auth { .. } | CallError::Denied { .. } | CallError::Gone { .. }) => Ok(None),
        Err(
            error @ (CallError::NotApplied { .. }
            | CallError::Ambiguous { .. }
            | CallError::Throttled { .. }
            | CallError::Stale { .. }
            | CallError::Invalid { .. }
            | CallError::Broken { .. }),
        ) => Err(error),
    }
}

//! What people do with links by hand: make one, dissolve one, refresh one, look at one, and find the record to link.
//!
//! A person's act is a stored row and a hint; the round that follows does what the item says. Only for a refresh somebody
//! waits: it is a round of its own. Nothing here writes to a vendor.

mod card;
mod comments;
mod make;
mod panel;
mod refresh;
mod relink;
mod search;

use entente_core::link::Origin;
use entente_store::{Hint, HintKey, Link, LinkFilter, NewEntry};

pub use card::{Card, Copies, End, Shown};
pub use comments::{Said, SaidState};
pub use panel::{Panel, PanelCard, SeenIssue};
pub use relink::Relinked;
pub use search::{Found, FoundRecord};

use crate::{Engine, EngineError, remedy, round::siblings};

/// Why an automatic link stays.
const AUTOMATIC: &str = "it is managed by its item, which tracks the history of its fields, status, comments and files";

impl Engine {
    /// The live links that a link's number, an issue key or a record id names.
    ///
    /// # Errors
    /// The store.
    pub async fn links_named(&self, name: &str) -> Result<Vec<Card>, EngineError> {
        let name = record_id(name).unwrap_or_else(|| name.trim().to_owned());
        let links = self.inner.store.links_named(&name).await?;
        card::cards(&self.inner, links).await
    }

    /// A page of the links that a filter lets through, in the order of their numbers.
    ///
    /// # Errors
    /// The store.
    pub async fn links(&self, filter: &LinkFilter, limit: usize) -> Result<Vec<Card>, EngineError> {
        let links = self.inner.store.links_filtered(filter, limit).await?;
        card::cards(&self.inner, links).await
    }

    /// Dissolves a link. One that its item made is dissolved only for an administrator, who says `sure`.
    ///
    /// # Errors
    /// There is no such link, it is automatic and nobody is sure, or the store.
    pub async fn unlink(&self, id: i64, by: &str, sure: bool) -> Result<(), EngineError> {
        let link = self.live_link(id).await?;
        if link.origin == Origin::Auto && !sure {
            return Err(EngineError::Declined(format!(
                "Link {id} of {} and {} stays: {AUTOMATIC}. An administrator may dissolve it all the same (`--yes`, in the API `\"sure\": true`); \
                 the record then gets no other issue by itself.",
                link.salesforce_id, link.jira_key
            )));
        }
        let entry = NewEntry {
            kind: "unlink".to_owned(),
            org: Some(link.org.clone()),
            item: Some(link.item.clone()),
            link_id: Some(id),
            record_id: Some(link.salesforce_id.clone()),
            text: format!("{by} dissolved the link of {} and {}; both are kept", link.salesforce_id, link.jira_key),
            ..NewEntry::default()
        };
        let hint = self.hint_of_siblings(&link);
        if !self.inner.store.unlink_by_hand(id, &entry, hint.as_slice(), self.inner.outside.now_ms()).await? {
            return Err(EngineError::Declined(format!("Link {id} is dissolved already.")));
        }
        self.inner.wake(&link.org).notify_one();
        Ok(())
    }

    /// Those that shared a record with a link that is dissolved say something else together now.
    fn hint_of_siblings(&self, link: &Link) -> Option<Hint> {
        let wiring = self.inner.wiring();
        let shared = siblings::shared(&wiring, link)?;
        let key = HintKey::of(&wiring.item(&link.item)?.item, shared.side, &shared.id);
        Some(remedy::asked(key, self.inner.outside.now_ms()))
    }

    pub(crate) async fn live_link(&self, id: i64) -> Result<Link, EngineError> {
        let links = self.inner.store.links_named(&id.to_string()).await?;
        let link = links.into_iter().find(|link| link.id == id);
        link.ok_or_else(|| EngineError::Missing(format!("There is no link {id}, or it is dissolved.")))
    }

    fn hint(&self, org: &str, object: &str, record_id: &str) -> Hint {
        let key = HintKey::record(org, object, record_id);
        remedy::asked(key, self.inner.outside.now_ms())
    }
}

/// A pasted id of 15 or 18 characters, in its long form.
fn record_id(text: &str) -> Option<String> {
    entente_salesforce::RecordId::parse(text.trim()).ok().map(|id| id.as_str().to_owned())
}

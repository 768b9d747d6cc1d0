//! The comments of one link as a person sees them, and the word to carry one.

use entente_core::{
    Side,
    threads::{Audience, Comment, Pair, PairKey, Standing, is_note},
};
use entente_store::{Link, NewEntry};
use serde::Serialize;

use crate::{
    Engine, EngineError,
    engine::SyncOptions,
    look,
    round::Scene,
    threads,
    unit::{Unit, Work},
    worker::Worker,
};

/// A comment of a link.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Said {
    /// `salesforce` or `jira`.
    pub side: &'static str,
    /// Its id there.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// When, RFC 3339.
    pub at: String,
    /// What it says.
    pub text: String,
    /// Who may read it: `staff` or `customer`.
    pub audience: &'static str,
    /// What became of it.
    pub state: SaidState,
    /// The id of its copy on the other side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
}

/// What became of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SaidState {
    /// It has no copy, and nobody wants one.
    Original,
    /// Its copy is there.
    Copied,
    /// A person wants a copy, and none was sent yet.
    Wanted,
    /// Its copy was sent and was not seen yet.
    Sent,
    /// The other side does not take its copy.
    Refused,
    /// Entente made it of a comment of the other side.
    Copy,
}

impl Engine {
    /// All comments of a link, those of Salesforce first.
    ///
    /// # Errors
    /// There is no such link, its item does not run or carries no comments, a peer, the store.
    pub async fn comments(&self, link: i64) -> Result<Vec<Said>, EngineError> {
        let link = self.live_link(link).await?;
        let (comments, pairs) = self.thread_of(&link).await?;
        let of = |side: Side| comments.get(side).iter().map(move |comment| (side, comment));
        Ok(Side::BOTH.into_iter().flat_map(of).map(|(side, comment)| said(side, comment, &pairs)).collect())
    }

    /// Lets a comment be carried that its item does not carry by itself; the next round does.
    ///
    /// # Errors
    /// There is no such link or comment, it is a copy or a note, it has a copy, its item does not write there; a peer, the store.
    pub async fn push_comment(&self, link: i64, comment: &str, by: &str) -> Result<Said, EngineError> {
        let link = self.live_link(link).await?;
        let (comments, pairs) = self.thread_of(&link).await?;
        let found = Side::BOTH
            .into_iter()
            .find_map(|side| Some((side, comments.get(side).iter().find(|known| known.id == comment)?)));
        let (origin, found) = found.ok_or_else(|| {
            let sentence = format!("Link {} has no comment {comment}; `entente comments list` lists them.", link.id);
            EngineError::Missing(sentence)
        })?;
        let now = said(origin, found, &pairs);
        let declined = |why: &str| Err(EngineError::Declined(format!("Comment {comment} is not carried: {why}.")));
        match now.state {
            SaidState::Copy => return declined("it is a copy of a comment of the other side"),
            SaidState::Copied => return declined("it has a copy, which follows its edits"),
            SaidState::Original | SaidState::Wanted | SaidState::Sent | SaidState::Refused => {}
        }
        let wiring = self.inner.wiring();
        let item = wiring.configured(&link.item)?;
        if is_note(found, item.mark()) {
            return declined("it is a note of Entente's own, which is for its side only");
        }
        if found.text.is_empty() {
            return declined("it says nothing");
        }
        if !item.copies_comments_to(origin.other()) {
            return declined(&format!("item {} copies no comments to {}", item.name, origin.other()));
        }
        let wanted = Pair {
            key: PairKey { origin, comment: comment.to_owned(), revision: 0, part: 0 },
            standing: Standing::Wanted,
            audience: Audience::STAFF,
            digest: String::new(),
            says: String::new(),
            is_fixed: false,
        };
        let entry = NewEntry {
            kind: "comment".to_owned(),
            org: Some(link.org.clone()),
            item: Some(link.item.clone()),
            link_id: Some(link.id),
            side: Some(origin),
            text: format!("{by} lets the comment {comment} of {} be copied to {}", found.author.name, origin.other()),
            ..NewEntry::default()
        };
        let now_ms = self.inner.outside.now_ms();
        let hint = self.hint(&link.org, &item.salesforce.object, &link.salesforce_id);
        if !self.inner.store.want_copy(link.id, &wanted, &entry, &hint, now_ms).await? {
            return declined("it is on its way");
        }
        self.inner.wake(&link.org).notify_one();
        Ok(Said { state: SaidState::Wanted, ..now })
    }

    async fn thread_of(&self, link: &Link) -> Result<(entente_core::Sides<Vec<Comment>>, Vec<Pair>), EngineError> {
        let wiring = self.inner.wiring();
        let Some(wired) = wiring.item(&link.item).cloned() else {
            return Err(EngineError::Declined(format!("Link {} rests: its item {} does not run.", link.id, link.item)));
        };
        if wired.item.comments.is_none() {
            return Err(EngineError::Declined(format!("Item {} carries no comments; see `comments:`.", link.item)));
        }
        wired.org.is_the_same(&self.inner.store).await?;
        wired.site.verify().await?;
        let worker = Worker::new(self.inner.clone(), wiring.clone(), wired.org.clone(), &SyncOptions::default());
        let scheme = wired.scheme().await?;
        let scene = Scene { worker: &worker, wired: &wired, scheme: &scheme, round: String::new() };
        let work: Option<Work> = look::read_again(&scene, vec![Unit::linked(link.clone())]).await?.pop();
        let work = work.ok_or_else(|| EngineError::Defect("a unit was lost while it was read".to_owned()))?;
        threads::whole(&scene, &work).await
    }
}

fn said(side: Side, comment: &Comment, pairs: &[Pair]) -> Said {
    let is_copy = comment.marker.is_some()
        || pairs.iter().any(|pair| pair.key.origin == side.other() && pair.copy() == Some(comment.id.as_str()));
    let own = pairs.iter().rfind(|pair| pair.key.origin == side && pair.key.comment == comment.id);
    let state = match own.map(|pair| &pair.standing) {
        _ if is_copy => SaidState::Copy,
        None => SaidState::Original,
        Some(Standing::Wanted) => SaidState::Wanted,
        Some(Standing::Sent { .. }) => SaidState::Sent,
        Some(Standing::Made { .. }) => SaidState::Copied,
        Some(Standing::Refused { .. }) => SaidState::Refused,
    };
    Said {
        side: side.as_str(),
        id: comment.id.clone(),
        author: comment.author.name.clone(),
        at: comment.written.to_string(),
        text: comment.text.plain().to_owned(),
        audience: comment.audience.as_str(),
        state,
        copy: own.and_then(Pair::copy).map(str::to_owned),
    }
}

//! The comments of links: whose have changed since nothing was left to do about them, what they say, and what should
//! happen to them. What should happen is decided by `entente_core::threads`; what is written, by `apply/comments.rs`.

use std::collections::{BTreeMap, HashMap, HashSet};

use entente_core::{
    ConnectedItem, Side, Sides,
    codec::adf,
    plan::{Note, NoteCode},
    threads::{self, Audience, Author, Comment, Pair, Standing, Step, TextLimit, ThreadFacts, ThreadPlan},
};
use entente_jira::CommentOrder;
use entente_store::LinkId;
use entente_transport::CallError;
use futures_util::{StreamExt, stream};
use sha2::{Digest as _, Sha256};

use crate::{
    error::EngineError,
    limits::{ECHO_AGE_MS, EDITS_IN_FLIGHT_MAX},
    outside::{OrgComment, Talk},
    round::Scene,
    unit::Work,
};

/// The property by which a comment of ours in Jira names the original.
pub(crate) const COPY_PROPERTY: &str = "entente.comment";

/// Characters of text that Jira takes:
/// <https://support.atlassian.com/jira-cloud-administration/docs/configure-text-field-limits/>
const JIRA_LIMIT: TextLimit = TextLimit::Chars(32_767);

/// The comments of a link as a round sees them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thread {
    /// How both sides look, as far as changes are concerned.
    pub(crate) looks: Sides<String>,
    /// A comment was read so soon after its last edit that another one may look the same.
    pub(crate) is_young: bool,
    /// Comments in Salesforce of which another edit would pass the guard.
    pub(crate) unguarded: HashSet<String>,
    pub(crate) plan: ThreadPlan,
    /// What is remembered of copies.
    pub(crate) pairs: Vec<Pair>,
    /// Of which copies something else is known now.
    pub(crate) known: Vec<Pair>,
    /// Something was written or found: both sides are read once more, to see that nothing is left to do.
    pub(crate) moved: bool,
    /// When, and why, its comments are looked at again, as something is left to do.
    pub(crate) again: Option<(i64, String)>,
}

impl Thread {
    /// Puts it off; an earlier time stands.
    pub(crate) fn again(&mut self, due_ms: i64, reason: impl Into<String>) {
        if self.again.as_ref().is_none_or(|(earlier, _)| due_ms < *earlier) {
            self.again = Some((due_ms, reason.into()));
        }
    }

    /// Salesforce compares whole seconds: another edit in the second of the last one would be overwritten unseen.
    fn edits_unguarded(&self) -> bool {
        let is_edited =
            |step: &Step| matches!(step, Step::Edit { id, rewrites: true, .. } if self.unguarded.contains(id));
        self.plan.writes(Side::Salesforce).any(is_edited)
    }

    /// Nothing was left to do about it.
    pub(crate) fn rests(&self) -> bool {
        self.plan.is_quiet() && self.again.is_none() && !self.moved
    }
}

/// Which of these have comments that are carried: links both of whose ends are there.
fn talking(scene: &Scene<'_>, works: &[Work]) -> Vec<usize> {
    if scene.wired.item.comments.is_none() || scene.scheme.talk.as_ref().is_none_or(Talk::is_empty) {
        return Vec::new();
    }
    (0..works.len()).filter(|n| works[*n].is_whole_link()).collect()
}

/// A link whose comments have changed, and those in Salesforce.
type Changed = (usize, Thread, Vec<Comment>);

/// The links among these whose comments have changed since nothing was left to do about them: one call to Salesforce.
pub(crate) async fn changed(scene: &Scene<'_>, works: &[Work]) -> Result<Vec<Changed>, EngineError> {
    let talking = talking(scene, works);
    let Some(talk) = scene.scheme.talk.as_ref().filter(|_| !talking.is_empty()) else { return Ok(Vec::new()) };
    let ids: Vec<LinkId> = talking.iter().filter_map(|n| works[*n].link_id()).collect();
    let mut stored = scene.worker.store().threads(&ids).await?;
    let records: Vec<String> = talking.iter().map(|n| works[*n].id(Side::Salesforce).to_owned()).collect();
    let found = scene.wired.org.comments(talk, &records).await.map_err(EngineError::peer(&scene.wired.org.name))?;
    let mut by_record: HashMap<String, Vec<OrgComment>> = HashMap::new();
    for comment in found {
        by_record.entry(comment.record.clone()).or_default().push(comment);
    }
    let mut changed = Vec::new();
    for n in talking {
        let link = works[n].link_id().unwrap_or_default();
        let known = stored.remove(&link).unwrap_or_default();
        let comments = by_record.get(works[n].id(Side::Salesforce)).cloned().unwrap_or_default();
        let version = works[n].seen.jira.version.clone().unwrap_or_default();
        let looks = Sides::new(look(&scene.scheme.item, &comments), version);
        let is_open = |pair: &Pair| matches!(pair.standing, Standing::Wanted | Standing::Sent { .. });
        if known.rests.as_ref() != Some(&looks) || known.pairs.iter().any(is_open) {
            let is_young = comments.iter().any(OrgComment::is_young);
            let unguarded = comments.iter().filter(|comment| comment.may_hide_an_edit());
            let unguarded = unguarded.map(|comment| comment.comment.id.clone()).collect();
            let comments: Vec<Comment> = comments.into_iter().map(|found| found.comment).collect();
            changed.push((n, Thread { looks, is_young, unguarded, pairs: known.pairs, ..Thread::default() }, comments));
        }
    }
    Ok(changed)
}

/// Reads and plans the comments of those links: one call to Jira for each.
pub(crate) async fn read(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let changed = changed(scene, works).await?;
    let (mut asked, works_seen): (Vec<_>, &[Work]) = (Vec::with_capacity(changed.len()), works);
    for (n, thread, own) in &changed {
        asked.push(in_jira(scene, &works_seen[*n], thread, own));
    }
    let answers: Vec<Result<Vec<Comment>, CallError>> =
        stream::iter(asked).buffered(EDITS_IN_FLIGHT_MAX).collect().await;
    for ((n, mut thread, own), answer) in changed.into_iter().zip(answers) {
        match answer {
            Ok(theirs) => {
                thread.plan = plan(scene, &works[n], &thread.pairs, Sides::new(&own, &theirs)).await;
                if thread.edits_unguarded() {
                    let due_ms = scene.worker.outside().now_ms() + ECHO_AGE_MS;
                    thread.again(due_ms, "a copy was read within the second of its last edit");
                }
            }
            Err(error) => {
                let due_ms = scene.worker.later_after(&works[n].unit, error.after());
                thread.again(due_ms, format!("the comments of {} were not read: {error}", works[n].label(Side::Jira)));
            }
        }
        let work = &mut works[n];
        work.notes.extend(thread.plan.notes.iter().map(|text| note(text)));
        work.thread = Some(thread);
    }
    Ok(())
}

pub(crate) fn note(text: &str) -> Note {
    Note { code: NoteCode::Comment, key: None, text: text.to_owned() }
}

/// What is the same as long as the item says the same of comments, and nobody has written, edited or deleted one.
fn look(item: &ConnectedItem, comments: &[OrgComment]) -> String {
    let rows: BTreeMap<&str, &str> =
        comments.iter().map(|comment| (comment.look.0.as_str(), comment.look.1.as_str())).collect();
    let rules = format!("{:?} {:?}", item.comments, Side::BOTH.map(|side| item.copies_comments_to(side)));
    let digest = Sha256::new().chain_update(rules);
    let digest = rows.iter().fold(digest, |digest, (id, stamp)| digest.chain_update(id).chain_update(stamp));
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The comments of an issue; nobody is asked when there is nothing to carry from there and nothing to find.
pub(crate) async fn in_jira(
    scene: &Scene<'_>,
    work: &Work,
    thread: &Thread,
    own: &[Comment],
) -> Result<Vec<Comment>, CallError> {
    let item = &scene.wired.item;
    let carries = item.comments.as_ref().is_some_and(|rules| rules.flow_to(Side::Salesforce));
    if !carries && own.is_empty() && thread.pairs.is_empty() {
        return Ok(Vec::new());
    }
    issue_comments(scene, work).await
}

async fn issue_comments(scene: &Scene<'_>, work: &Work) -> Result<Vec<Comment>, CallError> {
    let id = work.issue_id()?;
    let is_request = is_request(scene, work).await;
    let ourselves = scene.wired.site.account_id().await?;
    let comments = scene.wired.site.client.comments(id, CommentOrder::OldestFirst).await?;
    Ok(comments.iter().filter_map(|comment| of_jira(comment, is_request, &ourselves)).collect())
}

/// Whether an issue is a request of a service desk, as far as that can be told.
async fn is_request(scene: &Scene<'_>, work: &Work) -> bool {
    let of_issue = work.seen.jira.key.as_deref().and_then(|key| Some(key.rsplit_once('-')?.0));
    // An issue that is still to be created has the item's project.
    let of_item = || scene.scheme.project.as_ref().map(|(key, _)| key.as_str());
    let Some(project) = of_issue.or_else(of_item) else { return false };
    matches!(scene.wired.site.project(project).await, Ok(Some(project)) if project.kind == "service_desk")
}

fn of_jira(comment: &entente_jira::Comment, is_request: bool, ourselves: &str) -> Option<Comment> {
    let author = comment.author.as_ref();
    let marker = comment.properties.iter().find(|property| property.key == COPY_PROPERTY);
    let is_restricted = comment.visibility.is_some();
    // Outside of service desks Jira says "public" of every comment, and a restricted one is not for customers at all.
    let is_public = comment.jsd_public.filter(|_| is_request && !is_restricted);
    Some(Comment {
        id: comment.id.clone(),
        answers: comment.parent_id.clone(),
        author: Author {
            id: author.map(|author| author.account_id.clone()).unwrap_or_default(),
            name: author.map_or_else(|| "Somebody".to_owned(), |author| author.display_name.clone()),
            email: author.and_then(|author| author.email.clone()),
        },
        written: comment.created?,
        version: None,
        text: adf::read(&comment.body),
        audience: Audience::seen(is_public),
        is_restricted,
        is_by_us: author.is_some_and(|author| author.account_id == ourselves),
        // A copy in Jira keeps its marker, whoever changes it.
        is_touched: false,
        marker: marker.and_then(|property| Some(property.value.get("of")?.as_str()?.to_owned())),
    })
}

pub(crate) async fn plan(scene: &Scene<'_>, work: &Work, pairs: &[Pair], comments: Sides<&Vec<Comment>>) -> ThreadPlan {
    let (item, talk) = (&scene.scheme.item, scene.scheme.talk.as_ref());
    let (Some(rules), Some(talk)) = (&item.comments, talk) else { return ThreadPlan::default() };
    let writes_to = |side: Side| item.copies_comments_to(side) && scene.worker.only.is_none_or(|only| only == side);
    threads::plan(&ThreadFacts {
        rules,
        mark: item.mark(),
        comments: Sides::new(comments.salesforce, comments.jira),
        pairs,
        writes_to: Sides::new(writes_to(Side::Salesforce), writes_to(Side::Jira)),
        limits: Sides::new(talk.limit(), JIRA_LIMIT),
        is_request: is_request(scene, work).await,
        now_ms: scene.worker.outside().now_ms(),
    })
}

/// All comments of one link and what is remembered of their copies, whether or not anything has changed.
pub(crate) async fn whole(scene: &Scene<'_>, work: &Work) -> Result<(Sides<Vec<Comment>>, Vec<Pair>), EngineError> {
    let Some(talk) = &scene.scheme.talk else { return Ok((Sides::default(), Vec::new())) };
    let record = [work.id(Side::Salesforce).to_owned()];
    let found = scene.wired.org.comments(talk, &record).await.map_err(EngineError::peer(&scene.wired.org.name))?;
    let own: Vec<Comment> = found.into_iter().map(|found| found.comment).collect();
    let theirs = issue_comments(scene, work).await.map_err(EngineError::peer(&scene.wired.site.name))?;
    let link = work.link_id().unwrap_or_default();
    let stored = scene.worker.store().threads(&[link]).await?.remove(&link).unwrap_or_default();
    Ok((Sides::new(own, theirs), stored.pairs))
}

//! All units of an item, page by page, read and planned.

use std::collections::{HashMap, HashSet};

use entente_core::{
    Side, Sides, State,
    filter::Verdict,
    plan::{admits, takes_up},
};
use entente_store::{Link, LinkState};
use jiff::Timestamp;

use super::{
    Looked, alike, asked, astray,
    earlier::Earlier,
    issues::{self, JiraSide},
};
use crate::{
    error::EngineError,
    limits::{LOOK_PAGE_LINKS, ROUND_LINKS_MAX},
    outside::OrgRow,
    poll::last_run,
    report::Progress,
    round::{self, Needs, Scene, facts, read, succession},
    unit::{Seen, Unit, Work, was_parted},
    wiring::Wired,
    worker::Worker,
};

/// Hands over every unit of an item: links, records that may get one, and issues that may get one.
pub(crate) async fn each_page(
    worker: &Worker,
    wired: &Wired,
    needs: Needs,
    progress: &(dyn Fn(Progress) + Sync),
    mut each: impl AsyncFnMut(Vec<Work>) -> Result<(), EngineError>,
) -> Result<Looked, EngineError> {
    wired.org.is_the_same(worker.store()).await?;
    astray::refuse(&wired.item, &wired.org, worker.store()).await?;
    let scheme = wired.scheme().await?;
    let scene = Scene { worker, wired, scheme: &scheme, round: String::new() };
    let mut looked = Looked::default();
    let earlier = Earlier::before(&scene).await;
    let last = last_run(worker, &wired.item).await?;
    let mut jira = issues::scan(&scene, &earlier, &mut looked, last.jira, progress).await?;
    let mut met: HashSet<i64> = HashSet::new();
    let mut done = 0;
    let object = &wired.item.salesforce.object;
    let asked = asked::records(&scene, last.salesforce);
    let is_narrowed = asked.is_some();
    looked.salesforce_began = wired
        .org
        .scan(object, &earlier.salesforce_paths(&scene), asked, async |rows, total| {
            done += rows.len() as u64;
            progress(Progress { stage: "reading Salesforce", done, total: Some(total) });
            let mut works = salesforce_page(&scene, &earlier, last.salesforce, rows, &mut jira, &mut met).await?;
            alike::judge(&scene, &mut jira, &mut works, needs).await?;
            each(planned(&scene, works, needs).await?).await
        })
        .await?;
    let lone = lone_issues(&scene, &jira, last.jira);
    each(planned(&scene, lone, needs).await?).await?;
    missing_links(&scene, &met, is_narrowed, &mut jira, needs, &mut each).await?;
    looked.claims = jira.claims.into_firsts();
    Ok(looked)
}

pub(super) fn grouped(links: Vec<Link>, by: impl Fn(&Link) -> &String) -> HashMap<String, Vec<Link>> {
    let mut groups: HashMap<String, Vec<Link>> = HashMap::new();
    for link in links {
        groups.entry(by(&link).clone()).or_default().push(link);
    }
    groups
}

/// One page of Salesforce rows as units: links with both sides, and records that may get a link.
async fn salesforce_page(
    scene: &Scene<'_>,
    earlier: &Earlier,
    last: Option<Timestamp>,
    rows: Vec<OrgRow>,
    jira: &mut JiraSide,
    met: &mut HashSet<i64>,
) -> Result<Vec<Work>, EngineError> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let org = &scene.wired.org.name;
    let links = scene.worker.store().links_by_records(org, Side::Salesforce, org, &ids).await?;
    let mut by_record = grouped(links, |link| &link.salesforce_id);
    let mut works = Vec::new();
    for row in rows {
        let links = by_record.remove(&row.id).unwrap_or_default();
        let seen = read::salesforce_seen(scene, &row);
        // A live link stands before what once was one.
        let own = links.iter().filter(|link| link.item == scene.wired.item.name);
        match own.max_by_key(|link| link.is_live()) {
            Some(link) if link.is_live() => {
                for link in links.iter().filter(|other| other.item == link.item && other.is_live()) {
                    met.insert(link.id);
                    works.push(linked(scene, link.clone(), seen.clone(), jira));
                }
                works.extend(further(scene, &row.id, &seen, jira));
                works.extend(clones(scene, &row.id, jira));
            }
            Some(link) if link.may_return() && !links.iter().any(Link::is_live) => {
                works.extend(lost(scene, link.clone(), &row.id, seen, jira));
            }
            // A tombstone: unlinked for good.
            Some(_) => {}
            None if links.iter().any(Link::is_live) || was_parted(&links) => {}
            None => {
                let taken = || earlier.take_record(scene, &row, &links);
                works.extend(candidate(scene, &row.id, seen.clone(), last, jira, taken));
                works.extend(further(scene, &row.id, &seen, jira));
            }
        }
    }
    Ok(works)
}

/// A pair that was separated because an end of it was lost, or left the item, when both are there.
fn lost(scene: &Scene<'_>, link: Link, id: &str, salesforce: Seen, jira: &mut JiraSide) -> Option<Work> {
    if admits(&scene.scheme.item, Side::Salesforce, salesforce.record()?) == Verdict::Fails {
        return None;
    }
    let issue = jira.seen.get(&link.jira_id)?.clone();
    let ids = Sides::new(Some(id.to_owned()), Some(link.jira_id.clone()));
    Some(Work::new(Unit { ended: vec![link], ..Unit::candidate(ids) }, Sides::new(salesforce, issue)))
}

/// Further issues that name a record which may have several.
fn further(scene: &Scene<'_>, id: &str, seen: &Seen, jira: &mut JiraSide) -> Vec<Work> {
    let item = &scene.scheme.item;
    let enters = || seen.record().map(|record| admits(item, Side::Salesforce, record)) == Some(Verdict::Passes);
    if item.cardinality.one() != Some(Side::Salesforce) || !enters() {
        return Vec::new();
    }
    let issues: Vec<String> =
        jira.claims.of(id).filter(|issue| !jira.elsewhere.contains(*issue)).map(str::to_owned).collect();
    let work = |issue: String| {
        let shown = jira.seen.remove(&issue)?;
        let unit = Unit::candidate(Sides::new(Some(id.to_owned()), Some(issue)));
        Some(Work::new(unit, Sides::new(seen.clone(), shown)))
    };
    issues.into_iter().filter_map(work).collect()
}

/// Issues that name a record which has its own, and that would be given a record if they named nobody: a round says so.
fn clones(scene: &Scene<'_>, id: &str, jira: &mut JiraSide) -> Vec<Work> {
    let item = &scene.scheme.item;
    if item.cardinality.one() == Some(Side::Salesforce) || !item.creates_on(Side::Salesforce) {
        return Vec::new();
    }
    let issues: Vec<String> =
        jira.claims.of(id).filter(|issue| !jira.elsewhere.contains(*issue)).map(str::to_owned).collect();
    let work = |issue: String| {
        let shown = jira.seen.remove(&issue)?;
        let unit = Unit::candidate(Sides::new(None, Some(issue)));
        Some(Work { is_unjudged: true, ..Work::new(unit, Sides::new(Seen::absent(State::None), shown)) })
    };
    issues.into_iter().filter_map(work).collect()
}

fn linked(scene: &Scene<'_>, link: Link, salesforce: Seen, jira: &mut JiraSide) -> Work {
    // An issue that the search does not show is read by its id in a round; nothing is concluded here.
    let issue = jira.meet(scene, &link.jira_id).unwrap_or_else(not_in_search);
    Work::new(Unit::linked(link), Sides::new(salesforce, issue))
}

fn not_in_search() -> Seen {
    Seen::absent(State::Unreadable("the search did not show it".to_owned()))
}

/// A record without a link that passes the filter and is not taken by an earlier item, with the issue that names it or
/// that it names.
fn candidate(
    scene: &Scene<'_>,
    id: &str,
    seen: Seen,
    last: Option<Timestamp>,
    jira: &mut JiraSide,
    is_taken: impl FnOnce() -> bool,
) -> Option<Work> {
    let item = &scene.scheme.item;
    let shown = item.correlation.as_ref().and_then(|c| seen.record()?.value(c.salesforce.as_str())?.as_text());
    jira.claims.settle(id, shown);
    let claimed = jira.claims.best(id, shown).map(|claim| claim.issue_id.clone());
    // What we have made for an issue, and could not record, is its twin whatever the filter says.
    let is_ours = seen.operation.is_some() && claimed.is_some();
    if !is_ours && takes_up(item, Side::Salesforce, seen.record()?, last) != Verdict::Passes || is_taken() {
        return None;
    }
    let shown_issue = || jira.ids_by_key.get(shown?).filter(|issue| !jira.claims.issues().contains(*issue)).cloned();
    let twin = claimed.or_else(shown_issue);
    let may_share = item.cardinality.one() == Some(Side::Jira);
    let twin = twin.filter(|twin| may_share || !jira.linked.contains(twin));
    let issue = match (&twin, shown) {
        (Some(twin), _) => jira.meet(scene, twin).unwrap_or_else(not_in_search),
        // It names an issue that is not in scope or not found: a round will say which.
        (None, Some(_)) => not_in_search(),
        (None, None) => Seen::absent(State::None),
    };
    let unit = Unit::candidate(Sides::new(Some(id.to_owned()), twin));
    Some(Work::new(unit, Sides::new(seen, issue)))
}

/// Issues that no record was met for, when records may be created for them.
fn lone_issues(scene: &Scene<'_>, jira: &JiraSide, last: Option<Timestamp>) -> Vec<Work> {
    if !scene.wired.item.creates_on(Side::Salesforce) {
        return Vec::new();
    }
    let claimed = jira.claims.issues();
    let is_free = |id: &str| !jira.linked.contains(id) && !jira.elsewhere.contains(id) && !claimed.contains(id);
    let is_new = |seen: &Seen| {
        last.is_none()
            || seen.record().is_none_or(|r| takes_up(&scene.scheme.item, Side::Jira, r, last) != Verdict::Fails)
    };
    let lone = jira.seen.iter().filter(|(id, seen)| is_free(id) && is_new(seen));
    lone.map(|(id, seen)| {
        let ids = Sides::new(None, Some(id.clone()));
        Work::new(Unit::candidate(ids), Sides::new(Seen::absent(State::None), seen.clone()))
    })
    .collect()
}

/// Links whose Salesforce record the scan did not meet: deleted, hidden from us, or not asked for. A round reads by id
/// what cannot be read here.
async fn missing_links(
    scene: &Scene<'_>,
    met: &HashSet<i64>,
    is_narrowed: bool,
    jira: &mut JiraSide,
    needs: Needs,
    each: &mut impl AsyncFnMut(Vec<Work>) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let mut after = 0;
    loop {
        let links = scene.worker.store().links_of_item(&scene.wired.item.name, after, LOOK_PAGE_LINKS).await?;
        let Some(last) = links.last() else { return Ok(()) };
        after = last.id;
        let is_missing = |link: &Link| !met.contains(&link.id) && !matches!(link.state, LinkState::Detached);
        let missing: Vec<Link> = links.into_iter().filter(is_missing).collect();
        let ids: Vec<String> = missing.iter().filter(|_| is_narrowed).map(|link| link.salesforce_id.clone()).collect();
        let rows = read::salesforce(scene, &ids).await.map_err(EngineError::peer(&scene.wired.org.name))?;
        let seen = |link: &Link| match rows.get(&link.salesforce_id) {
            Some(row) => read::salesforce_seen(scene, row),
            None => Seen::absent(State::Unreadable("the query did not return it".to_owned())),
        };
        let works =
            missing.into_iter().map(|link| (seen(&link), link)).map(|(seen, link)| linked(scene, link, seen, jira));
        let works: Vec<Work> = works.collect();
        each(planned(scene, works, needs).await?).await?;
    }
}

async fn planned(scene: &Scene<'_>, mut works: Vec<Work>, needs: Needs) -> Result<Vec<Work>, EngineError> {
    facts::load(scene, &mut works).await?;
    round::plan_all(scene, &mut works, needs).await?;
    round::precedence::wait(scene, &mut works).await?;
    Ok(works)
}

/// The same for those who tell what they see: links that look different are read again by id, for a search may lag and
/// somebody may be at work right now; and a record that takes over the link of another is not one without a twin.
pub(crate) async fn each_page_for_sure(
    worker: &Worker,
    wired: &Wired,
    needs: Needs,
    progress: &(dyn Fn(Progress) + Sync),
    mut each: impl AsyncFnMut(&Scene<'_>, Vec<Work>) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    each_page(worker, wired, needs, progress, async |works| {
        let scheme = wired.scheme().await?;
        let scene = Scene { worker, wired, scheme: &scheme, round: String::new() };
        let (doubtful, mut works): (Vec<Work>, Vec<Work>) = works.into_iter().partition(is_doubtful);
        succession::spare(&scene, &mut works).await?;
        each(&scene, works).await?;
        let mut doubtful = doubtful.into_iter().map(|work| work.unit).peekable();
        while doubtful.peek().is_some() {
            let units = doubtful.by_ref().take(ROUND_LINKS_MAX).collect();
            each(&scene, read_again(&scene, units).await?).await?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// Reads units by id, and plans them.
pub(crate) async fn read_again(scene: &Scene<'_>, units: Vec<Unit>) -> Result<Vec<Work>, EngineError> {
    let read = read::both(scene, units).await;
    let mut works = read.map_err(|(_, error)| EngineError::peer(&scene.wired.org.name)(error))?;
    works = planned(scene, works, Needs::Fetched).await?;
    succession::spare(scene, &mut works).await?;
    Ok(works)
}

/// A link of which an end is not there, or of which there is something to say.
fn is_doubtful(work: &Work) -> bool {
    let present = Side::BOTH.into_iter().all(|side| work.seen.get(side).record().is_some());
    work.unit.link.is_some() && !(present && work.plan.is_quiet())
}

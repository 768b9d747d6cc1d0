//! All units of an item, page by page, read and planned.

use std::collections::{BTreeMap, HashMap, HashSet};

use entente_core::{Side, Sides, State, filter::Verdict, plan::admits};
use entente_store::{Link, LinkState};

use super::Looked;
use crate::{
    error::EngineError,
    limits::LOOK_PAGE_LINKS,
    outside::{OrgRow, SiteIssue, origin_source},
    report::Progress,
    round::{self, Scene, facts, read},
    scheme::Scheme,
    unit::{Seen, Unit, Work},
    wiring::Wired,
    worker::Worker,
};

/// What a scan of the Jira side leaves for the pages.
#[derive(Default)]
struct JiraSide {
    /// Every issue in scope, by id.
    seen: HashMap<String, Seen>,
    ids_by_key: HashMap<String, String>,
    /// Unlinked issues that name a Salesforce record, by that record.
    claims: HashMap<String, String>,
    linked: HashSet<String>,
}

/// Hands over every unit of an item: links, records that may get one, and issues that may get one. With `needs`, facts
/// that a plan asks for are fetched.
pub(crate) async fn each_page(
    worker: &Worker,
    wired: &Wired,
    needs: bool,
    progress: &(dyn Fn(Progress) + Sync),
    mut each: impl AsyncFnMut(Vec<Work>) -> Result<(), EngineError>,
) -> Result<Looked, EngineError> {
    let scheme = wired.scheme().await?;
    let scene = Scene { worker, wired, scheme: &scheme };
    let mut looked = Looked::default();
    let mut jira = scan_jira(&scene, &scheme, &mut looked, progress).await?;
    let mut met: HashSet<i64> = HashSet::new();
    let mut done = 0;
    let object = &wired.item.salesforce.object;
    looked.salesforce_began = wired
        .org
        .scan(object, &scheme.salesforce_paths, async |rows, total| {
            done += rows.len() as u64;
            progress(Progress { stage: "reading Salesforce", done, total: Some(total) });
            let works = salesforce_page(&scene, rows, &mut jira, &mut met).await?;
            each(planned(&scene, works, needs).await?).await
        })
        .await?;
    let lone = lone_issues(&scene, &mut jira);
    each(planned(&scene, lone, needs).await?).await?;
    missing_links(&scene, &met, &mut jira, needs, &mut each).await?;
    looked.claims = jira.claims;
    Ok(looked)
}

async fn scan_jira(
    scene: &Scene<'_>,
    scheme: &Scheme,
    looked: &mut Looked,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<JiraSide, EngineError> {
    let mut side = JiraSide::default();
    let (Some((_, project_id)), Some(issue_type)) = (&scheme.project, &scheme.issue_type) else { return Ok(side) };
    let site = &scene.wired.site;
    let mut pages = site.scan(project_id, issue_type, &scheme.jira_ids);
    while let Some(page) = pages.next().await.map_err(EngineError::peer(&site.name))? {
        let read_ms = site.read_ms(page.moment);
        looked.jira_began = looked.jira_began.or(page.moment.theirs.or(Some(page.moment.ours)));
        let issues: Vec<SiteIssue> = page.issues.into_iter().map(|issue| SiteIssue { issue, read_ms }).collect();
        let ids: Vec<String> = issues.iter().map(SiteIssue::id).collect();
        let links = scene.worker.store().links_by_records(&scene.wired.org.name, Side::Jira, &site.name, &ids).await?;
        let live = links.iter().filter(|link| link.item == scene.wired.item.name);
        side.linked.extend(live.map(|link| link.jira_id.clone()));
        for issue in issues {
            side.add(scene, &issue);
        }
        progress(Progress { stage: "reading Jira", done: side.seen.len() as u64, total: None });
    }
    Ok(side)
}

impl JiraSide {
    fn add(&mut self, scene: &Scene<'_>, issue: &SiteIssue) {
        let seen = read::jira_seen(scene, issue);
        if !self.linked.contains(&issue.id()) {
            let shown =
                scene.wired.item.correlation.as_ref().and_then(|correlation| {
                    seen.record()?.value(correlation.jira.as_str())?.as_text().map(str::to_owned)
                });
            let named = origin_source(&issue.issue).map(str::to_owned).or(shown);
            if let Some(id) = named.and_then(|named| entente_salesforce::RecordId::parse(&named).ok()) {
                self.claims.insert(id.to_string(), issue.id());
            }
        }
        self.ids_by_key.insert(issue.key(), issue.id());
        self.seen.insert(issue.id(), seen);
    }
}

/// One page of Salesforce rows as units: links with both sides, and records that may get a link.
async fn salesforce_page(
    scene: &Scene<'_>,
    rows: Vec<OrgRow>,
    jira: &mut JiraSide,
    met: &mut HashSet<i64>,
) -> Result<Vec<Work>, EngineError> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let org = &scene.wired.org.name;
    let links = scene.worker.store().links_by_records(org, Side::Salesforce, org, &ids).await?;
    let mut by_record: BTreeMap<String, Vec<Link>> = BTreeMap::new();
    for link in links {
        by_record.entry(link.salesforce_id.clone()).or_default().push(link);
    }
    let mut works = Vec::new();
    for row in rows {
        let links = by_record.remove(&row.id).unwrap_or_default();
        let seen = read::salesforce_seen(scene, &row);
        // A live link stands before what once was one.
        let is_over = |link: &Link| matches!(link.state, LinkState::Unlinked { .. });
        let own = links.into_iter().filter(|link| link.item == scene.wired.item.name);
        match own.min_by_key(is_over) {
            Some(link) if matches!(link.state, LinkState::Active | LinkState::Parked { .. }) => {
                met.insert(link.id);
                works.push(linked(link, seen, jira));
            }
            // A tombstone: unlinked for good.
            Some(_) => {}
            None => works.extend(candidate(scene, &row.id, seen, jira)),
        }
    }
    Ok(works)
}

fn linked(link: Link, salesforce: Seen, jira: &mut JiraSide) -> Work {
    let ids = Sides::new(Some(link.salesforce_id.clone()), Some(link.jira_id.clone()));
    // An issue that the search does not show is read by its id in a round; nothing is concluded here.
    let issue = jira.seen.remove(&link.jira_id).unwrap_or_else(not_in_search);
    Work::new(Unit { link: Some(link), ids, tickets: Vec::new(), later: Vec::new() }, Sides::new(salesforce, issue))
}

fn not_in_search() -> Seen {
    Seen::absent(State::Unreadable("the search did not show it".to_owned()))
}

/// A record without a link that passes the filter, with the issue that names it or that it names.
fn candidate(scene: &Scene<'_>, id: &str, seen: Seen, jira: &mut JiraSide) -> Option<Work> {
    let item = &scene.wired.item;
    if seen.record().map(|record| admits(item, Side::Salesforce, record)) != Some(Verdict::Passes) {
        return None;
    }
    let shown = item.correlation.as_ref().and_then(|c| seen.record()?.value(c.salesforce.as_str())?.as_text());
    let twin = jira.claims.get(id).cloned().or_else(|| jira.ids_by_key.get(shown?).cloned());
    let twin = twin.filter(|twin| !jira.linked.contains(twin));
    let issue = match (&twin, shown) {
        (Some(twin), _) => jira.seen.remove(twin).unwrap_or_else(not_in_search),
        // It names an issue that is not in scope or not found: a round will say which.
        (None, Some(_)) => not_in_search(),
        (None, None) => Seen::absent(State::None),
    };
    let unit = Unit { link: None, ids: Sides::new(Some(id.to_owned()), twin), tickets: Vec::new(), later: Vec::new() };
    Some(Work::new(unit, Sides::new(seen, issue)))
}

/// Issues that no record was met for, when records may be created for them.
fn lone_issues(scene: &Scene<'_>, jira: &mut JiraSide) -> Vec<Work> {
    if !scene.wired.item.creates_on(Side::Salesforce) {
        return Vec::new();
    }
    let claimed: HashSet<&String> = jira.claims.values().collect();
    let lone = jira.seen.iter().filter(|(id, _)| !jira.linked.contains(*id) && !claimed.contains(id));
    lone.map(|(id, seen)| {
        let ids = Sides::new(None, Some(id.clone()));
        let unit = Unit { link: None, ids, tickets: Vec::new(), later: Vec::new() };
        Work::new(unit, Sides::new(Seen::absent(State::None), seen.clone()))
    })
    .collect()
}

/// Links whose Salesforce record the scan did not meet: deleted, or hidden from us. They are read by id.
async fn missing_links(
    scene: &Scene<'_>,
    met: &HashSet<i64>,
    jira: &mut JiraSide,
    needs: bool,
    each: &mut impl AsyncFnMut(Vec<Work>) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let mut after = 0;
    loop {
        let links = scene.worker.store().links_of_item(&scene.wired.item.name, after, LOOK_PAGE_LINKS).await?;
        let Some(last) = links.last() else { return Ok(()) };
        after = last.id;
        let missing =
            links.into_iter().filter(|link| !met.contains(&link.id) && !matches!(link.state, LinkState::Detached));
        let works: Vec<Work> = missing
            .map(|link| linked(link, Seen::absent(State::Unreadable("the query did not return it".to_owned())), jira))
            .collect();
        each(planned(scene, works, needs).await?).await?;
    }
}

async fn planned(scene: &Scene<'_>, mut works: Vec<Work>, needs: bool) -> Result<Vec<Work>, EngineError> {
    facts::load(scene, &mut works).await?;
    round::plan_all(scene, &mut works, needs).await;
    Ok(works)
}

/// Reads units again by id, and plans them: the search that a look began with may lag behind.
pub(crate) async fn read_again(worker: &Worker, wired: &Wired, works: Vec<Work>) -> Result<Vec<Work>, EngineError> {
    let scheme = wired.scheme().await?;
    let scene = Scene { worker, wired, scheme: &scheme };
    let units = works.into_iter().map(|work| work.unit).collect();
    let works = read::both(&scene, units).await.map_err(|(_, error)| EngineError::peer(&wired.org.name)(error))?;
    planned(&scene, works, true).await
}

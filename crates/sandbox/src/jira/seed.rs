//! The demo company's half of the story: an engineering project with work in it, and two service desks with requests.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt as _;
use serde_json::{Value, json};

use super::adf;
use super::catalogue::ProjectKind;
use super::catalogue::founding::{BLOCKED, DONE, IN_PROGRESS, RESOLUTION_DONE, SUB_TASK, TO_DO, project};
use super::contents::Contents;
use super::fields::founding::REQUEST_TYPE;
use super::issue::{Comment, Issue};
use super::people::{ADMIN_ID, AGENTS};
use super::site::Site;
use crate::seed::Dice;

mod stories;

use stories::{COMMENTS, REQUESTS, STORIES, Story};

const DAY_MS: i64 = 86_400_000;
const EVALUATION_PROJECT: u64 = 10003;

/// Fills an empty site with the demo company's half. What it makes is not linked to anything in Salesforce.
pub fn seed_demo(site: &Site, dice: &mut Dice) {
    let now = site.control().clock().now_ms();
    let contents = &mut *site.contents().lock();
    let team: Vec<String> = contents
        .people
        .users
        .values()
        .filter(|u| u.groups.contains(AGENTS) && u.account_id != ADMIN_ID && u.token.is_none())
        .map(|u| u.account_id.clone())
        .collect();
    evaluation_desk(contents);
    for story in STORIES {
        let issue = from_story(contents, story, &team, now, dice);
        contents.insert_issue(issue);
    }
    for (project, request_type, summary, description) in REQUESTS {
        let issue = from_request(contents, (project, request_type, summary, description), &team, now, dice);
        contents.insert_issue(issue);
    }
}

/// The service project FES, whose customers try the company's software before they buy it.
fn evaluation_desk(contents: &mut Contents) {
    const KINDS: &[&str] = &["10010", "10011", SUB_TASK];
    let project = project(EVALUATION_PROJECT, "FES", "Evaluation Support", ProjectKind::ServiceDesk, KINDS, "service");
    contents.catalogue.projects.insert(EVALUATION_PROJECT, project);
    let rows = [
        ("30", "Ask about an evaluation", "How to install it, how to measure it.", "10010"),
        ("31", "Report a problem with an evaluation", "Something does not work as it should.", "10011"),
    ];
    contents.desks.found(3, EVALUATION_PROJECT, rows);
}

fn pick<'a, T>(dice: &mut Dice, from: &'a [T]) -> &'a T {
    &from[dice.random_range(0..from.len())]
}

fn blank(contents: &mut Contents, project: u64, kind: &str, status: &str, reporter: &str, created: i64) -> Issue {
    let id = contents.next_id();
    let key = contents.catalogue.projects.get_mut(&project).map(|project| {
        project.last_number += 1;
        format!("{}-{}", project.key, project.last_number)
    });
    Issue {
        id,
        key: key.unwrap_or_default(),
        project,
        kind: kind.to_owned(),
        status: status.to_owned(),
        creator: reporter.to_owned(),
        created,
        updated: created,
        status_changed: created,
        resolved: None,
        values: BTreeMap::from([("reporter".to_owned(), json!(reporter))]),
        comments: Vec::new(),
        attachments: Vec::new(),
        worklogs: Vec::new(),
        histories: Vec::new(),
        remote_links: Vec::new(),
        properties: BTreeMap::new(),
        watchers: BTreeSet::from([reporter.to_owned()]),
        voters: BTreeSet::new(),
    }
}

fn from_story(contents: &mut Contents, story: &Story, team: &[String], now: i64, dice: &mut Dice) -> Issue {
    let created = now - dice.random_range(10 * DAY_MS..120 * DAY_MS);
    let mut issue = blank(contents, 10000, story.kind, status_of(story), &pick(dice, team).clone(), created);
    let values = &mut issue.values;
    values.insert("summary".into(), json!(story.summary));
    values.insert("description".into(), json!({ "doc": adf::from_plain(story.description) }));
    values.insert("priority".into(), json!(story.priority.to_string()));
    if !story.component.is_empty() {
        values.insert("components".into(), json!([story.component]));
    }
    if !story.label.is_empty() {
        values.insert("labels".into(), json!([story.label]));
    }
    if story.status != 'n' {
        values.insert("assignee".into(), json!(pick(dice, team)));
        issue.status_changed = created + dice.random_range(DAY_MS..8 * DAY_MS);
        issue.updated = issue.status_changed;
    }
    if story.status == 'd' {
        issue.values.insert("resolution".into(), json!(RESOLUTION_DONE));
        issue.resolved = Some(issue.status_changed);
    }
    for _ in 0..dice.random_range(0..3u8) {
        comment(contents, &mut issue, team, now, dice);
    }
    issue
}

fn status_of(story: &Story) -> &'static str {
    match story.status {
        'p' => IN_PROGRESS,
        'b' => BLOCKED,
        'd' => DONE,
        _ => TO_DO,
    }
}

fn comment(contents: &mut Contents, issue: &mut Issue, team: &[String], now: i64, dice: &mut Dice) {
    let author = pick(dice, team).clone();
    let at = (issue.updated + dice.random_range(DAY_MS / 24..2 * DAY_MS)).min(now - DAY_MS / 24);
    let body: Value = json!({ "doc": adf::from_plain(pick::<&str>(dice, COMMENTS)) });
    let id = contents.next_id();
    issue.comments.push(Comment {
        id,
        author: author.clone(),
        update_author: author,
        body,
        created: at,
        updated: at,
        visibility: None,
        parent: None,
        properties: BTreeMap::new(),
    });
    issue.updated = issue.updated.max(at);
}

fn from_request(
    contents: &mut Contents,
    (project, request_type, summary, description): (&u64, &&str, &&str, &&str),
    team: &[String],
    now: i64,
    dice: &mut Dice,
) -> Issue {
    let created = now - dice.random_range(DAY_MS..20 * DAY_MS);
    let kind = contents.desks.request_type(request_type).map(|r| r.issue_type.clone()).unwrap_or_default();
    let initial = contents.catalogue.workflow_of(*project, &kind).map(|w| w.initial.clone());
    let mut issue = blank(contents, *project, &kind, &initial.unwrap_or_default(), &pick(dice, team).clone(), created);
    issue.values.insert("summary".into(), json!(summary));
    issue.values.insert("description".into(), json!({ "doc": adf::from_plain(description) }));
    issue.values.insert("priority".into(), json!(dice.random_range(2..5u8).to_string()));
    issue.values.insert(REQUEST_TYPE.into(), json!(request_type));
    issue
}

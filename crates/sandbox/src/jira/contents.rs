//! Everything the site remembers: people, projects, configuration and issues, with the indexes that keep it quick.
//!
//! Plain data with its invariants; it knows no HTTP. The shapes on the wire are made by `render`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, Project};
use super::desk::Desks;
use super::issue::Issue;
use super::oauth::Tokens;
use super::people::People;
use super::permission::Right;
use super::webhook::Webhook;

/// An issue as the search index still sees it.
#[derive(Debug, Clone)]
pub(crate) struct Unindexed {
    /// `None`: not there yet when the index last looked.
    pub(crate) before: Option<Issue>,
    pub(crate) changed_at: i64,
}

/// The memory of a site.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Contents {
    pub(crate) cloud_id: String,
    pub(crate) people: People,
    pub(crate) catalogue: Catalogue,
    pub(crate) issues: BTreeMap<u64, Issue>,
    pub(crate) links: BTreeMap<u64, IssueLink>,
    pub(crate) webhooks: BTreeMap<u64, Webhook>,
    pub(crate) desks: Desks,
    pub(crate) tokens: Tokens,
    pub(crate) rights: Vec<Right>,
    /// Keys that issues and projects had before they moved, upper case.
    pub(crate) old_keys: BTreeMap<String, u64>,
    pub(crate) old_project_keys: BTreeMap<String, u64>,
    pub(crate) last_id: u64,
    /// Worklogs that are gone, and since when.
    #[serde(default)]
    pub(crate) deleted_worklogs: Vec<(u64, i64)>,
    #[serde(skip)]
    pub(crate) index: Index,
}

/// A link between two issues; `source <outward> destination`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IssueLink {
    pub(crate) id: u64,
    pub(crate) kind: String,
    pub(crate) source: u64,
    pub(crate) destination: u64,
}

/// What is derived from the rest, and rebuilt after loading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    by_key: HashMap<String, u64>,
    by_updated: BTreeSet<(i64, u64)>,
    /// Comment, attachment or worklog id -> issue id (one id space, as here all ids come from one counter).
    home: HashMap<u64, u64>,
    links: HashMap<u64, Vec<u64>>,
    children: HashMap<u64, Vec<u64>>,
    /// Changes the search index has not seen yet; only kept while the lag is on.
    pub(crate) unindexed: HashMap<u64, Unindexed>,
}

impl Contents {
    /// The next id of anything; ids are never reused, so deleted rows leave gaps.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Finds an issue by id or by present or former key, in any case.
    pub(crate) fn find_issue(&self, id_or_key: &str) -> Option<&Issue> {
        let id = match id_or_key.parse::<u64>() {
            Ok(id) => id,
            Err(_) => self.id_of_key(id_or_key)?,
        };
        self.issues.get(&id)
    }

    fn id_of_key(&self, key: &str) -> Option<u64> {
        let key = key.to_ascii_uppercase();
        let known = self.index.by_key.get(&key).or_else(|| self.old_keys.get(&key)).copied();
        known.or_else(|| {
            let (project, number) = key.rsplit_once('-')?;
            let project = self.catalogue.projects.get(self.old_project_keys.get(project)?)?;
            self.index.by_key.get(&format!("{}-{number}", project.key)).copied()
        })
    }

    /// Finds a project by id or by present or former key.
    pub(crate) fn find_project(&self, id_or_key: &str) -> Option<&Project> {
        let upper = id_or_key.to_ascii_uppercase();
        let by_id = id_or_key.parse::<u64>().ok().and_then(|id| self.catalogue.projects.get(&id));
        by_id
            .or_else(|| self.catalogue.projects.values().find(|p| p.key == upper))
            .or_else(|| self.catalogue.projects.get(self.old_project_keys.get(&upper)?))
    }

    pub(crate) fn insert_issue(&mut self, issue: Issue) {
        index_issue(&mut self.index, &issue);
        self.issues.insert(issue.id, issue);
    }

    /// Changes an issue and keeps the indexes true.
    pub(crate) fn change_issue<T>(&mut self, id: u64, change: impl FnOnce(&mut Issue) -> T) -> Option<T> {
        let issue = self.issues.get_mut(&id)?;
        unindex_issue(&mut self.index, issue);
        let outcome = change(issue);
        index_issue(&mut self.index, issue);
        Some(outcome)
    }

    pub(crate) fn remove_issue(&mut self, id: u64) -> Option<Issue> {
        let issue = self.issues.remove(&id)?;
        unindex_issue(&mut self.index, &issue);
        for link in self.index.links.remove(&id).unwrap_or_default() {
            self.remove_link(link);
        }
        Some(issue)
    }

    pub(crate) fn insert_link(&mut self, link: IssueLink) {
        for end in BTreeSet::from([link.source, link.destination]) {
            self.index.links.entry(end).or_default().push(link.id);
        }
        self.links.insert(link.id, link);
    }

    pub(crate) fn remove_link(&mut self, id: u64) -> Option<IssueLink> {
        let link = self.links.remove(&id)?;
        for end in [link.source, link.destination] {
            if let Some(ids) = self.index.links.get_mut(&end) {
                ids.retain(|other| *other != id);
            }
        }
        Some(link)
    }

    /// The links of an issue, oldest first.
    pub(crate) fn links_of(&self, issue: u64) -> impl Iterator<Item = &IssueLink> {
        let ids = self.index.links.get(&issue).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.links.get(id))
    }

    /// Sub-tasks and, for an epic, its issues.
    pub(crate) fn children_of(&self, issue: u64) -> impl Iterator<Item = &Issue> {
        let ids = self.index.children.get(&issue).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.issues.get(id))
    }

    /// The issue that holds this comment, attachment or worklog.
    pub(crate) fn home_of(&self, part: u64) -> Option<&Issue> {
        self.issues.get(self.index.home.get(&part)?)
    }

    /// Issue ids by their time of change, from a time on.
    pub(crate) fn updated_since(&self, since: (i64, u64)) -> impl Iterator<Item = u64> {
        self.index.by_updated.range(since..).map(|(_, id)| *id)
    }

    /// Issue ids by their time of change, newest first, from a position back.
    pub(crate) fn updated_until(&self, until: (i64, u64)) -> impl Iterator<Item = u64> {
        self.index.by_updated.range(..=until).rev().map(|(_, id)| *id)
    }

    /// Rebuilds what is derived; called once after loading.
    pub(crate) fn reindex(&mut self) {
        let mut index = Index::default();
        for issue in self.issues.values() {
            index_issue(&mut index, issue);
        }
        for link in self.links.values() {
            for end in BTreeSet::from([link.source, link.destination]) {
                index.links.entry(end).or_default().push(link.id);
            }
        }
        self.index = index;
    }
}

fn index_issue(index: &mut Index, issue: &Issue) {
    index.by_key.insert(issue.key.clone(), issue.id);
    index.by_updated.insert((issue.updated, issue.id));
    for part in issue.part_ids() {
        index.home.insert(part, issue.id);
    }
    if let Some(parent) = issue.parent() {
        index.children.entry(parent).or_default().push(issue.id);
    }
}

fn unindex_issue(index: &mut Index, issue: &Issue) {
    index.by_key.remove(&issue.key);
    index.by_updated.remove(&(issue.updated, issue.id));
    for part in issue.part_ids() {
        index.home.remove(&part);
    }
    if let Some(siblings) = issue.parent().and_then(|parent| index.children.get_mut(&parent)) {
        siblings.retain(|id| *id != issue.id);
    }
}

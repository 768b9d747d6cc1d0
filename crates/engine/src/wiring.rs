//! The configuration with its connections attached: which item runs where.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use entente_core::{
    ConnectedItem, Side, Workflow,
    config::{Config, ConnectionKind},
    item::Mode,
};
use parking_lot::Mutex;

use crate::{
    doctor,
    error::EngineError,
    outside::{Org, Outside, Site},
    report::{Finding, Incomplete},
    scheme::Scheme,
};

/// A configuration and what it connects.
pub(crate) struct Wiring {
    pub(crate) config: Arc<Config>,
    pub(crate) orgs: BTreeMap<String, Arc<Org>>,
    pub(crate) sites: BTreeMap<String, Arc<Site>>,
    /// Active items, in the order of the document.
    pub(crate) items: Vec<Arc<Wired>>,
    /// The others.
    resting: Vec<Arc<Wired>>,
}

/// One active item with its org and its site.
pub(crate) struct Wired {
    pub(crate) item: ConnectedItem,
    pub(crate) org: Arc<Org>,
    pub(crate) site: Arc<Site>,
    /// Who is who, as the configuration says.
    people: Vec<(String, String)>,
    scheme: Mutex<Option<Arc<Scheme>>>,
    /// What is known of its statuses, once a plan has asked for it.
    workflow: Mutex<Option<Arc<Workflow>>>,
    offered: Mutex<Arc<Workflow>>,
    /// Whether this process has looked for existing twins. Nothing is created before.
    discovered: AtomicBool,
    /// Issues that name a Salesforce record but have no link yet, by that record's id.
    claims: Mutex<HashMap<String, String>>,
    /// Why the last look at it did not finish.
    problem: Mutex<Option<String>>,
    /// Why its rounds rest, until one goes through again.
    trouble: Mutex<Option<String>>,
    /// What it names and is not there.
    missing: Mutex<Option<String>>,
    /// What the journal says of that.
    told: Mutex<Option<String>>,
}

impl Wiring {
    /// Sets every connection up; nothing is sent yet.
    pub(crate) fn new(config: Arc<Config>, outside: &Outside) -> Result<Self, EngineError> {
        let (mut orgs, mut sites) = (BTreeMap::new(), BTreeMap::new());
        for (name, connection) in &config.connections {
            match &connection.kind {
                ConnectionKind::Salesforce(salesforce) => {
                    orgs.insert(name.clone(), Arc::new(Org::new(connection, salesforce, outside)?));
                }
                ConnectionKind::Jira(jira) => {
                    sites.insert(name.clone(), Arc::new(Site::new(connection, jira, outside)?));
                }
            }
        }
        let all = config.items.iter().filter_map(|item| {
            let (org, site) = (orgs.get(&item.salesforce.connection)?, sites.get(&item.jira.connection)?);
            Some(Arc::new(Wired::new(item.clone(), org.clone(), site.clone(), config.people.clone())))
        });
        let (items, resting) = all.partition(|wired| wired.item.runs());
        Ok(Self { config, orgs, sites, items, resting })
    }

    /// The items that rest and stand before an item in the document, as far as they are about the same records of a side.
    pub(crate) fn resting_before(&self, item: &ConnectedItem, side: Side) -> Vec<Arc<Wired>> {
        let is_before = |wired: &&Arc<Wired>| {
            self.config.items.iter().take_while(|one| one.name != item.name).any(|one| one.name == wired.item.name)
        };
        let is_alike = |wired: &&Arc<Wired>| match side {
            Side::Salesforce => {
                let (mine, its) = (&item.salesforce, &wired.item.salesforce);
                (&mine.connection, &mine.object) == (&its.connection, &its.object)
            }
            Side::Jira => item.jira.connection == wired.item.jira.connection,
        };
        self.resting.iter().filter(is_before).filter(is_alike).cloned().collect()
    }

    /// Whether another active item is about the same records of a side, and may share some of them.
    pub(crate) fn has_neighbours(&self, item: &ConnectedItem, side: Side) -> bool {
        let is_near = |other: &ConnectedItem| match side {
            Side::Salesforce => other.salesforce.object == item.salesforce.object,
            Side::Jira => {
                (&other.jira.connection, &other.jira.projects) == (&item.jira.connection, &item.jira.projects)
            }
        };
        let mut others = self.items_of(&item.salesforce.connection).map(|wired| &wired.item);
        others.any(|other| other.name != item.name && other.mode != Mode::DisplayOnly && is_near(other))
    }

    /// Active items of one org.
    pub(crate) fn items_of(&self, org: &str) -> impl Iterator<Item = &Arc<Wired>> {
        self.items.iter().filter(move |wired| wired.org.name == org)
    }

    /// The item of this name, whether or not it runs.
    pub(crate) fn configured(&self, name: &str) -> Result<&ConnectedItem, EngineError> {
        self.config.item(name).ok_or_else(|| {
            let names: Vec<&str> = self.config.items.iter().map(|item| item.name.as_str()).collect();
            let sentence = format!("There is no item \"{name}\" in this configuration; it has: {}.", names.join(", "));
            EngineError::Missing(sentence)
        })
    }

    /// The active item of this name.
    pub(crate) fn item(&self, name: &str) -> Option<&Arc<Wired>> {
        self.items.iter().find(|wired| wired.item.name == name)
    }

    /// The orgs whose items want to hear of this site's issues.
    pub(crate) fn orgs_that_listen_to(&self, site: &str) -> Vec<String> {
        let items = self.items.iter().filter(|wired| wired.site.name == site && wired.item.listens_to(Side::Jira));
        let mut orgs: Vec<String> = items.map(|wired| wired.org.name.clone()).collect();
        orgs.sort();
        orgs.dedup();
        orgs
    }
}

impl Wired {
    pub(crate) fn new(item: ConnectedItem, org: Arc<Org>, site: Arc<Site>, people: Vec<(String, String)>) -> Self {
        Self {
            item,
            org,
            site,
            people,
            scheme: Mutex::default(),
            workflow: Mutex::default(),
            offered: Mutex::default(),
            discovered: AtomicBool::new(false),
            claims: Mutex::default(),
            problem: Mutex::default(),
            trouble: Mutex::default(),
            missing: Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// What the item's names mean, resolved once.
    pub(crate) async fn scheme(&self) -> Result<Arc<Scheme>, EngineError> {
        if let Some(scheme) = self.scheme.lock().clone() {
            return Ok(scheme);
        }
        let resolved = Scheme::resolve(&self.item, &self.org, &self.site, &self.people).await;
        self.rests(resolved.as_ref().err().map(ToString::to_string));
        match &resolved {
            Ok(_) => *self.missing.lock() = None,
            Err(EngineError::Item { reason, .. }) => *self.missing.lock() = Some(reason.clone()),
            // What could not be asked is not known to be missing.
            Err(_) => {}
        }
        let scheme = Arc::new(resolved?);
        *self.scheme.lock() = Some(scheme.clone());
        Ok(scheme)
    }

    /// The same, as far as it was looked up.
    pub(crate) fn known_scheme(&self) -> Option<Arc<Scheme>> {
        self.scheme.lock().clone()
    }

    /// How long a request to a side that was lost may still take effect.
    pub(crate) fn settle_ms(&self, side: Side) -> i64 {
        match side {
            Side::Salesforce => self.org.settle_ms,
            Side::Jira => self.site.settle_ms,
        }
    }

    /// Forgets what the names mean: a vendor said that something is not as it was.
    pub(crate) fn forget_scheme(&self) {
        *self.scheme.lock() = None;
        *self.workflow.lock() = None;
        self.org.forget_metadata();
        self.site.forget_metadata();
    }

    /// What is known of its statuses and of the ways between them.
    pub(crate) fn workflow(&self) -> Option<Arc<Workflow>> {
        self.workflow.lock().clone()
    }

    /// More was learned about its statuses.
    pub(crate) fn remember_workflow(&self, workflow: Workflow) {
        *self.workflow.lock() = Some(Arc::new(workflow));
    }

    /// The ways that its issues offered when they were last looked at, while a status was refused for want of one.
    pub(crate) fn offered(&self) -> Arc<Workflow> {
        self.offered.lock().clone()
    }

    /// Issues offer these ways.
    pub(crate) fn remember_offered(&self, offered: Workflow) {
        *self.offered.lock() = Arc::new(offered);
    }

    /// Remembers how a look at the item has ended. Only what may be about names makes them be looked up again.
    pub(crate) fn looked(&self, result: &Result<(), EngineError>) {
        *self.problem.lock() = result.as_ref().err().map(ToString::to_string);
        if result.as_ref().is_err_and(EngineError::is_about_names) {
            self.forget_scheme();
        }
    }

    /// How long one of its connections is not asked anything, because it does not answer.
    pub(crate) fn rest(&self) -> Option<Duration> {
        self.org.client.transport().rest().max(self.site.client.transport().rest())
    }

    /// Why nothing new may be begun, when only the reserve of a connection's calls is left.
    pub(crate) fn held_back(&self) -> Option<EngineError> {
        let org = self.org.held_back().map(|error| (&self.org.name, error));
        let (connection, error) = org.or_else(|| Some((&self.site.name, self.site.held_back()?)))?;
        Some(EngineError::Peer { connection: connection.clone(), error })
    }

    /// Its rounds rest for this reason, or for none any more.
    pub(crate) fn rests(&self, reason: Option<String>) {
        *self.trouble.lock() = reason;
    }

    /// Why its rounds rest, or why the last look at it did not finish.
    pub(crate) fn problem(&self) -> Option<String> {
        self.trouble.lock().clone().or_else(|| self.problem.lock().clone())
    }

    /// What has become of it since this was last asked, in a sentence: it rests, or it goes on.
    pub(crate) fn news(&self) -> Option<String> {
        let (missing, mut told) = (self.missing.lock().clone(), self.told.lock());
        if *told == missing {
            return None;
        }
        told.clone_from(&missing);
        let name = &self.item.name;
        Some(match missing {
            Some(reason) => format!("Item {name} rests: {reason}"),
            None => format!("Item {name} goes on: what it names is there again"),
        })
    }

    /// Existing twins have been looked for: `claims` are the issues that name a record.
    pub(crate) fn discover(&self, claims: HashMap<String, String>) {
        *self.claims.lock() = claims;
        self.discovered.store(true, Ordering::Release);
    }

    pub(crate) fn is_discovered(&self) -> bool {
        self.discovered.load(Ordering::Acquire)
    }

    /// An issue names this record, which may not be linked yet.
    pub(crate) fn remember_claim(&self, salesforce_id: &str, jira_id: &str) {
        self.claims.lock().insert(salesforce_id.to_owned(), jira_id.to_owned());
    }

    /// Names that the org or the site does not have, lines whose fields cannot hold each other's values, and filters that
    /// compare with what cannot be: a person who runs the item by hand is told, before anything is done.
    pub(crate) async fn check_names(&self) -> Result<(), EngineError> {
        self.scheme().await?;
        let unusable = self.unusable_names();
        unusable.map_or(Ok(()), |reason| Err(EngineError::Item { item: self.item.name.clone(), reason }))
    }

    /// The same in one sentence, as far as the names were looked up.
    pub(crate) fn unusable_names(&self) -> Option<String> {
        let scheme = self.known_scheme()?;
        let mut unusable = doctor::of_lines(&self.item, &scheme);
        unusable.retain(|finding| finding.severity == doctor::ERROR);
        let Finding { message, remedy, .. } = unusable.first()?;
        let more = match unusable.len() {
            1 => String::new(),
            n => format!(" ({} more)", n - 1),
        };
        Some(format!("{message}{more}. {remedy} `entente check --online` names them all"))
    }

    /// What a run goes on without: names that are not there, or files that the user may not see.
    pub(crate) fn lacking(&self) -> Option<String> {
        self.unusable_names().or_else(|| {
            let has_no_files = self.item.attachments.is_some() && !self.known_scheme()?.has_files;
            has_no_files.then(|| doctor::without_files(&self.item))
        })
    }

    /// The same as part of a report.
    pub(crate) fn incomplete(&self) -> Option<Incomplete> {
        Some(Incomplete { item: self.item.name.clone(), reason: self.lacking()? })
    }

    /// Forgets an issue that named this record and is gone.
    pub(crate) fn forget_claim(&self, salesforce_id: &str) {
        self.claims.lock().remove(salesforce_id);
    }

    /// The issue that names this Salesforce record, as far as the last look saw.
    pub(crate) fn claim(&self, salesforce_id: &str) -> Option<String> {
        self.claims.lock().get(salesforce_id).cloned()
    }
}

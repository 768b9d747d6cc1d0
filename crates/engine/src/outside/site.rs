//! A Jira site: the typed client, and what was learned about the site.

mod copies;
mod probe;

use std::{collections::HashMap, sync::Arc};

use entente_core::{
    config::{Connection, JiraConnection},
    files::File,
};
use entente_jira::{
    Attachment, Auth, BulkFetch, Client, Field, Issue, IssueId, IssueRef, Moment, Project, Search, User, egress,
    jql::{self, Jql, Literal},
    normalize_site_url,
};
use entente_transport::{CallError, Clock, PaceLimits};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use tokio::sync::OnceCell;

pub(crate) use self::{
    copies::note_of_copies,
    probe::{origin_operation, origin_source},
};
use super::{Health, Outside, pace, quota, secret, shifted};
use crate::{error::EngineError, report::QuotaStatus};

/// Issue property that marks what Entente created: the operation, the source record, the item.
pub(crate) const ORIGIN_PROPERTY: &str = "entente.origin";

/// The field with an issue's files.
const ATTACHMENTS: &str = "attachment";

/// Half of the documented burst: <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/>
const PACE_DEFAULT: PaceLimits =
    PaceLimits { get_per_second: Some(50), post_per_second: Some(50), put_per_second: Some(25), in_flight: 10 };

/// One Jira site.
pub(crate) struct Site {
    pub(crate) name: String,
    /// Where people open it.
    address: String,
    pub(crate) client: Client,
    /// How long a request that was lost may still take effect.
    pub(crate) settle_ms: i64,
    /// Secrets that sign its webhooks.
    pub(crate) webhook_secrets: Vec<secrecy::SecretString>,
    pub(crate) health: Health,
    reserve_percent: u8,
    clock: Arc<dyn Clock>,
    /// Our account, once Jira was seen to know it.
    verified: OnceCell<String>,
    cloud_id: OnceCell<String>,
    fields: Mutex<Option<Arc<Vec<Field>>>>,
    projects: Mutex<HashMap<String, Arc<Project>>>,
    /// The highest issue number known, by project key.
    floors: Mutex<HashMap<String, u64>>,
    /// The site's clock minus ours.
    offset: Mutex<SignedDuration>,
    offset_at_most: Mutex<SignedDuration>,
}

/// An issue as it was read.
#[derive(Clone, Debug)]
pub(crate) struct SiteIssue {
    pub(crate) issue: Issue,
    /// When the read began, by Jira's clock.
    pub(crate) read_ms: i64,
}

impl SiteIssue {
    pub(crate) fn id(&self) -> String {
        self.issue.id.to_string()
    }

    pub(crate) fn key(&self) -> String {
        self.issue.key.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    /// The record's own version.
    pub(crate) fn version(&self) -> Option<String> {
        self.issue.updated().map(|updated| updated.as_millisecond().to_string())
    }

    pub(crate) fn created(&self) -> Option<Timestamp> {
        crate::translate::instant(self.issue.fields.get("created")?.as_str()?)
    }

    pub(crate) fn named(&self, field: &str, part: &str) -> Option<&str> {
        self.issue.fields.get(field)?.get(part)?.as_str()
    }
}

impl Site {
    /// Sets a site up; nothing is sent yet.
    pub(crate) fn new(connection: &Connection, jira: &JiraConnection, outside: &Outside) -> Result<Self, EngineError> {
        let problem = |reason: String| EngineError::Connection { connection: connection.name.clone(), reason };
        let site_url = normalize_site_url(&jira.site_url, connection.sandbox).map_err(problem)?;
        let wire = outside.wire(connection, egress(&site_url, connection.sandbox))?;
        let settings = entente_jira::Connection {
            site_url: jira.site_url.clone(),
            auth: Auth::ApiToken { email: jira.email.clone(), api_token: secret(&jira.api_token) },
            sandbox: connection.sandbox,
            user_agent: concat!("entente/", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        let pace = pace(connection, PACE_DEFAULT);
        let client = Client::new(settings, wire, outside.clock.clone(), outside.rng.clone(), pace)
            .map_err(|error| problem(error.to_string()))?;
        outside.show(&connection.name, client.transport());
        Ok(Self {
            name: connection.name.clone(),
            address: jira.site_url.trim_end_matches('/').to_owned(),
            client,
            settle_ms: i64::from(connection.settle_seconds) * 1_000,
            webhook_secrets: jira.webhook_secrets.iter().map(secret).collect(),
            health: Health::default(),
            reserve_percent: connection.reserve_percent,
            clock: outside.clock.clone(),
            verified: OnceCell::new(),
            cloud_id: OnceCell::new(),
            fields: Mutex::default(),
            projects: Mutex::default(),
            floors: Mutex::default(),
            offset: Mutex::new(SignedDuration::ZERO),
            offset_at_most: Mutex::new(SignedDuration::ZERO),
        })
    }

    /// Where people open an issue.
    pub(crate) fn url_of(&self, key: &str) -> String {
        format!("{}/browse/{key}", self.address)
    }

    fn peer(&self) -> impl FnOnce(CallError) -> EngineError + '_ {
        EngineError::peer(&self.name)
    }

    /// Why nothing new may be begun, when only the reserve of its quota is left.
    pub(crate) fn held_back(&self) -> Option<CallError> {
        quota::held_back(self.client.transport(), &*self.clock, self.reserve_percent)
    }

    /// How many times rarer polls must come for its calls to last.
    pub(crate) fn stretch(&self) -> u32 {
        quota::stretch(self.client.transport(), &*self.clock, self.reserve_percent)
    }

    /// How much of its quota is left, once the site has told.
    pub(crate) fn quota(&self) -> Option<QuotaStatus> {
        Some(quota::status(self.client.transport().quota()?, self.reserve_percent, &*self.clock))
    }

    /// How Atlassian names it in tokens; asked once.
    pub(crate) async fn cloud_id(&self) -> Result<String, EngineError> {
        self.cloud_id.get_or_try_init(|| self.client.cloud_id()).await.cloned().map_err(self.peer())
    }

    /// Makes sure, once, that Jira knows us: wrong credentials look like an empty site everywhere but at `/myself`.
    pub(crate) async fn verify(&self) -> Result<(), EngineError> {
        self.account_id().await.map_err(|error| {
            self.health.failed(&error);
            self.peer()(error)
        })?;
        Ok(())
    }

    /// The account that our changes carry.
    pub(crate) async fn account_id(&self) -> Result<String, CallError> {
        let verify = || async { self.client.verify().await.map(|verified| verified.myself.account_id) };
        self.verified.get_or_try_init(verify).await.cloned()
    }

    /// All fields of the site.
    pub(crate) async fn fields(&self) -> Result<Arc<Vec<Field>>, EngineError> {
        if let Some(fields) = self.fields.lock().clone() {
            return Ok(fields);
        }
        let fields = Arc::new(self.client.fields().await.map_err(self.peer())?);
        *self.fields.lock() = Some(fields.clone());
        Ok(fields)
    }

    /// A project with its issue types; `None` when the account cannot see it.
    pub(crate) async fn project(&self, key: &str) -> Result<Option<Arc<Project>>, EngineError> {
        if let Some(project) = self.projects.lock().get(key).cloned() {
            return Ok(Some(project));
        }
        match self.client.project(key).await {
            Ok(project) => {
                let project = Arc::new(project);
                self.projects.lock().insert(key.to_owned(), project.clone());
                Ok(Some(project))
            }
            Err(CallError::Gone { .. }) => Ok(None),
            Err(error) => Err(self.peer()(error)),
        }
    }

    /// Everybody who has an account, as far as we may see.
    pub(crate) async fn accounts(&self) -> Result<Vec<User>, EngineError> {
        self.client.all_users().await.map_err(self.peer())
    }

    /// Forgets what was learned about fields and projects.
    pub(crate) fn forget_metadata(&self) {
        *self.fields.lock() = None;
        self.projects.lock().clear();
    }

    /// Reads issues by id or key. Those that are missing are left out.
    pub(crate) async fn read(&self, issues: Vec<IssueRef>, fields: &[String]) -> Result<Vec<SiteIssue>, CallError> {
        self.fetch(BulkFetch::new(issues, fields.iter().map(String::as_str))).await
    }

    /// The same, with our marker on each.
    pub(crate) async fn read_marked(
        &self,
        issues: Vec<IssueRef>,
        fields: &[String],
    ) -> Result<Vec<SiteIssue>, CallError> {
        let wanted = BulkFetch::new(issues, fields.iter().map(String::as_str));
        self.fetch(BulkFetch { properties: vec![ORIGIN_PROPERTY.to_owned()], ..wanted }).await
    }

    async fn fetch(&self, wanted: BulkFetch) -> Result<Vec<SiteIssue>, CallError> {
        if wanted.issues.is_empty() {
            return Ok(Vec::new());
        }
        let fetched = self.client.bulk_fetch(&wanted).await?;
        let read_ms = fetched.moment.map_or(0, |moment| self.read_ms(moment));
        Ok(fetched.issues.into_iter().map(|issue| SiteIssue { issue, read_ms }).collect())
    }

    /// The files of some issues, by issue id; none of an issue that shows no such field: nobody knows which it has.
    pub(crate) async fn files(&self, issues: &[String]) -> Result<HashMap<String, Vec<File>>, CallError> {
        let ourselves = self.account_id().await?;
        let read = self.read(issue_refs(issues), &[ATTACHMENTS.to_owned()]).await?;
        let files = |issue: &SiteIssue| {
            let attachments = issue.issue.fields.get(ATTACHMENTS)?.clone();
            let attachments: Vec<Attachment> = serde_json::from_value(attachments).ok()?;
            Some((issue.id(), attachments.iter().filter_map(|attachment| file(attachment, &ourselves)).collect()))
        };
        Ok(read.iter().filter_map(files).collect())
    }

    /// Learns how Jira's clock stands to ours.
    pub(crate) async fn learn_time(&self) -> Result<(), CallError> {
        self.read_ms(self.client.verify().await?.moment);
        Ok(())
    }

    /// When a read began, by Jira's clock.
    pub(crate) fn read_ms(&self, moment: Moment) -> i64 {
        let Some(theirs) = moment.theirs else { return moment.ours.as_millisecond() };
        let at_most = moment.theirs_at_most.unwrap_or(theirs);
        *self.offset.lock() = theirs.duration_since(moment.ours);
        *self.offset_at_most.lock() = at_most.duration_since(moment.ours);
        theirs.as_millisecond()
    }

    /// Our time as Jira's, never later than the truth. What Jira may still do is awaited by its clock: ours may be set,
    /// and the next machine has another.
    pub(crate) fn to_their_ms(&self, ours_ms: i64) -> i64 {
        shifted(ours_ms, *self.offset.lock())
    }

    /// The same, never earlier than the truth.
    pub(crate) fn to_their_ms_at_most(&self, ours_ms: i64) -> i64 {
        shifted(ours_ms, *self.offset_at_most.lock())
    }

    /// Jira's time as ours.
    pub(crate) fn to_our_time(&self, theirs: Timestamp) -> Timestamp {
        theirs.checked_sub(*self.offset.lock()).unwrap_or(theirs)
    }

    /// Pages of all issues of a project and type that pass, with the marker.
    pub(crate) fn scan(
        &self,
        project_id: &str,
        issue_type_id: &str,
        filter: Option<Jql>,
        fields: &[String],
    ) -> entente_jira::SearchPages {
        self.client.search(Self::search(project_id, issue_type_id, filter, fields))
    }

    /// The search of such a scan.
    pub(crate) fn search(project_id: &str, issue_type_id: &str, filter: Option<Jql>, fields: &[String]) -> Search {
        let scope = Jql::project_in([number(project_id)]).and(Jql::issue_type_in([number(issue_type_id)]));
        let jql = match filter {
            Some(filter) => scope.and(filter),
            None => scope,
        };
        let jql = jql.order_by(jql::Field::KEY, jql::Order::Ascending);
        let mut search = Search::new(jql, fields.iter().map(String::as_str));
        search.properties = vec![ORIGIN_PROPERTY.to_owned()];
        search
    }

    /// Issues of some projects that were updated since a time, with the given fields of each.
    pub(crate) async fn updated_since(
        &self,
        project_ids: &[String],
        fields: &[String],
        since: Timestamp,
    ) -> Result<(Vec<Issue>, Option<Timestamp>), CallError> {
        let jql = Jql::project_in(project_ids.iter().map(|id| number(id)))
            .and(Jql::updated_since(since))
            .order_by(jql::Field::UPDATED, jql::Order::Ascending);
        let fields = ["updated"].into_iter().chain(fields.iter().map(String::as_str));
        let mut pages = self.client.search(Search::new(jql, fields));
        let (mut found, mut began) = (Vec::new(), None);
        while let Some(page) = pages.next().await? {
            began = began.or(page.moment.theirs.or(Some(page.moment.ours)));
            found.extend(page.issues);
        }
        Ok((found, began))
    }

    /// Whether any issue of some projects can be read.
    pub(crate) async fn shows_any(&self, projects: &[String]) -> Result<bool, CallError> {
        let jql = Jql::project_in(projects.iter().map(String::as_str));
        let mut search = Search::new(jql, ["updated"]);
        search.page_rows = 1;
        let page = self.client.search(search).next().await?;
        Ok(page.is_some_and(|page| !page.issues.is_empty()))
    }
}

/// An id in a query: never quoted, so that it cannot be taken for a name.
fn number(id: &str) -> Literal {
    id.parse().map_or_else(|_| Literal::Text(id.to_owned()), Literal::Number)
}

fn file(attachment: &Attachment, ourselves: &str) -> Option<File> {
    Some(File {
        id: attachment.id.clone(),
        name: attachment.filename.clone(),
        n_bytes: attachment.size,
        added: attachment.created?,
        is_by_us: attachment.author.as_ref().is_some_and(|author| author.account_id == ourselves),
        copy_of: None,
        is_elsewhere: false,
    })
}

/// Issue ids as the client takes them; what is not one is left out.
pub(crate) fn issue_refs(ids: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<IssueRef> {
    ids.into_iter().filter_map(|id| id.as_ref().parse::<IssueId>().ok()).map(IssueRef::from).collect()
}

//! A Salesforce org: the typed client, and what was learned about the org.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use entente_core::config::{Connection, SalesforceAuth, SalesforceConnection};
use entente_salesforce::{
    Auth, Change, Client, Field, Filter, Literal, ObjectDescribe, Order, Part, Query, RecordId, Row, Saved,
    WriteOptions, duplicate_of, egress,
    limits::{COLLECTION_ROWS_MAX, COMPOSITE_PARTS_MAX},
    normalize_login_url,
};
use entente_transport::{CallError, Clock, PaceLimits};
use futures_util::{StreamExt, future::join_all};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use super::{Health, Outside, pace, secret};
use crate::{
    error::EngineError, limits::QUERIES_PER_CALL_MAX, scheme::ENTENTE_KEY, translate::instant, worker::Worker,
};

/// Salesforce states no rate per second; five calls at once are polite, and a Developer Edition allows no more long ones.
const PACE_DEFAULT: PaceLimits =
    PaceLimits { get_per_second: None, post_per_second: None, put_per_second: None, in_flight: 5 };

/// Under this name the store remembers the id of the org that a connection leads to.
const ORGANIZATION_CURSOR: &str = "organization";

/// One Salesforce org.
pub(crate) struct Org {
    pub(crate) name: String,
    pub(crate) client: Client,
    /// How long a request that was lost may still take effect.
    pub(crate) settle_ms: i64,
    /// Secrets that its outbound messages carry in their address.
    pub(crate) webhook_secrets: Vec<secrecy::SecretString>,
    pub(crate) health: Health,
    describes: Mutex<HashMap<String, Arc<Described>>>,
    /// The org's clock minus ours.
    offset: Mutex<SignedDuration>,
    clock: Arc<dyn Clock>,
}

/// An object with its fields by name.
#[derive(Debug)]
pub(crate) struct Described {
    describe: ObjectDescribe,
}

impl Described {
    /// The field of this name, whatever its case.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.describe.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The field that names a record; some objects have none.
    pub(crate) fn name_field(&self) -> Option<&str> {
        self.describe.fields.iter().find(|field| field.name_field).map(|field| field.name.as_str())
    }

    /// The lookup that a query reaches over by this name.
    pub(crate) fn relationship(&self, name: &str) -> Option<&Field> {
        let named = |field: &&Field| field.relationship_name.as_deref().is_some_and(|r| r.eq_ignore_ascii_case(name));
        self.describe.fields.iter().find(named)
    }

    pub(crate) fn object(&self) -> &ObjectDescribe {
        &self.describe
    }

    /// How a query reaches over a lookup, and the object it then looks at. Of a polymorphic lookup, the last target is
    /// taken: for owners that is the user.
    pub(crate) fn over(lookup: &Field) -> Option<(&str, &str)> {
        Some((lookup.relationship_name.as_deref()?, lookup.reference_to.last()?))
    }
}

/// A row as it was read.
#[derive(Clone, Debug)]
pub(crate) struct OrgRow {
    pub(crate) id: String,
    pub(crate) fields: Row,
    /// When the read began, by the org's clock, never later than the truth.
    pub(crate) read_ms: i64,
}

impl OrgRow {
    fn new(fields: Row, read_ms: i64) -> Option<Self> {
        let id = fields.get("Id")?.as_str()?.to_owned();
        Some(Self { id, fields, read_ms })
    }

    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str()
    }

    pub(crate) fn instant(&self, field: &str) -> Option<Timestamp> {
        instant(self.text(field)?)
    }

    /// The record's own version.
    pub(crate) fn version(&self) -> Option<String> {
        self.instant("SystemModstamp").map(|stamp| stamp.as_millisecond().to_string())
    }
}

/// Somebody who can own records: a user, or a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrgPerson {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) username: Option<String>,
}

impl OrgPerson {
    /// Whether a configuration means this one: by id, name, user name or e-mail address.
    pub(crate) fn is_called(&self, named: &str) -> bool {
        let names = [Some(&self.id), Some(&self.name), self.email.as_ref(), self.username.as_ref()];
        names.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(named))
    }
}

/// New values for fields that a person may edit meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct GuardedUpdate {
    pub(crate) id: String,
    pub(crate) fields: Row,
    pub(crate) unmodified_since: Option<Timestamp>,
}

/// New values for fields that are ours alone.
#[derive(Clone, Debug)]
pub(crate) struct OwnUpdate {
    pub(crate) id: String,
    pub(crate) fields: Row,
}

/// A record that changed since a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) object: String,
    pub(crate) id: String,
    pub(crate) version: Option<String>,
    /// The further fields that were asked for.
    pub(crate) fields: Row,
}

type Outcomes = Vec<Result<(), CallError>>;

impl Org {
    /// Sets an org up; nothing is sent yet.
    pub(crate) fn new(
        connection: &Connection,
        salesforce: &SalesforceConnection,
        outside: &Outside,
    ) -> Result<Self, EngineError> {
        let problem = |reason: String| EngineError::Connection { connection: connection.name.clone(), reason };
        let login_url = normalize_login_url(&salesforce.login_url, connection.sandbox).map_err(problem)?;
        let wire = outside.wire(connection, egress(&login_url, connection.sandbox))?;
        let mut settings = entente_salesforce::Connection::new(login_url, auth(&salesforce.auth));
        settings.sandbox = connection.sandbox;
        if let Some(version) = &salesforce.api_version {
            settings.api_version.clone_from(version);
        }
        let pace = pace(connection, PACE_DEFAULT);
        Ok(Self {
            name: connection.name.clone(),
            client: Client::new(settings, wire, outside.clock.clone(), outside.rng.clone(), pace),
            settle_ms: i64::from(connection.settle_seconds) * 1_000,
            webhook_secrets: salesforce.webhook_secrets.iter().map(secret).collect(),
            health: Health::default(),
            describes: Mutex::default(),
            offset: Mutex::new(SignedDuration::ZERO),
            clock: outside.clock.clone(),
        })
    }

    /// An object's fields, kept.
    pub(crate) async fn describe(&self, object: &str) -> Result<Arc<Described>, EngineError> {
        if let Some(described) = self.describes.lock().get(object).cloned() {
            return Ok(described);
        }
        let describe = self.client.describe(object).await.map_err(|error| self.describe_failed(object, error))?;
        let described = Arc::new(Described { describe });
        self.describes.lock().insert(object.to_owned(), described.clone());
        Ok(described)
    }

    fn describe_failed(&self, object: &str, error: CallError) -> EngineError {
        self.health.failed(&error);
        match error {
            CallError::Gone { .. } => EngineError::Connection {
                connection: self.name.clone(),
                reason: format!(
                    "the org has no object {object} that the integration user can see; check its API name and the user's rights"
                ),
            },
            error => EngineError::Peer { connection: self.name.clone(), error },
        }
    }

    /// Forgets what was learned about objects.
    pub(crate) fn forget_metadata(&self) {
        self.describes.lock().clear();
    }

    /// The org's time as ours.
    pub(crate) fn to_our_time(&self, theirs: Option<Timestamp>) -> Option<Timestamp> {
        theirs.map(|theirs| theirs.checked_sub(*self.offset.lock()).unwrap_or(theirs))
    }

    /// When a read began by the org's clock, never later than the truth: `Date`, which is cut to seconds, is the time of
    /// the answer.
    fn read_ms(&self, date: Option<Timestamp>, began: Timestamp) -> i64 {
        let Some(date) = date else { return began.as_millisecond() };
        let took = self.clock.now().duration_since(began).max(SignedDuration::ZERO);
        let theirs = date.checked_sub(took).unwrap_or(date);
        *self.offset.lock() = theirs.duration_since(began);
        theirs.as_millisecond()
    }

    /// Rows of one object by id. Those that are missing are left out.
    pub(crate) async fn read(&self, object: &str, paths: &[String], ids: &[String]) -> Result<Vec<OrgRow>, CallError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let query = Query::select(paths.iter().cloned()).from(object).filter(Filter::is_in("Id", record_ids(ids)));
        let read = self.client.all_rows(&query).await?;
        let read_ms = self.read_ms(read.date, read.began);
        Ok(read.rows.into_iter().filter_map(|row| OrgRow::new(row, read_ms)).collect())
    }

    /// Rows of one object by the values of a text field.
    pub(crate) async fn find(
        &self,
        object: &str,
        paths: &[String],
        field: &str,
        values: Vec<String>,
    ) -> Result<Vec<OrgRow>, CallError> {
        let query = Query::select(paths.iter().cloned()).from(object).filter(Filter::is_in(field, values));
        let found = self.client.all_rows(&query).await?;
        let read_ms = self.read_ms(found.date, found.began);
        Ok(found.rows.into_iter().filter_map(|row| OrgRow::new(row, read_ms)).collect())
    }

    /// Which of these records are in the recycle bin.
    pub(crate) async fn deleted_among(&self, object: &str, ids: &[String]) -> Result<HashSet<String>, CallError> {
        let deleted = Filter::is_in("Id", record_ids(ids)).and(Filter::eq("IsDeleted", true));
        let page = self.client.query_all(&Query::select(["Id"]).from(object).filter(deleted)).await?;
        Ok(page.rows.into_iter().filter_map(|row| Some(OrgRow::new(row, 0)?.id)).collect())
    }

    /// All rows of an object, page by page.
    pub(crate) async fn scan(
        &self,
        object: &str,
        paths: &[String],
        mut each: impl AsyncFnMut(Vec<OrgRow>, u64) -> Result<(), EngineError>,
    ) -> Result<Option<Timestamp>, EngineError> {
        let query = Query::select(paths.iter().cloned()).from(object).order_by("Id", Order::Ascending);
        let mut began = None;
        let mut pages = std::pin::pin!(self.client.pages(&query));
        while let Some(page) = pages.next().await {
            let page = page.map_err(EngineError::peer(&self.name))?;
            let read_ms = self.read_ms(page.date, page.began);
            began = began.or(Timestamp::from_millisecond(read_ms).ok());
            let rows = page.rows.into_iter().filter_map(|row| OrgRow::new(row, read_ms)).collect();
            each(rows, page.total).await?;
        }
        Ok(began)
    }

    /// Active users, and queues.
    pub(crate) async fn people(&self) -> Result<Vec<OrgPerson>, EngineError> {
        let person = |row: OrgRow| OrgPerson {
            name: row.text("Name").unwrap_or_default().to_owned(),
            email: row.text("Email").map(str::to_owned),
            username: row.text("Username").map(str::to_owned),
            id: row.id,
        };
        let active =
            Query::select(["Id", "Name", "Email", "Username"]).from("User").filter(Filter::eq("IsActive", true));
        let queues = Query::select(["Id", "Name"]).from("Group").filter(Filter::eq("Type", "Queue"));
        let mut people = Vec::new();
        for query in [active, queues] {
            let rows = self.client.all_rows(&query).await.map_err(EngineError::peer(&self.name))?.rows;
            people.extend(rows.into_iter().filter_map(|row| OrgRow::new(row, 0)).map(person));
        }
        Ok(people)
    }

    /// Records of these objects that changed since a time, with the given fields of each: five objects per call.
    pub(crate) async fn changed_since(
        &self,
        objects: &[(String, Vec<String>)],
        since: Timestamp,
    ) -> Result<(Vec<Changed>, Option<Timestamp>), CallError> {
        let (mut found, mut began) = (Vec::new(), None);
        for objects in objects.chunks(QUERIES_PER_CALL_MAX) {
            let query = |(object, paths): &(String, Vec<String>)| {
                Query::select(["Id", "SystemModstamp"].into_iter().chain(paths.iter().map(String::as_str)))
                    .from(object)
                    .filter(Filter::at_least("SystemModstamp", Literal::DateTime(since)))
                    .order_by("SystemModstamp", Order::Ascending)
                    .order_by("Id", Order::Ascending)
            };
            let queries: Vec<Query> = objects.iter().map(query).collect();
            for ((object, _), page) in objects.iter().zip(self.client.queries(&queries).await?) {
                let mut page = page?;
                let read_ms = self.read_ms(page.date, page.began);
                began = began.or(Timestamp::from_millisecond(read_ms).ok());
                loop {
                    let rows = page.rows.into_iter().filter_map(|row| OrgRow::new(row, 0));
                    found.extend(rows.map(|row| Changed {
                        object: object.clone(),
                        version: row.version(),
                        id: row.id,
                        fields: row.fields,
                    }));
                    let Some(next) = page.next else { break };
                    page = self.client.next(&next).await?;
                }
            }
        }
        Ok((found, began))
    }

    /// Ids of an object's records whose lookup points at one of these.
    pub(crate) async fn pointing_at(
        &self,
        object: &str,
        id_path: &str,
        ids: &[String],
    ) -> Result<Vec<String>, CallError> {
        let mut found = Vec::new();
        for ids in ids.chunks(COLLECTION_ROWS_MAX) {
            let query = Query::select(["Id"]).from(object).filter(Filter::is_in(id_path, record_ids(ids)));
            let rows = self.client.all_rows(&query).await?.rows;
            found.extend(rows.into_iter().filter_map(|row| Some(OrgRow::new(row, 0)?.id)));
        }
        Ok(found)
    }

    /// When tracked fields last changed, by record and field; fields that are not tracked have no rows.
    pub(crate) async fn history(
        &self,
        object: &str,
        ids: &[String],
        fields: &[String],
    ) -> Result<HashMap<(String, String), Timestamp>, CallError> {
        let (table, parent) = match object.strip_suffix("__c") {
            Some(name) => (format!("{name}__History"), "ParentId".to_owned()),
            None => (format!("{object}History"), format!("{object}Id")),
        };
        let filter =
            Filter::is_in(parent.as_str(), record_ids(ids)).and(Filter::is_in("Field", fields.iter().cloned()));
        let query = Query::select([parent.as_str(), "Field", "CreatedDate"]).from(table).filter(filter);
        let mut newest: HashMap<(String, String), Timestamp> = HashMap::new();
        for row in self.client.all_rows(&query).await?.rows {
            let text = |field: &str| row.get(field).and_then(|value| value.as_str());
            let (Some(id), Some(field), Some(at)) =
                (text(&parent), text("Field"), text("CreatedDate").and_then(instant))
            else {
                continue;
            };
            let time = newest.entry((id.to_owned(), field.to_owned())).or_insert(at);
            *time = (*time).max(at);
        }
        Ok(newest)
    }

    /// Updates fields that are ours alone, 200 records per call. Outcomes come in order.
    pub(crate) async fn update_own(&self, object: &str, updates: Vec<OwnUpdate>) -> Outcomes {
        let mut outcomes = Vec::with_capacity(updates.len());
        for chunk in updates.chunks(COLLECTION_ROWS_MAX) {
            let changes = chunk.iter().filter_map(|update| {
                let id = RecordId::parse(&update.id).ok()?;
                Some(Change { object: object.to_owned(), id, fields: update.fields.clone() })
            });
            let saved = self.client.update_all(changes.collect(), false, &WriteOptions::default()).await;
            outcomes
                .extend(per_row(chunk.len(), saved.map(|rows| rows.into_iter().map(|row| row.map(drop)).collect())));
        }
        outcomes
    }

    /// Updates fields that people may edit, 25 records per call, each refused when it changed since it was read.
    pub(crate) async fn update_guarded(&self, object: &str, updates: Vec<GuardedUpdate>) -> Outcomes {
        let calls = updates.chunks(COMPOSITE_PARTS_MAX).map(|chunk| async move {
            let parts: Result<Vec<Part>, CallError> = chunk.iter().map(|update| guarded(object, update)).collect();
            let answers = match parts {
                Ok(parts) => self.client.composite(parts, false).await,
                Err(error) => Err(error),
            };
            per_row(chunk.len(), answers.map(|rows| rows.into_iter().map(|row| row.map(drop)).collect()))
        });
        join_all(calls).await.into_iter().flatten().collect()
    }

    /// Creates records by their operation id: repeating the call makes no second one. Outcomes come in order.
    pub(crate) async fn create(&self, object: &str, rows: Vec<(String, Row)>) -> Vec<Result<String, CallError>> {
        let n_rows = rows.len();
        let keyed = |(op, mut row): (String, Row)| {
            row.insert(ENTENTE_KEY.to_owned(), op.into());
            row
        };
        let rows = rows.into_iter().map(keyed).collect();
        let saved = self.client.upsert_all(object, ENTENTE_KEY, rows, false, &WriteOptions::default()).await;
        match saved {
            Ok(saved) => saved.into_iter().map(created_or_ours).collect(),
            Err(error) => (0..n_rows).map(|_| Err(error.clone())).collect(),
        }
    }

    /// Whether this is still the org in which the links of its items were made. The copy that a refresh makes of a sandbox
    /// has the same records and another id: what is linked there belongs to somebody else.
    /// <https://help.salesforce.com/s/articleView?id=platform.data_sandbox_implementation_tips.htm>
    pub(crate) async fn is_the_same(&self, worker: &Worker) -> Result<(), EngineError> {
        let here = self.client.signed_in().await.map_err(EngineError::peer(&self.name))?.organization.to_string();
        let known = worker.store().get_cursor(&self.name, ORGANIZATION_CURSOR).await?;
        match known {
            Some(known) if known != here => Err(EngineError::Connection {
                connection: self.name.clone(),
                reason: format!(
                    "it leads to the org {here}, but its links were made in the org {known}, as after the refresh of a \
                     sandbox; nothing is read or written; lead it back, or give the connection a new name"
                ),
            }),
            _ => Ok(()),
        }
    }

    /// Remembers which org this is, once a look at it has finished.
    pub(crate) async fn remember(&self, worker: &Worker) -> Result<(), EngineError> {
        let here = self.client.signed_in().await.map_err(EngineError::peer(&self.name))?.organization.to_string();
        let now_ms = worker.outside().now_ms();
        worker.store().advance(&worker.fence()?, ORGANIZATION_CURSOR, &here, &[], now_ms).await?;
        Ok(())
    }

    /// Whether the org still answers us at all.
    pub(crate) async fn canary(&self) -> Result<(), CallError> {
        self.client.limits().await.map(drop)
    }

    /// The user that our changes carry.
    pub(crate) async fn user_id(&self) -> Option<String> {
        self.client.signed_in().await.ok().map(|signed_in| signed_in.user.as_str().to_owned())
    }
}

/// Two upserts of one key that meet can answer "duplicate" instead of updating: the record that is there is ours.
fn created_or_ours(row: Result<Saved, CallError>) -> Result<String, CallError> {
    let error = match row {
        Ok(saved) => return Ok(saved.id.as_str().to_owned()),
        Err(error) => error,
    };
    let about_our_key = error.to_string().contains(ENTENTE_KEY);
    match duplicate_of(&error).filter(|_| about_our_key) {
        Some(id) => Ok(id.as_str().to_owned()),
        None => Err(error),
    }
}

fn guarded(object: &str, update: &GuardedUpdate) -> Result<Part, CallError> {
    let id = RecordId::parse(&update.id).map_err(|error| CallError::Broken { reason: error.to_string() })?;
    let part = Part::update(object, &id, update.fields.clone())?;
    Ok(match update.unmodified_since {
        Some(since) => part.with(WriteOptions::unmodified_since(since)),
        None => part,
    })
}

/// One outcome per row, also when the whole call failed.
fn per_row(n_rows: usize, outcomes: Result<Outcomes, CallError>) -> Outcomes {
    outcomes.unwrap_or_else(|error| (0..n_rows).map(|_| Err(error.clone())).collect())
}

fn record_ids(ids: &[String]) -> impl Iterator<Item = Literal> {
    ids.iter().map(|id| Literal::Text(id.clone()))
}

fn auth(auth: &SalesforceAuth) -> Auth {
    match auth {
        SalesforceAuth::ClientCredentials { client_id, client_secret } => {
            Auth::ClientCredentials { client_id: client_id.clone(), client_secret: secret(client_secret) }
        }
        SalesforceAuth::JwtBearer { client_id, username, private_key } => Auth::JwtBearer {
            client_id: client_id.clone(),
            username: username.clone(),
            private_key_pem: secret(private_key),
            audience: None,
        },
        SalesforceAuth::Password { client_id, client_secret, username, password, security_token } => Auth::Password {
            client_id: client_id.clone(),
            client_secret: secret(client_secret),
            username: username.clone(),
            password: secret(password),
            security_token: security_token.as_ref().map(secret).unwrap_or_default(),
        },
    }
}

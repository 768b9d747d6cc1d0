//! What is asked of an org's records: by id, by value, page by page.

use std::collections::HashMap;

use entente_salesforce::{Filter, Literal, Order, Page, Query, Row, limits::COLLECTION_ROWS_MAX};
use entente_transport::CallError;
use futures_util::StreamExt as _;
use jiff::Timestamp;

use super::Org;
use crate::{error::EngineError, translate::instant};

/// Where a record that was merged into another names it.
const MASTER: &str = "MasterRecordId";
/// Whether a record is in the recycle bin; users and some other objects have none.
pub(super) const IS_DELETED: &str = "IsDeleted";
/// The name of a user's role.
const ROLE: &str = "UserRole.Name";

/// A row as it was read.
#[derive(Clone, Debug)]
pub(crate) struct OrgRow {
    pub(crate) id: String,
    pub(crate) fields: Row,
    /// When the read began, by the org's clock, never later than the truth.
    pub(crate) read_ms: i64,
}

impl OrgRow {
    pub(super) fn new(fields: Row, read_ms: i64) -> Option<Self> {
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

impl Org {
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

    /// Rows of one object that pass a filter.
    pub(crate) async fn find(&self, object: &str, paths: &[String], filter: Filter) -> Result<Vec<OrgRow>, CallError> {
        let query = Query::select(paths.iter().cloned()).from(object).filter(filter);
        let found = self.client.all_rows(&query).await?;
        let read_ms = self.read_ms(found.date, found.began);
        Ok(found.rows.into_iter().filter_map(|row| OrgRow::new(row, read_ms)).collect())
    }

    /// The rows of an object that changed last, of those that pass the filter.
    pub(crate) async fn newest(
        &self,
        object: &str,
        paths: &[String],
        filter: Option<Filter>,
        n_max: usize,
    ) -> Result<Vec<OrgRow>, CallError> {
        let query = Query::select(paths.iter().cloned()).from(object);
        let query = match filter {
            Some(filter) => query.filter(filter),
            None => query,
        };
        let query =
            query.order_by("LastModifiedDate", Order::Descending).limit(u32::try_from(n_max).unwrap_or(u32::MAX));
        let rows = self.client.all_rows(&query).await?.rows;
        Ok(rows.into_iter().filter_map(|row| OrgRow::new(row, 0)).collect())
    }

    /// Which of these records are in the recycle bin, and the record that each was merged into, if any. Of a chain of
    /// merges that is the last; what ends in a record that was deleted goes on in none.
    pub(crate) async fn deleted_among(
        &self,
        object: &str,
        ids: &[String],
    ) -> Result<HashMap<String, Option<String>>, CallError> {
        let (mut deleted, mut next) = (HashMap::new(), ids.to_vec());
        while !next.is_empty() {
            let rows = self.deleted(object, Filter::is_in("Id", record_ids(&next))).await?;
            next = rows.iter().filter_map(|(_, master)| master.clone()).collect();
            deleted.extend(rows);
            next.retain(|master| !deleted.contains_key(master));
        }
        let fate = |id: &String| {
            let mut master = deleted.get(id)?.as_ref();
            while let Some(further) = master.and_then(|master| deleted.get(master)) {
                master = further.as_ref();
            }
            Some((id.clone(), master.cloned()))
        };
        Ok(ids.iter().filter_map(fate).collect())
    }

    /// Records in the recycle bin that were merged into one of these, by one merge or a chain of them, each with that one.
    pub(crate) async fn merged_into(
        &self,
        object: &str,
        masters: &[String],
    ) -> Result<Vec<(String, String)>, CallError> {
        if !self.can_merge(object).await {
            return Ok(Vec::new());
        }
        let mut found: Vec<(String, String)> = Vec::new();
        let mut next = masters.to_vec();
        while !next.is_empty() {
            let rows = self.deleted(object, Filter::is_in(MASTER, record_ids(&next))).await?;
            next = Vec::new();
            for (loser, master) in rows.into_iter().filter_map(|(loser, master)| Some((loser, master?))) {
                let last = found.iter().find(|(known, _)| *known == master).map_or(master, |(_, last)| last.clone());
                next.push(loser.clone());
                found.push((loser, last));
            }
        }
        Ok(found)
    }

    /// Leads that were converted into one of these, each with that one.
    pub(crate) async fn converted_into(
        &self,
        field: &str,
        heirs: &[String],
    ) -> Result<Vec<(String, String)>, CallError> {
        let query = Query::select(["Id", field]).from("Lead").filter(Filter::is_in(field, record_ids(heirs)));
        let rows = self.client.all_rows(&query).await?.rows.into_iter().filter_map(|row| OrgRow::new(row, 0));
        Ok(rows.filter_map(|row| Some((row.id.clone(), row.text(field)?.to_owned()))).collect())
    }

    /// Records in the recycle bin, and the record that each was merged into.
    async fn deleted(&self, object: &str, filter: Filter) -> Result<Vec<(String, Option<String>)>, CallError> {
        let fields = ["Id", MASTER].into_iter().take(1 + usize::from(self.can_merge(object).await));
        let deleted = filter.and(Filter::eq("IsDeleted", true));
        let rows = self.client.all_rows(&Query::select(fields).from(object).filter(deleted).with_deleted()).await?.rows;
        let row = |row: Row| {
            let row = OrgRow::new(row, 0)?;
            Some((row.id.clone(), row.text(MASTER).map(str::to_owned)))
        };
        Ok(rows.into_iter().filter_map(row).collect())
    }

    async fn can_merge(&self, object: &str) -> bool {
        self.has_field(object, MASTER).await
    }

    pub(super) async fn has_field(&self, object: &str, field: &str) -> bool {
        self.describe(object).await.is_ok_and(|described| described.field(field).is_some())
    }

    /// Whether any record of an object can be read.
    pub(crate) async fn shows_any(&self, object: &str) -> Result<bool, CallError> {
        let any = Query::select(["Id"]).from(object).limit(1);
        Ok(!self.client.query(&any).await?.rows.is_empty())
    }

    /// All rows of an object that pass, page by page.
    pub(crate) async fn scan(
        &self,
        object: &str,
        paths: &[String],
        filter: Option<Filter>,
        mut each: impl AsyncFnMut(Vec<OrgRow>, u64) -> Result<(), EngineError>,
    ) -> Result<Option<Timestamp>, EngineError> {
        let query = Query::select(paths.iter().cloned()).from(object).order_by("Id", Order::Ascending);
        let query = match filter {
            Some(filter) => query.filter(filter),
            None => query,
        };
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

    /// Active users by role: its name and their id. Nobody where the account may not see roles, for which there is a
    /// permission: <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_role.htm>.
    pub(crate) async fn in_roles(&self, roles: &[&str]) -> Result<Vec<(String, String)>, EngineError> {
        if roles.is_empty() {
            return Ok(Vec::new());
        }
        let named = Filter::is_in(ROLE, roles.iter().map(|role| Literal::Text((*role).to_owned())));
        let query = Query::select(["Id", ROLE]).from("User").filter(Filter::eq("IsActive", true).and(named));
        let rows = match self.client.all_rows(&query).await {
            Ok(found) => found.rows,
            Err(CallError::Invalid { .. } | CallError::Denied { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(EngineError::peer(&self.name)(error)),
        };
        let rows = rows.into_iter().filter_map(|row| OrgRow::new(row, 0));
        let role = |row: &OrgRow| Some(row.fields.get("UserRole")?.get("Name")?.as_str()?.to_owned());
        Ok(rows.filter_map(|row| Some((role(&row)?, row.id))).collect())
    }

    /// The rows of a page and of those behind it.
    pub(super) async fn every(&self, mut page: Page) -> Result<Vec<Row>, CallError> {
        let mut rows = std::mem::take(&mut page.rows);
        while let Some(next) = page.next {
            page = self.client.next(&next).await?;
            rows.append(&mut page.rows);
        }
        Ok(rows)
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
}

pub(super) fn record_ids(ids: &[String]) -> impl Iterator<Item = Literal> {
    ids.iter().map(|id| Literal::Text(id.clone()))
}

//! What is asked of an org's records: by id, by value, by time, page by page.

use std::collections::HashMap;

use entente_salesforce::{Filter, Literal, Order, Page, Query, Row, limits::COLLECTION_ROWS_MAX};
use entente_transport::CallError;
use futures_util::StreamExt as _;
use jiff::Timestamp;

use super::Org;
use crate::{error::EngineError, limits::QUERIES_PER_CALL_MAX, translate::instant};

/// Where a record that was merged into another names it.
const MASTER: &str = "MasterRecordId";
/// Whether a record is in the recycle bin; users and some other objects have none.
const IS_DELETED: &str = "IsDeleted";
/// The posts of all feeds.
const FEED: &str = "FeedItem";

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

/// What is asked of one object: which fields, of what changed since when.
#[derive(Clone, Debug)]
pub(crate) struct AskedObject {
    pub(crate) object: String,
    pub(crate) fields: Vec<String>,
    pub(crate) since: Timestamp,
}

/// What changed in an org.
pub(crate) struct Changes {
    pub(crate) found: Vec<Changed>,
    /// When the first question was asked, by the org's clock.
    pub(crate) began: Option<Timestamp>,
    /// Objects whose question is refused, for a reason that no other object shares.
    pub(crate) refused: Vec<(String, CallError)>,
}

/// A record that changed since a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) object: String,
    pub(crate) id: String,
    pub(crate) version: Option<String>,
    /// It went to the recycle bin.
    pub(crate) is_deleted: bool,
    /// The further fields that were asked for.
    pub(crate) fields: Row,
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

    /// The rows of an object that changed last.
    pub(crate) async fn newest(&self, object: &str, paths: &[String], n_max: usize) -> Result<Vec<OrgRow>, CallError> {
        let query = Query::select(paths.iter().cloned()).from(object);
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

    async fn has_field(&self, object: &str, field: &str) -> bool {
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

    /// Records of these objects that changed, deletions among them: five objects per call.
    pub(crate) async fn changed(&self, asked: &[AskedObject]) -> Result<Changes, CallError> {
        let (mut found, mut began, mut refused) = (Vec::new(), None, Vec::new());
        for asked in asked.chunks(QUERIES_PER_CALL_MAX) {
            let mut queries = Vec::new();
            for AskedObject { object, fields, since } in asked {
                let can_be_deleted = self.has_field(object, IS_DELETED).await;
                let system = ["Id", "SystemModstamp"].into_iter().chain(can_be_deleted.then_some(IS_DELETED));
                let query = Query::select(system.chain(fields.iter().map(String::as_str)))
                    .from(object)
                    .filter(changed_since(object, *since))
                    .order_by(if object == FEED { "CreatedDate" } else { "SystemModstamp" }, Order::Ascending)
                    .order_by("Id", Order::Ascending);
                queries.push(if can_be_deleted { query.with_deleted() } else { query });
            }
            for (AskedObject { object, .. }, page) in asked.iter().zip(self.client.queries(&queries).await?) {
                let page = match page {
                    Ok(page) => page,
                    // Nobody else's question is wrong because of it.
                    Err(error @ (CallError::Invalid { .. } | CallError::Gone { .. } | CallError::Denied { .. })) => {
                        refused.push((object.clone(), error));
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                let read_ms = self.read_ms(page.date, page.began);
                began = began.or(Timestamp::from_millisecond(read_ms).ok());
                let rows = self.every(page).await?.into_iter().filter_map(|row| OrgRow::new(row, 0));
                found.extend(rows.map(|row| Changed {
                    object: object.clone(),
                    version: row.version(),
                    is_deleted: row.fields.get(IS_DELETED).is_some_and(|deleted| deleted == true),
                    id: row.id,
                    fields: row.fields,
                }));
            }
        }
        Ok(Changes { found, began, refused })
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

    /// Who changed tracked fields last, and when, by record and field; fields that are not tracked have no rows.
    pub(crate) async fn history(
        &self,
        object: &str,
        ids: &[String],
        fields: &[String],
    ) -> Result<HashMap<(String, String), FieldChange>, CallError> {
        let (table, parent) = history_of(object);
        let filter =
            Filter::is_in(parent.as_str(), record_ids(ids)).and(Filter::is_in("Field", fields.iter().cloned()));
        let query = Query::select([parent.as_str(), "Field", "CreatedDate", "CreatedById"]).from(table).filter(filter);
        let mut newest: HashMap<(String, String), FieldChange> = HashMap::new();
        for row in self.client.all_rows(&query).await?.rows {
            let text = |field: &str| row.get(field).and_then(|value| value.as_str());
            let (Some(id), Some(field), Some(at)) =
                (text(&parent), text("Field"), text("CreatedDate").and_then(instant))
            else {
                continue;
            };
            let change = FieldChange { at, by: text("CreatedById").map(str::to_owned) };
            newest
                .entry((id.to_owned(), field.to_owned()))
                .and_modify(|known| known.give_way_to(&change))
                .or_insert(change);
        }
        Ok(newest)
    }
}

/// Rows that are new or different since a time. A feed cannot be filtered by its version.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_feeditem.htm>
fn changed_since(object: &str, since: Timestamp) -> Filter {
    let after = |field: &str| Filter::at_least(field, Literal::DateTime(since));
    match object {
        FEED => Filter::Any(vec![after("CreatedDate"), after("LastEditDate")]),
        _ => after("SystemModstamp"),
    }
}

/// The last change of a field.
#[derive(Clone, Debug)]
pub(crate) struct FieldChange {
    pub(crate) at: Timestamp,
    /// The user's id; none when several changed it within the same second, and nobody knows whose the last word was.
    pub(crate) by: Option<String>,
}

impl FieldChange {
    fn give_way_to(&mut self, other: &Self) {
        if other.at > self.at {
            self.clone_from(other);
        } else if other.at == self.at && other.by != self.by {
            self.by = None;
        }
    }
}

fn record_ids(ids: &[String]) -> impl Iterator<Item = Literal> {
    ids.iter().map(|id| Literal::Text(id.clone()))
}

/// Where an object keeps who changed which field when, and by which field a row names its record. What is called
/// OpportunityHistory are the stages of a deal.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunityfieldhistory.htm>
fn history_of(object: &str) -> (String, String) {
    match object.strip_suffix("__c") {
        Some(name) => (format!("{name}__History"), "ParentId".to_owned()),
        None if object.eq_ignore_ascii_case("Opportunity") => {
            ("OpportunityFieldHistory".to_owned(), "OpportunityId".to_owned())
        }
        None => (format!("{object}History"), format!("{object}Id")),
    }
}

#[cfg(test)]
mod tests {
    use super::history_of;

    #[test]
    fn each_object_keeps_its_history_under_its_own_name() {
        let of = |object| {
            let (table, parent) = history_of(object);
            format!("{table} by {parent}")
        };
        assert_eq!(of("Case"), "CaseHistory by CaseId");
        assert_eq!(of("Opportunity"), "OpportunityFieldHistory by OpportunityId");
        assert_eq!(of("Order_Line__c"), "Order_Line__History by ParentId");
    }
}

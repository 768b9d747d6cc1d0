//! Up to 200 records in one request, each with its own outcome.
//!
//! A collections call counts as one API request and answers 200 even if every row failed.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm>

use entente_transport::{Answer, Call, CallError, Effect};
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Client, Row, WriteOptions, broken, name, refused, with_headers};
use crate::limits::{COLLECTION_ROWS_MAX, RETRIEVE_IDS_MAX, WRITE_TIMEOUT_MS};
use crate::soql::path;
use crate::{RecordId, refusal};

/// A record to make.
#[derive(Debug, Clone, PartialEq)]
pub struct New {
    /// The object's API name.
    pub object: String,
    /// Its fields.
    pub fields: Row,
}

/// Fields of a record to change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The object's API name.
    pub object: String,
    /// The record.
    pub id: RecordId,
    /// Its fields; those not named stay, null clears.
    pub fields: Row,
}

/// A record that was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Saved {
    /// The record.
    pub id: RecordId,
    /// Whether this call made it.
    #[serde(default)]
    pub created: bool,
}

/// Records read by id.
#[derive(Debug, Clone, PartialEq)]
pub struct Retrieved {
    /// One entry per id asked for, in order; `None` where the record is missing or invisible, which look the same.
    pub rows: Vec<Option<Row>>,
    /// The org's time at its answer, in whole seconds.
    pub date: Option<Timestamp>,
    /// Our time when the question was sent.
    pub began: Timestamp,
}

impl Client {
    /// Makes up to [`COLLECTION_ROWS_MAX`](crate::limits::COLLECTION_ROWS_MAX) records; outcomes come in order. Sort by object: types run in chunks, ten at
    /// most.
    pub async fn create_all(
        &self,
        records: Vec<New>,
        all_or_none: bool,
        options: &WriteOptions,
    ) -> Result<Vec<Result<Saved, CallError>>, CallError> {
        let rows = records.into_iter().map(|new| typed(&new.object, new.fields)).collect::<Result<_, _>>()?;
        let mut saved = self.collection(Method::POST, "", rows, all_or_none, options).await?;
        saved.iter_mut().flatten().for_each(|saved| saved.created = true);
        Ok(saved)
    }

    /// Changes up to [`COLLECTION_ROWS_MAX`](crate::limits::COLLECTION_ROWS_MAX) records; outcomes come in order. A record may stand in it once only.
    /// No moment can be named here: for values that a person may edit meanwhile use [`Client::composite`].
    pub async fn update_all(
        &self,
        changes: Vec<Change>,
        all_or_none: bool,
        options: &WriteOptions,
    ) -> Result<Vec<Result<Saved, CallError>>, CallError> {
        let row = |change: Change| {
            let mut row = typed(&change.object, change.fields)?;
            row.insert("id".into(), change.id.as_str().into());
            Ok(row)
        };
        let rows = changes.into_iter().map(row).collect::<Result<_, CallError>>()?;
        self.collection(Method::PATCH, "", rows, all_or_none, options).await
    }

    /// Makes or changes up to [`COLLECTION_ROWS_MAX`](crate::limits::COLLECTION_ROWS_MAX) records of one object by the external id `field`, which each row
    /// carries; outcomes come in order.
    pub async fn upsert_all(
        &self,
        object: &str,
        field: &str,
        rows: Vec<Row>,
        all_or_none: bool,
        options: &WriteOptions,
    ) -> Result<Vec<Result<Saved, CallError>>, CallError> {
        let rows = rows.into_iter().map(|row| typed(object, row)).collect::<Result<_, _>>()?;
        let place = ["/", name(object)?, "/", name(field)?].concat();
        self.collection(Method::PATCH, &place, rows, all_or_none, options).await
    }

    /// Moves up to [`COLLECTION_ROWS_MAX`](crate::limits::COLLECTION_ROWS_MAX) records to the recycle bin; outcomes come in order.
    pub async fn delete_all(
        &self,
        ids: &[RecordId],
        all_or_none: bool,
    ) -> Result<Vec<Result<Saved, CallError>>, CallError> {
        bounded(ids.len(), COLLECTION_ROWS_MAX)?;
        let ids_text = ids.iter().map(RecordId::as_str).collect::<Vec<_>>().join(",");
        let all_or_none = if all_or_none { "true" } else { "false" };
        let target = [&self.path("/composite/sobjects?ids="), &ids_text, "&allOrNone=", all_or_none];
        let call = Call::write(Method::DELETE, "/services/data/{v}/composite/sobjects", target.concat());
        let call = with_headers(call.timeout_ms(WRITE_TIMEOUT_MS), &self.write_headers(&WriteOptions::default()))?;
        outcomes(&self.send(call).await?, ids.len())
    }

    /// Fields of up to [`RETRIEVE_IDS_MAX`](crate::limits::RETRIEVE_IDS_MAX) records of one object, by id. Reads the store of record, not an index.
    pub async fn retrieve<S: AsRef<str>>(
        &self,
        object: &str,
        ids: &[RecordId],
        fields: &[S],
    ) -> Result<Retrieved, CallError> {
        bounded(ids.len(), RETRIEVE_IDS_MAX)?;
        let fields = fields.iter().map(|field| path(field.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let target = self.path(&["/composite/sobjects/", name(object)?].concat());
        let call = Call::new(Effect::Read, Method::POST, "/services/data/{v}/composite/sobjects/{object}", target);
        let answer = self.send(call.json(&json!({ "ids": ids, "fields": fields }))).await?;
        let rows: Vec<Option<Row>> = answer.json()?;
        if rows.len() != ids.len() {
            return Err(broken("a retrieve answered another number of rows than were asked for"));
        }
        Ok(Retrieved { rows, date: answer.date, began: answer.began })
    }

    async fn collection(
        &self,
        method: Method,
        place: &str,
        rows: Vec<Row>,
        all_or_none: bool,
        options: &WriteOptions,
    ) -> Result<Vec<Result<Saved, CallError>>, CallError> {
        bounded(rows.len(), COLLECTION_ROWS_MAX)?;
        if options.if_unmodified_since.is_some() {
            return Err(refused("a collection takes no condition; use a composite"));
        }
        let n_rows = rows.len();
        let call = Call::write(
            method,
            "/services/data/{v}/composite/sobjects",
            self.path(&["/composite/sobjects", place].concat()),
        );
        let call = call.json(&json!({ "allOrNone": all_or_none, "records": rows })).timeout_ms(WRITE_TIMEOUT_MS);
        let answer = self.send(with_headers(call, &self.write_headers(options))?).await?;
        outcomes(&answer, n_rows)
    }
}

/// A row that names its object. What a read left behind (`attributes` with a URL) does not go back: the vendor refuses
/// it as an unknown column.
fn typed(object: &str, mut fields: Row) -> Result<Row, CallError> {
    fields.insert("attributes".into(), json!({ "type": name(object)? }));
    Ok(fields)
}

fn bounded(n: usize, max: usize) -> Result<(), CallError> {
    if (1..=max).contains(&n) { Ok(()) } else { Err(refused(format!("one request takes 1 to {max} records, not {n}"))) }
}

fn outcomes(answer: &Answer, n_rows: usize) -> Result<Vec<Result<Saved, CallError>>, CallError> {
    let rows: Vec<Value> = answer.json()?;
    if rows.len() != n_rows {
        return Err(CallError::unreadable(Effect::Write, "the answer has another number of rows than were sent"));
    }
    Ok(rows.into_iter().map(outcome).collect())
}

/// A success may carry an `errors` row too (platform events do): the flag decides.
fn outcome(row: Value) -> Result<Saved, CallError> {
    if row.get("success").and_then(Value::as_bool) == Some(true) {
        let unreadable = |_| CallError::unreadable(Effect::Write, "the row was saved, but its id cannot be read");
        return serde_json::from_value(row).map_err(unreadable);
    }
    Err(refusal::of_row(row.get("errors").unwrap_or(&Value::Null)))
}

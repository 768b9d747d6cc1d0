//! How records of an org are saved. Only `apply` has a reason to call this.

use entente_salesforce::{
    Change, Part, RecordId, Row, Saved, WriteOptions, duplicate_of,
    limits::{COLLECTION_ROWS_MAX, COMPOSITE_PARTS_MAX},
};
use entente_transport::CallError;
use futures_util::future::join_all;
use jiff::Timestamp;

use super::Org;
use crate::scheme::ENTENTE_KEY;

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

type Outcomes = Vec<Result<(), CallError>>;

impl Org {
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

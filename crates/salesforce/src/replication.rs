//! What changed and what was deleted in a span of time, by id.
//!
//! Seconds are ignored, the span must be longer than a minute and lie within 30 days (deleted: 15). The moment that an
//! answer covers accounts for transactions still open, so it is the safe start of the next span.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getupdated.htm>

use entente_transport::{Call, CallError};
use jiff::Timestamp;
use serde::Deserialize;

use crate::client::{Client, encode, name};
use crate::{RecordId, datetime};

/// Records made or changed in a span.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Updated {
    /// The records, by their `SystemModstamp`.
    pub ids: Vec<RecordId>,
    /// Up to when the answer is complete: where the next span starts.
    #[serde(rename = "latestDateCovered", deserialize_with = "datetime::deserialize")]
    pub covered: Timestamp,
}

/// Records deleted in a span.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Deleted {
    /// The records; the losers of a merge are among them.
    #[serde(rename = "deletedRecords")]
    pub records: Vec<DeletedRecord>,
    /// The oldest deletion still known. Later than the start of the span: deletions were lost, compare everything.
    #[serde(rename = "earliestDateAvailable", deserialize_with = "datetime::deserialize")]
    pub earliest: Timestamp,
    /// Up to when the answer is complete: where the next span starts.
    #[serde(rename = "latestDateCovered", deserialize_with = "datetime::deserialize")]
    pub covered: Timestamp,
}

/// A deleted record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct DeletedRecord {
    /// The record.
    pub id: RecordId,
    /// When it was deleted.
    #[serde(rename = "deletedDate", deserialize_with = "datetime::deserialize")]
    pub at: Timestamp,
}

impl Client {
    /// Records of an object made or changed from `start` to `end`.
    pub async fn updated(&self, object: &str, start: Timestamp, end: Timestamp) -> Result<Updated, CallError> {
        let target = self.span(object, "/updated/", start, end)?;
        self.send(Call::get("/services/data/{v}/sobjects/{object}/updated", target)).await?.json()
    }

    /// Records of an object deleted from `start` to `end`.
    pub async fn deleted(&self, object: &str, start: Timestamp, end: Timestamp) -> Result<Deleted, CallError> {
        let target = self.span(object, "/deleted/", start, end)?;
        self.send(Call::get("/services/data/{v}/sobjects/{object}/deleted", target)).await?.json()
    }

    fn span(&self, object: &str, which: &str, start: Timestamp, end: Timestamp) -> Result<String, CallError> {
        let moment = |at: Timestamp| encode(&at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string());
        let resource = ["/sobjects/", name(object)?, which, "?start=", &moment(start), "&end=", &moment(end)].concat();
        Ok(self.path(&resource))
    }
}

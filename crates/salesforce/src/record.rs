//! One record at a time.
//!
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve.htm>

use entente_transport::{CallError, Effect};

use crate::RecordId;
use crate::client::{Client, Row, WriteOptions};
use crate::collection::Saved;
use crate::composite::{Part, PartAnswer};

impl Client {
    /// The named fields of a record, all readable ones if none is named. A missing or invisible record is
    /// [`CallError::Gone`].
    pub async fn record<S: AsRef<str>>(&self, object: &str, id: &RecordId, fields: &[S]) -> Result<Row, CallError> {
        self.send(Part::read(object, id, fields)?.call(self)?).await?.json()
    }

    /// Makes a record. An ambiguous outcome may have made it: probe before making another.
    pub async fn create(&self, object: &str, fields: Row, options: &WriteOptions) -> Result<Saved, CallError> {
        saved(self.alone(&Part::create(object, fields)?.with(*options)).await?)
    }

    /// Changes fields of a record; [`CallError::Stale`] if `options` name a moment and the record changed after it.
    pub async fn update(
        &self,
        object: &str,
        id: &RecordId,
        fields: Row,
        options: &WriteOptions,
    ) -> Result<(), CallError> {
        self.alone(&Part::update(object, id, fields)?.with(*options)).await.map(drop)
    }

    /// Makes or changes the record whose external id `field` is `key`; the field must be unique, or several records may
    /// fit and none is written.
    pub async fn upsert(
        &self,
        object: &str,
        field: &str,
        key: &str,
        fields: Row,
        options: &WriteOptions,
    ) -> Result<Saved, CallError> {
        saved(self.alone(&Part::upsert(object, field, key, fields)?.with(*options)).await?)
    }

    /// Moves a record to the recycle bin, where it stays for 15 days.
    pub async fn delete(&self, object: &str, id: &RecordId) -> Result<(), CallError> {
        self.alone(&Part::delete(object, id)?).await.map(drop)
    }
}

fn saved(answer: PartAnswer) -> Result<Saved, CallError> {
    let unreadable = |_| CallError::unreadable(Effect::Write, "the record was saved, but its id cannot be read");
    let saved: Saved = serde_json::from_value(answer.body).map_err(unreadable)?;
    Ok(Saved { created: answer.status == 201, ..saved })
}

//! Finding records by words, as a person types them.
//!
//! The index runs seconds to minutes behind: a record just made may be missing. Never used to decide whether a record
//! exists.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_search_parameterized.htm>

use entente_transport::{Call, CallError, Effect};
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Client, Row, name};
use crate::soql::path;

/// An object to search in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchIn {
    /// The object's API name.
    pub object: String,
    /// The fields to answer with.
    pub fields: Vec<String>,
    /// At most so many records of it.
    pub limit: u32,
}

#[derive(Deserialize)]
struct Found {
    #[serde(rename = "searchRecords")]
    rows: Vec<Row>,
}

impl Client {
    /// Records whose indexed fields have these words; each row's `attributes.type` says its object. The vendor wants two
    /// characters at least.
    pub async fn search(&self, words: &str, places: &[SearchIn]) -> Result<Vec<Row>, CallError> {
        let place = |place: &SearchIn| -> Result<Value, CallError> {
            let fields = place.fields.iter().map(|field| path(field)).collect::<Result<Vec<_>, _>>()?;
            Ok(json!({ "name": name(&place.object)?, "fields": fields, "limit": place.limit }))
        };
        let objects = places.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let target = self.path("/parameterizedSearch");
        let call = Call::new(Effect::Read, Method::POST, "/services/data/{v}/parameterizedSearch", target);
        let answer = self.send(call.json(&json!({ "q": words, "in": "ALL", "sobjects": objects }))).await?;
        Ok(answer.json::<Found>()?.rows)
    }
}

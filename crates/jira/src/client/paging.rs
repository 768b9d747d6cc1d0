//! Listings that page by `startAt`: all rows, with a guard against paging that never ends.

use entente_transport::CallError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Client;
use crate::limits::PAGES_MAX;
use crate::request::Request;

/// The envelope that these listings share; the rows stand under a name that differs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    total: Option<usize>,
    is_last: Option<bool>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Client {
    /// Every row of a listing. `request` makes the request without its paging parameters.
    pub(crate) async fn every_row<T: DeserializeOwned>(
        &self,
        rows_key: &'static str,
        page_rows: usize,
        request: impl Fn() -> Request,
    ) -> Result<Vec<T>, CallError> {
        let mut rows: Vec<T> = Vec::new();
        for _ in 0..PAGES_MAX {
            let page = request().query("startAt", rows.len()).query("maxResults", page_rows);
            let mut page: Page = self.fetch(page).await?;
            let new: Vec<T> = decode(page.rest.remove(rows_key).unwrap_or_default(), rows_key)?;
            let n_new = new.len();
            rows.extend(new);
            let complete = page.is_last == Some(true) || page.total.is_some_and(|total| rows.len() >= total);
            if complete || n_new == 0 {
                return Ok(rows);
            }
        }
        Err(CallError::Broken { reason: format!("the listing of {rows_key} did not end after {PAGES_MAX} pages") })
    }
}

/// `value` as `T`; for reads only.
pub(crate) fn decode<T: DeserializeOwned>(value: Value, what: &str) -> Result<T, CallError> {
    serde_json::from_value(value)
        .map_err(|error| CallError::Broken { reason: format!("Jira's {what} are not as documented ({error})") })
}

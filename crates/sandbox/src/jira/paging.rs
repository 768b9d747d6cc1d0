//! The classic pages: `startAt`, `maxResults`, `total`.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::session::Call;

/// A window into a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    pub(crate) start: usize,
    pub(crate) size: usize,
}

impl Page {
    /// Reads `startAt` and `maxResults`; negative starts are clamped, sizes are cut to what the list allows.
    pub(crate) fn of(call: &Call, default: usize, max: usize) -> Result<Self, Refusal> {
        let start = call.query_number("startAt")?.unwrap_or(0).max(0);
        let size = match call.query_number("maxResults")? {
            None => default,
            Some(n) if i32::try_from(n).is_err() => return Err(Refusal::conversion("maxResults", &n.to_string())),
            Some(n) => usize::try_from(n).unwrap_or(0).min(max),
        };
        Ok(Self { start: usize::try_from(start).unwrap_or(0), size })
    }

    pub(crate) fn cut<T>(self, rows: impl Iterator<Item = T>) -> Vec<T> {
        rows.skip(self.start).take(self.size).collect()
    }

    /// The page of `values` with `isLast`, and `nextPage` where there is one.
    pub(crate) fn values(self, self_url: &str, rows: Vec<Value>, total: usize) -> Value {
        let end = self.start + rows.len();
        let last = end >= total;
        let mut page = json!({ "self": format!("{self_url}?maxResults={}&startAt={}", self.size, self.start), "maxResults": self.size, "startAt": self.start, "total": total, "isLast": last });
        if !last {
            page["nextPage"] = json!(format!("{self_url}?maxResults={}&startAt={end}", self.size));
        }
        page["values"] = Value::Array(rows);
        page
    }

    /// The page under a name of its own, without `isLast`.
    pub(crate) fn named(self, name: &str, rows: Vec<Value>, total: usize) -> Value {
        let mut page = json!({ "startAt": self.start, "maxResults": self.size, "total": total });
        page[name] = Value::Array(rows);
        page
    }
}

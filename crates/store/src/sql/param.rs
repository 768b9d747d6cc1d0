//! What can be sent into a statement: an integer or a text, or none of it.

use serde::Serialize;
use serde_json::Value as Json;

use crate::StoreError;

/// One parameter. Everything that is stored is one of the two: times are epoch milliseconds, documents JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Param {
    Int(Option<i64>),
    Text(Option<String>),
}

impl From<i64> for Param {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<usize> for Param {
    /// A limit; one above what the database can count is as good as none.
    fn from(value: usize) -> Self {
        Self::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

impl From<Option<i64>> for Param {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Text(Some(without_nul(value.to_owned())))
    }
}

impl From<&String> for Param {
    fn from(value: &String) -> Self {
        value.as_str().into()
    }
}

impl From<Option<&str>> for Param {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(|text| without_nul(text.to_owned())))
    }
}

/// A value as JSON text.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Refused(error.into()))
}

/// A list of rows as one parameter, for `json_each`.
pub(crate) fn list<T: Serialize>(rows: &[T]) -> Result<Param, StoreError> {
    let text = json(&rows)?;
    if !text.contains("\\u0000") {
        return Ok(Param::Text(Some(text)));
    }
    // It may also be an escaped backslash before "u0000": only a look at the strings themselves can tell.
    let rows = serde_json::to_value(rows).map_err(|error| StoreError::Refused(error.into()))?;
    Ok(Param::Text(Some(json(&strings_without_nul(rows))?)))
}

/// A list of ids, each a row with `id`.
pub(crate) fn ids(ids: &[i64]) -> Result<Param, StoreError> {
    #[derive(Serialize)]
    struct One {
        id: i64,
    }
    list(&ids.iter().map(|&id| One { id }).collect::<Vec<_>>())
}

/// A list of texts, each a row with `text`.
pub(crate) fn texts(texts: &[String]) -> Result<Param, StoreError> {
    #[derive(Serialize)]
    struct One<'a> {
        text: &'a str,
    }
    list(&texts.iter().map(|text| One { text }).collect::<Vec<_>>())
}

/// PostgreSQL's text cannot hold the character NUL (https://www.postgresql.org/docs/current/datatype-character.html);
/// neither peer can show it.
pub(crate) fn without_nul(mut text: String) -> String {
    text.retain(|c| c != '\0');
    text
}

fn strings_without_nul(value: Json) -> Json {
    match value {
        Json::String(text) => Json::String(without_nul(text)),
        Json::Array(values) => Json::Array(values.into_iter().map(strings_without_nul).collect()),
        Json::Object(fields) => fields.into_iter().map(|(name, value)| (name, strings_without_nul(value))).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_is_removed_and_its_look_alike_kept() {
        let rows = [["a\0b", "a\\u0000b"]];
        assert_eq!(list(&rows).unwrap(), Param::Text(Some(r#"[["ab","a\\u0000b"]]"#.to_owned())));
        assert_eq!(Param::from("a\0b"), Param::Text(Some("ab".to_owned())));
    }
}

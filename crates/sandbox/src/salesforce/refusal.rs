//! What the vendor says when it says no.
//!
//! The same refusal is worded in two shapes: on its own (`errorCode`) and as a row of a collection (`statusCode`).

use std::sync::Arc;

use serde_json::{Value, json};

/// One error of the REST API.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// `None`: the key is absent where the vendor leaves it out.
    pub(super) fields: Option<Vec<String>>,
    /// The vendor's own extra member, such as `duplicateResut`.
    pub(super) extra: Option<Box<(&'static str, Value)>>,
}

/// What most operations give back.
pub(super) type Answered<T> = Result<T, Refusal>;

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), fields: None, extra: None }
    }

    /// A refusal of a record's content: 400, with the fields it is about.
    pub(super) fn of_fields(code: &'static str, message: impl Into<String>, fields: &[&str]) -> Self {
        let fields = fields.iter().map(|&field| field.to_owned()).collect();
        Self { fields: Some(fields), ..Self::new(400, code, message) }
    }

    pub(super) fn no_column(field: &str, object: &str) -> Self {
        Self::new(400, "INVALID_FIELD", format!("No such column '{field}' on sobject of type {object}"))
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "The requested resource does not exist")
    }

    pub(super) fn no_such_key(key: &str) -> Self {
        let message = format!("Provided external ID field does not exist or is not accessible: {key}");
        Self::new(404, "NOT_FOUND", message)
    }

    pub(super) fn no_such_target() -> Self {
        Self::new(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    }

    pub(super) fn no_such_record_type(id: &str) -> Self {
        let message = format!("Record Type ID: this ID value isn't valid for the user: {id}");
        Self::of_fields("INVALID_CROSS_REFERENCE_KEY", message, &["RecordTypeId"])
    }

    pub(super) fn deleted() -> Self {
        Self { fields: Some(Vec::new()), ..Self::new(404, "ENTITY_IS_DELETED", "entity is deleted") }
    }

    pub(super) fn no_access() -> Self {
        let message = "insufficient access rights on object id";
        Self { fields: Some(Vec::new()), ..Self::new(403, "INSUFFICIENT_ACCESS_OR_READONLY", message) }
    }

    /// What a good record of a collection is told that is to be written with all others or not at all.
    pub(super) fn rolled_back() -> Self {
        let message =
            "Record rolled back because not all records were valid and the request was using AllOrNone header";
        Self::of_fields("ALL_OR_NONE_OPERATION_ROLLED_BACK", message, &[])
    }

    pub(super) fn bad_choice(label: &str, field: &str, value: &str) -> Self {
        let message = format!("{label}: bad value for restricted picklist field: {value}");
        Self::of_fields("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, &[field])
    }

    /// A key that does not tell which record is meant.
    pub(super) fn several(label: &str, ids: &[Arc<str>], key: &str) -> Self {
        let message = format!("{label}: more than one record found for external id field: [{}]", ids.join(", "));
        Self::of_fields("DUPLICATE_EXTERNAL_ID", message, &[key])
    }

    pub(super) fn json(message: impl Into<String>) -> Self {
        Self::new(400, "JSON_PARSER_ERROR", message)
    }

    /// One element of an error body.
    pub(super) fn body(&self) -> Value {
        let mut body = json!({ "message": self.message, "errorCode": self.code });
        if let Some(fields) = &self.fields {
            body["fields"] = json!(fields);
        }
        if let Some((name, value)) = self.extra.as_deref() {
            body[*name] = value.clone();
        }
        body
    }

    /// One error inside a row of a collection.
    pub(super) fn row(&self) -> Value {
        let mut row = json!({ "statusCode": self.code, "message": self.message, "fields": self.fields.as_deref().unwrap_or_default() });
        if let Some((name, value)) = self.extra.as_deref() {
            row[*name] = value.clone();
        }
        row
    }
}

//! Lookups that a line points at another record by what that record shows: its name, or its external id.

use entente_core::field_type::SalesforceType;
use entente_salesforce::Field;
use entente_transport::CallProblem;

use crate::translate::salesforce::field_type;

/// What a line that writes `account.Name` does: it points `AccountId` at the account of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The lookup: `AccountId`.
    pub(crate) lookup: String,
    /// How a record calls what its lookup points at: `Account`.
    pub(crate) relationship: String,
    /// The object that it points at: `Account`.
    pub(crate) object: String,
    /// The field by which one of them is meant: `Name`.
    pub(crate) field: String,
    /// Whether Salesforce itself finds the record: by external ids it does, where only one object can be meant.
    /// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm>
    pub(crate) is_external_id: bool,
    /// Whether a record can be found by it: else it has to be a line of text that a query may look for.
    pub(crate) is_findable: bool,
}

impl Reference {
    /// A reference over `lookup`, by the field `shown` of `object`.
    pub(super) fn new(lookup: &Field, relationship: &str, object: &str, shown: &Field) -> Self {
        use SalesforceType::{Choice, Formed, OwnId, ShortText, Text};
        let is_external_id = shown.external_id && lookup.reference_to.len() == 1;
        let is_line = matches!(field_type(shown), Text | ShortText | Formed | Choice | OwnId);
        Self {
            lookup: lookup.name.clone(),
            relationship: relationship.to_owned(),
            object: object.to_owned(),
            field: shown.name.clone(),
            is_external_id,
            is_findable: is_external_id || (shown.filterable && is_line),
        }
    }

    /// Whether a refusal is about this reference: Salesforce names the lookup, or the external id, or neither but in its
    /// words.
    pub(crate) fn is_meant_by(&self, problem: &CallProblem) -> bool {
        let Self { object, field, .. } = self;
        match problem.field.as_deref() {
            Some(named) if named == field => problem.code.as_deref() == Some("DUPLICATE_EXTERNAL_ID"),
            Some(named) => named == self.lookup,
            None => problem.message.ends_with(&format!("not found for field {field} in entity {object}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_about_the_reference_that_it_speaks_of() {
        let reference = Reference {
            lookup: "ContactId".into(),
            relationship: "Contact".into(),
            object: "Contact".into(),
            field: "Code__c".into(),
            is_external_id: true,
            is_findable: true,
        };
        let rows = [
            (None, None, "Foreign key external ID: a not found for field Code__c in entity Contact", true),
            (None, None, "Foreign key external ID: a not found for field Code__c in entity Account", false),
            (Some("ContactId"), Some("INVALID_CROSS_REFERENCE_KEY"), "invalid cross reference id", true),
            (Some("Code__c"), Some("DUPLICATE_EXTERNAL_ID"), "more than one record found", true),
            // The case has a field of that name too.
            (Some("Code__c"), Some("STRING_TOO_LONG"), "data value too large", false),
            (None, None, "Value does not exist or does not match filter criteria.", false),
        ];
        for (field, code, message, expected) in rows {
            let named = |name: &str| name.to_owned();
            let problem = CallProblem { field: field.map(named), code: code.map(named), message: message.into() };
            assert_eq!(reference.is_meant_by(&problem), expected, "{message}");
        }
    }
}

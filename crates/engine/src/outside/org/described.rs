//! An object as the org describes it.

use entente_salesforce::{Field, ObjectDescribe};

/// An object with its fields by name.
#[derive(Debug)]
pub(crate) struct Described {
    pub(super) describe: ObjectDescribe,
}

impl Described {
    /// The field of this name, whatever its case.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.describe.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The field that names a record; some objects have none.
    pub(crate) fn name_field(&self) -> Option<&str> {
        self.describe.fields.iter().find(|field| field.name_field).map(|field| field.name.as_str())
    }

    /// The lookup that a query reaches over by this name.
    pub(crate) fn relationship(&self, name: &str) -> Option<&Field> {
        let named = |field: &&Field| field.relationship_name.as_deref().is_some_and(|r| r.eq_ignore_ascii_case(name));
        self.describe.fields.iter().find(named)
    }

    pub(crate) fn object(&self) -> &ObjectDescribe {
        &self.describe
    }

    /// How a query reaches over a lookup, and the object it then looks at. Of a polymorphic lookup, the last target is
    /// taken: for owners that is the user.
    pub(crate) fn over(lookup: &Field) -> Option<(&str, &str)> {
        Some((lookup.relationship_name.as_deref()?, lookup.reference_to.last()?))
    }
}

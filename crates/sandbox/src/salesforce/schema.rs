//! What the org's objects are made of: objects, fields, relationships.
//!
//! The vendor's objects come from the tables in `schema/*.yaml` (see [`tables`]), written in the short notation of
//! [`notation`]; custom ones are added in the same notation through the control door. Describe answers and every rule
//! about fields are read off these types.

pub(super) mod notation;
pub(super) mod tables;

use std::collections::HashMap;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Text,
    TextArea,
    Picklist,
    MultiPicklist,
    Combobox,
    Boolean,
    Reference,
    DateTime,
    Date,
    Double,
    Currency,
    Percent,
    Int,
    Email,
    Phone,
    Url,
    Base64,
    Time,
    /// Shown as it is to whoever may read the field; not filterable.
    Encrypted,
    /// Latitude and longitude, which are fields of their own, shown as one; read-only.
    Location,
    /// Several fields shown as one; read-only.
    Address,
}

/// What becomes of a record when the record it refers to is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDelete {
    Clear,
    Cascade,
    Restrict,
}

/// One value of a picklist.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) default: bool,
    pub(super) active: bool,
    /// The values of the controlling field with which this one may stand.
    pub(super) valid_for: Vec<String>,
}

/// One field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) kind: Kind,
    /// Characters; 0 where the kind has no length.
    pub(super) length: usize,
    pub(super) precision: u32,
    pub(super) scale: u32,
    pub(super) createable: bool,
    pub(super) updateable: bool,
    pub(super) nillable: bool,
    pub(super) defaulted: bool,
    pub(super) references: Vec<String>,
    pub(super) relationship: Option<String>,
    /// The name of the list of children on the record that is referred to.
    pub(super) children: Option<String>,
    pub(super) on_delete: OnDelete,
    pub(super) external_id: bool,
    pub(super) unique: bool,
    pub(super) case_sensitive: bool,
    pub(super) name_field: bool,
    pub(super) id_lookup: bool,
    pub(super) restricted: bool,
    /// A text with HTML in it.
    pub(super) rich: bool,
    /// What a checkbox is in a new record that does not say.
    pub(super) checked: bool,
    /// What a text or a moment is in a new record that does not say: a formula, of which this org knows a text in quotes
    /// and `NOW()`.
    pub(super) formula: Option<String>,
    /// The field on whose value the choices of this one depend.
    pub(super) controller: Option<String>,
    pub(super) filterable: bool,
    /// Digits of an autonumber.
    pub(super) autonumber: Option<usize>,
    /// Read from a field of the record that a reference field points to.
    pub(super) through: Option<(String, String)>,
    pub(super) choices: Vec<Choice>,
}

impl Field {
    pub(super) fn is_custom(&self) -> bool {
        self.name.ends_with("__c") || self.name.ends_with("__s")
    }

    pub(super) fn default_choice(&self) -> Option<&str> {
        self.choices.iter().find(|choice| choice.default).map(|choice| choice.value.as_str())
    }

    /// Whether a new record that does not say has a value here.
    pub(super) fn is_defaulted(&self) -> bool {
        self.defaulted || self.kind == Kind::Id || self.default_choice().is_some() || self.formula.is_some()
    }

    /// Whether the org keeps an index of this field's values.
    pub(super) fn is_indexed(&self) -> bool {
        let authors = matches!(self.name.as_str(), "OwnerId" | "CreatedById" | "LastModifiedById");
        self.external_id || self.unique || self.id_lookup || (self.kind == Kind::Reference && !authors)
    }
}

/// What can be done with an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Can {
    pub(super) create: bool,
    pub(super) update: bool,
    pub(super) delete: bool,
    pub(super) query: bool,
    pub(super) search: bool,
    pub(super) feed: bool,
    pub(super) layout: bool,
}

/// One object.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) plural: String,
    pub(super) prefix: String,
    pub(super) can: Can,
    pub(super) fields: Vec<Field>,
    /// The object whose rows this one shows, and the object their parent must be.
    pub(super) view_of: Option<(String, String)>,
    by_name: HashMap<String, usize>,
}

impl Object {
    pub(super) fn is_custom(&self) -> bool {
        self.name.ends_with("__c")
    }

    /// The field's place, whatever the case of its name.
    pub(super) fn field_at(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).or_else(|| self.by_name.get(&name.to_ascii_lowercase())).copied()
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.field_at(name).map(|at| &self.fields[at])
    }

    /// The reference field behind a relationship's name.
    pub(super) fn relationship_at(&self, name: &str) -> Option<usize> {
        let named = |field: &Field| field.relationship.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name));
        self.fields.iter().position(named)
    }

    /// Adds a field, or replaces the one of that name.
    pub(super) fn add(&mut self, field: Field) {
        if let Some(at) = self.field_at(&field.name) {
            self.fields[at] = field;
            return;
        }
        // Both spellings that callers mostly use, so that a lookup rarely has to fold case.
        self.by_name.insert(field.name.to_ascii_lowercase(), self.fields.len());
        self.by_name.insert(field.name.clone(), self.fields.len());
        self.fields.push(field);
    }
}

/// A list of children: which object's which field points here, and what the list is called.
#[derive(Clone, Debug)]
pub(super) struct Children {
    pub(super) object: usize,
    pub(super) field: usize,
    pub(super) name: Option<String>,
}

/// All objects.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    pub(super) objects: Vec<Object>,
    by_name: HashMap<String, usize>,
}

impl Schema {
    pub(super) fn object_at(&self, name: &str) -> Option<usize> {
        self.by_name.get(&name.to_ascii_lowercase()).copied()
    }

    pub(super) fn object(&self, name: &str) -> Option<&Object> {
        self.object_at(name).map(|at| &self.objects[at])
    }

    /// The object whose ids begin like this one.
    pub(super) fn by_id(&self, id: &str) -> Option<usize> {
        let prefix = id.get(..3)?;
        self.objects.iter().position(|object| object.prefix == prefix && object.view_of.is_none())
    }

    pub(super) fn add(&mut self, object: Object) -> usize {
        let at = self.objects.len();
        self.by_name.insert(object.name.to_ascii_lowercase(), at);
        self.objects.push(object);
        at
    }

    /// Every reference field that may point to this object.
    pub(super) fn children_of(&self, object: usize) -> Vec<Children> {
        let parent = &self.objects[object].name;
        let mut children = Vec::new();
        for (at, child) in self.objects.iter().enumerate() {
            for (field_at, field) in child.fields.iter().enumerate() {
                if field.references.iter().any(|name| name == parent) {
                    children.push(Children { object: at, field: field_at, name: field.children.clone() });
                }
            }
        }
        children
    }
}

//! Who may do what with which object and field.
//!
//! Everybody may do everything until the control door takes a right away, save the least-privileged user, who cannot
//! delete, has no Modify All and sees no roles, which takes a permission of its own:
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_role.htm>.
//! There is no sharing: who may read an object reads all its records.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

/// Rights on an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ObjectRights {
    pub(super) read: bool,
    pub(super) create: bool,
    pub(super) update: bool,
    pub(super) delete: bool,
    pub(super) view_all: bool,
    pub(super) modify_all: bool,
}

const ALL: ObjectRights =
    ObjectRights { read: true, create: true, update: true, delete: true, view_all: true, modify_all: true };

/// Rights on a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FieldRights {
    pub(super) read: bool,
    pub(super) create: bool,
    pub(super) update: bool,
}

/// What `POST /__sandbox/rights` takes; what it leaves out stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    pub(super) user: Option<String>,
    object: Option<String>,
    field: Option<String>,
    read: Option<bool>,
    create: Option<bool>,
    update: Option<bool>,
    delete: Option<bool>,
    view_all: Option<bool>,
    modify_all: Option<bool>,
    api_enabled: Option<bool>,
}

/// The rights that differ from the usual ones, by user id.
#[derive(Clone, Debug, Default)]
pub(super) struct Rights {
    least: HashSet<String>,
    api_disabled: HashSet<String>,
    objects: HashMap<(String, String), ObjectRights>,
    fields: HashMap<(String, String, String), FieldRights>,
}

impl Rights {
    /// Gives a user the least rights that a synchronisation needs.
    pub(super) fn make_least(&mut self, user: &str) {
        self.least.insert(user.to_owned());
    }

    pub(super) fn may_use_api(&self, user: &str) -> bool {
        !self.api_disabled.contains(user)
    }

    pub(super) fn object(&self, user: &str, object: &str) -> ObjectRights {
        if self.objects.is_empty() && self.least.is_empty() {
            return ALL;
        }
        let own = self.objects.get(&(user.to_owned(), object.to_ascii_lowercase()));
        own.copied().unwrap_or_else(|| self.usual(user, object))
    }

    fn usual(&self, user: &str, object: &str) -> ObjectRights {
        if !self.least.contains(user) {
            return ALL;
        }
        ObjectRights { read: !object.eq_ignore_ascii_case("UserRole"), delete: false, modify_all: false, ..ALL }
    }

    pub(super) fn field(&self, user: &str, object: &str, field: &str) -> FieldRights {
        let all = FieldRights { read: true, create: true, update: true };
        if self.fields.is_empty() {
            return all;
        }
        let key = (user.to_owned(), object.to_ascii_lowercase(), field.to_ascii_lowercase());
        self.fields.get(&key).copied().unwrap_or(all)
    }

    /// Applies a change to a user's rights.
    pub(super) fn change(&mut self, user: &str, change: &Change) {
        match change.api_enabled {
            Some(true) => drop(self.api_disabled.remove(user)),
            Some(false) => drop(self.api_disabled.insert(user.to_owned())),
            None => {}
        }
        match (&change.object, &change.field) {
            (Some(object), Some(field)) => self.change_field(user, object, field, change),
            (Some(object), None) => self.change_object(user, object, change),
            (None, _) => {}
        }
    }

    fn change_object(&mut self, user: &str, object: &str, change: &Change) {
        let before = self.object(user, object);
        let rights = ObjectRights {
            read: change.read.unwrap_or(before.read),
            create: change.create.unwrap_or(before.create),
            update: change.update.unwrap_or(before.update),
            delete: change.delete.unwrap_or(before.delete),
            view_all: change.view_all.unwrap_or(before.view_all),
            modify_all: change.modify_all.unwrap_or(before.modify_all),
        };
        self.objects.insert((user.to_owned(), object.to_ascii_lowercase()), rights);
    }

    fn change_field(&mut self, user: &str, object: &str, field: &str, change: &Change) {
        let before = self.field(user, object, field);
        let rights = FieldRights {
            read: change.read.unwrap_or(before.read),
            create: change.create.or(change.update).unwrap_or(before.create),
            update: change.update.unwrap_or(before.update),
        };
        let key = (user.to_owned(), object.to_ascii_lowercase(), field.to_ascii_lowercase());
        self.fields.insert(key, rights);
    }
}

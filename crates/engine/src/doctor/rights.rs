//! The least rights with which the items of a configuration can do what they say: what the doctor asks for, as a list that
//! somebody can grant.
//!
//! Companions of records, the objects that carry comments and files, follow from other rights and are in no permission
//! set; the doctor names what they lack.

use std::collections::{BTreeMap, BTreeSet};

use entente_core::{ConnectedItem, FieldPath, Side, config::Config};
use serde::Serialize;

use super::{org, site, uses};
use crate::{
    Engine, EngineError,
    outside::{Described, Org},
    scheme::ENTENTE_KEY,
};

/// Objects of the platform of which a permission set says nothing: every user with the API may read them, but for roles,
/// which take a permission of their own.
const EVERYBODYS: [&str; 5] = ["User", "Group", "UserRole", "Profile", "RecordType"];

/// What an account has to be allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Rights {
    /// In an org.
    Salesforce(OrgRights),
    /// On a site.
    Jira(SiteRights),
}

/// What a permission set has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OrgRights {
    /// What may be done with the records of an object; reading all of them is always part of it.
    pub objects: BTreeMap<String, ObjectRights>,
    /// The fields, as `Object.Field`, and whether they are written. Those that everybody sees are left out.
    pub fields: BTreeMap<String, bool>,
    /// What could not be said yet, because it lies behind something that the account cannot see.
    pub hidden: BTreeSet<String>,
}

/// What may be done with records, beside reading them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ObjectRights {
    /// Whether new ones are made.
    pub create: bool,
    /// Whether they are changed.
    pub edit: bool,
}

/// What an account of a site has to be allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SiteRights {
    /// Permissions of each project, by its key: key and name.
    pub projects: BTreeMap<String, BTreeMap<&'static str, &'static str>>,
    /// Permissions of the whole site.
    pub global: BTreeMap<&'static str, &'static str>,
    /// The scopes that an API token with scopes needs.
    pub scopes: BTreeSet<&'static str>,
}

impl Engine {
    /// The least rights that the configuration needs at a connection.
    ///
    /// # Errors
    /// There is no such connection, or the org does not answer.
    pub async fn rights(&self, connection: &str) -> Result<Rights, EngineError> {
        let wiring = self.inner.wiring();
        if let Some(org) = wiring.orgs.get(connection) {
            org.forget_metadata();
            org.client.signed_in().await.map_err(EngineError::peer(connection))?;
            return Ok(Rights::Salesforce(of_org(&wiring.config, org).await));
        }
        match wiring.sites.get(connection) {
            Some(at) => Ok(Rights::Jira(site::least(&wiring.config, at))),
            None => {
                Err(EngineError::Missing(format!("There is no connection \"{connection}\" in this configuration.")))
            }
        }
    }
}

async fn of_org(config: &Config, org: &Org) -> OrgRights {
    let mut rights = OrgRights::default();
    for item in config.items.iter().filter(|item| item.salesforce.connection == org.name) {
        let object = &item.salesforce.object;
        let creates = item.creates_on(Side::Salesforce);
        rights.object(object, ObjectRights { create: creates, edit: org::updates(item) });
        let described = org.describe(object).await.ok();
        let item = &described.map_or_else(|| item.clone(), |described| uses::within(item, &described));
        for (path, usage) in uses::fields(item, Side::Salesforce) {
            rights.path(item, org, &path, usage.written).await;
        }
        if creates {
            rights.fields.insert(format!("{object}.{ENTENTE_KEY}"), true);
            rights.object(org::ENTENTE_OP, ObjectRights { create: true, edit: true });
            rights.fields.extend(["Key__c", "Target__c"].map(|field| (format!("{}.{field}", org::ENTENTE_OP), true)));
        }
    }
    rights
}

impl OrgRights {
    fn object(&mut self, object: &str, needs: ObjectRights) {
        let rights = self.objects.entry(object.to_owned()).or_default();
        rights.create |= needs.create;
        rights.edit |= needs.edit;
    }

    fn field(&mut self, described: Option<&Described>, object: &str, name: &str, written: bool) {
        let field = described.and_then(|described| described.field(name));
        // What cannot be seen is hidden by what is asked for here.
        if field.is_none_or(|field| field.permissionable) {
            let name = field.map_or(name, |field| &field.name);
            *self.fields.entry(format!("{object}.{name}")).or_default() |= written;
        }
    }

    /// Every step of a path over lookups; a field of a related record that is written stands for the lookup.
    async fn path(&mut self, item: &ConnectedItem, org: &Org, path: &FieldPath, written: bool) {
        let mut object = item.salesforce.object.clone();
        let mut parts = path.as_str().split('.').enumerate().peekable();
        while let Some((n, part)) = parts.next() {
            let described = org.describe(&object).await.ok();
            let described = described.as_deref();
            if parts.peek().is_none() {
                self.field(described, &object, part, written && n == 0);
                return;
            }
            let related = item.related.get(part).filter(|_| n == 0).map(FieldPath::as_str);
            let lookup = match related {
                Some(field) => described.and_then(|described| described.field(field)),
                None => described.and_then(|described| described.relationship(part)),
            };
            if let Some(name) = lookup.map(|field| field.name.as_str()).or(related) {
                self.field(described, &object, name, written && n == 0);
            }
            let Some((_, target)) = lookup.and_then(Described::over) else {
                self.hidden.insert(format!("{object}: {path}"));
                return;
            };
            object = target.to_owned();
            if EVERYBODYS.contains(&object.as_str()) {
                return;
            }
            self.object(&object, ObjectRights::default());
        }
    }
}

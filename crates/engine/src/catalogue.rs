//! What can be connected: the objects of an org that its integration user sees, in the groups people know them by, and
//! the fields of each; `catalogue/site` has what of a site can be. Asked each time, so that nothing here can be stale.

pub(crate) mod site;

use entente_salesforce::{Field, ObjectDescribe, ObjectSummary};
use entente_transport::CallError;
use serde::Serialize;

use crate::{Engine, EngineError, outside::Org};

/// The objects of one org, in groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Catalogue {
    /// The connection.
    pub connection: String,
    /// The groups that have objects in this org.
    pub groups: Vec<ObjectGroup>,
}

/// Objects that are used alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectGroup {
    /// What people call it.
    pub name: &'static str,
    /// What it is usually connected for.
    pub help: &'static str,
    /// Its objects.
    pub objects: Vec<CatalogueObject>,
}

/// One object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogueObject {
    /// As the configuration names it.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// The field that is usually its status, where it has one.
    pub status: Option<&'static str>,
    /// Whether the integration user may make records.
    pub createable: bool,
    /// Whether the integration user may change records.
    pub updateable: bool,
}

/// One object with its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectFields {
    /// The connection.
    pub connection: String,
    /// The object.
    pub object: String,
    /// What people call it.
    pub label: String,
    /// The fields that the integration user sees.
    pub fields: Vec<CatalogueField>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogueField {
    /// As the configuration names it.
    pub name: String,
    /// What people call it, with the object before it where the word alone could be any object's.
    pub label: String,
    /// The vendor's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether the integration user may change it.
    pub updateable: bool,
    /// Whether a new record needs it.
    pub required: bool,
    /// Whether an item's status can be kept in it.
    pub is_status: bool,
    /// The values of a picklist that may be chosen.
    pub values: Vec<String>,
    /// The objects it points to.
    pub references: Vec<String>,
}

/// A group and its objects, each with its usual status field.
struct Shelf {
    name: &'static str,
    help: &'static str,
    objects: &'static [(&'static str, Option<&'static str>)],
}

/// Standard objects, as people look for them.
const SHELVES: [Shelf; 4] = [
    Shelf {
        name: "Salesforce Service Cloud",
        help: "Service, support and incidents: the best fit for full sync, with comments, files and status.",
        objects: &[("Case", Some("Status"))],
    },
    Shelf {
        name: "Salesforce CRM",
        help: "Customers in view: links made by hand and previews; leads and opportunities may be synchronized too.",
        objects: &[("Account", None), ("Contact", None), ("Lead", Some("Status")), ("Opportunity", Some("StageName"))],
    },
    Shelf {
        name: "Salesforce Activities",
        help: "Activities that Jira teams look up or do; what counts as status is Status or ShowAs.",
        objects: &[("Task", Some("Status")), ("Event", Some("ShowAs"))],
    },
    Shelf {
        name: "Salesforce Revenue",
        help: "What was sold and what follows from it: to be seen, or synchronized one way or both.",
        objects: &[("Quote", Some("Status")), ("Order", Some("Status")), ("Contract", Some("Status"))],
    },
];

const CUSTOM: (&str, &str) = ("Custom objects", "Your own data model, as far as the integration user sees it.");

/// Our own objects are no records of anybody.
const OURS: &str = "Entente_";

/// Words that are labels of many objects: alone they say too little.
const GENERIC: [&str; 8] = ["Name", "Number", "Type", "Status", "Description", "Subject", "Priority", "Full Name"];

impl Engine {
    /// The objects of an org, in groups.
    ///
    /// # Errors
    /// There is no such org, or it does not answer.
    pub async fn catalogue(&self, connection: &str) -> Result<Catalogue, EngineError> {
        let org = self.org(connection)?;
        let all = org.client.objects().await.map_err(EngineError::peer(connection))?;
        let usable: Vec<&ObjectSummary> = all.iter().filter(|object| object.queryable).collect();
        let shelves = SHELVES.iter().map(|shelf| {
            let objects = shelf.objects.iter().filter_map(|(name, status)| {
                usable.iter().find(|object| object.name == *name).map(|object| shown(object, *status))
            });
            ObjectGroup { name: shelf.name, help: shelf.help, objects: objects.collect() }
        });
        let theirs =
            |object: &&&ObjectSummary| object.custom && object.name.ends_with("__c") && !object.name.starts_with(OURS);
        let custom = usable.iter().filter(theirs).map(|object| shown(object, None)).collect();
        let (name, help) = CUSTOM;
        let groups = shelves.chain([ObjectGroup { name, help, objects: custom }]);
        let groups = groups.filter(|group| !group.objects.is_empty()).collect();
        Ok(Catalogue { connection: connection.to_owned(), groups })
    }

    /// The fields of one object.
    ///
    /// # Errors
    /// There is no such org or object, or the org does not answer.
    pub async fn object_fields(&self, connection: &str, object: &str) -> Result<ObjectFields, EngineError> {
        let org = self.org(connection)?;
        let described = org.client.describe(object).await.map_err(|error| match error {
            CallError::Gone { .. } => {
                let sentence = format!("{connection} has no object {object} that the integration user can see.");
                EngineError::Missing(sentence)
            }
            error => EngineError::peer(connection)(error),
        })?;
        let fields = described.fields.iter().map(|field| field_of(&described, field)).collect();
        let ObjectSummary { name, label, .. } = described.summary;
        Ok(ObjectFields { connection: connection.to_owned(), object: name, label, fields })
    }

    fn org(&self, connection: &str) -> Result<std::sync::Arc<Org>, EngineError> {
        let wiring = self.inner.wiring();
        wiring.orgs.get(connection).cloned().ok_or_else(|| {
            let names: Vec<&str> = wiring.orgs.keys().map(String::as_str).collect();
            let sentence =
                format!("There is no Salesforce connection \"{connection}\"; there is: {}.", names.join(", "));
            EngineError::Missing(sentence)
        })
    }
}

/// A status is a choice out of a list, and follows the issue's.
pub(crate) fn holds_status(field: &Field) -> bool {
    field.kind == "picklist" && field.updateable
}

fn shown(object: &ObjectSummary, status: Option<&'static str>) -> CatalogueObject {
    CatalogueObject {
        name: object.name.clone(),
        label: object.label.clone(),
        status,
        createable: object.createable,
        updateable: object.updateable,
    }
}

fn field_of(object: &ObjectDescribe, field: &Field) -> CatalogueField {
    let label = match GENERIC.contains(&field.label.as_str()) {
        true => format!("{} {}", object.summary.label, field.label),
        false => field.label.clone(),
    };
    let values = field.picklist_values.iter().filter(|value| value.active).map(|value| value.value.clone());
    CatalogueField {
        name: field.name.clone(),
        label,
        kind: field.kind.clone(),
        updateable: field.updateable,
        required: field.is_required_on_create(),
        is_status: holds_status(field),
        values: values.collect(),
        references: field.reference_to.clone(),
    }
}

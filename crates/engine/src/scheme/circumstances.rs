//! What a refusal may rest on besides the value that was sent: rights, fields, choices, as far as each side shows them,
//! and what the item says.
//!
//! A refusal is remembered with the circumstances under which it was made, and stands as long as they do. So a right that
//! returns is noticed by reading what every look reads anyway, however many writes were refused for want of it.

use std::collections::BTreeMap;

use entente_core::{ConnectedItem, FieldPath, Sides, plan::STATUS};
use entente_jira::FieldMeta;
use entente_transport::CallError;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{ENTENTE_KEY, JiraField, SalesforceField};
use crate::{
    error::EngineError,
    outside::{Described, Org, Site},
};

/// The permissions that a write in Jira may want.
/// <https://support.atlassian.com/jira-cloud-administration/docs/permissions-for-company-managed-projects/>
const PERMISSIONS: [&str; 7] = [
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "ASSIGN_ISSUES",
    "SCHEDULE_ISSUES",
    "MODIFY_REPORTER",
];

/// Circumstances that could not be read: no others are like them.
pub(crate) const UNKNOWN: &str = "";

/// Both sides' circumstances of an item, each as one digest.
pub(super) async fn read(
    item: &ConnectedItem,
    fields: (&BTreeMap<FieldPath, SalesforceField>, &BTreeMap<FieldPath, JiraField>),
    place: Option<(&str, &str)>,
    screen: &[FieldMeta],
    mapping: &str,
    (org, site): (&Org, &Site),
) -> Result<Sides<String>, EngineError> {
    let described = org.describe(&item.salesforce.object).await?;
    let salesforce = of_object(&described, fields.0, org.user_id().await);
    let jira = match place {
        Some((project, issue_type)) => of_project(fields.1, (project, issue_type), screen, site).await?,
        None => Json::Null,
    };
    Ok(Sides::new(salesforce, jira).map(|shown| digest(&json!([mapping, shown]))))
}

/// All that the item says about values: its lines, its tables, its steps, and who is who.
pub(super) fn mapping(item: &ConnectedItem, people: &[(String, String)]) -> String {
    format!("{:?}", (&item.fields, &item.status, &item.correlation, &item.related, people))
}

fn digest(shown: &Json) -> String {
    Sha256::digest(shown.to_string()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Whose rights they are, what they allow, and what a record must and may hold.
fn of_object(object: &Described, used: &BTreeMap<FieldPath, SalesforceField>, user: Option<String>) -> Json {
    let names = |field: &SalesforceField, name: &str| {
        let lookup = field.reference.as_ref().map(|reference| reference.lookup.as_str());
        field.query_path.as_deref() == Some(name) || lookup == Some(name)
    };
    let is_used = |name: &str| name == ENTENTE_KEY || used.values().any(|field| names(field, name));
    let (object, whole) = (object.object(), object);
    let field = |field: &entente_salesforce::Field| {
        let choices: Vec<&str> =
            field.picklist_values.iter().filter(|choice| choice.active).map(|choice| choice.value.as_str()).collect();
        let must = !field.nillable && !field.defaulted_on_create;
        (is_used(&field.name) || (must && field.createable)).then(|| {
            let rights = (field.createable, field.updateable, must);
            (field.name.clone(), json!([rights, field.kind, field.length, field.restricted_picklist, choices]))
        })
    };
    let fields: BTreeMap<String, Json> = object.fields.iter().filter_map(field).collect();
    let key = whole.field(ENTENTE_KEY).is_some();
    json!([user, object.summary.createable, object.summary.updateable, key, fields])
}

/// The screen on which an issue of a project and type is created; who may not create any may see none.
pub(super) async fn screen(place: Option<(&str, &str)>, site: &Site) -> Result<Vec<FieldMeta>, EngineError> {
    let Some((project, issue_type)) = place else { return Ok(Vec::new()) };
    shown(site.client.create_meta(project, issue_type).await).map_err(EngineError::peer(&site.name))
}

/// What the account may do in the project, and what an issue must and may hold.
async fn of_project(
    used: &BTreeMap<FieldPath, JiraField>,
    (project, issue_type): (&str, &str),
    screen: &[FieldMeta],
    site: &Site,
) -> Result<Json, EngineError> {
    let permissions = site.client.my_permissions(&PERMISSIONS, Some(project)).await;
    let permissions = shown(permissions).map_err(EngineError::peer(&site.name))?;
    let is_used = |meta: &&FieldMeta| {
        let named = used.values().any(|field| field.id.as_deref() == Some(&meta.field_id));
        (named && meta.field_id != STATUS) || (meta.required && !meta.has_default_value)
    };
    let field = |meta: &FieldMeta| {
        let choices: Vec<&Json> = meta.allowed_values.iter().filter_map(|choice| choice.get("id")).collect();
        (meta.field_id.clone(), json!([meta.required, meta.operations, choices]))
    };
    let fields: BTreeMap<String, Json> = screen.iter().filter(is_used).map(field).collect();
    let ids: Vec<&str> = used.values().filter_map(|field| field.id.as_deref()).collect();
    Ok(json!([permissions, project, issue_type, ids, fields]))
}

/// What is not shown to us is a circumstance too.
fn shown<T: Default>(answer: Result<T, CallError>) -> Result<T, CallError> {
    match answer {
        Err(CallError::Gone { .. } | CallError::Denied { .. } | CallError::Invalid { .. }) => Ok(T::default()),
        answer => answer,
    }
}

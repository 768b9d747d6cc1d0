//! What customers see of an issue: the forms of its service desk.

use entente_core::ConnectedItem;
use entente_jira::{Field, FormField, IssueType, Project};
use entente_transport::CallError;

use super::find_field;
use crate::{
    doctor::finding::{failed, warning},
    outside::Site,
    report::Finding,
};

/// Forms that show customers the id by which a record is found again: it is nothing to them, and nothing that they should
/// fill.
pub(super) async fn examine(
    item: &ConnectedItem,
    site: &Site,
    all: &[Field],
    project: &Project,
    kind: &IssueType,
) -> Vec<Finding> {
    let correlation = item.correlation.as_ref().and_then(|pair| find_field(all, pair.jira.as_str()));
    let Some(field) = correlation.filter(|_| project.kind == "service_desk") else { return Vec::new() };
    match forms(site, project, kind).await {
        Ok(forms) => {
            let shown = forms.into_iter().filter(|(_, fields)| fields.iter().any(|shown| shown.field_id == field.id));
            shown.map(|(form, _)| seen(site, project, &form, field)).collect()
        }
        // Whom the portal is closed to cannot say what it shows.
        Err(CallError::Denied { .. } | CallError::Gone { .. }) => Vec::new(),
        Err(call) => vec![failed(&site.name, &call)],
    }
}

/// The forms by which customers make issues of a type, by name.
async fn forms(site: &Site, project: &Project, kind: &IssueType) -> Result<Vec<(String, Vec<FormField>)>, CallError> {
    let Some(desk) = site.client.service_desk(&project.key).await? else { return Ok(Vec::new()) };
    let mut forms = Vec::new();
    for form in site.client.request_types(&desk.id).await?.into_iter().filter(|form| form.issue_type_id == kind.id) {
        let fields = site.client.form(&desk.id, &form.id).await?;
        forms.push((form.name, fields));
    }
    Ok(forms)
}

fn seen(site: &Site, project: &Project, form: &str, field: &Field) -> Finding {
    let message = format!(
        "connection {}: in project {} the form of the request type {form} shows customers the field {}, by which \
         Entente finds the record",
        site.name, project.key, field.name
    );
    let remedy = "Hide the field on that form, or take it off, in the request types of the project; it stays on the screens of agents.";
    warning("correlation-shown", message, remedy)
}

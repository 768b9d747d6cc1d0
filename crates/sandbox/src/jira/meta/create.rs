//! Create metadata in its new, paged form, and the shape it shares with edit metadata and transition screens.

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::catalogue::Project;
use crate::jira::catalogue::founding::PRIORITY_DEFAULT;
use crate::jira::fields::kind::Structure;
use crate::jira::fields::{Choice, Field, Kind};
use crate::jira::limits::FIELD_PAGE;
use crate::jira::paging::Page;
use crate::jira::render::View;
use crate::jira::session::Session;

/// The project of the path, if the caller may create there; else nothing is listed.
fn project<'s>(s: &'s Session<'_>) -> Result<Option<&'s Project>, Refusal> {
    s.me()?;
    let project = s.project(s.call.param("project"))?;
    Ok(Some(project).filter(|p| s.may("CREATE_ISSUES", p.id)))
}

pub(crate) fn issue_types(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, 200)?;
    let Some(project) = project(s)? else { return Ok(Reply::ok(page.named("issueTypes", Vec::new(), 0))) };
    let view = s.view();
    let rows: Vec<Value> = s.contents.catalogue.types_of(project).map(|t| view.issue_type_row(t)).collect();
    let total = rows.len();
    Ok(Reply::ok(page.named("issueTypes", page.cut(rows.into_iter()), total)))
}

pub(crate) fn fields(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, 200)?;
    let Some(project) = project(s)? else { return Ok(Reply::ok(page.named("fields", Vec::new(), 0))) };
    let kind = s
        .contents
        .catalogue
        .types_of(project)
        .find(|t| t.id == s.call.param("type"))
        .ok_or_else(|| Refusal::message(404, "The issue type was not found."))?;
    let view = s.view();
    let hidden = |id: &str| id == "reporter" && !s.may("MODIFY_REPORTER", project.id);
    let on_screen: Vec<&Field> =
        s.contents.catalogue.fields.iter().filter(|f| f.on_create && f.is_in(project.id) && !hidden(&f.id)).collect();
    let show = |field: &&Field| {
        let mut row = field_meta(&view, project, field);
        row["fieldId"] = json!(field.id);
        if field.id == "issuetype" {
            row["allowedValues"] = json!([view.issue_type_row(kind)]);
        }
        if field.id == "parent" {
            row["required"] = json!(kind.level < 0);
        }
        row
    };
    let rows = page.cut(on_screen.iter().map(show));
    Ok(Reply::ok(page.named("fields", rows, on_screen.len())))
}

/// A field as create, edit and transition screens describe it.
pub(crate) fn field_meta(view: &View<'_>, project: &Project, field: &Field) -> Value {
    let mut row = json!({
        "required": field.required,
        "schema": field.schema(),
        "name": field.name,
        "key": field.id,
        "hasDefaultValue": matches!(field.id.as_str(), "priority" | "reporter"),
        "operations": field.kind.operations(),
    });
    if field.id == "priority" {
        row["defaultValue"] = view.priority(PRIORITY_DEFAULT);
    }
    if let Some(values) = allowed_values(view, project, field) {
        row["allowedValues"] = values;
    }
    let complete = match field.kind {
        Kind::User | Kind::Users => Some(format!("user/assignable/search?project={}&query=", project.key)),
        Kind::Labels => Some("label/suggest?query=".to_owned()),
        _ => None,
    };
    if let Some(tail) = complete {
        row["autoCompleteUrl"] = json!(view.api(&tail));
    }
    row
}

fn allowed_values(view: &View<'_>, project: &Project, field: &Field) -> Option<Value> {
    let catalogue = &view.contents.catalogue;
    Some(match field.kind {
        Kind::Option | Kind::Options | Kind::Cascading => {
            field.choices_in(project.id).iter().filter(|c| !c.disabled).map(|c| choice(view, c)).collect()
        }
        Kind::Priority => catalogue.priorities.iter().map(|p| view.priority(&p.id)).collect(),
        Kind::Resolution => catalogue.resolutions.iter().map(|r| view.resolution(&r.id)).collect(),
        Kind::Components => project.components.iter().map(|c| view.component(project, c)).collect(),
        Kind::Version | Kind::Versions => {
            project.versions.iter().filter(|v| !v.archived).map(|v| view.version(project, v)).collect()
        }
        Kind::Structural(Structure::Project) => json!([view.project_ref(project.id)]),
        Kind::Project => catalogue.projects.keys().map(|id| view.project_ref(*id)).collect(),
        Kind::Structural(Structure::IssueType) => catalogue.types_of(project).map(|t| view.issue_type_row(t)).collect(),
        _ => return None,
    })
}

fn choice(view: &View<'_>, choice: &Choice) -> Value {
    let mut row = view.choice(choice);
    if !choice.children.is_empty() {
        row["children"] = choice.children.iter().map(|c| view.choice(c)).collect();
    }
    row
}

/// The old form: everything at once, for clients that still ask so.
pub(crate) fn everything(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let keys = s.call.query_list("projectKeys");
    let with_fields = s.call.query_list("expand").iter().any(|e| e == "projects.issuetypes.fields");
    let view = s.view();
    let wanted = s
        .contents
        .catalogue
        .projects
        .values()
        .filter(|p| (keys.is_empty() || keys.contains(&p.key)) && s.may("CREATE_ISSUES", p.id));
    let show = |project: &Project| {
        let mut row = view.project_ref(project.id);
        for newer in ["projectTypeKey", "simplified"] {
            row.as_object_mut().map(|row| row.remove(newer));
        }
        let types = s.contents.catalogue.types_of(project).map(|kind| {
            let mut row = view.issue_type_row(kind);
            if with_fields {
                let fields = s.contents.catalogue.fields.iter().filter(|f| f.on_create && f.is_in(project.id));
                row["fields"] = fields
                    .map(|f| (f.id.clone(), field_meta(&view, project, f)))
                    .collect::<serde_json::Map<_, _>>()
                    .into();
            }
            row
        });
        row["issuetypes"] = types.collect();
        row
    };
    Ok(Reply::ok(json!({ "expand": "projects", "projects": wanted.map(show).collect::<Vec<_>>() })))
}

//! Projects, issue types, statuses and the other named things as the vendor shows them.

use serde_json::{Value, json};

use super::{Noun, View};
use crate::jira::catalogue::workflow::Transition;
use crate::jira::catalogue::{Category, IssueType, Named, Project, ProjectKind, Status, Version};
use crate::jira::fields::{Choice, Field};

impl View<'_> {
    pub(crate) fn issue_type(&self, id: &str) -> Value {
        let show = || {
            let mut row = self.contents.catalogue.issue_type(id).map_or(Value::Null, |kind| self.issue_type_row(kind));
            // Only the lists of types tell the name as it was before translation.
            row.as_object_mut().map(|row| row.remove("untranslatedName"));
            row
        };
        self.once(Noun::IssueType, id, show)
    }

    pub(crate) fn issue_type_row(&self, kind: &IssueType) -> Value {
        self.scoped(kind.scope, json!({
            "self": self.api(&format!("issuetype/{}", kind.id)),
            "id": kind.id,
            "description": kind.description,
            "iconUrl": format!("{}/rest/api/2/universal_avatar/view/type/issuetype/avatar/10300?size=medium", self.base),
            "name": kind.name,
            "untranslatedName": kind.name,
            "subtask": kind.level < 0,
            "avatarId": 10300,
            "hierarchyLevel": kind.level,
        }))
    }

    pub(crate) fn status(&self, id: &str) -> Value {
        let show = || self.contents.catalogue.status(id).map_or(Value::Null, |status| self.status_row(status));
        self.once(Noun::Status, id, show)
    }

    /// What belongs to a team-managed project says so.
    fn scoped(&self, scope: Option<u64>, mut row: Value) -> Value {
        if let Some(project) = scope {
            row["scope"] = json!({ "type": "PROJECT", "project": { "id": project.to_string() } });
        }
        row
    }

    pub(crate) fn status_row(&self, status: &Status) -> Value {
        self.scoped(
            status.scope,
            json!({
                "self": self.api(&format!("status/{}", status.id)),
                "description": status.description,
                "iconUrl": format!("{}/", self.base),
                "name": status.name,
                "id": status.id,
                "statusCategory": self.category(status.category),
            }),
        )
    }

    pub(crate) fn category(&self, category: Category) -> Value {
        json!({
            "self": self.api(&format!("statuscategory/{}", category.id())),
            "id": category.id(),
            "key": category.key(),
            "colorName": category.color(),
            "name": category.name(),
        })
    }

    pub(crate) fn priority(&self, id: &str) -> Value {
        self.once(Noun::Priority, id, || self.fresh_priority(id))
    }

    fn fresh_priority(&self, id: &str) -> Value {
        self.contents.catalogue.priority(id).map_or(Value::Null, |p| {
            let icon = p.name.to_lowercase();
            json!({ "self": self.api(&format!("priority/{id}")), "iconUrl": format!("{}/images/icons/priorities/{icon}.svg", self.base), "name": p.name, "id": p.id })
        })
    }

    /// A priority as the list of priorities shows it.
    pub(crate) fn priority_row(&self, priority: &Named) -> Value {
        let mut row = self.priority(&priority.id);
        row["description"] = json!(priority.description);
        row["statusColor"] = json!("#cd1317");
        row
    }

    pub(crate) fn resolution(&self, id: &str) -> Value {
        self.contents.catalogue.resolution(id).map_or(Value::Null, |r| {
            json!({ "self": self.api(&format!("resolution/{id}")), "id": r.id, "description": r.description, "name": r.name })
        })
    }

    pub(crate) fn project_ref(&self, id: u64) -> Value {
        self.once(Noun::Project, &id.to_string(), || self.fresh_project(id))
    }

    fn fresh_project(&self, id: u64) -> Value {
        self.contents.catalogue.projects.get(&id).map_or(Value::Null, |project| {
            json!({
                "self": self.api(&format!("project/{id}")),
                "id": id.to_string(),
                "key": project.key,
                "name": project.name,
                "projectTypeKey": project.kind.key(),
                "simplified": project.team_managed,
                "avatarUrls": self.project_avatars(),
            })
        })
    }

    fn project_avatars(&self) -> Value {
        let url = |size: &str| {
            json!(format!("{}/rest/api/3/universal_avatar/view/type/project/avatar/10400{size}", self.base))
        };
        json!({ "48x48": url(""), "24x24": url("?size=small"), "16x16": url("?size=xsmall"), "32x32": url("?size=medium") })
    }

    /// A project in lists, with what `expand` asks for.
    pub(crate) fn project_row(&self, project: &Project, expand: &[String]) -> Value {
        let mut row = self.project_ref(project.id);
        row["expand"] = json!("description,lead,issueTypes,url,projectKeys,permissions,insight");
        row["style"] = json!(if project.team_managed { "next-gen" } else { "classic" });
        if project.team_managed {
            row["entityId"] =
                json!(uuid::Uuid::from_u64_pair(0x7EA3_0000_0000_4000, 0x8000_0000_0000_0000 | project.id));
            row["uuid"] = row["entityId"].clone();
        }
        if project.archived {
            row["archived"] = json!(true);
        }
        row["isPrivate"] = json!(false);
        row["properties"] = json!({});
        for wanted in expand {
            match wanted.as_str() {
                "description" => row["description"] = json!(project.description),
                "lead" => row["lead"] = self.user(&project.lead),
                "issueTypes" => {
                    row["issueTypes"] =
                        self.contents.catalogue.types_of(project).map(|t| self.issue_type(&t.id)).collect()
                }
                "projectKeys" => row["projectKeys"] = json!([project.key]),
                "url" => row["url"] = json!(format!("{}/browse/{}", self.base, project.key)),
                _ => {}
            }
        }
        row
    }

    /// One project in full.
    pub(crate) fn project(&self, project: &Project) -> Value {
        let mut row = self.project_row(project, &["description", "lead", "issueTypes"].map(String::from));
        row["components"] = project.components.iter().map(|c| self.component(project, c)).collect();
        row["versions"] = project.versions.iter().map(|v| self.version(project, v)).collect();
        row["assigneeType"] = json!("UNASSIGNED");
        row["roles"] = json!({ "Administrators": self.api(&format!("project/{}/role/10002", project.id)) });
        if project.kind == ProjectKind::ServiceDesk {
            row["roles"]["Service Desk Team"] = json!(self.api(&format!("project/{}/role/10003", project.id)));
        }
        row
    }

    pub(crate) fn component(&self, project: &Project, component: &Named) -> Value {
        json!({
            "self": self.api(&format!("component/{}", component.id)),
            "id": component.id,
            "name": component.name,
            "description": component.description,
            "assigneeType": "PROJECT_DEFAULT",
            "isAssigneeTypeValid": true,
            "project": project.key,
            "projectId": project.id,
        })
    }

    pub(crate) fn version(&self, project: &Project, version: &Version) -> Value {
        let mut row = json!({
            "self": self.api(&format!("version/{}", version.id)),
            "id": version.id,
            "description": version.description,
            "name": version.name,
            "archived": version.archived,
            "released": version.released,
            "projectId": project.id,
        });
        for (name, date) in [("startDate", &version.start_date), ("releaseDate", &version.release_date)] {
            if let Some(date) = date {
                row[name] = json!(date);
            }
        }
        row
    }

    pub(crate) fn choice(&self, choice: &Choice) -> Value {
        json!({ "self": self.api(&format!("customFieldOption/{}", choice.id)), "value": choice.value, "id": choice.id })
    }

    /// A field as `/field` lists it.
    pub(crate) fn field_row(&self, field: &Field) -> Value {
        let mut row = json!({
            "id": field.id,
            "key": field.id,
            "name": field.name,
            "custom": field.custom.is_some(),
            "orderable": field.on_create || field.on_edit,
            "navigable": true,
            "searchable": true,
            "clauseNames": field.clause_names(),
        });
        if field.custom.is_some() {
            row["untranslatedName"] = json!(field.name);
        }
        row = self.scoped(field.scope, row);
        // The vendor gives no schema for the key and the thumbnails.
        if !matches!(field.id.as_str(), "issuekey" | "thumbnail") {
            row["schema"] = field.schema();
        }
        row
    }

    pub(crate) fn transition(&self, transition: &Transition, is_available: bool) -> Value {
        json!({
            "id": transition.id,
            "name": transition.name,
            "to": self.status(&transition.to),
            "hasScreen": !transition.screen.is_empty(),
            "isGlobal": transition.from.is_empty(),
            "isInitial": false,
            "isAvailable": is_available,
            "isConditional": transition.condition.is_some(),
            "isLooped": transition.is_loop(),
        })
    }
}

//! `GET /issue/{issue}` and `GET /issue/{issue}/editmeta`.

use serde_json::json;

use crate::jira::answer::{Answer, Reply};
use crate::jira::meta::create::field_meta;
use crate::jira::render::issue::Wanted;
use crate::jira::session::Session;

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let issue = s.issue()?;
    let wanted =
        Wanted::new(&s.call.query_list("fields"), "*all", s.call.query_list("expand"), s.call.query_list("properties"));
    let view = s.view();
    let mut row = view.issue(issue, &wanted);
    if wanted.expands("transitions") {
        row["transitions"] = super::transition::available(s, issue);
    }
    if wanted.expands("editmeta") {
        row["editmeta"] = edit_meta_of(s, issue.project);
    }
    Ok(Reply::ok(row))
}

pub(crate) fn edit_meta(s: &mut Session<'_>) -> Answer {
    let issue = s.issue()?;
    Ok(Reply::ok(edit_meta_of(s, issue.project)))
}

/// Only what the caller may edit is there.
fn edit_meta_of(s: &Session<'_>, project: u64) -> serde_json::Value {
    let Some(project) = s.contents.catalogue.projects.get(&project) else { return json!({ "fields": {} }) };
    if !s.may("EDIT_ISSUES", project.id) {
        return json!({ "fields": {} });
    }
    let hidden = |id: &str| {
        (id == "reporter" && !s.may("MODIFY_REPORTER", project.id))
            || (id == "assignee" && !s.may("ASSIGN_ISSUES", project.id))
    };
    let view = s.view();
    let fields = s.contents.catalogue.fields.iter().filter(|f| f.on_edit && f.is_in(project.id) && !hidden(&f.id));
    json!({ "fields": fields.map(|f| (f.id.clone(), field_meta(&view, project, f))).collect::<serde_json::Map<_, _>>() })
}

//! Service management: desks, request types, organizations, customers; and the API of its own that serves them.
//!
//! A request is an issue with a request type; what a customer may see of it is decided here, what it holds is in `issue`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::attachment::Upload;
use super::catalogue::Category;
use super::issue::Issue;
use super::render::View;

mod customer;
mod info;
pub(crate) mod level;
mod organization;
mod paging;
mod portal;
mod queue;
mod request;
pub(crate) mod routes;
mod talk;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Desks {
    pub(crate) desks: BTreeMap<u64, Desk>,
    pub(crate) request_types: Vec<RequestType>,
    pub(crate) organizations: BTreeMap<u64, Organization>,
    /// E-mail domains whose people may become customers; empty allows all. A setting of the product without an API.
    pub(crate) allowed_domains: Vec<String>,
    /// Files between the two steps of an upload.
    #[serde(skip)]
    pub(crate) temporary: BTreeMap<String, Upload>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Desk {
    pub(crate) id: u64,
    pub(crate) project: u64,
    pub(crate) customers: BTreeSet<String>,
    pub(crate) organizations: BTreeSet<u64>,
    /// Anybody may raise requests; then customers cannot be taken away.
    pub(crate) open: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RequestType {
    pub(crate) id: String,
    pub(crate) desk: u64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) issue_type: String,
    /// Field ids beside summary and description.
    pub(crate) fields: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) members: BTreeSet<String>,
    pub(crate) properties: BTreeMap<String, Value>,
}

impl Desks {
    pub(crate) fn request_type(&self, id: &str) -> Option<&RequestType> {
        self.request_types.iter().find(|r| r.id == id)
    }

    /// Adds the desk of a project, with request types: id, name, description, issue type.
    pub(crate) fn found<const N: usize>(&mut self, id: u64, project: u64, types: [(&str, &str, &str, &str); N]) {
        let (customers, organizations) = (BTreeSet::new(), BTreeSet::new());
        self.desks.insert(id, Desk { id, project, customers, organizations, open: false });
        self.request_types.extend(types.map(|(kind, name, description, issue_type)| RequestType {
            id: kind.into(),
            desk: id,
            name: name.into(),
            description: description.into(),
            issue_type: issue_type.into(),
            fields: ["priority", "customfield_10032"].map(String::from).to_vec(),
        }));
    }

    pub(crate) fn desk_of(&self, project: u64) -> Option<&Desk> {
        self.desks.values().find(|d| d.project == project)
    }
}

/// The desks of SUP and ITS with their request types.
pub(crate) fn founding() -> Desks {
    let mut desks = Desks::default();
    desks.found(
        1,
        10001,
        [
            ("10", "Get help", "Ask the support team a question.", "10010"),
            ("11", "Report a problem", "Something does not work as it should.", "10011"),
            ("12", "Suggest an improvement", "Tell us what would make your work easier.", "10010"),
        ],
    );
    desks.found(
        2,
        10002,
        [
            ("20", "Get IT help", "Hardware, software, accounts.", "10010"),
            ("21", "Report a system problem", "A system is down or slow.", "10011"),
            ("22", "Request a change", "Ask for a change of a system.", "10013"),
        ],
    );
    desks
}

/// The desk API's words for status categories.
pub(crate) fn category_word(category: Category) -> &'static str {
    match category {
        Category::Undefined => "UNDEFINED",
        Category::New => "NEW",
        Category::Indeterminate => "INDETERMINATE",
        Category::Done => "DONE",
    }
}

impl View<'_> {
    /// `{base}/rest/servicedeskapi/{tail}`.
    pub(crate) fn desk_api(&self, tail: &str) -> String {
        format!("{}/rest/servicedeskapi/{tail}", self.base)
    }

    pub(crate) fn organization_ref(&self, id: u64) -> Option<Value> {
        let organization = self.contents.desks.organizations.get(&id)?;
        Some(
            json!({ "id": id.to_string(), "name": organization.name, "_links": { "self": self.desk_api(&format!("organization/{id}")) } }),
        )
    }

    pub(crate) fn request_type_row(&self, kind: &RequestType) -> Value {
        let portal = kind.desk.to_string();
        json!({
            "_expands": ["field"],
            "id": kind.id,
            "_links": { "self": self.desk_api(&format!("servicedesk/{portal}/requesttype/{}", kind.id)) },
            "name": kind.name,
            "description": kind.description,
            "helpText": "",
            "issueTypeId": kind.issue_type,
            "serviceDeskId": portal,
            "portalId": portal,
            "groupIds": ["1"],
            "icon": { "id": "10526", "_links": { "iconUrls": {} } },
            "canCreateRequest": true,
        })
    }

    /// The value of the field "Request Type" on an issue.
    pub(crate) fn request_type_value(&self, issue: &Issue, id: &str) -> Value {
        let Some(kind) = self.contents.desks.request_type(id) else { return Value::Null };
        json!({
            "_links": {
                "jiraRest": self.api(&format!("issue/{}", issue.id)),
                "web": self.portal_url(issue, kind.desk),
                "agent": format!("{}/browse/{}", self.base, issue.key),
                "self": self.desk_api(&format!("request/{}", issue.id)),
            },
            "requestType": self.request_type_row(kind),
            "currentStatus": self.request_status(issue),
        })
    }

    pub(crate) fn portal_url(&self, issue: &Issue, desk: u64) -> String {
        format!("{}/servicedesk/customer/portal/{desk}/{}", self.base, issue.key)
    }

    pub(crate) fn request_status(&self, issue: &Issue) -> Value {
        let name = self.contents.catalogue.status(&issue.status).map(|s| s.name.as_str()).unwrap_or_default();
        json!({ "status": name, "statusCategory": category_word(self.contents.catalogue.category_of(&issue.status)), "statusDate": self.desk_time(issue.status_changed) })
    }

    /// The desk API shows a time in four ways at once.
    pub(crate) fn desk_time(&self, ms: i64) -> Value {
        let jira = self.time(ms);
        let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
        let text = jira.as_str().unwrap_or_default();
        let iso = text.get(..19).zip(text.get(23..)).map_or_else(String::new, |(day, offset)| format!("{day}{offset}"));
        json!({ "iso8601": iso, "jira": jira, "friendly": at.strftime("%d/%b/%y %-I:%M %p").to_string(), "epochMillis": ms })
    }
}

//! Portal access: from which records it is granted, and in which words that is told.

use super::Evaluations;
use crate::{
    access::{AccessState, GrantStatus},
    transform::Template,
};

/// What is under `access:`.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// The org in which access is requested.
    pub salesforce: String,
    /// The site whose portal it is.
    pub jira: String,
    /// How often the org is asked for open grants.
    pub poll_seconds: u32,
    /// How often organizations and their members are read again.
    pub sweep_seconds: u32,
    /// The kinds of records from which access is granted, by name.
    pub sources: Vec<AccessSource>,
    /// Who is asked to put a domain on the list.
    pub domain_task: DomainTaskRoute,
    /// Who answers for it: an e-mail address.
    pub owner: Option<String>,
    /// The words that records show.
    pub texts: AccessTexts,
    /// Whether people may ask for access by a form of the server.
    pub request_form: bool,
    /// Evaluations that are sent to Leads, if any are.
    pub evaluations: Option<Evaluations>,
}

impl Access {
    /// The source of this name.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&AccessSource> {
        self.sources.iter().find(|source| source.name == name)
    }
}

/// One kind of records from which access is granted.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessSource {
    /// Its key in the document.
    pub name: String,
    /// The object of the records.
    pub object: String,
    /// The lookup of a grant that names the record.
    pub grant_field: String,
    /// The lookup of a grant that names the person; the same one where the record is the person.
    pub person: String,
    /// The field of the record that names its Account.
    pub account: Option<String>,
    /// What the organization of a record is called.
    pub organization: Template,
    /// The project of the service desk.
    pub desk: String,
}

/// Where the task for a domain is opened, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainTaskRoute {
    /// An issue.
    Jira {
        /// The key of its project.
        project: String,
        /// Its type.
        issue_type: String,
        /// An account, by e-mail address or id; none: whoever the project says.
        assignee: Option<String>,
    },
    /// A Task.
    Salesforce {
        /// A user or a queue, by e-mail address, user name, name or id.
        owner: String,
    },
}

/// The words that records show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessTexts {
    /// Somebody waits for it.
    pub requested: String,
    /// The person was seen in the organization.
    pub has_access: String,
    /// It failed.
    pub error: String,
    /// The person was taken out.
    pub revoked: String,
    /// The button: there is no organization.
    pub add_to_jsm: String,
    /// The button: nobody is in the organization.
    pub organization_in_jsm: String,
    /// The button: somebody is.
    pub jsm_access: String,
}

impl Default for AccessTexts {
    fn default() -> Self {
        Self {
            requested: "Requested".to_owned(),
            has_access: "Has Access".to_owned(),
            error: "Error".to_owned(),
            revoked: "Revoked".to_owned(),
            add_to_jsm: "Add to JSM".to_owned(),
            organization_in_jsm: "Organization in JSM".to_owned(),
            jsm_access: "JSM Access".to_owned(),
        }
    }
}

impl AccessTexts {
    /// The word for a status.
    #[must_use]
    pub fn of_status(&self, status: GrantStatus) -> &str {
        match status {
            GrantStatus::Requested => &self.requested,
            GrantStatus::HasAccess => &self.has_access,
            GrantStatus::Error => &self.error,
            GrantStatus::Revoked => &self.revoked,
        }
    }

    /// The words on the button.
    #[must_use]
    pub fn of_state(&self, state: AccessState) -> &str {
        match state {
            AccessState::AddToJsm => &self.add_to_jsm,
            AccessState::OrganizationInJsm => &self.organization_in_jsm,
            AccessState::JsmAccess => &self.jsm_access,
        }
    }

    /// The status that a word stands for.
    #[must_use]
    pub fn status(&self, text: &str) -> Option<GrantStatus> {
        GrantStatus::ALL.into_iter().find(|status| self.of_status(*status).eq_ignore_ascii_case(text))
    }

    /// The state that words on the button stand for.
    #[must_use]
    pub fn state(&self, text: &str) -> Option<AccessState> {
        AccessState::ALL.into_iter().find(|state| self.of_state(*state) == text)
    }
}

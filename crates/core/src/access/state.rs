//! What the button on a source record shows, which follows from what Jira shows.

use serde::{Deserialize, Serialize};

/// The button. Its texts are configured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessState {
    /// There is no organization.
    #[default]
    AddToJsm,
    /// There is one, and nobody in it.
    OrganizationInJsm,
    /// Somebody in it was seen.
    JsmAccess,
}

impl AccessState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::AddToJsm, Self::OrganizationInJsm, Self::JsmAccess];

    /// What follows from an organization and its members.
    #[must_use]
    pub fn of(has_organization: bool, n_members: u32) -> Self {
        match (has_organization, n_members) {
            (false, _) => Self::AddToJsm,
            (true, 0) => Self::OrganizationInJsm,
            (true, _) => Self::JsmAccess,
        }
    }
}

/// What a source record shows of its organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceReport {
    /// The organization's id.
    pub organization: Option<String>,
    /// Its active members.
    pub n_members: u32,
    /// The button; none if the record shows a text that stands for none.
    pub state: Option<AccessState>,
}

impl SourceReport {
    /// What a record should show of an organization.
    #[must_use]
    pub fn of(organization: Option<String>, n_members: u32) -> Self {
        let n_members = organization.as_ref().map_or(0, |_| n_members);
        let state = Some(AccessState::of(organization.is_some(), n_members));
        Self { organization, n_members, state }
    }
}

//! A grant: one person, one source record, and what shall be true of them.

use serde::{Deserialize, Serialize};

use super::Organization;

/// What a record in Salesforce asks for, and what it shows at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessGrant {
    /// What shall be.
    pub wish: Wish,
    /// What the record shows, all of which is ours to write.
    pub shown: GrantReport,
}

impl AccessGrant {
    /// Whether it shows something else than what it asks for. One that failed rests until somebody requests it again.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match (self.wish, self.shown.status) {
            (_, GrantStatus::Requested)
            | (Wish::NoAccess, GrantStatus::HasAccess)
            | (Wish::Access, GrantStatus::Revoked) => true,
            (_, GrantStatus::Error)
            | (Wish::Access, GrantStatus::HasAccess)
            | (Wish::NoAccess, GrantStatus::Revoked) => false,
        }
    }
}

/// What shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The person shall be a member of the source's organization.
    Access,
    /// The person shall not be one.
    NoAccess,
}

/// How far a grant has come. The texts that stand for it in Salesforce are configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantStatus {
    /// Somebody waits for it.
    Requested,
    /// The person was seen to be a member.
    HasAccess,
    /// It does not go on until somebody requests it again.
    Error,
    /// The person was seen not to be a member any more.
    Revoked,
}

impl GrantStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Requested, Self::HasAccess, Self::Error, Self::Revoked];
}

/// What a grant shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantReport {
    /// How far it has come.
    pub status: GrantStatus,
    /// Why it waits or failed, with what to do; empty when there is nothing to say.
    pub reason: String,
    /// The organization.
    pub organization: Option<Organization>,
    /// The Account that the source belongs to, for lists.
    pub account: Option<String>,
    /// The account of the person in Jira, who is then found even when the address has changed.
    pub customer: Option<String>,
}

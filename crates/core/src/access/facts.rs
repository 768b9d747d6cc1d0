//! What is known of both systems while a grant is worked on. What a plan does not get to may be left unread.

use super::{Domain, DomainRule, SourceReport, Standing};

/// The facts about one grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The record that the grant names; none if there is none that can be read.
    pub source: Option<SourceRecord>,
    /// The person that the grant names; none if there is none that can be read.
    pub person: Option<Person>,
    /// What the list says of the person's domain.
    pub domain: DomainRule,
    /// The source's organization.
    pub standing: Standing,
    /// Whether the organization is on the service desk.
    pub on_desk: bool,
    /// The person's account in Jira, once there is one.
    pub customer: Option<Customer>,
    /// Another grant by which the same account is in the organization: two records of one person have one address.
    pub shared_with: Option<String>,
    /// Active members of the organization, as Jira shows them.
    pub n_members: u32,
    /// Whether something that was sent for the grant, and of which nobody has heard, may still take effect.
    pub is_unheard: bool,
    /// What was refused.
    pub refusal: Option<Refusal>,
    /// Why nothing can be done now, though it may be possible later.
    pub delay: Option<String>,
}

impl Facts {
    /// What is known when only the grant itself was read.
    #[must_use]
    pub fn unread() -> Self {
        Self {
            source: None,
            person: None,
            domain: DomainRule::Missing(None),
            standing: Standing::Missing(String::new()),
            on_desk: false,
            customer: None,
            shared_with: None,
            n_members: 0,
            is_unheard: false,
            refusal: None,
            delay: None,
        }
    }
}

/// The record in Salesforce from which access is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRecord {
    /// The project of the service desk that it leads to.
    pub desk: String,
    /// Its Account.
    pub account: Option<String>,
    /// What it shows of its organization.
    pub shown: SourceReport,
}

/// A Contact or a Lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As Salesforce shows it.
    pub name: String,
    /// The address; none if the record has none.
    pub email: Option<String>,
}

impl Person {
    /// The domain of the address.
    #[must_use]
    pub fn domain(&self) -> Option<Domain> {
        Domain::of_email(self.email.as_deref()?)
    }
}

/// The person's account in Jira.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub account: String,
    /// Whether the organization's list of members has it.
    pub is_member: bool,
}

/// Somebody was asked to put a domain on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainTask {
    /// Where: the key of an issue, or the id of a record.
    pub name: String,
    /// Whom it waits for: a person or a queue.
    pub owner: Option<String>,
    /// Whether somebody has closed it. That alone lets nobody in: the list does.
    pub is_closed: bool,
}

/// What is seen of a grant that is at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtRest {
    /// Whether the record from which access was granted is there.
    pub has_source: bool,
    /// Whether its organization is.
    pub has_organization: bool,
    /// Whether the person is a member.
    pub is_member: bool,
}

/// What a system understood and refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What was tried, as [`super::AccessStep::doing`] says it.
    pub doing: String,
    /// The vendor's words.
    pub words: String,
}

//! What is to be done for one grant, given what both systems show.

use crate::Side;

use super::{
    AccessGrant, AtRest, Customer, Domain, DomainRule, DomainTask, Facts, GrantReport, GrantStatus, Organization,
    Person, SourceRecord, SourceReport, Standing, Wish,
};

/// A reason is a field of 255 characters.
const REASON_CHARS_MAX: usize = 255;

/// One thing to do, complete in itself, and harmless when it was done before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessStep {
    /// Ask somebody to put the domain on the list.
    AwaitDomain {
        /// The domain.
        domain: Domain,
    },
    /// Make the source's organization.
    EnsureOrganization {
        /// Its name, which no other has.
        name: String,
    },
    /// Mark the organization as the source's.
    ClaimOrganization {
        /// Which one.
        organization: Organization,
    },
    /// Show the organization and the button on the source record.
    ReportSource {
        /// What it shall show.
        report: SourceReport,
    },
    /// Put the organization on the service desk.
    AddToDesk {
        /// Which one.
        organization: Organization,
        /// The desk's project.
        desk: String,
    },
    /// Make the person a customer.
    EnsureCustomer {
        /// The address, which makes the customer.
        email: String,
        /// How the customer is called, if it is made.
        name: String,
    },
    /// Put the customer into the organization.
    AddMember {
        /// Which one.
        organization: Organization,
        /// The customer's account.
        customer: String,
    },
    /// Take the customer out of the organization.
    RemoveMember {
        /// Which one.
        organization: Organization,
        /// The customer's account.
        customer: String,
    },
    /// Show on the grant how far it has come.
    ReportStatus {
        /// What it shall show.
        report: GrantReport,
    },
}

impl AccessStep {
    /// What it did, for the journal; nothing of what only shows how far something has come.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        match self {
            Self::AwaitDomain { domain } => Some(format!("somebody was asked to put {domain} on the list of domains")),
            Self::EnsureOrganization { name } => Some(format!("the organization \"{name}\" was created in Jira")),
            Self::ClaimOrganization { organization } => {
                Some(format!("the organization \"{}\" was marked as the record's own", organization.name))
            }
            Self::AddToDesk { organization, desk } => {
                Some(format!("the organization \"{}\" was put on the service desk {desk}", organization.name))
            }
            Self::EnsureCustomer { email, .. } => Some(format!("{email} was made a customer in Jira")),
            Self::AddMember { organization, customer } => {
                Some(format!("the customer {customer} was added to \"{}\" in Jira", organization.name))
            }
            Self::RemoveMember { organization, customer } => {
                Some(format!("the customer {customer} was taken out of \"{}\" in Jira", organization.name))
            }
            Self::ReportStatus { report } => match (report.status, report.reason.as_str()) {
                (GrantStatus::Requested, _) => None,
                (GrantStatus::HasAccess, "") => Some("the person has access".to_owned()),
                (GrantStatus::Revoked, "") => Some("access was revoked".to_owned()),
                (GrantStatus::HasAccess | GrantStatus::Revoked, reason) => Some(reason.to_owned()),
                (GrantStatus::Error, reason) => Some(format!("it failed: {reason}")),
            },
            Self::ReportSource { .. } => None,
        }
    }

    /// Where it may still take effect when nobody has heard of it, if that would undo something later.
    #[must_use]
    pub fn lingers(&self) -> Option<Side> {
        match self {
            Self::AddMember { .. } | Self::RemoveMember { .. } => Some(Side::Jira),
            Self::ReportStatus { report } if report.status != GrantStatus::Requested => Some(Side::Salesforce),
            Self::ReportStatus { .. }
            | Self::AwaitDomain { .. }
            | Self::EnsureOrganization { .. }
            | Self::ClaimOrganization { .. }
            | Self::ReportSource { .. }
            | Self::AddToDesk { .. }
            | Self::EnsureCustomer { .. } => None,
        }
    }

    /// What it does, as the beginning of a sentence that goes on with "was refused".
    #[must_use]
    pub fn doing(&self) -> String {
        match self {
            Self::AwaitDomain { domain } => format!("Opening a task for the domain {domain}"),
            Self::EnsureOrganization { name } => format!("Creating the organization \"{name}\""),
            Self::ClaimOrganization { organization } => format!("Marking the organization \"{}\"", organization.name),
            Self::ReportSource { .. } => "Showing the organization on the record".to_owned(),
            Self::AddToDesk { organization, desk } => {
                format!("Adding the organization \"{}\" to the service desk {desk}", organization.name)
            }
            Self::EnsureCustomer { email, .. } => format!("Making {email} a customer"),
            Self::AddMember { organization, .. } => format!("Adding the customer to \"{}\"", organization.name),
            Self::RemoveMember { organization, .. } => {
                format!("Taking the customer out of \"{}\"", organization.name)
            }
            Self::ReportStatus { .. } => "Showing the status on the record".to_owned(),
        }
    }
}

/// What is to be done next for a grant that is open: nothing, once it shows what is true.
#[must_use]
pub fn plan(grant: &AccessGrant, facts: &Facts) -> Vec<AccessStep> {
    let steps = wanted(grant, facts);
    if facts.is_unheard { without_haste(grant, facts, steps) } else { steps }
}

fn wanted(grant: &AccessGrant, facts: &Facts) -> Vec<AccessStep> {
    if let Some(refusal) = &facts.refusal {
        return report(grant, facts, GrantStatus::Error, refused(&refusal.doing, &refusal.words));
    }
    if let Some(why) = &facts.delay {
        return report(grant, facts, GrantStatus::Requested, format!("It is tried again: {why}"));
    }
    match grant.wish {
        Wish::Access => give(grant, facts),
        Wish::NoAccess => take(grant, facts),
    }
}

/// Whom a lost request may still let in, or out, is not said to be where nobody looks again; and nobody is let in whom it
/// may take out, or whose end it may report. To take somebody out never waits.
fn without_haste(grant: &AccessGrant, facts: &Facts, mut steps: Vec<AccessStep>) -> Vec<AccessStep> {
    let n_steps = steps.len();
    steps.retain(|step| step.lingers().is_none() || matches!(step, AccessStep::RemoveMember { .. }));
    if steps.len() < n_steps {
        let reason =
            "Waits until a request of which nobody has heard can have no effect any more; it goes on by itself.";
        steps.extend(report(grant, facts, GrantStatus::Requested, reason.to_owned()));
    }
    steps
}

fn give(grant: &AccessGrant, facts: &Facts) -> Vec<AccessStep> {
    let error = |reason: &str| report(grant, facts, GrantStatus::Error, reason.to_owned());
    let Some(source) = &facts.source else {
        return error(
            "The record from which access was granted cannot be read; name one that the integration user sees, then request again.",
        );
    };
    let Some(person) = &facts.person else {
        return error(
            "The person cannot be read; name a Contact or Lead that the integration user sees, then request again.",
        );
    };
    let (Some(email), Some(domain)) = (&person.email, person.domain()) else {
        return error(&format!("{} has no usable e-mail address; enter one, then request again.", person.name));
    };
    if let DomainRule::Missing(task) = &facts.domain {
        return await_domain(grant, facts, &domain, task.as_ref());
    }
    match &facts.standing {
        Standing::Missing(name) => vec![AccessStep::EnsureOrganization { name: name.clone() }],
        Standing::ToClaim(organization) => {
            vec![AccessStep::ClaimOrganization { organization: organization.clone() }]
        }
        Standing::Ours(organization) => {
            let mut steps = report_source(&source.shown, Some(organization), facts.n_members);
            let missing = join(source, person, email, organization, facts);
            let is_done = missing.is_empty();
            steps.extend(missing);
            if is_done {
                steps.extend(report(grant, facts, GrantStatus::HasAccess, String::new()));
            }
            steps
        }
    }
}

/// What is missing until the person is in the organization and it is on the desk.
fn join(
    source: &SourceRecord,
    person: &Person,
    email: &str,
    organization: &Organization,
    facts: &Facts,
) -> Vec<AccessStep> {
    let organization = || organization.clone();
    let desk = AccessStep::AddToDesk { organization: organization(), desk: source.desk.clone() };
    let member = match &facts.customer {
        None => Some(AccessStep::EnsureCustomer { email: email.to_owned(), name: person.name.clone() }),
        Some(Customer { is_member: true, .. }) => None,
        Some(customer) => {
            Some(AccessStep::AddMember { organization: organization(), customer: customer.account.clone() })
        }
    };
    (!facts.on_desk).then_some(desk).into_iter().chain(member).collect()
}

fn await_domain(grant: &AccessGrant, facts: &Facts, domain: &Domain, task: Option<&DomainTask>) -> Vec<AccessStep> {
    let Some(task) = task else { return vec![AccessStep::AwaitDomain { domain: domain.clone() }] };
    let owner = task.owner.as_ref().map(|owner| format!(", with {owner}")).unwrap_or_default();
    let name = &task.name;
    let waits = match task.is_closed {
        false => format!("Waits until {domain} is on Entente's list of domains ({name}{owner})"),
        true => format!("{name}{owner} was closed, and {domain} is not on Entente's list of domains"),
    };
    let reason = format!("{waits}; `entente domains add {domain}` lets it go on.");
    report(grant, facts, GrantStatus::Requested, reason)
}

fn take(grant: &AccessGrant, facts: &Facts) -> Vec<AccessStep> {
    if let (Some(organization), Some(Customer { account, is_member: true }), None) =
        (facts.standing.found(), &facts.customer, &facts.shared_with)
    {
        #[cfg(feature = "simulation")]
        if crate::wrong::is(crate::wrong::Wrong::RevokedInWordOnly) {
            return report(grant, facts, GrantStatus::Revoked, String::new());
        }
        return vec![AccessStep::RemoveMember { organization: organization.clone(), customer: account.clone() }];
    }
    // Until an organization is marked as the record's, only what was announced about it says whose it is.
    let is_marked = !matches!(facts.standing, Standing::ToClaim(_));
    let shown = facts.source.as_ref().filter(|_| is_marked).map(|source| &source.shown);
    let mut steps: Vec<AccessStep> =
        shown.into_iter().flat_map(|shown| report_source(shown, facts.standing.found(), facts.n_members)).collect();
    let stays = |other: &String| {
        format!("The person stays in the organization, because {other} lets the same address in; revoke that one too.")
    };
    let reason = facts.shared_with.as_ref().map(stays).unwrap_or_default();
    steps.extend(report(grant, facts, GrantStatus::Revoked, reason));
    steps
}

/// What a source record should show of its organization, if it shows something else.
#[must_use]
pub fn report_source(shown: &SourceReport, organization: Option<&Organization>, n_members: u32) -> Vec<AccessStep> {
    let report = SourceReport::of(organization.map(|organization| organization.id.clone()), n_members);
    if *shown == report { Vec::new() } else { vec![AccessStep::ReportSource { report }] }
}

/// What a grant that has access should show when Jira does not say so any more. It is not given back by itself: somebody
/// took it away there. Nor is it taken away by itself when its record is gone: whoever deleted that is told.
#[must_use]
pub fn settle_grant(grant: &AccessGrant, seen: AtRest) -> Vec<AccessStep> {
    if grant.shown.status != GrantStatus::HasAccess {
        return Vec::new();
    }
    let (status, reason) = match (seen.has_organization, seen.is_member, seen.has_source) {
        (false, _, _) => (GrantStatus::Error, "The organization was deleted in Jira; request again to make a new one."),
        (true, false, _) => (
            GrantStatus::Error,
            "The person was taken out of the organization in Jira; request again to give access back.",
        ),
        (true, true, false) => (
            GrantStatus::HasAccess,
            "The record from which access was granted is gone, and the person still has access; tick Revoke to take it away.",
        ),
        (true, true, true) => (GrantStatus::HasAccess, ""),
    };
    let organization = grant.shown.organization.clone().filter(|_| seen.has_organization);
    let report = GrantReport { status, reason: reason.to_owned(), organization, ..grant.shown.clone() };
    if grant.shown == report { Vec::new() } else { vec![AccessStep::ReportStatus { report }] }
}

fn report(grant: &AccessGrant, facts: &Facts, status: GrantStatus, reason: String) -> Vec<AccessStep> {
    let customer = facts.customer.as_ref().map(|customer| customer.account.clone());
    let report = GrantReport {
        status,
        reason: reason.chars().take(REASON_CHARS_MAX).collect(),
        organization: facts.standing.found().cloned().or_else(|| grant.shown.organization.clone()),
        account: grant.shown.account.clone().or_else(|| facts.source.as_ref()?.account.clone()),
        customer: customer.or_else(|| grant.shown.customer.clone()),
    };
    if grant.shown == report { Vec::new() } else { vec![AccessStep::ReportStatus { report }] }
}

/// The site refuses domains by a setting of its own, which no interface shows.
/// <https://support.atlassian.com/jira-service-management-cloud/docs/manage-customer-access-to-your-service-project/>
fn refused(doing: &str, words: &str) -> String {
    let remedy = match words.contains("customer access settings") {
        true => {
            " Allow the domain in Jira under Products, Jira Service Management, Customer access, then request again."
        }
        false => " Request again once that is mended.",
    };
    let room = REASON_CHARS_MAX.saturating_sub(doing.chars().count() + remedy.chars().count() + 15);
    let words: String = words.trim_end_matches('.').chars().take(room).collect();
    format!("{doing} was refused: {words}.{remedy}")
}

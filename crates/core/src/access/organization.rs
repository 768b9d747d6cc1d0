//! Which organization belongs to a source record. Names prove nothing: two records may render alike, and Jira hands the
//! existing organization back to whoever creates one of an equal name.

use serde::{Deserialize, Serialize};

/// Longer names are refused. <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/>
const NAME_CHARS_MAX: usize = 200;

/// An organization in Jira.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A source record, wherever it is: what the property `entente.source` of its organization holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceKey {
    /// The id of the org in Salesforce.
    pub org: String,
    /// The id of the record.
    pub record: String,
}

/// Whose an organization is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// It has no property.
    Nobody,
    /// Its property names this record.
    Record(SourceKey),
    /// Its property is none of ours.
    Unknown,
}

/// An organization that may be the one of a source record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationSeen {
    /// What it is called.
    pub organization: Organization,
    /// Whose it is.
    pub owner: Owner,
    /// Whether somebody is in it.
    pub has_members: bool,
}

/// How a source record stands to its organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Both sides name each other, or the organization names the record.
    Ours(Organization),
    /// It is this one, which does not say so yet.
    ToClaim(Organization),
    /// There is none; it would get this name.
    Missing(String),
}

impl Standing {
    /// The organization, if there is one.
    #[must_use]
    pub fn found(&self) -> Option<&Organization> {
        match self {
            Self::Ours(organization) | Self::ToClaim(organization) => Some(organization),
            Self::Missing(_) => None,
        }
    }
}

/// The name for a record whose own name is taken: nobody else has its id.
#[must_use]
pub fn distinguished(rendered: &str, record: &str) -> String {
    let suffix = format!(" ({record})");
    let kept: String = rendered.chars().take(NAME_CHARS_MAX - suffix.chars().count()).collect();
    kept.trim_end().to_owned() + &suffix
}

/// Which organization is the record's. `stored` is the one whose id the record holds, `named` are all that bear the
/// rendered name, the distinguished one, or the one that was announced.
#[must_use]
pub fn standing(
    source: &SourceKey,
    rendered: &str,
    stored: Option<&OrganizationSeen>,
    named: &[OrganizationSeen],
    announced: Option<&str>,
) -> Standing {
    let rendered: String = rendered.trim().chars().take(NAME_CHARS_MAX).collect();
    let own_name = distinguished(&rendered, &source.record);
    let is_ours = |seen: &&OrganizationSeen| matches!(&seen.owner, Owner::Record(owner) if owner == source);
    if let Some(seen) = stored.into_iter().chain(named).find(is_ours) {
        return Standing::Ours(seen.organization.clone());
    }
    #[cfg(feature = "simulation")]
    if crate::wrong::is(crate::wrong::Wrong::OrganizationByName)
        && let Some(seen) = named.iter().find(|seen| seen.organization.name == rendered)
    {
        return Standing::Ours(seen.organization.clone());
    }
    #[cfg(feature = "simulation")]
    let announced = announced.filter(|_| !crate::wrong::is(crate::wrong::Wrong::OrganizationForgotten));
    // An id that a person wrote into the record adopts what nobody owns. A copied record has the id of another's.
    let adopted = stored.filter(|seen| seen.owner == Owner::Nobody);
    // Announced and made, but the answer was lost before it could be marked; or marked by its very name.
    let is_made = |seen: &&OrganizationSeen| {
        let name = seen.organization.name.as_str();
        let is_announced = announced == Some(name) && !seen.has_members;
        seen.owner == Owner::Nobody && (is_announced || name == own_name)
    };
    if let Some(seen) = adopted.or_else(|| named.iter().find(is_made)) {
        return Standing::ToClaim(seen.organization.clone());
    }
    let is_taken = named.iter().any(|seen| seen.organization.name == rendered);
    Standing::Missing(if is_taken { own_name } else { rendered })
}

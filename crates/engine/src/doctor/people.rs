//! Whether those whom the table of people names are anybody: in one of the orgs, on one of the sites.

use entente_jira::User;

use super::finding::{of_engine, warning};
use crate::{
    error::EngineError,
    outside::{Org, Site},
    report::Finding,
    scheme::{is_anybody, uncalled},
};

/// Names and addresses that nobody has. Whoever is asked in vain to list its people has said why elsewhere.
pub(super) async fn strangers(named: &[(String, String)], orgs: &[&Org], sites: &[&Site]) -> Vec<Finding> {
    if named.is_empty() {
        return Vec::new();
    }
    let (mut unknown, mut accounts) = (Vec::new(), Vec::<User>::new());
    for (n, org) in orgs.iter().enumerate() {
        match nobody_in(named, org).await {
            Ok(names) if n == 0 => unknown = names,
            Ok(names) => unknown.retain(|name| names.contains(name)),
            Err(error) => return vec![of_engine(error)],
        }
    }
    for site in sites {
        match site.accounts().await {
            Ok(found) => accounts.extend(found),
            Err(error) => return vec![of_engine(error)],
        }
    }
    let of_sites = named.iter().map(|(_, jira)| jira).filter(|jira| !is_anybody(jira, &accounts));
    let of_orgs = unknown.into_iter().map(nobody_in_salesforce);
    of_orgs.chain(of_sites.map(|jira| nobody_in_jira(jira))).collect()
}

/// Names of the table that are nobody's in this org, and no role's either.
async fn nobody_in<'a>(named: &'a [(String, String)], org: &Org) -> Result<Vec<&'a str>, EngineError> {
    let mut unknown = uncalled(named, &org.people().await?);
    let in_roles = org.in_roles(&unknown).await?;
    unknown.retain(|name| !in_roles.iter().any(|(role, _)| role.eq_ignore_ascii_case(name)));
    Ok(unknown)
}

fn nobody_in_salesforce(named: &str) -> Finding {
    let message = format!("`people` names \"{named}\", and no active user, queue or role in Salesforce is called so");
    let remedy = "Write the name, the user name, the e-mail address or the id of a user or queue, or the name of a role. To \
                  see roles, the integration user needs the permission View Roles and Role Hierarchy.";
    warning("unknown-person", message, remedy)
}

fn nobody_in_jira(named: &str) -> Finding {
    let message = format!("`people` names \"{named}\", and no account in Jira shows that address or has that id");
    warning("unknown-person", message, "Write the account id: Jira shows it in the address of the person's profile.")
}

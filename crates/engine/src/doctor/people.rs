//! Whether those whom the table of people names are anybody: in one of the orgs, on one of the sites.

use entente_jira::User;

use super::finding::{of_engine, warning};
use crate::{
    outside::{Org, OrgPerson, Site},
    report::Finding,
    scheme::is_anybody,
};

/// Names and addresses that nobody has. Whoever is asked in vain to list its people has said why elsewhere.
pub(super) async fn strangers(named: &[(String, String)], orgs: &[&Org], sites: &[&Site]) -> Vec<Finding> {
    if named.is_empty() {
        return Vec::new();
    }
    let (mut people, mut accounts): (Vec<OrgPerson>, Vec<User>) = (Vec::new(), Vec::new());
    for org in orgs {
        match org.people().await {
            Ok(found) => people.extend(found),
            Err(error) => return vec![of_engine(error)],
        }
    }
    for site in sites {
        match site.accounts().await {
            Ok(found) => accounts.extend(found),
            Err(error) => return vec![of_engine(error)],
        }
    }
    let unknown = named.iter().flat_map(|(salesforce, jira)| {
        let person = people.iter().any(|person| person.is_called(salesforce));
        let account = is_anybody(jira, &accounts);
        [(!person).then(|| nobody_in_salesforce(salesforce)), (!account).then(|| nobody_in_jira(jira))]
    });
    unknown.flatten().collect()
}

fn nobody_in_salesforce(named: &str) -> Finding {
    let message = format!("`people` names \"{named}\", and no active user or queue in Salesforce is called so");
    warning(
        "unknown-person",
        message,
        "Write the name, the user name, the e-mail address or the id of a user or queue.",
    )
}

fn nobody_in_jira(named: &str) -> Finding {
    let message = format!("`people` names \"{named}\", and no account in Jira shows that address or has that id");
    warning("unknown-person", message, "Write the account id: Jira shows it in the address of the person's profile.")
}

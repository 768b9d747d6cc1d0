//! Who is in the portal: whom somebody wants there, and nobody else.

use std::collections::BTreeSet;

use crate::{
    history::History,
    people::{Grant, N_PROJECTS, Organization},
};

/// Each request shows what is, and what is is what was asked for. A person lets go on what was refused, or was undone in
/// Jira.
pub(crate) async fn is_as_wished(history: &mut History) -> Result<(), String> {
    if !history.configured.has_portal {
        return Ok(());
    }
    history.access_until_quiet().await?;
    nobody_has_too_much(history).await?;
    for at in 0..history.people.grants.len() {
        if history.people.shown_of_grant(at).await.0 == "Error" {
            match history.people.grants[at].is_wished {
                true => history.people.ask_again(at).await,
                false => history.people.revoke(at).await,
            }
        }
    }
    history.access_until_quiet().await?;
    nobody_has_too_much(history).await?;
    let organizations = history.people.organizations().await;
    for at in 0..history.people.grants.len() {
        let ((status, reason), grant) = (history.people.shown_of_grant(at).await, history.people.grants[at].clone());
        let is_in = |of: &&Organization| of.members.iter().any(|(email, _)| *email == grant.email);
        let of_project = organizations.iter().filter(|of| of.project == grant.project);
        let expected = if grant.is_wished { (1, "Has Access") } else { (0, "Revoked") };
        if (of_project.filter(is_in).count(), status.as_str()) != expected {
            return Err(format!("{grant:?} shows {status} ({reason}), and the portal has {organizations:?}"));
        }
    }
    Ok(())
}

/// No project has two organizations, and nobody is in one for whom nobody wants that.
async fn nobody_has_too_much(history: &History) -> Result<(), String> {
    let organizations = history.people.organizations().await;
    let marked: Vec<&String> = organizations.iter().map(|of| &of.project).filter(|of| !of.is_empty()).collect();
    if organizations.len() > N_PROJECTS || marked.iter().collect::<BTreeSet<_>>().len() < marked.len() {
        return Err(format!("a project has two organizations: {organizations:?}"));
    }
    for of in &organizations {
        for (email, _) in &of.members {
            let is_wanted = |grant: &Grant| grant.project == of.project && grant.email == *email && grant.is_wished;
            if !history.people.grants.iter().any(is_wanted) {
                return Err(format!("{email} is in the organization of {}, and nobody wants that", of.project));
            }
        }
    }
    Ok(())
}

//! Portal access: whether its objects and fields, its desks and the rights there are as the configuration wants them, and
//! whether anybody may come in at all.
//!
//! What no interface shows, such as the site's own list of domains, only shows when somebody is let in.

mod org;
mod site;

use entente_core::config::{Access, MailServer};
use entente_store::Store;

use super::{
    Depth,
    finding::{error, of_engine, warning},
    of_connection,
    org::Connected,
};
use crate::{
    outside::{Outside, Site},
    report::Finding,
};

/// What portal access lacks, on the sides that answer.
pub(super) async fn examine(
    access: &Access,
    org: Option<&Connected<'_>>,
    site: Option<&Site>,
    store: &Store,
    depth: Depth,
) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(org) = org {
        found.extend(org::examine(access, org, depth).await);
    }
    if let Some(site) = site {
        found.extend(site::examine(access, site, depth).await);
    }
    if depth == Depth::Rights {
        found.extend(domains(access, store).await.map(|finding| of_connection(&access.salesforce, finding)));
    }
    found
}

/// Whether the mail server lets Entente in. No mail is sent.
pub(super) async fn mail(server: &MailServer, outside: &Outside) -> Option<Finding> {
    let why = outside.try_mail(server).await.err()?;
    let MailServer { host, port, .. } = server;
    let message = format!("the mail server {host}:{port} cannot be used, so no delivery leaves: {why}");
    let remedy = "Correct `mail` of `evaluations`, or have the server let Entente in; deliveries wait until it does.";
    let place = ["access", "evaluations", "mail"].map(str::to_owned).to_vec();
    Some(Finding { place, ..error("access-mail", message, remedy) })
}

/// Without a domain on the list everybody waits for a task.
async fn domains(access: &Access, store: &Store) -> Option<Finding> {
    match store.domains(&access.salesforce).await {
        Ok(domains) if domains.is_empty() => {
            let message = format!(
                "connection {}: no domain is on the list, so every request for portal access waits for a task",
                access.salesforce
            );
            Some(warning("access-domains", message, "Add your customers' domains: `entente domains add acme.example`."))
        }
        Ok(_) => None,
        Err(error) => Some(of_engine(error.into())),
    }
}

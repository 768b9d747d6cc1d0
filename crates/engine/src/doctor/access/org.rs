//! What the org needs for portal access: the objects of `apps/salesforce/access`, the source records, and the rights to
//! show on them what Jira has.

use entente_core::config::{Access, AccessSource, DomainTaskRoute};

use crate::{
    access::{
        GRANT, grants,
        lacking::{self, Lacking},
    },
    delivery,
    doctor::{
        Depth,
        finding::{error, of_engine},
        of_connection,
        org::Connected,
    },
    outside::Described,
    report::Finding,
    scheme::ENTENTE_KEY,
};

const DEPLOY: &str = "Deploy apps/salesforce/access to the org, and give the integration user its permission sets.";

/// An object, and what is done with its records.
#[derive(Default)]
struct Needed {
    object: String,
    /// Fields that are read.
    read: Vec<String>,
    /// Fields that are changed.
    changed: Vec<String>,
    /// Fields that a new record is given; none where none is made.
    given: Vec<String>,
}

pub(super) async fn examine(access: &Access, org: &Connected<'_>, depth: Depth) -> Vec<Finding> {
    let mut found = Vec::new();
    for needed in needs(access, org) {
        found.extend(object(&needed, org, depth).await);
    }
    for source in &access.sources {
        found.extend(people(source, org, depth).await);
    }
    match lacking::everything(org.org, access).await {
        Ok(lacking) => found.extend(lacking.iter().map(|lacking| misnamed(&org.org.name, lacking))),
        Err(error) => found.push(of_engine(error)),
    }
    let place = ["access", "domain_task"].map(str::to_owned).to_vec();
    found.extend(owner(access, org).await.map(|finding| Finding { place, ..finding }));
    found.into_iter().map(|finding| of_connection(&org.org.name, finding)).collect()
}

/// What the configuration names, and is not there.
fn misnamed(connection: &str, lacking: &Lacking) -> Finding {
    let code = if lacking.is_field { "access-field" } else { "access-object" };
    let place = if lacking.is_ours { Vec::new() } else { lacking.place.clone() };
    Finding { place, ..error(code, format!("connection {connection}: {}", lacking.message()), lacking.remedy()) }
}

/// What portal access needs of the package. What the configuration names itself is looked for by [`lacking`].
fn needs(access: &Access, org: &Connected<'_>) -> Vec<Needed> {
    let lookups = access.sources.iter().flat_map(|source| [source.grant_field.clone(), source.person.clone()]);
    let lookups: Vec<String> = lookups.collect();
    let grant = Needed {
        object: GRANT.to_owned(),
        read: grants::OWN_FIELDS.map(str::to_owned).to_vec(),
        changed: grants::OWN_FIELDS.map(str::to_owned).to_vec(),
        given: lookups.into_iter().chain([ENTENTE_KEY.to_owned()]).collect(),
    };
    let of_source = |source: &AccessSource| Needed {
        object: source.object.clone(),
        changed: grants::SHOWN_ON_SOURCE.map(str::to_owned).to_vec(),
        ..Needed::default()
    };
    let deliveries = access.evaluations.iter().flat_map(|_| {
        delivery::needed_fields().map(|(object, read, changed)| Needed {
            object: object.to_owned(),
            read: read.iter().map(|field| (*field).to_owned()).collect(),
            changed: changed.iter().map(|field| (*field).to_owned()).collect(),
            given: Vec::new(),
        })
    });
    let sources = access.sources.iter().filter(|source| org.sees(&source.object)).map(of_source);
    std::iter::once(grant).chain(sources).chain(deliveries).collect()
}

async fn object(needed: &Needed, org: &Connected<'_>, depth: Depth) -> Vec<Finding> {
    let (connection, object) = (&org.org.name, &needed.object);
    if !org.sees(object) {
        let message = format!(
            "connection {connection}: there is no object {object} that the integration user may read, so nobody gets portal access by it"
        );
        return vec![error("access-object", message, DEPLOY)];
    }
    let described = match org.org.describe(object).await {
        Ok(described) => described,
        Err(error) => return vec![of_engine(error)],
    };
    let missing = needed.read.iter().filter(|field| described.field(field).is_none());
    let mut found: Vec<Finding> = missing.map(|field| unseen(connection, object, field)).collect();
    if depth == Depth::Rights {
        found.extend(rights(connection, needed, &described));
    }
    found
}

fn unseen(connection: &str, object: &str, field: &str) -> Finding {
    let message = format!(
        "connection {connection}: portal access needs the field {object}.{field}, which the integration user cannot see"
    );
    error("access-field", message, DEPLOY)
}

/// A right that is missing on the whole object is said once.
fn rights(connection: &str, needed: &Needed, described: &Described) -> Vec<Finding> {
    let (object, summary) = (&needed.object, &described.object().summary);
    let lacks = |what: String| {
        let message =
            format!("connection {connection}: portal access needs to {what}, which the integration user may not");
        error("access-right", message, DEPLOY)
    };
    let mut found = Vec::new();
    let seen = |names: &'_ [String]| names.iter().filter_map(|name| described.field(name)).collect::<Vec<_>>();
    if needed.given.is_empty() || summary.createable {
        let fixed = seen(&needed.given).into_iter().filter(|field| !field.createable);
        found.extend(fixed.map(|field| lacks(format!("set {object}.{} (Edit)", field.name))));
    } else {
        found.push(lacks(format!("create records of {object} (Create)")));
    }
    if summary.updateable {
        let fixed = seen(&needed.changed).into_iter().filter(|field| !field.updateable);
        found.extend(fixed.map(|field| lacks(format!("change {object}.{} (Edit)", field.name))));
    } else if !needed.changed.is_empty() {
        found.push(lacks(format!("change records of {object} (Edit)")));
    }
    found
}

/// Whether the lookups of a grant lead where the configuration says, and whom they lead to can be written to.
async fn people(source: &AccessSource, org: &Connected<'_>, depth: Depth) -> Vec<Finding> {
    let Ok(grant) = org.org.describe(GRANT).await else { return Vec::new() };
    let mut found = Vec::new();
    let leads_to = |lookup: &str| grant.field(lookup).map(|field| field.reference_to.clone()).unwrap_or_default();
    let targets = leads_to(&source.grant_field);
    if !targets.is_empty() && !targets.iter().any(|target| target.eq_ignore_ascii_case(&source.object)) {
        let (connection, lookup, object) = (&org.org.name, &source.grant_field, &source.object);
        let message = format!(
            "connection {connection}: {GRANT}.{lookup} leads to {}, not to {object}, from which the source {} grants access",
            targets.join(", "),
            source.name
        );
        found.push(error("access-field", message, "Correct `grant_field` or `object` of the source."));
    }
    for person in leads_to(&source.person).iter().take(1) {
        let read = ["Name", "Email"].map(str::to_owned).to_vec();
        found.extend(object(&Needed { object: person.clone(), read, ..Needed::default() }, org, depth).await);
    }
    found
}

/// Who is asked for a domain by a Task.
async fn owner(access: &Access, org: &Connected<'_>) -> Option<Finding> {
    let DomainTaskRoute::Salesforce { owner } = &access.domain_task else { return None };
    match org.org.people().await {
        Ok(people) if people.iter().any(|person| person.is_called(owner)) => None,
        Ok(_) => {
            let message =
                format!("connection {}: the org has no active user and no queue called {owner}", org.org.name);
            Some(error("access-task", message, "Correct `domain_task` under `access:`."))
        }
        Err(error) => Some(of_engine(error)),
    }
}

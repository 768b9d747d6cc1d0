//! What people do about portal access: they list grants, ask for one, take it back, have a failed one tried again, and
//! say which domains people may come from.

use entente_core::access::{AccessState, Domain, GrantStatus};
use entente_core::config::{Access, AccessSource};
use entente_salesforce::{Filter, RecordId};
use entente_store::NewEntry;
use serde::Serialize;

use super::{
    GRANT, Row,
    grants::{self, Asked},
    lacking,
};
use crate::{Engine, EngineError, SyncOptions, apply, outside::Org, remedy::rfc_3339, sync::at_work, worker::Worker};

/// Where a Contact says of which Account it is.
const ACCOUNT_ID: &str = "AccountId";

/// Which grants are asked for; what is not given does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantFilter {
    /// With this status, in the configured words.
    pub status: Option<String>,
    /// Of this Account, by its id.
    pub account: Option<String>,
    /// In this organization, by its id or name.
    pub organization: Option<String>,
}

/// A grant, as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GrantTold {
    /// The record's id.
    pub id: String,
    /// Its number.
    pub name: String,
    /// The status, in the configured words.
    pub status: String,
    /// Why it waits or failed, with what to do.
    pub reason: Option<String>,
    /// Whether the person shall lose access.
    pub revoke: bool,
    /// The kind of source, as the configuration calls it.
    pub source: Option<String>,
    /// The record from which access was granted.
    pub record: Option<String>,
    /// What the button on that record shows.
    pub button: Option<String>,
    /// The Contact or Lead.
    pub person: Option<PersonTold>,
    /// The Account.
    pub account: Option<String>,
    /// The organization in Jira.
    pub organization: Option<OrganizationTold>,
    /// When it was requested.
    pub requested: Option<String>,
    /// When its status became final.
    pub finished: Option<String>,
}

/// A person of a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonTold {
    /// The record's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The address.
    pub email: Option<String>,
}

/// An organization of a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrganizationTold {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A domain on the list, or one that is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DomainTold {
    /// Its name.
    pub domain: String,
    /// Who put it on the list.
    pub added_by: Option<String>,
    /// When.
    pub added: Option<String>,
    /// The task that asks for it: requests wait.
    pub task: Option<String>,
}

/// What a change of the list came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DomainChanged {
    /// The domain.
    pub domain: String,
    /// Whether the list was changed; otherwise it was so already.
    pub changed: bool,
}

/// For whom access is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessWish {
    /// The kind of source, as the configuration calls it.
    pub source: String,
    /// The record, by its id.
    pub record: String,
    /// The Contact or Lead, by its id or e-mail address; the record itself where that is the person.
    pub person: Option<String>,
    /// Whether the person may be of another Account than the record.
    pub anyway: bool,
}

impl Engine {
    /// Grants, the oldest first, as the org shows them now.
    ///
    /// # Errors
    /// The configuration has no portal access, or the org does not answer.
    pub async fn grants(&self, filter: &GrantFilter) -> Result<Vec<GrantTold>, EngineError> {
        let (worker, access) = self.access()?;
        let mut conditions: Vec<Filter> = Vec::new();
        conditions.extend(filter.status.as_ref().map(|status| Filter::eq(grants::STATUS, status.as_str())));
        if let Some(account) = &filter.account {
            conditions.push(Filter::eq(grants::ACCOUNT, record_id(account, "an Account")?));
        }
        if let Some(named) = &filter.organization {
            let by = [grants::ORGANIZATION, grants::GRANT_ORGANIZATION_ID];
            conditions.push(Filter::any(by.map(|field| Filter::eq(field, named.as_str()))));
        }
        let filter = (!conditions.is_empty()).then(|| Filter::all(conditions));
        let rows = grants::read(&worker.org, &access, Asked::Which(filter)).await?;
        Ok(rows.into_iter().map(|row| told(&access, row)).collect())
    }

    /// One grant, by its number or its id.
    ///
    /// # Errors
    /// As [`Engine::grants`], and there is no such grant.
    pub async fn grant(&self, named: &str) -> Result<GrantTold, EngineError> {
        let (worker, access) = self.access()?;
        Ok(told(&access, find(&worker.org, &access, named).await?))
    }

    /// Asks for access; an equal request that is open, or was fulfilled, is the answer.
    ///
    /// # Errors
    /// As [`Engine::grants`], and what the wish names is not there.
    pub async fn request_access(&self, wish: &AccessWish, by: &str) -> Result<GrantTold, EngineError> {
        let (worker, access) = self.access()?;
        let source = access.source(&wish.source).ok_or_else(|| {
            let names: Vec<&str> = access.sources.iter().map(|source| source.name.as_str()).collect();
            EngineError::Missing(format!(
                "There is no source \"{}\" under `access:`; it has: {}.",
                wish.source,
                names.join(", ")
            ))
        })?;
        if let Some(lacking) = lacking::of_source(&worker.org, source).await?.first() {
            return Err(EngineError::Declined(lacking.sentence()));
        }
        let record = record_id(&wish.record, "a record")?;
        let record_account = account_of(&worker.org, &source.object, &record, source.account.as_deref()).await?;
        let person = person_of(&worker.org, source, &record, wish.person.as_deref()).await?;
        if !wish.anyway {
            same_account(&source.object, record_account.as_ref(), person.account.as_ref())?;
        }
        let person = person.id;
        let id =
            at_work(&self.inner, &worker, apply::access::request(&worker, &access, source, &record, &person)).await?;
        let grant = find(&worker.org, &access, &id).await?;
        self.asked(&worker, &grant, "asked for access", by).await?;
        Ok(told(&access, grant))
    }

    /// Takes access back.
    ///
    /// # Errors
    /// As [`Engine::grant`].
    pub async fn revoke_access(&self, named: &str, by: &str) -> Result<GrantTold, EngineError> {
        self.ask_again(named, Some(true), "asked to take access back", by).await
    }

    /// Has a grant tried again.
    ///
    /// # Errors
    /// As [`Engine::grant`].
    pub async fn retry_access(&self, named: &str, by: &str) -> Result<GrantTold, EngineError> {
        self.ask_again(named, None, "asked for another try", by).await
    }

    async fn ask_again(
        &self,
        named: &str,
        revoke: Option<bool>,
        what: &str,
        by: &str,
    ) -> Result<GrantTold, EngineError> {
        let (worker, access) = self.access()?;
        let grant = find(&worker.org, &access, named).await?;
        at_work(&self.inner, &worker, apply::access::ask_again(&worker, &access, &grant.id, revoke)).await?;
        self.asked(&worker, &grant, what, by).await?;
        Ok(told(&access, find(&worker.org, &access, &grant.id).await?))
    }

    /// Journals who asked, and has the open grants looked at.
    async fn asked(&self, worker: &Worker, grant: &Row, what: &str, by: &str) -> Result<(), EngineError> {
        let entry = entry(&worker.org.name, Some(grant.id.clone()), format!("{}: {by} {what}", grant.name));
        self.inner.store.journal(&[entry], self.inner.outside.now_ms()).await?;
        worker.access_wake.notify_one();
        Ok(())
    }

    /// The list of domains, and those that are asked about.
    ///
    /// # Errors
    /// The configuration has no portal access, or the store.
    pub async fn domains(&self) -> Result<Vec<DomainTold>, EngineError> {
        let (worker, _) = self.access()?;
        let listed = self.inner.store.domains(&worker.org.name).await?.into_iter().map(|row| DomainTold {
            domain: row.domain,
            added_by: Some(row.added_by),
            added: Some(rfc_3339(row.added_ms)),
            task: None,
        });
        let asked = self.inner.store.access_tasks(&worker.org.name).await?.into_iter().map(|task| DomainTold {
            domain: task.domain,
            added_by: None,
            added: None,
            task: Some(task.name.unwrap_or_else(|| "about to be opened".to_owned())),
        });
        Ok(listed.chain(asked).collect())
    }

    /// Puts a domain on the list: every request that waits for it goes on.
    ///
    /// # Errors
    /// As [`Engine::domains`], and what is no domain.
    pub async fn add_domain(&self, written: &str, by: &str) -> Result<DomainChanged, EngineError> {
        let (worker, _) = self.access()?;
        let (domain, now_ms) = (domain(written)?, self.inner.outside.now_ms());
        let entry = entry(&worker.org.name, None, format!("{by} put {domain} on the list of domains"));
        let changed = self.inner.store.add_domain(&worker.org.name, domain.as_str(), by, &entry, now_ms).await?;
        worker.access_wake.notify_one();
        Ok(DomainChanged { domain: domain.to_string(), changed })
    }

    /// Takes a domain off the list: the next request for it waits. Who has access keeps it.
    ///
    /// # Errors
    /// As [`Engine::add_domain`].
    pub async fn withdraw_domain(&self, written: &str, by: &str) -> Result<DomainChanged, EngineError> {
        let (worker, _) = self.access()?;
        let (domain, now_ms) = (domain(written)?, self.inner.outside.now_ms());
        let entry = entry(&worker.org.name, None, format!("{by} took {domain} off the list of domains"));
        let changed = self.inner.store.withdraw_domain(&worker.org.name, domain.as_str(), &entry, now_ms).await?;
        Ok(DomainChanged { domain: domain.to_string(), changed })
    }

    /// The worker of the org in which access is requested.
    pub(super) fn access(&self) -> Result<(Worker, Access), EngineError> {
        let wiring = self.inner.wiring();
        let access = wiring.config.access.clone().ok_or_else(|| {
            EngineError::Declined("This configuration grants no portal access: it has no `access:`.".to_owned())
        })?;
        let org = wiring.orgs.get(&access.salesforce).cloned();
        let org = org.ok_or_else(|| EngineError::Defect("portal access names an org that is not there".to_owned()))?;
        Ok((Worker::new(self.inner.clone(), wiring, org, &SyncOptions::default()), access))
    }
}

pub(super) fn entry(org: &str, record_id: Option<String>, text: String) -> NewEntry {
    NewEntry { kind: "access".to_owned(), org: Some(org.to_owned()), record_id, text, ..NewEntry::default() }
}

fn domain(written: &str) -> Result<Domain, EngineError> {
    Domain::parse(written)
        .ok_or_else(|| EngineError::Unfit(format!("\"{written}\" is no domain; write it like acme.example.")))
}

fn record_id(written: &str, what: &str) -> Result<String, EngineError> {
    let id = RecordId::parse(written.trim());
    id.map(|id| id.as_str().to_owned())
        .map_err(|_| EngineError::Unfit(format!("\"{written}\" is no id of {what} in Salesforce.")))
}

/// A grant by its number or its id.
async fn find(org: &Org, access: &Access, named: &str) -> Result<Row, EngineError> {
    let filter = match RecordId::parse(named.trim()) {
        Ok(id) => Filter::eq("Id", id.as_str()),
        Err(_) => Filter::eq("Name", named.trim()),
    };
    let found = grants::read(org, access, Asked::Which(Some(filter))).await?.into_iter().next();
    found.ok_or_else(|| EngineError::Missing(format!("There is no {GRANT} \"{named}\" that can be read.")))
}

/// A person for whom access is asked.
struct Named {
    id: String,
    account: Option<String>,
}

/// The Account that a record shows at a path; the record has to be there.
async fn account_of(org: &Org, object: &str, id: &str, path: Option<&str>) -> Result<Option<String>, EngineError> {
    let paths: Vec<String> = ["Id"].into_iter().chain(path).map(str::to_owned).collect();
    let found = org.find(object, &paths, Filter::eq("Id", id)).await.map_err(EngineError::peer(&org.name))?;
    let row = found.first().ok_or_else(|| {
        EngineError::Missing(format!(
            "There is no {object} with the id {id} that can be read; look whether it is the id of another object."
        ))
    })?;
    Ok(path.and_then(|path| grants::text(&row.fields, path)))
}

/// Who is let in sees what the customer of the record sees.
fn same_account(object: &str, of_record: Option<&String>, of_person: Option<&String>) -> Result<(), EngineError> {
    match (of_record, of_person) {
        (Some(record), Some(person)) if record != person => Err(EngineError::Declined(format!(
            "The person is of the Account {person}, and the {object} of {record}: they would be let in among another customer's \
             people. Name somebody of {record}, or say that it is meant: --anyway, `\"anyway\": true` in the API."
        ))),
        _ => Ok(()),
    }
}

/// The person for whom access is asked.
async fn person_of(org: &Org, source: &AccessSource, record: &str, named: Option<&str>) -> Result<Named, EngineError> {
    if source.person == source.grant_field {
        return Ok(Named { id: record.to_owned(), account: None });
    }
    let named = named.ok_or_else(|| {
        EngineError::Unfit(format!(
            "Who shall have access? The source \"{}\" wants a person: an id or an e-mail address.",
            source.name
        ))
    })?;
    let described = org.describe(GRANT).await?;
    let object = described.field(&source.person).and_then(|field| field.reference_to.first().cloned());
    let object = object.unwrap_or_else(|| "Contact".to_owned());
    let account = org.describe(&object).await?.field(ACCOUNT_ID).map(|field| field.name.clone());
    if !named.contains('@') {
        let id = record_id(named, "a person")?;
        return Ok(Named { account: account_of(org, &object, &id, account.as_deref()).await?, id });
    }
    let paths: Vec<String> = ["Id".to_owned()].into_iter().chain(account).collect();
    let found = org.find(&object, &paths, Filter::eq("Email", named)).await;
    match found.map_err(EngineError::peer(&org.name))?.as_slice() {
        [only] => Ok(Named { id: only.id.clone(), account: only.text(ACCOUNT_ID).map(str::to_owned) }),
        [] => Err(EngineError::Missing(format!("There is no {object} with the address {named}."))),
        several => Err(EngineError::Unfit(format!(
            "There are {} records of {object} with the address {named}; name one by its id.",
            several.len()
        ))),
    }
}

fn told(access: &Access, row: Row) -> GrantTold {
    let Row { id, name, status, source, lacks, person_id, person, grant, requested, finished } = row;
    let state = source.as_ref().and_then(|source| source.shown.state);
    let button = source.as_ref().map(|_| access.texts.of_state(state.unwrap_or(AccessState::AddToJsm)).to_owned());
    let status = if status.is_empty() { access.texts.of_status(GrantStatus::Requested).to_owned() } else { status };
    let (source, record) = source.map(|source| (source.source.name, source.record)).unzip();
    let person = person_id.map(|id| PersonTold {
        id,
        name: person.as_ref().map(|person| person.name.clone()).unwrap_or_default(),
        email: person.and_then(|person| person.email),
    });
    let shown = grant.shown;
    GrantTold {
        id,
        name,
        status,
        reason: lacks.or(Some(shown.reason)).filter(|reason| !reason.is_empty()),
        revoke: grant.wish == entente_core::access::Wish::NoAccess,
        source,
        record,
        button,
        person,
        account: shown.account,
        organization: shown.organization.map(|seen| OrganizationTold { id: seen.id, name: seen.name }),
        requested,
        finished,
    }
}

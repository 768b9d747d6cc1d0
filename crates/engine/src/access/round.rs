//! One look at the open grants: read, plan, do, and read again until nothing is left to do.

use std::collections::{BTreeSet, HashMap, HashSet};

use entente_core::access::{
    Customer, Domain, DomainRule, Facts, GrantStatus, OrganizationSeen, Owner, Refusal, SourceKey, SourceRecord,
    SourceReport, Standing, Wish, distinguished, plan, standing,
};
use entente_core::config::Access;
use entente_jira::{Organization, User};
use entente_salesforce::Filter;
use entente_store::{NewEntry, OpenTask};
use entente_transport::CallError;

use super::{
    GRANT, Looked, Row,
    grants::{self, Asked, SourceRow},
    task, unheard,
};
use crate::{apply, error::EngineError, outside::Site, worker::Worker};

/// Where an organization says whose it is.
pub(crate) const SOURCE_PROPERTY: &str = "entente.source";

/// Each pass does at least one step, and no grant needs more than: task, create, mark, join, add, report.
const PASSES_MAX: usize = 10;

/// What is known while open grants are worked on.
pub(crate) struct Round<'w> {
    pub(crate) worker: &'w Worker,
    pub(crate) access: &'w Access,
    pub(crate) site: &'w Site,
    /// The org's id.
    org_id: String,
    allowed: BTreeSet<String>,
    pub(crate) tasks: Vec<OpenTask>,
    /// All organizations of the site, once somebody wanted to know. There is no search by name.
    pub(crate) organizations: Option<Vec<Organization>>,
    desks: HashMap<String, Desk>,
    /// Accounts that were made a moment ago, by address: no search may know them yet.
    pub(crate) enrolled: HashMap<String, String>,
    /// What source records show since this round wrote them.
    pub(crate) shown: HashMap<String, SourceReport>,
    /// Grants for which something may still happen that was sent before.
    pub(crate) unheard: HashSet<String>,
}

/// A service desk.
pub(crate) struct Desk {
    pub(crate) id: String,
    pub(crate) organizations: HashSet<String>,
}

/// Why a grant does not go on.
enum Trouble {
    Refused(Refusal),
    Delayed(String),
}

impl<'w> Round<'w> {
    /// Reads what all grants share.
    pub(crate) async fn begin(worker: &'w Worker, access: &'w Access, site: &'w Site) -> Result<Self, EngineError> {
        let signed_in = worker.org.client.signed_in().await.map_err(EngineError::peer(&worker.org.name))?;
        let domains = worker.store().domains(&worker.org.name).await?;
        Ok(Self {
            worker,
            access,
            site,
            org_id: signed_in.organization.to_string(),
            allowed: domains.into_iter().map(|row| row.domain).collect(),
            tasks: worker.store().access_tasks(&worker.org.name).await?,
            organizations: None,
            desks: HashMap::new(),
            enrolled: HashMap::new(),
            shown: HashMap::new(),
            unheard: unheard::grants(worker, site).await?,
        })
    }

    /// Works on every open grant; what fails for one keeps no other from going on.
    pub(crate) async fn run(&mut self) -> Result<Looked, EngineError> {
        let mut looked = Looked::default();
        for mut row in grants::read(&self.worker.org, self.access, Asked::Open).await? {
            if let Some(why) = &row.lacks {
                looked.waiting.add(&row.id, &row.name, why);
                looked.seen.insert(row.id);
                continue;
            }
            looked.is_delayed |= self.one(&mut row).await?;
            if row.grant.is_open() {
                looked.waiting.add(&row.id, &row.name, &row.grant.shown.reason);
            }
            looked.seen.insert(row.id);
        }
        Ok(looked)
    }

    /// One grant; whether it has to wait for something that passes by itself.
    async fn one(&mut self, row: &mut Row) -> Result<bool, EngineError> {
        let mut refusal = None;
        for _ in 0..PASSES_MAX {
            if !row.grant.is_open() {
                return Ok(false);
            }
            let is_unheard = self.unheard.contains(&row.id);
            let facts = match self.facts(row).await {
                Ok(facts) => Facts { refusal: refusal.take(), is_unheard, ..facts },
                Err(error) => match trouble("Reading the service desk", error)? {
                    Trouble::Refused(refusal) => Facts { refusal: Some(refusal), is_unheard, ..Facts::unread() },
                    Trouble::Delayed(why) => return self.delay(row, why).await.map(|()| true),
                },
            };
            let steps = plan(&row.grant, &facts);
            if steps.is_empty() {
                return Ok(false);
            }
            for step in steps {
                let Err(error) = apply::access::step(self, row, &step).await else {
                    self.journal(row, step.told()).await?;
                    continue;
                };
                match trouble(&step.doing(), error)? {
                    Trouble::Refused(refused) => refusal = Some(refused),
                    Trouble::Delayed(why) => return self.delay(row, why).await.map(|()| true),
                }
                break;
            }
        }
        tracing::warn!(grant = row.id, "The grant {} does not come to rest", row.name);
        Ok(true)
    }

    /// Shows on a grant why it waits.
    async fn delay(&mut self, row: &mut Row, why: String) -> Result<(), EngineError> {
        tracing::warn!(grant = row.id, "The grant {} waits: {why}", row.name);
        let facts = Facts { delay: Some(why), ..Facts::unread() };
        for step in plan(&row.grant, &facts) {
            apply::access::step(self, row, &step).await?;
        }
        Ok(())
    }

    pub(crate) async fn journal(&self, row: &Row, told: Option<String>) -> Result<(), EngineError> {
        let Some(told) = told else { return Ok(()) };
        let entry = NewEntry {
            kind: "access".to_owned(),
            org: Some(self.worker.org.name.clone()),
            record_id: Some(row.id.clone()),
            text: format!("{}: {told}", row.name),
            ..NewEntry::default()
        };
        Ok(self.worker.store().journal(&[entry], self.worker.outside().now_ms()).await?)
    }

    /// What both systems show of a grant, as far as its plan can get to it.
    async fn facts(&mut self, row: &Row) -> Result<Facts, EngineError> {
        let mut facts = Facts { person: row.person.clone(), ..Facts::unread() };
        if row.grant.wish == Wish::NoAccess
            && let Some(standing) = self.granted(row).await?
        {
            facts.standing = standing;
        }
        let Some(source) = &row.source else { return self.of_granted(row, facts).await };
        let shown = self.shown.get(&source.record).unwrap_or(&source.shown).clone();
        let desk = source.source.desk.clone();
        facts.source = Some(SourceRecord { desk: desk.clone(), account: source.account.clone(), shown: shown.clone() });
        let domain = row.person.as_ref().and_then(entente_core::access::Person::domain);
        if row.grant.wish == Wish::Access {
            let Some(domain) = &domain else { return Ok(facts) };
            facts.domain = self.rule(domain).await?;
            if facts.domain != DomainRule::Allowed {
                return Ok(facts);
            }
        }
        if facts.standing.found().is_none() {
            facts.standing = self.standing(row, source, &shown).await?;
        }
        let Some(organization) = facts.standing.found() else { return Ok(facts) };
        let members = self.members(&organization.id).await?;
        facts.n_members = u32::try_from(members.len()).unwrap_or(u32::MAX);
        if row.grant.wish == Wish::Access {
            facts.on_desk = self.desk(&desk).await?.organizations.contains(&organization.id);
        }
        facts.customer = self.customer(row, &desk, &members).await?;
        facts.shared_with = self.shared_with(row, &facts).await?;
        Ok(facts)
    }

    /// The organization into which a grant let the person, unless it is that of another record than the grant names.
    async fn granted(&self, row: &Row) -> Result<Option<Standing>, EngineError> {
        let Some(organization) = &row.grant.shown.organization else { return Ok(None) };
        let Some(seen) = self.seen_by_id(&organization.id).await? else { return Ok(None) };
        Ok(match (&row.source, &seen.owner) {
            (Some(source), Owner::Record(owner)) if *owner == self.key_of(source) => {
                Some(Standing::Ours(seen.organization))
            }
            (Some(_), Owner::Record(_)) => None,
            (Some(_), Owner::Nobody | Owner::Unknown) | (None, _) => Some(Standing::ToClaim(seen.organization)),
        })
    }

    /// What is left to know when the source is gone: who is still in the organization that the grant names.
    async fn of_granted(&self, row: &Row, mut facts: Facts) -> Result<Facts, EngineError> {
        let Some(organization) = facts.standing.found() else { return Ok(facts) };
        let members = self.members(&organization.id).await?;
        let customer = row.grant.shown.customer.clone();
        facts.customer = customer
            .map(|account| Customer { is_member: members.iter().any(|member| member.account_id == account), account });
        facts.shared_with = self.shared_with(row, &facts).await?;
        Ok(facts)
    }

    /// Another grant by which the account that shall lose access is in the same organization.
    async fn shared_with(&self, row: &Row, facts: &Facts) -> Result<Option<String>, EngineError> {
        let (Wish::NoAccess, Some(organization), Some(Customer { account, is_member: true })) =
            (row.grant.wish, facts.standing.found(), &facts.customer)
        else {
            return Ok(None);
        };
        let org = &self.worker.org;
        let filter = Filter::all([
            Filter::eq(grants::GRANT_ORGANIZATION_ID, organization.id.as_str()),
            Filter::eq(grants::CUSTOMER_ID, account.as_str()),
            Filter::eq(grants::STATUS, self.access.texts.of_status(GrantStatus::HasAccess)),
            Filter::eq(grants::REVOKE, false),
        ]);
        let found = org.find(GRANT, &["Id", "Name"].map(str::to_owned), filter).await;
        let found = found.map_err(EngineError::peer(&org.name))?;
        let other = found.iter().find(|other| other.id != row.id);
        Ok(other.and_then(|other| other.text("Name").map(str::to_owned)))
    }

    async fn rule(&mut self, domain: &Domain) -> Result<DomainRule, EngineError> {
        if self.allowed.contains(domain.as_str()) {
            return Ok(DomainRule::Allowed);
        }
        Ok(DomainRule::Missing(task::open(self, domain).await?))
    }

    /// Which organization is the source's.
    async fn standing(&mut self, row: &Row, source: &SourceRow, shown: &SourceReport) -> Result<Standing, EngineError> {
        let key = SourceKey { org: self.org_id.clone(), record: source.record.clone() };
        let ids = [shown.organization.clone(), row.grant.shown.organization.as_ref().map(|seen| seen.id.clone())];
        let stored = match &ids[0] {
            Some(id) => self.seen_by_id(id).await?,
            None => None,
        };
        let is_ours = |seen: &OrganizationSeen| matches!(&seen.owner, Owner::Record(owner) if *owner == key);
        if let Some(seen) = stored.as_ref().filter(|seen| is_ours(seen)) {
            return Ok(Standing::Ours(seen.organization.clone()));
        }
        let announced = self.worker.store().announced_organization(&self.worker.org.name, &source.record).await?;
        let own_name = distinguished(&source.rendered, &source.record);
        let names = [Some(source.rendered.trim().to_owned()), Some(own_name), announced.clone()];
        let mut named = Vec::new();
        for organization in self.organizations().await? {
            let is_named = names.iter().flatten().any(|name| *name == organization.name);
            if is_named || ids[1].as_ref() == Some(&organization.id) {
                named.push(self.seen(organization).await?);
            }
        }
        Ok(standing(&key, &source.rendered, stored.as_ref(), &named, announced.as_deref()))
    }

    async fn organizations(&mut self) -> Result<Vec<Organization>, EngineError> {
        if self.organizations.is_none() {
            self.organizations = Some(self.site.client.organizations().await.map_err(self.peer())?);
        }
        Ok(self.organizations.clone().unwrap_or_default())
    }

    pub(super) async fn seen_by_id(&self, id: &str) -> Result<Option<OrganizationSeen>, EngineError> {
        match self.site.client.organization(id).await.map_err(self.peer())? {
            Some(organization) => self.seen(organization).await.map(Some),
            None => Ok(None),
        }
    }

    async fn seen(&self, organization: Organization) -> Result<OrganizationSeen, EngineError> {
        let Organization { id, name } = organization;
        let property = self.site.client.organization_property(&id, SOURCE_PROPERTY).await.map_err(self.peer())?;
        let owner = match property {
            None => Owner::Nobody,
            Some(value) => serde_json::from_value(value).map_or(Owner::Unknown, Owner::Record),
        };
        let has_members = owner == Owner::Nobody && !self.members(&id).await?.is_empty();
        Ok(OrganizationSeen { organization: entente_core::access::Organization { id, name }, owner, has_members })
    }

    /// Whose property an organization must have to be a source's.
    pub(crate) fn key_of(&self, source: &SourceRow) -> SourceKey {
        SourceKey { org: self.org_id.clone(), record: source.record.clone() }
    }

    /// The active members of an organization.
    pub(crate) async fn members(&self, id: &str) -> Result<Vec<User>, EngineError> {
        let members = self.site.client.organization_members(id).await.map_err(self.peer())?;
        Ok(members.into_iter().filter(|member| member.active).collect())
    }

    /// The service desk of a project.
    pub(crate) async fn desk(&mut self, project: &str) -> Result<&mut Desk, EngineError> {
        if !self.desks.contains_key(project) {
            let desk = self.site.client.service_desk(project).await.map_err(self.peer())?;
            let id = desk.map(|desk| desk.id).ok_or_else(|| {
                let reason = format!("there is no service desk for the project {project}, or it cannot be seen");
                self.peer()(CallError::Gone { reason })
            })?;
            let organizations = self.site.client.desk_organizations(&id).await.map_err(self.peer())?;
            let organizations = organizations.into_iter().map(|organization| organization.id).collect();
            self.desks.insert(project.to_owned(), Desk { id, organizations });
        }
        self.desks.get_mut(project).ok_or_else(|| EngineError::Defect("a service desk was lost".to_owned()))
    }

    /// The person's account. To take access away, it is the one that got it, whatever the address is now.
    async fn customer(&mut self, row: &Row, desk: &str, members: &[User]) -> Result<Option<Customer>, EngineError> {
        let email = row.person.as_ref().and_then(|person| person.email.as_deref()).map(str::trim);
        let granted = row.grant.shown.customer.clone().filter(|_| row.grant.wish == Wish::NoAccess);
        let account = match (granted, email) {
            (Some(account), _) => Some(account),
            (None, None) => None,
            (None, Some(email)) => self.account(email, desk, members).await?,
        };
        let is_member = |account: &str| members.iter().any(|member| member.account_id == account);
        Ok(account.map(|account| Customer { is_member: is_member(&account), account }))
    }

    async fn account(&mut self, email: &str, desk: &str, members: &[User]) -> Result<Option<String>, EngineError> {
        let shows = |user: &&User| user.email.as_deref().is_some_and(|shown| shown.eq_ignore_ascii_case(email));
        if let Some(member) = members.iter().find(shows) {
            return Ok(Some(member.account_id.clone()));
        }
        if let Some(account) = self.enrolled.get(&email.to_lowercase()) {
            return Ok(Some(account.clone()));
        }
        let desk_id = self.desk(desk).await?.id.clone();
        let found = self.site.client.find_customer(&desk_id, email).await.map_err(self.peer())?;
        Ok(found.map(|user| user.account_id))
    }

    /// Names the site in a failure.
    pub(crate) fn peer(&self) -> impl Fn(CallError) -> EngineError + use<> {
        let connection = self.site.name.clone();
        move |error| EngineError::Peer { connection: connection.clone(), error }
    }
}

/// What becomes of a grant when a call for it fails. What no call is about is not its trouble.
fn trouble(doing: &str, error: EngineError) -> Result<Trouble, EngineError> {
    let EngineError::Peer { connection, error } = error else { return Err(error) };
    Ok(match error {
        CallError::NotApplied { .. }
        | CallError::Ambiguous { .. }
        | CallError::Throttled { .. }
        | CallError::Stale { .. }
        | CallError::Auth { .. } => Trouble::Delayed(format!("connection {connection}: {error}")),
        CallError::Denied { .. } | CallError::Gone { .. } | CallError::Invalid { .. } | CallError::Broken { .. } => {
            Trouble::Refused(Refusal { doing: doing.to_owned(), words: error.to_string() })
        }
    })
}

//! Grants as the org has them: one query reads each with its source and its person.

use std::collections::{BTreeMap, BTreeSet};

use entente_core::{
    Value,
    access::{AccessGrant, GrantReport, GrantStatus, Organization, Person, SourceReport, Wish},
    config::{Access, AccessSource, AccessTexts},
};
use entente_salesforce::{Filter, Row as Fields};
use serde_json::Value as Json;

use super::{GRANT, lacking};
use crate::{
    error::EngineError,
    outside::{Org, OrgRow},
};

/// Fields of a source record that show its organization.
pub(crate) const ORGANIZATION_ID: &str = "JSM_Organization_Id__c";
pub(crate) const VALIDATED_CUSTOMERS: &str = "JSM_Validated_Customers__c";
pub(crate) const ACCESS_STATE: &str = "JSM_Access_State__c";
pub(crate) const SHOWN_ON_SOURCE: [&str; 3] = [ORGANIZATION_ID, VALIDATED_CUSTOMERS, ACCESS_STATE];

/// Fields of a grant.
pub(crate) const STATUS: &str = "Status__c";
pub(crate) const REVOKE: &str = "Revoke__c";
pub(crate) const REASON: &str = "Reason__c";
pub(crate) const ACCOUNT: &str = "Account__c";
pub(crate) const ORGANIZATION: &str = "Organization__c";
pub(crate) const GRANT_ORGANIZATION_ID: &str = "Organization_Id__c";
pub(crate) const CUSTOMER_ID: &str = "Customer_Id__c";
pub(crate) const REQUESTED_AT: &str = "Requested_At__c";
pub(crate) const FINISHED_AT: &str = "Finished_At__c";
/// What is read of a grant itself, and written.
pub(crate) const OWN_FIELDS: [&str; 9] =
    [STATUS, REVOKE, REASON, ACCOUNT, ORGANIZATION, GRANT_ORGANIZATION_ID, CUSTOMER_ID, REQUESTED_AT, FINISHED_AT];

/// A grant with its source and its person.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    /// The number that people see.
    pub(crate) name: String,
    /// The text of its status, whatever it is.
    pub(crate) status: String,
    pub(crate) source: Option<SourceRow>,
    /// What its source names that is not there: nothing can be done for it, and nothing is known of its record.
    pub(crate) lacks: Option<String>,
    /// The id of the Contact or Lead.
    pub(crate) person_id: Option<String>,
    pub(crate) person: Option<Person>,
    pub(crate) grant: AccessGrant,
    pub(crate) requested: Option<String>,
    pub(crate) finished: Option<String>,
}

/// The record from which access is granted.
#[derive(Clone, Debug)]
pub(crate) struct SourceRow {
    pub(crate) source: AccessSource,
    pub(crate) record: String,
    /// What its organization would be called.
    pub(crate) rendered: String,
    pub(crate) shown: SourceReport,
    pub(crate) account: Option<String>,
}

/// Which grants are asked for.
pub(crate) enum Asked<'a> {
    /// Those that do not show what they ask for.
    Open,
    /// Those with one status.
    Status(&'a str),
    /// Those that pass.
    Which(Option<Filter>),
}

/// Reads grants, the oldest first.
pub(crate) async fn read(org: &Org, access: &Access, asked: Asked<'_>) -> Result<Vec<Row>, EngineError> {
    let filter = match asked {
        Asked::Open => Some(open(&access.texts)),
        Asked::Status(text) => Some(Filter::eq(STATUS, text)),
        Asked::Which(filter) => filter,
    };
    let filter = filter.unwrap_or_else(|| Filter::is_set("Id"));
    let sources = Sources::of(org, access).await?;
    let mut rows = org.find(GRANT, &sources.paths(), filter).await.map_err(EngineError::peer(&org.name))?;
    rows.sort_by(|a, b| (a.text("CreatedDate"), &a.id).cmp(&(b.text("CreatedDate"), &b.id)));
    Ok(rows.into_iter().map(|row| understood(access, &sources, row)).collect())
}

/// The sources, by whether what they name is there.
pub(crate) struct Sources<'a> {
    pub(crate) usable: Vec<&'a AccessSource>,
    unusable: Vec<Unusable>,
}

struct Unusable {
    /// The lookup that names its records, if that is there.
    grant_field: Option<String>,
    why: String,
}

impl<'a> Sources<'a> {
    pub(crate) async fn of(org: &Org, access: &'a Access) -> Result<Self, EngineError> {
        let mut sources = Self { usable: Vec::new(), unusable: Vec::new() };
        for source in &access.sources {
            let lacking = lacking::of_source(org, source).await?;
            let Some(first) = lacking.first() else {
                sources.usable.push(source);
                continue;
            };
            let is_known = lacking.iter().all(|lacking| lacking.place.last().is_none_or(|key| key != "grant_field"));
            let grant_field = is_known.then(|| source.grant_field.clone());
            sources.unusable.push(Unusable { grant_field, why: first.sentence() });
        }
        Ok(sources)
    }

    fn paths(&self) -> Vec<String> {
        let own = ["Id", "Name", "CreatedDate"].into_iter().chain(OWN_FIELDS).map(str::to_owned);
        let of_source = |source: &&AccessSource| {
            let record = source_fields(source).into_iter().map(|field| behind(&source.grant_field, &field));
            let person = ["Name", "Email"].map(|field| behind(&source.person, field));
            let lookups = [source.grant_field.clone(), source.person.clone()];
            lookups.into_iter().chain(record).chain(person).collect::<Vec<_>>()
        };
        let unusable = self.unusable.iter().filter_map(|unusable| unusable.grant_field.clone());
        own.chain(self.usable.iter().flat_map(of_source)).chain(unusable).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn source_of(&self, fields: &Fields) -> Option<&'a AccessSource> {
        self.usable.iter().find(|source| text(fields, &source.grant_field).is_some()).copied()
    }

    /// Why a grant has no source that can be used, as far as it may be one of those that cannot.
    fn lack_of(&self, fields: &Fields) -> Option<String> {
        let names = |unusable: &&Unusable| unusable.grant_field.as_ref().is_none_or(|at| text(fields, at).is_some());
        self.unusable.iter().find(names).map(|unusable| unusable.why.clone())
    }
}

/// `AccessGrant::is_open`, as the org is asked.
fn open(texts: &AccessTexts) -> Filter {
    let shows = |status| Filter::eq(STATUS, texts.of_status(status));
    Filter::any([
        shows(GrantStatus::Requested),
        Filter::is_null(STATUS),
        shows(GrantStatus::HasAccess).and(Filter::eq(REVOKE, true)),
        shows(GrantStatus::Revoked).and(Filter::eq(REVOKE, false)),
    ])
}

/// `Lead__c` is the id behind a lookup, `Lead__r` the record.
fn behind(lookup: &str, path: &str) -> String {
    format!("{}r.{path}", lookup.trim_end_matches('c'))
}

/// The fields of a source record.
pub(crate) fn source_fields(source: &AccessSource) -> BTreeSet<String> {
    let rendered = source.organization.fields().map(ToString::to_string);
    let own = ["Id"].into_iter().chain(SHOWN_ON_SOURCE).map(str::to_owned);
    rendered.chain(own).chain(source.account.clone()).collect()
}

fn understood(access: &Access, sources: &Sources<'_>, row: OrgRow) -> Row {
    let fields = &row.fields;
    let source = sources.source_of(fields);
    let lacks = if source.is_none() { sources.lack_of(fields) } else { None };
    let person_id = source.and_then(|source| text(fields, &source.person));
    let person = source.and_then(|source| person(fields, source));
    let source = source.and_then(|source| source_row(access, source, at(fields, &behind(&source.grant_field, ""))?));
    let status = text(fields, STATUS).unwrap_or_default();
    let organization = text(fields, GRANT_ORGANIZATION_ID)
        .map(|id| Organization { id, name: text(fields, ORGANIZATION).unwrap_or_default() });
    let shown = GrantReport {
        status: access.texts.status(&status).unwrap_or(GrantStatus::Requested),
        reason: text(fields, REASON).unwrap_or_default(),
        organization,
        account: text(fields, ACCOUNT),
        customer: text(fields, CUSTOMER_ID),
    };
    let wish = if at(fields, REVOKE).is_some_and(|flag| flag == true) { Wish::NoAccess } else { Wish::Access };
    Row {
        name: text(fields, "Name").unwrap_or_default(),
        status,
        source,
        lacks,
        person_id,
        person,
        grant: AccessGrant { wish, shown },
        requested: text(fields, REQUESTED_AT),
        finished: text(fields, FINISHED_AT),
        id: row.id,
    }
}

fn person(fields: &Fields, source: &AccessSource) -> Option<Person> {
    let name = text(fields, &behind(&source.person, "Name"))?;
    Some(Person { name, email: text(fields, &behind(&source.person, "Email")) })
}

/// What a source record shows.
pub(crate) fn source_row(access: &Access, source: &AccessSource, record: &Json) -> Option<SourceRow> {
    let fields = record.as_object()?;
    let values: BTreeMap<String, Value> = source
        .organization
        .fields()
        .map(|path| (path.to_string(), Value::text(&text(fields, path.as_str()).unwrap_or_default())))
        .collect();
    let members = at(fields, VALIDATED_CUSTOMERS).and_then(Json::as_f64).unwrap_or_default();
    let state = text(fields, ACCESS_STATE).unwrap_or_default();
    Some(SourceRow {
        source: source.clone(),
        record: text(fields, "Id")?,
        rendered: source.organization.fill(|path| values.get(path.as_str())).unwrap_or_default(),
        shown: SourceReport {
            organization: text(fields, ORGANIZATION_ID),
            n_members: format!("{members:.0}").parse().unwrap_or_default(),
            state: access.texts.state(&state),
        },
        account: source.account.as_ref().and_then(|path| text(fields, path)),
    })
}

/// What stands at a path of a row; an empty last part is the record itself.
pub(crate) fn at<'r>(fields: &'r Fields, path: &str) -> Option<&'r Json> {
    let mut parts = path.split('.').filter(|part| !part.is_empty());
    let first = named(fields, parts.next()?)?;
    parts.try_fold(first, |here, part| named(here.as_object()?, part)).filter(|value| !value.is_null())
}

/// A field by its name in any letters: the org answers with its own.
fn named<'r>(fields: &'r Fields, name: &str) -> Option<&'r Json> {
    fields.get(name).or_else(|| Some(fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?.1))
}

pub(crate) fn text(fields: &Fields, path: &str) -> Option<String> {
    match at(fields, path)? {
        Json::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

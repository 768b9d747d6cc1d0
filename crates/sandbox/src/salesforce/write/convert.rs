//! A lead becomes an account, a contact and perhaps an opportunity.
//!
//! Vendor page: SOAP API Developer Guide, "convertLead()". Records that are there already keep what they have; only their
//! empty fields are filled.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::super::cell::Cell;
use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::super::table::Row;
use super::{Caller, Draft, create, log, update};

/// What a conversion is asked to do.
#[derive(Debug)]
pub(in crate::salesforce) struct Conversion {
    pub(in crate::salesforce) lead: String,
    pub(in crate::salesforce) status: String,
    pub(in crate::salesforce) account: Option<String>,
    pub(in crate::salesforce) contact: Option<String>,
    pub(in crate::salesforce) opportunity: Option<String>,
    pub(in crate::salesforce) makes_opportunity: bool,
    pub(in crate::salesforce) opportunity_name: Option<String>,
    pub(in crate::salesforce) owner: Option<String>,
    pub(in crate::salesforce) overwrites_source: bool,
}

/// What a lead has become.
#[derive(Debug)]
pub(in crate::salesforce) struct Converted {
    pub(in crate::salesforce) account: Arc<str>,
    pub(in crate::salesforce) contact: Arc<str>,
    pub(in crate::salesforce) opportunity: Option<Arc<str>>,
}

/// Field of the new record, field of the lead.
type Mapping = &'static [(&'static str, &'static str)];
const ACCOUNT: Mapping = &[
    ("Name", "Company"),
    ("Phone", "Phone"),
    ("Fax", "Fax"),
    ("Website", "Website"),
    ("Industry", "Industry"),
    ("Rating", "Rating"),
    ("AnnualRevenue", "AnnualRevenue"),
    ("NumberOfEmployees", "NumberOfEmployees"),
    ("AccountSource", "LeadSource"),
    ("BillingStreet", "Street"),
    ("BillingCity", "City"),
    ("BillingState", "State"),
    ("BillingPostalCode", "PostalCode"),
    ("BillingCountry", "Country"),
];
const CONTACT: Mapping = &[
    ("FirstName", "FirstName"),
    ("LastName", "LastName"),
    ("Salutation", "Salutation"),
    ("Title", "Title"),
    ("Email", "Email"),
    ("Phone", "Phone"),
    ("MobilePhone", "MobilePhone"),
    ("Fax", "Fax"),
    ("Description", "Description"),
    ("LeadSource", "LeadSource"),
    ("MailingStreet", "Street"),
    ("MailingCity", "City"),
    ("MailingState", "State"),
    ("MailingPostalCode", "PostalCode"),
    ("MailingCountry", "Country"),
];
const OPPORTUNITY: Mapping = &[("Name", "Company"), ("LeadSource", "LeadSource")];

/// Converts a lead; on a refusal nothing has changed.
pub(in crate::salesforce) fn convert(state: &mut State, caller: &Caller, asked: &Conversion) -> Answered<Converted> {
    let savepoint = state.savepoint();
    let converted = attempt(state, caller, asked);
    if converted.is_err() {
        state.roll_back(savepoint);
    }
    converted
}

fn attempt(state: &mut State, caller: &Caller, asked: &Conversion) -> Answered<Converted> {
    let leads = state.schema.object_at("Lead").ok_or_else(Refusal::not_found)?;
    let place = update::target(state, leads, &asked.lead)?;
    let lead = state.tables[leads].row(place).cloned().ok_or_else(Refusal::no_such_target)?;
    if !state.rights.object(&caller.user, "Lead").update {
        return Err(Refusal::no_access());
    }
    if state.get(leads, &lead, "IsConverted").is_true() {
        let message = "cannot reference converted lead";
        return Err(Refusal::of_fields("CANNOT_UPDATE_CONVERTED_LEAD", message, &[]));
    }
    if !converts(state, &asked.status) {
        let message = format!("invalid convertedStatus: {}", asked.status);
        return Err(Refusal::of_fields("INVALID_STATUS", message, &[]));
    }
    let owner = owner(state, leads, &lead, asked)?;
    let converted = targets(state, caller, asked, &Source { object: leads, row: &lead, owner: &owner })?;
    close(state, caller, leads, place, asked, &converted);
    follow(state, &lead.id, &converted.contact);
    Ok(converted)
}

/// Whether a status says that a lead is converted, by the LeadStatus rows.
fn converts(state: &State, status: &str) -> bool {
    let Some(object) = state.schema.object_at("LeadStatus") else { return false };
    let named = |row: &Row| state.get(object, row, "ApiName").as_str().is_some_and(|name| name == status);
    state.tables[object].rows().any(|(_, row)| named(row) && state.get(object, row, "IsConverted").is_true())
}

fn owner(state: &State, leads: usize, lead: &Row, asked: &Conversion) -> Answered<String> {
    let own = state.get(leads, lead, "OwnerId").as_str().map(str::to_owned);
    let owner = asked.owner.clone().or(own).unwrap_or_default();
    if !owner.starts_with("005") {
        let message = "Converted objects can only be owned by users. If the lead is not owned by a user, you must \
                       specify a user for the Owner field.";
        return Err(Refusal::of_fields("INVALID_ID_FIELD", message, &["OwnerId"]));
    }
    Ok(owner)
}

/// The lead as the new records see it.
struct Source<'a> {
    object: usize,
    row: &'a Row,
    owner: &'a str,
}

impl Source<'_> {
    /// The fields of the lead under the names of another object; empty ones are left out.
    fn mapped(&self, state: &State, mapping: Mapping) -> Map<String, Value> {
        let mut fields = Map::new();
        for (to, from) in mapping {
            let Some(field) = state.object(self.object).field(from) else { continue };
            let value = state.get(self.object, self.row, from).to_wire(field.kind);
            if !value.is_null() {
                fields.insert((*to).to_owned(), value);
            }
        }
        fields.insert("OwnerId".to_owned(), json!(self.owner));
        fields
    }
}

fn targets(state: &mut State, caller: &Caller, asked: &Conversion, source: &Source<'_>) -> Answered<Converted> {
    let of_contact = asked.contact.as_deref().and_then(|contact| {
        let (object, row) = state.row(contact)?;
        state.get(object, row, "AccountId").as_str().map(str::to_owned)
    });
    let account = asked.account.clone().or(of_contact);
    let fields = source.mapped(state, ACCOUNT);
    let account = fill(state, caller, "Account", account.as_deref(), fields, &[])?;

    let mut fields = source.mapped(state, CONTACT);
    fields.insert("AccountId".to_owned(), json!(&*account));
    let anew: &[&str] = if asked.overwrites_source { &["LeadSource"] } else { &[] };
    let contact = fill(state, caller, "Contact", asked.contact.as_deref(), fields, anew)?;

    let mut opportunity = None;
    if asked.makes_opportunity || asked.opportunity.is_some() {
        let mut fields = source.mapped(state, OPPORTUNITY);
        if let Some(name) = &asked.opportunity_name {
            fields.insert("Name".to_owned(), json!(name));
        }
        fields.insert("AccountId".to_owned(), json!(&*account));
        fields.insert("StageName".to_owned(), json!("Prospecting"));
        fields.insert("CloseDate".to_owned(), json!(end_of_quarter(caller).to_string()));
        opportunity = Some(fill(state, caller, "Opportunity", asked.opportunity.as_deref(), fields, &[])?);
    }
    Ok(Converted { account, contact, opportunity })
}

/// Makes a record, or fills the empty fields of one that is there, and those that are set anew.
fn fill(
    state: &mut State,
    caller: &Caller,
    object: &str,
    id: Option<&str>,
    mut fields: Map<String, Value>,
    anew: &[&str],
) -> Answered<Arc<str>> {
    let object = state.schema.object_at(object).ok_or_else(Refusal::not_found)?;
    let Some(id) = id else { return create(state, caller, object, &fields, None) };
    let place = update::target(state, object, id)?;
    let row = state.tables[object].row(place).cloned().ok_or_else(Refusal::no_such_target)?;
    fields.retain(|name, _| anew.contains(&name.as_str()) || state.get(object, &row, name).is_null());
    update(state, caller, object, id, &fields)?;
    Ok(row.id)
}

/// Where the vendor lets the deal of a converted lead close.
fn end_of_quarter(caller: &Caller) -> Date {
    let today = today(caller);
    let last_month = (today.month() + 2) / 3 * 3;
    today.with().day(1).month(last_month).build().map_or(today, Date::last_of_month)
}

fn today(caller: &Caller) -> Date {
    let moment = Timestamp::from_millisecond(caller.stamp_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    TimeZone::UTC.to_datetime(moment).date()
}

/// Notes on the lead what it has become.
fn close(state: &mut State, caller: &Caller, leads: usize, place: usize, asked: &Conversion, converted: &Converted) {
    let Some(before) = state.tables[leads].row(place).cloned() else { return };
    let mut draft = Draft { object: leads, row: before.clone(), before: Some(before), given: Vec::new(), blob: None };
    let cells = [
        ("Status", Cell::text(&asked.status)),
        ("IsConverted", Cell::Bool(true)),
        ("ConvertedDate", Cell::Date(today(caller))),
        ("ConvertedAccountId", Cell::Text(converted.account.clone())),
        ("ConvertedContactId", Cell::Text(converted.contact.clone())),
        ("ConvertedOpportunityId", converted.opportunity.clone().map_or(Cell::Null, Cell::Text)),
    ];
    for (name, cell) in cells {
        draft.set(state, name, cell);
        draft.given.extend(state.object(leads).field_at(name));
    }
    super::delete::stamp(state, caller, leads, &mut draft.row, false);
    state.replace(leads, place, Some(draft.row.clone()));
    state.touch(leads, &draft.row.id);
    log(state, caller, &draft);
}

/// Tasks and events of the lead become the contact's.
fn follow(state: &mut State, lead: &str, contact: &Arc<str>) {
    for name in ["Task", "Event"] {
        let Some(object) = state.schema.object_at(name) else { continue };
        let Some(at) = state.object(object).field_at("WhoId") else { continue };
        let found: Vec<_> = state.tables[object].having(at, lead).into_iter().flatten().collect();
        for place in found {
            let Some(mut row) = state.tables[object].row(place).cloned() else { continue };
            row.set(at, Cell::Text(contact.clone()));
            state.replace(object, place, Some(row));
        }
    }
}

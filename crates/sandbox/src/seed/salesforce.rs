//! The demo company's customers, their people and their cases.

use std::sync::Arc;

use jiff::civil::Date;
use rand::RngExt as _;

use super::names::{address, company, domain, person, phone, pick};
use super::trouble::{remark, trouble};
use super::{Dice, access};
use crate::salesforce::seeding::{Cell, State, audit};

const ACCOUNTS: usize = 64;
const CONTACTS: usize = 210;
const CASES: usize = 300;
const OPPORTUNITIES: usize = 24;
const LEADS: usize = 18;
const DAY_MS: i64 = 24 * 3_600_000;

/// The people and records that later ones refer to.
struct Cast {
    now_ms: i64,
    staff: Vec<Arc<str>>,
    queues: Vec<Arc<str>>,
    accounts: Vec<(Arc<str>, String)>,
    contacts: Vec<Contact>,
}

struct Contact {
    id: Arc<str>,
    account: Arc<str>,
    name: String,
    email: String,
    company: String,
}

/// Fills an org that has its people and queues.
pub(crate) fn fill(state: &mut State, now_ms: i64, dice: &mut Dice, records: Option<usize>) {
    let mut cast = Cast {
        now_ms: now_ms - now_ms.rem_euclid(1_000),
        staff: state.active_users(),
        queues: state.queues(),
        accounts: Vec::new(),
        contacts: Vec::new(),
    };
    let n_cases = records.unwrap_or(CASES);
    // A larger company has more customers, but not one for every case.
    let n_accounts = ACCOUNTS.max(n_cases / 40);
    (0..n_accounts).for_each(|number| account(state, dice, &mut cast, number));
    (0..CONTACTS.max(n_cases / 12)).for_each(|number| contact(state, dice, &mut cast, number));
    (0..n_cases).for_each(|number| case(state, dice, &cast, number, n_cases));
    (0..OPPORTUNITIES).for_each(|number| opportunity(state, dice, &cast, number));
    (0..LEADS).for_each(|number| lead(state, dice, &cast, number));
    if state.has_object("Customer_Project__c") {
        let accounts: Vec<_> = cast.accounts.iter().map(|(id, _)| id.clone()).collect();
        access::fill(state, &accounts, &cast.staff[0], cast.now_ms - DAY_MS);
    }
}

pub(super) fn text(text: &str) -> Cell {
    Cell::text(text)
}

pub(super) fn plant(state: &mut State, object: &str, cells: &[(&str, Cell)], at_ms: i64, by: &Arc<str>) -> Arc<str> {
    let cells: Vec<_> = audit(at_ms, by).into_iter().chain(cells.iter().cloned()).collect();
    state.plant(object, None, &cells)
}

fn some_time_ago(dice: &mut Dice, cast: &Cast, days: i64) -> i64 {
    cast.now_ms - dice.random_range(0..days * DAY_MS / 1_000) * 1_000
}

fn account(state: &mut State, dice: &mut Dice, cast: &mut Cast, number: usize) {
    let (name, industry) = company(number);
    let (street, city, country, code) = address(dice);
    let kind = pick(
        dice,
        &["Customer - Direct", "Customer - Direct", "Customer - Channel", "Customer", "Prospect", "Technology Partner"],
    );
    let owner = pick(dice, &cast.staff);
    let cells = [
        ("Name", text(&name)),
        ("Type", text(kind)),
        ("Industry", text(industry)),
        ("AccountNumber", text(&format!("C-{:05}", 10_000 + number))),
        ("Phone", text(&phone(dice))),
        ("Website", text(&format!("https://{}", domain(&name)))),
        ("BillingStreet", text(&street)),
        ("BillingCity", text(city)),
        ("BillingCountry", text(country)),
        ("BillingPostalCode", text(code)),
        ("NumberOfEmployees", Cell::Number(f64::from(dice.random_range(12..4_000)))),
        ("AnnualRevenue", Cell::Number(f64::from(dice.random_range(1..900)) * 100_000.0)),
        ("Rating", text(pick(dice, &["Hot", "Warm", "Cold"]))),
        ("OwnerId", Cell::Text(owner.clone())),
    ];
    let at_ms = some_time_ago(dice, cast, 900);
    let id = plant(state, "Account", &cells, at_ms, &owner);
    cast.accounts.push((id, name));
}

fn contact(state: &mut State, dice: &mut Dice, cast: &mut Cast, number: usize) {
    let (account, company) = cast.accounts[number % cast.accounts.len()].clone();
    let person = person(dice);
    let name = format!("{} {}", person.first, person.last);
    // The number keeps two people of one name at one company apart.
    let email = format!("{}.{}{number}@{}", person.first.to_lowercase(), person.last.to_lowercase(), domain(&company));
    let (street, city, country, code) = address(dice);
    let owner = pick(dice, &cast.staff);
    let cells = [
        ("FirstName", text(person.first)),
        ("LastName", text(person.last)),
        ("Name", text(&name)),
        ("Title", text(person.title)),
        ("Email", text(&email)),
        ("Phone", text(&phone(dice))),
        ("MobilePhone", text(&phone(dice))),
        ("MailingStreet", text(&street)),
        ("MailingCity", text(city)),
        ("MailingCountry", text(country)),
        ("MailingPostalCode", text(code)),
        ("AccountId", Cell::Text(account.clone())),
        ("OwnerId", Cell::Text(owner.clone())),
        ("IsEmailBounced", Cell::Bool(false)),
    ];
    let at_ms = some_time_ago(dice, cast, 700);
    let id = plant(state, "Contact", &cells, at_ms, &owner);
    cast.contacts.push(Contact { id, account, name, email, company });
}

fn case(state: &mut State, dice: &mut Dice, cast: &Cast, number: usize, n_cases: usize) {
    let contact = &cast.contacts[dice.random_range(0..cast.contacts.len())];
    let told = trouble(dice, &contact.name);
    let status = pick(dice, &["New", "New", "New", "Working", "Working", "Escalated", "On Hold", "Closed", "Closed"]);
    let priority = pick(dice, &["High", "Medium", "Medium", "Low"]);
    let origin = pick(dice, &["Web", "Web", "Web", "Web", "Email", "Email", "Email", "Phone", "Phone", "Phone"]);
    // Older cases have lower numbers.
    let share = i64::try_from((n_cases - number) * 1_000 / n_cases.max(1)).unwrap_or(0);
    let made_ms = cast.now_ms - share * 90 * DAY_MS / 1_000 - dice.random_range(0..3_600) * 1_000;
    let changed_ms =
        (made_ms + dice.random_range(0..5 * DAY_MS / 1_000) * 1_000).min(cast.now_ms - 60_000).max(made_ms);
    let owner = match dice.random_range(0..4) {
        0 if !cast.queues.is_empty() => pick(dice, &cast.queues),
        _ => pick(dice, &cast.staff),
    };
    let author = pick(dice, &cast.staff);
    let closed = status == "Closed";
    let case_number = state.count("Case#");
    let cells = [
        ("CaseNumber", text(&format!("{case_number:08}"))),
        ("Subject", text(&told.subject)),
        ("Description", text(&told.description)),
        ("Status", text(status)),
        ("Priority", text(priority)),
        ("Origin", text(origin)),
        ("Type", text(told.kind)),
        ("Reason", text(told.reason)),
        ("ContactId", Cell::Text(contact.id.clone())),
        ("AccountId", Cell::Text(contact.account.clone())),
        ("SuppliedName", if origin == "Phone" { Cell::Null } else { text(&contact.name) }),
        ("SuppliedEmail", if origin == "Phone" { Cell::Null } else { text(&contact.email) }),
        ("SuppliedCompany", if origin == "Web" { text(&contact.company) } else { Cell::Null }),
        ("IsClosed", Cell::Bool(closed)),
        ("ClosedDate", if closed { Cell::Stamp(changed_ms) } else { Cell::Null }),
        ("IsEscalated", Cell::Bool(status == "Escalated")),
        ("OwnerId", Cell::Text(owner)),
    ];
    let id = plant(state, "Case", &with_times(&cells, made_ms, changed_ms), made_ms, &author);
    for _ in 0..pick(dice, &[0_usize, 0, 0, 1, 1, 2, 3]) {
        comment(state, dice, cast, &id, made_ms);
    }
}

/// The later cell of a name wins, so these follow the usual ones.
fn with_times<'a>(cells: &[(&'a str, Cell)], made_ms: i64, changed_ms: i64) -> Vec<(&'a str, Cell)> {
    let times = [("CreatedDate", made_ms), ("LastModifiedDate", changed_ms), ("SystemModstamp", changed_ms)];
    cells.iter().cloned().chain(times.map(|(name, ms)| (name, Cell::Stamp(ms)))).collect()
}

fn comment(state: &mut State, dice: &mut Dice, cast: &Cast, case: &Arc<str>, made_ms: i64) {
    let (body, public) = remark(dice);
    let at_ms = (made_ms + dice.random_range(600..4 * DAY_MS / 1_000) * 1_000).min(cast.now_ms - 30_000);
    let author = pick(dice, &cast.staff);
    let cells =
        [("ParentId", Cell::Text(case.clone())), ("CommentBody", text(body)), ("IsPublished", Cell::Bool(public))];
    plant(state, "CaseComment", &cells, at_ms, &author);
}

fn date(ms: i64) -> Cell {
    let moment = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    let date: Date = jiff::tz::TimeZone::UTC.to_datetime(moment).date();
    Cell::Date(date)
}

fn opportunity(state: &mut State, dice: &mut Dice, cast: &Cast, number: usize) {
    let (account, company) = pick(dice, &cast.accounts);
    let (stage, probability, closed, won) = pick(
        dice,
        &[
            ("Qualification", 10.0, false, false),
            ("Proposal/Price Quote", 75.0, false, false),
            ("Closed Won", 100.0, true, true),
        ],
    );
    let owner = pick(dice, &cast.staff);
    let cells = [
        ("Name", text(&format!("{company}: sensors for line {}", number + 1))),
        ("AccountId", Cell::Text(account)),
        ("StageName", text(stage)),
        ("Probability", Cell::Number(probability)),
        ("IsClosed", Cell::Bool(closed)),
        ("IsWon", Cell::Bool(won)),
        ("Amount", Cell::Number(f64::from(dice.random_range(4..200)) * 1_000.0)),
        ("CloseDate", date(cast.now_ms + dice.random_range(-30..90) * DAY_MS)),
        ("OwnerId", Cell::Text(owner.clone())),
    ];
    let at_ms = some_time_ago(dice, cast, 120);
    plant(state, "Opportunity", &cells, at_ms, &owner);
}

fn lead(state: &mut State, dice: &mut Dice, cast: &Cast, number: usize) {
    let person = person(dice);
    let (company, industry) = company(cast.accounts.len() + number);
    let owner = pick(dice, &cast.staff);
    let cells = [
        ("FirstName", text(person.first)),
        ("LastName", text(person.last)),
        ("Name", text(&format!("{} {}", person.first, person.last))),
        ("Company", text(&company)),
        ("Title", text(person.title)),
        ("Email", text(&format!("{}@{}", person.last.to_lowercase(), domain(&company)))),
        ("Status", text(pick(dice, &["Open - Not Contacted", "Working - Contacted"]))),
        ("Industry", text(industry)),
        ("LeadSource", text(pick(dice, &["Web", "Phone Inquiry", "Partner Referral"]))),
        ("IsConverted", Cell::Bool(false)),
        ("OwnerId", Cell::Text(owner.clone())),
    ];
    let at_ms = some_time_ago(dice, cast, 60);
    plant(state, "Lead", &cells, at_ms, &owner);
}

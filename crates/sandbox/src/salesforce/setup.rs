//! What every org has from its first day: itself, its people and queues, the values of its status fields.

use std::sync::Arc;

use super::cell::Cell;
use super::state::State;
use crate::credentials::{SALESFORCE_LEAST_USERNAME, SALESFORCE_USERNAME};

/// Status, and whether it closes.
const CASE_STATUSES: &[(&str, bool)] =
    &[("New", false), ("Working", false), ("Escalated", false), ("On Hold", false), ("Closed", true)];

/// Object, whose status, and what the second column of it says of each value.
type Statuses = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
const STATUSES: &[Statuses] = &[
    (
        "LeadStatus",
        "IsConverted",
        &[
            ("Open - Not Contacted", ""),
            ("Working - Contacted", ""),
            ("Closed - Converted", "true"),
            ("Closed - Not Converted", ""),
        ],
    ),
    (
        "TaskStatus",
        "IsClosed",
        &[
            ("Not Started", ""),
            ("In Progress", ""),
            ("Completed", "true"),
            ("Waiting on someone else", ""),
            ("Deferred", ""),
        ],
    ),
    ("SolutionStatus", "IsReviewed", &[("Draft", ""), ("Reviewed", "true"), ("Duplicate", "")]),
    ("OrderStatus", "StatusCode", &[("Draft", "Draft"), ("Activated", "Activated")]),
    (
        "ContractStatus",
        "StatusCode",
        &[("Draft", "Draft"), ("In Approval Process", "InApproval"), ("Activated", "Activated")],
    ),
];

/// Stage, probability, closed, won, forecast category and its name.
const STAGES: &[(&str, f64, bool, bool, &str, &str)] = &[
    ("Prospecting", 10.0, false, false, "Pipeline", "Pipeline"),
    ("Qualification", 10.0, false, false, "Pipeline", "Pipeline"),
    ("Needs Analysis", 20.0, false, false, "Pipeline", "Pipeline"),
    ("Value Proposition", 50.0, false, false, "Pipeline", "Pipeline"),
    ("Proposal/Price Quote", 75.0, false, false, "Pipeline", "Pipeline"),
    ("Negotiation/Review", 90.0, false, false, "Pipeline", "Pipeline"),
    ("Closed Won", 100.0, true, true, "Closed", "Closed"),
    ("Closed Lost", 0.0, true, false, "Omitted", "Omitted"),
];

/// Queues by developer name and label.
const QUEUES: &[(&str, &str)] =
    &[("Support_Tier_1", "Support Tier 1"), ("Support_Tier_2", "Support Tier 2"), ("Returns", "Returns")];

/// First name, last name, user name, title, whether active.
type Person = (&'static str, &'static str, &'static str, &'static str, bool);
const PEOPLE: &[Person] = &[
    ("Avery", "Admin", SALESFORCE_USERNAME, "Salesforce Administrator", true),
    ("Entente", "Integration", SALESFORCE_LEAST_USERNAME, "Integration", true),
    ("Maren", "Holtby", "maren.holtby@sandbox.example", "Support Engineer", true),
    ("Idris", "Vantol", "idris.vantol@sandbox.example", "Support Engineer", true),
    ("Celeste", "Ouvrard", "celeste.ouvrard@sandbox.example", "Support Lead", true),
    ("Tomas", "Brandvik", "tomas.brandvik@sandbox.example", "Field Engineer", true),
    ("Priya", "Nandakar", "priya.nandakar@sandbox.example", "Account Manager", true),
    ("Owen", "Fairleigh", "owen.fairleigh@sandbox.example", "Support Engineer", false),
];

/// Fills an empty state.
pub(super) fn furnish(state: &mut State, now_ms: i64) {
    let now_ms = now_ms - now_ms.rem_euclid(1_000);
    let admin = people(state, now_ms);
    let audit = audit(now_ms, &admin);
    let profile = [("Name", Cell::text("System Administrator")), ("UserType", Cell::text("Standard"))];
    state.plant("Profile", None, &with(&profile, &audit));
    let organization = [
        ("Name", Cell::text("Sandbox Instruments")),
        ("City", Cell::text("Aarhus")),
        ("Country", Cell::text("DK")),
        ("DefaultLocaleSidKey", Cell::text("en_US")),
        ("TimeZoneSidKey", Cell::text("GMT")),
        ("LanguageLocaleKey", Cell::text("en_US")),
        ("FiscalYearStartMonth", Cell::Number(1.0)),
        ("OrganizationType", Cell::text("Developer Edition")),
        ("InstanceName", Cell::text("SBX1")),
        ("IsSandbox", Cell::Bool(true)),
    ];
    let org_id: Arc<str> = Arc::from(state.sessions.org_id());
    state.plant("Organization", Some(org_id), &with(&organization, &audit));
    statuses(state, &audit);
    queues(state, &audit);
}

fn people(state: &mut State, now_ms: i64) -> Arc<str> {
    let Some(users) = state.schema.object_at("User") else { return Arc::from("") };
    let ids: Vec<_> = PEOPLE.iter().map(|_| state.next_id(users)).collect();
    let audit = audit(now_ms, &ids[0]);
    for ((first, last, username, title, active), id) in PEOPLE.iter().zip(&ids) {
        let cells = [
            ("FirstName", Cell::text(first)),
            ("LastName", Cell::text(last)),
            ("Name", Cell::text(&format!("{first} {last}"))),
            ("Username", Cell::text(username)),
            ("Email", Cell::text(username)),
            ("Title", Cell::text(title)),
            ("Alias", Cell::text(&first.to_lowercase().chars().take(8).collect::<String>())),
            ("CommunityNickname", Cell::text(&first.to_lowercase())),
            ("CompanyName", Cell::text("Sandbox Instruments")),
            ("IsActive", Cell::Bool(*active)),
            ("UserType", Cell::text("Standard")),
            ("TimeZoneSidKey", Cell::text("GMT")),
            ("LocaleSidKey", Cell::text("en_US")),
            ("LanguageLocaleKey", Cell::text("en_US")),
            ("EmailEncodingKey", Cell::text("UTF-8")),
            ("ProfileId", Cell::text(&super::id::make("00e", 1))),
        ];
        state.plant("User", Some(id.clone()), &with(&cells, &audit));
    }
    state.rights.make_least(&ids[1]);
    ids[0].clone()
}

fn statuses(state: &mut State, audit: &[(&'static str, Cell)]) {
    for (order, (name, closed)) in CASE_STATUSES.iter().enumerate() {
        let cells = [
            ("MasterLabel", Cell::text(name)),
            ("ApiName", Cell::text(name)),
            ("SortOrder", number(order + 1)),
            ("IsDefault", Cell::Bool(order == 0)),
            ("IsClosed", Cell::Bool(*closed)),
        ];
        state.plant("CaseStatus", None, &with(&cells, audit));
    }
    for (object, meaning, values) in STATUSES {
        for (order, (name, means)) in values.iter().enumerate() {
            let means = if meaning.starts_with("Is") { Cell::Bool(*means == "true") } else { Cell::text(means) };
            let cells = [
                ("MasterLabel", Cell::text(name)),
                ("ApiName", Cell::text(name)),
                ("SortOrder", number(order + 1)),
                ("IsDefault", Cell::Bool(order == 0)),
                (*meaning, means),
            ];
            state.plant(object, None, &with(&cells, audit));
        }
    }
    for (order, (name, probability, closed, won, forecast, forecast_name)) in STAGES.iter().enumerate() {
        let cells = [
            ("MasterLabel", Cell::text(name)),
            ("ApiName", Cell::text(name)),
            ("IsActive", Cell::Bool(true)),
            ("SortOrder", number(order + 1)),
            ("IsClosed", Cell::Bool(*closed)),
            ("IsWon", Cell::Bool(*won)),
            ("ForecastCategory", Cell::text(forecast)),
            ("ForecastCategoryName", Cell::text(forecast_name)),
            ("DefaultProbability", Cell::Number(*probability)),
        ];
        state.plant("OpportunityStage", None, &with(&cells, audit));
    }
}

fn queues(state: &mut State, audit: &[(&'static str, Cell)]) {
    for (developer_name, name) in QUEUES {
        let cells = [
            ("Name", Cell::text(name)),
            ("DeveloperName", Cell::text(developer_name)),
            ("Type", Cell::text("Queue")),
            ("DoesSendEmailToMembers", Cell::Bool(false)),
            ("DoesIncludeBosses", Cell::Bool(false)),
        ];
        let queue = state.plant("Group", None, &with(&cells, audit));
        let owns = [("QueueId", Cell::Text(queue)), ("SobjectType", Cell::text("Case"))];
        state.plant("QueueSobject", None, &with(&owns, audit));
    }
}

/// The system fields of a row made at a time by somebody.
pub(crate) fn audit(ms: i64, by: &Arc<str>) -> Vec<(&'static str, Cell)> {
    vec![
        ("IsDeleted", Cell::Bool(false)),
        ("CreatedDate", Cell::Stamp(ms)),
        ("CreatedById", Cell::Text(by.clone())),
        ("LastModifiedDate", Cell::Stamp(ms)),
        ("LastModifiedById", Cell::Text(by.clone())),
        ("SystemModstamp", Cell::Stamp(ms)),
    ]
}

pub(super) fn with<'a>(cells: &[(&'a str, Cell)], audit: &[(&'static str, Cell)]) -> Vec<(&'a str, Cell)> {
    cells.iter().cloned().chain(audit.iter().cloned()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a handful of values")]
fn number(n: usize) -> Cell {
    Cell::Number(n as f64)
}

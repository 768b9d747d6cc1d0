//! Finding the Salesforce record to link, as a person knows it: by a fragment of what people call it, or by its id.

use entente_salesforce::{Filter, Query, Row};
use serde::Serialize;

use super::{make::unknown_item, record_id};
use crate::{Engine, EngineError, outside::Described, wiring::Wired};

/// Records shown to a person at once.
const FOUND_MAX: u32 = 20;

/// Per object: the fields that are searched, the first of which names the record, and the field that describes it.
const PLACES: [(&str, &[&str], &str); 11] = [
    ("Case", &["CaseNumber", "Subject"], "Subject"),
    ("Account", &["Name", "Phone", "Website"], "Website"),
    ("Contact", &["Name", "Email", "Phone"], "Email"),
    ("Lead", &["Name", "Company", "Email", "Phone", "Website"], "Company"),
    ("Opportunity", &["Name"], "StageName"),
    ("Contract", &["ContractNumber"], "Status"),
    ("Order", &["OrderNumber"], "Status"),
    ("Quote", &["Name", "QuoteNumber"], "Status"),
    ("Solution", &["SolutionNumber", "SolutionName"], "SolutionName"),
    ("Task", &["Subject"], "Status"),
    ("Event", &["Subject"], "Location"),
];

/// What a search found.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The object that was searched.
    pub object: String,
    /// The fields that were searched, as people call them.
    pub searched: Vec<String>,
    /// The records.
    pub records: Vec<FoundRecord>,
    /// When there are none: what to try.
    pub message: Option<String>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundRecord {
    /// Its id, of 18 characters.
    pub id: String,
    /// What people call it: `00001026 [Printer on fire]`.
    pub display: String,
}

impl Engine {
    /// Records of an item's object that have a text in the fields by which people know them, or that have this id.
    ///
    /// # Errors
    /// There is no such item, or Salesforce does not answer.
    pub async fn search(&self, item: &str, text: &str) -> Result<Found, EngineError> {
        let wiring = self.inner.wiring();
        let wired = wiring.item(item).ok_or_else(|| unknown_item(&wiring, item))?;
        wired.org.is_the_same(&self.inner.store).await?;
        let object = wired.item.salesforce.object.clone();
        let described = wired.org.describe(&object).await?;
        let (searched, detail) = places(&object, &described);
        let rows = rows(wired, &searched, detail.as_deref(), text.trim()).await?;
        let display = |row: &Row| {
            Some(FoundRecord { id: shown(row, "Id")?, display: display(row, &searched, detail.as_deref()) })
        };
        let records: Vec<FoundRecord> = rows.iter().filter_map(display).collect();
        let label = |name: &String| described.field(name).map_or_else(|| name.clone(), |field| field.label.clone());
        let searched: Vec<String> = searched.iter().map(label).collect();
        let message = records.is_empty().then(|| nothing(&searched));
        Ok(Found { object, searched, records, message })
    }
}

fn nothing(searched: &[String]) -> String {
    let fields = match searched {
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
        [] => "its name".to_owned(),
    };
    format!("No matching records found. Type a short, real fragment of {fields}, or paste the record's id.")
}

/// The fields that the integration user can see, of those that people know the object by.
fn places(object: &str, described: &Described) -> (Vec<String>, Option<String>) {
    let own = |name: &&&str| described.field(name).is_some();
    if let Some((_, searched, detail)) = PLACES.iter().find(|(of, ..)| of.eq_ignore_ascii_case(object)) {
        let detail = Some(detail).filter(own).map(|detail| (*detail).to_owned());
        return (searched.iter().filter(own).map(|field| (*field).to_owned()).collect(), detail);
    }
    (described.name_field().map(str::to_owned).into_iter().collect(), None)
}

async fn rows(wired: &Wired, searched: &[String], detail: Option<&str>, text: &str) -> Result<Vec<Row>, EngineError> {
    let filter = match record_id(text) {
        Some(id) => Filter::eq("Id", id),
        None if text.is_empty() || searched.is_empty() => return Ok(Vec::new()),
        None => Filter::any(searched.iter().map(|field| Filter::contains(field, text))),
    };
    let mut fields: Vec<String> = vec!["Id".to_owned()];
    for field in searched.iter().map(String::as_str).chain(detail) {
        if !fields.iter().any(|known| known == field) {
            fields.push(field.to_owned());
        }
    }
    let query = Query::select(fields).from(&wired.item.salesforce.object).filter(filter).limit(FOUND_MAX);
    let read = wired.org.client.all_rows(&query).await.map_err(EngineError::peer(&wired.org.name))?;
    Ok(read.rows)
}

fn shown(row: &Row, field: &str) -> Option<String> {
    row.get(field)?.as_str().map(str::to_owned)
}

/// The number or name, and in brackets what tells it from others.
fn display(row: &Row, searched: &[String], detail: Option<&str>) -> String {
    let name = searched.first().and_then(|field| shown(row, field)).unwrap_or_default();
    let detail = detail.and_then(|field| shown(row, field)).filter(|detail| *detail != name);
    detail.map_or_else(|| name.clone(), |detail| format!("{name} [{detail}]"))
}

//! Whom a lookup shall point at, found by what that record shows. Just before a write, one query for each field of a round;
//! what names nobody, or several, is not written, and said like a refusal.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entente_core::{FieldPath, Side, Value};
use entente_salesforce::Filter;
use entente_transport::{CallError, CallProblem};
use serde_json::{Map, Value as Json, json};

use super::receipt::wire_name;
use crate::{
    limits::{ALIKE_RECORDS_ASKED_MAX, LINE_CHARS_MAX},
    round::Scene,
    scheme::{Reference, SalesforceField},
    translate::{asked::literal, salesforce::to_wire},
};

/// A record that is shown as something: its id, and how.
type Shown = (String, String);

/// The records that a round's lookups may mean, by the field of their line.
pub(super) struct Referents {
    found: Result<HashMap<FieldPath, Vec<Shown>>, CallError>,
}

impl Referents {
    /// Looks for what these values mean. What Salesforce finds by itself, by an external id, is not asked for.
    pub(super) async fn find<'a>(scene: &Scene<'_>, values: impl Iterator<Item = (&'a FieldPath, &'a Value)>) -> Self {
        let mut wanted: BTreeMap<&FieldPath, BTreeSet<String>> = BTreeMap::new();
        for (path, value) in values.filter(|(_, value)| !value.is_empty()) {
            let reference = scene.scheme.salesforce.get(path).and_then(|field| field.reference.as_ref());
            let is_asked = reference.is_some_and(|reference| !reference.is_external_id && reference.is_findable);
            // No record is called by a whole document, and a query takes only so much.
            let name = value.to_string();
            if is_asked && name.chars().count() <= LINE_CHARS_MAX {
                wanted.entry(path).or_default().insert(name);
            }
        }
        let mut found = HashMap::new();
        for (path, values) in wanted {
            match shown(scene, path, values.into_iter().collect()).await {
                Ok(records) => found.insert(path.clone(), records),
                Err(error) => return Self { found: Err(error) },
            };
        }
        Self { found: Ok(found) }
    }

    /// Adds a value to the fields of a record as Salesforce takes it.
    pub(super) fn put(
        &self,
        row: &mut Map<String, Json>,
        scene: &Scene<'_>,
        field: &SalesforceField,
        value: &Value,
    ) -> Result<(), CallError> {
        let wire = to_wire(&field.kind, value);
        match &field.reference {
            None => row.insert(wire_name(scene, Side::Salesforce, &field.path), wire),
            Some(reference) if value.is_empty() => row.insert(reference.lookup.clone(), Json::Null),
            Some(reference) if reference.is_external_id => {
                row.insert(reference.relationship.clone(), json!({ &reference.field: wire }))
            }
            Some(reference) => {
                let id = self.id(scene, field, reference, value)?;
                row.insert(reference.lookup.clone(), json!(id))
            }
        };
        Ok(())
    }

    /// The one record that is meant. SOQL does not mind capitals, and neither do we: of two that differ in nothing else
    /// nobody knows which one is.
    fn id(
        &self,
        scene: &Scene<'_>,
        field: &SalesforceField,
        reference: &Reference,
        value: &Value,
    ) -> Result<&str, CallError> {
        let wanted = value.to_string();
        let records =
            self.found.as_ref().map_err(Clone::clone)?.get(&field.path).map(Vec::as_slice).unwrap_or_default();
        let meant: Vec<&Shown> =
            records.iter().filter(|(_, shown)| shown.to_lowercase() == wanted.to_lowercase()).collect();
        let Reference { object, field: by, .. } = reference;
        let message = match meant.as_slice() {
            [(id, _)] => return Ok(id),
            [] => format!("there is no {object} with this {by}; create it, or correct the value in Jira"),
            several => format!("{} records of {object} have this {by}; map an external id instead", several.len()),
        };
        let named = Some(wire_name(scene, Side::Salesforce, &field.path));
        Err(CallError::Invalid { problems: vec![CallProblem { field: named, ..CallProblem::new(message) }] })
    }
}

/// The records that show one of these values, in any capitals.
async fn shown(scene: &Scene<'_>, path: &FieldPath, values: Vec<String>) -> Result<Vec<Shown>, CallError> {
    let Some(field) = scene.scheme.salesforce.get(path) else { return Ok(Vec::new()) };
    let Some(Reference { object, field: by, .. }) = &field.reference else { return Ok(Vec::new()) };
    let paths = ["Id".to_owned(), by.clone()];
    let mut records = Vec::new();
    for asked in values.chunks(ALIKE_RECORDS_ASKED_MAX) {
        let filter = Filter::is_in(by.as_str(), asked.iter().map(|value| literal(&Value::text(value))));
        let rows = scene.wired.org.find(object, &paths, filter).await?;
        records.extend(rows.into_iter().filter_map(|row| Some((row.id.clone(), row.text(by)?.to_owned()))));
    }
    Ok(records)
}

/// A refusal, with the line's field in it where it is about a reference of these: Salesforce knows the lookup only.
pub(super) fn named<'a>(
    scene: &Scene<'_>,
    paths: impl Iterator<Item = &'a FieldPath> + Clone,
    error: CallError,
) -> CallError {
    let CallError::Invalid { mut problems } = error else { return error };
    for problem in &mut problems {
        let is_meant = |path: &&FieldPath| {
            let reference = scene.scheme.salesforce.get(*path).and_then(|field| field.reference.as_ref());
            reference.is_some_and(|reference| reference.is_meant_by(problem))
        };
        if let Some(path) = paths.clone().find(is_meant) {
            problem.field = Some(wire_name(scene, Side::Salesforce, path));
        }
    }
    CallError::Invalid { problems }
}

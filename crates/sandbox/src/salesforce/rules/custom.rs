//! What an administrator may have set up: validation rules, duplicate rules, an assignment rule.
//!
//! They come through the control door, so that a test can meet the refusals that real orgs are full of.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::refusal::{Answered, Refusal};
use super::super::soql;
use super::super::state::State;
use super::super::write::{Caller, Draft};

/// The rules of the org.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::salesforce) struct CustomRules {
    validations: Vec<Validation>,
    duplicates: Vec<Duplicates>,
    assignments: Vec<Assignment>,
}

/// A record for which the condition holds is refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Validation {
    object: String,
    /// A SOQL condition.
    error_when: String,
    message: String,
    field: Option<String>,
    /// The code of another refusal in the place of a validation rule's: see [`CODES`].
    code: Option<String>,
}

/// What an org's own code, its lookup filters and its approvals refuse with.
const CODES: &[&str] = &[
    "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "FIELD_FILTER_VALIDATION_EXCEPTION",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "ENTITY_IS_LOCKED",
    "STORAGE_LIMIT_EXCEEDED",
];

impl Validation {
    fn code(&self) -> &'static str {
        let said = self.code.as_deref().unwrap_or_default();
        CODES.iter().find(|code| **code == said).copied().unwrap_or(CODES[0])
    }

    fn check(&self) -> Result<(), String> {
        match &self.code {
            Some(code) if !CODES.contains(&code.as_str()) => {
                Err(format!("no rule refuses with {code}; there are {}", CODES.join(", ")))
            }
            _ => Ok(()),
        }
    }
}

/// A new record whose field has the value of another record's is refused, or only with a warning.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Duplicates {
    object: String,
    field: String,
    #[serde(default)]
    alert_only: bool,
}

/// New records go to a queue unless the caller says otherwise.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Assignment {
    object: String,
    queue_id: String,
}

/// One rule as the control door takes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Rule {
    Validation(Validation),
    Duplicates(Duplicates),
    Assignment(Assignment),
}

impl CustomRules {
    /// Adds a rule: `{"validation": {..}}`, `{"duplicates": {..}}` or `{"assignment": {..}}`.
    pub(in crate::salesforce) fn add(&mut self, written: &Value) -> Result<(), String> {
        match Rule::deserialize(written).map_err(|error| format!("not a rule: {error}"))? {
            Rule::Validation(rule) => {
                rule.check()?;
                self.validations.push(rule);
            }
            Rule::Duplicates(rule) => self.duplicates.push(rule),
            Rule::Assignment(rule) => self.assignments.push(rule),
        }
        Ok(())
    }

    pub(in crate::salesforce) fn assigned_queue(&self, object: &str) -> Option<&str> {
        self.assignments.iter().find(|rule| rule.object == object).map(|rule| rule.queue_id.as_str())
    }

    /// Says no as the rules do.
    pub(in crate::salesforce) fn check(&self, state: &State, caller: &Caller, draft: &Draft) -> Answered<()> {
        let object = &state.object(draft.object).name;
        let of_object = |named: &str| named.eq_ignore_ascii_case(object);
        for rule in self.validations.iter().filter(|rule| of_object(&rule.object)) {
            if soql::holds(state, caller, draft.object, &draft.row, &rule.error_when)? {
                let fields: Vec<_> = rule.field.iter().map(String::as_str).collect();
                return Err(Refusal::of_fields(rule.code(), rule.message.clone(), &fields));
            }
        }
        let duplicates = self.duplicates.iter().filter(|rule| of_object(&rule.object) && draft.is_new());
        duplicates
            .filter(|rule| !(rule.alert_only && caller.allow_duplicates))
            .try_for_each(|rule| no_twin(state, caller, draft, rule))
    }
}

fn no_twin(state: &State, caller: &Caller, draft: &Draft, rule: &Duplicates) -> Answered<()> {
    let value = draft.get(state, &rule.field);
    if value.is_null() {
        return Ok(());
    }
    let twin = state.tables[draft.object].rows().map(|(_, row)| row).find(|row| {
        !state.is_deleted(draft.object, row) && state.get(draft.object, row, &rule.field).order(value).is_eq()
    });
    twin.map_or(Ok(()), |twin| Err(detected(state, caller, draft, rule, &twin.id)))
}

/// The vendor really spells the member `duplicateResut`.
fn detected(state: &State, caller: &Caller, draft: &Draft, rule: &Duplicates, twin: &Arc<str>) -> Refusal {
    let object = &state.object(draft.object).name;
    let message = "You're creating a duplicate record. We recommend you use an existing record instead.";
    let url = format!("/services/data/{}/sobjects/{object}/{twin}", caller.version);
    let record = json!({ "attributes": { "type": object, "url": url }, "Id": &**twin });
    let matched = json!({ "additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0, "record": record });
    let result = json!({
        "allowSave": rule.alert_only,
        "duplicateRule": format!("Standard_{object}_Duplicate_Rule"),
        "duplicateRuleEntityType": object,
        "errorMessage": message,
        "matchResults": [{
            "entityType": object, "errors": [], "matchEngine": "ExactMatchEngine", "matchRecords": [matched],
            "rule": format!("Standard_{object}_Match_Rule_v1_0"), "size": 1, "success": true,
        }],
    });
    Refusal { extra: Some(Box::new(("duplicateResut", result))), ..Refusal::new(400, "DUPLICATES_DETECTED", message) }
}

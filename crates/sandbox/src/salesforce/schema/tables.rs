//! The tables of facts in `schema/*.yaml`, compiled in and read once per world.

use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};

use super::{Schema, notation};

macro_rules! tables {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../schema/", $name, ".yaml")))),*]
    };
}

/// The vendor's objects.
const STANDARD: &[(&str, &str)] = tables![
    "Account",
    "Attachment",
    "Case",
    "CaseComment",
    "CaseFeed",
    "CaseHistory",
    "CaseStatus",
    "Contact",
    "ContentDocument",
    "ContentDocumentLink",
    "ContentVersion",
    "Contract",
    "ContractStatus",
    "EmailMessage",
    "Event",
    "FeedComment",
    "FeedItem",
    "Group",
    "Idea",
    "IdeaComment",
    "Lead",
    "LeadStatus",
    "Note",
    "Opportunity",
    "OpportunityStage",
    "Order",
    "OrderStatus",
    "Organization",
    "Profile",
    "QueueSobject",
    "Quote",
    "RecordType",
    "Solution",
    "SolutionStatus",
    "Task",
    "TaskStatus",
    "User",
    "UserRole",
    "Vote",
];

/// What stands beside them in every world, or in every world that is not bare.
const OWN: &str = include_str!("../../../schema/own.yaml");

/// The vendor's schema. The tables are part of the program, so a fault in them is a bug and panics.
pub(in crate::salesforce) fn standard() -> Schema {
    let mut schema = Schema::default();
    for (name, text) in STANDARD {
        let table = yaml(text).and_then(|written| notation::object(name, "", &written));
        match table {
            Ok(object) => schema.add(object),
            Err(error) => panic!("schema/{name}.yaml: {error}"),
        };
    }
    schema
}

/// Custom objects and fields of a fresh world, in the shape of the control door.
pub(in crate::salesforce) fn own(prerequisites: bool) -> Vec<Value> {
    let written = match yaml(OWN) {
        Ok(written) => written,
        Err(error) => panic!("schema/own.yaml: {error}"),
    };
    let list = |name: &str| written[name].as_array().cloned().unwrap_or_default();
    let when = |wanted, name| if wanted { list(name) } else { Vec::new() };
    [when(prerequisites, "prerequisites"), list("correlation"), when(prerequisites, "access")].concat()
}

/// A YAML document as JSON whose scalars are all strings; anchors and tags are not used here.
fn yaml(text: &str) -> Result<Value, String> {
    let mut open: Vec<Node> = vec![Node::List(Vec::new())];
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        let done = match event {
            Event::MappingStart(..) => {
                open.push(Node::Mapping(Map::new(), None));
                continue;
            }
            Event::SequenceStart(..) => {
                open.push(Node::List(Vec::new()));
                continue;
            }
            Event::Scalar(text, ..) => Value::String(text.into_owned()),
            Event::MappingEnd | Event::SequenceEnd => open.pop().map(Node::value).unwrap_or_default(),
            _ => continue,
        };
        open.last_mut().ok_or("more ends than starts")?.take(done);
    }
    let document = open.pop().map(Node::value).unwrap_or_default();
    Ok(document.get(0).cloned().unwrap_or_default())
}

enum Node {
    List(Vec<Value>),
    /// Its entries and the key that waits for a value.
    Mapping(Map<String, Value>, Option<String>),
}

impl Node {
    fn take(&mut self, value: Value) {
        match self {
            Self::List(list) => list.push(value),
            Self::Mapping(entries, key) => match key.take() {
                Some(key) => drop(entries.insert(key, value)),
                None => *key = value.as_str().map(str::to_owned),
            },
        }
    }

    fn value(self) -> Value {
        match self {
            Self::List(list) => Value::Array(list),
            Self::Mapping(entries, _) => Value::Object(entries),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_can_be_read_and_every_reference_has_its_object() {
        let schema = standard();
        assert_eq!(schema.objects.len(), STANDARD.len());
        for object in &schema.objects {
            for target in object.fields.iter().flat_map(|field| &field.references) {
                assert!(schema.object(target).is_some(), "{}: {target}", object.name);
            }
        }
    }

    #[test]
    fn no_two_objects_share_a_prefix_but_a_view() {
        let schema = standard();
        for (at, object) in schema.objects.iter().enumerate() {
            if object.view_of.is_none() {
                assert_eq!(schema.by_id(&object.prefix), Some(at), "{}", object.name);
            }
        }
    }

    #[test]
    fn a_bare_world_lacks_the_prerequisites() {
        let names = |prerequisites| own(prerequisites).iter().map(|one| one["fields"].to_string()).collect::<String>();
        assert!(names(true).contains("Entente_Key__c"));
        assert!(!names(false).contains("Entente_Key__c") && !names(false).contains("JSM_Organization_Id__c"));
        assert!(names(false).contains("Jira_Reference__c"));
    }
}

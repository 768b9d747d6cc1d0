//! Record types: the name that stays, and the label that people change.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_recordtype.htm>

use entente_core::{ConnectedItem, Side};
use entente_salesforce::RecordType;

use crate::{
    doctor::{
        finding::{unknown_value, warning},
        uses,
    },
    outside::Described,
    report::Finding,
};

const NAME: &str = "RecordType.DeveloperName";
const LABEL: &str = "RecordType.Name";
const ID: &str = "RecordTypeId";

/// What is wrong, or may become so, with the record types that an item names.
pub(super) fn examine(item: &ConnectedItem, described: &Described) -> Vec<Finding> {
    let (connection, object) = (&item.salesforce.connection, described.object());
    let types: Vec<&RecordType> = object.record_type_infos.iter().filter(|kind| kind.active && !kind.master).collect();
    let mut found = Vec::new();
    for (path, usage) in uses::fields(item, Side::Salesforce) {
        let asked: Vec<&str> = usage.asked.iter().chain(&usage.values).copied().collect();
        let (known, field): (Vec<&str>, _) = match path.as_str() {
            path if path.eq_ignore_ascii_case(NAME) => {
                (types.iter().map(|kind| kind.developer_name.as_str()).collect(), NAME)
            }
            path if path.eq_ignore_ascii_case(LABEL) => (types.iter().map(|kind| kind.name.as_str()).collect(), LABEL),
            path if path.eq_ignore_ascii_case(ID) => {
                (types.iter().map(|kind| kind.record_type_id.as_str()).collect(), ID)
            }
            _ => continue,
        };
        let place = format!("{}.{field}", object.summary.name);
        let unknown = asked.iter().filter(|value| !known.contains(value));
        found.extend(unknown.map(|value| unknown_value(connection, &place, value, &known)));
        if field == NAME {
            let named = types.iter().filter(|kind| asked.contains(&kind.developer_name.as_str()));
            found.extend(
                named.filter(|kind| !says_the_same(kind)).map(|kind| drifted(connection, &object.summary.name, kind)),
            );
        } else if !asked.is_empty() {
            let message = format!("connection {connection}: the item goes by {place}, which people and orgs change");
            found.push(warning("record-type-label", message, format!("Write `{NAME}` instead.")));
        }
    }
    found
}

/// Whether the label reads as the name: "Field Service" as `Field_Service`.
fn says_the_same(kind: &RecordType) -> bool {
    let letters = |text: &str| {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    letters(&kind.name) == letters(&kind.developer_name)
}

/// The item is right, and whoever reads the label is not.
fn drifted(connection: &str, object: &str, kind: &RecordType) -> Finding {
    let RecordType { name, developer_name, .. } = kind;
    let message = format!(
        "connection {connection}: the record type {developer_name} of {object} is labelled \"{name}\", so pages and reports that \
         go by the label mean something else"
    );
    warning("record-type-label", message, "Change the label under Setup, Object Manager, Record Types, or leave it so.")
}

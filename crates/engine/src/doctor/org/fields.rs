//! The fields of an item's object. Paths over lookups are never written; whether they lead anywhere, the scheme tells.

use entente_core::{ConnectedItem, FieldPath, Side, config::nearest};
use entente_salesforce::Field;

use crate::{
    access::lacking,
    catalogue::holds_status,
    doctor::{
        finding::{error, perhaps, unknown_field, unknown_value, warning},
        uses::{self, Use},
    },
    outside::{Described, Org},
    report::Finding,
    scheme::ENTENTE_KEY,
};

/// The object's own fields that the item names and nobody can see.
pub(super) fn unknown(item: &ConnectedItem, described: &Described) -> Vec<Finding> {
    let named = uses::fields(item, Side::Salesforce);
    let missing = named.keys().filter(|path| is_own(path) && described.field(path.as_str()).is_none());
    let known = || described.object().fields.iter().map(|field| field.name.as_str());
    missing.map(|path| unknown_field(item, Side::Salesforce, path, &perhaps(path.as_str(), known()))).collect()
}

/// Fields of related records that are not there, where it can be said what was meant: of the record, or of the lookup.
pub(super) async fn misspelt(item: &ConnectedItem, described: &Described, org: &Org) -> Vec<Finding> {
    let mut found = Vec::new();
    for path in uses::fields(item, Side::Salesforce).keys() {
        let Some((name, rest)) = path.as_str().split_once('.') else { continue };
        let Some(lookup) = item.related.get(name).map(FieldPath::as_str) else { continue };
        let near = match described.field(lookup) {
            None => {
                nearest(lookup, described.object().fields.iter().map(|field| field.name.as_str())).map(str::to_owned)
            }
            Some(field) => {
                let path = format!("{}.{rest}", field.relationship_name.as_deref().unwrap_or_default());
                // What cannot be asked now is said by whoever asks next.
                lacking::near(org, &item.salesforce.object, &path).await.unwrap_or_default()
            }
        };
        found.extend(near.map(|near| unknown_field(item, Side::Salesforce, path, &format!("Did you mean {near}? "))));
    }
    found
}

/// A status is a choice out of a list; no other field of an object can stand for one.
pub(super) fn status(item: &ConnectedItem, described: &Described) -> Option<Finding> {
    let field = described.field(item.status.as_ref()?.field.as_str()).filter(|field| field.kind != "picklist")?;
    let (connection, object) = (&item.salesforce.connection, &described.object().summary.name);
    let message = format!("connection {connection}: {object}.{} is no picklist, so it holds no status", field.name);
    let usable = described.object().fields.iter().filter(|field| holds_status(field));
    let usable: Vec<&str> = usable.map(|field| field.name.as_str()).collect();
    Some(error("status-field", message, format!("Write one of: {}; or remove `status`.", usable.join(", "))))
}

/// Fields that the item writes and the integration user may not. A right that is missing on the whole object is said
/// there, once.
pub(super) fn rights(item: &ConnectedItem, described: &Described) -> Vec<Finding> {
    let object = &described.object().summary;
    let creates = item.creates_on(Side::Salesforce) && object.createable;
    let used = used(item, described);
    // What Salesforce fills in by itself is no correlation field; that is said of its kind.
    let correlation = item.correlation.as_ref().map(|correlation| correlation.salesforce.as_str());
    let is_for_us =
        |field: &Field| !field.is_computed() || correlation.is_none_or(|path| !path.eq_ignore_ascii_case(&field.name));
    let lacks = |(field, usage): &(&Field, Use<'_>)| {
        let (updates, creates) = (object.updateable && !field.updateable, creates && !field.createable);
        (usage.written && is_for_us(field) && (updates || creates)).then(|| read_only(item, &object.name, field))
    };
    used.iter().filter_map(lacks).collect()
}

fn read_only(item: &ConnectedItem, object: &str, field: &Field) -> Finding {
    let (connection, name) = (&item.salesforce.connection, &field.name);
    let message = format!("connection {connection}: the integration user may not write the field {object}.{name}");
    let remedy = if field.is_computed() {
        format!("Map {name} with `direction: to-jira`, or leave `direction` out: Salesforce computes it.")
    } else {
        format!("Give the user Edit access to {object}.{name} by a permission set.")
    };
    error("field-update", message, remedy)
}

/// Fields without which no record is saved and which the item leaves empty. A trigger or flow may still fill them:
/// Salesforce checks an API's record after those have run, so only its refusal is certain.
/// <https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_order_of_execution.htm>
pub(super) fn required(item: &ConnectedItem, described: &Described) -> Vec<Finding> {
    if !item.creates_on(Side::Salesforce) {
        return Vec::new();
    }
    let object = described.object();
    let used = used(item, described);
    let filled = |field: &Field| used.iter().any(|(used, usage)| usage.written && used.name == field.name);
    let open = object.fields.iter().filter(|f| f.is_required_on_create() && f.name != ENTENTE_KEY && !filled(f));
    let (connection, name) = (&item.salesforce.connection, &object.summary.name);
    let said = open.map(|field| {
        let field = &field.name;
        let message = format!(
            "connection {connection}: {name}.{field} is required and no line fills it; unless a flow or trigger of the org \
             does, no record can be created"
        );
        warning("required-field", message, format!("Map {field}, or let the org give it a default or fill it."))
    });
    said.collect()
}

/// Values of tables and filters that a picklist does not offer.
pub(super) fn values(item: &ConnectedItem, described: &Described) -> Vec<Finding> {
    let object = &described.object().summary.name;
    let mut found = Vec::new();
    for (field, usage) in used(item, described) {
        if !matches!(field.kind.as_str(), "picklist" | "multipicklist") {
            continue;
        }
        let offered = field.picklist_values.iter().filter(|value| value.active);
        let offered: Vec<&str> = offered.map(|value| value.value.as_str()).collect();
        let name = format!("{object}.{}", field.name);
        let off_list = usage.values.iter().filter(|value| !offered.contains(value));
        let unasked = usage.asked.iter().filter(|asked| !offered.iter().any(|value| value.eq_ignore_ascii_case(asked)));
        let off_list = off_list.chain(unasked);
        found.extend(off_list.map(|value| unknown_value(&item.salesforce.connection, &name, value, &offered)));
    }
    found
}

/// The object's own fields that the item uses and the integration user can see. A field of a related record that is
/// written stands for the lookup.
fn used<'a>(item: &'a ConnectedItem, described: &'a Described) -> Vec<(&'a Field, Use<'a>)> {
    let own = |path: &FieldPath, usage: &Use<'_>| match path.as_str().split_once('.').filter(|_| usage.written) {
        Some((lookup, _)) => described.field(item.related.get(lookup)?.as_str()),
        None => described.field(path.as_str()),
    };
    let uses = uses::fields(item, Side::Salesforce).into_iter();
    uses.filter_map(|(path, usage)| Some((own(&path, &usage)?, usage))).collect()
}

fn is_own(path: &FieldPath) -> bool {
    !path.as_str().contains('.')
}

//! Describe answers, read off the schema and the caller's rights.
//!
//! Vendor page: SOAP API Developer Guide, "DescribeSObjectResult". Fields that the caller may not read are absent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::record_type;
use super::rights::{FieldRights, ObjectRights};
use super::schema::{Choice, Field, Kind, Object, OnDelete};
use super::state::State;
use super::write::{Caller, MERGEABLE};

/// The record type that every record without one has.
const MASTER_RECORD_TYPE: &str = "012000000000000AAA";

/// All objects, each with its basic facts.
pub(super) fn global(state: &State, caller: &Caller) -> Value {
    let readable = |at: &usize| state.rights.object(&caller.user, &state.object(*at).name).read;
    let objects: Vec<Value> =
        (0..state.schema.objects.len()).filter(readable).map(|at| basic(state, caller, at)).collect();
    json!({ "encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects })
}

/// The facts that stand in the global describe as well.
pub(super) fn basic(state: &State, caller: &Caller, at: usize) -> Value {
    let object = state.object(at);
    let rights = state.rights.object(&caller.user, &object.name);
    let mut shown = traits(object, rights);
    shown.insert("urls".to_owned(), urls(object, caller));
    Value::Object(shown)
}

fn traits(object: &Object, rights: ObjectRights) -> Map<String, Value> {
    let in_bin = object.field("IsDeleted").is_some() && object.can.delete;
    let facts = [
        ("activateable", json!(false)),
        ("associateEntityType", Value::Null),
        ("associateParentEntity", Value::Null),
        ("createable", json!(object.can.create && rights.create)),
        ("custom", json!(object.is_custom())),
        ("customSetting", json!(false)),
        ("deepCloneable", json!(false)),
        ("deletable", json!(object.can.delete && rights.delete)),
        ("deprecatedAndHidden", json!(false)),
        ("feedEnabled", json!(object.can.feed)),
        ("hasSubtypes", json!(false)),
        ("isInterface", json!(false)),
        ("isSubtype", json!(false)),
        ("keyPrefix", json!(object.prefix)),
        ("label", json!(object.label)),
        ("labelPlural", json!(object.plural)),
        ("layoutable", json!(object.can.layout)),
        ("mergeable", json!(MERGEABLE.contains(&object.name.as_str()))),
        ("mruEnabled", json!(object.can.layout)),
        ("name", json!(object.name)),
        ("queryable", json!(object.can.query)),
        ("replicateable", json!(object.field("SystemModstamp").is_some() && object.can.query)),
        ("retrieveable", json!(object.can.query)),
        ("searchable", json!(object.can.search)),
        ("triggerable", json!(object.can.create)),
        ("undeletable", json!(in_bin)),
        ("updateable", json!(object.can.update && rights.update)),
    ];
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn urls(object: &Object, caller: &Caller) -> Value {
    let base = format!("/services/data/{}/sobjects/{}", caller.version, object.name);
    json!({
        "sobject": base,
        "describe": format!("{base}/describe"),
        "rowTemplate": format!("{base}/{{ID}}"),
        "layouts": format!("{base}/describe/layouts"),
        "compactLayouts": format!("{base}/describe/compactLayouts"),
    })
}

/// One object in full.
pub(super) fn object(state: &State, caller: &Caller, at: usize) -> Value {
    let object = state.object(at);
    let rights = state.rights.object(&caller.user, &object.name);
    let mut shown = traits(object, rights);
    let fields = object.fields.iter().filter_map(|field| {
        let field_rights = state.rights.field(&caller.user, &object.name, &field.name);
        field_rights.read.then(|| self::field(object, field, rights, field_rights))
    });
    let more = [
        ("actionOverrides", json!([])),
        ("childRelationships", children(state, caller, at)),
        ("compactLayoutable", json!(object.can.layout)),
        ("defaultImplementation", Value::Null),
        ("extendedBy", Value::Null),
        ("extendsInterfaces", Value::Null),
        ("fields", Value::Array(fields.collect())),
        ("implementedBy", Value::Null),
        ("implementsInterfaces", Value::Null),
        ("listviewable", Value::Null),
        ("lookupLayoutable", Value::Null),
        ("namedLayoutInfos", json!([])),
        ("networkScopeFieldName", Value::Null),
        ("recordTypeInfos", record_types(state, caller, object)),
        ("searchLayoutable", json!(object.can.search)),
        ("sobjectDescribeOption", json!("FULL")),
        (
            "supportedScopes",
            json!([{ "label": format!("All {}", object.plural.to_lowercase()), "name": "everything" }]),
        ),
        ("urls", urls(object, caller)),
    ];
    shown.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Value::Object(shown)
}

fn children(state: &State, caller: &Caller, at: usize) -> Value {
    let lists = state.schema.children_of(at).into_iter().filter_map(|list| {
        let child = state.object(list.object);
        let field = &child.fields[list.field];
        state.rights.object(&caller.user, &child.name).read.then(|| {
            json!({
                "cascadeDelete": field.on_delete == OnDelete::Cascade,
                "childSObject": child.name,
                "deprecatedAndHidden": false,
                "field": field.name,
                "junctionIdListNames": [],
                "junctionReferenceTo": [],
                "relationshipName": list.name.map(|name| if field.is_custom() { format!("{name}__r") } else { name }),
                "restrictedDelete": field.on_delete == OnDelete::Restrict,
            })
        })
    });
    Value::Array(lists.collect())
}

fn record_types(state: &State, caller: &Caller, object: &Object) -> Value {
    let info = |id: &str, name: &str, developer_name: &str, active: bool, usual: bool| {
        let master = id == MASTER_RECORD_TYPE;
        let layout = format!("/services/data/{}/sobjects/{}/describe/layouts/{id}", caller.version, object.name);
        json!({
            "active": active, "available": active, "defaultRecordTypeMapping": usual, "developerName": developer_name,
            "master": master, "name": name, "recordTypeId": id, "urls": { "layout": layout },
        })
    };
    let mut infos = Vec::new();
    if let Some(types) = state.schema.object_at("RecordType") {
        let text = |row, field: &str| state.get(types, row, field).as_str().unwrap_or_default().to_owned();
        let own = state.tables[types].rows().map(|(_, row)| row).filter(|row| text(row, "SobjectType") == object.name);
        infos.extend(own.map(|row| {
            let developer_name = text(row, "DeveloperName");
            let usual = record_type::is_default(state, &object.name, &developer_name);
            let active = state.get(types, row, "IsActive").is_true();
            (info(&row.id, &text(row, "Name"), &developer_name, active, usual), usual)
        }));
    }
    let master_is_usual = infos.iter().all(|(_, usual)| !usual);
    infos.push((info(MASTER_RECORD_TYPE, "Master", "Master", true, master_is_usual), master_is_usual));
    let infos = infos.into_iter().map(|(info, _)| info).collect();
    Value::Array(infos)
}

fn type_names(field: &Field) -> (&'static str, &'static str) {
    match field.kind {
        Kind::Id => ("id", "tns:ID"),
        Kind::Text => ("string", "xsd:string"),
        Kind::TextArea => ("textarea", "xsd:string"),
        Kind::Picklist => ("picklist", "xsd:string"),
        Kind::MultiPicklist => ("multipicklist", "xsd:string"),
        Kind::Combobox => ("combobox", "xsd:string"),
        Kind::Boolean => ("boolean", "xsd:boolean"),
        Kind::Reference => ("reference", "tns:ID"),
        Kind::DateTime => ("datetime", "xsd:dateTime"),
        Kind::Date => ("date", "xsd:date"),
        Kind::Double => ("double", "xsd:double"),
        Kind::Currency => ("currency", "xsd:double"),
        Kind::Percent => ("percent", "xsd:double"),
        Kind::Int => ("int", "xsd:int"),
        Kind::Email => ("email", "xsd:string"),
        Kind::Phone => ("phone", "xsd:string"),
        Kind::Url => ("url", "xsd:string"),
        Kind::Base64 => ("base64", "xsd:base64Binary"),
        Kind::Address => ("address", "urn:address"),
        Kind::Time => ("time", "xsd:time"),
        Kind::Encrypted => ("encryptedstring", "xsd:string"),
        Kind::Location => ("location", "urn:location"),
    }
}

fn groupable(field: &Field) -> bool {
    let never = matches!(
        field.kind,
        Kind::DateTime | Kind::Double | Kind::Currency | Kind::Percent | Kind::TextArea | Kind::MultiPicklist
    );
    field.filterable && !never && field.autonumber.is_none()
}

fn field(object: &Object, field: &Field, rights: ObjectRights, field_rights: FieldRights) -> Value {
    let (kind, soap) = type_names(field);
    let sortable = field.filterable && field.kind != Kind::MultiPicklist;
    let bytes = if field.kind == Kind::Id || field.kind == Kind::Reference { field.length } else { field.length * 3 };
    let permissionable = field.nillable && !field.name_field && field.kind != Kind::Id;
    let facts = [
        ("aggregatable", json!(field.filterable)),
        ("aiPredictionField", json!(false)),
        ("autoNumber", json!(field.autonumber.is_some())),
        ("byteLength", json!(bytes)),
        ("calculated", json!(false)),
        ("calculatedFormula", Value::Null),
        ("cascadeDelete", json!(field.on_delete == OnDelete::Cascade)),
        ("caseSensitive", json!(field.case_sensitive)),
        ("compoundFieldName", json!(compound(object, field))),
        ("controllerName", json!(field.controller)),
        ("createable", json!(field.createable && rights.create && field_rights.create)),
        ("custom", json!(field.is_custom())),
        ("defaultValue", if field.kind == Kind::Boolean { json!(field.checked) } else { Value::Null }),
        ("defaultValueFormula", json!(field.formula)),
        ("defaultedOnCreate", json!(field.is_defaulted())),
        ("dependentPicklist", json!(field.controller.is_some())),
        ("deprecatedAndHidden", json!(false)),
        ("digits", json!(if field.kind == Kind::Int { 9 } else { 0 })),
        ("displayLocationInDecimal", json!(false)),
        ("encrypted", json!(false)),
        ("externalId", json!(field.external_id)),
        ("extraTypeInfo", extra_type(field)),
        ("filterable", json!(field.filterable)),
        ("filteredLookupInfo", Value::Null),
        ("formulaTreatNullNumberAsZero", json!(false)),
        ("groupable", json!(groupable(field))),
        ("highScaleNumber", json!(false)),
        ("htmlFormatted", json!(field.rich)),
        ("idLookup", json!(field.id_lookup)),
        ("inlineHelpText", Value::Null),
        ("label", json!(field.label)),
        ("length", json!(field.length)),
        ("mask", Value::Null),
        ("maskType", Value::Null),
        ("name", json!(field.name)),
        ("nameField", json!(field.name_field)),
        ("namePointing", json!(field.references.len() > 1)),
        ("nillable", json!(field.nillable)),
        ("permissionable", json!(permissionable)),
        ("picklistValues", choices(object, field)),
        ("polymorphicForeignKey", json!(field.references.len() > 1)),
        ("precision", json!(field.precision)),
        ("queryByDistance", json!(false)),
        ("referenceTargetField", Value::Null),
        ("referenceTo", json!(field.references)),
        ("relationshipName", json!(field.relationship)),
        ("relationshipOrder", Value::Null),
        ("restrictedDelete", json!(field.on_delete == OnDelete::Restrict)),
        ("restrictedPicklist", json!(field.restricted)),
        ("scale", json!(field.scale)),
        ("searchPrefilterable", json!(field.kind == Kind::Reference)),
        ("soapType", json!(soap)),
        ("sortable", json!(sortable)),
        ("type", json!(kind)),
        ("unique", json!(field.unique)),
        ("updateable", json!(field.updateable && rights.update && field_rights.update)),
        ("writeRequiresMasterRead", json!(false)),
    ];
    Value::Object(facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn extra_type(field: &Field) -> Value {
    match field.kind {
        Kind::TextArea if field.rich => json!("richtextarea"),
        Kind::TextArea => json!("plaintextarea"),
        _ => Value::Null,
    }
}

fn choices(object: &Object, field: &Field) -> Value {
    let controller = field.controller.as_deref().and_then(|name| object.field(name));
    let shown = field.choices.iter().map(|choice| {
        json!({
            "active": choice.active, "defaultValue": choice.default, "label": choice.value,
            "validFor": controller.map(|controller| valid_for(controller, choice)), "value": choice.value,
        })
    });
    Value::Array(shown.collect())
}

/// One bit for each value of the controlling field, the first value's highest, as base64.
fn valid_for(controller: &Field, choice: &Choice) -> String {
    let values: Vec<&str> = match controller.kind {
        Kind::Boolean => vec!["false", "true"],
        _ => controller.choices.iter().map(|choice| choice.value.as_str()).collect(),
    };
    let mut bits = vec![0_u8; values.len().div_ceil(8)];
    for (at, _) in values.iter().enumerate().filter(|(_, value)| choice.valid_for.iter().any(|valid| valid == *value)) {
        bits[at / 8] |= 0x80 >> (at % 8);
    }
    STANDARD.encode(bits)
}

/// The compound field that a part belongs to.
fn compound<'a>(object: &'a Object, field: &Field) -> Option<&'a str> {
    if field.kind == Kind::Address {
        return None;
    }
    let address = object.fields.iter().filter(|other| other.kind == Kind::Address).find(|address| {
        let prefix = address.name.strip_suffix("Address").unwrap_or_default();
        let part = field.name.strip_prefix(prefix).unwrap_or_default();
        matches!(part, "Street" | "City" | "State" | "PostalCode" | "Country")
    });
    let of_name = || matches!(field.name.as_str(), "FirstName" | "LastName" | "Salutation");
    let name = || object.fields.iter().find(|other| other.name_field && other.name == "Name" && of_name());
    address.or_else(name).map(|field| field.name.as_str())
}

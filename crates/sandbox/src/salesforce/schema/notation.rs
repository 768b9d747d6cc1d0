//! The short notation in which objects and fields are written down.
//!
//! A field is one line, `kind(argument) word word "Label"`, or a mapping whose `is` is that line and which adds
//! `values` and `default`. Through the control door a field may also be told in the vendor's metadata words
//! (`type`, `length`, `referenceTo`, `externalId`, ...).

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Can, Choice, Field, Kind, Object, OnDelete};

type Read<T> = Result<T, String>;

/// An object from its mapping; `name` and `prefix` where the mapping has none.
pub(in crate::salesforce) fn object(name: &str, prefix: &str, written: &Value) -> Read<Object> {
    let label = text(written, "label").unwrap_or_else(|| spelled_out(name));
    let mut object = Object {
        name: name.to_owned(),
        plural: text(written, "plural").unwrap_or_else(|| plural(&label)),
        prefix: text(written, "prefix").unwrap_or_else(|| prefix.to_owned()),
        can: can(&written["can"]),
        fields: Vec::new(),
        view_of: text(written, "view_of").zip(text(written, "view_parent")),
        by_name: HashMap::new(),
        label,
    };
    let system = words(&written["system"]).unwrap_or_else(|| vec!["deleted", "audit", "viewed"]);
    object.add(line("Id", &format!("id readonly lookup \"{} ID\"", object.label))?);
    if system.contains(&"deleted") {
        object.add(line("IsDeleted", "boolean readonly \"Deleted\"")?);
    }
    for (name, written) in fields(&written["fields"])? {
        object.add(field(&name, &written)?);
    }
    for (name, written) in system_fields(&system) {
        object.add(line(name, written)?);
    }
    Ok(object)
}

/// What `can` lists; a custom object that does not say can do everything.
fn can(written: &Value) -> Can {
    let Some(words) = words(written) else {
        return Can { create: true, update: true, delete: true, query: true, search: true, feed: false, layout: true };
    };
    let has = |word| words.contains(&word);
    Can {
        create: has("create"),
        update: has("update"),
        delete: has("delete"),
        query: has("query"),
        search: has("search"),
        feed: has("feed"),
        layout: has("layout"),
    }
}

fn system_fields(system: &[&str]) -> Vec<(&'static str, &'static str)> {
    let mut fields = Vec::new();
    let has = |word| system.contains(&word);
    if has("audit") || has("created") {
        fields.push(("CreatedDate", "datetime readonly defaulted"));
        fields.push(("CreatedById", "reference(User) as CreatedBy readonly defaulted \"Created By ID\""));
    }
    if has("audit") {
        fields.push(("LastModifiedDate", "datetime readonly defaulted"));
        fields
            .push(("LastModifiedById", "reference(User) as LastModifiedBy readonly defaulted \"Last Modified By ID\""));
    }
    if has("audit") || has("stamp") {
        fields.push(("SystemModstamp", "datetime readonly defaulted \"System Modstamp\""));
    }
    if has("viewed") {
        fields.push(("LastViewedDate", "datetime readonly"));
        fields.push(("LastReferencedDate", "datetime readonly"));
    }
    fields
}

/// Fields as a mapping from names, or as a list of mappings that have a `name`.
pub(in crate::salesforce) fn fields(written: &Value) -> Read<Vec<(String, Value)>> {
    match written {
        Value::Null => Ok(Vec::new()),
        Value::Object(by_name) => Ok(by_name.iter().map(|(name, field)| (name.clone(), field.clone())).collect()),
        Value::Array(list) => {
            let named = |field: &Value| {
                let name = text(field, "name").or_else(|| text(field, "fullName")).ok_or("a field needs a `name`")?;
                Ok((name, field.clone()))
            };
            list.iter().map(named).collect()
        }
        other => Err(format!("fields are a mapping or a list, not {other}")),
    }
}

/// A field from its line or mapping.
pub(in crate::salesforce) fn field(name: &str, written: &Value) -> Read<Field> {
    match written {
        Value::String(one) => line(name, one),
        Value::Object(mapping) => from_mapping(name, mapping),
        other => Err(format!("field {name} is a line or a mapping, not {other}")),
    }
}

fn from_mapping(name: &str, mapping: &Map<String, Value>) -> Read<Field> {
    let written = Value::Object(mapping.clone());
    let one = text(&written, "is").unwrap_or_else(|| metadata_line(&written));
    let mut field = line(name, &one)?;
    if let Some(label) = text(&written, "label") {
        field.label = label;
    }
    let default = text(&written, "default").or_else(|| text(&written, "defaultValue"));
    let values = ["values", "picklistValues"].iter().find_map(|key| written[*key].as_array());
    field.choices = values.into_iter().flatten().filter_map(|value| choice(value, default.as_deref())).collect();
    field.formula = default.as_deref().and_then(|default| formula(field.kind, default));
    field.checked = default.as_deref() == Some("true") || flag(&written, "default") || flag(&written, "defaultValue");
    field.controller = text(&written, "controllingField").or_else(|| text(&written, "controller"));
    Ok(field)
}

/// The formula behind a default, which the vendor's metadata writes out and this notation shortens for texts.
fn formula(kind: Kind, default: &str) -> Option<String> {
    match kind {
        Kind::Text => Some(format!("\"{}\"", default.trim_matches('"'))),
        Kind::DateTime => Some(default.to_owned()),
        _ => None,
    }
}

/// The fields that stand behind a compound one.
pub(in crate::salesforce) fn parts(field: &Field) -> Read<Vec<Field>> {
    if field.kind != Kind::Location {
        return Ok(Vec::new());
    }
    let stem = field.name.strip_suffix("__c").unwrap_or(&field.name);
    ["Latitude", "Longitude"].iter().map(|part| line(&format!("{stem}__{part}__s"), "double(18 15)")).collect()
}

fn choice(value: &Value, default: Option<&str>) -> Option<Choice> {
    let name = value.as_str().map(str::to_owned).or_else(|| text(value, "value")).or_else(|| text(value, "label"))?;
    let default = default == Some(&name) || flag(value, "default") || flag(value, "defaultValue");
    let active = value.get("active").and_then(Value::as_bool).unwrap_or(true);
    let valid_for = words(&value["validFor"]).unwrap_or_default().into_iter().map(str::to_owned).collect();
    Some(Choice { default, active, valid_for, value: name })
}

/// The line that says the same as a mapping in the vendor's metadata words.
fn metadata_line(written: &Value) -> String {
    let kind = text(written, "type").unwrap_or_else(|| "string".to_owned());
    let length = written["length"].as_u64();
    let sized = |kind: &str, usual: u64| format!("{kind}({})", length.unwrap_or(usual));
    let number = |kind: &str| {
        let digit = |key: &str, usual| written[key].as_u64().unwrap_or(usual);
        format!("{kind}({} {})", digit("precision", 18), digit("scale", 2))
    };
    let mut line = match kind.to_ascii_lowercase().as_str() {
        "text" | "string" => sized("string", 255),
        "encryptedtext" | "encryptedstring" => sized("encryptedstring", 175),
        "autonumber" => "autonumber readonly".to_owned(),
        "textarea" => sized("textarea", 255),
        "longtextarea" | "longtext" => sized("textarea", 32_768),
        "html" => sized("textarea", 32_768) + " rich",
        "checkbox" | "boolean" => "boolean".to_owned(),
        "number" | "double" => number("double"),
        "currency" => number("currency"),
        "percent" => number("percent"),
        "lookup" | "reference" => reference_line(written),
        "masterdetail" => reference_line(written) + " required createonly cascade",
        "multiselectpicklist" | "multipicklist" => "multipicklist".to_owned(),
        other => other.to_owned(),
    };
    let said = [
        ("externalId", " external"),
        ("unique", " unique"),
        ("caseSensitive", " casesensitive"),
        ("required", " required"),
        ("restricted", " restricted"),
        ("restrictedPicklist", " restricted"),
    ];
    said.iter().filter(|(key, _)| flag(written, key)).for_each(|(_, word)| line.push_str(word));
    line
}

fn reference_line(written: &Value) -> String {
    let to = match &written["referenceTo"] {
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        one => one.as_str().unwrap_or("Account").to_owned(),
    };
    let children = text(written, "childRelationshipName").map_or_else(String::new, |name| format!(" in {name}"));
    format!("reference({to}){children}")
}

/// A field from its line.
pub(in crate::salesforce) fn line(name: &str, line: &str) -> Read<Field> {
    let (spec, label) = match line.split_once('"') {
        Some((spec, label)) => (spec, Some(label.trim_end_matches('"').to_owned())),
        None => (line, None),
    };
    let (kind_word, argument, rest) = head(spec);
    let kind = kind(kind_word).ok_or_else(|| format!("field {name}: `{kind_word}` is no kind of field"))?;
    let numbers: Vec<usize> = argument.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let mut field = plain(name, kind, numbers.first().copied());
    field.label = label.unwrap_or_else(|| spelled_out(name));
    if kind_word == "autonumber" {
        field.autonumber = Some(numbers.first().copied().unwrap_or(8));
        field.length = 30;
        (field.nillable, field.defaulted) = (false, true);
    }
    if kind == Kind::Reference {
        field.references = argument.split_whitespace().map(str::to_owned).collect();
        field.relationship = name.strip_suffix("__c").map(|stem| format!("{stem}__r"));
    }
    if matches!(kind, Kind::Double | Kind::Currency | Kind::Percent) {
        field.precision = numbers.first().map_or(18, |&digits| u32::try_from(digits).unwrap_or(18));
        field.scale = numbers.get(1).map_or(2, |&digits| u32::try_from(digits).unwrap_or(2));
        field.length = 0;
    }
    apply_words(&mut field, rest)?;
    Ok(field)
}

/// `kind(argument) rest`.
fn head(spec: &str) -> (&str, &str, &str) {
    let word_end = spec.find([' ', '(']).unwrap_or(spec.len());
    let (kind, rest) = spec.split_at(word_end);
    match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((argument, rest)) => (kind, argument, rest),
        None => (kind, "", rest),
    }
}

fn kind(word: &str) -> Option<Kind> {
    Some(match word {
        "id" => Kind::Id,
        "string" | "autonumber" => Kind::Text,
        "textarea" => Kind::TextArea,
        "picklist" => Kind::Picklist,
        "multipicklist" => Kind::MultiPicklist,
        "combobox" => Kind::Combobox,
        "boolean" => Kind::Boolean,
        "reference" => Kind::Reference,
        "datetime" => Kind::DateTime,
        "date" => Kind::Date,
        "double" => Kind::Double,
        "currency" => Kind::Currency,
        "percent" => Kind::Percent,
        "int" => Kind::Int,
        "email" => Kind::Email,
        "phone" => Kind::Phone,
        "url" => Kind::Url,
        "base64" => Kind::Base64,
        "time" => Kind::Time,
        "encryptedstring" => Kind::Encrypted,
        "location" => Kind::Location,
        "address" => Kind::Address,
        _ => return None,
    })
}

/// A field of this kind that anybody may write and nobody must.
fn plain(name: &str, kind: Kind, length: Option<usize>) -> Field {
    let usual = match kind {
        Kind::Id | Kind::Reference => 18,
        Kind::Email => 80,
        Kind::Phone => 40,
        Kind::Text | Kind::Combobox | Kind::Url | Kind::Picklist | Kind::TextArea => 255,
        Kind::MultiPicklist => 4_099,
        _ => 0,
    };
    let length = length.unwrap_or(usual);
    let written = !matches!(kind, Kind::Address | Kind::Location);
    Field {
        name: name.to_owned(),
        label: String::new(),
        kind,
        length,
        precision: 0,
        scale: 0,
        createable: written,
        updateable: written,
        nillable: kind != Kind::Boolean && name != "Id",
        defaulted: kind == Kind::Boolean,
        references: Vec::new(),
        relationship: None,
        children: None,
        on_delete: OnDelete::Clear,
        external_id: false,
        unique: false,
        case_sensitive: false,
        name_field: false,
        id_lookup: false,
        restricted: false,
        rich: false,
        checked: false,
        formula: None,
        controller: None,
        filterable: !(matches!(kind, Kind::Base64 | Kind::Address | Kind::Location | Kind::Encrypted)
            || (kind == Kind::TextArea && length > 255)),
        autonumber: None,
        through: None,
        choices: Vec::new(),
    }
}

fn apply_words(field: &mut Field, rest: &str) -> Read<()> {
    let mut words = rest.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "readonly" => (field.createable, field.updateable) = (false, false),
            "createonly" => field.updateable = false,
            "required" => field.nillable = false,
            "defaulted" => (field.nillable, field.defaulted) = (false, true),
            "external" => (field.external_id, field.id_lookup) = (true, true),
            "unique" => field.unique = true,
            "casesensitive" => field.case_sensitive = true,
            "name" => field.name_field = true,
            "lookup" => field.id_lookup = true,
            "restricted" => field.restricted = true,
            "rich" => field.rich = true,
            "unfilterable" => field.filterable = false,
            "cascade" => field.on_delete = OnDelete::Cascade,
            "restrict" => field.on_delete = OnDelete::Restrict,
            "as" => field.relationship = words.next().map(str::to_owned),
            "in" => field.children = words.next().map(str::to_owned),
            _ => field.through = Some(through(field, word)?),
        }
    }
    if field.through.is_some() {
        (field.createable, field.updateable) = (false, false);
    }
    Ok(())
}

/// `through(ContactId.Phone)`.
fn through(field: &Field, word: &str) -> Read<(String, String)> {
    let path = word.strip_prefix("through(").and_then(|rest| rest.strip_suffix(')'));
    let (by, target) = path
        .and_then(|path| path.split_once('.'))
        .ok_or_else(|| format!("field {}: `{word}` is no word of the notation", field.name))?;
    Ok((by.to_owned(), target.to_owned()))
}

/// `AccountId` is "Account ID", `Jira_Reference__c` is "Jira Reference".
fn spelled_out(name: &str) -> String {
    let stem = name.strip_suffix("__c").unwrap_or(name);
    let mut label = String::new();
    for (at, letter) in stem.char_indices() {
        let after_small = stem[..at].ends_with(|before: char| before.is_lowercase());
        match letter {
            '_' => label.push(' '),
            _ if letter.is_uppercase() && after_small => label.extend([' ', letter]),
            _ => label.push(letter),
        }
    }
    match label.strip_suffix(" Id") {
        Some(stem) => format!("{stem} ID"),
        None => label,
    }
}

fn plural(label: &str) -> String {
    match label.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if label.ends_with('s') => format!("{label}es"),
        None => format!("{label}s"),
    }
}

fn text(written: &Value, key: &str) -> Option<String> {
    written.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn flag(written: &Value, key: &str) -> bool {
    written.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn words(written: &Value) -> Option<Vec<&str>> {
    Some(written.as_array()?.iter().filter_map(Value::as_str).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_says_all_about_a_field() {
        let field =
            line("ParentId", "reference(Case) as Parent in CaseComments required createonly cascade").expect("a field");
        assert_eq!(field.references, ["Case"]);
        assert_eq!((field.relationship.as_deref(), field.children.as_deref()), (Some("Parent"), Some("CaseComments")));
        assert_eq!((field.createable, field.updateable, field.nillable), (true, false, false));
        assert_eq!((field.label.as_str(), field.on_delete), ("Parent ID", OnDelete::Cascade));
        line("X", "strnig(3)").expect_err("no such kind");
        line("X", "string(3) requierd").expect_err("no such word");
    }

    #[test]
    fn metadata_words_mean_the_same() {
        let written = json!({"type": "Text", "length": 80, "externalId": true, "unique": true, "label": "Key"});
        let field = field("Key__c", &written).expect("a field");
        assert_eq!((field.kind, field.length, field.external_id, field.unique), (Kind::Text, 80, true, true));
        assert_eq!(field.label, "Key");
        let lookup = super::field("Case__c", &json!({"type": "Lookup", "referenceTo": "Case"})).expect("a field");
        assert_eq!(lookup.relationship.as_deref(), Some("Case__r"));
    }

    #[test]
    fn labels_are_spelled_out() {
        for (name, label) in
            [("AccountId", "Account ID"), ("SuppliedEmail", "Supplied Email"), ("Jira_URL__c", "Jira URL")]
        {
            assert_eq!(spelled_out(name), label);
        }
    }
}

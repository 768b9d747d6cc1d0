//! Record types: an item goes by the name that stays, and a label that says something else is noticed.

use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::run;

fn item(filter: &str) -> String {
    let item = cases!("\n    fields: [ { salesforce: Subject, jira: summary } ]\n");
    item.replace("object: Case }", &format!("object: Case, filter: {filter} }}"))
}

fn warnings(company: &Company, filter: &str) -> Vec<String> {
    let ended = run(&["doctor", "--config", &company.configure(&item(filter), ""), "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let problems = ended.json()["problems"].clone();
    problems.as_array().unwrap().iter().map(|row| text(&row["message"]).to_owned()).collect()
}

/// S0-43: the record type whose label is wrong is still the right one for the item; `doctor` names the label, and what goes
/// by labels or by ids.
#[test]
fn a_record_type_is_known_by_its_name_and_its_label_is_watched() {
    let company = Company::new();
    let kind = |developer: &str, label: &str| json!({ "developerName": developer, "name": label });
    let kinds = json!({ "object": "Case", "recordTypes": [kind("Enterprise", "Storage"), kind("Field_Service", "Field service")] });
    company.org_door("objects", &kinds);
    let found =
        company.salesforce(reqwest::Method::GET, "query?q=SELECT+Id,DeveloperName+FROM+RecordType", &Value::Null);
    let rows = found["records"].as_array().unwrap();
    let id = |name: &str| rows.iter().find(|row| row["DeveloperName"] == name).unwrap()["Id"].clone();
    for (subject, name) in [("Ours", "Enterprise"), ("Theirs", "Field_Service")] {
        company.create("Case", &json!({ "Subject": subject, "RecordTypeId": id(name) }));
    }
    let enterprise = "{ field: RecordType.DeveloperName, is: Enterprise }";
    assert_eq!(company.sync(&item(enterprise))["created"]["jira"], 1);
    assert_eq!(company.issue("OPS-1")["summary"], "Ours");
    let [warning] = &warnings(&company, enterprise)[..] else { panic!("{:?}", warnings(&company, enterprise)) };
    assert!(warning.contains("the record type Enterprise of Case is labelled \"Storage\""), "{warning}");
    assert_eq!(warnings(&company, "{ field: RecordType.DeveloperName, is: Field_Service }"), [] as [String; 0]);
    for (filter, words) in [
        ("{ field: RecordType.Name, is: Storage }", "goes by Case.RecordType.Name, which people and orgs change"),
        ("{ field: RecordType.Name, is: Enterprise }", "Case.RecordType.Name has no value Enterprise"),
        ("{ field: RecordType.DeveloperName, is: Storage }", "Case.RecordType.DeveloperName has no value Storage"),
    ] {
        let warnings = warnings(&company, filter);
        assert!(warnings.iter().any(|warning| warning.contains(words)), "{filter}: {warnings:?}");
    }
}

/// S0-44: no id of a record type stands in what is delivered. They begin with 012 and differ from org to org.
#[test]
fn no_record_type_id_is_in_the_code() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut places: Vec<std::path::PathBuf> = ["core", "engine", "jira", "salesforce", "server", "store", "transport"]
        .map(|name| format!("{root}/crates/{name}/src").into())
        .to_vec();
    places.extend(
        ["apps/salesforce/access/access", "apps/salesforce/core/core"].map(|name| format!("{root}/{name}").into()),
    );
    let mut n_files = 0;
    while let Some(place) = places.pop() {
        if place.is_dir() {
            places.extend(std::fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let Ok(text) = std::fs::read_to_string(&place) else { continue };
        n_files += 1;
        let is_id = |word: &&str| word.starts_with("012") && [15, 18].contains(&word.len());
        let found = text.split(|letter: char| !letter.is_ascii_alphanumeric()).find(is_id);
        assert_eq!(found, None, "{}", place.display());
    }
    assert!(n_files > 100, "{n_files}");
}

//! Records, issues and filters that nobody would think of, from the same few values, so that they meet.

use http::Method;
use proptest::{
    prelude::{Just, Strategy, any, prop},
    prop_oneof,
    sample::select,
    strategy::{BoxedStrategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Map, Value, json};

use crate::stage::Stage;

/// Texts that mean something to a query language, or have two forms.
const TEXTS: [&str; 14] = [
    "Web",
    "web",
    "WEB site",
    "it's",
    r"back\slash",
    "100%",
    "100",
    "under_score",
    r#"say "x""#,
    "Århus",
    "århus",
    "Größe",
    "a OR b",
    "null",
];
const KINDS: [&str; 5] = ["Web", "Email", "Phone", "it's 100% \\_", "Århus"];
const NUMBERS: [f64; 6] = [-2.5, 0.0, 1.0, 2.5, 100.0, 123_456.75];
const DATES: [&str; 4] = ["2025-12-31", "2026-01-01", "2026-01-02", "2027-06-30"];
const TIMES: [&str; 4] =
    ["2026-01-01T23:30:00Z", "2026-01-01T23:30:01Z", "2026-01-02T00:00:00+02:00", "2026-02-10T12:34:56-05:00"];

/// How the values of a field are made, and how a filter writes them.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Name(&'static [&'static str]),
    Names(&'static [&'static str]),
    Number,
    Flag,
    Date,
    Time,
}

const SALESFORCE: [(&str, Kind); 9] = [
    ("Line__c", Kind::Text),
    ("Kind__c", Kind::Name(&KINDS)),
    ("Ways__c", Kind::Names(&KINDS)),
    ("Worth__c", Kind::Number),
    ("Paid__c", Kind::Flag),
    ("Due__c", Kind::Date),
    ("At__c", Kind::Time),
    ("account.Name", Kind::Text),
    ("AccountId", Kind::Text),
];

const JIRA: [(&str, Kind); 11] = [
    ("Customer", Kind::Text),
    ("priority", Kind::Name(&["High", "Medium", "Low"])),
    ("Severity", Kind::Name(&["Critical", "Major", "Minor"])),
    ("Channels", Kind::Names(&["Web", "Email", "Phone", "Chat"])),
    ("components", Kind::Names(&["Gateway", "Billing"])),
    ("Found In", Kind::Name(&["2026.11", "2027.1"])),
    ("labels", Kind::Names(&["red", "Red", "blue"])),
    ("Affected Users", Kind::Number),
    ("Target Date", Kind::Date),
    ("duedate", Kind::Date),
    ("Occurred At", Kind::Time),
];

/// A value as the vendor's API takes it; one in four is nothing.
fn value(kind: Kind) -> BoxedStrategy<Value> {
    let made = match kind {
        Kind::Text => select(&TEXTS[..]).prop_map(Value::from).boxed(),
        Kind::Name(names) => select(names).prop_map(Value::from).boxed(),
        Kind::Names(names) => prop::sample::subsequence(names, 1..=names.len()).prop_map(|some| json!(some)).boxed(),
        Kind::Number => select(&NUMBERS[..]).prop_map(Value::from).boxed(),
        Kind::Flag => return any::<bool>().prop_map(Value::from).boxed(),
        Kind::Date => select(&DATES[..]).prop_map(Value::from).boxed(),
        Kind::Time => select(&TIMES[..]).prop_map(Value::from).boxed(),
    };
    prop_oneof![3 => made, 1 => Just(Value::Null)].boxed()
}

/// What a filter compares with: a value of the field, seldom one that the field can never have.
fn operand(kind: Kind) -> BoxedStrategy<Value> {
    // A day is compared with a time and a time with a day; anything else is refused.
    if matches!(kind, Kind::Date | Kind::Time) {
        return prop_oneof![select(&DATES[..]), select(&TIMES[..])].prop_map(Value::from).boxed();
    }
    let one = |value: Value| match value {
        Value::Array(members) => members[0].clone(),
        Value::Null => json!("Web"),
        one => one,
    };
    let strange = select(&["Web", "10001", "Unresolved", "no such value", "2026-01-01"][..]).prop_map(Value::from);
    prop_oneof![9 => value(kind).prop_map(one), 1 => strange].boxed()
}

fn test(path: &'static str, kind: Kind) -> BoxedStrategy<Value> {
    let single = select(&["is", "is not", "contains", "does not contain", "less than", "greater than", "equals"][..]);
    let several = select(&["is one of", "is not one of"][..]);
    let empty = select(&["is empty", "is not empty"][..]);
    let several = (several, prop::collection::vec(operand(kind), 1..3)).prop_map(|(op, values)| (op, json!(values)));
    prop_oneof![
        7 => (single, operand(kind)),
        2 => several,
        2 => empty.prop_map(|op| (op, json!(true))),
    ]
    .prop_map(move |(operator, operand)| json!({ "field": path, operator: operand }))
    .boxed()
}

/// Tests of any of these fields, in groups up to two deep.
fn filters(fields: &'static [(&'static str, Kind)]) -> BoxedStrategy<Value> {
    let leaf = select(fields).prop_flat_map(|(path, kind)| test(path, kind)).boxed();
    leaf.prop_recursive(2, 6, 3, |inner| {
        let parts = prop::collection::vec(inner, 1..3);
        (select(&["all", "any"][..]), parts).prop_map(|(group, parts)| json!({ group: parts }))
    })
    .boxed()
}

pub(super) fn salesforce_filters() -> BoxedStrategy<Value> {
    filters(&SALESFORCE)
}

pub(super) fn jira_filters() -> BoxedStrategy<Value> {
    filters(&JIRA)
}

/// Cases with a value or nothing in every field, and accounts or none behind them.
pub(super) async fn records(stage: &Stage, runner: &mut TestRunner, n: usize) {
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let list = |name: &str, kind: &str| json!({ "name": name, "type": kind, "picklistValues": KINDS });
    let fields = [
        field("Line__c", "Text"),
        list("Kind__c", "Picklist"),
        list("Ways__c", "MultiselectPicklist"),
        field("Worth__c", "Currency"),
        field("Paid__c", "Checkbox"),
        field("Due__c", "Date"),
        field("At__c", "DateTime"),
    ];
    stage.control(crate::stage::ORG, "objects", json!({ "object": "Case", "fields": fields })).await;
    let create = async |object: &str, fields: &Value| {
        let made =
            stage.salesforce(Method::POST, &format!("/services/data/v64.0/sobjects/{object}"), fields.clone()).await;
        made["id"].as_str().unwrap_or_else(|| panic!("{fields}: {made}")).to_owned()
    };
    let mut accounts = vec![Value::Null];
    for name in TEXTS {
        accounts.push(create("Account", &json!({ "Name": name })).await.into());
    }
    for number in 0..n {
        let mut case = json!({ "Subject": format!("Case {number}"), "AccountId": accounts[number % accounts.len()] });
        for (path, kind) in SALESFORCE.iter().filter(|(path, _)| path.ends_with("__c")) {
            case[*path] = match value(*kind).new_tree(runner).expect("a value").current() {
                Value::Array(members) => members.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";").into(),
                one => one,
            };
        }
        create("Case", &case).await;
    }
}

/// Bugs with a value or nothing in every field.
pub(super) async fn issues(stage: &Stage, runner: &mut TestRunner, n: usize) {
    let mut ids = Map::new();
    for (path, _) in JIRA {
        ids.insert(path.to_owned(), stage.field(path).await.into());
    }
    for number in 0..n {
        let mut fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" },
            "summary": format!("Issue {number}") });
        for (path, kind) in JIRA {
            let made = value(kind).new_tree(runner).expect("a value").current();
            let wire = wire(path, made);
            if !(path == "priority" && wire.is_null()) {
                fields[ids[path].as_str().expect("an id")] = wire;
            }
        }
        let made = stage.jira(Method::POST, "/rest/api/3/issue", json!({ "fields": fields })).await;
        assert!(made["key"].is_string(), "{fields}: {made}");
    }
}

/// As Jira takes it.
fn wire(path: &str, made: Value) -> Value {
    let part = match path {
        "priority" | "components" | "Found In" => "name",
        "Severity" | "Channels" => "value",
        "Occurred At" => {
            let time: Option<jiff::Timestamp> = made.as_str().and_then(|time| time.parse().ok());
            return time.map_or(Value::Null, |time| json!(time.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()));
        }
        _ => return made,
    };
    match made {
        Value::Array(members) => members.into_iter().map(|member| json!({ part: member })).collect(),
        Value::Null => Value::Null,
        one => json!({ part: one }),
    }
}

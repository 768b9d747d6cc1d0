//! The demo company, snapshots, imports.

use entente_sandbox::{Clock, Options, Seed, World};
use serde_json::{Value, json};

use super::harness::Sandbox;

#[tokio::test]
async fn the_demo_company_is_large_enough_and_believable() {
    let sandbox = Sandbox::demo().await;
    for (object, n_min) in
        [("Account", 60), ("Contact", 200), ("Case", 300), ("CaseComment", 100), ("User", 5), ("Group", 3)]
    {
        let count =
            sandbox.query(&format!("SELECT COUNT() FROM {object}")).await.body["totalSize"].as_u64().expect("a number");
        assert!(count >= n_min, "{object}: {count}");
    }
    let count = async |condition: &str| {
        sandbox.query(&format!("SELECT COUNT() FROM Case WHERE {condition}")).await.body["totalSize"]
            .as_u64()
            .expect("a number")
    };
    let from_web = count("Origin IN ('Web','Email')").await;
    assert!((190..=240).contains(&from_web), "about 70 %: {from_web}");
    for condition in [
        "Priority = 'High'",
        "Priority = 'Low'",
        "Status = 'New'",
        "Status = 'On Hold'",
        "Status = 'Escalated'",
        "IsClosed = true",
    ] {
        assert!(count(condition).await > 10, "{condition}");
    }
    let row = sandbox.query("SELECT Subject, Description, Contact.AccountId, AccountId FROM Case LIMIT 1").await.body["records"][0].clone();
    assert!(row["Description"].as_str().is_some_and(|text| text.matches("\n\n").count() >= 3), "paragraphs");
    assert_eq!(row["Contact"]["AccountId"], row["AccountId"]);
    let made = sandbox.post("/sobjects/Case", json!({"Subject": "next"})).await.id();
    assert_eq!(sandbox.get(&format!("/sobjects/Case/{made}")).await.body["CaseNumber"], "00000301");
}

fn world(seed_number: u64, records: Option<usize>) -> World {
    let clock = Clock::manual("2026-11-21T10:00:00Z".parse().expect("a time"));
    World::new(&Options { seed: Seed::Demo, seed_number, records, ..Options::default() }, &clock)
}

#[test]
fn the_same_seed_is_the_same_company() {
    let tables = |world: World| world.salesforce.save()["tables"].clone();
    let first = tables(world(7, Some(50)));
    assert!(first == tables(world(7, Some(50))), "the same number");
    assert!(first != tables(world(8, Some(50))), "another number");
    assert_eq!(first["Case"].as_array().map(Vec::len), Some(50));
}

#[test]
fn a_snapshot_is_the_same_org_again() {
    let original = world(7, Some(20));
    original.salesforce.import(&json!({"Case": [{"Subject": "from elsewhere", "Plant__c": "Leeds"}]}));
    let saved = original.salesforce.save();
    let empty = World::new(&Options::default(), &Clock::real());
    empty.salesforce.load(&saved).expect("a snapshot");
    assert!(empty.salesforce.save() == saved, "loaded and saved again");
    empty.salesforce.load(&json!({"nothing": 1})).expect_err("no snapshot");
    assert!(empty.salesforce.save() == saved, "a refused snapshot changes nothing");
}

#[tokio::test]
async fn imports_keep_ids_and_tell_what_they_leave_out() {
    let sandbox = Sandbox::empty().await;
    let records = json!([
        {"attributes": {"type": "Account"}, "Id": "0015f00002J9YYE", "Name": "Acme", "Owner": {"Name": "x"}},
        {"attributes": {"type": "Case"}, "Id": "not an id", "Subject": "a", "Status": "Closed", "AccountId": "0015f00002J9YYEAA3", "Severity__c": "S1", "Nope": 1},
        {"attributes": {"type": "Nonsense"}, "Name": "x"},
        {"Subject": "no type"},
    ]);
    let problems = sandbox.world.import_salesforce(&records);
    assert_eq!(problems.len(), 3, "{problems:?}");
    let row =
        sandbox.query("SELECT Id, IsClosed, CaseNumber, Severity__c, Account.Name FROM Case").await.body["records"][0]
            .clone();
    assert_eq!(
        (&row["Account"]["Name"], &row["IsClosed"], &row["Severity__c"]),
        (&json!("Acme"), &json!(true), &json!("S1"))
    );
    assert_eq!(row["CaseNumber"], "00000001");
    let changed = sandbox.patch("/sobjects/Account/0015f00002J9YYEAA3", json!({"Name": "Acme Ltd"})).await;
    assert_eq!(changed.status, 204, "imported records are like any other");
    let _: Value = row;
}

//! SOQL as synchronisation tools send it, paging, and the errors with their picture.

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{Sandbox, ids, record};

async fn company(sandbox: &Sandbox) -> (String, Vec<String>) {
    let account = sandbox.create("Account", json!({"Name": "Acme", "Type": "Customer - Direct"})).await;
    let contact = sandbox.create("Contact", json!({"LastName": "Moss", "AccountId": account})).await;
    let mut cases = Vec::new();
    for (subject, priority, origin) in
        [("Pump O'Hara", "High", "Web"), ("valve 100%", "Low", "Email"), ("Gauge", "High", "Phone")]
    {
        let fields = json!({"Subject": subject, "Priority": priority, "Origin": origin, "ContactId": contact});
        cases.push(sandbox.create("Case", fields).await);
    }
    sandbox.create("CaseComment", json!({"ParentId": cases[0], "CommentBody": "one"})).await;
    sandbox.create("CaseComment", json!({"ParentId": cases[0], "CommentBody": "two", "IsPublished": true})).await;
    (account, cases)
}

#[tokio::test]
async fn conditions_find_the_rows_they_describe() {
    let sandbox = Sandbox::empty().await;
    let (account, cases) = company(&sandbox).await;
    let (a, b, c) = (cases[0].clone(), cases[1].clone(), cases[2].clone());
    let rows: Vec<(String, Vec<&String>)> = vec![
        ("Subject = 'pump o\\'hara'".into(), vec![&a]),
        ("Subject LIKE '%100\\%'".into(), vec![&b]),
        ("Origin IN ('Web', 'email')".into(), vec![&a, &b]),
        ("Origin NOT IN ('Web')".into(), vec![&b, &c]),
        ("Priority = 'High' AND (Origin = 'Web' OR Origin = 'Phone')".into(), vec![&a, &c]),
        ("NOT (Priority = 'High')".into(), vec![&b]),
        ("Reason = null".into(), vec![&a, &b, &c]),
        ("Reason != 'Other'".into(), vec![&a, &b, &c]),
        ("Account.Type LIKE 'customer%'".into(), vec![&a, &b, &c]),
        (format!("AccountId = '{}'", &account[..15]), vec![&a, &b, &c]),
        (format!("Id > '{a}'"), vec![&b, &c]),
        (
            "CreatedDate >= YESTERDAY AND CreatedDate <= TODAY AND SystemModstamp >= 2020-01-01T00:00:00Z".into(),
            vec![&a, &b, &c],
        ),
        ("CreatedDate < LAST_N_DAYS:30".into(), vec![]),
        ("Id IN (SELECT ParentId FROM CaseComment WHERE IsPublished = true)".into(), vec![&a]),
        ("Id NOT IN (SELECT ParentId FROM CaseComment)".into(), vec![&b, &c]),
        ("IsClosed = false AND Owner.Name = 'Avery Admin'".into(), vec![&a, &b, &c]),
        ("Owner.Type = 'Queue'".into(), vec![]),
    ];
    for (condition, expected) in rows {
        let reply = sandbox.query(&format!("SELECT Id FROM Case WHERE {condition} ORDER BY Id")).await;
        let found = ids(&reply);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{condition}");
        assert_eq!(reply.body["totalSize"], json!(expected.len()));
    }
}

#[tokio::test]
async fn parents_and_children_are_nested() {
    let sandbox = Sandbox::empty().await;
    let (account, cases) = company(&sandbox).await;
    let soql = "SELECT Id, Subject, Account.Name, Account.Owner.Username, Parent.Subject, Owner.Name, (SELECT CommentBody, IsPublished FROM CaseComments ORDER BY CreatedDate, Id) FROM Case ORDER BY Id LIMIT 2";
    let reply = sandbox.query(soql).await;
    let row = &reply.body["records"][0];
    assert_eq!(
        row["Account"]["attributes"],
        json!({"type": "Account", "url": format!("/services/data/v64.0/sobjects/Account/{account}")})
    );
    assert_eq!(
        (&row["Account"]["Name"], &row["Account"]["Owner"]["Username"]),
        (&json!("Acme"), &json!("admin@sandbox.example"))
    );
    assert_eq!((&row["Parent"], &row["Owner"]["attributes"]["type"]), (&Value::Null, &json!("User")));
    assert_eq!((&row["CaseComments"]["totalSize"], &row["CaseComments"]["done"]), (&json!(2), &json!(true)));
    assert_eq!(row["CaseComments"]["records"][1]["CommentBody"], "two");
    assert_eq!(reply.body["records"][1]["CaseComments"], Value::Null, "no children are null");
    let feed = sandbox.create("FeedItem", json!({"ParentId": cases[1], "Body": "hello"})).await;
    sandbox.create("FeedItem", json!({"ParentId": account, "Body": "elsewhere"})).await;
    let view = sandbox.query("SELECT Id, Body, ParentId FROM CaseFeed").await;
    assert_eq!(ids(&view), [feed]);
}

#[tokio::test]
async fn rows_are_counted_grouped_and_ordered() {
    let sandbox = Sandbox::empty().await;
    company(&sandbox).await;
    let count = sandbox.query("SELECT COUNT() FROM Case WHERE Priority = 'High'").await;
    assert_eq!(count.body, json!({"totalSize": 2, "done": true, "records": []}));
    let groups = sandbox.query("SELECT Priority, COUNT(Id) n, MAX(Subject) FROM Case GROUP BY Priority HAVING COUNT(Id) > 0 ORDER BY Priority").await;
    assert_eq!(
        groups.body["records"],
        json!([
            {"attributes": {"type": "AggregateResult"}, "Priority": "High", "n": 2, "expr0": "Pump O'Hara"},
            {"attributes": {"type": "AggregateResult"}, "Priority": "Low", "n": 1, "expr0": "valve 100%"},
        ])
    );
    let ordered = sandbox.query("SELECT Subject FROM Case ORDER BY Priority ASC, Subject DESC LIMIT 2 OFFSET 1").await;
    let subjects: Vec<_> =
        ordered.body["records"].as_array().expect("rows").iter().map(|row| row["Subject"].clone()).collect();
    assert_eq!(subjects, ["Gauge", "valve 100%"]);
    let nulls = sandbox.query("SELECT Id, Name, ParentId FROM Account ORDER BY ParentId NULLS LAST").await;
    assert_eq!(nulls.status, 200);
    let all = sandbox.query("SELECT FIELDS(ALL) FROM Case LIMIT 1").await;
    assert!(all.body["records"][0].as_object().is_some_and(|row| row.len() > 30));
}

#[tokio::test]
async fn long_answers_come_in_pages() {
    let sandbox = Sandbox::empty().await;
    for _ in 0..3 {
        let records: Vec<_> = (0..200).map(|n| record("Case", json!({"Subject": format!("case {n}")}))).collect();
        sandbox.post("/composite/sobjects", json!({"records": records})).await;
    }
    let headers = [("Sforce-Query-Options", "batchSize=250")];
    let first = sandbox.call_with(Method::GET, "/query?q=SELECT+Id+FROM+Case+ORDER+BY+Id", &headers, None).await;
    assert_eq!((&first.body["totalSize"], &first.body["done"]), (&json!(600), &json!(false)));
    let mut all = ids(&first);
    let mut next = first.body["nextRecordsUrl"].as_str().map(str::to_owned);
    let mut n_pages = 1;
    while let Some(url) = next {
        assert!(url.starts_with("/services/data/v64.0/query/0r8"), "{url}");
        let page = sandbox.get(url.trim_start_matches("/services/data/v64.0")).await;
        all.extend(ids(&page));
        n_pages += 1;
        next = page.body["nextRecordsUrl"].as_str().map(str::to_owned);
    }
    assert_eq!(n_pages, 3);
    let distinct: std::collections::HashSet<_> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (600, 600));
    sandbox.get("/query/0r8nonsense-200").await.refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
}

#[tokio::test]
async fn ids_are_ordered_as_they_are_compared() {
    let sandbox = Sandbox::empty().await;
    // So many that the last digit of an id has been a figure, a capital and a small letter.
    let records: Vec<_> = (0..62).map(|n| record("Case", json!({"Subject": format!("{n}")}))).collect();
    sandbox.post("/composite/sobjects", json!({"records": records})).await;
    let ordered = ids(&sandbox.query("SELECT Id FROM Case ORDER BY Id").await);
    for (at, id) in ordered.iter().enumerate().step_by(9) {
        let after = ids(&sandbox.query(&format!("SELECT Id FROM Case WHERE Id > '{id}' ORDER BY Id")).await);
        assert_eq!(after, ordered[at + 1..], "after {id}");
    }
}

#[tokio::test]
async fn query_all_shows_the_recycle_bin() {
    let sandbox = Sandbox::empty().await;
    let id = sandbox.create("Case", json!({"Subject": "x"})).await;
    sandbox.delete(&format!("/sobjects/Case/{id}")).await;
    assert_eq!(ids(&sandbox.query("SELECT Id FROM Case").await), Vec::<String>::new());
    let all = sandbox.get("/queryAll?q=SELECT+Id,IsDeleted+FROM+Case+WHERE+IsDeleted=true").await;
    assert_eq!(ids(&all), [id]);
    assert_eq!(all.body["records"][0]["IsDeleted"], json!(true));
}

#[tokio::test]
async fn what_is_wrong_is_shown_with_a_picture() {
    let sandbox = Sandbox::empty().await;
    let rows = [
        (
            "SELECT Foo FROM Case",
            "INVALID_FIELD",
            "\nSELECT Foo FROM Case\n       ^\nERROR at Row:1:Column:8\nNo such column 'Foo' on entity 'Case'. If you are attempting to use a custom field",
        ),
        (
            "select count() from XYZZY",
            "INVALID_TYPE",
            "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\nsObject type 'XYZZY' is not supported.",
        ),
        (
            "SELECT Id FROM Case WHERE Description = 'x'",
            "INVALID_FIELD",
            "field 'Description' can not be filtered in a query call",
        ),
        (
            "SELECT Id FROM Case WHERE Subject = 5",
            "INVALID_FIELD",
            "value of filter criterion for field 'Subject' must be of type string and should be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Case WHERE CreatedDate > '2026-01-01'",
            "INVALID_FIELD",
            "must be of type dateTime and should not be enclosed in quotes",
        ),
        ("SELECT Id FROM Case WHERE Id = 'zzz'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: zzz"),
        ("SELECT Id, Id FROM Case", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Id FROM Case ORDER BY Description", "INVALID_FIELD", "can not be sorted"),
        ("SELECT Foo.Name FROM Case", "INVALID_FIELD", "Didn't understand relationship 'Foo' in field path"),
        ("SELECT Id FROM Case WHERE A = 1 AND B = 2 OR C = 3", "MALFORMED_QUERY", "unexpected token: 'OR'"),
        ("SELECT FIELDS(ALL) FROM Case", "MALFORMED_QUERY", "must have a LIMIT of at most 200"),
        (
            "SELECT Subject, COUNT(Id) FROM Case GROUP BY Status",
            "MALFORMED_QUERY",
            "Field must be grouped or aggregated: Subject",
        ),
        (
            "SELECT Id FROM ContentDocumentLink",
            "MALFORMED_QUERY",
            "Implementation restriction: ContentDocumentLink requires a filter by a single Id",
        ),
        (
            "SELECT Id FROM Case WHERE Id IN (SELECT Id FROM Case)",
            "MALFORMED_QUERY",
            "should not be on the same object type",
        ),
        ("SELECT Id FROM FeedItem WHERE SystemModstamp > 2026-01-01T00:00:00Z", "INVALID_FIELD", "can not be filtered"),
    ];
    for (soql, code, message) in rows {
        sandbox.query(soql).await.refused(400, code, message);
    }
    sandbox.get("/query").await.refused(400, "MALFORMED_QUERY", "");
}

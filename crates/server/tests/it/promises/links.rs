//! Links by hand: found, made, looked at, refreshed, dissolved; and related records, which follow wherever they point.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, Side, text};
use crate::process::{Ended, Running, get, run, wait_for};

const TOKEN: &str = "token-of-a-test";

/// Cases and bugs, which come together by themselves or by hand.
fn cases(auto_create: &str) -> String {
    let usual = cases!(
        r"
    conflicts: salesforce-wins
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Priority, jira: priority } ]
    status:
      field: Status
      values: { New: To Do, Working: In Progress, Closed: Done }
"
    );
    usual.replace("auto_create: jira", &format!("auto_create: {auto_create}"))
}

fn bug(company: &Company, summary: &str) -> String {
    let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": summary });
    text(&company.jira(Method::POST, "issue", &json!({ "fields": fields }))["key"]).to_owned()
}

/// A command about these items, without a server.
fn ask(company: &Company, items: &str, arguments: &[&str]) -> Ended {
    let file = company.configure(items, "");
    run(&[arguments, &["--config", &file]].concat())
}

fn card(company: &Company, items: &str, name: &str) -> Value {
    ask(company, items, &["show", name, "--json"]).json()["links"][0].clone()
}

/// A server that runs these items; its address.
fn serve(company: &Company, items: &str, poll_seconds: u32) -> (Running, String) {
    let more =
        format!("triggers: {{ poll_seconds: {poll_seconds}, push: false }}\nserver: {{ api_tokens: [ {TOKEN} ] }}\n");
    let file = company.configure(items, &more);
    let (running, server) = company.serve(&file);
    (running, server)
}

/// A case's number is no link's number, whatever links there are.
#[test]
fn a_number_of_a_case_is_taken_for_no_link() {
    let company = Company::new();
    let items = cases("jira");
    let case = company.create("Case", &json!({ "Subject": "Named by its number" }));
    company.sync(&items);
    let (case, link) = (company.record("Case", &case), card(&company, &items, &case)["link"].to_string());
    let number = format!("{link:0>8}");
    for command in ["show", "refresh", "unlink", "explain"] {
        let asked = ask(&company, &items, &[command, &number]);
        let says_how = asked.stderr.contains("entente search ITEM");
        assert_eq!((asked.code, says_how), (2, true), "{command}: {asked:?}");
    }
    let found = ask(&company, &items, &["search", "cases", text(&case["CaseNumber"])]);
    assert!(found.stdout.contains(text(&case["Id"])), "{found:?}");
    assert_eq!(ask(&company, &items, &["show", &link]).code, 0);
}

/// S1-24, S3-02, S1-62: an item that creates nothing waits for a person; what is linked by hand then agrees.
#[test]
fn a_pair_that_is_linked_by_hand_agrees_from_then_on() {
    let company = Company::new();
    let items = cases("none");
    let case = company.create("Case", &json!({ "Subject": "By hand", "Priority": "High" }));
    let key = bug(&company, "By hand");
    company.sync(&items);
    assert_eq!(company.twin("Case", &case), None, "nothing happens by itself");

    let linked = ask(&company, &items, &["link", &case[..15], &key, "--item", "cases"]);
    assert_eq!(linked.code, 0, "{linked:?}");
    assert!(linked.stdout.contains("made by a person"), "{linked:?}");
    let unread = linked.stdout.matches("(not read yet)").count();
    assert!(unread == 2 && !linked.stdout.contains("summary"), "nothing was read of it yet: {linked:?}");
    assert_eq!(card(&company, &items, &case)["fields"], json!([]));
    company.sync(&items);
    assert!(card(&company, &items, &case)["fields"].as_array().is_some_and(|fields| !fields.is_empty()));
    assert_eq!(company.twin("Case", &case), Some(key.clone()));
    assert_eq!(company.issue(&key)["priority"]["name"], "High");

    let again = ask(&company, &items, &["link", &case, &key, "--item", "cases"]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("are linked already"), "{again:?}");
    let other = company.create("Case", &json!({ "Subject": "Other" }));
    let taken = ask(&company, &items, &["link", &other, &key, "--item", "cases"]);
    assert!(taken.code == 1 && taken.stderr.contains("are linked already"), "{taken:?}");

    assert_eq!(ask(&company, &items, &["unlink", &key]).code, 0);
    company.edit("Case", &case, &json!({ "Subject": "Apart" }));
    company.sync(&items);
    assert_eq!(company.issue(&key)["summary"], "By hand");
}

/// S1-24: what cannot be linked is refused with a sentence.
#[test]
fn what_cannot_be_linked_is_refused_with_a_sentence() {
    let company = Company::new();
    let items = cases("none");
    let case = company.create("Case", &json!({ "Subject": "One" }));
    let key = bug(&company, "One");
    let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Task" }, "summary": "Task" });
    let task = text(&company.jira(Method::POST, "issue", &json!({ "fields": fields }))["key"]).to_owned();
    for (record, issue, item, code, words) in [
        ("00001000", key.as_str(), "cases", 2, "is no Salesforce id of 15 or 18 characters"),
        ("500000000000000AAA", &key, "cases", 2, "Salesforce has no Case 500000000000000AAA"),
        (&case, "OPS-999", "cases", 2, "Jira has no issue OPS-999"),
        (&case, "seven", "cases", 2, "is no issue key"),
        (&case, &task, "cases", 2, "is of type Task in OPS; item cases is about Bug in OPS"),
        (&case, &key, "case", 2, "No item \"case\" runs; those that do: cases."),
    ] {
        let refused = ask(&company, &items, &["link", record, issue, "--item", item]);
        assert!(refused.code == code && refused.stderr.contains(words), "{words}: {refused:?}");
    }
}

/// S1-26, S1-66, S1-83, S1-84: a link that its item made is dissolved by an administrator who is sure, and by nobody
/// else; the record then gets no other issue by itself.
#[test]
fn an_automatic_link_is_dissolved_by_administrators_only() {
    let company = Company::new();
    let items = cases("jira");
    let case = company.create("Case", &json!({ "Subject": "By itself" }));
    company.sync(&items);
    let key = company.twin("Case", &case).unwrap();
    let shown = card(&company, &items, &key);
    assert_eq!((&shown["origin"], &shown["may_unlink"]), (&json!("auto"), &json!(false)));

    let refused = ask(&company, &items, &["unlink", &key]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("it is managed by its item") && refused.stderr.contains("--yes"), "{refused:?}");
    let other = bug(&company, "Another");
    let replaced = ask(&company, &items, &["link", &case, &other, "--item", "cases"]);
    assert_eq!(replaced.code, 1, "nor is it replaced: {replaced:?}");
    company.edit_issue(&key, &json!({ "summary": "Still at work" }));
    company.sync(&items);
    assert_eq!(company.record("Case", &case)["Subject"], "Still at work");

    assert_eq!(ask(&company, &items, &["unlink", &key, "--yes"]).code, 0);
    let before = company.issues("OPS");
    company.edit("Case", &case, &json!({ "Subject": "Alone", "Jira_Reference__c": null }));
    company.sync(&items);
    assert_eq!(company.issues("OPS"), before, "no other issue by itself");
    let (_server, url) = serve(&company, &items, 86_400);
    let journal = crate::process::get(&format!("{url}/api/v1/journal?limit=100"), TOKEN).unwrap().to_string();
    assert!(journal.contains("dissolved the link of"), "{journal}");
}

/// S1-82: a refresh brings Salesforce's values to Jira at once, and pushes nothing.
#[test]
fn a_refresh_pulls_at_once_and_pushes_nothing() {
    let company = Company::new();
    let items = cases("jira");
    let case = company.create("Case", &json!({ "Subject": "Fresh" }));
    company.sync(&items);
    let key = company.twin("Case", &case).unwrap();
    let (server, url) = serve(&company, &items, 86_400);
    wait_for("the first look", || {
        let status = crate::process::get(&format!("{url}/api/v1/status"), TOKEN)?;
        (status["idle"] == true && !status["items"][0]["last_sync"].is_null()).then_some(())
    });
    let n_ours = company.written_by_entente(Side::Salesforce).len();
    company.edit("Case", &case, &json!({ "Priority": "High" }));
    company.edit_issue(&key, &json!({ "summary": "Not to be pushed" }));
    let refreshed = run(&["refresh", &key, "--server", &url, "--token", TOKEN]);
    assert_eq!(refreshed.code, 0, "{refreshed:?}");
    assert_eq!(company.issue(&key)["priority"]["name"], "High", "it is done when the command ends");
    wait_for("rest", || {
        let status = crate::process::get(&format!("{url}/api/v1/status"), TOKEN)?;
        (status["idle"] == true).then_some(())
    });
    assert_eq!(company.written_by_entente(Side::Salesforce).len(), n_ours, "nothing is pushed");
    assert_eq!(company.record("Case", &case)["Subject"], "Fresh");
    company.edit("Case", &case, &json!({ "Priority": "Low" }));
    company.site_door("faults", &json!({ "route": "*", "answer": "status", "status": 503 }));
    let refused = run(&["refresh", &key, "--server", &url, "--token", TOKEN]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""), "{refused:?}");
    company.heal();
    drop(server);

    // Without a server the command does it by itself.
    let refreshed = ask(&company, &items, &["refresh", &key]);
    assert_eq!((refreshed.code, refreshed.stdout.as_str()), (0, "Link 1 is refreshed.\n"), "{refreshed:?}");
    assert_eq!(company.issue(&key)["priority"]["name"], "Low");
    assert_eq!(company.record("Case", &case)["Subject"], "Fresh", "nothing is pushed");
    company.sync(&items);
    assert_eq!(company.record("Case", &case)["Subject"], "Not to be pushed", "nor is it forgotten");
}

/// S1-78, S1-80, S1-81, S1-90: records are found by what people call them, or by a pasted id, and shown so that one tells
/// them apart.
#[test]
fn records_are_found_as_people_know_them() {
    let company = Company::new();
    let ends = |object: &str| {
        format!(
            "  {0}:\n    owner: a@acme.example\n    mode: display-only\n    salesforce: {{ connection: acme-org, object: {1} }}\n    \
             jira: {{ connection: acme-site, projects: [ OPS ] }}\n    fields: [ {{ salesforce: Id }} ]\n",
            object.to_lowercase(),
            object
        )
    };
    let items: String = ["Case", "Account", "Contact", "Lead", "Contract"].map(ends).concat();
    let case = company.create("Case", &json!({ "Subject": "Printer on fire" }));
    let number = text(&company.record("Case", &case)["CaseNumber"]).to_owned();
    let account = company.create("Account", &json!({ "Name": "Acme", "Website": "shop.example", "Phone": "0815" }));
    company.create("Contact", &json!({ "LastName": "Ames", "Email": "post@acme.example", "Phone": "0931" }));
    company.create("Lead", &json!({ "LastName": "Bell", "Company": "Ringers", "Email": "post@mail.example" }));
    company.create("Contract", &json!({ "AccountId": account }));
    let find = |item: &str, words: &str| ask(&company, &items, &["search", item, words, "--json"]).json();
    let expected = format!("{number} [Printer on fire]");
    for words in ["on fire", &number[2..], &case, &case[..15]] {
        assert_eq!(find("case", words)["records"], json!([{ "id": case, "display": expected }]), "{words}");
    }
    for (item, words, display) in [
        ("account", "acm", "Acme [shop.example]"),
        ("account", "0815", "Acme [shop.example]"),
        ("account", "shop.ex", "Acme [shop.example]"),
        ("contact", "ames", "Ames [post@acme.example]"),
        ("contact", "post@", "Ames [post@acme.example]"),
        ("contact", "0931", "Ames [post@acme.example]"),
        ("lead", "bell", "Bell [Ringers]"),
        ("lead", "ringers", "Bell [Ringers]"),
        ("lead", "post@mail", "Bell [Ringers]"),
    ] {
        assert_eq!(find(item, words)["records"][0]["display"], display, "{item} {words}");
    }
    assert!(text(&find("contract", "0")["records"][0]["display"]).ends_with(" [Draft]"));
    for (item, fields) in
        [("case", "Case Number or Subject"), ("account", "Phone or Website"), ("contact", "Email or ")]
    {
        let none = ask(&company, &items, &["search", item, "nowhere to be found"]);
        assert_eq!(none.code, 1);
        let words = none.stdout.contains("No matching records found") && none.stdout.contains("id");
        assert!(words && none.stdout.contains(fields), "{none:?}");
    }
}

/// S1-23, S1-25, S1-77, S1-79, S3-06, S3-09: a display-only item waits for a link and then shows the chosen fields; what
/// was last seen stays readable, with its age, while nobody answers.
#[test]
fn a_link_shows_its_fields_also_while_nobody_answers() {
    let company = Company::new();
    let shown = r"
  shown:
    owner: integrations@acme.example
    mode: display-only
    salesforce: { connection: acme-org, object: Case }
    jira: { connection: acme-site, projects: [ OPS, SUP ] }
    fields: [ { salesforce: Subject }, { salesforce: Priority, jira: Urgency } ]
";
    let case = company.create("Case", &json!({ "Subject": "To be seen", "Priority": "High" }));
    let key = bug(&company, "Seen");
    company.sync(shown);
    assert_eq!(ask(&company, shown, &["link", &case, &key, "--item", "shown"]).code, 0);
    company.sync(shown);
    let items = format!(
        "{}{shown}",
        cases("jira").replace("object: Case }", "object: Case, filter: { field: Subject, is: Other } }")
    );
    let other = company.create("Case", &json!({ "Subject": "Other" }));
    company.sync(&items);
    let pair = company.twin("Case", &other).unwrap();

    // Neither side answers any more.
    let file = company.configure(&items, &format!("server: {{ api_tokens: [ {TOKEN} ] }}\n"));
    let down = std::fs::read_to_string(&file).unwrap();
    let down = down.split("http://127.0.0.1:").map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit()));
    let file = company.desk.file("acme.yaml", &down.collect::<Vec<_>>().join("http://127.0.0.1:9"));
    let card = |name: &str| run(&["show", name, "--config", &file, "--json"]).json()["links"][0].clone();
    let display = card(&key);
    let fields = |card: &Value| -> Vec<(String, String)> {
        let pair = |field: &Value| (text(&field["jira_field"]).to_owned(), text(&field["salesforce"]).to_owned());
        card["fields"].as_array().unwrap().iter().map(pair).collect()
    };
    assert_eq!(fields(&display), [("Subject".into(), "To be seen".into()), ("Urgency".into(), "High".into())]);
    for (name, value) in [
        ("item", json!("shown")),
        ("object", json!("Case")),
        ("mode", json!("display-only")),
        ("status_sync", json!(false)),
        ("origin", json!("manual")),
        ("may_unlink", json!(true)),
    ] {
        assert_eq!(display[name], value, "{name}");
    }
    assert!(text(&display["salesforce"]["url"]).ends_with(&case) && text(&display["jira"]["url"]).ends_with(&key));
    let two_way = card(&pair);
    assert_eq!((&two_way["status_sync"], &two_way["salesforce"]["id"]), (&json!(true), &json!(other)));
    assert_eq!(
        (&two_way["fields"][0]["salesforce"], &two_way["fields"][0]["jira"]),
        (&json!("Other"), &json!("Other"))
    );
    assert!(
        two_way["salesforce"]["age_seconds"].is_number() && two_way["jira"]["age_seconds"].is_number(),
        "{two_way}"
    );
    let words = run(&["show", &pair, "--config", &file]).stdout;
    assert!(words.contains("Subject \"Other\" | summary \"Other\"") && words.contains("s ago"), "{words}");
    let (_running, server) = company.serve(&file);
    let answered = get(&format!("{server}/api/v1/links?name={pair}"), TOKEN).unwrap()["links"][0].take();
    assert_eq!(answered["fields"], two_way["fields"], "{answered}");
    assert!(answered["salesforce"]["age_seconds"].is_number() && answered["jira"]["age_seconds"].is_number());
    assert_eq!(company.issue(&key)["summary"], "Seen");
    let history = company.jira(Method::GET, &format!("issue/{key}?expand=changelog"), &Value::Null);
    assert_eq!((&history["changelog"]["total"], &company.issue(&key)["Urgency"]), (&json!(0), &Value::Null));
}

const RELATED: &str = cases!(
    r"
    related: { account: AccountId, contact: ContactId, owner: OwnerId }
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: account.Name, jira: Customer }
      - { salesforce: contact.Email, jira: Salesforce Reference }
      - { salesforce: owner.Name, jira: Customer Impact }
"
);

/// S3-07, S3-08, S3-15: account, contact and owner come along, and follow: when they change themselves, when the case
/// points elsewhere, and when its owner becomes a queue.
#[test]
fn related_records_follow_wherever_they_point() {
    let company = Company::new();
    let account = company.create("Account", &json!({ "Name": "Acme" }));
    let other = company.create("Account", &json!({ "Name": "Bells" }));
    let contact = company.create("Contact", &json!({ "LastName": "Ames", "Email": "ames@acme.example" }));
    let ids: Vec<String> = (0..30)
        .map(|n| {
            let case = json!({ "Subject": format!("Case {n}"), "AccountId": account, "ContactId": contact });
            company.create("Case", &case)
        })
        .collect();
    company.sync(RELATED);
    let keys: Vec<String> = ids.iter().map(|id| company.twin("Case", id).unwrap()).collect();
    let first = company.issue(&keys[0]);
    assert_eq!((&first["Customer"], &first["Salesforce Reference"]), (&json!("Acme"), &json!("ames@acme.example")));

    let (_server, _) = serve(&company, RELATED, 5);
    let until = |key: &str, field: &str, value: &str| {
        wait_for(value, || (company.issue(key)[field].to_string().contains(value)).then_some(()));
    };
    company.edit("Account", &account, &json!({ "Name": "Acme Renamed" }));
    keys.iter().for_each(|key| until(key, "Customer", "Acme Renamed"));
    company.edit("Contact", &contact, &json!({ "Email": "new@acme.example" }));
    until(&keys[29], "Salesforce Reference", "new@acme.example");
    company.edit("Case", &ids[0], &json!({ "AccountId": other }));
    until(&keys[0], "Customer", "Bells");
    let queue = json!({ "Name": "Second Line", "Type": "Queue" });
    let queue = company.create("Group", &queue);
    company.create("QueueSobject", &json!({ "QueueId": queue, "SobjectType": "Case" }));
    company.edit("Case", &ids[1], &json!({ "OwnerId": queue }));
    until(&keys[1], "Customer Impact", "Second Line");
}

/// S3-09: a line that copies when the issue was changed travels with the other values, and tells in Salesforce of when they
/// are, also while Jira does not answer.
#[test]
fn salesforce_shows_how_old_its_copy_of_an_issue_is() {
    let company = Company::new();
    let field = json!({ "name": "Jira_Updated__c", "type": "DateTime" });
    company.org_door("objects", &json!({ "object": "Case", "fields": [field] }));
    let items = cases!(
        r"
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: Jira_Updated__c, jira: updated, direction: to-salesforce }
"
    );
    let case = company.create("Case", &json!({ "Subject": "First" }));
    company.sync(items);
    let key = company.twin("Case", &case).unwrap();
    // Salesforce keeps whole seconds.
    let shown = |company: &Company| text(&company.record("Case", &case)["Jira_Updated__c"])[..19].to_owned();
    let changed = |company: &Company| text(&company.issue(&key)["updated"])[..19].to_owned();
    assert_eq!(shown(&company), changed(&company));

    company.pass_seconds(3_600);
    company.edit_issue(&key, &json!({ "summary": "Second" }));
    let report = company.sync(items);
    assert_eq!(report["writes"], json!({ "salesforce": 1, "jira": 0 }), "both values in one call");
    let age = shown(&company);
    assert_eq!(age, changed(&company));
    assert_eq!(company.sync(items)["writes"], json!({ "salesforce": 0, "jira": 0 }));

    company.site_door("faults", &json!({ "name": "error_before", "route": "*" }));
    assert_ne!(company.try_sync(items).code, 0);
    assert_eq!((&company.record("Case", &case)["Subject"], shown(&company)), (&json!("Second"), age));
}

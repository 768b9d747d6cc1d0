//! Looking on for a while: at what is sent and received, and at what becomes of each record.

use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::{Ended, Running, get, run, wait_for};

const TOKEN: &str = "token-of-a-test";

const ITEM: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Description, jira: description } ]
"
);

/// A server that runs the item and polls often; its address.
fn serve(company: &Company, more: &str) -> (Running, String) {
    let more = format!("triggers: {{ poll_seconds: 5, push: false }}\nserver: {{ api_tokens: [ {TOKEN} ] }}\n{more}");
    let file = company.configure(ITEM, &more);
    let (running, server) = company.serve(&file);
    (running, server)
}

fn inspect(server: &str, arguments: &[&str]) -> Ended {
    run(&[&["inspect"], arguments, &["--server", server, "--token", TOKEN]].concat())
}

/// Everything that was seen, whole.
fn seen(server: &str) -> Vec<Value> {
    let list = inspect(server, &["list", "--json"]).json();
    let ids = list["sightings"].as_array().unwrap().iter().map(|one| one["id"].to_string());
    ids.filter_map(|id| {
        let shown = inspect(server, &["show", &id, "--json"]);
        (shown.code == 0).then(|| shown.json())
    })
    .collect()
}

/// The words of a step; a call has none.
fn said(sighting: &Value) -> &str {
    sighting["text"].as_str().unwrap_or_default()
}

fn first_look(server: &str) {
    wait_for("the first look", || {
        let status = get(&format!("{server}/api/v1/status"), TOKEN)?;
        (status["idle"] == true && !status["items"][0]["last_sync"].is_null()).then_some(())
    });
}

/// S2-60, S2-61, S2-62: what is sent and received is seen whole while somebody looks on, and so are the steps of each
/// record: collected, processed, delivered, or left alone; the journal says who looked.
#[test]
fn what_is_sent_and_received_is_seen_while_somebody_looks_on() {
    let company = Company::new();
    let case = company.create("Case", &json!({ "Subject": "Pump" }));
    company.sync(ITEM);
    let key = company.twin("Case", &case).unwrap();
    let (_server, server) = serve(&company, "");
    first_look(&server);

    let nobody = inspect(&server, &["list"]);
    assert!(nobody.code == 0 && nobody.stdout.contains("Nobody inspects"), "{nobody:?}");
    let started = inspect(&server, &["start", "--for", "10m"]);
    assert!(started.code == 0 && started.stdout.contains("Looking on until"), "{started:?}");
    let second = inspect(&server, &["start"]);
    assert!(second.code == 1 && second.stderr.contains("stop that first"), "{second:?}");

    company.edit("Case", &case, &json!({ "Subject": "Pump leaks" }));
    wait_for("the issue to follow", || (company.issue(&key)["summary"] == "Pump leaks").then_some(()));
    // The round that wrote it is committed, and its delivery told, a moment after Jira shows it.
    let is_delivered =
        |seen: &[Value]| seen.iter().any(|one| one["phase"] == "delivered" && one["issue"] == json!(key));
    let seen = wait_for("the delivery", || Some(seen(&server)).filter(|seen| is_delivered(seen)));
    let exchanges = || seen.iter().filter(|one| one["what"] == "exchange");
    let write = exchanges().find(|one| one["effect"] == "write" && one["connection"] == "acme-site");
    let write = write.unwrap_or_else(|| panic!("{seen:#?}"));
    assert_eq!((&write["method"], &write["item"]), (&json!("PUT"), &json!("cases")), "{write:#}");
    assert!(text(&write["request_body"]).contains("Pump leaks"), "{write:#}");
    assert!(write["status"].is_u64() && write["duration_ms"].is_u64(), "{write:#}");
    let headers = write["request_headers"].to_string();
    assert!(headers.contains(r#"["authorization","[redacted]"]"#), "{headers}");
    assert!(exchanges().any(|one| one["connection"] == "acme-org" && text(&one["answer_body"]).contains("Pump leaks")));
    for phase in ["collected", "processed", "delivered"] {
        assert!(seen.iter().any(|one| one["phase"] == phase && one["record"] == json!(case)), "{phase}: {seen:#?}");
    }
    let plan = seen.iter().find(|one| said(one).starts_with("update ")).expect("a plan");
    assert_eq!(plan["text"], "update Jira Subject>summary");
    let shown = inspect(&server, &["show", &write["id"].to_string()]);
    assert!(shown.stdout.contains("Sent:") && shown.stdout.contains("Received:"), "{shown:?}");

    let stopped = inspect(&server, &["stop"]);
    assert!(stopped.code == 0 && stopped.stdout.contains("Ended."), "{stopped:?}");
    assert_eq!(inspect(&server, &["stop"]).code, 1, "it has ended");
    let journal = get(&format!("{server}/api/v1/journal?kind=inspection"), TOKEN).unwrap();
    let texts: Vec<&str> = journal["entries"].as_array().unwrap().iter().map(|entry| text(&entry["text"])).collect();
    assert!(texts[0].contains("switched the inspection of everything on, until"), "{texts:?}");
    assert!(texts[1].contains("ended the inspection"), "{texts:?}");
}

/// S2-60: a look that finds nothing to do says so of each record, while somebody looks on at that item.
#[test]
fn what_is_looked_at_and_left_alone_is_seen_too() {
    let company = Company::new();
    let case = company.create("Case", &json!({ "Subject": "Quiet" }));
    company.sync(ITEM);
    let (_server, server) = serve(&company, "");
    first_look(&server);
    let link =
        run(&["show", &case, "--server", &server, "--token", TOKEN, "--json"]).json()["links"][0]["link"].to_string();
    assert_eq!(inspect(&server, &["start", "--for", "10m", "--link", &link]).code, 0);
    // Another record makes noise that is not kept; this one is touched in a field that is not mapped.
    let loud = company.create("Case", &json!({ "Subject": "Loud" }));
    wait_for("the noise", || company.twin("Case", &loud));
    company.edit("Case", &case, &json!({ "SuppliedName": "Unmapped" }));
    let seen = wait_for("the record to be left alone", || {
        Some(seen(&server)).filter(|seen| seen.iter().any(|one| said(one).contains("left alone")))
    });
    let steps: Vec<&Value> = seen.iter().filter(|one| one["what"] == "step").collect();
    assert!(steps.iter().all(|one| one["record"] == json!(case)), "{steps:#?}");
}

/// What the journal keeps as digests only, and every secret, is nowhere in what was seen.
#[test]
fn a_field_that_is_kept_as_a_digest_is_not_seen() {
    let company = Company::new();
    let case = company.create("Case", &json!({ "Subject": "Pump", "Description": "private-before" }));
    company.sync(ITEM);
    let key = company.twin("Case", &case).unwrap();
    let (_server, server) = serve(&company, "journal: { digest_only: [ Description ] }\n");
    first_look(&server);
    assert_eq!(inspect(&server, &["start"]).code, 0);
    company.edit("Case", &case, &json!({ "Subject": "Pump leaks", "Description": "private-after" }));
    wait_for("the issue to follow", || (company.issue(&key)["summary"] == "Pump leaks").then_some(()));
    let is_written = |seen: &[Value]| seen.iter().any(|one| one["effect"] == "write");
    let seen = wait_for("the write", || Some(seen(&server)).filter(|seen| is_written(seen)));
    let text = Value::from(seen).to_string();
    assert!(text.contains("Pump leaks") && !text.contains("private"), "{text}");
}

/// It ends by itself, and without a server there is nothing to look on at.
#[test]
fn an_inspection_ends_by_itself_and_wants_a_server() {
    let company = Company::new();
    let (_server, server) = serve(&company, "");
    assert_eq!(inspect(&server, &["start", "--for", "1s"]).code, 0);
    wait_for("its end", || inspect(&server, &["list"]).stdout.contains("Ended at").then_some(()));
    for (wrong, says) in [
        (vec!["start", "--for", "5h"], "at most 4 hours"),
        (vec!["start", "--connection", "acme"], "There is no connection"),
        (vec!["start", "--item", "bugs"], "There is no item"),
        (vec!["start", "--link", "77"], "There is no link 77"),
        (vec!["show", "999999"], "Nothing is remembered under the number 999999"),
    ] {
        let refused = inspect(&server, &wrong);
        assert!(refused.code == 2 && refused.stderr.contains(says), "{wrong:?}: {refused:?}");
    }
    let file = company.configure(ITEM, "");
    let alone = run(&["inspect", "list", "--data-dir", &company.desk.arg("elsewhere"), "--config", &file]);
    assert!(alone.code == 2 && alone.stderr.contains("looks on at a server that runs"), "{alone:?}");
}

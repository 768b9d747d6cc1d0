//! What the owner of an item is told by mail.

use serde_json::json;

use super::company::Company;
use super::deliveries::sink::Sink;
use crate::process::{get, wait_for};

const OWNED: &str = cases!(
    r"
    conflicts: ask
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: SuppliedCompany, jira: priority }
"
);

fn configured(company: &Company, sink: &Sink) -> String {
    let mail = format!("smtp_url: \"smtp://127.0.0.1:{}\", from: entente@acme.example", sink.port);
    let more = format!(
        "triggers: {{ poll_seconds: 5, push: false }}\n\
         alerts: {{ mail: {{ {mail} }} }}\n\
         server: {{ api_tokens: [ token-of-a-test ] }}\n"
    );
    company.configure(OWNED, &more)
}

/// S2-86: the owner hears of what waits for a person, once, without a value.
#[test]
fn the_owner_hears_of_what_waits_and_reads_no_value() {
    let (company, sink) = (Company::new(), Sink::new());
    let id = company.create("Case", &json!({ "Subject": "First" }));
    company.sync(OWNED);
    let key = company.twin("Case", &id).unwrap();
    company.edit("Case", &id, &json!({ "Subject": "Their secret" }));
    company.edit_issue(&key, &json!({ "summary": "Our secret" }));
    let left = company.try_sync(OWNED);
    assert_eq!(left.json()["conflicts"], 1, "{left:?}");
    let file = configured(&company, &sink);
    let (server, url) = company.serve(&file);
    let mail = wait_for("a mail to the owner", || sink.mails().into_iter().next());
    assert_eq!((mail.recipients.len(), mail.header("To")), (1, "integrations@acme.example"), "{}", mail.text);
    assert!(mail.text.contains("item cases") && mail.text.contains("1 conflict waits"), "{}", mail.text);
    assert!(!mail.text.contains("secret"), "{}", mail.text);

    let told = |url: &str| {
        let journal = get(&format!("{url}/api/v1/journal"), "token-of-a-test")?;
        let entries = journal["entries"].as_array()?.iter();
        Some(entries.filter(|entry| entry["kind"] == "alert").count())
    };
    wait_for("the journal's word of it", || told(&url).filter(|n| *n == 1));

    // Also after a restart nobody is told again what is known, nor of more within the hour.
    drop(server);
    company.edit("Case", &id, &json!({ "SuppliedCompany": "Unheard of" }));
    let (_server, url) = company.serve(&file);
    let status = || get(&format!("{url}/api/v1/status"), "token-of-a-test");
    wait_for("the refused value", || status().filter(|status| status["parked"] == 1));
    let next = company.create("Case", &json!({ "Subject": "Next" }));
    wait_for("the next issue", || company.twin("Case", &next));
    assert_eq!((sink.mails().len(), told(&url)), (1, Some(1)));
}

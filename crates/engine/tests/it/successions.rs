//! Records that go on in others: one issue goes on with one record, whichever round comes first.

use std::time::Duration;

use entente_core::{Side, Value as Agreed};
use entente_engine::SyncOptions;
use entente_sandbox::Seed;
use entente_store::{Link, LinkState};
use http::Method;
use serde_json::{Value, json};

use crate::{
    safety::case_path,
    stage::{ITEM, ORG, SITE, Stage},
};

/// An item of leads, and one of what they become.
fn leads(on_convert: &str, object: &str, project: &str) -> String {
    let item = |object: &str, title: &str, project: &str| {
        let kind = if project == "OPS" { "Task" } else { "Bug" };
        format!(
            r"
    salesforce: {{ connection: org, object: {object} }}
    jira: {{ connection: site, project: {project}, issue_type: {kind} }}
    auto_create: jira
    correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}
    fields: [ {{ salesforce: {title}, jira: summary }} ]
"
        )
    };
    let leads = item("Lead", "Company", "OPS") + &format!("    on_convert: {on_convert}\n");
    format!("{leads}  became:\n    owner: tests@sandbox.example\n{}", item(object, "Name", project))
}

/// A stage with one lead that has an issue and was converted since; what it became is under `part`.
async fn with_a_converted_lead(items: &str, part: &str) -> (Stage, String, String) {
    let stage = Stage::new(Seed::Empty, items).await;
    let lead = make(&stage, "Lead", json!({"LastName": "Bell", "Company": "Bells"})).await;
    assert_eq!(stage.sync().await.links, 1);
    let became = convert(&stage, &lead, part).await;
    (stage, lead, became)
}

async fn convert(stage: &Stage, lead: &str, part: &str) -> String {
    let call = format!(
        "<convertLead><leadConverts><leadId>{lead}</leadId><convertedStatus>Closed - Converted</convertedStatus>\
         <opportunityName>The deal</opportunityName></leadConverts></convertLead>"
    );
    let answer = stage.soap(&call).await;
    let became = answer.split(&format!("<{part}>")).nth(1).and_then(|rest| rest.split('<').next());
    became.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn make(stage: &Stage, object: &str, fields: Value) -> String {
    let made = stage.salesforce(Method::POST, &format!("/services/data/v64.0/sobjects/{object}"), fields).await;
    made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

async fn case(stage: &Stage, subject: &str, origin: &str) -> String {
    make(stage, "Case", json!({"Subject": subject, "Origin": origin})).await
}

/// All links of a record, tombstones included.
async fn links(stage: &Stage, id: &str) -> Vec<Link> {
    stage.store.links_by_records("org", Side::Salesforce, "org", &[id.to_owned()]).await.unwrap()
}

async fn key(stage: &Stage, id: &str) -> String {
    links(stage, id).await.first().map(|link| link.jira_key.clone()).unwrap_or_default()
}

#[tokio::test]
async fn what_a_lead_became_gets_no_issue_of_its_own_whichever_round_comes_first() {
    for leads_first in [false, true] {
        let (stage, lead, deal) =
            with_a_converted_lead(&leads("follow-opportunity", "Opportunity", "OPS"), "opportunityId").await;
        let issue = key(&stage, &lead).await;
        let steps = stage.engine().steps().remove(0);
        assert!(steps.own().await.unwrap());
        steps.look().await.unwrap();
        // One round for the opportunity, by the name of its item, and one for the lead.
        let mut rounds = steps.rounds().await.unwrap();
        assert_eq!(rounds.len(), 2);
        if leads_first {
            rounds.reverse();
        }
        for round in rounds {
            round.run().await.unwrap();
        }
        steps.release().await;
        let report = stage.sync().await;
        assert_eq!((report.links, report.waiting), (1, 0), "{report:?}");
        assert_eq!((stage.search("project = OPS").await.len(), key(&stage, &deal).await), (1, issue));
    }
}

#[tokio::test]
async fn of_two_issues_of_merged_records_one_goes_on_and_the_round_stands() {
    let stage = Stage::new(Seed::Empty, ITEM).await;
    let [first, second, other] =
        [case(&stage, "First", "Web").await, case(&stage, "Second", "Web").await, case(&stage, "Other", "Web").await];
    stage.sync().await;
    let master = case(&stage, "Master", "Phone").await;
    stage.merge("Case", &master, &[&first, &second]).await;
    stage.salesforce(Method::PATCH, &case_path(&other), json!({"Subject": "Edited"})).await;
    let report = stage.sync().await;
    assert_eq!((report.links, report.waiting), (2, 0), "{report:?}");
    assert_eq!(stage.issue(&key(&stage, &other).await).await["fields"]["summary"], "Edited");
    assert_eq!(stage.issue(&key(&stage, &master).await).await["fields"]["summary"], "Master");
    let gave_way = [links(&stage, &first).await, links(&stage, &second).await].concat();
    let reasons: Vec<&LinkState> = gave_way.iter().map(|link| &link.state).collect();
    assert!(
        matches!(&*reasons, [LinkState::Unlinked { reason }] if reason.contains("which is linked with")),
        "{reasons:?}"
    );
}

/// What the record names says nothing of what its issue names: that write failed.
#[tokio::test]
async fn an_issue_whose_edit_failed_names_the_record_that_took_over_all_the_same() {
    let stage = Stage::new(Seed::Empty, ITEM).await;
    let loser = case(&stage, "Loser", "Web").await;
    stage.sync().await;
    let master = case(&stage, "Master", "Phone").await;
    stage.merge("Case", &master, &[&loser]).await;
    stage.fault(SITE, json!({"name": "bad_gateway", "route": "PUT /rest/api/3/issue/{..}", "times": 1})).await;
    stage.sync_patiently().await;
    let (issue, names) = (key(&stage, &master).await, stage.field("Salesforce Case ID").await);
    assert_eq!(stage.issue(&issue).await["fields"][names.as_str()], master);
}

#[tokio::test]
async fn a_record_linked_in_the_middle_of_a_round_is_not_taken_over_and_the_round_stands() {
    let stage = Stage::new(Seed::Empty, ITEM).await;
    let [loser, other] = [case(&stage, "Loser", "Web").await, case(&stage, "Other", "Web").await];
    stage.sync().await;
    let master = case(&stage, "Master", "Phone").await;
    let by_hand = json!({"fields": {"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "By hand"}});
    let by_hand = stage.jira(Method::POST, "/rest/api/3/issue", by_hand).await["key"].as_str().unwrap().to_owned();
    stage.merge("Case", &master, &[&loser]).await;
    stage.salesforce(Method::PATCH, &case_path(&other), json!({"Subject": "Edited once"})).await;
    let (engine, record, its) = (stage.engine(), master.clone(), by_hand.clone());
    stage.after("Edited once", async move {
        engine.link("support-bugs", &record, &its, "ada").await.expect("a link");
    });
    let report = stage.sync().await;
    assert_eq!((report.links, report.waiting, key(&stage, &master).await), (2, 0, by_hand), "{report:?}");
    assert!(matches!(links(&stage, &loser).await[0].state, LinkState::Unlinked { .. }));
    let journal = stage.engine().journal_tail(None, 99).await.unwrap();
    let edited = journal.iter().filter(|entry| entry.what.after == Some(Agreed::text("Edited once")));
    assert_eq!(edited.count(), 1, "what the round wrote was recorded: {journal:#?}");
    assert!(!journal.iter().any(|entry| entry.what.kind == "follow"), "nothing went on: {journal:#?}");
}

/// Nobody has heard of the issue that was made for it.
#[tokio::test]
async fn a_record_that_was_given_an_issue_of_its_own_does_not_take_over_another() {
    let stage = Stage::new(Seed::Empty, ITEM).await;
    let loser = case(&stage, "Loser", "Web").await;
    stage.sync().await;
    let issue = key(&stage, &loser).await;
    let master = case(&stage, "Master", "Web").await;
    stage
        .fault(SITE, json!({"name": "timeout_after_commit", "route": "POST /rest/api/3/issue/bulk", "times": 1}))
        .await;
    stage.rounds_until_struck(SITE).await;
    assert_eq!(links(&stage, &master).await, [], "nobody has heard of its issue");
    stage.merge("Case", &master, &[&loser]).await;
    let report = stage.sync_patiently().await;
    assert_eq!((report.links, report.waiting, report.is_clean()), (1, 0, true), "{report:?}");
    assert_ne!(key(&stage, &master).await, issue);
    let gave_way = links(&stage, &loser).await.remove(0).state;
    assert!(
        matches!(&gave_way, LinkState::Unlinked { reason } if reason.contains("which is linked with")),
        "{gave_way:?}"
    );
}

#[tokio::test]
async fn a_round_of_a_link_that_has_gone_on_meanwhile_leaves_it_alone() {
    let stage = Stage::new(Seed::Empty, ITEM).await;
    let loser = case(&stage, "Loser", "Web").await;
    stage.sync().await;
    let master = case(&stage, "Master", "Phone").await;
    stage.merge("Case", &master, &[&loser]).await;
    let steps = stage.engine().steps().remove(0);
    assert!(steps.own().await.unwrap());
    steps.look().await.unwrap();
    let late = steps.rounds().await.unwrap();
    // To own the org once more forgets what is under way, as if the hint had been joined to its link before that.
    assert!(steps.own().await.unwrap());
    for round in steps.rounds().await.unwrap().into_iter().chain(late) {
        round.run().await.unwrap();
    }
    steps.release().await;
    let links = links(&stage, &master).await;
    assert!(matches!(&*links, [Link { state: LinkState::Active, .. }]), "{links:?}");
}

#[tokio::test]
async fn a_recycle_bin_that_does_not_answer_puts_off_new_records_and_stops_nothing() {
    let stage = Stage::new(Seed::Empty, ITEM).await;
    let old = case(&stage, "Old", "Web").await;
    stage.sync().await;
    case(&stage, "New", "Web").await;
    stage.salesforce(Method::PATCH, &case_path(&old), json!({"Subject": "Edited"})).await;
    let bin = "GET /services/data/{..}/queryAll";
    stage.fault(ORG, json!({"name": "error_before", "route": bin, "times": 999})).await;
    let report = stage.sync().await;
    assert_eq!((report.links, report.created.jira, report.waiting), (1, 0, 1), "{report:?}");
    assert_eq!(stage.issue(&key(&stage, &old).await).await["fields"]["summary"], "Edited");
    let hint = stage.store.due("org", i64::MAX, 9).await.unwrap().remove(0);
    assert!(hint.attempts > 0, "it comes later each time: {hint:?}");
}

#[tokio::test]
async fn what_a_lead_became_does_not_wait_for_a_link_that_will_never_be_its_own() {
    // The leads ask to follow the account, but no item pairs accounts with the issues of the leads.
    let (stage, lead, account) = with_a_converted_lead(&leads("follow-account", "Account", "SUP"), "accountId").await;
    let options = SyncOptions { wait: Some(Duration::from_secs(5)), ..SyncOptions::default() };
    let report = stage.engine().sync(&options, &|_| {}).await.unwrap();
    assert_eq!((report.links, report.waiting), (2, 0), "{report:?}");
    assert!(key(&stage, &account).await.starts_with("SUP-") && key(&stage, &lead).await.starts_with("OPS-"));
}

#[tokio::test]
async fn a_merged_record_hands_over_what_was_agreed_also_where_only_digests_are_kept() {
    for form in ["", "    base: hashes\n"] {
        let stage = Stage::new(Seed::Empty, &format!("{ITEM}{form}    conflicts: salesforce-wins\n")).await;
        let loser = case(&stage, "The same", "Web").await;
        stage.sync().await;
        let issue = key(&stage, &loser).await;
        let master = case(&stage, "The same", "Phone").await;
        stage.merge("Case", &master, &[&loser]).await;
        let edit = json!({"fields": {"summary": "Edited in Jira"}});
        stage.jira(Method::PUT, &format!("/rest/api/3/issue/{issue}"), edit).await;
        stage.sync().await;
        let master = stage.salesforce(Method::GET, &case_path(&master), Value::Null).await;
        assert_eq!(master["Subject"], "Edited in Jira", "only Jira has changed since both agreed");
    }
}

/// What the journal tells of edits that were lost.
async fn lost(stage: &Stage) -> Vec<String> {
    let journal = stage.engine().journal_tail(None, 999).await.unwrap();
    journal.into_iter().filter(|entry| entry.what.kind == "lost").map(|entry| entry.what.text).collect()
}

#[tokio::test]
async fn what_was_written_for_a_lead_is_no_lost_edit_of_what_it_became() {
    let items = leads("follow-opportunity", "Opportunity", "OPS");
    let stage = Stage::new(Seed::Empty, &items).await;
    let lead = make(&stage, "Lead", json!({"LastName": "Bell", "Company": "First"})).await;
    for company in ["Second", "Third"] {
        stage.sync().await;
        let edit = json!({"Company": company});
        stage.salesforce(Method::PATCH, &format!("/services/data/v64.0/sobjects/Lead/{lead}"), edit).await;
    }
    stage.sync().await;
    // A read is known to the second only, so what was written within that second would count as written since.
    for side in [ORG, SITE] {
        stage.control(side, "clock", json!({"advance_seconds": 1})).await;
    }
    convert(&stage, &lead, "opportunityId").await;
    // Neither title has a claim on the other, so a person is asked, and Jira's history is looked at.
    assert_eq!(stage.sync().await.conflicts, 1);
    assert_eq!(lost(&stage).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_was_written_before_a_pair_was_linked_by_hand_is_no_lost_edit() {
    let stage = Stage::new(Seed::Empty, &format!("{ITEM}    conflicts: ask\n")).await;
    let id = case(&stage, "First", "Web").await;
    for subject in ["Second", "Third"] {
        stage.sync().await;
        stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": subject})).await;
    }
    stage.sync().await;
    let (engine, link) = (stage.engine(), links(&stage, &id).await.remove(0));
    engine.unlink(link.id, "ada", true).await.unwrap();
    engine.link("support-bugs", &id, &link.jira_key, "ada").await.unwrap();
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Fourth"})).await;
    assert_eq!(stage.sync().await.conflicts, 1);
    assert_eq!(lost(&stage).await, Vec::<String>::new());
}

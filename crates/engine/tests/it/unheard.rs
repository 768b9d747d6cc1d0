//! Writes whose answer was lost, or which a crash kept from being recorded: nothing is forgotten because of them, and no
//! older value comes back.

use std::time::Duration;

use entente_core::Side;
use entente_engine::{Steps, SyncOptions};
use entente_sandbox::{Clock, Seed, control::Write};
use entente_store::simulation::{self, Fate};
use http::Method;
use serde_json::{Value, json};

use crate::{
    safety::{case_path, is_kept, pair, read_of},
    stage::{ITEM, ORG, SITE, Stage},
};

#[tokio::test]
async fn what_a_transition_took_away_is_asked_for_again_when_nobody_could_say() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let path = format!("/rest/api/3/issue/{key}/transitions");
    let offered = stage.jira(Method::GET, &path, Value::Null).await;
    let way = offered["transitions"].as_array().unwrap().iter().find(|t| t["to"]["name"] != "Done").unwrap();
    let between = json!({"transition": {"id": way["id"]}});
    stage.in_jira_after(&read_of(&stage, &key).await, Method::POST, &path, &between);
    stage
        .fault(SITE, json!({"name": "error_before", "route": "POST /rest/api/3/changelog/bulkfetch", "times": 1}))
        .await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Status": "Closed"})).await;
    let report = stage.sync_patiently().await;
    assert_eq!((stage.hits(SITE).await, report.is_clean()), (1, true), "{report:?}");
    assert!(is_kept(&stage, way["to"]["name"].as_str().unwrap()).await);
}

#[tokio::test]
async fn an_edit_overwritten_by_a_write_whose_answer_was_lost_is_in_the_journal() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let path = format!("/rest/api/3/issue/{key}");
    let between = json!({"fields": {"summary": "Between"}});
    stage.in_jira_after(&read_of(&stage, &key).await, Method::PUT, &path, &between);
    stage.fault(SITE, lost_answer_to("From Salesforce")).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "From Salesforce"})).await;
    let report = stage.sync_patiently().await;
    assert_eq!((stage.hits(SITE).await, report.is_clean()), (1, true), "{report:?}");
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "From Salesforce");
    assert!(is_kept(&stage, "Between").await);
}

/// The answer to one edit in Jira is lost: to the one that sets this value.
fn lost_answer_to(value: &str) -> Value {
    let ours = json!({"body_contains": value});
    json!({"name": "timeout_after_commit", "route": "PUT /rest/api/3/issue/{..}", "match": ours, "times": 1})
}

#[tokio::test]
async fn what_a_write_overwrote_is_asked_for_again_though_the_write_itself_was_found() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let between = json!({"fields": {"summary": "Between"}});
    stage.in_jira_after(&read_of(&stage, &key).await, Method::PUT, &format!("/rest/api/3/issue/{key}"), &between);
    stage.fault(SITE, lost_answer_to("From Salesforce")).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "From Salesforce"})).await;
    stage.rounds_until_struck(SITE).await;
    // Jira's history tells whose the last word was, and then nothing for a while.
    let site = stage.world.jira.control().clone();
    let silence = json!({"name": "error_before", "route": "POST /rest/api/3/changelog/bulkfetch", "times": 1});
    stage.after(r#""fieldIds":["#, async move { site.add_fault(&silence).expect("a fault") });
    let report = stage.sync_patiently().await;
    assert_eq!((stage.hits(SITE).await, report.is_clean()), (2, true), "{report:?}");
    assert!(is_kept(&stage, "Between").await);
}

/// A sync whose process dies as soon as a field in Jira has been given a value.
async fn dies_when_jira_shows(stage: &Stage, value: &'static str) {
    dies_when_shown(stage, Side::Jira, value).await;
}

/// A sync whose process dies as soon as it has given a field of a side a value.
async fn dies_when_shown(stage: &Stage, side: Side, value: &str) {
    let control = match side {
        Side::Salesforce => stage.world.salesforce.control(),
        Side::Jira => stage.world.jira.control(),
    };
    let (control, value, n_before) = (control.clone(), value.to_owned(), control.writes().len());
    let has_it = move |writes: &[Write]| writes.iter().any(|write| write.after == value.as_str());
    let dies = move |_| if has_it(&control.writes()[n_before..]) { Fate::Fails } else { Fate::Goes };
    simulation::watch(Some(Box::new(dies)));
    let ended = stage.engine().sync(&SyncOptions::default(), &|_| {}).await;
    simulation::watch(None);
    assert!(ended.is_err(), "{ended:?}");
}

#[tokio::test]
async fn an_older_value_does_not_come_back_because_nobody_heard_that_it_was_written() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: jira-wins\n")).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "First"})).await;
    dies_when_jira_shows(&stage, "First").await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Second"})).await;
    stage.sync_patiently().await;
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "Second");
    assert_eq!(stage.salesforce(Method::GET, &case_path(&id), Value::Null).await["Subject"], "Second");
}

#[tokio::test]
async fn a_write_that_nobody_heard_of_is_agreed_on_from_the_round_that_finds_it() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: jira-wins\n")).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "First"})).await;
    dies_when_jira_shows(&stage, "First").await;
    stage.sync_patiently().await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Second"})).await;
    stage.sync_patiently().await;
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "Second");
}

/// A write to `ours` that never arrived; a person who then chose there the value that it would have set, while the other
/// side moved on. What both sides show in the end, and what the person chose.
async fn after_a_persons_equal_word(rule: &str, ours: Side) -> ([String; 2], &'static str) {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: {rule}\n")).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let (case, issue) = (case_path(&id), format!("/rest/api/3/issue/{key}"));
    let in_salesforce = |word: &str| stage.salesforce_as_colleague(Method::PATCH, &case, json!({ "Priority": word }));
    let in_jira = |word: &str| stage.jira(Method::PUT, &issue, json!({"fields": {"priority": {"name": word}}}));
    let before = stage.issue(&key).await["fields"]["priority"]["name"].clone();
    let mut others = ["High", "Medium", "Low"].into_iter().filter(|word| before != *word);
    let (same, another) = (others.next().unwrap(), others.next().unwrap());
    let (vendor, route, priority) = match ours {
        Side::Salesforce => (ORG, "POST /services/data/v64.0/composite", r#""Priority":"#),
        Side::Jira => (SITE, "PUT /rest/api/3/issue/{..}", r#""priority":"#),
    };
    match ours {
        Side::Salesforce => in_jira(same).await,
        Side::Jira => in_salesforce(same).await,
    };
    let fault = json!({"name": "reset_before", "route": route, "match": {"body_contains": priority}});
    stage.fault(vendor, fault).await;
    // A case that was written within this second is put off.
    for _ in 0..50 {
        if stage.hits(vendor).await == 0 {
            stage.sync().await;
        }
    }
    assert!(stage.hits(vendor).await > 0, "the write was lost");
    stage.world.salesforce.control().clear_faults();
    stage.world.jira.control().clear_faults();
    match ours {
        // An edit on top of the very value that the case shows would be an edit of what both agree on.
        Side::Salesforce => {
            in_jira(before.as_str().unwrap()).await;
            (in_jira(another).await, in_salesforce(same).await)
        }
        Side::Jira => (in_salesforce(another).await, in_jira(same).await),
    };
    stage.sync_patiently().await;
    let shown = stage.salesforce(Method::GET, &case, Value::Null).await["Priority"].clone();
    let shown = [shown, stage.issue(&key).await["fields"]["priority"]["name"].clone()];
    (shown.map(|value| value.as_str().unwrap_or_default().to_owned()), same)
}

#[tokio::test]
async fn a_value_that_a_person_chose_is_theirs_though_a_write_that_never_arrived_had_it_too() {
    for (rule, ours) in [("jira-wins", Side::Jira), ("salesforce-wins", Side::Salesforce)] {
        let (shown, chosen) = after_a_persons_equal_word(rule, ours).await;
        assert_eq!(shown, [chosen, chosen], "{rule}");
    }
}

/// A person's word on one side arrives on the other, which nobody hears of; there a person answers with another word. What
/// both sides show in the end, and that answer.
async fn after_an_answer_to_an_unheard_write(rule: &str, ours: Side, puts_back: bool) -> ([String; 2], String) {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: {rule}\n")).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let (case, issue) = (case_path(&id), format!("/rest/api/3/issue/{key}"));
    let in_salesforce = |word: String| stage.salesforce_as_colleague(Method::PATCH, &case, json!({ "Priority": word }));
    let in_jira = |word: String| stage.jira(Method::PUT, &issue, json!({"fields": {"priority": {"name": word}}}));
    let before = stage.issue(&key).await["fields"]["priority"]["name"].as_str().unwrap().to_owned();
    let mut others = ["High", "Medium", "Low"].into_iter().filter(|word| before != *word).map(str::to_owned);
    let (word, another) = (others.next().unwrap(), others.next().unwrap());
    let answer = if puts_back { before } else { another };
    match ours {
        Side::Salesforce => in_jira(word.clone()).await,
        Side::Jira => in_salesforce(word.clone()).await,
    };
    dies_when_shown(&stage, ours, &word).await;
    match ours {
        Side::Salesforce => in_salesforce(answer.clone()).await,
        Side::Jira => in_jira(answer.clone()).await,
    };
    stage.sync_patiently().await;
    let shown = stage.salesforce(Method::GET, &case, Value::Null).await["Priority"].clone();
    let shown = [shown, stage.issue(&key).await["fields"]["priority"]["name"].clone()];
    (shown.map(|value| value.as_str().unwrap_or_default().to_owned()), answer)
}

#[tokio::test]
async fn an_answer_to_a_write_that_nobody_heard_of_is_the_last_word() {
    let cases = [
        ("jira-wins", Side::Salesforce, true),
        ("jira-wins", Side::Salesforce, false),
        ("salesforce-wins", Side::Jira, true),
    ];
    for (rule, ours, puts_back) in cases {
        let (shown, answer) = after_an_answer_to_an_unheard_write(rule, ours, puts_back).await;
        assert_eq!(shown, [answer.clone(), answer], "{rule}, {puts_back}");
    }
}

#[tokio::test]
async fn an_edit_overwritten_by_a_first_write_that_was_never_recorded_is_in_the_journal() {
    let stage = Stage::new(Seed::Empty, &format!("{ITEM}    conflicts: salesforce-wins\n")).await;
    let fields = json!({"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "Theirs"});
    let issue = stage.jira(Method::POST, "/rest/api/3/issue", json!({ "fields": fields })).await;
    let key = issue["key"].as_str().unwrap();
    let case = json!({"Subject": "Ours", "Origin": "Web", "Jira_Reference__c": key});
    stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case).await;
    let between = json!({"fields": {"summary": "Between"}});
    let read = format!(r#""issueIdsOrKeys":["{key}"]"#);
    stage.in_jira_after(&read, Method::PUT, &format!("/rest/api/3/issue/{key}"), &between);
    dies_when_jira_shows(&stage, "Ours").await;
    stage.sync().await;
    assert_eq!(stage.issue(key).await["fields"]["summary"], "Ours");
    assert!(is_kept(&stage, "Between").await);
}

#[tokio::test]
async fn an_edit_on_top_of_a_write_whose_answer_was_lost_is_an_edit_and_no_conflict() {
    for rule in ["salesforce-wins", "ask"] {
        let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: {rule}\n")).await;
        stage.sync().await;
        let (id, key) = pair(&stage).await;
        let on_top = json!({"fields": {"summary": "On top"}});
        let ours = r#""summary":"From Salesforce""#;
        stage.in_jira_after(ours, Method::PUT, &format!("/rest/api/3/issue/{key}"), &on_top);
        let fault = json!({"name": "timeout_after_commit", "route": "PUT /rest/api/3/issue/{..}", "times": 1});
        stage.fault(SITE, fault).await;
        stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "From Salesforce"})).await;
        let report = stage.sync_patiently().await;
        assert_eq!((stage.hits(SITE).await, report.is_clean()), (1, true), "{report:?}");
        let case = stage.salesforce(Method::GET, &case_path(&id), Value::Null).await;
        assert_eq!(
            (&case["Subject"], stage.issue(&key).await["fields"]["summary"].as_str()),
            (&json!("On top"), Some("On top"))
        );
    }
}

/// A write is found by what stands on it, and what stands on it is carried back; somebody goes on before the pair rests.
#[tokio::test]
async fn a_write_that_was_found_does_not_undo_what_was_agreed_since() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: salesforce-wins\n")).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let path = format!("/rest/api/3/issue/{key}");
    let summary = |text: &str| json!({"fields": {"summary": text}});
    stage.in_jira_after(r#""summary":"One""#, Method::PUT, &path, &summary("Two"));
    stage.fault(SITE, lost_answer_to("One")).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "One"})).await;
    stage.rounds_until_struck(SITE).await;
    stage.in_jira_after(r#""Subject":"Two""#, Method::PUT, &path, &summary("Three"));
    stage.sync_patiently().await;
    let report = stage.sync_patiently().await;
    assert_eq!((stage.hits(SITE).await, report.is_clean()), (1, true), "{report:?}");
    let case = stage.salesforce(Method::GET, &case_path(&id), Value::Null).await;
    let shown = [case["Subject"].clone(), stage.issue(&key).await["fields"]["summary"].clone()];
    assert_eq!(shown, [json!("Three"), json!("Three")]);
}

/// A company at rest, with rules of its own, the hand of its clock, and who works on it one step after the other.
struct AtWork {
    stage: Stage,
    hand: Clock,
    steps: Steps,
}

impl AtWork {
    async fn with(conflicts: &str, settle_seconds: u64) -> Self {
        let hand = Clock::manual("2026-03-02T09:00:00Z".parse().unwrap());
        let mut stage = Stage::at(hand.clone(), Seed::Demo, &format!("{ITEM}    conflicts: {conflicts}\n")).await;
        stage.edit("settle_seconds: 2", &format!("settle_seconds: {settle_seconds}"));
        let steps = stage.engine().steps().remove(0);
        assert!(steps.own().await.unwrap(), "nobody else works");
        let at_work = Self { stage, hand, steps };
        for _ in 0..2 {
            at_work.look_and_rounds().await;
        }
        at_work
    }

    /// A look, and rounds for what is due a second later.
    async fn look_and_rounds(&self) {
        self.steps.look().await.expect("a look");
        self.hand.advance(Duration::from_secs(1));
        for round in self.steps.rounds().await.expect("rounds") {
            round.run().await.expect("a round");
        }
    }

    /// The same a while later, so many times.
    async fn go_on(&self, times: usize, seconds: u64) {
        for _ in 0..times {
            self.hand.advance(Duration::from_secs(seconds));
            self.steps.renew().await.unwrap();
            self.look_and_rounds().await;
        }
    }

    /// A subject in Salesforce whose write to Jira is still on its way when its round has ended.
    async fn send_late(&self, case: &str, subject: &str, delay_ms: u64) {
        self.stage.salesforce(Method::PATCH, &case_path(case), json!({"Subject": subject})).await;
        let (ours, route) = (json!({"body_contains": subject}), "PUT /rest/api/3/issue/{..}");
        let late = json!({"name": "late_commit", "route": route, "match": ours, "delay_ms": delay_ms});
        self.stage.fault(SITE, late).await;
        self.go_on(1, 1).await;
        assert_eq!(self.stage.hits(SITE).await, 1);
    }

    /// Lets so many seconds pass, and has what is on its way take effect.
    fn late_calls(&self, seconds: u64) -> impl Future<Output = ()> + Send + use<> {
        let (site, hand) = (self.stage.world.jira.control().clone(), self.hand.clone());
        async move {
            hand.advance(Duration::from_secs(seconds));
            site.run_late_calls().await;
        }
    }
}

fn sees_the_project(granted: bool) -> Value {
    json!({"user": "admin@sandbox.example", "project": "OPS", "permission": "BROWSE_PROJECTS", "granted": granted})
}

/// The project is hidden between a round's reading of an issue and its question for what a write had replaced there.
#[tokio::test]
async fn what_a_write_overwrote_is_asked_for_again_when_its_project_was_hidden_meanwhile() {
    let at_work = AtWork::with("ask", 2).await;
    let stage = &at_work.stage;
    let (id, key) = pair(stage).await;
    let between = json!({"fields": {"summary": "Between"}});
    stage.in_jira_after(&read_of(stage, &key).await, Method::PUT, &format!("/rest/api/3/issue/{key}"), &between);
    for (word, is_hidden) in [("First", false), ("Second", true)] {
        stage.fault(SITE, lost_answer_to(word)).await;
        stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": word})).await;
        if is_hidden {
            // The look before the round has asked for the history, too.
            let read = format!("{},\"fields\"", read_of(stage, &key).await);
            stage.control_after(&read, "rights", &sees_the_project(false));
        }
        at_work.go_on(1, 5).await;
    }
    stage.control(SITE, "rights", sees_the_project(true)).await;
    at_work.go_on(4, 5).await;
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "Second");
    assert!(is_kept(stage, "Between").await);
}

/// A write to Jira is on its way when a round reads both sides, and lands before that round has ended, which takes so long
/// that the write could have no effect any more.
#[tokio::test]
async fn a_write_that_lands_while_a_round_looks_at_what_was_before_it_is_known_to_be_ours() {
    for (rule, last) in [("ask", "Second"), ("jira-wins", "Theirs")] {
        let at_work = AtWork::with(rule, 10).await;
        let stage = &at_work.stage;
        let (id, key) = pair(stage).await;
        at_work.send_late(&id, "First", 8_000).await;
        stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Second"})).await;
        stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), json!({"fields": {"summary": "Theirs"}})).await;
        // The look before the round asks for the history, too.
        let read = format!("{},\"fields\"", read_of(stage, &key).await);
        stage.after(&read, at_work.late_calls(10));
        at_work.go_on(1, 1).await;
        assert_eq!(stage.issue(&key).await["fields"]["summary"], "First", "it landed, and nobody has looked since");
        at_work.go_on(3, 1).await;
        let case = stage.salesforce(Method::GET, &case_path(&id), Value::Null).await;
        assert_eq!((&case["Subject"], &stage.issue(&key).await["fields"]["summary"]), (&json!(last), &json!(last)));
    }
}

/// An edit in Jira that a late write took away before a round wrote another field: the pair came to rest on the answer to
/// that, which shows the late write already.
#[tokio::test]
async fn what_a_late_write_overwrote_is_in_the_journal_though_the_pair_came_to_rest_on_it() {
    let at_work = AtWork::with("ask", 30).await;
    let stage = &at_work.stage;
    let (id, key) = pair(stage).await;
    at_work.send_late(&id, "First", 5_000).await;
    let urgency = if stage.issue(&key).await["fields"]["priority"]["name"] == "Low" { "High" } else { "Low" };
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Second", "Priority": urgency})).await;
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), json!({"fields": {"summary": "Theirs"}})).await;
    stage.before(r#""priority":{"#, at_work.late_calls(5));
    at_work.go_on(6, 1).await;
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "Second");
    assert!(is_kept(stage, "Theirs").await);
}

/// A pair that is linked again when our last edit seems to be younger than that: it took nothing away unnoticed, though the
/// link under which the journal holds it has ended.
#[tokio::test]
async fn what_the_journal_holds_under_an_earlier_link_is_not_said_to_be_lost() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.control(SITE, "clock", json!({"advance_seconds": 600})).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "First"})).await;
    stage.sync_patiently().await;
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "First");
    stage.control(SITE, "clock", json!({"advance_seconds": -300})).await;
    stage.salesforce(Method::DELETE, &case_path(&id), Value::Null).await;
    stage.sync().await;
    stage.soap(&format!("<undelete><ids>{id}</ids></undelete>")).await;
    let meanwhile = json!({"fields": {"summary": "Meanwhile"}});
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), meanwhile).await;
    stage.sync_patiently().await;
    assert_eq!(stage.salesforce(Method::GET, &case_path(&id), Value::Null).await["Subject"], "Meanwhile");
    let journal = stage.engine().journal_tail(None, 100).await.unwrap();
    let told: Vec<&str> = journal.iter().map(|entry| entry.what.text.as_str()).collect();
    assert!(told.iter().any(|text| text.contains("again, because both are back")), "{told:?}");
    assert!(!told.iter().any(|text| text.contains("in the moment it was made")), "{told:?}");
}

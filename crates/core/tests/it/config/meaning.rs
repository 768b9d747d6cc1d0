//! What a document means: every key has an effect, what is left out has its default, addresses have one form.

use entente_core::{
    FieldPath, Side, Sides, Value,
    config::{Pace, Reconcile, Reference, SalesforceAuth, Secret, parse},
    filter::{Condition, Filter},
    item::{AutoCreate, BaseForm, Batch, ConflictPolicy, Direction, Drift, ItemState, Mode, OnLeave, Start},
    transform::Transform,
    value::Number,
};

use super::{HIDDEN, PAIR, config, hidden, parse_hidden};

/// The document with one text replaced, which must be there.
fn with(from: &str, to: &str) -> String {
    assert!(PAIR.contains(from), "{from}");
    PAIR.replace(from, to)
}

#[test]
fn what_is_left_out_has_its_default() {
    let config = config(&with("triggers: { poll_seconds: 60 }\n", "").replace("server: {", "# {"));
    let org = &config.connections["org"];
    assert_eq!((org.settle_seconds, org.pace, org.sandbox, org.side()), (120, Pace::Vendor, false, Side::Salesforce));
    assert_eq!(config.triggers.poll_seconds, 60);
    assert_eq!(config.triggers.reconcile, Reconcile::Daily);
    assert!(config.triggers.push && !config.triggers.change_events);
    assert_eq!(config.server, Default::default());
    let item = config.item("bugs").unwrap();
    assert_eq!((item.state, item.mode, item.start), (ItemState::Active, Mode::TwoWay, Start::Everything));
    assert_eq!((item.on_leave, item.auto_create), (OnLeave::Keep, AutoCreate::None));
    assert_eq!((item.conflicts, item.drift), (ConflictPolicy::Ask, Drift::Restore));
    assert_eq!(item.base, BaseForm::Values);
    assert_eq!(item.salesforce.filter, Filter::default());
}

/// By this an item is known to be what was tested, also by later versions: if this fails, every item has to be tested anew.
#[test]
fn what_an_item_says_is_the_same_in_every_layout_and_version() {
    let says = |text: &str| config(text).items[0].says.clone();
    let owned = "    owner: team@acme.example\n";
    let told = says(&with(owned, ""));
    for same in
        ["    owner: other@acme.example\n", "    state: draft\n", "    actions: { to_jira: paused }\n", "\n    # why\n"]
    {
        assert_eq!(says(&with(owned, same)), told, "{same}");
    }
    assert_ne!(says(&with(owned, "    conflicts: ask\n")), told);
    let pinned = r#"[["salesforce",[["connection","org"],["object","Case"]]],["jira",[["connection","site"],["project","OPS"],["issue_type","Bug"]]],["correlation",[["salesforce","Jira_Reference__c"],["jira","Salesforce Case ID"]]],["related",[["account","AccountId"]]],["fields",[[["salesforce","Subject"],["jira","summary"]]]],["status",[["field","Status"],["values",[["New","To Do"],["Closed","Done"]]]]]]"#;
    assert_eq!(told, pinned);
}

#[test]
fn every_choice_of_an_item_arrives() {
    let text = with(
        "    owner: team@acme.example\n",
        "    owner: team@acme.example\n    state: paused\n    mode: one-way\n    start: 2026-01-31\n    on_leave: unlink\n    \
         auto_create: jira\n    conflicts: jira-wins\n    drift: keep\n    renamed_from: old\n    \
         batch: { unless: { field: Priority, is: High }, seconds: 60 }\n",
    );
    let config = config(&text);
    let item = &config.items[0];
    assert_eq!(
        (item.owner.as_deref(), item.state, item.mode),
        (Some("team@acme.example"), ItemState::Paused, Mode::OneWay)
    );
    assert_eq!(item.start, Start::At("2026-01-31T00:00:00Z".parse().unwrap()));
    assert_eq!((item.on_leave, item.auto_create), (OnLeave::Unlink, AutoCreate::Jira));
    assert_eq!((item.conflicts, item.drift), (ConflictPolicy::JiraWins, Drift::Keep));
    let unless = Filter::Test("Priority".into(), Condition::Is(Value::text("High")));
    assert_eq!(item.batch, Some(Batch { unless, seconds: 60 }));
    assert_eq!(config.renamed["bugs"], "old");
    assert_eq!(
        (item.jira.projects.as_slice(), item.jira.issue_type.as_deref()),
        (&["OPS".to_owned()][..], Some("Bug"))
    );
    assert_eq!(item.correlation, Some(Sides::new("Jira_Reference__c".into(), "Salesforce Case ID".into())));
    assert_eq!(item.related["account"], FieldPath::from("AccountId"));
}

/// What each direction does: written, left out, and under an item that does not run.
#[test]
fn an_action_does_what_it_says_while_its_item_is_active() {
    use ItemState::{Active, Draft, Paused};
    for (lines, to_salesforce, to_jira) in [
        ("", Active, Active),
        ("    actions: {}\n", Active, Active),
        ("    actions: { to_jira: paused }\n", Active, Paused),
        ("    actions: { to_salesforce: draft }\n", Draft, Active),
        ("    state: draft\n    actions: { to_jira: paused }\n", Draft, Draft),
    ] {
        let owner = "    owner: team@acme.example\n";
        let item = config(&with(owner, &format!("{owner}{lines}"))).items.remove(0);
        assert_eq!((item.action(Side::Salesforce), item.action(Side::Jira)), (to_salesforce, to_jira), "{lines}");
    }
}

#[test]
fn status_and_value_tables_are_texts_in_their_order() {
    let text = with("{ salesforce: Subject, jira: summary }", "{ salesforce: P, jira: q, values: { 1: true, no: ~ } }");
    let item = config(&text).items.remove(0);
    let pairs = vec![(Value::text("1"), Value::text("true")), (Value::text("no"), Value::Empty)];
    assert_eq!(item.fields[0].values.as_ref().unwrap().pairs, pairs);
    let status = item.status.unwrap();
    assert_eq!(status.field, "Status".into());
    assert_eq!(status.values.pairs[1], (Value::text("Closed"), Value::text("Done")));
}

#[test]
fn a_line_flows_every_way_that_is_open() {
    let rows: &[(&str, &str, Direction)] = &[
        ("two-way", "salesforce: A__c, jira: B", Direction::Both),
        ("one-way", "salesforce: A__c, jira: B", Direction::ToJira),
        ("one-way", "salesforce: A__c, jira: issue.url", Direction::ToSalesforce),
        ("one-way", "salesforce: A__c, jira: issue.key, direction: to-salesforce", Direction::ToSalesforce),
        ("two-way", "salesforce: account.Name, jira: B", Direction::ToJira),
        ("two-way", "salesforce: account.Name, jira: B, direction: both", Direction::Both),
        ("two-way", "salesforce: account.Name, jira: B, direction: to-salesforce", Direction::ToSalesforce),
        ("two-way", "salesforce: Id, jira: B", Direction::ToJira),
        ("two-way", "salesforce: A__c, jira: updated", Direction::ToSalesforce),
        ("two-way", "salesforce: A__c, jira: B, direction: to-salesforce", Direction::ToSalesforce),
        ("two-way", "salesforce: A__c, jira: B, to_jira: [ { first_characters: 9 } ]", Direction::Both),
        ("two-way", "salesforce: A__c, jira: B, to_jira: [ lower_case ]", Direction::ToJira),
        ("two-way", "salesforce: A__c, jira: B, to_jira: [ lower_case ], to_salesforce: []", Direction::Both),
        ("two-way", "salesforce: A__c, jira: B, to_jira: [ lower_case ], direction: both", Direction::Both),
        ("two-way", "salesforce: A__c, jira: B, to_salesforce: [ upper_case ]", Direction::ToSalesforce),
    ];
    for (mode, line, expected) in rows {
        let text = with("salesforce: Subject, jira: summary", line)
            .replace("    owner:", &format!("    mode: {mode}\n    owner:"));
        assert_eq!(config(&text).items[0].fields[0].direction, *expected, "{mode}: {line}");
    }
}

#[test]
fn steps_keep_their_order_and_their_white_space() {
    let steps =
        "to_jira: [ { replace: { find: \" \", with: } }, upper_case, { lower_case: true }, { first_characters: 3 } ]";
    let item = config(&with("jira: summary }", &format!("jira: summary, {steps} }}"))).items.remove(0);
    let expected = vec![
        Transform::Replace { find: " ".into(), with: String::new() },
        Transform::UpperCase,
        Transform::LowerCase,
        Transform::FirstCharacters(3),
    ];
    assert_eq!(item.fields[0].to_jira, expected);
}

#[test]
fn steps_name_the_further_fields_that_a_line_reads() {
    let steps = "to_jira: [ { template: \"{account.Name} {Subject}\" }, \
                 { when: { any: [ { field: Origin, is: a }, { field: account.Name, is: b } ] }, then: } ], \
                 to_salesforce: [ { build_array: { fields: [ labels ], separator: \", \" } } ]";
    let item = config(&with("jira: summary }", &format!("jira: summary, {steps} }}"))).items.remove(0);
    let mapping = &item.fields[0];
    assert_eq!(mapping.further, Sides::new(vec!["account.Name".into(), "Origin".into()], vec!["labels".into()]));
    assert!(matches!(&mapping.to_jira[1], Transform::When { then: Value::Empty, .. }));
}

#[test]
fn a_display_only_item_needs_neither_correlation_nor_jira_fields() {
    let text = "    mode: display-only\n    salesforce: { connection: org, object: Account }\n    \
                jira: { connection: site, projects: [ OPS, CRM ] }\n    owner: me\n    fields: [ { salesforce: Name } ]\n";
    let (head, _) = PAIR.split_once("    owner").unwrap();
    let item = config(&format!("{head}{text}")).items.remove(0);
    assert_eq!((item.jira.projects.len(), item.jira.issue_type, item.correlation), (2, None, None));
    assert_eq!((item.fields[0].direction, item.fields[0].paths.jira.as_str()), (Direction::ToJira, "Name"));
}

#[test]
fn the_eleven_operators_and_the_kinds_of_their_operands() {
    let text = |text: &str| Value::text(text);
    let number = |n: f64| Value::Number(Number::new(n).unwrap());
    let rows: Vec<(&str, Condition)> = vec![
        ("is: Web", Condition::Is(text("Web"))),
        ("is: 5", Condition::Is(number(5.0))),
        ("is: \"5\"", Condition::Is(text("5"))),
        ("is: 007", Condition::Is(text("007"))),
        ("is: 1.0", Condition::Is(text("1.0"))),
        ("is not: Web", Condition::IsNot(text("Web"))),
        ("is one of: [ Web, 2 ]", Condition::IsOneOf(vec![text("Web"), number(2.0)])),
        ("is not one of: [ Web ]", Condition::IsNotOneOf(vec![text("Web")])),
        ("is empty: true", Condition::IsEmpty),
        ("is not empty: true", Condition::IsNotEmpty),
        ("contains: eb", Condition::Contains(text("eb"))),
        ("does not contain: eb", Condition::DoesNotContain(text("eb"))),
        ("less than: 1.5", Condition::LessThan(number(1.5))),
        ("greater than: 2026-01-01", Condition::GreaterThan(text("2026-01-01"))),
        ("equals: true", Condition::Equals(Value::Flag(true))),
    ];
    for (operator, expected) in rows {
        let filter = format!("object: Case, filter: {{ field: Origin, {operator} }}");
        let config = config(&with("object: Case", &filter));
        assert_eq!(config.items[0].salesforce.filter, Filter::Test("Origin".into(), expected), "{operator}");
    }
}

#[test]
fn groups_nest_on_either_side() {
    let filter = "filter: { all: [ { field: a, is: x }, { any: [ { field: b, is: y } ] } ] }";
    let expected = Filter::All(vec![
        Filter::Test("a".into(), Condition::Is(Value::text("x"))),
        Filter::Any(vec![Filter::Test("b".into(), Condition::Is(Value::text("y")))]),
    ]);
    let salesforce = config(&with("object: Case", &format!("object: Case, {filter}")));
    assert_eq!(salesforce.items[0].salesforce.filter, expected);
    let jira = config(&with("issue_type: Bug", &format!("issue_type: Bug, {filter}")));
    assert_eq!(jira.items[0].jira.filter, expected);
}

#[test]
fn the_time_of_the_last_run_is_a_word_of_filters() {
    for word in ["{lasttime}", "{lasttimecomment}"] {
        let filter = format!("object: Case, filter: {{ field: LastModifiedDate, greater than: \"{word}\" }}");
        let item = config(&with("object: Case", &filter)).items.remove(0);
        assert_eq!(item.salesforce.filter, Filter::SinceLast("LastModifiedDate".into()));
    }
}

#[test]
fn login_addresses_have_one_form() {
    let rows = [
        ("https://acme.my.salesforce.com/", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com/lightning/page/home?x=1#y", "https://acme.my.salesforce.com"),
        ("HTTPS://ACME--UAT.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com"),
        ("https://acme-dev-ed.develop.lightning.force.com/one", "https://acme-dev-ed.develop.my.salesforce.com"),
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://test.salesforce.com/", "https://test.salesforce.com"),
    ];
    for (written, expected) in rows {
        let config = config(&with("https://acme.my.salesforce.com", written));
        assert_eq!(config.connections["org"].salesforce().unwrap().login_url, expected, "{written}");
    }
}

#[test]
fn site_addresses_have_one_form() {
    let rows = [
        ("https://acme.atlassian.net/", "https://acme.atlassian.net"),
        ("HTTPS://ACME.jira.com", "https://acme.jira.com"),
    ];
    for (written, expected) in rows {
        let config = config(&with("https://acme.atlassian.net", written));
        assert_eq!(config.connections["site"].jira().unwrap().site_url, expected, "{written}");
    }
}

#[test]
fn a_sandbox_may_be_on_this_machine_and_is_called_as_fast_as_it_answers() {
    let text = with("https://acme.my.salesforce.com", "http://127.0.0.1:7401/")
        .replace("  site:", "    sandbox: true\n  site:");
    let org = &config(&text).connections["org"];
    assert_eq!(org.salesforce().unwrap().login_url, "http://127.0.0.1:7401");
    assert_eq!((org.sandbox, org.pace), (true, Pace::Unlimited));
}

#[test]
fn the_keys_that_are_present_say_how_to_sign_in() {
    let (id, hidden) = (HIDDEN.to_owned(), Secret::new(HIDDEN));
    let auth = |keys: &str| {
        let (config, _) = parse_hidden(&with("client_secret: ${CLIENT_SECRET}", keys));
        config.unwrap().connections["org"].salesforce().unwrap().auth.clone()
    };
    let client_credentials = SalesforceAuth::ClientCredentials { client_id: id.clone(), client_secret: hidden.clone() };
    assert_eq!(auth("client_secret: ${S}"), client_credentials);
    let jwt =
        SalesforceAuth::JwtBearer { client_id: id.clone(), username: "me@acme".into(), private_key: hidden.clone() };
    assert_eq!(auth("username: me@acme, private_key: file:/key.pem"), jwt);
    let password = SalesforceAuth::Password {
        client_id: id,
        client_secret: hidden.clone(),
        username: "me@acme".into(),
        password: hidden.clone(),
        security_token: Some(hidden),
    };
    assert_eq!(auth("client_secret: secret:S, username: me@acme, password: ${P}, security_token: ${T}"), password);
}

#[test]
fn proxy_pace_and_the_rest_of_a_connection_arrive() {
    let more = "    proxy: { url: http://proxy.acme.example:3128/, user: u, password: ${P}, no_proxy: [ localhost ] }\n    \
                pace: { per_second: 7 }\n    settle_seconds: 2\nitems:";
    let text = with("items:", more)
        .replace("api_token: ${API_TOKEN}", "api_token: ${T}, webhook_secret: [ ${A}, ${B} ], projects: [ OPS ]");
    let config = config(&text.replace("client_id: ", "api_version: v64.0, webhook_secret: ${W}, client_id: "));
    let site = &config.connections["site"];
    let proxy = site.proxy.as_ref().unwrap();
    assert_eq!((proxy.url.as_str(), proxy.user.as_deref()), ("http://proxy.acme.example:3128", Some("u")));
    assert_eq!(
        (proxy.password.as_ref().unwrap().expose(), proxy.no_proxy.as_slice()),
        (HIDDEN, &["localhost".to_owned()][..])
    );
    assert_eq!((site.pace, site.settle_seconds), (Pace::Limited { per_second: Some(7), in_flight: None }, 2));
    let jira = site.jira().unwrap();
    assert_eq!((jira.webhook_secrets.len(), jira.projects.as_slice()), (2, &["OPS".to_owned()][..]));
    let org = config.connections["org"].salesforce().unwrap();
    assert_eq!((org.api_version.as_deref(), org.webhook_secrets.len()), (Some("64.0"), 1));
    let unlimited = super::config(&with("items:", "    pace: unlimited\nitems:"));
    assert_eq!(unlimited.connections["site"].pace, Pace::Unlimited);
}

#[test]
fn triggers_and_server_arrive() {
    let text = with("{ poll_seconds: 60 }", "{ poll_seconds: 5, reconcile: weekly, push: false }")
        .replace("server: { ", "server: { public_url: https://e.example/entente/, ");
    let config = config(&text);
    assert_eq!(
        (config.triggers.poll_seconds, config.triggers.reconcile, config.triggers.push),
        (5, Reconcile::Weekly, false)
    );
    assert_eq!(config.triggers.reconcile.every_seconds(), Some(604_800));
    assert_eq!(config.server.public_url.as_deref(), Some("https://e.example/entente"));
    assert_eq!(config.server.listen, "127.0.0.1:7400".parse().ok());
    assert_eq!(config.server.api_tokens, [Secret::new(HIDDEN)]);
    assert_eq!(config.server.forge, None);
}

#[test]
fn a_forge_app_arrives_with_the_vendors_keys_or_with_others() {
    let app_id = "ari:cloud:ecosystem::app/7d0b0a4e-9e2b-4a53-8f6a-0c9d1d2f3a4b";
    let forge = |more: &str| {
        config(&with("server: { ", &format!("server: {{ forge: {{ app_id: \"{app_id}\"{more} }}, ")))
            .server
            .forge
            .unwrap()
    };
    assert_eq!(forge("").app_id, app_id);
    assert_eq!(forge("").jwks_url, "https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json");
    assert_eq!(forge(", jwks_url: \"http://127.0.0.1:7/keys\"").jwks_url, "http://127.0.0.1:7/keys");
}

#[test]
fn an_item_may_have_a_rhythm_of_its_own() {
    for (line, expected) in [("", 60), ("    poll_seconds: 5\n", 5), ("    poll_seconds: connector\n", 300)] {
        let config = config(&with("    related:", &format!("{line}    related:")));
        assert_eq!(config.poll_seconds(&config.items[0]), expected, "{line}");
        assert_eq!(config.slowest_poll_seconds(), expected, "{line}");
    }
}

#[test]
fn references_are_asked_for_by_their_kind_and_may_be_part_of_a_longer_text() {
    let vars = |reference: &Reference| match reference {
        Reference::Env(name) => Ok(format!("<{name}>")),
        Reference::File(path) => Ok(format!("<{path}>\r\n")),
        Reference::Stored(name) => Ok(format!("<{name}>")),
    };
    let rows = [
        ("${A}", "<A>"),
        ("\"x-${A}-${B_2}\"", "x-<A>-<B_2>"),
        ("x-${A}", "x-<A>"),
        ("$${A}", "${A}"),
        ("file:/run/secrets/x", "</run/secrets/x>"),
        ("secret:NAME", "<NAME>"),
    ];
    for (written, expected) in rows {
        let (config, problems) = parse(&with("api_token: ${API_TOKEN}", &format!("api_token: {written}")), &vars);
        let config = config.unwrap_or_else(|| panic!("{written}: {problems:#?}"));
        assert_eq!(config.connections["site"].jira().unwrap().api_token.expose(), expected, "{written}");
    }
}

#[test]
fn aliases_repeat_what_they_stand_for() {
    let text = with("status: { field: Status, values: { New: To Do, Closed: Done } }", "related2: 1");
    let text = text.replace("    related2: 1\n", "").replace(
        "- { salesforce: Subject, jira: summary }",
        "- { salesforce: A, jira: a, values: &map { x: y } }\n      - { salesforce: B, jira: b, values: *map }",
    );
    let item = config(&text).items.remove(0);
    assert_eq!(item.fields[0].values, item.fields[1].values);
}

#[test]
fn nothing_that_a_reference_stands_for_is_ever_printed() {
    let (config, _) = parse(PAIR, &hidden);
    assert!(!format!("{:?}", config.unwrap().connections).contains(&format!("client_secret: \"{HIDDEN}")));
    // Every scalar of the document becomes a reference in turn: whatever is wrong with it then, its value stays unseen.
    let words = regex::Regex::new(r"[:\[] ?([A-Za-z0-9_@./:-]+)[ ,\]}\n]").unwrap();
    let mut tried = 0;
    for found in words.captures_iter(PAIR) {
        let word = found.get(1).unwrap();
        let text = format!("{}${{REF}}{}", &PAIR[..word.start()], &PAIR[word.end()..]);
        let (_, problems) = parse(&text, &hidden);
        tried += problems.len();
        assert!(!problems.iter().any(|p| format!("{p:?}").contains(HIDDEN)), "{text}\n{problems:#?}");
    }
    assert!(tried > 10, "references in place of words are mostly wrong: {tried}");
}

#[test]
fn twins_are_found_by_rules_in_their_order() {
    let named = "    correlation: ";
    assert!(config(PAIR).items[0].match_rules.is_empty());
    let rules = "    match: [ correlation, { salesforce: SerialNumber__c, jira: Serial Number }, { salesforce: Subject, jira: summary } ]\n";
    let config = config(&with(named, &format!("{rules}{named}")));
    let told: Vec<String> = config.items[0].match_rules.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["SerialNumber__c = Serial Number", "Subject = summary"]);
}

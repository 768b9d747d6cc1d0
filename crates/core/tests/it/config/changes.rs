//! What changes between two documents, and changing one word of one.

use entente_core::{
    config::{changes, with_items_of, with_items_only, with_state, without_secrets},
    item::ItemState,
};

use super::{PAIR, config};

fn said(before: Option<&str>, after: &str) -> Vec<String> {
    changes(before, after).iter().map(ToString::to_string).collect()
}

const ITEMS: &str = "
connections:
  acme-org: { salesforce: { login_url: https://a.my.salesforce.com, client_secret: hunter2 } }
triggers: { poll_seconds: 60 }
items:
  cases:
    state: draft # not yet
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: Priority, jira: priority, direction: to-jira }
    status: { field: Status, values: { New: To Do, Old: To Do } }
  leads: { mode: one-way }
";

#[test]
fn each_difference_is_named_and_layout_is_none() {
    assert_eq!(said(Some(ITEMS), ITEMS), [""; 0]);
    let laid_out =
        ITEMS.replace("{ salesforce: Subject, jira: summary }", "jira: summary # first\n        salesforce: Subject");
    assert_eq!(said(Some(ITEMS), &laid_out), [""; 0]);
    let edits = [
        ("state: draft", "state: active", "~ cases: state: draft -> active"),
        ("direction: to-jira", "direction: both", "~ cases: fields.Priority>priority.direction: to-jira -> both"),
        (
            "      - { salesforce: Subject, jira: summary }\n",
            "",
            "- cases: fields.Subject>summary: { salesforce: Subject, jira: summary }",
        ),
        ("New: To Do", "New: To Do, Closed: Done", "+ cases: status.values.Closed: Done"),
        ("New: To Do, Old: To Do", "Old: To Do, New: To Do", "~ cases: status.values: New, Old -> Old, New"),
        ("  leads: {", "  bugs: { renamed_from: leads, ", "~ bugs: name: leads -> bugs"),
        ("  leads: {", "  bugs: {", "+ item bugs|- item leads"),
        ("poll_seconds: 60", "poll_seconds: 5", "~ triggers.poll_seconds: 60 -> 5"),
    ];
    for (from, to, expected) in edits {
        assert_eq!(said(Some(ITEMS), &ITEMS.replace(from, to)).join("|"), expected);
    }
    let leads = "  leads: { mode: one-way }\n";
    let leads_first = ITEMS.replace(leads, "").replace("  cases:", &format!("{leads}  cases:"));
    assert_eq!(said(Some(ITEMS), &leads_first), ["~ items: cases, leads -> leads, cases"]);
    assert_eq!(said(None, "items: { cases: {} }\nversion: 1"), ["+ version: 1", "+ item cases"]);
}

#[test]
fn no_value_of_a_connection_is_shown() {
    for after in [ITEMS.replace("hunter2", "hunter3"), ITEMS.replace(", client_secret: hunter2", "")] {
        let said = said(Some(ITEMS), &after).join("|");
        assert!(said.contains("connections.acme-org.salesforce.client_secret") && !said.contains("hunter"), "{said}");
    }
    assert!(!said(None, ITEMS).join("|").contains("hunter"));
}

#[test]
fn one_word_is_changed_and_no_other_character() {
    let changed = |text: &str, item| with_state(text, item, ItemState::Paused);
    assert_eq!(changed(ITEMS, "cases").unwrap(), ITEMS.replace("state: draft", "state: paused"));
    assert_eq!(changed(ITEMS, "leads").unwrap(), ITEMS.replace("{ mode:", "{ state: paused, mode:"));
    let quoted = ITEMS.replace("state: draft", "state: 'draft'");
    assert_eq!(changed(&quoted, "cases").unwrap(), ITEMS.replace("state: draft", "state: 'paused'"));
    let without = ITEMS.replace("state: draft # not yet\n    ", "");
    assert_eq!(changed(&without, "cases").unwrap(), ITEMS.replace("draft # not yet", "paused"));
    assert_eq!(changed(ITEMS, "nothing"), None);
    let shared = "items:\n  a: &same { owner: x }\n  b: *same\n";
    assert_eq!(changed(shared, "a"), None);
    let paused = with_state(PAIR, "bugs", ItemState::Paused).expect("the item of the document");
    assert_eq!(config(&paused).item("bugs").map(|item| item.state), Some(ItemState::Paused));
}

const TWO_PLACES: &str = "
connections:
  # The org.
  acme-org:
    salesforce: { login_url: https://a.my.salesforce.com, client_id: id, client_secret: 'it''s, }hunter2' }
  acme-site:
    jira:
      site_url: https://a.atlassian.net
      api_token: hunter3, and more # old
      webhook_secret: [ \"hunter\\\"4\", file:/run/hook ]
  other-org: { salesforce: { login_url: https://b.my.salesforce.com, client_secret: ${KNOWN} } }
items:
  # Bugs first.
  bugs:
    state: active
    salesforce: { connection: acme-org, object: Case }
    jira: { connection: acme-site, project: OPS }

  leads:
    salesforce: { connection: other-org, object: Lead }
    jira: { connection: acme-site, project: OPS }
triggers: { poll_seconds: 60 }
";

#[test]
fn what_is_exported_has_no_credential_and_is_otherwise_as_it_was() {
    let shown = without_secrets(TWO_PLACES).unwrap();
    assert!(!shown.contains("hunter"), "{shown}");
    let expected = TWO_PLACES
        .replace("'it''s, }hunter2'", "\"${ACME_ORG_CLIENT_SECRET}\"")
        .replace("hunter3, and more", "\"${ACME_SITE_API_TOKEN}\"")
        .replace("\"hunter\\\"4\"", "\"${ACME_SITE_WEBHOOK_SECRET_1}\"");
    assert_eq!(shown, expected);
    assert_eq!(without_secrets(&shown).unwrap(), shown);
    let noted = TWO_PLACES.replace("hunter3, and more # old", "hunter3-and-more # was hunter3-and-more");
    assert!(without_secrets(&noted).unwrap_err().contains("has a credential outside its place"), "{noted}");
    let block = TWO_PLACES.replace("hunter3, and more # old", "|\n        hunter3");
    assert!(without_secrets(&block).is_err(), "{block}");
}

#[test]
fn some_items_are_exported_with_the_connections_that_they_use() {
    let one = with_items_only(TWO_PLACES, &["bugs".to_owned()]).unwrap();
    assert!(one.contains("  # Bugs first.\n  bugs:") && !one.contains("leads") && !one.contains("other-org"), "{one}");
    assert!(one.contains("triggers: { poll_seconds: 60 }"), "{one}");
    let unknown = with_items_only(TWO_PLACES, &["cases".to_owned()]).unwrap_err();
    assert_eq!(unknown, "There is no item \"cases\" in this configuration; it has: bugs, leads.");
    let braces = "items: { a: { mode: one-way }, b: { mode: one-way } }\n";
    assert!(with_items_only(braces, &["a".to_owned()]).unwrap_err().contains("within braces"));
}

#[test]
fn items_are_taken_over_under_the_names_of_the_connections_there() {
    let names = [("acme-org".to_owned(), "live-org".to_owned())].into();
    let into = "items:\n    leads:\n        state: paused\n        owner: x\n    last: { mode: one-way }\n# the end\n";
    let taken = with_items_of(into, TWO_PLACES, &names).unwrap();
    let expected = "items:
    leads:
      state: paused
      salesforce: { connection: other-org, object: Lead }
      jira: { connection: acme-site, project: OPS }
    last: { mode: one-way }
    # Bugs first.
    bugs:
      state: draft
      salesforce: { connection: live-org, object: Case }
      jira: { connection: acme-site, project: OPS }
# the end
";
    assert_eq!(taken, expected);
    assert_eq!(with_items_of(&taken, TWO_PLACES, &names).unwrap(), taken, "nothing is left to do");
    let unused = [("nobody".to_owned(), "live-org".to_owned())].into();
    assert!(with_items_of(into, TWO_PLACES, &unused).unwrap_err().contains("uses the connection \"nobody\""));
    let braces = "items: { a: { mode: one-way } }\n";
    assert!(with_items_of(into, braces, &[].into()).unwrap_err().contains("a shares its lines with others"));
}

/// As the quick start leaves it: connections, and no item yet.
#[test]
fn the_first_item_finds_its_place() {
    let from = "items:\n    # Bugs first.\n    bugs:\n      owner: x\n";
    let items = "  # Bugs first.\n  bugs:\n    state: draft\n    owner: x\n";
    let (head, tail) = ("version: 1\nserver: {}\n", "triggers: { poll_seconds: 60 }\n");
    let taken = |into: String| with_items_of(&into, from, &[].into());
    assert_eq!(taken(head.to_owned()).unwrap(), format!("{head}\nitems:\n{items}"));
    for nothing in ["items:", "items: {}", "items: ~ ", "items: null"] {
        assert_eq!(taken(format!("{head}{nothing}\n{tail}")).unwrap(), format!("{head}items:\n{items}{tail}"));
    }
    let with_comment = format!("{head}items: {{}} # none\n{tail}");
    assert_eq!(taken(with_comment).unwrap(), format!("{head}items: # none\n{items}{tail}"));
    assert!(taken(format!("{head}items: []\n")).unwrap_err().contains("bugs shares its lines"));
}

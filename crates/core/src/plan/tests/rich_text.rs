//! Rich text three ways: what a side cannot show is no edit for it, and words matter more than their form.

use super::*;
use crate::codec::html;

/// A value as HTML, or as plain text.
#[derive(Clone, Copy)]
enum Shown {
    Html(&'static str),
    Text(&'static str),
}

use Shown::{Html, Text};

impl Shown {
    fn value(self) -> Value {
        match self {
            Html(html) => Value::rich(html::read(html)),
            Text(text) => Value::text(text),
        }
    }
}

/// What becomes of a field with this base, these two values and this rule.
fn planned(policy: ConflictPolicy, base: Option<(Shown, Shown)>, salesforce: Shown, jira: Shown) -> Plan {
    let mut item = item();
    item.conflicts = policy;
    item.fields[0].rich = Sides::new(matches!(salesforce, Html(_)), true);
    let key = item.fields[0].key.clone();
    let base = base.map(|(s, j)| Base::of([(key, Sides::new(s.value(), j.value()))]));
    let shown = |path: &str, shown: Shown| {
        State::Present([(FieldPath::from(path), Field::Known(shown.value()))].into_iter().collect())
    };
    let now = Sides::new(shown("Subject", salesforce), shown("summary", jira));
    plan(&item, &LinkFacts::default(), base.as_ref(), now.as_ref(), &Known::default())
}

#[test]
fn what_a_side_cannot_show_is_no_edit_for_it() {
    const BARE: Shown = Html("<p>a b</p>");
    const BOLD: Shown = Html("<p>a <b>b</b></p>");
    const ITALIC: Shown = Html("<p>a <i>b</i></p>");
    const KEPT: Shown = Html("<p style=\"text-align: center\">a b</p>");
    const OTHER: Shown = Html("<p>c</p>");
    const WORDS: Shown = Text("a b");
    use ConflictPolicy::{Append, Ask, JiraWins, SalesforceWins};
    let rows = [
        ("the same form, written in two ways", Ask, None, BOLD, Html("a <strong>b</strong>"), "agree"),
        ("the form is edited", Ask, Some((BARE, BARE)), BARE, BOLD, "Salesforce := a b"),
        ("both are set in their own way", Ask, Some((BARE, BARE)), ITALIC, BOLD, "conflict"),
        ("what the other cannot show is edited", Ask, Some((BARE, BARE)), BARE, KEPT, "agree"),
        ("the same, and the other writes", Ask, Some((BARE, BARE)), OTHER, KEPT, "Jira := c"),
        ("an older program knew the words only", Ask, Some((WORDS, WORDS)), BARE, BOLD, "Salesforce := a b"),
        ("the same, and both have a form", Ask, Some((WORDS, WORDS)), ITALIC, BOLD, "conflict"),
        ("the same, and one writes", Ask, Some((WORDS, WORDS)), OTHER, BOLD, "Jira := c"),
        ("they meet, one without a form", SalesforceWins, None, BARE, BOLD, "Salesforce := a b over an edit"),
        ("they meet with other words", SalesforceWins, None, OTHER, BOLD, "Jira := c over an edit"),
        ("the same, the other way", JiraWins, None, BOLD, BARE, "Jira := a b over an edit"),
        ("and with other words", JiraWins, None, BOLD, OTHER, "Salesforce := c over an edit"),
        ("plain text: the form is edited", Ask, Some((WORDS, BARE)), WORDS, BOLD, "agree"),
        ("plain text: and the words over there", Ask, Some((WORDS, BARE)), Text("c"), BOLD, "Jira := c"),
        (
            "the same words in two forms are not joined",
            Append,
            Some((BARE, BARE)),
            ITALIC,
            BOLD,
            "Jira := a b over an edit",
        ),
        ("words are", Append, Some((BARE, BARE)), Html("<p>a b c</p>"), Html("<p>a b d</p>"), "Jira := a b c d"),
    ];
    for (name, policy, base, salesforce, jira, expected) in rows {
        let mut plan = planned(policy, base, salesforce, jira);
        plan.notes.retain(|note| note.code != NoteCode::Formatting);
        assert_eq!(outcome(&plan), expected, "{name}");
    }
}

#[test]
fn a_text_comes_in_the_form_that_its_field_can_hold() {
    let bold = Html("<p>a <b>b</b></p>").value();
    for (is_rich, expected) in [(true, bold.clone()), (false, Value::text("a b"))] {
        let mut item = item();
        item.fields[0].rich = Sides::new(true, is_rich);
        let salesforce = [("Subject".into(), Field::Known(bold.clone()))].into_iter().collect();
        let now = Sides::new(State::Present(salesforce), state(&[("summary", "")]));
        let plan = plan(&item, &LinkFacts::default(), None, now.as_ref(), &Known::default());
        assert_eq!(plan.writes[0].fields()[0].to, expected, "{is_rich}");
    }
}

/// A step or a table makes something else of a text on purpose.
#[test]
fn what_a_step_makes_of_a_text_is_no_loss() {
    let told = |line: FieldMapping| {
        let item = ConnectedItem { fields: vec![line], ..item() };
        let shown = Html("<p>a <b>b</b></p>").value();
        let jira = [("summary".into(), Field::Known(shown.clone()))].into_iter().collect();
        let now = Sides::new(state(&[("Subject", "a b")]), State::Present(jira));
        let plan = plan(&item, &LinkFacts::default(), None, now.as_ref(), &Known::default());
        plan.notes.iter().any(|note| note.code == NoteCode::Formatting)
    };
    let line = || FieldMapping { rich: Sides::new(false, true), ..FieldMapping::plain("Subject", "summary") };
    assert!(told(line()));
    assert!(!told(FieldMapping { to_salesforce: vec![Transform::LowerCase], ..line() }));
    assert!(!told(FieldMapping { values: Some(ValueMap::of_texts([("a b", "a b")])), ..line() }));
}

/// Where a field does not flow, the form of its text does not flow either.
#[test]
fn a_form_goes_only_where_its_field_flows() {
    let (bare, bold) = (Html("<p>a b</p>").value(), Html("<p>a <b>b</b></p>").value());
    let mut item = item();
    item.fields[0].rich = Sides::new(true, true);
    let now = Sides::new(bare, bold).map(Field::Known);
    let now = Sides::new(
        State::Present([("Subject".into(), now.salesforce)].into_iter().collect()),
        State::Present([("summary".into(), now.jira)].into_iter().collect()),
    );
    for (direction, expected) in
        [(Direction::Both, "Salesforce := a b over an edit"), (Direction::ToJira, "Jira := a b over an edit")]
    {
        item.fields[0].direction = direction;
        let plan = plan(&item, &LinkFacts::default(), None, now.as_ref(), &Known::default());
        assert_eq!(outcome(&plan), expected, "{direction:?}");
    }
}

#[test]
fn what_stays_behind_is_said_of_a_quiet_link_too() {
    let shown = Html("<p style=\"text-align: right\">a</p>");
    let plan = planned(ConflictPolicy::Ask, Some((shown, Html("<p>a</p>"))), shown, Html("<p>a</p>"));
    assert_eq!(plan.notes[0].code, NoteCode::Formatting);
    assert!(plan.notes[0].text.ends_with("1 × alignment; that stays in Salesforce"), "{}", plan.notes[0].text);
    assert!(plan.is_quiet(), "it is nothing to do: {plan:?}");
}

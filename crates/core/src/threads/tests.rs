//! One situation per row: what is there, what is remembered, what happens.

mod lost;

use super::*;
use crate::{
    item::{CommentRules, Direction},
    side::Sides,
};

const NOW_MS: i64 = 1_000_000;

fn comment(id: &str, second: i64, text: &str) -> Comment {
    Comment {
        id: id.into(),
        answers: None,
        author: Author { id: format!("u-{id}"), name: "Ada".into(), email: Some("ada@acme.example".into()) },
        written: Timestamp::from_second(second).unwrap(),
        version: None,
        text: Document::of_plain(text),
        audience: Audience::STAFF,
        is_restricted: false,
        is_by_us: false,
        is_touched: false,
        marker: None,
    }
}

fn key(origin: Side, comment: &str) -> PairKey {
    PairKey { origin, comment: comment.into(), revision: 0, part: 0 }
}

fn made(origin: Side, original: &Comment, id: &str) -> Pair {
    Pair {
        key: key(origin, &original.id),
        standing: Standing::Made { id: id.into() },
        audience: original.audience,
        digest: original.digest(),
        says: String::new(),
        is_fixed: false,
    }
}

#[derive(Default)]
struct Scene {
    rules: CommentRules,
    salesforce: Vec<Comment>,
    jira: Vec<Comment>,
    pairs: Vec<Pair>,
    is_request: bool,
    now_ms: i64,
}

impl Scene {
    fn plan(&self) -> ThreadPlan {
        plan(&ThreadFacts {
            rules: &self.rules,
            mark: "[Files]",
            comments: Sides::new(&self.salesforce, &self.jira),
            pairs: &self.pairs,
            writes_to: Sides::new(true, true),
            limits: Sides::new(TextLimit::Bytes(4_000), TextLimit::Chars(32_767)),
            is_request: self.is_request,
            now_ms: NOW_MS + self.now_ms,
        })
    }

    /// What happens, one line a step.
    fn told(&self) -> Vec<String> {
        self.plan().steps.iter().map(told).collect()
    }
}

fn told(step: &Step) -> String {
    let text = |copy: &Copy| copy.text().plain().replace('\n', "|");
    match step {
        Step::Create { key, copy, .. } => format!("create {}: {}", key.marker(), text(copy)),
        Step::Edit { id, copy, rewrites: true, .. } => format!("edit {id}: {}", text(copy)),
        Step::Edit { id, .. } => format!("narrow {id}"),
        Step::Adopt(pair) => format!("adopt {} as {}", pair.copy().unwrap_or("?"), pair.key.marker()),
    }
}

#[test]
fn what_people_write_is_carried_with_its_author_and_time_in_the_order_in_which_they_wrote_it() {
    let scene = Scene {
        salesforce: vec![comment("00a2", 120, "second"), comment("00a1", 60, "first")],
        jira: vec![comment("10", 180, "third")],
        ..Scene::default()
    };
    assert_eq!(
        scene.told(),
        [
            "create jira/10/0/0: Ada in Jira, 1970-01-01 00:03 UTC:||third",
            "create salesforce/00a1/0/0: Ada in Salesforce, 1970-01-01 00:01 UTC:||first",
            "create salesforce/00a2/0/0: Ada in Salesforce, 1970-01-01 00:02 UTC:||second",
        ]
    );
}

#[test]
fn copies_are_never_carried_back() {
    let original = comment("10", 60, "hello");
    let copy = comment("00a1", 90, "Ada in Jira, 1970-01-01 00:01 UTC:\n\nhello");
    let known = Scene {
        salesforce: vec![copy.clone()],
        jira: vec![original.clone()],
        pairs: vec![made(Side::Jira, &original, "00a1")],
        ..Scene::default()
    };
    assert_eq!(known.told(), [""; 0]);
    let edited = Comment { text: Document::of_plain("edited by somebody"), ..copy };
    let scene = Scene { salesforce: vec![edited], ..known };
    assert_eq!(scene.told(), [""; 0], "and what somebody makes of a copy stays there");
}

#[test]
fn what_may_still_appear_is_waited_for_and_what_comes_after_it_too() {
    let (first, second) = (comment("10", 60, "first"), comment("11", 90, "second"));
    let sent = Pair { standing: Standing::Sent { until_ms: NOW_MS + 5 }, ..made(Side::Jira, &first, "") };
    let scene = Scene { jira: vec![first, second], pairs: vec![sent], ..Scene::default() };
    let plan = scene.plan();
    assert_eq!((plan.steps.len(), plan.waits_until_ms), (0, Some(NOW_MS + 5)));
    assert!(!plan.is_quiet());
    let later = Scene { now_ms: 5, ..scene };
    assert_eq!(later.told().len(), 2, "it cannot appear any more, so it is sent again");
    assert!(later.told()[0].starts_with("create jira/10/0/0"), "under the same key");
}

#[test]
fn an_edit_is_carried_and_one_that_is_refused_becomes_a_comment_of_its_own() {
    let (before, after) = (comment("10", 60, "hello"), comment("10", 60, "hello again"));
    let copy = comment("00a1", 90, "the copy");
    let scene = Scene {
        salesforce: vec![copy],
        jira: vec![after.clone()],
        pairs: vec![made(Side::Jira, &before, "00a1")],
        ..Scene::default()
    };
    assert_eq!(scene.told(), ["edit 00a1: Ada in Jira, 1970-01-01 00:01 UTC:||hello again"]);
    let plan = scene.plan();
    let [Step::Edit { before: shown, .. }] = plan.steps.as_slice() else { panic!("{plan:?}") };
    assert_eq!(shown, "the copy", "what is overwritten is known");

    let fixed = Pair { is_fixed: true, ..made(Side::Jira, &before, "00a1") };
    let scene = Scene { pairs: vec![fixed.clone()], ..scene };
    assert_eq!(scene.told(), ["create jira/10/1/0: Ada in Jira, 1970-01-01 00:01 UTC (edited):||hello again"]);
    let anew = Pair { key: PairKey { revision: 1, ..key(Side::Jira, "10") }, ..made(Side::Jira, &after, "00a2") };
    let scene = Scene { pairs: vec![fixed, anew], ..scene };
    assert_eq!(scene.told(), [""; 0]);
}

#[test]
fn what_was_deleted_on_one_side_stays_on_the_other_and_does_not_come_back() {
    let original = comment("10", 60, "hello");
    let pairs = vec![made(Side::Jira, &original, "00a1")];
    let gone = Scene { salesforce: vec![comment("00a1", 90, "the copy")], pairs: pairs.clone(), ..Scene::default() };
    assert_eq!(gone.told(), [""; 0], "the original is gone");
    let edited = comment("10", 60, "hello again");
    let gone = Scene { jira: vec![edited], pairs, ..Scene::default() };
    assert_eq!(gone.told(), [""; 0], "the copy is gone");
}

#[test]
fn no_copy_has_more_readers_than_its_original_or_than_the_item_allows() {
    let (staff, customer) = (Audience::STAFF, Audience::seen(Some(true)));
    for (source, limit, expected) in
        [(staff, staff, staff), (staff, customer, staff), (customer, staff, staff), (customer, customer, customer)]
    {
        for side in Side::BOTH {
            let original = vec![Comment { audience: source, ..comment("1", 60, "x") }];
            let rules = CommentRules { audience: limit, ..CommentRules::default() };
            let (salesforce, jira) = if side == Side::Jira { (vec![], original) } else { (original, vec![]) };
            let plan = Scene { rules, salesforce, jira, ..Scene::default() }.plan();
            let [Step::Create { copy, .. }] = plan.steps.as_slice() else { panic!("{plan:?}") };
            assert_eq!(copy.audience(), expected, "{source:?} from {side}, at most {limit:?}");
        }
    }
}

#[test]
fn readers_are_taken_away_with_the_original_and_never_added() {
    let (staff, customer) = (Audience::STAFF, Audience::seen(Some(true)));
    let rules = CommentRules { audience: customer, ..CommentRules::default() };
    let with = |was: Audience, is: Audience| {
        let original = Comment { audience: is, ..comment("10", 60, "x") };
        let pair = Pair { audience: was, ..made(Side::Jira, &original, "00a1") };
        Scene {
            rules: rules.clone(),
            salesforce: vec![comment("00a1", 90, "copy")],
            jira: vec![original],
            pairs: vec![pair],
            ..Scene::default()
        }
    };
    assert_eq!(with(customer, staff).told(), ["narrow 00a1"]);
    assert_eq!(with(staff, customer).told(), [""; 0]);
    let edited = {
        let mut scene = with(staff, customer);
        scene.jira[0].text = Document::of_plain("y");
        scene.plan()
    };
    let [Step::Edit { copy, narrows: false, .. }] = edited.steps.as_slice() else { panic!("{edited:?}") };
    assert_eq!(copy.audience(), staff, "an edit adds no readers either");
    let anew = {
        let mut scene = with(staff, customer);
        scene.jira[0].text = Document::of_plain("y");
        scene.pairs[0].is_fixed = true;
        scene.plan()
    };
    let [Step::Create { copy, .. }] = anew.steps.as_slice() else { panic!("{anew:?}") };
    assert_eq!(copy.audience(), staff, "and neither does what is made in the place of an edit");
}

#[test]
fn what_only_some_may_read_goes_no_further_unless_the_item_says_so() {
    let restricted = |id: &str| Comment { is_restricted: true, ..comment(id, 60, "x") };
    let (from_salesforce, from_jira) = (vec![restricted("00a1")], vec![restricted("10")]);
    for (is_request, to_open_project, n_from_salesforce, n_from_jira) in
        [(false, false, 0, 0), (true, false, 1, 0), (false, true, 1, 1), (true, true, 1, 1)]
    {
        let rules = CommentRules { to_open_project, ..CommentRules::default() };
        let scene = |salesforce, jira| Scene { rules: rules.clone(), salesforce, jira, is_request, ..Scene::default() };
        let (out, back) = (scene(from_salesforce.clone(), vec![]).plan(), scene(vec![], from_jira.clone()).plan());
        assert_eq!(
            (out.steps.len(), back.steps.len()),
            (n_from_salesforce, n_from_jira),
            "{is_request} {to_open_project}"
        );
        assert_eq!(out.notes.len() + n_from_salesforce, 1, "what stays is told");
    }
}

#[test]
fn what_is_restricted_since_it_was_copied_goes_no_further() {
    let before = comment("10", 60, "for all of us");
    let after = Comment { is_restricted: true, ..comment("10", 60, "for some only") };
    for is_fixed in [false, true] {
        let scene = Scene {
            salesforce: vec![comment("00a1", 90, "the copy")],
            jira: vec![after.clone()],
            pairs: vec![Pair { is_fixed, ..made(Side::Jira, &before, "00a1") }],
            ..Scene::default()
        };
        assert_eq!((scene.told().len(), scene.plan().notes.len()), (0, 1), "{is_fixed}");
    }
    let sent = Pair { standing: Standing::Sent { until_ms: 0 }, ..made(Side::Jira, &before, "") };
    let scene = Scene { jira: vec![after], pairs: vec![sent], ..Scene::default() };
    assert_eq!(scene.told(), [""; 0], "nor what was on its way");
}

#[test]
fn authors_texts_and_directions_choose() {
    let jira = || {
        vec![
            comment("10", 60, "see #dev"),
            Comment { author: Author { name: "Bot".into(), ..Author::default() }, ..comment("11", 90, "ping") },
        ]
    };
    let n = |rules: CommentRules| Scene { rules, jira: jira(), ..Scene::default() }.told().len();
    assert_eq!(n(CommentRules::default()), 2);
    assert_eq!(n(CommentRules { exclude_authors: vec!["bot".into()], ..CommentRules::default() }), 1);
    assert_eq!(n(CommentRules { exclude_authors: vec!["ADA@acme.example".into()], ..CommentRules::default() }), 1);
    assert_eq!(n(CommentRules { include: vec!["#DEV".into()], ..CommentRules::default() }), 1);
    assert_eq!(n(CommentRules { direction: Direction::ToJira, ..CommentRules::default() }), 0);
    assert_eq!(n(CommentRules { direction: Direction::ToSalesforce, ..CommentRules::default() }), 2);
}

#[test]
fn a_person_picks_what_goes_and_only_that_is_kept_up_to_date() {
    let (picked, other) = (comment("10", 60, "picked"), comment("11", 90, "other"));
    let wanted = Pair { standing: Standing::Wanted, digest: String::new(), ..made(Side::Jira, &picked, "") };
    let rules = CommentRules { manual: true, ..CommentRules::default() };
    let scene = Scene { rules, jira: vec![picked.clone(), other], pairs: vec![wanted], ..Scene::default() };
    assert_eq!(scene.told(), ["create jira/10/0/0: Ada in Jira, 1970-01-01 00:01 UTC:||picked"]);
    let edited = comment("10", 60, "picked, edited");
    let scene = Scene {
        salesforce: vec![comment("00a1", 99, "copy")],
        jira: vec![edited, comment("11", 90, "other, edited")],
        pairs: vec![made(Side::Jira, &picked, "00a1")],
        ..scene
    };
    assert_eq!(scene.told(), ["edit 00a1: Ada in Jira, 1970-01-01 00:01 UTC:||picked, edited"]);
}

#[test]
fn what_a_vendor_refused_is_tried_again_once_it_says_something_else() {
    let (before, after) = (comment("10", 60, "x"), comment("10", 60, "y"));
    let refused = Pair { standing: Standing::Refused { reason: "no".into() }, ..made(Side::Jira, &before, "") };
    let scene = Scene { jira: vec![before, comment("11", 90, "next")], pairs: vec![refused], ..Scene::default() };
    assert_eq!(scene.plan().notes, ["Salesforce does not take the comment 10 of Ada: no"]);
    assert_eq!(scene.told().len(), 1, "it holds up nobody");
    assert_eq!(Scene { jira: vec![after], ..scene }.told().len(), 1);
}

#[test]
fn replies_name_what_they_answer_and_our_own_words_stay() {
    let reply = Comment { answers: Some("10".into()), ..comment("11", 120, "yes") };
    let ours = Comment { is_by_us: true, ..comment("12", 130, "[Entente] Linked with Case 00001000") };
    let scene = Scene { jira: vec![comment("10", 60, "well?"), reply, ours], ..Scene::default() };
    let told = scene.told();
    assert_eq!(told.len(), 2);
    assert_eq!(
        told[1],
        "create jira/11/0/0: Ada in Jira, 1970-01-01 00:02 UTC (in reply to Ada, 1970-01-01 00:01 UTC):||yes"
    );
}

#[test]
fn a_long_comment_goes_in_parts_and_shrinks_in_them() {
    let long = comment("10", 60, &"word ".repeat(1_500));
    let scene = Scene { jira: vec![long.clone()], ..Scene::default() };
    let plan = scene.plan();
    assert_eq!(plan.steps.len(), 2);
    for step in &plan.steps {
        let Step::Create { key, copy, .. } = step else { panic!("{step:?}") };
        assert!(copy.text().plain().len() <= 4_000);
        let part = format!("Ada in Jira, 1970-01-01 00:01 UTC ({}/2):", key.part + 1);
        assert!(copy.text().plain().starts_with(&part), "{part}");
    }
    let second = Pair { key: PairKey { part: 1, ..key(Side::Jira, "10") }, ..made(Side::Jira, &long, "00a2") };
    let copies = vec![comment("00a1", 90, "1"), comment("00a2", 90, "2")];
    let pairs = vec![made(Side::Jira, &long, "00a1"), second];
    let scene = Scene { salesforce: copies, jira: vec![comment("10", 60, "short")], pairs, ..Scene::default() };
    assert_eq!(
        scene.told(),
        [
            "edit 00a1: Ada in Jira, 1970-01-01 00:01 UTC:||short",
            "edit 00a2: Ada in Jira, 1970-01-01 00:01 UTC (shorter now):"
        ]
    );
}

#[test]
fn a_marker_says_its_key() {
    let key = PairKey { origin: Side::Salesforce, comment: "00a/1".into(), revision: 2, part: 3 };
    assert_eq!(PairKey::of_marker(&key.marker()), Some(key));
    for other in ["", "jira", "jira/1/0", "elsewhere/1/0/0", "jira/1/x/0"] {
        assert_eq!(PairKey::of_marker(other), None, "{other}");
    }
}

//! What is about to be written is announced, and forgotten when it was heard of, or can have no effect any more.

use entente_core::{Side, Value};
use entente_store::{Heard, NewEntry, Pair, RoundCommit, Sent, Store, is_digest};

use crate::{
    databases::on_each,
    samples::{ITEM, MINUTE, NOW, ORG, case_id, fence, key},
};

fn pair(n: u32) -> Pair {
    (case_id(n), format!("2000{n}"))
}

fn sent(n: u32, round: &str, after: &str) -> Sent {
    Sent {
        pair: pair(n),
        mapping: key("Subject>summary"),
        side: Side::Jira,
        round: round.to_owned(),
        before: Value::text("before"),
        after: Value::text(after),
        source: Value::text(after),
        at_ms: NOW,
    }
}

async fn unheard(store: &Store) -> Vec<Sent> {
    let found = store.unheard(ORG, &[case_id(1), case_id(2)]).await.unwrap();
    found.into_values().flatten().collect()
}

#[tokio::test]
async fn what_was_announced_is_known_until_it_is_heard_of() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let (one, other) = (sent(1, "first", "a"), sent(2, "first", "b"));
        store.announce(&fence, &[one.clone(), other.clone()], &[], NOW).await.unwrap();
        assert_eq!(unheard(&store).await, [one, other.clone()]);
        let heard = Heard { round: "first".to_owned(), answered: vec![pair(1)], ..Heard::default() };
        store.commit(&fence, &RoundCommit { heard, ..RoundCommit::default() }, NOW).await.unwrap();
        assert_eq!(unheard(&store).await, [other], "its answer was lost");
    })
    .await;
}

#[tokio::test]
async fn what_had_no_answer_is_known_until_it_can_have_no_effect() {
    on_each(async |store| {
        let fence = fence(&store).await;
        store.announce(&fence, &[sent(1, "first", "a")], &[], NOW).await.unwrap();
        store.announce(&fence, &[sent(1, "second", "b")], &[], NOW + MINUTE).await.unwrap();
        let heard =
            Heard { round: "third".to_owned(), at_rest: vec![pair(1)], settled_ms: NOW + 1, ..Heard::default() };
        store.commit(&fence, &RoundCommit { heard, ..RoundCommit::default() }, NOW + MINUTE).await.unwrap();
        assert_eq!(unheard(&store).await, [Sent { at_ms: NOW + MINUTE, ..sent(1, "second", "b") }]);
    })
    .await;
}

#[tokio::test]
async fn what_is_known_to_have_landed_is_forgotten_by_itself() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let (one, other) = (sent(1, "first", "a"), sent(1, "second", "a"));
        store.announce(&fence, &[one.clone(), other.clone()], &[], NOW).await.unwrap();
        let heard = Heard { round: "third".to_owned(), landed: vec![one], ..Heard::default() };
        store.commit(&fence, &RoundCommit { heard, ..RoundCommit::default() }, NOW).await.unwrap();
        assert_eq!(unheard(&store).await, [other]);
    })
    .await;
}

#[tokio::test]
async fn what_is_about_to_be_overwritten_is_kept_as_a_digest_where_the_journal_may_hold_no_more() {
    on_each(async |store| {
        let fence = fence(&store).await;
        store.keep_digests_of([(ITEM.to_owned(), key("Subject>summary"))].into());
        let entry = NewEntry {
            item: Some(ITEM.to_owned()),
            mapping: Some(key("Subject>summary")),
            before: Some(Value::text("theirs")),
            after: Some(Value::text("ours")),
            text: "About to overwrite theirs by ours".to_owned(),
            ..NewEntry::default()
        };
        store.announce(&fence, &[], &[entry], NOW).await.unwrap();
        let kept = store.journal_tail(0, 9).await.unwrap().remove(0).what;
        assert!(is_digest(&kept.before.unwrap()) && is_digest(&kept.after.unwrap()));
        assert!(!kept.text.contains("theirs") && !kept.text.contains("ours"), "{}", kept.text);
    })
    .await;
}

//! A create is announced once, whoever asks again.

use entente_core::Side;
use entente_store::{IntentState, NewEntry, NewIntent, RoundCommit, StoreError};

use crate::{
    databases::on_each,
    samples::{MINUTE, NOW, ORG, fence, make_links, new_intent, new_link},
};

fn op_ids(intents: &[entente_store::Intent]) -> Vec<&str> {
    intents.iter().map(|intent| intent.new.op_id.as_str()).collect()
}

#[tokio::test]
async fn a_source_with_an_open_intent_keeps_it() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let first = store.plan_intents(&fence, &[new_intent("op-1", 1)], NOW).await.unwrap();
        assert_eq!(first[0].new, new_intent("op-1", 1));
        assert_eq!((first[0].org.as_str(), first[0].state), (ORG, IntentState::Planned));

        let again = NewIntent { payload: "other".into(), probe_floor: None, ..new_intent("op-2", 1) };
        let backwards = NewIntent { side: Side::Salesforce, ..new_intent("op-4", 1) };
        let open = store.plan_intents(&fence, &[new_intent("op-3", 3), again, backwards], NOW + 1).await.unwrap();
        assert_eq!(op_ids(&open), ["op-3", "op-1", "op-4"], "in the order asked");
        assert_eq!(open[1], first[0]);
        assert_eq!(op_ids(&store.open_intents(ORG).await.unwrap()), ["op-1", "op-3", "op-4"]);
        assert!(store.open_intents("other-org").await.unwrap().is_empty());
        assert!(store.plan_intents(&fence, &[], NOW).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_source_that_is_linked_by_now_gets_no_intent() {
    on_each(async |store| {
        let fence = fence(&store).await;
        store.plan_intents(&fence, &[new_intent("op-0", 2)], NOW).await.unwrap();
        let links = make_links(&store, &fence, 1..=4).await;
        let issue = |op_id: &str, n: u32| NewIntent {
            side: Side::Salesforce,
            source_id: new_link(n).jira_id,
            ..new_intent(op_id, n)
        };
        let elsewhere = NewIntent { item: "another".into(), ..new_intent("op-3", 1) };
        let asked = [new_intent("op-1", 1), new_intent("op-2", 2), elsewhere, issue("op-4", 3), issue("op-5", 9)];
        assert_eq!(op_ids(&store.plan_intents(&fence, &asked, NOW).await.unwrap()), ["op-3", "op-5"]);
        store.unlink_by_hand(links[0].id, &NewEntry::default(), &[], NOW).await.unwrap();
        let free = store.plan_intents(&fence, &[new_intent("op-6", 1)], NOW).await.unwrap();
        assert_eq!(op_ids(&free), ["op-6"], "a tombstone holds nothing");
    })
    .await;
}

#[tokio::test]
async fn an_intent_is_sent_then_done_and_then_its_source_may_have_another() {
    on_each(async |store| {
        let fence = fence(&store).await;
        store.plan_intents(&fence, &[new_intent("op-1", 1), new_intent("op-2", 2)], NOW).await.unwrap();
        let both = ["op-1".to_owned(), "op-2".to_owned()];
        store.mark_sent(&fence, &both, NOW + 1, NOW + MINUTE).await.unwrap();
        store.mark_sent(&fence, &both[..1], NOW + 2, NOW + 2 * MINUTE).await.unwrap();
        let open = store.open_intents(ORG).await.unwrap();
        assert_eq!((open[0].state, open[0].settle_until_ms), (IntentState::Sent, Some(NOW + 2 * MINUTE)));
        assert_eq!((open[1].state, open[1].settle_until_ms), (IntentState::Sent, Some(NOW + MINUTE)));

        let round = RoundCommit {
            intents_done: vec![("op-1".into(), "10001".into())],
            intents_failed: vec![("op-2".into(), "the project has gone".into())],
            ..RoundCommit::default()
        };
        store.commit(&fence, &round, NOW + 3).await.unwrap();
        assert!(store.open_intents(ORG).await.unwrap().is_empty());
        assert!(matches!(store.mark_sent(&fence, &both[..1], NOW, NOW).await, Err(StoreError::Refused(_))));
        assert!(matches!(store.plan_intents(&fence, &[new_intent("op-1", 1)], NOW).await, Err(StoreError::Refused(_))));
        assert_eq!(op_ids(&store.plan_intents(&fence, &[new_intent("op-9", 1)], NOW).await.unwrap()), ["op-9"]);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_sent_that_was_not_announced() {
    on_each(async |store| {
        let fence = fence(&store).await;
        store.plan_intents(&fence, &[new_intent("op-1", 1)], NOW).await.unwrap();
        let with_a_stranger = ["op-1".to_owned(), "op-x".to_owned()];
        assert!(matches!(store.mark_sent(&fence, &with_a_stranger, NOW, NOW).await, Err(StoreError::Refused(_))));
        assert_eq!(store.open_intents(ORG).await.unwrap()[0].state, IntentState::Planned, "all or none");
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_announces_and_sends_nothing() {
    on_each(async |store| {
        let stale = fence(&store).await;
        store.plan_intents(&stale, &[new_intent("op-1", 1)], NOW).await.unwrap();
        let fresh = store.acquire(ORG, "worker-2", MINUTE, NOW + MINUTE).await.unwrap().unwrap();
        let planned = store.plan_intents(&stale, &[new_intent("op-2", 2)], NOW).await;
        assert!(matches!(planned, Err(StoreError::Fenced { .. })));
        assert!(matches!(store.mark_sent(&stale, &["op-1".into()], NOW, NOW).await, Err(StoreError::Fenced { .. })));
        let open = store.open_intents(ORG).await.unwrap();
        assert_eq!(op_ids(&open), ["op-1"]);
        assert_eq!(open[0].state, IntentState::Planned);

        store.mark_sent(&fresh, &["op-1".into()], NOW, NOW).await.unwrap();
        assert_eq!(store.open_intents(ORG).await.unwrap()[0].state, IntentState::Sent);
    })
    .await;
}

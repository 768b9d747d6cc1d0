//! Many offers, one row; none lost.

use entente_store::{Again, Backlog, Hint, HintKey, RoundCommit, Store};

use crate::{
    databases::on_each,
    samples::{MINUTE, NOW, ORG, SITE, case_hint, fence},
};

fn done(hint: &Hint, seq: i64) -> RoundCommit {
    RoundCommit { hints_done: vec![(hint.key.clone(), seq)], ..RoundCommit::default() }
}

async fn seq(store: &Store) -> Option<i64> {
    store.due(ORG, NOW + MINUTE, 10).await.unwrap().first().map(|due| due.seq)
}

#[tokio::test]
async fn twenty_offers_are_one_row_and_only_what_was_seen_is_done() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let hint = case_hint(1);
        for _ in 0..9 {
            store.offer(std::slice::from_ref(&hint), NOW).await.unwrap();
        }
        store.offer(&vec![hint.clone(); 11], NOW).await.unwrap();
        let due = store.due(ORG, NOW, 10).await.unwrap();
        assert_eq!(due.len(), 1);
        assert_eq!((due[0].seq, &due[0].hint), (20, &hint));

        store.offer(std::slice::from_ref(&hint), NOW).await.unwrap();
        assert_eq!(store.commit(&fence, &done(&hint, 20), NOW).await.unwrap().hints_done, 0);
        assert_eq!(seq(&store).await, Some(21), "an offer came while the round was under way");
        assert_eq!(store.commit(&fence, &done(&hint, 21), NOW).await.unwrap().hints_done, 1);
        assert_eq!(seq(&store).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_version_stands_only_while_all_offers_name_it() {
    type Version = Option<&'static str>;
    let table: [(&str, &[Version], Version); 6] = [
        ("one offer", &[Some("1")], Some("1")),
        ("the same push twice", &[Some("1"), Some("1")], Some("1")),
        ("an edit after our echo", &[Some("1"), Some("2")], None),
        ("a late echo after an edit", &[Some("2"), Some("1")], None),
        ("reconciliation after a push", &[Some("1"), None], None),
        ("a push after reconciliation", &[None, Some("1")], None),
    ];
    on_each(async |store| {
        for (n, (situation, versions, stands)) in (0..).zip(table) {
            let offers: Vec<_> =
                versions.iter().map(|version| Hint { version: version.map(str::to_owned), ..case_hint(n) }).collect();
            store.offer(&offers, NOW).await.unwrap();
            let alone = HintKey { kind: "Task".into(), ..case_hint(n).key };
            for offer in offers {
                store.offer(&[Hint { key: alone.clone(), ..offer }], NOW).await.unwrap();
            }
            for due in store.due(ORG, NOW, 100).await.unwrap() {
                if due.hint.key.record_id == alone.record_id {
                    assert_eq!(due.hint.version.as_deref(), stands, "{situation}, {}", due.hint.key.kind);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_order_is_priority_then_time_then_arrival() {
    on_each(async |store| {
        let hint = |n, priority, due_ms| Hint { priority, due_ms, ..case_hint(n) };
        store
            .offer(&[hint(1, 0, NOW - 1), hint(2, 0, NOW - 5), hint(3, 9, NOW), hint(4, 9, NOW + 1)], NOW)
            .await
            .unwrap();
        store.offer(&[hint(5, 0, NOW - 5)], NOW).await.unwrap();
        let order = |due: Vec<entente_store::DueHint>| -> Vec<u32> {
            due.iter().map(|due| due.hint.key.record_id.trim_start_matches("500").parse().unwrap()).collect()
        };
        assert_eq!(order(store.due(ORG, NOW, 10).await.unwrap()), [3, 2, 5, 1]);
        assert_eq!(order(store.due(ORG, NOW, 2).await.unwrap()), [3, 2]);
        assert_eq!(order(store.due("other-org", NOW, 10).await.unwrap()), [0; 0]);
        assert_eq!(store.next_due_ms(ORG).await.unwrap(), Some(NOW - 5));
        assert_eq!(store.next_due_ms("other-org").await.unwrap(), None);
        assert_eq!(store.backlog(Some(ORG), NOW).await.unwrap(), Backlog { due: 4, waiting: 1 });
        assert_eq!(store.backlog(Some("other-org"), NOW).await.unwrap(), Backlog::default());
        assert_eq!(store.backlog(None, NOW + 1).await.unwrap(), Backlog { due: 5, waiting: 0 });

        store.offer(&[hint(1, 5, NOW + 9), hint(4, 0, NOW - 9)], NOW).await.unwrap();
        assert_eq!(order(store.due(ORG, NOW, 10).await.unwrap()), [4, 3, 1, 2, 5], "earlier and higher stand");
    })
    .await;
}

#[tokio::test]
async fn what_has_been_due_for_long_goes_before_what_is_urgent_since() {
    on_each(async |store| {
        let hint = |n, priority, due_ms| Hint { priority, due_ms, ..case_hint(n) };
        store
            .offer(&[hint(1, 0, NOW - 90), hint(2, 0, NOW - 10), hint(3, 1, NOW - 20), hint(4, 9, NOW)], NOW)
            .await
            .unwrap();
        assert_eq!(store.age(ORG, NOW - 60, 1).await.unwrap(), 1);
        let due = store.due(ORG, NOW, 10).await.unwrap();
        let order: Vec<u32> =
            due.iter().map(|due| due.hint.key.record_id.trim_start_matches("500").parse().unwrap()).collect();
        assert_eq!(order, [4, 1, 3, 2], "a person's first, then the aged one, then what was pushed, then the rest");
        assert_eq!(store.age("other-org", NOW, 1).await.unwrap(), 0);
        assert_eq!(store.age(ORG, NOW - 60, 1).await.unwrap(), 0, "once is enough");
    })
    .await;
}

#[tokio::test]
async fn a_hint_put_off_waits_until_somebody_offers_it_again() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let hint = Hint { version: Some("7".into()), ..case_hint(1) };
        store.offer(std::slice::from_ref(&hint), NOW).await.unwrap();
        for attempt in 1..=3 {
            let due_ms = NOW + i64::from(attempt) * MINUTE;
            let hints_again = vec![Again { key: hint.key.clone(), seq: 1, due_ms }];
            store.commit(&fence, &RoundCommit { hints_again, ..RoundCommit::default() }, NOW).await.unwrap();
            assert!(store.due(ORG, due_ms - 1, 1).await.unwrap().is_empty());
            let due = store.due(ORG, due_ms, 1).await.unwrap();
            assert_eq!((due[0].attempts, due[0].seq, due[0].offered_ms), (attempt, 1, NOW));
            assert_eq!(due[0].hint.version, None, "what could not be carried out must not pass for an echo");
        }
        store.offer(std::slice::from_ref(&hint), NOW + 1).await.unwrap();
        let due = store.due(ORG, NOW, 1).await.unwrap();
        assert_eq!((due[0].attempts, due[0].seq, due[0].offered_ms), (0, 2, NOW));

        let hints_again = vec![Again { key: hint.key.clone(), seq: 1, due_ms: NOW + MINUTE }];
        store.commit(&fence, &RoundCommit { hints_again, ..RoundCommit::default() }, NOW).await.unwrap();
        assert_eq!(store.due(ORG, NOW, 1).await.unwrap().len(), 1, "the round had not seen the second offer");
    })
    .await;
}

#[tokio::test]
async fn a_hint_that_waits_for_others_is_not_counted_as_failing() {
    on_each(async |store| {
        let hint = Hint { version: Some("7".into()), ..case_hint(1) };
        store.offer(std::slice::from_ref(&hint), NOW).await.unwrap();
        let wait = |seq| Again { key: hint.key.clone(), seq, due_ms: NOW + MINUTE };
        store.wait(&[wait(1)]).await.unwrap();
        assert!(store.due(ORG, NOW + MINUTE - 1, 1).await.unwrap().is_empty());
        let due = store.due(ORG, NOW + MINUTE, 1).await.unwrap();
        assert_eq!((due[0].attempts, due[0].hint.version.as_deref()), (0, Some("7")));
        store.offer(std::slice::from_ref(&hint), NOW).await.unwrap();
        store.wait(&[wait(1)]).await.unwrap();
        assert_eq!(store.due(ORG, NOW, 1).await.unwrap().len(), 1, "an offer that was not seen is due");
    })
    .await;
}

#[tokio::test]
async fn a_round_may_offer_the_very_hint_it_ends() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let hint = case_hint(1);
        store.offer(std::slice::from_ref(&hint), NOW).await.unwrap();
        let round = RoundCommit { offers: vec![hint.clone()], ..done(&hint, 1) };
        assert_eq!(store.commit(&fence, &round, NOW).await.unwrap().hints_done, 1);
        assert_eq!(seq(&store).await, Some(1));
    })
    .await;
}

#[tokio::test]
async fn records_are_told_apart_by_connection_and_kind() {
    on_each(async |store| {
        let case = case_hint(1);
        let task = Hint { key: HintKey { kind: "Task".into(), ..case.key.clone() }, ..case.clone() };
        let issue = HintKey { connection: SITE.into(), kind: "issue".into(), ..case.key.clone() };
        let elsewhere = HintKey { org: "other-org".into(), ..issue.clone() };
        let [issue, elsewhere] = [issue, elsewhere].map(|key| Hint { key, ..case.clone() });
        store.offer(&[case, task, issue, elsewhere], NOW).await.unwrap();
        assert_eq!(store.due(ORG, NOW, 10).await.unwrap().len(), 3);
        assert_eq!(store.due("other-org", NOW, 10).await.unwrap().len(), 1);
    })
    .await;
}

/// The law of I15: every offer is either still counted by a row or was counted by a row that was done.
#[tokio::test]
async fn offers_and_rounds_at_the_same_time_lose_nothing() {
    const OFFERS: i64 = 300;
    on_each(async |store| {
        let fence = fence(&store).await;
        let hint = case_hint(1);
        let door = tokio::spawn({
            let (store, hint) = (store.clone(), hint.clone());
            async move {
                for _ in 0..OFFERS {
                    store.offer(std::slice::from_ref(&hint), NOW).await.unwrap();
                }
            }
        });
        let mut handled = 0;
        while handled < OFFERS {
            let Some(due) = store.due(ORG, NOW, 1).await.unwrap().pop() else {
                tokio::task::yield_now().await;
                assert!(!door.is_finished() || seq(&store).await.is_some(), "an offer was lost");
                continue;
            };
            if store.commit(&fence, &done(&hint, due.seq), NOW).await.unwrap().hints_done == 1 {
                handled += due.seq;
            }
        }
        assert_eq!(handled, OFFERS);
        door.await.unwrap();
        assert_eq!(seq(&store).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_word_of_its_own_is_still_known_after_a_hint_was_put_off() {
    on_each(async |store| {
        let fence = fence(&store).await;
        for (n, word) in [(1, "deleted"), (2, "refresh")] {
            let hint = Hint { version: Some(word.into()), ..case_hint(n) };
            store.offer(std::slice::from_ref(&hint), NOW).await.unwrap();
            let hints_again = vec![Again { key: hint.key.clone(), seq: 1, due_ms: NOW }];
            store.commit(&fence, &RoundCommit { hints_again, ..RoundCommit::default() }, NOW).await.unwrap();
            let due = store.due(ORG, NOW, 10).await.unwrap();
            let due = due.iter().find(|due| due.hint.key == hint.key).unwrap();
            assert_eq!((due.attempts, due.hint.version.as_deref()), (1, Some(word)));
        }
    })
    .await;
}

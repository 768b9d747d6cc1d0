//! A refusal is remembered with the fingerprint of what was refused.

use std::collections::BTreeMap;

use entente_core::{Side, Value, link::Blocked};
use entente_store::{LinkUpdate, NewEntry, Parked, ParkedClass, Retried, Reviewed, RoundCommit};

use crate::{
    databases::on_each,
    samples::{ITEM, NOW, case_id, fence, key, make_links, only_link, parked, unchanged},
};

#[tokio::test]
async fn the_same_refusal_keeps_its_time_and_a_new_one_starts_anew() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let park = |parked| RoundCommit { parked, ..RoundCommit::default() };
        store.commit(&fence, &park(vec![parked(1, "x", 0), parked(2, "x", 0)]), NOW).await.unwrap();
        store.commit(&fence, &park(vec![parked(1, "x", 0), parked(2, "y", 0)]), NOW + 5).await.unwrap();
        let ids = [case_id(1), case_id(2), case_id(3)];
        let among = store.parked_among(ITEM, Side::Salesforce, &ids).await.unwrap();
        assert_eq!(among, [parked(1, "x", NOW), parked(2, "y", NOW + 5)]);
        assert_eq!(store.parked_of_item(ITEM, 1).await.unwrap(), among[..1]);
        assert_eq!(store.parked_among(ITEM, Side::Jira, &ids).await.unwrap(), []);
        assert_eq!(store.parked_among("other", Side::Salesforce, &ids).await.unwrap(), []);

        let round =
            RoundCommit { unparked: vec![parked(1, "", 0).key, parked(9, "", 0).key], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW).await.unwrap();
        assert_eq!(store.parked_of_item(ITEM, 9).await.unwrap(), among[1..]);
    })
    .await;
}

#[tokio::test]
async fn the_last_word_of_a_round_counts() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let round = RoundCommit { parked: vec![parked(1, "x", 0), parked(1, "y", 0)], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW).await.unwrap();
        assert_eq!(store.parked_of_item(ITEM, 9).await.unwrap(), [parked(1, "y", NOW)]);
    })
    .await;
}

#[tokio::test]
async fn a_round_under_way_does_not_bring_back_what_a_person_has_lifted() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let links = make_links(&store, &fence, 1..=1).await;
        let blocked = BTreeMap::from([(key("Subject"), Blocked::new(Side::Jira, Value::text("x"), "no"))]);
        let refused = |was_blocked| {
            let update = LinkUpdate { blocked: blocked.clone(), was_blocked, ..unchanged(&links[0]) };
            RoundCommit { links: vec![update], ..RoundCommit::default() }
        };
        store.commit(&fence, &refused(false), NOW).await.unwrap();
        assert_eq!(only_link(&store, links[0].id).await.blocked, blocked, "a first refusal");
        store.retry(&Retried { links: vec![links[0].id], ..Retried::default() }, NOW).await.unwrap();
        store.commit(&fence, &refused(true), NOW).await.unwrap();
        assert_eq!(only_link(&store, links[0].id).await.blocked, BTreeMap::new());
    })
    .await;
}

#[tokio::test]
async fn a_word_about_a_twin_holds_for_what_it_was_about() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let doubt = Parked { class: ParkedClass::Ambiguous, ..parked(1, "group", 0) };
        let round = RoundCommit { parked: vec![doubt, parked(2, "x", 0)], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW).await.unwrap();
        let said = |fingerprint: &str, class| Reviewed {
            key: parked(1, "", 0).key,
            fingerprint: fingerprint.to_owned(),
            class,
            hints: Vec::new(),
            journal: NewEntry { kind: "decision".to_owned(), ..NewEntry::default() },
        };
        assert!(!store.review(&said("another", ParkedClass::Ignored), NOW).await.unwrap());
        assert_eq!(store.reviews(Some(ITEM)).await.unwrap()[0].class, ParkedClass::Ambiguous);
        assert!(store.review(&said("group", ParkedClass::Ignored), NOW).await.unwrap());
        assert_eq!(store.reviews(None).await.unwrap()[0].class, ParkedClass::Ignored);
        assert_eq!(store.parked(None).await.unwrap(), [parked(2, "x", NOW)], "what is put aside is no open work");
        assert_eq!(store.parked_of_item(ITEM, 9).await.unwrap().len(), 1);
        store.commit(&fence, &round, NOW).await.unwrap();
        assert_eq!(
            store.reviews(None).await.unwrap()[0].class,
            ParkedClass::Ignored,
            "said while a round was under way"
        );
        assert!(store.review(&said("group", ParkedClass::New), NOW).await.unwrap());
        assert_eq!(store.parked(None).await.unwrap().len(), 2, "until it is carried out");
    })
    .await;
}

//! What a door was told is durable, is durable.

use entente_store::{Store, StoreError};

use crate::{
    databases::on_each,
    samples::{NOW, ORG, case_hint},
};

#[tokio::test]
async fn many_doors_share_few_transactions_and_each_waits_for_its_own() {
    on_each(async |store| {
        let offers = store.offers();
        let doors: Vec<_> = (0..200)
            .map(|n| {
                let offers = offers.clone();
                tokio::spawn(async move { offers.offer(case_hint(n % 50), NOW).await })
            })
            .collect();
        for door in doors {
            door.await.unwrap().unwrap();
        }
        let due = store.due(ORG, NOW, 1000).await.unwrap();
        assert_eq!(due.len(), 50);
        assert_eq!(due.iter().map(|due| due.seq).sum::<i64>(), 200);
    })
    .await;
}

#[tokio::test]
async fn an_offer_that_was_answered_survives_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    store.offers().offer(case_hint(1), NOW).await.unwrap();
    // What is in the files now is what another process would find after a crash of this one.
    let copy = tempfile::tempdir().unwrap();
    for file in ["entente.db", "entente.db-wal"] {
        std::fs::copy(dir.path().join(file), copy.path().join(file)).unwrap();
    }
    let after = Store::open(copy.path()).await.unwrap();
    assert_eq!(after.due(ORG, NOW, 10).await.unwrap().len(), 1);
    assert_eq!(after.incarnation(), store.incarnation());
}

#[tokio::test]
async fn a_database_that_is_gone_is_said_to_every_door() {
    on_each(async |store| {
        let offers = store.offers();
        store.close().await;
        assert!(matches!(offers.offer(case_hint(1), NOW).await, Err(StoreError::Unreachable(_))));
        assert!(matches!(store.due(ORG, NOW, 1).await, Err(StoreError::Unreachable(_))));
    })
    .await;
}

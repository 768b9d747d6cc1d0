//! One owner per org, and no write by anybody else.

use entente_store::{Fence, Holder, StoreError};

use crate::{
    databases::on_each,
    samples::{MINUTE, NOW, ORG},
};

#[tokio::test]
async fn one_owner_holds_an_org_until_its_time_is_over() {
    on_each(async |store| {
        let first = store.acquire(ORG, "a", MINUTE, NOW).await.unwrap().unwrap();
        assert_eq!(store.acquire(ORG, "b", MINUTE, NOW + MINUTE - 1).await.unwrap(), None);
        let holder = Holder { owner: "a".to_owned(), until_ms: NOW + MINUTE };
        assert_eq!(store.holder(ORG, NOW + MINUTE - 1).await.unwrap(), Some(holder));
        assert_eq!(store.holder(ORG, NOW + MINUTE).await.unwrap(), None);
        assert!(store.acquire("other-org", "b", MINUTE, NOW).await.unwrap().is_some());

        assert!(store.renew(&first, "a", MINUTE, NOW + MINUTE / 2).await.unwrap());
        assert_eq!(store.acquire(ORG, "b", MINUTE, NOW + MINUTE).await.unwrap(), None, "it was renewed");

        let second = store.acquire(ORG, "b", MINUTE, NOW + 2 * MINUTE).await.unwrap().unwrap();
        assert!(second.epoch > first.epoch);
        assert!(!store.renew(&first, "a", MINUTE, NOW + 2 * MINUTE).await.unwrap(), "it was lost");
        assert!(!store.renew(&second, "a", MINUTE, NOW + 2 * MINUTE).await.unwrap(), "it is not a's");
    })
    .await;
}

#[tokio::test]
async fn a_restart_of_the_owner_fences_its_earlier_life() {
    on_each(async |store| {
        let before = store.acquire(ORG, "a", MINUTE, NOW).await.unwrap().unwrap();
        let after = store.acquire(ORG, "a", MINUTE, NOW + 1).await.unwrap().unwrap();
        assert!(after.epoch > before.epoch);
        assert!(
            matches!(store.advance(&before, "poll", "1", &[], NOW).await, Err(StoreError::Fenced { org }) if org == ORG)
        );
        store.advance(&after, "poll", "1", &[], NOW).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_released_lease_is_free_and_its_fence_worthless() {
    on_each(async |store| {
        let fence = store.acquire(ORG, "a", MINUTE, NOW).await.unwrap().unwrap();
        store.release(&fence).await.unwrap();
        assert!(matches!(store.advance(&fence, "poll", "1", &[], NOW).await, Err(StoreError::Fenced { .. })));

        let next = store.acquire(ORG, "b", MINUTE, NOW).await.unwrap().unwrap();
        store.release(&fence).await.unwrap();
        store.advance(&next, "poll", "1", &[], NOW).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn nobody_can_invent_a_fence() {
    on_each(async |store| {
        let invented = Fence { org: ORG.into(), epoch: 1 };
        assert!(matches!(store.set_discovered(&invented, "item").await, Err(StoreError::Fenced { .. })));
        assert!(!store.item_runtime("item").await.unwrap().discovered);
    })
    .await;
}

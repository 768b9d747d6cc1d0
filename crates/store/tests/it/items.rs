//! Held items, first runs and the change budget.

use entente_store::{Budget, ItemRuntime, RoundCommit, Spent, StoreError};

use crate::{
    databases::on_each,
    samples::{ITEM, MINUTE, NOW, ORG, fence, make_links, new_intent, parked},
};

const HOUR: i64 = 60 * MINUTE;
const BUDGET: Budget = Budget { limit: 20, window_ms: HOUR, confirmed_ms: 48 * HOUR };

#[tokio::test]
async fn an_item_is_held_for_its_first_reason_until_it_is_resumed() {
    on_each(async |store| {
        assert_eq!(
            store.item_runtime(ITEM).await.unwrap(),
            ItemRuntime { item: ITEM.into(), ..ItemRuntime::default() }
        );
        assert!(!store.resume(ITEM, Some(ORG), "ada", NOW).await.unwrap());
        store.hold(ITEM, "40 deletes within an hour", NOW).await.unwrap();
        store.hold(ITEM, "something else", NOW + 1).await.unwrap();
        assert_eq!(store.item_runtime(ITEM).await.unwrap().held.as_deref(), Some("40 deletes within an hour"));
        assert!(store.resume(ITEM, Some(ORG), "ada", NOW + 2).await.unwrap());
        assert_eq!(store.item_runtime(ITEM).await.unwrap().held, None);
        let kinds: Vec<_> = store.journal_tail(0, 9).await.unwrap().into_iter().map(|e| e.what.kind).collect();
        assert_eq!(kinds, ["held", "resumed"]);
    })
    .await;
}

#[tokio::test]
async fn the_first_run_is_remembered_beside_the_last() {
    on_each(async |store| {
        let fence = fence(&store).await;
        store.set_discovered(&fence, ITEM).await.unwrap();
        store.finish_sync(&fence, ITEM, NOW).await.unwrap();
        store.finish_sync(&fence, ITEM, NOW + HOUR).await.unwrap();
        store.hold("another", "why", NOW).await.unwrap();
        let all = store.item_runtimes().await.unwrap();
        assert_eq!(all.iter().map(|item| item.item.as_str()).collect::<Vec<_>>(), ["another", ITEM]);
        let item = &all[1];
        assert_eq!((item.first_run_ms, item.last_sync_ms, item.discovered), (Some(NOW), Some(NOW + HOUR), true));
        assert!(item.held.is_none());
    })
    .await;
}

#[tokio::test]
async fn what_did_not_finish_is_remembered_until_a_look_has_finished() {
    on_each(async |store| {
        let fence = fence(&store).await;
        store.leave_unfinished(ITEM, "it was down", NOW).await.unwrap();
        store.leave_unfinished(ITEM, "it is down", NOW + 1).await.unwrap();
        let unfinished = async || store.item_runtime(ITEM).await.unwrap().unfinished;
        assert_eq!(unfinished().await, Some((NOW + 1, "it is down".to_owned())));
        store.finish_sync(&fence, ITEM, NOW + 2).await.unwrap();
        assert_eq!(unfinished().await, None);
    })
    .await;
}

#[tokio::test]
async fn the_change_budget_rolls_and_is_new_after_a_resume() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let spend = async |acts, now_ms| store.spend(&fence, ITEM, acts, BUDGET, now_ms).await.unwrap();
        assert_eq!(spend(15, NOW).await, Spent::Within(15));
        assert_eq!(spend(0, NOW).await, Spent::Within(15));
        assert_eq!(spend(15, NOW + HOUR).await, Spent::Within(15), "the first fifteen are an hour old");
        assert_eq!(spend(9, NOW + HOUR + MINUTE).await, Spent::Over(24));
        store.give_back(&fence, ITEM, 9, NOW + HOUR + MINUTE).await.unwrap();
        assert_eq!(spend(6, NOW + HOUR + MINUTE).await, Spent::Over(21), "what was not done does not count");
        assert_eq!(spend(4, NOW + HOUR + MINUTE).await, Spent::Over(25), "what was stopped waits for a person");
        assert_eq!(store.spend(&fence, "another", 20, BUDGET, NOW + HOUR).await.unwrap(), Spent::Within(20));

        let days_later = NOW + 72 * HOUR;
        store.hold(ITEM, "budget", NOW + HOUR).await.unwrap();
        store.resume(ITEM, Some(ORG), "ada", days_later).await.unwrap();
        assert_eq!(spend(25, days_later).await, Spent::Within(0), "what was asked for goes through");
        assert_eq!(spend(20, days_later).await, Spent::Within(20));
        assert_eq!(spend(1, days_later).await, Spent::Over(21), "and no more than the limit beside it");

        store.hold(ITEM, "budget", days_later).await.unwrap();
        store.resume(ITEM, Some(ORG), "ada", days_later).await.unwrap();
        let next_night = days_later + 20 * HOUR;
        assert_eq!(spend(0, next_night).await, Spent::Within(0));
        assert_eq!(spend(21, next_night).await, Spent::Within(0), "what a person has confirmed may wait");
        assert_eq!(spend(20, next_night + 1).await, Spent::Within(20));
        assert_eq!(spend(21, next_night + 2 * HOUR).await, Spent::Over(21), "and is confirmed once");
        store.hold(ITEM, "budget", next_night).await.unwrap();
        store.resume(ITEM, Some(ORG), "ada", next_night).await.unwrap();
        assert_eq!(
            spend(21, next_night + 72 * HOUR).await,
            Spent::Over(21),
            "nobody remembers what was confirmed long ago"
        );

        let stale = fence.clone();
        store.acquire(ORG, "worker-2", MINUTE, NOW + HOUR).await.unwrap().unwrap();
        assert!(matches!(store.spend(&stale, ITEM, 1, BUDGET, NOW).await, Err(StoreError::Fenced { .. })));
    })
    .await;
}

#[tokio::test]
async fn a_new_name_takes_everything_along() {
    on_each(async |store| {
        let fence = fence(&store).await;
        make_links(&store, &fence, 1..=2).await;
        store.plan_intents(&fence, &[new_intent("op-1", 3)], NOW).await.unwrap();
        let parked = vec![parked(4, "x", 0)];
        store.commit(&fence, &RoundCommit { parked, ..RoundCommit::default() }, NOW).await.unwrap();
        store.spend(&fence, ITEM, 20, BUDGET, NOW).await.unwrap();
        store.hold(ITEM, "why", NOW).await.unwrap();

        store.finish_sync(&fence, "bugs", NOW).await.unwrap();
        store.advance(&fence, "last/bugs", "9", &[], NOW).await.unwrap();
        store.advance(&fence, "last/item", "7", &[], NOW).await.unwrap();
        store.rename_item(ITEM, "bugs", &[("last/item".into(), "last/bugs".into())]).await.unwrap();
        let cursors =
            [store.get_cursor(ORG, "last/bugs").await.unwrap(), store.get_cursor(ORG, "last/item").await.unwrap()];
        assert_eq!(cursors, [Some("7".to_owned()), None]);
        assert_eq!(
            (store.count_links(Some("bugs")).await.unwrap(), store.count_links(Some(ITEM)).await.unwrap()),
            (2, 0)
        );
        assert_eq!(store.open_intents(ORG).await.unwrap()[0].new.item, "bugs");
        assert_eq!(store.parked_of_item("bugs", 9).await.unwrap().len(), 1);
        assert_eq!(store.item_runtime("bugs").await.unwrap().held.as_deref(), Some("why"));
        assert_eq!(store.spend(&fence, "bugs", 1, BUDGET, NOW).await.unwrap(), Spent::Over(21));
    })
    .await;
}

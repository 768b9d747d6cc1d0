//! A cursor and the hints it covers are one.

use std::{future::Future, pin::pin, task::Poll};

use entente_store::{Store, StoreError};

use crate::{
    databases::on_each,
    samples::{MINUTE, NOW, ORG, case_hint, fence},
};

#[tokio::test]
async fn a_cursor_moves_with_its_hints() {
    on_each(async |store| {
        let fence = fence(&store).await;
        assert_eq!(store.get_cursor(ORG, "Case").await.unwrap(), None);
        store.advance(&fence, "Case", "2026-11-21T10:00:00Z", &[case_hint(1), case_hint(2)], NOW).await.unwrap();
        store.advance(&fence, "issues", "17", &[], NOW).await.unwrap();
        store.advance(&fence, "Case", "2026-11-21T11:00:00Z", &[], NOW).await.unwrap();
        assert_eq!(store.get_cursor(ORG, "Case").await.unwrap().as_deref(), Some("2026-11-21T11:00:00Z"));
        assert_eq!(store.get_cursor(ORG, "issues").await.unwrap().as_deref(), Some("17"));
        assert_eq!(store.get_cursor("other-org", "Case").await.unwrap(), None);
        assert_eq!(store.due(ORG, NOW, 10).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_moves_no_cursor_and_offers_nothing() {
    on_each(async |store| {
        let stale = fence(&store).await;
        store.acquire(ORG, "worker-2", MINUTE, NOW + MINUTE).await.unwrap().unwrap();
        let outcome = store.advance(&stale, "Case", "1", &[case_hint(1)], NOW).await;
        assert!(matches!(outcome, Err(StoreError::Fenced { .. })));
        assert_eq!(store.get_cursor(ORG, "Case").await.unwrap(), None);
        assert!(store.due(ORG, NOW, 10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_crash_at_any_moment_leaves_both_or_neither() {
    on_each(async |store| {
        let fence = fence(&store).await;
        for polls in 0.. {
            let cursor = polls.to_string();
            let hint = case_hint(polls);
            let finished =
                killed_after(polls, store.advance(&fence, "Case", &cursor, std::slice::from_ref(&hint), NOW)).await;
            let moved = store.get_cursor(ORG, "Case").await.unwrap().as_deref() == Some(&cursor);
            assert_eq!(moved, has(&store, &hint.key).await, "killed after {polls} polls");
            if finished {
                assert!(moved);
                break;
            }
        }
    })
    .await;
}

/// Polls a future so many times and then drops it, as a crash would; answers whether it had finished.
pub(crate) async fn killed_after(polls: u32, work: impl Future) -> bool {
    let mut work = pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        work.as_mut().poll(context).map(|_| true)
    })
    .await
}

async fn has(store: &Store, key: &entente_store::HintKey) -> bool {
    store.due(ORG, NOW, 1000).await.unwrap().iter().any(|due| due.hint.key == *key)
}

//! Counts say what is there.

use entente_store::{Backlog, Hint, ItemCounts, LinkState, LinkUpdate, NewLink, NewNote, RoundCommit};

use crate::{
    databases::on_each,
    samples::{
        ITEM, MINUTE, NOW, case_hint, conflict, fence, key, make_links, new_intent, new_link, parked, unchanged,
    },
};

#[tokio::test]
async fn everything_is_counted_once() {
    on_each(async |store| {
        assert_eq!(store.counts(NOW).await.unwrap(), entente_store::Counts::default());
        let fence = fence(&store).await;
        let links = make_links(&store, &fence, 1..=4).await;
        let state = |state, n: usize| LinkUpdate {
            state: Some(state),
            conflicts: vec![conflict("Subject", "a", "b")],
            ..unchanged(&links[n])
        };
        let note = |code: &str, mapping| NewNote { code: code.into(), mapping, text: "why".into() };
        let told =
            vec![note("unmapped", Some(key("Priority"))), note("unmapped", None), note("drift", Some(key("Type")))];
        let round = RoundCommit {
            links_new: vec![NewLink { item: "other".into(), notes: told, ..new_link(1) }],
            links: vec![
                state(LinkState::Parked { reason: "why".into() }, 0),
                state(LinkState::Unlinked { reason: "why".into() }, 1),
                state(LinkState::Detached, 2),
            ],
            parked: vec![parked(9, "x", 0)],
            offers: vec![case_hint(1), Hint { due_ms: NOW + MINUTE, ..case_hint(2) }],
            ..RoundCommit::default()
        };
        store.commit(&fence, &round, NOW).await.unwrap();
        store.plan_intents(&fence, &[new_intent("op-1", 7)], NOW).await.unwrap();

        let counts = store.counts(NOW).await.unwrap();
        let item = ItemCounts { links: 3, conflicts: 1, parked: 2, left_alone: 0 };
        let other = ItemCounts { links: 1, left_alone: 1, ..ItemCounts::default() };
        assert_eq!(counts.items, [(ITEM.to_owned(), item), ("other".to_owned(), other)].into());
        assert_eq!(counts.of([ITEM, "other", "gone"]), ItemCounts { links: 4, conflicts: 1, parked: 2, left_alone: 1 });
        let left_alone = store.left_alone().await.unwrap();
        assert_eq!(left_alone.iter().map(|left| (left.item.as_str(), left.links)).collect::<Vec<_>>(), [("other", 1)]);
        assert_eq!((counts.backlog, counts.open_intents), (Backlog { due: 1, waiting: 1 }, 1));
    })
    .await;
}

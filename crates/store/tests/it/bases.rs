//! What was agreed comes back as it was put in.

use entente_core::{Sides, Value, base::CANON_VERSION};
use entente_store::{LinkUpdate, NewLink, RoundCommit};

use crate::{
    databases::on_each,
    samples::{NOW, base, fence, key, make_links, new_link, unchanged},
};

#[tokio::test]
async fn a_base_comes_back_as_it_was() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let mut agreed = base("Ünïcode 🖨 \"quoted\" back\\slash\nline");
        agreed.set(key("Tags"), Sides::new(Value::list(vec![Value::text("a"), Value::Flag(true)]), Value::Empty));
        let round =
            RoundCommit { links_new: vec![NewLink { base: agreed.clone(), ..new_link(1) }], ..RoundCommit::default() };
        let id = store.commit(&fence, &round, NOW).await.unwrap().links_new[0];
        assert_eq!(store.bases(&[id, 999]).await.unwrap(), [(id, (agreed, CANON_VERSION))].into());
        assert!(store.bases(&[]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_round_moves_only_the_bases_it_names() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let links = make_links(&store, &fence, 1..=2).await;
        let moved = LinkUpdate { base: Some(base("moved")), ..unchanged(&links[0]) };
        let round = RoundCommit { links: vec![moved, unchanged(&links[1])], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW).await.unwrap();
        let bases = store.bases(&[links[0].id, links[1].id]).await.unwrap();
        assert_eq!(bases[&links[0].id].0, base("moved"));
        assert_eq!(bases[&links[1].id].0, base("Printer on fire"));
    })
    .await;
}

/// PostgreSQL's text cannot hold NUL, and a record from outside must not stop a round.
#[tokio::test]
async fn nul_characters_stop_nothing() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let agreed = base("a\0b");
        let new = NewLink { base: agreed.clone(), jira_key: "OPS-\0-1".into(), ..new_link(1) };
        let round = RoundCommit { links_new: vec![new], ..RoundCommit::default() };
        let id = store.commit(&fence, &round, NOW).await.unwrap().links_new[0];
        assert_eq!(store.links_by_ids(&[id]).await.unwrap()[0].jira_key, "OPS--1");
        assert_eq!(store.bases(&[id]).await.unwrap()[&id].0, agreed, "inside a document it is escaped, and kept");
    })
    .await;
}

//! A round is committed as a whole, by the owner of the lease, or not at all.

use entente_store::{Again, Fence, Heard, LinkUpdate, NewEntry, NewLink, NewNote, RoundCommit, Store, StoreError};

use crate::{
    cursors::killed_after,
    databases::on_each,
    samples::{
        ITEM, MINUTE, NOW, ORG, base, case_hint, conflict, fence, make_links, new_intent, new_link, parked, unchanged,
    },
};

fn entry(text: &str) -> NewEntry {
    NewEntry { kind: "write".into(), text: text.into(), ..NewEntry::default() }
}

/// A round that touches every table; hints 1 and 2 and intents op-1 and op-2 must be there.
fn full_round(link: &entente_store::Link) -> RoundCommit {
    let note = NewNote { code: "unmapped".into(), mapping: None, text: "a note".into() };
    RoundCommit {
        links_new: vec![NewLink {
            conflicts: vec![conflict("Subject", "a", "b")],
            notes: vec![note.clone()],
            journal: vec![entry("made")],
            ..new_link(2)
        }],
        links: vec![LinkUpdate {
            base: Some(base("moved")),
            jira_key: Some("MOVED-1".into()),
            conflicts: vec![conflict("Subject", "a", "b")],
            notes: vec![note],
            ..unchanged(link)
        }],
        intents_done: vec![("op-1".into(), "10002".into())],
        intents_failed: vec![("op-2".into(), "no".into())],
        parked: vec![parked(9, "x", 0)],
        unparked: Vec::new(),
        hints_done: vec![(case_hint(1).key, 1)],
        hints_again: vec![Again { key: case_hint(2).key, seq: 1, due_ms: NOW + MINUTE }],
        heard: Heard::default(),
        threads: Vec::new(),
        folders: Vec::new(),
        link_notes: Vec::new(),
        offers: vec![case_hint(3)],
        journal: vec![entry("written")],
    }
}

/// What a round could have changed, as one text.
async fn picture(store: &Store, link_ids: &[i64]) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        store.links_of_item(ITEM, 0, 99).await.unwrap(),
        store.bases(link_ids).await.unwrap(),
        store.conflicts(link_ids).await.unwrap(),
        store.notes(link_ids).await.unwrap(),
        store.open_intents(ORG).await.unwrap(),
        store.parked_of_item(ITEM, 99).await.unwrap(),
        store.due(ORG, NOW + MINUTE, 99).await.unwrap(),
        store.journal_tail(0, 99).await.unwrap(),
        store.counts(NOW).await.unwrap(),
    )
}

async fn prepared(store: &Store) -> (Fence, entente_store::Link) {
    let fence = fence(store).await;
    let link = make_links(store, &fence, [1]).await.remove(0);
    store.offer(&[case_hint(1), case_hint(2)], NOW).await.unwrap();
    store.plan_intents(&fence, &[new_intent("op-1", 2), new_intent("op-2", 9)], NOW).await.unwrap();
    (fence, link)
}

#[tokio::test]
async fn a_round_changes_every_table_at_once() {
    on_each(async |store| {
        let (fence, link) = prepared(&store).await;
        let made = store.commit(&fence, &full_round(&link), NOW).await.unwrap();
        assert_eq!(made.hints_done, 1);
        let ids = [link.id, made.links_new[0]];
        let links = store.links_by_ids(&ids).await.unwrap();
        assert_eq!((links[0].jira_key.as_str(), links[1].jira_key.as_str()), ("MOVED-1", "OPS-2"));
        assert_eq!(store.bases(&ids).await.unwrap()[&link.id].0, base("moved"));
        assert_eq!(store.conflicts(&ids).await.unwrap().len(), 2);
        assert_eq!(store.notes(&ids).await.unwrap().len(), 2);
        assert!(store.open_intents(ORG).await.unwrap().is_empty());
        assert_eq!(store.parked_of_item(ITEM, 9).await.unwrap().len(), 1);
        let due: Vec<_> = store.due(ORG, NOW, 9).await.unwrap().into_iter().map(|due| due.hint.key).collect();
        assert_eq!(due, [case_hint(3).key]);
        let journal = store.journal_tail(0, 9).await.unwrap();
        assert_eq!(journal[0].what, NewEntry { link_id: Some(ids[1]), ..entry("made") });
        assert_eq!(journal[1].what, entry("written"));
    })
    .await;
}

#[tokio::test]
async fn a_round_of_a_lost_lease_writes_nothing() {
    on_each(async |store| {
        let (stale, link) = prepared(&store).await;
        store.acquire(ORG, "worker-2", MINUTE, NOW + MINUTE).await.unwrap().unwrap();
        let before = picture(&store, &[link.id]).await;
        let outcome = store.commit(&stale, &full_round(&link), NOW).await;
        assert!(matches!(outcome, Err(StoreError::Fenced { org }) if org == ORG));
        assert_eq!(picture(&store, &[link.id]).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_crash_at_any_moment_leaves_a_whole_round_or_none() {
    on_each(async |store| {
        let (fence, link) = prepared(&store).await;
        let before = picture(&store, &[link.id]).await;
        let mut killed = 0;
        loop {
            let finished = killed_after(killed, store.commit(&fence, &full_round(&link), NOW)).await;
            // The next reader stands behind whatever the dropped transaction still had to undo.
            let counts = store.counts(NOW).await.unwrap();
            if counts.open_intents == 0 {
                let of_item = counts.of([ITEM]);
                assert_eq!((of_item.links, of_item.conflicts, of_item.parked), (2, 2, 1));
                break;
            }
            assert!(!finished);
            assert_eq!(picture(&store, &[link.id]).await, before, "killed after {killed} polls");
            killed += 1;
        }
        // How often a commit is polled depends on how busy the machine is.
        assert!(killed > 0, "the crash hit no moment at all");
    })
    .await;
}

#[tokio::test]
async fn an_empty_round_is_a_round() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let made = store.commit(&fence, &RoundCommit::default(), NOW).await.unwrap();
        assert_eq!(made, entente_store::Committed::default());
    })
    .await;
}

#[tokio::test]
async fn a_large_round_is_one_round() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let new = |n| NewLink { journal: vec![entry("made"), entry("read back")], ..new_link(n) };
        let round = RoundCommit { links_new: (0..200).map(new).collect(), ..RoundCommit::default() };
        let ids = store.commit(&fence, &round, NOW).await.unwrap().links_new;
        let keys: Vec<_> =
            store.links_by_ids(&ids).await.unwrap().into_iter().map(|link| (link.id, link.jira_key)).collect();
        let expected: Vec<_> = ids.iter().zip(0..).map(|(id, n)| (*id, format!("OPS-{n}"))).collect();
        assert_eq!(keys, expected, "each id goes to its own link");
        assert_eq!(store.bases(&ids).await.unwrap().len(), 200);
        assert_eq!(store.journal_tail(0, 999).await.unwrap().len(), 400);
    })
    .await;
}

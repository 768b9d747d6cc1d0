//! Conflicts are open until a round finds them gone; a person's decision lasts as long.

use std::collections::BTreeMap;

use entente_core::{
    MappingKey, Side,
    link::{Decision, Take},
};
use entente_store::{Link, LinkUpdate, NewConflict, NewDecision, NewLink, NewNote, RoundCommit, Store};

use crate::{
    databases::on_each,
    samples::{ITEM, NOW, ORG, case_hint, conflict, fence, key, make_links, new_link, unchanged},
};

/// A round that judged every field and knew of no decision.
fn with(link: &Link, conflicts: Vec<NewConflict>) -> RoundCommit {
    knowing(link, conflicts, Some(BTreeMap::new()))
}

fn knowing(link: &Link, conflicts: Vec<NewConflict>, judged: Option<BTreeMap<MappingKey, i64>>) -> RoundCommit {
    RoundCommit { links: vec![LinkUpdate { conflicts, judged, ..unchanged(link) }], ..RoundCommit::default() }
}

fn decision(link: &Link, take: Side) -> NewDecision {
    NewDecision {
        link_id: link.id,
        item: ITEM.into(),
        mapping: key("Subject"),
        decision: Decision { take: Take::Side(take), seen: conflict("Subject", "a", "b").values },
        by: "ada@acme.example".into(),
        hint: case_hint(1),
    }
}

async fn open(store: &Store, id: i64) -> Vec<(NewConflict, i64)> {
    let open = store.conflicts(&[id]).await.unwrap();
    open.into_iter().map(|c| (NewConflict { mapping: c.mapping, values: c.values }, c.since_ms)).collect()
}

#[tokio::test]
async fn a_conflict_keeps_its_time_until_it_is_gone() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let link = make_links(&store, &fence, [1, 2]).await.remove(0);
        let subject = conflict("Subject", "a", "b");
        let priority = conflict("Priority", "High", "Low");
        store.commit(&fence, &with(&link, vec![subject.clone()]), NOW).await.unwrap();
        let later = conflict("Subject", "a", "c");
        store.commit(&fence, &with(&link, vec![later.clone(), priority.clone()]), NOW + 1).await.unwrap();
        assert_eq!(open(&store, link.id).await, [(priority.clone(), NOW + 1), (later, NOW)]);
        assert_eq!(
            store.open_conflicts(Some(ITEM), 0, 9).await.unwrap()[0].mapping,
            key("Subject"),
            "the oldest first"
        );
        assert_eq!(store.open_conflicts(Some("other"), 0, 9).await.unwrap(), []);

        store.commit(&fence, &with(&link, vec![priority.clone()]), NOW + 2).await.unwrap();
        store.commit(&fence, &with(&link, vec![subject.clone(), priority.clone()]), NOW + 3).await.unwrap();
        assert_eq!(open(&store, link.id).await, [(priority, NOW + 1), (subject, NOW + 3)]);
        let first = store.open_conflicts(None, 0, 1).await.unwrap().remove(0);
        assert_eq!(store.open_conflicts(None, first.id, 9).await.unwrap().len(), 1, "each is listed once");
    })
    .await;
}

#[tokio::test]
async fn a_round_leaves_other_links_conflicts_and_notes_alone() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let note =
            NewNote { code: "unmapped".into(), mapping: Some(key("Priority")), text: "Blocker is not mapped".into() };
        let other = NewNote { code: "files".into(), mapping: None, text: "a file is too large".into() };
        let new = |n| NewLink {
            conflicts: vec![conflict("Subject", "a", "b")],
            notes: vec![note.clone(), other.clone()],
            ..new_link(n)
        };
        let round = RoundCommit { links_new: vec![new(1), new(2)], ..RoundCommit::default() };
        let ids = store.commit(&fence, &round, NOW).await.unwrap().links_new;
        let first = store.links_by_ids(&ids[..1]).await.unwrap().remove(0);
        store.commit(&fence, &with(&first, Vec::new()), NOW).await.unwrap();

        assert_eq!(open(&store, ids[0]).await, []);
        assert_eq!(open(&store, ids[1]).await.len(), 1);
        let notes = store.notes(&ids).await.unwrap();
        assert_eq!(notes.iter().map(|note| note.link_id).collect::<Vec<_>>(), [ids[1], ids[1]]);
        assert_eq!(notes.into_iter().map(|note| note.note).collect::<Vec<_>>(), [note, other]);
    })
    .await;
}

#[tokio::test]
async fn a_decision_is_stored_journalled_and_offered_as_one() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let link = make_links(&store, &fence, [1]).await.remove(0);
        store.decide(&[decision(&link, Side::Salesforce)], NOW).await.unwrap();
        assert_eq!(open(&store, link.id).await, [(conflict("Subject", "a", "b"), NOW)], "a decision opens a conflict");
        store.decide(&[decision(&link, Side::Jira)], NOW).await.unwrap();
        let listed = store.open_conflicts(None, 0, 9).await.unwrap().remove(0).decided.unwrap();
        assert_eq!((&listed.decision, listed.at_ms), (&decision(&link, Side::Jira).decision, NOW));
        let expected = [(link.id, BTreeMap::from([(key("Subject"), listed)]))].into();
        assert_eq!(store.decisions(&[link.id]).await.unwrap(), expected, "a person may change their mind");
        assert_eq!(store.due(ORG, NOW, 1).await.unwrap()[0].seq, 2);
        let entry = store.journal_of_link(link.id, 9).await.unwrap().remove(0);
        assert_eq!((entry.what.kind.as_str(), entry.what.side), ("decision", Some(Side::Jira)));
        assert!(entry.what.text.contains("ada@acme.example"), "{}", entry.what.text);
    })
    .await;
}

#[tokio::test]
async fn a_decision_lasts_until_a_round_that_knew_it_has_carried_it_out() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let link = make_links(&store, &fence, [1]).await.remove(0);
        let known = |at_ms| Some(BTreeMap::from([(key("Subject"), at_ms)]));
        let seen = conflict("Subject", "a", "b");
        store.decide(&[decision(&link, Side::Jira)], NOW).await.unwrap();
        let rounds = [
            ("it began before", vec![], Some(BTreeMap::new())),
            ("it knew what was decided before", vec![], known(NOW - 1)),
            ("it could not judge", vec![], None),
            ("it could not carry it out", vec![seen.clone()], known(NOW)),
        ];
        for (why, open_now, judged) in rounds {
            store.commit(&fence, &knowing(&link, open_now, judged), NOW).await.unwrap();
            assert_eq!(store.decisions(&[link.id]).await.unwrap().len(), 1, "{why}");
            assert_eq!(open(&store, link.id).await, [(seen.clone(), NOW)], "{why}");
        }
        store.commit(&fence, &knowing(&link, Vec::new(), known(NOW)), NOW).await.unwrap();
        assert!(store.decisions(&[link.id]).await.unwrap().is_empty());
        assert_eq!(open(&store, link.id).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_decision_ends_when_its_conflict_is_about_other_values() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let link = make_links(&store, &fence, [1]).await.remove(0);
        store.decide(&[decision(&link, Side::Jira)], NOW).await.unwrap();
        let edited = conflict("Subject", "a", "c");
        let round = knowing(&link, vec![edited.clone()], Some(BTreeMap::from([(key("Subject"), NOW)])));
        store.commit(&fence, &round, NOW + 1).await.unwrap();
        assert_eq!(open(&store, link.id).await, [(edited, NOW)]);
        assert!(store.open_conflicts(None, 0, 9).await.unwrap().remove(0).decided.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_round_that_could_not_judge_every_field_opens_conflicts_and_closes_none() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let link = make_links(&store, &fence, [1]).await.remove(0);
        let (subject, priority) = (conflict("Subject", "a", "b"), conflict("Priority", "High", "Low"));
        store.commit(&fence, &with(&link, vec![subject.clone()]), NOW).await.unwrap();
        store.commit(&fence, &knowing(&link, vec![priority.clone()], None), NOW + 1).await.unwrap();
        assert_eq!(open(&store, link.id).await, [(priority, NOW + 1), (subject, NOW)]);
    })
    .await;
}

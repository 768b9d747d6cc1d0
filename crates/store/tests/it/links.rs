//! Links are found from either end, keep what they were told, and are one to one under an item.

use std::collections::BTreeMap;

use entente_core::{
    Side, Sides, Value,
    link::{Blocked, Origin},
};
use entente_store::{LinkFilter, LinkState, LinkUpdate, NewLink, RoundCommit, Store, StoreError};

use crate::{
    databases::on_each,
    samples::{ITEM, MINUTE, NOW, ORG, SITE, case_id, fence, key, make_links, new_link, only_link, unchanged},
};

fn ids(links: &[entente_store::Link]) -> Vec<i64> {
    links.iter().map(|link| link.id).collect()
}

#[tokio::test]
async fn a_link_is_found_from_either_end_and_by_its_item() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let links = make_links(&store, &fence, 1..=3).await;
        let of_cases =
            store.links_by_records(ORG, Side::Salesforce, ORG, &[case_id(3), case_id(1), case_id(9)]).await.unwrap();
        assert_eq!(ids(&of_cases), [links[0].id, links[2].id]);
        let of_issues = store.links_by_records(ORG, Side::Jira, SITE, &["10002".into()]).await.unwrap();
        assert_eq!(of_issues, [links[1].clone()]);
        assert_eq!(store.links_by_records(ORG, Side::Jira, "other-site", &["10002".into()]).await.unwrap(), []);
        assert_eq!(store.links_by_records("other-org", Side::Jira, SITE, &["10002".into()]).await.unwrap(), []);
        assert_eq!(store.links_by_records(ORG, Side::Jira, SITE, &[]).await.unwrap(), []);
        assert_eq!(
            store.links_by_ids(&[links[2].id, 999, links[0].id]).await.unwrap(),
            [links[0].clone(), links[2].clone()]
        );
        assert_eq!(ids(&store.links_of_item(ITEM, links[0].id, 1).await.unwrap()), [links[1].id]);
        assert_eq!(store.links_of_item("other", 0, 9).await.unwrap(), []);
        assert_eq!(store.count_links(Some(ITEM)).await.unwrap(), 3);
        assert_eq!(store.count_links(Some("other")).await.unwrap(), 0);
        assert_eq!(store.count_links(None).await.unwrap(), 3);
    })
    .await;
}

#[tokio::test]
async fn links_are_found_in_pages_by_parts_of_their_names() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let links = make_links(&store, &fence, 1..=12).await;
        let found = async |text: &str, after| {
            let filter = LinkFilter { text: text.to_owned(), after, ..LinkFilter::default() };
            ids(&store.links_filtered(&filter, 3).await.unwrap())
        };
        assert_eq!(found("", 0).await, [links[0].id, links[1].id, links[2].id]);
        assert_eq!(found("", links[10].id).await, [links[11].id]);
        assert_eq!(found(&links[4].jira_key.to_lowercase(), 0).await, [links[4].id]);
        assert_eq!(found(&case_id(12)[9..], 0).await, [links[11].id]);
        for not_a_pattern in ["%", "_", "\\"] {
            assert!(found(not_a_pattern, 0).await.is_empty(), "{not_a_pattern}");
        }
        let narrowed = async |item: &str, state: Option<&str>| {
            let filter =
                LinkFilter { item: Some(item.into()), state: state.map(str::to_owned), ..LinkFilter::default() };
            store.links_filtered(&filter, 99).await.unwrap().len()
        };
        assert_eq!((narrowed(ITEM, None).await, narrowed("other", None).await), (12, 0));
        assert_eq!((narrowed(ITEM, Some("active")).await, narrowed(ITEM, Some("parked")).await), (12, 0));
        store.detach_item(ITEM, NOW).await.unwrap();
        assert_eq!((narrowed(ITEM, Some("active")).await, narrowed(ITEM, Some("detached")).await), (0, 12));
    })
    .await;
}

#[tokio::test]
async fn a_link_keeps_what_it_was_told() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let refused = Blocked::new(Side::Jira, Value::text("?"), "no \"such\" option");
        let new = NewLink {
            origin: Origin::Manual,
            versions: Sides::new(None, Some("2026".into())),
            blocked: BTreeMap::from([(key("Priority"), refused)]),
            ..new_link(1)
        };
        let round = RoundCommit { links_new: vec![new.clone()], ..RoundCommit::default() };
        let id = store.commit(&fence, &round, NOW).await.unwrap().links_new[0];
        let link = only_link(&store, id).await;
        assert_eq!((&link.item, &link.org, &link.site), (&new.item, &ORG.to_owned(), &new.site));
        assert_eq!(
            (&link.salesforce_id, &link.jira_id, &link.jira_key),
            (&new.salesforce_id, &new.jira_id, &new.jira_key)
        );
        let reason = "Jira refused Priority>summary: no \"such\" option".to_owned();
        assert_eq!((link.origin, &link.state), (Origin::Manual, &LinkState::Parked { reason }));
        assert_eq!((link.read_ms, &link.versions, &link.blocked), (new.read_ms, &new.versions, &new.blocked));
        assert_eq!((link.missing_since, link.created_ms, link.changed_ms), (Sides::default(), NOW, NOW));

        let blocked = BTreeMap::from([(key("Priority"), Blocked::new(Side::Jira, Value::text("!"), "has gone"))]);
        let update = LinkUpdate {
            id,
            base: None,
            read_ms: Sides::new(NOW + 5, NOW + 6),
            versions: Sides::new(Some("a".into()), None),
            state: Some(LinkState::of(&blocked)),
            judged: None,
            jira_key: Some("NEW-1".into()),
            follows: None,
            missing_since: Sides::new(None, Some(NOW + 6)),
            blocked: blocked.clone(),
            was_blocked: true,
            conflicts: Vec::new(),
            notes: Vec::new(),
        };
        let round = RoundCommit { links: vec![update.clone()], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW + 9).await.unwrap();
        let changed = only_link(&store, id).await;
        let expected = entente_store::Link {
            read_ms: update.read_ms,
            versions: update.versions,
            state: LinkState::Parked { reason: "Jira refused Priority>summary: has gone".into() },
            jira_key: "NEW-1".into(),
            missing_since: update.missing_since,
            blocked,
            changed_ms: NOW + 9,
            ..link
        };
        assert_eq!(changed, expected);

        let round = RoundCommit { links: vec![unchanged(&changed)], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW + 9).await.unwrap();
        assert_eq!(only_link(&store, id).await, changed, "what an update leaves out stays");
    })
    .await;
}

#[tokio::test]
async fn a_second_link_of_a_record_names_the_holder_and_writes_nothing() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let holder = make_links(&store, &fence, [1]).await.remove(0);
        let same_case = NewLink { jira_id: "77".into(), ..new_link(1) };
        let same_issue = NewLink { salesforce_id: case_id(77), ..new_link(1) };
        for (clash, side, record_id) in
            [(same_case, Side::Salesforce, case_id(1)), (same_issue, Side::Jira, "10001".to_owned())]
        {
            let round = RoundCommit { links_new: vec![new_link(5), clash.clone()], ..RoundCommit::default() };
            match store.commit(&fence, &round, NOW).await {
                Err(StoreError::LinkTaken { item, side: taken, record_id: record, holder: by }) => {
                    assert_eq!((item.as_str(), taken, record, by), (ITEM, side, record_id, holder.id));
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(store.count_links(None).await.unwrap(), 1, "link 5 went with it");

            let elsewhere = NewLink { item: "display".into(), ..clash };
            let round = RoundCommit { links_new: vec![elsewhere], ..RoundCommit::default() };
            let made = store.commit(&fence, &round, NOW).await.unwrap().links_new;
            free(&store, &fence, made[0]).await;
        }
        let twice = RoundCommit { links_new: vec![new_link(8), new_link(8)], ..RoundCommit::default() };
        assert!(matches!(store.commit(&fence, &twice, NOW).await, Err(StoreError::LinkTaken { .. })));
    })
    .await;
}

async fn free(store: &Store, fence: &entente_store::Fence, id: i64) {
    let state = Some(LinkState::Unlinked { reason: "a person asked".into() });
    let update = LinkUpdate { state, ..unchanged(&only_link(store, id).await) };
    store.commit(fence, &RoundCommit { links: vec![update], ..RoundCommit::default() }, NOW).await.unwrap();
}

#[tokio::test]
async fn a_tombstone_stays_and_frees_both_records() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let old = make_links(&store, &fence, [1]).await.remove(0);
        free(&store, &fence, old.id).await;
        assert_eq!(store.count_links(None).await.unwrap(), 0);
        assert_eq!(store.links_of_item(ITEM, 0, 9).await.unwrap(), []);

        let new = make_links(&store, &fence, [1]).await.remove(0);
        let all = store.links_by_records(ORG, Side::Jira, SITE, &["10001".into()]).await.unwrap();
        assert_eq!(ids(&all), [old.id, new.id]);
        assert_eq!(all[0].state, LinkState::Unlinked { reason: "a person asked".into() });
    })
    .await;
}

#[tokio::test]
async fn links_of_a_removed_item_wait_for_it() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let links = make_links(&store, &fence, 1..=3).await;
        free(&store, &fence, links[2].id).await;
        let blocked = BTreeMap::from([(key("Subject"), Blocked::new(Side::Jira, Value::text("x"), "why"))]);
        let parked = LinkUpdate { state: Some(LinkState::of(&blocked)), blocked, ..unchanged(&links[1]) };
        store.commit(&fence, &RoundCommit { links: vec![parked], ..RoundCommit::default() }, NOW).await.unwrap();

        assert_eq!(store.detach_item(ITEM, NOW + MINUTE).await.unwrap(), 2);
        assert_eq!(store.detach_item(ITEM, NOW + MINUTE).await.unwrap(), 0);
        let detached = store.links_of_item(ITEM, 0, 9).await.unwrap();
        assert!(detached.iter().all(|link| link.state == LinkState::Detached && link.changed_ms == NOW + MINUTE));

        assert_eq!(store.adopt_item(ITEM, NOW).await.unwrap(), 2);
        let states: Vec<_> =
            store.links_of_item(ITEM, 0, 9).await.unwrap().into_iter().map(|link| link.state).collect();
        let reason = "Jira refused Subject>summary: why".to_owned();
        assert_eq!(states, [LinkState::Active, LinkState::Parked { reason }]);
    })
    .await;
}

#[tokio::test]
async fn a_link_of_another_org_cannot_be_written() {
    on_each(async |store| {
        let mine = fence(&store).await;
        let link = make_links(&store, &mine, [1]).await.remove(0);
        let theirs = store.acquire("other-org", "worker-1", MINUTE, NOW).await.unwrap().unwrap();
        let round = RoundCommit {
            links: vec![LinkUpdate { jira_key: Some("X-1".into()), ..unchanged(&link) }],
            ..RoundCommit::default()
        };
        assert!(matches!(store.commit(&theirs, &round, NOW).await, Err(StoreError::Refused(_))));
        assert_eq!(only_link(&store, link.id).await, link);
    })
    .await;
}

#[tokio::test]
async fn a_link_goes_on_with_another_record_unless_that_is_taken() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let links = make_links(&store, &fence, 1..=2).await;
        let follow = |link: &entente_store::Link, item: &str, n: u32| RoundCommit {
            links: vec![LinkUpdate { follows: Some((item.into(), case_id(n))), ..unchanged(link) }],
            ..RoundCommit::default()
        };
        let taken = store.commit(&fence, &follow(&links[0], ITEM, 2), NOW).await.unwrap_err();
        assert!(matches!(taken, StoreError::LinkTaken { holder, .. } if holder == links[1].id), "{taken}");
        store.commit(&fence, &follow(&links[0], ITEM, 9), NOW).await.unwrap();
        store.commit(&fence, &follow(&links[1], "leads", 7), NOW).await.unwrap();
        let (first, second) = (only_link(&store, links[0].id).await, only_link(&store, links[1].id).await);
        assert_eq!((first.item.as_str(), first.salesforce_id), (ITEM, case_id(9)));
        assert_eq!((second.item.as_str(), second.salesforce_id), ("leads", case_id(7)));
        assert_eq!(first.jira_key, links[0].jira_key);
    })
    .await;
}

#[tokio::test]
async fn of_two_links_that_go_on_with_one_record_the_second_finds_it_taken() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let links = make_links(&store, &fence, 1..=3).await;
        let follow = |n: usize| LinkUpdate { follows: Some((ITEM.into(), case_id(9))), ..unchanged(&links[n]) };
        let both = RoundCommit { links: vec![follow(0), unchanged(&links[2]), follow(1)], ..RoundCommit::default() };
        let taken = store.commit(&fence, &both, NOW).await.unwrap_err();
        assert!(matches!(taken, StoreError::LinkTaken { holder, .. } if holder == links[0].id), "{taken}");
        assert_eq!(only_link(&store, links[0].id).await, links[0], "all or nothing");
        store.commit(&fence, &RoundCommit { links: vec![follow(0)], ..both }, NOW).await.unwrap();
        assert_eq!(only_link(&store, links[0].id).await.salesforce_id, case_id(9));
    })
    .await;
}

#[tokio::test]
async fn only_a_loss_leaves_a_tombstone_that_can_be_undone() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let links = make_links(&store, &fence, 1..=2).await;
        let missing_since = Sides::new(Some(NOW), None);
        let lose = |link: &entente_store::Link, state| LinkUpdate { missing_since, state, ..unchanged(link) };
        let dissolved = Some(LinkState::Unlinked { reason: "it was deleted".into() });
        let round =
            RoundCommit { links: vec![lose(&links[0], dissolved), lose(&links[1], None)], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW).await.unwrap();
        assert!(only_link(&store, links[0].id).await.may_return());
        assert!(!only_link(&store, links[1].id).await.may_return(), "it is only missed");
        let entry = entente_store::NewEntry { text: "by hand".into(), ..Default::default() };
        assert!(store.unlink_by_hand(links[1].id, &entry, &[], NOW).await.unwrap());
        assert!(!only_link(&store, links[1].id).await.may_return(), "a person's word stays");
        let late = RoundCommit { links: vec![lose(&links[1], None)], ..RoundCommit::default() };
        store.commit(&fence, &late, NOW).await.unwrap();
        store.miss(&fence, Side::Salesforce, &[links[1].id], NOW).await.unwrap();
        assert!(!only_link(&store, links[1].id).await.may_return(), "also for a round that was under way");
    })
    .await;
}

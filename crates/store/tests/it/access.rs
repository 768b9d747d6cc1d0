//! Domains are listed with who added them, a domain has one open task, and an organization is announced before it is made.

use entente_core::{Side, Sides};
use entente_store::{JournalFilter, NewEntry, Store};

use crate::{
    databases::on_each,
    samples::{MINUTE, NOW, ORG, fence},
};

fn entry(text: &str) -> NewEntry {
    NewEntry { kind: "access".to_owned(), org: Some(ORG.to_owned()), text: text.to_owned(), ..NewEntry::default() }
}

async fn domains(store: &Store) -> Vec<(String, String)> {
    store.domains(ORG).await.unwrap().into_iter().map(|row| (row.domain, row.added_by)).collect()
}

#[tokio::test]
async fn each_change_of_the_list_of_domains_is_journalled_once() {
    on_each(async |store| {
        let (add, withdraw) = (entry("maren added acme.test"), entry("ola withdrew acme.test"));
        assert!(store.add_domain(ORG, "acme.test", "maren", &add, NOW).await.unwrap());
        assert!(!store.add_domain(ORG, "acme.test", "ola", &entry("nothing"), NOW + 1).await.unwrap());
        assert_eq!(domains(&store).await, [("acme.test".to_owned(), "maren".to_owned())]);
        assert_eq!(store.domains("other-org").await.unwrap(), []);
        assert!(store.withdraw_domain(ORG, "acme.test", &withdraw, NOW + 2).await.unwrap());
        assert!(!store.withdraw_domain(ORG, "acme.test", &entry("nothing"), NOW + 3).await.unwrap());
        let journal = store.journal_filtered(&JournalFilter::default(), 10).await.unwrap();
        assert_eq!(journal.into_iter().map(|entry| entry.what).collect::<Vec<_>>(), [add, withdraw]);
    })
    .await;
}

#[tokio::test]
async fn a_domain_has_one_task_until_it_is_on_the_list() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let first = store.announce_access_task(&fence, "acme.test", "op-1", Some(41), NOW).await.unwrap();
        let second = store.announce_access_task(&fence, "acme.test", "op-2", None, NOW + MINUTE).await.unwrap();
        assert_eq!((&first, first.operation.as_str(), first.probe_floor), (&second, "op-1", Some(41)));
        store.open_access_task(&fence, "acme.test", "ITS-4").await.unwrap();
        let open = store.access_tasks(ORG).await.unwrap();
        assert_eq!(open.iter().map(|task| task.name.as_deref()).collect::<Vec<_>>(), [Some("ITS-4")]);
        store.add_domain(ORG, "acme.test", "maren", &entry("added"), NOW).await.unwrap();
        assert_eq!(store.access_tasks(ORG).await.unwrap(), []);
        store.announce_access_task(&fence, "acme.test", "op-3", None, NOW).await.unwrap();
        store.forget_access_task(&fence, "acme.test").await.unwrap();
        assert_eq!(store.access_tasks(ORG).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn an_organization_is_announced_until_it_was_seen() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let announced = async || store.announced_organization(ORG, "a01").await.unwrap();
        assert_eq!(announced().await, None);
        store.announce_organization(&fence, "a01", "Testing", NOW).await.unwrap();
        store.announce_organization(&fence, "a01", "Testing (a01)", NOW).await.unwrap();
        assert_eq!(announced().await.as_deref(), Some("Testing (a01)"), "the last word counts");
        store.forget_organization(&fence, "a01").await.unwrap();
        assert_eq!(announced().await, None);
    })
    .await;
}

#[tokio::test]
async fn a_call_for_a_grant_is_known_until_it_was_heard_or_can_have_no_effect_any_more() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let open = async || {
            let calls = store.access_calls(ORG).await.unwrap();
            calls.into_iter().map(|call| (call.grant, call.side, call.until_ms)).collect::<Vec<_>>()
        };
        let at = |salesforce, jira| Sides::new(NOW + salesforce, NOW + jira);
        assert!(store.announce_access_call(&fence, "a02", Side::Jira).await.unwrap());
        store.forget_access_call(&fence, "a02", Side::Jira).await.unwrap();
        assert_eq!(open().await, []);
        for side in Side::BOTH {
            assert!(store.announce_access_call(&fence, "a02", side).await.unwrap());
        }
        store.await_access_calls(&fence, &at(0, 0), &at(20, 10)).await.unwrap();
        store.await_access_calls(&fence, &at(15, 15), &at(35, 25)).await.unwrap();
        assert_eq!(open().await, [("a02".to_owned(), Side::Salesforce, Some(NOW + 20))], "each by its own clock");
        assert!(!store.announce_access_call(&fence, "a02", Side::Salesforce).await.unwrap(), "it is not alone");
        store.await_access_calls(&fence, &at(20, 20), &at(40, 30)).await.unwrap();
        assert_eq!(open().await, [("a02".to_owned(), Side::Salesforce, Some(NOW + 40))], "from the newer one on");
    })
    .await;
}

#[tokio::test]
async fn who_lost_the_lease_announces_nothing() {
    on_each(async |store| {
        let stale = fence(&store).await;
        store.release(&stale).await.unwrap();
        store.acquire(ORG, "worker-2", MINUTE, NOW).await.unwrap().unwrap();
        store.announce_access_task(&stale, "acme.test", "op-1", Some(41), NOW).await.unwrap_err();
        store.announce_access_call(&stale, "a02", Side::Jira).await.unwrap_err();
        assert_eq!(store.access_calls(ORG).await.unwrap(), []);
        assert_eq!(store.access_tasks(ORG).await.unwrap(), []);
    })
    .await;
}

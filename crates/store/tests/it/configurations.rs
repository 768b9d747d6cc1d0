//! Texts that were applied, and items that were tested.

use crate::{databases::on_each, samples::NOW};

#[tokio::test]
async fn each_text_that_was_applied_stays_and_the_newest_is_in_use() {
    on_each(async |store| {
        assert_eq!((store.configuration_version().await.unwrap(), store.configuration().await.unwrap()), (None, None));
        assert_eq!(store.apply_configuration("a: 1", 0, "ada", "Ada applied it", NOW).await.unwrap(), Some(1));
        assert_eq!(store.apply_configuration("a: 2", 1, "bob", "Bob applied it", NOW + 1).await.unwrap(), Some(2));
        assert_eq!(store.apply_configuration("a: 3", 1, "eve", "Eve applied it", NOW + 2).await.unwrap(), None);
        let newest = store.configuration().await.unwrap().unwrap();
        assert_eq!(
            (newest.version, newest.at_ms, newest.by.as_str(), newest.text.as_str()),
            (2, NOW + 1, "bob", "a: 2")
        );
        assert_eq!(store.configuration_version().await.unwrap(), Some(2));
        assert_eq!(store.configuration_at(1).await.unwrap().unwrap().text, "a: 1");
        assert_eq!(store.configuration_at(3).await.unwrap(), None);
        let versions = store.configurations(i64::MAX, 9).await.unwrap();
        assert_eq!(versions.iter().map(|applied| applied.version).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(store.configurations(2, 9).await.unwrap().len(), 1);
        let sentences: Vec<_> = store.journal_tail(0, 9).await.unwrap().into_iter().map(|e| e.what.text).collect();
        assert_eq!(sentences, ["Ada applied it", "Bob applied it"]);
    })
    .await;
}

#[tokio::test]
async fn an_item_is_tested_as_it_was() {
    on_each(async |store| {
        assert!(!store.is_tested("cases", "one").await.unwrap());
        store.tested("cases", "one", NOW).await.unwrap();
        store.tested("cases", "one", NOW + 1).await.unwrap();
        let known = [("cases", "one", true), ("cases", "two", false), ("leads", "one", false)];
        for (item, digest, is_tested) in known {
            assert_eq!(store.is_tested(item, digest).await.unwrap(), is_tested, "{item} {digest}");
        }
    })
    .await;
}

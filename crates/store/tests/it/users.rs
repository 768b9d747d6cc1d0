//! A user has one token, is found by its digest, and is added and removed once, each with an entry in the journal.

use entente_store::{JournalFilter, NewEntry, User};

use crate::{databases::on_each, samples::NOW};

fn entry(text: &str) -> NewEntry {
    NewEntry { kind: "user".to_owned(), text: text.to_owned(), ..NewEntry::default() }
}

fn user(name: &str, digest: &str) -> User {
    let (name, digest) = (name.to_owned(), digest.to_owned());
    User { name, role: "viewer".to_owned(), digest, added_by: "maren".to_owned(), added_ms: NOW }
}

#[tokio::test]
async fn a_user_is_added_and_removed_once_and_found_by_the_digest_of_the_token() {
    on_each(async |store| {
        let (ola, add, remove) = (user("ola", "aa"), entry("added"), entry("removed"));
        assert!(store.add_user(&ola, &add).await.unwrap());
        assert!(!store.add_user(&user("ola", "bb"), &entry("nothing")).await.unwrap(), "the token stays as it is");
        assert!(store.add_user(&user("ada", "cc"), &add).await.unwrap());
        let names: Vec<String> = store.users().await.unwrap().into_iter().map(|user| user.name).collect();
        assert_eq!(names, ["ada", "ola"]);
        assert_eq!(store.user_by_digest("aa").await.unwrap(), Some(ola));
        assert_eq!(store.user_by_digest("bb").await.unwrap(), None);
        assert!(store.remove_user("ola", &remove, NOW).await.unwrap());
        assert!(!store.remove_user("ola", &entry("nothing"), NOW).await.unwrap());
        assert_eq!(store.user_by_digest("aa").await.unwrap(), None);
        let journal = store.journal_filtered(&JournalFilter::default(), 10).await.unwrap();
        assert_eq!(journal.into_iter().map(|entry| entry.what).collect::<Vec<_>>(), [add.clone(), add, remove]);
    })
    .await;
}

//! A request has one mail: what left, or may have left, is announced once.

use entente_store::{SentMail, Store};

use crate::{
    databases::on_each,
    samples::{NOW, ORG, fence},
};

async fn known(store: &Store) -> Option<(SentMail, String, i64, i64)> {
    let found = store.mails(ORG, &["a0E1".to_owned()]).await.unwrap();
    found.into_iter().next().map(|mail| (mail.state, mail.answer, mail.n_tries, mail.next_ms))
}

#[tokio::test]
async fn a_mail_that_may_have_left_is_not_announced_again() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let announce = async || store.announce_mail(&fence, "a0E1", NOW).await.unwrap();
        assert_eq!(known(&store).await, None);
        assert!(announce().await);
        assert_eq!(known(&store).await, Some((SentMail::Unheard, String::new(), 1, 0)));
        assert!(!announce().await, "nobody knows whether it left");
        store.settle_mail(&fence, "a0E1", SentMail::PutOff, "no route", NOW + 5).await.unwrap();
        assert_eq!(known(&store).await, Some((SentMail::PutOff, "no route".to_owned(), 1, NOW + 5)));
        assert!(announce().await, "it surely did not leave");
        store.settle_mail(&fence, "a0E1", SentMail::Accepted, "250 queued", 0).await.unwrap();
        assert!(!announce().await);
        store.forget_mail(&fence, "a0E1").await.unwrap();
        assert!(!announce().await, "what was accepted is never forgotten");
        store.settle_mail(&fence, "a0E1", SentMail::Refused, "too late", 0).await.unwrap();
        assert_eq!(known(&store).await, Some((SentMail::Accepted, "250 queued".to_owned(), 2, 0)));
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_leaves_again_once_a_person_was_told() {
    on_each(async |store| {
        let fence = fence(&store).await;
        assert!(store.announce_mail(&fence, "a0E1", NOW).await.unwrap());
        store.settle_mail(&fence, "a0E1", SentMail::Refused, "550 no such mailbox", 0).await.unwrap();
        assert!(!store.announce_mail(&fence, "a0E1", NOW).await.unwrap());
        store.forget_mail(&fence, "a0E1").await.unwrap();
        assert!(store.announce_mail(&fence, "a0E1", NOW).await.unwrap());
        assert_eq!(store.mails("other-org", &["a0E1".to_owned()]).await.unwrap(), []);
    })
    .await;
}

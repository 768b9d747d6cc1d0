//! What is remembered of comments: copies are announced before they are sent, wanted by people, and forgotten with a link.

use entente_core::{
    Side, Sides,
    threads::{Audience, Pair, PairKey, Standing},
};
use entente_store::{Hint, HintKey, NewEntry, RoundCommit, Thread, ThreadUpdate};

use crate::{
    databases::on_each,
    samples::{NOW, ORG, SITE, fence, make_links},
};

fn copy(comment: &str, standing: Standing) -> Pair {
    let key = PairKey { origin: Side::Jira, comment: comment.into(), revision: 0, part: 0 };
    Pair { key, standing, audience: Audience::seen(Some(true)), digest: "d".into(), says: "s".into(), is_fixed: false }
}

#[tokio::test]
async fn what_was_announced_is_there_until_its_end_is_known() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let link = make_links(&store, &fence, 1..=1).await[0].id;
        assert!(store.threads(&[link]).await.unwrap().is_empty());
        let sent = copy("10", Standing::Sent { until_ms: NOW + 5 });
        store.announce_copies(&fence, &[(link, sent.clone())], &[], NOW).await.unwrap();
        assert_eq!(store.threads(&[link]).await.unwrap()[&link], Thread { rests: None, pairs: vec![sent] });
        let made = Pair { is_fixed: true, ..copy("10", Standing::Made { id: "00a".into() }) };
        let refused = copy("11", Standing::Refused { reason: "too \"long\"".into() });
        let rests = Some(Sides::new("s".to_owned(), "j".to_owned()));
        let update = ThreadUpdate { link_id: link, rests: rests.clone(), pairs: vec![made.clone(), refused.clone()] };
        let round = RoundCommit { threads: vec![update], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW).await.unwrap();
        let known = Thread { rests, pairs: vec![made, refused] };
        assert_eq!(store.threads(&[link]).await.unwrap()[&link], known);
        let nothing = ThreadUpdate { link_id: link, rests: None, pairs: Vec::new() };
        let round = RoundCommit { threads: vec![nothing], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW).await.unwrap();
        assert_eq!(store.threads(&[link]).await.unwrap()[&link], known, "what is not said stays");
        store.forget_link(&fence, link).await.unwrap();
        assert!(store.threads(&[link]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_person_wants_a_comment_once() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let link = make_links(&store, &fence, 1..=1).await[0].id;
        let refused = copy("10", Standing::Refused { reason: "no".into() });
        store.announce_copies(&fence, &[(link, refused)], &[], NOW).await.unwrap();
        let (wanted, entry) =
            (copy("10", Standing::Wanted), NewEntry { kind: "comment".into(), ..NewEntry::default() });
        let hint = Hint::about(HintKey::issue(ORG, SITE, "10001"), NOW);
        assert!(store.want_copy(link, &wanted, &entry, &hint, NOW).await.unwrap(), "a refusal may be tried again");
        assert!(!store.want_copy(link, &wanted, &entry, &hint, NOW).await.unwrap());
        assert_eq!(store.threads(&[link]).await.unwrap()[&link].pairs, [wanted]);
        assert_eq!(store.due(ORG, NOW, 10).await.unwrap().len(), 1, "a round hears of it");
    })
    .await;
}

//! A refusal is remembered with the fingerprint of what was refused.

use entente_core::Side;
use entente_store::RoundCommit;

use crate::{
    databases::on_each,
    samples::{ITEM, NOW, case_id, fence, parked},
};

#[tokio::test]
async fn the_same_refusal_keeps_its_time_and_a_new_one_starts_anew() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let park = |parked| RoundCommit { parked, ..RoundCommit::default() };
        store.commit(&fence, &park(vec![parked(1, "x", 0), parked(2, "x", 0)]), NOW).await.unwrap();
        store.commit(&fence, &park(vec![parked(1, "x", 0), parked(2, "y", 0)]), NOW + 5).await.unwrap();
        let ids = [case_id(1), case_id(2), case_id(3)];
        let among = store.parked_among(ITEM, Side::Salesforce, &ids).await.unwrap();
        assert_eq!(among, [parked(1, "x", NOW), parked(2, "y", NOW + 5)]);
        assert_eq!(store.parked_of_item(ITEM, 1).await.unwrap(), among[..1]);
        assert_eq!(store.parked_among(ITEM, Side::Jira, &ids).await.unwrap(), []);
        assert_eq!(store.parked_among("other", Side::Salesforce, &ids).await.unwrap(), []);

        let round =
            RoundCommit { unparked: vec![parked(1, "", 0).key, parked(9, "", 0).key], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW).await.unwrap();
        assert_eq!(store.parked_of_item(ITEM, 9).await.unwrap(), among[1..]);
    })
    .await;
}

#[tokio::test]
async fn the_last_word_of_a_round_counts() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let round = RoundCommit { parked: vec![parked(1, "x", 0), parked(1, "y", 0)], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW).await.unwrap();
        assert_eq!(store.parked_of_item(ITEM, 9).await.unwrap(), [parked(1, "y", NOW)]);
    })
    .await;
}

//! What is remembered of files: copies are announced before they are sent, and forgotten with a link.

use entente_core::{
    Side, Sides,
    files::{FileCopy, FileKey, FileStanding},
};
use entente_store::{Folder, FolderUpdate, RoundCommit};

use crate::{
    databases::on_each,
    samples::{NOW, fence, make_links},
};

fn copy(file: &str, standing: FileStanding) -> FileCopy {
    let key = FileKey { origin: Side::Salesforce, file: file.into() };
    FileCopy { key, name: format!("ä\"{file}.txt"), n_bytes: 10_485_761, standing, is_finished: false }
}

#[tokio::test]
async fn what_was_announced_is_there_until_its_end_is_known() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let links = make_links(&store, &fence, 1..=2).await;
        let (link, other) = (links[0].id, links[1].id);
        assert!(store.folders(&[link]).await.unwrap().is_empty());
        let sent = copy("068a", FileStanding::Sent { until_ms: NOW + 5 });
        let announced = [(link, sent.clone()), (other, sent.clone())];
        store.announce_files(&fence, &announced).await.unwrap();
        assert_eq!(store.folders(&[link]).await.unwrap()[&link], Folder { rests: None, copies: vec![sent.clone()] });
        let made = FileCopy { is_finished: true, ..copy("068a", FileStanding::Made { id: "10001".into() }) };
        let refused = copy("068b", FileStanding::Refused { reason: "no".into() });
        let skipped = copy("068c", FileStanding::Skipped { reason: "too \"large\"".into() });
        let rests = Some(Sides::new("s".to_owned(), "j".to_owned()));
        let copies = vec![made.clone(), refused.clone(), skipped.clone()];
        let commit = async |update: FolderUpdate| {
            let round = RoundCommit { folders: vec![update], ..RoundCommit::default() };
            store.commit(&fence, &round, NOW).await.unwrap();
        };
        let nothing = FolderUpdate { link_id: link, rests: None, copies: Vec::new(), forgotten: Vec::new() };
        commit(FolderUpdate { rests: rests.clone(), copies: copies.clone(), ..nothing.clone() }).await;
        assert_eq!(store.folders(&[link]).await.unwrap()[&link], Folder { rests: rests.clone(), copies });
        commit(FolderUpdate { forgotten: vec![skipped.key], ..nothing.clone() }).await;
        let known = Folder { rests, copies: vec![made, refused] };
        assert_eq!(store.folders(&[link]).await.unwrap()[&link], known, "what is not said stays");
        store.forget_link(&fence, link).await.unwrap();
        assert!(store.folders(&[link]).await.unwrap().is_empty());
        assert_eq!(store.folders(&[link, other]).await.unwrap()[&other].copies, [sent], "those of others stay");
    })
    .await;
}

#[tokio::test]
async fn the_records_of_links_in_use_are_known() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let links = make_links(&store, &fence, 1..=2).await;
        let mut records: Vec<String> = links.iter().map(|link| link.salesforce_id.clone()).collect();
        records.sort();
        assert_eq!(store.linked_records(&links[0].item).await.unwrap(), records);
        assert!(store.linked_records("another").await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_note_about_a_link_is_announced_and_then_there() {
    on_each(async |store| {
        let fence = fence(&store).await;
        let link = make_links(&store, &fence, 1..=1).await[0].id;
        assert!(store.link_notes(&[link]).await.unwrap().is_empty());
        store.announce_link_notes(&fence, &[link], NOW + 5).await.unwrap();
        assert_eq!(store.link_notes(&[link]).await.unwrap()[&link], Some(NOW + 5));
        let round = RoundCommit { link_notes: vec![(link, None)], ..RoundCommit::default() };
        store.commit(&fence, &round, NOW).await.unwrap();
        assert_eq!(store.link_notes(&[link]).await.unwrap()[&link], None);
        store.forget_link(&fence, link).await.unwrap();
        assert!(store.link_notes(&[link]).await.unwrap().is_empty());
    })
    .await;
}

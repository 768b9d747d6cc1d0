//! The journal tells everything, in order, and nobody can change it.

use entente_core::{Side, Value};
use entente_store::{Entry, NewEntry, Store};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::{
    databases::{Schema, on_each},
    samples::{ITEM, NOW, ORG, key},
};

fn entry(text: &str, link_id: Option<i64>) -> NewEntry {
    NewEntry {
        kind: "overwritten".into(),
        org: Some(ORG.into()),
        item: Some(ITEM.into()),
        link_id,
        side: Some(Side::Jira),
        record_id: Some("10001".into()),
        mapping: Some(key("Subject")),
        before: Some(Value::text("old \"words\"")),
        after: Some(Value::Empty),
        text: text.into(),
        round: Some("r1".into()),
    }
}

fn texts(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.what.text.as_str()).collect()
}

#[tokio::test]
async fn entries_come_back_as_they_were_in_either_order() {
    on_each(async |store| {
        let bare = NewEntry { kind: "configuration".into(), text: "c".into(), ..NewEntry::default() };
        store.journal(&[entry("a", Some(1)), entry("b", Some(2)), bare.clone()], NOW).await.unwrap();
        store.journal(&[entry("d", Some(1))], NOW + 1).await.unwrap();

        let all = store.journal_tail(0, 9).await.unwrap();
        assert_eq!(texts(&all), ["a", "b", "c", "d"]);
        assert_eq!((&all[0].what, all[0].at_ms), (&entry("a", Some(1)), NOW));
        assert_eq!((&all[2].what, all[3].at_ms), (&bare, NOW + 1));
        assert_eq!(texts(&store.journal_tail(all[1].id, 1).await.unwrap()), ["c"]);
        assert_eq!(texts(&store.journal_before(None, 2).await.unwrap()), ["d", "c"]);
        assert_eq!(texts(&store.journal_before(Some(all[2].id), 9).await.unwrap()), ["b", "a"]);
        assert_eq!(texts(&store.journal_of_link(1, 9).await.unwrap()), ["d", "a"]);
        assert_eq!(texts(&store.journal_of_link(1, 1).await.unwrap()), ["d"]);
    })
    .await;
}

const ATTACKS: [&str; 2] = ["UPDATE journal SET sentence = 'nothing happened'", "DELETE FROM journal"];

#[tokio::test]
async fn sqlite_refuses_to_change_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    store.journal(&[entry("a", None)], NOW).await.unwrap();
    let url = format!("sqlite://{}", dir.path().join("entente.db").display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    for attack in ATTACKS {
        let message = sqlx::raw_sql(attack).execute(&mut other).await.unwrap_err().to_string();
        assert!(message.contains("append-only"), "{message}");
    }
    assert_eq!(texts(&store.journal_tail(0, 9).await.unwrap()), ["a"]);
}

#[tokio::test]
async fn postgresql_refuses_to_change_the_journal() {
    let Some(schema) = Schema::new().await else { return };
    let store = Store::connect(&schema.url).await.unwrap();
    store.journal(&[entry("a", None)], NOW).await.unwrap();
    let mut other = PgConnection::connect(&schema.url).await.unwrap();
    for attack in ATTACKS.into_iter().chain(["TRUNCATE journal"]) {
        let message = sqlx::raw_sql(attack).execute(&mut other).await.unwrap_err().to_string();
        assert!(message.contains("append-only"), "{message}");
    }
    assert_eq!(texts(&store.journal_tail(0, 9).await.unwrap()), ["a"]);
    schema.remove().await;
}

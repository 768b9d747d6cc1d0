//! The journal tells everything, in order, and nobody can change it.

use entente_core::{Side, Value};
use entente_store::{Entry, JournalFilter, NewEntry, Store, Verified};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::{
    databases::{Schema, on_each},
    samples::{ITEM, MINUTE, NOW, ORG, key},
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
async fn what_happened_is_counted_in_spans() {
    on_each(async |store| {
        let bare = NewEntry { kind: "write".into(), ..NewEntry::default() };
        let hour = 60 * MINUTE;
        let start = NOW - NOW % hour;
        store.journal(std::slice::from_ref(&bare), start - 1).await.unwrap();
        store.journal(&[bare.clone(), entry("a", None), bare.clone()], start).await.unwrap();
        store.journal(&[bare], start + hour).await.unwrap();
        let figures = async |since_ms, limit| {
            let figures = store.journal_figures(since_ms, hour, limit).await.unwrap();
            figures.into_iter().map(|one| (one.from_ms - start, one.kind, one.n)).collect::<Vec<_>>()
        };
        let (overwritten, write) = ("overwritten".to_owned(), "write".to_owned());
        let all = [(0, overwritten, 1), (0, write.clone(), 2), (hour, write.clone(), 1)];
        assert_eq!(figures(start, 9).await, all);
        assert_eq!(figures(start - 1, 9).await[0], (-hour, write.clone(), 1));
        assert_eq!(figures(start, 2).await, [(0, write.clone(), 1), (hour, write, 1)]);
    })
    .await;
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
        let of = |kind: &str, link_id| JournalFilter { kind: Some(kind.into()), link_id, ..JournalFilter::default() };
        let of_one = of("overwritten", Some(1));
        assert_eq!(texts(&store.journal_filtered(&of_one, 9).await.unwrap()), ["a", "d"]);
        assert_eq!(texts(&store.journal_filtered_back(&of_one, None, 9).await.unwrap()), ["d", "a"]);
        assert_eq!(texts(&store.journal_filtered_back(&of_one, Some(all[3].id), 9).await.unwrap()), ["a"]);
        assert_eq!(texts(&store.journal_filtered_back(&of("configuration", None), None, 9).await.unwrap()), ["c"]);
        assert_eq!(texts(&store.journal_filtered_back(&JournalFilter::default(), None, 1).await.unwrap()), ["d"]);
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

#[tokio::test]
async fn every_row_is_sealed_and_old_ones_may_be_let_go() {
    on_each(async |store| {
        assert_eq!(store.verify_journal().await.unwrap(), Verified::Intact { rows: 0, unsealed: 0 });
        let odd = NewEntry { kind: "odd".into(), text: "with\0 a NUL and \"words\"".into(), ..NewEntry::default() };
        store.journal(&[entry("a", Some(1)), odd, entry("b", None)], NOW).await.unwrap();
        store.journal(&[entry("c", Some(1))], NOW + 1).await.unwrap();
        assert_eq!(store.verify_journal().await.unwrap(), Verified::Intact { rows: 4, unsealed: 0 });
        assert_eq!(store.let_go(NOW + 1).await.unwrap(), 3);
        assert_eq!(store.verify_journal().await.unwrap(), Verified::Intact { rows: 1, unsealed: 0 });
        assert_eq!(texts(&store.journal_tail(0, 9).await.unwrap()), ["c"]);
        store.journal(&[entry("d", Some(1))], NOW + 2).await.unwrap();
        assert_eq!(store.let_go(NOW + 9).await.unwrap(), 2);
        store.journal(&[entry("e", Some(1))], NOW + 3).await.unwrap();
        assert_eq!(store.verify_journal().await.unwrap(), Verified::Intact { rows: 1, unsealed: 0 });
    })
    .await;
}

#[tokio::test]
async fn whoever_gets_round_the_database_leaves_a_trace() {
    for (attack, broken) in [
        ("UPDATE journal SET value_before = '\"other\"' WHERE id = 2", Some(2)),
        ("UPDATE journal SET at_ms = at_ms + 1 WHERE id = 3", Some(3)),
        ("UPDATE journal SET seal = NULL WHERE id = 2", Some(2)),
        ("DELETE FROM journal WHERE id = 1", Some(2)),
        ("DELETE FROM journal WHERE id = 2", Some(3)),
        ("DELETE FROM journal WHERE id = 3", None),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        store.journal(&[entry("a", None), entry("b", None), entry("c", None)], NOW).await.unwrap();
        let url = format!("sqlite://{}", dir.path().join("entente.db").display());
        let mut other = SqliteConnection::connect(&url).await.unwrap();
        for sql in ["DROP TRIGGER journal_keeps", "DROP TRIGGER journal_stays", attack] {
            sqlx::raw_sql(sql).execute(&mut other).await.unwrap();
        }
        assert_eq!(store.verify_journal().await.unwrap(), Verified::Broken { id: broken }, "{attack}");
    }
}

//! The data directory of SQLite: private, one process at a time, the same database each time.

use std::path::Path;

use entente_store::{Store, StoreError};
use sqlx::{Connection, SqliteConnection};

use crate::samples::{ITEM, NOW, ORG, case_hint, fence, new_intent};

async fn raw(dir: &Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", dir.join("entente.db").display())).await.unwrap()
}

#[tokio::test]
async fn a_second_process_is_told_who_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let first = Store::open(dir.path()).await.unwrap();
    let refused = Store::open(dir.path()).await.unwrap_err();
    assert!(matches!(&refused, StoreError::InUse { pid, .. } if *pid == Some(std::process::id())), "{refused:?}");
    assert!(refused.to_string().contains(&format!("in use by process {}", std::process::id())), "{refused}");

    first.close().await;
    drop(first);
    Store::open(dir.path()).await.unwrap();
}

#[tokio::test]
async fn what_was_stored_is_there_again_under_the_same_incarnation() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("a/b");
    let first = Store::open(&deep).await.unwrap();
    first.offer(&[case_hint(1)], NOW).await.unwrap();
    let incarnation = first.incarnation().to_owned();
    first.close().await;
    drop(first);

    let second = Store::open(&deep).await.unwrap();
    assert_eq!(second.incarnation(), incarnation);
    assert_eq!(second.due(ORG, NOW, 9).await.unwrap().len(), 1);
    assert_ne!(Store::memory().await.unwrap().incarnation(), incarnation);
}

#[tokio::test]
async fn a_new_database_where_creations_were_sent_has_to_look_for_them() {
    let dir = tempfile::tempdir().unwrap();
    let first = Store::open(dir.path()).await.unwrap();
    let sender = fence(&first).await;
    first.plan_intents(&sender, &[new_intent("op-1", 1)], NOW).await.unwrap();
    first.mark_sent(&sender, &["op-1".to_owned()], NOW, NOW).await.unwrap();
    assert!(!first.is_recovering(ITEM).await.unwrap());
    first.close().await;
    drop(first);
    for file in ["entente.db", "entente.db-wal", "entente.db-shm"] {
        drop(std::fs::remove_file(dir.path().join(file)));
    }
    let second = Store::open(dir.path()).await.unwrap();
    assert!(second.is_recovering(ITEM).await.unwrap(), "it knows nothing of what was created");
    second.recovered(&fence(&second).await, ITEM, true, "all is found", NOW).await.unwrap();
    second.close().await;
    drop(second);
    assert!(!Store::open(dir.path()).await.unwrap().is_recovering(ITEM).await.unwrap(), "noticed once");
}

#[tokio::test]
async fn two_memory_stores_share_nothing() {
    let (one, other) = (Store::memory().await.unwrap(), Store::memory().await.unwrap());
    one.clone().offer(&[case_hint(1)], NOW).await.unwrap();
    assert_eq!(one.due(ORG, NOW, 9).await.unwrap().len(), 1);
    assert!(other.due(ORG, NOW, 9).await.unwrap().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_look() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("data");
    let store = Store::open(&dir).await.unwrap();
    store.offer(&[case_hint(1)], NOW).await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for file in std::fs::read_dir(&dir).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    Store::open(dir.path()).await.unwrap().close().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (9999, 'from the future', true, x'00', 0)";
    sqlx::raw_sql(newer).execute(&mut raw(dir.path()).await).await.unwrap();
    let refused = Store::open(dir.path()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Migration(_)), "{refused:?}");
}

#[tokio::test]
async fn a_damaged_database_is_said_to_be_damaged() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("entente.db"), "this is not a database, however long it may be".repeat(100))
        .unwrap();
    let refused = Store::open(dir.path()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt(_)), "{refused:?}");
}

#[tokio::test]
async fn a_row_that_this_program_did_not_write_is_damage_not_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let strange = "INSERT INTO journal (at_ms, kind, sentence, side) VALUES (1, 'x', 'y', 'moon')";
    sqlx::raw_sql(strange).execute(&mut raw(dir.path()).await).await.unwrap();
    assert!(matches!(store.journal_tail(0, 9).await, Err(StoreError::Corrupt(_))));
}

#[tokio::test]
async fn a_path_that_is_a_file_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let refused = Store::open(file.path()).await.unwrap_err();
    assert!(refused.to_string().contains(&file.path().display().to_string()), "{refused}");
}

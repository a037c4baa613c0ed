//! Connecting, migrating, waiting and letting go.

use std::time::Duration;

use futures::future::join_all;
use store::testing::TestDatabase;
use store::{Engine, Store, StoreError, StoreOptions};
use tokio::time::{Instant, timeout};

use crate::world::{World, at, buyer_id, eventually, profile};

on_both_engines!(
    migrating_twice_changes_nothing_and_the_schema_is_current,
    many_processes_may_migrate_at_once,
    h05_another_schema_is_noticed_and_left_alone,
    readers_that_hold_every_connection_do_not_hold_up_a_writer,
    a_transaction_that_is_given_up_holds_nothing,
    a_query_that_is_given_up_takes_its_transaction_with_it,
    h02_who_waits_too_long_hears_that_the_database_is_not_available,
    h02_a_cut_connection_is_made_again,
    closing_waits_for_what_runs_and_then_nothing_runs,
    nothing_shows_the_url,
);

async fn migrating_twice_changes_nothing_and_the_schema_is_current(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    assert_eq!(store.engine(), engine);
    store.ping().await.unwrap();
    assert!(store.schema_is_current().await.unwrap());
    store.migrate().await.unwrap();
    assert!(store.schema_is_current().await.unwrap());
    assert_eq!(store.profile(&buyer_id()).await.unwrap(), Some(profile(1)));
}

async fn many_processes_may_migrate_at_once(engine: Engine) {
    let db = TestDatabase::empty(engine).await;
    assert!(!db.store.schema_is_current().await.unwrap());
    let migrate = |_| {
        let options = StoreOptions { url: db.url().to_owned(), max_connections: 2 };
        tokio::spawn(async move { Store::connect(&options).await?.migrate().await })
    };
    for migrated in join_all((0..6).map(migrate).collect::<Vec<_>>()).await {
        migrated.unwrap().unwrap();
    }
    assert!(db.store.schema_is_current().await.unwrap());
}

async fn h05_another_schema_is_noticed_and_left_alone(engine: Engine) {
    for tampered in [
        "UPDATE _sqlx_migrations SET checksum = (SELECT checksum FROM _sqlx_migrations WHERE version = 1) WHERE version = 2",
        "DELETE FROM _sqlx_migrations WHERE version = 4",
        "INSERT INTO _sqlx_migrations SELECT 99, description, installed_on, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1",
    ] {
        let db = TestDatabase::new(engine).await;
        assert_eq!(db.tamper(tampered).await, 1);
        assert!(!db.store.schema_is_current().await.unwrap(), "{tampered}");
        assert!(matches!(db.store.migrate().await, Err(StoreError::Migration(_))), "{tampered}");
        // A failed migration holds nobody up.
        assert!(matches!(timeout(Duration::from_secs(3), db.store.migrate()).await, Ok(Err(StoreError::Migration(_)))));
        db.store.begin().await.unwrap().commit().await.unwrap();
    }
}

async fn readers_that_hold_every_connection_do_not_hold_up_a_writer(engine: Engine) {
    let world = World::new(engine).await;
    let small = Store::connect(&StoreOptions { url: world.db.url().to_owned(), max_connections: 2 }).await.unwrap();
    let start = Instant::now();
    let readers = (0..64).map(|_| async {
        for _ in 0..20 {
            small.agreements(&store::AgreementFilter { profile: buyer_id(), role: None, status: None, after: None, limit: 9 }).await.unwrap();
        }
    });
    let writers = (0..8).map(|n| {
        let small = &small;
        async move {
            let mut tx = small.begin().await.unwrap();
            tx.insert_nonce(&format!("{n}"), at(1)).await.unwrap();
            tx.commit().await.unwrap();
        }
    });
    tokio::join!(join_all(readers), join_all(writers));
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

async fn a_transaction_that_is_given_up_holds_nothing(engine: Engine) {
    let world = World::new(engine).await;
    for n in 0..50 {
        let mut tx = world.begin().await;
        tx.agreement(&world.agreement.id).await.unwrap();
        tx.insert_nonce(&format!("{n}"), at(1)).await.unwrap();
        drop(tx);
    }
    let mut tx = timeout(Duration::from_secs(4), world.store().begin()).await.expect("its turn comes at once").unwrap();
    tx.agreement(&world.agreement.id).await.unwrap();
    assert!(!tx.take_nonce("1", at(0)).await.unwrap(), "it never was");
}

async fn a_query_that_is_given_up_takes_its_transaction_with_it(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    for n in 0..30 {
        // Given up at ever another point: before the transaction has begun, in the middle, while it commits.
        let work = async {
            let mut tx = store.begin().await.unwrap();
            tx.agreement(&world.agreement.id).await.unwrap();
            tx.insert_nonce(&format!("one-{n}"), at(9)).await.unwrap();
            tx.insert_nonce(&format!("two-{n}"), at(9)).await.unwrap();
            tx.commit().await.unwrap();
        };
        let _ = timeout(Duration::from_micros(n * 200), work).await;
        let mut tx = timeout(Duration::from_secs(4), store.begin()).await.expect("its turn comes").unwrap();
        let taken = [tx.take_nonce(&format!("one-{n}"), at(1)).await.unwrap(), tx.take_nonce(&format!("two-{n}"), at(1)).await.unwrap()];
        assert_eq!(taken[0], taken[1], "whole or not at all");
        tx.agreement(&world.agreement.id).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn h02_who_waits_too_long_hears_that_the_database_is_not_available(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.db.another_store().await;
    let mut holds = world.begin().await;
    holds.agreement(&world.agreement.id).await.unwrap();
    let start = Instant::now();
    let waits = async {
        let mut tx = other.begin().await?;
        tx.agreement(&world.agreement.id).await
    };
    let refused = waits.await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert!((4..15).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    holds.rollback().await.unwrap();
    let mut tx = other.begin().await.unwrap();
    assert!(tx.agreement(&world.agreement.id).await.unwrap().is_some());
}

async fn h02_a_cut_connection_is_made_again(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    match engine {
        // Nothing can be cut between a process and its file.
        Engine::Sqlite => {}
        Engine::Postgres => {
            let mut tx = world.begin().await;
            tx.insert_nonce("lost", at(9)).await.unwrap();
            world.db.tamper("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").await;
            let failed = tx.insert_nonce("more", at(9)).await;
            assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
        }
    }
    eventually(async || store.ping().await, Result::is_ok).await.unwrap();
    assert!(!world.begin().await.take_nonce("lost", at(1)).await.unwrap());
}

async fn closing_waits_for_what_runs_and_then_nothing_runs(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.db.another_store().await;
    let mut tx = store.begin().await.unwrap();
    tx.insert_nonce("kept", at(9)).await.unwrap();
    let closing = tokio::spawn({
        let store = store.clone();
        async move { store.close().await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!closing.is_finished(), "a transaction is open");
    tx.commit().await.unwrap();
    timeout(Duration::from_secs(5), closing).await.expect("then it closes").unwrap();
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.begin().await, Err(StoreError::Unavailable(_))));
    assert!(world.begin().await.take_nonce("kept", at(1)).await.unwrap());
}

async fn nothing_shows_the_url(engine: Engine) {
    let world = World::new(engine).await;
    let shown = format!("{:?} {:?} {:?}", world.store(), StoreOptions { url: world.db.url().to_owned(), max_connections: 1 }, world.begin().await);
    assert!(!shown.contains("test") && !shown.contains("host"), "{shown}");
}

async fn connect(url: impl Into<String>) -> Result<Store, StoreError> {
    Store::connect(&StoreOptions { url: url.into(), max_connections: 1 }).await
}

#[tokio::test]
async fn a_database_in_memory_or_of_another_kind_is_refused() {
    for url in ["sqlite::memory:", "sqlite:x.db?mode=memory", "sqlite:", "sqlite://", "mysql://localhost/x", "counterfoil.db", ""] {
        let refused = connect(url).await;
        assert!(matches!(refused, Err(StoreError::Database(_))), "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn the_file_and_its_directory_are_made() {
    let directory = tempfile::tempdir().unwrap();
    let nested = directory.path().join("a b/c").join("test.db");
    let store = connect(format!("sqlite://{}", nested.display())).await.unwrap();
    store.migrate().await.unwrap();
    assert!(nested.is_file());
    // Whoever says how it is to be opened is heard.
    let missing = directory.path().join("missing.db");
    assert!(connect(format!("sqlite:{}?mode=rw", missing.display())).await.is_err());
    assert!(!missing.exists());
    let read_only = connect(format!("sqlite:{}?mode=ro", nested.display())).await;
    assert!(read_only.is_err() || read_only.unwrap().migrate().await.is_ok(), "a current schema needs no writing");
    // A directory that cannot be made is named.
    std::fs::write(directory.path().join("file"), "").unwrap();
    let Err(StoreError::Database(error)) = connect(format!("sqlite:{}/file/test.db", directory.path().display())).await else { panic!("refused") };
    assert!(error.to_string().contains("file"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_available() {
    let nobody = tempfile::tempdir().unwrap();
    let refused = connect(format!("postgres://nobody@localhost/x?host={}", nobody.path().display())).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}

//! Who follows a chain.

use settlement::event::RouterEvent;
use store::{Engine, StoreError};

use crate::world::{CHAIN, World, at, event, eventually, header, location, moved};

on_both_engines!(
    b24_one_leader_at_a_time,
    b24_a_paused_old_leader_writes_nothing,
    b24_the_next_leader_waits_for_what_the_old_one_is_writing,
    b24_a_leader_that_lost_its_connection_knows,
    a_leader_that_follows_its_chain_says_so_and_no_other_can,
);

async fn b24_one_leader_at_a_time(engine: Engine) {
    let world = World::new(engine).await;
    let (here, there) = (world.store().clone(), world.db.another_store().await);
    let mut first = here.lead(CHAIN).await.unwrap();
    assert!(first.is_alive().await);
    for store in [&here, &there] {
        assert!(matches!(store.lead(CHAIN).await, Err(StoreError::NotLeader { chain_id: CHAIN })));
    }
    let other_chain = there.lead(CHAIN + 1).await.unwrap();
    assert_eq!((other_chain.chain_id(), other_chain.epoch()), (CHAIN + 1, 1));

    let epoch = first.epoch();
    drop(first);
    // The lock ends with whoever held it; a server may take a moment to see that the connection is gone.
    let next = eventually(async || there.lead(CHAIN).await, Result::is_ok).await.unwrap();
    assert!(next.epoch() > epoch);
}

async fn b24_a_paused_old_leader_writes_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let there = world.db.another_store().await;
    let old = world.start_chain().await;
    let (request, cursor) = (world.signed(1).await, world.cursor().await);
    drop(old);
    let new = eventually(async || there.lead(CHAIN).await, Result::is_ok).await.unwrap();
    let fenced =
        |result: Result<(), StoreError>| assert!(matches!(result, Err(StoreError::Fenced { chain_id: CHAIN, epoch }) if epoch == cursor.epoch), "{result:?}");

    // The old leader wakes up in the middle of its work.
    let mut tx = world.begin().await;
    tx.append_headers(CHAIN, &[header(2, 0)]).await.unwrap();
    tx.insert_events(&[RouterEvent::Payment(event(&request.signed, location(&header(2, 0), 0)))]).await.unwrap();
    fenced(tx.advance(&moved(&cursor, &header(2, 0))).await);
    tx.rollback().await.unwrap();
    let mut tx = world.begin().await;
    fenced(tx.rewind(CHAIN, 0, cursor.epoch).await.map(drop));
    tx.rollback().await.unwrap();
    let mut tx = world.begin().await;
    fenced(tx.start_chain(CHAIN, &header(9, 0), cursor.epoch).await);
    tx.rollback().await.unwrap();

    fenced(world.store().beat(CHAIN, cursor.epoch, at(7)).await);

    assert_eq!((world.cursor().await.scanned, world.cursor().await.heard_at), (cursor.scanned, None));
    assert_eq!(world.unjudged(99, 9).await, vec![]);
    assert_eq!(world.store().headers(CHAIN, 0, 9).await.unwrap(), vec![header(1, 0)]);

    // The new one goes on.
    let mut tx = there.begin().await.unwrap();
    tx.advance(&store::Cursor { epoch: new.epoch(), ..moved(&cursor, &header(2, 0)) }).await.unwrap();
    tx.commit().await.unwrap();
    there.beat(CHAIN, new.epoch(), at(8)).await.unwrap();
    assert_eq!((world.cursor().await.scanned.number, world.cursor().await.heard_at), (2, Some(at(8))));
}

async fn b24_the_next_leader_waits_for_what_the_old_one_is_writing(engine: Engine) {
    let world = World::new(engine).await;
    let there = world.db.another_store().await;
    let old = world.start_chain().await;
    let cursor = world.cursor().await;
    let mut writing = world.begin().await;
    writing.advance(&moved(&cursor, &header(2, 0))).await.unwrap();
    drop(old);
    let taking_over = tokio::spawn(async move {
        loop {
            match there.lead(CHAIN).await {
                Err(StoreError::NotLeader { .. }) => tokio::task::yield_now().await,
                led => return led.unwrap(),
            }
        }
    });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!taking_over.is_finished(), "what the old leader writes is still its own");
    writing.commit().await.unwrap();
    let new = taking_over.await.unwrap();
    let now = world.cursor().await;
    assert_eq!((now.scanned.number, now.epoch), (2, new.epoch()), "the new leader starts from all of it");
}

async fn b24_a_leader_that_lost_its_connection_knows(engine: Engine) {
    let world = World::new(engine).await;
    let mut leader = world.store().lead(CHAIN).await.unwrap();
    match engine {
        // The lock is the open file: it cannot be lost while the process lives.
        Engine::Sqlite => assert!(leader.is_alive().await),
        Engine::Postgres => {
            world.db.tamper("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())").await;
            assert!(!leader.is_alive().await);
            let next = eventually(async || world.store().lead(CHAIN).await, Result::is_ok).await.unwrap();
            assert!(next.epoch() > leader.epoch());
        }
    }
}

async fn a_leader_that_follows_its_chain_says_so_and_no_other_can(engine: Engine) {
    let world = World::new(engine).await;
    let leader = world.start_chain().await;
    let (store, epoch) = (world.store(), leader.epoch());
    assert_eq!(world.cursor().await.heard_at, None);
    store.beat(CHAIN, epoch, at(7)).await.unwrap();
    assert_eq!(world.cursor().await.heard_at, Some(at(7)));
    assert!(matches!(store.beat(CHAIN, epoch + 1, at(8)).await, Err(StoreError::Fenced { .. })));
    assert!(matches!(store.beat(CHAIN + 1, epoch, at(8)).await, Err(StoreError::Fenced { .. })));
    drop(leader);
    let next = eventually(async || store.lead(CHAIN).await, Result::is_ok).await.unwrap();
    assert!(matches!(store.beat(CHAIN, epoch, at(9)).await, Err(StoreError::Fenced { .. })), "a paused old leader does not look alive");
    assert_eq!(world.cursor().await.heard_at, Some(at(7)));
    store.beat(CHAIN, next.epoch(), at(9)).await.unwrap();
    assert_eq!(world.cursor().await.heard_at, Some(at(9)));
}

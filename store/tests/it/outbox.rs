//! What is told, and who wakes up.

use std::time::Duration;

use alloy_primitives::Address;
use serde_json::json;
use settlement::ids::EventId;
use settlement::notice::{Notice, NoticeType};
use settlement::wallet::WalletProof;
use store::{Changes, Engine, NoticeFilter, Reader, Store, Wallet};

use crate::world::{CHAIN, World, at, buyer_id, eventually, profile, profile_id, seller_id, ulid};

on_both_engines!(
    notices_read_back_in_pages,
    each_reader_finds_its_lines_by_type,
    the_profile_of_the_evaluators_wallet_is_a_reader,
    numbers_have_no_gaps_and_follow_the_commits_of_concurrent_writers,
    nothing_is_told_by_what_is_rolled_back_or_dropped,
    a_commit_wakes_whoever_waits_in_the_same_process,
    a_commit_that_tells_nothing_wakes_nobody,
    changes_of_another_process_are_heard_where_there_can_be_one,
    the_listener_comes_back_after_its_connection_was_cut,
);

fn notice(n: u64) -> Notice {
    Notice {
        kind: NoticeType::PaymentVerified,
        agreement: None,
        readers: vec![buyer_id(), seller_id()],
        evaluator: None,
        data: json!({ "n": n, "text": "ü\u{1f600}" }),
    }
}

async fn tell(store: &Store, ids: impl IntoIterator<Item = u64>) {
    let mut tx = store.begin().await.unwrap();
    for n in ids {
        tx.append(&EventId::new(ulid(n)), &notice(n), at(n));
    }
    tx.commit().await.unwrap();
}

async fn notices_read_back_in_pages(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    tell(store, [1, 2]).await;
    let about = Notice { agreement: Some(world.agreement.id.clone()), readers: vec![], ..notice(3) };
    let mut tx = world.begin().await;
    tx.append(&EventId::new(ulid(3)), &about, at(3));
    tx.commit().await.unwrap();
    let all = store.notices_after(0, 9).await.unwrap();
    assert_eq!(all.iter().map(|line| (line.sequence, line.at)).collect::<Vec<_>>(), vec![(1, at(1)), (2, at(2)), (3, at(3))]);
    assert_eq!((&all[0].notice, &all[2].notice, &all[1].id), (&notice(1), &about, &EventId::new(ulid(2))));
    assert_eq!(store.notices_after(0, 2).await.unwrap(), all[..2]);
    assert_eq!(store.notices_after(2, 2).await.unwrap(), all[2..]);
    assert_eq!(store.notices_after(3, 2).await.unwrap(), vec![]);
}

/// The numbers of the lines for these readers.
async fn found(store: &Store, readers: &[Reader], kinds: &[NoticeType], (after, limit): (i64, u32)) -> Vec<i64> {
    let lines = store.notices(&NoticeFilter { readers, kinds, after, limit }).await.unwrap();
    for line in &lines {
        assert!(readers.iter().any(|reader| line.is_for(reader)) && (kinds.is_empty() || kinds.contains(&line.notice.kind)), "{line:?}");
    }
    lines.iter().map(|line| line.sequence).collect()
}

async fn each_reader_finds_its_lines_by_type(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    let (buyer, seller, nobody) = (Reader::Profile(buyer_id()), Reader::Profile(seller_id()), Reader::Profile(profile_id(9)));
    let mut tx = world.begin().await;
    for n in 1..=250 {
        let kind = if n % 50 == 0 { NoticeType::ReceiptIssued } else { NoticeType::PaymentVerified };
        let told = match n % 3 {
            0 => Notice::for_profile(kind, &buyer_id(), kind.example()),
            1 => Notice { kind, ..notice(n) },
            _ => Notice::for_operators(kind, kind.example()),
        };
        tx.append(&EventId::new(ulid(n)), &told, at(n));
    }
    tx.commit().await.unwrap();
    assert_eq!(found(store, std::slice::from_ref(&seller), &[], (0, 3)).await, [1, 4, 7]);
    assert_eq!(found(store, std::slice::from_ref(&seller), &[], (244, 9)).await, [247, 250]);
    assert_eq!(found(store, &[seller.clone(), Reader::Operators], &[], (3, 3)).await, [4, 5, 7]);
    assert_eq!(found(store, std::slice::from_ref(&buyer), &[NoticeType::ReceiptIssued], (0, 9)).await, [100, 150, 250]);
    assert_eq!(found(store, std::slice::from_ref(&seller), &[NoticeType::ReceiptIssued, NoticeType::PaymentVerified], (96, 2)).await, [97, 100]);
    assert_eq!(found(store, &[buyer, seller, Reader::Operators], &[], (0, 999)).await, (1..=250).collect::<Vec<_>>());
    assert_eq!(found(store, &[nobody], &[], (0, 9)).await, [0i64; 0]);
    assert_eq!(found(store, &[], &[], (0, 9)).await, [0i64; 0]);
    assert_eq!(store.last_sequence().await.unwrap(), 250);
}

async fn the_profile_of_the_evaluators_wallet_is_a_reader(engine: Engine) {
    let world = World::new(engine).await;
    let evaluator = Address::repeat_byte(0xe7);
    let about = |id: u64| {
        let notice = Notice::about(NoticeType::SubmissionCreated, &world.agreement, NoticeType::SubmissionCreated.example());
        assert_eq!(notice.evaluator, Some(evaluator));
        (EventId::new(ulid(id)), notice)
    };
    let mut tx = world.begin().await;
    let (id, before) = about(1);
    tx.append(&id, &before, at(1));
    tx.commit().await.unwrap();
    let mut tx = world.begin().await;
    for n in [7, 8] {
        tx.insert_profile(&profile(n)).await.unwrap();
    }
    for (owner, chain_id) in [(7, CHAIN), (8, CHAIN + 1)] {
        tx.insert_wallet(&Wallet::new(evaluator, WalletProof::Contract { chain_id }, profile_id(owner), at(1))).await.unwrap();
    }
    let (id, after) = about(2);
    tx.append(&id, &after, at(2));
    tx.commit().await.unwrap();
    assert_eq!(found(world.store(), &[Reader::Profile(profile_id(7))], &[], (0, 9)).await, [2]);
    assert_eq!(found(world.store(), &[Reader::Profile(profile_id(8))], &[], (0, 9)).await, [0_i64; 0], "its contract is on another chain");
    let mut tx = world.begin().await;
    tx.retire_wallet(&profile_id(7), evaluator, at(3)).await.unwrap();
    let (id, later) = about(3);
    tx.append(&id, &later, at(3));
    tx.commit().await.unwrap();
    assert_eq!(found(world.store(), &[Reader::Profile(profile_id(7))], &[], (0, 9)).await, [2], "a retired wallet judges nothing");
    assert_eq!(found(world.store(), &[Reader::Profile(seller_id())], &[], (0, 9)).await, [1, 2, 3]);
}

async fn numbers_have_no_gaps_and_follow_the_commits_of_concurrent_writers(engine: Engine) {
    const WRITERS: u64 = 8;
    const COMMITS: u64 = 10;
    let world = World::new(engine).await;
    let other = world.db.another_store().await;
    let writer = |writer: u64| {
        let store = if writer.is_multiple_of(2) { world.store().clone() } else { other.clone() };
        tokio::spawn(async move {
            let mut last = 0;
            for commit in 0..COMMITS {
                let first = (writer * COMMITS + commit) * 2 + 1;
                tell(&store, [first, first + 1]).await;
                // Once a commit has returned its lines are there, above every line that this writer saw before.
                let lines = store.notices_after(last, 10_000).await.unwrap();
                let mine = lines.iter().filter(|line| line.id == EventId::new(ulid(first)) || line.id == EventId::new(ulid(first + 1)));
                assert_eq!(mine.count(), 2, "writer {writer}, commit {commit}");
                last = lines.last().unwrap().sequence;
            }
        })
    };
    // A reader that always goes on where it ended must never miss a line that commits late.
    let reader = tokio::spawn({
        let store = world.store().clone();
        async move {
            let (mut read, mut last) = (Vec::new(), 0);
            while read.len() < usize::try_from(WRITERS * COMMITS * 2).unwrap() {
                let lines = store.notices_after(last, 7).await.unwrap();
                last = lines.last().map_or(last, |line| line.sequence);
                read.extend(lines);
                tokio::task::yield_now().await;
            }
            read
        }
    });
    for writer in (0..WRITERS).map(writer).collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let read = tokio::time::timeout(Duration::from_secs(20), reader).await.expect("no line was missed").unwrap();
    assert_eq!(read.iter().map(|line| line.sequence).collect::<Vec<_>>(), (1..=i64::try_from(WRITERS * COMMITS * 2).unwrap()).collect::<Vec<_>>());
    for pair in read.chunks(2) {
        assert_eq!(pair[0].at.plus(Duration::from_secs(1)), pair[1].at, "the lines of one transaction stand together");
    }
}

async fn nothing_is_told_by_what_is_rolled_back_or_dropped(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    let mut tx = world.begin().await;
    tx.append(&EventId::new(ulid(1)), &notice(1), at(1));
    tx.rollback().await.unwrap();
    let mut tx = world.begin().await;
    tx.append(&EventId::new(ulid(2)), &notice(2), at(2));
    drop(tx);
    // A line that cannot be written takes all of its transaction with it.
    tell(store, [3]).await;
    let mut tx = world.begin().await;
    tx.insert_nonce("unwritten", at(900)).await.unwrap();
    tx.append(&EventId::new(ulid(4)), &notice(4), at(4));
    tx.append(&EventId::new(ulid(3)), &notice(3), at(4));
    assert!(tx.commit().await.is_err());
    tell(store, [5]).await;
    let lines = store.notices_after(0, 9).await.unwrap();
    assert_eq!(lines.iter().map(|line| (line.sequence, line.id.clone())).collect::<Vec<_>>(), [(1, 3), (2, 5)].map(|(s, n)| (s, EventId::new(ulid(n)))));
    assert!(!world.begin().await.take_nonce("unwritten", at(1)).await.unwrap());
}

/// Whether the next wait ends long before its time.
async fn is_woken(changes: &mut Changes, by: impl Future<Output = ()>) -> bool {
    const MAX: Duration = Duration::from_secs(5);
    let start = tokio::time::Instant::now();
    tokio::join!(changes.wait(MAX), by);
    start.elapsed() < MAX / 2
}

async fn a_commit_wakes_whoever_waits_in_the_same_process(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    let (mut one, mut two) = (store.changes(), store.clone().changes());
    assert!(is_woken(&mut one, tell(store, [1])).await);
    // What happened between two calls is not missed.
    assert!(is_woken(&mut two, async {}).await);
    let start = tokio::time::Instant::now();
    let mut quiet = store.changes();
    // Postgres may still tell of the last commit once more.
    while start.elapsed() < Duration::from_millis(500) {
        quiet.wait(Duration::from_millis(100)).await;
    }
    let start = tokio::time::Instant::now();
    quiet.wait(Duration::from_millis(100)).await;
    assert!(start.elapsed() >= Duration::from_millis(100), "nothing happened, so the time is waited out");
}

async fn a_commit_that_tells_nothing_wakes_nobody(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    let mut changes = store.changes();
    let silent = async {
        for n in 0..3 {
            let mut tx = world.begin().await;
            tx.insert_nonce(&format!("nonce {n}"), at(900)).await.unwrap();
            tx.commit().await.unwrap();
            store.begin().await.unwrap().commit().await.unwrap();
        }
    };
    assert!(!is_woken(&mut changes, silent).await);
    assert!(is_woken(&mut changes, tell(store, [1])).await);
}

/// Waits until the store hears of commits made by `other`.
async fn hears(store: &Store, other: &Store, first: u64) {
    let mut changes = store.changes();
    let mut n = first;
    eventually(
        async || {
            n += 1;
            let start = tokio::time::Instant::now();
            tokio::join!(changes.wait(Duration::from_millis(500)), tell(other, [n]));
            start.elapsed()
        },
        |waited| *waited < Duration::from_millis(400),
    )
    .await;
}

async fn changes_of_another_process_are_heard_where_there_can_be_one(engine: Engine) {
    let world = World::new(engine).await;
    match engine {
        // One process has the file; whoever else writes to it is found by polling.
        Engine::Sqlite => {}
        Engine::Postgres => hears(world.store(), &world.db.another_store().await, 0).await,
    }
}

async fn the_listener_comes_back_after_its_connection_was_cut(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.db.another_store().await;
    match engine {
        Engine::Sqlite => assert!(is_woken(&mut world.store().changes(), tell(world.store(), [1])).await),
        Engine::Postgres => {
            hears(world.store(), &other, 0).await;
            let cut =
                world.db.tamper("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'").await;
            assert!(cut > 0, "there was a listener to cut");
            hears(world.store(), &other, 1_000).await;
        }
    }
}

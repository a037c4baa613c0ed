//! The audit log: what is logged stays, and what is done to it shows.

use alloy_primitives::B256;
use serde_json::json;
use settlement::audit::{AuditAction, AuditEntry, AuditHead, Author, BrokenChain};
use settlement::ids::EventId;
use settlement::notice::{Notice, NoticeType};
use store::{AuditFilter, Engine, NoticeFilter, PageKey, Reader, Store};

use crate::world::{World, at, buyer_id, seller_id, ulid};

on_both_engines!(
    entries_read_back_in_pages_and_by_what_they_are_about,
    nothing_is_numbered_below_one,
    a_commit_may_tell_and_log_more_than_one_statement_takes,
    concurrent_writers_make_one_chain_without_gaps,
    nothing_is_logged_by_what_is_rolled_back_or_dropped,
    i16_every_way_of_tampering_shows_at_the_first_entry_touched,
    i16_a_log_that_was_rewritten_from_end_to_end_is_not_the_remembered_one,
    what_is_committed_during_the_check_belongs_to_the_log,
);

fn entry(n: u64) -> AuditEntry {
    let action = if n.is_multiple_of(2) { AuditAction::TokenCreated } else { AuditAction::TokenRevoked };
    AuditEntry { at: at(n), author: Author::Cli, action, subject: format!("key_{}", n % 3), details: json!({ "n": n, "text": "ü\u{1f600}" }) }
}

async fn log(store: &Store, entries: impl IntoIterator<Item = u64>) {
    let mut tx = store.begin().await.unwrap();
    for n in entries {
        tx.audit(entry(n));
    }
    tx.commit().await.unwrap();
}

async fn entries_read_back_in_pages_and_by_what_they_are_about(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    assert_eq!(store.verify_audit(None).await.unwrap(), Ok(AuditHead::EMPTY));
    log(store, [1, 2]).await;
    log(store, [3, 4, 5, 6]).await;
    let numbers = async |filter: &AuditFilter, before: Option<u64>, limit: u32| -> Vec<u64> {
        let before = before.map(|number| PageKey { at: at(0), id: number.to_string() });
        store.audit_entries(filter, before.as_ref(), limit).await.unwrap().iter().map(|entry| entry.sequence).collect()
    };
    let all = AuditFilter::default();
    assert_eq!(numbers(&all, None, 4).await, [6, 5, 4, 3]);
    assert_eq!(numbers(&all, Some(3), 4).await, [2, 1]);
    let subject = AuditFilter { subject: Some("key_0".to_owned()), action: None };
    assert_eq!(numbers(&subject, None, 9).await, [6, 3]);
    assert_eq!(numbers(&AuditFilter { action: Some("token.revoked".to_owned()), ..subject.clone() }, None, 9).await, [3]);
    assert_eq!(numbers(&AuditFilter { subject: None, action: Some("token.revoked".to_owned()) }, Some(5), 1).await, [3]);
    assert_eq!(numbers(&AuditFilter { subject: Some("' OR 1=1 --".to_owned()), action: None }, None, 9).await, Vec::<u64>::new());
    let exported = store.audit_entries_after(None).await.unwrap();
    assert_eq!(exported.len(), 6);
    assert_eq!(store.audit_entries_after(Some(4)).await.unwrap(), exported[4..]);
    let second = &exported[1];
    assert_eq!((second.at, second.author.as_str(), second.action.as_str(), &second.details), (at(2), "cli", "token.created", &entry(2).details));
    assert_eq!(store.verify_audit(None).await.unwrap(), Ok(exported[5].head()));
    assert_eq!(store.audit_head().await.unwrap(), exported[5].head());
}

async fn a_commit_may_tell_and_log_more_than_one_statement_takes(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    let mut tx = store.begin().await.unwrap();
    for n in 1..=650 {
        tx.audit(entry(n));
        let (kind, readers) = (NoticeType::PaymentVerified, vec![buyer_id(), seller_id()]);
        let notice = Notice { kind, agreement: None, readers, evaluator: None, data: json!({ "n": n }) };
        tx.append(&EventId::new(ulid(10_000 + n)), &notice, at(n));
    }
    tx.commit().await.unwrap();
    let head = store.verify_audit(None).await.unwrap().unwrap();
    assert_eq!((head.sequence, store.last_sequence().await.unwrap()), (650, 650));
    let reader = [Reader::Profile(seller_id())];
    let told = store.notices(&NoticeFilter { readers: &reader, kinds: &[], after: 0, limit: 1_000 }).await.unwrap();
    let numbers: Vec<(i64, u64)> = told.iter().map(|line| (line.sequence, line.notice.data["n"].as_u64().unwrap())).collect();
    assert_eq!(numbers, (1..=650).map(|n| (i64::try_from(n).unwrap(), n)).collect::<Vec<_>>(), "in the order in which it was told");
}

async fn nothing_is_numbered_below_one(engine: Engine) {
    let world = World::new(engine).await;
    log(world.store(), [1]).await;
    // The guards of the schema hold for whoever does not own it.
    for number in [0, -1] {
        let refused = world.db.refused(&format!("UPDATE audit_log SET sequence = {number}")).await;
        assert!(refused.to_lowercase().contains("check constraint"), "{number}: {refused}");
    }
    world.db.tamper("UPDATE audit_log SET sequence = 0").await;
    let exported = world.store().audit_entries_after(None).await.unwrap();
    assert_eq!(exported.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [0], "an export shows it too");
    assert_eq!(world.store().audit_entries_after(Some(0)).await.unwrap(), []);
}

async fn concurrent_writers_make_one_chain_without_gaps(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.db.another_store().await;
    let writer = |writer: u64| {
        let store = if writer.is_multiple_of(2) { world.store().clone() } else { other.clone() };
        tokio::spawn(async move {
            for commit in 0..8 {
                log(&store, [writer * 100 + commit, writer * 100 + commit]).await;
            }
        })
    };
    for writer in (0..6).map(writer).collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let entries = world.store().audit_entries_after(None).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), (1..=96).collect::<Vec<_>>());
    assert!(entries.chunks(2).all(|pair| pair[0].details == pair[1].details), "the entries of one transaction stand together");
    assert_eq!(world.store().verify_audit(None).await.unwrap(), Ok(entries[95].head()));
}

async fn nothing_is_logged_by_what_is_rolled_back_or_dropped(engine: Engine) {
    let world = World::new(engine).await;
    let mut tx = world.begin().await;
    tx.audit(entry(1));
    tx.rollback().await.unwrap();
    let mut tx = world.begin().await;
    tx.audit(entry(2));
    drop(tx);
    log(world.store(), [3]).await;
    let entries = world.store().audit_entries_after(None).await.unwrap();
    assert_eq!(entries.iter().map(|entry| (entry.sequence, &entry.details["n"])).collect::<Vec<_>>(), [(1, &json!(3))]);
}

/// What `tamper` does to a log of five, as the check sees it.
async fn seen(engine: Engine, statements: &[&str]) -> Result<AuditHead, BrokenChain> {
    let world = World::new(engine).await;
    log(world.store(), 1..=5).await;
    for statement in statements {
        assert_eq!(world.db.tamper(statement).await, 1, "{statement}");
    }
    world.store().verify_audit(None).await.unwrap()
}

async fn i16_every_way_of_tampering_shows_at_the_first_entry_touched(engine: Engine) {
    let altered = |sequence| Err(BrokenChain::Altered { sequence });
    let missing = |sequence| Err(BrokenChain::Missing { sequence });
    for column in ["author = 'instance'", "action = 'token.rotated'", "subject = 'key_9'", "at = at + 1", "details = '{}'", "hash = lower('0x0')"] {
        let result = seen(engine, &[&format!("UPDATE audit_log SET {column} WHERE sequence = 3")]).await;
        let unreadable = matches!(&result, Err(BrokenChain::Unreadable { sequence: 3, .. }));
        assert!(result == altered(3) || (unreadable && column.starts_with("hash")), "{column}: {result:?}");
    }
    for text in ["{ \"n\":3}", "{\"n\":1,\"n\":3}", "nonsense"] {
        let result = seen(engine, &[&format!("UPDATE audit_log SET details = '{text}' WHERE sequence = 3")]).await;
        assert!(matches!(result, Err(BrokenChain::Unreadable { sequence: 3, .. })), "{text}: {result:?}");
    }
    assert_eq!(seen(engine, &["DELETE FROM audit_log WHERE sequence = 1"]).await, missing(1));
    assert_eq!(seen(engine, &["DELETE FROM audit_log WHERE sequence = 3"]).await, missing(3));
    // Cut off at the end, and the rest moved up to close the gap.
    assert_eq!(seen(engine, &["DELETE FROM audit_log WHERE sequence = 5"]).await, missing(5));
    let closed = ["DELETE FROM audit_log WHERE sequence = 4", "UPDATE audit_log SET sequence = 4 WHERE sequence = 5"];
    assert_eq!(seen(engine, &closed).await, altered(4));
    let put_behind = "INSERT INTO audit_log SELECT 6, at, author, action, subject, details, hash FROM audit_log WHERE sequence = 5";
    assert_eq!(seen(engine, &[put_behind]).await, altered(6));
    let put_before =
        |number: i64| format!("INSERT INTO audit_log SELECT {number}, at, author, action, subject, details, hash FROM audit_log WHERE sequence = 1");
    assert_eq!(seen(engine, &[&put_before(0)]).await, altered(1));
    let unreadable = seen(engine, &[&put_before(-1)]).await;
    assert!(matches!(unreadable, Err(BrokenChain::Unreadable { sequence: 1, .. })), "{unreadable:?}");
    let shorter_end = "UPDATE log_ends SET audit_sequence = 4";
    assert_eq!(seen(engine, &[shorter_end]).await, altered(5));
    assert_eq!(seen(engine, &["UPDATE log_ends SET audit_hash = '0x0000000000000000000000000000000000000000000000000000000000000001'"]).await, altered(6));
}

async fn i16_a_log_that_was_rewritten_from_end_to_end_is_not_the_remembered_one(engine: Engine) {
    let (world, forged) = (World::new(engine).await, World::new(engine).await);
    log(world.store(), 1..=5).await;
    let remembered = world.store().audit_head().await.unwrap();
    log(forged.store(), [1, 2, 4, 4, 5, 6]).await;
    assert!(forged.store().verify_audit(None).await.unwrap().is_ok(), "in itself it is sound");
    assert_eq!(forged.store().verify_audit(Some(remembered)).await.unwrap(), Err(BrokenChain::Rewritten { sequence: 5 }));
    log(world.store(), [6]).await;
    let head = world.store().verify_audit(Some(remembered)).await.unwrap().unwrap();
    assert_eq!(head.sequence, 6);
    let ahead = AuditHead { sequence: 9, hash: B256::ZERO };
    assert_eq!(world.store().verify_audit(Some(ahead)).await.unwrap(), Err(BrokenChain::Missing { sequence: 7 }));
}

async fn what_is_committed_during_the_check_belongs_to_the_log(engine: Engine) {
    let world = World::new(engine).await;
    log(world.store(), 1..=5).await;
    let writing = async {
        for n in 0..20 {
            log(world.store(), [n]).await;
        }
    };
    let checking = async {
        for _ in 0..20 {
            let head = world.store().verify_audit(None).await.unwrap();
            assert!(head.as_ref().is_ok_and(|head| head.sequence >= 5), "{head:?}");
        }
    };
    tokio::join!(writing, checking);
}

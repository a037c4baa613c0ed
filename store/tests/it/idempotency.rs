//! One effect per key.

use std::time::Duration;

use settlement::ids::EventId;
use settlement::notice::{Notice, NoticeType};
use store::{Claim, Engine, IdempotencyKey, Store, StoreError, StoredAnswer};

use crate::world::{World, at, ulid};

on_both_engines!(
    e01_a_hundred_at_once_have_one_effect,
    e01_a_hundred_at_once_on_two_servers_have_one_effect,
    e02_another_body_is_refused_while_the_first_runs_and_after,
    e03_owner_route_method_and_key_are_independent,
    e04_an_answer_survives_whoever_gave_it,
    e05_what_ends_before_its_commit_leaves_the_key_free,
    answers_are_forgotten_when_they_are_old,
    a_key_is_its_parts_and_not_their_sum,
);

const BODY: [u8; 32] = [7; 32];
const OTHER_BODY: [u8; 32] = [8; 32];

fn key(key: &str) -> IdempotencyKey {
    IdempotencyKey { owner: "key_1".to_owned(), method: "POST".to_owned(), path: "/contracts".to_owned(), key: key.to_owned() }
}

fn answer(text: &str) -> StoredAnswer {
    let headers = vec![("location".to_owned(), "/x".to_owned()), ("etag".to_owned(), "\"ü\"".to_owned())];
    StoredAnswer { status: 201, headers, body: text.as_bytes().to_vec() }
}

/// Has the effect, one line in the outbox, and answers.
async fn run(claim: Claim, n: u64) -> Option<StoredAnswer> {
    match claim {
        Claim::Fresh(mut tx) => {
            // Long enough that others come while it runs.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let notice = Notice { kind: NoticeType::ContractImported, agreement: None, readers: vec![], evaluator: None, data: n.into() };
            tx.append(&EventId::new(ulid(n)), &notice, at(n));
            tx.answer(&key("k"), BODY, &answer(&format!("by {n}")), at(n));
            tx.commit().await.unwrap();
            Some(answer(&format!("by {n}")))
        }
        Claim::Replay(answer) => Some(answer),
        Claim::InFlight => None,
        Claim::OtherBody => panic!("the body is the same"),
    }
}

async fn a_hundred(world: &World, stores: Vec<Store>) {
    let ask = |n: u64| {
        let store = stores[usize::try_from(n).unwrap() % stores.len()].clone();
        tokio::spawn(async move {
            loop {
                match store.claim(&key("k"), BODY).await {
                    Ok(claim) => return run(claim, n).await,
                    // Too many at once: nothing was done, ask again.
                    Err(StoreError::Unavailable(_)) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        })
    };
    let mut answers = Vec::new();
    for asked in (1..=100).map(ask).collect::<Vec<_>>() {
        answers.extend(asked.await.unwrap());
    }
    assert_eq!(world.store().notices_after(0, 999).await.unwrap().len(), 1, "one effect");
    for store in &stores {
        let Claim::Replay(replayed) = store.claim(&key("k"), BODY).await.unwrap() else { panic!("it is done") };
        answers.push(replayed);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "one answer, to the byte");
}

async fn e01_a_hundred_at_once_have_one_effect(engine: Engine) {
    let world = World::new(engine).await;
    a_hundred(&world, vec![world.store().clone()]).await;
}

async fn e01_a_hundred_at_once_on_two_servers_have_one_effect(engine: Engine) {
    let world = World::new(engine).await;
    a_hundred(&world, vec![world.store().clone(), world.db.another_store().await]).await;
}

async fn e02_another_body_is_refused_while_the_first_runs_and_after(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    let Claim::Fresh(tx) = store.claim(&key("k"), BODY).await.unwrap() else { panic!("nobody has it") };
    for _ in 0..5 {
        assert!(matches!(store.claim(&key("k"), OTHER_BODY).await.unwrap(), Claim::OtherBody));
        assert!(matches!(store.claim(&key("k"), BODY).await.unwrap(), Claim::InFlight));
    }
    // Nor does one of the many that ask with another body make the others believe that theirs runs.
    let same_key = key("k");
    let asked = futures::future::join_all((0..20).map(|_| store.claim(&same_key, OTHER_BODY))).await;
    assert!(asked.iter().all(|claim| matches!(claim, Ok(Claim::OtherBody))), "{asked:?}");
    run(Claim::Fresh(tx), 1).await;
    assert!(matches!(store.claim(&key("k"), OTHER_BODY).await.unwrap(), Claim::OtherBody));
    assert!(matches!(store.claim(&key("k"), BODY).await.unwrap(), Claim::Replay(_)));
}

async fn e03_owner_route_method_and_key_are_independent(engine: Engine) {
    let world = World::new(engine).await;
    let Claim::Fresh(tx) = world.store().claim(&key("k"), BODY).await.unwrap() else { panic!("nobody has it") };
    run(Claim::Fresh(tx), 1).await;
    let others = [
        IdempotencyKey { owner: "key_2".to_owned(), ..key("k") },
        IdempotencyKey { method: "PATCH".to_owned(), ..key("k") },
        IdempotencyKey { path: "/other".to_owned(), ..key("k") },
        key("K"),
    ];
    for other in others {
        for body in [BODY, OTHER_BODY] {
            let Claim::Fresh(tx) = world.store().claim(&other, body).await.unwrap() else { panic!("{other:?} is nobody's") };
            tx.rollback().await.unwrap();
        }
    }
}

async fn e04_an_answer_survives_whoever_gave_it(engine: Engine) {
    let world = World::new(engine).await;
    let first = world.db.another_store().await;
    let Claim::Fresh(mut tx) = first.claim(&key("k"), BODY).await.unwrap() else { panic!("nobody has it") };
    // Bytes that are no text come back as they are.
    let given = StoredAnswer { status: 422, body: vec![0, 255, 10, 0], ..answer("") };
    tx.answer(&key("k"), BODY, &given, at(1));
    tx.commit().await.unwrap();
    first.close().await;
    drop(first);
    let Claim::Replay(replayed) = world.store().claim(&key("k"), BODY).await.unwrap() else { panic!("it is done") };
    assert_eq!(replayed, given);
}

async fn e05_what_ends_before_its_commit_leaves_the_key_free(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    for round in 0..3 {
        let Claim::Fresh(mut tx) = store.claim(&key("k"), BODY).await.unwrap() else { panic!("round {round}: nobody has it") };
        tx.answer(&key("k"), BODY, &answer("never"), at(1));
        // An orderly end.
        tx.rollback().await.unwrap();
    }
    let Claim::Fresh(tx) = store.claim(&key("k"), BODY).await.unwrap() else { panic!("nobody has it") };
    // A client that hangs up, a handler that panics.
    drop(tx);
    let free = crate::world::eventually(async || store.claim(&key("k"), BODY).await.unwrap(), |claim| matches!(claim, Claim::Fresh(_))).await;
    drop(free);
    // Nor does a claim that is given up while it waits hold anything.
    let gone = tokio::time::timeout(Duration::ZERO, store.claim(&key("other"), BODY)).await;
    drop(gone);
    crate::world::eventually(async || store.claim(&key("other"), BODY).await.unwrap(), |claim| matches!(claim, Claim::Fresh(_))).await;
}

async fn answers_are_forgotten_when_they_are_old(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    let Claim::Fresh(tx) = store.claim(&key("k"), BODY).await.unwrap() else { panic!("nobody has it") };
    run(Claim::Fresh(tx), 100).await;
    assert_eq!(store.prune_idempotency(at(100)).await.unwrap(), 0);
    assert!(matches!(store.claim(&key("k"), BODY).await.unwrap(), Claim::Replay(_)));
    assert_eq!(store.prune_idempotency(at(101)).await.unwrap(), 1);
    assert!(matches!(store.claim(&key("k"), OTHER_BODY).await.unwrap(), Claim::Fresh(_)));
}

async fn a_key_is_its_parts_and_not_their_sum(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    let one = IdempotencyKey { path: "/a".to_owned(), key: "bc".to_owned(), ..key("") };
    let two = IdempotencyKey { path: "/ab".to_owned(), key: "c".to_owned(), ..key("") };
    let Claim::Fresh(mut tx) = store.claim(&one, BODY).await.unwrap() else { panic!("nobody has it") };
    tx.answer(&one, BODY, &answer("one"), at(1));
    tx.commit().await.unwrap();
    assert!(matches!(store.claim(&two, BODY).await.unwrap(), Claim::Fresh(_)));
}

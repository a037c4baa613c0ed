//! Payout changes: as they are stored, and what requests that name them follow.

use alloy_primitives::Address;
use futures::future::join_all;
use settlement::agreement::AgreementRecord;
use settlement::ids::PayoutChangeId;
use settlement::payout_change::{Payout, PayoutChangeRecord, PayoutChangeState, Word};
use store::{Conflict, Engine, StoredRequest};

use crate::world::{PAYEE, World, at, conflict, request, ulid, unit};

on_both_engines!(
    a_change_reads_back_as_it_was_written,
    one_change_waits_and_one_is_in_force,
    e12_of_many_decisions_one_is_stored,
    c06_an_agreement_is_paid_where_both_have_said,
    c06_a_change_that_nobody_confirmed_is_not_believed,
    c06_a_change_that_was_superseded_is_not_brought_back,
);

fn elsewhere() -> Address {
    Address::repeat_byte(0x5f)
}

/// From one wallet to the next, and on.
fn payee(number: u32) -> Address {
    if number == 0 { PAYEE } else { Address::repeat_byte(0x5e + u8::try_from(number).unwrap()) }
}

fn change(agreement: &AgreementRecord, number: u32) -> PayoutChangeRecord {
    PayoutChangeRecord {
        id: PayoutChangeId::new(ulid(800 + u64::from(number))),
        agreement: agreement.id.clone(),
        number,
        previous_payee: payee(number - 1),
        payee: payee(number),
        note: Some("we have a new wallet".to_owned()),
        asked: Word::Signed(vec![7; 65].into()),
        state: PayoutChangeState::Requested,
        created_at: at(1),
        updated_at: at(1),
    }
}

impl World {
    async fn ask(&self, number: u32) -> PayoutChangeRecord {
        let change = change(&self.agreement, number);
        let mut tx = self.begin().await;
        let agreement = tx.agreement(&self.agreement.id).await.unwrap().unwrap();
        tx.insert_payout_change(&change).await.unwrap();
        tx.note_payout_change(&agreement, &change, agreement.changed_at(at(1))).await.unwrap();
        tx.commit().await.unwrap();
        change
    }

    async fn store_change(&self, from: &PayoutChangeRecord, to: &PayoutChangeRecord) {
        let mut tx = self.begin().await;
        tx.update_payout_change(from, to).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn confirmed(&self, number: u32) -> PayoutChangeRecord {
        let asked = self.ask(number).await;
        let confirmed = asked.clone().confirm(Word::Authenticated, at(2)).unwrap();
        self.store_change(&asked, &confirmed).await;
        confirmed
    }

    /// The second instead of the first.
    async fn confirmed_twice(&self) -> [PayoutChangeRecord; 2] {
        let (first, asked) = (self.confirmed(1).await, self.ask(2).await);
        let superseded = first.clone().supersede(at(9)).unwrap();
        let second = asked.clone().confirm(Word::Authenticated, at(9)).unwrap();
        self.store_change(&first, &superseded).await;
        self.store_change(&asked, &second).await;
        [superseded, second]
    }
}

async fn a_change_reads_back_as_it_was_written(engine: Engine) {
    let world = World::new(engine).await;
    let confirmed = world.confirmed(1).await;
    let declined = world.ask(2).await.decline(at(4)).unwrap();
    world.store_change(&change(&world.agreement, 2), &declined).await;
    let cancelled = world.ask(3).await.cancel(at(4)).unwrap();
    world.store_change(&change(&world.agreement, 3), &cancelled).await;
    let fourth = world.ask(4).await;
    let superseded = confirmed.clone().supersede(at(3)).unwrap();
    world.store_change(&confirmed, &superseded).await;
    let by_wallet = fourth.confirm(Word::Signed(vec![8; 65].into()), at(5)).unwrap();
    world.store_change(&change(&world.agreement, 4), &by_wallet).await;
    let stored = world.store().payout_changes(&world.agreement.id).await.unwrap();
    assert_eq!(stored, [superseded, declined, cancelled, by_wallet]);
}

async fn one_change_waits_and_one_is_in_force(engine: Engine) {
    let world = World::new(engine).await;
    let first = world.confirmed(1).await;
    let second = world.ask(2).await;
    let mut tx = world.begin().await;
    assert_eq!(conflict(tx.insert_payout_change(&change(&world.agreement, 3)).await), Conflict::Duplicate("open_payout_change"));
    tx.rollback().await.unwrap();
    let confirmed = second.clone().confirm(Word::Authenticated, at(9)).unwrap();
    let mut tx = world.begin().await;
    assert!(tx.update_payout_change(&second, &confirmed).await.is_err(), "another is in force");
    tx.rollback().await.unwrap();
    let mut tx = world.begin().await;
    tx.update_payout_change(&first, &first.clone().supersede(at(9)).unwrap()).await.unwrap();
    tx.update_payout_change(&second, &confirmed).await.unwrap();
    tx.commit().await.unwrap();
    let agreement = world.store().agreement(&world.agreement.id).await.unwrap().unwrap();
    assert_eq!(agreement.payout, Some(Payout { change: second.id, payee: payee(2) }));
}

async fn e12_of_many_decisions_one_is_stored(engine: Engine) {
    let world = World::new(engine).await;
    let asked = world.ask(1).await;
    let decide = |n: u64| {
        let (store, asked) = (world.store().clone(), asked.clone());
        tokio::spawn(async move {
            let decided = match n % 3 {
                0 => asked.clone().confirm(Word::Authenticated, at(n + 2)),
                1 => asked.clone().decline(at(n + 2)),
                _ => asked.clone().cancel(at(n + 2)),
            };
            let mut tx = store.begin().await.unwrap();
            match tx.update_payout_change(&asked, &decided.unwrap()).await {
                Ok(()) => tx.commit().await.map(|()| true).unwrap(),
                refused => {
                    assert_eq!(conflict(refused), Conflict::Changed);
                    false
                }
            }
        })
    };
    let done = join_all((0..9).map(decide).collect::<Vec<_>>()).await.into_iter().filter(|done| *done.as_ref().unwrap()).count();
    assert_eq!(done, 1);
}

async fn c06_an_agreement_is_paid_where_both_have_said(engine: Engine) {
    let world = World::new(engine).await;
    let before = world.signed(1).await;
    let confirmed = world.confirmed(1).await;
    let agreement = world.store().agreement(&world.agreement.id).await.unwrap().unwrap();
    assert_eq!(agreement.payee(), elsewhere());
    assert!(agreement.updated_at > world.agreement.updated_at, "whoever has seen the other payee has seen another version");
    let other_unit = unit(&agreement, 2);
    world.add_unit(&other_unit).await;
    let after = request(&agreement, &other_unit, 2);
    assert_eq!(after.signed.snapshot().payout_change, Some(confirmed.id.clone()));
    let mut tx = world.begin().await;
    tx.insert_request(&after).await.unwrap();
    for (request, payee) in [(&before, PAYEE), (&after, elsewhere())] {
        let agreed = tx.agreed_terms(&agreement, &request.unit, &request.signed).await.unwrap();
        assert_eq!((agreed.payee, &agreed.payout_change), (payee, &request.signed.snapshot().payout_change));
    }
    tx.commit().await.unwrap();
    for request in [&before, &after] {
        assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(request.clone()));
    }
    let by_digest = world.store().requests_by_digest(&[before.signed.digest(), after.signed.digest()]).await.unwrap();
    assert!(by_digest.len() == 2 && by_digest.iter().all(|(_, stored)| stored.sound().is_some()));
}

async fn c06_a_change_that_was_superseded_is_not_brought_back(engine: Engine) {
    let world = World::new(engine).await;
    let [_, second] = world.confirmed_twice().await;
    let agreement = async || world.store().agreement(&world.agreement.id).await;
    assert_eq!(agreement().await.unwrap().unwrap().payout, Some(Payout { change: second.id, payee: payee(2) }));
    let back = "status = CASE number WHEN 1 THEN 'confirmed' ELSE 'superseded' END, ended_at = CASE number WHEN 1 THEN NULL ELSE 9 END";
    for (set, only) in [
        ("status = 'superseded', ended_at = 9", "number = 2"),
        (back, "1 = 1"),
        ("status = 'requested', confirmed_at = NULL", "number = 1"),
        ("number = 3", "number = 1"),
    ] {
        // Statement by statement it would meet the unique index half way.
        world.db.tamper("DROP INDEX payout_changes_confirmed").await;
        assert!(world.damage("payout_changes", set, only).await > 0);
        assert!(agreement().await.is_err(), "{set}");
        world.mend("payout_changes").await;
        world.db.tamper("CREATE UNIQUE INDEX payout_changes_confirmed ON payout_changes (agreement_id) WHERE status = 'confirmed'").await;
        assert!(agreement().await.is_ok(), "{set}");
    }
    world.db.tamper("DELETE FROM payout_changes WHERE number = 1").await;
    assert!(agreement().await.is_err(), "the second starts from where the first led");
}

async fn c06_a_change_that_nobody_confirmed_is_not_believed(engine: Engine) {
    let world = World::new(engine).await;
    world.confirmed(1).await;
    let agreement = world.store().agreement(&world.agreement.id).await.unwrap().unwrap();
    let one = unit(&agreement, 1);
    world.add_unit(&one).await;
    let request = request(&agreement, &one, 1);
    let mut tx = world.begin().await;
    tx.insert_request(&request).await.unwrap();
    tx.commit().await.unwrap();
    for set in [
        "status = 'requested', confirmed_at = NULL",
        "status = 'declined', confirmed_at = NULL, ended_at = 1",
        "payee = '0x6060606060606060606060606060606060606060'",
        "agreement_id = 'agr_00000000000000000000000000'",
        "payee = 'nowhere'",
    ] {
        world.damage("payout_changes", set, "number = 1").await;
        assert!(matches!(world.stored(&request.id).await, StoredRequest::Unproven { .. }), "{set}");
        world.mend("payout_changes").await;
        assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(request.clone()), "{set}");
    }
}

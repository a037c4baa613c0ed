//! d06: rows that were changed behind our back are never believed.

use std::collections::BTreeSet;

use alloy_primitives::B256;
use settlement::event::RouterEvent;
use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::payment_request::{PaymentRequest, StatusName};
use settlement::verify::Authority;
use store::{Engine, StoreError, StoredRequest};

use crate::world::{CHAIN, DEADLINE, World, agreement, amount, at, conflict, header, location, operator, request, signed_by, signer, unit};

on_both_engines!(
    d06_every_column_is_either_evidence_or_says_nothing_about_money,
    d06_a_signed_request_with_one_column_changed_is_not_believed,
    d06_a_verified_request_with_one_column_changed_is_not_believed,
    d06_a_row_put_back_as_it_was_is_believed_again,
    d06_a_row_that_says_verified_without_a_proof_is_not_believed,
    d06_a_proof_of_an_event_that_left_the_chain_is_not_believed,
    d06_a_proof_is_of_its_own_request_only,
    d06_a_unit_that_only_says_it_is_void_still_counts,
    d06_a_damaged_row_stops_payments_of_its_agreement_and_of_no_other,
    d06_another_text_of_the_terms_is_no_agreement,
);

/// Whether a change of the column has to be noticed.
enum Column {
    /// Changed to this SQL expression, a request that is verified (and, where it does not rest on an event, one that is only signed) is not believed.
    Evidence(&'static str),
    /// The same, but only a verified request rests on it.
    OfProof(&'static str),
    /// Whatever it says, no payment is believed for it, doubted for it or asked for twice.
    Note,
}
use Column::{Evidence, Note, OfProof};

/// Every column of the five tables that a payment rests on.
const COLUMNS: &[(&str, &str, Column)] = &[
    // Where it stands and since when; that it is verified is believed only with a proof, and a proof only beside it (below).
    ("payment_requests", "status", Note),
    ("payment_requests", "status_reason", Note),
    ("payment_requests", "paid_by", Note),
    ("payment_requests", "recovered_from", Note),
    ("payment_requests", "status_at", Note),
    ("payment_requests", "updated_at", Note),
    ("payment_requests", "id", Evidence("'pr_01KAKH7NG0ZZZZZZZZZZZZZZZZ'")),
    ("payment_requests", "agreement_id", Evidence("(SELECT id FROM agreements WHERE external_ref = 'order-2')")),
    ("payment_requests", "unit_id", Evidence("(SELECT id FROM units WHERE nonce = '9')")),
    ("payment_requests", "snapshot", Evidence("replace(snapshot, '12500000', '12500001')")),
    ("payment_requests", "signature", Evidence("'<signature>'")),
    ("payment_requests", "signer", Evidence("'0x00000000000000000000000000000000000000aa'")),
    ("payment_requests", "request_id", Evidence("'<hash>'")),
    ("payment_requests", "digest", Evidence("'<hash>'")),
    ("payment_requests", "chain_id", Evidence("chain_id + 1")),
    ("payment_requests", "asset", Evidence("'eip155:31337/slip44:60'")),
    ("payment_requests", "seller_amount", Evidence("'1'")),
    ("payment_requests", "payout_change_id", Evidence("'poc_01KAKH7NG0ZZZZZZZZZZZZZZZZ'")),
    ("payment_requests", "deadline", Evidence("deadline + 1")),
    ("payment_requests", "created_at", Evidence("created_at + 1")),
    ("payment_requests", "tx_hash", OfProof("'<hash>'")),
    ("units", "id", Evidence("'unit_01KAKH7NG0ZZZZZZZZZZZZZZZZ'")),
    ("units", "agreement_id", Evidence("(SELECT id FROM agreements WHERE external_ref = 'order-2')")),
    ("units", "instalment", Evidence("1")),
    ("units", "milestone_id", Evidence("'ms_01KAKH7NG0ZZZZZZZZZZZZZZZZ'")),
    ("units", "chain_id", Evidence("chain_id + 1")),
    ("units", "router", Evidence("'0x00000000000000000000000000000000000000aa'")),
    ("units", "operator", Evidence("'0x00000000000000000000000000000000000000aa'")),
    ("units", "nonce", Evidence("'77'")),
    // Believed only beside the cancellation on the chain (below).
    ("units", "voided_in_block", Note),
    ("agreements", "id", Evidence("'agr_01KAKH7NG0ZZZZZZZZZZZZZZZZ'")),
    ("agreements", "buyer_id", Evidence("seller_id")),
    ("agreements", "seller_id", Evidence("buyer_id")),
    ("agreements", "terms", Evidence("replace(terms, '12500000', '12500001')")),
    ("agreements", "terms_hash", Evidence("'<hash>'")),
    ("agreements", "consent", Evidence("'signatures'")),
    ("agreements", "fee_bps", Evidence("0")),
    ("agreements", "fee_fixed", Evidence("'2'")),
    ("agreements", "fee_recipient", Evidence("'0x00000000000000000000000000000000000000aa'")),
    // Who may see and decide; where the work stands. What is paid, to whom and from where is in the signed snapshot.
    ("agreements", "importer_id", Note),
    // How many changes of the payout were asked for: a request is held against the change that its snapshot names.
    ("agreements", "payout_changes", Note),
    ("agreements", "external_ref", Note),
    ("agreements", "buyer_wallet", Note),
    ("agreements", "seller_wallet", Note),
    ("agreements", "evaluator", Note),
    ("agreements", "chain_id", Note),
    ("agreements", "consent_salt", Note),
    ("agreements", "buyer_signature", Note),
    ("agreements", "seller_signature", Note),
    ("agreements", "attested_by", Note),
    ("agreements", "status", Note),
    ("agreements", "status_submission_id", Note),
    ("agreements", "status_reason", Note),
    ("agreements", "status_by", Note),
    ("agreements", "status_at", Note),
    ("agreements", "created_at", Note),
    ("agreements", "updated_at", Note),
    ("proofs", "payment_request_id", OfProof("'pr_01KAKH7NG0ZZZZZZZZZZZZZZZZ'")),
    ("proofs", "chain_id", OfProof("chain_id + 1")),
    ("proofs", "block_hash", OfProof("'<hash>'")),
    ("proofs", "log_index", OfProof("log_index + 1")),
    ("proofs", "block_number", OfProof("block_number + 1")),
    ("proofs", "authority", OfProof("'operator'")),
    ("proofs", "delegate", OfProof("'0x00000000000000000000000000000000000000aa'")),
    ("proofs", "delegate_until", OfProof("delegate_until + 1")),
    ("proofs", "final_through", OfProof("0")),
    ("router_events", "chain_id", OfProof("chain_id + 1")),
    ("router_events", "block_hash", OfProof("'<hash>'")),
    ("router_events", "log_index", OfProof("log_index + 1")),
    ("router_events", "block_number", OfProof("block_number - 1")),
    ("router_events", "block_time", OfProof("block_time - 1")),
    ("router_events", "tx_hash", OfProof("'<hash>'")),
    ("router_events", "kind", OfProof("'signer_set'")),
    ("router_events", "operator", OfProof("'0x00000000000000000000000000000000000000aa'")),
    ("router_events", "emitter", OfProof("'0x00000000000000000000000000000000000000aa'")),
    ("router_events", "request_id", OfProof("'<hash>'")),
    ("router_events", "payee", OfProof("payer")),
    ("router_events", "payer", OfProof("payee")),
    ("router_events", "token", OfProof("'0x00000000000000000000000000000000000000aa'")),
    ("router_events", "amount", OfProof("'12500001'")),
    ("router_events", "fee_recipient", OfProof("payee")),
    ("router_events", "fee_amount", OfProof("'1'")),
    ("router_events", "nonce", OfProof("'77'")),
    ("router_events", "deadline", OfProof("'1'")),
    ("router_events", "digest", OfProof("'<hash>'")),
    ("router_events", "orphaned", OfProof("1")),
    // Who sent it is told, and decides nothing; whether it was judged decides whether it is judged again.
    ("router_events", "tx_from", Note),
    ("router_events", "verdict", Note),
    // Of other kinds of events.
    ("router_events", "signer", Note),
    ("router_events", "signer_until", Note),
    ("router_events", "parent", Note),
    ("router_events", "word", Note),
    ("router_events", "mask", Note),
];

async fn d06_every_column_is_either_evidence_or_says_nothing_about_money(engine: Engine) {
    let world = World::new(engine).await;
    let ours: BTreeSet<(String, String)> = COLUMNS.iter().map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned())).collect();
    let tables = ["payment_requests", "units", "agreements", "proofs", "router_events"];
    let stored: BTreeSet<(String, String)> = world.db.columns().await.into_iter().filter(|(table, _)| tables.contains(&table.as_str())).collect();
    assert_eq!(ours, stored);
}

/// The request is signed by a delegate, so that every column of a proof has something to say; a second agreement and unit are there to be mistaken for its own.
async fn delegated(engine: Engine) -> (World, PaymentRequest) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let other = agreement(2);
    let mut tx = world.begin().await;
    tx.insert_agreement(&other).await.unwrap();
    tx.commit().await.unwrap();
    world.add_unit(&unit(&world.agreement, 1)).await;
    world.add_unit(&unit(&other, 9)).await;
    let request = PaymentRequest {
        signed: signed_by(&world.agreement, &unit(&world.agreement, 1), 1, &signer(0x22)),
        ..request(&world.agreement, &unit(&world.agreement, 1), 1)
    };
    let mut tx = world.begin().await;
    tx.insert_request(&request).await.unwrap();
    tx.commit().await.unwrap();
    (world, request)
}

/// Changes one column of the row that the request rests on.
async fn change(world: &World, table: &str, column: &str, expression: &str) {
    // Somebody else's valid signature over the same digest.
    let forged = signed_by(&world.agreement, &unit(&world.agreement, 1), 1, &signer(0x33)).signature().to_string();
    let expression = expression.replace("<hash>", &format!("{:#x}", B256::repeat_byte(0xaa))).replace("<signature>", &forged);
    let row = match table {
        "agreements" => "external_ref = 'order-1'",
        "units" => "nonce = '1'",
        "router_events" => "kind = 'payment'",
        _ => "1 = 1",
    };
    assert_eq!(world.damage(table, &format!("{column} = {expression}"), row).await, 1, "{table}.{column}");
}

/// That nothing reads the request as sound, by whatever way.
async fn assert_not_believed(world: &World, id: &PaymentRequestId, what: &str) {
    let store = world.store();
    let not_sound = |found: Result<Option<StoredRequest>, StoreError>| match found {
        Ok(None) | Ok(Some(StoredRequest::Unproven { .. })) => {}
        Err(StoreError::Row(error)) => assert!(!error.table.is_empty() && !error.column.is_empty() && !error.id.is_empty(), "{error}"),
        other => panic!("{what}: {other:?}"),
    };
    not_sound(store.request(id).await);
    if let Ok(requests) = store.requests_of(&world.agreement.id).await {
        assert!(requests.iter().all(|request| request.sound().is_none()), "{what}: {requests:?}");
    }
    if let Ok(found) = store.requests_by_digest(&[signed_by(&world.agreement, &unit(&world.agreement, 1), 1, &operator()).digest()]).await {
        assert!(found.iter().all(|(_, request)| request.sound().is_none()), "{what}: {found:?}");
    }
    if let Ok(facts) = store.payment_facts(&world.agreement.id).await {
        assert!(!facts.any_verified && !facts.paid_in_full, "{what}: {facts:?}");
    }
    assert_eq!(store.live_requests_before(CHAIN, u64::MAX / 4, 9).await.unwrap(), vec![], "{what}");
    assert_eq!(store.submitted_requests(CHAIN, 9, None).await.unwrap(), vec![], "{what}");
}

async fn d06_a_signed_request_with_one_column_changed_is_not_believed(engine: Engine) {
    let (world, request) = delegated(engine).await;
    for (table, column, kind) in COLUMNS {
        let Evidence(expression) = kind else { continue };
        change(&world, table, column, expression).await;
        assert_not_believed(&world, &request.id, &format!("{table}.{column}")).await;
        world.mend(table).await;
        assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(request.clone()), "{table}.{column} is as it was");
    }
}

async fn d06_a_verified_request_with_one_column_changed_is_not_believed(engine: Engine) {
    let (world, request) = delegated(engine).await;
    let verified = verify_delegated(&world, &request).await;
    for (table, column, kind) in COLUMNS {
        let (Evidence(expression) | OfProof(expression)) = kind else { continue };
        change(&world, table, column, expression).await;
        assert_not_believed(&world, &request.id, &format!("{table}.{column}")).await;
        world.mend(table).await;
        assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(verified.clone()), "{table}.{column} is as it was");
    }
}

async fn verify_delegated(world: &World, request: &PaymentRequest) -> PaymentRequest {
    let until = DEADLINE + 5;
    let delegate = RouterEvent::SignerSet { location: location(&header(5, 0), 0), operator: operator().address(), signer: signer(0x22).address(), until };
    let mut tx = world.begin().await;
    tx.insert_events(&[delegate]).await.unwrap();
    tx.commit().await.unwrap();
    let event = world.see(request, &header(10, 0), 3).await;
    world.verify_as(request, &event, Authority::Delegate { signer: signer(0x22).address(), until }).await
}

async fn d06_a_row_put_back_as_it_was_is_believed_again(engine: Engine) {
    let (world, request) = delegated(engine).await;
    let verified = verify_delegated(&world, &request).await;
    world.db.tamper("UPDATE router_events SET amount = '12500001' WHERE kind = 'payment'").await;
    let StoredRequest::Unproven { issues, signed, id, agreement, unit, status, .. } = world.stored(&request.id).await else { panic!("not believed") };
    assert!(issues.iter().any(|issue| issue.check == "amount" && issue.found == "12500001"), "{issues:?}");
    assert_eq!((signed.as_deref(), &id, &agreement, &unit), (Some(&request.signed), &request.id, &request.agreement, &request.unit));
    assert_eq!(status, StatusName::Verified);
    world.db.tamper("UPDATE router_events SET amount = '12500000' WHERE kind = 'payment'").await;
    assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(verified));
}

async fn issues_of(world: &World, id: &PaymentRequestId) -> Vec<&'static str> {
    match world.stored(id).await {
        StoredRequest::Unproven { issues, .. } => issues.iter().map(|issue| issue.check).collect(),
        StoredRequest::Sound(request) => panic!("believed: {request:?}"),
    }
}

async fn d06_a_row_that_says_verified_without_a_proof_is_not_believed(engine: Engine) {
    let (world, request) = delegated(engine).await;
    world.db.tamper("UPDATE payment_requests SET status = 'router_verified'").await;
    assert_eq!(issues_of(&world, &request.id).await, vec!["stored_proof"]);
    let facts = world.store().payment_facts(&world.agreement.id).await.unwrap();
    assert!(facts.proof_issue && !facts.any_verified && !facts.paid_in_full, "{facts:?}");
    world.db.tamper("UPDATE payment_requests SET status = 'signed'").await;
    verify_delegated(&world, &request).await;
    // Nor does a proof stand beside a request that would be paid again.
    for status in ["signed", "cancelled", "expired"] {
        world.db.tamper(&format!("UPDATE payment_requests SET status = '{status}'")).await;
        assert_eq!(issues_of(&world, &request.id).await, vec!["stored_status"], "{status}");
    }
}

async fn d06_a_proof_of_an_event_that_left_the_chain_is_not_believed(engine: Engine) {
    let (world, request) = delegated(engine).await;
    verify_delegated(&world, &request).await;
    world.db.tamper("UPDATE router_events SET orphaned = 1 WHERE kind = 'payment'").await;
    assert_eq!(issues_of(&world, &request.id).await, vec!["stored_event"]);
    world.db.tamper("DELETE FROM router_events WHERE kind = 'payment'").await;
    assert_eq!(issues_of(&world, &request.id).await, vec!["stored_event"]);
    world.db.tamper("DELETE FROM proofs").await;
    assert_eq!(issues_of(&world, &request.id).await, vec!["stored_proof"]);
}

async fn d06_a_proof_is_of_its_own_request_only(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let (paid, unpaid) = (world.verified(1).await, world.signed(2).await);
    // The transition checks it, before anything is stored.
    let refused = world.set(&unpaid.id, unpaid.state.name(), &paid.state, at(100)).await;
    assert_eq!(conflict(refused), store::Conflict::Changed);
    assert_eq!(world.stored(&unpaid.id).await, StoredRequest::Sound(unpaid.clone()));
    // And so does reading.
    world.db.tamper(&format!("UPDATE proofs SET payment_request_id = '{}'", unpaid.id)).await;
    world
        .db
        .tamper(&format!(
            "UPDATE payment_requests SET status = 'router_verified', tx_hash = (SELECT tx_hash FROM payment_requests WHERE id = '{}') WHERE id = '{}'",
            paid.id, unpaid.id
        ))
        .await;
    assert!(issues_of(&world, &unpaid.id).await.contains(&"request_id"));
    assert_eq!(issues_of(&world, &paid.id).await, vec!["stored_proof"]);
}

async fn d06_a_unit_that_only_says_it_is_void_still_counts(engine: Engine) {
    let (world, request) = delegated(engine).await;
    assert_eq!(world.db.tamper("UPDATE units SET voided_in_block = 1 WHERE nonce = '1'").await, 1);
    let siblings = world.store().siblings(&world.agreement.id).await.unwrap();
    assert_eq!(siblings.iter().map(|sibling| &sibling.request).collect::<Vec<_>>(), vec![&request.id], "its payload can still be paid");
}

async fn d06_a_damaged_row_stops_payments_of_its_agreement_and_of_no_other(engine: Engine) {
    let world = World::new(engine).await;
    let (damaged, sound) = (world.signed(1).await, world.signed(2).await);
    world.db.tamper(&format!("UPDATE payment_requests SET snapshot = 'no JSON' WHERE id = '{}'", damaged.id)).await;
    assert_eq!(issues_of(&world, &damaged.id).await, vec!["snapshot"]);
    let store = world.store();
    assert!(store.payment_facts(&world.agreement.id).await.unwrap().proof_issue);
    let sibling = &store.siblings(&world.agreement.id).await.unwrap()[0];
    assert_eq!((sibling.seller_amount, sibling.deadline), (amount(12_500_000), DEADLINE), "what may still be paid is known");
    world.db.tamper("UPDATE units SET nonce = '0x1' WHERE nonce = '1'").await;
    let Err(StoreError::Row(error)) = store.request(&damaged.id).await else { panic!("it cannot be read") };
    assert_eq!((error.table, error.column, error.id.as_str()), ("units", "nonce", damaged.unit.id.as_str()));
    assert_eq!(store.live_requests_before(CHAIN, u64::MAX / 4, 9).await.unwrap(), vec![sound]);
}

async fn d06_another_text_of_the_terms_is_no_agreement(engine: Engine) {
    let world = World::new(engine).await;
    let id: AgreementId = world.agreement.id.clone();
    for (statement, column) in [
        ("UPDATE agreements SET terms = replace(terms, '12500000', '12500001')", "terms_hash"),
        ("UPDATE agreements SET terms = '{}'", "terms"),
        ("UPDATE agreements SET evaluator = '0x00000000000000000000000000000000000000aa'", "evaluator"),
        ("UPDATE agreements SET evaluator = NULL", "evaluator"),
    ] {
        let world = World::new(engine).await;
        world.db.tamper(statement).await;
        let Err(StoreError::Row(error)) = world.store().agreement(&id).await else { panic!("{statement}: believed") };
        assert_eq!((error.table, error.column, error.id.as_str()), ("agreements", column, id.as_str()));
    }
}

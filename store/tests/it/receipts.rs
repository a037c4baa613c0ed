//! Receipts and their public links: the same bytes ever after, and nothing that was changed behind our back is believed.

use alloy_primitives::{Address, Bytes};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use settlement::event::{Location, RouterEvent};
use settlement::ids::{PaymentRequestId, ReceiptLinkId};
use settlement::payment_request::{PaymentRequest, PaymentRequestState, StatusName};
use settlement::receipt::{ReceiptDraft, Stamp};
use store::{Conflict, Engine, LinkPurpose, MadeOut, ReceiptLink, Receipted, StoredRequest};

use crate::world::{World, at, buyer_id, conflict, header, location, operator, signer, ulid};

on_both_engines!(
    a_receipt_is_kept_once_and_read_back_to_the_byte,
    b01_a_receipt_is_kept_only_while_its_event_proves_the_payment,
    b02_the_same_payment_in_another_block_has_another_receipt,
    d06_a_changed_receipt_is_not_believed_even_if_it_was_read_before,
    d06_a_receipt_counts_when_the_operator_or_whom_it_named_has_signed_it,
    d06_a_receipt_of_an_event_that_is_gone_is_checked_all_the_same,
    b01_what_a_reorg_took_back_is_told_by_the_ledger,
    i11_only_one_link_at_a_time_is_for_print,
    i11_a_revoked_or_expired_link_is_not_open,
);

/// What the instance would sign for the request, `seconds` after it was paid.
fn made_out(world: &World, request: &PaymentRequest, seconds: u64) -> (String, Address, Location) {
    made_out_by(&operator(), world, request, seconds)
}

/// The same, signed by this key.
fn made_out_by(key: &PrivateKeySigner, world: &World, request: &PaymentRequest, seconds: u64) -> (String, Address, Location) {
    let PaymentRequestState::Verified { proof, at: verified_at, .. } = &request.state else { panic!("verified") };
    let stamp = Stamp { verified_at: *verified_at, issued_at: at(seconds), final_through: proof.final_through() };
    let draft = ReceiptDraft::new(proof, &request.signed, (&world.agreement.terms, (&world.agreement).into()), stamp);
    let signature = Bytes::from(key.sign_hash_sync(&draft.digest()).unwrap().as_bytes().to_vec());
    let receipt = draft.sign(signature).unwrap();
    (receipt.text(), receipt.issuer(), proof.event().location)
}

async fn keep(world: &World, id: &PaymentRequestId, (text, signer, event): &(String, Address, Location)) -> bool {
    let mut tx = world.begin().await;
    let kept = tx.insert_receipt(id, event, (text, *signer), at(200)).await.unwrap();
    tx.commit().await.unwrap();
    kept
}

async fn read(world: &World, id: &PaymentRequestId) -> Receipted {
    Receipted::clone(&*world.store().receipted(id).await.unwrap().unwrap())
}

async fn reorg(world: &World, request: &PaymentRequest) {
    let back = request.state.clone().reorg(at(300)).unwrap();
    let mut tx = world.begin().await;
    tx.set_request_state(&request.id, StatusName::Verified, &back, at(300)).await.unwrap();
    tx.reverse(&request.id, at(300)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_receipt_is_kept_once_and_read_back_to_the_byte(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    assert_eq!(read(&world, &request.id).await.made_out, MadeOut::Nothing);
    let (first, second) = (made_out(&world, &request, 200), made_out(&world, &request, 201));
    assert_ne!(first.0, second.0);
    assert!(keep(&world, &request.id, &first).await);
    assert!(!keep(&world, &request.id, &second).await, "the first one counts, whoever signs later");
    for _ in 0..2 {
        let stored = read(&world, &request.id).await;
        assert_eq!(stored.made_out, MadeOut::Receipt(first.0.clone()));
        assert_eq!((stored.buyer, stored.in_doubt), (buyer_id(), false));
        assert!(matches!(stored.request, StoredRequest::Sound(ref sound) if sound.id == request.id));
    }
    let listed = world.store().receipted_of(&world.agreement.id).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.made_out.clone()).collect::<Vec<_>>(), [MadeOut::Receipt(first.0)]);
}

async fn b01_a_receipt_is_kept_only_while_its_event_proves_the_payment(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let receipt = made_out(&world, &request, 200);
    let elsewhere = Location { log_index: 9, ..receipt.2 };
    assert!(!keep(&world, &request.id, &(receipt.0.clone(), receipt.1, elsewhere)).await);
    reorg(&world, &request).await;
    assert!(!keep(&world, &request.id, &receipt).await, "the reorg came between signing and keeping");
    assert_eq!(read(&world, &request.id).await.made_out, MadeOut::Nothing);
}

async fn b02_the_same_payment_in_another_block_has_another_receipt(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let old = made_out(&world, &request, 200);
    assert!(keep(&world, &request.id, &old).await);
    reorg(&world, &request).await;
    assert_eq!(read(&world, &request.id).await.made_out, MadeOut::Nothing, "what was handed out no longer counts");
    let StoredRequest::Sound(submitted) = world.stored(&request.id).await else { panic!("sound") };
    let event = world.see(&submitted, &header(11, 1), 1).await;
    let again = world.verify(&submitted, &event).await;
    assert_eq!(read(&world, &request.id).await.made_out, MadeOut::Nothing);
    let new = made_out(&world, &again, 400);
    assert!(keep(&world, &request.id, &new).await);
    assert_eq!(read(&world, &request.id).await.made_out, MadeOut::Receipt(new.0.clone()));
    for (text, _, event) in [old, new] {
        let found = world.store().receipt_of_event(&request.id, event.block_hash, event.log_index).await.unwrap();
        assert_eq!(found, MadeOut::Receipt(text), "both are evidence");
    }
}

async fn d06_a_changed_receipt_is_not_believed_even_if_it_was_read_before(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let receipt = made_out(&world, &request, 200);
    assert!(keep(&world, &request.id, &receipt).await);
    let sound = MadeOut::Receipt(receipt.0.clone());
    assert_eq!(read(&world, &request.id).await.made_out, sound);
    let changes = [
        "document = replace(document, '\"payer\":\"0x', '\"payer\":\"0X')",
        "document = replace(document, 'finalThrough\":', 'finalThrough\": ')",
        "document = replace(document, 'issuedAt\":\"20', 'issuedAt\":\"19')",
        "document = '{}'",
    ];
    for change in changes {
        assert_eq!(world.damage("receipts", change, "1 = 1").await, 1);
        assert!(matches!(read(&world, &request.id).await.made_out, MadeOut::Damaged(_)), "{change}");
        world.mend("receipts").await;
        assert_eq!(read(&world, &request.id).await.made_out, sound);
    }
    // The wallets are in no snapshot: only the receipt's own signature covers them.
    world.damage("agreements", "buyer_wallet = '0x00000000000000000000000000000000000000aa'", "1 = 1").await;
    assert!(matches!(read(&world, &request.id).await.made_out, MadeOut::Damaged(_)));
    world.mend("agreements").await;
    world.damage("payment_requests", "seller_amount = '1'", "1 = 1").await;
    let doubtful = read(&world, &request.id).await;
    assert!(matches!((&doubtful.request, &doubtful.made_out), (StoredRequest::Unproven { .. }, MadeOut::Nothing)));
}

async fn name(world: &World, number: u64, signer: Address, until: u64) {
    let event = RouterEvent::SignerSet { location: location(&header(number, 0), 0), operator: operator().address(), signer, until };
    let mut tx = world.begin().await;
    tx.insert_events(&[event]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn put(world: &World, (text, signer): (&str, Address)) {
    let (text, signer) = (text.replace('\'', "''"), signer.to_string().to_lowercase());
    assert_eq!(world.db.tamper(&format!("UPDATE receipts SET document = '{text}', signer = '{signer}'")).await, 1);
}

async fn d06_a_receipt_counts_when_the_operator_or_whom_it_named_has_signed_it(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let own = made_out(&world, &request, 200);
    assert!(keep(&world, &request.id, &own).await);
    let key = signer(0x66);
    let other = made_out_by(&key, &world, &request, 9);
    put(&world, (&other.0, own.1)).await;
    assert!(matches!(read(&world, &request.id).await.made_out, MadeOut::Damaged(_)), "the row says that the operator signed it");
    put(&world, (&other.0, key.address())).await;
    let unvouched = MadeOut::Unvouched { text: other.0.clone(), issuer: key.address() };
    assert_eq!(read(&world, &request.id).await.made_out, unvouched);
    name(&world, 20, signer(0x67).address(), 900).await;
    name(&world, 21, key.address(), 0).await;
    assert_eq!(read(&world, &request.id).await.made_out, unvouched, "another was named, and this one was only ever revoked");
    name(&world, 22, key.address(), 900).await;
    assert_eq!(read(&world, &request.id).await.made_out, MadeOut::Receipt(other.0));
    // And no longer when a reorg takes the naming away: what was read before counts for nothing.
    world.db.tamper("UPDATE router_events SET orphaned = 1 WHERE signer_until = 900").await;
    assert_eq!(read(&world, &request.id).await.made_out, unvouched);
}

async fn d06_a_receipt_of_an_event_that_is_gone_is_checked_all_the_same(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let own = made_out(&world, &request, 200);
    let event = own.2;
    let of_event = async || world.store().receipt_of_event(&request.id, event.block_hash, event.log_index).await.unwrap();
    assert_eq!(of_event().await, MadeOut::Nothing);
    assert!(keep(&world, &request.id, &own).await);
    reorg(&world, &request).await;
    assert_eq!(of_event().await, MadeOut::Receipt(own.0.clone()));
    let key = signer(0x66);
    let other = made_out_by(&key, &world, &request, 9);
    put(&world, (&other.0, key.address())).await;
    assert_eq!(of_event().await, MadeOut::Unvouched { text: other.0, issuer: key.address() });
    for (from, to) in [("\"nonce\":\"1\"", "\"nonce\":\"2\""), ("\"blockNumber\":10", "\"blockNumber\": 10"), ("\"logIndex\":", "\"logIndex\":1")] {
        let changed = own.0.replacen(from, to, 1);
        assert_ne!(changed, own.0, "{from}");
        put(&world, (&changed, own.1)).await;
        assert!(matches!(of_event().await, MadeOut::Damaged(_)), "{from}");
    }
}

async fn b01_what_a_reorg_took_back_is_told_by_the_ledger(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    assert_eq!(world.store().revocations(&world.agreement.id).await.unwrap(), []);
    let (_, _, event) = made_out(&world, &request, 200);
    reorg(&world, &request).await;
    let found = world.store().revocations(&world.agreement.id).await.unwrap();
    let expected = store::Revocation { request: request.id.clone(), block_hash: event.block_hash, log_index: event.log_index, at: at(300) };
    assert_eq!(found, [expected]);
}

fn link(n: u64, request: &PaymentRequestId, purpose: LinkPurpose) -> ReceiptLink {
    ReceiptLink {
        id: ReceiptLinkId::new(ulid(900 + n)),
        request: request.clone(),
        purpose,
        label: None,
        created_by: buyer_id(),
        created_at: at(n),
        expires_at: None,
        revoked_at: None,
    }
}

async fn add(world: &World, link: &ReceiptLink, hash: [u8; 32]) -> Result<(), store::StoreError> {
    let mut tx = world.begin().await;
    tx.insert_receipt_link(link, &hash).await?;
    tx.commit().await
}

async fn i11_only_one_link_at_a_time_is_for_print(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.signed(1).await;
    let (first, second) = (link(1, &request.id, LinkPurpose::Document), link(2, &request.id, LinkPurpose::Document));
    add(&world, &first, [1; 32]).await.unwrap();
    assert_eq!(conflict(add(&world, &second, [2; 32]).await), Conflict::Duplicate("receipt_link"));
    for n in 3..5 {
        add(&world, &link(n, &request.id, LinkPurpose::Shared), [u8::try_from(n).unwrap(); 32]).await.unwrap();
    }
    assert_eq!(world.store().printed_receipt_link(&request.id).await.unwrap(), Some(first.clone()));
    let mut tx = world.begin().await;
    assert!(tx.revoke_receipt_link(&first.id, at(50)).await.unwrap());
    assert!(!tx.revoke_receipt_link(&first.id, at(51)).await.unwrap(), "revoked once");
    assert!(!tx.revoke_receipt_link(&second.id, at(51)).await.unwrap(), "there is none");
    tx.commit().await.unwrap();
    assert_eq!(world.store().printed_receipt_link(&request.id).await.unwrap(), None);
    add(&world, &second, [2; 32]).await.unwrap();
    assert_eq!(world.store().receipt_links(&request.id).await.unwrap().len(), 4);
}

async fn i11_a_revoked_or_expired_link_is_not_open(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.signed(1).await;
    let made = ReceiptLink { expires_at: Some(at(100)), label: Some("for the accountant".to_owned()), ..link(1, &request.id, LinkPurpose::Shared) };
    add(&world, &made, [7; 32]).await.unwrap();
    let read = world.store().receipt_link_by_hash(&[7; 32]).await.unwrap().unwrap();
    assert_eq!(read, made);
    assert_eq!((read.is_open(at(99)), read.is_open(at(100))), (true, false));
    assert_eq!(world.store().receipt_link_by_hash(&[8; 32]).await.unwrap(), None);
    let mut tx = world.begin().await;
    tx.revoke_receipt_link(&made.id, at(50)).await.unwrap();
    tx.commit().await.unwrap();
    let revoked = world.store().receipt_link_by_hash(&[7; 32]).await.unwrap().unwrap();
    assert_eq!((revoked.revoked_at, revoked.is_open(at(99))), (Some(at(50)), false));
}

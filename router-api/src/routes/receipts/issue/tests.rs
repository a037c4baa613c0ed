use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use alloy_dyn_abi::TypedData;
use axum::Router;
use secrecy::SecretString;
use serde_json::{Value, json};
use settlement::receipt::Receipt;
use signer::{LocalSigner, RoutingSigner};
use store::Engine;

use crate::state::Api;
use crate::testing::{Answer, CHAIN_ID, TestApp};
use crate::view::documented::assert_documented;
use crate::view::receipt::ReceiptsBody;

async fn read(app: &TestApp, request: &str) -> Answer {
    app.get(&format!("/api/agent/receipts/rcpt_{request}")).bearer(&app.seller).send().await
}

async fn list(app: &TestApp) -> Answer {
    app.get(&format!("/api/agent/contracts/{}/receipts", app.seeded.agreement)).bearer(&app.seller).send().await.expect(200)
}

/// The instance with another routing signer.
fn rotated(app: &TestApp) -> (Router, LocalSigner) {
    let signer = LocalSigner::from_hex(&SecretString::from("22".repeat(32))).unwrap();
    let other: Arc<dyn RoutingSigner> = Arc::new(signer.clone());
    (crate::app(Api { signers: BTreeMap::from([(CHAIN_ID, other)]), ..app.api() }), signer)
}

#[tokio::test]
async fn it_is_signed_once_and_is_the_same_bytes_ever_after() {
    let app = TestApp::new().await;
    let request = app.request().await;
    app.pay(&request).await;
    let first = read(&app, &request).await.expect(200);
    assert_eq!(Receipt::parse(&first.text()).unwrap().issuer, app.signer);
    app.clock.advance_s(86_400);
    app.signer_switch.fail();
    assert_eq!(read(&app, &request).await.expect(200).text(), first.text(), "reading needs no signer");
    assert_eq!(list(&app).await["receipts"], json!([first["receipt"]]));
}

#[tokio::test]
async fn any_eip712_library_recovers_the_issuer_from_the_typed_data_in_it() {
    let app = TestApp::new().await;
    let request = app.request().await;
    app.pay(&request).await;
    let receipt = read(&app, &request).await.expect(200)["receipt"].clone();
    let attestation = &receipt["attestation"];
    let typed: TypedData = serde_json::from_value(attestation["typedData"].clone()).unwrap();
    let digest = typed.eip712_signing_hash().unwrap();
    assert_eq!(digest.to_string(), attestation["digest"]);
    let signature = alloy_primitives::Signature::try_from(hex::decode(&attestation["signature"].as_str().unwrap()[2..]).unwrap().as_slice()).unwrap();
    assert_eq!(signature.recover_address_from_prehash(&digest).unwrap().to_string(), attestation["signer"]);
    let said = &attestation["typedData"]["message"];
    assert_eq!((&said["amount"], &said["fee"], &said["total"]), (&receipt["sellerAmountAtomic"], &receipt["feeAmountAtomic"], &receipt["totalAmountAtomic"]));
    assert_eq!((&said["buyer"], &said["blockHash"]), (&receipt["buyerWallet"], &receipt["event"]["blockHash"]));
}

#[tokio::test]
async fn d07_without_a_signer_there_is_none_yet_and_nothing_is_stored() {
    let app = TestApp::new().await;
    let request = app.request().await;
    app.pay(&request).await;
    app.signer_switch.fail();
    read(&app, &request).await.problem(503, "signer_unavailable");
    let listed = list(&app).await;
    assert_eq!((&listed["receipts"], &listed["notIssued"][0]["paymentRequestId"]), (&json!([]), &json!(request)));
    app.clock.advance_s(60);
    app.signer_switch.answer();
    let later = read(&app, &request).await.expect(200);
    assert_eq!(later["receipt"]["issuedAt"], app.now().to_string());
    assert_ne!(later["receipt"]["issuedAt"], later["receipt"]["verifiedAt"]);
}

#[tokio::test]
async fn d07_what_cannot_be_signed_hides_no_receipt_that_was() {
    let app = TestApp::new().await;
    let (mut body, mut requests) = (app.wanted(), Vec::new());
    for part in ["5000000", "7500000"] {
        body["sellerAmount"] = json!(part);
        let request = app.create(body.clone()).await.expect(201)["paymentRequest"]["id"].as_str().unwrap().to_owned();
        app.pay(&request).await;
        requests.push(request);
    }
    let signed = read(&app, &requests[0]).await.expect(200)["receipt"].clone();
    // As on an instance that no longer signs for the chain.
    let unsigning = crate::app(Api { signers: BTreeMap::new(), ..app.api() });
    let listed = app.get(&format!("/api/agent/contracts/{}/receipts", app.seeded.agreement)).bearer(&app.buyer).at(&unsigning).send().await.expect(200);
    assert_documented::<ReceiptsBody>(listed.json());
    assert_eq!(listed["receipts"], json!([signed]));
    let reason = "nothing can be signed for this chain now";
    let missing = json!({ "receiptId": format!("rcpt_{}", requests[1]), "paymentRequestId": requests[1], "code": "signer_unavailable", "reason": reason });
    assert_eq!(listed["notIssued"], json!([missing]));
    assert_eq!(list(&app).await["notIssued"], json!([]), "a signer makes up for it");
}

async fn d09_whoever_signs_first_has_signed_for_everybody(engine: Engine) {
    let app = TestApp::on(engine).await;
    let request = app.request().await;
    app.pay(&request).await;
    let (other, signer) = rotated(&app);
    // Each process believes the other's signer because the operator has named it on the chain.
    app.set_signer(signer.address(), u64::MAX / 4).await;
    let path = format!("/api/agent/receipts/rcpt_{request}");
    let reading = (0..16).map(|n| {
        let call = app.get(&path).bearer(if n % 3 == 0 { &app.buyer } else { &app.seller });
        if n % 2 == 0 { call.send() } else { call.at(&other).send() }
    });
    let texts: BTreeSet<String> = futures::future::join_all(reading).await.into_iter().map(|answer| answer.expect(200).text()).collect();
    assert_eq!(texts.len(), 1, "two signers, two processes, one receipt");
}

#[tokio::test]
async fn d09_on_sqlite() {
    d09_whoever_signs_first_has_signed_for_everybody(Engine::Sqlite).await;
}

#[tokio::test]
async fn d09_on_postgres() {
    d09_whoever_signs_first_has_signed_for_everybody(Engine::Postgres).await;
}

#[tokio::test]
async fn d03_d04_a_new_signer_signs_new_receipts_and_those_of_the_old_one_stay_as_they_are() {
    let app = TestApp::new().await;
    let mut body = app.wanted();
    let (mut requests, (after, new_signer)) = (Vec::new(), rotated(&app));
    for part in ["5000000", "7500000"] {
        body["sellerAmount"] = json!(part);
        let request = app.create(body.clone()).await.expect(201)["paymentRequest"]["id"].as_str().unwrap().to_owned();
        app.pay(&request).await;
        requests.push(request);
    }
    let old = read(&app, &requests[0]).await.expect(200);
    let read_after = |request: &str| app.get(&format!("/api/agent/receipts/rcpt_{request}")).bearer(&app.seller).at(&after).send();
    assert_eq!(read_after(&requests[0]).await.expect(200).text(), old.text());
    let new = read_after(&requests[1]).await.expect(200);
    let claim = Receipt::parse(&new.text()).unwrap();
    assert_eq!((claim.issuer, claim.signed.signer()), (new_signer.address(), app.signer), "the payment is the old signer's, the receipt the new one's");
    // To everybody else the new signer is a stranger until the chain says who it is.
    read(&app, &requests[1]).await.problem(409, "router_payment_proof_inspection_required");
    app.set_signer(new_signer.address(), u64::MAX / 4).await;
    assert_eq!(read(&app, &requests[1]).await.expect(200).text(), new.text());
    // What it signed while it was named stays what it is when it is named no longer.
    app.set_signer(new_signer.address(), 0).await;
    assert_eq!(read(&app, &requests[1]).await.expect(200).text(), new.text());
}

/// Puts a receipt in the place of the stored one that says another time and is signed with another key.
async fn forge(app: &TestApp, request: &str) {
    let stored = app.stored(request).await;
    let agreement = app.store.agreement(&stored.agreement).await.unwrap().unwrap();
    let settlement::payment_request::PaymentRequestState::Verified { proof, at, .. } = &stored.state else { panic!("verified") };
    let stamp = settlement::receipt::Stamp { verified_at: *at, issued_at: settlement::Timestamp::from_millis(0), final_through: proof.final_through() };
    let draft = settlement::receipt::ReceiptDraft::new(proof, &stored.signed, (&agreement.terms, (&agreement).into()), stamp);
    let key = crate::testing::key(66);
    let signature = alloy_signer::SignerSync::sign_hash_sync(&key, &draft.digest()).unwrap().as_bytes().to_vec();
    let forged = draft.sign(signature.into()).unwrap();
    let text = forged.text().replace('\'', "''");
    let signer = forged.issuer().to_string().to_lowercase();
    assert_eq!(app.database.tamper(&format!("UPDATE receipts SET document = '{text}', signer = '{signer}'")).await, 1);
}

#[tokio::test]
async fn d06_a_receipt_that_another_key_signed_is_shown_nowhere() {
    let app = TestApp::new().await;
    let request = app.request().await;
    app.pay(&request).await;
    let sound = read(&app, &request).await.expect(200).text();
    forge(&app, &request).await;
    read(&app, &request).await.problem(409, "router_payment_proof_inspection_required");
    let listed = list(&app).await;
    assert_eq!((&listed["receipts"], &listed["inspectionRequired"]), (&json!([]), &json!([request])));
    // Nor is it drawn once a reorg has taken the payment back: what is shown then is that it was.
    app.reorg(&request).await;
    let page = || app.get(&format!("/api/agent/receipts/rcpt_{request}?format=html")).bearer(&app.seller).send();
    assert!(!page().await.expect(410).text().contains("1970-01-01"));
    let mended = sound.replace('\'', "''");
    app.database.tamper(&format!("UPDATE receipts SET document = '{mended}', signer = '{}'", app.signer.to_string().to_lowercase())).await;
    assert!(page().await.expect(410).text().contains(&format!("rcpt_{request}")));
}

#[tokio::test]
async fn b01_a_revoked_receipt_says_so_wherever_it_is_asked_for() {
    for handed_out in [true, false] {
        let app = TestApp::new().await;
        let request = app.request().await;
        app.pay(&request).await;
        if handed_out {
            read(&app, &request).await.expect(200);
        }
        let paid = app.stored(&request).await;
        app.clock.advance_s(30);
        app.reorg(&request).await;
        let gone = read(&app, &request).await.problem(410, "receipt_revoked");
        assert_eq!((&gone["currentStatus"], &gone["receiptId"]), (&json!("submitted"), &json!(format!("rcpt_{request}"))));
        assert_eq!(gone["revokedAt"], app.now().to_string());
        let listed = list(&app).await;
        assert_eq!(listed["receipts"], json!([]));
        let event = event_of(&paid);
        assert_eq!(listed["revoked"][0]["blockHash"], event["blockHash"]);
        assert_eq!((&listed["revoked"][0]["receiptId"], &listed["revoked"][0]["revokedAt"]), (&gone["receiptId"], &gone["revokedAt"]));
    }
}

fn event_of(request: &settlement::payment_request::PaymentRequest) -> Value {
    let settlement::payment_request::PaymentRequestState::Verified { proof, .. } = &request.state else { panic!("verified") };
    json!({ "blockHash": proof.event().location.block_hash.to_string() })
}

#[tokio::test]
async fn b02_paid_again_in_another_block_it_has_a_receipt_again_and_the_old_one_is_not_it() {
    let app = TestApp::new().await;
    let request = app.request().await;
    app.pay(&request).await;
    let old = read(&app, &request).await.expect(200);
    app.reorg(&request).await;
    app.clock.advance_s(12);
    app.pay(&request).await;
    let new = read(&app, &request).await.expect(200);
    assert_eq!(new["receipt"]["id"], old["receipt"]["id"]);
    assert_ne!(new["receipt"]["event"]["blockHash"], old["receipt"]["event"]["blockHash"]);
    let listed = list(&app).await;
    assert_eq!((&listed["receipts"], &listed["revoked"]), (&json!([new["receipt"]]), &json!([])), "what was revoked has been replaced");
}

#[tokio::test]
async fn d06_a_changed_receipt_is_not_shown_and_needs_inspection() {
    let app = TestApp::new().await;
    let request = app.request().await;
    app.pay(&request).await;
    read(&app, &request).await.expect(200);
    app.database.tamper("UPDATE receipts SET document = replace(document, '12625000', '92625000')").await;
    read(&app, &request).await.problem(409, "router_payment_proof_inspection_required");
    let listed = list(&app).await;
    assert_eq!((&listed["receipts"], &listed["inspectionRequired"]), (&json!([]), &json!([request])));
}

#[tokio::test]
async fn b13_a_payment_in_doubt_has_no_receipt() {
    let app = TestApp::new().await;
    let request = app.request().await;
    app.raise_issue(&request).await;
    read(&app, &request).await.problem(409, "router_payment_proof_inspection_required");
    assert_eq!(list(&app).await["inspectionRequired"], json!([request]));
}

#[tokio::test]
async fn c07_the_receipt_of_a_contract_wallets_payment_stays_when_the_wallet_accepts_its_signatures_no_longer() {
    let app = TestApp::new().await;
    let wallet = app.contract_wallet();
    let mut proof = app.sign_in_text(wallet).await;
    proof["signature"] = json!("0xc0ffee");
    app.post("/api/agent/me/wallets").bearer(&app.buyer).json(proof.clone()).send().await.expect(201);
    let request = app.create(json!({ "payerAddress": wallet.to_string() })).await.expect(201)["paymentRequest"]["id"].as_str().unwrap().to_owned();
    app.pay(&request).await;
    app.contract_wallet_refuses();
    let mut again = app.sign_in_text(wallet).await;
    again["signature"] = json!("0xc0ffee");
    app.post("/api/auth/siwe").json(again).send().await.problem(401, "sign_in_refused");
    // It was the chain that asked the wallet, in the block that the receipt names: what the wallet says today changes nothing about that.
    let receipt = read(&app, &request).await.expect(200);
    assert_eq!(receipt["receipt"]["payer"], wallet.to_string());
    let paid = app.stored(&request).await;
    assert_eq!(receipt["receipt"]["event"]["blockHash"], event_of(&paid)["blockHash"]);
    assert!(receipt["receipt"]["event"]["blockNumber"].as_u64().unwrap() > 0);
}

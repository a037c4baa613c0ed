use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use alloy_primitives::Address;
use axum::http::Method;
use serde_json::{Value, json};
use settlement::IdSource;
use settlement::ids::PaymentRequestId;
use settlement::next_action::MAX_REQUESTS;
use settlement::payment_request::PaymentRequest;
use settlement::receipt::Receipt;
use settlement::snapshot::{SignedSnapshot, Snapshot};
use signer::wallet::{Expectation, check};
use store::Engine;

use crate::testing::{TestApp, key};
use crate::view::documented::assert_documented;
use crate::view::payment_request::{PayerPaymentRequestView, PaymentRequestBody};

#[tokio::test]
async fn the_buyer_gets_a_payload_that_a_careful_wallet_accepts() {
    let app = TestApp::new().await;
    let answer = app.create(json!({ "payerAddress": app.buyer.wallet.address().to_string() })).await.expect(201);
    assert_documented::<PayerPaymentRequestView>(&answer["paymentRequest"]);
    let request = &answer["paymentRequest"];
    assert_eq!((&request["status"], &request["isPayable"]), (&json!("signed"), &json!(true)));
    assert_eq!(
        (&request["sellerAmountAtomic"], &request["feeAmountAtomic"], &request["totalAmountAtomic"]),
        (&json!("12500000"), &json!("125000"), &json!("12625000"))
    );
    assert_eq!(request["expiresAt"], app.now().plus(Duration::from_secs(3_600)).to_string());
    let payload = serde_json::from_value(request["execution"].clone()).unwrap();
    let expected = Expectation {
        router: app.chain().router,
        operator: Some(app.chain().operator),
        payee: Some(app.seller.wallet.address()),
        ..Expectation::new(app.buyer.wallet.address(), 31_337)
    };
    let checked = check(&payload, &expected).unwrap();
    assert_eq!(checked.signed().signer(), app.signer);
    assert_eq!(checked.snapshot().agreement, app.seeded.agreement);
    assert_eq!(app.notices("payment_request.signed").await.len(), 1);
}

#[tokio::test]
async fn the_answer_is_what_is_read_afterwards() {
    let app = TestApp::new().await;
    let first = app.create(app.wanted()).await.expect(201)["paymentRequest"].clone();
    assert_eq!(app.request_detail(first["id"].as_str().unwrap()).await, first);
    // And beside one that was cancelled before it.
    app.on_request(Method::POST, first["id"].as_str().unwrap(), "cancel").bearer(&app.buyer).json(json!({ "reason": "again" })).send().await.expect(200);
    let second = app.create(app.wanted()).await.expect(201)["paymentRequest"].clone();
    assert_eq!(app.request_detail(second["id"].as_str().unwrap()).await, second);
}

#[tokio::test]
async fn only_the_payers_detail_has_anything_to_execute() {
    let app = TestApp::new().await;
    let id = app.request().await;
    let (signature, router) = {
        let execution = app.request_detail(&id).await["execution"].clone();
        (execution["signature"].as_str().unwrap().to_owned(), app.chain().router.to_string())
    };
    let base = format!("/api/agent/contracts/{}/crypto-payment-requests", app.seeded.agreement);
    let conflict = app.create(json!({ "payerAddress": app.buyer.wallet.address().to_string(), "reuseActive": false })).await.expect(409);
    let texts = [
        app.get(&format!("{base}/{id}")).bearer(&app.seller).send().await.expect(200).text(),
        app.get(&base).bearer(&app.buyer).send().await.expect(200).text(),
        conflict.text(),
        format!("{:?}", app.notices("payment_request.signed").await),
    ];
    let payee = app.seller.wallet.address().to_string();
    for text in texts {
        for secret in [signature.as_str(), router.as_str(), payee.as_str(), "calldata\":\"", "execution", "snapshot"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[tokio::test]
async fn e14_asking_twice_returns_the_same_request() {
    let app = TestApp::new().await;
    let ask = || app.create(json!({ "payerAddress": app.buyer.wallet.address().to_string() }));
    let first = ask().await.expect(201);
    app.clock.advance_s(60);
    let second = ask().await.expect(200);
    assert_eq!(first["paymentRequest"]["id"], second["paymentRequest"]["id"]);
    assert_eq!(first["paymentRequest"]["execution"], second["paymentRequest"]["execution"]);
    assert_eq!(app.notices("payment_request.signed").await.len(), 1);
}

#[tokio::test]
async fn e15_a_new_plan_while_one_may_settle_gets_the_existing_id() {
    let app = TestApp::new().await;
    let id = app.request().await;
    let payer = app.buyer.wallet.address().to_string();
    app.post("/api/agent/me/wallets").bearer(&app.buyer).json(app.sign_in_message(&key(77)).await).send().await.expect(201);
    let other = key(77).address().to_string();
    for body in
        [json!({ "payerAddress": payer, "reuseActive": false }), json!({ "payerAddress": other }), json!({ "payerAddress": payer, "sellerAmount": "1000000" })]
    {
        let refused = app.create(body).await.problem(409, "reuse_or_cancel_active_request");
        assert_eq!((&refused["paymentRequestId"], &refused["activePaymentRequest"]["id"]), (&json!(id), &json!(id)));
        assert_eq!(refused["recommendedAction"]["code"], "reuse_or_cancel_active_request");
    }
    app.submit(&id, &TestApp::hash(1)).await.expect(200);
    app.create(json!({ "payerAddress": payer, "reuseActive": false })).await.problem(409, "reuse_or_cancel_active_request");
    let reused = app.create(json!({ "payerAddress": payer })).await.expect(200);
    assert_eq!(
        (&reused["paymentRequest"]["status"], reused["paymentRequest"].get("execution")),
        (&json!("submitted"), None),
        "nothing to pay while one may settle"
    );
    app.see(&id).await;
    let seen = app.create(json!({ "payerAddress": payer })).await.expect(200);
    assert_eq!(seen["paymentRequest"]["recommendedAction"]["code"], "wait_for_confirmations");
    assert_eq!((&seen["paymentRequest"]["id"], seen["paymentRequest"].get("execution")), (&json!(id), None));
    let again = app.create(json!({ "payerAddress": payer, "reuseActive": false })).await.problem(409, "payment_settling");
    assert_eq!((&again["paymentRequestId"], &again["recommendedAction"]["code"]), (&json!(id), &json!("wait_for_confirmations")));
}

#[tokio::test]
async fn e15_a_cancelled_request_that_is_being_paid_blocks_a_new_one() {
    let app = TestApp::new().await;
    let id = app.request().await;
    app.cancel_request(&id).await.expect(200);
    app.see(&id).await;
    let refused = app.create(json!({ "payerAddress": app.buyer.wallet.address().to_string() })).await.problem(409, "payment_settling");
    assert_eq!(refused["paymentRequestId"], id);
}

#[tokio::test]
async fn a10_what_is_paid_is_not_paid_again() {
    let app = TestApp::new().await;
    let id = app.request().await;
    app.pay(&id).await;
    let refused = app.create(json!({ "payerAddress": app.buyer.wallet.address().to_string() })).await.problem(409, "already_verified");
    assert_eq!((&refused["receiptId"], &refused["paymentRequestId"]), (&json!(format!("rcpt_{id}")), &json!(id)));
    app.get(refused["receiptUrl"].as_str().unwrap()).bearer(&app.buyer).send().await.expect(200);
}

#[tokio::test]
async fn d09_of_two_requests_at_once_one_is_signed() {
    let app = TestApp::new().await;
    let ask = || app.create(json!({ "payerAddress": app.buyer.wallet.address().to_string() }));
    let answers = tokio::join!(ask(), ask(), ask(), ask());
    let answers = [answers.0, answers.1, answers.2, answers.3];
    let ids: BTreeSet<_> = answers.iter().filter_map(|answer| answer["paymentRequest"]["id"].as_str()).collect();
    assert_eq!(ids.len(), 1, "{:?}", answers.iter().map(|a| a.text()).collect::<Vec<_>>());
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(app.notices("payment_request.signed").await.len(), 1);
    assert_eq!(app.store.requests_of(&app.seeded.agreement).await.unwrap().len(), 1);
}

#[tokio::test]
async fn d07_without_a_signer_nothing_is_stored_and_reads_go_on() {
    let app = TestApp::new().await;
    app.signer_switch.fail();
    let ask = || app.create(json!({ "payerAddress": app.buyer.wallet.address().to_string() }));
    let refused = ask().await.problem(503, "signer_unavailable");
    assert_eq!(refused["retryable"], true);
    assert!(app.store.requests_of(&app.seeded.agreement).await.unwrap().is_empty());
    assert!(app.notices("payment_request.signed").await.is_empty());
    app.get(&format!("/api/agent/contracts/{}", app.seeded.agreement)).bearer(&app.buyer).send().await.expect(200);
    app.signer_switch.answer();
    let signed = ask().await.expect(201);
    let nonce = &signed["paymentRequest"]["execution"]["typedData"]["message"]["nonce"];
    assert_eq!(nonce, "0", "no nonce was used up by what was not stored");
}

#[tokio::test]
async fn d07_a_signer_that_does_not_answer_is_not_waited_for_for_ever() {
    let app = TestApp::new().await;
    app.signer_switch.hang();
    let began = Instant::now();
    app.create(app.wanted()).await.problem(503, "signer_unavailable");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert!(app.store.requests_of(&app.seeded.agreement).await.unwrap().is_empty());
    app.signer_switch.answer();
    app.create(app.wanted()).await.expect(201);
}

#[tokio::test]
async fn d07_a_refused_attempt_can_be_repeated_under_its_key() {
    let app = TestApp::new().await;
    app.signer_switch.fail();
    let ask = || app.post(&app.requests_path()).bearer(&app.buyer).key("pay-order-1").json(app.wanted()).send();
    ask().await.problem(503, "signer_unavailable");
    app.signer_switch.answer();
    let signed = ask().await.expect(201);
    assert_eq!(ask().await.expect(201).bytes, signed.bytes, "what was done is answered again, byte for byte");
}

#[tokio::test]
async fn a16_an_instalment_pays_itself_and_nothing_else() {
    let app = TestApp::new().await;
    app.submit_work().await;
    let mut part = app.wanted();
    part["sellerAmount"] = json!("2500000");
    let first = app.create(part).await.expect(201);
    app.pay(first["paymentRequest"]["id"].as_str().unwrap()).await;
    let contract = app.contract().await;
    let state = &contract["paymentState"];
    assert_eq!((&state["paidInFull"], &state["hasRouterVerifiedPayment"]), (&json!(false), &json!(true)));
    let decision = format!("/api/agent/contracts/{}/decision", app.seeded.agreement);
    app.post(&decision).bearer(&app.buyer).json(json!({ "action": "accept" })).send().await.problem(409, "not_allowed");
    let rest = app.create(app.wanted()).await.expect(201);
    let (paid_unit, unit) = (&first["paymentRequest"]["unit"], &rest["paymentRequest"]["unit"]);
    assert_eq!((&paid_unit["kind"], &unit["kind"]), (&json!("instalment"), &json!("instalment")));
    assert_ne!(paid_unit["id"], unit["id"]);
    app.pay(rest["paymentRequest"]["id"].as_str().unwrap()).await;
    app.post(&decision).bearer(&app.buyer).json(json!({ "action": "accept" })).send().await.expect(200);
    let receipts = app.get(&format!("/api/agent/contracts/{}/receipts", app.seeded.agreement)).bearer(&app.seller).send().await.expect(200);
    let amounts: Vec<&str> = receipts["receipts"].as_array().unwrap().iter().map(|receipt| receipt["sellerAmountAtomic"].as_str().unwrap()).collect();
    assert_eq!(amounts, ["2500000", "10000000"]);
}

/// Asks both processes of an instance at once, several times each.
async fn ask_two_nodes(engine: Engine) {
    let app = TestApp::on(engine).await;
    let second = app.second_node().await;
    let here = || app.create(app.wanted());
    let there = || app.post(&app.requests_path()).at(&second).bearer(&app.buyer).json(app.wanted()).send();
    let answers = tokio::join!(here(), there(), here(), there(), here(), there());
    let answers = [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5];
    let texts: Vec<String> = answers.iter().map(|answer| format!("{} {}", answer.status, answer.text())).collect();
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{texts:#?}");
    assert!(answers.iter().all(|answer| [200, 201, 409].contains(&answer.status.as_u16())), "{texts:#?}");
    let signatures: BTreeSet<_> = answers.iter().filter_map(|answer| answer["paymentRequest"]["execution"]["signature"].as_str()).collect();
    assert_eq!(signatures.len(), 1, "one payload was handed out: {texts:#?}");
    assert_eq!(app.store.requests_of(&app.seeded.agreement).await.unwrap().len(), 1);
    assert_eq!(app.notices("payment_request.signed").await.len(), 1);
}

#[tokio::test]
async fn d09_two_processes_over_postgres_sign_one_request() {
    ask_two_nodes(Engine::Postgres).await;
}

#[tokio::test]
async fn d09_two_processes_over_sqlite_sign_one_request() {
    ask_two_nodes(Engine::Sqlite).await;
}

#[tokio::test]
async fn d09_on_postgres_a_payment_goes_all_the_way() {
    let app = TestApp::on(Engine::Postgres).await;
    let second = app.second_node().await;
    let id = app.request().await;
    app.submit_work().await;
    let paying = app.see(&id).await;
    let verify = || app.on_request(Method::POST, &id, "verify").bearer(&app.buyer).json(json!({ "txHash": paying })).send();
    verify().await.expect(202);
    app.finalise(&id).await;
    verify().await.expect(200);
    let receipt = app.get(&format!("/api/agent/receipts/rcpt_{id}")).at(&second).bearer(&app.seller).send().await.expect(200);
    Receipt::parse(&receipt.text()).unwrap();
    let decision = format!("/api/agent/contracts/{}/decision", app.seeded.agreement);
    let accepted = app.post(&decision).at(&second).bearer(&app.buyer).json(json!({ "action": "accept" })).send().await.expect(200);
    assert_eq!(accepted["contract"]["status"], "accepted");
}

#[tokio::test]
async fn c06_a_change_of_payout_wallet_changes_no_agreement() {
    let app = TestApp::new().await;
    let id = app.request().await;
    let other = json!({ "symbol": "USDC", "network": "eip155:31337", "address": app.stranger.wallet.address().to_string() });
    app.post("/api/agent/me/payout-methods").bearer(&app.seller).json(other).send().await.expect(201);
    app.patch(&format!("/api/agent/me/payout-methods/{}", app.seeded.payout_method))
        .bearer(&app.seller)
        .json(json!({ "isActive": false }))
        .send()
        .await
        .expect(200);
    let payee = app.seller.wallet.address().to_string();
    assert_eq!(app.request_detail(&id).await["execution"]["typedData"]["message"]["payee"], payee);
    app.cancel_request(&id).await.expect(200);
    let next = app.request().await;
    assert_eq!(app.request_detail(&next).await["execution"]["typedData"]["message"]["payee"], payee, "both signed for this payee");
}

#[tokio::test]
async fn c05_only_a_wallet_that_the_buyer_has_proved_can_be_the_payer() {
    let app = TestApp::new().await;
    let chain = app.chain();
    for address in [chain.router, app.seeded.asset.token_address(), Address::ZERO] {
        let refused = app.create(json!({ "payerAddress": address.to_string() })).await.problem(422, "invalid_address");
        assert_eq!(refused["field"], "payerAddress", "{address}");
    }
    let unknown = key(77);
    for address in [unknown.address(), app.seller.wallet.address(), app.stranger.wallet.address(), chain.fee.recipient] {
        let refused = app.create(json!({ "payerAddress": address.to_string() })).await.problem(422, "payer_not_proved");
        assert_eq!(refused["field"], "payerAddress", "{address}");
    }
    let proof = app.sign_in_message(&unknown).await;
    app.post("/api/agent/me/wallets").bearer(&app.buyer).json(proof).send().await.expect(201);
    let answer = app.create(json!({ "payerAddress": unknown.address().to_string() })).await.expect(201);
    assert_eq!(answer["paymentRequest"]["execution"]["typedData"]["message"]["payer"], unknown.address().to_string());
}

#[tokio::test]
async fn a_cancelled_request_and_the_next_one_share_a_nonce() {
    let app = TestApp::new().await;
    let first = app.request().await;
    let nonce = app.request_detail(&first).await["execution"]["typedData"]["message"]["nonce"].clone();
    app.cancel_request(&first).await.expect(200);
    let second = app.request().await;
    assert_ne!(first, second);
    assert_eq!(app.request_detail(&second).await["execution"]["typedData"]["message"]["nonce"], nonce, "they can never both be paid");
}

#[tokio::test]
async fn an_instalment_waits_until_the_payload_of_the_whole_is_dead() {
    let app = TestApp::new().await;
    app.start_chain().await;
    let whole = app.request().await;
    app.cancel_request(&whole).await.expect(200);
    let payer = app.buyer.wallet.address().to_string();
    let part = json!({ "payerAddress": payer, "sellerAmount": "2500000" });
    let refused = app.create(part.clone()).await.problem(409, "overlapping_payload_alive");
    assert_eq!((&refused["paymentRequestId"], &refused["retryAfterSeconds"]), (&json!(whole), &json!(3_600)));
    app.clock.advance_s(3_601);
    app.blocks(2).await;
    let instalment = app.create(part).await.expect(201);
    assert_eq!(instalment["paymentRequest"]["unit"]["kind"], "instalment");
    app.pay(instalment["paymentRequest"]["id"].as_str().unwrap()).await;
    let more = app.create(json!({ "payerAddress": payer, "sellerAmount": "10000001" })).await.problem(422, "exceeds_open_amount");
    assert_eq!(more["openAmountAtomic"], "10000000");
    let rest = app.create(json!({ "payerAddress": payer })).await.expect(201);
    assert_eq!(rest["paymentRequest"]["sellerAmountAtomic"], "10000000");
}

#[tokio::test]
async fn an_expired_request_is_not_handed_out_again() {
    let app = TestApp::new().await;
    let id = app.request().await;
    app.clock.advance_s(3_601);
    let payer = app.buyer.wallet.address().to_string();
    let refused = app.create(json!({ "payerAddress": payer })).await.problem(409, "reuse_or_cancel_active_request");
    assert_eq!((&refused["paymentRequestId"], &refused["activePaymentRequest"]["isExpired"]), (&json!(id), &json!(true)));
    app.cancel_request(&id).await.expect(200);
    app.create(json!({ "payerAddress": payer })).await.expect(201);
}

#[tokio::test]
async fn payment_on_delivery_is_not_due_before_it() {
    let app = TestApp::new().await;
    let contract = app.import_on_delivery("r-1").await;
    let path = format!("/api/agent/contracts/{contract}/crypto-payment-requests");
    let body = json!({ "payerAddress": app.buyer.wallet.address().to_string() });
    app.post(&path).bearer(&app.buyer).json(body.clone()).send().await.problem(409, "payment_not_due");
    app.post(&format!("/api/agent/contracts/{contract}/submissions")).bearer(&app.seller).json(json!({ "notes": "done" })).send().await.expect(201);
    app.post(&path).bearer(&app.buyer).json(body).send().await.expect(201);
}

#[tokio::test]
async fn nothing_is_signed_for_what_has_ended_or_is_in_doubt() {
    let app = TestApp::new().await;
    let id = app.request().await;
    app.raise_issue(&id).await;
    let payer = app.buyer.wallet.address().to_string();
    let refused = app.create(json!({ "payerAddress": payer })).await.problem(409, "router_payment_proof_inspection_required");
    assert_eq!(refused["recommendedAction"]["code"], "inspect_payment_proof");
    let app = TestApp::new().await;
    let seen = app.get(&format!("/api/agent/contracts/{}", app.seeded.agreement)).bearer(&app.buyer).send().await.expect(200);
    let cancel = json!({ "reason": "no longer needed", "expectedUpdatedAt": seen["contract"]["updatedAt"] });
    app.post(&format!("/api/agent/contracts/{}/cancel", app.seeded.agreement)).bearer(&app.buyer).json(cancel).send().await.expect(200);
    let ended = app.create(json!({ "payerAddress": payer })).await.problem(409, "not_allowed");
    assert_eq!(ended["currentStatus"], "cancelled");
}

#[tokio::test]
async fn while_the_chain_is_not_read_nothing_is_signed() {
    let app = TestApp::new().await;
    app.start_chain().await;
    app.halt("a reorganisation deeper than finality").await;
    let refused = app.create(json!({ "payerAddress": app.buyer.wallet.address().to_string() })).await.problem(503, "indexer_halted");
    assert_eq!(refused["retryAfterSeconds"], 30);
    assert_eq!(offered(&app).await, (json!("blocked"), json!("indexer_halted")), "an agent is not sent into that refusal");
}

/// How a payment request is offered to the buyer: its state, and why it is blocked.
async fn offered(app: &TestApp) -> (Value, Value) {
    let seen = app.get(&format!("/api/agent/contracts/{}", app.seeded.agreement)).bearer(&app.buyer).send().await.expect(200);
    let actions = seen["contract"]["availableActions"].as_array().unwrap();
    let create = actions.iter().find(|action| action["action"] == "create_payment_request").unwrap();
    (create["state"].clone(), create["blockedReason"]["code"].clone())
}

#[tokio::test]
async fn a11_and_i04_bodies_are_strict() {
    let app = TestApp::new().await;
    let payer = app.buyer.wallet.address().to_string();
    for amount in [json!("0"), json!("1.5"), json!("-1"), json!(5), json!("1e6"), json!("")] {
        let refused = app.create(json!({ "payerAddress": payer, "sellerAmount": amount })).await.problem(422, "invalid_amount");
        assert_eq!(refused["field"], "sellerAmount", "{amount}");
    }
    for minutes in [json!(4), json!(1_441), json!(-5), json!("60"), json!(7.5)] {
        let refused = app.create(json!({ "payerAddress": payer, "expiresInMinutes": minutes })).await.problem(422, "invalid_field");
        assert_eq!(refused["field"], "expiresInMinutes", "{minutes}");
    }
    app.create(json!({ "payerAddress": payer, "milestoneId": "ms_1" })).await.problem(422, "invalid_field");
    for field in ["status", "amount_received", "livemode", "payeeAddress", "feeAmount", "nonce", "deadline"] {
        app.create(json!({ "payerAddress": payer, field: "x" })).await.problem(422, "unknown_field");
    }
    app.create(json!({})).await.problem(422, "invalid_field");
    let other = app.post(&format!("/api/agent/contracts/{}/crypto-payment-requests", app.seeded.agreement));
    other.bearer(&app.seller).json(json!({ "payerAddress": payer })).send().await.problem(403, "role_required");
    assert!(app.store.requests_of(&app.seeded.agreement).await.unwrap().is_empty());
}

#[tokio::test]
async fn another_router_gets_another_nonce_and_only_when_the_old_payload_is_dead() {
    let mut app = TestApp::new().await;
    app.start_chain().await;
    let old = app.request().await;
    app.cancel_request(&old).await.expect(200);
    app.reconfigure(|config| config.chains[0].router = Address::repeat_byte(0xab));
    let payer = app.buyer.wallet.address().to_string();
    app.create(json!({ "payerAddress": payer })).await.problem(409, "overlapping_payload_alive");
    app.clock.advance_s(3_601);
    app.blocks(2).await;
    let new = app.create(json!({ "payerAddress": payer })).await.expect(201);
    assert_eq!(new["paymentRequest"]["execution"]["payment"]["to"], app.chain().router.to_string());
}

#[tokio::test]
async fn the_document_knows_both_details() {
    let app = TestApp::new().await;
    let id = app.request().await;
    let path = format!("/api/agent/contracts/{}/crypto-payment-requests/{id}", app.seeded.agreement);
    for actor in [&app.buyer, &app.seller] {
        let answer = app.get(&path).bearer(actor).send().await.expect(200);
        assert_documented::<PaymentRequestBody>(answer.json());
    }
}

#[tokio::test]
async fn a06_a_request_is_payable_also_where_the_chains_clock_is_ahead_of_ours() {
    let app = TestApp::new().await;
    app.start_chain().await;
    app.clock.advance_s(7_200);
    app.blocks(1).await;
    let head = app.now();
    app.clock.advance_s(-7_200);
    let request = app.create(app.wanted()).await.expect(201)["paymentRequest"].clone();
    assert_eq!((&request["isPayable"], &request["recommendedAction"]["code"]), (&json!(true), &json!("pay_now")));
    assert_eq!(request["expiresAt"], head.plus(Duration::from_secs(3_600)).to_string());
}

#[tokio::test]
async fn an_agreement_has_only_so_many_requests_however_they_ended() {
    let app = TestApp::new().await;
    let id = app.request().await;
    app.cancel_request(&id).await.expect(200);
    let first = app.stored(&id).await;
    let mut tx = app.store.begin().await.unwrap();
    for _ in 1..MAX_REQUESTS - 1 {
        let id = PaymentRequestId::new(app.ids.ulid());
        let snapshot = Snapshot { payment_request: id.clone(), ..first.signed.snapshot().clone() };
        // Some signer is recovered; which one does not matter to the count.
        let signed = SignedSnapshot::new(snapshot, first.signed.signature().clone()).unwrap();
        tx.insert_request(&PaymentRequest { id, signed, ..first.clone() }).await.unwrap();
    }
    tx.commit().await.unwrap();
    let last = app.request().await;
    app.create(app.wanted()).await.expect(200);
    app.cancel_request(&last).await.expect(200);
    app.create(app.wanted()).await.problem(409, "limit_reached");
    let offered = app.contract().await["availableActions"].as_array().unwrap().clone();
    let create = offered.iter().find(|action| action["action"] == "create_payment_request").unwrap();
    assert_eq!((&create["state"], &create["blockedReason"]["code"]), (&json!("blocked"), &json!("limit_reached")));
    app.pay(&last).await;
    assert_eq!(app.request_detail(&last).await["status"], "router_verified", "what was signed can be paid");
}

#[tokio::test]
async fn d04_a_revoked_signature_is_not_to_be_paid_and_the_request_is_signed_anew() {
    let app = TestApp::new().await;
    app.start_chain().await;
    let id = app.request().await;
    app.set_signer(app.signer, 0).await;
    let revoked = app.request_detail(&id).await;
    assert_eq!((&revoked["isPayable"], &revoked["unpayableReason"]), (&json!(false), &json!("signature_revoked")));
    assert_eq!((revoked.get("execution"), &revoked["recommendedAction"]["code"]), (None, &json!("reuse_or_cancel_active_request")));
    assert_eq!(revoked["recommendedAction"]["canCancel"], true);
    let listed = app.get(&app.requests_path()).bearer(&app.buyer).send().await.expect(200);
    assert_eq!((&listed["paymentRequests"][0]["isPayable"], &listed["paymentRequests"][0]["unpayableReason"]), (&json!(false), &json!("signature_revoked")));
    let refused = app.create(app.wanted()).await.problem(409, "reuse_or_cancel_active_request");
    assert!(refused["detail"].as_str().unwrap().contains("revoked"), "{refused:#}");
    app.cancel_request(&id).await.expect(200);
    app.create(app.wanted()).await.problem(503, "signer_unavailable");
    assert_eq!(offered(&app).await, (json!("blocked"), json!("signer_unavailable")));
    let options = app.get(&format!("/api/agent/contracts/{}/payment-options", app.seeded.agreement)).bearer(&app.buyer).send().await.expect(200);
    let unit = &options["payableUnits"][0];
    assert_eq!((&unit["protocols"][0]["status"], &unit["authorization"]["decision"]), (&json!("unavailable"), &json!("deny")), "{unit:#}");
    // The operator names a key again: the next request has the same nonce, so the old payload and the new one are never both paid.
    let later = app.now().unix_seconds() + 10 * 86_400;
    app.set_signer(app.signer, later).await;
    assert_eq!(offered(&app).await, (json!("available"), Value::Null));
    let again = app.create(app.wanted()).await.expect(201);
    assert_eq!((&again["paymentRequest"]["isPayable"], again["paymentRequest"].get("unpayableReason")), (&json!(true), None));
    assert_eq!(again["paymentRequest"]["unit"], revoked["unit"]);
    app.pay(again["paymentRequest"]["id"].as_str().unwrap()).await;
}

#[tokio::test]
async fn d04_receipts_of_what_was_paid_before_stay() {
    let app = TestApp::new().await;
    app.start_chain().await;
    let id = app.request().await;
    app.pay(&id).await;
    app.set_signer(app.signer, 0).await;
    let paid = app.request_detail(&id).await;
    assert_eq!((&paid["status"], paid.get("unpayableReason")), (&json!("router_verified"), None));
    app.get(&format!("/api/agent/receipts/rcpt_{id}")).bearer(&app.seller).send().await.expect(200);
}

#[tokio::test]
async fn d03_a_request_never_outlives_the_right_of_its_signer_and_is_payable_until_then() {
    let app = TestApp::new().await;
    app.start_chain().await;
    let until = app.now().unix_seconds() + 20 * 60;
    app.set_signer(app.signer, until).await;
    let id = app.request().await;
    let detail = app.request_detail(&id).await;
    assert_eq!((&detail["expiresAt"], &detail["isPayable"]), (&json!(settlement::Timestamp::from_unix_seconds(until).to_string()), &json!(true)));
    // The successor is named while the old key is still valid; what the old one signed stays payable.
    app.set_signer(Address::repeat_byte(0x99), until + 86_400).await;
    app.clock.advance_s(19 * 60);
    assert_eq!(app.request_detail(&id).await["isPayable"], true);
    app.cancel_request(&id).await.expect(200);
    app.create(app.wanted()).await.problem(503, "signer_unavailable");
}

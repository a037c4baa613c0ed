use alloy_primitives::{Address, Bytes, U256};
use alloy_signer::SignerSync;
use axum::http::Method;
use futures::future::join_all;
use serde_json::{Value, json};
use store::Engine;

use crate::testing::{Actor, Answer, TestApp};
use crate::view::documented::assert_documented;
use crate::view::payout_change::{PayoutChangeBody, PayoutChangesBody};

const DAY_S: i64 = 86_400;

fn elsewhere() -> Address {
    Address::repeat_byte(0x5f)
}

/// An agreement, and the seller's wish to be paid elsewhere.
struct Payouts {
    app: TestApp,
    path: String,
    contract: String,
}

impl Payouts {
    async fn on(engine: Engine) -> Self {
        let app = TestApp::on(engine).await;
        app.start_chain().await;
        let contract = format!("/api/agent/contracts/{}", app.seeded.agreement);
        Self { path: format!("{contract}/payout-changes"), contract, app }
    }

    async fn new() -> Self {
        Self::on(Engine::Sqlite).await
    }

    /// With an agreement that both wallets signed.
    async fn signed() -> Self {
        let payouts = Self::new().await;
        let contract = format!("/api/agent/contracts/{}", payouts.app.import_on_delivery("order-2").await);
        Self { path: format!("{contract}/payout-changes"), contract, ..payouts }
    }

    async fn updated_at(&self) -> Value {
        self.app.get(&self.contract).bearer(&self.app.buyer).send().await.expect(200)["contract"]["updatedAt"].clone()
    }

    async fn ask(&self, actor: &Actor, change: impl FnOnce(&mut Value)) -> Answer {
        let mut body = json!({ "payeeAddress": elsewhere().to_string(), "note": "we have a new wallet", "expectedUpdatedAt": self.updated_at().await });
        change(&mut body);
        self.app.post(&self.path).bearer(actor).json(body).send().await
    }

    /// The seller asks; returns the change.
    async fn asked(&self) -> Value {
        self.ask(&self.app.seller, |_| ()).await.expect(201)["payoutChange"].clone()
    }

    async fn respond(&self, actor: &Actor, change: &Value, body: Value) -> Answer {
        let mut body = body;
        if body.get("expectedUpdatedAt").is_none() {
            body["expectedUpdatedAt"] = change["updatedAt"].clone();
        }
        self.app.post(&format!("{}/{}/respond", self.path, change["id"].as_str().unwrap())).bearer(actor).json(body).send().await
    }

    async fn confirm(&self, change: &Value) -> Answer {
        self.respond(&self.app.buyer, change, json!({ "action": "confirm", "payeeAddress": change["payeeAddress"] })).await
    }

    /// Asked for, and confirmed a day later.
    async fn confirmed(&self) -> Value {
        let change = self.asked().await;
        self.app.clock.advance_s(DAY_S);
        self.confirm(&change).await.expect(200)["payoutChange"].clone()
    }

    fn sign(actor: &Actor, digest: &Value) -> Value {
        let digest: alloy_primitives::B256 = digest.as_str().unwrap().parse().unwrap();
        json!(Bytes::from(actor.wallet.sign_hash_sync(&digest).unwrap().as_bytes().to_vec()).to_string())
    }
}

#[tokio::test]
async fn c06_the_buyer_confirms_and_new_requests_pay_there() {
    let p = Payouts::new().await;
    let change = p.ask(&p.app.seller, |_| ()).await.expect(201);
    assert_documented::<PayoutChangeBody>(change.json());
    let change = change["payoutChange"].clone();
    assert_eq!((&change["status"], &change["requestedBy"], &change["number"]), (&json!("requested"), &json!("token"), &json!(1)));
    assert_eq!(p.app.request_payee(&p.app.request().await).await, p.app.seller.wallet.address(), "a wish changes nothing");
    let list = p.app.get(&p.path).bearer(&p.app.buyer).send().await.expect(200);
    assert_documented::<PayoutChangesBody>(list.json());
    assert_eq!(list["payeeAddress"], p.app.seller.wallet.address().to_string());
    p.app.clock.advance_s(DAY_S);
    p.app.blocks(4).await;
    let confirmed = p.confirm(&change).await.expect(200);
    assert_documented::<PayoutChangeBody>(confirmed.json());
    assert_eq!((&confirmed["payoutChange"]["status"], &confirmed["payoutChange"]["confirmedBy"]), (&json!("confirmed"), &json!("token")));
    assert_eq!(confirmed["payoutChange"]["requestsForOtherPayees"], json!([]), "the old payload is over, finally");
    let live = p.app.contract().await;
    assert_eq!(live["paymentState"]["hasActiveRouterPaymentRequest"], true);
    for kind in ["payout_change.requested", "payout_change.confirmed"] {
        let told = p.app.notices(kind).await;
        assert_eq!((told.len(), told[0].notice.readers.len()), (1, 4), "{kind}");
    }
}

#[tokio::test]
async fn c06_what_was_signed_before_pays_whom_it_says_and_the_buyer_is_told() {
    let p = Payouts::new().await;
    let change = p.asked().await;
    p.app.clock.advance_s(DAY_S);
    p.app.blocks(4).await;
    let old = p.app.request().await;
    let confirmed = p.confirm(&change).await.expect(200);
    let alive = &confirmed["payoutChange"]["requestsForOtherPayees"];
    assert_eq!((alive.as_array().unwrap().len(), &alive[0]["paymentRequestId"]), (1, &json!(old)));
    assert_eq!(alive[0]["payeeAddress"], p.app.seller.wallet.address().to_string());
    // It is paid to whom it says, and proves itself.
    p.app.pay(&old).await;
    let paid = p.app.request_detail(&old).await;
    assert_eq!((&paid["status"], &paid["paidAfterCancel"]), (&json!("router_verified"), &json!(false)));
    let receipt = p.app.get(&format!("/api/agent/receipts/rcpt_{old}")).bearer(&p.app.seller).send().await.expect(200);
    assert_eq!((&receipt["receipt"]["payee"], &receipt["receipt"]["payoutChangeId"]), (&json!(p.app.seller.wallet.address().to_string()), &json!(null)));
}

#[tokio::test]
async fn c06_what_is_signed_after_it_is_paid_there_and_says_why() {
    let p = Payouts::new().await;
    let change = p.confirmed().await;
    let id = p.app.request().await;
    assert_eq!(p.app.request_payee(&id).await, elsewhere());
    p.app.pay(&id).await;
    let paid = p.app.request_detail(&id).await;
    assert_eq!(paid["status"], "router_verified");
    let receipt = p.app.get(&format!("/api/agent/receipts/rcpt_{id}")).bearer(&p.app.buyer).send().await.expect(200);
    assert_eq!((&receipt["receipt"]["payee"], &receipt["receipt"]["payoutChangeId"]), (&json!(elsewhere().to_string()), &change["id"]));
    let invoice = p.app.get(&format!("/api/agent/invoices/inv_{}", p.app.seeded.agreement)).bearer(&p.app.buyer).send().await.expect(200);
    assert_eq!((&invoice["invoice"]["payeeAddress"], &invoice["invoice"]["payoutChangeId"]), (&json!(elsewhere().to_string()), &change["id"]));
    p.ask(&p.app.seller, |body| body["payeeAddress"] = json!(Address::repeat_byte(0x60).to_string())).await.problem(409, "not_allowed");
}

#[tokio::test]
async fn c06_each_request_follows_the_change_that_it_was_signed_under() {
    let p = Payouts::new().await;
    let part = |amount: &str| json!({ "payerAddress": p.app.buyer.wallet.address().to_string(), "sellerAmount": amount });
    let made = |answer: Answer| answer.expect(201)["paymentRequest"]["id"].as_str().unwrap().to_owned();
    let first = made(p.app.create(part("2500000")).await);
    p.app.pay(&first).await;
    p.confirmed().await;
    let second = made(p.app.create(part("2500000")).await);
    p.app.pay(&second).await;
    let third_payee = Address::repeat_byte(0x60);
    let change = p.ask(&p.app.seller, |body| body["payeeAddress"] = json!(third_payee.to_string())).await.expect(201)["payoutChange"].clone();
    p.app.clock.advance_s(DAY_S);
    p.confirm(&change).await.expect(200);
    let third = made(p.app.create(part("2500000")).await);
    p.app.pay(&third).await;
    for (id, payee) in [(&first, p.app.seller.wallet.address()), (&second, elsewhere()), (&third, third_payee)] {
        assert_eq!((p.app.request_payee(id).await, &p.app.request_detail(id).await["status"]), (payee, &json!("router_verified")));
    }
    let list = p.app.get(&p.path).bearer(&p.app.seller).send().await.expect(200);
    assert_eq!((&list["payoutChanges"][0]["status"], &list["payoutChanges"][1]["status"]), (&json!("superseded"), &json!("confirmed")));
    assert_eq!(list["payeeAddress"], third_payee.to_string());
}

#[tokio::test]
async fn c06_a_payment_to_another_payee_than_the_one_in_force_then_is_no_proof() {
    let p = Payouts::new().await;
    p.confirmed().await;
    let id = p.app.request().await;
    let payee = p.app.seller.wallet.address();
    p.app.see_altered(&id, |event| event.payee = payee).await;
    p.app.finalise(&id).await;
    assert_eq!(p.app.request_detail(&id).await["status"], "router_payment_proof_inspection_required");
}

#[tokio::test]
async fn c06_rows_that_were_changed_move_no_money() {
    // Somebody who can write to the database sends the next payment to itself.
    let p = Payouts::signed().await;
    p.ask(&p.app.seller, |_| ()).await.problem(422, "invalid_field");
    let digest =
        p.app.post(&format!("{}/typed-data", p.path)).bearer(&p.app.seller).json(json!({ "payeeAddress": elsewhere().to_string() })).send().await.expect(200);
    let signature = Payouts::sign(&p.app.seller, &digest["digest"]);
    let change = p.ask(&p.app.seller, |body| body["signature"] = signature).await.expect(201)["payoutChange"].clone();
    p.app.database.tamper("UPDATE payout_changes SET status = 'confirmed', confirmed_at = 1").await;
    p.app.get(&p.contract).bearer(&p.app.buyer).send().await.problem(500, "internal");
    p.app.database.tamper("UPDATE payout_changes SET status = 'requested', confirmed_at = NULL").await;
    let buyer = Payouts::sign(&p.app.buyer, &change["digest"]);
    p.respond(&p.app.buyer, &change, json!({ "action": "confirm", "payeeAddress": elsewhere().to_string(), "signature": buyer })).await.expect(200);
    p.app.get(&p.contract).bearer(&p.app.buyer).send().await.expect(200);
    p.app.database.tamper(&format!("UPDATE payout_changes SET payee = '{:#x}'", Address::repeat_byte(0xba))).await;
    p.app.get(&p.contract).bearer(&p.app.buyer).send().await.problem(500, "internal");
}

#[tokio::test]
async fn c06_a_paid_request_whose_change_was_altered_proves_nothing_any_more() {
    let p = Payouts::new().await;
    p.confirmed().await;
    let id = p.app.request().await;
    p.app.pay(&id).await;
    assert_eq!(p.app.request_detail(&id).await["status"], "router_verified");
    for tampering in [
        format!("UPDATE payout_changes SET payee = '{:#x}'", Address::repeat_byte(0xba)),
        "UPDATE payout_changes SET status = 'declined', confirmed_at = NULL, ended_at = 1".to_owned(),
        "UPDATE payment_requests SET payout_change_id = NULL".to_owned(),
    ] {
        p.app.database.tamper("DROP TABLE IF EXISTS kept").await;
        p.app.database.tamper("CREATE TABLE kept AS SELECT * FROM payout_changes").await;
        p.app.database.tamper(&tampering).await;
        assert_eq!(p.app.request_detail(&id).await["status"], "router_payment_proof_inspection_required", "{tampering}");
        p.app.database.tamper("DELETE FROM payout_changes").await;
        p.app.database.tamper("INSERT INTO payout_changes SELECT * FROM kept").await;
        let named: Value = p.app.get(&p.path).bearer(&p.app.buyer).send().await.expect(200)["payoutChanges"][0]["id"].clone();
        p.app.database.tamper(&format!("UPDATE payment_requests SET payout_change_id = '{}'", named.as_str().unwrap())).await;
        assert_eq!(p.app.request_detail(&id).await["status"], "router_verified");
    }
}

#[tokio::test]
async fn a_change_that_no_wallet_signed_stands_for_a_day() {
    let p = Payouts::new().await;
    let change = p.asked().await;
    p.app.clock.advance_s(DAY_S - 1);
    let early = p.confirm(&change).await.problem(409, "not_allowed");
    assert_eq!((&early["availableAfter"], &early["currentStatus"]), (&change["confirmableAfter"], &json!("requested")));
    let offered = |contract: &Value| {
        let actions = contract["availableActions"].as_array().unwrap().clone();
        actions.into_iter().find(|action| action["action"] == "confirm_payout_change").unwrap()["state"].clone()
    };
    assert_eq!(offered(&p.app.contract().await), "waiting");
    p.app.clock.advance_s(1);
    assert_eq!(offered(&p.app.contract().await), "available");
    assert_ne!(p.app.contract().await["suggestedAction"], "confirm_payout_change", "nobody is told to confirm");
    p.confirm(&change).await.expect(200);
}

#[tokio::test]
async fn a_change_that_the_sellers_wallet_signed_need_not_wait() {
    let p = Payouts::signed().await;
    let asked =
        p.app.post(&format!("{}/typed-data", p.path)).bearer(&p.app.seller).json(json!({ "payeeAddress": elsewhere().to_string() })).send().await.expect(200);
    let forged = Payouts::sign(&p.app.stranger, &asked["digest"]);
    p.ask(&p.app.seller, |body| body["signature"] = forged).await.problem(422, "consent_invalid");
    let signature = Payouts::sign(&p.app.seller, &asked["digest"]);
    let change = p.ask(&p.app.seller, |body| body["signature"] = signature.clone()).await.expect(201)["payoutChange"].clone();
    assert_eq!((&change["requestedBy"], &change["digest"]), (&json!("signature"), &asked["digest"]));
    let without = p.confirm(&change).await.problem(422, "invalid_field");
    assert_eq!(without["field"], "signature");
    let body = |signature: Value| json!({ "action": "confirm", "payeeAddress": elsewhere().to_string(), "signature": signature });
    // The seller's own signature is not the buyer's.
    p.respond(&p.app.buyer, &change, body(signature.clone())).await.problem(422, "consent_invalid");
    let done = p.respond(&p.app.buyer, &change, body(Payouts::sign(&p.app.buyer, &change["digest"]))).await.expect(200);
    assert_eq!(done["payoutChange"]["confirmedBy"], "signature");
    // And no signature serves for another change back to the same payee.
    let back = p.ask(&p.app.seller, |body| {
        body["payeeAddress"] = json!(p.app.seller.wallet.address().to_string());
        body["signature"] = signature;
    });
    back.await.problem(422, "consent_invalid");
}

#[tokio::test]
async fn the_buyer_declines_the_seller_takes_back_and_it_is_decided_once() {
    let p = Payouts::new().await;
    let change = p.asked().await;
    p.respond(&p.app.seller, &change, json!({ "action": "confirm", "payeeAddress": elsewhere().to_string() })).await.problem(403, "role_required");
    p.respond(&p.app.buyer, &change, json!({ "action": "cancel" })).await.problem(403, "role_required");
    p.ask(&p.app.seller, |_| ()).await.problem(409, "not_allowed");
    p.respond(&p.app.seller, &change, json!({ "action": "cancel" })).await.expect(200);
    let again = p.asked().await;
    assert_eq!(again["number"], 2);
    let declined = p.respond(&p.app.buyer, &again, json!({ "action": "decline" })).await.expect(200);
    let stale = p.respond(&p.app.buyer, &again, json!({ "action": "decline" })).await.problem(409, "stale");
    assert_eq!((&stale["updatedAt"], &stale["currentStatus"]), (&declined["payoutChange"]["updatedAt"], &json!("declined")));
    p.respond(&p.app.buyer, &declined["payoutChange"], json!({ "action": "decline" })).await.problem(409, "not_allowed");
    assert_eq!(p.app.request_payee(&p.app.request().await).await, p.app.seller.wallet.address());
}

#[tokio::test]
async fn the_buyer_names_the_address_that_it_confirms() {
    let p = Payouts::new().await;
    let change = p.asked().await;
    p.app.clock.advance_s(DAY_S);
    for payee in [Value::Null, json!(p.app.seller.wallet.address().to_string())] {
        let mut body = json!({ "action": "confirm" });
        if !payee.is_null() {
            body["payeeAddress"] = payee;
        }
        assert_eq!(p.respond(&p.app.buyer, &change, body).await.problem(422, "invalid_field")["field"], "payeeAddress");
    }
}

#[tokio::test]
async fn c08_a_payee_that_cannot_be_one_is_refused() {
    let p = Payouts::new().await;
    let (router, fees) = (p.app.chain().router, p.app.chain().fee.recipient);
    let Some(token) = p.app.seeded.asset.to_string().rsplit(':').next().map(str::to_owned) else { panic!("an asset has an address") };
    for (payee, code) in [
        (Address::ZERO.to_string(), "invalid_address"),
        (router.to_string(), "invalid_address"),
        (token, "invalid_address"),
        (p.app.buyer.wallet.address().to_string(), "parties_refused"),
        (p.app.evaluator.wallet.address().to_string(), "parties_refused"),
        (fees.to_string(), "parties_refused"),
        // There is nothing wrong with the address.
        (p.app.seller.wallet.address().to_string(), "invalid_field"),
    ] {
        let refused = p.ask(&p.app.seller, |body| body["payeeAddress"] = json!(payee)).await.problem(422, code);
        assert_eq!(refused["field"], "payeeAddress", "{payee}");
    }
    p.ask(&p.app.buyer, |_| ()).await.problem(403, "role_required");
    p.ask(&p.app.seller, |body| body["expectedUpdatedAt"] = json!("2023-11-14T22:13:19.000Z")).await.problem(409, "stale");
    assert_eq!(U256::from(p.app.notices("payout_change.requested").await.len()), U256::ZERO);
}

/// While the buyer confirms, it asks for payment: what is signed pays the payee that was in force, and names it.
async fn c06_confirming_against_asking_for_a_payment(engine: Engine) {
    for round in 0..4 {
        let p = Payouts::on(engine).await;
        let change = p.asked().await;
        p.app.clock.advance_s(DAY_S);
        let (confirmed, created) = if round % 2 == 0 {
            tokio::join!(p.confirm(&change), p.app.create(p.app.wanted()))
        } else {
            let (created, confirmed) = tokio::join!(p.app.create(p.app.wanted()), p.confirm(&change));
            (confirmed, created)
        };
        let created = created.expect(201);
        let id = created["paymentRequest"]["id"].as_str().unwrap();
        let alive = confirmed.expect(200)["payoutChange"]["requestsForOtherPayees"].as_array().unwrap().len();
        let payee = p.app.request_payee(id).await;
        assert_eq!(payee, if alive == 1 { p.app.seller.wallet.address() } else { elsewhere() }, "who confirms is told of what it does not change");
        p.app.pay(id).await;
        let paid = p.app.on_request(Method::GET, id, "").bearer(&p.app.buyer).send().await.expect(200);
        assert_eq!(paid["paymentRequest"]["status"], "router_verified");
    }
}

/// Confirm, decline and take back at once: one is done.
async fn e12_of_many_decisions_on_a_change_one_counts(engine: Engine) {
    let p = Payouts::on(engine).await;
    let change = p.asked().await;
    p.app.clock.advance_s(DAY_S);
    let decide = |n: usize| {
        let (p, change) = (&p, &change);
        async move {
            match n % 3 {
                0 => p.confirm(change).await,
                1 => p.respond(&p.app.buyer, change, json!({ "action": "decline" })).await,
                _ => p.respond(&p.app.seller, change, json!({ "action": "cancel" })).await,
            }
        }
    };
    let answers = join_all((0..15).map(decide)).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), refused.len()), (1, 14));
    for answer in refused {
        assert_eq!(answer.problem(409, "stale")["currentStatus"], done[0]["payoutChange"]["status"]);
    }
}

macro_rules! on_both_engines {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(store::Engine::Sqlite).await; })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(store::Engine::Postgres).await; })+
        }
    };
}

on_both_engines! {
    c06_confirming_against_asking_for_a_payment,
    e12_of_many_decisions_on_a_change_one_counts,
}

use std::collections::BTreeSet;

use alloy_primitives::Address;
use axum::http::Method;
use serde_json::{Value, json};
use settlement::audit::AuditAction;

use super::world::World;
use crate::testing::document::{Operation, operations};
use crate::testing::{Actor, Answer, Call, TestApp, key};

/// Operations that take effect without an entry of their own: they ask for what others have done.
const SAY_NOTHING: [&str; 1] = ["verify_transaction"];

/// Operations whose example is refused in that world, as it should be: they need a story, a wallet's signature or a version. The two tests below do each of them
/// with what it needs.
const REFUSED_HERE: [&str; 15] = [
    "acknowledge_payment",
    "add_wallet",
    "cancel_contract",
    "change_milestone",
    "confirm_milestones",
    "create_managed_token",
    "create_milestone",
    "create_payment_request",
    "decide_contract",
    "decide_milestone",
    "finalize_milestones",
    "import_contract",
    "open_dispute",
    "request_payout_change",
    "resolve_dispute",
];

async fn logged(app: &TestApp) -> u64 {
    app.store.audit_head().await.unwrap().sequence
}

/// Everybody who might be the one who may.
fn callers<'a>(world: &'a World, operation: &Operation) -> Vec<&'a Actor> {
    let app = &world.app;
    if operation.is_administrative() { vec![&app.stranger] } else { vec![world.owner(operation), &app.seller, &app.buyer, &app.marketplace, &app.evaluator] }
}

#[tokio::test]
async fn i16_every_write_that_takes_effect_is_logged_with_it() {
    let mut untried = BTreeSet::new();
    for operation in operations().iter().filter(|operation| operation.has_effect()) {
        let id = operation.spec["operationId"].as_str().unwrap();
        let mut takes_effect = false;
        for paid in [false, true] {
            let world = World::new(paid).await;
            for caller in callers(&world, operation) {
                let before = logged(&world.app).await;
                let call = world.app.call(operation.method.clone(), &world.path(operation)).bearer(caller);
                let answer = call.json(operation.example_body()).send().await;
                let after = logged(&world.app).await;
                if !answer.status.is_success() {
                    assert_eq!(before, after, "{}: {} is logged, and nothing was done", operation.name(), answer.status);
                    continue;
                }
                takes_effect = true;
                if !SAY_NOTHING.contains(&id) {
                    assert!(after > before, "{} takes effect and is not in the audit log: call tx.audit", operation.name());
                }
                break;
            }
        }
        if !takes_effect {
            untried.insert(id);
        }
    }
    assert_eq!(untried, BTreeSet::from(REFUSED_HERE), "what takes effect here is not on the list; what does not is done in one of the tests below");
}

#[tokio::test]
async fn i16_the_story_of_a_payment_is_in_the_log_and_its_chain_holds() {
    let app = TestApp::new().await;
    app.start_chain().await;
    let before = logged(&app).await;
    let signed_in = app.sign_in_message(&key(77)).await;
    app.post("/api/auth/siwe").json(signed_in).send().await.expect(200);
    app.import("order-2").await;
    app.submit_work().await;
    let reject = json!({ "action": "reject", "reason": "do it once more" });
    app.post(&format!("/api/agent/contracts/{}/decision", app.seeded.agreement)).bearer(&app.buyer).json(reject).send().await.expect(200);
    let id = app.request().await;
    app.submit(&id, &TestApp::hash(1)).await.expect(200);
    app.submit(&id, &TestApp::hash(1)).await.expect(200);
    let entries = app.store.audit_entries_after(Some(before)).await.unwrap();
    let acts: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    let expected = [
        AuditAction::ProfileCreated,
        AuditAction::TokenCreated,
        AuditAction::ContractImported,
        AuditAction::SubmissionCreated,
        AuditAction::ContractDecided,
        AuditAction::RequestSigned,
        AuditAction::RequestSubmitted,
    ];
    assert_eq!(acts, expected.map(AuditAction::as_str), "what changes nothing is not logged");
    assert_eq!(entries[0].author, format!("wallet:{}", key(77).address()));
    let signed = &entries[5];
    assert_eq!((signed.subject.as_str(), &signed.details["signer"]), (id.as_str(), &Value::from(app.signer.to_string())));
    assert_eq!(app.store.verify_audit(None).await.unwrap(), Ok(entries.last().unwrap().head()));
}

/// What the call does is in the log. Returns its answer.
async fn logs(app: &TestApp, action: AuditAction, call: Call) -> Answer {
    let before = logged(app).await;
    let answer = call.send().await;
    assert!(answer.status.is_success(), "{}: {}", action.as_str(), answer.text());
    let entries = app.store.audit_entries_after(Some(before)).await.unwrap();
    assert!(entries.iter().any(|entry| entry.action == action.as_str()), "{}: {entries:?}", action.as_str());
    answer
}

#[tokio::test]
async fn i16_what_parties_do_with_a_wallet_a_plan_or_a_version_is_logged() {
    let app = TestApp::new().await;
    logs(&app, AuditAction::WalletAdded, app.post("/api/agent/me/wallets").bearer(&app.buyer).json(app.sign_in_message(&key(78)).await)).await;
    let token = json!({ "profileId": app.seller.profile.as_str(), "name": "x", "scopes": ["profile:read"] });
    logs(&app, AuditAction::TokenCreated, app.post("/api/admin/tokens").bearer(&app.stranger).json(token)).await;

    let mut divided = app.planned(&app.seller, "2500000").await;
    logs(&app, AuditAction::MilestoneChanged, app.on_milestone(&divided, 0, (Method::PATCH, ""), json!({ "action": "activate" })).await.bearer(&app.buyer))
        .await;
    let part = json!({ "title": "The rest", "amountAtomic": "10000000" });
    let made = logs(&app, AuditAction::MilestoneCreated, app.post(&divided.path()).bearer(&app.buyer).json(part)).await;
    divided.milestones.push(made["milestone"]["id"].as_str().unwrap().to_owned());
    let version = json!({ "expectedPlanVersion": app.plan(&divided, &app.buyer).await["plan"]["version"] });
    for actor in [&app.seller, &app.buyer] {
        logs(&app, AuditAction::PlanConfirmed, app.post(&format!("{}/confirm", divided.path())).bearer(actor).json(version.clone())).await;
    }
    logs(&app, AuditAction::PlanFinalized, app.post(&format!("{}/finalize", divided.path())).bearer(&app.buyer).json(version)).await;
    app.submit_milestone(&divided, 0).await.expect(200);
    let accept = app.on_milestone(&divided, 0, (Method::POST, "/decision"), json!({ "action": "accept" })).await;
    logs(&app, AuditAction::MilestoneDecided, accept.bearer(&app.buyer)).await;

    let path = format!("/api/agent/contracts/{}", app.import("order-3").await);
    let seen = app.get(&path).bearer(&app.buyer).send().await.expect(200)["contract"]["updatedAt"].clone();
    let cancel = json!({ "reason": "no longer possible", "expectedUpdatedAt": seen });
    logs(&app, AuditAction::ContractCancelled, app.post(&format!("{path}/cancel")).bearer(&app.seller).json(cancel)).await;
    let path = format!("/api/agent/contracts/{}", app.seeded.agreement);
    let elsewhere = json!({ "payeeAddress": Address::repeat_byte(0x5e).to_string(), "expectedUpdatedAt": app.contract().await["updatedAt"] });
    logs(&app, AuditAction::PayoutChangeRequested, app.post(&format!("{path}/payout-changes")).bearer(&app.seller).json(elsewhere)).await;
}

#[tokio::test]
async fn i16_what_becomes_of_a_payment_that_nobody_expected_is_logged() {
    let app = TestApp::new().await;
    let request = app.request().await;
    app.cancel_request(&request).await.expect(200);
    app.pay(&request).await;
    let acknowledge = app.on_request(Method::POST, &request, "acknowledge").bearer(&app.buyer).json(json!({}));
    logs(&app, AuditAction::PaymentAcknowledged, acknowledge).await;
    let path = format!("/api/agent/contracts/{}/disputes", app.seeded.agreement);
    let opened = logs(&app, AuditAction::DisputeOpened, app.post(&path).bearer(&app.buyer).json(json!({ "reason": "chapter three is missing" }))).await;
    let refund = json!({ "outcome": "refund", "refundAmountAtomic": "2500000", "note": "half of a chapter", "expectedVersion": 1 });
    let resolve = app.post(&format!("{path}/{}/resolve", opened["dispute"]["id"].as_str().unwrap())).bearer(&app.buyer).json(refund);
    logs(&app, AuditAction::DisputeChanged, resolve).await;
}

#[tokio::test]
async fn i12_no_secret_is_in_the_log() {
    let app = TestApp::new().await;
    let proof = app.sign_in_message(&key(77)).await;
    let signed_in = app.post("/api/auth/siwe").json(proof.clone()).send().await.expect(200);
    let body = json!({ "name": "x", "scopes": ["profile:read"] });
    let made = app.post("/api/agent/me/tokens").bearer(&app.buyer).json(body).send().await.expect(201);
    let log = serde_json::to_string(&app.get("/api/admin/audit?limit=100").bearer(&app.stranger).send().await.expect(200)["entries"]).unwrap();
    for secret in [&signed_in["apiToken"], &made["apiToken"], &proof["signature"]] {
        assert!(log.contains("token.created") && !log.contains(&secret.as_str().unwrap()[3..20]), "{secret}");
    }
}

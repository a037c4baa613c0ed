use std::collections::BTreeSet;

use serde_json::{Value, json};
use settlement::audit::AuditAction;

use super::world::World;
use crate::testing::document::{Operation, operations};
use crate::testing::{Actor, TestApp, key};

/// Operations that take effect without an entry of their own: they ask for what others have done.
const SAY_NOTHING: [&str; 1] = ["verify_transaction"];

/// Operations whose example is refused in the world of these tests, as it should be.
const REFUSED_HERE: [&str; 0] = [];

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
    assert_eq!(
        untried,
        BTreeSet::from(REFUSED_HERE),
        "what takes effect here is not in the list; what does not is logged by a test of its own that the list names"
    );
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

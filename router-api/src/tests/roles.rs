//! Who may do what: every operation × every role, against one table.

use std::collections::{BTreeMap, BTreeSet};

use settlement::scope::Scope;

use super::world::World;
use crate::testing::Answer;
use crate::testing::document::{Operation, operations};

/// The roles, in the order of the table.
const ROLES: [&str; 6] = ["stranger", "admin", "evaluator", "marketplace", "buyer", "seller"];

/// What each role meets, one letter per role: `o` the operation itself (which may refuse what is asked for other reasons), `r` 403 `role_required`,
/// `h` 404 as if there were nothing, `s` 403 `insufficient_scope`.
///
/// The things in the path are the buyer's and the seller's; a wallet, a token, a payout method or a webhook endpoint is the seller's. Each token has every scope but `admin`, which only
/// the admin's has, and the admin has no part in anything.
const TABLE: &[(&str, &str)] = &[
    // what belongs to the caller
    ("GET /api/agent/me", "oooooo"),
    ("PATCH /api/agent/me", "oooooo"),
    ("GET /api/agent/me/wallets", "oooooo"),
    ("POST /api/agent/me/wallets", "oooooo"),
    ("DELETE /api/agent/me/wallets/{walletAddress}", "hhhhho"),
    ("GET /api/agent/me/tokens", "oooooo"),
    ("POST /api/agent/me/tokens", "oooooo"),
    ("DELETE /api/agent/me/tokens/{tokenId}", "hhhhho"),
    ("POST /api/agent/me/tokens/{tokenId}/rotate", "hhhhho"),
    ("GET /api/agent/me/payout-methods", "oooooo"),
    ("POST /api/agent/me/payout-methods", "oooooo"),
    ("PATCH /api/agent/me/payout-methods/{payoutMethodId}", "hhhhho"),
    ("DELETE /api/agent/me/payout-methods/{payoutMethodId}", "hhhhho"),
    ("GET /api/agent/payments/testnet-onboarding", "oooooo"),
    ("GET /api/agent/events", "oooooo"),
    ("GET /api/agent/events/stream", "oooooo"),
    ("GET /api/agent/webhooks", "oooooo"),
    ("POST /api/agent/webhooks", "oooooo"),
    ("GET /api/agent/webhooks/{webhookId}", "hhhhho"),
    ("PATCH /api/agent/webhooks/{webhookId}", "hhhhho"),
    ("DELETE /api/agent/webhooks/{webhookId}", "hhhhho"),
    ("POST /api/agent/webhooks/{webhookId}/test", "hhhhho"),
    ("POST /api/agent/webhooks/{webhookId}/rotate-secret", "hhhhho"),
    ("GET /api/agent/webhooks/{webhookId}/deliveries", "hhhhho"),
    ("POST /api/agent/webhooks/{webhookId}/redeliver", "hhhhho"),
    // agreements
    ("POST /api/agent/contracts/import", "oooooo"),
    ("POST /api/agent/contracts/import/typed-data", "oooooo"),
    ("GET /api/agent/contracts", "oooooo"),
    ("GET /api/agent/contracts/{contractId}", "hhoooo"),
    ("PATCH /api/agent/contracts/{contractId}", "hhoooo"),
    ("POST /api/agent/contracts/{contractId}/cancel", "hhrroo"),
    ("POST /api/agent/contracts/{contractId}/decision", "hhrror"),
    ("GET /api/agent/contracts/{contractId}/submissions", "hhoooo"),
    ("POST /api/agent/contracts/{contractId}/submissions", "hhrrro"),
    // milestones
    ("GET /api/agent/contracts/{contractId}/milestones", "hhoooo"),
    ("POST /api/agent/contracts/{contractId}/milestones", "hhrroo"),
    ("POST /api/agent/contracts/{contractId}/milestones/confirm", "hhrroo"),
    ("POST /api/agent/contracts/{contractId}/milestones/finalize", "hhrror"),
    ("PATCH /api/agent/contracts/{contractId}/milestones/{milestoneId}", "hhrroo"),
    ("POST /api/agent/contracts/{contractId}/milestones/{milestoneId}/submit", "hhrrro"),
    ("POST /api/agent/contracts/{contractId}/milestones/{milestoneId}/decision", "hhrror"),
    ("GET /api/agent/contracts/{contractId}/payout-changes", "hhoooo"),
    ("POST /api/agent/contracts/{contractId}/payout-changes", "hhrrro"),
    ("POST /api/agent/contracts/{contractId}/payout-changes/typed-data", "hhrrro"),
    ("POST /api/agent/contracts/{contractId}/payout-changes/{payoutChangeId}/respond", "hhrror"),
    // payments
    ("GET /api/agent/contracts/{contractId}/payment-options", "hhoooo"),
    ("GET /api/agent/contracts/{contractId}/crypto-payment-requests", "hhoooo"),
    ("POST /api/agent/contracts/{contractId}/crypto-payment-requests", "hhrror"),
    ("GET /api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}", "hhoooo"),
    ("POST /api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/cancel", "hhrror"),
    ("POST /api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/submit", "hhrror"),
    ("POST /api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/verify", "hhrror"),
    ("POST /api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/acknowledge", "hhrroo"),
    // refunds
    ("GET /api/agent/contracts/{contractId}/refund-requests", "hhoooo"),
    ("POST /api/agent/contracts/{contractId}/refund-requests", "hhrror"),
    ("GET /api/agent/contracts/{contractId}/refund-requests/{refundRequestId}", "hhoooo"),
    ("POST /api/agent/contracts/{contractId}/refund-requests/{refundRequestId}/respond", "hhrrro"),
    ("GET /api/agent/contracts/{contractId}/refund-requests/{refundRequestId}/payment", "hhrrro"),
    // disputes
    ("GET /api/agent/contracts/{contractId}/disputes", "hhoooo"),
    ("POST /api/agent/contracts/{contractId}/disputes", "hhrroo"),
    ("GET /api/agent/contracts/{contractId}/disputes/{disputeId}", "hhoooo"),
    ("POST /api/agent/contracts/{contractId}/disputes/{disputeId}/respond", "hhrroo"),
    ("POST /api/agent/contracts/{contractId}/disputes/{disputeId}/resolve", "hhoroo"),
    ("POST /api/agent/contracts/{contractId}/disputes/{disputeId}/withdraw", "hhrroo"),
    // documents
    ("GET /api/agent/contracts/{contractId}/invoices", "hhoooo"),
    ("GET /api/agent/invoices/{invoiceId}", "hhoooo"),
    ("GET /api/agent/contracts/{contractId}/receipts", "hhoooo"),
    ("GET /api/agent/receipts/{receiptId}", "hhoooo"),
    // the ledger
    ("GET /api/agent/balances", "oooooo"),
    ("GET /api/agent/statements", "oooooo"),
    // running the instance
    ("GET /api/admin/profiles", "sossss"),
    ("POST /api/admin/profiles", "sossss"),
    ("GET /api/admin/profiles/{profileId}", "sossss"),
    ("PATCH /api/admin/profiles/{profileId}", "sossss"),
    ("DELETE /api/admin/profiles/{profileId}/wallets/{walletAddress}", "sossss"),
    ("GET /api/admin/tokens", "sossss"),
    ("POST /api/admin/tokens", "sossss"),
    ("DELETE /api/admin/tokens/{tokenId}", "sossss"),
    ("GET /api/admin/signers", "sossss"),
    ("GET /api/admin/tokens-registry", "sossss"),
    ("POST /api/admin/tokens-registry", "sossss"),
    ("PATCH /api/admin/tokens-registry", "sossss"),
    ("GET /api/admin/chains", "sossss"),
    ("GET /api/admin/reconciliation", "sossss"),
    ("GET /api/admin/audit", "sossss"),
    ("GET /api/agent/receipts/{receiptId}/links", "hhrroo"),
    ("POST /api/agent/receipts/{receiptId}/links", "hhrroo"),
    // The seller comes after the buyer, who has revoked it.
    ("DELETE /api/agent/receipts/{receiptId}/links/{linkId}", "hhrroh"),
];

/// The tokens of the roles, by their names.
async fn tokens(world: &World) -> BTreeMap<&'static str, String> {
    let app = &world.app;
    let ordinary: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::ADMIN).collect();
    let of = |role: &str| match role {
        "stranger" | "admin" => &app.stranger,
        "evaluator" => &app.evaluator,
        "marketplace" => &app.marketplace,
        "buyer" => &app.buyer,
        _ => &app.seller,
    };
    let mut tokens = BTreeMap::new();
    for role in ROLES {
        let scopes = if role == "admin" { Scope::ALL } else { &ordinary };
        tokens.insert(role, app.token_with(of(role), scopes).await);
    }
    tokens
}

async fn ask(world: &World, operation: &Operation, token: Option<&str>) -> Answer {
    let call = world.app.call(operation.method.clone(), &world.path(operation));
    let call = if operation.is_write() { call.json(operation.example_body()) } else { call };
    match token {
        Some(token) => call.token(token).send().await,
        None => call.send().await,
    }
}

fn class(answer: &Answer) -> char {
    match (answer.status.as_u16(), answer["code"].as_str()) {
        (403, Some("role_required")) => 'r',
        (403, Some("insufficient_scope")) => 's',
        (404, Some("not_found")) => 'h',
        // Neither is about who asks.
        (_, Some("receipt_not_issued" | "sign_in_refused")) => 'o',
        (status @ (401 | 403 | 404 | 429 | 500..), _) => panic!("{status}: {}", answer.text()),
        _ => 'o',
    }
}

#[tokio::test]
async fn i01_every_operation_is_open_to_exactly_the_roles_of_the_table() {
    let table: BTreeMap<&str, &str> = TABLE.iter().copied().collect();
    assert_eq!(table.len(), TABLE.len(), "an operation has one row");
    let mut found = Vec::new();
    for operation in operations().iter().filter(|operation| operation.is_protected()) {
        let world = World::new(true).await;
        let tokens = tokens(&world).await;
        let mut classes = BTreeMap::new();
        // Whoever can change something for the others comes late, so that a row needs one database.
        for role in ROLES.into_iter().filter(|role| *role != "admin").chain(["admin"]) {
            classes.insert(role, class(&ask(&world, operation, Some(&tokens[role])).await));
        }
        let classes: String = ROLES.iter().map(|role| classes[role]).collect();
        found.push((operation.name(), classes));
    }
    let wrong: Vec<String> = found
        .iter()
        .filter(|(name, classes)| table.get(name.as_str()) != Some(&classes.as_str()))
        .map(|(name, classes)| match table.get(name.as_str()) {
            Some(expected) => format!("{name}: {classes}, expected {expected}"),
            None => format!("{name}: say in the table of {} who may do it; now it is (\"{name}\", \"{classes}\")", file!()),
        })
        .collect();
    assert!(wrong.is_empty(), "for {ROLES:?}:\n{}", wrong.join("\n"));
    let names: BTreeSet<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let gone: Vec<&&str> = table.keys().filter(|name| !names.contains(**name)).collect();
    assert!(gone.is_empty(), "these are in the table and not in the document: {gone:?}");
}

#[tokio::test]
async fn i01_public_operations_answer_everybody_alike() {
    let world = World::new(true).await;
    let tokens = tokens(&world).await;
    for operation in operations().iter().filter(|operation| !operation.is_protected() && !operation.is_write()) {
        let nobody = ask(&world, operation, None).await;
        assert!(![401, 403, 404, 429].contains(&nobody.status.as_u16()) && !nobody.status.is_server_error(), "{}: {}", operation.name(), nobody.text());
        for token in tokens.values() {
            assert_eq!(ask(&world, operation, Some(token)).await.status, nobody.status, "{}", operation.name());
        }
    }
}

//! GET `/api/agent/contracts/{contractId}/payment-options`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use settlement::agreement::PaymentFacts;
use settlement::milestone::Progress;
use settlement::money::Amount;
use settlement::next_action::{Actor, CannotRequest, NoSigning, Recommended};
use settlement::unit::{Fate, open_amount};
use store::StoredRequest;

use crate::extract::{Participant, PaymentRead};
use crate::known::Known;
use crate::problem::Problem;
use crate::routes::payment_requests;
use crate::state::Api;
use crate::view::payment_options::{
    AuthorizationView, OptionsChainView, OptionsStateView, PayableUnitView, PaymentOptionsView, ProofIssueRequestView, ProtocolView, ReasonView,
};
use crate::view::payment_request::{INSPECTION_REQUIRED, SummaryView};

/// What can be paid, how, and whether now.
///
/// `authorization` says whether the reader would get a payload if it asked, and why not: the same rules decide when it does ask.
#[utoipa::path(
    get,
    path = "/api/agent/contracts/{contractId}/payment-options",
    tag = "payments",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["payments:read"]), ("bearer" = ["contracts:read"])),
    responses((status = 200, description = "The options.", body = PaymentOptionsView, example = json!({
        "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "actorRole": "buyer", "paymentManagement": "buyer", "availableActions": [],
        "payableUnits": [{ "id": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "kind": "contract", "recommendedAction": "create_payment_request", "openAmountAtomic": "12500000",
            "protocols": [{ "protocol": "router", "status": "available", "currencies": ["eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"],
                "networks": ["eip155:8453"] }],
            "authorization": { "decision": "allow", "source": "agreement", "reasons": [] } }],
        "state": { "status": "unpaid", "hasActiveRouterPaymentRequest": false, "hasRouterVerifiedPayment": false, "hasRouterPaymentProofIssue": false,
            "proofIssueCryptoPaymentRequest": null, "activeCryptoPaymentRequest": null },
        "chain": { "chainId": 8453, "finality": "confirmations:12", "indexer": "following" } })))
)]
pub async fn show_payment_options(State(api): State<Arc<Api>>, participant: Participant<PaymentRead>) -> Result<Json<PaymentOptionsView>, Problem> {
    let actor = participant.actor;
    let known = Known::read(&api, participant.agreement, participant.setting).await?;
    let requests = api.store.requests_of(&known.agreement.id).await?;
    let open_issues = api.store.open_issues(&known.agreement.id).await?;
    let unproven = requests.iter().find_map(|request| match request {
        StoredRequest::Sound(_) => None,
        StoredRequest::Unproven { id, issues, .. } => {
            payment_requests::alarm(id, issues);
            Some(id.to_string())
        }
    });
    let in_doubt = unproven.or_else(|| open_issues.first().map(|issue| issue.request.to_string()));
    let chain_id = known.agreement.terms.asset.chain_id();
    Ok(Json(PaymentOptionsView {
        contract_id: known.agreement.id.to_string(),
        actor_role: actor.name(),
        payment_management: "buyer",
        available_actions: known.facts().actions(actor),
        payable_units: units(&known, actor),
        state: state(&api, &known, &requests, in_doubt),
        chain: OptionsChainView {
            chain_id,
            finality: api.chain(chain_id).map_or_else(|| "unknown".to_owned(), |chain| chain.finality.to_string()),
            indexer: known.setting.chain.following().name(),
        },
    }))
}

/// The agreement, or its milestones.
fn units(known: &Known, actor: Actor) -> Vec<PayableUnitView> {
    let (facts, unavailable) = (known.facts(), known.setting.no_signing);
    if known.payments.milestones == Progress::None {
        let open = open_amount(known.agreement.terms.amount, &known.siblings);
        let reads = authorization(actor, facts.next_payment(None).err(), unavailable);
        return vec![unit(known, (known.agreement.id.as_str(), "contract"), (facts.recommended(actor), open), (unavailable, reads))];
    }
    let view = |milestone| {
        let on_plan = facts.on_plan(milestone);
        let open = if on_plan.paid_by().is_some() { Amount::ZERO } else { milestone.part.amount };
        let reads = authorization(actor, facts.next_milestone_payment(milestone).err(), unavailable);
        unit(known, (milestone.id.as_str(), "milestone"), (on_plan.recommended(actor), open), (unavailable, reads))
    };
    known.plan.live().map(view).collect()
}

fn unit(
    known: &Known,
    (id, kind): (&str, &'static str),
    (recommended, open): (Recommended, Amount),
    (unavailable, authorization): (Option<NoSigning>, AuthorizationView),
) -> PayableUnitView {
    let asset = known.agreement.terms.asset;
    PayableUnitView {
        id: id.to_owned(),
        kind,
        recommended_action: recommended.code(),
        open_amount_atomic: open.to_string(),
        protocols: vec![ProtocolView {
            protocol: "router",
            status: if unavailable.is_none() { "available" } else { "unavailable" },
            reason: unavailable.map(|why| why.to_string()),
            currencies: vec![asset.to_string()],
            networks: vec![format!("eip155:{}", asset.chain_id())],
        }],
        authorization,
    }
}

fn authorization(actor: Actor, refusal: Option<CannotRequest>, unavailable: Option<NoSigning>) -> AuthorizationView {
    if actor != Actor::Buyer {
        let reasons = vec![ReasonView { code: "not_the_buyer", detail: "only the buyer's wallet pays".to_owned() }];
        return AuthorizationView { decision: "not_applicable", source: "agreement", reasons };
    }
    // What the refusal itself says of the chain is said once.
    let refused = refusal.filter(|refusal| !matches!(refusal, CannotRequest::Chain(_)));
    let refused = refused.map(|refusal| ReasonView { code: refusal.code(), detail: refusal.to_string() });
    let reasons: Vec<ReasonView> = unavailable.map(|why| ReasonView { code: "unavailable", detail: why.to_string() }).into_iter().chain(refused).collect();
    AuthorizationView { decision: if reasons.is_empty() { "allow" } else { "deny" }, source: "agreement", reasons }
}

fn state(api: &Api, known: &Known, requests: &[StoredRequest], in_doubt: Option<String>) -> OptionsStateView {
    let live = known.siblings.iter().find(|sibling| sibling.fate == Fate::Live).map(|sibling| &sibling.request);
    let active = requests.iter().find_map(|request| match request {
        StoredRequest::Sound(request) if Some(&request.id) == live => Some(request),
        StoredRequest::Sound(_) | StoredRequest::Unproven { .. } => None,
    });
    OptionsStateView {
        status: payment_status(known.payments),
        has_active_router_payment_request: known.payments.live_request,
        has_router_verified_payment: known.payments.any_verified,
        has_router_payment_proof_issue: known.payments.proof_issue,
        proof_issue_crypto_payment_request: in_doubt.map(|id| ProofIssueRequestView { id, status: INSPECTION_REQUIRED }),
        active_crypto_payment_request: active.map(|request| SummaryView::new(request, known.setting.chain.now(api.now()))),
    }
}

const fn payment_status(payments: PaymentFacts) -> &'static str {
    match payments {
        PaymentFacts { proof_issue: true, .. } => "inspection_required",
        PaymentFacts { paid_in_full: true, .. } => "paid",
        PaymentFacts { live_request: true, .. } => "pending",
        PaymentFacts { any_verified: true, .. } => "partially_paid",
        PaymentFacts { .. } => "unpaid",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{Actor, TestApp};
    use crate::view::documented::assert_documented;
    use crate::view::payment_options::PaymentOptionsView;

    async fn options(app: &TestApp, actor: &Actor) -> Value {
        let answer = app.get(&format!("/api/agent/contracts/{}/payment-options", app.seeded.agreement)).bearer(actor).send().await.expect(200);
        assert_documented::<PaymentOptionsView>(answer.json());
        answer.json().clone()
    }

    #[tokio::test]
    async fn follows_the_payment_from_open_to_paid() {
        let app = TestApp::new().await;
        let open = options(&app, &app.buyer).await;
        let unit = &open["payableUnits"][0];
        assert_eq!((&unit["authorization"]["decision"], &unit["openAmountAtomic"]), (&json!("allow"), &json!("12500000")));
        assert_eq!((&unit["protocols"][0]["status"], &unit["protocols"][0]["networks"]), (&json!("available"), &json!(["eip155:31337"])));
        assert_eq!((&open["state"]["status"], &open["chain"]["indexer"]), (&json!("unpaid"), &json!("not_started")));
        let request = app.request().await;
        let live = options(&app, &app.buyer).await;
        assert_eq!(live["payableUnits"][0]["authorization"]["reasons"][0]["code"], "active_request");
        assert_eq!(live["state"]["activeCryptoPaymentRequest"]["id"], request);
        app.pay(&request).await;
        let paid = options(&app, &app.buyer).await;
        assert_eq!((&paid["state"]["status"], &paid["state"]["hasRouterVerifiedPayment"]), (&json!("paid"), &json!(true)));
        assert_eq!(paid["payableUnits"][0]["authorization"]["reasons"][0]["code"], "paid_in_full");
    }

    #[tokio::test]
    async fn the_seller_sees_that_it_is_not_the_one_to_pay() {
        let app = TestApp::new().await;
        let seen = options(&app, &app.seller).await;
        assert_eq!((&seen["actorRole"], &seen["payableUnits"][0]["authorization"]["decision"]), (&json!("seller"), &json!("not_applicable")));
    }
}

//! POST `/api/agent/contracts/{contractId}/refund-requests/{refundRequestId}/respond`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::agreement::AgreementRecord;
use settlement::ids::ProfileId;
use store::Wallet;
use utoipa::ToSchema;

use super::answer::{self, Answer};
use super::{sound, view_within};
use crate::extract::wire::{AccountAddress, Instant};
use crate::extract::{Participant, PaymentWrite, Prepare, PreparedWrite, RefundParticipant};
use crate::known::Known;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::text;
use crate::view::refund_request::RefundRequestBody;

/// Longest response, in characters.
const MAX_RESPONSE: usize = 1_000;

/// The answer, and what the caller saw.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "action": "deny", "response": "chapter three was delivered on Monday", "expectedUpdatedAt": "2023-11-14T22:13:20.000Z" }))]
pub struct RespondToRefundRequest {
    /// Approve, deny or cancel.
    action: RefundAction,
    /// What to say to it: up to 1,000 characters.
    #[schema(max_length = 1000)]
    response: Option<String>,
    /// `updatedAt` of the refund request as the caller saw it.
    expected_updated_at: Instant,
    /// To approve: the seller's wallet that will pay back, one that the seller has proved. When absent the one that was named before, else the wallet of the
    /// agreement.
    payer_address: Option<AccountAddress>,
}

/// What becomes of a refund request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundAction {
    /// The seller will pay back: a payload is signed. Again, once the last one is too old to be paid.
    Approve,
    /// The seller will not.
    Deny,
    /// The buyer takes it back: while it is pending, or once everything that was signed for it is dead at finality.
    Cancel,
}

impl Prepare for RespondToRefundRequest {
    type Prepared = Result<Vec<Wallet>, Problem>;

    /// Whose wallet the payer is: a contract's address may be one profile's on one chain and another's on the next.
    async fn prepare(&self, api: &Api, _caller: &ProfileId) -> Self::Prepared {
        let Some(payer) = &self.payer_address else { return Ok(Vec::new()) };
        Ok(api.store.wallets_at(**payer).await?)
    }
}

/// Approve, deny or cancel a refund request.
///
/// The seller approves or denies, the buyer cancels. Approving signs a payload for the seller's wallet, to be executed within half a day; approving again gives
/// a fresh one, under the same nonce. To say again what was said changes nothing and is no error.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/refund-requests/{refundRequestId}/respond",
    tag = "refunds",
    params(("contractId" = String, Path, description = "`agr_…`"), ("refundRequestId" = String, Path, description = "`rf_…`")),
    security(("bearer" = ["payments:write", "contracts:write"])),
    request_body = RespondToRefundRequest,
    responses(
        (status = 200, description = "The refund request after it.", body = RefundRequestBody, example = json!({ "refundRequest": super::example() })),
        (status = 409, description = "Not in this state (`not_allowed`, with `currentStatus`), changed meanwhile (`stale`, with `updatedAt`), the payment does \
            not stand now (`payment_not_verified`) or is in doubt (`router_payment_proof_inspection_required`), or the refund is \
            (`refund_inspection_required`).", body = ProblemBody, content_type = PROBLEM_JSON),
        (status = 503, description = "The signer does not answer (`signer_unavailable`) or the chain is not read (`indexer_halted`); nothing was stored.",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn respond_to_refund_request(
    State(api): State<Arc<Api>>,
    RefundParticipant { participant, refund }: RefundParticipant<PaymentWrite>,
    PreparedWrite(body, wallets, mut effect): PreparedWrite<RespondToRefundRequest>,
) -> Result<Response, Problem> {
    let given = body.checked(&participant, &wallets?)?;
    let known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    let before = sound(effect.tx.refund(refund.id()).await?.ok_or_else(Problem::not_found)?)?;
    answer::give(&api, &mut effect.tx, (&known, &before), given).await?;
    let refund_request = view_within(&mut effect.tx, &known, &before.id, participant.actor).await?;
    effect.commit(StatusCode::OK, &RefundRequestBody { refund_request }).await
}

impl RespondToRefundRequest {
    /// Who may say it, and whether a wallet that is named is the seller's.
    fn checked(&self, participant: &Participant<PaymentWrite>, wallets: &[Wallet]) -> Result<Answer, Problem> {
        match self.action {
            RefundAction::Approve | RefundAction::Deny => participant.require_seller().map(|_| ())?,
            RefundAction::Cancel => participant.require_payer().map(|_| ())?,
        }
        if self.payer_address.is_some() {
            if self.action != RefundAction::Approve {
                return Err(Problem::field(Code::InvalidField, "payerAddress", "belongs to an approval; leave it out"));
            }
            let AgreementRecord { seller, terms, .. } = &participant.agreement;
            if Wallet::speaking_on(wallets, terms.asset.chain_id()).is_none_or(|wallet| wallet.profile != seller.profile) {
                let why = "this wallet has not been proved to be yours on this chain; add it with POST /api/agent/me/wallets, or pay from one that is";
                return Err(Problem::field(Code::PayerNotProved, "payerAddress", why));
            }
        }
        let response = self.response.as_deref().filter(|text| !text.is_empty());
        Ok(Answer {
            author: participant.caller.author(),
            action: self.action,
            response: response.map(|text| text::paragraph("response", text, 1, MAX_RESPONSE)).transpose()?,
            expected_updated_at: *self.expected_updated_at,
            payer: self.payer_address.as_ref().map(|payer| payer.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use futures::future::join_all;
    use serde_json::{Value, json};
    use settlement::ledger::Account;
    use settlement::refund::RefundStatus;
    use store::Engine;

    use crate::testing::{Actor, Answer, TestApp, key};
    use crate::view::documented::assert_documented;
    use crate::view::refund_request::RefundRequestBody;

    /// A payment of 12.50, and a pending refund of 5 of it.
    async fn asked(app: &TestApp) -> (String, String) {
        app.start_chain().await;
        let id = app.request().await;
        app.pay(&id).await;
        (id, app.refund("5000000").await)
    }

    async fn answer(app: &TestApp, id: &str, actor: &Actor, body: Value) -> Answer {
        app.on_refund(Method::POST, id, "respond").bearer(actor).json(body).send().await
    }

    async fn execution(app: &TestApp, id: &str) -> Value {
        app.refund_payment(id).await.expect(200)["refundRequest"]["execution"].clone()
    }

    async fn g04_approve_and_cancel_race(engine: Engine) {
        for _ in 0..3 {
            let app = TestApp::on(engine).await;
            let (_, id) = asked(&app).await;
            let answers = [app.respond(&id, &app.seller, "approve"), app.respond(&id, &app.buyer, "cancel"), app.respond(&id, &app.seller, "deny")];
            // Each has read the same version before.
            let answers = join_all(answers).await;
            let won: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
            assert_eq!(won.len(), 1, "{:?}", answers.iter().map(Answer::text).collect::<Vec<_>>());
            for lost in answers.iter().filter(|answer| answer.status != 200) {
                assert!(lost.status == 409 && ["stale", "conflict", "not_allowed"].contains(&lost["code"].as_str().unwrap()), "{}", lost.text());
            }
            let told = app.store.notices_after(0, 1_000).await.unwrap();
            let told = told.iter().filter(|logged| logged.notice.kind.as_str().starts_with("refund_request.")).count();
            assert_eq!(told, 2, "asked, and answered once");
            let payloads = app.stored_refund(&id).await.payload().is_some();
            assert_eq!(payloads, app.stored_refund(&id).await.state.name() == RefundStatus::Approved);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn g04_approve_and_cancel_race_on_sqlite() {
        g04_approve_and_cancel_race(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn g04_approve_and_cancel_race_on_postgres() {
        g04_approve_and_cancel_race(Engine::Postgres).await;
    }

    #[tokio::test]
    async fn g04_to_approve_twice_is_one_transition_and_no_error() {
        let app = TestApp::new().await;
        let (_, id) = asked(&app).await;
        let body = json!({ "action": "approve", "response": "agreed", "expectedUpdatedAt": app.refund_as(&id, &app.seller).await["updatedAt"] });
        app.clock.advance_s(1);
        let first = answer(&app, &id, &app.seller, body.clone()).await.expect(200);
        assert_documented::<RefundRequestBody>(first.json());
        let payload = execution(&app, &id).await;
        app.clock.advance_s(1);
        let again = answer(&app, &id, &app.seller, body).await.expect(200);
        assert_eq!(again["refundRequest"], first["refundRequest"]);
        assert_eq!((execution(&app, &id).await, app.notices("refund_request.approved").await.len()), (payload, 1));
        let denied = app.respond(&id, &app.seller, "deny").await.problem(409, "not_allowed");
        assert_eq!(denied["currentStatus"], "approved");
    }

    #[tokio::test]
    async fn g07_what_is_approved_and_not_paid_is_awaited_and_never_said_to_come() {
        let app = TestApp::new().await;
        let (_, id) = asked(&app).await;
        app.respond(&id, &app.seller, "approve").await.expect(200);
        app.clock.advance_s(3_600);
        let shown = app.refund_as(&id, &app.buyer).await;
        assert_eq!((&shown["status"], &shown["settlement"]), (&json!("awaiting_seller_settlement"), &Value::Null));
        assert_eq!((&shown["recommendedAction"]["code"], &shown["confirmations"]), (&json!("wait_for_seller"), &Value::Null));
        let lines = app.store.postings(&app.seeded.agreement).await.unwrap();
        let due: Vec<_> = lines.iter().filter(|line| matches!(line.posting.account, Account::RefundDue(_))).collect();
        assert_eq!((due.len(), due[0].posting.amount.to_string()), (1, "5000000".to_owned()), "owed, and not paid");
    }

    #[tokio::test]
    async fn what_a_fresh_payload_tells_is_what_is_kept() {
        let app = TestApp::new().await;
        let (_, id) = asked(&app).await;
        for (said, kept) in [(Some("agreed"), "agreed"), (None, "agreed"), (Some("late, sorry"), "late, sorry")] {
            let mut body = json!({ "action": "approve", "expectedUpdatedAt": app.refund_as(&id, &app.seller).await["updatedAt"] });
            if let Some(said) = said {
                body["response"] = json!(said);
            }
            let shown = answer(&app, &id, &app.seller, body).await.expect(200);
            assert_eq!(shown["refundRequest"]["response"], kept);
            let told = app.store.notices_after(0, 1_000).await.unwrap().pop().unwrap().notice;
            assert!(told.kind.as_str().starts_with("refund_request."), "{told:?}");
            assert_eq!(told.data["response"], kept);
            app.clock.advance_s(12 * 3_600 + 60);
        }
    }

    #[tokio::test]
    async fn a_fresh_payload_of_the_same_refund_has_the_same_nonce() {
        let app = TestApp::new().await;
        let (_, id) = asked(&app).await;
        app.respond(&id, &app.seller, "approve").await.expect(200);
        let first = execution(&app, &id).await;
        app.clock.advance_s(12 * 3_600 - 29);
        let late = app.refund_payment(&id).await.problem(409, "not_allowed");
        assert_eq!((&late["currentStatus"], &late["recommendedAction"]["code"]), (&json!("approved"), &json!("approve_refund_again")));
        app.respond(&id, &app.seller, "approve").await.expect(200);
        let fresh = execution(&app, &id).await;
        let nonce = |execution: &Value| execution["typedData"]["message"]["nonce"].clone();
        assert_eq!(nonce(&fresh), nonce(&first));
        assert_ne!(fresh["digest"], first["digest"]);
        assert_eq!((app.notices("refund_request.approved").await.len(), app.notices("refund_request.reissued").await.len()), (1, 1));
        let another = app.refund("1").await;
        app.respond(&another, &app.seller, "approve").await.expect(200);
        assert_ne!(nonce(&execution(&app, &another).await), nonce(&first), "each refund has a nonce of its own");
    }

    #[tokio::test]
    async fn an_approved_refund_is_reserved_until_its_payload_is_dead_at_finality() {
        let app = TestApp::new().await;
        let (_, id) = asked(&app).await;
        app.respond(&id, &app.seller, "approve").await.expect(200);
        app.respond(&id, &app.buyer, "cancel").await.problem(409, "not_allowed");
        app.clock.advance_s(12 * 3_600 + 60);
        app.respond(&id, &app.buyer, "cancel").await.problem(409, "not_allowed");
        let waiting = app.refund_as(&id, &app.buyer).await;
        let cancel = waiting["availableActions"].as_array().unwrap().iter().find(|action| action["action"] == "cancel_refund").unwrap().clone();
        assert_eq!((&cancel["state"], &cancel["availableAfter"]), (&json!("blocked"), &waiting["expiresAt"]));
        // A block above the deadline, final with the one on top of it.
        app.blocks(1).await;
        app.respond(&id, &app.buyer, "cancel").await.problem(409, "not_allowed");
        app.blocks(1).await;
        let cancelled = app.respond(&id, &app.buyer, "cancel").await.expect(200);
        assert_eq!(cancelled["refundRequest"]["status"], "cancelled");
        app.refund("12500000").await;
        let lines = app.store.postings(&app.seeded.agreement).await.unwrap();
        assert_eq!(lines.iter().filter(|line| matches!(line.posting.account, Account::RefundDue(_))).count(), 2, "what was owed is owed no more");
        app.respond(&id, &app.seller, "approve").await.problem(409, "not_allowed");
    }

    #[tokio::test]
    async fn g05_what_came_back_by_a_payload_that_nobody_knows_stays_reserved_whatever_the_clock_says() {
        let app = TestApp::new().await;
        let (_, id) = asked(&app).await;
        app.respond(&id, &app.seller, "approve").await.expect(200);
        // Signed under the same nonce, and lost with a backup: its digest is none of ours.
        app.see_altered_refund(&id, |event| event.digest.0[0] ^= 1).await;
        app.finalise_refund(&id).await;
        app.clock.advance_s(13 * 3_600);
        app.blocks(3).await;
        for (actor, action) in [(&app.buyer, "cancel"), (&app.seller, "approve")] {
            app.respond(&id, actor, action).await.problem(409, "refund_inspection_required");
        }
        let shown = app.refund_as(&id, &app.buyer).await;
        assert_eq!((&shown["status"], &shown["recommendedAction"]["code"]), (&json!("refund_settlement_mismatch"), &json!("inspect_refund")));
        let cancel = shown["availableActions"].as_array().unwrap().iter().find(|action| action["action"] == "cancel_refund").unwrap().clone();
        assert_eq!(cancel["state"], "blocked");
        let all = app.ask_back(json!({ "amountAtomic": "12500000", "reason": "all of it is missing", "confirmed": true })).await;
        assert_eq!(all.problem(422, "exceeds_refundable")["remainingRefundableAtomic"], "7500000");
    }

    #[tokio::test]
    async fn a_pending_refund_is_cancelled_by_its_buyer_and_denied_by_its_seller_only() {
        let app = TestApp::new().await;
        let (_, id) = asked(&app).await;
        app.respond(&id, &app.buyer, "approve").await.problem(403, "role_required");
        app.respond(&id, &app.buyer, "deny").await.problem(403, "role_required");
        app.respond(&id, &app.seller, "cancel").await.problem(403, "role_required");
        let seen = app.refund_as(&id, &app.seller).await["updatedAt"].clone();
        let body = json!({ "action": "deny", "expectedUpdatedAt": seen });
        answer(&app, &id, &app.stranger, body).await.problem(404, "not_found");
        let denied = app.respond(&id, &app.seller, "deny").await.expect(200);
        assert_eq!(denied["refundRequest"]["status"], "denied");
        app.respond(&id, &app.seller, "deny").await.expect(200);
        assert_eq!(app.notices("refund_request.denied").await.len(), 1, "to say it again changes nothing");
        app.respond(&id, &app.buyer, "cancel").await.problem(409, "not_allowed");
    }

    #[tokio::test]
    async fn e11_an_answer_to_what_has_changed_is_refused_with_the_present_version() {
        let app = TestApp::new().await;
        let (_, id) = asked(&app).await;
        let body = |action: &str| json!({ "action": action, "expectedUpdatedAt": "2023-11-14T22:13:19.000Z" });
        for action in ["approve", "deny"] {
            let stale = answer(&app, &id, &app.seller, body(action)).await.problem(409, "stale");
            assert_eq!((&stale["updatedAt"], &stale["currentStatus"]), (&app.refund_as(&id, &app.seller).await["updatedAt"], &json!("pending")));
        }
    }

    #[tokio::test]
    async fn d07_a_signer_that_is_down_leaves_the_refund_pending() {
        let app = TestApp::new().await;
        let (_, id) = asked(&app).await;
        app.signer_switch.fail();
        let problem = app.respond(&id, &app.seller, "approve").await.problem(503, "signer_unavailable");
        assert_eq!(problem["retryable"], true);
        assert_eq!(app.refund_as(&id, &app.seller).await["status"], "pending");
        app.signer_switch.answer();
        app.respond(&id, &app.seller, "approve").await.expect(200);
    }

    #[tokio::test]
    async fn the_seller_pays_back_from_a_wallet_it_has_proved() {
        let app = TestApp::new().await;
        let (_, id) = asked(&app).await;
        let with = async |payer: String| {
            let seen = app.refund_as(&id, &app.seller).await["updatedAt"].clone();
            answer(&app, &id, &app.seller, json!({ "action": "approve", "payerAddress": payer, "expectedUpdatedAt": seen })).await
        };
        with(key(9).address().to_string()).await.problem(422, "payer_not_proved");
        with(app.buyer.wallet.address().to_string()).await.problem(422, "payer_not_proved");
        let treasury = key(8);
        let proof = app.sign_in_message(&treasury).await;
        app.post("/api/agent/me/wallets").bearer(&app.seller).json(proof).send().await.expect(201);
        with(treasury.address().to_string()).await.expect(200);
        assert_eq!(execution(&app, &id).await["typedData"]["message"]["payer"], treasury.address().to_string());
        // Another one, hours later: from the same wallet, and with what was said before.
        app.clock.advance_s(12 * 3_600 + 60);
        let late = app.refund_as(&id, &app.seller).await;
        let offered = late["availableActions"].as_array().unwrap().iter().find(|action| action["action"] == "approve_refund").unwrap().clone();
        assert_eq!(offered["invocation"]["bodyTemplate"]["payerAddress"], treasury.address().to_string());
        app.respond(&id, &app.seller, "approve").await.expect(200);
        assert_eq!(execution(&app, &id).await["typedData"]["message"]["payer"], treasury.address().to_string());
        let seen = app.refund_as(&id, &app.seller).await["updatedAt"].clone();
        let deny = json!({ "action": "deny", "payerAddress": treasury.address().to_string(), "expectedUpdatedAt": seen });
        answer(&app, &id, &app.seller, deny).await.problem(422, "invalid_field");
    }

    #[tokio::test]
    async fn g03_while_the_payment_is_reorged_nothing_is_approved_or_handed_out() {
        let app = TestApp::new().await;
        let (payment, pending) = asked(&app).await;
        let approved = app.refund("1000000").await;
        app.respond(&approved, &app.seller, "approve").await.expect(200);
        app.reorg(&payment).await;
        for id in [&pending, &approved] {
            let shown = app.refund_as(id, &app.seller).await;
            assert_eq!((&shown["isPaymentVerified"], &shown["isPayable"]), (&json!(false), &json!(false)));
            assert_eq!(shown["recommendedAction"]["code"], "wait_for_confirmations", "the payment may come back");
        }
        app.respond(&pending, &app.seller, "approve").await.problem(409, "payment_not_verified");
        app.refund_payment(&approved).await.problem(409, "payment_not_verified");
        app.respond(&pending, &app.buyer, "cancel").await.expect(200);
        app.pay(&payment).await;
        assert_eq!(app.refund_as(&approved, &app.seller).await["isPayable"], true, "it goes on where it was");
        app.refund_payment(&approved).await.expect(200);
    }
}

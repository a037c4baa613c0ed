//! POST `/api/agent/contracts/{contractId}/crypto-payment-requests`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use settlement::asset::check_party;
use settlement::audit::{AuditAction, AuditEntry};
use settlement::ids::{InvalidId, MilestoneId, ProfileId};
use settlement::payment_request::{DEFAULT_EXPIRY_MINUTES, MAX_EXPIRY_MINUTES, MIN_EXPIRY_MINUTES, PaymentRequest};
use settlement::unit::{Fate, Sibling};
use store::{StoredRequest, Wallet};
use utoipa::ToSchema;

use super::signing::{Outcome, Wanted, sign_next};
use super::{Sighting, conflict, detail, signer_of, sound};
use crate::extract::wire::{AccountAddress, AtomicAmount};
use crate::extract::{Participant, PaymentWrite, Prepare, PreparedWrite};
use crate::known::Known;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::payment_request::{DetailView, PaymentRequestBody};

/// What is to be paid, and by which wallet.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "payerAddress": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "expiresInMinutes": 60 }))]
pub struct CreatePaymentRequest {
    /// The wallet that will pay: one that the buyer has proved. The router lets no other pay it.
    payer_address: AccountAddress,
    /// `ms_…`: the milestone to pay, where the agreement has milestones. It is accepted, and what was agreed for it is signed.
    milestone_id: Option<String>,
    /// What the seller receives, in atomic units; all that is open when absent. Less than that makes an instalment. Not beside `milestoneId`.
    seller_amount: Option<AtomicAmount>,
    /// Whether a live request for the same payer and amount is the answer; true when absent.
    reuse_active: Option<bool>,
    /// How long it can be paid.
    #[schema(minimum = 5, maximum = 1440, default = 60)]
    expires_in_minutes: Option<u32>,
}

impl Prepare for CreatePaymentRequest {
    type Prepared = Result<Vec<Wallet>, Problem>;

    /// Whose wallet the payer is: a contract's address may be one profile's on one chain and another's on the next.
    async fn prepare(&self, api: &Api, _caller: &ProfileId) -> Self::Prepared {
        Ok(api.store.wallets_at(*self.payer_address).await?)
    }
}

/// Ask for a payment request.
///
/// Only the buyer does. The answer carries `execution`: what the wallet sends, and everything to check it with before. One request of an agreement, or of a
/// milestone, is live at a time; asking again returns it. An agreement with milestones is paid by `milestoneId`, each once it is accepted. Nothing is signed
/// that could be paid beside an earlier payload for the same work.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/{contractId}/crypto-payment-requests",
    tag = "payments",
    params(("contractId" = String, Path, description = "`agr_…`")),
    security(("bearer" = ["payments:write", "contracts:write"])),
    request_body = CreatePaymentRequest,
    responses(
        (status = 201, description = "A new request, signed.", body = PaymentRequestBody, example = json!({ "paymentRequest": super::example() })),
        (status = 200, description = "The live request.", body = PaymentRequestBody, example = json!({ "paymentRequest": super::example() })),
        (status = 409, description = "Another request is live (`reuse_or_cancel_active_request`, with its summary), a payment is on its way \
            (`payment_settling`), an earlier payload is alive (`overlapping_payload_alive`), it is paid (`already_verified`), not due (`payment_not_due`), \
            paid by milestones (`milestone_required`), ended (`not_allowed`), in doubt (`router_payment_proof_inspection_required`), or the agreement has had enough requests (`limit_reached`).",
            body = ProblemBody, content_type = PROBLEM_JSON),
        (status = 503, description = "The signer does not answer (`signer_unavailable`) or the chain is not read (`indexer_halted`); nothing was stored.",
            body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn create_payment_request(
    State(api): State<Arc<Api>>,
    participant: Participant<PaymentWrite>,
    PreparedWrite(body, wallets, mut effect): PreparedWrite<CreatePaymentRequest>,
) -> Result<Response, Problem> {
    participant.require_payer()?;
    body.check_payer(&api, &participant, &wallets?)?;
    let wanted = body.wanted()?;
    let known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
    match sign_next(&api, &mut effect.tx, &known, wanted).await? {
        Outcome::Signed(request) => {
            effect.tx.audit(signed(&participant, &request));
            let known = known.with_signed(&request);
            let view = shown(&api, &participant, &known, request, &Sighting::default());
            effect.commit(StatusCode::CREATED, &PaymentRequestBody { payment_request: view }).await
        }
        Outcome::Live(request) => {
            let (chain_id, operator, signer) = signer_of(&request);
            let signer_until = effect.tx.signer_until(chain_id, operator, signer).await?;
            let sighting = Sighting { seen: effect.tx.seen_event(&request.id).await?, signer_until, ..Sighting::default() };
            let request = body.reusable(&api, &known, request, &sighting)?;
            effect.commit(StatusCode::OK, &PaymentRequestBody { payment_request: shown(&api, &participant, &known, request, &sighting) }).await
        }
        Outcome::Raced => {
            effect.abandon().await;
            raced(&api, &participant, &body).await
        }
    }
}

/// What is logged: who had what signed, and by which key.
fn signed(participant: &Participant<PaymentWrite>, request: &PaymentRequest) -> AuditEntry {
    let (signed, snapshot) = (&request.signed, request.signed.snapshot());
    participant.caller.author().did(AuditAction::RequestSigned, &request.id, request.created_at).with(json!({
        "contractId": request.agreement.as_str(), "requestId": signed.request_id().to_string(), "digest": signed.digest().to_string(),
        "signer": signed.signer().to_string(), "payer": snapshot.payer.to_string(), "assetId": snapshot.asset.to_string(),
        "sellerAmountAtomic": snapshot.quote.seller.to_string(), "totalAmountAtomic": snapshot.quote.total.to_string(),
    }))
}

/// Somebody else's request was stored between our look and our insert: it is as if it had been there before.
async fn raced(api: &Api, participant: &Participant<PaymentWrite>, body: &CreatePaymentRequest) -> Result<Response, Problem> {
    let known = Known::read(api, participant.agreement.clone(), participant.setting.clone()).await?;
    let milestone = body.milestone()?;
    let covers = |sibling: &Sibling| sibling.unit.milestone().is_none() || sibling.unit.milestone() == milestone.as_ref();
    let active = known.siblings.iter().find(|sibling| matches!(sibling.fate, Fate::Live | Fate::Settling) && covers(sibling));
    let stored = match active {
        Some(active) => api.store.request(&active.request).await?,
        None => None,
    };
    let stored = stored.ok_or_else(|| Problem::new(Code::Conflict, "another payment request came first and has ended; repeat this"))?;
    let sighting = Sighting::read(api, &stored).await?;
    let request = body.reusable(api, &known, sound(stored)?, &sighting)?;
    Ok(Json(PaymentRequestBody { payment_request: shown(api, participant, &known, request, &sighting) }).into_response())
}

fn shown(api: &Api, participant: &Participant<PaymentWrite>, known: &Known, request: PaymentRequest, sighting: &Sighting) -> DetailView {
    detail(api, known, &StoredRequest::Sound(request), sighting, (participant.actor, participant.payer()))
}

impl CreatePaymentRequest {
    /// Refuses a payer that cannot be one, and one that is not known to be the buyer: what it paid would be attributed to somebody on their word alone.
    fn check_payer(&self, api: &Api, participant: &Participant<PaymentWrite>, wallets: &[Wallet]) -> Result<(), Problem> {
        let asset = &participant.agreement.terms.asset;
        if let Some(chain) = api.chain(asset.chain_id()) {
            check_party("payer", *self.payer_address, asset, chain.router).map_err(|error| Problem::field(Code::InvalidAddress, "payerAddress", error))?;
        }
        if Wallet::speaking_on(wallets, asset.chain_id()).is_some_and(|wallet| wallet.profile == participant.agreement.buyer.profile) {
            return Ok(());
        }
        let why = "this wallet has not been proved to be yours on this chain; add it with POST /api/agent/me/wallets, or pay from one that is";
        Err(Problem::field(Code::PayerNotProved, "payerAddress", why))
    }

    fn wanted(&self) -> Result<Wanted, Problem> {
        if self.milestone_id.is_some() && self.seller_amount.is_some() {
            return Err(Problem::field(Code::InvalidField, "sellerAmount", "a milestone is paid with what was agreed for it; leave sellerAmount out"));
        }
        let minutes = self.expires_in_minutes.unwrap_or(DEFAULT_EXPIRY_MINUTES);
        if !(MIN_EXPIRY_MINUTES..=MAX_EXPIRY_MINUTES).contains(&minutes) {
            let why = format!("expected {MIN_EXPIRY_MINUTES} to {MAX_EXPIRY_MINUTES}");
            return Err(Problem::field(Code::InvalidField, "expiresInMinutes", why));
        }
        Ok(Wanted {
            payer: *self.payer_address,
            milestone: self.milestone()?,
            seller_amount: self.seller_amount.as_ref().map(|amount| **amount),
            expires_in: Duration::from_secs(60 * u64::from(minutes)),
        })
    }

    fn milestone(&self) -> Result<Option<MilestoneId>, Problem> {
        let malformed = |error: InvalidId| Problem::field(Code::InvalidField, "milestoneId", error);
        self.milestone_id.as_deref().map(|text| text.parse().map_err(malformed)).transpose()
    }

    /// The live request, if it is what is asked for.
    fn reusable(&self, api: &Api, known: &Known, live: PaymentRequest, sighting: &Sighting) -> Result<PaymentRequest, Problem> {
        let now = known.setting.chain.now(api.now());
        let snapshot = live.signed.snapshot();
        let why = if self.reuse_active == Some(false) {
            "use it, or cancel it first"
        } else if snapshot.payer != *self.payer_address {
            "it is for another payer"
        } else if live.unit.kind.milestone().map(|id| id.as_str()) != self.milestone_id.as_deref() {
            "it is for other work"
        } else if self.seller_amount.as_ref().is_some_and(|amount| **amount != snapshot.quote.seller) {
            "it is for another amount"
        } else if sighting.is_revoked(now) {
            "the key that signed it was revoked on chain; cancel it first, and the next one is signed by the present key"
        } else if now.unix_seconds() > snapshot.deadline {
            "it has expired; cancel it first, or wait until the chain has passed its deadline"
        } else {
            return Ok(live);
        };
        // What is being paid can be neither used nor cancelled: it can only be waited for.
        Err(if sighting.seen.is_some() { conflict::settling(&live.id) } else { conflict::active(&live, why, now) })
    }
}

#[cfg(test)]
mod tests;

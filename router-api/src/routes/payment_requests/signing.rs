//! Deciding which unit the next request pays, and having its payload signed: inside one transaction, so that what is not stored was not handed out.

use std::time::Duration;

use alloy_primitives::Address;
use serde_json::json;
use settlement::Timestamp;
use settlement::chain::ChainPolicy;
use settlement::ids::{MilestoneId, PaymentRequestId, UnitId};
use settlement::money::{Amount, Quote};
use settlement::next_action::{CannotRequest, NoSigning};
use settlement::notice::NoticeType;
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use settlement::snapshot::{Ask, SignedSnapshot, Snapshot, SnapshotError};
use settlement::unit::{CannotSign, NextUnit, Unit, UnitKind};
use signer::{RoutingSigner, SignerError};
use store::{Conflict, StoreError, StoredRequest, Tx};

use super::{conflict, sound};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// When to ask again while the chain is not read, in seconds: somebody has to act first.
const HALTED_RETRY_S: u64 = 30;

/// What the buyer asks for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Whose wallet pays.
    pub(super) payer: Address,
    /// The milestone to pay; none where the agreement has none.
    pub(super) milestone: Option<MilestoneId>,
    /// What the seller receives; all that is open when absent. Of a milestone, always all of it.
    pub(super) seller_amount: Option<Amount>,
    /// How long it can be paid.
    pub(super) expires_in: Duration,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A new request, signed and stored.
    Signed(PaymentRequest),
    /// There is a live one.
    Live(PaymentRequest),
    /// Another request was stored first; this transaction is of no use any more.
    Raced,
}

/// Signs and stores the next request of the agreement.
///
/// # Errors
/// When nothing may be signed now, the parties do not fit, or the signer cannot sign.
pub(super) async fn sign_next(api: &Api, tx: &mut Tx, known: &Known, wanted: Wanted) -> Result<Outcome, Problem> {
    let now = api.now();
    let (next, quote) = match next_payment(known, &wanted)? {
        Ok(next) => next,
        Err(CannotRequest::Unit(CannotSign::Live(id))) => return live(tx, &id).await,
        Err(CannotRequest::Unit(CannotSign::Settling(id))) => return settling(tx, id).await,
        Err(refusal) => return Err(conflict::refused(refusal, known, now)),
    };
    let chain = chain_to_sign_on(api, known)?;
    let deadline = deadline(api, known, wanted.expires_in);
    let (unit, is_new) = unit(api, tx, known, chain, next).await?;
    let ask = Ask {
        payment_request: PaymentRequestId::new(api.ids.ulid()),
        unit: unit.clone(),
        router: chain.router,
        operator: chain.operator,
        token: known.setting.token.clone(),
        payer: wanted.payer,
        seller_amount: quote.seller,
        created_at: now,
        deadline,
        finality: chain.finality,
    };
    let signed = sign(api, chain.chain_id, Snapshot::new(&known.agreement, ask).map_err(refused_snapshot)?).await?;
    let request = PaymentRequest {
        id: signed.snapshot().payment_request.clone(),
        agreement: known.agreement.id.clone(),
        unit,
        signed,
        state: PaymentRequestState::Signed,
        created_at: now,
        updated_at: now,
    };
    match if is_new { tx.insert_request_and_unit(&request).await } else { tx.insert_request(&request).await } {
        Err(StoreError::Conflict(Conflict::Duplicate("live_request" | "signed_payload"))) => return Ok(Outcome::Raced),
        inserted => inserted?,
    }
    tell(api, tx, known, &request);
    Ok(Outcome::Signed(request))
}

/// The unit that would be paid next, and its price.
///
/// # Errors
/// When the milestone is none of the agreement, or is paid.
fn next_payment(known: &Known, wanted: &Wanted) -> Result<Result<(NextUnit, Quote), CannotRequest>, Problem> {
    let facts = known.facts();
    let Some(id) = &wanted.milestone else { return Ok(facts.next_payment(wanted.seller_amount)) };
    let unknown = || Problem::field(Code::InvalidField, "milestoneId", "the agreement has no such milestone");
    let milestone = known.plan.get(id).ok_or_else(unknown)?;
    match facts.on_plan(milestone).paid_by() {
        Some(paid) => Err(conflict::milestone_paid(&paid.request)),
        None => Ok(facts.next_milestone_payment(milestone)),
    }
}

/// The last second at which the payload can be executed: what was asked for, and no later than the signer may sign.
pub(in crate::routes) fn deadline(api: &Api, known: &Known, expires_in: Duration) -> u64 {
    // The router compares it with block time: where the chain's clock is ahead of ours, a request must not be born dead.
    let wanted = known.setting.chain.now(api.now()).plus(expires_in).unix_seconds();
    known.setting.signer_until.map_or(wanted, |until| wanted.min(until))
}

/// Tells the parties.
fn tell(api: &Api, tx: &mut Tx, known: &Known, request: &PaymentRequest) {
    let snapshot = request.signed.snapshot();
    let data = json!({
        "contractId": known.agreement.id.as_str(), "paymentRequestId": request.id.as_str(), "unitKind": request.unit.kind.name(),
        "milestoneId": request.unit.kind.milestone().map(|id| id.as_str()),
        "chainId": snapshot.asset.chain_id(), "assetId": snapshot.asset.to_string(), "sellerAmountAtomic": snapshot.quote.seller.to_string(),
        "totalAmountAtomic": snapshot.quote.total.to_string(), "expiresAt": Timestamp::from_unix_seconds(snapshot.deadline).to_string(),
    });
    announce(api, tx, NoticeType::RequestSigned, &known.agreement, data);
}

/// The live request, if it proves itself.
async fn live(tx: &mut Tx, id: &PaymentRequestId) -> Result<Outcome, Problem> {
    let stored = tx.request(id).await?.ok_or_else(|| Problem::new(Code::Conflict, "the active payment request has just ended; repeat this"))?;
    sound(stored).map(Outcome::Live)
}

/// The request that is being paid, if it is live: whoever asks for a payment is told that one is on its way.
async fn settling(tx: &mut Tx, id: PaymentRequestId) -> Result<Outcome, Problem> {
    match tx.request(&id).await? {
        Some(stored) if stored.status().is_live() => sound(stored).map(Outcome::Live),
        Some(_) | None => Err(conflict::settling(&id)),
    }
}

/// The chain of the agreement, if payments and refunds on it can be signed now.
pub(in crate::routes) fn chain_to_sign_on<'a>(api: &'a Api, known: &Known) -> Result<&'a ChainPolicy, Problem> {
    let chain_id = known.agreement.terms.asset.chain_id();
    if let Some(why) = known.setting.no_signing {
        return Err(no_signing(chain_id, why));
    }
    api.chain(chain_id).ok_or_else(|| no_signing(chain_id, NoSigning::NotSettled))
}

/// Why nothing is signed for a chain, whoever asks.
pub(super) fn no_signing(chain_id: u64, why: NoSigning) -> Problem {
    match why {
        NoSigning::Halted => Problem::new(Code::IndexerHalted, why.to_string()).retry_after(HALTED_RETRY_S),
        NoSigning::NotSettled | NoSigning::NoSigner | NoSigning::Revoked => unavailable(chain_id, &why.to_string()),
    }
}

/// The unit, and whether it is still to be stored.
async fn unit(api: &Api, tx: &mut Tx, known: &Known, chain: &ChainPolicy, next: NextUnit) -> Result<(Unit, bool), Problem> {
    match next {
        NextUnit::New(kind) => new_unit(api, tx, known, chain, kind).await,
        NextUnit::Reuse { unit, kind } if is_of_this_router(tx, known, chain, &unit).await? => {
            let found = tx.unit(&unit).await?;
            match found {
                Some(found) => Ok((found, false)),
                None => new_unit(api, tx, known, chain, kind).await,
            }
        }
        // Its nonce is another router's or operator's: it excludes nothing that is signed now, so its payloads have to be dead.
        NextUnit::Reuse { unit, kind } => {
            let last = known.siblings.iter().filter(|sibling| sibling.unit_id == unit).max_by_key(|sibling| sibling.deadline);
            match last.filter(|sibling| sibling.deadline >= known.setting.chain.final_time()) {
                Some(alive) => Err(conflict::overlap(&alive.request, Timestamp::from_unix_seconds(alive.deadline), known, api.now())),
                None => new_unit(api, tx, known, chain, kind).await,
            }
        }
    }
}

async fn new_unit(api: &Api, tx: &mut Tx, known: &Known, chain: &ChainPolicy, kind: UnitKind) -> Result<(Unit, bool), Problem> {
    let nonce = tx.allocate_nonce(chain.chain_id, chain.router, chain.operator).await?;
    Ok((Unit { id: UnitId::new(api.ids.ulid()), agreement: known.agreement.id.clone(), kind, nonce }, true))
}

/// Whether all that was signed for the unit names the present router and operator.
async fn is_of_this_router(tx: &mut Tx, known: &Known, chain: &ChainPolicy, unit: &UnitId) -> Result<bool, Problem> {
    for sibling in known.siblings.iter().filter(|sibling| sibling.unit_id == *unit) {
        let signed = match tx.request(&sibling.request).await? {
            Some(StoredRequest::Sound(request)) => request.signed,
            Some(StoredRequest::Unproven { .. }) => return Err(super::inspection_required(&sibling.request)),
            None => continue,
        };
        if (signed.snapshot().router, signed.snapshot().operator) != (chain.router, chain.operator) {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn sign(api: &Api, chain_id: u64, snapshot: Snapshot) -> Result<SignedSnapshot, Problem> {
    let signer = signer(api, chain_id)?;
    in_time(chain_id, signer.sign(snapshot)).await
}

/// The routing signer of a chain.
pub(in crate::routes) fn signer(api: &Api, chain_id: u64) -> Result<&dyn RoutingSigner, Problem> {
    api.signers.get(&chain_id).map(AsRef::as_ref).ok_or_else(|| unavailable(chain_id, "no routing signer is configured"))
}

/// What the signer signs; that it does so while the caller waits, or not at all, is the breaker's business.
pub(in crate::routes) async fn in_time<T>(chain_id: u64, signing: impl Future<Output = Result<T, SignerError>>) -> Result<T, Problem> {
    match signing.await {
        Ok(signed) => Ok(signed),
        Err(error @ SignerError::Unavailable { .. }) => Err(unavailable(chain_id, &error.to_string())),
        Err(error @ (SignerError::Refused(_) | SignerError::WrongSignature { .. } | SignerError::Unusable(_) | SignerError::UnusableReceipt(_))) => {
            tracing::error!(chain_id, error = %error, "the routing signer does not sign what the API asks for");
            Err(Problem::new(Code::SignerUnavailable, "nothing can be signed for this chain now"))
        }
    }
}

fn unavailable(chain_id: u64, why: &str) -> Problem {
    tracing::warn!(chain_id, why, "the routing signer is unavailable");
    Problem::new(Code::SignerUnavailable, "nothing can be signed for this chain now")
}

fn refused_snapshot(error: SnapshotError) -> Problem {
    match error {
        SnapshotError::Party(_) | SnapshotError::PayerIs { .. } => Problem::field(Code::InvalidAddress, "payerAddress", error),
        SnapshotError::PayeeIsFeeRecipient(_) => Problem::new(Code::PartiesRefused, error.to_string()),
        SnapshotError::Fee(_) => Problem::field(Code::FeeRefused, "sellerAmount", error),
        SnapshotError::WrongUnit
        | SnapshotError::WrongToken
        | SnapshotError::WrongPayment
        | SnapshotError::Malformed(_)
        | SnapshotError::NotCanonical
        | SnapshotError::BadSignature => Problem::internal(&error),
    }
}

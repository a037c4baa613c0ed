//! Who the caller is to an agreement. A handler that holds one of these has passed the check; whoever has no part gets 404, as if there were nothing.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use settlement::agreement::AgreementRecord;
use settlement::dispute::Dispute;
use settlement::ids::{AgreementId, DisputeId, MilestoneId, PaymentRequestId, ProfileId, RefundId, request_of_receipt};
use settlement::milestone::Side;
use settlement::next_action::Actor;
use std::sync::Arc;
use store::{Store, StoredRefund, StoredRequest};

use super::access::Access;
use super::caller::Caller;
use crate::known::Setting;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// The path parameter that names the agreement.
const CONTRACT: &str = "contractId";
/// The path parameter that names a dispute of it.
const DISPUTE: &str = "disputeId";
/// The path parameter that names a payment request of it.
const REQUEST: &str = "paymentRequestId";
/// The path parameter that names a refund request of it.
const REFUND: &str = "refundRequestId";
/// The path parameter that names a milestone of it.
const MILESTONE: &str = "milestoneId";
/// The path parameter that names the receipt of a payment.
const RECEIPT: &str = "receiptId";

/// A caller with a part in the agreement of the path (`{contractId}`).
#[derive(Clone, Debug)]
pub struct Participant<A> {
    /// Who calls.
    pub caller: Caller<A>,
    /// The agreement, as it was before the operation began.
    pub agreement: AgreementRecord,
    /// The caller's part in it.
    pub actor: Actor,
    /// What the agreement rests on, read before a transaction is open.
    pub(crate) setting: Setting,
}

/// A participant, and the payment request of the path (`{paymentRequestId}`), which is of that agreement.
#[derive(Clone, Debug)]
pub struct RequestParticipant<A> {
    /// The participant.
    pub participant: Participant<A>,
    /// The request, as it was before the operation began.
    pub request: StoredRequest,
}

/// A participant, and the milestone of the path (`{milestoneId}`), which is of that agreement.
#[derive(Clone, Debug)]
pub struct MilestoneParticipant<A> {
    /// The participant.
    pub participant: Participant<A>,
    /// The milestone.
    pub milestone: MilestoneId,
}

/// A participant, and the refund request of the path (`{refundRequestId}`), which is of that agreement.
#[derive(Clone, Debug)]
pub struct RefundParticipant<A> {
    /// The participant.
    pub participant: Participant<A>,
    /// The refund request, as it was before the operation began.
    pub refund: StoredRefund,
}

/// Proof that the caller is the agreement's seller: what shows the executable fields of a refund asks for one.
#[derive(Clone, Copy, Debug)]
pub struct Repayer(());

/// A participant, and the dispute of the path (`{disputeId}`), which is of that agreement.
#[derive(Clone, Debug)]
pub struct DisputeParticipant<A> {
    /// The participant.
    pub participant: Participant<A>,
    /// The dispute, as it was before the operation began.
    pub dispute: Dispute,
}

/// A party to the payment whose receipt the path names (`{receiptId}`).
#[derive(Clone, Debug)]
pub struct ReceiptParty<A> {
    /// Who calls.
    pub caller: Caller<A>,
    /// The payment request of the receipt; whether it is paid is not checked.
    pub request: PaymentRequestId,
}

/// Proof that the caller is the agreement's buyer: what shows executable fields asks for one.
#[derive(Clone, Copy, Debug)]
pub struct Payer(());

impl<A> Participant<A> {
    /// The caller as the one who pays; `None` for everybody else.
    #[must_use]
    pub fn payer(&self) -> Option<Payer> {
        (self.actor == Actor::Buyer).then_some(Payer(()))
    }

    /// Refuses everybody but the buyer.
    ///
    /// # Errors
    /// 403 `role_required`.
    pub fn require_payer(&self) -> Result<Payer, Problem> {
        self.payer().ok_or_else(|| role_required("buyer", self.actor))
    }

    /// Refuses everybody but the seller.
    ///
    /// # Errors
    /// 403 `role_required`.
    pub fn require_seller(&self) -> Result<Repayer, Problem> {
        if self.actor == Actor::Seller { Ok(Repayer(())) } else { Err(role_required("seller", self.actor)) }
    }

    /// Refuses everybody but the two parties.
    ///
    /// # Errors
    /// 403 `role_required`.
    pub fn require_party(&self) -> Result<Side, Problem> {
        self.actor.side().ok_or_else(|| role_required("buyer or the seller", self.actor))
    }

    /// Refuses everybody but the two parties and the evaluator; the latter is no side.
    ///
    /// # Errors
    /// 403 `role_required`.
    pub fn require_judge(&self) -> Result<Option<Side>, Problem> {
        match self.actor {
            Actor::Buyer | Actor::Seller | Actor::Evaluator => Ok(self.actor.side()),
            Actor::Operator => Err(role_required("buyer, the seller or the evaluator", self.actor)),
        }
    }
}

impl<A: Access> FromRequestParts<Arc<Api>> for Participant<A> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, api).await?;
        let id: AgreementId = parameter(parts, CONTRACT).await?;
        let (agreement, actor) = visible(&api.store, &id, &caller.profile).await?;
        let setting = Setting::read(api, &agreement.terms.asset).await?;
        Ok(Self { caller, agreement, actor, setting })
    }
}

impl<A: Access> FromRequestParts<Arc<Api>> for RequestParticipant<A> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let participant = Participant::from_request_parts(parts, api).await?;
        let id: PaymentRequestId = parameter(parts, REQUEST).await?;
        let request = api.store.request(&id).await?.filter(|request| *request.agreement() == participant.agreement.id).ok_or_else(Problem::not_found)?;
        Ok(Self { participant, request })
    }
}

impl<A: Access> FromRequestParts<Arc<Api>> for MilestoneParticipant<A> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let participant = Participant::from_request_parts(parts, api).await?;
        let milestone: MilestoneId = parameter(parts, MILESTONE).await?;
        api.store.plan(&participant.agreement.id).await?.get(&milestone).ok_or_else(Problem::not_found)?;
        Ok(Self { participant, milestone })
    }
}

impl<A: Access> FromRequestParts<Arc<Api>> for RefundParticipant<A> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let participant = Participant::from_request_parts(parts, api).await?;
        let id: RefundId = parameter(parts, REFUND).await?;
        let refund = api.store.refund(&id).await?.filter(|refund| *refund.agreement() == participant.agreement.id).ok_or_else(Problem::not_found)?;
        Ok(Self { participant, refund })
    }
}

impl<A: Access> FromRequestParts<Arc<Api>> for DisputeParticipant<A> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let participant = Participant::from_request_parts(parts, api).await?;
        let id: DisputeId = parameter(parts, DISPUTE).await?;
        let dispute = api.store.dispute(&id).await?.filter(|dispute| dispute.agreement == participant.agreement.id).ok_or_else(Problem::not_found)?;
        Ok(Self { participant, dispute })
    }
}

impl<A: Access> FromRequestParts<Arc<Api>> for ReceiptParty<A> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, api).await?;
        let receipt: String = parameter(parts, RECEIPT).await?;
        let request = request_of_receipt(&receipt).map_err(|_| Problem::not_found())?;
        let found = api.store.receipted(&request).await?.ok_or_else(Problem::not_found)?;
        if [&found.buyer, &found.seller].contains(&&caller.profile) {
            return Ok(Self { caller, request });
        }
        let (_, actor) = visible(&api.store, found.request.agreement(), &caller.profile).await?;
        Err(role_required("buyer or the seller", actor))
    }
}

/// The agreement and the profile's part in it.
///
/// # Errors
/// 404 when there is no such agreement, or the profile has no part in it.
pub(crate) async fn visible(store: &Store, id: &AgreementId, profile: &ProfileId) -> Result<(AgreementRecord, Actor), Problem> {
    let agreement = store.agreement(id).await?.ok_or_else(Problem::not_found)?;
    let actor = part_in(store, &agreement, profile).await?.ok_or_else(Problem::not_found)?;
    Ok((agreement, actor))
}

/// The profile's part in an agreement: a party, the evaluator by a wallet of its own that speaks for it on the agreement's chain, or the marketplace that imported it.
pub(crate) async fn part_in(store: &Store, agreement: &AgreementRecord, profile: &ProfileId) -> Result<Option<Actor>, Problem> {
    if agreement.buyer.profile == *profile {
        return Ok(Some(Actor::Buyer));
    }
    if agreement.seller.profile == *profile {
        return Ok(Some(Actor::Seller));
    }
    if let Some(evaluator) = agreement.terms.evaluator
        && store.wallets(profile).await?.iter().any(|wallet| wallet.address == evaluator && wallet.speaks_on(agreement.terms.asset.chain_id()))
    {
        return Ok(Some(Actor::Evaluator));
    }
    Ok((agreement.importer == *profile).then_some(Actor::Operator))
}

async fn parameter<T: std::str::FromStr>(parts: &mut Parts, name: &str) -> Result<T, Problem> {
    let parameters = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Problem::not_found())?;
    let text = parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
    text.and_then(|text| text.parse().ok()).ok_or_else(Problem::not_found)
}

/// Somebody who may see it and may not do this.
pub(crate) fn role_required(wanted: &'static str, actor: Actor) -> Problem {
    Problem::new(Code::RoleRequired, format!("only the {wanted} may do this; you are the {}", actor.name()))
        .with("requiredRole", wanted)
        .with("actorRole", actor.name())
}

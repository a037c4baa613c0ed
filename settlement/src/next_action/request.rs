//! What may be done with one payment request.

use std::time::Duration;

use alloy_primitives::B256;
use serde::Serialize;
use serde_json::json;

use super::{Actor, AgreementFacts, CannotRequest, Recommended, receipt_path};
use crate::available_action::{Action, AvailableAction, Entity};
use crate::clock::Timestamp;
use crate::finality::FinalityPolicy;
use crate::ids::{PaymentRequestId, receipt_id};
use crate::payment_request::{FailureReason, PaymentRequestState, Standing, is_unexpected};
use crate::unit::{CannotSign, Fate, UnitKind};

/// Nobody is sent to pay when less than this is left: a wallet has to sign and a block to include it, and a late transaction only costs gas.
const LAST_CALL: Duration = Duration::from_secs(30);

/// A matching event that stands on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its transaction.
    pub tx_hash: B256,
    /// How many confirmations it has.
    pub confirmations: u64,
}

/// All that is known about a payment request when somebody asks what to do.
#[derive(Clone, Copy, Debug)]
pub struct RequestFacts<'a> {
    /// The agreement; its siblings include this request.
    pub contract: &'a AgreementFacts<'a>,
    /// The request.
    pub standing: Standing<'a>,
    /// Its event, where one stands on the chain.
    pub seen: Option<Seen>,
    /// The key that signed it may not sign for the operator any more: the router would refuse the payload.
    pub signature_revoked: bool,
    /// An event of this request does not match, or did not verify.
    pub proof_issue: bool,
    /// Now, or the time of the newest block where that is later.
    pub now: Timestamp,
    /// Whether this answer carries the executable fields: the payer's detail.
    pub executable: bool,
}

/// `recommendedAction` of a payment request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecommendedAction {
    /// Closed list.
    pub code: Recommended,
    /// For people; says how many confirmations there are.
    pub label: String,
    /// What this actor may do with it.
    #[serde(flatten)]
    pub can: Permissions,
}

/// What an actor may do with a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the four keys are the shape that existing clients check")]
pub struct Permissions {
    /// The wallet may execute the payload that this answer carries.
    pub can_use_wallet_calldata: bool,
    /// A transaction may be named.
    pub can_submit_tx_hash: bool,
    /// The payment may be looked for.
    pub can_verify_tx_hash: bool,
    /// It may be called off.
    pub can_cancel: bool,
}

/// Where a request stands, for the question of what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Something does not prove itself: stop.
    Inspect,
    /// Verified.
    Paid,
    /// Its event is on the chain and not final.
    Settling,
    /// Its unit is being paid, or was, through another request.
    PaidElsewhere,
    /// The wallet may execute it.
    Payable,
    /// Live, but not to be paid: it is too late, its signature was revoked, or the agreement does not allow it any more.
    Unpayable,
    /// A transaction was named and not seen yet.
    Pending,
    /// Over.
    Ended,
}

impl RequestFacts<'_> {
    /// Whether its deadline has passed and it was not paid.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        match self.standing {
            Standing::Unproven { .. } => false,
            Standing::Sound(r) => match r.state {
                PaymentRequestState::Verified { .. } => false,
                PaymentRequestState::Expired { .. } => true,
                PaymentRequestState::Signed
                | PaymentRequestState::Submitted { .. }
                | PaymentRequestState::Cancelled { .. }
                | PaymentRequestState::Failed { .. } => self.now.unix_seconds() > r.signed.snapshot().deadline,
            },
        }
    }

    /// Whether it was paid although it had been called off.
    #[must_use]
    pub fn is_unexpected(&self) -> bool {
        matches!(self.standing, Standing::Sound(request) if is_unexpected(&request.state, &self.contract.agreement.state))
    }

    /// Whether a party has to say that it knows, before anything goes on.
    #[must_use]
    pub fn needs_acknowledgement(&self) -> bool {
        self.contract.pending.to_acknowledge.contains(self.id())
    }

    /// Whether the payer should execute its payload now.
    #[must_use]
    pub fn is_payable(&self) -> bool {
        self.phase() == Phase::Payable
    }

    /// What this actor may do.
    #[must_use]
    pub fn permissions(&self, actor: Actor) -> Permissions {
        if actor != Actor::Buyer {
            return Permissions::default();
        }
        let may_cancel = matches!(self.standing, Standing::Sound(r) if r.state.may_cancel().is_ok());
        match self.phase() {
            Phase::Payable => {
                Permissions { can_use_wallet_calldata: self.executable, can_submit_tx_hash: true, can_verify_tx_hash: true, can_cancel: may_cancel }
            }
            Phase::Unpayable => Permissions { can_submit_tx_hash: true, can_verify_tx_hash: true, can_cancel: may_cancel, ..Permissions::default() },
            Phase::Pending => Permissions { can_submit_tx_hash: true, can_verify_tx_hash: true, ..Permissions::default() },
            Phase::Settling => Permissions { can_verify_tx_hash: true, ..Permissions::default() },
            Phase::PaidElsewhere | Phase::Inspect | Phase::Paid | Phase::Ended => Permissions::default(),
        }
    }

    /// `recommendedAction` for this actor.
    #[must_use]
    pub fn recommended(&self, actor: Actor) -> RecommendedAction {
        let code = self.code(actor);
        let label = match (code, self.seen) {
            (Recommended::WaitForConfirmations, Some(seen)) => format!("{}: {}", code.label(), self.progress(seen)),
            _ => code.label().to_owned(),
        };
        RecommendedAction { code, label, can: self.permissions(actor) }
    }

    /// `availableActions[]` of the request.
    #[must_use]
    pub fn actions(&self, actor: Actor) -> Vec<AvailableAction> {
        let path = self.contract.request_path(self.id());
        let mut actions = Vec::new();
        if !self.executable {
            actions.push(self.on(Action::FetchPaymentRequest, actor).get(path.clone()));
        }
        self.payer_actions(actor, &path, &mut actions);
        match self.phase() {
            Phase::Inspect => actions.push(self.on(Action::InspectPaymentProof, actor).get(path.clone())),
            Phase::Paid => {
                let entity = Entity { kind: "receipt", id: receipt_id(self.id()) };
                actions.push(self.contract.on(Action::ViewReceipt, entity, actor).get(receipt_path(self.id())));
                if actor == Actor::Buyer {
                    actions.extend(self.contract.refund_request_actions(std::iter::once(self.id().clone())));
                }
                if self.needs_acknowledgement() && actor.side().is_some() {
                    actions.push(self.contract.acknowledge_action(self.id(), actor));
                }
            }
            Phase::Ended if actor == Actor::Buyer && self.contract.next_payment_like(self.kind()).is_ok() => {
                actions.push(self.contract.create_action(self.kind()));
            }
            Phase::Ended => actions.extend(self.contract.active_request_actions(actor, |s| s.overlaps(self.kind()))),
            Phase::Settling | Phase::PaidElsewhere | Phase::Payable | Phase::Unpayable | Phase::Pending => {}
        }
        let code = self.code(actor);
        if code == Recommended::InspectPaymentProof && self.phase() != Phase::Inspect {
            // It is another request of the agreement that has to be inspected; the list says which.
            actions.push(self.contract.on_contract(Action::InspectPaymentProof, actor).get(self.contract.requests_path()));
        }
        if code.is_wait() {
            let after = if code == Recommended::WaitForExpiry { self.contract.next_payment_like(self.kind()).err().and_then(|e| e.until()) } else { None };
            actions.push(self.on(Action::Wait, actor).get(path).waiting(after));
        }
        actions
    }

    fn payer_actions(&self, actor: Actor, path: &str, actions: &mut Vec<AvailableAction>) {
        let Standing::Sound(request) = self.standing else { return };
        let can = self.permissions(actor);
        let deadline = Timestamp::from_unix_seconds(request.signed.snapshot().deadline);
        if can.can_use_wallet_calldata {
            let payment = self.contract.payment_document(Some(request.signed.snapshot().quote), "unpaid");
            actions.push(self.on(Action::Pay, actor).paying(payment).until(deadline));
        }
        let body = json!({ "txHash": "<hash of the transaction: 0x and 64 hexadecimal digits>" });
        if can.can_submit_tx_hash {
            actions.push(self.on(Action::SubmitTxHash, actor).post(format!("{path}/submit"), body.clone(), None));
        }
        if can.can_verify_tx_hash {
            let known = self.seen.map_or(body, |seen| json!({ "txHash": seen.tx_hash.to_string() }));
            actions.push(self.on(Action::VerifyPayment, actor).post(format!("{path}/verify"), known, None));
        }
        if can.can_cancel {
            actions.push(self.on(Action::CancelPaymentRequest, actor).post(format!("{path}/cancel"), json!({}), Some("1")));
        }
    }

    fn code(&self, actor: Actor) -> Recommended {
        match (self.phase(), actor) {
            (_, Actor::Evaluator | Actor::Operator) => Recommended::None,
            (Phase::Inspect, Actor::Buyer | Actor::Seller) => Recommended::InspectPaymentProof,
            (phase, Actor::Buyer | Actor::Seller) if self.contract.payments.proof_issue && phase != Phase::Paid => Recommended::InspectPaymentProof,
            (Phase::Paid, Actor::Buyer | Actor::Seller) if self.needs_acknowledgement() => Recommended::AcknowledgePayment,
            (Phase::Paid, Actor::Buyer | Actor::Seller) => Recommended::ViewReceipt,
            (Phase::Settling | Phase::PaidElsewhere | Phase::Pending, Actor::Buyer | Actor::Seller) => Recommended::WaitForConfirmations,
            (Phase::Payable | Phase::Unpayable | Phase::Ended, Actor::Seller) => Recommended::WaitForBuyer,
            (Phase::Payable, Actor::Buyer) if self.executable => Recommended::PayNow,
            (Phase::Payable, Actor::Buyer) => Recommended::FetchPaymentRequest,
            (Phase::Unpayable, Actor::Buyer) => Recommended::ReuseOrCancelActiveRequest,
            (Phase::Ended, Actor::Buyer) => match self.contract.next_payment_like(self.kind()) {
                Ok(_) => Recommended::CreatePaymentRequest,
                Err(CannotRequest::Unit(CannotSign::Live(_))) => Recommended::ReuseOrCancelActiveRequest,
                Err(CannotRequest::Unit(CannotSign::Settling(_))) => Recommended::WaitForConfirmations,
                Err(CannotRequest::Unit(CannotSign::Overlap { .. })) => Recommended::WaitForExpiry,
                Err(CannotRequest::Chain(_)) => Recommended::WaitForOperator,
                Err(CannotRequest::Unit(CannotSign::PaidInFull | CannotSign::MoreThanOpen { .. } | CannotSign::Zero)) => Recommended::None,
                Err(CannotRequest::Agreement(_) | CannotRequest::Milestone(_) | CannotRequest::ByMilestones) => Recommended::None,
                Err(CannotRequest::Fee(_) | CannotRequest::Rest { .. } | CannotRequest::Limit) => Recommended::None,
            },
        }
    }

    fn phase(&self) -> Phase {
        let request = match self.standing {
            Standing::Unproven { .. } => return Phase::Inspect,
            Standing::Sound(_) if self.proof_issue => return Phase::Inspect,
            Standing::Sound(request) => request,
        };
        let others = || self.contract.siblings.iter().filter(|s| s.request != request.id);
        let paid_elsewhere = others().any(|s| s.unit_id == request.unit.id && matches!(s.fate, Fate::Settling | Fate::Paid));
        let another_live = others().any(|s| s.fate == Fate::Live && s.overlaps(&request.unit.kind));
        let may_pay = self.contract.may_pay(&request.unit.kind);
        let in_time = self.now.plus(LAST_CALL).unix_seconds() <= request.signed.snapshot().deadline && !self.signature_revoked;
        match &request.state {
            PaymentRequestState::Verified { .. } => Phase::Paid,
            _ if self.seen.is_some() => Phase::Settling,
            PaymentRequestState::Signed | PaymentRequestState::Submitted { .. } if paid_elsewhere => Phase::PaidElsewhere,
            PaymentRequestState::Signed if in_time && may_pay => Phase::Payable,
            PaymentRequestState::Signed => Phase::Unpayable,
            PaymentRequestState::Submitted { .. } => Phase::Pending,
            PaymentRequestState::Failed {
                reason: FailureReason::Reverted { .. } | FailureReason::TransferBlocked { .. } | FailureReason::NotThisPayment { .. },
                ..
            } if in_time && may_pay && !paid_elsewhere && !another_live => Phase::Payable,
            PaymentRequestState::Failed { .. } | PaymentRequestState::Cancelled { .. } | PaymentRequestState::Expired { .. } => Phase::Ended,
        }
    }

    /// `1 of 3 confirmations`.
    fn progress(&self, seen: Seen) -> String {
        let policy = match self.standing {
            Standing::Sound(request) => Some(request.signed.snapshot().finality),
            Standing::Unproven { .. } => None,
        };
        match policy {
            Some(FinalityPolicy::Confirmations(n)) => format!("{} of {n} confirmations", seen.confirmations.min(u64::from(n))),
            Some(policy @ (FinalityPolicy::Safe | FinalityPolicy::Finalized)) => format!("its block is not {policy} yet"),
            None => "it does not prove itself yet".to_owned(),
        }
    }

    fn id(&self) -> &PaymentRequestId {
        match self.standing {
            Standing::Sound(request) => &request.id,
            Standing::Unproven { id, .. } => id,
        }
    }

    fn kind(&self) -> &UnitKind {
        match self.standing {
            Standing::Sound(request) => &request.unit.kind,
            Standing::Unproven { unit, .. } => &unit.kind,
        }
    }

    fn on(&self, action: Action, actor: Actor) -> AvailableAction {
        self.contract.on(action, Entity { kind: "payment_request", id: self.id().to_string() }, actor)
    }
}

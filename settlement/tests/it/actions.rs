//! What is offered is what is accepted: the views of what to do next against the rules that judge it.

use alloy_primitives::{B256, Bytes, U256};
use proptest::prelude::*;
use serde_json::Value;
use settlement::Timestamp;
use settlement::agreement::{AgreementRecord, AgreementState, PaymentFacts};
use settlement::asset::Token;
use settlement::available_action::{Action, ActionState, AvailableAction};
use settlement::dispute::{Dispute, may_open};
use settlement::ids::{PaymentRequestId, ProfileId, UnitId};
use settlement::milestone::{Circumstances, Milestone, MilestoneState, Plan, Progress, Side};
use settlement::money::{Amount, FeePolicy};
use settlement::next_action::{Actor, AgreementFacts, CannotRequest, DisputeFacts, MilestonePayment, NoSigning, Pending, Recommended, RequestFacts, Seen};
use settlement::payment_request::{FailureReason, PaymentRequest, PaymentRequestState, Standing, is_unexpected};
use settlement::payout_change::{PayoutChangeState, Word, may_request};
use settlement::refund::{PaidFate, PaidRequest, Refunds};
use settlement::scope::Scope;
use settlement::snapshot::{Ask, Snapshot};
use settlement::terms::{PaymentTiming, Terms};
use settlement::unit::{Fate, NextUnit, Sibling, Unit, UnitKind, next_milestone_unit, next_unit, open_amount};
use settlement::verify::AgreedTerms;

use crate::disputes;
use crate::payouts;
use crate::states::{agreement_states, milestone_states, plans, request_states};
use crate::world::{self, Case, DEADLINE, amount, at, delivery};

pub const ACTORS: [Actor; 4] = [Actor::Buyer, Actor::Seller, Actor::Evaluator, Actor::Operator];

/// What an agreement and its payments are, owned.
#[derive(Clone, Debug)]
struct Facts {
    agreement: AgreementRecord,
    token: Token,
    payments: PaymentFacts,
    plan: Plan,
    siblings: Vec<Sibling>,
    refunds: Refunds,
    final_time: u64,
    pending: Pending,
    no_signing: Option<NoSigning>,
}

impl Facts {
    fn of(agreement: AgreementRecord, siblings: Vec<Sibling>, proof_issue: bool, final_time: u64) -> Self {
        Self::with(Plan::default(), agreement, siblings, (proof_issue, final_time))
    }

    fn with(plan: Plan, agreement: AgreementRecord, siblings: Vec<Sibling>, (proof_issue, final_time): (bool, u64)) -> Self {
        let paid = siblings.iter().filter(|s| s.fate == Fate::Paid).map(|s| s.seller_amount.atomic()).sum::<U256>();
        let payments = PaymentFacts {
            paid_in_full: !paid.is_zero() && open_amount(agreement.terms.amount, &siblings).is_zero(),
            any_verified: !paid.is_zero(),
            live_request: siblings.iter().any(|s| matches!(s.fate, Fate::Live | Fate::Settling)),
            proof_issue,
            milestones: plan.progress(!paid.is_zero()),
            ..PaymentFacts::default()
        };
        let fate = |s: &Sibling| match s.fate {
            Fate::Paid if proof_issue => PaidFate::InDoubt,
            Fate::Paid => PaidFate::Proven,
            Fate::Live | Fate::Settling | Fate::Ended => PaidFate::Unverified,
        };
        let paid = siblings.iter().map(|s| PaidRequest { payment: s.request.clone(), amount: s.seller_amount, fate: fate(s) });
        let refunds = Refunds { payments: paid.collect(), refunds: Vec::new() };
        Self { agreement, token: world::token(), payments, plan, siblings, refunds, final_time, pending: Pending::default(), no_signing: None }
    }

    /// With what stands open between the parties, and what follows from it.
    fn open(mut self, pending: Pending) -> Self {
        self.payments.unacknowledged = !pending.to_acknowledge.is_empty();
        self.payments.disputed = pending.dispute.as_ref().is_some_and(|dispute| dispute.opened_by == Side::Buyer);
        self.pending = pending;
        self
    }

    fn view(&self) -> AgreementFacts<'_> {
        let Self { agreement, token, payments, plan, siblings, refunds, final_time, pending, no_signing } = self;
        AgreementFacts { agreement, token, payments: *payments, plan, siblings, refunds, final_time: *final_time, pending, now: at(0), no_signing: *no_signing }
    }

    fn circumstances(&self) -> Circumstances<'_> {
        Circumstances { agreement: &self.agreement.state, payments: self.payments, is_final: self.plan.is_final() }
    }
}

fn agreement(state: AgreementState, timing: PaymentTiming) -> AgreementRecord {
    let mut document = world::terms_document();
    document["paymentTiming"] = match timing {
        PaymentTiming::OnDelivery => "on_delivery".into(),
        PaymentTiming::AnyTime => "any_time".into(),
    };
    AgreementRecord { state, terms: Terms::parse(&document).unwrap(), ..world::agreement() }
}

fn any_agreement() -> impl Strategy<Value = AgreementRecord> {
    let timing = prop_oneof![Just(PaymentTiming::OnDelivery), Just(PaymentTiming::AnyTime)];
    (prop::sample::select(agreement_states()), timing).prop_map(|(state, timing)| agreement(state, timing))
}

fn any_fate() -> impl Strategy<Value = Fate> {
    prop::sample::select(vec![Fate::Live, Fate::Settling, Fate::Ended, Fate::Paid])
}

/// Plans of up to three milestones, whatever the combination.
fn any_plan() -> impl Strategy<Value = Plan> {
    let one = (prop::sample::select(vec![2_500_000u64, 5_000_000, 10_000_000, 12_500_000]), prop::sample::select(milestone_states()));
    let confirmed = || prop::option::of(3..5u64);
    let drafts = (prop::collection::vec(one.clone(), 0..4), confirmed(), confirmed(), any::<bool>()).prop_map(|(parts, buyer, seller, is_final)| Plan {
        version: 4,
        buyer_confirmed: buyer,
        seller_confirmed: seller,
        finalised_at: is_final.then(|| at(1)),
        milestones: parts.into_iter().zip(1..).map(|((amount, state), n)| world::milestone(n, amount, state)).collect(),
    });
    prop_oneof![2 => Just(Plan::default()), 3 => drafts, 2 => prop::sample::select(plans()).prop_map(|(_, plan)| plan)]
}

/// What a number of [`any_siblings`] stands for.
fn kind(unit: u64) -> UnitKind {
    match unit {
        0 => UnitKind::Whole,
        1 | 2 => UnitKind::Instalment(u32::try_from(unit).unwrap()),
        _ => UnitKind::Milestone(world::milestone_id(unit - 2)),
    }
}

/// Requests of up to five units. The numbers start at `first`; unit 6 is the one of `world::unit`.
fn any_siblings(first: u64) -> impl Strategy<Value = Vec<Sibling>> {
    let one = (0..5u64, prop::sample::select(vec![12_500_000u64, 2_500_000, 10_000_000]), any_fate(), 0..3u64);
    prop::collection::vec(one, 0..4).prop_map(move |list| {
        let sibling = |(n, (unit, seller_amount, fate, late)): (usize, (u64, u64, Fate, u64))| Sibling {
            request: world::request_id(first + n as u64),
            unit: kind(unit),
            unit_id: UnitId::new(world::ulid(6 + unit)),
            seller_amount: amount(seller_amount),
            deadline: DEADLINE + late * 600,
            fate,
        };
        list.into_iter().enumerate().map(sibling).collect()
    })
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let final_time = prop::sample::select(vec![0, DEADLINE, DEADLINE + 1, DEADLINE + 5_000]);
    let no_signing = prop::option::weighted(0.2, prop::sample::select(vec![NoSigning::Halted, NoSigning::NotSettled, NoSigning::NoSigner, NoSigning::Revoked]));
    let open = (any_dispute(), prop::bool::weighted(0.2), any_word(), no_signing);
    (any_plan(), any_agreement(), any_siblings(1), prop::bool::weighted(0.2), final_time, open).prop_map(
        |(plan, agreement, siblings, proof_issue, final_time, (dispute, unexpected, word, no_signing))| {
            let paid = siblings.iter().filter(|s| s.fate == Fate::Paid);
            let pending = Pending {
                to_acknowledge: paid.filter(|_| unexpected).map(|s| s.request.clone()).collect(),
                disputes: if dispute.is_some() { 1 } else { settlement::dispute::MAX_DISPUTES * usize::from(unexpected) },
                dispute,
                payout_change: word.map(|asked| payouts::change(PayoutChangeState::Requested, asked)),
                payout_changes: if unexpected { settlement::payout_change::MAX_PAYOUT_CHANGES } else { 1 },
            };
            Facts { no_signing, ..Facts::with(plan, agreement, siblings, (proof_issue, final_time)).open(pending) }
        },
    )
}

/// How the seller has asked for a payout change, where it has.
fn any_word() -> impl Strategy<Value = Option<Word>> {
    prop::option::weighted(0.3, prop::sample::select(vec![Word::Authenticated, Word::Signed(Bytes::from(vec![1; 65]))]))
}

/// A dispute that has not ended, or none.
fn any_dispute() -> impl Strategy<Value = Option<Dispute>> {
    let open: Vec<Dispute> = disputes::disputes().into_iter().map(|(_, dispute)| dispute).filter(|dispute| dispute.state.is_open()).collect();
    prop::option::weighted(0.3, prop::sample::select(open))
}

/// Whether the rules accept the action on this entity; `None` for reads, which no rule judges.
fn accepted_by_rules(action: Action, entity: &str, actor: Actor, facts: &Facts) -> Option<bool> {
    let milestone = facts.plan.milestones.iter().find(|m| m.id.as_str() == entity);
    Some(match (action, milestone) {
        (Action::ViewReceipt, _) => facts.siblings.iter().any(|s| s.fate == Fate::Paid),
        (Action::FetchPaymentRequest, _) => !facts.siblings.is_empty(),
        (Action::InspectPaymentProof, _) => facts.payments.proof_issue,
        (Action::RequestRefund, _) => actor == Actor::Buyer && facts.refunds.reserve(Some(&entity.parse().unwrap()), None).is_ok(),
        (Action::AcknowledgePayment, _) => actor.side().is_some() && facts.pending.to_acknowledge.iter().any(|request| request.as_str() == entity),
        (Action::ViewDispute, _) => facts.pending.dispute.is_some(),
        (Action::AnswerDispute | Action::ProposeResolution | Action::AgreeResolution | Action::WithdrawDispute | Action::RecommendResolution, _) => {
            facts.pending.dispute.as_ref().is_some_and(|dispute| disputes::accepted(action, actor, dispute))
        }
        (Action::ViewPayoutChange, _) => facts.pending.payout_change.is_some(),
        (Action::ConfirmPayoutChange | Action::DeclinePayoutChange | Action::CancelPayoutChange, _) => {
            facts.pending.payout_change.as_ref().is_some_and(|change| payouts::accepted(action, actor, change))
        }
        (Action::ViewInvoice | Action::Wait, _) => return None,
        (_, Some(milestone)) => accepted_for(milestone, action, actor, facts),
        (_, None) => accepted_for_agreement(action, actor, facts),
    })
}

fn accepted_for_agreement(action: Action, actor: Actor, facts: &Facts) -> bool {
    let (state, payments, agreed) = (facts.agreement.state.clone(), facts.payments, facts.agreement.terms.amount);
    let (someone, c, rest) = (ProfileId::new(world::ulid(2)), facts.circumstances(), facts.plan.left(agreed, None));
    let party = matches!(actor, Actor::Buyer | Actor::Seller);
    match action {
        Action::SubmitDelivery => actor == Actor::Seller && state.submit(delivery(), payments, at(9)).is_ok(),
        Action::Accept => actor == Actor::Buyer && state.accept(payments, at(9)).is_ok(),
        Action::Reject => actor == Actor::Buyer && state.reject("not what was agreed".to_owned(), payments, at(9)).is_ok(),
        Action::CancelContract => party && state.cancel("changed plans".to_owned(), someone, payments, at(9)).is_ok(),
        Action::CreatePaymentRequest => {
            let unit = next_unit(agreed, None, &facts.siblings, facts.final_time);
            let undivided = payments.milestones == Progress::None;
            actor == Actor::Buyer
                && undivided
                && state.may_pay(facts.agreement.terms.payment_timing, payments).is_ok()
                && unit.is_ok()
                && facts.no_signing.is_none()
        }
        Action::OpenDispute => party && may_open(payments, facts.pending.disputes, facts.pending.dispute.is_some()).is_ok(),
        Action::RequestPayoutChange => {
            let (open, earlier) = (facts.pending.payout_change.is_some(), facts.pending.payout_changes);
            actor == Actor::Seller && may_request(&facts.agreement.state, payments, earlier, open).is_ok()
        }
        Action::CreateMilestone => {
            actor.side().is_some_and(|side| facts.plan.may_add(side, c).is_ok()) && !rest.is_zero() && facts.agreement.fee.quote(rest).is_ok()
        }
        Action::ConfirmPlan => actor.side().is_some_and(|side| facts.plan.clone().confirm(side, agreed, c).is_ok()),
        Action::FinalizePlan => actor == Actor::Buyer && facts.plan.clone().finalise(c, (&facts.siblings, facts.final_time), at(9)).is_ok(),
        other => panic!("{other:?} is not done to an agreement"),
    }
}

fn accepted_for(milestone: &Milestone, action: Action, actor: Actor, facts: &Facts) -> bool {
    let (state, c) = (milestone.state.clone(), facts.circumstances());
    match action {
        Action::ActivateMilestone => actor == Actor::Buyer && state.activate(c).is_ok(),
        Action::UpdateMilestone => actor.side().is_some_and(|side| state.may_update(side, c).is_ok()),
        Action::CancelMilestone => actor.side().is_some_and(|side| state.cancel(side, c, at(9)).is_ok()),
        Action::SubmitMilestone => actor == Actor::Seller && state.submit(delivery(), c, at(9)).is_ok(),
        Action::AcceptMilestone => actor == Actor::Buyer && state.accept(c, at(9)).is_ok(),
        Action::RejectMilestone => actor == Actor::Buyer && state.reject("not what was agreed".to_owned(), c, at(9)).is_ok(),
        Action::CreatePaymentRequest => {
            let wanted = (&milestone.id, milestone.part.amount);
            let unit = next_milestone_unit(facts.agreement.terms.amount, wanted, &facts.siblings, facts.final_time);
            actor == Actor::Buyer && milestone.may_pay(c).is_ok() && unit.is_ok() && facts.no_signing.is_none()
        }
        other => panic!("{other:?} is not done to a milestone"),
    }
}

/// The actions that change an agreement or its plan, and those that change a milestone.
const OF_AGREEMENTS: [Action; 10] = [
    Action::OpenDispute,
    Action::RequestPayoutChange,
    Action::SubmitDelivery,
    Action::Accept,
    Action::Reject,
    Action::CancelContract,
    Action::CreatePaymentRequest,
    Action::CreateMilestone,
    Action::ConfirmPlan,
    Action::FinalizePlan,
];
const OF_MILESTONES: [Action; 7] = [
    Action::ActivateMilestone,
    Action::UpdateMilestone,
    Action::CancelMilestone,
    Action::SubmitMilestone,
    Action::AcceptMilestone,
    Action::RejectMilestone,
    Action::CreatePaymentRequest,
];

/// Offers are what the rules accept, and refusals are what they refuse.
fn check_offers(actions: &[AvailableAction], actor: Actor, facts: &Facts) -> Result<(), TestCaseError> {
    for action in actions {
        let accepted = accepted_by_rules(action.action, &action.entity.id, actor, facts);
        match action.state {
            ActionState::Available => prop_assert_ne!(accepted, Some(false), "{:?} by {:?}", action, actor),
            ActionState::Blocked => prop_assert_eq!(accepted, Some(false), "{:?} by {:?}", action, actor),
            ActionState::Waiting if action.action == Action::ConfirmPayoutChange => prop_assert_eq!(accepted, Some(false), "it has to stand for a day"),
            ActionState::Waiting => prop_assert_eq!(action.action, Action::Wait),
        }
    }
    Ok(())
}

/// Nothing that would be accepted is hidden.
fn check_complete(all: &[Action], entity: &str, actions: &[AvailableAction], (actor, facts): (Actor, &Facts)) -> Result<(), TestCaseError> {
    for action in all {
        let offered = actions.iter().any(|a| a.action == *action && a.entity.id == entity && a.state == ActionState::Available);
        prop_assert_eq!(Some(offered), accepted_by_rules(*action, entity, actor, facts), "{:?} of {} by {:?}", action, entity, actor);
    }
    Ok(())
}

/// The actions that change a dispute, and those that decide on a payout change.
const OF_DISPUTES: [Action; 5] =
    [Action::AnswerDispute, Action::ProposeResolution, Action::AgreeResolution, Action::WithdrawDispute, Action::RecommendResolution];
const OF_PAYOUT_CHANGES: [Action; 3] = [Action::ConfirmPayoutChange, Action::DeclinePayoutChange, Action::CancelPayoutChange];

/// Nothing that would be accepted about what stands open is hidden.
fn check_pending(actions: &[AvailableAction], actor: Actor, facts: &Facts) -> Result<(), TestCaseError> {
    for request in &facts.pending.to_acknowledge {
        check_complete(&[Action::AcknowledgePayment], request.as_str(), actions, (actor, facts))?;
    }
    if let Some(dispute) = &facts.pending.dispute {
        check_complete(&OF_DISPUTES, dispute.id.as_str(), actions, (actor, facts))?;
    }
    if let Some(change) = &facts.pending.payout_change {
        check_complete(&OF_PAYOUT_CHANGES, change.id.as_str(), actions, (actor, facts))?;
    }
    Ok(())
}

/// The actions that carry a recommendation out.
fn carried_out_by(code: Recommended) -> &'static [Action] {
    match code {
        Recommended::SubmitDelivery => &[Action::SubmitDelivery],
        Recommended::DecideDelivery => &[Action::Accept, Action::Reject],
        Recommended::CreatePaymentRequest => &[Action::CreatePaymentRequest],
        Recommended::FetchPaymentRequest => &[Action::FetchPaymentRequest],
        Recommended::ReuseOrCancelActiveRequest => &[Action::CancelPaymentRequest, Action::FetchPaymentRequest],
        Recommended::PayNow => &[Action::Pay],
        Recommended::WaitForConfirmations
        | Recommended::WaitForExpiry
        | Recommended::WaitForSeller
        | Recommended::WaitForBuyer
        | Recommended::WaitForOperator => &[Action::Wait],
        Recommended::ReviewMilestone => &[Action::ActivateMilestone, Action::CancelMilestone],
        Recommended::CompletePlan => &[Action::CreateMilestone, Action::UpdateMilestone, Action::CancelMilestone],
        Recommended::ConfirmPlan => &[Action::ConfirmPlan],
        Recommended::FinalizePlan => &[Action::FinalizePlan],
        Recommended::SubmitMilestone => &[Action::SubmitMilestone],
        Recommended::DecideMilestone => &[Action::AcceptMilestone, Action::RejectMilestone],
        Recommended::InspectPaymentProof => &[Action::InspectPaymentProof],
        Recommended::AnswerRefund => &[Action::ApproveRefund, Action::DenyRefund],
        Recommended::FetchRefundPayment => &[Action::FetchRefundPayment],
        Recommended::PayRefund => &[Action::PayRefund],
        Recommended::ApproveRefundAgain => &[Action::ApproveRefund],
        Recommended::InspectRefund => &[Action::InspectRefund],
        Recommended::ViewReceipt => &[Action::ViewReceipt],
        Recommended::AcknowledgePayment => &[Action::AcknowledgePayment],
        Recommended::AnswerDispute => &[Action::AnswerDispute],
        Recommended::ResolveDispute => &[Action::ProposeResolution, Action::AgreeResolution],
        Recommended::RecommendResolution => &[Action::RecommendResolution],
        Recommended::None => &[],
    }
}

pub fn check_followed(code: Recommended, actions: &[AvailableAction]) -> Result<(), TestCaseError> {
    let wanted = carried_out_by(code);
    let state = if code.is_wait() { ActionState::Waiting } else { ActionState::Available };
    let found = actions.iter().any(|a| wanted.contains(&a.action) && a.state == state);
    prop_assert!(found || code == Recommended::None, "{code:?} is recommended, and nothing offered carries it out: {actions:#?}");
    Ok(())
}

/// Every key of `opentask-available-actions-v1`, and none that an agent would redact.
pub fn check_shape(actions: &[AvailableAction]) -> Result<(), TestCaseError> {
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let all = [
        "action",
        "actor",
        "availableAfter",
        "availableUntil",
        "blockedReason",
        "confirmation",
        "dueAt",
        "entity",
        "id",
        "idempotency",
        "invocation",
        "label",
        "payment",
        "schemaVersion",
        "state",
    ];
    for action in actions {
        let json = serde_json::to_value(action).unwrap();
        prop_assert_eq!(keys(&json), all);
        prop_assert_eq!(json["schemaVersion"].as_str(), Some("opentask-available-actions-v1"));
        prop_assert_eq!(keys(&json["entity"]), ["id", "type"]);
        prop_assert_eq!(keys(&json["actor"]), ["eligibleProfileId", "requiredScopeMode", "requiredScopes", "role", "scopeRequirements"]);
        prop_assert_eq!(keys(&json["invocation"]), ["bodyTemplate", "endpoint", "mcpTool", "method"]);
        prop_assert_eq!(keys(&json["confirmation"]), ["appliesTo", "reason", "required"]);
        prop_assert_eq!(keys(&json["idempotency"]), ["appliesTo", "header", "required", "valueHint"]);
        if !json["payment"].is_null() {
            let payment = ["amountAtomic", "amountDisplay", "currency", "network", "proof", "rail", "required", "status"];
            prop_assert_eq!(keys(&json["payment"]), payment);
        }
        prop_assert_eq!(json["blockedReason"].is_null(), action.state != ActionState::Blocked);
        for scope in json["actor"]["requiredScopes"].as_array().unwrap() {
            prop_assert!(scope.as_str().unwrap().parse::<Scope>().is_ok());
        }
        let hint_is_a_key = |hint: &str| !hint.is_empty() && hint.len() <= 200 && hint.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b));
        prop_assert!(action.idempotency.value_hint.as_deref().is_none_or(hint_is_a_key));
        prop_assert_eq!(action.idempotency.required, matches!(action.invocation.method, Some("POST" | "PATCH")));
        check_no_redacted_key(&json)?;
    }
    let mut ids: Vec<_> = actions.iter().map(|a| &a.id).collect();
    ids.sort();
    ids.dedup();
    prop_assert_eq!(ids.len(), actions.len(), "an id names one action");
    Ok(())
}

fn check_no_redacted_key(json: &Value) -> Result<(), TestCaseError> {
    if let Some(object) = json.as_object() {
        for (key, value) in object {
            prop_assert!(!["token", "secret", "password", "authorization"].contains(&key.as_str()), "{key}");
            check_no_redacted_key(value)?;
        }
    }
    json.as_array().map_or(Ok(()), |list| list.iter().try_for_each(check_no_redacted_key))
}

/// A request with its siblings, whatever the combination.
fn any_request() -> impl Strategy<Value = (Facts, PaymentRequest, Option<Seen>, bool, Timestamp, bool)> {
    let states: Vec<_> = request_states().into_iter().map(|(_, state)| state).collect();
    let seen = prop::option::weighted(0.2, (0..5u64).prop_map(|confirmations| Seen { tx_hash: B256::repeat_byte(0x77), confirmations }));
    let now = prop::sample::select(vec![DEADLINE - 600, DEADLINE - 31, DEADLINE - 30, DEADLINE - 29, DEADLINE, DEADLINE + 1, DEADLINE + 9_000]);
    let unit = prop::sample::select(vec![UnitKind::Whole, UnitKind::Milestone(world::milestone_id(1))]);
    (any_facts(), prop::sample::select(states), unit, seen, prop::bool::weighted(0.1), now, any::<bool>()).prop_map(
        |(facts, state, unit, seen, proof_issue, now, executable)| {
            let mut request = world::request(state);
            request.unit.kind = unit;
            let mut siblings = facts.siblings;
            siblings.push(sibling_of(&request, seen));
            let no_signing = facts.no_signing;
            let facts = Facts::with(facts.plan, facts.agreement, siblings, (facts.payments.proof_issue, facts.final_time)).open(facts.pending);
            let facts = Facts { no_signing, ..facts };
            (facts, request, seen, proof_issue, Timestamp::from_unix_seconds(now), executable)
        },
    )
}

fn sibling_of(request: &PaymentRequest, seen: Option<Seen>) -> Sibling {
    let fate = match request.state {
        PaymentRequestState::Verified { .. } => Fate::Paid,
        _ if seen.is_some() => Fate::Settling,
        PaymentRequestState::Signed | PaymentRequestState::Submitted { .. } => Fate::Live,
        PaymentRequestState::Cancelled { .. } | PaymentRequestState::Failed { .. } | PaymentRequestState::Expired { .. } => Fate::Ended,
    };
    let snapshot = request.signed.snapshot();
    Sibling {
        request: request.id.clone(),
        unit: request.unit.kind.clone(),
        unit_id: request.unit.id.clone(),
        seller_amount: snapshot.quote.seller,
        deadline: snapshot.deadline,
        fate,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn an_agreement_offers_what_its_rules_accept_and_blocks_what_they_refuse(facts in any_facts()) {
        for actor in ACTORS {
            let actions = facts.view().actions(actor);
            check_shape(&actions)?;
            check_offers(&actions, actor, &facts)?;
            check_pending(&actions, actor, &facts)?;
            check_complete(&OF_AGREEMENTS, facts.agreement.id.as_str(), &actions, (actor, &facts))?;
            for milestone in facts.plan.live() {
                check_complete(&OF_MILESTONES, milestone.id.as_str(), &actions, (actor, &facts))?;
            }
            check_followed(facts.view().recommended(actor), &actions)?;
        }
    }

    #[test]
    fn a_milestone_offers_what_its_rules_accept(facts in any_facts()) {
        for (actor, milestone) in ACTORS.into_iter().flat_map(|actor| facts.plan.milestones.iter().map(move |milestone| (actor, milestone))) {
            let contract = facts.view();
            let view = contract.on_plan(milestone);
            let actions = view.actions(actor);
            check_shape(&actions)?;
            check_offers(&actions, actor, &facts)?;
            check_complete(&OF_MILESTONES, milestone.id.as_str(), &actions, (actor, &facts))?;
            check_followed(view.recommended(actor), &actions)?;
            let is_owed = matches!(milestone.state, MilestoneState::Accepted { .. });
            let is_paid = facts.siblings.iter().any(|s| s.unit.milestone() == Some(&milestone.id) && s.fate == Fate::Paid);
            prop_assert_eq!(view.payment() == MilestonePayment::Paid, is_paid && !facts.payments.proof_issue);
            prop_assert!(view.payment() != MilestonePayment::Due || is_owed && !is_paid);
        }
    }

    #[test]
    fn a_dispute_offers_what_its_rules_accept(dispute in prop::sample::select(disputes::disputes())) {
        let facts = Facts::of(world::agreement(), vec![], false, 0);
        let contract = facts.view();
        let view = DisputeFacts { contract: &contract, dispute: &dispute.1 };
        for actor in ACTORS {
            let actions = view.actions(actor);
            check_shape(&actions)?;
            check_followed(view.recommended(actor), &actions)?;
            for action in OF_DISPUTES {
                let offered = actions.iter().any(|a| a.action == action && a.state == ActionState::Available);
                prop_assert_eq!(offered, disputes::accepted(action, actor, &dispute.1), "{:?} by {:?} in {}", action, actor, dispute.0);
            }
        }
    }

    #[test]
    fn a_request_offers_only_what_its_rules_accept((facts, request, seen, proof_issue, now, executable) in any_request()) {
        let contract = facts.view();
        let view = RequestFacts { contract: &contract, standing: Standing::Sound(&request), seen, signature_revoked: false, proof_issue, now, executable };
        for actor in ACTORS {
            let actions = view.actions(actor);
            check_shape(&actions)?;
            let recommended = view.recommended(actor);
            check_followed(recommended.code, &actions)?;
            let offers = |action| actions.iter().any(|a| a.action == action && a.state == ActionState::Available);
            let can = view.permissions(actor);
            prop_assert_eq!(can, recommended.can);
            prop_assert_eq!(can.can_use_wallet_calldata, offers(Action::Pay));
            prop_assert_eq!(can.can_submit_tx_hash, offers(Action::SubmitTxHash));
            prop_assert_eq!(can.can_verify_tx_hash, offers(Action::VerifyPayment));
            prop_assert_eq!(can.can_cancel, offers(Action::CancelPaymentRequest));
            let state = || request.state.clone();
            let party = matches!(actor, Actor::Buyer | Actor::Seller);
            let verified = matches!(request.state, PaymentRequestState::Verified { .. });
            if party && (proof_issue || facts.payments.proof_issue && !verified) {
                prop_assert_eq!(recommended.code, Recommended::InspectPaymentProof, "a proof in doubt stops the payments of its agreement");
            }
            if actor != Actor::Buyer {
                prop_assert_eq!(can, settlement::next_action::Permissions::default(), "only the payer acts on a request");
            }
            if offers(Action::SubmitTxHash) {
                prop_assert!(state().submit(B256::ZERO, at(9)).is_ok());
            }
            if offers(Action::CancelPaymentRequest) {
                prop_assert!(state().cancel(None, at(9)).is_ok());
            }
            if offers(Action::CreatePaymentRequest) {
                let entity = request.unit.kind.milestone().map_or(facts.agreement.id.as_str(), |id| id.as_str());
                prop_assert_eq!(accepted_by_rules(Action::CreatePaymentRequest, entity, actor, &facts), Some(true));
            }
            prop_assert_eq!(offers(Action::ViewReceipt), matches!(request.state, PaymentRequestState::Verified { .. }) && !proof_issue);
            if offers(Action::Pay) {
                let others = || facts.siblings.iter().filter(|s| s.request != request.id);
                prop_assert!(executable && view.is_payable() && !view.is_expired());
                prop_assert!(now.unix_seconds() < DEADLINE, "the router would refuse it");
                prop_assert!(seen.is_none() && !proof_issue && !facts.payments.proof_issue, "never a second payment while the first may settle");
                prop_assert!(!matches!(request.state, PaymentRequestState::Submitted { .. }), "never a second payment while the first may settle");
                let same_nonce = |s: &Sibling| s.unit_id == request.unit.id && matches!(s.fate, Fate::Settling | Fate::Paid);
                prop_assert!(!others().any(same_nonce), "its nonce is used");
            }
            if offers(Action::SubmitTxHash) && !request.state.name().is_live() {
                let another = facts.siblings.iter().any(|s| s.request != request.id && s.fate == Fate::Live && s.overlaps(&request.unit.kind));
                prop_assert!(!another, "two requests would be live");
            }
        }
    }

    #[test]
    fn a_request_that_does_not_prove_itself_is_only_inspected(facts in any_facts(), executable: bool) {
        let (id, unit) = (world::request_id(0), world::unit());
        let contract = facts.view();
        let standing = Standing::Unproven { id: &id, unit: &unit };
        let view = RequestFacts { contract: &contract, standing, seen: None, signature_revoked: false, proof_issue: true, now: at(0), executable };
        for actor in [Actor::Buyer, Actor::Seller] {
            prop_assert_eq!(view.recommended(actor).code, Recommended::InspectPaymentProof);
            prop_assert_eq!(view.permissions(actor), settlement::next_action::Permissions::default());
            let reads = [Action::InspectPaymentProof, Action::FetchPaymentRequest];
            prop_assert!(view.actions(actor).iter().all(|a| reads.contains(&a.action)));
        }
        prop_assert!(!view.is_payable() && !view.is_expired());
    }
}

#[test]
fn a_payment_that_would_strand_a_rest_is_refused() {
    let mut facts = Facts::of(world::agreement(), vec![], false, 0);
    // 20 % of the total at the most: a fixed fee of 1 USDC needs at least 4 USDC under it.
    facts.agreement.fee = FeePolicy { bps: 0, fixed: amount(1_000_000), recipient: world::FEE_RECIPIENT };
    let leaves = |rest: u64| facts.view().next_payment(Some(amount(12_500_000 - rest)));
    assert!(leaves(4_000_000).is_ok());
    let refusal = leaves(3_999_999).unwrap_err();
    assert!(matches!(refusal, CannotRequest::Rest { .. }), "{refusal}");
    assert_eq!((refusal.code(), refusal.to_string().as_str()), ("fee_refused", "the 3999999 that this payment leaves open could not be paid"));
    assert!(leaves(0).is_ok());
}

#[test]
fn a06_a_request_is_expired_after_its_deadline_and_payable_until_shortly_before() {
    let signed = world::request(PaymentRequestState::Signed);
    let facts = Facts::of(world::agreement(), vec![sibling_of(&signed, None)], false, 0);
    let contract = facts.view();
    let at_second = |second: u64| {
        let now = Timestamp::from_unix_seconds(second);
        let view = RequestFacts {
            contract: &contract,
            standing: Standing::Sound(&signed),
            seen: None,
            signature_revoked: false,
            proof_issue: false,
            now,
            executable: true,
        };
        (view.is_payable(), view.is_expired(), view.recommended(Actor::Buyer).code)
    };
    assert_eq!(at_second(DEADLINE - 30), (true, false, Recommended::PayNow));
    assert_eq!(at_second(DEADLINE - 29), (false, false, Recommended::ReuseOrCancelActiveRequest));
    assert_eq!(at_second(DEADLINE), (false, false, Recommended::ReuseOrCancelActiveRequest));
    assert_eq!(at_second(DEADLINE + 1), (false, true, Recommended::ReuseOrCancelActiveRequest));
}

#[test]
fn a_wait_says_how_many_confirmations_there_are() {
    let submitted = world::request(PaymentRequestState::Submitted { tx_hash: B256::repeat_byte(0x77), at: at(0) });
    let seen = Some(Seen { tx_hash: B256::repeat_byte(0x77), confirmations: 2 });
    let facts = Facts::of(world::agreement(), vec![sibling_of(&submitted, seen)], false, 0);
    let contract = facts.view();
    let view = RequestFacts {
        contract: &contract,
        standing: Standing::Sound(&submitted),
        seen,
        signature_revoked: false,
        proof_issue: false,
        now: at(0),
        executable: true,
    };
    let json = serde_json::to_value(view.recommended(Actor::Buyer)).unwrap();
    insta::assert_json_snapshot!(json, @r#"
    {
      "canCancel": false,
      "canSubmitTxHash": false,
      "canUseWalletCalldata": false,
      "canVerifyTxHash": true,
      "code": "wait_for_confirmations",
      "label": "Wait until the payment is final: 2 of 3 confirmations"
    }
    "#);
}

#[test]
fn the_create_action_says_all_that_is_needed_to_call_it() {
    let facts = Facts::of(world::agreement(), vec![], false, 0);
    let actions = facts.view().actions(Actor::Buyer);
    let create = actions.iter().find(|a| a.action == Action::CreatePaymentRequest).unwrap();
    insta::assert_json_snapshot!("create_action", create);
}

#[test]
fn what_takes_a_signature_is_not_offered_while_nothing_can_be_signed() {
    let accepted = AgreementState::Accepted { submission: delivery(), at: at(1) };
    for (no_signing, code) in [(NoSigning::Halted, "indexer_halted"), (NoSigning::Revoked, "signer_unavailable")] {
        let facts = Facts { no_signing: Some(no_signing), ..Facts::of(agreement(accepted.clone(), PaymentTiming::OnDelivery), vec![], false, 0) };
        let actions = facts.view().actions(Actor::Buyer);
        let create = actions.iter().find(|a| a.action == Action::CreatePaymentRequest).unwrap();
        assert_eq!((create.state, create.blocked_reason.as_ref().unwrap().code), (ActionState::Blocked, code));
        assert!(create.blocked_reason.as_ref().unwrap().recoverable);
        assert_eq!(facts.view().recommended(Actor::Buyer), Recommended::WaitForOperator);
        // What stands in the way for another reason is said first: it would stand there afterwards too.
        let early = Facts { no_signing: Some(no_signing), ..Facts::of(agreement(AgreementState::InProgress, PaymentTiming::OnDelivery), vec![], false, 0) };
        assert_eq!(early.view().recommended(Actor::Buyer), Recommended::WaitForSeller);
    }
}

#[test]
fn a_new_attempt_gets_a_new_idempotency_hint() {
    let hint = |siblings| {
        let facts = Facts::of(world::agreement(), siblings, false, 0);
        facts.view().actions(Actor::Buyer).into_iter().find(|a| a.action == Action::CreatePaymentRequest).unwrap().idempotency.value_hint
    };
    let cancelled = world::request(PaymentRequestState::Cancelled { reason: None, at: at(0) });
    assert_ne!(hint(vec![]), hint(vec![sibling_of(&cancelled, None)]), "the stored answer of the first would be the cancelled request");
}

/// Two agents that know nothing but what is recommended to them, and a chain on which anything may happen to a transaction.
struct Town {
    agreement: AgreementRecord,
    plan: Plan,
    requests: Vec<PaymentRequest>,
    now: u64,
    /// Transactions that were sent: request, and what becomes of them.
    sent: Vec<(usize, Luck)>,
    /// Events that are seen, with their confirmations.
    seen: Vec<(usize, u64)>,
    /// Payments that came unexpectedly, and that an agent has acknowledged.
    acknowledged: Vec<PaymentRequestId>,
}

/// What becomes of something that an agent does outside of our sight.
#[derive(Clone, Copy, Debug)]
enum Luck {
    /// The transaction is mined; its hash is named.
    Mined,
    /// The transaction is mined, and the agent dies before it names the hash.
    MinedUnnamed,
    /// The transaction reverts.
    Reverts,
    /// It is never mined.
    Dropped,
    /// The agent sleeps through the deadline.
    Sleeps,
}

impl Town {
    fn facts(&self) -> Facts {
        let seen = |n: usize| self.seen.iter().find(|(m, _)| *m == n).map(|(_, confirmations)| Seen { tx_hash: tx(n), confirmations: *confirmations });
        let siblings = self.requests.iter().enumerate().map(|(n, request)| sibling_of(request, seen(n))).collect();
        let unexpected = self.requests.iter().filter(|r| is_unexpected(&r.state, &self.agreement.state) && !self.acknowledged.contains(&r.id));
        let pending = Pending { to_acknowledge: unexpected.map(|r| r.id.clone()).collect(), ..Pending::default() };
        Facts::with(self.plan.clone(), self.agreement.clone(), siblings, (false, self.now)).open(pending)
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.now)
    }

    fn seller(&mut self) {
        let facts = self.facts();
        let c = facts.circumstances();
        match facts.view().recommended(Actor::Seller) {
            Recommended::SubmitDelivery => {
                self.agreement.state = self.agreement.state.clone().submit(delivery(), facts.payments, self.now()).unwrap();
            }
            Recommended::SubmitMilestone => {
                let now = self.now();
                self.change_milestone(Actor::Seller, Action::SubmitMilestone, |state| state.submit(delivery(), c, now).unwrap());
            }
            Recommended::ConfirmPlan => self.plan = self.plan.clone().confirm(Side::Seller, self.agreement.terms.amount, c).unwrap(),
            Recommended::AcknowledgePayment => self.acknowledged.extend(facts.pending.to_acknowledge.iter().cloned()),
            Recommended::WaitForBuyer | Recommended::ViewReceipt => {}
            other => panic!("{other:?} to a seller of a sound agreement"),
        }
    }

    fn buyer(&mut self, luck: Luck) {
        let facts = self.facts();
        let (c, now, agreed) = (facts.circumstances(), self.now(), self.agreement.terms.amount);
        match facts.view().recommended(Actor::Buyer) {
            Recommended::CreatePaymentRequest => self.create(),
            Recommended::FetchPaymentRequest => {
                let live = facts.siblings.iter().position(|s| s.fate == Fate::Live).unwrap();
                self.on_request(live, luck);
            }
            Recommended::AcknowledgePayment => self.acknowledged.extend(facts.pending.to_acknowledge),
            Recommended::DecideDelivery => self.agreement.state = self.agreement.state.clone().accept(facts.payments, self.now()).unwrap(),
            Recommended::ReviewMilestone => self.change_milestone(Actor::Buyer, Action::ActivateMilestone, |state| state.activate(c).unwrap()),
            Recommended::CompletePlan => {
                let (n, left) = (self.plan.milestones.len() as u64 + 1, self.plan.left(agreed, None));
                self.plan.may_add(Side::Buyer, c).unwrap();
                self.plan.milestones.push(world::milestone(n, left.atomic().to::<u64>().min(5_000_000), MilestoneState::new(Side::Buyer)));
                self.plan.version += 1;
            }
            Recommended::ConfirmPlan => self.plan = self.plan.clone().confirm(Side::Buyer, agreed, c).unwrap(),
            Recommended::FinalizePlan => self.plan = self.plan.clone().finalise(c, (&facts.siblings, facts.final_time), now).unwrap(),
            // Bad luck is a delivery that has to be done again.
            Recommended::DecideMilestone if matches!(luck, Luck::Dropped) => {
                self.change_milestone(Actor::Buyer, Action::RejectMilestone, |state| state.reject("not yet".to_owned(), c, now).unwrap());
            }
            Recommended::DecideMilestone => self.change_milestone(Actor::Buyer, Action::AcceptMilestone, |state| state.accept(c, now).unwrap()),
            Recommended::WaitForSeller | Recommended::WaitForConfirmations | Recommended::WaitForExpiry | Recommended::ViewReceipt => {}
            other => panic!("{other:?} to a buyer of a sound agreement"),
        }
    }

    /// Does this to the first milestone for which it is offered.
    fn change_milestone(&mut self, actor: Actor, action: Action, change: impl FnOnce(MilestoneState) -> MilestoneState) {
        let facts = self.facts();
        let id = offered(&facts, actor, action).entity.id;
        let milestone = self.plan.milestones.iter_mut().find(|m| m.id.as_str() == id).unwrap();
        milestone.state = change(milestone.state.clone());
        if !self.plan.is_final() {
            self.plan.version += 1;
        }
    }

    fn create(&mut self) {
        let n = self.requests.len();
        let facts = self.facts();
        let entity = offered(&facts, Actor::Buyer, Action::CreatePaymentRequest).entity.id;
        let (unit, quote) = match facts.plan.milestones.iter().find(|m| m.id.as_str() == entity) {
            Some(milestone) => facts.view().next_milestone_payment(milestone).unwrap(),
            None => facts.view().next_payment(None).unwrap(),
        };
        let unit = match unit {
            NextUnit::New(kind) => Unit { id: UnitId::new(world::ulid(600 + n as u64)), agreement: self.agreement.id.clone(), kind, nonce: U256::from(42 + n) },
            NextUnit::Reuse { unit, .. } => self.requests.iter().find(|r| r.unit.id == unit).unwrap().unit.clone(),
        };
        let id: PaymentRequestId = world::request_id(n as u64);
        let ask = Ask {
            payment_request: id.clone(),
            unit: unit.clone(),
            seller_amount: quote.seller,
            created_at: self.now(),
            deadline: self.now + 300,
            ..world::ask()
        };
        let signed = world::sign(Snapshot::new(&self.agreement, ask).unwrap(), &world::operator());
        let same_work = |r: &&PaymentRequest| r.unit.kind == unit.kind || r.unit.kind.milestone().is_none() || unit.kind.milestone().is_none();
        assert!(self.requests.iter().filter(same_work).all(|r| !r.state.name().is_live()), "one live request at a time for the same work");
        let agreement = self.agreement.id.clone();
        self.requests.push(PaymentRequest { id, agreement, unit, signed, state: PaymentRequestState::Signed, created_at: self.now(), updated_at: self.now() });
    }

    fn on_request(&mut self, n: usize, luck: Luck) {
        let facts = self.facts();
        let (contract, now) = (facts.view(), self.now());
        let standing = Standing::Sound(&self.requests[n]);
        let view = RequestFacts { contract: &contract, standing, seen: None, signature_revoked: false, proof_issue: false, now, executable: true };
        let recommended = view.recommended(Actor::Buyer);
        match recommended.code {
            Recommended::PayNow => self.pay(n, luck),
            Recommended::ReuseOrCancelActiveRequest if recommended.can.can_cancel => self.change(n, |state| state.cancel(None, now).unwrap()),
            Recommended::WaitForConfirmations => {}
            other => panic!("{other:?} for request {n}"),
        }
    }

    fn pay(&mut self, n: usize, luck: Luck) {
        let now = self.now();
        if !matches!(luck, Luck::Sleeps) {
            let open = self.requests[n].signed.snapshot().deadline >= self.now;
            assert!(open, "the router would refuse it");
            self.sent.push((n, luck));
        }
        if matches!(luck, Luck::Mined | Luck::Reverts | Luck::Dropped) {
            self.change(n, |state| state.submit(tx(n), now).unwrap());
        }
    }

    fn change(&mut self, n: usize, change: impl FnOnce(PaymentRequestState) -> PaymentRequestState) {
        self.requests[n].state = change(self.requests[n].state.clone());
    }

    /// A minute or five pass; the indexer catches up.
    fn chain(&mut self, luck: Luck) {
        let now = self.now();
        for (_, confirmations) in &mut self.seen {
            *confirmations += 1;
        }
        for (n, luck) in std::mem::take(&mut self.sent) {
            match luck {
                Luck::Mined | Luck::MinedUnnamed => self.seen.push((n, 1)),
                Luck::Reverts => self.change(n, |state| state.fail(FailureReason::Reverted { tx_hash: tx(n) }, now).unwrap()),
                Luck::Dropped | Luck::Sleeps => {}
            }
        }
        let is_final = |(_, confirmations): &(usize, u64)| *confirmations >= 3;
        for (n, _) in self.seen.extract_if(.., |seen| is_final(seen)).collect::<Vec<_>>() {
            let signed = self.requests[n].signed.clone();
            let proof = Case { event: world::event(&signed), signed, ..Case::sound() };
            let agreed = AgreedTerms::from(&self.agreement);
            let agreed = match self.requests[n].unit.kind.milestone() {
                Some(id) => agreed.of_milestone(self.plan.get(id).unwrap()),
                None => agreed,
            };
            let proof = Case { agreed, ..proof }.verify().unwrap();
            self.requests[n].state = self.requests[n].verify(proof, now).unwrap();
        }
        self.now += if matches!(luck, Luck::Sleeps | Luck::Dropped) { 400 } else { 12 };
        let (late, now) = (self.now, self.now());
        for request in self.requests.iter_mut().filter(|r| r.state.name().is_live() && r.signed.snapshot().deadline < late) {
            request.state = request.state.clone().expire(now).unwrap();
        }
    }
}

/// The first call of this kind that is offered.
fn offered(facts: &Facts, actor: Actor, action: Action) -> AvailableAction {
    let actions = facts.view().actions(actor);
    actions.into_iter().find(|a| a.action == action && a.state == ActionState::Available).unwrap()
}

fn tx(n: usize) -> B256 {
    B256::with_last_byte(u8::try_from(n).unwrap() + 1)
}

fn any_luck() -> impl Strategy<Value = Luck> {
    prop::sample::select(vec![Luck::Mined, Luck::MinedUnnamed, Luck::Reverts, Luck::Dropped, Luck::Sleeps])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn e15_agents_that_only_follow_what_is_recommended_get_to_the_end_and_pay_once(lucks in prop::collection::vec(any_luck(), 0..12), at_any_time: bool) {
        let timing = if at_any_time { PaymentTiming::AnyTime } else { PaymentTiming::OnDelivery };
        let agreement = agreement(AgreementState::InProgress, timing);
        let mut town = Town { agreement, plan: Plan::default(), requests: vec![], now: world::PAID_AT - 200, sent: vec![], seen: vec![], acknowledged: vec![] };
        for luck in lucks.into_iter().chain([Luck::Mined; 12]) {
            town.seller();
            town.buyer(luck);
            town.chain(luck);
        }
        prop_assert_eq!(town.agreement.state.name(), "accepted");
        let paid: Vec<_> = town.requests.iter().filter(|r| matches!(r.state, PaymentRequestState::Verified { .. })).collect();
        prop_assert_eq!(paid.len(), 1);
        prop_assert_eq!(paid[0].signed.snapshot().quote.seller, Amount::new(U256::from(12_500_000)));
        let nonces: std::collections::BTreeSet<_> = town.requests.iter().map(|r| r.unit.nonce).collect();
        prop_assert_eq!(nonces.len(), 1, "whatever was signed, one nonce");
    }

    #[test]
    fn e15_agents_that_only_follow_what_is_recommended_get_through_a_plan_and_pay_each_milestone_once(
        lucks in prop::collection::vec(any_luck(), 0..24), at_any_time: bool, proposed in 1..12_500_000u64,
    ) {
        let timing = if at_any_time { PaymentTiming::AnyTime } else { PaymentTiming::OnDelivery };
        // A fee that any milestone can carry.
        let agreement = AgreementRecord { fee: FeePolicy { fixed: Amount::ZERO, ..world::agreement().fee }, ..agreement(AgreementState::InProgress, timing) };
        let plan = Plan { version: 1, milestones: vec![world::milestone(1, proposed, MilestoneState::new(Side::Seller))], ..Plan::default() };
        let mut town = Town { agreement, plan, requests: vec![], now: world::PAID_AT - 200, sent: vec![], seen: vec![], acknowledged: vec![] };
        for luck in lucks.into_iter().chain([Luck::Mined; 60]) {
            town.seller();
            town.buyer(luck);
            town.chain(luck);
        }
        prop_assert_eq!(town.agreement.state.name(), "accepted");
        let paid = town.requests.iter().filter(|r| matches!(r.state, PaymentRequestState::Verified { .. }));
        let mut paid: Vec<_> = paid.map(|r| (r.unit.kind.milestone().unwrap().clone(), r.signed.snapshot().quote.seller)).collect();
        paid.sort();
        let planned: Vec<_> = town.plan.milestones.iter().map(|m| (m.id.clone(), m.part.amount)).collect();
        prop_assert_eq!(paid, planned, "each milestone once, for exactly its amount");
    }
}

//! What is offered about a refund is what is accepted: every state, payment, actor and instant.

use proptest::test_runner::TestCaseError;
use settlement::Timestamp;
use settlement::agreement::PaymentFacts;
use settlement::available_action::{Action, ActionState, AvailableAction};
use settlement::ids::UnitId;
use settlement::milestone::{Plan, Progress};
use settlement::money::Amount;
use settlement::next_action::{Actor, AgreementFacts, NoSigning, Pending, Recommended, RefundFacts};
use settlement::refund::{PaidFate, PaidRequest, PayloadLife, RefundSibling, RefundStatus, Refunds};
use settlement::unit::{Fate, Sibling, UnitKind};

use crate::actions::{ACTORS, check_followed, check_shape};
use crate::refunds::refund_id;
use crate::world::{self, DEADLINE, amount, at};

/// One refund of one payment, and what decides about it.
#[derive(Clone, Debug)]
struct World {
    status: RefundStatus,
    /// Seconds after the deadline at which somebody asks, and the time of the final block, after the deadline too.
    asked: i64,
    final_after: i64,
    is_seen: bool,
    is_void: bool,
    is_revoked: bool,
    is_sound: bool,
    has_issue: bool,
    fate: PaidFate,
    proof_issue: bool,
    is_halted: bool,
}

const BOTH: [bool; 2] = [false, true];

fn every_world() -> Vec<World> {
    let mut worlds = Vec::new();
    for status in RefundStatus::ALL {
        for (asked, final_after) in [(-600, -900), (-30, -900), (-29, -900), (60, 0), (60, 1)] {
            for fate in [PaidFate::Proven, PaidFate::InDoubt, PaidFate::Unverified] {
                for bits in 0..128u8 {
                    let bit = |n: u8| bits & (1 << n) != 0;
                    worlds.push(World {
                        status,
                        asked,
                        final_after,
                        fate,
                        is_seen: bit(0),
                        is_void: bit(1),
                        is_sound: bit(2),
                        has_issue: bit(3),
                        proof_issue: bit(4),
                        is_revoked: bit(5),
                        is_halted: bit(6),
                    });
                }
            }
        }
    }
    worlds
}

impl World {
    fn sibling(&self) -> RefundSibling {
        let signed = matches!(self.status, RefundStatus::Approved | RefundStatus::Settled);
        RefundSibling {
            refund: refund_id(0),
            payment: world::request_id(0),
            amount: amount(5_000_000),
            status: self.status,
            is_sound: self.is_sound,
            payer: signed.then_some(world::PAYEE),
            deadline: signed.then_some(DEADLINE),
            signer_until: self.is_revoked.then_some(0),
            is_void: self.is_void,
            is_seen: self.is_seen,
            has_issue: self.has_issue,
            updated_at: at(5),
        }
    }

    /// Runs `check` on the facts of the agreement and of the refund.
    fn with(&self, executable: bool, check: impl FnOnce(&AgreementFacts<'_>, &RefundFacts<'_>)) {
        let agreement = world::agreement();
        let token = world::token();
        let fate = if self.fate == PaidFate::Unverified { Fate::Live } else { Fate::Paid };
        let paid = Sibling {
            request: world::request_id(0),
            unit: UnitKind::Whole,
            unit_id: world::unit().id,
            seller_amount: agreement.terms.amount,
            deadline: DEADLINE,
            fate,
        };
        let payments = vec![PaidRequest { payment: world::request_id(0), amount: agreement.terms.amount, fate: self.fate }];
        let refunds = Refunds { payments, refunds: vec![self.sibling()] };
        let contract = AgreementFacts {
            agreement: &agreement,
            token: &token,
            payments: PaymentFacts {
                paid_in_full: fate == Fate::Paid,
                any_verified: fate == Fate::Paid,
                live_request: fate == Fate::Live,
                proof_issue: self.proof_issue || self.fate == PaidFate::InDoubt,
                milestones: Progress::None,
                ..PaymentFacts::default()
            },
            plan: &Plan::default(),
            siblings: &[paid],
            refunds: &refunds,
            now: self.now(),
            final_time: self.final_time(),
            pending: &Pending::default(),
            no_signing: self.is_halted.then_some(NoSigning::Halted),
        };
        check(&contract, &RefundFacts { contract: &contract, refund: &refunds.refunds[0], executable });
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(DEADLINE.checked_add_signed(self.asked).unwrap())
    }

    fn final_time(&self) -> u64 {
        DEADLINE.checked_add_signed(self.final_after).unwrap()
    }

    fn life(&self) -> Option<PayloadLife> {
        self.sibling().life(self.now(), self.final_time())
    }

    /// Whether the rules accept the action: the transitions, and what a payload may be signed for.
    fn accepts(&self, action: Action, actor: Actor, executable: bool) -> bool {
        let backed = self.is_sound && self.fate == PaidFate::Proven;
        let clean = self.is_sound && !self.has_issue;
        match (action, actor) {
            // Its payload could not be signed.
            (Action::ApproveRefund, Actor::Seller) if self.is_halted => false,
            (Action::ApproveRefund, Actor::Seller) if self.status == RefundStatus::Pending => backed && self.status.may_approve().is_ok(),
            (Action::ApproveRefund, Actor::Seller) => backed && clean && self.life().is_some_and(|life| self.status.may_reissue(life).is_ok()),
            (Action::DenyRefund, Actor::Seller) => self.is_sound && self.status.may_deny().is_ok(),
            (Action::CancelRefund, Actor::Buyer) if self.status == RefundStatus::Pending => self.is_sound,
            (Action::CancelRefund, Actor::Buyer) => clean && self.status.may_cancel(self.life()).is_ok(),
            (Action::FetchRefundPayment, Actor::Seller) => !executable && self.may_be_paid(),
            (Action::PayRefund, Actor::Seller) => executable && self.may_be_paid(),
            _ => false,
        }
    }

    fn may_be_paid(&self) -> bool {
        let clean = self.is_sound && !self.has_issue && self.fate == PaidFate::Proven;
        clean && self.status == RefundStatus::Approved && self.life() == Some(PayloadLife::Payable)
    }
}

const DECIDED_BY_RULES: [Action; 5] = [Action::ApproveRefund, Action::DenyRefund, Action::CancelRefund, Action::FetchRefundPayment, Action::PayRefund];

fn offers(actions: &[AvailableAction], action: Action) -> bool {
    actions.iter().any(|a| a.action == action && a.state == ActionState::Available)
}

#[test]
fn a_refund_offers_exactly_what_its_rules_accept_to_each_actor_at_every_instant() {
    let worlds = every_world();
    assert_eq!(worlds.len(), 5 * 5 * 3 * 128);
    for world in worlds {
        for (executable, actor) in BOTH.into_iter().flat_map(|executable| ACTORS.map(|actor| (executable, actor))) {
            world.with(executable, |_, facts| {
                let actions = facts.actions(actor);
                checked(check_shape(&actions), &world, actor);
                checked(check_followed(facts.recommended(actor).code, &actions), &world, actor);
                for action in DECIDED_BY_RULES {
                    assert_eq!(offers(&actions, action), world.accepts(action, actor, executable), "{action:?} by {actor:?} in {world:?}");
                }
                assert_eq!(facts.is_payable(), world.may_be_paid(), "{world:?}");
            });
        }
    }
}

#[track_caller]
fn checked(result: Result<(), TestCaseError>, world: &World, actor: Actor) {
    if let Err(error) = result {
        panic!("{actor:?} in {world:?}: {error}");
    }
}

#[test]
fn the_agreement_offers_what_its_refunds_offer_and_the_seller_is_sent_there_first() {
    for world in every_world() {
        for actor in ACTORS {
            world.with(false, |contract, facts| {
                let (all, own) = (contract.actions(actor), facts.actions(actor));
                checked(check_shape(&all), &world, actor);
                checked(check_followed(contract.recommended(actor), &all), &world, actor);
                for action in DECIDED_BY_RULES {
                    assert_eq!(offers(&all, action), offers(&own, action), "{action:?} by {actor:?} in {world:?}");
                }
                let code = facts.recommended(Actor::Seller).code;
                let pressing = [Recommended::AnswerRefund, Recommended::FetchRefundPayment, Recommended::ApproveRefundAgain].contains(&code);
                if actor == Actor::Seller && pressing && !contract.payments.proof_issue {
                    assert_eq!(contract.recommended(actor), code, "{world:?}");
                }
                let asks = actor == Actor::Buyer && world.is_sound && world.fate == PaidFate::Proven;
                assert_eq!(offers(&all, Action::RequestRefund), asks, "{actor:?} in {world:?}");
            });
        }
    }
}

#[test]
fn a09_the_refund_of_what_was_paid_twice_is_offered_filled_in() {
    let agreement = world::agreement();
    let whole = agreement.terms.amount;
    let paid = |n: u64, unit: UnitKind, amount: Amount| Sibling {
        request: world::request_id(n),
        unit,
        unit_id: UnitId::new(world::ulid(900 + n)),
        seller_amount: amount,
        deadline: DEADLINE,
        fate: Fate::Paid,
    };
    let siblings = [paid(0, UnitKind::Whole, whole), paid(1, UnitKind::Instalment(1), amount(5_000_000))];
    let payments: Vec<PaidRequest> =
        siblings.iter().map(|s| PaidRequest { payment: s.request.clone(), amount: s.seller_amount, fate: PaidFate::Proven }).collect();
    let offered = |refunds: Vec<RefundSibling>| {
        let refunds = Refunds { payments: payments.clone(), refunds };
        let payments = PaymentFacts { paid_in_full: true, any_verified: true, ..PaymentFacts::default() };
        let (token, plan, pending) = (world::token(), Plan::default(), Pending::default());
        let (siblings, now) = (&siblings, at(0));
        let facts = AgreementFacts {
            agreement: &agreement,
            token: &token,
            payments,
            plan: &plan,
            siblings,
            refunds: &refunds,
            pending: &pending,
            now,
            final_time: 0,
            no_signing: None,
        };
        let asks = facts.actions(Actor::Buyer).into_iter().filter(|action| action.action == Action::RequestRefund);
        asks.map(|action| action.invocation.body_template.unwrap()).collect::<Vec<_>>()
    };
    let [first, second] = &offered(vec![])[..] else { panic!("both can be asked back") };
    assert_eq!(first.get("amountAtomic"), None, "what was paid first is what was agreed");
    assert_eq!(second["amountAtomic"], "5000000");
    assert_eq!(second["reason"], format!("Paid twice: 5000000 of this payment were paid already by {}.", world::request_id(0)));
    let asked = RefundSibling {
        refund: refund_id(0),
        payment: world::request_id(1),
        amount: amount(4_999_999),
        status: RefundStatus::Pending,
        is_sound: true,
        payer: None,
        deadline: None,
        signer_until: None,
        is_void: false,
        is_seen: false,
        has_issue: false,
        updated_at: at(5),
    };
    assert_eq!(offered(vec![asked.clone()])[1]["amountAtomic"], "1", "but for what is asked back already");
    assert_eq!(offered(vec![RefundSibling { amount: amount(5_000_000), ..asked }]).len(), 1);
}

#[test]
fn g07_an_approved_refund_is_awaited_and_never_said_to_be_on_its_way() {
    for world in every_world().into_iter().filter(|world| world.status == RefundStatus::Approved && world.is_sound && !world.is_seen && !world.has_issue) {
        world.with(false, |_, facts| {
            let code = facts.recommended(Actor::Buyer).code;
            let expected = if world.fate == PaidFate::Proven { Recommended::WaitForSeller } else { code };
            assert_eq!(code, expected, "{world:?}");
            assert!(code != Recommended::WaitForConfirmations || world.fate != PaidFate::Proven, "{world:?}");
        });
    }
}

#[test]
fn agents_that_only_follow_what_is_recommended_bring_a_refund_to_its_end() {
    // The seller answers, is late, has it signed again, and pays; the chain does the rest.
    let start = World {
        status: RefundStatus::Pending,
        asked: -600,
        final_after: -900,
        is_seen: false,
        is_void: false,
        is_sound: true,
        has_issue: false,
        fate: PaidFate::Proven,
        proof_issue: false,
        is_revoked: false,
        is_halted: false,
    };
    let code = |world: &World, executable| {
        let mut code = Recommended::None;
        world.with(executable, |_, facts| code = facts.recommended(Actor::Seller).code);
        code
    };
    assert_eq!(code(&start, false), Recommended::AnswerRefund);
    let approved = World { status: RefundStatus::Approved, ..start };
    let revoked = World { is_revoked: true, ..approved.clone() };
    assert_eq!((code(&revoked, false), code(&revoked, true)), (Recommended::ApproveRefundAgain, Recommended::ApproveRefundAgain));
    let late = World { asked: 60, ..approved.clone() };
    assert_eq!(code(&late, false), Recommended::ApproveRefundAgain);
    assert_eq!((code(&approved, false), code(&approved, true)), (Recommended::FetchRefundPayment, Recommended::PayRefund));
    assert_eq!(code(&World { is_seen: true, ..approved.clone() }, false), Recommended::WaitForConfirmations);
    assert_eq!(code(&World { status: RefundStatus::Settled, is_seen: true, ..approved }, false), Recommended::None);
}

//! Which unit the next request pays: never two payable payloads with different nonces for the same work.

use std::collections::BTreeMap;

use proptest::prelude::*;
use settlement::duplicate::{Duplicate, duplicates};
use settlement::ids::UnitId;
use settlement::money::Amount;
use settlement::unit::{CannotSign, Fate, NextUnit, Sibling, UnitKind, alive_undivided, next_milestone_unit, next_unit, open_amount};

use crate::world::{amount, milestone_id, request_id, ulid};

fn unit_id(n: u64) -> UnitId {
    UnitId::new(ulid(500 + n))
}

fn sibling(n: u64, unit: (u64, UnitKind), seller_amount: u64, fate: Fate, deadline: u64) -> Sibling {
    Sibling { request: request_id(n), unit: unit.1, unit_id: unit_id(unit.0), seller_amount: amount(seller_amount), deadline, fate }
}

const WHOLE: (u64, UnitKind) = (1, UnitKind::Whole);
const FIRST: (u64, UnitKind) = (2, UnitKind::Instalment(1));
const SECOND: (u64, UnitKind) = (3, UnitKind::Instalment(2));

/// What the milestones of an agreement of 100 are worth.
const MILESTONES: [u64; 3] = [40, 35, 25];

fn milestone(n: usize) -> UnitKind {
    UnitKind::Milestone(milestone_id(n as u64))
}

fn ask_milestone(n: usize, siblings: &[Sibling], final_time: u64) -> Result<NextUnit, CannotSign> {
    next_milestone_unit(amount(100), (&milestone_id(n as u64), amount(MILESTONES[n])), siblings, final_time)
}

fn ask(asked: u64, siblings: &[Sibling], final_time: u64) -> Result<(NextUnit, Amount), CannotSign> {
    next_unit(amount(100), Some(amount(asked)), siblings, final_time)
}

fn reuse(unit: (u64, UnitKind)) -> NextUnit {
    NextUnit::Reuse { unit: unit_id(unit.0), kind: unit.1 }
}

#[test]
fn the_first_request_takes_a_new_unit() {
    assert_eq!(next_unit(amount(100), None, &[], 0), Ok((NextUnit::New(UnitKind::Whole), amount(100))));
    assert_eq!(ask(100, &[], 0), Ok((NextUnit::New(UnitKind::Whole), amount(100))));
    assert_eq!(ask(40, &[], 0), Ok((NextUnit::New(UnitKind::Instalment(1)), amount(40))));
}

#[test]
fn a_request_issued_again_carries_the_nonce_of_its_unit() {
    assert_eq!(ask(100, &[sibling(1, WHOLE, 100, Fate::Ended, 1_000)], 0), Ok((reuse(WHOLE), amount(100))));
    assert_eq!(ask(70, &[sibling(1, FIRST, 40, Fate::Ended, 1_000)], 0), Ok((reuse(FIRST), amount(70))), "another amount, the same instalment");
}

#[test]
fn one_live_or_settling_request_at_a_time() {
    assert_eq!(ask(40, &[sibling(1, FIRST, 40, Fate::Live, 1_000)], 2_000), Err(CannotSign::Live(request_id(1))));
    let late = [sibling(1, WHOLE, 100, Fate::Ended, 1_000), sibling(2, WHOLE, 100, Fate::Settling, 1_000)];
    assert_eq!(ask(100, &late, 2_000), Err(CannotSign::Settling(request_id(2))));
}

#[test]
fn a_payload_for_the_same_work_under_another_nonce_must_be_dead_first() {
    let whole = [sibling(1, WHOLE, 100, Fate::Ended, 1_000)];
    let until = settlement::Timestamp::from_unix_seconds(1_000);
    let overlap = Err(CannotSign::Overlap { request: request_id(1), until });
    assert_eq!(ask(40, &whole, 0), overlap, "no block is final yet");
    assert_eq!(ask(40, &whole, 999), overlap);
    assert_eq!(ask(40, &whole, 1_000), overlap, "a block of the same second may still pay it");
    assert_eq!(ask(40, &whole, 1_001), Ok((NextUnit::New(UnitKind::Instalment(1)), amount(40))));
    assert_eq!(ask(100, &[sibling(1, FIRST, 40, Fate::Ended, 1_000)], 1_000), overlap);
    assert_eq!(ask(100, &[sibling(1, FIRST, 40, Fate::Ended, 1_000)], 1_001), Ok((NextUnit::New(UnitKind::Whole), amount(100))));
}

#[test]
fn the_wait_is_for_the_last_payload_that_overlaps() {
    let both = [sibling(1, WHOLE, 100, Fate::Ended, 1_000), sibling(2, WHOLE, 100, Fate::Ended, 3_000), sibling(3, WHOLE, 100, Fate::Ended, 2_000)];
    let until = settlement::Timestamp::from_unix_seconds(3_000);
    assert_eq!(ask(40, &both, 0), Err(CannotSign::Overlap { request: request_id(2), until }));
}

#[test]
fn a_payload_whose_nonce_is_used_overlaps_with_nothing() {
    let paid = [sibling(1, FIRST, 40, Fate::Ended, 1_000), sibling(2, FIRST, 40, Fate::Paid, 1_500)];
    assert_eq!(ask(60, &paid, 0), Ok((NextUnit::New(UnitKind::Instalment(2)), amount(60))));
}

#[test]
fn a_paid_unit_is_never_paid_again_even_when_an_earlier_instalment_was_reorganised_away() {
    let history = [sibling(1, FIRST, 40, Fate::Ended, 1_000), sibling(2, SECOND, 30, Fate::Paid, 1_000)];
    assert_eq!(ask(40, &history, 2_000), Ok((reuse(FIRST), amount(40))));
    assert_eq!(ask(70, &history, 2_000), Ok((reuse(FIRST), amount(70))));
    let both_unpaid = [sibling(1, FIRST, 40, Fate::Ended, 1_000), sibling(2, SECOND, 30, Fate::Ended, 1_000)];
    assert_eq!(ask(60, &both_unpaid, 0), Ok((reuse(SECOND), amount(60))), "40 and 60 may both be paid");
    assert!(matches!(ask(61, &both_unpaid, 0), Err(CannotSign::Overlap { .. })), "40 and 61 may not");
    let reissued = [sibling(0, FIRST, 10, Fate::Ended, 1_000), both_unpaid[0].clone(), sibling(3, FIRST, 20, Fate::Ended, 1_000), both_unpaid[1].clone()];
    assert_eq!(ask(60, &reissued, 0), Ok((reuse(SECOND), amount(60))), "one of 10, 40 and 20 may be paid beside it");
    assert!(matches!(ask(61, &reissued, 0), Err(CannotSign::Overlap { .. })), "if it is the 40, that is too much");
    let both_paid = [sibling(1, FIRST, 40, Fate::Paid, 1_000), sibling(2, SECOND, 30, Fate::Paid, 1_000)];
    assert_eq!(ask(30, &both_paid, 0), Ok((NextUnit::New(UnitKind::Instalment(3)), amount(30))));
}

#[test]
fn payloads_that_add_up_to_more_than_there_are_numbers_overlap() {
    let all = Amount::new(alloy_primitives::U256::MAX);
    let half = Amount::new(alloy_primitives::U256::MAX >> 1);
    let whole = Sibling { seller_amount: all, ..sibling(1, WHOLE, 0, Fate::Ended, 1_000) };
    assert!(matches!(next_unit(all, Some(half), &[whole], 0), Err(CannotSign::Overlap { .. })));
}

#[test]
fn no_more_than_is_open_and_no_less_than_something() {
    let paid = [sibling(1, FIRST, 40, Fate::Paid, 1_000)];
    assert_eq!(next_unit(amount(100), None, &paid, 0), Ok((NextUnit::New(UnitKind::Instalment(2)), amount(60))));
    assert_eq!(ask(61, &paid, 0), Err(CannotSign::MoreThanOpen { asked: amount(61), open: amount(60) }));
    assert_eq!(ask(0, &paid, 0), Err(CannotSign::Zero));
    let all = [sibling(1, FIRST, 40, Fate::Paid, 1_000), sibling(2, SECOND, 60, Fate::Paid, 1_000)];
    assert_eq!(next_unit(amount(100), None, &all, 0), Err(CannotSign::PaidInFull));
    let more = [sibling(1, WHOLE, 100, Fate::Paid, 1_000), sibling(2, FIRST, 40, Fate::Paid, 1_000)];
    assert_eq!(next_unit(amount(100), None, &more, 0), Err(CannotSign::PaidInFull), "paid twice is paid");
    assert_eq!(open_amount(amount(100), &more), Amount::ZERO);
}

#[test]
fn a09_what_is_paid_again_counts_once_and_is_named_with_what_it_repeats() {
    let twice =
        |request, excess, of: &[u64]| Duplicate { request: request_id(request), excess: amount(excess), of: of.iter().map(|n| request_id(*n)).collect() };
    let paid = |n, unit, amount| sibling(n, unit, amount, Fate::Paid, 1_000);
    assert_eq!(duplicates(amount(100), &[paid(1, FIRST, 40), paid(2, SECOND, 60)]), []);
    // A payload of the whole that was dead and was paid after all, beside the instalments that came in its place.
    let beside = [paid(1, FIRST, 40), paid(2, WHOLE, 100), paid(3, SECOND, 60)];
    assert_eq!(duplicates(amount(100), &beside), [twice(2, 40, &[1]), twice(3, 60, &[1, 2])]);
    let unpaid = [paid(1, FIRST, 40), sibling(2, WHOLE, 100, Fate::Settling, 1_000), sibling(3, SECOND, 60, Fate::Live, 1_000)];
    assert_eq!(duplicates(amount(100), &unpaid), [], "only what is verified");
    // A milestone under two nonces, though the agreement has room for both; the rest of the agreement stays open.
    let again = [paid(1, (11, milestone(0)), 40), paid(2, (12, milestone(0)), 40), paid(3, (13, milestone(1)), 35)];
    assert_eq!(duplicates(amount(100), &again), [twice(2, 40, &[1])]);
    assert_eq!(open_amount(amount(100), &again), amount(25));
    assert_eq!(ask_milestone(2, &again, 2_000), Ok(NextUnit::New(milestone(2))), "what was paid twice takes nothing from other work");
    assert_eq!(ask_milestone(0, &again, 2_000), Err(CannotSign::PaidInFull));
    // One unit, two requests: no router pays that, but no restored database may count it twice.
    assert_eq!(duplicates(amount(100), &[paid(1, FIRST, 40), paid(2, FIRST, 40)]), [twice(2, 40, &[1])]);
}

#[test]
fn milestones_are_paid_side_by_side_each_under_its_own_nonce() {
    assert_eq!(ask_milestone(0, &[], 0), Ok(NextUnit::New(milestone(0))));
    let first = sibling(1, (1, milestone(0)), 40, Fate::Live, 1_000);
    assert_eq!(ask_milestone(0, std::slice::from_ref(&first), 0), Err(CannotSign::Live(request_id(1))), "one live request per milestone");
    assert_eq!(ask_milestone(1, std::slice::from_ref(&first), 0), Ok(NextUnit::New(milestone(1))));
    let ended = Sibling { fate: Fate::Ended, ..first.clone() };
    assert_eq!(ask_milestone(0, &[ended], 0), Ok(NextUnit::Reuse { unit: unit_id(1), kind: milestone(0) }));
    let seen = Sibling { fate: Fate::Settling, ..first.clone() };
    assert_eq!(ask_milestone(0, std::slice::from_ref(&seen), 0), Err(CannotSign::Settling(request_id(1))));
    assert_eq!(ask_milestone(2, &[seen], 0), Ok(NextUnit::New(milestone(2))));
    let paid = Sibling { fate: Fate::Paid, ..first };
    assert_eq!(ask_milestone(0, std::slice::from_ref(&paid), 0), Err(CannotSign::PaidInFull), "the milestone is, the agreement is not");
    assert_eq!(ask_milestone(1, &[paid], 0), Ok(NextUnit::New(milestone(1))));
}

#[test]
fn a16_milestones_and_the_whole_or_an_instalment_overlap() {
    let until = settlement::Timestamp::from_unix_seconds(1_000);
    let overlap = || Err(CannotSign::Overlap { request: request_id(1), until });
    for undivided in [WHOLE, FIRST] {
        let live = sibling(1, undivided.clone(), 70, Fate::Live, 1_000);
        assert_eq!(ask_milestone(0, &[live], 2_000), Err(CannotSign::Live(request_id(1))));
        let ended = sibling(1, undivided.clone(), 70, Fate::Ended, 1_000);
        assert_eq!(ask_milestone(0, std::slice::from_ref(&ended), 1_000), overlap());
        assert_eq!(alive_undivided(std::slice::from_ref(&ended), 1_000), overlap().err());
        assert_eq!(alive_undivided(std::slice::from_ref(&ended), 1_001), None);
        assert_eq!(ask_milestone(0, &[ended], 1_001), Ok(NextUnit::New(milestone(0))));
    }
    let of_a_milestone = sibling(1, (1, milestone(0)), 40, Fate::Ended, 1_000);
    assert_eq!(ask(100, std::slice::from_ref(&of_a_milestone), 1_000).map(|(unit, _)| unit), overlap());
    assert_eq!(ask(60, std::slice::from_ref(&of_a_milestone), 1_000), Ok((NextUnit::New(UnitKind::Instalment(1)), amount(60))), "both may be paid");
    assert_eq!(alive_undivided(&[of_a_milestone], 0), None);
}

#[test]
fn a09_a_milestone_under_another_nonce_is_the_same_work_however_much_is_open() {
    // The nonce of unit 1 is of a router that is no longer used.
    let old = sibling(1, (1, milestone(2)), 25, Fate::Ended, 1_000);
    let new = sibling(2, (2, milestone(2)), 25, Fate::Ended, 900);
    assert!(matches!(ask_milestone(2, &[old.clone(), new.clone()], 1_000), Err(CannotSign::Overlap { request, .. }) if request == request_id(1)));
    assert_eq!(ask_milestone(2, &[old, new], 1_001), Ok(NextUnit::Reuse { unit: unit_id(2), kind: milestone(2) }));
}

#[test]
fn a_milestone_is_not_paid_beyond_what_is_open() {
    let paid = [sibling(1, FIRST, 61, Fate::Paid, 1_000)];
    assert_eq!(ask_milestone(0, &paid, 0), Err(CannotSign::MoreThanOpen { asked: amount(40), open: amount(39) }));
    assert_eq!(ask_milestone(1, &paid, 0), Ok(NextUnit::New(milestone(1))));
    assert_eq!(ask_milestone(1, &[sibling(1, WHOLE, 100, Fate::Paid, 1_000)], 0), Err(CannotSign::PaidInFull));
    assert_eq!(next_milestone_unit(amount(100), (&milestone_id(1), Amount::ZERO), &[], 0), Err(CannotSign::Zero));
}

/// What happens to an agreement of 100: somebody asks, the chain's final time moves, a request ends, a payload is executed, its event becomes final.
#[derive(Clone, Copy, Debug)]
enum Step {
    Ask { asked: u64, lifetime: u64 },
    AskMilestone { n: usize, lifetime: u64 },
    TimePasses(u64),
    FinalityCatchesUp,
    EndLive,
    Execute(usize),
    Finalise,
    Reorg,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (prop_oneof![Just(100u64), 1..=100u64], 1..50u64).prop_map(|(asked, lifetime)| Step::Ask { asked, lifetime }),
        4 => (0..3usize, 1..50u64).prop_map(|(n, lifetime)| Step::AskMilestone { n, lifetime }),
        2 => (1..40u64).prop_map(Step::TimePasses),
        2 => Just(Step::FinalityCatchesUp),
        3 => Just(Step::EndLive),
        2 => (0..20usize).prop_map(Step::Execute),
        2 => Just(Step::Finalise),
        1 => Just(Step::Reorg),
    ]
}

/// A model of router and database: a payload can be executed until its deadline by block time, once per nonce, whatever we think of it.
#[derive(Default)]
struct Model {
    siblings: Vec<Sibling>,
    block_time: u64,
    final_time: u64,
    nonces: BTreeMap<UnitId, u64>,
    used: Vec<UnitId>,
    /// What the requests with an event that is not final were before it was seen.
    before: BTreeMap<usize, Fate>,
}

impl Model {
    fn apply(&mut self, step: Step) {
        match step {
            Step::Ask { asked, lifetime } => {
                if let Ok(next) = next_unit(amount(100), Some(amount(asked)), &self.siblings, self.final_time) {
                    self.sign(next, lifetime);
                }
            }
            Step::AskMilestone { n, lifetime } => {
                if let Ok(unit) = ask_milestone(n, &self.siblings, self.final_time) {
                    self.sign((unit, amount(MILESTONES[n])), lifetime);
                }
            }
            Step::TimePasses(seconds) => self.block_time += seconds,
            Step::FinalityCatchesUp => self.final_time = self.block_time,
            // Cancelled, failed or expired off-chain, at any time: the payload lives on.
            Step::EndLive => self.siblings.iter_mut().filter(|s| s.fate == Fate::Live).for_each(|s| s.fate = Fate::Ended),
            Step::Execute(n) => self.execute(n),
            Step::Reorg => self.reorg(),
            Step::Finalise => std::mem::take(&mut self.before).into_keys().for_each(|n| self.siblings[n].fate = Fate::Paid),
        }
    }

    fn sign(&mut self, (unit, seller_amount): (NextUnit, Amount), lifetime: u64) {
        let (unit_id, kind) = match unit {
            NextUnit::Reuse { unit, kind } => {
                assert!(!self.used.contains(&unit), "the nonce of {kind:?} is used, nobody could pay this");
                (unit, kind)
            }
            NextUnit::New(kind) => {
                assert!(self.siblings.iter().all(|s| s.unit != kind), "{kind:?} exists, and would get a second nonce");
                (unit_id(self.nonces.len() as u64), kind)
            }
        };
        let nonce = self.nonces.len() as u64;
        self.nonces.entry(unit_id.clone()).or_insert(nonce);
        let request = request_id(self.siblings.len() as u64);
        self.siblings.push(Sibling { request, unit: kind, unit_id, seller_amount, deadline: self.block_time + lifetime, fate: Fate::Live });
    }

    fn payable(&self) -> impl Iterator<Item = usize> {
        (0..self.siblings.len()).filter(|n| self.siblings[*n].deadline >= self.block_time && !self.used.contains(&self.siblings[*n].unit_id))
    }

    fn execute(&mut self, n: usize) {
        let Some(n) = self.payable().nth(n) else { return };
        self.used.push(self.siblings[n].unit_id.clone());
        self.before.insert(n, std::mem::replace(&mut self.siblings[n].fate, Fate::Settling));
    }

    /// The events that are not final yet disappear, and their nonces are free again.
    fn reorg(&mut self) {
        for (n, fate) in std::mem::take(&mut self.before) {
            self.siblings[n].fate = fate;
            self.used.retain(|unit| *unit != self.siblings[n].unit_id);
        }
    }

    /// The most that can be paid in all if every payload that still can is executed, one per nonce.
    fn worst_case(&self) -> u64 {
        let moved = self.siblings.iter().filter(|s| matches!(s.fate, Fate::Settling | Fate::Paid));
        let moved: u64 = moved.map(|s| s.seller_amount.atomic().to::<u64>()).sum();
        let mut payable: BTreeMap<&UnitId, u64> = BTreeMap::new();
        for n in self.payable() {
            let s = &self.siblings[n];
            let most = payable.entry(&s.unit_id).or_default();
            *most = (*most).max(s.seller_amount.atomic().to());
        }
        moved + payable.values().sum::<u64>()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a09_whatever_happens_no_more_than_what_was_agreed_can_ever_be_paid(steps in prop::collection::vec(step(), 1..40)) {
        let mut model = Model::default();
        for step in steps {
            model.apply(step);
            prop_assert!(model.worst_case() <= 100, "{} could be paid after {step:?}: {:#?}", model.worst_case(), model.siblings);
            let live: Vec<_> = model.siblings.iter().filter(|s| s.fate == Fate::Live).collect();
            let apart = live.iter().enumerate().all(|(n, s)| live[..n].iter().all(|other| !s.overlaps(&other.unit)));
            prop_assert!(apart, "live requests for the same work: {live:#?}");
            for n in 0..MILESTONES.len() {
                let moved = model.siblings.iter().filter(|s| s.unit == milestone(n) && matches!(s.fate, Fate::Settling | Fate::Paid)).count();
                prop_assert!(moved <= 1, "milestone {n} was paid {moved} times");
            }
        }
    }

    #[test]
    fn what_is_open_can_be_asked_for_once_everything_else_is_dead(steps in prop::collection::vec(step(), 1..40)) {
        let mut model = Model::default();
        steps.into_iter().for_each(|step| model.apply(step));
        for step in [Step::EndLive, Step::Finalise, Step::TimePasses(1_000), Step::FinalityCatchesUp] {
            model.apply(step);
        }
        let open = open_amount(amount(100), &model.siblings);
        let unpaid = |n: &usize| model.siblings.iter().all(|s| s.unit != milestone(*n) || s.fate != Fate::Paid);
        let only_milestones = model.siblings.iter().all(|s| s.fate != Fate::Paid || s.unit.milestone().is_some());
        for n in (0..MILESTONES.len()).filter(|n| only_milestones && unpaid(n)) {
            prop_assert!(ask_milestone(n, &model.siblings, model.final_time).is_ok(), "milestone {n} can be paid");
        }
        match next_unit(amount(100), None, &model.siblings, model.final_time) {
            Ok((_, asked)) => prop_assert_eq!(asked, open),
            Err(refusal) => prop_assert!(refusal == CannotSign::PaidInFull && open.is_zero(), "{}", refusal),
        }
    }
}

//! What to do next, from what is held and what a node shows. Pure: no I/O, no clock.
//!
//! [`plan`] decides; where it needs to know more it says what to ask, and is called again with the answer. So every decision is a value that a test can
//! write down.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use alloy_primitives::B256;

use crate::reader::Header;

/// Blocks next to the head that are read one by one, with headers that chain: wider than the depth at which public chains reorganise in earnest.
pub const NEAR_HEAD: u64 = 64;
/// Most blocks that one step appends, so that a step stays short and a stop is prompt.
pub const MAX_APPEND: u64 = 32;

/// What is known when a plan is made.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Headers that are held, in order of number; the last one is the newest block that is scanned.
    pub held: &'a [Header],
    /// Whether `held` is all that is held, or only its newest part.
    pub complete: bool,
    /// The newest block of the node.
    pub head: &'a Header,
    /// Hashes that the node gave for heights of held blocks.
    pub seen: &'a BTreeMap<u64, B256>,
    /// The newest block that is final under the policy.
    pub final_through: Option<u64>,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Nothing: the node shows nothing that is not held.
    Idle,
    /// Read these blocks one by one and chain them to what is held.
    Append(RangeInclusive<u64>),
    /// Read logs of these final blocks by range; more is waiting behind it.
    Backfill(RangeInclusive<u64>),
    /// Ask the node which block it has at this height, and plan again.
    Ask(u64),
    /// Load all headers that are held, and plan again.
    Recall,
    /// What is held above this block is on another branch; `None`: all of it is.
    Rewind {
        /// The newest block that both have.
        to: Option<Header>,
    },
}

/// Decides what to do next.
#[must_use]
pub fn plan(view: &View<'_>) -> Plan {
    let Some(tip) = view.held.last() else { return if view.complete { Plan::Rewind { to: None } } else { Plan::Recall } };
    if view.head.hash == tip.hash {
        return Plan::Idle;
    }
    if view.head.number <= tip.number {
        return back(view);
    }
    match shown(view, tip.number) {
        None => Plan::Ask(tip.number),
        Some(hash) if hash == tip.hash => forward(tip.number, view),
        Some(_) => back(view),
    }
}

/// Which block the node is known to have at a height.
fn shown(view: &View<'_>, number: u64) -> Option<B256> {
    if number == view.head.number {
        return Some(view.head.hash);
    }
    if number.checked_add(1) == Some(view.head.number) {
        return Some(view.head.parent);
    }
    view.seen.get(&number).copied()
}

/// The next blocks of a branch that holds our tip.
fn forward(tip: u64, view: &View<'_>) -> Plan {
    let head = view.head.number;
    let first = tip.saturating_add(1);
    let settled = view.final_through.unwrap_or(0).min(head.saturating_sub(NEAR_HEAD));
    if first <= settled {
        return Plan::Backfill(first..=settled);
    }
    Plan::Append(first..=head.min(tip.saturating_add(MAX_APPEND)))
}

/// Searches the newest held block that the node has too: from the tip in strides that double, then by halves. Held blocks are one branch, so what is below a
/// shared block is shared, and what is above a foreign one is foreign.
fn back(view: &View<'_>) -> Plan {
    let within = view.held.partition_point(|h| h.number <= view.head.number);
    let held = &view.held[..within];
    let is_shared = |h: &Header| shown(view, h.number).map(|hash| hash == h.hash);
    let foreign = held.iter().position(|h| is_shared(h) == Some(false)).unwrap_or(held.len());
    match held.iter().rposition(|h| is_shared(h) == Some(true)) {
        // The node changed its mind while it was asked: look again from the start.
        Some(shared) if shared > foreign => Plan::Idle,
        // A head below our tip that is a block of ours: the node is behind, its branch is no other.
        Some(shared) if shared + 1 == held.len() => Plan::Idle,
        Some(shared) if shared + 1 == foreign => Plan::Rewind { to: Some(held[shared]) },
        Some(shared) => Plan::Ask(held[shared + (foreign - shared) / 2].number),
        None if held.is_empty() || foreign == 0 => past_the_first(view, held),
        None if foreign == held.len() => Plan::Ask(held[foreign - 1].number),
        None => Plan::Ask(held[foreign.saturating_sub(held.len() - foreign)].number),
    }
}

/// None of these blocks is shared.
fn past_the_first(view: &View<'_>, held: &[Header]) -> Plan {
    if !view.complete {
        return Plan::Recall;
    }
    // A head below all that is held says nothing about it.
    if held.is_empty() { Plan::Idle } else { Plan::Rewind { to: None } }
}

#[cfg(test)]
mod tests;

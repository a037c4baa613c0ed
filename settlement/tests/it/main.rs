//! The rules of settlement, across modules.

#[cfg(test)]
mod actions;
#[cfg(test)]
mod agreements;
#[cfg(test)]
mod deliverable;
#[cfg(test)]
mod disputes;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod parsers;
#[cfg(test)]
mod payouts;
#[cfg(test)]
mod refund_actions;
#[cfg(test)]
mod refunds;
#[cfg(test)]
mod states;
#[cfg(test)]
mod units;
#[cfg(test)]
mod verification;
#[cfg(test)]
mod world;

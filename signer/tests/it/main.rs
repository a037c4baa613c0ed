//! What the keys and the wallet promise.

#[cfg(test)]
mod chain;
#[cfg(test)]
mod check;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod keystore;
#[cfg(test)]
mod payload;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod refund;
#[cfg(test)]
mod revert;
#[cfg(test)]
mod wallet;

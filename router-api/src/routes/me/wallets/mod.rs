//! The wallets that speak for a profile.

pub mod add;
pub mod list;
pub mod retire;

use std::str::FromStr;

use alloy_primitives::Address;
use serde_json::{Value, json};
use settlement::Timestamp;
use settlement::asset::{InvalidAddress, parse_address};
use settlement::audit::{AuditAction, Author};
use settlement::ids::{ProfileId, TokenId};
use store::{Conflict, StoreError, Tx};

use crate::problem::Problem;

/// The address of a wallet, in a path.
#[derive(Clone, Copy, Debug)]
pub struct WalletAddress(pub Address);

impl FromStr for WalletAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        parse_address(text).map(Self)
    }
}

/// Retires a wallet of a profile, which is locked, and ends its sessions but for the one in use: which of them came from that wallet is not known, and a session
/// is a sign-in away.
pub(crate) async fn retire(tx: &mut Tx, (profile, wallet): (&ProfileId, Address), by: (Author, Option<&TokenId>), now: Timestamp) -> Result<(), Problem> {
    let (author, in_use) = by;
    match tx.retire_wallet(profile, wallet, now).await {
        Err(StoreError::Conflict(Conflict::Changed)) => return Err(Problem::not_found()),
        retired => retired?,
    }
    tx.audit(author.clone().did(AuditAction::WalletRetired, profile, now).with(json!({ "wallet": wallet.to_string() })));
    for ended in tx.end_all_sessions(profile, in_use, now).await? {
        tx.audit(author.clone().did(AuditAction::TokenRevoked, &ended, now));
    }
    Ok(())
}

/// For the document.
pub(crate) fn example() -> Value {
    json!({ "address": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "provedBy": "key", "network": null, "provedAt": "2026-01-31T12:00:00.000Z", "retiredAt": null })
}

/// The same, retired.
pub(crate) fn retired_example() -> Value {
    let mut example = example();
    example["retiredAt"] = json!("2026-02-01T12:00:00.000Z");
    example
}

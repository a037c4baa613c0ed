//! Balances.

use serde::Serialize;
use settlement::ledger::{AccountKind, Turnover};
use utoipa::ToSchema;

/// What moved on the accounts of one kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccountBalance)]
pub struct AccountBalanceView {
    /// `buyer_external` (left the buyer's wallets), `seller_proceeds` (reached the seller, and is not promised back) or `refund_due` (the seller has approved to
    /// pay it back and has not).
    pub account: String,
    /// What went out of it.
    pub debit_atomic: String,
    /// What came into it.
    pub credit_atomic: String,
    /// What stands on it, counted on the side on which it grows: what the buyer has paid, what the seller has received or owes. Starts with `-` while the chain has
    /// taken a payment away of which more is due or has gone back than is left.
    pub balance_atomic: String,
}

impl AccountBalanceView {
    /// Of what moved.
    #[must_use]
    pub fn new(kind: AccountKind, turnover: Turnover) -> Self {
        Self {
            account: kind.name().to_owned(),
            debit_atomic: turnover.debits.to_string(),
            credit_atomic: turnover.credits.to_string(),
            balance_atomic: turnover.balance(kind).to_string(),
        }
    }
}

/// What the caller has paid and received in one asset.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AssetBalance)]
pub struct AssetBalanceView {
    /// CAIP-19.
    pub asset_id: String,
    /// Its ticker.
    pub token_symbol: String,
    /// Its decimals.
    pub token_decimals: u8,
    /// What has left the caller's wallets as a buyer, fees included, less what came back. Starts with `-` while the chain has taken a payment away whose refund stands.
    pub paid_atomic: String,
    /// What has reached the caller as a seller, less what went back, with what is due to go back: `seller_proceeds` and `refund_due` together. A sign as in `paidAtomic`.
    pub received_atomic: String,
    /// What the caller as a seller has approved to pay back and has not: part of `receivedAtomic`.
    pub refund_due_atomic: String,
    /// What live payment requests ask of the caller, fees included.
    pub payable_atomic: String,
    /// What live payment requests ask for the caller.
    pub receivable_atomic: String,
    /// The same from the ledger, by account.
    pub accounts: Vec<AccountBalanceView>,
}

/// `{balances, asOf}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BalancesBody {
    /// By asset.
    pub balances: Vec<AssetBalanceView>,
    /// When this was.
    pub as_of: String,
}

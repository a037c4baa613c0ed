//! The payer's side: [`check`] a payload, then let a [`BuyerWallet`] pay it. A seller that pays back does the same with [`check_refund`].
//!
//! Nothing is signed that was not checked: [`BuyerWallet::pay`] takes a [`Checked`] payload, which only those two make, and asks the
//! chain first whether the payment can succeed.

mod checks;
mod node;
mod revert;
mod send;

use std::fmt;

use alloy::eips::BlockNumberOrTag;
use alloy::network::EthereumWallet;
use alloy::providers::{Provider, RootProvider};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::sol;
use contracts::Payment;
use contracts::PaymentRouter::{isSignerCall, isUsedCall};
use settlement::money::Amount;
use settlement::snapshot::Signable;
use url::Url;

pub use checks::{Checked, CheckedPayment, CheckedRefund, Expectation, Mismatch, PayloadIssue, RefundExpectation, check, check_refund};
pub use revert::{Revert, Token};

use crate::key::WalletKey;
use crate::payload::{Call, total};
use node::{failed, view};

sol! {
    function balanceOf(address owner) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
}

/// A wallet that pays from a key in this process.
pub struct BuyerWallet {
    provider: RootProvider,
    address: Address,
    transactions: EthereumWallet,
}

/// What paying would send, and what the chain said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What the wallet has of the asset, in atomic units.
    pub balance: U256,
    /// What the router may already spend; the native coin needs no allowance.
    pub allowance: Option<U256>,
    /// Time of the newest block, unix seconds.
    pub block_time: u64,
    /// The approval, when the allowance is too small for the payment.
    pub approval: Option<Call>,
    /// The payment.
    pub payment: Call,
}

/// What was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The approval's transaction, mined; `None` when none was needed.
    pub approval: Option<B256>,
    /// The payment's transaction, given to the node; see [`BuyerWallet::wait`].
    pub payment: B256,
}

/// Why a payment was not made, or is not known to be.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    /// The node failed, or answered nonsense.
    #[error("asked the node {asked}: {reason}")]
    Node {
        /// For what it was asked.
        asked: &'static str,
        /// What went wrong.
        reason: String,
    },
    /// The payer is another wallet.
    #[error("the payment is to be made by {payer}; this wallet is {wallet}")]
    NotThePayer {
        /// The payment's payer.
        payer: Address,
        /// This wallet.
        wallet: Address,
    },
    /// The node is of another chain.
    #[error("the node is on chain {found}; the payment is on chain {expected}")]
    WrongChain {
        /// The payment's chain.
        expected: u64,
        /// The node's.
        found: u64,
    },
    /// There is no router, or not the one whose source is known.
    #[error("the contract at {router} is not the PaymentRouter: its code hash is {found}, expected {expected}")]
    NotTheRouter {
        /// Where it should be.
        router: Address,
        /// Hash of the router's code.
        expected: B256,
        /// Hash of the code that is there.
        found: B256,
    },
    /// Too late.
    #[error("the payment expired: its deadline is {deadline}, block time is {block_time} (unix seconds)")]
    Expired {
        /// Last time at which it can be paid, unix seconds.
        deadline: u64,
        /// Time of the newest block, unix seconds.
        block_time: u64,
    },
    /// Paid already, about to be, or cancelled.
    #[error("nonce {nonce} of operator {operator} is used: this work is paid already, a payment of it is on its way, or the operator cancelled it")]
    NonceUsed {
        /// The operator.
        operator: Address,
        /// The nonce.
        nonce: U256,
    },
    /// The chain does not know the signer.
    #[error("{signer} is not authorised to sign for operator {operator}")]
    SignerNotAuthorised {
        /// Who signed.
        signer: Address,
        /// For whom.
        operator: Address,
    },
    /// Not enough money.
    #[error("{wallet} needs {needed} and has {available}")]
    InsufficientFunds {
        /// The wallet.
        wallet: Address,
        /// For people: amount, ticker and atomic units.
        needed: String,
        /// The same of what there is.
        available: String,
    },
    /// A contract refused, before anything was sent.
    #[error("{asked} would revert: {reason}")]
    Reverted {
        /// Which call.
        asked: &'static str,
        /// Why.
        reason: Revert,
    },
    /// The transaction could not be signed.
    #[error("the transaction cannot be signed: {0}")]
    Unsigned(String),
    /// The transaction was sent and nobody said whether it arrived. Look for it before paying again.
    #[error("no answer to transaction {transaction} ({reason}); it may have been accepted")]
    OutcomeUnknown {
        /// Its hash.
        transaction: B256,
        /// What went wrong.
        reason: String,
    },
    /// It was mined, and reverted.
    #[error("transaction {transaction} reverted in block {block}")]
    TransactionReverted {
        /// Its hash.
        transaction: B256,
        /// The block.
        block: u64,
    },
    /// It was not mined in time; it still may be.
    #[error("transaction {transaction} was not mined within {waited_s} s; it still may be")]
    NotMined {
        /// Its hash.
        transaction: B256,
        /// How long was waited.
        waited_s: u64,
    },
}

impl WalletError {
    /// The code under which the API and its events know this reason; none where they have none.
    #[must_use]
    pub const fn code(&self) -> Option<&'static str> {
        match self {
            Self::Reverted { reason: Revert::Blocked(_), .. } => Some("token_transfer_blocked"),
            _ => None,
        }
    }
}

impl BuyerWallet {
    /// A wallet for `key` that talks to the node at `rpc` (HTTP). Sends nothing yet.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(rpc: Url, key: &WalletKey) -> Result<Self, WalletError> {
        Ok(Self { provider: node::connect(rpc)?, address: key.address(), transactions: key.transaction_signer() })
    }

    /// The wallet's address.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Asks the chain whether the payment can succeed and says what paying would send. Sends nothing.
    ///
    /// # Errors
    /// The first reason why it cannot succeed.
    pub async fn plan<S: Signable>(&self, checked: &Checked<S>) -> Result<Plan, WalletError> {
        let (snapshot, payment) = (checked.snapshot(), checked.signed().payment());
        if payment.payer != self.address {
            return Err(WalletError::NotThePayer { payer: payment.payer, wallet: self.address });
        }
        let router = snapshot.router();
        self.check_chain(snapshot.asset().chain_id(), router).await?;
        let block_time = self.check_time(&payment).await?;
        self.check_authority(router, &payment, checked.signed().signer()).await?;
        let (balance, allowance) = self.funds(payment.token, router).await?;
        let total = total(&payment);
        if balance < total {
            let shown = |atomic: U256| format!("{} {} ({atomic} atomic units)", Amount::new(atomic).display(snapshot.decimals()), snapshot.symbol());
            return Err(WalletError::InsufficientFunds { wallet: self.address, needed: shown(total), available: shown(balance) });
        }
        let enough = allowance.is_none_or(|allowance| allowance >= total);
        let approval = checked.payload().approval.clone().filter(|_| !enough);
        Ok(Plan { balance, allowance, block_time, approval, payment: checked.payload().payment.clone() })
    }

    async fn check_chain(&self, expected: u64, router: Address) -> Result<(), WalletError> {
        let found = self.provider.get_chain_id().await.map_err(|e| failed("for its chain id", e))?;
        if found != expected {
            return Err(WalletError::WrongChain { expected, found });
        }
        let code = self.provider.get_code_at(router).await.map_err(|e| failed("for the router's code", e))?;
        let (expected, found) = (contracts::router_code_hash(), keccak256(&code));
        if found == expected { Ok(()) } else { Err(WalletError::NotTheRouter { router, expected, found }) }
    }

    async fn check_time(&self, payment: &Payment) -> Result<u64, WalletError> {
        let asked = "for the newest block";
        let block = self.provider.get_block_by_number(BlockNumberOrTag::Latest).await.map_err(|e| failed(asked, e))?;
        let block = block.ok_or_else(|| WalletError::Node { asked, reason: "there is none".to_owned() })?;
        let (deadline, block_time) = (payment.deadline.saturating_to(), block.header.timestamp);
        if block_time <= deadline { Ok(block_time) } else { Err(WalletError::Expired { deadline, block_time }) }
    }

    async fn check_authority(&self, router: Address, payment: &Payment, signer: Address) -> Result<(), WalletError> {
        let Payment { operator, nonce, .. } = *payment;
        if view(&self.provider, router, isUsedCall { operator, nonce }).await? {
            return Err(WalletError::NonceUsed { operator, nonce });
        }
        let authorised = view(&self.provider, router, isSignerCall { operator, signer }).await?;
        if authorised { Ok(()) } else { Err(WalletError::SignerNotAuthorised { signer, operator }) }
    }

    /// Balance, and what the router may spend of it.
    async fn funds(&self, token: Address, router: Address) -> Result<(U256, Option<U256>), WalletError> {
        let owner = self.address;
        if token.is_zero() {
            let balance = self.provider.get_balance(owner).await.map_err(|e| failed("for the balance", e))?;
            return Ok((balance, None));
        }
        let balance = view(&self.provider, token, balanceOfCall { owner }).await?;
        let allowance = view(&self.provider, token, allowanceCall { owner, spender: router }).await?;
        Ok((balance, Some(allowance)))
    }
}

impl fmt::Debug for BuyerWallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the provider: its URL may carry a key.
        f.debug_struct("BuyerWallet").field("address", &self.address).finish_non_exhaustive()
    }
}

//! Why a call reverted, for people.

use std::fmt;

use alloy_primitives::{Bytes, U256};
use alloy_sol_types::{ContractError, Revert as Require, SolError, SolInterface, sol};
use contracts::PaymentRouter::PaymentRouterErrors;
use contracts::refusal::blocks_transfer;

sol! {
    /// What standard tokens revert with (ERC-6093); the router hands it on.
    #[derive(Debug, PartialEq, Eq)]
    interface Token {
        error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
        error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
        error ERC20InvalidReceiver(address receiver);
    }
}

/// The reason that came with a revert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revert {
    /// The router's own error.
    Router(PaymentRouterErrors),
    /// A standard token's error.
    Token(Token::TokenErrors),
    /// `require` with a text.
    Message(String),
    /// A failed assertion of Solidity: overflow, division by zero and the like.
    Panic(U256),
    /// The token does not let the money move: it is paused, or a party is on its list.
    Blocked(Bytes),
    /// Something else, or nothing.
    Other(Bytes),
}

impl Revert {
    /// Reads revert data.
    #[must_use]
    pub fn decode(data: &Bytes) -> Self {
        if blocks_transfer(data) {
            return Self::Blocked(data.clone());
        }
        match ContractError::<PaymentRouterErrors>::abi_decode(data) {
            Ok(ContractError::CustomError(error)) => return Self::Router(error),
            Ok(ContractError::Revert(revert)) => return Self::Message(revert.reason),
            Ok(ContractError::Panic(panic)) => return Self::Panic(panic.code),
            Err(_) => {}
        }
        Token::TokenErrors::abi_decode(data).map_or_else(|_| Self::Other(data.clone()), Self::Token)
    }
}

impl fmt::Display for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Router(error) => router_error(error, f),
            Self::Token(error) => token_error(error, f),
            Self::Message(message) => write!(f, "\"{message}\""),
            Self::Panic(code) => write!(f, "a failed assertion in the contract (panic code {code})"),
            Self::Blocked(data) => {
                f.write_str("token_transfer_blocked: the token is paused or has a party on its list")?;
                Require::abi_decode(data).map_or(Ok(()), |words| write!(f, " (\"{}\")", words.reason))
            }
            Self::Other(data) if data.is_empty() => f.write_str("no reason given"),
            Self::Other(data) => write!(f, "the unknown reason {data}"),
        }
    }
}

fn router_error(error: &PaymentRouterErrors, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use PaymentRouterErrors as E;
    match error {
        E::EmptyBatch(_) => f.write_str("EmptyBatch: a batch without payments"),
        E::Expired(e) => write!(f, "Expired: the deadline {} has passed, block time is {}", e.deadline, e.timestamp),
        E::FeeMismatch(e) => write!(f, "FeeMismatch: a fee of {} for the recipient {}", e.feeAmount, e.feeRecipient),
        E::FeeTooHigh(e) => write!(f, "FeeTooHigh: the fee is {}, the router's limit {}", e.feeAmount, e.max),
        E::ForbiddenParty(e) => write!(f, "ForbiddenParty: {} cannot be paid here", e.party),
        E::InexactTransfer(e) => write!(f, "InexactTransfer: {} should have arrived, {} did; the token keeps a part of transfers", e.expected, e.received),
        E::MixedBatch(e) => {
            write!(f, "MixedBatch: payment {} of the batch has another operator, token or fee recipient than the first, no payer, or is a refund", e.index)
        }
        E::NativeTransferFailed(e) => write!(f, "NativeTransferFailed: {} does not take the native coin", e.to),
        E::NonceUsed(e) => write!(f, "NonceUsed: nonce {} of operator {} is paid or cancelled already", e.nonce, e.operator),
        E::ReentrancyGuardReentrantCall(_) => f.write_str("ReentrancyGuardReentrantCall: a contract that was paid called the router again"),
        E::SafeERC20FailedOperation(e) => write!(f, "SafeERC20FailedOperation: the token {} refused the transfer", e.token),
        E::WrongPayer(e) => write!(f, "WrongPayer: sent by {}, to be paid by {}", e.sender, e.payer),
        E::WrongSigner(e) => write!(f, "WrongSigner: {} may not sign for the operator", e.recovered),
        E::WrongValue(e) => write!(f, "WrongValue: {} wei sent, {} needed", e.sent, e.needed),
        E::ZeroAddress(_) => f.write_str("ZeroAddress: an address that has to be set is zero"),
        E::ZeroAmount(_) => f.write_str("ZeroAmount: the payment is of nothing"),
    }
}

fn token_error(error: &Token::TokenErrors, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use Token::TokenErrors as E;
    match error {
        E::ERC20InsufficientBalance(e) => write!(f, "the token says: {} has {}, {} is needed", e.sender, e.balance, e.needed),
        E::ERC20InsufficientAllowance(e) => write!(f, "the token says: {} may spend {}, {} is needed", e.spender, e.allowance, e.needed),
        E::ERC20InvalidReceiver(e) => write!(f, "the token says: {} cannot receive", e.receiver),
    }
}

//! The router: its calls, events and errors, what operator and payer sign for it (EIP-712), and how its contract is deployed
//! and recognised.

use alloy_primitives::{Address, B256, Bytes, U256, b256, keccak256};
use alloy_sol_types::{Eip712Domain, SolStruct as _, eip712_domain, sol};

use crate::{
    CREATE2_FACTORY,
    escrow::{ReceiveWithAuthorization, TokenPermissions},
};

sol!(
    #![sol(all_derives)]
    PaymentRouter,
    "abi/PaymentRouter.json"
);

/// What an operator signs: the EIP-712 struct of one payment or refund, and the first argument of [`PaymentRouter::payCall`].
pub use IPaymentRouter::Payment;

sol! {
    #![sol(all_derives)]

    /// What an operator signs for [`PaymentRouter::payBatchCall`], in [`router_domain`]. It pays none of the payments alone.
    struct PaymentBatch {
        /// At least one; one operator, payer, token and fee recipient, no refunds.
        Payment[] payments;
    }

    /// What a payer signs in [`crate::escrow::permit2_domain`] to pay by Permit2 ([`PaymentRouter::payWithPermit2Call`]).
    struct PermitBatchWitnessTransferFrom {
        /// The token with the amount, and with the fee if there is one.
        TokenPermissions[] permitted;
        /// The router.
        address spender;
        /// An unordered nonce of Permit2.
        uint256 nonce;
        /// The payment's.
        uint256 deadline;
        Payment witness;
    }
}

/// The CREATE2 salt of the router: `keccak256("counterfoil.PaymentRouter.1")`. A new version of the router is other code
/// and so another address, with the same salt.
pub const ROUTER_SALT: B256 = b256!("0x8a99f0efec1cd94cccbc007f46cdf62c33fbfc286009a420edeeb117c73f290e");

/// The highest share of what the payer pays (amount + fee) that the router lets the fee be, in 1/10,000. Equal to the
/// contract's constant `MAX_FEE_BPS`.
pub const MAX_FEE_BPS: u16 = 2_000;

impl Payment {
    /// What the payer signs in the token's domain to have this paid by ERC-3009, whoever sends it
    /// ([`PaymentRouter::payWithAuthorizationCall`]): good for this payment alone, until its deadline, that second included.
    ///
    /// A sum or a time beyond the type is the type's greatest value, as in the contract.
    pub fn authorization(&self, chain_id: u64, router: Address) -> ReceiveWithAuthorization {
        ReceiveWithAuthorization {
            from: self.payer,
            to: router,
            value: self.amount.saturating_add(self.feeAmount),
            validAfter: U256::ZERO,
            // The standard's bound is exclusive.
            validBefore: self.deadline.saturating_add(U256::ONE),
            nonce: self.eip712_signing_hash(&router_domain(chain_id, router)),
        }
    }

    /// What the payer signs to have this paid by Permit2, whoever sends it: good for this payment alone, until its deadline,
    /// that second included.
    ///
    /// `nonce` is an unordered nonce of Permit2 that the payer has not used.
    pub fn permit(&self, router: Address, nonce: U256) -> PermitBatchWitnessTransferFrom {
        let amounts = [self.amount, self.feeAmount];
        let count = if self.feeAmount.is_zero() { 1 } else { 2 };
        PermitBatchWitnessTransferFrom {
            permitted: amounts.into_iter().take(count).map(|amount| TokenPermissions { token: self.token, amount }).collect(),
            spender: router,
            nonce,
            deadline: self.deadline,
            witness: self.clone(),
        }
    }
}

/// The EIP-712 domain in which operators sign a [`Payment`] or a [`PaymentBatch`] for `router` on chain `chain_id`.
pub fn router_domain(chain_id: u64, router: Address) -> Eip712Domain {
    eip712_domain! {
        name: "PaymentRouter",
        version: "1",
        chain_id: chain_id,
        verifying_contract: router,
    }
}

/// The router's creation code. It takes no constructor arguments, so this is all that CREATE2 hashes.
pub fn router_init_code() -> Bytes {
    PaymentRouter::BYTECODE.clone()
}

/// Where [`CREATE2_FACTORY`] puts the router with [`ROUTER_SALT`]: the same address on every chain.
pub fn router_address() -> Address {
    CREATE2_FACTORY.create2_from_code(ROUTER_SALT, &PaymentRouter::BYTECODE)
}

/// The hash of the router's code as deployed (`EXTCODEHASH`). The router has no immutables, so it is the same on every chain.
pub fn router_code_hash() -> B256 {
    keccak256(&PaymentRouter::DEPLOYED_BYTECODE)
}

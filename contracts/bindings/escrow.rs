//! The escrow: its calls, events and errors, what operator, buyer and the other roles sign (EIP-712), and how its contract is
//! deployed and recognised.

use alloy_primitives::{Address, B256, Bytes, U256, address, b256, keccak256};
use alloy_sol_types::{Eip712Domain, SolStruct as _, eip712_domain, sol};

use crate::CREATE2_FACTORY;

sol!(
    #![sol(all_derives)]
    Escrow,
    "abi/Escrow.json"
);

/// What an operator signs to let an escrow be opened, and the first argument of nearly every verb: its EIP-712 digest is the
/// escrow's id ([`Terms::id`]).
pub use IEscrow::Terms;

sol! {
    #![sol(all_derives)]

    /// What a buyer signs to have the seller paid by anyone ([`Escrow::releaseWithSignatureCall`]), in [`escrow_domain`].
    struct Release {
        /// The escrow's id.
        bytes32 id;
        /// How much the seller has received in all when it is done, the fee included, in the token's atomic units.
        uint96 upTo;
        /// The last second at which it counts.
        uint40 deadline;
    }

    /// What buyer and seller sign to end an escrow as they agree ([`Escrow::settleCall`]), in [`escrow_domain`].
    struct Settlement {
        /// The escrow's id.
        bytes32 id;
        /// What the escrow holds; with any other remainder the settlement is void.
        uint96 remaining;
        /// What of it goes to the seller, the fee included; the rest returns to the buyer.
        uint96 toSeller;
        /// The last second at which it counts.
        uint40 deadline;
    }

    /// What an evaluator signs to have its verdict brought by anyone ([`Escrow::attestCall`]), in [`escrow_domain`].
    struct Verdict {
        /// The escrow's id.
        bytes32 id;
        /// The hash that was submitted, or the commitment `delivery` of the terms.
        bytes32 deliverable;
        bool pass;
        /// A hash of what the verdict rests on, by whatever rule the agreement names.
        bytes32 evidenceHash;
    }

    /// What a buyer signs in the token's domain to fund by ERC-3009 ([`Escrow::fundWithAuthorizationCall`]).
    struct ReceiveWithAuthorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }

    /// A part of [`PermitWitnessTransferFrom`].
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    /// What a buyer signs in [`permit2_domain`] to fund by Permit2 ([`Escrow::fundWithPermit2Call`]).
    struct PermitWitnessTransferFrom {
        TokenPermissions permitted;
        address spender;
        uint256 nonce;
        uint256 deadline;
        Terms witness;
    }
}

/// The CREATE2 salt of the escrow: `keccak256("counterfoil.Escrow.1")`. A new version of the escrow is other code and so
/// another address, with the same salt.
pub const ESCROW_SALT: B256 = b256!("0x7ecdb77623fd11a11b252264704a0d9116e44f9ef0a4ff4f230dd287e76ff72e");

/// Where Permit2 is on every chain that has it (<https://docs.uniswap.org/contracts/permit2/overview>).
pub const PERMIT2: Address = address!("0x000000000022D473030F116dDEE9F6B43aC78BA3");

/// The whole, in the unit of every share of the terms: 1/10,000.
pub const BPS: u16 = 10_000;

/// The highest share of `amount` that `feeAmount` may be, in 1/10,000.
pub const MAX_FEE_BPS: u16 = 2_000;

/// The highest `arbiterFeeBps`, in 1/10,000.
pub const MAX_ARBITER_FEE_BPS: u16 = 1_000;

/// The least number of seconds from funding to `deliverBy`.
pub const MIN_DELIVERY: u64 = 60 * 60;

/// The greatest number of seconds from funding to `deliverBy`.
pub const MAX_DELIVERY: u64 = 730 * 24 * 60 * 60;

/// The least `reviewWindow` and `rulingWindow` where they apply, in seconds.
pub const MIN_WINDOW: u32 = 24 * 60 * 60;

/// The greatest `reviewWindow` and `rulingWindow`, in seconds.
pub const MAX_WINDOW: u32 = 365 * 24 * 60 * 60;

impl Terms {
    /// The id of the escrow with these terms in the contract `escrow`: the EIP-712 digest that the operator signs, in the
    /// domain of the chain that the terms name. Equal to the contract's `idOf`.
    pub fn id(&self, escrow: Address) -> B256 {
        self.eip712_signing_hash(&escrow_domain(self.chainId, escrow))
    }

    /// What the buyer signs to fund this escrow by ERC-3009: good until `fundBy`, that second included, with the id as nonce.
    pub fn authorization(&self, escrow: Address) -> ReceiveWithAuthorization {
        ReceiveWithAuthorization {
            from: self.buyer,
            to: escrow,
            value: U256::from(self.amount),
            validAfter: U256::ZERO,
            // The standard's bound is exclusive.
            validBefore: U256::from(self.fundBy) + U256::ONE,
            nonce: self.id(escrow),
        }
    }

    /// What the buyer signs to fund this escrow by Permit2: good until `fundBy`, that second included.
    ///
    /// `nonce` is an unordered nonce of Permit2 that the buyer has not used.
    pub fn permit(&self, escrow: Address, nonce: U256) -> PermitWitnessTransferFrom {
        PermitWitnessTransferFrom {
            permitted: TokenPermissions { token: self.token, amount: U256::from(self.amount) },
            spender: escrow,
            nonce,
            deadline: U256::from(self.fundBy),
            witness: self.clone(),
        }
    }
}

/// The EIP-712 domain in which [`Terms`], [`Release`], [`Settlement`] and [`Verdict`] are signed for `escrow` on chain
/// `chain_id`. Of the terms it is the chain that they name, of the others the chain as it is when they are used.
pub fn escrow_domain(chain_id: u64, escrow: Address) -> Eip712Domain {
    eip712_domain! {
        name: "Escrow",
        version: "1",
        chain_id: chain_id,
        verifying_contract: escrow,
    }
}

/// The EIP-712 domain of [`PERMIT2`] on chain `chain_id`. It has no version.
pub fn permit2_domain(chain_id: u64) -> Eip712Domain {
    eip712_domain! {
        name: "Permit2",
        chain_id: chain_id,
        verifying_contract: PERMIT2,
    }
}

/// The escrow's creation code. It takes no constructor arguments, so this is all that CREATE2 hashes.
pub fn escrow_init_code() -> Bytes {
    Escrow::BYTECODE.clone()
}

/// Where [`CREATE2_FACTORY`] puts the escrow with [`ESCROW_SALT`]: the same address on every chain.
pub fn escrow_address() -> Address {
    CREATE2_FACTORY.create2_from_code(ESCROW_SALT, &Escrow::BYTECODE)
}

/// The hash of the escrow's code as deployed (`EXTCODEHASH`). The escrow has no immutables, so it is the same on every chain.
pub fn escrow_code_hash() -> B256 {
    keccak256(&Escrow::DEPLOYED_BYTECODE)
}

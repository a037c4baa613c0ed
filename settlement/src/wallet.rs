//! Who a wallet is.
//!
//! The address of a key is one party on every chain: whoever has the key has it everywhere. The address of a contract is not: who could once deploy or govern it
//! on one chain may put the same address, with other owners, on another (CREATE2). So a contract wallet is an address on a chain.

use std::fmt;
use std::str::FromStr;

/// How a wallet has proved itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WalletProof {
    /// By a signature of its key.
    Key,
    /// By a contract that accepted a signature (ERC-1271).
    Contract {
        /// EIP-155 id of the chain that was asked.
        chain_id: u64,
    },
}

impl WalletProof {
    /// Whether what was proved so holds on a chain.
    #[must_use]
    pub const fn holds_on(self, chain_id: u64) -> bool {
        match self {
            Self::Key => true,
            Self::Contract { chain_id: proved_on } => proved_on == chain_id,
        }
    }
}

/// `key`, or the CAIP-2 id of the contract's chain: `eip155:8453`.
impl fmt::Display for WalletProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => f.write_str("key"),
            Self::Contract { chain_id } => write!(f, "eip155:{chain_id}"),
        }
    }
}

/// Text that is neither `key` nor a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected key, or the CAIP-2 id of a chain")]
pub struct InvalidProof;

impl FromStr for WalletProof {
    type Err = InvalidProof;

    fn from_str(text: &str) -> Result<Self, InvalidProof> {
        if text == "key" {
            return Ok(Self::Key);
        }
        let chain_id = text.strip_prefix("eip155:").and_then(|id| id.parse().ok()).ok_or(InvalidProof)?;
        let proof = Self::Contract { chain_id };
        if proof.to_string() == text { Ok(proof) } else { Err(InvalidProof) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_speaks_everywhere_and_a_contract_on_its_chain() {
        assert!(WalletProof::Key.holds_on(1) && WalletProof::Key.holds_on(8_453));
        let contract = WalletProof::Contract { chain_id: 1 };
        assert!(contract.holds_on(1) && !contract.holds_on(8_453));
    }

    #[test]
    fn the_text_reads_back_and_has_one_spelling() {
        for proof in [WalletProof::Key, WalletProof::Contract { chain_id: 8_453 }] {
            assert_eq!(proof.to_string().parse(), Ok(proof));
        }
        for text in ["", "Key", "eip155:", "eip155:01", "eip155:+1", "eip155:-1", "8453", "solana:1"] {
            assert_eq!(text.parse::<WalletProof>(), Err(InvalidProof), "{text}");
        }
    }
}

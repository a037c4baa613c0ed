//! What can be paid with: CAIP-19 assets, pinned to registry entries, and the addresses that may not be a party.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::Address;
use serde_json::{Value, json};

/// SLIP-44 coin type of ether, and of the native coin of every EVM chain that follows the convention.
const SLIP44_ETHER: u32 = 60;

/// An asset by its CAIP-19 id: `eip155:8453/erc20:0x…` or `eip155:1/slip44:60`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asset {
    /// An ERC-20 token.
    Erc20 {
        /// EIP-155 chain id.
        chain_id: u64,
        /// The token contract.
        token: Address,
    },
    /// The chain's native coin.
    Native {
        /// EIP-155 chain id.
        chain_id: u64,
    },
}

/// Text that names no asset this system knows how to pay with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a CAIP-19 asset: eip155:<chain id>/erc20:<address> or eip155:<chain id>/slip44:60")]
pub struct InvalidAsset;

impl Asset {
    /// EIP-155 id of the chain it lives on.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        match self {
            Self::Erc20 { chain_id, .. } | Self::Native { chain_id } => *chain_id,
        }
    }

    /// The router's `token` field: the contract, or zero for the native coin.
    #[must_use]
    pub const fn token_address(&self) -> Address {
        match self {
            Self::Erc20 { token, .. } => *token,
            Self::Native { .. } => Address::ZERO,
        }
    }
}

impl FromStr for Asset {
    type Err = InvalidAsset;

    fn from_str(text: &str) -> Result<Self, InvalidAsset> {
        let (chain, asset) = text.split_once('/').ok_or(InvalidAsset)?;
        let digits = chain.strip_prefix("eip155:").ok_or(InvalidAsset)?;
        let chain_id: u64 = digits.parse().map_err(|_| InvalidAsset)?;
        if chain_id == 0 || chain_id.to_string() != digits {
            return Err(InvalidAsset);
        }
        if let Some(address) = asset.strip_prefix("erc20:") {
            let token = parse_address(address).map_err(|_| InvalidAsset)?;
            return if token.is_zero() { Err(InvalidAsset) } else { Ok(Self::Erc20 { chain_id, token }) };
        }
        if asset == format!("slip44:{SLIP44_ETHER}") { Ok(Self::Native { chain_id }) } else { Err(InvalidAsset) }
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Erc20 { chain_id, token } => write!(f, "eip155:{chain_id}/erc20:{token}"),
            Self::Native { chain_id } => write!(f, "eip155:{chain_id}/slip44:{SLIP44_ETHER}"),
        }
    }
}

/// A token registry entry: what was read from the chain when the asset was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The asset.
    pub asset: Asset,
    /// Ticker, for people; never used to identify the asset.
    pub symbol: String,
    /// Decimal places, read from the chain.
    pub decimals: u8,
    /// Whether it takes EIP-2612 permits.
    pub eip2612: bool,
    /// Whether it takes EIP-3009 authorisations.
    pub eip3009: bool,
    /// Whether it can be paid through Permit2: the chain has it at its canonical address.
    pub permit2: bool,
    /// Whether new agreements may use it.
    pub allowed: bool,
}

impl Token {
    /// The entry, for the audit log.
    #[must_use]
    pub fn facts(&self) -> Value {
        json!({
            "symbol": self.symbol, "decimals": self.decimals, "eip2612": self.eip2612, "eip3009": self.eip3009, "permit2": self.permit2, "allowed": self.allowed,
        })
    }
}

/// Why a text is not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Not `0x` and 40 hex digits.
    #[error("expected an address: 0x and 40 hexadecimal digits")]
    Malformed,
    /// Mixed case that is not the EIP-55 checksum: most likely a typing error.
    #[error("the address does not match its EIP-55 checksum")]
    Checksum,
}

/// Reads an address: all lower or all upper case hex, or exactly the EIP-55 spelling.
///
/// # Errors
/// When it is malformed or its checksum is wrong. Names (ENS) are not resolved.
pub fn parse_address(text: &str) -> Result<Address, InvalidAddress> {
    let hex = text.strip_prefix("0x").ok_or(InvalidAddress::Malformed)?;
    if hex.len() != 40 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(InvalidAddress::Malformed);
    }
    let uniform = !hex.bytes().any(|b| b.is_ascii_uppercase()) || !hex.bytes().any(|b| b.is_ascii_lowercase());
    let address: Address = text.parse().map_err(|_| InvalidAddress::Malformed)?;
    if uniform || address.to_checksum(None) == text { Ok(address) } else { Err(InvalidAddress::Checksum) }
}

/// An address that may not take part in a payment, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{address} cannot be the {role}: it is {reason}")]
pub struct UnusableAddress {
    /// The address.
    pub address: Address,
    /// Which role it was given.
    pub role: &'static str,
    /// What it is.
    pub reason: &'static str,
}

/// Refuses the zero address, the router and the token itself as a party: money sent there is lost.
///
/// # Errors
/// [`UnusableAddress`] with the reason.
pub fn check_party(role: &'static str, address: Address, asset: &Asset, router: Address) -> Result<(), UnusableAddress> {
    let refuse = |reason| Err(UnusableAddress { address, role, reason });
    if address.is_zero() {
        return refuse("the zero address");
    }
    if address == router {
        return refuse("the payment router");
    }
    if address == asset.token_address() {
        return refuse("the token contract");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_reads_back() {
        for text in ["eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "eip155:1/slip44:60"] {
            assert_eq!(text.parse::<Asset>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_not_an_asset_is_refused() {
        for text in [
            "",
            "eip155:1",
            "eip155:0/slip44:60",
            "eip155:01/slip44:60",
            "eip155:1/slip44:0",
            "eip155:1/erc20:0x00",
            "eip155:1/erc721:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
            "solana:1/slip44:60",
            "eip155:1/erc20:0x0000000000000000000000000000000000000000",
            "eip155:1/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02914",
        ] {
            assert_eq!(text.parse::<Asset>(), Err(InvalidAsset), "{text}");
        }
    }

    #[test]
    fn c08_a_wrong_checksum_and_a_name_are_refused() {
        let good = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
        assert!(parse_address(good).is_ok());
        assert!(parse_address(&good.to_lowercase()).is_ok());
        assert_eq!(parse_address("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02a13"), Err(InvalidAddress::Checksum));
        for text in [
            "vitalik.eth",
            "",
            "0x",
            "833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
            "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA0291g",
            "0X833589FCD6EDB6E08F4C7C32D4F71B54BDA02913",
        ] {
            assert_eq!(parse_address(text), Err(InvalidAddress::Malformed), "{text}");
        }
    }

    #[test]
    fn c08_zero_router_and_token_cannot_be_a_party() {
        let (token, router) = (Address::repeat_byte(7), Address::repeat_byte(9));
        let asset = Asset::Erc20 { chain_id: 1, token };
        for address in [Address::ZERO, token, router] {
            assert!(check_party("seller", address, &asset, router).is_err(), "{address}");
        }
        assert!(check_party("seller", Address::repeat_byte(1), &asset, router).is_ok());
    }
}

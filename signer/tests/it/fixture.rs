//! One agreed payment, its signer, and a source of "random" bytes that a test can predict.

use std::sync::atomic::{AtomicU64, Ordering};

use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};
use secrecy::SecretString;
use settlement::agreement::ConsentKind;
use settlement::clock::{Clock, IdSource, Timestamp};
use settlement::finality::FinalityPolicy;
use settlement::money::{Amount, FeePolicy};
use settlement::snapshot::{SignedSnapshot, Snapshot};
use settlement::unit::UnitKind;
use signer::WalletKey;
use ulid::Ulid;

/// The first two of anvil's accounts: published keys, never money.
pub const OPERATOR_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
pub const BUYER_KEY: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
pub const OPERATOR: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
pub const BUYER: Address = address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
pub const PAYEE: Address = address!("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC");
pub const FEE_RECIPIENT: Address = address!("0x90F79bf6EB2c4f870365E785982E1f101E93b906");
pub const TOKEN: Address = address!("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
/// 2023-11-14T22:13:20Z.
pub const NOW_S: u64 = 1_700_000_000;

pub fn key(hex: &str) -> WalletKey {
    WalletKey::from_hex(&SecretString::from(hex)).unwrap()
}

/// 10 USDC for the seller, 2.5 % on top, payable for an hour.
pub fn snapshot() -> Snapshot {
    let fee = FeePolicy { bps: 250, fixed: Amount::ZERO, recipient: FEE_RECIPIENT };
    Snapshot {
        payment_request: "pr_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
        agreement: "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
        unit: "unit_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
        unit_kind: UnitKind::Whole,
        terms_hash: B256::repeat_byte(0x7e),
        consent: ConsentKind::Signatures,
        buyer: "prof_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
        seller: "prof_01BX5ZZKBKACTAV9WEVGEMMVRZ".parse().unwrap(),
        router: contracts::router_address(),
        operator: OPERATOR,
        asset: format!("eip155:8453/erc20:{TOKEN}").parse().unwrap(),
        symbol: "USDC".to_owned(),
        decimals: 6,
        payer: BUYER,
        payee: PAYEE,
        payout_change: None,
        quote: fee.quote(Amount::new(U256::from(10_000_000))).unwrap(),
        fee,
        nonce: U256::from(7),
        created_at: Timestamp::from_unix_seconds(NOW_S),
        deadline: NOW_S + 3_600,
        finality: FinalityPolicy::Confirmations(12),
    }
}

/// The same in the native coin, without a fee.
pub fn native_snapshot() -> Snapshot {
    let fee = FeePolicy::NONE;
    Snapshot {
        asset: "eip155:8453/slip44:60".parse().unwrap(),
        symbol: "ETH".to_owned(),
        decimals: 18,
        quote: fee.quote(Amount::new(U256::from(10_000_000))).unwrap(),
        fee,
        ..snapshot()
    }
}

pub fn sign_with(hex: &str, snapshot: Snapshot) -> SignedSnapshot {
    let signature: Bytes = key(hex).sign_digest(&snapshot.digest());
    SignedSnapshot::new(snapshot, signature).unwrap()
}

pub fn signed() -> SignedSnapshot {
    sign_with(OPERATOR_KEY, snapshot())
}

#[derive(Debug)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Bytes that differ from call to call and are the same in every run.
#[derive(Default)]
pub struct Counted(AtomicU64);

impl IdSource for Counted {
    fn ulid(&self) -> Ulid {
        Ulid::from_parts(NOW_S * 1_000, u128::from(self.0.fetch_add(1, Ordering::Relaxed)))
    }

    fn secret(&self) -> [u8; 32] {
        keccak256(self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes()).0
    }
}

//! The accounts that every anvil starts with. Their keys are public test keys: never send anything of value to them.

use alloy_primitives::Address;
use secrecy::SecretString;
use signer::WalletKey;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its private key, in hex, which the whole world knows.
    pub private_key: &'static str,
}

/// Runs the instance: deploys, and authorises the routing signer.
pub const OPERATOR: Account = Account { private_key: "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80" };
/// Pays.
pub const BUYER: Account = Account { private_key: "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d" };
/// Is paid.
pub const SELLER: Account = Account { private_key: "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a" };
/// Judges work.
pub const EVALUATOR: Account = Account { private_key: "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6" };
/// Receives the instance's fee.
pub const FEE_RECIPIENT: Account = Account { private_key: "0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a" };

impl Account {
    /// The key.
    ///
    /// # Panics
    /// Never: the constants above are keys.
    #[must_use]
    pub fn key(&self) -> WalletKey {
        WalletKey::from_hex(&SecretString::from(self.private_key.to_owned())).expect("the constants above are keys")
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> Address {
        self.key().address()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn these_are_anvils_accounts() {
        let addresses = [OPERATOR, BUYER, SELLER, EVALUATOR, FEE_RECIPIENT].map(|account| account.address().to_string());
        assert_eq!(
            addresses,
            [
                "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
                "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
                "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
                "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
                "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
            ]
        );
    }
}

//! Deterministic deployment: the same code under the same address on every chain, through the CREATE2 factory.

use alloy::providers::Provider;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};

use crate::chain::{Chain, send};
use crate::failure::{Failure, OrFix};

/// A contract at its deterministic address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// Where it is.
    pub address: Address,
    /// Hash of its code as deployed.
    pub code_hash: B256,
    /// The transaction that put it there; `None` when it was there already.
    pub transaction: Option<B256>,
}

/// A contract of ours, which is at one address on every chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// As it is called in the code and in the files of addresses.
    pub name: &'static str,
    /// As people call it, and as the command that deploys it is called.
    pub noun: &'static str,
    /// Where it is.
    pub address: Address,
    salt: B256,
    init_code: Bytes,
    code_hash: B256,
}

impl Contract {
    /// `PaymentRouter`.
    #[must_use]
    pub fn router() -> Self {
        Self {
            name: "PaymentRouter",
            noun: "router",
            address: contracts::router_address(),
            salt: contracts::ROUTER_SALT,
            init_code: contracts::router_init_code(),
            code_hash: contracts::router_code_hash(),
        }
    }

    /// `Escrow`.
    #[must_use]
    pub fn escrow() -> Self {
        Self {
            name: "Escrow",
            noun: "escrow",
            address: contracts::escrow_address(),
            salt: contracts::ESCROW_SALT,
            init_code: contracts::escrow_init_code(),
            code_hash: contracts::escrow_code_hash(),
        }
    }

    /// Deploys it, unless it is there, and verifies its code either way.
    ///
    /// # Errors
    /// When the chain has no CREATE2 factory, the deployment fails, or other code is at its address.
    pub async fn deploy(&self, chain: &Chain) -> anyhow::Result<Deployed> {
        let deployed = create2(chain, self.salt, &self.init_code).await?;
        self.check(deployed.address, deployed.code_hash)?;
        Ok(deployed)
    }

    /// Whether code with this hash is this contract's.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(&self, address: Address, code_hash: B256) -> anyhow::Result<()> {
        if code_hash == self.code_hash {
            return Ok(());
        }
        let what = format!("the code at {address} is not the {}'s: its hash is {code_hash} and should be {}", self.noun, self.code_hash);
        let fix = format!("use the version of counterfoil that deployed it, or the address where this version's {} is", self.noun);
        Err(Failure::new(what, fix).into())
    }
}

/// Deploys `init_code` with CREATE2 unless its code is there already.
///
/// # Errors
/// When the chain has no CREATE2 factory, or nothing is there after the deployment.
pub async fn create2(chain: &Chain, salt: B256, init_code: &Bytes) -> anyhow::Result<Deployed> {
    let address = contracts::CREATE2_FACTORY.create2_from_code(salt, init_code);
    let there = code_hash(chain, address).await?;
    if let Some(code_hash) = there {
        return Ok(Deployed { address, code_hash, transaction: None });
    }
    if code_hash(chain, contracts::CREATE2_FACTORY).await?.is_none() {
        let what = format!("this chain has no CREATE2 factory at {}", contracts::CREATE2_FACTORY);
        let fix = "deploy it first; https://github.com/Arachnid/deterministic-deployment-proxy has the one transaction that does";
        return Err(Failure::new(what, fix).into());
    }
    let input: Bytes = [salt.as_slice(), init_code].concat().into();
    let receipt = send(chain, contracts::CREATE2_FACTORY, input, U256::ZERO).await?;
    let code_hash =
        code_hash(chain, address).await?.ok_or_else(|| Failure::new(format!("nothing is at {address} after the deployment"), "ask another node"))?;
    Ok(Deployed { address, code_hash, transaction: Some(receipt.transaction_hash) })
}

/// Hash of the code at an address; `None` where there is none.
///
/// # Errors
/// When the node does not answer.
pub async fn code_hash(chain: &Chain, address: Address) -> anyhow::Result<Option<B256>> {
    let code = chain.get_code_at(address).await.or_fix("the node does not answer", "check the URL, and that the node runs")?;
    Ok((!code.is_empty()).then(|| keccak256(&code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_contract_is_not_the_other() {
        let (router, escrow) = (Contract::router(), Contract::escrow());
        assert_ne!(router.address, escrow.address);
        router.check(router.address, router.code_hash).unwrap();
        escrow.check(escrow.address, escrow.code_hash).unwrap();
        assert!(router.check(router.address, escrow.code_hash).is_err() && escrow.check(escrow.address, router.code_hash).is_err());
    }
}

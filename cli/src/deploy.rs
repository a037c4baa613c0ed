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

/// Deploys the router, unless it is there, and verifies its code either way.
///
/// # Errors
/// When the chain has no CREATE2 factory, the deployment fails, or other code is at the router's address.
pub async fn router(chain: &Chain) -> anyhow::Result<Deployed> {
    let deployed = create2(chain, contracts::ROUTER_SALT, &contracts::router_init_code()).await?;
    check_router(deployed.address, deployed.code_hash)?;
    Ok(deployed)
}

/// Whether code with this hash is the router's.
///
/// # Errors
/// When it is not.
pub fn check_router(address: Address, code_hash: B256) -> anyhow::Result<()> {
    let expected = contracts::router_code_hash();
    if code_hash == expected {
        return Ok(());
    }
    let what = format!("the code at {address} is not the router's: its hash is {code_hash} and should be {expected}");
    Err(Failure::new(what, "use the version of counterfoil that deployed it, or the address where this version's router is").into())
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

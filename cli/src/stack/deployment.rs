//! What a private chain needs before anybody can pay on it. All of it is deterministic and may be done again.

use alloy_primitives::aliases::U48;
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::SolCall;
use contracts::{PaymentRouter, TestToken};

use super::accounts::{BUYER, OPERATOR};
use crate::chain::{Chain, connect, send, view};
use crate::config::SecretUrl;
use crate::deploy::{self, Contract};

/// Name and ticker of the test token: not USDC's, so that nobody mistakes it.
pub const TOKEN_NAME: &str = "Test USD";
/// The ticker.
pub const TOKEN_SYMBOL: &str = "tUSD";
/// What the buyer is given: 1,000,000 tokens of 6 decimals.
pub const BUYER_BALANCE: u64 = 1_000_000_000_000;

/// The addresses on a private chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The router.
    pub router: Address,
    /// The escrow.
    pub escrow: Address,
    /// The test token, behind its proxy.
    pub token: Address,
}

impl Deployment {
    /// Deploys router, escrow and token, authorises `signer` for the operator and gives the buyer tokens; leaves alone what is there already.
    ///
    /// # Errors
    /// When the chain refuses a transaction.
    pub async fn ensure(rpc: &SecretUrl, signer: Address) -> anyhow::Result<Self> {
        let chain = connect(rpc, Some(&OPERATOR.key()))?;
        let router = Contract::router().deploy(&chain).await?.address;
        let escrow = Contract::escrow().deploy(&chain).await?.address;
        let token = token(&chain).await?;
        authorise(&chain, router, signer).await?;
        fund(&chain, token, BUYER.address()).await?;
        Ok(Self { router, escrow, token })
    }
}

async fn token(chain: &Chain) -> anyhow::Result<Address> {
    let implementation = deploy::create2(chain, salt("implementation"), &contracts::test_token_init_code()).await?.address;
    let initialize = TestToken::initializeCall { name_: TOKEN_NAME.to_owned(), symbol_: TOKEN_SYMBOL.to_owned() };
    let proxy = contracts::test_token_proxy_init_code(implementation, initialize.abi_encode().into());
    Ok(deploy::create2(chain, salt("proxy"), &proxy).await?.address)
}

/// Without an end that a restart years later would meet; on a real chain a delegation is short and renewed.
async fn authorise(chain: &Chain, router: Address, signer: Address) -> anyhow::Result<()> {
    let authorised = view(chain, router, &PaymentRouter::isSignerCall { operator: OPERATOR.address(), signer }).await?;
    if !authorised {
        let call = PaymentRouter::setSignerCall { signer, until: U48::MAX };
        send(chain, router, call.abi_encode().into(), U256::ZERO).await?;
    }
    Ok(())
}

async fn fund(chain: &Chain, token: Address, account: Address) -> anyhow::Result<()> {
    let balance = view(chain, token, &TestToken::balanceOfCall { owner: account }).await?;
    let wanted = U256::from(BUYER_BALANCE);
    if balance < wanted {
        let call = TestToken::mintCall { to: account, amount: wanted - balance };
        send(chain, token, call.abi_encode().into(), U256::ZERO).await?;
    }
    Ok(())
}

fn salt(what: &str) -> B256 {
    keccak256(format!("counterfoil.TestToken.{what}.1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::anvil::{Anvil, AnvilOptions, Mining};
    use alloy::providers::Provider;

    #[tokio::test]
    async fn a_second_time_changes_nothing() {
        let binary = crate::foundry::anvil(|_| {}).await.unwrap();
        let anvil = Anvil::start(&AnvilOptions { binary, port: 0, state: None, mining: Mining::OnTransaction }).await.unwrap();
        let rpc = SecretUrl::new(anvil.url().as_str());
        let signer = Address::repeat_byte(7);
        let first = Deployment::ensure(&rpc, signer).await.unwrap();
        let chain = connect(&rpc, None).unwrap();
        let height = chain.get_block_number().await.unwrap();
        assert_eq!(Deployment::ensure(&rpc, signer).await.unwrap(), first);
        assert_eq!(chain.get_block_number().await.unwrap(), height, "no transaction was needed");
        assert_eq!((first.router, first.escrow), (contracts::router_address(), contracts::escrow_address()));
        let balance = view(&chain, first.token, &TestToken::balanceOfCall { owner: BUYER.address() }).await.unwrap();
        assert_eq!(balance, U256::from(BUYER_BALANCE));
        let symbol = view(&chain, first.token, &TestToken::symbolCall {}).await.unwrap();
        assert_eq!(symbol, TOKEN_SYMBOL, "the proxy was initialised");
        assert!(view(&chain, first.router, &PaymentRouter::isSignerCall { operator: OPERATOR.address(), signer }).await.unwrap());
    }
}

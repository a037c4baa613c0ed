//! Makes blocks while something is not final, so that confirmations progress; and few otherwise, so that an idle chain stays small.

use std::time::Duration;

use alloy::providers::Provider;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::chain::Chain;

/// A block on an idle chain: block time must go on, for deadlines pass by it. Anvil keeps some 1.5 KB of each for ever.
pub const IDLE_INTERVAL: Duration = Duration::from_secs(30);

/// Follows the chain and mines one block per `interval` until `confirmations` are on the newest transaction. A node that does not answer is
/// asked again: the end of the chain is noticed by whoever owns it.
pub async fn run(chain: Chain, interval: Duration, confirmations: u64, soft: CancellationToken) -> Result<(), std::convert::Infallible> {
    let mut follower = Follower { scanned: 0, newest_transaction: 0 };
    while soft.run_until_cancelled(tokio::time::sleep(interval)).await.is_some() {
        if let Err(error) = follower.step(&chain, confirmations).await {
            tracing::debug!("the chain does not answer its miner: {error}");
        }
    }
    Ok(())
}

struct Follower {
    scanned: u64,
    newest_transaction: u64,
}

impl Follower {
    async fn step(&mut self, chain: &Chain, confirmations: u64) -> anyhow::Result<()> {
        let head = chain.get_block_number().await?;
        // Blocks older than that cannot hold a transaction that still needs any.
        let from = (self.scanned + 1).max(head.saturating_sub(confirmations));
        for number in from..=head {
            let transactions = chain.get_block_transaction_count_by_number(number.into()).await?;
            if transactions.unwrap_or_default() > 0 {
                self.newest_transaction = number;
            }
        }
        self.scanned = head;
        if self.newest_transaction > 0 && head - self.newest_transaction + 1 < confirmations {
            let _hash: Value = chain.raw_request("evm_mine".into(), ()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{connect, send};
    use crate::config::SecretUrl;
    use crate::stack::accounts::{BUYER, SELLER};
    use crate::stack::anvil::{Anvil, AnvilOptions, Mining};
    use alloy_primitives::{Bytes, U256};

    #[tokio::test]
    async fn a_transaction_is_confirmed_and_then_the_chain_rests() {
        let binary = crate::foundry::anvil(|_| {}).await.unwrap();
        let anvil = Anvil::start(&AnvilOptions { binary, port: 0, state: None, mining: Mining::OnTransaction }).await.unwrap();
        let chain = connect(&SecretUrl::new(anvil.url().as_str()), Some(&BUYER.key())).unwrap();
        let mut follower = Follower { scanned: 0, newest_transaction: 0 };
        follower.step(&chain, 3).await.unwrap();
        assert_eq!(chain.get_block_number().await.unwrap(), 0, "nothing to confirm");
        send(&chain, SELLER.address(), Bytes::new(), U256::from(1)).await.unwrap();
        for height in [2, 3, 3, 3] {
            follower.step(&chain, 3).await.unwrap();
            assert_eq!(chain.get_block_number().await.unwrap(), height);
        }
    }
}

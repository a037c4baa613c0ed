//! Several endpoints of one chain as one reader: the preferred one that is well is asked, and the next when it gives no answer.
//!
//! Each is asked for its chain id and its first block before anything else it says is used.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use std::ops::RangeInclusive;

use alloy_primitives::{Address, B256, Bytes};
use async_trait::async_trait;
use futures::future::BoxFuture;
use tokio::time::Instant;
use url::Url;

use crate::error::IndexerError;
use crate::provider::RpcNode;
use crate::reader::{Block, BlockRef, CallError, ChainLog, ChainReader, LogFilter, MinedTransaction, RpcError};

/// How long an endpoint is left alone after its first failure; twice as long after each further one.
const FIRST_REST: Duration = Duration::from_millis(500);
/// How long at most: a node that came back should not be missed for long.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// The endpoints of a chain.
#[derive(Debug)]
pub struct Nodes {
    chain_id: u64,
    nodes: Vec<RpcNode>,
    health: Mutex<Vec<Health>>,
    genesis: Mutex<Option<B256>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Health {
    is_checked: bool,
    failures: u32,
    rests_until: Option<Instant>,
}

impl Nodes {
    /// The endpoints of chain `chain_id` behind the `http(s)` URLs among these, the preferred one first. Connects when first asked.
    ///
    /// # Errors
    /// When there is none.
    pub fn new(chain_id: u64, urls: &[Url]) -> Result<Self, IndexerError> {
        let nodes = urls.iter().filter(|url| !matches!(url.scheme(), "ws" | "wss")).map(RpcNode::new).collect::<Result<Vec<_>, _>>()?;
        if nodes.is_empty() {
            return Err(IndexerError::NoNode);
        }
        let health = Mutex::new(vec![Health::default(); nodes.len()]);
        Ok(Self { chain_id, nodes, health, genesis: Mutex::new(None) })
    }

    /// Endpoints in the order in which to ask them: those that are well first, then those whose rest ends soonest.
    fn order(&self) -> Vec<usize> {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by_key(|index| health[*index].rests_until.filter(|until| *until > now));
        order
    }

    fn note(&self, index: usize, is_well: bool) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let one = &mut health[index];
        if is_well {
            (one.failures, one.rests_until) = (0, None);
            return;
        }
        let rest = FIRST_REST.saturating_mul(2_u32.saturating_pow(one.failures)).min(LONGEST_REST);
        *one = Health { is_checked: false, failures: one.failures.saturating_add(1), rests_until: Some(Instant::now() + rest) };
    }

    /// Whether an endpoint is of our chain. Asked again after every failure: what is behind a URL changes.
    async fn check(&self, index: usize) -> Result<(), RpcError> {
        if self.health.lock().unwrap_or_else(PoisonError::into_inner)[index].is_checked {
            return Ok(());
        }
        let node = &self.nodes[index];
        let found = node.chain_id().await?;
        if found != self.chain_id {
            return Err(RpcError::OtherChain { expected: self.chain_id, found });
        }
        let first = node.block(BlockRef::Number(0)).await?.ok_or_else(|| RpcError::Inconsistent("it has no first block".to_owned()))?;
        let expected = *self.genesis.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(first.header.hash);
        if first.header.hash != expected {
            return Err(RpcError::OtherGenesis { expected, found: first.header.hash });
        }
        self.health.lock().unwrap_or_else(PoisonError::into_inner)[index].is_checked = true;
        Ok(())
    }

    async fn ask_in<R>(&self, order: &[usize], question: impl for<'a> Fn(&'a RpcNode) -> BoxFuture<'a, Result<R, RpcError>>) -> Result<R, RpcError> {
        let mut last = RpcError::Unreachable("there is no node".to_owned());
        for &index in order {
            let answer = match self.check(index).await {
                Ok(()) => question(&self.nodes[index]).await,
                Err(error) => Err(error),
            };
            match answer {
                // A refusal is about what was asked, so it is for whoever asked to say what to try next.
                Ok(_) | Err(RpcError::Refused { .. }) => {
                    self.note(index, true);
                    return answer;
                }
                Err(error) => {
                    tracing::warn!(chain_id = self.chain_id, node = index, "{error}");
                    self.note(index, false);
                    last = error;
                }
            }
        }
        Err(last)
    }

    async fn ask<R>(&self, question: impl for<'a> Fn(&'a RpcNode) -> BoxFuture<'a, Result<R, RpcError>>) -> Result<R, RpcError> {
        self.ask_in(&self.order(), question).await
    }
}

#[async_trait]
impl ChainReader for Nodes {
    async fn chain_id(&self) -> Result<u64, RpcError> {
        self.ask(|node| node.chain_id()).await
    }

    async fn block(&self, block: BlockRef) -> Result<Option<Block>, RpcError> {
        self.ask(|node| node.block(block)).await
    }

    async fn logs(&self, filter: &LogFilter, range: RangeInclusive<u64>) -> Result<Vec<ChainLog>, RpcError> {
        let asked = (filter.clone(), range);
        self.ask(move |node| {
            let (filter, range) = asked.clone();
            Box::pin(async move { node.logs(&filter, range).await })
        })
        .await
    }

    async fn block_logs(&self, filter: &LogFilter, block: B256) -> Result<Vec<ChainLog>, RpcError> {
        let filter = filter.clone();
        self.ask(move |node| {
            let filter = filter.clone();
            Box::pin(async move { node.block_logs(&filter, block).await })
        })
        .await
    }

    async fn receipt_logs(&self, block: B256) -> Result<Vec<ChainLog>, RpcError> {
        let mut order = self.order();
        // The one that was just asked for the logs comes last.
        order.rotate_left(1);
        self.ask_in(&order, |node| node.receipt_logs(block)).await
    }

    async fn transaction(&self, hash: B256) -> Result<Option<MinedTransaction>, RpcError> {
        self.ask(|node| node.transaction(hash)).await
    }

    async fn revert_data(&self, hash: B256) -> Result<Option<Bytes>, RpcError> {
        self.ask(|node| node.revert_data(hash)).await
    }

    async fn code(&self, address: Address) -> Result<Bytes, RpcError> {
        self.ask(|node| node.code(address)).await
    }

    async fn call(&self, to: Address, input: Bytes, at: BlockRef) -> Result<Bytes, CallError> {
        // A contract that reverts is an answer.
        let answer = self.ask(move |node| {
            let input = input.clone();
            Box::pin(async move {
                match node.call(to, input, at).await {
                    Ok(output) => Ok(Ok(output)),
                    Err(CallError::Reverted(why)) => Ok(Err(why)),
                    Err(CallError::Rpc(error)) => Err(error),
                }
            })
        });
        answer.await?.map_err(CallError::Reverted)
    }

    fn turn_away(&self) {
        if let Some(&first) = self.order().first() {
            self.note(first, false);
        }
    }
}

#[cfg(test)]
mod tests;

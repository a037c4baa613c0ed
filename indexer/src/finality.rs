//! How far a chain is final, under each of the policies that were published over time.

use settlement::finality::{self, FinalityPolicy};

use crate::reader::{BlockRef, ChainReader, Header, RpcError};

/// The newest block that is final under a policy when `head` is the newest; `None` before there is one.
///
/// # Errors
/// When the node does not answer, or does not know the policy's tag.
pub async fn final_through(reader: &dyn ChainReader, policy: FinalityPolicy, head: &Header) -> Result<Option<u64>, RpcError> {
    let tag = match policy {
        FinalityPolicy::Confirmations(needed) => return Ok(finality::final_through(needed, head.number)),
        FinalityPolicy::Safe => BlockRef::Safe,
        FinalityPolicy::Finalized => BlockRef::Finalized,
    };
    Ok(reader.block(tag).await?.map(|block| block.header.number))
}

/// The newest of these headers that is final now and was not before.
pub fn newly_final<'a>(before: Option<u64>, limit: Option<u64>, headers: impl DoubleEndedIterator<Item = &'a Header>) -> Option<Header> {
    let newest = headers.rev().find(|header| Some(header.number) <= limit).copied()?;
    (Some(newest.number) > before).then_some(newest)
}

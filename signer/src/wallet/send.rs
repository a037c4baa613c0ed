//! Sending: approval where one is needed, then the payment.

use std::time::Duration;

use alloy::network::{NetworkTransactionBuilder, TransactionBuilder};
use alloy::providers::Provider;
use alloy::rpc::types::TransactionRequest;
use alloy_primitives::{Address, B256, U256};
use settlement::snapshot::Signable;

use super::node::{failed, is_refusal, reason};
use super::{BuyerWallet, Checked, Plan, Sent, WalletError};
use crate::payload::{Call, approval};

/// Several blocks of the slowest chains in use.
const MINED_WITHIN: Duration = Duration::from_secs(180);
/// Half a block of the fastest chains in use.
const POLL_EVERY: Duration = Duration::from_millis(500);
/// Gas above the estimate, in percent: storage that others touch in between changes the price of a call.
const GAS_MARGIN_PERCENT: u64 = 20;

impl BuyerWallet {
    /// Plans the payment, approves if the allowance is too small and waits for that, then sends the payment.
    ///
    /// # Errors
    /// See [`BuyerWallet::plan`]; further when a transaction would revert or cannot be sent. [`WalletError::OutcomeUnknown`] and
    /// [`WalletError::NotMined`] are the two that do not mean "not sent": they name the transaction to look for.
    pub async fn pay<S: Signable>(&self, checked: &Checked<S>) -> Result<Sent, WalletError> {
        let Plan { allowance, approval, payment, .. } = self.plan(checked).await?;
        let approval = match approval {
            Some(call) => Some(self.approve(&call, checked.snapshot().router(), allowance.unwrap_or_default()).await?),
            None => None,
        };
        let payment = self.send("the payment", &payment).await?;
        Ok(Sent { approval, payment })
    }

    /// Waits until a transaction is mined and says in which block.
    ///
    /// # Errors
    /// When it reverted, was not mined in three minutes, or the node fails.
    pub async fn wait(&self, transaction: B256) -> Result<u64, WalletError> {
        let mined = async {
            loop {
                let receipt = self.provider.get_transaction_receipt(transaction).await.map_err(|e| failed("for a receipt", e))?;
                match receipt.and_then(|r| r.block_number.map(|block| (block, r.status()))) {
                    Some((block, true)) => return Ok(block),
                    Some((block, false)) => return Err(WalletError::TransactionReverted { transaction, block }),
                    None => tokio::time::sleep(POLL_EVERY).await,
                }
            }
        };
        let waited_s = MINED_WITHIN.as_secs();
        tokio::time::timeout(MINED_WITHIN, mined).await.unwrap_or(Err(WalletError::NotMined { transaction, waited_s }))
    }

    /// Approves and waits. Some tokens (USDT) refuse to change an allowance that is not zero: theirs is cleared first.
    async fn approve(&self, call: &Call, router: Address, allowance: U256) -> Result<B256, WalletError> {
        let sent = match self.send("the approval", call).await {
            Err(WalletError::Reverted { .. }) if !allowance.is_zero() => {
                let cleared = self.send("clearing the allowance", &approval(call.to, router, U256::ZERO)).await?;
                self.wait(cleared).await?;
                self.send("the approval", call).await?
            }
            other => other?,
        };
        self.wait(sent).await?;
        Ok(sent)
    }

    /// Signs and sends one call. Its hash is known before it is sent, so that no answer leaves the payer without it.
    async fn send(&self, what: &'static str, call: &Call) -> Result<B256, WalletError> {
        let request = self.priced(what, call).await?;
        let signed = request.build(&self.transactions).await.map_err(|e| WalletError::Unsigned(e.to_string()))?;
        let transaction = *signed.tx_hash();
        match self.provider.send_tx_envelope(signed).await {
            Ok(_) => Ok(transaction),
            Err(error) if is_refusal(&error) => Err(failed(what, error)),
            Err(error) => Err(WalletError::OutcomeUnknown { transaction, reason: reason(&error) }),
        }
    }

    /// The call as a transaction with nonce, gas and fees. Estimating runs it, so a call that would revert ends here.
    async fn priced(&self, what: &'static str, call: &Call) -> Result<TransactionRequest, WalletError> {
        let request = TransactionRequest::default().from(self.address).to(call.to).input(call.data.clone().into()).value(call.value);
        let gas = self.provider.estimate_gas(request.clone()).await.map_err(|e| failed(what, e))?;
        let fees = self.provider.estimate_eip1559_fees().await.map_err(|e| failed("for the gas price", e))?;
        let nonce = self.provider.get_transaction_count(self.address).pending().await.map_err(|e| failed("for the wallet's nonce", e))?;
        let chain_id = self.provider.get_chain_id().await.map_err(|e| failed("for its chain id", e))?;
        Ok(request
            .nonce(nonce)
            .gas_limit(gas.saturating_add(gas / 100 * GAS_MARGIN_PERCENT))
            .max_fee_per_gas(fees.max_fee_per_gas)
            .max_priority_fee_per_gas(fees.max_priority_fee_per_gas)
            .with_chain_id(chain_id))
    }
}

//! Decoded logs of our contracts, and where on the chain they stand.

use alloy_primitives::{Address, B256, LogData, U256};
use alloy_sol_types::SolEvent;
use contracts::PaymentRouter;

use crate::clock::Timestamp;

/// Where a log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Number of its block.
    pub block_number: u64,
    /// Hash of its block.
    pub block_hash: B256,
    /// Time of its block, unix seconds.
    pub block_time: u64,
    /// Its transaction.
    pub tx_hash: B256,
    /// Its index in the block.
    pub log_index: u64,
}

impl Location {
    /// Block time as an instant.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.block_time)
    }
}

/// A `PaymentRouted` log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentEvent {
    /// Where it stands.
    pub location: Location,
    /// Which contract emitted it.
    pub emitter: Address,
    /// Whose signature it was executed under.
    pub operator: Address,
    /// Hash of the snapshot.
    pub request_id: B256,
    /// Who received.
    pub payee: Address,
    /// Who paid: the router's effective payer, whoever sent the transaction.
    pub payer: Address,
    /// Zero for the native coin.
    pub token: Address,
    /// Atomic units to the payee.
    pub amount: U256,
    /// Zero when there is no fee.
    pub fee_recipient: Address,
    /// Atomic units to the fee recipient.
    pub fee_amount: U256,
    /// The unit's nonce.
    pub nonce: U256,
    /// Unix seconds.
    pub deadline: U256,
    /// What was signed.
    pub digest: B256,
}

#[cfg(feature = "testing")]
impl PaymentEvent {
    /// The event that the router emits at this place when it executes exactly this payload.
    #[must_use]
    pub fn executing(signed: &crate::snapshot::SignedSnapshot, location: Location) -> Self {
        let payment = signed.payment();
        Self {
            location,
            emitter: signed.snapshot().router,
            operator: payment.operator,
            request_id: payment.requestId,
            payee: payment.payee,
            payer: payment.payer,
            token: payment.token,
            amount: payment.amount,
            fee_recipient: payment.feeRecipient,
            fee_amount: payment.feeAmount,
            nonce: payment.nonce,
            deadline: payment.deadline,
            digest: signed.digest(),
        }
    }
}

/// A `RefundRouted` log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundEvent {
    /// Where it stands.
    pub location: Location,
    /// Which contract emitted it.
    pub emitter: Address,
    /// Whose signature it was executed under.
    pub operator: Address,
    /// The `requestId` of the payment that is paid back.
    pub parent: B256,
    /// Hash of the refund's snapshot.
    pub request_id: B256,
    /// Who received: whoever had paid.
    pub payee: Address,
    /// Who paid back, whoever sent the transaction.
    pub payer: Address,
    /// Zero for the native coin.
    pub token: Address,
    /// Atomic units to the payee.
    pub amount: U256,
    /// The refund request's nonce.
    pub nonce: U256,
    /// Unix seconds.
    pub deadline: U256,
    /// What was signed.
    pub digest: B256,
}

#[cfg(feature = "testing")]
impl RefundEvent {
    /// The event that the router emits at this place when it executes exactly this payload.
    #[must_use]
    pub fn executing(signed: &crate::refund::SignedRefund, location: Location) -> Self {
        let payment = signed.payment();
        Self {
            location,
            emitter: signed.snapshot().router,
            operator: payment.operator,
            parent: payment.parent,
            request_id: payment.requestId,
            payee: payment.payee,
            payer: payment.payer,
            token: payment.token,
            amount: payment.amount,
            nonce: payment.nonce,
            deadline: payment.deadline,
            digest: signed.digest(),
        }
    }
}

/// A log of the router that matters to settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouterEvent {
    /// Somebody paid.
    Payment(PaymentEvent),
    /// Somebody paid back.
    Refund(RefundEvent),
    /// An operator named or revoked a delegate.
    SignerSet {
        /// Where.
        location: Location,
        /// Whose delegate.
        operator: Address,
        /// The delegate.
        signer: Address,
        /// Unix seconds until when it may sign; 0 revokes.
        until: u64,
    },
    /// An operator voided nonces: `word` is nonce / 256, `mask` the bits that this call set.
    NoncesCancelled {
        /// Where.
        location: Location,
        /// Whose nonces.
        operator: Address,
        /// Word of the bitmap.
        word: U256,
        /// Bits newly set.
        mask: U256,
    },
}

impl RouterEvent {
    /// Where it stands.
    #[must_use]
    pub const fn location(&self) -> &Location {
        match self {
            Self::Payment(event) => &event.location,
            Self::Refund(event) => &event.location,
            Self::SignerSet { location, .. } | Self::NoncesCancelled { location, .. } => location,
        }
    }

    /// The operator it belongs to.
    #[must_use]
    pub const fn operator(&self) -> Address {
        match self {
            Self::Payment(event) => event.operator,
            Self::Refund(event) => event.operator,
            Self::SignerSet { operator, .. } | Self::NoncesCancelled { operator, .. } => *operator,
        }
    }

    /// Decodes a log; `None` for other events (they concern nobody here).
    ///
    /// # Errors
    /// When the first topic is one of ours and the rest does not decode: a log of another contract, or of one that lies.
    pub fn decode(emitter: Address, location: Location, log: &LogData) -> Result<Option<Self>, UndecodableLog> {
        let fail = |e: alloy_sol_types::Error| UndecodableLog { location, reason: e.to_string() };
        let Some(topic) = log.topics().first() else { return Ok(None) };
        if *topic == PaymentRouter::PaymentRouted::SIGNATURE_HASH {
            let e = PaymentRouter::PaymentRouted::decode_log_data_validate(log).map_err(fail)?;
            return Ok(Some(Self::Payment(PaymentEvent {
                location,
                emitter,
                operator: e.operator,
                request_id: e.requestId,
                payee: e.payee,
                payer: e.payer,
                token: e.token,
                amount: e.amount,
                fee_recipient: e.feeRecipient,
                fee_amount: e.feeAmount,
                nonce: e.nonce,
                deadline: e.deadline,
                digest: e.digest,
            })));
        }
        if *topic == PaymentRouter::RefundRouted::SIGNATURE_HASH {
            let e = PaymentRouter::RefundRouted::decode_log_data_validate(log).map_err(fail)?;
            return Ok(Some(Self::Refund(RefundEvent {
                location,
                emitter,
                operator: e.operator,
                parent: e.parent,
                request_id: e.requestId,
                payee: e.payee,
                payer: e.payer,
                token: e.token,
                amount: e.amount,
                nonce: e.nonce,
                deadline: e.deadline,
                digest: e.digest,
            })));
        }
        if *topic == PaymentRouter::SignerSet::SIGNATURE_HASH {
            let e = PaymentRouter::SignerSet::decode_log_data_validate(log).map_err(fail)?;
            return Ok(Some(Self::SignerSet { location, operator: e.operator, signer: e.signer, until: e.until.to() }));
        }
        if *topic == PaymentRouter::NoncesCancelled::SIGNATURE_HASH {
            let e = PaymentRouter::NoncesCancelled::decode_log_data_validate(log).map_err(fail)?;
            return Ok(Some(Self::NoncesCancelled { location, operator: e.operator, word: e.word, mask: e.mask }));
        }
        Ok(None)
    }
}

/// A log with one of our topics that is not one of our events.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("log {} of block {} does not decode: {reason}", location.log_index, location.block_hash)]
pub struct UndecodableLog {
    /// Where it stands.
    pub location: Location,
    /// What the decoder says.
    pub reason: String,
}

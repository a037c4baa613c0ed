//! Receipts: stored as they were signed, and held against the payment and the right of their signer on every reading.
//!
//! Reading costs one statement. Checking what it read costs several signature recoveries, and is a pure function of the row: so what was checked is remembered
//! by the SHA-256 of every value in it ([`Checked`]). A row that anybody changed, in any column of any table of the join, is another row and is checked again.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use alloy_primitives::{Address, B256};
use lru::LruCache;
use settlement::Timestamp;
use settlement::event::Location;
use settlement::ids::{AgreementId, PaymentRequestId, ProfileId};
use settlement::payment_request::PaymentRequestState;
use settlement::receipt::{Receipt, ReceiptClaim, Wallets};
use settlement::terms::Terms;
use sha2::{Digest, Sha256};
use sqlx::any::{AnyRow, AnyTypeInfoKind};
use sqlx::{Any, AssertSqlSafe, Decode, Row, ValueRef};

use crate::error::StoreError;
use crate::payment_request::{StoredRequest, select_with, stored};
use crate::payout_change::Payouts;
use crate::row::{Fields, lower, signed};
use crate::{Store, Tx};

/// How many checked receipts are remembered: about 12 KiB each, so 24 MiB at most.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(2_048).expect("not zero");

/// Whether the operator of a unit `u` has named on the chain, at some time, who signed the receipt `d` of the request `r`. One that was revoked since may have
/// signed it before; `receipt verify` says so to those who ask.
macro_rules! is_issuer_named {
    () => {
        "CAST(EXISTS (SELECT 1 FROM router_events n WHERE n.chain_id = r.chain_id AND n.operator = u.operator AND n.signer = d.signer \
         AND n.kind = 'signer_set' AND n.orphaned = 0 AND n.signer_until > 0) AS INTEGER) AS is_issuer_named"
    };
}

/// The columns beside those of the request.
const COLUMNS: &str = concat!(
    is_issuer_named!(),
    r#", a.buyer_wallet AS "agreements.buyer_wallet", a.seller_wallet AS "agreements.seller_wallet", d.document AS "receipts.document",
 d.signer AS "receipts.signer",
 CAST(EXISTS (SELECT 1 FROM proof_issues i WHERE i.agreement_id = r.agreement_id AND i.closed_at IS NULL AND i.payment_request_id = r.id) AS INTEGER)
 AS is_in_doubt,
 CAST(EXISTS (SELECT 1 FROM refund_requests f WHERE f.payment_request_id = r.id AND f.status = 'settled') AS INTEGER) AS is_refunded"#
);
/// The receipt of the event that the proof rests on.
const JOIN: &str = "LEFT JOIN receipts d ON d.payment_request_id = r.id AND d.block_hash = e.block_hash AND d.log_index = e.log_index";

/// A payment request and its receipt, as far as they can be believed.
#[derive(Clone, Debug)]
pub struct Receipted {
    /// The request.
    pub request: StoredRequest,
    /// The paying profile.
    pub buyer: ProfileId,
    /// The paid profile.
    pub seller: ProfileId,
    /// A payment that names the request does not match it, and nobody has resolved that.
    pub in_doubt: bool,
    /// Something of it was paid back; how much, its refunds say.
    pub refunded: bool,
    /// What was made out for it.
    pub made_out: MadeOut,
}

/// What was made out for a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MadeOut {
    /// Nothing: it is not verified, or nobody has asked yet.
    Nothing,
    /// This, to the byte. The operator signed it, or whoever signed the payment for it, or one whom it has named on the chain.
    Receipt(String),
    /// This, to the byte, and nothing that is stored says that its signer ever spoke for the operator: named before the first block that was read, or never.
    Unvouched {
        /// The document.
        text: String,
        /// Who signed it.
        issuer: Address,
    },
    /// What is stored is not what was signed.
    Damaged(String),
}

/// A payment that counted as verified and was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The request.
    pub request: PaymentRequestId,
    /// The block that the chain no longer has.
    pub block_hash: B256,
    /// The event in it.
    pub log_index: u64,
    /// When it was taken back.
    pub at: Timestamp,
}

/// Rows whose receipts were checked and hold.
pub(crate) struct Checked(Mutex<LruCache<[u8; 32], Arc<Receipted>>>);

impl Default for Checked {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(REMEMBERED)))
    }
}

impl Checked {
    /// What the row says, checked now or before.
    fn read(&self, row: &AnyRow, payouts: &Payouts) -> Result<Arc<Receipted>, StoreError> {
        let Some(key) = fingerprint(row) else { return receipted(row, payouts).map(Arc::new) };
        // A panic between two statements of this file leaves the cache whole.
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(receipted(row, payouts)?);
        if matches!(read.made_out, MadeOut::Receipt(_)) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).put(key, Arc::clone(&read));
        }
        Ok(read)
    }
}

/// A hash of every value of the row, in order; `None` for a row that rests on a payout change, which is another row, and for one with a value of a kind that
/// no column of ours has.
fn fingerprint(row: &AnyRow) -> Option<[u8; 32]> {
    if !row.try_get_raw("payout_change_id").ok()?.is_null() {
        return None;
    }
    let mut hash = Sha256::new();
    for index in 0..row.len() {
        let value = row.try_get_raw(index).ok()?;
        if value.is_null() {
            hash.update([0]);
            continue;
        }
        match value.type_info().kind() {
            AnyTypeInfoKind::Text => {
                let text = <&str as Decode<'_, Any>>::decode(value).ok()?;
                hash.update([1]);
                hash.update(u64::try_from(text.len()).ok()?.to_be_bytes());
                hash.update(text.as_bytes());
            }
            AnyTypeInfoKind::SmallInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::BigInt => {
                hash.update([2]);
                hash.update(<i64 as Decode<'_, Any>>::decode(value).ok()?.to_be_bytes());
            }
            AnyTypeInfoKind::Null | AnyTypeInfoKind::Bool | AnyTypeInfoKind::Real | AnyTypeInfoKind::Double | AnyTypeInfoKind::Blob => return None,
        }
    }
    Some(hash.finalize().into())
}

/// Reads a row and checks all of it.
fn receipted(row: &AnyRow, payouts: &Payouts) -> Result<Receipted, StoreError> {
    let fields = Fields::new("payment_requests", "id", row)?;
    let (agreement, document) = (fields.beside("agreements", "agreement_id"), fields.beside("receipts", "id").opt_text("document")?);
    let request = stored(row, payouts)?;
    let made_out = match (&request, document) {
        (_, None) => MadeOut::Nothing,
        (StoredRequest::Sound(request), Some(text)) => match &request.state {
            PaymentRequestState::Verified { proof, .. } => {
                let wallets = Wallets { buyer: agreement.address("buyer_wallet")?, seller: agreement.address("seller_wallet")? };
                let terms = Terms::from_canonical(&agreement.text("terms")?).map_err(|error| agreement.bad("terms", error))?;
                match Receipt::parse(&text) {
                    Ok(claim) if claim.is_of(&text, proof, &request.signed, (&terms, wallets)) => by_whom(text, &claim, &fields)?,
                    Ok(_) => MadeOut::Damaged("it is another one than the payment's".to_owned()),
                    Err(error) => MadeOut::Damaged(error.to_string()),
                }
            }
            // A receipt is joined through the proof, and only a verified request that proves itself has one.
            PaymentRequestState::Signed
            | PaymentRequestState::Submitted { .. }
            | PaymentRequestState::Cancelled { .. }
            | PaymentRequestState::Failed { .. }
            | PaymentRequestState::Expired { .. } => MadeOut::Nothing,
        },
        (StoredRequest::Unproven { .. }, Some(_)) => MadeOut::Nothing,
    };
    Ok(Receipted {
        request,
        buyer: agreement.parsed("buyer_id")?,
        seller: agreement.parsed("seller_id")?,
        in_doubt: fields.flag("is_in_doubt")?,
        refunded: fields.flag("is_refunded")?,
        made_out,
    })
}

/// Whether whoever signed a receipt could speak for the operator.
fn by_whom(text: String, claim: &ReceiptClaim, row: &Fields<'_>) -> Result<MadeOut, StoreError> {
    let (issuer, signed) = (claim.issuer, &claim.signed);
    match row.beside("receipts", "id").address("signer") {
        Ok(signer) if signer == issuer => {}
        Ok(_) | Err(StoreError::Row(_)) => return Ok(MadeOut::Damaged(format!("{issuer} signed it, and its row names another"))),
        Err(error) => return Err(error),
    }
    // Who signed the payment was held against the chain with the payment.
    let is_known = [signed.snapshot().operator, signed.signer()].contains(&issuer) || row.flag("is_issuer_named")?;
    Ok(if is_known { MadeOut::Receipt(text) } else { MadeOut::Unvouched { text, issuer } })
}

/// What had been made out for an event that is gone.
fn handed_out(row: &AnyRow, id: &PaymentRequestId, block_hash: B256, log_index: u64) -> Result<MadeOut, StoreError> {
    let fields = Fields::new("receipts", "payment_request_id", row)?;
    let text = fields.beside("receipts", "id").text("document")?;
    let claim = match Receipt::parse(&text) {
        Ok(claim) => claim,
        Err(error) => return Ok(MadeOut::Damaged(error.to_string())),
    };
    let at = &claim.event.location;
    let is_of_event = (at.block_hash, at.log_index) == (block_hash, log_index);
    let is_of_request = claim.signed.snapshot().payment_request == *id && claim.signed.request_id() == fields.hash("request_id")?;
    if !is_of_event || !is_of_request || !claim.proves_itself(&text) {
        return Ok(MadeOut::Damaged("it is another one than the payment's".to_owned()));
    }
    by_whom(text, &claim, &fields)
}

/// `<request>:<block hash>:<log index>:<how often posted before>`, as the ledger names the entry of a payment.
fn revocation(entry: &str, at: Timestamp) -> Option<Revocation> {
    let mut parts = entry.split(':');
    let revocation = Revocation { request: parts.next()?.parse().ok()?, block_hash: parts.next()?.parse().ok()?, log_index: parts.next()?.parse().ok()?, at };
    (parts.count() == 1).then_some(revocation)
}

pub(crate) const REVOCATIONS: &str =
    "SELECT reverses, MAX(at) AS at FROM postings WHERE agreement_id = $1 AND reverses IS NOT NULL GROUP BY reverses ORDER BY 2, 1";

pub(crate) const OF_EVENT: &str = concat!(
    "SELECT d.payment_request_id, d.document AS \"receipts.document\", d.signer AS \"receipts.signer\", r.request_id, ",
    is_issuer_named!(),
    " FROM receipts d JOIN payment_requests r ON r.id = d.payment_request_id JOIN units u ON u.id = r.unit_id \
     WHERE d.payment_request_id = $1 AND d.block_hash = $2 AND d.log_index = $3"
);

pub(crate) fn one_sql() -> String {
    select_with(COLUMNS, &format!("{JOIN} WHERE r.id = $1"))
}

pub(crate) fn list_sql() -> String {
    select_with(COLUMNS, &format!("{JOIN} WHERE r.agreement_id = $1 ORDER BY r.created_at, r.id"))
}

impl Store {
    /// A request with its receipt.
    pub async fn receipted(&self, id: &PaymentRequestId) -> Result<Option<Arc<Receipted>>, StoreError> {
        let mut connection = self.read().await?;
        let row = sqlx::query(AssertSqlSafe(one_sql())).bind(id.as_str()).fetch_optional(&mut *connection).await?;
        let payouts = Payouts::named_by(&mut connection, row.as_slice()).await?;
        row.as_ref().map(|row| self.database.checked().read(row, &payouts)).transpose()
    }

    /// The requests of an agreement with their receipts, oldest first.
    pub async fn receipted_of(&self, agreement: &AgreementId) -> Result<Vec<Arc<Receipted>>, StoreError> {
        let mut connection = self.read().await?;
        let rows = sqlx::query(AssertSqlSafe(list_sql())).bind(agreement.as_str()).fetch_all(&mut *connection).await?;
        let payouts = Payouts::named_by(&mut connection, &rows).await?;
        rows.iter().map(|row| self.database.checked().read(row, &payouts)).collect()
    }

    /// What a reorg took back of an agreement's payments, oldest first. The same payment may count again since, in the same block or in another.
    pub async fn revocations(&self, agreement: &AgreementId) -> Result<Vec<Revocation>, StoreError> {
        let rows = sqlx::query(REVOCATIONS).bind(agreement.as_str()).fetch_all(self.database.pool()).await?;
        let mut found = Vec::new();
        for row in &rows {
            let fields = Fields::new("postings", "reverses", row)?;
            found.extend(revocation(&fields.text("reverses")?, fields.time("at")?));
        }
        Ok(found)
    }

    /// What was made out for this event, whether it still counts or not. It is checked against what the request asked for, and not against the chain, which may
    /// have the event no longer.
    pub async fn receipt_of_event(&self, id: &PaymentRequestId, block_hash: B256, log_index: u64) -> Result<MadeOut, StoreError> {
        let query = sqlx::query(OF_EVENT).bind(id.as_str()).bind(lower(block_hash)).bind(signed(log_index)?);
        let row = query.fetch_optional(self.database.pool()).await?;
        row.map_or(Ok(MadeOut::Nothing), |row| handed_out(&row, id, block_hash, log_index))
    }
}

impl Tx {
    /// Keeps a receipt, if the payment still counts as verified by this event and none is kept for it. Returns whether it was kept.
    pub async fn insert_receipt(&mut self, id: &PaymentRequestId, event: &Location, receipt: (&str, Address), at: Timestamp) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "INSERT INTO receipts (payment_request_id, block_hash, log_index, document, signer, issued_at) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS TEXT), \
             CAST($5 AS TEXT), CAST($6 AS BIGINT) FROM proofs \
             WHERE payment_request_id = $1 AND block_hash = $2 AND log_index = $3 ON CONFLICT (payment_request_id, block_hash, log_index) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(lower(event.block_hash))
        .bind(signed(event.log_index)?)
        .bind(receipt.0.to_owned())
        .bind(lower(receipt.1))
        .bind(at.as_millis());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }
}

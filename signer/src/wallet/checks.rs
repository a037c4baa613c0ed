//! What a buyer, or a seller that pays back, checks before it signs: everything in the payload is recomputed from its snapshot and compared with what was agreed.

use std::fmt;

use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::SolCall;
use contracts::PaymentRouter::payCall;
use serde::Serialize;
use serde_json::Value;
use settlement::asset::Asset;
use settlement::ids::{PaymentRequestId, RefundId};
use settlement::money::Amount;
use settlement::refund::{RefundSnapshot, SignedRefund};
use settlement::snapshot::{Signable, Signed, SignedSnapshot, Snapshot, SnapshotError};

use crate::payload::{Call, ExecutionPayload, PaymentFields, approveCall};

/// What the buyer knows without being told by whoever made the payload. `None` is: whatever the snapshot says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The buyer's wallet.
    pub payer: Address,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The router. [`Expectation::new`] sets the address that the router has on every chain: an approval for any other contract
    /// lets that contract take the money.
    pub router: Address,
    /// The operator it trusts.
    pub operator: Option<Address>,
    /// The key the operator publishes as its signer. Whether a signer is the operator's is also asked of the chain before paying.
    pub signer: Option<Address>,
    /// What was agreed to pay with.
    pub asset: Option<Asset>,
    /// Where the seller receives.
    pub payee: Option<Address>,
    /// Hash of the terms that were agreed.
    pub terms_hash: Option<B256>,
    /// The most the seller gets in this payment.
    pub max_seller_amount: Option<Amount>,
    /// The most this payment takes from the wallet in all.
    pub max_total: Option<Amount>,
}

impl Expectation {
    /// A wallet on a chain, the router where it is deployed on every chain, and nothing else.
    #[must_use]
    pub fn new(payer: Address, chain_id: u64) -> Self {
        Self {
            payer,
            chain_id,
            router: contracts::router_address(),
            operator: None,
            signer: None,
            asset: None,
            payee: None,
            terms_hash: None,
            max_seller_amount: None,
            max_total: None,
        }
    }
}

/// What the seller knows of a refund without being told by whoever made the payload. `None` is: whatever the snapshot says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundExpectation {
    /// The seller's wallet that pays back.
    pub payer: Address,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The router; [`RefundExpectation::new`] sets the address that the router has on every chain.
    pub router: Address,
    /// The operator it trusts.
    pub operator: Option<Address>,
    /// What was paid with.
    pub asset: Option<Asset>,
    /// Who paid, and gets it back.
    pub payee: Option<Address>,
    /// The refund request that the seller approved.
    pub refund: Option<RefundId>,
    /// The payment request that is paid back.
    pub payment: Option<PaymentRequestId>,
    /// The most this refund takes from the wallet.
    pub max_amount: Option<Amount>,
}

impl RefundExpectation {
    /// A wallet on a chain, the router where it is deployed on every chain, and nothing else.
    #[must_use]
    pub fn new(payer: Address, chain_id: u64) -> Self {
        let router = contracts::router_address();
        Self { payer, chain_id, router, operator: None, asset: None, payee: None, refund: None, payment: None, max_amount: None }
    }
}

/// A payload that holds in every part. Only [`check`] and [`check_refund`] make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked<S> {
    signed: Signed<S>,
    payload: ExecutionPayload,
}

/// A payment that holds in every part.
pub type CheckedPayment = Checked<Snapshot>;
/// A refund that holds in every part.
pub type CheckedRefund = Checked<RefundSnapshot>;

impl<S: Signable> Checked<S> {
    /// The snapshot and its signature.
    #[must_use]
    pub const fn signed(&self) -> &Signed<S> {
        &self.signed
    }

    /// All that is asked.
    #[must_use]
    pub const fn snapshot(&self) -> &S {
        self.signed.snapshot()
    }

    /// The payload.
    #[must_use]
    pub const fn payload(&self) -> &ExecutionPayload {
        &self.payload
    }
}

/// Two values that should be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What follows from the snapshot, or what the buyer expects.
    pub expected: String,
    /// What the payload says.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

/// Why a payload must not be executed. Closed list.
#[derive(Debug, thiserror::Error)]
pub enum PayloadIssue {
    /// The snapshot cannot be read or the signature is none.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// `requestId` is not the hash of the snapshot.
    #[error("requestId is not the keccak256 of the snapshot: {0}")]
    RequestId(Mismatch),
    /// `digest` is not what the snapshot makes one sign.
    #[error("digest is not the EIP-712 digest of the snapshot's payment: {0}")]
    Digest(Mismatch),
    /// `chainId` is not the snapshot's.
    #[error("chainId is not the snapshot's: {0}")]
    ChainId(Mismatch),
    /// Another chain than the buyer's.
    #[error("the payment is on another chain: {0}")]
    Chain(Mismatch),
    /// Another router.
    #[error("the payment is through another router: {0}")]
    Router(Mismatch),
    /// Another operator.
    #[error("the payment is of another operator: {0}")]
    Operator(Mismatch),
    /// Another signer.
    #[error("the payment is signed by another key: {0}")]
    Signer(Mismatch),
    /// Another wallet pays.
    #[error("the payer is another wallet: {0}")]
    Payer(Mismatch),
    /// Another asset.
    #[error("the payment is in another asset: {0}")]
    Asset(Mismatch),
    /// Another payee.
    #[error("the payee is another address: {0}")]
    Payee(Mismatch),
    /// For other terms.
    #[error("the payment is for other terms: {0}")]
    TermsHash(Mismatch),
    /// Another refund than the one that was approved.
    #[error("the payload is of another refund request: {0}")]
    RefundRequest(Mismatch),
    /// A refund of another payment.
    #[error("the refund is of another payment request: {0}")]
    PaymentRequest(Mismatch),
    /// More for the seller than the buyer expects.
    #[error("the seller amount is too high: {0}")]
    SellerAmount(Mismatch),
    /// More in all than the buyer expects.
    #[error("the total is too high: {0}")]
    Total(Mismatch),
    /// Fee and total do not follow from the fee policy in the snapshot.
    #[error("the fee is not what its policy says: {0}")]
    FeeSplit(Mismatch),
    /// The payment calls another contract.
    #[error("payment.to is not the router: {0}")]
    PaymentTo(Mismatch),
    /// The payment carries another value.
    #[error("payment.value: {0}")]
    PaymentValue(Mismatch),
    /// The calldata is no call of `pay`.
    #[error("payment.data is not a call of PaymentRouter.pay: {0}")]
    PaymentCalldata(String),
    /// An argument of `pay` is not the snapshot's.
    #[error("payment.data, {name}: {mismatch}")]
    Argument {
        /// JSON name of the field of `Payment`.
        name: String,
        /// Both values.
        mismatch: Mismatch,
    },
    /// The signature in the calldata is another one.
    #[error("payment.data, signature: {0}")]
    SignatureArgument(Mismatch),
    /// The calldata has the right arguments, and bytes that do not belong to them.
    #[error("payment.data is not the plain encoding of its arguments: {0}")]
    PaymentEncoding(Mismatch),
    /// A token payment without its approval, or an approval where none is needed.
    #[error("approval: {0}")]
    Approval(Mismatch),
    /// The approval calls another contract than the token.
    #[error("approval.to is not the token: {0}")]
    ApprovalTo(Mismatch),
    /// The approval carries money.
    #[error("approval.value: {0}")]
    ApprovalValue(Mismatch),
    /// The calldata is no call of `approve`.
    #[error("approval.data is not a call of approve(address,uint256): {0}")]
    ApprovalCalldata(String),
    /// Somebody other than the router may spend.
    #[error("the approval is for another spender than the router: {0}")]
    ApprovalSpender(Mismatch),
    /// The approval is not of exactly the total.
    #[error("the approval is not of the total: {0}")]
    ApprovalAmount(Mismatch),
    /// Bytes that do not belong to its arguments.
    #[error("approval.data is not the plain encoding of its arguments: {0}")]
    ApprovalEncoding(Mismatch),
    /// `decodedCall` tells another story than the calldata.
    #[error("decodedCall{path}: {mismatch}")]
    DecodedCall {
        /// Where, as a JSON pointer (RFC 6901).
        path: String,
        /// Both values.
        mismatch: Mismatch,
    },
    /// `typedData` is not what was signed.
    #[error("typedData{path}: {mismatch}")]
    TypedData {
        /// Where, as a JSON pointer (RFC 6901).
        path: String,
        /// Both values.
        mismatch: Mismatch,
    },
    /// `walletSendCalls` does not send the same transactions.
    #[error("walletSendCalls{path}: {mismatch}")]
    WalletSendCalls {
        /// Where, as a JSON pointer (RFC 6901).
        path: String,
        /// Both values.
        mismatch: Mismatch,
    },
}

/// Checks a payload against itself and against what the buyer expects. Asks no chain.
///
/// # Errors
/// The first thing that does not hold.
pub fn check(payload: &ExecutionPayload, expected: &Expectation) -> Result<CheckedPayment, PayloadIssue> {
    let signed = read(payload)?;
    check_expected(&signed, expected)?;
    check_amounts(signed.snapshot(), expected)?;
    check_parts(signed, payload)
}

/// Checks the payload of a refund against itself and against what the seller expects. Asks no chain.
///
/// # Errors
/// The first thing that does not hold.
pub fn check_refund(payload: &ExecutionPayload, expected: &RefundExpectation) -> Result<CheckedRefund, PayloadIssue> {
    let signed: SignedRefund = read(payload)?;
    let snapshot = signed.snapshot();
    same(&expected.chain_id, &snapshot.asset.chain_id()).map_err(PayloadIssue::Chain)?;
    same(&expected.router, &snapshot.router).map_err(PayloadIssue::Router)?;
    same(&expected.payer, &snapshot.payer).map_err(PayloadIssue::Payer)?;
    same_if_known(expected.operator, &snapshot.operator).map_err(PayloadIssue::Operator)?;
    same_if_known(expected.asset, &snapshot.asset).map_err(PayloadIssue::Asset)?;
    same_if_known(expected.payee, &snapshot.payee).map_err(PayloadIssue::Payee)?;
    same_if_known(expected.refund.clone(), &snapshot.refund_request).map_err(PayloadIssue::RefundRequest)?;
    same_if_known(expected.payment.clone(), &snapshot.payment_request).map_err(PayloadIssue::PaymentRequest)?;
    at_most(expected.max_amount, snapshot.amount).map_err(PayloadIssue::Total)?;
    check_parts(signed, payload)
}

/// The signed document of a payload, and that hash, digest and chain id beside it are its own.
fn read<S: Signable>(payload: &ExecutionPayload) -> Result<Signed<S>, PayloadIssue> {
    let signed = Signed::<S>::parse(&payload.snapshot, payload.signature.clone())?;
    same(&signed.request_id(), &payload.request_id).map_err(PayloadIssue::RequestId)?;
    same(&signed.digest(), &payload.digest).map_err(PayloadIssue::Digest)?;
    same(&signed.snapshot().asset().chain_id(), &payload.chain_id).map_err(PayloadIssue::ChainId)?;
    Ok(signed)
}

/// That everything that can be sent, or that explains it, follows from the signed document.
fn check_parts<S: Signable>(signed: Signed<S>, payload: &ExecutionPayload) -> Result<Checked<S>, PayloadIssue> {
    let due = ExecutionPayload::build(&signed);
    check_payment(&due, &payload.payment)?;
    check_approval(due.approval.as_ref(), payload.approval.as_ref())?;
    same_json(&due.decoded_call, &payload.decoded_call).map_err(|(path, mismatch)| PayloadIssue::DecodedCall { path, mismatch })?;
    same_json(&due.typed_data, &payload.typed_data).map_err(|(path, mismatch)| PayloadIssue::TypedData { path, mismatch })?;
    same_json(&due.wallet_send_calls, &payload.wallet_send_calls).map_err(|(path, mismatch)| PayloadIssue::WalletSendCalls { path, mismatch })?;
    Ok(Checked { signed, payload: due })
}

fn check_expected(signed: &SignedSnapshot, expected: &Expectation) -> Result<(), PayloadIssue> {
    let snapshot = signed.snapshot();
    same(&expected.chain_id, &snapshot.asset.chain_id()).map_err(PayloadIssue::Chain)?;
    same(&expected.router, &snapshot.router).map_err(PayloadIssue::Router)?;
    same(&expected.payer, &snapshot.payer).map_err(PayloadIssue::Payer)?;
    same_if_known(expected.operator, &snapshot.operator).map_err(PayloadIssue::Operator)?;
    same_if_known(expected.signer, &signed.signer()).map_err(PayloadIssue::Signer)?;
    same_if_known(expected.asset, &snapshot.asset).map_err(PayloadIssue::Asset)?;
    same_if_known(expected.payee, &snapshot.payee).map_err(PayloadIssue::Payee)?;
    same_if_known(expected.terms_hash, &snapshot.terms_hash).map_err(PayloadIssue::TermsHash)
}

fn check_amounts(snapshot: &Snapshot, expected: &Expectation) -> Result<(), PayloadIssue> {
    let quote = snapshot.quote;
    match snapshot.fee.quote(quote.seller) {
        Ok(due) => same(&format!("fee {} and total {}", due.fee, due.total), &format!("fee {} and total {}", quote.fee, quote.total)),
        Err(error) => Err(Mismatch { expected: "a fee that the router accepts".to_owned(), found: error.to_string() }),
    }
    .map_err(PayloadIssue::FeeSplit)?;
    at_most(expected.max_seller_amount, quote.seller).map_err(PayloadIssue::SellerAmount)?;
    at_most(expected.max_total, quote.total).map_err(PayloadIssue::Total)
}

fn check_payment(due: &ExecutionPayload, found: &Call) -> Result<(), PayloadIssue> {
    same(&due.payment.to, &found.to).map_err(PayloadIssue::PaymentTo)?;
    same(&due.payment.value, &found.value).map_err(PayloadIssue::PaymentValue)?;
    let call = payCall::abi_decode(&found.data).map_err(|e| PayloadIssue::PaymentCalldata(e.to_string()))?;
    same_json(&due.typed_data.message, &PaymentFields::from(&call.payment))
        .map_err(|(path, mismatch)| PayloadIssue::Argument { name: path.trim_start_matches('/').to_owned(), mismatch })?;
    same(&due.signature, &call.signature).map_err(PayloadIssue::SignatureArgument)?;
    // The decoder overlooks padding and what follows the arguments; the router's own decoder need not.
    same(&Bytes::from(call.abi_encode()), &found.data).map_err(PayloadIssue::PaymentEncoding)
}

fn check_approval(due: Option<&Call>, found: Option<&Call>) -> Result<(), PayloadIssue> {
    let (due, found) = match (due, found) {
        (Some(due), Some(found)) => (due, found),
        (None, None) => return Ok(()),
        (due, found) => {
            let text = |approval: Option<&Call>| if approval.is_some() { "one approval" } else { "no approval" }.to_owned();
            return Err(PayloadIssue::Approval(Mismatch { expected: text(due), found: text(found) }));
        }
    };
    same(&due.to, &found.to).map_err(PayloadIssue::ApprovalTo)?;
    same(&due.value, &found.value).map_err(PayloadIssue::ApprovalValue)?;
    let decode = |call: &Call| approveCall::abi_decode(&call.data).map_err(|e| PayloadIssue::ApprovalCalldata(e.to_string()));
    let (wanted, call) = (decode(due)?, decode(found)?);
    same(&wanted.spender, &call.spender).map_err(PayloadIssue::ApprovalSpender)?;
    same(&wanted.value, &call.value).map_err(PayloadIssue::ApprovalAmount)?;
    same(&Bytes::from(call.abi_encode()), &found.data).map_err(PayloadIssue::ApprovalEncoding)
}

fn same<T: PartialEq + ToString>(expected: &T, found: &T) -> Result<(), Mismatch> {
    if expected == found { Ok(()) } else { Err(Mismatch { expected: expected.to_string(), found: found.to_string() }) }
}

fn same_if_known<T: PartialEq + ToString>(expected: Option<T>, found: &T) -> Result<(), Mismatch> {
    expected.map_or(Ok(()), |expected| same(&expected, found))
}

fn at_most(most: Option<Amount>, found: Amount) -> Result<(), Mismatch> {
    match most {
        Some(most) if found > most => Err(Mismatch { expected: format!("at most {most}"), found: found.to_string() }),
        Some(_) | None => Ok(()),
    }
}

/// Compares two documents and names the first place where they differ, as a JSON pointer.
fn same_json<T: Serialize>(expected: &T, found: &T) -> Result<(), (String, Mismatch)> {
    let json = |document| serde_json::to_value(document).expect("structs of strings and integers are always JSON");
    difference(&json(expected), &json(found), String::new()).map_or(Ok(()), Err)
}

fn difference(expected: &Value, found: &Value, path: String) -> Option<(String, Mismatch)> {
    match (expected, found) {
        (Value::Object(e), Value::Object(f)) if e.keys().eq(f.keys()) => {
            e.iter().zip(f.values()).find_map(|((key, e), f)| difference(e, f, format!("{path}/{key}")))
        }
        (Value::Array(e), Value::Array(f)) if e.len() == f.len() => {
            e.iter().zip(f).enumerate().find_map(|(index, (e, f))| difference(e, f, format!("{path}/{index}")))
        }
        (expected, found) if expected == found => None,
        (expected, found) => Some((path, Mismatch { expected: expected.to_string(), found: found.to_string() })),
    }
}

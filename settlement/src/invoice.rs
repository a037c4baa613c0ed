//! The invoice of an agreement: what is owed, what was asked for and what is paid, as a document.

use alloy_primitives::B256;
use serde::Serialize;

use crate::agreement::{AgreementRecord, AgreementState, ConsentKind, Party, PaymentFacts};
use crate::asset::Token;
use crate::clock::Timestamp;
use crate::duplicate::duplicates;
use crate::event::PaymentEvent;
use crate::ids::{PaymentRequestId, UnitId, invoice_id, receipt_id};
use crate::milestone::{Milestone, Plan};
use crate::money::{Amount, FeeError, Quote};
use crate::payment_request::{PaymentRequest, PaymentRequestState, Standing};
use crate::refund::SettledRefund;
use crate::unit::{Fate, Sibling, Unit, open_amount};

/// Version of the document.
const SCHEMA: &str = "counterfoil-invoice-v1";

/// Where an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Nothing is paid.
    Open,
    /// Something is paid, not all.
    PartiallyPaid,
    /// All is paid, each payment proven.
    Paid,
    /// Called off before anything was paid.
    Cancelled,
    /// A payment does not prove itself; what the amounts say is not to be relied on.
    InspectionRequired,
}

/// Where one unit of an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineStatus {
    /// Asked for, and over without payment so far.
    Open,
    /// A payload is out.
    Requested,
    /// A transaction was named or seen.
    Pending,
    /// Paid and proven.
    Paid,
    /// Its payment does not prove itself.
    InspectionRequired,
}

/// What an invoice is made of.
#[derive(Clone, Copy, Debug)]
pub struct InvoiceParts<'a> {
    /// What was agreed.
    pub agreement: &'a AgreementRecord,
    /// The registry entry of its asset.
    pub token: &'a Token,
    /// What buyer and seller call themselves today.
    pub names: [&'a str; 2],
    /// What its payments say.
    pub payments: PaymentFacts,
    /// Its payment requests, oldest first.
    pub requests: &'a [Standing<'a>],
    /// What the chain took back of them, the newest of each request.
    pub revoked: &'a [RevokedPayment],
    /// What has been paid back and proves itself.
    pub refunds: &'a [SettledRefund],
    /// Its milestones.
    pub plan: &'a Plan,
}

/// A payment that counted and was taken back by a reorg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedPayment {
    /// The request.
    pub request: PaymentRequestId,
    /// When.
    pub at: Timestamp,
}

/// The JSON of an invoice: amounts as decimal strings in atomic units, times as ISO-8601.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invoice {
    /// `counterfoil-invoice-v1`.
    pub schema: &'static str,
    /// `inv_{contractId}`.
    pub id: String,
    /// The agreement.
    pub contract_id: String,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// When the agreement was imported.
    pub issued_at: String,
    /// What the agreement calls itself.
    pub title: String,
    /// keccak256 of the canonical terms.
    pub terms_hash: B256,
    /// How consent to the terms was shown.
    pub consent: ConsentKind,
    /// Who owes.
    pub buyer: InvoiceParty,
    /// Who is owed.
    pub seller: InvoiceParty,
    /// Where the seller is paid (EIP-55).
    pub payee_address: String,
    /// The payout change that says so; null where the terms do.
    pub payout_change_id: Option<String>,
    /// CAIP-19.
    pub asset: String,
    /// Ticker, for people.
    pub token_symbol: String,
    /// Decimals, for people.
    pub token_decimals: u8,
    /// To the seller in all.
    pub seller_amount_atomic: String,
    /// To the operator in all: the fees that were paid, and those on what is open: of each milestone of a final plan, else of one payment.
    pub fee_amount_atomic: String,
    /// From the buyer in all: seller amount and fee.
    pub total_amount_atomic: String,
    /// What the seller has received, proven.
    pub paid_amount_atomic: String,
    /// What of that paid again what was paid already: it pays nothing that is open, and can be asked back.
    pub duplicate_amount_atomic: String,
    /// What the seller has yet to receive: what was agreed and is not paid, each piece of work counted once. Zero once cancelled.
    pub open_amount_atomic: String,
    /// What the seller has paid back, proven. It opens nothing again: what was paid stays paid.
    pub refunded_amount_atomic: String,
    /// How the fee of each payment is computed: that of the day of the import.
    pub fee_policy: InvoiceFeePolicy,
    /// One per unit that was ever asked for, oldest first.
    pub lines: Vec<InvoiceLine>,
    /// What has been paid back so far, oldest first.
    pub refunds: Vec<SettledRefund>,
}

/// One side of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceParty {
    /// The profile.
    pub profile_id: String,
    /// What it calls itself today.
    pub display_name: String,
    /// The wallet that consented (EIP-55).
    pub wallet_address: String,
}

/// `fee = floor(seller amount × bps / 10000) + fixed`, on top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceFeePolicy {
    /// Hundredths of a per cent.
    pub bps: u16,
    /// Added to every payment, atomic units.
    pub fixed_atomic: String,
    /// Who receives it (EIP-55).
    pub recipient_address: String,
}

/// Where the payment of a line stands on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LineProof {
    /// EIP-155.
    pub chain_id: u64,
    /// Block number.
    pub block_number: u64,
    /// Block hash.
    pub block_hash: B256,
    /// Transaction.
    pub transaction_hash: B256,
    /// Index of the log in the block.
    pub log_index: u64,
    /// keccak256 of the snapshot.
    pub request_id: B256,
    /// The EIP-712 digest that was signed.
    pub digest: B256,
}

/// One unit of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceLine {
    /// The unit.
    pub unit_id: String,
    /// `contract`, `instalment` or `milestone`.
    pub kind: &'static str,
    /// Which instalment, from 1.
    pub index: Option<u32>,
    /// Which milestone.
    pub milestone_id: Option<String>,
    /// Where it stands.
    pub status: LineStatus,
    /// The request that paid it, else the latest one for it.
    pub payment_request_id: String,
    /// To the seller; null where the request cannot be read any more.
    pub seller_amount_atomic: Option<String>,
    /// To the operator.
    pub fee_amount_atomic: Option<String>,
    /// From the buyer.
    pub total_amount_atomic: Option<String>,
    /// `rcpt_{paymentRequestId}`, once paid.
    pub receipt_id: Option<String>,
    /// The transaction, once paid.
    pub paid_tx_hash: Option<B256>,
    /// Block time, once paid.
    pub paid_at: Option<String>,
    /// Where the payment stands, once paid.
    pub proof: Option<LineProof>,
    /// When the chain took a payment of this request back that had counted, and nothing has replaced it: its receipt is revoked.
    pub receipt_revoked_at: Option<String>,
}

impl Invoice {
    /// The invoice of an agreement.
    ///
    /// # Errors
    /// When the fees and amounts do not add up within 256 bits.
    pub fn new(parts: &InvoiceParts<'_>) -> Result<Self, FeeError> {
        let InvoiceParts { agreement, token, names, payments, requests, revoked, refunds, plan } = *parts;
        let terms = &agreement.terms;
        let too_large = |_| FeeError::TooLarge;
        let (mut paid, mut fee) = (Amount::ZERO, Amount::ZERO);
        for quote in requests.iter().filter_map(paid_quote) {
            paid = paid.plus(quote.seller).map_err(too_large)?;
            fee = fee.plus(quote.fee).map_err(too_large)?;
        }
        let proven: Vec<Sibling> = requests.iter().filter_map(paid_sibling).collect();
        let twice = duplicates(terms.amount, &proven).iter().try_fold(Amount::ZERO, |sum, twice| sum.plus(twice.excess)).map_err(too_large)?;
        let owed = open_amount(terms.amount, &proven);
        for payment in yet_to_pay(plan, &proven, owed) {
            fee = fee.plus(agreement.fee.price(payment)?.fee).map_err(too_large)?;
        }
        let cancelled = matches!(agreement.state, AgreementState::Cancelled { .. });
        let open = if cancelled { Amount::ZERO } else { owed };
        let in_doubt = payments.proof_issue || requests.iter().any(|r| matches!(r, Standing::Unproven { .. }));
        let status = if in_doubt {
            InvoiceStatus::InspectionRequired
        } else if owed.is_zero() {
            InvoiceStatus::Paid
        } else if !paid.is_zero() {
            InvoiceStatus::PartiallyPaid
        } else if cancelled {
            InvoiceStatus::Cancelled
        } else {
            InvoiceStatus::Open
        };
        Ok(Self {
            schema: SCHEMA,
            id: invoice_id(&agreement.id),
            contract_id: agreement.id.to_string(),
            status,
            issued_at: agreement.created_at.to_string(),
            title: terms.title.clone(),
            terms_hash: terms.hash(),
            consent: agreement.consent.kind(),
            buyer: party(&agreement.buyer, names[0]),
            seller: party(&agreement.seller, names[1]),
            payee_address: agreement.payee().to_string(),
            payout_change_id: agreement.payout.as_ref().map(|payout| payout.change.to_string()),
            asset: terms.asset.to_string(),
            token_symbol: token.symbol.clone(),
            token_decimals: token.decimals,
            seller_amount_atomic: terms.amount.to_string(),
            fee_amount_atomic: fee.to_string(),
            total_amount_atomic: terms.amount.plus(fee).map_err(too_large)?.to_string(),
            paid_amount_atomic: paid.to_string(),
            duplicate_amount_atomic: twice.to_string(),
            open_amount_atomic: open.to_string(),
            refunded_amount_atomic: refunded(refunds)?.to_string(),
            fee_policy: InvoiceFeePolicy {
                bps: agreement.fee.bps,
                fixed_atomic: agreement.fee.fixed.to_string(),
                recipient_address: agreement.fee.recipient.to_string(),
            },
            lines: lines(requests, revoked),
            refunds: refunds.to_vec(),
        })
    }
}

/// The payments that what is owed takes: one for each milestone of a final plan, else one for all of it.
fn yet_to_pay(plan: &Plan, paid: &[Sibling], owed: Amount) -> Vec<Amount> {
    let is_paid = |milestone: &Milestone| paid.iter().any(|sibling| sibling.unit.milestone() == Some(&milestone.id));
    let parts: Vec<Amount> = if plan.is_final() { plan.live().filter(|m| !is_paid(m)).map(|m| m.part.amount).collect() } else { vec![owed] };
    parts.into_iter().filter(|_| !owed.is_zero()).collect()
}

/// The sum of what came back.
fn refunded(refunds: &[SettledRefund]) -> Result<Amount, FeeError> {
    refunds.iter().try_fold(Amount::ZERO, |sum, refund| {
        let amount: Amount = refund.amount_atomic.parse().map_err(|_| FeeError::TooLarge)?;
        sum.plus(amount).map_err(|_| FeeError::TooLarge)
    })
}

fn party(party: &Party, name: &str) -> InvoiceParty {
    InvoiceParty { profile_id: party.profile.to_string(), display_name: name.to_owned(), wallet_address: party.wallet.to_string() }
}

fn paid_quote(standing: &Standing<'_>) -> Option<Quote> {
    let Standing::Sound(PaymentRequest { state: PaymentRequestState::Verified { proof, .. }, .. }) = standing else { return None };
    Some(proof.quote())
}

fn paid_sibling(standing: &Standing<'_>) -> Option<Sibling> {
    let Standing::Sound(request) = standing else { return None };
    let quote = paid_quote(standing)?;
    Some(Sibling {
        request: request.id.clone(),
        unit: request.unit.kind.clone(),
        unit_id: request.unit.id.clone(),
        seller_amount: quote.seller,
        deadline: request.signed.snapshot().deadline,
        fate: Fate::Paid,
    })
}

/// One line per unit: the request that says most about it.
fn lines(requests: &[Standing<'_>], revoked: &[RevokedPayment]) -> Vec<InvoiceLine> {
    let mut chosen: Vec<(&UnitId, &Standing<'_>)> = Vec::new();
    for standing in requests {
        let unit = &unit_of(standing).id;
        match chosen.iter_mut().find(|(id, _)| *id == unit) {
            // Of two requests for a unit the later one counts, unless the earlier one says more (paid, in doubt, on its way).
            Some((_, kept)) if weight(standing) >= weight(kept) => *kept = standing,
            Some(_) => {}
            None => chosen.push((unit, standing)),
        }
    }
    chosen.into_iter().map(|(_, standing)| line(standing, revoked)).collect()
}

fn unit_of<'a>(standing: &Standing<'a>) -> &'a Unit {
    match standing {
        Standing::Sound(request) => &request.unit,
        Standing::Unproven { unit, .. } => unit,
    }
}

fn status(standing: &Standing<'_>) -> LineStatus {
    match standing {
        Standing::Unproven { .. } => LineStatus::InspectionRequired,
        Standing::Sound(request) => match request.state {
            PaymentRequestState::Verified { .. } => LineStatus::Paid,
            PaymentRequestState::Submitted { .. } => LineStatus::Pending,
            PaymentRequestState::Signed => LineStatus::Requested,
            PaymentRequestState::Cancelled { .. } | PaymentRequestState::Failed { .. } | PaymentRequestState::Expired { .. } => LineStatus::Open,
        },
    }
}

fn weight(standing: &Standing<'_>) -> u8 {
    match status(standing) {
        LineStatus::Open => 0,
        LineStatus::Requested => 1,
        LineStatus::Pending => 2,
        LineStatus::InspectionRequired => 3,
        LineStatus::Paid => 4,
    }
}

fn line(standing: &Standing<'_>, revoked: &[RevokedPayment]) -> InvoiceLine {
    let unit = unit_of(standing);
    let (id, quote, paid) = match standing {
        Standing::Unproven { id, .. } => (*id, None, None),
        Standing::Sound(request) => {
            let paid = if let PaymentRequestState::Verified { proof, .. } = &request.state { Some(proof.event()) } else { None };
            (&request.id, Some(request.signed.snapshot().quote), paid)
        }
    };
    InvoiceLine {
        unit_id: unit.id.to_string(),
        kind: unit.kind.name(),
        index: unit.kind.index(),
        milestone_id: unit.kind.milestone().map(ToString::to_string),
        status: status(standing),
        payment_request_id: id.to_string(),
        seller_amount_atomic: quote.map(|q| q.seller.to_string()),
        fee_amount_atomic: quote.map(|q| q.fee.to_string()),
        total_amount_atomic: quote.map(|q| q.total.to_string()),
        receipt_id: paid.map(|_| receipt_id(id)),
        paid_tx_hash: paid.map(|event| event.location.tx_hash),
        paid_at: paid.map(|event| event.location.at().to_string()),
        proof: paid.map(LineProof::from),
        receipt_revoked_at: if paid.is_some() { None } else { revoked.iter().find(|revoked| revoked.request == *id).map(|revoked| revoked.at.to_string()) },
    }
}

impl From<&PaymentEvent> for LineProof {
    fn from(event: &PaymentEvent) -> Self {
        let at = event.location;
        Self {
            chain_id: at.chain_id,
            block_number: at.block_number,
            block_hash: at.block_hash,
            transaction_hash: at.tx_hash,
            log_index: at.log_index,
            request_id: event.request_id,
            digest: event.digest,
        }
    }
}

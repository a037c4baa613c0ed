//! A receipt as a sheet.

use settlement::Timestamp;
use settlement::receipt::{ReceiptClaim, Reference};
use settlement::refund::SettledRefund;
use settlement::unit::UnitKind;

use super::sheet::{Link, Row, Section, Sheet, Status, Tone, Warning};
use super::visible::visible;
use super::words::{amount, consent, finality, instant, refund_rows};

/// What is known today and is no part of the receipt.
#[derive(Clone, Debug)]
pub(crate) struct Aside {
    /// When a reorg took the payment back, where one did.
    pub(crate) revoked_at: Option<Timestamp>,
    /// What has been paid back so far.
    pub(crate) refunds: Vec<SettledRefund>,
    /// Where it can be looked at again.
    pub(crate) page: Option<String>,
}

/// The page of a receipt.
pub(crate) fn sheet(claim: &ReceiptClaim, aside: &Aside) -> Sheet {
    let Aside { revoked_at, refunds, page } = aside;
    let (d, s) = (&claim.document, claim.signed.snapshot());
    let token = (s.decimals, s.symbol.as_str());
    let status = match revoked_at {
        None => Status { label: "Paid and final", tone: Tone::Good },
        Some(_) => Status { label: "Revoked", tone: Tone::Bad },
    };
    Sheet {
        kind: "Receipt",
        id: d.id.clone(),
        status,
        warning: revoked_at.map(warning),
        title: visible(&d.title),
        headline: Row::text(if revoked_at.is_none() { "Paid to the seller" } else { "Not paid, as the chain stands" }, amount(s.quote.seller, token)),
        byline: format!(
            "{} {}, made out {}",
            if revoked_at.is_none() { "Paid" } else { "Had been paid" },
            instant(claim.event.location.at()),
            instant(claim.stamp.issued_at)
        ),
        written: claim.stamp.issued_at,
        sections: [
            Some(amounts(claim, token)),
            refunded(refunds, token),
            Some(agreed(claim)),
            Some(parties(claim)),
            Some(on_chain(claim)),
            Some(signed(claim)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        table: None,
        link: page.clone().map(|url| Link { scanned: format!("{url}#{}", Reference::from(claim)), url }),
        notes: vec![format!(
            "Only the chain proves a payment. To check this receipt against it, without trusting who issued it: counterfoil receipt verify, with {}.",
            if page.is_some() { "this document, its JSON or the text of its code" } else { "this document or its JSON" }
        )],
    }
}

fn warning(at: Timestamp) -> Warning {
    Warning {
        heading: "This receipt is revoked",
        text: format!(
            "The chain took the payment back on {}: the block that it stood in is no longer part of it. This receipt proves nothing any more.",
            instant(at)
        ),
    }
}

fn amounts(claim: &ReceiptClaim, token: (u8, &str)) -> Section {
    let quote = claim.signed.snapshot().quote;
    Section {
        heading: "Amounts",
        rows: vec![
            Row::text("To the seller", amount(quote.seller, token)),
            Row::text("Fee of the platform", amount(quote.fee, token)),
            Row::text("Paid by the buyer", amount(quote.total, token)),
        ],
    }
}

/// What came back, one row each.
fn refunded(refunds: &[SettledRefund], token: (u8, &str)) -> Option<Section> {
    let rows: Vec<Row> = refunds.iter().flat_map(|refund| refund_rows(refund, token)).collect();
    (!rows.is_empty()).then_some(Section { heading: "Paid back so far", rows })
}

fn agreed(claim: &ReceiptClaim) -> Section {
    let (d, s) = (&claim.document, claim.signed.snapshot());
    let unit = match &s.unit_kind {
        UnitKind::Whole => "the agreement as a whole".to_owned(),
        UnitKind::Instalment(n) => format!("instalment {n}"),
        UnitKind::Milestone(id) => format!("milestone {id}"),
    };
    Section {
        heading: "What was paid for",
        rows: vec![
            Row::text("Pays", unit),
            Row::code("Agreement", &d.contract_id),
            Row::code("Invoice", &d.invoice_id),
            Row::text("Consent", consent(s.consent)),
            Row::code("Hash of the terms", d.terms_hash),
        ],
    }
}

fn parties(claim: &ReceiptClaim) -> Section {
    let (d, s) = (&claim.document, claim.signed.snapshot());
    let mut rows = vec![
        Row::code("Buyer", &s.buyer),
        Row::code("Buyer's wallet", &d.buyer_wallet),
        Row::code("Paid from", &d.payer),
        Row::code("Seller", &s.seller),
        Row::code("Seller's wallet", &d.seller_wallet),
        Row::code("Paid to", &d.payee),
    ];
    rows.extend(d.payout_change_id.as_ref().map(|change| Row::code("As changed by", change)));
    Section { heading: "Parties", rows }
}

fn on_chain(claim: &ReceiptClaim) -> Section {
    let (d, at) = (&claim.document, claim.event.location);
    Section {
        heading: "On the chain",
        rows: vec![
            Row::code("Network", format!("eip155:{}", at.chain_id)),
            Row::code("Asset", &d.asset),
            Row::code("Transaction", at.tx_hash),
            Row::text("Block", format!("{}, {}", at.block_number, instant(at.at()))),
            Row::code("Hash of the block", at.block_hash),
            Row::text("Log in the block", at.log_index.to_string()),
            Row::code("Router", claim.event.emitter),
            Row::text("Final when", finality(claim.signed.snapshot().finality)),
        ],
    }
}

fn signed(claim: &ReceiptClaim) -> Section {
    let d = &claim.document;
    Section {
        heading: "Signed",
        rows: vec![
            Row::code("By", claim.issuer),
            Row::code("For the operator", claim.event.operator),
            Row::code("Digest of this receipt", d.attestation.digest),
            Row::code("Request", claim.event.request_id),
            Row::text("Verified", instant(claim.stamp.verified_at)),
        ],
    }
}

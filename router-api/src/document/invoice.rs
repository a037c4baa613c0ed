//! An invoice as a sheet.

use settlement::Timestamp;
use settlement::invoice::{Invoice, InvoiceLine, InvoiceStatus, LineStatus};
use settlement::money::Amount;

use super::sheet::{Row, Section, Sheet, Status, Table, TableRow, Tone, Warning};
use super::visible::visible;
use super::words::{amount, consent, instant, refund_rows};

/// The page of an invoice, as it stands now.
pub(crate) fn sheet(invoice: &Invoice) -> Sheet {
    let issued = Timestamp::parse(&invoice.issued_at).unwrap_or(Timestamp::from_millis(0));
    Sheet {
        kind: "Invoice",
        id: invoice.id.clone(),
        status: status(invoice.status),
        warning: warning(invoice),
        title: visible(&invoice.title),
        headline: Row::text("Open", shown(invoice, &invoice.open_amount_atomic)),
        byline: format!("From {} to {}, agreed {}", visible(&invoice.seller.display_name), visible(&invoice.buyer.display_name), instant(issued)),
        written: issued,
        sections: [Some(amounts(invoice)), refunded(invoice), Some(parties(invoice)), Some(agreed(invoice))].into_iter().flatten().collect(),
        table: (!invoice.lines.is_empty()).then(|| table(invoice)),
        link: None,
        notes: vec!["What is marked paid is proven by an event on the chain and has a receipt that anybody can check against it.".to_owned()],
    }
}

const fn status(status: InvoiceStatus) -> Status {
    match status {
        InvoiceStatus::Open => Status { label: "Open", tone: Tone::Waiting },
        InvoiceStatus::PartiallyPaid => Status { label: "Paid in part", tone: Tone::Waiting },
        InvoiceStatus::Paid => Status { label: "Paid", tone: Tone::Good },
        InvoiceStatus::Cancelled => Status { label: "Cancelled", tone: Tone::Bad },
        InvoiceStatus::InspectionRequired => Status { label: "Under inspection", tone: Tone::Bad },
    }
}

const fn line_status(status: LineStatus) -> Status {
    match status {
        LineStatus::Open => Status { label: "Open", tone: Tone::Waiting },
        LineStatus::Requested => Status { label: "Asked for", tone: Tone::Waiting },
        LineStatus::Pending => Status { label: "On its way", tone: Tone::Waiting },
        LineStatus::Paid => Status { label: "Paid", tone: Tone::Good },
        LineStatus::InspectionRequired => Status { label: "Under inspection", tone: Tone::Bad },
    }
}

fn warning(invoice: &Invoice) -> Option<Warning> {
    if invoice.status == InvoiceStatus::InspectionRequired {
        let text =
            "What is stored of a payment, or what the chain says of it, does not match what was signed. Do not rely on the amounts, and do not pay again.";
        return Some(Warning { heading: "A payment does not prove itself", text: text.to_owned() });
    }
    let revoked: Vec<&InvoiceLine> = invoice.lines.iter().filter(|line| line.receipt_revoked_at.is_some()).collect();
    let names: Vec<String> = revoked.iter().map(|line| format!("rcpt_{}", line.payment_request_id)).collect();
    (!names.is_empty()).then(|| Warning {
        heading: "A receipt was revoked",
        text: format!("The chain took a payment back that had counted as paid. Revoked: {}.", names.join(", ")),
    })
}

fn shown(invoice: &Invoice, atomic: &str) -> String {
    let token = (invoice.token_decimals, invoice.token_symbol.as_str());
    // What the document writes are amounts; text that is none would be shown as it is.
    atomic.parse::<Amount>().map_or_else(|_| atomic.to_owned(), |value| amount(value, token))
}

fn amounts(invoice: &Invoice) -> Section {
    let policy = &invoice.fee_policy;
    let fee = format!("{}.{:02} % and {} per payment, on top", policy.bps / 100, policy.bps % 100, shown(invoice, &policy.fixed_atomic));
    let twice = (invoice.duplicate_amount_atomic != "0").then(|| Row::text("Paid twice, to be paid back", shown(invoice, &invoice.duplicate_amount_atomic)));
    let mut rows = vec![
        Row::text("To the seller", shown(invoice, &invoice.seller_amount_atomic)),
        Row::text("Fee of the platform", shown(invoice, &invoice.fee_amount_atomic)),
        Row::text("From the buyer", shown(invoice, &invoice.total_amount_atomic)),
        Row::text("Paid to the seller", shown(invoice, &invoice.paid_amount_atomic)),
    ];
    rows.extend(twice);
    rows.push(Row::text("Paid back to the buyer", shown(invoice, &invoice.refunded_amount_atomic)));
    rows.push(Row::text("How the fee is made", fee));
    Section { heading: "Amounts", rows }
}

fn refunded(invoice: &Invoice) -> Option<Section> {
    let token = (invoice.token_decimals, invoice.token_symbol.as_str());
    let rows: Vec<Row> = invoice.refunds.iter().flat_map(|refund| refund_rows(refund, token)).collect();
    (!rows.is_empty()).then_some(Section { heading: "Paid back so far", rows })
}

fn table(invoice: &Invoice) -> Table {
    Table { heading: "Payments", columns: ["For", "To the seller", "Fee", "In all"], rows: invoice.lines.iter().map(|line| row(invoice, line)).collect() }
}

fn row(invoice: &Invoice, line: &InvoiceLine) -> TableRow {
    let what = match (line.index, &line.milestone_id) {
        (Some(n), _) => format!("Instalment {n}"),
        (None, Some(_)) => "Milestone".to_owned(),
        (None, None) => "The whole agreement".to_owned(),
    };
    let cell = |atomic: &Option<String>| atomic.as_deref().map_or_else(|| "–".to_owned(), |atomic| shown(invoice, atomic));
    let mut details = vec![Row::code("Request", &line.payment_request_id)];
    details.extend(line.milestone_id.as_ref().map(|id| Row::code("Milestone", id)));
    if let Some(at) = line.paid_at.as_deref().and_then(Timestamp::parse) {
        details.push(Row::text("Paid", instant(at)));
    }
    details.extend(line.receipt_id.as_ref().map(|id| Row::code("Receipt", id)));
    if let Some(proof) = &line.proof {
        details.push(Row::code("Transaction", proof.transaction_hash));
        details.push(Row::text("Stands in", format!("block {}, log {}", proof.block_number, proof.log_index)));
    }
    if let Some(at) = line.receipt_revoked_at.as_deref().and_then(Timestamp::parse) {
        details.push(Row::text("Receipt revoked", instant(at)));
    }
    TableRow {
        cells: [what, cell(&line.seller_amount_atomic), cell(&line.fee_amount_atomic), cell(&line.total_amount_atomic)],
        status: line_status(line.status),
        details,
    }
}

fn parties(invoice: &Invoice) -> Section {
    let mut rows = vec![
        Row::text("Seller", &invoice.seller.display_name),
        Row::code("Seller's wallet", &invoice.seller.wallet_address),
        Row::code("Paid to", &invoice.payee_address),
    ];
    rows.extend(invoice.payout_change_id.as_ref().map(|change| Row::code("As changed by", change)));
    rows.extend([
        Row::text("Buyer", &invoice.buyer.display_name),
        Row::code("Buyer's wallet", &invoice.buyer.wallet_address),
        Row::code("Fee to", &invoice.fee_policy.recipient_address),
    ]);
    Section { heading: "Parties", rows }
}

fn agreed(invoice: &Invoice) -> Section {
    Section {
        heading: "What was agreed",
        rows: vec![
            Row::code("Agreement", &invoice.contract_id),
            Row::code("Asset", &invoice.asset),
            Row::text("Consent", consent(invoice.consent)),
            Row::code("Hash of the terms", invoice.terms_hash),
        ],
    }
}

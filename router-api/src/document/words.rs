//! Values of the domain in words.

use settlement::Timestamp;
use settlement::agreement::ConsentKind;
use settlement::finality::FinalityPolicy;
use settlement::money::Amount;
use settlement::refund::SettledRefund;

use super::sheet::Row;

/// `12.5 USDC`
pub(crate) fn amount(amount: Amount, (decimals, symbol): (u8, &str)) -> String {
    format!("{} {symbol}", amount.display(decimals))
}

/// `2026-01-31 12:03:20 UTC`: everybody reads it, nobody takes the day for the month.
pub(crate) fn instant(at: Timestamp) -> String {
    let text = at.to_string();
    match text.strip_suffix('Z').and_then(|text| text.split_once('T')) {
        Some((day, time)) => format!("{day} {} UTC", time.split('.').next().unwrap_or_default()),
        None => text,
    }
}

/// A refund: how much and when, and its transaction.
pub(crate) fn refund_rows(refund: &SettledRefund, token: (u8, &str)) -> [Row; 2] {
    // What the document writes are amounts and instants; text that is none would be shown as it is.
    let back = refund.amount_atomic.parse::<Amount>().map_or_else(|_| refund.amount_atomic.clone(), |value| amount(value, token));
    let at = Timestamp::parse(&refund.settled_at).map_or_else(|| refund.settled_at.clone(), instant);
    [Row::text("To the buyer", format!("{back} on {at}")), Row::code("Transaction", &refund.transaction_hash)]
}

/// How consent was shown.
pub(crate) const fn consent(kind: ConsentKind) -> &'static str {
    match kind {
        ConsentKind::Signatures => "both wallets signed the terms",
        ConsentKind::Attested => "attested by the marketplace that imported the agreement",
    }
}

/// When a payment counted as final.
pub(crate) fn finality(policy: FinalityPolicy) -> String {
    match policy {
        FinalityPolicy::Confirmations(1) => "in a block".to_owned(),
        FinalityPolicy::Confirmations(n) => format!("{n} blocks deep"),
        FinalityPolicy::Safe => "the network calls its block safe".to_owned(),
        FinalityPolicy::Finalized => "the network has finalised its block".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_unmistakable() {
        assert_eq!(instant(Timestamp::from_millis(1_700_000_000_007)), "2023-11-14 22:13:20 UTC");
        assert_eq!(instant(Timestamp::from_millis(i64::MAX)), format!("{}ms", i64::MAX), "beyond the calendar it stays a number");
    }
}

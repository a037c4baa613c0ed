//! What is asked of the tables: every row of an answer is one that should not be there. `$1` is the chain, `$2` the most rows.

use settlement::reconciliation::DifferenceKind;

/// One question, and what a row of its answer is.
pub(super) struct Question {
    pub(super) sql: &'static str,
    pub(super) kind: DifferenceKind,
    pub(super) detail: &'static str,
}

/// Lines that no other takes back.
macro_rules! standing {
    () => {
        "p.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM postings x WHERE x.reverses = p.entry)"
    };
}

/// What stands of a payment (of the request `r`).
macro_rules! payment_lines {
    ($more:literal) => {
        concat!("EXISTS (SELECT 1 FROM postings p WHERE p.payment_request_id = r.id AND p.booked = 'payment' AND ", standing!(), $more, ")")
    };
}

/// What stands of a refund (of the refund request `f`).
macro_rules! refund_lines {
    ($booked:literal) => {
        concat!("EXISTS (SELECT 1 FROM postings p WHERE p.refund_request_id = f.id AND p.booked = '", $booked, "' AND ", standing!(), ")")
    };
}

/// Payment requests with their agreements; `e` is the event that a proof names.
macro_rules! payments {
    ($($condition:expr),+) => {
        concat!(
            "SELECT r.id, r.agreement_id, r.status, r.tx_hash FROM payment_requests r JOIN agreements a ON a.id = r.agreement_id \
             LEFT JOIN proofs q ON q.payment_request_id = r.id \
             LEFT JOIN router_events e ON e.chain_id = q.chain_id AND e.block_hash = q.block_hash AND e.log_index = q.log_index \
             WHERE r.chain_id = $1 AND ", $($condition,)+ " ORDER BY r.id LIMIT $2"
        )
    };
}

/// Refund requests with their agreements and payment requests; `e` is the event that a proof names.
macro_rules! refunds {
    ($($condition:expr),+) => {
        concat!(
            "SELECT f.id AS refund_id, f.payment_request_id AS id, f.agreement_id, f.status, e.tx_hash FROM refund_requests f \
             JOIN agreements a ON a.id = f.agreement_id JOIN payment_requests r ON r.id = f.payment_request_id \
             LEFT JOIN refund_proofs q ON q.refund_request_id = f.id \
             LEFT JOIN router_events e ON e.chain_id = q.chain_id AND e.block_hash = q.block_hash AND e.log_index = q.log_index \
             WHERE f.chain_id = $1 AND ", $($condition,)+ " ORDER BY f.id LIMIT $2"
        )
    };
}

pub(super) const CHAIN_ONLY: &str = "SELECT e.tx_hash, e.kind FROM router_events e WHERE e.chain_id = $1 AND e.kind IN ('payment', 'refund') \
     AND e.orphaned = 0 AND e.verdict = 'foreign' ORDER BY e.block_number, e.log_index LIMIT $2";

pub(super) const PAYMENT_ISSUES: &str = "SELECT i.payment_request_id AS id, i.agreement_id, i.issues, r.status, e.tx_hash FROM proof_issues i \
     JOIN payment_requests r ON r.id = i.payment_request_id \
     LEFT JOIN router_events e ON e.chain_id = i.chain_id AND e.block_hash = i.block_hash AND e.log_index = i.log_index \
     WHERE i.chain_id = $1 AND i.closed_at IS NULL ORDER BY i.opened_at, i.payment_request_id LIMIT $2";

pub(super) const REFUND_ISSUES: &str = "SELECT i.refund_request_id AS refund_id, f.payment_request_id AS id, f.agreement_id, i.issues, f.status, e.tx_hash \
     FROM refund_issues i JOIN refund_requests f ON f.id = i.refund_request_id \
     LEFT JOIN router_events e ON e.chain_id = i.chain_id AND e.block_hash = i.block_hash AND e.log_index = i.log_index \
     WHERE i.chain_id = $1 AND i.closed_at IS NULL ORDER BY i.opened_at, i.refund_request_id LIMIT $2";

const fn ask(sql: &'static str, kind: DifferenceKind, detail: &'static str) -> Question {
    Question { sql, kind, detail }
}

/// About payments.
pub(super) const OF_PAYMENTS: [Question; 9] = [
    ask(
        payments!(
            "r.status = 'router_verified' AND NOT EXISTS (SELECT 1 FROM router_events s WHERE s.digest = r.digest AND s.chain_id = r.chain_id AND s.orphaned = 0)"
        ),
        DifferenceKind::DatabaseOnly,
        "it counts as paid, and no event of it stands on the chain",
    ),
    ask(
        "SELECT MIN(r.id) AS id, MIN(r.agreement_id) AS agreement_id, MIN(r.status) AS status, MAX(e.tx_hash) AS tx_hash FROM router_events e \
         JOIN payment_requests r ON r.digest = e.digest AND r.chain_id = e.chain_id WHERE e.chain_id = $1 AND e.kind = 'payment' AND e.orphaned = 0 \
         GROUP BY r.unit_id HAVING COUNT(*) > 1 ORDER BY 1 LIMIT $2",
        DifferenceKind::Duplicate,
        "its unit of work was paid more than once",
    ),
    ask(payments!("r.status = 'router_verified' AND NOT ", payment_lines!("")), DifferenceKind::Ledger, "it is verified and not booked"),
    ask(payments!("r.status <> 'router_verified' AND ", payment_lines!("")), DifferenceKind::Ledger, "it is booked and not verified"),
    ask(
        payments!("r.status = 'router_verified' AND ", payment_lines!(" AND p.account = 'seller_proceeds' AND p.amount <> r.seller_amount")),
        DifferenceKind::Amount,
        "another amount is booked than was signed",
    ),
    ask(
        payments!(
            "e.digest IS NOT NULL AND ",
            payment_lines!(
                " AND (p.asset <> r.asset OR p.agreement_id <> r.agreement_id OR NOT (\
                 (p.account = 'buyer_external' AND p.side = 'debit' AND p.wallet = e.payer AND p.owner = a.buyer_id) \
                 OR (p.account = 'seller_proceeds' AND p.side = 'credit' AND p.wallet = e.payee AND p.owner = a.seller_id) \
                 OR (p.account = 'platform_fee' AND p.side = 'credit' AND p.wallet = e.fee_recipient AND p.owner = 'operator' AND p.amount = e.fee_amount)))"
            )
        ),
        DifferenceKind::Ledger,
        "a line of it is not what its event says: fee, account, side, wallet or owner",
    ),
    ask(
        payments!("e.fee_amount <> '0' AND ", payment_lines!(""), " AND NOT ", payment_lines!(" AND p.account = 'platform_fee'")),
        DifferenceKind::Ledger,
        "its fee is not booked",
    ),
    ask(
        payments!("1 < (SELECT COUNT(DISTINCT p.entry) FROM postings p WHERE p.payment_request_id = r.id AND p.booked = 'payment' AND ", standing!(), ")"),
        DifferenceKind::Ledger,
        "it is booked more than once",
    ),
    ask(
        payments!(
            "EXISTS (SELECT 1 FROM postings x LEFT JOIN postings p ON p.entry = x.reverses AND p.line = x.line WHERE x.payment_request_id = r.id \
             AND x.reverses IS NOT NULL AND (p.entry IS NULL OR p.reverses IS NOT NULL OR p.side = x.side OR p.amount <> x.amount OR p.account <> x.account \
             OR p.owner <> x.owner OR p.asset <> x.asset OR p.booked <> x.booked))"
        ),
        DifferenceKind::Ledger,
        "a reversal, of it or of a refund of it, takes back something else than was booked",
    ),
];

/// About refunds.
pub(super) const OF_REFUNDS: [Question; 8] = [
    ask(
        refunds!(
            "f.status = 'settled' AND NOT EXISTS (SELECT 1 FROM refund_payloads y JOIN router_events s ON s.digest = y.digest \
             WHERE y.refund_request_id = f.id AND s.chain_id = f.chain_id AND s.kind = 'refund' AND s.orphaned = 0)"
        ),
        DifferenceKind::DatabaseOnly,
        "it counts as paid back, and no event of it stands on the chain",
    ),
    ask(
        refunds!(
            "1 < (SELECT COUNT(*) FROM refund_payloads y JOIN router_events s ON s.digest = y.digest \
             WHERE y.refund_request_id = f.id AND s.chain_id = f.chain_id AND s.kind = 'refund' AND s.orphaned = 0)"
        ),
        DifferenceKind::Duplicate,
        "it was paid back more than once",
    ),
    ask(refunds!("f.status = 'settled' AND NOT ", refund_lines!("refund")), DifferenceKind::Ledger, "it is paid back and not booked"),
    ask(refunds!("f.status <> 'settled' AND ", refund_lines!("refund")), DifferenceKind::Ledger, "it is booked as paid back and is not"),
    ask(refunds!("f.status IN ('approved', 'settled') AND NOT ", refund_lines!("refund_due")), DifferenceKind::Ledger, "it is approved and not booked as due"),
    ask(refunds!("f.status NOT IN ('approved', 'settled') AND ", refund_lines!("refund_due")), DifferenceKind::Ledger, "it is booked as due and not approved"),
    ask(
        refunds!(
            "EXISTS (SELECT 1 FROM postings p WHERE p.refund_request_id = f.id AND ",
            standing!(),
            " AND (p.amount <> f.amount OR p.asset <> r.asset OR p.payment_request_id <> f.payment_request_id OR NOT (\
             (p.booked = 'refund_due' AND p.account = 'seller_proceeds' AND p.side = 'debit' AND p.owner = a.seller_id) \
             OR (p.booked = 'refund_due' AND p.account = 'refund_due' AND p.side = 'credit' AND p.owner = a.seller_id) \
             OR (p.booked = 'refund' AND p.account = 'refund_due' AND p.side = 'debit' AND p.owner = a.seller_id) \
             OR (p.booked = 'refund' AND p.account = 'buyer_external' AND p.side = 'credit' AND p.owner = a.buyer_id))))"
        ),
        DifferenceKind::Ledger,
        "a line of it is not what was approved: amount, asset, account, side or owner",
    ),
    ask(
        refunds!(
            "EXISTS (SELECT 1 FROM postings p WHERE p.refund_request_id = f.id AND ",
            standing!(),
            " GROUP BY p.booked HAVING COUNT(DISTINCT p.entry) > 1)"
        ),
        DifferenceKind::Ledger,
        "it is booked more than once",
    ),
];

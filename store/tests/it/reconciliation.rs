//! What the comparison of chain, requests and ledger finds.

use settlement::ledger::Booked;
use settlement::payment_request::{PaymentRequest, PaymentRequestState, StatusName};
use settlement::reconciliation::DifferenceKind;
use settlement::refund::{RefundRequest, RefundState};
use store::{Comparison, Difference, Engine};

use crate::refunds::booked;
use crate::world::{CHAIN, World, at};

on_both_engines!(
    k07_nothing_differs_where_nothing_was_touched,
    k07_each_kind_of_difference_is_found_and_names_its_request,
    k07_a_ledger_that_was_changed_is_found_whatever_was_changed,
    k07_a_refund_that_was_changed_is_found_and_named,
    k07_a_row_that_cannot_be_read_is_a_difference_and_hides_no_other,
    k07_what_is_cut_says_so,
);

async fn found(world: &World) -> Vec<Difference> {
    world.store().differences(CHAIN, 100).await.unwrap().differences
}

async fn k07_nothing_differs_where_nothing_was_touched(engine: Engine) {
    let world = World::new(engine).await;
    assert_eq!(found(&world).await, vec![]);
    assert!(world.store().compared_chains().await.unwrap().is_empty());
    let (payment, refund) = booked(&world).await;
    world.signed(2).await;
    assert_eq!(found(&world).await, vec![]);
    assert_eq!(world.store().differences(CHAIN + 1, 100).await.unwrap(), Comparison::default());
    assert_eq!(world.store().compared_chains().await.unwrap(), [CHAIN]);
    // A reorg takes the refund back, and then the payment.
    let mut tx = world.begin().await;
    let RefundState::Settled { payload, .. } = &refund.state else { panic!("settled") };
    let approved = RefundState::Approved { payload: payload.clone(), response: None, at: at(500) };
    tx.set_refund_state(&refund, &approved, at(500)).await.unwrap();
    tx.reverse(Booked::Refund(&refund.id), at(500)).await.unwrap();
    tx.reverse(&payment.id, at(500)).await.unwrap();
    tx.commit().await.unwrap();
    world.set(&payment.id, StatusName::Verified, &PaymentRequestState::Signed, at(500)).await.unwrap();
    assert_eq!(found(&world).await, vec![]);
}

/// One statement behind the program's back, and what is said of it.
async fn after(engine: Engine, sql: &str) -> (World, PaymentRequest, RefundRequest, Vec<Difference>) {
    let world = World::new(engine).await;
    let (payment, refund) = booked(&world).await;
    assert!(world.db.tamper(sql).await > 0, "{sql}");
    let differences = found(&world).await;
    (world, payment, refund, differences)
}

async fn k07_a_ledger_that_was_changed_is_found_whatever_was_changed(engine: Engine) {
    const COLUMNS: &str = "line, agreement_id, payment_request_id, refund_request_id, booked, account, wallet, owner, side, asset, amount, at";
    let again = format!("INSERT INTO postings (entry, {COLUMNS}) SELECT 'another', {COLUMNS} FROM postings WHERE booked = 'payment'");
    for sql in [
        "UPDATE postings SET amount = '1' WHERE account = 'buyer_external' AND booked = 'payment'",
        "UPDATE postings SET amount = '1' WHERE account = 'platform_fee'",
        "UPDATE postings SET wallet = '0x00' WHERE account = 'platform_fee'",
        "UPDATE postings SET wallet = '0x00' WHERE account = 'buyer_external' AND booked = 'payment'",
        "UPDATE postings SET owner = 'operator' WHERE account = 'seller_proceeds' AND booked = 'payment'",
        "UPDATE postings SET asset = 'eip155:1/slip44:60' WHERE booked = 'payment'",
        "UPDATE postings SET side = CASE side WHEN 'debit' THEN 'credit' ELSE 'debit' END",
        "DELETE FROM postings WHERE account = 'platform_fee'",
        "UPDATE postings SET at = at + 86400000",
        "UPDATE ledger_days SET credits = '1' WHERE account = 'seller_proceeds'",
        "UPDATE ledger_days SET lines = lines + 1 WHERE account = 'buyer_external'",
        "UPDATE ledger_days SET owner = 'operator' WHERE account = 'refund_due'",
        "DELETE FROM ledger_days WHERE account = 'platform_fee'",
        "INSERT INTO ledger_days (owner, asset, account, day, debits, credits, lines) SELECT owner, asset, account, day + 1, '0', '1', 1 FROM ledger_days \
         WHERE account = 'seller_proceeds'",
        // As if it had not been paid to the operator at all, in lines that add up.
        "UPDATE postings SET amount = CASE account WHEN 'buyer_external' THEN '12500000' ELSE amount END, \
         entry = CASE account WHEN 'platform_fee' THEN 'nowhere' ELSE entry END, payment_request_id = CASE account WHEN 'platform_fee' THEN 'pr_x' \
         ELSE payment_request_id END WHERE booked = 'payment'",
        again.as_str(),
    ] {
        let (_, _, _, differences) = after(engine, sql).await;
        assert!(differences.iter().any(|difference| difference.kind == DifferenceKind::Ledger), "{sql}: {differences:#?}");
    }
    // And a reversal of something else than was booked.
    let world = World::new(engine).await;
    let (payment, _) = booked(&world).await;
    let mut tx = world.begin().await;
    tx.reverse(&payment.id, at(500)).await.unwrap();
    tx.commit().await.unwrap();
    world.set(&payment.id, StatusName::Verified, &PaymentRequestState::Signed, at(500)).await.unwrap();
    assert_eq!(found(&world).await, vec![]);
    world.db.tamper("UPDATE postings SET amount = '7' WHERE reverses IS NOT NULL AND account <> 'platform_fee'").await;
    let differences = found(&world).await;
    assert!(differences.iter().any(|difference| difference.detail.contains("reversal")), "{differences:#?}");
}

async fn k07_a_refund_that_was_changed_is_found_and_named(engine: Engine) {
    for (sql, kind, detail) in [
        ("UPDATE router_events SET verdict = 'foreign' WHERE kind = 'refund'", DifferenceKind::ChainOnly, "signed for this refund"),
        ("DELETE FROM router_events WHERE kind = 'refund'", DifferenceKind::DatabaseOnly, "no event of it"),
        (
            "INSERT INTO router_events (chain_id, block_hash, log_index, block_number, block_time, tx_hash, kind, operator, digest, orphaned) \
             SELECT chain_id, block_hash, log_index + 1000, block_number, block_time, tx_hash, kind, operator, digest, 0 FROM router_events WHERE kind = 'refund'",
            DifferenceKind::Duplicate,
            "more than once",
        ),
        ("DELETE FROM postings WHERE booked = 'refund'", DifferenceKind::Ledger, "not booked"),
        ("DELETE FROM postings WHERE booked = 'refund_due'", DifferenceKind::Ledger, "not booked as due"),
        ("UPDATE refund_requests SET status = 'approved'", DifferenceKind::Ledger, "booked as paid back"),
        ("UPDATE refund_requests SET status = 'denied'", DifferenceKind::Ledger, "booked as due"),
        ("UPDATE refund_requests SET amount = '1'", DifferenceKind::Ledger, "not what was approved"),
        ("UPDATE postings SET owner = 'operator' WHERE account = 'refund_due'", DifferenceKind::Ledger, "not what was approved"),
        ("UPDATE postings SET account = 'platform_fee' WHERE booked = 'refund' AND side = 'credit'", DifferenceKind::Ledger, "not what was approved"),
        (
            "INSERT INTO refund_issues (refund_request_id, chain_id, block_hash, log_index, issues, opened_at) \
             SELECT id, chain_id, '0x01', 0, '[{\"check\":\"payee\",\"expected\":\"1\",\"found\":\"2\"}]', 0 FROM refund_requests",
            DifferenceKind::Terms,
            "payee",
        ),
    ] {
        let (_, payment, refund, differences) = after(engine, sql).await;
        let is_it = |difference: &&Difference| difference.kind == kind && difference.detail.contains(detail);
        let difference = differences.iter().find(is_it).unwrap_or_else(|| panic!("{sql}: {differences:#?}"));
        if kind != DifferenceKind::ChainOnly {
            assert_eq!((difference.refund.as_deref(), difference.request.as_deref()), (Some(refund.id.as_str()), Some(payment.id.as_str())), "{sql}");
        }
    }
}

async fn k07_a_row_that_cannot_be_read_is_a_difference_and_hides_no_other(engine: Engine) {
    let issue = "INSERT INTO proof_issues (payment_request_id, agreement_id, chain_id, block_hash, log_index, issues, opened_at) \
         SELECT id, agreement_id, chain_id, '0x01', 0, 'nonsense', 0 FROM payment_requests";
    for sql in [
        issue,
        "UPDATE postings SET amount = 'much' WHERE account = 'platform_fee'",
        "UPDATE postings SET side = 'up' WHERE account = 'platform_fee'",
        "UPDATE ledger_days SET debits = '-1' WHERE account = 'platform_fee'",
    ] {
        let (world, ..) = after(engine, sql).await;
        world.db.tamper("DELETE FROM postings WHERE booked = 'refund'").await;
        let kinds: Vec<DifferenceKind> = found(&world).await.into_iter().map(|difference| difference.kind).collect();
        assert!(kinds.contains(&DifferenceKind::Unreadable) && kinds.contains(&DifferenceKind::Ledger), "{sql}: {kinds:?}");
    }
    // What overflows is no sum.
    let most = alloy_primitives::U256::MAX;
    let (_, _, _, differences) = after(engine, &format!("UPDATE postings SET amount = '{most}'")).await;
    assert!(differences.iter().any(|difference| difference.kind == DifferenceKind::Unreadable), "{differences:#?}");
}

async fn k07_what_is_cut_says_so(engine: Engine) {
    let (world, ..) = after(engine, "UPDATE ledger_days SET lines = lines + 1").await;
    let all = world.store().differences(CHAIN, 100).await.unwrap();
    assert!(!all.has_more && all.differences.len() > 1, "{all:?}");
    let count = u32::try_from(all.differences.len()).unwrap();
    let exactly = world.store().differences(CHAIN, count).await.unwrap();
    assert_eq!(exactly, all);
    let cut = world.store().differences(CHAIN, count - 1).await.unwrap();
    assert_eq!((cut.has_more, cut.differences.as_slice()), (true, &all.differences[..all.differences.len() - 1]));
}

async fn k07_each_kind_of_difference_is_found_and_names_its_request(engine: Engine) {
    for (sql, kind, named) in [
        ("UPDATE router_events SET verdict = 'foreign', digest = '0x00' WHERE kind = 'payment'", DifferenceKind::ChainOnly, false),
        ("DELETE FROM router_events WHERE kind = 'payment'", DifferenceKind::DatabaseOnly, true),
        ("UPDATE postings SET amount = '1' WHERE account = 'seller_proceeds'", DifferenceKind::Amount, true),
        ("DELETE FROM postings", DifferenceKind::Ledger, true),
        ("UPDATE payment_requests SET status = 'signed'", DifferenceKind::Ledger, true),
        (
            "INSERT INTO router_events (chain_id, block_hash, log_index, block_number, block_time, tx_hash, kind, operator, digest, orphaned) \
             SELECT chain_id, block_hash, log_index + 1000, block_number, block_time, tx_hash, kind, operator, digest, 0 FROM router_events WHERE kind = 'payment'",
            DifferenceKind::Duplicate,
            true,
        ),
    ] {
        let world = World::new(engine).await;
        world.start_chain().await;
        let request = world.verified(1).await;
        assert!(world.db.tamper(sql).await > 0, "{sql}");
        let differences = found(&world).await;
        let of_kind = differences.iter().find(|difference| difference.kind == kind);
        let difference = of_kind.unwrap_or_else(|| panic!("{sql}: {differences:?}"));
        assert_eq!(difference.request.as_deref() == Some(request.id.as_str()), named, "{difference:?}");
    }
    // What a payment says that does not match, check by check.
    let world = World::new(engine).await;
    world.start_chain().await;
    world.verified(1).await;
    for (check, kind) in
        [("amount", DifferenceKind::Amount), ("token", DifferenceKind::Token), ("payer", DifferenceKind::Payer), ("payee", DifferenceKind::Terms)]
    {
        let issue = format!("[{{\"check\":\"{check}\",\"expected\":\"1\",\"found\":\"2\"}}]");
        let sql = format!(
            "INSERT INTO proof_issues (payment_request_id, agreement_id, chain_id, block_hash, log_index, issues, opened_at) \
             SELECT r.id, r.agreement_id, r.chain_id, '0x{check}', 0, '{issue}', {} FROM payment_requests r",
            at(0).as_millis()
        );
        assert_eq!(world.db.tamper(&sql).await, 1);
        assert!(found(&world).await.iter().any(|difference| difference.kind == kind && difference.detail.contains(check)), "{check}");
    }
}

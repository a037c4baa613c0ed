//! What the comparison of chain, requests and ledger finds.

use settlement::reconciliation::DifferenceKind;
use store::{Difference, Engine};

use crate::world::{CHAIN, World, at};

on_both_engines!(k07_nothing_differs_where_nothing_was_touched, k07_each_kind_of_difference_is_found_and_names_its_request,);

async fn found(world: &World) -> Vec<Difference> {
    world.store().differences(CHAIN, 100).await.unwrap()
}

async fn k07_nothing_differs_where_nothing_was_touched(engine: Engine) {
    let world = World::new(engine).await;
    assert_eq!(found(&world).await, vec![]);
    world.start_chain().await;
    world.verified(1).await;
    world.signed(2).await;
    assert_eq!(found(&world).await, vec![]);
    assert_eq!(world.store().differences(CHAIN + 1, 100).await.unwrap(), vec![]);
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

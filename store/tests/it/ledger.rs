//! Double entry.

use std::collections::HashMap;

use alloy_primitives::I256;
use settlement::Timestamp;
use settlement::ids::AgreementId;
use settlement::ledger::{Account, Side, postings};
use settlement::ledger::{AccountKind, Posting, Turnover};
use settlement::payment_request::PaymentRequestState;
use store::{AccountTurnover, Conflict, Engine, Period, StatementCursor, StatementLine, Store, StoredPosting};

use crate::world::{PAYEE, World, amount, at, buyer_id, conflict, request_id, seller_id};

on_both_engines!(
    posted_reversed_and_posted_again_it_adds_up,
    an_entry_stands_once,
    nothing_is_reversed_twice,
    a_failed_post_leaves_nothing,
    days_are_the_sums_of_postings_whoever_writes_at_once,
    k05_a_statement_adds_up_from_opening_to_closing_over_every_cut,
    k05_a_period_is_cut_to_the_millisecond_and_days_are_utc,
);

fn lines_of(request: &settlement::payment_request::PaymentRequest, agreement: &settlement::agreement::AgreementRecord) -> Vec<Posting> {
    let PaymentRequestState::Verified { proof, .. } = &request.state else { panic!("verified") };
    postings(proof, &agreement.id, agreement.terms.asset)
}

/// Sum per account, and of everything.
async fn balances(world: &World, agreement: &AgreementId) -> (HashMap<&'static str, I256>, I256) {
    let mut accounts = HashMap::new();
    let mut total = I256::ZERO;
    for StoredPosting { posting, .. } in world.store().postings(agreement).await.unwrap() {
        let moved = I256::from_raw(posting.amount.atomic());
        let moved = if posting.side == Side::Debit { -moved } else { moved };
        *accounts.entry(posting.account.name()).or_insert(I256::ZERO) += moved;
        total += moved;
    }
    (accounts, total)
}

async fn posted_reversed_and_posted_again_it_adds_up(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let id = &world.agreement.id;
    let (posted, total) = balances(&world, id).await;
    assert_eq!((posted["seller_proceeds"], total), (I256::try_from(12_500_000).unwrap(), I256::ZERO));

    let mut tx = world.begin().await;
    assert!(tx.reverse(&request.id, at(300)).await.unwrap());
    tx.commit().await.unwrap();
    let (reversed, total) = balances(&world, id).await;
    assert!(reversed.values().all(I256::is_zero), "{reversed:?}");
    assert!(total.is_zero());

    // The same branch comes back: the same event, the same block.
    for round in 0..2 {
        let mut tx = world.begin().await;
        tx.post(&request.id, "block:1", &lines_of(&request, &world.agreement)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(balances(&world, id).await, (posted.clone(), I256::ZERO), "round {round}");
        let mut tx = world.begin().await;
        assert!(tx.reverse(&request.id, at(400)).await.unwrap());
        tx.commit().await.unwrap();
    }
    let stored = world.store().postings(id).await.unwrap();
    assert_eq!(stored.len(), 18);
    for line in &stored {
        let taken_back = stored.iter().filter(|other| other.reverses.as_ref() == Some(&line.entry) && other.line == line.line).count();
        assert_eq!(taken_back, usize::from(line.reverses.is_none()), "{line:?}");
    }
    let seller = stored.iter().find(|line| line.posting.account == Account::SellerProceeds(PAYEE)).unwrap();
    assert_eq!((seller.posting.amount, seller.posting.side, seller.posting.request.clone()), (amount(12_500_000), Side::Credit, request.id));
}

async fn an_entry_stands_once(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let lines = lines_of(&request, &world.agreement);
    let mut tx = world.begin().await;
    assert_eq!(conflict(tx.post(&request.id, "elsewhere:1", &lines).await), Conflict::Duplicate("entry"));
    // The transaction goes on.
    assert!(tx.reverse(&request.id, at(300)).await.unwrap());
    tx.post(&request.id, "elsewhere:1", &lines).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.store().postings(&world.agreement.id).await.unwrap().len(), 9);
}

async fn nothing_is_reversed_twice(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let mut tx = world.begin().await;
    assert!(tx.reverse(&request.id, at(300)).await.unwrap());
    assert!(!tx.reverse(&request.id, at(301)).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = world.begin().await;
    assert!(!tx.reverse(&request.id, at(302)).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(world.store().postings(&world.agreement.id).await.unwrap().len(), 6);
}

async fn a_failed_post_leaves_nothing(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let before = world.store().postings(&world.agreement.id).await.unwrap();
    let mut tx = world.begin().await;
    tx.reverse(&request.id, at(300)).await.unwrap();
    tx.post(&request.id, "elsewhere:1", &lines_of(&request, &world.agreement)).await.unwrap();
    drop(tx);
    assert_eq!(world.store().postings(&world.agreement.id).await.unwrap(), before);
}

/// The lines of the n-th request, as if its payment of `atomic` had been in a block of this instant.
fn lines_at(world: &World, n: u64, atomic: u64, at: Timestamp) -> Vec<Posting> {
    let line = |account, side, atomic| Posting {
        agreement: world.agreement.id.clone(),
        request: request_id(n),
        refund: None,
        account,
        side,
        asset: world.agreement.terms.asset,
        amount: amount(atomic),
        at,
    };
    vec![
        line(Account::BuyerExternal(crate::world::BUYER), Side::Debit, atomic + 1),
        line(Account::SellerProceeds(PAYEE), Side::Credit, atomic),
        line(Account::PlatformFee(crate::world::FEE_RECIPIENT), Side::Credit, 1),
    ]
}

fn of(turnovers: &[AccountTurnover], account: AccountKind) -> Turnover {
    turnovers.iter().find(|turnover| turnover.account == account).map(|turnover| turnover.turnover).unwrap_or_default()
}

/// Sums of an owner's lines, added up one by one.
async fn sums(world: &World, account: AccountKind) -> Turnover {
    let postings = world.store().postings(&world.agreement.id).await.unwrap();
    let lines = postings.iter().filter(|stored| stored.posting.account.kind() == account);
    lines.fold(Turnover::default(), |sum, stored| sum.and(stored.posting.side, stored.posting.amount).unwrap())
}

async fn days_are_the_sums_of_postings_whoever_writes_at_once(engine: Engine) {
    let world = World::new(engine).await;
    for n in 1..=6 {
        world.signed(n).await;
    }
    let other = world.db.another_store().await;
    let write = |n: u64, store: Store| {
        let lines = lines_at(&world, n, 1_000 * n, at(86_400 * (n % 2)));
        tokio::spawn(async move {
            for round in 0..4 {
                let mut tx = store.begin().await.unwrap();
                tx.post(&request_id(n), "block:1", &lines).await.unwrap();
                if round < 3 {
                    assert!(tx.reverse(&request_id(n), at(86_400 * (round % 2))).await.unwrap());
                }
                tx.commit().await.unwrap();
            }
        })
    };
    let writers: Vec<_> = (1..=6).map(|n| write(n, if n % 2 == 0 { other.clone() } else { world.store().clone() })).collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for (owner, account) in [
        (buyer_id().to_string(), AccountKind::BuyerExternal),
        (seller_id().to_string(), AccountKind::SellerProceeds),
        ("operator".to_owned(), AccountKind::PlatformFee),
    ] {
        let turnovers = world.store().turnover(&owner).await.unwrap();
        assert_eq!(turnovers.len(), 1, "{owner} has one account: {turnovers:?}");
        assert_eq!(of(&turnovers, account), sums(&world, account).await, "{owner}");
    }
    let turnovers = world.store().turnover(seller_id().as_str()).await.unwrap();
    assert_eq!(of(&turnovers, AccountKind::SellerProceeds).balance(AccountKind::SellerProceeds).to_string(), "21000");
    assert_eq!(world.store().turnover("prof_nobody").await.unwrap(), vec![]);
}

/// Opening, lines and closing of the seller's account.
async fn statement(world: &World, period: Period) -> (Turnover, Vec<StatementLine>, Turnover) {
    let seller = seller_id();
    let accounts = world.store().statement_accounts(seller.as_str(), period).await.unwrap();
    let Some(account) = accounts.first() else { return (Turnover::default(), Vec::new(), Turnover::default()) };
    let mut cursor = StatementCursor::new(seller.as_str(), (account.asset, account.account), period);
    let mut all = Vec::new();
    while let Some(lines) = world.store().statement_page(&mut cursor).await.unwrap() {
        all.extend(lines);
    }
    let closing = all.iter().fold(account.turnover, |sum, line| sum.and(line.side, line.amount).unwrap());
    (account.turnover, all, closing)
}

async fn k05_a_statement_adds_up_from_opening_to_closing_over_every_cut(engine: Engine) {
    let world = World::new(engine).await;
    for n in 1..=7 {
        world.signed(n).await;
        let mut tx = world.begin().await;
        tx.post(&request_id(n), "block:1", &lines_at(&world, n, 100 * n, at(20_000 * n))).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = world.begin().await;
    tx.reverse(&request_id(3), at(150_000)).await.unwrap();
    tx.commit().await.unwrap();
    let all = Period { from: at(0), until: at(1_000_000) };
    let (opening, lines, closing) = statement(&world, all).await;
    assert_eq!((opening, lines.len(), closing.balance(AccountKind::SellerProceeds).to_string()), (Turnover::default(), 8, "2500".to_owned()));
    assert_eq!((&lines[7].reverses, lines[7].side), (&Some(lines[2].entry.clone()), Side::Debit));
    assert!(lines.windows(2).all(|pair| pair[0].at <= pair[1].at), "in the order of time");
    for cut in [0, 19_999, 20_000, 20_001, 86_399, 86_400, 100_000, 149_999, 150_000, 150_001, 172_800, 999_999] {
        let (first, second) = (Period { until: at(cut), ..all }, Period { from: at(cut), ..all });
        let (_, before, half_way) = statement(&world, first).await;
        let (opening, after, end) = statement(&world, second).await;
        assert_eq!((before.len() + after.len(), end), (8, closing), "cut at {cut}");
        assert_eq!(opening, half_way, "cut at {cut}");
    }
}

async fn k05_a_period_is_cut_to_the_millisecond_and_days_are_utc(engine: Engine) {
    let world = World::new(engine).await;
    let time = |text: &str| Timestamp::parse(text).unwrap();
    // The night in which European clocks went back, the end of a month and of a leap year's February, the last leap second, and 1970.
    let instants = [
        "1969-12-31T23:59:59.999Z",
        "2016-12-31T23:59:59.999Z",
        "2017-01-01T00:00:00.000Z",
        "2024-02-29T23:59:59.999Z",
        "2024-03-01T00:00:00.000Z",
        "2024-10-27T00:59:59.999Z",
        "2024-10-27T01:00:00.000Z",
    ];
    for (n, instant) in (1..).zip(instants) {
        world.signed(n).await;
        let mut tx = world.begin().await;
        tx.post(&request_id(n), "block:1", &lines_at(&world, n, 10, time(instant))).await.unwrap();
        tx.commit().await.unwrap();
    }
    for (from, until, expected) in [
        ("2016-12-31T00:00:00Z", "2017-01-01T00:00:00Z", 1),
        ("2017-01-01T00:00:00Z", "2017-01-02T00:00:00Z", 1),
        ("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z", 1),
        ("2024-03-01T00:00:00Z", "2024-04-01T00:00:00Z", 1),
        ("2024-10-27T00:00:00Z", "2024-10-28T00:00:00Z", 2),
        ("2024-10-27T00:59:59.999Z", "2024-10-27T01:00:00Z", 1),
        ("1969-01-01T00:00:00Z", "1970-01-01T00:00:00Z", 1),
        ("2030-01-01T00:00:00Z", "2030-02-01T00:00:00Z", 0),
    ] {
        let (opening, lines, closing) = statement(&world, Period { from: time(from), until: time(until) }).await;
        let before = instants.iter().filter(|instant| time(instant) < time(from)).count();
        let tens = |count: usize| amount(10 * u64::try_from(count).unwrap());
        assert_eq!((lines.len(), opening.credits, closing.credits), (expected, tens(before), tens(before + expected)), "{from}");
    }
}

//! That no statement of the busy paths reads a table from end to end, on either engine.

use settlement::wallet::WalletProof;
use sqlx::{AssertSqlSafe, Row};

use crate::agreement::{IMPORTED_BEHIND, Role, list_sql};
use crate::delivery::{BETWEEN, CLAIMABLE, DUE, FIRST_SINCE, PAGE, REDELIVERED, endpoints_of};
use crate::outbox::{OF_READER, OF_READER_AND_KIND};
use crate::payment_request::{LIVE, SELECT, SUBMITTED, page_sql};
use crate::pending::ACKNOWLEDGED;
use crate::profile::PROFILES;
use crate::refund::{self, BY_AGREEMENT, BY_ID, PAYLOAD, SEEN_REFUND};
use crate::registry::GROUNDS;
use crate::related::COUNTED;
use crate::router_event::{NAMING_NONCE, OF_TRANSACTION, OUTSTANDING, REFUNDS_OF_TRANSACTION, SEEN, SIGNER_NAMED, SIGNERS, UNJUDGED, UNJUDGED_REFUNDS};
use crate::testing::TestDatabase;
use crate::unit::NEXT_NONCE;
use crate::{Engine, Store, api_token, audit, dispute, ledger_day, payout_change, receipt, receipt_link, statement};

/// The busy statements, with values in the places of `$1`, `$2`, ….
fn busy() -> Vec<(String, &'static [&'static str])> {
    let wallets = [WalletProof::Key, WalletProof::Contract { chain_id: 1 }];
    let list: &[&str] = &["9", "'z'", "9", "'x'", "'accepted'", "'0x1'", "'0x2'"];
    vec![
        (format!("{SELECT} WHERE r.id = $1"), &["'pr'"]),
        (format!("{SELECT} WHERE r.digest IN ($1, $2)"), &["'0x1'", "'0x2'"]),
        (format!("{SELECT} WHERE r.agreement_id = $1 ORDER BY r.created_at, r.id"), &["'agr'"]),
        (page_sql(LIVE), &["1", "'pr'", "9", "9"]),
        (page_sql(SUBMITTED), &["1", "'pr'", "9", "9"]),
        (list_sql(Some(Role::Buyer), false, &[]), list),
        (list_sql(Some(Role::Seller), true, &[]), list),
        (list_sql(Some(Role::Evaluator), false, &wallets), list),
        (list_sql(None, true, &wallets), list),
        (list_sql(None, false, &wallets), list),
        (IMPORTED_BEHIND.to_owned(), &["'prof'", "9", "9"]),
        (OF_READER.to_owned(), &["'prof'", "9", "9"]),
        (OF_READER_AND_KIND.to_owned(), &["'prof'", "9", "9", "'payment.verified'"]),
        (endpoints_of(2), &["'prof'", "'operators'"]),
        (DUE.to_owned(), &["'we'", "9"]),
        (CLAIMABLE.to_owned(), &["'we'", "9", "9"]),
        (PAGE.to_owned(), &["'we'", "9", "'del'", "9"]),
        (REDELIVERED.to_owned(), &["'prof'", "9"]),
        (FIRST_SINCE.to_owned(), &["9"]),
        (BETWEEN.to_owned(), &["'prof'", "9", "9", "9", "9", "9"]),
        (SEEN.to_owned(), &["'pr'"]),
        (OF_TRANSACTION.to_owned(), &["1", "'0x1'"]),
        (REFUNDS_OF_TRANSACTION.to_owned(), &["1", "'0x1'"]),
        (format!("{PAYLOAD} WHERE y.digest = $1"), &["'0x1'"]),
        (format!("{PAYLOAD} WHERE y.request_id = $1"), &["'0x1'"]),
        (SIGNER_NAMED.to_owned(), &["1", "'0x1'", "'0x2'", "9", "9"]),
        (GROUNDS.to_owned(), &["'eip155:1/slip44:60'", "'0x1'", "'0x2'"]),
        (NEXT_NONCE.to_owned(), &["1", "'0x1'", "'0x2'"]),
        (api_token::BY_HASH.to_owned(), &["'00'"]),
        (api_token::OF_ENABLED.to_owned(), &["'key'"]),
        (api_token::WORKING.to_owned(), &["'prof'", "9", "9"]),
        (api_token::FORGET.to_owned(), &["'prof'", "9", "9"]),
        (api_token::END_SESSIONS.to_owned(), &["'prof'", "9", "9", "9"]),
        (api_token::END_ALL_SESSIONS.to_owned(), &["'prof'", "9", "9", "'key'"]),
        (api_token::END_REPLACED.to_owned(), &["9", "'key'"]),
        (api_token::PAGE.to_owned(), &["9", "'z'", "9"]),
        (api_token::PAGE_OF_PROFILE.to_owned(), &["9", "'z'", "9", "'prof'"]),
        (PROFILES.to_owned(), &["9", "'z'", "9"]),
        (audit::PAGE.to_owned(), &["9", "9"]),
        (audit::PAGE_OF_SUBJECT.to_owned(), &["9", "9", "'x'"]),
        (audit::PAGE_OF_ACTION.to_owned(), &["9", "9", "'x'"]),
        (statement::LINES.to_owned(), &["'prof'", "'asset'", "'platform_fee'", "9", "''", "9", "9", "9"]),
        (statement::ASKED_OF_BUYER.to_owned(), &["'prof'", "'pr'", "9"]),
        (statement::ASKED_FOR_SELLER.to_owned(), &["'prof'", "'pr'", "9"]),
        (ledger_day::DAYS.to_owned(), &["'prof'", "9"]),
        (SIGNERS.to_owned(), &["1", "'0x1'"]),
        (OUTSTANDING.to_owned(), &["1"]),
        (receipt::one_sql(), &["'pr'"]),
        (receipt::list_sql(), &["'agr'"]),
        (receipt::REVOCATIONS.to_owned(), &["'agr'"]),
        (receipt::OF_EVENT.to_owned(), &["'pr'", "'0x1'", "9"]),
        (receipt_link::BY_HASH.to_owned(), &["'00'"]),
        (receipt_link::PRINTED.to_owned(), &["'pr'"]),
        (receipt_link::OPEN.to_owned(), &["'pr'", "9"]),
        (receipt_link::FORGET.to_owned(), &["'pr'", "9", "9"]),
        (NAMING_NONCE.to_owned(), &["1", "'0x1'", "'9'", "'0'"]),
        (UNJUDGED.to_owned(), &["1", "9", "9"]),
        (UNJUDGED_REFUNDS.to_owned(), &["1", "9", "9"]),
        (format!("{} {BY_AGREEMENT}", refund::SELECT), &["'agr'"]),
        (format!("{} {BY_ID}", refund::SELECT), &["'rf'"]),
        (SEEN_REFUND.to_owned(), &["'rf'"]),
        (COUNTED.to_owned(), &["'agr'"]),
        (ACKNOWLEDGED.to_owned(), &["'agr'"]),
        (payout_change::LIST.to_owned(), &["'agr'"]),
        (payout_change::IN_FORCE.to_owned(), &["'agr'"]),
        (payout_change::REQUESTED.to_owned(), &["'agr'"]),
        (dispute::OPEN.to_owned(), &["'agr'"]),
        (dispute::LIST.to_owned(), &["'agr'", "9", "'z'", "9"]),
    ]
}

async fn plan(store: &Store, sql: &str) -> String {
    let explain = match store.engine() {
        Engine::Sqlite => "EXPLAIN QUERY PLAN",
        Engine::Postgres => "EXPLAIN",
    };
    let rows = sqlx::query(AssertSqlSafe(format!("{explain} {sql}"))).fetch_all(store.database.pool()).await.unwrap();
    let line = |row: &sqlx::any::AnyRow| match store.engine() {
        Engine::Sqlite => row.get::<String, _>("detail"),
        Engine::Postgres => row.get::<String, _>(0),
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn nothing_is_read_from_end_to_end(engine: Engine) {
    let database = TestDatabase::new(engine).await;
    let store = match engine {
        Engine::Sqlite => database.store.clone(),
        // A small table is read whole because that is cheap; this asks what happens to a large one.
        Engine::Postgres => database.another_store_with("enable_seqscan=off").await,
    };
    for (sql, values) in busy() {
        let filled = (0..values.len()).rev().fold(sql, |sql, place| sql.replace(&format!("${}", place + 1), values[place]));
        let plan = plan(&store, &filled).await;
        // The rows of a part of a list, at most a page of them, are no table, and neither is a row of nothing but counts.
        let is_table = |line: &str| line.trim().strip_prefix("SCAN ").is_some_and(|what| !what.starts_with("part") && what != "CONSTANT ROW");
        assert!(
            !plan.contains("Seq Scan") && !plan.lines().any(is_table),
            "{filled}
{plan}"
        );
    }
}

#[tokio::test]
async fn sqlite_reads_nothing_from_end_to_end() {
    nothing_is_read_from_end_to_end(Engine::Sqlite).await;
}

#[tokio::test]
async fn postgres_reads_nothing_from_end_to_end() {
    nothing_is_read_from_end_to_end(Engine::Postgres).await;
}

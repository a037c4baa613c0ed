//! What has to be there before anything is measured: agreements to pay, receipts to read, and a long history.

use alloy_primitives::B256;
use anvil_tests::server::Server;
use anvil_tests::{Engine, World};
use cli::paying::collection;
use cli::stack::accounts::{BUYER, SELLER};
use cli::system::OsIds;
use serde_json::{Value, json};
use settlement::IdSource;
use settlement::agreement::agreement_digest;
use settlement::ids::{AgreementId, receipt_id};
use settlement::terms::Terms;
use sqlx::{Connection, Executor};

use crate::load::{Call, calls};

/// As many as one approval of the story's buyer pays for.
const RECEIPTS: usize = 64;

/// Pays until there are some receipts; their ids.
pub async fn receipts(world: &World) -> Vec<String> {
    world.approve().await;
    let mut requests = Vec::new();
    for _ in 0..RECEIPTS {
        let at = world.payable().await;
        let call = world.pay_call(&at).await;
        world.send(&call).await;
        requests.push(at);
    }
    world.chain.mine(3).await;
    for at in &requests {
        world.until(at, "router_verified").await;
    }
    requests.iter().map(|at| receipt_id(&at.request)).collect()
}

/// Imports agreements that can be paid at once, and returns the calls that ask for their payment requests.
pub async fn payable(world: &World, server: &Server, count: usize) -> Vec<Call> {
    let imports = (0..count).map(|n| Call::create("/api/agent/contracts/import", import(world, n).to_string())).collect();
    calls(server.address(), server.token(), 8, imports).await;
    let wanted = json!({ "payerAddress": BUYER.address().to_string() }).to_string();
    let mut connection = connect(world).await;
    let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM agreements WHERE external_ref LIKE 'bench-%'").fetch_all(&mut connection).await.unwrap();
    assert_eq!(ids.len(), count);
    ids.iter().map(|id| Call::create(collection(&id.parse::<AgreementId>().unwrap()), wanted.clone())).collect()
}

fn import(world: &World, n: usize) -> Value {
    let mut terms = world.terms();
    terms["paymentTiming"] = json!("any_time");
    let salt = B256::from(OsIds.secret());
    let digest = agreement_digest(&Terms::parse(&terms).unwrap(), BUYER.address(), SELLER.address(), salt);
    json!({
        "externalRef": format!("bench-{n}"),
        "buyer": { "wallet": BUYER.address().to_string() }, "seller": { "wallet": SELLER.address().to_string() }, "terms": terms,
        "consent": { "kind": "signatures", "salt": salt, "buyerSignature": world.buyer.sign(&digest), "sellerSignature": world.seller.sign(&digest) },
    })
}

/// Copies one agreement of the buyer until there are `count` more, older by a millisecond each; returns the cursor of the page that ends the list.
pub async fn history(world: &World, engine: Engine, count: u32, page: u32) -> String {
    let mut connection = connect(world).await;
    let (first, at): (String, i64) =
        sqlx::query_as("SELECT id, created_at FROM agreements ORDER BY created_at, id LIMIT 1").fetch_one(&mut connection).await.unwrap();
    let columns: Vec<String> = world.database.columns().await.into_iter().filter(|(table, _)| table == "agreements").map(|(_, column)| column).collect();
    let padded = match engine {
        Engine::Sqlite => "printf('%024d', n)",
        Engine::Postgres => "lpad(CAST(n AS TEXT), 24, '0')",
    };
    // A pair of signatures makes one agreement only, so each copy has a salt of its own; nobody looks at signatures in a list.
    let copied = columns.iter().map(|column| match column.as_str() {
        "id" => format!("'agr_00' || {padded}"),
        "external_ref" => "'copy-' || CAST(n AS TEXT)".to_owned(),
        "consent_salt" => format!("'0x' || '{}' || {padded}", "0".repeat(40)),
        "created_at" => format!("{at} - n"),
        _ => column.clone(),
    });
    let sql = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) INSERT INTO agreements ({}) SELECT {} FROM agreements, \
         numbers WHERE id = '{first}'",
        columns.join(", "),
        copied.collect::<Vec<_>>().join(", ")
    );
    connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    connection.execute("ANALYZE").await.unwrap();
    // How the API writes the place after which the last page begins.
    let n = count - page;
    hex::encode(format!("{}/agr_00{n:024}", at - i64::from(n)))
}

async fn connect(world: &World) -> sqlx::AnyConnection {
    sqlx::AnyConnection::connect(world.database.url()).await.unwrap()
}

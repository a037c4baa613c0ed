//! What the registry reads of a token from a real chain.

use anvil_tests::{Engine, World};
use cli::stack::anvil::CHAIN_ID;
use contracts::escrow::PERMIT2;
use indexer::registry::read_token;
use serde_json::json;
use settlement::asset::Asset;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_payable_through_permit2_where_the_chain_has_it() {
    let world = World::new(Engine::Sqlite).await;
    let asset = Asset::Erc20 { chain_id: CHAIN_ID, token: world.deployment.token };
    let read = read_token(&world.chain.url, &asset).await.unwrap();
    assert!(read.eip2612 && read.eip3009 && !read.permit2, "{read:?}");
    let listed = world.buyer.get("/api/chains").await.expect(200);
    assert_eq!(listed["chains"][0]["assets"][0]["supportsPermit2"], false, "{listed:#}");

    world.chain.raw("anvil_setCode", json!([PERMIT2, "0x00"])).await;
    let read = read_token(&world.chain.url, &asset).await.unwrap();
    assert!(read.permit2, "{read:?}");
    let coin = read_token(&world.chain.url, &Asset::Native { chain_id: CHAIN_ID }).await.unwrap();
    assert!(!coin.permit2, "a coin is no ERC-20");
}

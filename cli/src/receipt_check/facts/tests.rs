use super::*;
use crate::chain::send;
use crate::stack::accounts::OPERATOR;
use crate::stack::anvil::{Anvil, AnvilOptions, Mining};
use alloy_primitives::aliases::U48;
use alloy_primitives::{TxHash, U256};
use alloy_sol_types::SolCall;
use axum::Json;
use contracts::PaymentRouter::setSignerCall;
use serde_json::{Value, json};
use url::Url;

const DELEGATE: Address = Address::repeat_byte(7);

/// A chain with the router, as the operator sees it.
async fn chain() -> (Anvil, Chain) {
    let binary = crate::foundry::anvil(|_| {}).await.unwrap();
    let anvil = Anvil::start(&AnvilOptions { binary, port: 0, state: None, mining: Mining::OnTransaction }).await.unwrap();
    let chain = connect(&SecretUrl::new(anvil.url().as_str()), Some(&OPERATOR.key())).unwrap();
    deploy::Contract::router().deploy(&chain).await.unwrap();
    (anvil, chain)
}

fn call(until: u64) -> alloy_primitives::Bytes {
    setSignerCall { signer: DELEGATE, until: U48::saturating_from(until) }.abi_encode().into()
}

/// Says until when the delegate may sign; the block in which that was said.
async fn set(chain: &Chain, until: u64) -> Log {
    let receipt = send(chain, contracts::router_address(), call(until), U256::ZERO).await.unwrap();
    receipt.logs()[0].clone()
}

/// A log of index `log_index` in the block of `log`.
fn at(log: &Log, log_index: u64) -> Location {
    let (block_number, block_hash) = (log.block_number.unwrap(), log.block_hash.unwrap());
    Location { chain_id: 31_337, block_number, block_hash, block_time: 0, tx_hash: TxHash::ZERO, log_index }
}

fn delegate(until: u64) -> Option<Authority> {
    Some(Authority::Delegate { signer: DELEGATE, until })
}

async fn who(chain: &Chain, signer: Address, at: &Location) -> Option<Authority> {
    authority(chain, contracts::router_address(), OPERATOR.address(), signer, at).await.unwrap()
}

#[tokio::test]
async fn a_delegate_has_the_right_that_the_last_appointment_before_the_event_gave_it() {
    let (_anvil, chain) = chain().await;
    let (until, longer) = (4_000_000_000, 4_100_000_000);
    let first = set(&chain, until).await;
    let second = set(&chain, longer).await;
    let revoked = set(&chain, 0).await;
    assert_eq!(who(&chain, DELEGATE, &at(&first, 0)).await, None, "the appointment comes after the event");
    assert_eq!(who(&chain, DELEGATE, &at(&first, 1)).await, delegate(until), "in the same block, before the event");
    assert_eq!(who(&chain, DELEGATE, &at(&second, 0)).await, delegate(until), "in an earlier block");
    assert_eq!(who(&chain, DELEGATE, &at(&revoked, 0)).await, delegate(longer));
    assert_eq!(who(&chain, DELEGATE, &at(&revoked, 1)).await, None, "revoked is not appointed");
    assert_eq!(who(&chain, Address::repeat_byte(8), &at(&revoked, 0)).await, None, "nobody appointed this one");
    assert_eq!(who(&chain, OPERATOR.address(), &at(&first, 0)).await, Some(Authority::Operator));
}

#[tokio::test]
async fn the_logs_say_the_same_as_the_state() {
    let (_anvil, chain) = chain().await;
    let (until, longer) = (4_000_000_000, 4_100_000_000);
    let first = set(&chain, until).await.block_number.unwrap();
    let second = set(&chain, longer).await.block_number.unwrap();
    let filter = appointments(contracts::router_address(), OPERATOR.address(), DELEGATE);
    assert_eq!(last_appointment(&chain, &filter, first - 1).await.unwrap(), None);
    assert_eq!(last_appointment(&chain, &filter, first).await.unwrap(), Some(until));
    assert_eq!(last_appointment(&chain, &filter, second).await.unwrap(), Some(longer));
    let stranger = appointments(contracts::router_address(), OPERATOR.address(), Address::repeat_byte(8));
    assert_eq!(last_appointment(&chain, &stranger, second).await.unwrap(), None);
}

/// What a chain says of who signed a receipt about a payment in this block.
async fn standing(chain: &Chain, signer: Address, paid: &Location) -> IssuerStanding {
    issuer(chain, contracts::router_address(), (OPERATOR.address(), signer), Some(paid)).await.unwrap()
}

#[tokio::test]
async fn d04_an_issuer_that_was_appointed_after_the_payment_and_revoked_since_is_no_stranger() {
    let (_anvil, chain) = chain().await;
    let until = 4_000_000_000;
    let named_before = set(&chain, until).await;
    let revoked_before = set(&chain, 0).await;
    assert_eq!(standing(&chain, DELEGATE, &at(&named_before, 1)).await, IssuerStanding::Revoked, "named when it was paid");
    assert_eq!(standing(&chain, DELEGATE, &at(&revoked_before, 1)).await, IssuerStanding::Stranger, "revoked before it was paid, and never named again");
    let paid = at(&revoked_before, 1);
    set(&chain, until).await;
    assert_eq!(standing(&chain, DELEGATE, &paid).await, IssuerStanding::Delegate { until });
    set(&chain, 0).await;
    assert_eq!(standing(&chain, DELEGATE, &paid).await, IssuerStanding::Revoked, "named after it was paid, and revoked since");
    assert_eq!(standing(&chain, Address::repeat_byte(8), &paid).await, IssuerStanding::Stranger);
    assert_eq!(standing(&chain, OPERATOR.address(), &paid).await, IssuerStanding::Operator);
}

/// A node that answers for this many blocks at once.
async fn strict_node(behind: Url, most: u64) -> SecretUrl {
    let http = reqwest::Client::new();
    let answer = move |Json(asked): Json<Value>| {
        let (http, behind) = (http.clone(), behind.clone());
        async move {
            let block = |name: &str| asked["params"][0][name].as_str().and_then(|text| u64::from_str_radix(text.strip_prefix("0x")?, 16).ok());
            if let (Some(from), Some(to)) = (block("fromBlock"), block("toBlock"))
                && to - from >= most
            {
                return Json(json!({ "jsonrpc": "2.0", "id": asked["id"], "error": { "code": -32602, "message": "range too large" } }));
            }
            Json(http.post(behind).json(&asked).send().await.unwrap().json().await.unwrap())
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = SecretUrl::new(format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(axum::routing::post(answer))).await });
    url
}

#[tokio::test]
async fn a_node_that_answers_for_few_blocks_is_asked_about_them_one_range_after_the_other() {
    let (anvil, chain) = chain().await;
    let paid = at(&set(&chain, 0).await, 1);
    mine(&chain, 450).await;
    set(&chain, 4_000_000_000).await;
    set(&chain, 0).await;
    mine(&chain, 450).await;
    for most in [MIN_RANGE, 333] {
        let strict = connect(&strict_node(anvil.url().clone(), most).await, None).unwrap();
        assert_eq!(standing(&strict, DELEGATE, &paid).await, IssuerStanding::Revoked, "{most}");
        assert_eq!(standing(&strict, Address::repeat_byte(8), &paid).await, IssuerStanding::Stranger, "{most}");
    }
    let stricter = connect(&strict_node(anvil.url().clone(), 1).await, None).unwrap();
    let asked = issuer(&stricter, contracts::router_address(), (OPERATOR.address(), DELEGATE), Some(&paid)).await;
    assert!(asked.unwrap_err().to_string().contains("does not say who was named a signer"), "unknown is not a stranger");
}

async fn mine(chain: &Chain, blocks: u64) {
    let _: Value = chain.raw_request("anvil_mine".into(), [format!("{blocks:#x}")]).await.unwrap();
}

#[tokio::test]
async fn what_is_no_payment_is_no_event() {
    let (_anvil, chain) = chain().await;
    let log = set(&chain, 4_000_000_000).await;
    let named = Location { tx_hash: log.transaction_hash.unwrap(), ..at(&log, log.log_index.unwrap()) };
    assert_eq!(event(&chain, 31_337, named.tx_hash, named.log_index).await.unwrap(), None, "a log of the router, and not of a payment");
    assert_eq!(event(&chain, 31_337, named.tx_hash, 5).await.unwrap(), None, "no such log");
    assert_eq!(event(&chain, 31_337, TxHash::repeat_byte(1), named.log_index).await.unwrap(), None, "no such transaction");
}

#[tokio::test]
async fn finality_is_what_the_policy_says() {
    let (_anvil, chain) = chain().await;
    let head = chain.get_block_number().await.unwrap();
    assert_eq!(finality(&chain, FinalityPolicy::Confirmations(1)).await.unwrap(), Some(head));
    assert_eq!(finality(&chain, FinalityPolicy::Confirmations(2)).await.unwrap(), Some(head - 1));
    assert_eq!(finality(&chain, FinalityPolicy::Confirmations(99)).await.unwrap(), None);
    assert!(finality(&chain, FinalityPolicy::Finalized).await.unwrap() <= Some(head));
}

//! Paying on a real chain.

use alloy::providers::Provider;
use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::SolCall;
use contracts::PaymentRouter::{cancelCall, setSignerCall};
use serde_json::{Value, json};
use settlement::asset::Asset;
use settlement::money::Amount;
use settlement::snapshot::Snapshot;
use signer::wallet::{Revert, WalletError, check};
use signer::{BuyerWallet, CheckedPayment, ExecutionPayload, Expectation};

use crate::chain::{CHAIN_ID, TestChain, losing_answers_to};
use crate::fixture::{BUYER, BUYER_KEY, FEE_RECIPIENT, NOW_S, OPERATOR, OPERATOR_KEY, PAYEE, key, native_snapshot, sign_with};

/// A delegate of nobody, until the operator says so.
const DELEGATE_KEY: &str = "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";

fn checked(snapshot: Snapshot) -> CheckedPayment {
    checked_by(OPERATOR_KEY, snapshot)
}

fn checked_by(signer: &str, snapshot: Snapshot) -> CheckedPayment {
    let expected = Expectation::new(BUYER, CHAIN_ID);
    check(&ExecutionPayload::build(&sign_with(signer, snapshot)), &expected).unwrap()
}

fn wallet(chain: &TestChain) -> BuyerWallet {
    BuyerWallet::new(chain.url.clone(), &key(BUYER_KEY)).unwrap()
}

async fn buyers_transactions(chain: &TestChain) -> u64 {
    chain.provider.get_transaction_count(BUYER).await.unwrap()
}

#[tokio::test]
async fn a_token_payment_approves_exactly_what_it_needs_and_pays() {
    let chain = TestChain::start().await;
    let (wallet, payment) = (wallet(&chain), checked(chain.snapshot()));
    let plan = wallet.plan(&payment).await.unwrap();
    assert_eq!((plan.balance, plan.allowance, &plan.approval), (U256::from(100_000_000), Some(U256::ZERO), &payment.payload().approval));
    assert_eq!(buyers_transactions(&chain).await, 0, "planning sends nothing");

    let sent = wallet.pay(&payment).await.unwrap();
    assert!(sent.approval.is_some());
    assert!(wallet.wait(sent.payment).await.unwrap() > 0);
    let balances = (chain.token_balance(BUYER).await, chain.token_balance(PAYEE).await, chain.token_balance(FEE_RECIPIENT).await);
    assert_eq!(balances, (U256::from(89_750_000), U256::from(10_000_000), U256::from(250_000)));
    assert_eq!(wallet.plan(&checked(Snapshot { nonce: U256::from(8), ..chain.snapshot() })).await.unwrap().allowance, Some(U256::ZERO));
}

#[tokio::test]
async fn an_allowance_that_is_large_enough_is_left_alone() {
    let chain = TestChain::start().await;
    let payment = checked(chain.snapshot());
    chain.send(BUYER, Some(chain.token), payment.payload().approval.clone().unwrap().data).await;
    let sent = wallet(&chain).pay(&payment).await.unwrap();
    assert_eq!(sent.approval, None);
    wallet(&chain).wait(sent.payment).await.unwrap();
    assert_eq!(buyers_transactions(&chain).await, 2);
}

#[tokio::test]
async fn a_native_payment_is_one_transaction() {
    let chain = TestChain::start().await;
    let before = chain.provider.get_balance(PAYEE).await.unwrap();
    let sent = wallet(&chain).pay(&checked(Snapshot { asset: Asset::Native { chain_id: CHAIN_ID }, ..native_snapshot() })).await.unwrap();
    assert_eq!(sent.approval, None);
    wallet(&chain).wait(sent.payment).await.unwrap();
    assert_eq!(chain.provider.get_balance(PAYEE).await.unwrap(), before + U256::from(10_000_000));
}

/// E15: a payer that never heard the outcome asks again, for the same work: there is no second payment to make.
#[tokio::test]
async fn e15_paying_again_is_refused_before_anything_is_sent() {
    let chain = TestChain::start().await;
    let wallet = wallet(&chain);
    let sent = wallet.pay(&checked(chain.snapshot())).await.unwrap();
    wallet.wait(sent.payment).await.unwrap();
    let again = checked(Snapshot { deadline: NOW_S + 7_200, ..chain.snapshot() });
    let error = wallet.pay(&again).await.unwrap_err();
    assert!(matches!(error, WalletError::NonceUsed { operator: OPERATOR, .. }), "{error}");
    assert_eq!(buyers_transactions(&chain).await, 2);
    assert_eq!(chain.token_balance(PAYEE).await, U256::from(10_000_000));
}

/// The first payment is sent and not mined: it is in no block yet, and there still is no second one to make.
#[tokio::test]
async fn e15_paying_again_while_the_first_is_pending_is_refused() {
    let chain = TestChain::start().await;
    let (wallet, payment) = (wallet(&chain), checked(chain.snapshot()));
    chain.send(BUYER, Some(chain.token), payment.payload().approval.clone().unwrap().data).await;
    chain.raw::<Value>("anvil_setAutomine", json!([false])).await;
    let sent = wallet.pay(&payment).await.unwrap();
    let error = wallet.pay(&payment).await.unwrap_err();
    assert!(matches!(error, WalletError::NonceUsed { operator: OPERATOR, .. }), "{error}");
    chain.raw::<Value>("anvil_mine", json!(["0x1"])).await;
    wallet.wait(sent.payment).await.unwrap();
    assert_eq!(chain.token_balance(PAYEE).await, U256::from(10_000_000));
}

/// The node takes the payment and its answer is lost: the payer is told what to look for instead of that nothing happened.
#[tokio::test]
async fn e15_a_lost_answer_leaves_the_payer_with_the_hash() {
    let chain = TestChain::start().await;
    let unreliable = losing_answers_to("eth_sendRawTransaction", &chain.url).await;
    let native = checked(Snapshot { asset: Asset::Native { chain_id: CHAIN_ID }, ..native_snapshot() });
    let error = BuyerWallet::new(unreliable, &key(BUYER_KEY)).unwrap().pay(&native).await.unwrap_err();
    let WalletError::OutcomeUnknown { transaction, .. } = error else { panic!("{error}") };
    wallet(&chain).wait(transaction).await.unwrap();
    assert!(matches!(wallet(&chain).pay(&native).await.unwrap_err(), WalletError::NonceUsed { .. }));
}

/// The operator cancels while the payment waits to be mined, and is first.
#[tokio::test]
async fn a_payment_that_reverts_in_its_block_is_told_from_one_that_is_made() {
    let chain = TestChain::start().await;
    let native = checked(Snapshot { asset: Asset::Native { chain_id: CHAIN_ID }, ..native_snapshot() });
    chain.raw::<Value>("anvil_setAutomine", json!([false])).await;
    let sent = wallet(&chain).pay(&native).await.unwrap();
    let cancel = cancelCall { word: U256::ZERO, mask: U256::from(1 << 7) }.abi_encode();
    let first = json!([{ "from": OPERATOR, "to": contracts::router_address(), "input": Bytes::from(cancel), "gas": "0x30d40",
        "maxFeePerGas": "0xe8d4a51000", "maxPriorityFeePerGas": "0xe8d4a51000" }]);
    chain.raw::<Value>("eth_sendTransaction", first).await;
    chain.raw::<Value>("anvil_mine", json!(["0x1"])).await;
    let error = wallet(&chain).wait(sent.payment).await.unwrap_err();
    assert!(matches!(error, WalletError::TransactionReverted { transaction, .. } if transaction == sent.payment), "{error}");
}

#[tokio::test]
async fn what_cannot_succeed_is_not_sent() {
    let chain = TestChain::start().await;
    let good = chain.snapshot();
    let refused = async |payment: CheckedPayment| wallet(&chain).pay(&payment).await.unwrap_err();

    let expired = refused(checked(Snapshot { deadline: NOW_S - 1, ..good.clone() })).await;
    assert!(matches!(expired, WalletError::Expired { deadline, block_time } if deadline == NOW_S - 1 && block_time >= NOW_S), "{expired}");

    let unknown = refused(checked_by(DELEGATE_KEY, good.clone())).await;
    assert!(matches!(unknown, WalletError::SignerNotAuthorised { operator: OPERATOR, .. }), "{unknown}");

    let quote = good.fee.quote(Amount::new(U256::from(100_000_000))).unwrap();
    let poor = refused(checked(Snapshot { quote, ..good.clone() })).await;
    let said = format!("{BUYER} needs 102.50 USDC (102500000 atomic units) and has 100.00 USDC (100000000 atomic units)");
    assert_eq!(poor.to_string(), said);

    let cancel = cancelCall { word: U256::ZERO, mask: U256::from(1 << 7) };
    chain.send(OPERATOR, Some(contracts::router_address()), cancel.abi_encode().into()).await;
    let cancelled = refused(checked(good.clone())).await;
    assert!(matches!(cancelled, WalletError::NonceUsed { .. }), "{cancelled}");
    assert_eq!(buyers_transactions(&chain).await, 0);
}

#[tokio::test]
async fn a_delegate_of_the_operator_may_sign() {
    let chain = TestChain::start().await;
    let payment = checked_by(DELEGATE_KEY, chain.snapshot());
    let until = (NOW_S + 86_400).try_into().unwrap();
    let authorise = setSignerCall { signer: payment.signed().signer(), until };
    chain.send(OPERATOR, Some(contracts::router_address()), authorise.abi_encode().into()).await;
    let sent = wallet(&chain).pay(&payment).await.unwrap();
    wallet(&chain).wait(sent.payment).await.unwrap();
}

#[tokio::test]
async fn c05_another_wallet_cannot_pay() {
    let chain = TestChain::start().await;
    let other = BuyerWallet::new(chain.url.clone(), &key(OPERATOR_KEY)).unwrap();
    let error = other.pay(&checked(chain.snapshot())).await.unwrap_err();
    assert!(matches!(error, WalletError::NotThePayer { payer: BUYER, wallet: OPERATOR }), "{error}");
}

#[tokio::test]
async fn d02_a_node_of_another_chain_is_refused() {
    let chain = TestChain::start().await;
    let elsewhere = Snapshot { asset: Asset::Erc20 { chain_id: 8453, token: chain.token }, ..chain.snapshot() };
    let payload = ExecutionPayload::build(&sign_with(OPERATOR_KEY, elsewhere));
    let payment = check(&payload, &Expectation::new(BUYER, 8453)).unwrap();
    let error = wallet(&chain).pay(&payment).await.unwrap_err();
    assert!(matches!(error, WalletError::WrongChain { expected: 8453, found: CHAIN_ID }), "{error}");
}

#[tokio::test]
async fn a_contract_that_is_not_the_router_gets_no_approval() {
    let chain = TestChain::start().await;
    let impostor = Snapshot { router: FEE_RECIPIENT, ..chain.snapshot() };
    let expected = Expectation { router: FEE_RECIPIENT, ..Expectation::new(BUYER, CHAIN_ID) };
    let payment = check(&ExecutionPayload::build(&sign_with(OPERATOR_KEY, impostor)), &expected).unwrap();
    for code in ["0x", "0x60016000526020600060006020f3"] {
        chain.raw::<Value>("anvil_setCode", json!([FEE_RECIPIENT, code])).await;
        let error = wallet(&chain).pay(&payment).await.unwrap_err();
        assert!(matches!(error, WalletError::NotTheRouter { router: FEE_RECIPIENT, .. }), "{error}");
    }
    assert_eq!(buyers_transactions(&chain).await, 0);
}

#[tokio::test]
async fn a_revert_is_explained_before_it_costs_gas() {
    let chain = TestChain::start().await;
    // A payee without a way to take coins: its code is one instruction that reverts.
    chain.raw::<Value>("anvil_setCode", json!([PAYEE, "0xfe"])).await;
    let error = wallet(&chain).pay(&checked(Snapshot { asset: Asset::Native { chain_id: CHAIN_ID }, ..native_snapshot() })).await.unwrap_err();
    assert!(matches!(&error, WalletError::Reverted { reason: Revert::Router(_), .. }), "{error:?}");
    assert_eq!(error.to_string(), format!("the payment would revert: NativeTransferFailed: {PAYEE} does not take the native coin"));
    assert_eq!(buyers_transactions(&chain).await, 0);
}

/// A token that, like USDT, refuses to change an allowance that is neither zero nor becomes zero. It keeps one allowance, in slot 0;
/// everybody has 10^18 of it, whatever is transferred, so that the payment itself is refused.
const STRICT_TOKEN: &[u8] = &hex!(
    "5f3560e01c"               // selector
    "8063095ea7b314602757"     // approve(address,uint256) -> 0x27
    "63dd62ed3e14604357"       // allowance(address,address) -> 0x43
    "670de0b6b3a76400005f5260205ff3" // anything else: 10^18
    "5b60243580" "5f54159015" "17603857" "5f5ffd" // revert unless the old or the new allowance is zero
    "5b5f5560015f5260205ff3"   // store it, answer true
    "5b5f545f5260205ff3"       // answer it
);

#[tokio::test]
async fn an_allowance_left_over_from_another_payment_is_cleared_first_where_the_token_wants_it() {
    let chain = TestChain::start().await;
    let token = Address::repeat_byte(0x55);
    chain.raw::<Value>("anvil_setCode", json!([token, Bytes::from_static(STRICT_TOKEN)])).await;
    chain.raw::<Value>("anvil_setStorageAt", json!([token, "0x0", format!("{:#066x}", 5)])).await;
    let payment = checked(Snapshot { asset: Asset::Erc20 { chain_id: CHAIN_ID, token }, ..chain.snapshot() });
    assert_eq!(wallet(&chain).plan(&payment).await.unwrap().allowance, Some(U256::from(5)));

    let error = wallet(&chain).pay(&payment).await.unwrap_err();
    assert!(matches!(error, WalletError::Reverted { asked: "the payment", .. }), "{error}");
    assert_eq!(buyers_transactions(&chain).await, 2, "cleared, then approved");
    assert_eq!(chain.provider.get_storage_at(token, U256::ZERO).await.unwrap(), U256::from(10_250_000));
}

#[tokio::test]
async fn i12_a_node_that_fails_is_not_quoted_with_its_address() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://user:hunter2@{closed}/v3/0badcafe").parse().unwrap();
    let wallet = BuyerWallet::new(url, &key(BUYER_KEY)).unwrap();
    let payment = checked(Snapshot { asset: Asset::Native { chain_id: CHAIN_ID }, ..native_snapshot() });
    let error = wallet.pay(&payment).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("no connection"), "{shown}");
    for secret in ["hunter2", "0badcafe", &closed.to_string()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

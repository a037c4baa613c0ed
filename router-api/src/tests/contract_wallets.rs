//! A contract's address on another chain is another wallet: whoever could once put the contract on one chain can put it on the next, with owners of its own.

use alloy_primitives::{Address, Bytes};
use alloy_signer::SignerSync;
use serde_json::{Value, json};
use settlement::asset::{Asset, Token};
use settlement::wallet::WalletProof;
use store::Wallet;

use crate::testing::{Answer, CHAIN_ID, OTHER_CHAIN_ID, TestApp};

const SIGN_IN: &str = "/api/auth/siwe";
const WALLETS: &str = "/api/agent/me/wallets";
const IMPORT: &str = "/api/agent/contracts/import";

/// An instance of two chains, on each of which there is a contract at the same address.
async fn two_chains() -> TestApp {
    let app = TestApp::with(|config| {
        let other = settlement::chain::ChainPolicy { chain_id: OTHER_CHAIN_ID, name: "other".to_owned(), ..config.chains[0].clone() };
        config.chains.push(other);
    })
    .await;
    let asset = Asset::Erc20 { chain_id: OTHER_CHAIN_ID, token: Address::repeat_byte(0x71) };
    let token = Token { asset, symbol: "USDC".to_owned(), decimals: 6, eip2612: true, eip3009: true, permit2: true, allowed: true };
    let mut tx = app.store.begin().await.unwrap();
    tx.upsert_registered_token(&token, app.now()).await.unwrap();
    tx.commit().await.unwrap();
    app
}

/// What the contract wallet signs in with, by the contract on this chain.
async fn proof(app: &TestApp, chain_id: u64) -> Value {
    let mut proof = app.sign_in_text(app.contract_wallet()).await;
    let message = proof["message"].as_str().unwrap().replace(&format!("Chain ID: {CHAIN_ID}"), &format!("Chain ID: {chain_id}"));
    proof["message"] = json!(message);
    proof["signature"] = json!("0xc0ffee");
    proof
}

async fn signed_in(app: &TestApp, chain_id: u64) -> Answer {
    app.post(SIGN_IN).json(proof(app, chain_id).await).send().await.expect(200)
}

/// An import on this chain, of which the contract wallet is the seller.
fn sold_by_contract(app: &TestApp, reference: &str, chain_id: u64) -> Value {
    let mut body = app.unsigned(reference, |terms| {
        terms["payeeAddress"] = json!(app.contract_wallet().to_string());
        if chain_id == OTHER_CHAIN_ID {
            terms["asset"] = json!(Asset::Erc20 { chain_id, token: Address::repeat_byte(0x71) }.to_string());
        }
    });
    body["seller"] = json!({ "wallet": app.contract_wallet().to_string() });
    body["consent"]["buyerSignature"] = app.agreement_signature(&body, &app.buyer.wallet);
    body["consent"]["sellerSignature"] = json!("0xc0ffee");
    body
}

#[tokio::test]
async fn who_has_the_address_on_another_chain_signs_in_as_somebody_else() {
    let app = two_chains().await;
    let owner = signed_in(&app, CHAIN_ID).await;
    let other = signed_in(&app, OTHER_CHAIN_ID).await;
    assert_ne!(owner["profile"]["id"], other["profile"]["id"]);
    assert_eq!(signed_in(&app, CHAIN_ID).await["profile"]["id"], owner["profile"]["id"]);
    let wallets = app.get(WALLETS).token(other["apiToken"].as_str().unwrap()).send().await.expect(200);
    assert_eq!((&wallets["wallets"][0]["provedBy"], &wallets["wallets"][0]["network"]), (&json!("contract"), &json!(format!("eip155:{OTHER_CHAIN_ID}"))));
}

#[tokio::test]
async fn a_contract_wallet_is_added_once_for_each_chain_and_only_where_it_is_free() {
    let app = two_chains().await;
    let add = async |actor, chain_id| app.post(WALLETS).bearer(actor).json(proof(&app, chain_id).await).send().await;
    for chain_id in [CHAIN_ID, OTHER_CHAIN_ID, CHAIN_ID] {
        add(&app.buyer, chain_id).await.expect(201);
    }
    let wallets = app.get(WALLETS).bearer(&app.buyer).send().await.expect(200);
    assert_eq!(wallets["wallets"].as_array().unwrap().len(), 3, "its key, and the contract on two chains");
    for chain_id in [CHAIN_ID, OTHER_CHAIN_ID] {
        add(&app.seller, chain_id).await.problem(409, "wallet_taken");
        assert_eq!(signed_in(&app, chain_id).await["profile"]["id"], app.buyer.profile.as_str());
    }
}

#[tokio::test]
async fn an_import_on_another_chain_is_not_the_owners() {
    let app = two_chains().await;
    let owner = signed_in(&app, CHAIN_ID).await["profile"]["id"].clone();
    let seller = async |body| app.post(IMPORT).bearer(&app.buyer).json(body).send().await.expect(201)["contract"]["seller"]["id"].clone();
    assert_eq!(seller(sold_by_contract(&app, "here", CHAIN_ID)).await, owner);
    let other = seller(sold_by_contract(&app, "there", OTHER_CHAIN_ID)).await;
    assert_ne!(other, owner);
    assert_eq!(signed_in(&app, OTHER_CHAIN_ID).await["profile"]["id"], other, "whose signature made it a profile");
}

#[tokio::test]
async fn an_attested_party_is_known_on_the_chain_of_the_agreement_or_not_at_all() {
    let app = two_chains().await;
    let owner = signed_in(&app, CHAIN_ID).await["profile"]["id"].clone();
    let attested = |party: Value, chain_id: u64| {
        let mut body = sold_by_contract(&app, &format!("attested-{chain_id}-{party}"), chain_id);
        body["seller"] = party;
        body["consent"] = json!({ "kind": "attested" });
        app.post(IMPORT).bearer(&app.marketplace).json(body).send()
    };
    for party in [json!({ "wallet": app.contract_wallet().to_string() }), json!({ "profileId": owner })] {
        assert_eq!(attested(party.clone(), CHAIN_ID).await.expect(201)["contract"]["seller"]["id"], owner);
        attested(party, OTHER_CHAIN_ID).await.problem(422, "unknown_party");
    }
}

#[tokio::test]
async fn a_contract_judges_and_pays_on_its_chain_only() {
    let app = two_chains().await;
    app.start_chain().await;
    let (owner, other) = (signed_in(&app, CHAIN_ID).await, signed_in(&app, OTHER_CHAIN_ID).await);
    let [owner, other] = [&owner, &other].map(|session| session["apiToken"].as_str().unwrap());
    let judged = app.signed("judged", |terms| terms["evaluator"] = json!(app.contract_wallet().to_string()));
    let id = app.post(IMPORT).bearer(&app.buyer).json(judged).send().await.expect(201)["contract"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/agent/contracts/{id}");
    assert_eq!(app.get(&path).token(owner).send().await.expect(200)["contract"]["actorRole"], "evaluator");
    app.get(&path).token(other).send().await.problem(404, "not_found");
    let listed = async |token| app.get("/api/agent/contracts?role=evaluator").token(token).send().await.expect(200)["contracts"].as_array().unwrap().len();
    assert_eq!((listed(owner).await, listed(other).await), (1, 0));
    let events = async |token| app.get("/api/agent/events").token(token).send().await.expect(200)["events"].as_array().unwrap().len();
    assert_eq!((events(owner).await, events(other).await), (1, 0));
    // The buyer's own contract on the other chain pays nothing here.
    app.post(WALLETS).bearer(&app.buyer).json(proof(&app, OTHER_CHAIN_ID).await).send().await.problem(409, "wallet_taken");
    let pay = json!({ "payerAddress": app.contract_wallet().to_string() });
    let requests = format!("/api/agent/contracts/{}/crypto-payment-requests", app.seeded.agreement);
    app.post(&requests).bearer(&app.buyer).json(pay).send().await.problem(422, "payer_not_proved");
}

#[tokio::test]
async fn a_wallet_that_is_known_by_its_key_is_not_taken_by_a_contract_at_its_address() {
    let app = two_chains().await;
    let mut tx = app.store.begin().await.unwrap();
    tx.insert_wallet(&Wallet::new(app.contract_wallet(), WalletProof::Key, app.seller.profile.clone(), app.now())).await.unwrap();
    tx.commit().await.unwrap();
    let refused = app.post(SIGN_IN).json(proof(&app, CHAIN_ID).await).send().await.problem(401, "sign_in_refused");
    assert!(refused["detail"].as_str().unwrap().contains("sign with the key"), "{refused:#}");
    app.post(WALLETS).bearer(&app.buyer).json(proof(&app, CHAIN_ID).await).send().await.problem(401, "sign_in_refused");
    app.post(IMPORT).bearer(&app.buyer).json(sold_by_contract(&app, "by-key", CHAIN_ID)).send().await.problem(422, "consent_invalid");
    assert_eq!(app.contract_wallets_asked(), 0);
}

#[tokio::test]
async fn a_key_speaks_also_for_what_the_code_of_its_account_has_proved() {
    let app = two_chains().await;
    // An account with code (EIP-7702): first its code signed in, then its key does.
    let key = crate::testing::key(91);
    let mut tx = app.store.begin().await.unwrap();
    let contract = WalletProof::Contract { chain_id: OTHER_CHAIN_ID };
    tx.insert_wallet(&Wallet::new(key.address(), contract, app.seller.profile.clone(), app.now())).await.unwrap();
    tx.commit().await.unwrap();
    let session = app.post(SIGN_IN).json(app.sign_in_message(&key).await).send().await.expect(200);
    assert_eq!(session["profile"]["id"], app.seller.profile.as_str());
    let body = app.signed_by("key", &app.buyer.wallet, &key, |terms| terms["payeeAddress"] = json!(key.address().to_string()));
    let imported = app.post(IMPORT).bearer(&app.buyer).json(body).send().await.expect(201);
    assert_eq!(imported["contract"]["seller"]["id"], app.seller.profile.as_str());
    // From the day it is added as a key, its code says nothing more.
    app.post(WALLETS).bearer(&app.seller).json(app.sign_in_message(&key).await).send().await.expect(201);
    let mut by_code = app.sign_in_text(key.address()).await;
    let own = key.sign_message_sync(by_code["message"].as_str().unwrap().as_bytes()).unwrap();
    by_code["signature"] = json!("0xc0ffee");
    app.post(SIGN_IN).json(by_code.clone()).send().await.problem(401, "sign_in_refused");
    by_code["signature"] = json!(Bytes::from(own.as_bytes().to_vec()).to_string());
    app.post(SIGN_IN).json(by_code).send().await.expect(200);
}

//! Profiles, wallets, tokens, payout methods, the token registry, sign-in nonces.

use alloy_primitives::Address;
use settlement::asset::{Asset, Token};
use settlement::ids::{PayoutMethodId, TokenId};
use settlement::scope::Scope;
use settlement::wallet::WalletProof;
use store::{ApiToken, AuditFilter, Conflict, Engine, PayoutMethod, StoreError, Wallet};

use crate::world::{CHAIN, PAYEE, World, at, conflict, profile, profile_id, token, ulid};

on_both_engines!(
    profiles_read_back_and_a_handle_is_unique,
    a_wallet_speaks_for_one_profile,
    a_contract_wallet_is_an_address_on_a_chain_and_a_key_comes_before_contracts,
    a_retired_wallet_speaks_for_nobody_and_does_not_come_back,
    tokens_read_back_are_touched_once_a_minute_and_revoked_once,
    a_payout_method_is_one_per_asset_and_address,
    a_registered_token_keeps_its_decimals,
    a_token_that_was_disallowed_stays_so_whoever_registers_it_meanwhile,
    a_sign_in_nonce_is_used_once,
    a_text_that_the_database_does_not_take_is_not_a_failure_of_ours,
);

#[test]
fn a_token_that_was_used_within_the_minute_costs_no_statement() {
    let token = ApiToken {
        id: TokenId::new(ulid(1)),
        profile: profile_id(1),
        name: "agent".to_owned(),
        scopes: Scope::ALL.to_vec(),
        created_at: at(1),
        expires_at: None,
        last_used_at: Some(at(100)),
        revoked_at: None,
        replaced_by: None,
    };
    assert!(!token.is_use_due(at(99)) && !token.is_use_due(at(160)));
    assert!(token.is_use_due(at(161)), "a minute later it is written");
    assert!(ApiToken { last_used_at: None, ..token }.is_use_due(at(1)));
}

async fn profiles_read_back_and_a_handle_is_unique(engine: Engine) {
    let world = World::new(engine).await;
    let (store, anonymous) = (world.store(), store::Profile { handle: None, ..profile(3) });
    let mut tx = world.begin().await;
    tx.insert_profile(&anonymous).await.unwrap();
    // Having no handle is nothing that can be taken.
    tx.insert_profile(&store::Profile { handle: None, ..profile(4) }).await.unwrap();
    assert_eq!(conflict(tx.insert_profile(&store::Profile { handle: Some("party-1".to_owned()), ..profile(5) }).await), Conflict::Duplicate("handle"));
    // The transaction goes on.
    tx.insert_profile(&profile(6)).await.unwrap();
    assert_eq!(tx.profile(&profile_id(6)).await.unwrap(), Some(profile(6)));
    tx.commit().await.unwrap();
    assert_eq!(store.profile(&profile_id(3)).await.unwrap(), Some(anonymous));
    assert_eq!(store.profile(&profile_id(5)).await.unwrap(), None);

    let mut tx = world.begin().await;
    assert_eq!(conflict(tx.update_profile(&profile_id(3), Some("party-1"), "Three", at(9)).await), Conflict::Duplicate("handle"));
    tx.rollback().await.unwrap();
    let mut tx = world.begin().await;
    tx.update_profile(&profile_id(3), Some("three"), "Three", at(9)).await.unwrap();
    assert_eq!(conflict(tx.update_profile(&profile_id(99), None, "Nobody", at(9)).await), Conflict::Changed);
    tx.commit().await.unwrap();
    let changed = store::Profile { handle: Some("three".to_owned()), display_name: "Three".to_owned(), updated_at: at(9), ..profile(3) };
    assert_eq!(store.profile(&profile_id(3)).await.unwrap(), Some(changed));
}

async fn a_wallet_speaks_for_one_profile(engine: Engine) {
    let world = World::new(engine).await;
    let wallet = |byte: u8, owner: u64, seconds: u64| Wallet::new(Address::repeat_byte(byte), WalletProof::Key, profile_id(owner), at(seconds));
    let mut tx = world.begin().await;
    tx.insert_wallet(&wallet(0xab, 1, 20)).await.unwrap();
    tx.insert_wallet(&wallet(0xcd, 1, 10)).await.unwrap();
    tx.insert_wallet(&wallet(0xab, 1, 30)).await.unwrap();
    assert_eq!(conflict(tx.insert_wallet(&wallet(0xab, 2, 40)).await), Conflict::Duplicate("wallet"));
    tx.insert_wallet(&wallet(0xef, 2, 50)).await.unwrap();
    tx.commit().await.unwrap();
    let store = world.store();
    assert_eq!(store.wallets(&profile_id(1)).await.unwrap(), vec![wallet(0xcd, 1, 10), wallet(0xab, 1, 20)], "a second proof changes nothing");
    let owner = async |byte| store.wallets_at(Address::repeat_byte(byte)).await.unwrap().into_iter().map(|wallet| wallet.profile).collect::<Vec<_>>();
    assert_eq!((owner(0xab).await, owner(0xef).await, owner(0x01).await), (vec![profile_id(1)], vec![profile_id(2)], vec![]));
}

async fn a_contract_wallet_is_an_address_on_a_chain_and_a_key_comes_before_contracts(engine: Engine) {
    let world = World::new(engine).await;
    let address = Address::repeat_byte(0xab);
    let contract = |chain_id| WalletProof::Contract { chain_id };
    let wallet = |proof, owner, seconds| Wallet::new(address, proof, profile_id(owner), at(seconds));
    let mut tx = world.begin().await;
    tx.insert_wallet(&wallet(contract(CHAIN), 1, 20)).await.unwrap();
    assert_eq!(conflict(tx.insert_wallet(&wallet(contract(CHAIN), 2, 30)).await), Conflict::Duplicate("wallet"));
    tx.insert_wallet(&wallet(contract(CHAIN + 1), 2, 10)).await.unwrap();
    tx.commit().await.unwrap();
    let owner = async |chain_id| {
        let at_address = world.store().wallets_at(address).await.unwrap();
        Wallet::speaking_on(&at_address, chain_id).map(|wallet| wallet.profile.clone())
    };
    assert_eq!((owner(CHAIN).await, owner(CHAIN + 1).await, owner(CHAIN + 2).await), (Some(profile_id(1)), Some(profile_id(2)), None));
    let mut tx = world.begin().await;
    tx.insert_wallet(&wallet(WalletProof::Key, 1, 40)).await.unwrap();
    tx.commit().await.unwrap();
    let at_address = world.store().wallets_at(address).await.unwrap();
    let proofs: Vec<WalletProof> = at_address.iter().map(|wallet| wallet.proof).collect();
    assert_eq!(proofs, [WalletProof::Key, contract(CHAIN + 1), contract(CHAIN)]);
    assert_eq!((owner(CHAIN + 1).await, owner(CHAIN + 2).await), (Some(profile_id(1)), Some(profile_id(1))));
}

async fn a_retired_wallet_speaks_for_nobody_and_does_not_come_back(engine: Engine) {
    let world = World::new(engine).await;
    let wallet = Wallet::new(Address::repeat_byte(0xab), WalletProof::Key, profile_id(1), at(1));
    let mut tx = world.begin().await;
    tx.insert_wallet(&wallet).await.unwrap();
    assert_eq!(conflict(tx.retire_wallet(&profile_id(2), wallet.address, at(5)).await), Conflict::Changed, "only its own profile does");
    tx.retire_wallet(&profile_id(1), wallet.address, at(5)).await.unwrap();
    assert_eq!(conflict(tx.retire_wallet(&profile_id(1), wallet.address, at(6)).await), Conflict::Changed);
    for owner in [1, 2] {
        let again = Wallet { profile: profile_id(owner), ..wallet.clone() };
        assert_eq!(conflict(tx.insert_wallet(&again).await), Conflict::Duplicate("wallet"));
    }
    tx.commit().await.unwrap();
    assert_eq!(Wallet::speaking_on(&world.store().wallets_at(wallet.address).await.unwrap(), CHAIN), None);
    assert_eq!(world.store().wallets(&profile_id(1)).await.unwrap(), vec![Wallet { retired_at: Some(at(5)), ..wallet }], "the row stays");
}

async fn tokens_read_back_are_touched_once_a_minute_and_revoked_once(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    let bearer = |n: u64| ApiToken {
        id: TokenId::new(ulid(n)),
        profile: profile_id(1),
        name: "agent".to_owned(),
        scopes: Scope::ALL.to_vec(),
        created_at: at(n),
        expires_at: (n == 2).then(|| at(1_000)),
        last_used_at: None,
        revoked_at: None,
        replaced_by: None,
    };
    let mut tx = world.begin().await;
    tx.insert_token(&bearer(1), &[1; 32]).await.unwrap();
    tx.insert_token(&bearer(2), &[2; 32]).await.unwrap();
    assert_eq!(conflict(tx.insert_token(&bearer(3), &[1; 32]).await), Conflict::Duplicate("token"));
    tx.commit().await.unwrap();
    assert_eq!(store.token_by_hash(&[1; 32]).await.unwrap(), Some(bearer(1)));
    assert_eq!(store.token_by_hash(&[9; 32]).await.unwrap(), None);
    assert_eq!(store.tokens(&profile_id(1)).await.unwrap(), vec![bearer(2), bearer(1)]);

    let used = async || store.token_by_hash(&[1; 32]).await.unwrap().unwrap().last_used_at;
    let read = async || store.token_by_hash(&[1; 32]).await.unwrap().unwrap();
    let first = bearer(1).id;
    store.touch_token(&first, at(100)).await.unwrap();
    assert_eq!(used().await, Some(at(100)));
    store.touch_token(&first, at(159)).await.unwrap();
    assert_eq!(used().await, Some(at(100)), "not again within the minute, also by those who had read it before");
    let mut all = tokio::task::JoinSet::new();
    for second in 161..181 {
        let (store, token) = (store.clone(), first.clone());
        all.spawn(async move { store.touch_token(&token, at(second)).await.unwrap() });
    }
    all.join_all().await;
    let last = read().await;
    assert!(last.last_used_at.is_some_and(|used| (at(161)..=at(180)).contains(&used)), "one of them wrote");

    let mut tx = world.begin().await;
    assert!(tx.revoke_token(&bearer(1).id, at(200)).await.unwrap());
    assert!(!tx.revoke_token(&bearer(1).id, at(300)).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store.token_by_hash(&[1; 32]).await.unwrap().unwrap().revoked_at, Some(at(200)));
}

async fn a_payout_method_is_one_per_asset_and_address(engine: Engine) {
    let world = World::new(engine).await;
    let method = |n: u64, address: Address| PayoutMethod {
        id: PayoutMethodId::new(ulid(n)),
        profile: profile_id(2),
        asset: token().asset,
        symbol: "USDC".to_owned(),
        network: format!("eip155:{CHAIN}"),
        address,
        memo: None,
        label: Some("main".to_owned()),
        is_active: true,
        created_at: at(n),
        updated_at: at(n),
    };
    let mut tx = world.begin().await;
    assert_eq!(tx.upsert_payout_method(&method(1, PAYEE)).await.unwrap(), method(1, PAYEE));
    tx.upsert_payout_method(&method(2, Address::repeat_byte(0x99))).await.unwrap();
    let again = PayoutMethod { memo: Some("ref 7".to_owned()), label: None, is_active: false, ..method(3, PAYEE) };
    let kept = PayoutMethod { id: method(1, PAYEE).id, created_at: at(1), ..again.clone() };
    assert_eq!(tx.upsert_payout_method(&again).await.unwrap(), kept, "the same place is the same method");
    tx.commit().await.unwrap();
    let store = world.store();
    assert_eq!(store.payout_methods(&profile_id(2)).await.unwrap(), vec![kept.clone(), method(2, Address::repeat_byte(0x99))]);

    let renamed = PayoutMethod { label: Some("cold".to_owned()), is_active: true, updated_at: at(9), ..kept.clone() };
    let mut tx = world.begin().await;
    tx.update_payout_method(&renamed).await.unwrap();
    assert_eq!(conflict(tx.update_payout_method(&PayoutMethod { profile: profile_id(1), ..renamed.clone() }).await), Conflict::Changed, "not by another");
    assert!(!tx.delete_payout_method(&profile_id(1), &method(2, PAYEE).id).await.unwrap(), "not by another");
    assert!(tx.delete_payout_method(&profile_id(2), &method(2, PAYEE).id).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store.payout_methods(&profile_id(2)).await.unwrap(), vec![renamed.clone()]);
    assert_eq!(store.payout_methods(&profile_id(1)).await.unwrap(), vec![]);
    assert_eq!(world.begin().await.payout_methods(&profile_id(2)).await.unwrap(), vec![renamed]);
}

async fn a_registered_token_keeps_its_decimals(engine: Engine) {
    let world = World::new(engine).await;
    let changed = Token { symbol: "FAKE".to_owned(), decimals: 18, eip2612: false, eip3009: false, permit2: false, allowed: false, ..token() };
    let native = Token { asset: Asset::Native { chain_id: CHAIN }, symbol: "ETH".to_owned(), decimals: 18, ..changed.clone() };
    let elsewhere = Token { asset: Asset::Native { chain_id: 1 }, ..native.clone() };
    let mut tx = world.begin().await;
    for token in [&changed, &native, &elsewhere] {
        tx.upsert_registered_token(token, at(5)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let store = world.store();
    let now = Token { eip2612: false, eip3009: false, permit2: false, ..token() };
    assert_eq!(store.token(&token().asset).await.unwrap(), Some(now.clone()));
    assert_eq!(store.registered_tokens(CHAIN).await.unwrap(), vec![now, native]);
    assert_eq!(store.token(&Asset::Native { chain_id: 5 }).await.unwrap(), None);
}

/// What the chain says is read before anybody locks anything, so it may be old when it is written.
async fn a_token_that_was_disallowed_stays_so_whoever_registers_it_meanwhile(engine: Engine) {
    let world = World::new(engine).await;
    let mut tx = world.begin().await;
    let read = tx.registered_token(&token().asset).await.unwrap().unwrap();
    assert!(read.allowed);
    assert!(tx.set_token_allowed(&read.asset, false).await.unwrap());
    assert!(!tx.set_token_allowed(&read.asset, false).await.unwrap(), "it is so already");
    assert!(!tx.set_token_allowed(&Asset::Native { chain_id: 5 }, false).await.unwrap(), "it is not registered");
    tx.commit().await.unwrap();
    let mut tx = world.begin().await;
    let entry = tx.upsert_registered_token(&Token { eip3009: false, ..read.clone() }, at(9)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(entry, Token { eip3009: false, allowed: false, ..read });
    assert_eq!(world.store().token(&token().asset).await.unwrap(), Some(entry));
}

async fn a_sign_in_nonce_is_used_once(engine: Engine) {
    let world = World::new(engine).await;
    let mut tx = world.begin().await;
    for (nonce, expires) in [("one", 100), ("two", 100), ("late", 20)] {
        tx.insert_nonce(nonce, at(expires)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = world.begin().await;
    assert!(!tx.take_nonce("never", at(50)).await.unwrap());
    assert!(!tx.take_nonce("late", at(50)).await.unwrap(), "expired");
    assert!(tx.take_nonce("one", at(50)).await.unwrap());
    assert!(!tx.take_nonce("one", at(50)).await.unwrap());
    assert!(tx.take_nonce("two", at(100)).await.unwrap(), "its last moment counts");
    tx.commit().await.unwrap();
    let mut tx = world.begin().await;
    assert!(!tx.take_nonce("two", at(50)).await.unwrap());

    // What nobody ever uses is forgotten all the same.
    tx.insert_nonce("unused", at(100)).await.unwrap();
    tx.insert_nonce("same day", at(100 + 86_400)).await.unwrap();
    assert!(tx.take_nonce("unused", at(1)).await.unwrap(), "nothing that may still count is forgotten");
    tx.insert_nonce("unused", at(100)).await.unwrap();
    tx.insert_nonce("next day", at(101 + 86_400)).await.unwrap();
    assert!(!tx.take_nonce("unused", at(1)).await.unwrap());
}

async fn a_text_that_the_database_does_not_take_is_not_a_failure_of_ours(engine: Engine) {
    let world = World::new(engine).await;
    let filter = AuditFilter { subject: Some("a\0b".to_owned()), action: None };
    let found = world.store().audit_entries(&filter, None, 9).await;
    match engine {
        Engine::Sqlite => assert_eq!(found.unwrap(), vec![]),
        Engine::Postgres => assert!(matches!(found, Err(StoreError::Text(_))), "{found:?}"),
    }
}

//! A damaged row is named: by table, column and id.

use alloy_primitives::B256;
use settlement::agreement::AgreementState;
use settlement::event::RouterEvent;
use settlement::ids::{EventId, PayoutMethodId, SubmissionId, TokenId};
use settlement::notice::{Notice, NoticeType};
use settlement::scope::Scope;
use settlement::verify::ProofIssue;
use settlement::wallet::WalletProof;
use store::{AgreementFilter, ApiToken, Claim, Engine, IdempotencyKey, OpenIssue, PayoutMethod, RowError, StoreError, StoredAnswer, Submission, Wallet};

use crate::world::{BUYER, CHAIN, PAYEE, World, at, buyer_id, header, location, operator, signer, token, ulid};

on_both_engines!(
    a_signer_whose_time_is_damaged_is_not_one_whose_time_is_not_limited,
    every_damaged_value_is_named,
    a_value_of_another_kind_is_named_where_the_engine_stores_it
);

const KEY: &str = "k";

fn key() -> IdempotencyKey {
    IdempotencyKey { owner: "o".to_owned(), method: "POST".to_owned(), path: "/".to_owned(), key: KEY.to_owned() }
}

/// One row in every table.
async fn furnished(engine: Engine) -> World {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let delegate = RouterEvent::SignerSet { location: location(&header(5, 0), 0), operator: operator().address(), signer: signer(0x22).address(), until: 9 };
    let cancelled = RouterEvent::NoncesCancelled {
        location: location(&header(6, 0), 0),
        operator: operator().address(),
        word: alloy_primitives::U256::ZERO,
        mask: alloy_primitives::U256::from(4),
    };
    let bearer = ApiToken {
        id: TokenId::new(ulid(1)),
        profile: buyer_id(),
        name: "x".to_owned(),
        scopes: vec![Scope::ALL[0]],
        created_at: at(0),
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
        replaced_by: None,
    };
    let method = PayoutMethod {
        id: PayoutMethodId::new(ulid(1)),
        profile: buyer_id(),
        asset: token().asset,
        symbol: "USDC".to_owned(),
        network: format!("eip155:{CHAIN}"),
        address: PAYEE,
        memo: None,
        label: None,
        is_active: true,
        created_at: at(0),
        updated_at: at(0),
    };
    let delivery = Submission {
        id: SubmissionId::new(ulid(1)),
        agreement: world.agreement.id.clone(),
        revision: 1,
        deliverable_url: None,
        notes: None,
        deliverable_hash: Some(B256::repeat_byte(1)),
        created_at: at(0),
    };
    let issue = OpenIssue {
        request: request.id.clone(),
        agreement: world.agreement.id.clone(),
        issues: vec![ProofIssue { check: "amount", expected: "1".to_owned(), found: "2".to_owned() }],
        opened_at: at(1),
    };
    let mut tx = world.begin().await;
    tx.insert_events(&[delegate, cancelled]).await.unwrap();
    tx.insert_token(&bearer, &[1; 32]).await.unwrap();
    tx.upsert_payout_method(&method).await.unwrap();
    tx.insert_wallet(&Wallet::new(BUYER, WalletProof::Key, buyer_id(), at(0))).await.unwrap();
    tx.insert_submission(&delivery).await.unwrap();
    tx.open_issue(&issue, &location(&header(7, 0), 0)).await.unwrap();
    let submitted = AgreementState::Submitted { submission: delivery.id, at: at(1) };
    tx.set_agreement_state(&world.agreement.id, &world.agreement, &submitted, at(1)).await.unwrap();
    tx.append(&EventId::new(ulid(1)), &Notice::for_profile(NoticeType::SignerRotated, &buyer_id(), NoticeType::SignerRotated.example()), at(1));
    let answer = StoredAnswer { status: 200, headers: vec![], body: vec![1] };
    tx.answer(&key(), [1; 32], &answer, at(1));
    tx.commit().await.unwrap();
    world
}

/// Reads every table and returns the first error.
async fn read_all(world: &World) -> Option<RowError> {
    let (store, agreement) = (world.store(), &world.agreement.id);
    let delegate = (operator().address(), signer(0x22).address(), location(&header(9, 0), 0));
    let list = AgreementFilter { profile: buyer_id(), role: None, status: None, after: None, limit: 9 };
    let results = [
        store.profile(&buyer_id()).await.map(drop),
        store.wallets_at(BUYER).await.map(drop),
        store.wallets(&buyer_id()).await.map(drop),
        store.token_by_hash(&[1; 32]).await.map(drop),
        store.payout_methods(&buyer_id()).await.map(drop),
        store.registered_tokens(CHAIN).await.map(drop),
        store.agreement(agreement).await.map(drop),
        store.agreements(&list).await.map(drop),
        store.submissions(agreement, None, 9).await.map(drop),
        store.requests_of(agreement).await.map(drop),
        store.open_issues(agreement).await.map(drop),
        store.postings(agreement).await.map(drop),
        store.cursor(CHAIN).await.map(drop),
        store.headers(CHAIN, 0, 99).await.map(drop),
        store.events_of_tx(CHAIN, B256::repeat_byte(0x77)).await.map(drop),
        store.seen_event(&crate::world::request_id(1)).await.map(drop),
        store.authority(CHAIN, delegate.0, delegate.1, &delegate.2).await.map(drop),
        store.notices_after(0, 9).await.map(drop),
        store.claim(&key(), [1; 32]).await.map(|claim| assert!(!matches!(claim, Claim::Fresh(_)))),
        store.verified_above(CHAIN, 0).await.map(drop),
        world.begin().await.unapplied_cancellations(CHAIN, 99).await.map(drop),
        store.grounds(&world.agreement.terms.asset, Some((delegate.0, delegate.1))).await.map(drop),
    ];
    results.into_iter().filter_map(Result::err).map(error).next()
}

fn error(error: StoreError) -> RowError {
    match error {
        StoreError::Row(error) => error,
        other => panic!("not a row: {other:?}"),
    }
}

async fn every_damaged_value_is_named(engine: Engine) {
    // One of every kind: id, name of a closed list, amount, word, address, hash, bytes, JSON, flag, number out of range, missing where the state needs it.
    let damages = [
        ("api_tokens", "profile_id", "'me'", "key_"),
        ("wallets", "address", "'0x1'", "0x1"),
        ("api_tokens", "scopes", "'everything'", "key_"),
        ("payout_methods", "asset", "'gold'", "pm_"),
        ("payout_methods", "address", "'0x12'", "pm_"),
        ("tokens", "decimals", "-1", "eip155:"),
        ("tokens", "decimals", "256", "eip155:"),
        ("tokens", "allowed", "2", "eip155:"),
        ("agreements", "terms_hash", "'0xzz'", "agr_"),
        ("agreements", "consent", "'assumed'", "agr_"),
        ("agreements", "status", "'paid'", "agr_"),
        ("agreements", "status_at", "NULL", "agr_"),
        ("agreements", "fee_fixed", "'1.5'", "agr_"),
        ("agreements", "fee_bps", "65536", "agr_"),
        ("submissions", "revision", "-3", "sub_"),
        ("submissions", "deliverable_hash", "'hash'", "sub_"),
        ("payment_requests", "status", "'paid'", "pr_"),
        ("units", "nonce", "'-1'", "unit_"),
        ("units", "instalment", "5000000000", "unit_"),
        ("proof_issues", "issues", "'[{'", "pr_"),
        ("proof_issues", "issues", "'[{\"check\":\"mood\",\"expected\":\"\",\"found\":\"\"}]'", "pr_"),
        ("postings", "account", "'pocket'", "pr_"),
        ("postings", "side", "'up'", "pr_"),
        ("postings", "amount", "'01'", "pr_"),
        ("chain_cursors", "scanned_hash", "'0x'", "31337"),
        ("chain_cursors", "head_number", "-1", "31337"),
        ("chain_headers", "parent", "'x'", "a block of chain 31337"),
        ("router_events", "payer", "NULL", "0x"),
        ("router_events", "block_number", "-1", "0x"),
        ("router_events", "signer_until", "-1", "0x"),
        ("router_events", "mask", "'all'", "0x"),
        ("outbox", "kind", "'gossip'", "evt_"),
        ("outbox", "readers", "'[1]'", "evt_"),
        ("outbox", "data", "'{'", "evt_"),
        ("outbox", "evaluator", "'0x12'", "evt_"),
        ("idempotency_answers", "headers", "'none'", ""),
        ("idempotency_answers", "status", "70000", ""),
    ];
    let world = furnished(engine).await;
    assert_eq!(read_all(&world).await, None, "everything reads");
    for (table, column, value, id) in damages {
        let only = match column {
            "mask" => "kind = 'nonces_cancelled'",
            "signer_until" => "kind = 'signer_set'",
            "payer" => "kind = 'payment'",
            _ => "1 = 1",
        };
        assert!(world.damage(table, &format!("{column} = {value}"), only).await > 0, "{table}.{column}");
        let error = read_all(&world).await.unwrap_or_else(|| panic!("{table}.{column} = {value} was read"));
        assert_eq!((error.table, error.column), (table, column), "{error}");
        assert!(error.id.starts_with(id) && !error.reason.is_empty(), "{error}");
        assert_eq!(error.to_string(), format!("{table}.{column} of {}: {}", error.id, error.reason));
        world.mend(table).await;
    }
    assert_eq!(read_all(&world).await, None, "everything reads again");
}

async fn a_signer_whose_time_is_damaged_is_not_one_whose_time_is_not_limited(engine: Engine) {
    let world = furnished(engine).await;
    let delegate = Some((operator().address(), signer(0x22).address()));
    let grounds = async || world.store().grounds(&world.agreement.terms.asset, delegate).await;
    assert!(grounds().await.unwrap().unwrap().signer_until.is_some());
    for value in ["NULL", "-1"] {
        assert!(world.damage("router_events", &format!("signer_until = {value}"), "kind = 'signer_set'").await > 0);
        let error = error(grounds().await.unwrap_err());
        assert_eq!((error.table, error.column), ("router_events", "signer_until"), "{value}");
        world.mend("router_events").await;
    }
}

async fn a_value_of_another_kind_is_named_where_the_engine_stores_it(engine: Engine) {
    for (table, column, value) in [("profiles", "created_at", "'yesterday'"), ("profiles", "display_name", "x'ff'"), ("submissions", "revision", "1.5")] {
        let world = furnished(engine).await;
        match engine {
            // It stores what does not fit; reading does not.
            Engine::Sqlite => {
                world.db.tamper(&format!("UPDATE {table} SET {column} = {value}")).await;
                let error = read_all(&world).await.unwrap_or_else(|| panic!("{table}.{column} = {value} was read"));
                assert_eq!((error.table, error.column), (table, column), "{error}");
            }
            Engine::Postgres => assert_eq!(read_all(&world).await, None),
        }
    }
}

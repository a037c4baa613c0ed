use alloy_primitives::Address;
use serde_json::{Value, json};
use settlement::scope::Scope;
use store::Engine;

use crate::testing::{TestApp, key};
use crate::view::agreement::ContractBody;
use crate::view::documented::assert_documented;

const PATH: &str = "/api/agent/contracts/import";

#[tokio::test]
async fn with_both_signatures_it_is_stored_to_the_byte() {
    let app = TestApp::new().await;
    let answer = app.post(PATH).bearer(&app.buyer).json(app.import_body("r-1")).send().await.expect(201);
    assert_documented::<ContractBody>(answer.json());
    let contract = &answer["contract"];
    assert_eq!((&contract["status"], &contract["consent"], &contract["actorRole"]), (&json!("in_progress"), &json!("signatures"), &json!("buyer")));
    assert_eq!(contract["terms"], app.import_body("r-1")["terms"]);
    assert_eq!(app.notices("contract.imported").await.len(), 1);
    let seller = app.get(&format!("/api/agent/contracts/{}", contract["id"].as_str().unwrap())).bearer(&app.seller).send().await.expect(200);
    assert_eq!(seller["contract"]["externalRef"], "r-1");
}

#[tokio::test]
async fn the_same_reference_with_the_same_terms_is_the_same_agreement() {
    let app = TestApp::new().await;
    let first = app.post(PATH).bearer(&app.buyer).json(app.import_body("r-1")).send().await.expect(201);
    let again = app.post(PATH).bearer(&app.buyer).json(app.import_body("r-1")).send().await.expect(200);
    assert_eq!(first["contract"]["id"], again["contract"]["id"]);
    let other = app.signed("r-1", |terms| terms["title"] = json!("Another manual"));
    let refused = app.post(PATH).bearer(&app.buyer).json(other).send().await.problem(409, "external_ref_taken");
    assert_eq!(refused["contractId"], first["contract"]["id"]);
    // The reference is the importer's own: the seller may use the same one, for what was signed anew.
    let mut anew = app.import_body("with another salt");
    anew["externalRef"] = json!("r-1");
    app.post(PATH).bearer(&app.seller).json(anew).send().await.expect(201);
    assert_eq!(app.notices("contract.imported").await.len(), 2);
}

#[tokio::test]
async fn e03_a_pair_of_signatures_makes_one_agreement_whoever_imports_it() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let app = TestApp::on(engine).await;
        let signed = app.import_body("r-1");
        let mut renamed = signed.clone();
        renamed["externalRef"] = json!("r-2");
        let send = |actor, body: &Value| app.post(PATH).bearer(actor).json(body.clone()).send();
        let answers = tokio::join!(send(&app.buyer, &signed), send(&app.seller, &signed), send(&app.buyer, &renamed), send(&app.stranger, &renamed));
        let (made, refused): (Vec<_>, Vec<_>) = [answers.0, answers.1, answers.2, answers.3].into_iter().partition(|answer| answer.status == 201);
        assert_eq!(made.len(), 1, "one signing is one debt");
        for answer in refused {
            assert_eq!(answer.problem(409, "consent_used")["contractId"], made[0]["contract"]["id"]);
        }
        assert_eq!(app.notices("contract.imported").await.len(), 1);
    }
}

#[tokio::test]
async fn e01_of_many_imports_at_once_one_is_stored() {
    let app = TestApp::new().await;
    let send = || app.post(PATH).bearer(&app.buyer).json(app.import_body("r-1")).send();
    let answers = tokio::join!(send(), send(), send(), send());
    let answers = [answers.0, answers.1, answers.2, answers.3];
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    let same = answers.iter().filter(|answer| answer.status == 200 || answer.status == 201).map(|answer| answer["contract"]["id"].as_str().unwrap());
    assert_eq!((created, same.collect::<std::collections::BTreeSet<_>>().len()), (1, 1), "{:?}", answers.iter().map(|a| a.text()).collect::<Vec<_>>());
    assert_eq!(app.notices("contract.imported").await.len(), 1);
}

#[tokio::test]
async fn a_wallet_that_signs_gets_a_profile_and_one_that_is_attested_does_not() {
    let app = TestApp::new().await;
    let (buyer, new) = (app.buyer.wallet.clone(), key(77));
    let body = app.signed_by("r-1", &buyer, &new, |terms| terms["payeeAddress"] = json!(new.address().to_string()));
    let answer = app.post(PATH).bearer(&app.buyer).json(body.clone()).send().await.expect(201);
    let profile = app.profile_of(new.address()).await.unwrap();
    assert_eq!(answer["contract"]["seller"]["id"], profile.as_str());
    let mut attested = app.signed_by("r-2", &buyer, &key(78), |terms| terms["payeeAddress"] = json!(key(78).address().to_string()));
    attested["consent"] = json!({ "kind": "attested" });
    let refused = app.post(PATH).bearer(&app.buyer).json(attested).send().await.problem(422, "unknown_party");
    assert_eq!(refused["field"], "seller");
    assert_eq!(app.profile_of(key(78).address()).await, None);
}

#[tokio::test]
async fn who_may_import_depends_on_the_consent() {
    let app = TestApp::new().await;
    let signed = app.import_body("r-1");
    let mut attested = signed.clone();
    attested["consent"] = json!({ "kind": "attested" });
    let plain = app.token_with(&app.stranger, &[Scope::CONTRACTS_WRITE]).await;
    let missing = app.post(PATH).token(&plain).json(signed.clone()).send().await.problem(403, "insufficient_scope");
    assert_eq!(missing["missingScopes"], json!(["contracts:import"]));
    let party = app.token_with(&app.buyer, &[Scope::CONTRACTS_WRITE]).await;
    app.post(PATH).token(&party).json(attested.clone()).send().await.problem(403, "insufficient_scope");
    app.post(PATH).token(&party).json(signed.clone()).send().await.expect(201);
    let marketplace = app.token_with(&app.stranger, &[Scope::CONTRACTS_IMPORT]).await;
    let theirs = app.post(PATH).token(&marketplace).json(attested).send().await.expect(201);
    assert_eq!((&theirs["contract"]["consent"], &theirs["contract"]["actorRole"]), (&json!("attested"), &json!("operator")));
    app.post(PATH).token(&marketplace).json(app.import_body("r-2")).send().await.expect(201);
}

#[tokio::test]
async fn a_signature_over_anything_else_is_no_consent() {
    let app = TestApp::new().await;
    let good = app.import_body("r-1");
    let changes: [fn(&mut Value); 5] = [
        |body| body["terms"]["amountAtomic"] = json!("12500001"),
        |body| body["terms"]["description"] = json!(null),
        |body| body["consent"]["salt"] = json!(format!("0x{}", "01".repeat(32))),
        |body| body["consent"]["sellerSignature"] = body["consent"]["buyerSignature"].clone(),
        |body| body["consent"]["buyerSignature"] = json!("0x"),
    ];
    for change in changes {
        let mut body = good.clone();
        change(&mut body);
        let refused = app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "consent_invalid");
        assert!(refused["field"].as_str().unwrap().starts_with("consent."), "{refused}");
    }
    assert_eq!(app.notices("contract.imported").await.len(), 0);
}

#[tokio::test]
async fn a_contract_wallet_is_asked_on_its_chain() {
    let app = TestApp::new().await;
    let mut body = app.import_body("r-1");
    body["seller"] = json!({ "wallet": app.contract_wallet().to_string() });
    body["terms"]["payeeAddress"] = json!(app.contract_wallet().to_string());
    body["consent"]["buyerSignature"] = app.agreement_signature(&body, &app.buyer.wallet);
    body["consent"]["sellerSignature"] = json!("0xc0ffee");
    app.post(PATH).bearer(&app.buyer).json(body.clone()).send().await.expect(201);
    body["externalRef"] = json!("r-2");
    body["consent"]["sellerSignature"] = json!("0xbad0");
    app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "consent_invalid");
}

#[tokio::test]
async fn a11_what_is_no_amount_is_refused() {
    let app = TestApp::new().await;
    let nines = "9".repeat(80);
    let texts = ["0", "", "-1", "+1", "1.0", "1e6", "0x10", "01", "NaN", " 1", "١٢", "1_000", nines.as_str()];
    for value in texts.iter().map(|text| json!(text)).chain([json!(12_500_000), json!(1.5), json!(-1), json!(null), json!(["1"])]) {
        let body = app.unsigned("r-1", |terms| terms["amountAtomic"] = value.clone());
        let refused = app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "invalid_amount");
        assert_eq!(refused["field"], "terms.amountAtomic", "{value}");
    }
}

#[tokio::test]
async fn c08_addresses_that_would_lose_the_money_are_refused() {
    let app = TestApp::new().await;
    let (router, token) = (app.chain().router.to_string(), app.seeded.asset.token_address().to_string());
    let zero = Address::ZERO.to_string();
    let bad = ["0x70997970C51812dc3A010C7d01b50e0d17dc79c8", "seller.eth", "0x1", zero.as_str(), router.as_str(), token.as_str()];
    for address in bad {
        for field in ["payeeAddress", "evaluator"] {
            let body = app.unsigned("r-1", |terms| terms[field] = json!(address));
            let refused = app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "invalid_address");
            assert_eq!(refused["field"], format!("terms.{field}"), "{address}");
        }
        let mut body = app.unsigned("r-1", |_| ());
        body["seller"] = json!({ "wallet": address });
        app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "invalid_address");
    }
}

#[tokio::test]
async fn parties_are_apart_and_nobody_judges_themselves() {
    let app = TestApp::new().await;
    let (buyer, seller) = (app.buyer.wallet.address().to_string(), app.seller.wallet.address().to_string());
    for (field, value) in [("payeeAddress", &buyer), ("evaluator", &buyer), ("evaluator", &seller)] {
        let body = app.unsigned("r-1", |terms| terms[field] = json!(value));
        app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "parties_refused");
    }
    let fee_recipient = app.chain().fee.recipient.to_string();
    let body = app.unsigned("r-1", |terms| terms["payeeAddress"] = json!(fee_recipient));
    app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "parties_refused");
    for (party, code) in [
        (json!({}), "invalid_field"),
        (json!({ "wallet": seller, "profileId": app.seller.profile.as_str() }), "invalid_field"),
        (json!({ "profileId": "prof_01ARZ3NDEKTSV4RRFFQ69G5FAV" }), "unknown_party"),
        (json!({ "profileId": "me" }), "unknown_party"),
    ] {
        let mut body = app.unsigned("r-1", |_| ());
        body["seller"] = party;
        app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, code);
    }
}

#[tokio::test]
async fn what_the_instance_does_not_settle_is_said_so() {
    let app = TestApp::new().await;
    let changes: [(&str, Value, &str); 7] = [
        ("asset", json!("eip155:1/slip44:60"), "asset_not_supported"),
        ("asset", json!("eip155:31337/slip44:60"), "asset_not_supported"),
        ("asset", json!("USDC"), "invalid_asset"),
        ("settlement", json!("escrow"), "terms_not_supported"),
        ("arbiter", json!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"), "terms_not_supported"),
        ("milestones", json!([{}]), "invalid_field"),
        ("paymentTiming", json!("later"), "invalid_field"),
    ];
    for (field, value, code) in changes {
        let body = app.unsigned("r-1", |terms| terms[field] = value.clone());
        app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, code);
    }
}

#[tokio::test]
async fn i04_fields_that_callers_may_not_set_are_refused() {
    let app = TestApp::new().await;
    for (pointer, field) in [("", "status"), ("", "fee"), ("/terms", "feeBps"), ("/terms", "livemode"), ("/buyer", "role"), ("/consent", "verified")] {
        let mut body = app.import_body("r-1");
        body.pointer_mut(pointer).unwrap()[field] = json!("x");
        app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "unknown_field");
    }
}

#[tokio::test]
async fn every_text_of_the_terms_has_a_length() {
    let app = TestApp::new().await;
    let long = |chars: usize| json!("x".repeat(chars));
    let too_much = [
        ("title", long(161)),
        ("title", json!("")),
        ("description", long(5_001)),
        ("deliverable", long(5_001)),
        ("acceptanceCriteria", json!(vec!["x"; 51])),
        ("acceptanceCriteria", json!([long(501)])),
        ("acceptanceCriteria", json!([""])),
    ];
    for (field, value) in too_much {
        let body = app.unsigned("r-1", |terms| terms[field] = value.clone());
        let refused = app.post(PATH).bearer(&app.buyer).json(body).send().await.problem(422, "invalid_field");
        assert_eq!(refused["field"], format!("terms.{field}"));
    }
    let most = app.signed("r-1", |terms| {
        terms["title"] = long(160);
        terms["description"] = long(5_000);
        terms["deliverable"] = long(5_000);
        terms["acceptanceCriteria"] = json!(vec!["x".repeat(500); 50]);
    });
    app.post(PATH).bearer(&app.buyer).json(most).send().await.expect(201);
}

#[tokio::test]
async fn both_parties_may_be_new_here() {
    let app = TestApp::new().await;
    let (buyer, seller) = (key(81), key(82));
    let body = app.signed_by("r-1", &buyer, &seller, |terms| terms["payeeAddress"] = json!(seller.address().to_string()));
    let imported = app.post(PATH).bearer(&app.stranger).json(body.clone()).send().await.expect(201);
    let contract = &imported["contract"];
    for (side, wallet) in [("buyer", &buyer), ("seller", &seller)] {
        let profile = app.profile_of(wallet.address()).await.unwrap();
        assert_eq!((&contract[side]["id"], &contract[side]["wallet"]), (&json!(profile.as_str()), &json!(wallet.address().to_string())));
        // Its owner comes in with the same wallet, and finds the agreement.
        let session = app.post("/api/auth/siwe").json(app.sign_in_message(wallet).await).send().await.expect(200);
        let found = app.get("/api/agent/contracts").token(session["apiToken"].as_str().unwrap()).send().await.expect(200);
        assert_eq!((&found["contracts"][0]["id"], &found["contracts"][0]["actorRole"]), (&contract["id"], &json!(side)));
    }
    let again = app.post(PATH).bearer(&app.stranger).json(body).send().await.expect(200);
    assert_eq!(again["contract"]["id"], contract["id"]);
}

#[tokio::test]
async fn i06_text_is_kept_as_it_is_and_control_characters_are_refused() {
    let app = TestApp::new().await;
    let odd = "Robert'); DROP TABLE agreements;--\u{200d}<script>{{7*7}}\r\n%s";
    let answer = app.post(PATH).bearer(&app.buyer).json(app.signed("r-1", |terms| terms["title"] = json!(odd))).send().await.expect(201);
    assert_eq!(answer["contract"]["task"]["title"], odd);
    let nul = app.signed("r-2", |terms| terms["title"] = json!("a\u{0}b"));
    app.post(PATH).bearer(&app.buyer).json(nul).send().await.problem(422, "invalid_field");
    for reference in ["", " ", "a\nb", &"x".repeat(201)] {
        app.post(PATH).bearer(&app.buyer).json(app.import_body(reference)).send().await.problem(422, "invalid_field");
    }
}

#[tokio::test]
async fn a_closed_instance_lets_only_marketplaces_bring_somebody_in() {
    let app = TestApp::with(|config| config.open_sign_in = false).await;
    let new = key(83);
    let body = app.signed_by("r-1", &app.buyer.wallet, &new, |terms| terms["payeeAddress"] = json!(new.address().to_string()));
    let member = app.token_with(&app.buyer, &[Scope::CONTRACTS_WRITE]).await;
    let refused = app.post(PATH).token(&member).json(body.clone()).send().await.problem(403, "sign_in_closed");
    assert_eq!(refused["field"], "seller");
    assert_eq!(app.profile_of(new.address()).await, None);
    app.post("/api/auth/siwe").json(app.sign_in_message(&new).await).send().await.problem(403, "sign_in_closed");
    app.post(PATH).token(&member).json(app.import_body("among members")).send().await.expect(201);
    let marketplace = app.token_with(&app.marketplace, &[Scope::CONTRACTS_IMPORT]).await;
    app.post(PATH).token(&marketplace).json(body).send().await.expect(201);
    app.post("/api/auth/siwe").json(app.sign_in_message(&new).await).send().await.expect(200);
}

#[tokio::test]
async fn a_profile_imports_so_many_a_day_and_a_marketplace_as_many_as_it_likes() {
    let app = TestApp::with(|config| config.limits.imports_per_day = 2).await;
    let member = app.token_with(&app.buyer, &[Scope::CONTRACTS_WRITE]).await;
    let import = async |reference: &str| app.post(PATH).token(&member).json(app.import_body(reference)).send().await;
    import("r-1").await.expect(201);
    app.clock.advance_s(600);
    import("r-2").await.expect(201);
    let refused = import("r-3").await.problem(429, "rate_limited");
    assert_eq!((&refused["limit"], &refused["retryAfterSeconds"]), (&json!("imports"), &json!(86_400 - 600)));
    import("r-2").await.expect(200);
    let other = app.token_with(&app.seller, &[Scope::CONTRACTS_WRITE]).await;
    app.post(PATH).token(&other).json(app.import_body("r-4")).send().await.expect(201);
    let marketplace = app.token_with(&app.buyer, &[Scope::CONTRACTS_IMPORT]).await;
    app.post(PATH).token(&marketplace).json(app.import_body("r-5")).send().await.expect(201);
    app.clock.advance_s(86_400 - 600 - 1);
    import("r-3").await.problem(429, "rate_limited");
    app.clock.advance_s(601);
    import("r-3").await.expect(201);
}

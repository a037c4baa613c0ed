use alloy_primitives::Address;
use futures::future::join_all;
use serde_json::{Value, json};
use settlement::agreement::{AgreementRecord, Party};
use settlement::ids::AgreementId;
use settlement::terms::Terms;
use store::Engine;

use crate::testing::{Actor, Answer, TestApp, terms};
use crate::view::dispute::{DisputeBody, DisputesBody};
use crate::view::documented::assert_documented;

/// A world in which the agreement is paid, with its disputes.
struct Disputes {
    app: TestApp,
    path: String,
}

impl Disputes {
    async fn paid_on(engine: Engine) -> Self {
        let app = TestApp::on(engine).await;
        let request = app.request().await;
        app.pay(&request).await;
        let path = format!("/api/agent/contracts/{}/disputes", app.seeded.agreement);
        Self { app, path }
    }

    async fn paid() -> Self {
        Self::paid_on(Engine::Sqlite).await
    }

    async fn open(&self, actor: &Actor) -> Answer {
        self.app.post(&self.path).bearer(actor).json(json!({ "reason": "chapter three is missing" })).send().await
    }

    /// Opened by the buyer; returns its id.
    async fn opened(&self) -> String {
        self.open(&self.app.buyer).await.expect(201)["dispute"]["id"].as_str().unwrap().to_owned()
    }

    async fn act(&self, actor: &Actor, id: &str, operation: &str, body: Value) -> Answer {
        self.app.post(&format!("{}/{id}/{operation}", self.path)).bearer(actor).json(body).send().await
    }

    async fn show(&self, actor: &Actor, id: &str) -> Value {
        self.app.get(&format!("{}/{id}", self.path)).bearer(actor).send().await.expect(200)["dispute"].clone()
    }
}

#[tokio::test]
async fn both_sides_speak_and_it_ends_as_both_have_said() {
    let d = Disputes::paid().await;
    let opened = d.open(&d.app.buyer).await.expect(201);
    assert_documented::<DisputeBody>(opened.json());
    assert_eq!((&opened["dispute"]["status"], &opened["dispute"]["openedBy"], &opened["dispute"]["version"]), (&json!("open"), &json!("buyer"), &json!(1)));
    let id = opened["dispute"]["id"].as_str().unwrap().to_owned();
    let answer = json!({ "statement": "it is in the second file", "evidenceUrl": "https://files.example/2", "expectedVersion": 1 });
    let answered = d.act(&d.app.seller, &id, "respond", answer).await.expect(200);
    assert_eq!(answered["dispute"]["answer"]["statement"], "it is in the second file");
    let refund = |version: u32| json!({ "outcome": "refund", "refundAmountAtomic": "2500000", "note": "half of a chapter", "expectedVersion": version });
    let proposed = d.act(&d.app.buyer, &id, "resolve", refund(2)).await.expect(200);
    assert_eq!((&proposed["dispute"]["status"], &proposed["dispute"]["resolution"]["proposedBy"]), (&json!("proposed"), &json!("buyer")));
    let mut agrees = refund(3);
    agrees["note"] = json!("so be it");
    let resolved = d.act(&d.app.seller, &id, "resolve", agrees).await.expect(200);
    assert_documented::<DisputeBody>(resolved.json());
    let resolution = &resolved["dispute"]["resolution"];
    assert_eq!(
        (&resolved["dispute"]["status"], &resolution["refundAmountAtomic"], &resolution["outcome"]),
        (&json!("resolved"), &json!("2500000"), &json!("refund"))
    );
    assert_eq!((&resolution["note"], &resolution["agreedNote"]), (&json!("half of a chapter"), &json!("so be it")));
    for kind in ["dispute.opened", "dispute.answered", "dispute.proposed", "dispute.resolved"] {
        let told = d.app.notices(kind).await;
        assert_eq!((told.len(), told[0].notice.readers.len()), (1, 4), "{kind}");
    }
    let list = d.app.get(&d.path).bearer(&d.app.seller).send().await.expect(200);
    assert_documented::<DisputesBody>(list.json());
    assert_eq!((list["disputes"].as_array().unwrap().len(), &list["nextCursor"]), (1, &json!(null)));
}

#[tokio::test]
async fn the_other_outcome_is_another_proposal() {
    let d = Disputes::paid().await;
    let id = d.opened().await;
    d.act(&d.app.buyer, &id, "resolve", json!({ "outcome": "refund", "refundAmountAtomic": "12500000", "expectedVersion": 1 })).await.expect(200);
    let countered = d.act(&d.app.seller, &id, "resolve", json!({ "outcome": "no_refund", "expectedVersion": 2 })).await.expect(200);
    assert_eq!((&countered["dispute"]["status"], &countered["dispute"]["resolution"]["proposedBy"]), (&json!("proposed"), &json!("seller")));
    let agreed = d.act(&d.app.buyer, &id, "resolve", json!({ "outcome": "no_refund", "expectedVersion": 3 })).await.expect(200);
    assert_eq!(agreed["dispute"]["status"], "resolved");
}

#[tokio::test]
async fn what_goes_back_already_cannot_be_agreed_on_again() {
    let d = Disputes::paid().await;
    let (promised, asked) = (d.app.refund("10000000").await, d.app.refund("500000").await);
    d.app.respond(&promised, &d.app.seller, "approve").await.expect(200);
    let id = d.opened().await;
    let refund = |amount: &str, version: u32| json!({ "outcome": "refund", "refundAmountAtomic": amount, "expectedVersion": version });
    let refused = d.act(&d.app.seller, &id, "resolve", refund("2500001", 1)).await.problem(422, "invalid_field");
    assert_eq!(refused["field"], "refundAmountAtomic");
    assert!(refused["detail"].as_str().unwrap().contains("2500001 is more than the 2500000 that"), "{refused:?}");
    // What the buyer only asks for is what they are at odds about.
    d.act(&d.app.seller, &id, "resolve", refund("2500000", 1)).await.expect(200);
    d.app.respond(&asked, &d.app.seller, "approve").await.expect(200);
    d.act(&d.app.buyer, &id, "resolve", refund("2500000", 2)).await.problem(422, "invalid_field");
    d.act(&d.app.buyer, &id, "resolve", refund("2000000", 2)).await.expect(200);
    let agreed = d.act(&d.app.seller, &id, "resolve", refund("2000000", 3)).await.expect(200);
    assert_eq!(agreed["dispute"]["status"], "resolved");
    // And the refund request that it points to is one that can be made.
    let seen = d.show(&d.app.buyer, &id).await;
    let action = seen["availableActions"].as_array().unwrap().iter().find(|action| action["action"] == "request_refund").unwrap().clone();
    let invocation = &action["invocation"];
    d.app.post(invocation["endpoint"].as_str().unwrap()).bearer(&d.app.buyer).json(invocation["bodyTemplate"].clone()).send().await.expect(201);
}

#[tokio::test]
async fn to_say_the_same_again_tells_nobody_and_changes_nothing() {
    let d = Disputes::paid().await;
    let id = d.opened().await;
    let body = |version: u32| json!({ "outcome": "no_refund", "note": "all was delivered", "expectedVersion": version });
    d.act(&d.app.seller, &id, "resolve", body(1)).await.expect(200);
    let again = d.act(&d.app.seller, &id, "resolve", body(2)).await.expect(200);
    assert_eq!((&again["dispute"]["version"], &again["dispute"]["status"]), (&json!(2), &json!("proposed")));
    assert_eq!(d.app.notices("dispute.proposed").await.len(), 1);
}

#[tokio::test]
async fn g12_what_has_ended_is_not_ended_again_and_says_so() {
    let d = Disputes::paid().await;
    let id = d.opened().await;
    d.act(&d.app.buyer, &id, "withdraw", json!({ "expectedVersion": 1 })).await.expect(200);
    for (actor, operation, body) in [
        (&d.app.buyer, "withdraw", json!({ "expectedVersion": 2 })),
        (&d.app.seller, "resolve", json!({ "outcome": "no_refund", "expectedVersion": 2 })),
        (&d.app.seller, "respond", json!({ "statement": "it is in the second file", "expectedVersion": 2 })),
    ] {
        let refused = d.act(actor, &id, operation, body).await.problem(409, "not_allowed");
        assert_eq!((&refused["currentStatus"], &refused["currentVersion"], &refused["disputeId"]), (&json!("withdrawn"), &json!(2), &json!(id)));
    }
    // And then there may be another.
    d.open(&d.app.seller).await.expect(201);
}

#[tokio::test]
async fn e11_what_was_seen_too_long_ago_is_refused_with_the_present_version() {
    let d = Disputes::paid().await;
    let id = d.opened().await;
    d.act(&d.app.seller, &id, "respond", json!({ "statement": "it is in the second file", "expectedVersion": 1 })).await.expect(200);
    let stale = d.act(&d.app.buyer, &id, "withdraw", json!({ "expectedVersion": 1 })).await.problem(409, "stale");
    assert_eq!((&stale["currentVersion"], &stale["currentStatus"]), (&json!(2), &json!("open")));
}

#[tokio::test]
async fn a_dispute_needs_a_verified_payment_and_there_is_one_at_a_time() {
    let app = TestApp::new().await;
    let path = format!("/api/agent/contracts/{}/disputes", app.seeded.agreement);
    let body = json!({ "reason": "chapter three is missing" });
    app.post(&path).bearer(&app.buyer).json(body.clone()).send().await.problem(409, "not_allowed");
    let request = app.request().await;
    app.see(&request).await;
    app.post(&path).bearer(&app.buyer).json(body.clone()).send().await.problem(409, "not_allowed");
    app.finalise(&request).await;
    let opened = app.post(&path).bearer(&app.buyer).json(body.clone()).send().await.expect(201);
    let second = app.post(&path).bearer(&app.seller).json(body).send().await.problem(409, "not_allowed");
    assert_eq!(second["disputeId"], opened["dispute"]["id"]);
}

#[tokio::test]
async fn an_agreement_has_so_many_disputes_and_no_more() {
    let d = Disputes::paid().await;
    for _ in 0..settlement::dispute::MAX_DISPUTES {
        let id = d.opened().await;
        d.act(&d.app.buyer, &id, "withdraw", json!({ "expectedVersion": 1 })).await.expect(200);
    }
    d.open(&d.app.buyer).await.problem(409, "limit_reached");
}

#[tokio::test]
async fn who_is_no_party_to_it_says_nothing_in_it() {
    let d = Disputes::paid().await;
    let id = d.opened().await;
    d.act(&d.app.buyer, &id, "respond", json!({ "statement": "I answer myself", "expectedVersion": 1 })).await.problem(409, "not_allowed");
    d.act(&d.app.seller, &id, "withdraw", json!({ "expectedVersion": 1 })).await.problem(409, "not_allowed");
    for (operation, body) in [("withdraw", json!({ "expectedVersion": 1 })), ("resolve", json!({ "outcome": "no_refund", "expectedVersion": 1 }))] {
        d.act(&d.app.stranger, &id, operation, body).await.problem(404, "not_found");
    }
    d.app.get(&format!("{}/{id}", d.path)).bearer(&d.app.stranger).send().await.problem(404, "not_found");
    assert_eq!(d.show(&d.app.seller, &id).await["version"], 1);
}

#[tokio::test]
async fn i04_texts_links_and_amounts_have_their_limits() {
    let d = Disputes::paid().await;
    for reason in ["short", &"x".repeat(5_001), "a\u{0}bbbbbbbbbbb"] {
        d.app.post(&d.path).bearer(&d.app.buyer).json(json!({ "reason": reason })).send().await.problem(422, "invalid_field");
    }
    let link = json!({ "reason": "chapter three is missing", "evidenceUrl": "javascript:alert(1)" });
    assert_eq!(d.app.post(&d.path).bearer(&d.app.buyer).json(link).send().await.problem(422, "invalid_field")["field"], "evidenceUrl");
    let id = d.opened().await;
    for (body, code) in [
        (json!({ "outcome": "refund", "expectedVersion": 1 }), "invalid_field"),
        (json!({ "outcome": "refund", "refundAmountAtomic": "0", "expectedVersion": 1 }), "invalid_field"),
        (json!({ "outcome": "refund", "refundAmountAtomic": "12500001", "expectedVersion": 1 }), "invalid_field"),
        (json!({ "outcome": "refund", "refundAmountAtomic": "1.5", "expectedVersion": 1 }), "invalid_amount"),
        (json!({ "outcome": "no_refund", "refundAmountAtomic": "1", "expectedVersion": 1 }), "invalid_field"),
        (json!({ "outcome": "no_refund", "note": "", "expectedVersion": 1 }), "invalid_field"),
        (json!({ "outcome": "no_refund" }), "invalid_field"),
    ] {
        d.act(&d.app.seller, &id, "resolve", body).await.problem(422, code);
    }
    d.act(&d.app.seller, &id, "resolve", json!({ "outcome": "refund", "refundAmountAtomic": "12500000", "expectedVersion": 1 })).await.expect(200);
}

#[tokio::test]
async fn while_the_buyer_disputes_it_does_not_accept() {
    let d = Disputes::paid().await;
    d.app.submit_work().await;
    let accept = || async {
        let path = format!("/api/agent/contracts/{}/decision", d.app.seeded.agreement);
        d.app.post(&path).bearer(&d.app.buyer).json(json!({ "action": "accept" })).send().await
    };
    let id = d.opened().await;
    accept().await.problem(409, "not_allowed");
    d.act(&d.app.buyer, &id, "withdraw", json!({ "expectedVersion": 1 })).await.expect(200);
    // The seller's own dispute keeps nobody from accepting its work.
    d.open(&d.app.seller).await.expect(201);
    accept().await.expect(200);
}

#[tokio::test]
async fn the_evaluator_says_what_it_would_do_and_ends_nothing() {
    let app = TestApp::new().await;
    let seeded = app.store.agreement(&app.seeded.agreement).await.unwrap().unwrap();
    let mut document = terms(app.seeded.asset, app.seller.wallet.address());
    document["evaluator"] = json!(app.stranger.wallet.address().to_string());
    let party = |actor: &Actor| Party { profile: actor.profile.clone(), wallet: actor.wallet.address() };
    let id = AgreementId::new(settlement::IdSource::ulid(app.ids.as_ref()));
    let record = AgreementRecord {
        id: id.clone(),
        external_ref: "judged".to_owned(),
        buyer: party(&app.buyer),
        seller: party(&app.seller),
        terms: Terms::parse(&document).unwrap(),
        ..seeded
    };
    assert_ne!(record.terms.evaluator, Some(Address::ZERO));
    let mut tx = app.store.begin().await.unwrap();
    tx.insert_agreement(&record).await.unwrap();
    tx.commit().await.unwrap();
    let contract = format!("/api/agent/contracts/{id}");
    let request = app.post(&format!("{contract}/crypto-payment-requests")).bearer(&app.buyer).json(app.wanted()).send().await.expect(201);
    app.pay(request["paymentRequest"]["id"].as_str().unwrap()).await;
    let opened = app.post(&format!("{contract}/disputes")).bearer(&app.buyer).json(json!({ "reason": "chapter three is missing" })).send().await.expect(201);
    let path = format!("{contract}/disputes/{}", opened["dispute"]["id"].as_str().unwrap());
    let seen = app.get(&path).bearer(&app.stranger).send().await.expect(200);
    assert_eq!((&seen["dispute"]["actorRole"], &seen["dispute"]["recommendedAction"]["code"]), (&json!("evaluator"), &json!("recommend_resolution")));
    let body = json!({ "outcome": "refund", "refundAmountAtomic": "12500000", "note": "nothing was delivered", "expectedVersion": 1 });
    let said = app.post(&format!("{path}/resolve")).bearer(&app.stranger).json(body).send().await.expect(200);
    assert_documented::<DisputeBody>(said.json());
    assert_eq!((&said["dispute"]["status"], &said["dispute"]["recommendation"]["refundAmountAtomic"]), (&json!("open"), &json!("12500000")));
    app.post(&format!("{path}/withdraw")).bearer(&app.stranger).json(json!({ "expectedVersion": 2 })).send().await.problem(403, "role_required");
    assert_eq!(app.notices("dispute.recommended").await.len(), 1);
}

/// Twenty at once: one opens it.
async fn one_of_many_opens_it(engine: Engine) {
    let d = Disputes::paid_on(engine).await;
    let answers = join_all((0..20).map(|n| d.open(if n % 2 == 1 { &d.app.buyer } else { &d.app.seller }))).await;
    let (opened, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((opened.len(), refused.len()), (1, 19));
    for answer in refused {
        let refused = answer.problem(409, "not_allowed");
        assert_eq!(refused["disputeId"], opened[0]["dispute"]["id"]);
    }
    assert_eq!(d.app.notices("dispute.opened").await.len(), 1);
}

/// Both agree, both withdraw, both answer, all at once: each version is followed by one.
async fn g12_of_many_ends_at_once_one_counts(engine: Engine) {
    let d = Disputes::paid_on(engine).await;
    let id = d.opened().await;
    d.act(&d.app.buyer, &id, "resolve", json!({ "outcome": "no_refund", "expectedVersion": 1 })).await.expect(200);
    let step = |n: usize| {
        let (actor, operation, body) = match n % 4 {
            0 => (&d.app.seller, "resolve", json!({ "outcome": "no_refund", "expectedVersion": 2 })),
            1 => (&d.app.buyer, "withdraw", json!({ "expectedVersion": 2 })),
            2 => (&d.app.seller, "respond", json!({ "statement": "it is in the second file", "expectedVersion": 2 })),
            _ => (&d.app.seller, "resolve", json!({ "outcome": "refund", "refundAmountAtomic": "1", "expectedVersion": 2 })),
        };
        d.act(actor, &id, operation, body)
    };
    let answers = join_all((0..20).map(step)).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), refused.len()), (1, 19));
    for answer in refused {
        assert_eq!(answer.problem(409, "stale")["currentVersion"], 3);
    }
    assert_eq!(d.show(&d.app.buyer, &id).await["version"], 3);
}

macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(store::Engine::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(store::Engine::Postgres).await;
            })+
        }
    };
}

on_both_engines!(one_of_many_opens_it, g12_of_many_ends_at_once_one_counts);

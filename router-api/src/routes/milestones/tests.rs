//! Plans, deliveries and payments by milestones, as two parties make them.

use axum::http::Method;
use serde_json::{Value, json};
use store::Engine;

use crate::testing::{Actor, Answer, Call, Divided, TestApp};
use crate::view::agreement::ContractBody;
use crate::view::documented::assert_documented;
use crate::view::milestone::{MilestoneBody, MilestonesBody};
use crate::view::payment_options::PaymentOptionsView;

/// Stamps each behaviour for both engines.
macro_rules! on_both_engines {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(store::Engine::Sqlite).await; })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(store::Engine::Postgres).await; })+
        }
    };
}

on_both_engines! {
    a15_of_creates_that_are_too_much_together_one_is_done,
    e12_a_milestone_is_taken_up_or_taken_out_never_both,
    e12_a_milestone_is_accepted_or_the_agreement_is_cancelled_never_both,
    e12_a_delivery_is_decided_or_the_agreement_is_cancelled_never_both,
    e12_a_plan_is_confirmed_as_it_stands_or_changed_never_both,
    milestones_are_paid_side_by_side_and_roll_up,
}

async fn contract(app: &TestApp, divided: &Divided, actor: &Actor) -> Value {
    app.get(&format!("/api/agent/contracts/{}", divided.agreement)).bearer(actor).send().await.expect(200)["contract"].clone()
}

/// Sends both at once, to two processes of the instance where there can be two.
async fn race(first: Call, second: Call) -> (Answer, Answer) {
    let (first, second) = (tokio::spawn(first.send()), tokio::spawn(second.send()));
    (first.await.unwrap(), second.await.unwrap())
}

#[track_caller]
fn one_of(first: &Answer, second: &Answer) {
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", first.text(), second.text());
}

async fn a15_of_creates_that_are_too_much_together_one_is_done(engine: Engine) {
    let app = TestApp::on(engine).await;
    let other = app.second_node().await;
    let divided = Divided { agreement: app.import("raced").await, milestones: vec![] };
    let create = |n: usize| {
        let body = json!({ "title": "More than half", "amountAtomic": "6250001" });
        let call = app.post(&divided.path()).bearer(if n.is_multiple_of(2) { &app.buyer } else { &app.seller }).json(body);
        tokio::spawn(if n.is_multiple_of(2) { call } else { call.at(&other) }.send())
    };
    let mut done = 0;
    for answer in (0..8).map(create).collect::<Vec<_>>() {
        let answer = answer.await.unwrap();
        if answer.status == 201 {
            done += 1;
            continue;
        }
        let refused = answer.problem(409, "exceeds_agreed_amount");
        assert_eq!((&refused["unplannedAmountAtomic"], &refused["field"]), (&json!("6249999"), &json!("amountAtomic")));
    }
    let plan = app.plan(&divided, &app.buyer).await;
    assert_eq!((done, plan["milestones"].as_array().unwrap().len(), &plan["plan"]["unplannedAmountAtomic"]), (1, 1, &json!("6249999")));
}

async fn e12_a_milestone_is_taken_up_or_taken_out_never_both(engine: Engine) {
    let app = TestApp::on(engine).await;
    let other = app.second_node().await;
    let divided = app.planned(&app.seller, "2500000").await;
    let change = async |action: &str| app.on_milestone(&divided, 0, (Method::PATCH, ""), json!({ "action": action })).await;
    let (activate, cancel) = (change("activate").await.bearer(&app.buyer), change("cancel").await.bearer(&app.seller).at(&other));
    let (activated, cancelled) = race(activate, cancel).await;
    one_of(&activated, &cancelled);
    let (won, lost) = if activated.status == 200 { ("active", cancelled) } else { ("cancelled", activated) };
    let stale = lost.problem(409, "stale");
    assert_eq!((&stale["currentVersion"], &stale["currentStatus"]), (&json!(2), &json!(won)));
    assert_eq!(app.milestone(&divided, 0).await["status"], won);
}

async fn e12_a_milestone_is_accepted_or_the_agreement_is_cancelled_never_both(engine: Engine) {
    let app = TestApp::on(engine).await;
    let other = app.second_node().await;
    let divided = app.divided().await;
    app.submit_milestone(&divided, 0).await.expect(200);
    let accept = app.on_milestone(&divided, 0, (Method::POST, "/decision"), json!({ "action": "accept" })).await.bearer(&app.buyer);
    let cancel = cancel(&app, &divided).await.at(&other);
    let (accepted, cancelled) = race(accept, cancel).await;
    one_of(&accepted, &cancelled);
    let (lost, status) = if accepted.status == 200 { (cancelled, "in_progress") } else { (accepted, "cancelled") };
    lost.problem(409, "not_allowed");
    assert_eq!(contract(&app, &divided, &app.buyer).await["status"], status);
}

async fn cancel(app: &TestApp, divided: &Divided) -> Call {
    let seen = contract(app, divided, &app.seller).await["updatedAt"].clone();
    let body = json!({ "reason": "no longer possible", "expectedUpdatedAt": seen });
    app.post(&format!("/api/agent/contracts/{}/cancel", divided.agreement)).bearer(&app.seller).json(body)
}

async fn e12_a_delivery_is_decided_or_the_agreement_is_cancelled_never_both(engine: Engine) {
    let app = TestApp::on(engine).await;
    let other = app.second_node().await;
    app.submit_work().await;
    let whole = Divided { agreement: app.seeded.agreement.to_string(), milestones: vec![] };
    let body = json!({ "action": "reject", "reason": "chapter three is missing" });
    let reject = app.post(&format!("/api/agent/contracts/{}/decision", whole.agreement)).bearer(&app.buyer).json(body);
    let (rejected, cancelled) = race(reject, cancel(&app, &whole).await.at(&other)).await;
    // The rejection may come first and change `updatedAt`, or find the agreement ended.
    one_of(&rejected, &cancelled);
    let expected = if rejected.status == 200 { "rejected" } else { "cancelled" };
    assert_eq!(app.contract().await["status"], expected);

    // Accepting needs the payment, and what is paid cannot be called off: of the two, accepting always wins.
    let whole = Divided { agreement: app.import("accepted").await, milestones: vec![] };
    let path = format!("/api/agent/contracts/{}", whole.agreement);
    app.post(&format!("{path}/submissions")).bearer(&app.seller).json(json!({ "notes": "done" })).send().await.expect(201);
    let asked = app.post(&format!("{path}/crypto-payment-requests")).bearer(&app.buyer).json(app.wanted()).send().await.expect(201);
    app.pay(asked["paymentRequest"]["id"].as_str().unwrap()).await;
    let accept = app.post(&format!("{path}/decision")).bearer(&app.buyer).json(json!({ "action": "accept" }));
    let (accepted, cancelled) = race(accept, cancel(&app, &whole).await.at(&other)).await;
    assert_eq!((accepted.status.as_u16(), cancelled.status.as_u16()), (200, 409), "{} {}", accepted.text(), cancelled.text());
}

async fn e12_a_plan_is_confirmed_as_it_stands_or_changed_never_both(engine: Engine) {
    let app = TestApp::on(engine).await;
    let other = app.second_node().await;
    let divided = app.planned(&app.buyer, "12500000").await;
    let confirm = app.post(&format!("{}/confirm", divided.path())).bearer(&app.seller).json(json!({ "expectedPlanVersion": 1 }));
    let update = app.on_milestone(&divided, 0, (Method::PATCH, ""), json!({ "action": "update", "title": "Less work" })).await;
    let (confirmed, updated) = race(confirm, update.bearer(&app.buyer).at(&other)).await;
    updated.expect(200);
    let plan = app.plan(&divided, &app.buyer).await["plan"].clone();
    assert_eq!(plan["version"], 2);
    if confirmed.status == 200 {
        assert_eq!(plan["sellerConfirmedVersion"], 1, "the version that was confirmed is not the one that stands");
    } else {
        assert_eq!(confirmed.problem(409, "stale")["currentPlanVersion"], 2);
    }
    let early = app.post(&format!("{}/finalize", divided.path())).bearer(&app.buyer).json(json!({ "expectedPlanVersion": 2 })).send().await;
    early.problem(409, "not_allowed");
}

async fn milestones_are_paid_side_by_side_and_roll_up(engine: Engine) {
    let app = TestApp::on(engine).await;
    let divided = app.divided().await;
    for n in 0..2 {
        app.submit_milestone(&divided, n).await.expect(200);
        app.accept_milestone(&divided, n).await.expect(200);
    }
    let submit = |body: Value| app.post(&format!("/api/agent/contracts/{}/submissions", divided.agreement)).bearer(&app.seller).json(body).send();
    submit(json!({ "notes": "That was all" })).await.expect(201);
    let accept = || app.post(&format!("/api/agent/contracts/{}/decision", divided.agreement)).bearer(&app.buyer).json(json!({ "action": "accept" })).send();
    // Two live requests at once, one per milestone, each under a nonce of its own.
    let asked = [app.ask_for_milestone(&divided, 0).await.expect(201), app.ask_for_milestone(&divided, 1).await.expect(201)];
    let id = |n: usize| asked[n]["paymentRequest"]["id"].as_str().unwrap().to_owned();
    let amounts = asked.each_ref().map(|answer| answer["paymentRequest"]["sellerAmountAtomic"].clone());
    assert_eq!(amounts, ["2500000", "10000000"]);
    assert_eq!(app.ask_for_milestone(&divided, 0).await.expect(200)["paymentRequest"]["id"], id(0), "the live one is the answer");
    let nonces = [app.stored(&id(0)).await.unit.nonce, app.stored(&id(1)).await.unit.nonce];
    assert_ne!(nonces[0], nonces[1]);
    app.pay(&id(0)).await;
    let refused = accept().await.problem(409, "not_allowed");
    assert!(refused["detail"].as_str().unwrap().contains("each milestone"), "{refused:#}");
    let seen = contract(&app, &divided, &app.buyer).await;
    assert_eq!(
        (&seen["milestonePlan"]["paid"], &seen["milestonePlan"]["paymentDue"], &seen["paymentState"]["basis"]),
        (&json!(1), &json!(1), &json!("milestone_rollup"))
    );
    let paid = app.ask_for_milestone(&divided, 0).await.problem(409, "already_verified");
    assert_eq!(paid["receiptId"], format!("rcpt_{}", id(0)));
    app.pay(&id(1)).await;
    let accepted = accept().await.expect(200);
    assert_eq!((&accepted["contract"]["status"], &accepted["contract"]["paymentState"]["paidInFull"]), (&json!("accepted"), &json!(true)));
}

#[tokio::test]
async fn a_plan_is_made_by_both_and_then_stands() {
    let app = TestApp::new().await;
    let mut divided = app.planned(&app.seller, "2500000").await;
    let proposed = app.milestone(&divided, 0).await;
    assert_eq!((&proposed["status"], &proposed["recommendedAction"]["code"]), (&json!("proposed"), &json!("review_milestone")));
    let patch = async |body: Value, actor: &Actor| app.on_milestone(&divided, 0, (Method::PATCH, ""), body).await.bearer(actor).send().await;
    patch(json!({ "action": "activate" }), &app.seller).await.problem(403, "role_required");
    let updated = patch(json!({ "action": "update", "amountAtomic": "3000000", "description": "More" }), &app.seller).await.expect(200);
    assert_documented::<MilestoneBody>(updated.json());
    assert_eq!((&updated["milestone"]["version"], &updated["milestone"]["title"]), (&json!(2), &json!("One more part")));
    let active = patch(json!({ "action": "activate" }), &app.buyer).await.expect(200);
    assert_eq!((&active["milestone"]["status"], &active["plan"]["version"]), (&json!("active"), &json!(3)));
    patch(json!({ "action": "update", "title": "Easier" }), &app.seller).await.problem(409, "not_allowed");
    patch(json!({ "action": "update", "description": "" }), &app.buyer).await.expect(200);
    assert_eq!(app.milestone(&divided, 0).await["description"], json!(null));

    let confirm = async |actor: &Actor, version: u64| {
        app.post(&format!("{}/confirm", divided.path())).bearer(actor).json(json!({ "expectedPlanVersion": version })).send().await
    };
    confirm(&app.buyer, 4).await.problem(409, "not_allowed");
    let rest = app.add_milestone(&divided, &app.buyer, "9500000").await.expect(201);
    assert_eq!((&rest["milestone"]["status"], &rest["plan"]["unplannedAmountAtomic"]), (&json!("active"), &json!("0")));
    assert_eq!(confirm(&app.buyer, 4).await.problem(409, "stale")["currentPlanVersion"], 5);
    assert_documented::<MilestonesBody>(confirm(&app.buyer, 5).await.expect(200).json());
    confirm(&app.buyer, 5).await.problem(409, "not_allowed");
    let finalize = async |actor: &Actor| app.post(&format!("{}/finalize", divided.path())).bearer(actor).json(json!({ "expectedPlanVersion": 5 })).send().await;
    finalize(&app.buyer).await.problem(409, "not_allowed");
    confirm(&app.seller, 5).await.expect(200);
    finalize(&app.seller).await.problem(403, "role_required");
    let done = finalize(&app.buyer).await.expect(200);
    assert_eq!((&done["plan"]["status"], &done["plan"]["version"]), (&json!("final"), &json!(5)));
    divided.milestones.push(rest["milestone"]["id"].as_str().unwrap().to_owned());
    for actor in [&app.buyer, &app.seller] {
        app.add_milestone(&divided, actor, "1").await.problem(409, "not_allowed");
        for action in ["update", "activate", "cancel"] {
            let call = app.on_milestone(&divided, 1, (Method::PATCH, ""), json!({ "action": action })).await;
            let refused = call.bearer(actor).send().await;
            assert!([403, 409].contains(&refused.status.as_u16()), "{action}: {}", refused.text());
        }
    }
    let told = ["created", "updated", "activated", "plan_confirmed", "plan_finalized"];
    let mut counts = Vec::new();
    for verb in told {
        counts.push(app.notices(&format!("milestone.{verb}")).await.len());
    }
    assert_eq!(counts, [2, 2, 1, 2, 1]);
}

#[tokio::test]
async fn work_begins_when_the_plan_is_final_and_is_paid_when_it_is_accepted() {
    let app = TestApp::new().await;
    let divided = app.planned(&app.buyer, "12500000").await;
    app.submit_milestone(&divided, 0).await.problem(409, "not_allowed");
    app.ask_for_milestone(&divided, 0).await.problem(409, "payment_not_due");
    app.finalize(&divided).await.expect(200);
    app.ask_for_milestone(&divided, 0).await.problem(409, "payment_not_due");
    let submitted = app.submit_milestone(&divided, 0).await.expect(200);
    assert_eq!((&submitted["milestone"]["status"], &submitted["milestone"]["currentDelivery"]["revision"]), (&json!("submitted"), &json!(1)));
    let decide = async |body: Value, actor: &Actor| app.on_milestone(&divided, 0, (Method::POST, "/decision"), body).await.bearer(actor).send().await;
    decide(json!({ "action": "accept" }), &app.seller).await.problem(403, "role_required");
    decide(json!({ "action": "reject" }), &app.buyer).await.problem(422, "invalid_field");
    let rejected = decide(json!({ "action": "reject", "reason": "chapter three is missing" }), &app.buyer).await.expect(200);
    assert_eq!((&rejected["milestone"]["status"], &rejected["milestone"]["statusReason"]), (&json!("rejected"), &json!("chapter three is missing")));
    let again = app.submit_milestone(&divided, 0).await.expect(200);
    assert_eq!(again["milestone"]["currentDelivery"]["revision"], 2);
    let accepted = app.accept_milestone(&divided, 0).await.expect(200);
    assert_eq!(
        (&accepted["milestone"]["paymentStatus"], &accepted["milestone"]["recommendedAction"]["code"]),
        (&json!("payment_due"), &json!("create_payment_request"))
    );
    assert_documented::<MilestoneBody>(accepted.json());
    assert_documented::<ContractBody>(&json!({ "contract": contract(&app, &divided, &app.seller).await }));
    let asked = app.ask_for_milestone(&divided, 0).await.expect(201);
    let request = asked["paymentRequest"].clone();
    assert_eq!((&request["milestoneId"], &request["unit"]["kind"]), (&json!(divided.milestones[0]), &json!("milestone")));
    let snapshot: Value = serde_json::from_str(request["execution"]["snapshot"].as_str().unwrap()).unwrap();
    assert_eq!((&snapshot["unit"]["kind"], &snapshot["unit"]["milestoneId"]), (&json!("milestone"), &json!(divided.milestones[0])));
    assert_eq!(app.milestone(&divided, 0).await["paymentStatus"], "pending");
    app.pay(request["id"].as_str().unwrap()).await;
    let paid = app.milestone(&divided, 0).await;
    assert_eq!((&paid["paymentStatus"], &paid["paymentRequestId"]), (&json!("paid"), &request["id"]));
}

#[tokio::test]
async fn e11_what_was_seen_too_long_ago_is_refused_with_the_present_version() {
    let app = TestApp::new().await;
    let divided = app.divided().await;
    app.submit_milestone(&divided, 0).await.expect(200);
    let calls = [
        (Method::PATCH, "", json!({ "action": "cancel", "expectedVersion": 1 }), &app.buyer),
        (Method::POST, "/submit", json!({ "notes": "again", "expectedVersion": 1 }), &app.seller),
        (Method::POST, "/decision", json!({ "action": "accept", "expectedVersion": 1 }), &app.buyer),
        (Method::POST, "/decision", json!({ "action": "accept", "expectedVersion": 3 }), &app.buyer),
    ];
    for (method, operation, body, actor) in calls {
        let stale = app.call(method, &divided.path_of(0, operation)).bearer(actor).json(body).send().await.problem(409, "stale");
        assert_eq!((&stale["currentVersion"], &stale["currentStatus"]), (&json!(2), &json!("submitted")));
    }
    for operation in ["confirm", "finalize"] {
        let call = app.post(&format!("{}/{operation}", divided.path())).bearer(&app.buyer).json(json!({ "expectedPlanVersion": 9 }));
        assert_eq!(call.send().await.problem(409, "stale")["currentPlanVersion"], 1);
    }
}

#[tokio::test]
async fn a16_an_agreement_with_milestones_is_paid_by_milestones_only() {
    let app = TestApp::new().await;
    let divided = app.divided().await;
    let requests = format!("/api/agent/contracts/{}/crypto-payment-requests", divided.agreement);
    let ask = |body: Value| app.post(&requests).bearer(&app.buyer).json(body).send();
    let with = |extra: Value| {
        let mut body = app.wanted();
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    ask(app.wanted()).await.problem(409, "milestone_required");
    ask(with(json!({ "sellerAmount": "2500000" }))).await.problem(409, "milestone_required");
    let both = ask(with(json!({ "milestoneId": divided.milestones[0], "sellerAmount": "2500000" }))).await.problem(422, "invalid_field");
    assert_eq!(both["field"], "sellerAmount");
    for id in ["ms_01ARZ3NDEKTSV4RRFFQ69G5FAV", "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", ""] {
        assert_eq!(ask(with(json!({ "milestoneId": id }))).await.problem(422, "invalid_field")["field"], "milestoneId", "{id}");
    }
    // Also where payment is on delivery: waiting for one of the whole would lead nowhere.
    let late = app.signed("late", |terms| {
        terms["milestones"] = json!([{ "title": "All of it", "amountAtomic": "12500000" }]);
        terms["paymentTiming"] = json!("on_delivery");
    });
    let late = app.post("/api/agent/contracts/import").bearer(&app.buyer).json(late).send().await.expect(201)["contract"]["id"].clone();
    let path = format!("/api/agent/contracts/{}/crypto-payment-requests", late.as_str().unwrap());
    app.post(&path).bearer(&app.buyer).json(app.wanted()).send().await.problem(409, "milestone_required");
    // A milestone of somebody else's agreement is none of this one.
    let (_, theirs) = app.import_divided("another", &["12500000"]).await;
    ask(with(json!({ "milestoneId": theirs[0] }))).await.problem(422, "invalid_field");
    app.get(&divided.path()).bearer(&app.stranger).send().await.problem(404, "not_found");
    let elsewhere = format!("{}/{}/submit", divided.path(), theirs[0]);
    app.post(&elsewhere).bearer(&app.seller).json(json!({ "expectedVersion": 1, "notes": "x" })).send().await.problem(404, "not_found");
    // And the payment of one milestone unlocks nothing else.
    app.complete_milestone(&divided, 0).await;
    app.ask_for_milestone(&divided, 1).await.problem(409, "payment_not_due");
    assert_eq!(app.milestone(&divided, 1).await["paymentStatus"], "not_due");
    let submit = app.post(&format!("/api/agent/contracts/{}/submissions", divided.agreement)).bearer(&app.seller).json(json!({ "notes": "all" }));
    submit.send().await.problem(409, "not_allowed");
}

#[tokio::test]
async fn a16_a_plan_is_not_final_while_a_payload_for_the_whole_can_be_paid() {
    let app = TestApp::new().await;
    app.start_chain().await;
    let divided = Divided { agreement: app.seeded.agreement.to_string(), milestones: vec![] };
    let whole = app.request().await;
    let refused = app.add_milestone(&divided, &app.buyer, "12500000").await.problem(409, "not_allowed");
    assert!(refused["detail"].as_str().unwrap().contains("live"), "{refused:#}");
    app.cancel_request(&whole).await.expect(200);
    app.add_milestone(&divided, &app.buyer, "12500000").await.expect(201);
    let alive = app.finalize(&divided).await.problem(409, "overlapping_payload_alive");
    assert_eq!((&alive["paymentRequestId"], &alive["retryable"]), (&json!(whole), &json!(true)));
    assert_eq!(contract(&app, &divided, &app.buyer).await["suggestedAction"], "wait_for_expiry");
    app.clock.advance_s(3_601);
    app.blocks(3).await;
    let body = json!({ "expectedPlanVersion": 1 });
    app.post(&format!("{}/finalize", divided.path())).bearer(&app.buyer).json(body).send().await.expect(200);
}

#[tokio::test]
async fn a08_a_payload_for_the_whole_that_is_paid_all_the_same_overtakes_a_draft() {
    let app = TestApp::new().await;
    let divided = Divided { agreement: app.seeded.agreement.to_string(), milestones: vec![] };
    let mut part = app.wanted();
    part["sellerAmount"] = json!("2500000");
    let asked = app.create(part).await.expect(201);
    let id = asked["paymentRequest"]["id"].as_str().unwrap().to_owned();
    app.cancel_request(&id).await.expect(200);
    app.add_milestone(&divided, &app.buyer, "12500000").await.expect(201);
    app.pay(&id).await;
    app.finalize_refused(&divided).await;
    app.create(app.wanted()).await.problem(409, "payment_acknowledgement_required");
    app.on_request(Method::POST, &id, "acknowledge").bearer(&app.seller).json(json!({})).send().await.expect(200);
    // What is open is paid as it was begun.
    let rest = app.create(app.wanted()).await.expect(201);
    assert_eq!(rest["paymentRequest"]["sellerAmountAtomic"], "10000000");
}

impl TestApp {
    async fn finalize_refused(&self, divided: &Divided) {
        for operation in ["confirm", "finalize"] {
            let call = self.post(&format!("{}/{operation}", divided.path())).bearer(&self.buyer).json(json!({ "expectedPlanVersion": 1 }));
            call.send().await.problem(409, "not_allowed");
        }
    }
}

#[tokio::test]
async fn milestones_of_the_terms_are_a_final_plan_from_the_start() {
    let app = TestApp::new().await;
    let divided = app.divided().await;
    let plan = app.plan(&divided, &app.seller).await;
    assert_documented::<MilestonesBody>(&plan);
    assert_eq!((&plan["plan"]["status"], &plan["plan"]["unplannedAmountAtomic"]), (&json!("final"), &json!("0")));
    assert_eq!((&plan["milestones"][0]["status"], &plan["milestones"][0]["recommendedAction"]["code"]), (&json!("active"), &json!("submit_milestone")));
    let import = || {
        let body = app.signed("twice", |terms| terms["milestones"] = json!([{ "title": "All of it", "amountAtomic": "12500000" }]));
        app.post("/api/agent/contracts/import").bearer(&app.buyer).json(body).send()
    };
    let first = import().await.expect(201)["contract"].clone();
    assert_eq!(import().await.expect(200)["contract"]["milestonePlan"], first["milestonePlan"], "imported once");
    assert_eq!((&first["milestonePlan"]["status"], &first["milestonePlan"]["milestones"]), (&json!("final"), &json!(1)));
    let import = |milestones: Value| app.unsigned("refused", |terms| terms["milestones"] = milestones);
    for milestones in [
        json!([{ "title": "Less", "amountAtomic": "12499999" }]),
        json!([{ "title": "More", "amountAtomic": "12500001" }]),
        json!([{ "title": "A bell\u{7}", "amountAtomic": "12500000" }]),
    ] {
        let refused = app.post("/api/agent/contracts/import").bearer(&app.buyer).json(import(milestones)).send().await.problem(422, "invalid_field");
        assert_eq!(refused["field"], "terms.milestones");
    }
}

#[tokio::test]
async fn what_a_milestone_asks_for_is_checked() {
    let app = TestApp::with(|config| config.chains[0].fee.fixed = "1000000".parse().unwrap()).await;
    let divided = Divided { agreement: app.import("checked").await, milestones: vec![] };
    let create = |body: Value| app.post(&divided.path()).bearer(&app.buyer).json(body).send();
    let with = |field: &str, value: Value| {
        let mut body = json!({ "title": "Part", "amountAtomic": "6000000" });
        body[field] = value;
        body
    };
    for (field, value) in [
        ("title", json!("")),
        ("title", json!("x".repeat(161))),
        ("title", json!("two\nlines")),
        ("description", json!("x".repeat(5_001))),
        ("acceptanceCriteria", json!(vec!["c"; 51])),
        ("acceptanceCriteria", json!([""])),
        ("dueAt", json!("tomorrow")),
    ] {
        assert_eq!(create(with(field, value)).await.problem(422, "invalid_field")["field"], field);
    }
    create(with("amountAtomic", json!("0"))).await.problem(422, "invalid_amount");
    create(with("amountAtomic", json!("12500001"))).await.problem(409, "exceeds_agreed_amount");
    // The router caps the fee, so a small milestone could never be paid.
    create(with("amountAtomic", json!("1000000"))).await.problem(422, "fee_refused");
    let made = create(with("dueAt", json!("2026-02-28T12:00:00.000Z"))).await.expect(201);
    assert_eq!(made["milestone"]["dueAt"], "2026-02-28T12:00:00.000Z");
    let id = made["milestone"]["id"].as_str().unwrap();
    let bare = app.patch(&format!("{}/{id}", divided.path())).bearer(&app.buyer);
    let refused = bare.json(json!({ "action": "cancel", "expectedVersion": 1, "title": "Other" })).send().await.problem(422, "invalid_field");
    assert_eq!(refused["field"], "title");
    let empty = app.post(&format!("{}/{id}/submit", divided.path())).bearer(&app.seller);
    empty.json(json!({ "expectedVersion": 1 })).send().await.problem(422, "invalid_field");
}

#[tokio::test]
async fn there_are_at_most_fifty_milestones_and_neither_side_uses_up_the_others() {
    let app = TestApp::new().await;
    let mut divided = app.planned(&app.buyer, "1").await;
    for n in 0..50 {
        let made = app.add_milestone(&divided, &app.buyer, "1").await;
        if n == 49 {
            made.problem(409, "not_allowed");
            break;
        }
        divided.milestones.push(made.expect(201)["milestone"]["id"].as_str().unwrap().to_owned());
    }
    let plan = async || app.get(&divided.path()).bearer(&app.buyer).send().await.expect(200)["plan"].clone();
    let may_add = |plan: &Value| plan["availableActions"].as_array().unwrap().iter().any(|action| action["action"] == "create_milestone");
    assert!(!may_add(&plan().await));
    app.add_milestone(&divided, &app.seller, "1").await.problem(409, "not_allowed");
    let cancel = app.on_milestone(&divided, 0, (Method::PATCH, ""), json!({ "action": "cancel" })).await;
    cancel.bearer(&app.seller).send().await.expect(200);
    // There is room again, but the buyer has had its share.
    app.add_milestone(&divided, &app.buyer, "1").await.problem(409, "not_allowed");
    assert!(!may_add(&plan().await));
    app.add_milestone(&divided, &app.seller, "1").await.expect(201);
}

#[tokio::test]
async fn a_milestone_has_at_most_a_hundred_deliveries() {
    let app = TestApp::new().await;
    let divided = app.planned(&app.buyer, "12500000").await;
    app.finalize(&divided).await.expect(200);
    for _ in 0..100 {
        app.submit_milestone(&divided, 0).await.expect(200);
        let reject = app.on_milestone(&divided, 0, (Method::POST, "/decision"), json!({ "action": "reject", "reason": "chapter three is missing" })).await;
        reject.bearer(&app.buyer).send().await.expect(200);
    }
    app.submit_milestone(&divided, 0).await.problem(409, "limit_reached");
}

#[tokio::test]
async fn payment_options_list_the_milestones() {
    let app = TestApp::new().await;
    let divided = app.divided().await;
    let options = async |actor: &Actor| {
        let answer = app.get(&format!("/api/agent/contracts/{}/payment-options", divided.agreement)).bearer(actor).send().await.expect(200);
        assert_documented::<PaymentOptionsView>(answer.json());
        answer.json().clone()
    };
    app.submit_milestone(&divided, 0).await.expect(200);
    app.accept_milestone(&divided, 0).await.expect(200);
    let seen = options(&app.buyer).await;
    let unit = |n: usize| seen["payableUnits"][n].clone();
    assert_eq!((&unit(0)["id"], &unit(0)["kind"], &unit(0)["openAmountAtomic"]), (&json!(divided.milestones[0]), &json!("milestone"), &json!("2500000")));
    assert_eq!((&unit(0)["authorization"]["decision"], &unit(0)["recommendedAction"]), (&json!("allow"), &json!("create_payment_request")));
    assert_eq!((&unit(1)["authorization"]["decision"], &unit(1)["recommendedAction"]), (&json!("deny"), &json!("wait_for_seller")));
    assert_eq!(options(&app.seller).await["payableUnits"][0]["authorization"]["decision"], "not_applicable");
    let asked = app.ask_for_milestone(&divided, 0).await.expect(201);
    app.pay(asked["paymentRequest"]["id"].as_str().unwrap()).await;
    assert_eq!(options(&app.buyer).await["payableUnits"][0]["openAmountAtomic"], "0");
}

/// A body with what is to be filled in, filled in.
fn filled(template: &Value) -> Value {
    let mut body = template.clone();
    for (key, value) in body.as_object_mut().unwrap() {
        if value.as_str().is_some_and(|text| text.starts_with('<')) {
            *value = if key == "deliverableUrl" { json!("https://files.example/part.pdf") } else { json!("The next part of the work") };
        }
    }
    body
}

/// The actions that carry a recommendation out, the ones that lead on.
fn leading(code: &str) -> &str {
    match code {
        "review_milestone" => "activate_milestone",
        "complete_milestone_plan" => "create_milestone",
        "decide_milestone" => "accept_milestone",
        "decide_delivery" => "accept",
        same => same,
    }
}

/// Does what is recommended to this actor; whether there was anything to do.
async fn follow(app: &TestApp, divided: &Divided, actor: &Actor) -> bool {
    let seen = contract(app, divided, actor).await;
    let code = leading(seen["suggestedAction"].as_str().unwrap());
    let is_it = |action: &&Value| action["action"] == code && action["state"] == "available";
    let Some(action) = seen["availableActions"].as_array().unwrap().iter().find(is_it) else {
        assert!(code.starts_with("wait_for") || code == "view_receipt", "{code} is recommended and not offered: {seen:#}");
        return false;
    };
    let invocation = &action["invocation"];
    let (method, path) = (invocation["method"].as_str().unwrap().parse().unwrap(), invocation["endpoint"].as_str().unwrap());
    let call = app.call(method, path).bearer(actor);
    let call = if invocation["bodyTemplate"].is_null() { call } else { call.json(filled(&invocation["bodyTemplate"])) };
    let answer = call.send().await;
    assert!(answer.status.is_success(), "{code} is recommended and refused: {}", answer.text());
    if code == "fetch_payment_request" {
        assert_eq!(answer["paymentRequest"]["recommendedAction"]["code"], "pay_now");
        app.pay(answer["paymentRequest"]["id"].as_str().unwrap()).await;
    }
    true
}

#[tokio::test]
async fn agents_that_only_follow_what_is_recommended_get_to_the_end() {
    let app = TestApp::new().await;
    app.start_chain().await;
    let divided = app.planned(&app.seller, "2500000").await;
    for step in 0.. {
        assert!(step < 40, "they do not get on: {:#}", contract(&app, &divided, &app.buyer).await);
        app.clock.advance_s(1);
        let (sold, bought) = (follow(&app, &divided, &app.seller).await, follow(&app, &divided, &app.buyer).await);
        if contract(&app, &divided, &app.buyer).await["status"] == "accepted" {
            break;
        }
        assert!(sold || bought, "both wait: {:#}", contract(&app, &divided, &app.buyer).await);
    }
    let plan = app.plan(&divided, &app.buyer).await;
    let paid: Vec<_> = plan["milestones"].as_array().unwrap().iter().map(|m| (m["amountAtomic"].clone(), m["paymentStatus"].clone())).collect();
    assert_eq!(paid, [(json!("2500000"), json!("paid")), (json!("10000000"), json!("paid"))]);
    assert_eq!(app.notices("receipt.issued").await.len(), 2);
}

/// Everything that changes a plan or its first milestone, with a body that is well-formed.
fn writes(divided: &Divided, version: &Value, plan_version: &Value) -> Vec<(&'static str, Method, String, Value)> {
    let patch = |action: &str| (Method::PATCH, divided.path_of(0, ""), json!({ "action": action, "expectedVersion": version }));
    let decide = |body: Value| (Method::POST, divided.path_of(0, "/decision"), body);
    let plan = |operation: &str| (Method::POST, format!("{}/{operation}", divided.path()), json!({ "expectedPlanVersion": plan_version }));
    let all = [
        ("create_milestone", (Method::POST, divided.path(), json!({ "title": "One more", "amountAtomic": "1" }))),
        ("update_milestone", patch("update")),
        ("activate_milestone", patch("activate")),
        ("cancel_milestone", patch("cancel")),
        ("confirm_milestone_plan", plan("confirm")),
        ("finalize_milestone_plan", plan("finalize")),
        ("submit_milestone", (Method::POST, divided.path_of(0, "/submit"), json!({ "expectedVersion": version, "notes": "All of it" }))),
        ("accept_milestone", decide(json!({ "expectedVersion": version, "action": "accept" }))),
        ("reject_milestone", decide(json!({ "expectedVersion": version, "action": "reject", "reason": "chapter three is missing" }))),
    ];
    all.into_iter().map(|(name, (method, path, body))| (name, method, path, body)).collect()
}

/// Walks a state: each write that is offered is done, in a world of its own, and every other one is refused.
async fn walk(state: impl AsyncFn(&TestApp) -> Divided) {
    let world = async || {
        let app = TestApp::new().await;
        app.start_chain().await;
        let divided = state(&app).await;
        (app, divided)
    };
    for role in ["buyer", "seller"] {
        let (app, divided) = world().await;
        let actor = |app: &TestApp| if role == "buyer" { app.buyer.token.clone() } else { app.seller.token.clone() };
        let plan = app.get(&divided.path()).token(&actor(&app)).send().await.expect(200).json().clone();
        let (milestone, plan) = (&plan["milestones"][0], &plan["plan"]);
        let offers = [&milestone["availableActions"], &plan["availableActions"]].into_iter().flat_map(|list| list.as_array().unwrap());
        let offered: Vec<&Value> = offers.filter(|action| action["state"] == "available").collect();
        for (name, method, path, body) in writes(&divided, &milestone["version"], &plan["version"]) {
            let Some(action) = offered.iter().find(|action| action["action"] == name) else {
                let answer = app.call(method, &path).token(&actor(&app)).json(body).send().await;
                assert!(answer.status.is_client_error(), "{role} is not offered {name} and gets {}", answer.text());
                continue;
            };
            let invocation = &action["invocation"];
            assert_eq!((&invocation["method"], &invocation["endpoint"]), (&json!(method.as_str()), &json!(path)), "{name}");
            let (app, _) = world().await;
            let answer = app.call(method, &path).token(&actor(&app)).json(filled(&invocation["bodyTemplate"])).send().await;
            assert!(answer.status.is_success(), "{role} is offered {name} and gets {}", answer.text());
        }
    }
}

macro_rules! walked {
    ($($name:ident: $state:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            walk($state).await;
        }
    )+};
}

walked! {
    offered_proposed: async |app| app.planned(&app.seller, "2500000").await;
    offered_active: async |app| app.planned(&app.buyer, "2500000").await;
    offered_complete: async |app| app.planned(&app.buyer, "12500000").await;
    offered_confirmed: async |app| {
        let divided = app.planned(&app.buyer, "12500000").await;
        for actor in [&app.seller, &app.buyer] {
            let call = app.post(&format!("{}/confirm", divided.path())).bearer(actor).json(json!({ "expectedPlanVersion": 1 }));
            call.send().await.expect(200);
        }
        divided
    };
    offered_cancelled: async |app| {
        let divided = app.planned(&app.buyer, "2500000").await;
        let cancel = app.on_milestone(&divided, 0, (Method::PATCH, ""), json!({ "action": "cancel" })).await;
        cancel.bearer(&app.buyer).send().await.expect(200);
        divided
    };
    offered_final: async |app| app.divided().await;
    offered_submitted: async |app| {
        let divided = app.divided().await;
        app.submit_milestone(&divided, 0).await.expect(200);
        divided
    };
    offered_accepted: async |app| {
        let divided = app.divided().await;
        app.submit_milestone(&divided, 0).await.expect(200);
        app.accept_milestone(&divided, 0).await.expect(200);
        divided
    };
    offered_paid: async |app| {
        let divided = app.divided().await;
        app.complete_milestone(&divided, 0).await;
        divided
    };
    offered_in_doubt: async |app| {
        let divided = app.divided().await;
        app.submit_milestone(&divided, 1).await.expect(200);
        for n in 0..1 {
            app.submit_milestone(&divided, n).await.expect(200);
            app.accept_milestone(&divided, n).await.expect(200);
        }
        let asked = app.ask_for_milestone(&divided, 0).await.expect(201);
        app.raise_issue(asked["paymentRequest"]["id"].as_str().unwrap()).await;
        divided
    };
    offered_when_the_agreement_is_cancelled: async |app| {
        let divided = app.divided().await;
        cancel(app, &divided).await.send().await.expect(200);
        divided
    };
}

//! Two or twenty at once about one agreement: one is done, and every other is told how it stands now.

use futures::future::{BoxFuture, join_all};
use serde_json::{Value, json};
use store::Engine;

use crate::testing::{Actor, Answer, TestApp};

/// Stamps each behaviour for both engines, with real threads.
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
    e12_of_many_deliveries_one_is_taken,
    e12_delivering_against_calling_off,
    e12_rejecting_against_calling_off,
    e12_accepting_against_calling_off,
    e12_of_many_acceptances_one_counts,
    e12_of_many_rejections_one_counts,
    e12_accepting_against_rejecting,
    e12_asking_for_a_payment_against_calling_off,
    e11_of_many_who_saw_the_same_one_is_done,
    a08_of_many_acknowledgements_one_counts,
    i11_many_links_at_once_are_all_made_and_all_revoked,
}

/// Rounds per race: each starts anew, because what is left of a race is decided.
const ROUNDS: usize = 6;

fn contract(app: &TestApp) -> String {
    format!("/api/agent/contracts/{}", app.seeded.agreement)
}

async fn post(app: &TestApp, actor: &Actor, operation: &str, body: Value) -> Answer {
    app.post(&format!("{}/{operation}", contract(app))).bearer(actor).json(body).send().await
}

fn deliver(app: &TestApp) -> BoxFuture<'_, Answer> {
    Box::pin(post(app, &app.seller, "submissions", json!({ "notes": "all chapters" })))
}

fn accept(app: &TestApp) -> BoxFuture<'_, Answer> {
    Box::pin(post(app, &app.buyer, "decision", json!({ "action": "accept" })))
}

fn reject(app: &TestApp) -> BoxFuture<'_, Answer> {
    Box::pin(post(app, &app.buyer, "decision", json!({ "action": "reject", "reason": "chapter three is missing" })))
}

fn cancel<'a>(app: &'a TestApp, seen: &Value) -> BoxFuture<'a, Answer> {
    Box::pin(post(app, &app.seller, "cancel", json!({ "reason": "no longer possible", "expectedUpdatedAt": seen })))
}

/// Of all of these one is done. The others are told how it stood when they were refused: as it led to, or, who came before it and could not have won, as before.
async fn one_wins(app: &TestApp, racers: Vec<BoxFuture<'_, Answer>>) -> Answer {
    let before = app.contract().await;
    let answers = join_all(racers).await;
    let (mut done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.is_success());
    assert_eq!(done.len(), 1, "{:#?}", refused.iter().map(Answer::text).collect::<Vec<_>>());
    let now = app.contract().await;
    for answer in refused {
        let text = answer.text();
        assert_eq!(answer.status, 409, "{text}");
        let told = (&answer["currentStatus"], &answer["updatedAt"]);
        assert!([&before, &now].iter().any(|contract| told == (&contract["status"], &contract["updatedAt"])), "{text}");
    }
    done.remove(0)
}

async fn delivered_on(engine: Engine) -> TestApp {
    let app = TestApp::on(engine).await;
    app.submit_work().await;
    app
}

async fn e12_of_many_deliveries_one_is_taken(engine: Engine) {
    let app = TestApp::on(engine).await;
    one_wins(&app, (0..20).map(|_| deliver(&app)).collect()).await;
    assert_eq!(app.contract().await["currentDelivery"]["revision"], 1);
    let list = app.get(&format!("{}/submissions", contract(&app))).bearer(&app.buyer).send().await.expect(200);
    assert_eq!(list["totalCount"], 1);
}

async fn e12_delivering_against_calling_off(engine: Engine) {
    for round in 0..ROUNDS {
        let app = TestApp::on(engine).await;
        let seen = app.contract().await["updatedAt"].clone();
        let mut racers = vec![deliver(&app), cancel(&app, &seen)];
        racers.rotate_left(round % 2);
        one_wins(&app, racers).await;
    }
}

async fn e12_rejecting_against_calling_off(engine: Engine) {
    for round in 0..ROUNDS {
        let app = delivered_on(engine).await;
        let seen = app.contract().await["updatedAt"].clone();
        let mut racers = vec![reject(&app), cancel(&app, &seen)];
        racers.rotate_left(round % 2);
        one_wins(&app, racers).await;
    }
}

/// A paid agreement is never called off, however the two meet.
async fn e12_accepting_against_calling_off(engine: Engine) {
    let app = delivered_on(engine).await;
    let request = app.request().await;
    app.pay(&request).await;
    let seen = app.contract().await["updatedAt"].clone();
    let racers = (0..10).flat_map(|_| [accept(&app), cancel(&app, &seen)]).collect();
    let done = one_wins(&app, racers).await;
    assert_eq!(done["contract"]["status"], "accepted");
}

async fn e12_of_many_acceptances_one_counts(engine: Engine) {
    let app = delivered_on(engine).await;
    let request = app.request().await;
    app.pay(&request).await;
    one_wins(&app, (0..20).map(|_| accept(&app)).collect()).await;
    assert_eq!(app.notices("decision.accepted").await.len(), 1);
}

async fn e12_of_many_rejections_one_counts(engine: Engine) {
    let app = delivered_on(engine).await;
    one_wins(&app, (0..20).map(|_| reject(&app)).collect()).await;
    assert_eq!(app.notices("decision.rejected").await.len(), 1);
}

/// What is paid is not rejected, and what is not paid is not accepted: whatever comes first, one holds.
async fn e12_accepting_against_rejecting(engine: Engine) {
    let app = delivered_on(engine).await;
    let racers = (0..10).flat_map(|_| [accept(&app), reject(&app)]).collect();
    assert_eq!(one_wins(&app, racers).await["contract"]["status"], "rejected");
    app.submit_work().await;
    let request = app.request().await;
    app.pay(&request).await;
    let racers = (0..10).flat_map(|_| [accept(&app), reject(&app)]).collect();
    assert_eq!(one_wins(&app, racers).await["contract"]["status"], "accepted");
}

/// Never both: a payload for an agreement that is called off would be an invitation to pay for nothing.
async fn e12_asking_for_a_payment_against_calling_off(engine: Engine) {
    for round in 0..ROUNDS {
        let app = TestApp::on(engine).await;
        let seen = app.contract().await["updatedAt"].clone();
        let mut racers: Vec<BoxFuture<'_, Answer>> = vec![Box::pin(app.create(app.wanted())), cancel(&app, &seen)];
        racers.rotate_left(round % 2);
        let statuses: Vec<_> = join_all(racers).await.into_iter().map(|answer| (answer.status.as_u16(), answer.text())).collect();
        let done = statuses.iter().filter(|(status, _)| *status < 300).count();
        assert!(done == 1 && statuses.iter().any(|(status, _)| *status == 409), "{statuses:?}");
    }
}

/// With the version that they saw, of everything that would be allowed one is done, and the others learn the present version.
async fn e11_of_many_who_saw_the_same_one_is_done(engine: Engine) {
    let app = delivered_on(engine).await;
    let seen = app.contract().await["updatedAt"].clone();
    let reject =
        |n: usize| post(&app, &app.buyer, "decision", json!({ "action": "reject", "reason": format!("chapter {n} is missing"), "expectedUpdatedAt": seen }));
    let answers = join_all((0..20).map(reject)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    let now = app.contract().await["updatedAt"].clone();
    assert_ne!(now, seen, "the clock stands still, and yet the version is another");
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        assert_eq!(answer.problem(409, "stale")["updatedAt"], now);
    }
    // What was done again since then is not decided by who has not seen it.
    app.submit_work().await;
    let late = post(&app, &app.buyer, "decision", json!({ "action": "reject", "reason": "chapter one is missing", "expectedUpdatedAt": seen })).await;
    late.problem(409, "stale");
    let late = post(&app, &app.seller, "submissions", json!({ "notes": "all chapters", "expectedUpdatedAt": seen })).await;
    late.problem(409, "stale");
}

async fn a08_of_many_acknowledgements_one_counts(engine: Engine) {
    let app = TestApp::on(engine).await;
    let request = app.request().await;
    app.cancel_request(&request).await.expect(200);
    app.pay(&request).await;
    let acknowledge = |n: usize| {
        let actor = if n.is_multiple_of(2) { &app.buyer } else { &app.seller };
        app.on_request(axum::http::Method::POST, &request, "acknowledge").bearer(actor).json(json!({})).send()
    };
    let answers = join_all((0..20).map(acknowledge)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.problem(409, "not_allowed");
    }
    assert_eq!(app.notices("payment.acknowledged").await.len(), 1);
}

/// More at once than a process has connections: each of them holds one, and none may wait for a second.
async fn i11_many_links_at_once_are_all_made_and_all_revoked(engine: Engine) {
    let app = TestApp::on(engine).await;
    let request = app.request().await;
    app.pay(&request).await;
    let links = format!("/api/agent/receipts/rcpt_{request}/links");
    let make = |n: usize| app.post(&links).bearer(if n.is_multiple_of(2) { &app.buyer } else { &app.seller }).json(json!({})).send();
    let made: Vec<String> = join_all((0..20).map(make)).await.into_iter().map(|answer| answer.expect(201)["link"]["id"].as_str().unwrap().to_owned()).collect();
    let revoked = join_all(made.iter().map(|id| app.delete(&format!("{links}/{id}")).bearer(&app.buyer).send())).await;
    for answer in revoked {
        answer.expect(200);
    }
}

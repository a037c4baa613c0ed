use settlement::IdSource;
use settlement::ids::EventId;
use settlement::notice::Notice;

use super::*;
use crate::testing::TestApp;

async fn tell(app: &TestApp, kind: NoticeType, request: &PaymentRequestId) {
    let mut data = kind.example();
    data["paymentRequestId"] = request.as_str().into();
    let mut tx = app.store.begin().await.unwrap();
    tx.append(&EventId::new(app.ids.ulid()), &Notice::for_profile(kind, &app.seller.profile, data), app.now());
    tx.commit().await.unwrap();
}

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(300)
}

fn late() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

#[tokio::test]
async fn a_held_answer_is_woken_by_its_own_payment_request_and_by_no_other() {
    let app = TestApp::new().await;
    let (mine, other) = (PaymentRequestId::new(app.ids.ulid()), PaymentRequestId::new(app.ids.ulid()));
    let waiting = app.api().waiting;
    let mut held = waiting.hold(&app.store, &app.buyer.profile).await.unwrap().unwrap();
    tell(&app, NoticeType::PaymentVerified, &other).await;
    app.submit_work().await;
    assert_eq!(held.wait(&mine, soon()).await, Wake::Over);
    tell(&app, NoticeType::PaymentVerified, &mine).await;
    assert_eq!(held.wait(&mine, late()).await, Wake::Told);
    app.stop.cancel();
    assert_eq!(held.wait(&mine, late()).await, Wake::Stop);
}

#[tokio::test]
async fn a_profile_holds_so_many_answers_and_no_more() {
    let app = TestApp::new().await;
    let waiting = app.api().waiting;
    let mut held = Vec::new();
    for _ in 0..MAX_HELD_PER_PROFILE {
        held.push(waiting.hold(&app.store, &app.buyer.profile).await.unwrap().unwrap());
    }
    assert!(waiting.hold(&app.store, &app.buyer.profile).await.unwrap().is_none());
    assert!(waiting.hold(&app.store, &app.seller.profile).await.unwrap().is_some());
    held.pop();
    assert!(waiting.hold(&app.store, &app.buyer.profile).await.unwrap().is_some());
}

#[tokio::test]
async fn who_listens_after_all_others_have_gone_hears_again() {
    let app = TestApp::new().await;
    let id = PaymentRequestId::new(app.ids.ulid());
    let waiting = app.api().waiting;
    for _ in 0..3 {
        let mut held = waiting.hold(&app.store, &app.buyer.profile).await.unwrap().unwrap();
        tell(&app, NoticeType::PaymentPending, &id).await;
        assert_eq!(held.wait(&id, late()).await, Wake::Told);
        drop(held);
        // The task that reads for everybody notices that nobody is left.
        tell(&app, NoticeType::PaymentPending, &id).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_stream_is_woken_by_the_types_that_it_asked_for() {
    let app = TestApp::new().await;
    let id = PaymentRequestId::new(app.ids.ulid());
    let mut listener = app.api().waiting.listen(&app.store).await.unwrap();
    let readers = [Reader::Profile(app.seller.profile.clone())];
    let heard = Heard { readers: &readers, kinds: &[NoticeType::PaymentVerified], after: 0 };
    tell(&app, NoticeType::PaymentPending, &id).await;
    assert_eq!(listener.wait(heard, soon()).await, Wake::Over);
    tell(&app, NoticeType::PaymentVerified, &id).await;
    assert_eq!(listener.wait(heard, late()).await, Wake::Told);
    tell(&app, NoticeType::PaymentPending, &id).await;
    assert_eq!(listener.wait(Heard { kinds: &[], ..heard }, late()).await, Wake::Told);
}

#[test]
fn the_streams_of_a_profile_are_bounded_whatever_tokens_it_has() {
    let ids = crate::testing::FixedIds::default();
    let waiting = Waiting::new(CancellationToken::new());
    let (one, other) = (ProfileId::new(ids.ulid()), ProfileId::new(ids.ulid()));
    let token = || TokenId::new(ids.ulid());
    let seats: Vec<Seat> = (0..MAX_PER_PROFILE).map(|_| waiting.stream_seat(&one, &token()).unwrap()).collect();
    assert_eq!(waiting.stream_seat(&one, &token()).unwrap_err().code(), Code::TooManyStreams);
    waiting.stream_seat(&other, &token()).unwrap();
    drop(seats);
    waiting.stream_seat(&one, &token()).unwrap();
}

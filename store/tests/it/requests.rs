//! Payment requests.

use settlement::payment_request::{PaymentRequestState, StatusName};
use store::{Engine, StoredRequest};

use crate::world::{World, at, header};

on_both_engines!(a_verified_request_reads_back);

async fn a_verified_request_reads_back(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.signed(1).await;
    assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(request.clone()));
    let event = world.see(&request, &header(10, 0), 3).await;
    let submitted = request.state.clone().submit(event.location.tx_hash, at(50)).unwrap();
    world.set(&request.id, StatusName::Signed, &submitted, at(50)).await.unwrap();
    let request = settlement::payment_request::PaymentRequest { state: submitted, updated_at: at(50), ..request };
    assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(request.clone()));
    let verified = world.verify(&request, &event).await;
    assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(verified.clone()));
    assert!(matches!(verified.state, PaymentRequestState::Verified { recovered_from: None, .. }));
}

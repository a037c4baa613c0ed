//! Deliveries of webhooks: whom something is due for, and what is forgotten.

use settlement::Timestamp;
use settlement::ids::{DeliveryId, EndpointId, EventId};
use settlement::notice::{Notice, NoticeType};
use settlement::webhook::EndpointStatus;
use store::{Endpoint, Engine, Reader, SealedSecrets};

use crate::world::{World, at, seller_id, ulid};

on_both_engines!(
    nothing_is_due_for_an_endpoint_of_a_disabled_profile,
    all_old_deliveries_are_forgotten_and_what_is_young_or_awaited_is_kept,
    what_waits_for_an_endpoint_that_gets_nothing_is_forgotten_when_it_is_old,
);

fn endpoint_id() -> EndpointId {
    EndpointId::new(ulid(7))
}

/// An endpoint of the seller's, and one event that waits for it.
async fn waiting(world: &World) {
    let endpoint = Endpoint {
        id: endpoint_id(),
        profile: seller_id(),
        reader: Reader::Profile(seller_id()),
        url: "https://shop.example/hook".to_owned(),
        description: None,
        kinds: vec![],
        status: EndpointStatus::Enabled,
        secrets: SealedSecrets { current: vec![1], previous: None },
        from_sequence: 0,
        created_at: at(0),
        updated_at: at(0),
    };
    let mut tx = world.begin().await;
    tx.insert_endpoint(&endpoint).await.unwrap();
    let kind = NoticeType::PaymentVerified;
    tx.append(&EventId::new(ulid(8)), &Notice::for_profile(kind, &seller_id(), kind.example()), at(1));
    tx.commit().await.unwrap();
    world.store().fan_out(&|| DeliveryId::new(ulid(9)), at(1)).await.unwrap();
}

async fn due(world: &World) -> Vec<EndpointId> {
    world.store().endpoints_due(None, at(100), 10).await.unwrap().0
}

/// How many deliveries there are.
async fn count(world: &World) -> usize {
    world.store().deliveries(&endpoint_id(), None, 10_000).await.unwrap().len()
}

async fn nothing_is_due_for_an_endpoint_of_a_disabled_profile(engine: Engine) {
    let world = World::new(engine).await;
    waiting(&world).await;
    assert_eq!((due(&world).await, world.store().backlog().await.unwrap().pending), (vec![endpoint_id()], 1));
    let disabled = |at: &str| format!("UPDATE profiles SET disabled_at = {at} WHERE id = '{}'", seller_id());
    world.db.tamper(&disabled("1")).await;
    assert_eq!((due(&world).await, world.store().backlog().await.unwrap().pending), (vec![], 0), "nobody looks at it every second");
    world.db.tamper(&disabled("NULL")).await;
    assert_eq!(due(&world).await, vec![endpoint_id()]);
}

async fn all_old_deliveries_are_forgotten_and_what_is_young_or_awaited_is_kept(engine: Engine) {
    const OLD: usize = 4_500;
    let world = World::new(engine).await;
    waiting(&world).await;
    let copies = |prefix: &str, count: usize, made: Timestamp| {
        format!(
            "INSERT INTO webhook_deliveries (id, endpoint_id, sequence, event_id, kind, status, redelivery, attempts, due_at, created_at) \
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}) \
             SELECT '{prefix}' || n.n, endpoint_id, sequence, event_id, kind, 'delivered', 0, 1, 0, {} FROM webhook_deliveries, n WHERE status = 'pending'",
            made.as_millis()
        )
    };
    world.db.tamper(&copies("old", OLD, at(0))).await;
    world.db.tamper(&copies("young", 1, at(50))).await;
    assert_eq!(world.store().prune_deliveries(at(50)).await.unwrap(), u64::try_from(OLD).unwrap(), "all of them, however many they are");
    world.db.tamper("DELETE FROM webhook_deliveries WHERE id = 'young1'").await;
    assert_eq!(count(&world).await, 1, "what waits for an endpoint that gets something");
}

async fn what_waits_for_an_endpoint_that_gets_nothing_is_forgotten_when_it_is_old(engine: Engine) {
    let disabled = format!("UPDATE profiles SET disabled_at = 1 WHERE id = '{}'", seller_id());
    for stops in ["UPDATE webhook_endpoints SET status = 'paused'", "UPDATE webhook_endpoints SET status = 'gone'", &disabled] {
        let world = World::new(engine).await;
        waiting(&world).await;
        assert_eq!(world.store().prune_deliveries(at(50)).await.unwrap(), 0);
        world.db.tamper(stops).await;
        assert_eq!(world.store().prune_deliveries(at(1)).await.unwrap(), 0, "it is young");
        assert_eq!(world.store().prune_deliveries(at(2)).await.unwrap(), 1, "{stops}");
        assert_eq!(count(&world).await, 0);
    }
}

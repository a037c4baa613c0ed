//! A hot key signs for one chain, router and operator, within its time and fee.

use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, U256};
use settlement::chain::ChainPolicy;
use settlement::clock::Timestamp;
use settlement::finality::FinalityPolicy;
use settlement::money::{Amount, FeePolicy, Quote};
use settlement::snapshot::Snapshot;
use signer::policy::{MAX_LIFETIME, PolicySigner, Refusal, SigningPolicy};
use signer::{LocalSigner, RoutingSigner, SignerError};

use crate::fixture::{FixedClock, NOW_S, OPERATOR, OPERATOR_KEY, PAYEE, TOKEN, key, snapshot};

fn policy() -> SigningPolicy {
    SigningPolicy::of(&ChainPolicy {
        chain_id: 8453,
        name: "Base".to_owned(),
        router: contracts::router_address(),
        operator: OPERATOR,
        finality: FinalityPolicy::Safe,
        fee: FeePolicy::NONE,
    })
}

async fn refusal(snapshot: Snapshot) -> Option<Refusal> {
    let clock = FixedClock(Timestamp::from_unix_seconds(NOW_S));
    let signer = PolicySigner::new(Arc::new(LocalSigner::new(key(OPERATOR_KEY))), policy(), Arc::new(clock));
    assert_eq!(signer.address(), OPERATOR);
    match signer.sign(snapshot.clone()).await {
        Ok(signed) => {
            assert_eq!((signed.signer(), signed.snapshot()), (OPERATOR, &snapshot));
            None
        }
        Err(SignerError::Refused(refusal)) => Some(refusal),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_within_the_policy_is_signed() {
    assert_eq!(refusal(snapshot()).await, None);
}

#[tokio::test]
async fn d02_another_chain_router_or_operator_is_refused() {
    let other = Address::repeat_byte(0x0b);
    let chain = Snapshot { asset: format!("eip155:10/erc20:{TOKEN}").parse().unwrap(), ..snapshot() };
    assert_eq!(refusal(chain).await, Some(Refusal::Chain { allowed: 8453, asked: 10 }));
    let router = Snapshot { router: other, ..snapshot() };
    assert_eq!(refusal(router).await, Some(Refusal::Router { allowed: contracts::router_address(), asked: other }));
    let operator = Snapshot { operator: other, ..snapshot() };
    assert_eq!(refusal(operator).await, Some(Refusal::Operator { allowed: OPERATOR, asked: other }));
}

#[tokio::test]
async fn a_deadline_lies_at_most_a_day_and_a_minute_ahead() {
    let latest = NOW_S + MAX_LIFETIME.as_secs() + 60;
    assert_eq!(refusal(Snapshot { deadline: latest, ..snapshot() }).await, None);
    for deadline in [latest + 1, u64::MAX] {
        assert_eq!(refusal(Snapshot { deadline, ..snapshot() }).await, Some(Refusal::Deadline { latest, deadline }));
    }
    let short = SigningPolicy { max_lifetime: Duration::from_secs(600), ..policy() };
    let refused = short.check(&snapshot(), Timestamp::from_unix_seconds(NOW_S)).unwrap_err();
    assert_eq!(refused, Refusal::Deadline { latest: NOW_S + 660, deadline: NOW_S + 3_600 });
}

#[tokio::test]
async fn amounts_that_the_fee_policy_does_not_make_are_refused() {
    let good = snapshot().quote;
    let one = Amount::new(U256::ONE);
    let zero = Snapshot { quote: FeePolicy::NONE.quote(Amount::ZERO).unwrap(), ..snapshot() };
    assert_eq!(refusal(zero).await, Some(Refusal::ZeroAmount));
    for quote in [
        Quote { fee: good.fee.plus(one).unwrap(), ..good },
        Quote { total: good.total.plus(one).unwrap(), ..good },
        Quote { fee: good.fee.minus(one).unwrap(), total: good.total.minus(one).unwrap(), ..good },
    ] {
        let refused = refusal(Snapshot { quote, ..snapshot() }).await;
        assert_eq!(refused, Some(Refusal::FeeSplit { found: Box::new(quote), due: Box::new(good) }));
    }
}

#[tokio::test]
async fn a_fee_above_the_routers_cap_is_refused() {
    // 26 on 100 is 20.6 % of the total; the cap is 20 %.
    let fee = FeePolicy { bps: 0, fixed: Amount::new(U256::from(26)), ..snapshot().fee };
    let quote = Quote { seller: Amount::new(U256::from(100)), fee: fee.fixed, total: Amount::new(U256::from(126)) };
    assert!(matches!(refusal(Snapshot { fee, quote, ..snapshot() }).await, Some(Refusal::Fee(_))));
}

#[tokio::test]
async fn nobody_is_paid_at_an_address_where_money_is_lost() {
    for lost in [Address::ZERO, contracts::router_address(), TOKEN] {
        for broken in [
            Snapshot { payee: lost, ..snapshot() },
            Snapshot { payer: lost, ..snapshot() },
            Snapshot { fee: FeePolicy { recipient: lost, ..snapshot().fee }, ..snapshot() },
        ] {
            let refused = refusal(broken).await;
            assert!(matches!(refused, Some(Refusal::Party(party)) if party.address == lost), "{refused:?}");
        }
    }
    // Without a fee nobody is named as its recipient.
    let free = Snapshot { fee: FeePolicy::NONE, quote: FeePolicy::NONE.quote(snapshot().quote.seller).unwrap(), payee: PAYEE, ..snapshot() };
    assert_eq!(refusal(free).await, None);
}

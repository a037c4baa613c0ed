//! GET `/api/admin/signers`.

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_primitives::Address;
use axum::Json;
use axum::extract::State;
use settlement::chain::ChainPolicy;
use settlement::event::{Location, RouterEvent};

use crate::extract::{Admin, Caller};
use crate::known::ChainState;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::signer::{ChainSignersView, DelegateView, SignersBody};

/// Who may sign payments, chain by chain.
///
/// The routing signer that this instance uses, and every delegate that the operator has named on the chain, with the time until which it may sign and with
/// what it has signed that can still be paid. To rotate without a gap: name the new key (`counterfoil router set-signer`), start the instance with it, and let
/// the old one stay valid until its last live request has ended (`outstanding.lastExpiresAt`); then revoke it. Revoked at once, its live requests are shown as
/// `signature_revoked` and asked for again.
#[utoipa::path(
    get,
    path = "/api/admin/signers",
    tag = "admin",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "By chain.", body = SignersBody, example = json!({ "chains": [{
        "chainId": 8453, "network": "eip155:8453", "operator": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "routingSigner": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "routingSignerMay": "sign",
        "delegates": [{ "address": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "isRoutingSigner": true, "isValid": true,
            "setAt": "2026-01-31T12:00:00.000Z", "validUntil": "2027-01-31T12:00:00.000Z", "isRevoked": false,
            "txHash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060", "blockNumber": 120,
            "outstanding": { "requests": 3, "lastExpiresAt": "2026-01-31T13:00:00.000Z" } }] }] })))
)]
pub async fn list_signers(State(api): State<Arc<Api>>, _caller: Caller<Admin>) -> Result<Json<SignersBody>, Problem> {
    let mut chains = Vec::with_capacity(api.config.chains.len());
    for policy in &api.config.chains {
        chains.push(of_chain(&api, policy).await?);
    }
    Ok(Json(SignersBody { chains }))
}

async fn of_chain(api: &Api, policy: &ChainPolicy) -> Result<ChainSignersView, Problem> {
    let now = ChainState::read(api, policy.chain_id).await?.now(api.now());
    let routing = api.signers.get(&policy.chain_id).map(|signer| signer.address());
    let outstanding = api.store.outstanding_by_signer(policy.chain_id).await?;
    let mut newest: BTreeMap<Address, (Location, u64)> = BTreeMap::new();
    for event in api.store.signers_set(policy.chain_id, policy.operator).await? {
        if let RouterEvent::SignerSet { location, signer, until, .. } = event {
            newest.insert(signer, (location, until));
        }
    }
    let may = match routing {
        None => "not_configured",
        Some(address) if address == policy.operator => "sign",
        Some(address) => match newest.get(&address) {
            // Named before the first block that was read: the chain is asked when a payment is verified.
            None => "unknown",
            Some((_, until)) if *until >= now.unix_seconds() => "sign",
            Some(_) => "not_sign",
        },
    };
    let delegates = newest.iter().map(|(address, (location, until))| {
        let signed = outstanding.iter().find(|of| of.signer == *address);
        DelegateView::new((*address, routing == Some(*address)), location, *until, now).with_outstanding(signed)
    });
    Ok(ChainSignersView {
        chain_id: policy.chain_id,
        network: format!("eip155:{}", policy.chain_id),
        operator: policy.operator.to_string(),
        routing_signer: routing.map(|address| address.to_string()),
        routing_signer_may: may.to_owned(),
        delegates: delegates.collect(),
    })
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;
    use serde_json::{Value, json};

    use crate::testing::TestApp;

    async fn chain(app: &TestApp) -> Value {
        app.get("/api/admin/signers").bearer(&app.stranger).send().await.expect(200)["chains"][0].clone()
    }

    fn of(chain: &Value, address: Address) -> Value {
        let delegates = chain["delegates"].as_array().unwrap();
        delegates.iter().find(|delegate| delegate["address"] == address.to_string()).cloned().unwrap_or_default()
    }

    #[tokio::test]
    async fn k03_while_keys_are_changed_both_are_shown_with_their_times_and_what_the_old_one_still_has_open() {
        let app = TestApp::new().await;
        assert_eq!(chain(&app).await["routingSignerMay"], "unknown");
        app.start_chain().await;
        let request = app.request().await;
        let detail = app.request_detail(&request).await;
        let (old, new) = (app.signer, Address::repeat_byte(0x99));
        app.set_signer(new, (1 << 48) - 1).await;
        let both = chain(&app).await;
        assert_eq!((&both["routingSigner"], &both["routingSignerMay"]), (&json!(old.to_string()), &json!("sign")));
        let (old_one, new_one) = (of(&both, old), of(&both, new));
        assert_eq!((&old_one["isValid"], &old_one["isRoutingSigner"], &old_one["outstanding"]["requests"]), (&json!(true), &json!(true), &json!(1)));
        assert_eq!(old_one["outstanding"]["lastExpiresAt"], detail["expiresAt"]);
        assert_eq!((&new_one["isValid"], &new_one["isRoutingSigner"], &new_one["validUntil"]), (&json!(true), &json!(false), &json!(null)));
        assert_eq!(new_one["outstanding"], json!({ "requests": 0, "lastExpiresAt": null }));
        app.set_signer(old, 0).await;
        let revoked = chain(&app).await;
        assert_eq!((&of(&revoked, old)["isRevoked"], &of(&revoked, old)["isValid"]), (&json!(true), &json!(false)));
        assert_eq!((&revoked["routingSignerMay"], revoked["delegates"].as_array().unwrap().len()), (&json!("not_sign"), 2));
    }

    #[tokio::test]
    async fn d03_a_delegate_is_valid_at_its_last_second_and_not_after() {
        let app = TestApp::new().await;
        app.start_chain().await;
        let until = app.now().unix_seconds() + 600;
        app.set_signer(app.signer, until).await;
        app.clock.advance_s(600);
        assert_eq!(chain(&app).await["routingSignerMay"], "sign");
        app.clock.advance_s(1);
        let over = chain(&app).await;
        assert_eq!((&over["routingSignerMay"], &of(&over, app.signer)["isRevoked"]), (&json!("not_sign"), &json!(false)));
    }
}

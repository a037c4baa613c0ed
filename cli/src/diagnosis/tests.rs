use std::time::Duration;

use alloy_primitives::U256;
use alloy_primitives::aliases::U48;
use alloy_sol_types::SolCall;
use contracts::PaymentRouter::setSignerCall;

use super::*;
use crate::chain::send;
use crate::stack::accounts::OPERATOR;
use crate::stack::{Stack, StackOptions};

fn of<'a>(findings: &'a [Finding], what: &str) -> &'a Finding {
    findings.iter().find(|finding| finding.what.contains(what)).unwrap_or_else(|| panic!("nothing was said about {what}: {findings:#?}"))
}

/// The address of the routing signer, as it was found.
fn signer(findings: &[Finding]) -> Address {
    of(findings, "routing signer").found.split(' ').next().unwrap().parse().unwrap()
}

/// What is found once the indexer has read what was mined before it started, which the API does not wait for.
async fn settled(config: &Config) -> Vec<Finding> {
    for _ in 0..100 {
        let findings = diagnose(config).await;
        if of(&findings, "indexer").health == Health::Fine {
            return findings;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    diagnose(config).await
}

#[test]
fn what_an_instance_that_works_in_part_lacks_is_named_with_its_reason() {
    let body = serde_json::json!({ "status": "degraded", "checks": [
        { "name": "database", "ok": true, "detail": "answers" }, { "name": "signer:1", "ok": false, "detail": "the operator has revoked it on chain" },
        { "name": "indexer:1", "ok": false, "detail": "180 s behind" }] });
    assert_eq!(failures(&body), "signer:1 (the operator has revoked it on chain), indexer:1 (180 s behind)");
}

#[tokio::test]
async fn an_instance_is_fine_until_its_signer_is_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(StackOptions::new(folder.path())).await.unwrap();
    let before = settled(&stack.config).await;
    assert!(before.iter().all(|finding| finding.health == Health::Fine), "{before:#?}");

    let chain = connect(&SecretUrl::new(stack.rpc_url.as_str()), Some(&OPERATOR.key())).unwrap();
    let revoke = setSignerCall { signer: signer(&before), until: U48::ZERO };
    send(&chain, stack.deployment.router, revoke.abi_encode().into(), U256::ZERO).await.unwrap();
    let after = diagnose(&stack.config).await;
    let wrong: Vec<_> = after.iter().filter(|finding| finding.health == Health::Wrong).collect();
    assert_eq!(wrong.len(), 1, "{wrong:#?}");
    assert!(wrong[0].what.contains("authorisation") && wrong[0].fix.as_ref().unwrap().contains("set-signer"), "{wrong:#?}");
    stack.stop().await.unwrap();
}

#[tokio::test]
async fn a_database_that_does_not_exist_is_not_made_by_looking() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("counterfoil.db");
    let sources = crate::config::Sources {
        directory: folder.path().to_owned(),
        environment: vec![("COUNTERFOIL_DATABASE__URL".to_owned(), format!("sqlite:{}", database.display()))],
        ..Default::default()
    };
    let findings = diagnose(&Config::load(&sources).unwrap()).await;
    let found = of(&findings, "database");
    assert_eq!((found.found.as_str(), found.fix.as_deref()), ("does not exist yet", Some("run `counterfoil migrate`")));
    assert!(crate::services::open_current_store(&Config::load(&sources).unwrap()).await.unwrap_err().to_string().starts_with("there is no database "));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn each_thing_that_is_not_as_configured_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Stack::start(StackOptions::new(folder.path())).await.unwrap();
    let mut config = stack.config.clone();
    let chain = config.chains.get_mut("private").unwrap();
    chain.policy.router = Address::repeat_byte(9);
    chain.rpc_urls.push(SecretUrl::new("http://127.0.0.1:1/apikey"));
    chain.signer = Some(crate::config::SignerSource::KeyFile(folder.path().join("nothing.key")));
    config.database.url = SecretUrl::new("postgres://nobody:hunter2@127.0.0.1:1/nothing");
    let findings = diagnose(&config).await;
    for what in ["router", "routing signer", "node http://127.0.0.1:1/…", "database postgres://127.0.0.1:1/…"] {
        assert_eq!(of(&findings, what).health, Health::Wrong, "{what}: {findings:#?}");
        assert!(of(&findings, what).fix.is_some(), "{what}");
    }
    let told = serde_json::to_string(&findings).unwrap();
    assert!(!told.contains("hunter2") && !told.contains("apikey"), "{told}");
    stack.stop().await.unwrap();
}

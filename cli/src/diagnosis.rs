//! Looks at everything an instance depends on and says what is wrong and how to mend it. Changes nothing.

use alloy::eips::BlockNumberOrTag;
use alloy::providers::Provider;
use alloy_primitives::Address;
use contracts::PaymentRouter::{isSignerCall, signerUntilCall};
use contracts::TestToken::decimalsCall;
use serde::Serialize;
use serde_json::Value;
use settlement::Clock;
use settlement::asset::Asset;
use store::Store;

use crate::chain::{Chain, chain_id, connect, view};
use crate::client::Client;
use crate::config::{ChainConfig, Config, SecretUrl};
use crate::deploy;
use crate::failure::fix_of;
use crate::foundry;
use crate::output::{causes, until};
use crate::services::{is_missing, open_store, payable_elsewhere, routing_signer};
use crate::system::SystemClock;

/// How far apart the clocks of this machine and of a chain may be before deadlines mean different things to them.
const MAX_CLOCK_SKEW_S: u64 = 60;
/// A chain whose newest block is older than this has stopped, or its node has.
const MAX_BLOCK_AGE_S: u64 = 600;
/// A delegation that ends sooner than this should be renewed.
const RENEW_WITHIN_S: u64 = 14 * 24 * 60 * 60;
/// What an indexer that keeps up may be behind.
const MAX_BLOCKS_BEHIND: u64 = 5;

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// As it should be.
    Fine,
    /// Not as it should be.
    Wrong,
    /// Worth knowing, and not wrong.
    Note,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub what: String,
    /// How it is.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl Finding {
    fn fine(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { what: what.into(), health: Health::Fine, found: found.into(), fix: None }
    }

    fn note(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { health: Health::Note, ..Self::fine(what, found) }
    }

    fn wrong(what: impl Into<String>, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { health: Health::Wrong, fix: Some(fix.into()), ..Self::fine(what, found) }
    }

    fn failed(what: impl Into<String>, error: &anyhow::Error) -> Self {
        Self::wrong(what, causes(error).join(": "), fix_of(error).unwrap_or("read the cause"))
    }
}

/// Everything, in the order in which it should be mended.
pub async fn diagnose(config: &Config) -> Vec<Finding> {
    let mut findings = vec![configuration(config)];
    let store = database(config, &mut findings).await;
    for (name, chain) in &config.chains {
        look_at_chain(name, chain, store.as_ref(), &mut findings).await;
    }
    findings.push(api(config).await);
    findings.push(tools());
    if let Some(store) = store {
        store.close().await;
    }
    findings
}

fn configuration(config: &Config) -> Finding {
    let file = config.file.as_ref().map_or_else(|| "no file; defaults and environment".to_owned(), |path| path.display().to_string());
    match config.check_serving(true) {
        Ok(()) => Finding::fine("configuration", file),
        Err(error) => Finding::wrong("configuration", format!("{file}: {error}"), "set what is named; deploy/config/ has examples"),
    }
}

async fn database(config: &Config, findings: &mut Vec<Finding>) -> Option<Store> {
    let what = format!("database {}", config.database.url);
    if is_missing(config) {
        findings.push(Finding::wrong(what, "does not exist yet", "run `counterfoil migrate`"));
        return None;
    }
    let store = match open_store(config).await {
        Ok(store) => store,
        Err(error) => {
            findings.push(Finding::failed(what, &error));
            return None;
        }
    };
    let current = store.schema_is_current().await;
    let usable = matches!(current, Ok(true));
    findings.push(match current {
        Ok(true) => Finding::fine(what, "reachable, with the schema of this version"),
        Ok(false) => Finding::wrong(what, "has another schema than this version", "run `counterfoil migrate`"),
        Err(error) => Finding::wrong(what, error.to_string(), "check the database and its log"),
    });
    if usable {
        return Some(store);
    }
    store.close().await;
    None
}

async fn look_at_chain(name: &str, config: &ChainConfig, store: Option<&Store>, findings: &mut Vec<Finding>) {
    let mut reachable = None;
    for rpc in &config.rpc_urls {
        match node(name, config, rpc).await {
            Ok((finding, chain)) => {
                findings.push(finding);
                reachable = reachable.or(chain);
            }
            Err(error) => findings.push(Finding::failed(format!("chain {name}: node {rpc}"), &error)),
        }
    }
    let signer = signer(name, config, findings);
    let Some(chain) = reachable else { return };
    findings.extend(collect(format!("chain {name}: clock"), clock(name, &chain).await));
    findings.extend(collect(format!("chain {name}: router"), router(name, config, &chain).await));
    if let Some(signer) = signer {
        findings.extend(collect(format!("chain {name}: authorisation"), authorisation(name, config, &chain, signer).await));
    }
    if let Some(store) = store {
        for asset in &config.tokens {
            findings.extend(collect(format!("chain {name}: token {asset}"), token(name, asset, &chain, store).await));
        }
        findings.extend(collect(format!("chain {name}: indexer"), indexer(name, config, &chain, store).await));
        findings.extend(elsewhere(name, config, store).await);
    }
}

fn collect(what: String, looked: anyhow::Result<Finding>) -> Option<Finding> {
    Some(looked.unwrap_or_else(|error| Finding::failed(what, &error)))
}

async fn node(name: &str, config: &ChainConfig, rpc: &SecretUrl) -> anyhow::Result<(Finding, Option<Chain>)> {
    let what = format!("chain {name}: node {rpc}");
    let chain = connect(rpc, None)?;
    let found = chain_id(&chain, rpc).await?;
    let wanted = config.policy.chain_id;
    if found != wanted {
        return Ok((Finding::wrong(what, format!("is on chain {found}, not {wanted}"), format!("correct chains.{name}.rpc_urls or chain_id")), None));
    }
    Ok((Finding::fine(what, format!("answers for chain {found}")), Some(chain)))
}

fn signer(name: &str, config: &ChainConfig, findings: &mut Vec<Finding>) -> Option<Address> {
    let what = format!("chain {name}: routing signer");
    let source = config.signer.as_ref()?;
    match routing_signer(name, config, std::sync::Arc::new(SystemClock)) {
        Ok(signer) => {
            findings.push(Finding::fine(what, format!("{} from {source}", signer.address())));
            Some(signer.address())
        }
        Err(error) => {
            findings.push(Finding::failed(what, &error));
            None
        }
    }
}

async fn clock(name: &str, chain: &Chain) -> anyhow::Result<Finding> {
    let what = format!("chain {name}: clock");
    let block = chain.get_block_by_number(BlockNumberOrTag::Latest).await?.ok_or_else(|| anyhow::anyhow!("the node has no newest block"))?;
    let (block_time, now) = (block.header.timestamp, SystemClock.now().unix_seconds());
    Ok(match (block_time.saturating_sub(now), now.saturating_sub(block_time)) {
        (ahead, _) if ahead > MAX_CLOCK_SKEW_S => {
            Finding::wrong(what, format!("the newest block is {ahead} s in this machine's future"), "set this machine's clock (NTP)")
        }
        (_, age) if age > MAX_BLOCK_AGE_S => {
            Finding::wrong(what, format!("the newest block is {age} s old"), "the node is behind or the chain stands still; ask another node")
        }
        (_, age) => Finding::fine(what, format!("block {} is {age} s old", block.header.number)),
    })
}

async fn router(name: &str, config: &ChainConfig, chain: &Chain) -> anyhow::Result<Finding> {
    let (what, address) = (format!("chain {name}: router"), config.policy.router);
    Ok(match deploy::code_hash(chain, address).await? {
        None => Finding::wrong(what, format!("there is no contract at {address}"), "run `counterfoil router deploy`"),
        Some(hash) => {
            deploy::Contract::router().check(address, hash)?;
            Finding::fine(what, format!("{address}, with the code of this version"))
        }
    })
}

async fn authorisation(name: &str, config: &ChainConfig, chain: &Chain, signer: Address) -> anyhow::Result<Finding> {
    let what = format!("chain {name}: authorisation");
    let (router, operator) = (config.policy.router, config.policy.operator);
    if !view(chain, router, &isSignerCall { operator, signer }).await? {
        let fix = format!("run `counterfoil router set-signer {signer} --until TIME` with the key of {operator}");
        return Ok(Finding::wrong(what, format!("the router does not accept {signer} for operator {operator}"), fix));
    }
    if signer == operator {
        let found = "the routing signer is the operator itself: whoever steals this key is the operator; a delegate is safer";
        return Ok(Finding::note(what, found));
    }
    let end: u64 = view(chain, router, &signerUntilCall { operator, signer }).await?.saturating_to();
    let found = format!("{signer} may sign for operator {operator} {}", until(end));
    let soon = end < SystemClock.now().unix_seconds().saturating_add(RENEW_WITHIN_S);
    Ok(if soon { Finding::note(what, format!("{found}: renew it soon")) } else { Finding::fine(what, found) })
}

async fn token(name: &str, asset: &Asset, chain: &Chain, store: &Store) -> anyhow::Result<Finding> {
    let what = format!("chain {name}: token {asset}");
    let Some(entry) = store.token(asset).await? else {
        return Ok(Finding::note(what, "is not registered yet; the indexer registers it when it starts"));
    };
    let Asset::Erc20 { token, .. } = asset else { return Ok(Finding::fine(what, "the chain's own coin")) };
    let decimals = view(chain, *token, &decimalsCall {}).await?;
    if decimals != entry.decimals {
        let found = format!("the registry says {} decimals, the chain {decimals}", entry.decimals);
        return Ok(Finding::wrong(what, found, "use another token: one that changes its decimals cannot be settled with"));
    }
    Ok(Finding::fine(what, format!("{} with {decimals} decimals", entry.symbol)))
}

async fn indexer(name: &str, config: &ChainConfig, chain: &Chain, store: &Store) -> anyhow::Result<Finding> {
    let what = format!("chain {name}: indexer");
    let Some(cursor) = store.cursor(config.policy.chain_id).await? else {
        return Ok(Finding::note(what, "has not run on this database yet"));
    };
    if let Some(reason) = cursor.halted {
        let fix = format!("look at what the chain took back, then run `counterfoil indexer acknowledge {name}`; with a private chain, dev --fresh");
        return Ok(Finding::wrong(what, format!("has halted: {reason}"), fix));
    }
    let behind = chain.get_block_number().await?.saturating_sub(cursor.scanned.number);
    Ok(match behind {
        0..=MAX_BLOCKS_BEHIND => Finding::fine(what, format!("at block {}, {behind} behind the node", cursor.scanned.number)),
        _ => Finding::note(what, format!("at block {}, {behind} behind the node; run `counterfoil serve`", cursor.scanned.number)),
    })
}

async fn elsewhere(name: &str, config: &ChainConfig, store: &Store) -> Option<Finding> {
    match payable_elsewhere(name, config, store).await {
        Ok(None) => None,
        Ok(Some((found, fix))) => Some(Finding::wrong(format!("chain {name}: payloads"), found, fix)),
        Err(error) => Some(Finding::failed(format!("chain {name}: payloads"), &error)),
    }
}

async fn api(config: &Config) -> Finding {
    let what = format!("api {}", config.api.url);
    let asked = async { Client::new(config.api.url.clone(), None)?.get("/ready").await };
    match asked.await {
        Ok(body) if body["status"] == "ready" => Finding::fine(what, "is ready"),
        Ok(body) => Finding::note(what, format!("works in part: {}", failures(&body))),
        // How the client wraps it says nothing that the address does not.
        Err(error) => Finding::note(what, format!("is not ready: {}", error.root_cause())),
    }
}

/// What `/ready` finds failed, and why.
fn failures(body: &Value) -> String {
    let failed = body["checks"].as_array().into_iter().flatten().filter(|check| check["ok"] == false);
    let said = |check: &Value, part: &str| check[part].as_str().unwrap_or("?").to_owned();
    failed.map(|check| format!("{} ({})", said(check, "name"), said(check, "detail"))).collect::<Vec<_>>().join(", ")
}

fn tools() -> Finding {
    match foundry::installed_anvil() {
        Some(path) => Finding::fine("Foundry tools", format!("{} (for dev and demo)", path.display())),
        None => Finding::note("Foundry tools", "not installed; dev and demo do that when they need them"),
    }
}

#[cfg(test)]
mod tests;

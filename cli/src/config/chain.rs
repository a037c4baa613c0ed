//! `[chains.<name>]`: where a chain is reached, who the operator is there, and what is published about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use alloy_primitives::Address;
use settlement::asset::{Asset, InvalidAddress, parse_address};
use settlement::chain::ChainPolicy;
use settlement::finality::FinalityPolicy;
use settlement::money::{Amount, FeePolicy};

use super::SecretUrl;
use super::reader::{Reader, Section};

/// One chain.
#[derive(Clone, Debug)]
pub struct ChainConfig {
    /// What is published about it.
    pub policy: ChainPolicy,
    /// Its nodes, the preferred one first. `http(s)` URLs are asked, at least one; `ws(s)` URLs only tell of new blocks.
    pub rpc_urls: Vec<SecretUrl>,
    /// Where indexing begins on a new database; the newest block when absent.
    pub start_block: Option<u64>,
    /// The tokens that agreements may use.
    pub tokens: Vec<Asset>,
    /// Where the routing signer's key is.
    pub signer: Option<SignerSource>,
}

/// Where the key of a routing signer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignerSource {
    /// A file with the key in hex, which nobody else may read.
    KeyFile(PathBuf),
    /// An encrypted keystore (v3) and the file with its password.
    Keystore {
        /// The keystore.
        path: PathBuf,
        /// The file with the password.
        password_file: PathBuf,
    },
    /// An environment variable with the key in hex.
    Env(String),
}

/// An address as configuration spells it.
struct Checksummed(Address);

impl FromStr for Checksummed {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        parse_address(text).map(Self)
    }
}

impl ChainConfig {
    /// The nodes that answer questions.
    pub fn http_urls(&self) -> impl Iterator<Item = &SecretUrl> {
        self.rpc_urls.iter().filter(|rpc| rpc.is_http())
    }
}

impl fmt::Display for SignerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyFile(path) => write!(f, "key file {}", path.display()),
            Self::Keystore { path, .. } => write!(f, "keystore {}", path.display()),
            Self::Env(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// All chains; two of them must not be one.
pub(super) fn read_all(reader: &mut Reader<'_>, root: &mut Section) -> BTreeMap<String, ChainConfig> {
    let mut section = reader.section(root, "chains");
    let mut chains = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for name in section.keys() {
        let path = section.path_of(&name);
        let chain = read(reader, &mut section, &name);
        if chain.as_ref().is_some_and(|chain| !seen.insert(chain.policy.chain_id)) {
            reader.problem(&format!("{path}.chain_id"), "is configured twice", None);
        }
        chains.extend(chain.map(|chain| (name, chain)));
    }
    chains
}

fn read(reader: &mut Reader<'_>, parent: &mut Section, name: &str) -> Option<ChainConfig> {
    let mut section = reader.section(parent, name);
    let path = section.path_of("");
    let path = path.trim_end_matches('.');
    let chain_id: Option<u64> = reader.number(&mut section, "chain_id");
    if chain_id.is_none() {
        reader.missing(path, "chain_id");
    }
    let label: Option<String> = reader.parse(&mut section, "name");
    let rpc_urls: Vec<SecretUrl> = reader.list(&mut section, "rpc_urls");
    nodes(reader, path, &rpc_urls);
    let router = reader.parse::<Checksummed>(&mut section, "router").map_or_else(contracts::router_address, |a| a.0);
    let operator = reader.require::<Checksummed>(&mut section, "operator").map(|a| a.0);
    if operator.is_some_and(|a| a.is_zero()) {
        reader.problem(&format!("{path}.operator"), "must not be the zero address", None);
    }
    let finality: Option<FinalityPolicy> = reader.require(&mut section, "finality");
    let fee = fee(reader, &mut section);
    let start_block = reader.number(&mut section, "start_block");
    let tokens: Vec<Asset> = reader.list(&mut section, "tokens");
    for token in tokens.iter().filter(|token| chain_id.is_some_and(|id| id != token.chain_id())) {
        reader.problem(&format!("{path}.tokens"), &format!("{token} is on another chain"), None);
    }
    let signer = signer(reader, &mut section);
    reader.close(section);
    let policy =
        ChainPolicy { chain_id: chain_id?, name: label.unwrap_or_else(|| name.to_owned()), router, operator: operator?, finality: finality?, fee: fee? };
    Some(ChainConfig { policy, rpc_urls, start_block, tokens, signer })
}

/// Problems say which node by its place in the list: its URL may hold a key.
fn nodes(reader: &mut Reader<'_>, path: &str, rpc_urls: &[SecretUrl]) {
    if rpc_urls.is_empty() {
        reader.missing(path, "rpc_urls");
    } else if !rpc_urls.iter().any(SecretUrl::is_http) {
        reader.problem(&format!("{path}.rpc_urls"), "needs one that starts with http:// or https://; the others only tell of new blocks", None);
    }
    for (i, _) in rpc_urls.iter().enumerate().filter(|(_, rpc)| !rpc.is_http() && !rpc.is_websocket()) {
        reader.problem(&format!("{path}.rpc_urls[{i}]"), "must start with http://, https://, ws:// or wss://", None);
    }
}

/// `fee = { bps, fixed, recipient }`; none at all is no fee.
fn fee(reader: &mut Reader<'_>, parent: &mut Section) -> Option<FeePolicy> {
    let mut section = reader.section(parent, "fee");
    let bps = reader.number(&mut section, "bps").unwrap_or(0);
    let fixed: Amount = reader.parse(&mut section, "fixed").unwrap_or_default();
    let recipient = reader.parse::<Checksummed>(&mut section, "recipient").map_or(Address::ZERO, |a| a.0);
    let path = parent.path_of("fee");
    reader.close(section);
    let policy = FeePolicy { bps, fixed, recipient };
    match policy.check() {
        Ok(()) => Some(policy),
        Err(error) => {
            reader.problem(&path, &error.to_string(), None);
            None
        }
    }
}

fn signer(reader: &mut Reader<'_>, section: &mut Section) -> Option<SignerSource> {
    let path = section.path_of("signer_key_file");
    let file: Option<PathBuf> = reader.parse(section, "signer_key_file");
    let keystore: Option<PathBuf> = reader.parse(section, "signer_keystore");
    let password: Option<PathBuf> = reader.parse(section, "signer_password_file");
    let variable: Option<String> = reader.parse(section, "signer_key_env");
    match (file, keystore, password, variable) {
        (None, None, None, None) => None,
        (Some(path), None, None, None) => Some(SignerSource::KeyFile(path)),
        (None, Some(path), Some(password_file), None) => Some(SignerSource::Keystore { path, password_file }),
        (None, None, None, Some(variable)) => Some(SignerSource::Env(variable)),
        _ => {
            let reason = "name one key only: signer_key_file, or signer_keystore with signer_password_file, or signer_key_env";
            reader.problem(&path, reason, None);
            None
        }
    }
}

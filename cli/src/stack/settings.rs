//! The configuration of a stack, as a file: what it runs with is what `doctor`, `token create` and `serve` can be given.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use url::Url;

use super::accounts::{FEE_RECIPIENT, OPERATOR};
use super::anvil::CHAIN_ID;
use super::deployment::Deployment;
use super::identities::Identities;
use super::{DATABASE_FILE, POLL_INTERVAL, SETTINGS_FILE, SIGNER_FILE, StackOptions, TOKEN_KEY_FILE, WEBHOOK_KEY_FILE};
use crate::config::{Config, Sources};
use crate::failure::OrFix;

/// What the operator of a stack takes: 2.5 %.
const FEE_BPS: u16 = 250;

/// Where the parts of a stack are.
pub(super) struct Places<'a> {
    /// The API.
    pub(super) api: &'a Url,
    /// The chain.
    pub(super) rpc: &'a Url,
    /// Router and token.
    pub(super) deployment: &'a Deployment,
}

/// Writes the configuration and reads it back, as every other command would.
pub(super) fn write(options: &StackOptions, places: &Places<'_>, identities: &Identities) -> anyhow::Result<Config> {
    let folder = fs::canonicalize(&options.data_dir)?;
    let file = folder.join(SETTINGS_FILE);
    let fix = "choose another --data-dir";
    for (name, key) in [(TOKEN_KEY_FILE, &identities.token_key), (WEBHOOK_KEY_FILE, &identities.webhook_key)] {
        write_private(&folder.join(name), key.expose_secret()).or_fix(format!("cannot write {name}"), fix)?;
    }
    write_private(&file, &toml(options, places, &folder)).or_fix(format!("cannot write {}", file.display()), fix)?;
    // A database of somebody else's may have a password, which does not belong into the file.
    let environment = options.database_url.iter().map(|url| ("COUNTERFOIL_DATABASE__URL".to_owned(), url.clone())).collect();
    Ok(Config::load(&Sources { file: Some(file), directory: folder, environment, flags: Vec::new() })?)
}

fn toml(options: &StackOptions, places: &Places<'_>, folder: &Path) -> String {
    let in_folder = |name: &str| quoted(&folder.join(name).display().to_string());
    let database = quoted(&format!("sqlite:{}", folder.join(DATABASE_FILE).display()));
    let (api, rpc, Deployment { router, token, .. }) = (places.api, places.rpc, places.deployment);
    let listen = format!("{}:{}", api.host_str().unwrap_or("127.0.0.1"), api.port_or_known_default().unwrap_or_default());
    let (poll, operator, recipient) = (POLL_INTERVAL.as_millis(), OPERATOR.address(), FEE_RECIPIENT.address());
    let (token_key, webhook_key, signer) = (in_folder(TOKEN_KEY_FILE), in_folder(WEBHOOK_KEY_FILE), in_folder(SIGNER_FILE));
    let finality = options.finality;
    format!(
        r#"# Written at each start of `counterfoil dev`. Other commands work on the same instance with: --config THIS FILE
[database]
url = {database}

[api]
listen = "{listen}"
url = "{api}"
open_sign_in = true
token_key_file = {token_key}

# For one developer, and for measuring: nobody has to be kept from taking what others need.
[api.limits]
address = 0
anonymous = 0
sign_in = 0
account_reads = 0
account_writes = 0
token_reads = 0
token_writes = 0

[webhooks]
key_file = {webhook_key}
# Receivers on this machine.
allowed_networks = ["127.0.0.0/8", "::1"]

[indexer]
poll_interval_ms = {poll}

[chains.private]
chain_id = {CHAIN_ID}
name = "Private chain"
rpc_urls = ["{rpc}"]
router = "{router}"
operator = "{operator}"
finality = "{finality}"
fee = {{ bps = {FEE_BPS}, recipient = "{recipient}" }}
start_block = 0
tokens = ["eip155:{CHAIN_ID}/erc20:{token}"]
signer_key_file = {signer}
"#
    )
}

/// A TOML basic string: JSON's strings are a subset of them.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Writes a file for its owner alone, whole or not at all: half a file would be taken for all there is at the next start.
pub(super) fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let partial: PathBuf = path.with_extension("partial");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&partial, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::OsIds;
    use alloy_primitives::Address;

    #[test]
    fn what_is_written_is_a_configuration_that_serves() {
        let folder = tempfile::Builder::new().prefix("with \"quotes\" and ü ").tempdir().unwrap();
        let options = StackOptions::new(folder.path());
        let deployment = Deployment { router: Address::repeat_byte(1), escrow: Address::repeat_byte(3), token: Address::repeat_byte(2) };
        let (api, rpc) = ("http://127.0.0.1:1234".parse().unwrap(), "http://127.0.0.1:4321".parse().unwrap());
        let places = Places { api: &api, rpc: &rpc, deployment: &deployment };
        let identities = Identities::load_or_create(&folder.path().join("identities.json"), &OsIds).unwrap();
        let config = write(&options, &places, &identities).unwrap();
        assert!(config.webhooks.key.is_some() && config.webhooks.allowed_networks.iter().all(|network| network.addr().is_loopback()));
        config.check_serving(true).unwrap();
        let chain = &config.chains["private"];
        assert_eq!(chain.policy.router, deployment.router);
        assert_eq!(chain.tokens[0].token_address(), deployment.token);
        assert_eq!(config.api.listen.port(), 1234);
    }
}

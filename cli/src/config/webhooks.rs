//! `[webhooks]`: under which key their secrets are stored, and where they may go besides the public internet.

use ipnet::IpNet;
use secrecy::SecretString;

use super::limits::Network;
use super::reader::{Reader, Section};
use super::{MIN_TOKEN_KEY_CHARS, secret_file};

/// What endpoints are made with.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    /// The key that the key of stored secrets is derived from; by default that of the token hashes.
    pub key: Option<SecretString>,
    /// Networks that deliveries may go to besides the public internet, also by plain HTTP.
    pub allowed_networks: Vec<IpNet>,
}

pub(super) fn read(reader: &mut Reader<'_>, root: &mut Section) -> WebhookConfig {
    let mut section = reader.section(root, "webhooks");
    reader.only_from_environment(&section, "key", "set COUNTERFOIL_WEBHOOKS__KEY or webhooks.key_file");
    let key_path = section.path_of(if section.contains("key") { "key" } else { "key_file" });
    let from_file = secret_file(reader, &mut section, "key_file");
    let key = reader.parse::<String>(&mut section, "key").or(from_file);
    if key.as_ref().is_some_and(|key| key.chars().count() < MIN_TOKEN_KEY_CHARS) {
        reader.problem(&key_path, &format!("must have at least {MIN_TOKEN_KEY_CHARS} characters; `openssl rand -hex 32` makes one"), None);
    }
    let allowed: Vec<Network> = reader.list(&mut section, "allowed_networks");
    reader.close(section);
    WebhookConfig { key: key.map(SecretString::from), allowed_networks: allowed.into_iter().map(|network| network.0).collect() }
}

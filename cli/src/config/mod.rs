//! Configuration: layers merged, read into types, and validated as a whole. Every problem is reported at once, unknown keys included.
//!
//! Secrets come from the environment or from files of their own, and are kept in types that do not print them.

mod chain;
mod layers;
mod limits;
mod reader;
mod webhooks;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use figment::{Figment, Profile, Provider};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

pub use chain::{ChainConfig, SignerSource};
pub use layers::Sources;
pub use limits::AccessConfig;
pub use reader::Problem;
use reader::{Reader, Section};
pub use webhooks::WebhookConfig;

/// The whole configuration of a process.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the file layer was read from.
    pub file: Option<PathBuf>,
    /// The database.
    pub database: DatabaseConfig,
    /// The HTTP API, and how clients reach it.
    pub api: ApiConfig,
    /// Following chains.
    pub indexer: IndexerConfig,
    /// Webhooks.
    pub webhooks: WebhookConfig,
    /// Logs.
    pub log: LogConfig,
    /// The chains, by the names they have in the configuration.
    pub chains: BTreeMap<String, ChainConfig>,
}

/// `[database]`.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// `sqlite:PATH` or `postgres://…`; may carry a password.
    pub url: SecretUrl,
    /// Connections of the pool.
    pub max_connections: u32,
}

/// `[api]`.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Where `serve` listens.
    pub listen: SocketAddr,
    /// Under which URL it is reached.
    pub url: Url,
    /// Key of the hashes under which bearer tokens are stored; at least [`MIN_TOKEN_KEY_CHARS`] characters.
    pub token_key: Option<SecretString>,
    /// Refuse writes without an idempotency key.
    pub require_idempotency_key: bool,
    /// Make profiles for wallets that sign in, or sign an imported agreement, for the first time; otherwise only imports by a marketplace do.
    pub open_sign_in: bool,
    /// How long a verify request may be held.
    pub verify_wait: Duration,
    /// How old the newest indexed block may be while the instance calls itself ready.
    pub max_indexer_lag: Duration,
    /// What callers are held to.
    pub access: AccessConfig,
}

/// `[indexer]`.
#[derive(Clone, Debug)]
pub struct IndexerConfig {
    /// Pause between two looks at an idle chain.
    pub poll_interval: Duration,
    /// Blocks per request for logs.
    pub max_range: u64,
    /// Wait while another process follows the chain, instead of ending with an error.
    pub standby: bool,
}

/// `[log]`.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// For people or for machines.
    pub format: LogFormat,
    /// As in `RUST_LOG`.
    pub filter: String,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// A URL that may carry a password or an API key: shows its scheme and host only.
#[derive(Clone)]
pub struct SecretUrl(SecretString);

/// How the URL of an embedded database starts.
const SQLITE: &str = "sqlite:";
/// A token key shorter than this could be guessed from a stolen database.
pub const MIN_TOKEN_KEY_CHARS: usize = 32;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A layer is not even readable.
    #[error("the configuration cannot be read: {0}")]
    Unreadable(String),
    /// Keys or values are wrong: all of them.
    #[error("the configuration has {} {}:\n{}", .0.len(), if .0.len() == 1 { "problem" } else { "problems" }, lines(.0))]
    Invalid(Vec<Problem>),
}

impl Config {
    /// Reads and validates all layers.
    ///
    /// # Errors
    /// When a layer cannot be read, or with every key that is unknown, missing or wrong.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let file = sources.chosen_file();
        if let Some(path) = file.as_ref().filter(|path| !path.is_file()) {
            return Err(ConfigError::Unreadable(format!("there is no file {}", path.display())));
        }
        let figment = sources.figment(file.as_deref());
        let values = merged(&figment)?;
        let mut reader = Reader::new(&figment);
        let config = read(&mut reader, values, file);
        match config {
            Some(config) if reader.problems.is_empty() => Ok(config),
            _ => Err(ConfigError::Invalid(reader.problems)),
        }
    }

    /// The key of token hashes, for commands that cannot do without.
    ///
    /// # Errors
    /// When it is not configured.
    pub fn token_key(&self) -> Result<&SecretString, ConfigError> {
        let reason = format!("is missing; make one with `openssl rand -hex 32` ({MIN_TOKEN_KEY_CHARS} characters or more) and keep it");
        self.api.token_key.as_ref().ok_or_else(|| {
            let path = "api.token_key_file or COUNTERFOIL_API__TOKEN_KEY".to_owned();
            ConfigError::Invalid(vec![Problem { path, reason, origin: None }])
        })
    }

    /// Checks what `serve` needs beyond a valid configuration.
    ///
    /// # Errors
    /// With everything that is missing, at once.
    pub fn check_serving(&self, with_api: bool) -> Result<(), ConfigError> {
        let missing = |path: &str, reason: &str| Problem { path: path.to_owned(), reason: reason.to_owned(), origin: None };
        let mut problems = Vec::new();
        if self.chains.is_empty() {
            problems.push(missing("chains", "is missing; name at least one chain, as in deploy/config/local.toml"));
        }
        if with_api {
            problems.extend(self.token_key().err().into_iter().flat_map(|e| match e {
                ConfigError::Invalid(problems) => problems,
                ConfigError::Unreadable(reason) => vec![missing("api.token_key_file", &reason)],
            }));
            let unsigned = self.chains.iter().filter(|(_, chain)| chain.signer.is_none());
            let reason = "is missing; the API signs payment requests (or signer_keystore, or signer_key_env)";
            problems.extend(unsigned.map(|(name, _)| missing(&format!("chains.{name}.signer_key_file"), reason)));
        }
        if problems.is_empty() { Ok(()) } else { Err(ConfigError::Invalid(problems)) }
    }
}

impl SecretUrl {
    /// Wraps a URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self(SecretString::from(url.into()))
    }

    /// All of it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// All of it, read.
    ///
    /// # Errors
    /// When it is no URL. The error does not show it.
    pub fn url(&self) -> Result<Url, url::ParseError> {
        self.expose().parse()
    }

    /// Whether it is asked over HTTP.
    #[must_use]
    pub fn is_http(&self) -> bool {
        self.url().is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
    }

    /// Whether it is a WebSocket.
    #[must_use]
    pub fn is_websocket(&self) -> bool {
        self.url().is_ok_and(|url| matches!(url.scheme(), "ws" | "wss"))
    }

    /// The file of an embedded database, where the URL is no more than its path.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        let path = self.expose().strip_prefix(SQLITE)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        (!path.contains(['?', '%', ':'])).then(|| PathBuf::from(path))
    }

    fn has_password(&self) -> bool {
        self.url().is_ok_and(|url| url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password"))
    }
}

impl FromStr for SecretUrl {
    type Err = url::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text).url().map(|_| Self::new(text))
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A file on this machine: nothing in its name is secret.
        if self.expose().starts_with(SQLITE) {
            return f.write_str(self.expose());
        }
        let Ok(url) = self.url() else { return f.write_str("[REDACTED]") };
        // What is taken for a scheme may be a host, and the rest hold a key: node.example:443/v2/KEY
        let Some(host) = url.host_str() else { return f.write_str("[REDACTED]") };
        write!(f, "{}://{host}", url.scheme())?;
        if let Some(port) = url.port() {
            write!(f, ":{port}")?;
        }
        let says_more = url.path().len() > 1 || url.query().is_some() || !url.username().is_empty() || url.password().is_some();
        if says_more { f.write_str("/…") } else { Ok(()) }
    }
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("must be text or json"),
        }
    }
}

fn merged(figment: &Figment) -> Result<Section, ConfigError> {
    let mut layers = figment.data().map_err(|e| ConfigError::Unreadable(e.to_string()))?;
    Ok(Section::root(layers.remove(&Profile::Default).unwrap_or_default()))
}

fn read(reader: &mut Reader<'_>, mut root: Section, file: Option<PathBuf>) -> Option<Config> {
    let database = database(reader, &mut root);
    let api = api(reader, &mut root);
    let indexer = indexer(reader, &mut root);
    let webhooks = webhooks::read(reader, &mut root);
    let log = log(reader, &mut root);
    let chains = chain::read_all(reader, &mut root);
    reader.close(root);
    Some(Config { file, database: database?, api: api?, indexer: indexer?, webhooks, log: log?, chains })
}

fn database(reader: &mut Reader<'_>, root: &mut Section) -> Option<DatabaseConfig> {
    let mut section = reader.section(root, "database");
    if section.text("url").is_some_and(|url| SecretUrl::new(url).has_password()) {
        reader.only_from_environment(&section, "url", "set COUNTERFOIL_DATABASE__URL or database.url_file");
    }
    let from_file = secret_file(reader, &mut section, "url_file");
    let url = reader.require::<SecretUrl>(&mut section, "url");
    let max_connections = reader.number(&mut section, "max_connections");
    reader.close(section);
    Some(DatabaseConfig { url: from_file.map(SecretUrl::new).or(url)?, max_connections: max_connections? })
}

fn api(reader: &mut Reader<'_>, root: &mut Section) -> Option<ApiConfig> {
    let mut section = reader.section(root, "api");
    reader.only_from_environment(&section, "token_key", "set COUNTERFOIL_API__TOKEN_KEY or api.token_key_file");
    let key_path = section.path_of(if section.contains("token_key") { "token_key" } else { "token_key_file" });
    let from_file = secret_file(reader, &mut section, "token_key_file");
    let token_key = reader.parse::<String>(&mut section, "token_key").or(from_file);
    if token_key.as_ref().is_some_and(|key| key.chars().count() < MIN_TOKEN_KEY_CHARS) {
        reader.problem(&key_path, &format!("must have at least {MIN_TOKEN_KEY_CHARS} characters; `openssl rand -hex 32` makes one"), None);
    }
    let listen = reader.require(&mut section, "listen");
    let url = reader.require(&mut section, "url");
    let require_idempotency_key = reader.flag(&mut section, "require_idempotency_key");
    let open_sign_in = reader.flag(&mut section, "open_sign_in");
    let verify_wait = millis(reader, &mut section, "verify_wait_ms");
    let max_indexer_lag = millis(reader, &mut section, "max_indexer_lag_ms");
    let access = limits::read(reader, &mut section);
    reader.close(section);
    Some(ApiConfig {
        listen: listen?,
        url: url?,
        token_key: token_key.map(SecretString::from),
        require_idempotency_key: require_idempotency_key?,
        open_sign_in: open_sign_in?,
        verify_wait: verify_wait?,
        max_indexer_lag: max_indexer_lag?,
        access: access?,
    })
}

fn indexer(reader: &mut Reader<'_>, root: &mut Section) -> Option<IndexerConfig> {
    let mut section = reader.section(root, "indexer");
    let poll_interval = millis(reader, &mut section, "poll_interval_ms");
    let max_range = reader.number(&mut section, "max_range");
    let standby = reader.flag(&mut section, "standby");
    reader.close(section);
    Some(IndexerConfig { poll_interval: poll_interval?, max_range: max_range?, standby: standby? })
}

fn log(reader: &mut Reader<'_>, root: &mut Section) -> Option<LogConfig> {
    let mut section = reader.section(root, "log");
    let format = reader.require(&mut section, "format");
    let filter = reader.require(&mut section, "filter");
    reader.close(section);
    Some(LogConfig { format: format?, filter: filter? })
}

fn millis(reader: &mut Reader<'_>, section: &mut Section, key: &str) -> Option<Duration> {
    reader.number(section, key).map(Duration::from_millis)
}

/// The text of the file that a key names, without the line break at its end.
fn secret_file(reader: &mut Reader<'_>, section: &mut Section, key: &str) -> Option<String> {
    let path: PathBuf = reader.parse(section, key)?;
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text.trim_end().to_owned()),
        Err(error) => {
            reader.problem(&section.path_of(key), &format!("cannot be read: {error} ({})", path.display()), None);
            None
        }
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;

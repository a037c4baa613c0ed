//! What `deploy/` starts finds its configuration: the variables that it sets are known, and with them an instance can serve.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cli::config::{Config, SignerSource, Sources};

const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/config/base-sepolia.toml");
const COMPOSE: &str = include_str!("../../../deploy/compose.yaml");
const UNIT: &str = include_str!("../../../deploy/systemd/counterfoil.service");
const PREFIX: &str = "COUNTERFOIL_";
const TOKEN_KEY: &str = "00112233445566778899aabbccddeeff";

#[test]
fn compose_serves_with_the_variables_and_secrets_that_it_names() {
    let (secrets, environment) = handed_over(COMPOSE, "/run/secrets/", ": ");
    assert!(
        COMPOSE.contains(&format!("./config/base-sepolia.toml:{}:ro", environment["COUNTERFOIL_CONFIG"])),
        "the file that is named is the one that is mounted"
    );
    for name in ["database_url", "token_key", "signer_keystore", "signer_password"] {
        let mounted = COMPOSE.contains(&format!("\n  {name}: {{ file: ./secrets/"));
        assert!(mounted && secrets.path().join(name).exists(), "{name} is a secret of the file, and something reads it");
    }
    let config = load(&environment);
    config.check_serving(true).unwrap();
    assert_eq!(config.database.url.expose(), "postgres://counterfoil:hunter2@postgres/counterfoil");
    let (path, password_file) = (secrets.path().join("signer_keystore"), secrets.path().join("signer_password"));
    assert_eq!(config.chains["base_sepolia"].signer, Some(SignerSource::Keystore { path, password_file }));
}

#[test]
fn the_unit_serves_with_the_variables_and_files_that_it_names() {
    let (files, environment) = handed_over(UNIT, "/etc/counterfoil/", "=");
    for name in ["counterfoil.toml", "token_key"] {
        assert!(files.path().join(name).exists(), "the unit names {name}");
    }
    let config = load(&environment);
    config.check_serving(true).unwrap();
    assert_eq!(config.database.url.expose(), "sqlite:counterfoil.db", "in the state directory, where the service starts");
    assert!(UNIT.contains("StateDirectory=counterfoil\nWorkingDirectory=/var/lib/counterfoil\n"));
    let beside = |name: &str| PathBuf::from("/etc/counterfoil").join(name);
    assert_eq!(config.chains["base_sepolia"].signer, Some(SignerSource::Keystore { path: beside("signer.json"), password_file: beside("signer_password") }));
}

#[test]
fn a_variable_that_nothing_reads_is_noticed() {
    let environment = BTreeMap::from([("COUNTERFOIL_DATABASE__URL_FILES".to_owned(), "x".to_owned())]);
    let sources = Sources { file: Some(CONFIGURATION.into()), environment: environment.into_iter().collect(), ..Sources::default() };
    assert!(Config::load(&sources).unwrap_err().to_string().contains("database.url_files: is not a known key"));
}

/// The configuration with these variables, the file that they name aside.
fn load(environment: &BTreeMap<String, String>) -> Config {
    let environment = environment.clone().into_iter().collect();
    Config::load(&Sources { file: Some(CONFIGURATION.into()), environment, ..Sources::default() }).unwrap()
}

/// The variables that a file sets, those that name a file under `folder` naming one in a folder of this test instead, which is there.
fn handed_over(text: &str, folder: &str, between: &str) -> (tempfile::TempDir, BTreeMap<String, String>) {
    let here = tempfile::tempdir().unwrap();
    let settings = text.lines().filter_map(|line| {
        let line = line.trim();
        line.strip_prefix("Environment=").unwrap_or(line).strip_prefix(PREFIX)?.split_once(between)
    });
    let environment = settings.map(|(name, value)| {
        let value = value.strip_prefix(folder).map_or_else(|| value.to_owned(), |file| secret(here.path(), file));
        (format!("{PREFIX}{name}"), value)
    });
    let environment: BTreeMap<_, _> = environment.collect();
    assert!(environment.len() >= 2, "{environment:?}");
    (here, environment)
}

fn secret(folder: &Path, file: &str) -> String {
    let content = match file {
        "database_url" => "postgres://counterfoil:hunter2@postgres/counterfoil",
        _ => TOKEN_KEY,
    };
    std::fs::write(folder.join(file), content).unwrap();
    folder.join(file).display().to_string()
}

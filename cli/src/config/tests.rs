use super::*;

const CHAIN: &str = r#"
[chains.local]
chain_id = 31337
rpc_urls = ["http://127.0.0.1:8545"]
operator = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
finality = "confirmations:3"
"#;

struct Case {
    directory: tempfile::TempDir,
    sources: Sources,
}

fn case(file: &str, environment: &[(&str, &str)]) -> Case {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("counterfoil.toml"), file).unwrap();
    let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let sources = Sources { directory: directory.path().to_owned(), environment, ..Sources::default() };
    Case { directory, sources }
}

fn problems(file: &str, environment: &[(&str, &str)]) -> Vec<String> {
    match Config::load(&case(file, environment).sources) {
        Err(ConfigError::Invalid(problems)) => problems.iter().map(|p| format!("{}: {}", p.path, p.reason)).collect(),
        other => panic!("expected problems, got {other:?}"),
    }
}

#[test]
fn without_anything_the_defaults_apply() {
    let config = Config::load(&Sources { directory: tempfile::tempdir().unwrap().path().to_owned(), ..Sources::default() }).unwrap();
    assert_eq!(config.file, None);
    assert_eq!(config.database.url.expose(), "sqlite:counterfoil.db");
    assert_eq!(config.api.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.api.verify_wait, Duration::from_secs(30));
    assert_eq!(config.log.format, LogFormat::Text);
    assert!(config.chains.is_empty());
}

#[test]
fn a_later_layer_wins() {
    let file = "[database]\nmax_connections = 3\n[api]\nlisten = \"127.0.0.1:1\"\nurl = \"http://file\"\n[log]\nfilter = \"warn\"\n";
    let mut case = case(file, &[("COUNTERFOIL_API__LISTEN", "127.0.0.1:2"), ("COUNTERFOIL_API__URL", "http://env"), ("UNRELATED__URL", "x")]);
    case.sources.flags = vec![("api.url", "http://flag".to_owned())];
    let config = Config::load(&case.sources).unwrap();
    assert_eq!(config.indexer.max_range, 2_000, "a default");
    assert_eq!(config.database.max_connections, 3, "the file over the default");
    assert_eq!(config.log.filter, "warn");
    assert_eq!(config.api.listen.to_string(), "127.0.0.1:2", "the environment over the file");
    assert_eq!(config.api.url.as_str(), "http://flag/", "a flag over the environment");
    assert_eq!(config.file.unwrap(), case.directory.path().join("counterfoil.toml"));
}

#[test]
fn the_environment_reaches_into_chains_and_spells_lists_with_commas() {
    let environment = [("COUNTERFOIL_CHAINS__LOCAL__RPC_URLS", "http://a/key, http://b"), ("COUNTERFOIL_CHAINS__LOCAL__START_BLOCK", "7")];
    let config = Config::load(&case(CHAIN, &environment).sources).unwrap();
    let chain = &config.chains["local"];
    assert_eq!(chain.rpc_urls.iter().map(SecretUrl::expose).collect::<Vec<_>>(), ["http://a/key", "http://b"]);
    assert_eq!(chain.start_block, Some(7));
    assert_eq!(chain.policy.router, contracts::router_address());
    assert_eq!(chain.policy.fee, settlement::money::FeePolicy::NONE);
}

#[test]
fn a_websocket_tells_of_blocks_and_another_node_is_asked() {
    let of = |urls: &str| case(CHAIN, &[("COUNTERFOIL_CHAINS__LOCAL__RPC_URLS", urls)]);
    let config = Config::load(&of("wss://a/key,https://b/key").sources).unwrap();
    assert_eq!(config.chains["local"].http_urls().map(SecretUrl::expose).collect::<Vec<_>>(), ["https://b/key"]);
    for (urls, problem) in [("wss://a/key", "chains.local.rpc_urls: needs one"), ("http://a,ftp://b/key", "chains.local.rpc_urls[1]: must start with")] {
        let text = Config::load(&of(urls).sources).unwrap_err().to_string();
        assert!(text.contains(problem) && !text.contains("key"), "{text}");
    }
}

#[test]
fn all_problems_are_reported_at_once_with_their_paths() {
    let file = r#"
        colour = "red"
        [database]
        max_connections = "many"
        [api]
        listen = "here"
        livemode = true
        [chains.local]
        chain_id = 31337
        operator = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92265"
        finality = "latest"
        fee = { bps = 250 }
        tokens = ["eip155:1/erc20:0x036CbD53842c5426634e7929541eC2318f3dCF7e", "USDC"]
        signer_key_file = "a"
        signer_key_env = "B"
    "#;
    let found = problems(file, &[("COUNTERFOIL_INDEXER__MAX_RANGE", "-1"), ("COUNTERFOIL_LOG__COLOUR", "always")]);
    insta::assert_snapshot!(found.join("\n"), @r#"
    database.max_connections: must be a whole number
    api.listen: invalid socket address syntax
    api.livemode: is not a known key
    indexer.max_range: invalid digit found in string
    log.colour: is not a known key
    chains.local.rpc_urls: is missing
    chains.local.operator: the address does not match its EIP-55 checksum
    chains.local.finality: expected confirmations:<number from 1>, safe or finalized
    chains.local.fee: a fee recipient is set exactly when there is a fee
    chains.local.tokens[1]: expected a CAIP-19 asset: eip155:<chain id>/erc20:<address> or eip155:<chain id>/slip44:60
    chains.local.tokens: eip155:1/erc20:0x036CbD53842c5426634e7929541eC2318f3dCF7e is on another chain
    chains.local.signer_key_file: name one key only: signer_key_file, or signer_keystore with signer_password_file, or signer_key_env
    colour: is not a known key
    "#);
}

#[test]
fn a_problem_names_the_layer_it_comes_from() {
    let case = case("[log]\nformat = \"xml\"\n", &[("COUNTERFOIL_API__LISTEN", "nowhere")]);
    let text = Config::load(&case.sources).unwrap_err().to_string();
    assert!(text.starts_with("the configuration has 2 problems:\n"), "{text}");
    assert!(text.contains("api.listen: invalid socket address syntax (from COUNTERFOIL_API__LISTEN)"), "{text}");
    assert!(text.contains("log.format: must be text or json (from ") && text.contains("counterfoil.toml)"), "{text}");
}

#[test]
fn a_variable_that_is_a_table_and_a_text_is_a_problem_in_either_order() {
    let (text, table) = (("COUNTERFOIL_LOG__FORMAT", "json"), ("COUNTERFOIL_LOG__FORMAT__X", "y"));
    for environment in [[text, table], [table, text]] {
        assert_eq!(problems("", &environment), ["log.format: must be text in quotes"]);
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let mut named = case("", &[]);
    named.sources.file = Some("elsewhere.toml".into());
    let by_variable = case("", &[("COUNTERFOIL_CONFIG", "elsewhere.toml")]);
    for sources in [named.sources, by_variable.sources] {
        let error = Config::load(&sources).unwrap_err();
        assert!(matches!(&error, ConfigError::Unreadable(text) if text.contains("elsewhere.toml")), "{error}");
    }
}

#[test]
fn i12_secrets_in_a_configuration_file_are_refused() {
    let key = "k".repeat(64);
    let file = format!("[database]\nurl = \"postgres://me:hunter2@db/x\"\n[api]\ntoken_key = \"{key}\"\n");
    let found = problems(&file, &[]).join("\n");
    assert!(found.contains("database.url: is a secret") && found.contains("api.token_key: is a secret"), "{found}");
    assert!(!found.contains("hunter2") && !found.contains(&key), "{found}");
}

#[test]
fn secrets_come_from_the_environment_or_from_files_of_their_own() {
    let (key, url) = ("k".repeat(32), "postgres://me:hunter2@db/x");
    let environment = [("COUNTERFOIL_DATABASE__URL", url), ("COUNTERFOIL_API__TOKEN_KEY", key.as_str())];
    let config = Config::load(&case("", &environment).sources).unwrap();
    assert_eq!(config.database.url.expose(), url);
    assert_eq!(config.token_key().unwrap().expose_secret(), key);

    let secrets = tempfile::tempdir().unwrap();
    std::fs::write(secrets.path().join("key"), format!("{key}\n")).unwrap();
    let file = format!("[api]\ntoken_key_file = \"{}\"\n", secrets.path().join("key").display());
    assert_eq!(Config::load(&case(&file, &[]).sources).unwrap().token_key().unwrap().expose_secret(), key);
    let short = problems("", &[("COUNTERFOIL_API__TOKEN_KEY", "short")]);
    assert!(short[0].starts_with("api.token_key: must have at least 32"), "{short:?}");
}

#[test]
fn i12_no_secret_is_in_debug() {
    let environment = [
        ("COUNTERFOIL_DATABASE__URL", "postgres://me:hunter2@db:5432/x"),
        ("COUNTERFOIL_API__TOKEN_KEY", "0123456789abcdef0123456789abcdef"),
        ("COUNTERFOIL_CHAINS__LOCAL__RPC_URLS", "https://node.example/v2/apikey-in-path?k=apikey-in-query"),
    ];
    let config = Config::load(&case(CHAIN, &environment).sources).unwrap();
    let shown = format!("{config:?} {config:#?}");
    for secret in ["hunter2", "0123456789abcdef0123456789abcdef", "apikey"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(shown.contains("postgres://db:5432/…") && shown.contains("https://node.example/…"), "{shown}");
}

#[test]
fn i12_a_url_is_shown_by_its_host_and_a_file_by_its_path() {
    let cases = [
        ("sqlite:counterfoil.db", "sqlite:counterfoil.db"),
        ("postgres://me:hunter2@db/x?password=hunter2", "postgres://db/…"),
        ("https://node.example:444/v2/apikey", "https://node.example:444/…"),
        ("https://apikey@node.example", "https://node.example/…"),
        ("https://node.example?key=apikey", "https://node.example/…"),
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
        ("node.example:443/v2/apikey", "[REDACTED]"),
        ("node.example/v2/apikey", "[REDACTED]"),
    ];
    for (url, shown) in cases {
        assert_eq!(SecretUrl::new(url).to_string(), shown);
        assert_eq!(format!("{:?}", SecretUrl::new(url)), shown);
    }
    assert!(problems("[database]\nurl = \"postgres://db/x?password=hunter2\"\n", &[])[0].starts_with("database.url: is a secret"));
}

#[test]
fn serving_names_everything_that_is_missing() {
    let nothing = Config::load(&case("", &[]).sources).unwrap();
    let text = nothing.check_serving(true).unwrap_err().to_string();
    assert!(text.contains("chains: is missing") && text.contains("COUNTERFOIL_API__TOKEN_KEY"), "{text}");
    let indexing = Config::load(&case(CHAIN, &[]).sources).unwrap();
    assert!(indexing.check_serving(false).is_ok());
    let text = indexing.check_serving(true).unwrap_err().to_string();
    assert!(text.contains("chains.local.signer_key_file: is missing"), "{text}");
}

#[test]
fn one_chain_is_configured_once() {
    let twice = format!("{CHAIN}{}", CHAIN.replace("local", "same"));
    assert_eq!(problems(&twice, &[]), ["chains.same.chain_id: is configured twice"]);
}

#[test]
fn the_configurations_in_deploy_are_valid() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/config");
    let load = |name: &str| {
        let environment = vec![("COUNTERFOIL_API__TOKEN_KEY".to_owned(), "k".repeat(64))];
        let sources = Sources { file: Some(folder.join(name)), environment, ..Sources::default() };
        Config::load(&sources).unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["base-sepolia.toml", "local.toml"]);
    for name in &names {
        load(name).check_serving(true).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    let chain = &load("base-sepolia.toml").chains["base_sepolia"];
    assert_eq!(chain.policy.chain_id, 84_532);
    assert_eq!(chain.tokens[0].to_string(), "eip155:84532/erc20:0x036CbD53842c5426634e7929541eC2318f3dCF7e");
    assert_eq!(load("local.toml").chains["local"].policy.chain_id, 31_337);
}

#[test]
fn limits_have_defaults_and_each_can_be_changed() {
    let limits = |environment: &[(&str, &str)]| Config::load(&case("", environment).sources).unwrap().api.access;
    let defaults = limits(&[]);
    assert!(defaults.limits.sign_in < defaults.limits.anonymous && defaults.limits.anonymous < defaults.limits.token_reads);
    assert!(defaults.limits.token_writes < defaults.limits.account_writes && defaults.limits.account_writes < defaults.limits.account_reads);
    assert!(defaults.trusted_proxies.is_empty() && defaults.allowed_origins.is_empty());
    let changed = limits(&[
        ("COUNTERFOIL_API__LIMITS__SIGN_IN", "0"),
        ("COUNTERFOIL_API__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1,::1"),
        ("COUNTERFOIL_API__ALLOWED_ORIGINS", "https://app.example"),
    ]);
    assert_eq!((changed.limits.sign_in, changed.limits.anonymous), (0, defaults.limits.anonymous));
    assert_eq!(changed.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.0/8", "192.0.2.1/32", "::1/128"]);
    assert_eq!(changed.allowed_origins[0].to_string(), "https://app.example");
}

#[test]
fn a_wildcard_origin_and_what_is_no_network_are_refused() {
    let file = "[api]\ntrusted_proxies = [\"proxy.example\"]\nallowed_origins = [\"*\", \"https://app.example/\"]\n[api.limits]\nsign_in = -1\nper_hour = 5\n";
    insta::assert_snapshot!(problems(file, &[]).join("\n"), @r"
    api.trusted_proxies[0]: must be an address or a network like 10.0.0.0/8
    api.allowed_origins[0]: must be one origin like https://app.example, without a path; * is not taken
    api.allowed_origins[1]: must be one origin like https://app.example, without a path; * is not taken
    api.limits.sign_in: invalid digit found in string
    api.limits.per_hour: is not a known key
    ");
}

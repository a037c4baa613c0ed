//! `router deploy` and `escrow deploy` on a chain of their own.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use alloy::providers::Provider;
use alloy_primitives::Address;
use cli::chain::{Chain, connect};
use cli::config::SecretUrl;
use cli::stack::accounts::OPERATOR;
use cli::stack::anvil::{Anvil, AnvilOptions, CHAIN_ID, Mining};
use serde_json::{Value, json};

use super::process::{answer, counterfoil};

/// A chain, and a folder with a key that can pay for gas.
struct World {
    anvil: Anvil,
    chain: Chain,
    folder: tempfile::TempDir,
}

impl World {
    async fn start() -> Self {
        let binary = cli::foundry::anvil(|_| {}).await.unwrap();
        let anvil = Anvil::start(&AnvilOptions { binary, port: 0, state: None, mining: Mining::OnTransaction }).await.unwrap();
        let chain = connect(&SecretUrl::new(anvil.url().as_str()), None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut key = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.path().join("a.key")).unwrap();
        key.write_all(OPERATOR.private_key.as_bytes()).unwrap();
        Self { anvil, chain, folder }
    }

    fn deploy(&self, noun: &str, more: &[&str]) -> std::process::Output {
        let arguments = [&["--json", noun, "deploy", "--rpc", self.anvil.url().as_str(), "--key-file", "a.key"], more].concat();
        counterfoil(self.folder.path(), &arguments).output().unwrap()
    }

    /// What the command says when it is refused: what, and how to mend it.
    fn refused(&self, noun: &str) -> (String, String) {
        let output = self.deploy(noun, &["--addresses", "."]);
        assert_eq!(output.status.code(), Some(1));
        let told: Value = serde_json::from_slice(&output.stderr).unwrap();
        (told["error"]["detail"].as_str().unwrap().to_owned(), told["error"]["fix"].as_str().unwrap().to_owned())
    }

    async fn set_code(&self, address: Address, code: &str) {
        self.chain.raw_request::<_, ()>("anvil_setCode".into(), (address, code)).await.unwrap();
    }

    fn file(&self, folder: &str) -> Option<Value> {
        let path = self.folder.path().join(folder).join(format!("{CHAIN_ID}.json"));
        path.exists().then(|| serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap())
    }
}

fn both() -> [(&'static str, &'static str, Address, Value); 2] {
    [
        ("router", "PaymentRouter", contracts::router_address(), json!(contracts::router_code_hash())),
        ("escrow", "Escrow", contracts::escrow_address(), json!(contracts::escrow_code_hash())),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn both_contracts_are_deployed_once_and_noted_in_one_file() {
    let world = World::start().await;
    std::fs::create_dir_all(world.folder.path().join("deploy/addresses")).unwrap();
    let mut noted = serde_json::Map::new();
    for (noun, name, address, code_hash) in both() {
        let first = answer(&world.deploy(noun, &[]));
        assert_eq!((&first["contract"], &first["address"]), (&json!(name), &json!(address.to_string())));
        assert_eq!((&first["chainId"], &first["codeHash"]), (&json!(CHAIN_ID), &code_hash));
        assert_eq!((&first["alreadyThere"], &first["file"]), (&json!(false), &json!(format!("deploy/addresses/{CHAIN_ID}.json"))));
        assert!(first["transactionHash"].is_string());
        noted.insert(name.to_owned(), json!({ "address": address.to_string(), "codeHash": code_hash }));
        assert_eq!(world.file("deploy/addresses").unwrap(), json!({ "chainId": CHAIN_ID, "contracts": noted }), "and the other one's entry stays");
    }
    let before = (world.chain.get_block_number().await.unwrap(), world.file("deploy/addresses"));
    for (noun, ..) in both() {
        let again = answer(&world.deploy(noun, &[]));
        assert_eq!((&again["alreadyThere"], &again["transactionHash"]), (&json!(true), &Value::Null));
    }
    assert_eq!((world.chain.get_block_number().await.unwrap(), world.file("deploy/addresses")), before, "a second time changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_folder_for_addresses_nothing_is_noted() {
    let world = World::start().await;
    assert_eq!(answer(&world.deploy("escrow", &[]))["file"], Value::Null);
    assert!(!world.folder.path().join("deploy").exists());
    assert_eq!(answer(&world.deploy("escrow", &["--addresses", "."]))["alreadyThere"], true);
    assert_eq!(world.file(".").unwrap()["contracts"].as_object().unwrap().len(), 1, "what was there before is noted too");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_code_at_the_address_is_refused_and_not_noted() {
    let world = World::start().await;
    for (noun, _, address, _) in both() {
        world.set_code(address, "0x00").await;
        let (what, fix) = world.refused(noun);
        assert!(what.starts_with(&format!("the code at {address} is not the {noun}'s: its hash is 0x")), "{what}");
        assert!(fix.contains("the version of counterfoil that deployed it"), "{fix}");
    }
    assert_eq!(world.file("."), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_without_the_factory_is_refused_and_told_what_it_lacks() {
    let world = World::start().await;
    world.set_code(contracts::CREATE2_FACTORY, "0x").await;
    for (noun, ..) in both() {
        let (what, fix) = world.refused(noun);
        assert_eq!(what, format!("this chain has no CREATE2 factory at {}", contracts::CREATE2_FACTORY));
        assert!(fix.starts_with("deploy it first; https://"), "{fix}");
    }
    assert_eq!(world.file("."), None);
}

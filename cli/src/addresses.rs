//! Where our contracts are: a file per chain, with an entry per contract.
//!
//! ```json
//! { "chainId": 84532, "contracts": { "PaymentRouter": { "address": "0x…", "codeHash": "0x…" } } }
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

use crate::deploy::Deployed;
use crate::failure::{Failure, OrFix};

/// One chain's file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Addresses {
    chain_id: u64,
    /// By the contract's name.
    contracts: BTreeMap<String, Entry>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    /// EIP-55.
    address: String,
    /// Of the code as deployed (`EXTCODEHASH`).
    code_hash: B256,
}

/// Notes in `folder` where the contract `name` is on chain `chain_id`, and returns the file. What the file says of other contracts stays, also
/// when two commands note something at once.
///
/// # Errors
/// When the folder is not there, the file cannot be written, or what is there is no such file.
pub fn note(folder: &Path, chain_id: u64, name: &str, deployed: &Deployed) -> anyhow::Result<PathBuf> {
    let path = folder.join(format!("{chain_id}.json"));
    let cannot = || format!("the {name} is at {} on chain {chain_id}, but {} cannot be written", deployed.address, path.display());
    // Held until this function ends.
    let lock = File::open(folder).or_fix(cannot(), "make the folder, or name another with --addresses")?;
    lock.lock().or_fix(cannot(), "name a folder on a disk of this machine")?;

    let mut addresses = read(&path, chain_id).or_fix(cannot(), "correct it or move it away, and run the command again: it deploys nothing twice")?;
    let entry = Entry { address: deployed.address.to_string(), code_hash: deployed.code_hash };
    addresses.contracts.insert(name.to_owned(), entry);
    let text = serde_json::to_string_pretty(&addresses)? + "\n";
    write(folder, &path, &text).or_fix(cannot(), "look whether you may write there, and whether the disk is full")?;
    Ok(path)
}

fn read(path: &Path, chain_id: u64) -> anyhow::Result<Addresses> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Addresses { chain_id, contracts: BTreeMap::new() }),
        text => text?,
    };
    let addresses: Addresses = serde_json::from_str(&text)?;
    if addresses.chain_id == chain_id {
        return Ok(addresses);
    }
    Err(Failure { fix: None, ..Failure::new(format!("it is about chain {}", addresses.chain_id), "") }.into())
}

/// The whole file or nothing.
fn write(folder: &Path, path: &Path, text: &str) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let readable = fs::Permissions::from_mode(0o644);
    let mut file = tempfile::Builder::new().prefix(".counterfoil-").permissions(readable).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::Address;
    use serde_json::{Value, json};

    fn deployed(byte: u8) -> Deployed {
        Deployed { address: Address::repeat_byte(byte), code_hash: B256::repeat_byte(byte), transaction: None }
    }

    fn content(path: &Path) -> Value {
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    #[test]
    fn a_chain_has_one_file_with_an_entry_per_contract() {
        let folder = tempfile::tempdir().unwrap();
        let path = note(folder.path(), 10, "PaymentRouter", &deployed(1)).unwrap();
        assert_eq!(note(folder.path(), 10, "Escrow", &deployed(0xab)).unwrap(), path);
        assert_eq!(note(folder.path(), 10, "PaymentRouter", &deployed(2)).unwrap(), path, "a new version takes the old one's place");
        assert_eq!(
            content(&path),
            json!({ "chainId": 10, "contracts": {
                "Escrow": { "address": Address::repeat_byte(0xab).to_string(), "codeHash": B256::repeat_byte(0xab) },
                "PaymentRouter": { "address": Address::repeat_byte(2).to_string(), "codeHash": B256::repeat_byte(2) },
            } })
        );
        let other = note(folder.path(), 8453, "Escrow", &deployed(3)).unwrap();
        assert_eq!(content(&other)["chainId"], 8453);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
    }

    #[test]
    fn two_that_note_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<_> = (0..16).map(|i| format!("C{i}")).collect();
        std::thread::scope(|scope| {
            for name in &names {
                scope.spawn(|| note(folder.path(), 1, name, &deployed(1)).unwrap());
            }
        });
        let kept = content(&folder.path().join("1.json"));
        assert_eq!(kept["contracts"].as_object().unwrap().len(), names.len());
    }

    #[test]
    fn what_is_no_such_file_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("10.json");
        for other in ["", "{}", r#"{"chainId":1,"contracts":{}}"#, r#"{"chainId":10,"contracts":{},"more":1}"#] {
            fs::write(&path, other).unwrap();
            let error = note(folder.path(), 10, "Escrow", &deployed(1)).unwrap_err();
            assert!(error.to_string().contains("10.json cannot be written"), "{other}: {error:#}");
            assert_eq!(fs::read_to_string(&path).unwrap(), other);
        }
        let missing = note(&folder.path().join("no"), 10, "Escrow", &deployed(1)).unwrap_err();
        assert!(missing.to_string().starts_with("the Escrow is at 0x0101"), "the deployment is told even then: {missing}");
    }
}

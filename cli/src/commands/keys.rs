//! `counterfoil keys`: wallet keys in files that only their owner can read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use alloy_primitives::Address;
use clap::{Args, Subcommand};
use secrecy::zeroize::Zeroizing;
use serde_json::{Value, json};
use settlement::asset::parse_address;
use signer::{WalletKey, keystore};

use super::Context;
use crate::failure::{Failure, OrFix};
use crate::output::{listing, pairs, text};
use crate::system::OsIds;
use crate::wallet_key;

/// Where keys are kept unless somebody says otherwise.
const FOLDER: &str = ".counterfoil/keys";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a key: an encrypted keystore (v3), or with --plain a file with 64 hex digits
    New(New),
    /// List the keys in a folder, by address
    List(List),
}

#[derive(Debug, Args)]
pub(super) struct New {
    /// File to make, or folder to make <address>.json in [default: .counterfoil/keys]
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Do not encrypt: for machines that have no place for a password either
    #[arg(long, requires = "out")]
    plain: bool,
    /// File with the password [default: $COUNTERFOIL_KEYSTORE_PASSWORD, else asked for]
    #[arg(long, value_name = "FILE", conflicts_with = "plain")]
    password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Folder [default: .counterfoil/keys]
    folder: Option<PathBuf>,
}

impl Command {
    pub(super) fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::New(args) => new(&args, context),
            Self::List(args) => list(&args, context),
        }
    }
}

fn new(args: &New, context: &Context) -> anyhow::Result<ExitCode> {
    let (address, path) = if args.plain { plain(args)? } else { encrypted(args, context)? };
    let answer = json!({ "address": address.to_string(), "path": path, "encrypted": !args.plain });
    context.output.answer(&answer, || pairs([("address", address.to_string()), ("file", path.display().to_string())]));
    Ok(ExitCode::SUCCESS)
}

fn encrypted(args: &New, context: &Context) -> anyhow::Result<(Address, PathBuf)> {
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
    if args.out.is_none() {
        fs::create_dir_all(&path).or_fix(format!("cannot make {}", path.display()), "name another place with --out")?;
    }
    let password = wallet_key::password("Password for the new key", args.password_file.as_ref(), context.output)?;
    let created = keystore::create(&path, &password, &OsIds).or_fix("the key was not made", "choose a password, and a file that is not there yet")?;
    Ok((created.key.address(), created.path))
}

fn plain(args: &New) -> anyhow::Result<(Address, PathBuf)> {
    let path = args.out.clone().ok_or_else(|| Failure::new("--plain needs --out", "name the file to make"))?;
    let key = wallet_key::write_plain(&path)?;
    Ok((key.address(), path))
}

fn list(args: &List, context: &Context) -> anyhow::Result<ExitCode> {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
    let entries = fs::read_dir(&folder).or_fix(format!("cannot read {}", folder.display()), "make a key with `counterfoil keys new`, or name a folder")?;
    let mut keys: Vec<Value> = entries.filter_map(|entry| describe(&entry.ok()?.path())).collect();
    keys.sort_by_key(|key| text(&key["address"]));
    context.output.answer(&json!({ "keys": keys }), || {
        let columns = ["address", "encrypted", "path"];
        listing(
            "No keys here: `counterfoil keys new` makes one.",
            &["address", "encrypted", "file"],
            keys.iter().map(|key| columns.iter().map(|column| text(&key[column])).collect()),
        )
    });
    Ok(ExitCode::SUCCESS)
}

/// What a file says about the key in it; nothing when it holds none.
fn describe(path: &Path) -> Option<Value> {
    let content = Zeroizing::new(fs::read_to_string(path).ok()?);
    if let Ok(key) = WalletKey::from_file(path) {
        return Some(json!({ "address": key.address().to_string(), "path": path, "encrypted": false }));
    }
    let keystore: Value = serde_json::from_str(&content).ok()?;
    let stated = keystore["address"].as_str()?.trim_start_matches("0x");
    let address = parse_address(&format!("0x{stated}")).ok()?;
    Some(json!({ "address": address.to_string(), "path": path, "encrypted": true }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_listed_by_the_address_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let key = wallet_key::write_plain(&folder.path().join("a.key")).unwrap();
        fs::write(folder.path().join("b.json"), r#"{"address":"70997970c51812dc3a010c7d01b50e0d17dc79c8","crypto":{},"version":3}"#).unwrap();
        fs::write(folder.path().join("readme"), "not a key").unwrap();
        let seen = |name: &str| describe(&folder.path().join(name)).map(|key| (text(&key["address"]), key["encrypted"].as_bool()));
        assert_eq!(seen("a.key"), Some((key.address().to_string(), Some(false))));
        assert_eq!(seen("b.json"), Some(("0x70997970C51812dc3A010C7d01b50e0d17dc79C8".to_owned(), Some(true))));
        assert_eq!(seen("readme"), None);
    }
}

//! What `router deploy` and `escrow deploy` share.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{Context, NodeArgs};
use crate::addresses;
use crate::chain::{chain_id, connect};
use crate::deploy::Contract;
use crate::output::pairs;
use crate::wallet_key;

/// Where the addresses are kept in a checkout of the repository.
const ADDRESSES: &str = "deploy/addresses";

/// Who sends a transaction, and to which node.
#[derive(Debug, Args)]
pub(super) struct Sender {
    #[command(flatten)]
    pub(super) node: NodeArgs,
    /// Key that sends the transaction: 64 hex digits or an encrypted keystore
    #[arg(long, value_name = "FILE")]
    pub(super) key_file: PathBuf,
    /// File with the keystore's password [default: $COUNTERFOIL_KEYSTORE_PASSWORD, else asked for]
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Deploy {
    #[command(flatten)]
    sender: Sender,
    /// Folder in whose <chain id>.json to note address and code hash [default: deploy/addresses, if it is there]
    #[arg(long, value_name = "FOLDER")]
    addresses: Option<PathBuf>,
}

impl Deploy {
    /// Deploys or verifies `contract` and notes where it is; people are told `next` as well.
    pub(super) async fn run(self, contract: &Contract, next: Option<&str>, context: &Context) -> anyhow::Result<ExitCode> {
        let key = wallet_key::load(&self.sender.key_file, self.sender.password_file.as_ref(), context.output)?;
        let chain = connect(&self.sender.node.rpc, Some(&key))?;
        let chain_id = chain_id(&chain, &self.sender.node.rpc).await?;
        let deployed = contract.deploy(&chain).await?;
        let folder = self.addresses.or_else(|| Path::new(ADDRESSES).is_dir().then(|| ADDRESSES.into()));
        let file = folder.map(|folder| addresses::note(&folder, chain_id, contract.name, &deployed)).transpose()?;
        let answer = json!({
            "contract": contract.name,
            "chainId": chain_id,
            "address": deployed.address.to_string(),
            "codeHash": deployed.code_hash,
            "alreadyThere": deployed.transaction.is_none(),
            "transactionHash": deployed.transaction,
            "file": file,
        });
        context.output.answer(&answer, || {
            let how = deployed.transaction.map_or_else(|| "was there already".to_owned(), |hash| format!("deployed in {hash}"));
            let noted = file.map_or_else(String::new, |file| file.display().to_string());
            let rows = [
                (contract.noun, deployed.address.to_string()),
                ("chain", chain_id.to_string()),
                ("state", how),
                ("code", "verified".to_owned()),
                ("noted in", noted),
            ];
            [pairs(rows)].into_iter().chain(next.map(str::to_owned)).collect::<Vec<_>>().join("\n")
        });
        Ok(ExitCode::SUCCESS)
    }
}

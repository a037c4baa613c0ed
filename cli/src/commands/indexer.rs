//! `counterfoil indexer`: what only an operator can decide about following a chain.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::Context;
use crate::failure::{Failure, OrFix};
use crate::output::pairs;
use crate::services::open_current_store;
use crate::system::SystemClock;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Go on with a chain that has halted, after looking at why
    Acknowledge(Acknowledge),
}

#[derive(Debug, Args)]
pub(super) struct Acknowledge {
    /// The chain, by its name in the configuration
    chain: String,
}

impl Command {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Acknowledge(args) => acknowledge(&args, context).await,
        }
    }
}

async fn acknowledge(args: &Acknowledge, context: &Context) -> anyhow::Result<ExitCode> {
    let config = context.config(Vec::new())?;
    let chain = config.chains.get(&args.chain).ok_or_else(|| {
        let known: Vec<_> = config.chains.keys().map(String::as_str).collect();
        let fix = if known.is_empty() { "name a configuration with --config".to_owned() } else { format!("name one of: {}", known.join(", ")) };
        Failure::new(format!("no chain {:?} is configured", args.chain), fix)
    })?;
    let chain_id = chain.policy.chain_id;
    let store = open_current_store(&config).await?;
    let reason = indexer::acknowledge(&store, chain_id, &SystemClock).await;
    store.close().await;
    let reason = reason.or_fix(format!("chain {} does not go on", args.chain), "`counterfoil doctor` says how it stands")?;
    context.output.answer(&json!({ "chain": args.chain, "chainId": chain_id, "hadHalted": reason }), || {
        pairs([("chain", format!("{} goes on, and follows the chain as it is now", args.chain)), ("had halted", reason.clone())])
    });
    Ok(ExitCode::SUCCESS)
}

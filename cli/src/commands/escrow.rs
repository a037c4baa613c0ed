//! `counterfoil escrow`: putting the escrow on a chain.

use std::process::ExitCode;

use clap::Subcommand;

use super::Context;
use super::deploy::Deploy;
use crate::deploy::Contract;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Deploy the escrow to the address it has on every chain, or verify the one that is there
    Deploy(Deploy),
}

impl Command {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Deploy(args) => args.run(&Contract::escrow(), None, context).await,
        }
    }
}

//! `counterfoil router`: the operator's two transactions.

use std::process::ExitCode;

use alloy_primitives::aliases::U48;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use clap::{Args, Subcommand};
use contracts::PaymentRouter::setSignerCall;
use serde_json::json;
use settlement::asset::parse_address;
use settlement::{Clock, Timestamp};

use super::Context;
use super::deploy::{Deploy, Sender};
use crate::chain::{chain_id, connect, send};
use crate::deploy::{self, Contract};
use crate::failure::Failure;
use crate::output::{pairs, program};
use crate::system::SystemClock;
use crate::wallet_key;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Deploy the router to the address it has on every chain, or verify the one that is there
    Deploy(Deploy),
    /// Let a delegate sign payments for the operator until a time, or revoke it
    SetSigner(SetSigner),
}

#[derive(Debug, Args)]
pub(super) struct SetSigner {
    #[command(flatten)]
    sender: Sender,
    /// The delegate: the address of the routing signer's key
    #[arg(value_parser = parse_address)]
    signer: Address,
    /// Until when it may sign, as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "TIME", required_unless_present = "revoke")]
    until: Option<String>,
    /// Take the right away now
    #[arg(long, conflicts_with = "until")]
    revoke: bool,
    /// The router [default: where it is on every chain]
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    router: Option<Address>,
}

impl Command {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Deploy(args) => {
                let next = format!("Next: {} router set-signer, with the operator's key.", program());
                args.run(&Contract::router(), Some(&next), context).await
            }
            Self::SetSigner(args) => set_signer(args, context).await,
        }
    }
}

async fn set_signer(args: SetSigner, context: &Context) -> anyhow::Result<ExitCode> {
    let until = until(args.until.as_deref())?;
    let operator = wallet_key::load(&args.sender.key_file, args.sender.password_file.as_ref(), context.output)?;
    let chain = connect(&args.sender.node.rpc, Some(&operator))?;
    let chain_id = chain_id(&chain, &args.sender.node.rpc).await?;
    let router = args.router.unwrap_or_else(contracts::router_address);
    let code_hash = deploy::code_hash(&chain, router).await?;
    let code_hash = code_hash.ok_or_else(|| Failure::new(format!("no router is at {router} on chain {chain_id}"), "run `counterfoil router deploy` first"))?;
    Contract::router().check(router, code_hash)?;
    let call = setSignerCall { signer: args.signer, until: U48::saturating_from(until) };
    let receipt = send(&chain, router, call.abi_encode().into(), U256::ZERO).await?;
    let until_text = Timestamp::from_unix_seconds(until).to_string();
    let answer = json!({ "chainId": chain_id, "router": router, "operator": operator.address(), "signer": args.signer,
        "until": (until > 0).then_some(&until_text), "transactionHash": receipt.transaction_hash });
    context.output.answer(&answer, || {
        let right = if until > 0 { format!("may sign until {until_text}") } else { "may not sign any more".to_owned() };
        pairs([
            ("operator", operator.address().to_string()),
            ("signer", format!("{} {right}", args.signer)),
            ("router", format!("{router} on chain {chain_id}")),
            ("transaction", receipt.transaction_hash.to_string()),
        ])
    });
    Ok(ExitCode::SUCCESS)
}

/// Unix seconds; 0 revokes.
fn until(text: Option<&str>) -> anyhow::Result<u64> {
    let Some(text) = text else { return Ok(0) };
    let parsed = Timestamp::parse(text).ok_or_else(|| Failure::new(format!("{text:?} is not a time"), "write it as 2027-01-31T00:00:00Z"))?;
    if parsed <= SystemClock.now() {
        return Err(Failure::new(format!("{text} has passed"), "name a time to come, or --revoke").into());
    }
    Ok(parsed.unix_seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delegation_ends_in_the_future_or_is_a_revocation() {
        assert_eq!(until(None).unwrap(), 0);
        assert_eq!(until(Some("2106-01-31T00:00:00Z")).unwrap(), 4_294_339_200);
        for text in ["2020-01-31T00:00:00Z", "tomorrow"] {
            assert!(until(Some(text)).is_err(), "{text}");
        }
    }
}

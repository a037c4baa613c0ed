//! `counterfoil request pay`: checks what it is asked to sign, says what it does, and pays.

use std::path::PathBuf;
use std::process::ExitCode;

use alloy_primitives::Address;
use clap::Args;
use serde_json::{Value, json};
use settlement::asset::parse_address;
use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::money::Amount;
use settlement::snapshot::Signable;
use signer::wallet::{BuyerWallet, Checked, CheckedPayment, Expectation, Plan, Sent, WalletError};

use super::contract::read_terms;
use super::{ApiArgs, Context, NodeArgs};
use crate::chain::{chain_id, connect};
use crate::client::Client;
use crate::failure::{Failure, OrFix};
use crate::output::{Output, pairs, text};
use crate::paying::{self, RequestPath};
use crate::progress::Steps;
use crate::wallet_key;

#[derive(Debug, Args)]
pub(super) struct Pay {
    /// The agreement (agr_…)
    contract: AgreementId,
    /// The payment request (pr_…)
    request: PaymentRequestId,
    #[command(flatten)]
    node: NodeArgs,
    /// Key that pays: 64 hex digits or an encrypted keystore
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// File with the keystore's password [default: $COUNTERFOIL_KEYSTORE_PASSWORD, else asked for]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Refuse to pay more than this in all, in atomic units
    #[arg(long, value_name = "ATOMIC")]
    max_total: Option<Amount>,
    /// Refuse any other operator
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    operator: Option<Address>,
    /// Refuse any other payee
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    payee: Option<Address>,
    /// Refuse to pay for any other terms than these: the agreed terms as JSON, or the agreement with them
    #[arg(long, value_name = "FILE")]
    terms: Option<PathBuf>,
    /// The router [default: where it is on every chain]
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    router: Option<Address>,
    /// Pay without asking
    #[arg(long)]
    yes: bool,
    /// Send and return, without waiting for the verification
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    api: ApiArgs,
}

pub(super) async fn run(args: Pay, context: &Context) -> anyhow::Result<ExitCode> {
    let client = context.client(&args.api)?;
    let key = wallet_key::load(&args.key_file, args.password_file.as_ref(), context.output)?;
    let chain_id = chain_id(&connect(&args.node.rpc, None)?, &args.node.rpc).await?;
    let known = Expectation::new(key.address(), chain_id);
    let router = args.router.unwrap_or(known.router);
    let terms_hash = args.terms.as_deref().map(read_terms).transpose()?.map(|terms| terms.hash());
    let expected = Expectation { router, operator: args.operator, payee: args.payee, max_total: args.max_total, terms_hash, ..known };

    let at = RequestPath { contract: args.contract, request: args.request };
    let checked = paying::checked(&client, &at, &expected).await?;
    let rpc = args.node.rpc.url().or_fix("the URL of the chain cannot be read", "write it as http://127.0.0.1:8545")?;
    let wallet = BuyerWallet::new(rpc, &key).or_fix("the wallet cannot be set up", "check --rpc")?;
    let plan =
        wallet.plan(&checked).await.map_err(|error| refused(error, "the payment would not succeed", "mend what is named, or ask for a new payment request"))?;
    consent(context.output, &checked, &plan, args.yes)?;

    let sent = pay(&wallet, &checked).await?;
    context.output.remark(&format!("sent {}", sent.payment));
    let submitted = paying::submit(&client, &at, sent.payment).await?;
    let answer = if args.no_wait { submitted } else { wait(&client, &at, context.output).await? };
    let document = json!({ "paymentRequest": answer["paymentRequest"], "approvalTxHash": sent.approval, "txHash": sent.payment });
    context.output.answer(&document, || super::request::one(&answer["paymentRequest"]));
    Ok(ExitCode::SUCCESS)
}

/// What to do about a token that does not let the money move.
const TOKEN_BLOCKS: &str =
    "wait until the token is no longer paused, or ask its issuer which party it blocks; nothing was paid, and the request stays payable until it expires";

/// Pays, and keeps "not sent" apart from "perhaps sent".
pub(crate) async fn pay<S: Signable>(wallet: &BuyerWallet, checked: &Checked<S>) -> anyhow::Result<Sent> {
    let again = "if it names a transaction, look that up before anything else: it may be on its way; the same request can never be paid twice";
    wallet.pay(checked).await.map_err(|error| refused(error, "the payment was not made, or is not known to be", again))
}

/// What the wallet says, with the code and the remedy that go with it where the token is what refuses.
fn refused(error: WalletError, what: &str, fix: &str) -> anyhow::Error {
    let code = error.code().map(str::to_owned);
    let fix = if code.is_some() { TOKEN_BLOCKS } else { fix };
    Failure { code, source: Some(error.into()), ..Failure::new(what, fix) }.into()
}

fn consent(output: Output, checked: &CheckedPayment, plan: &Plan, yes: bool) -> anyhow::Result<()> {
    output.remark(&pairs(paying::explain(checked, plan)));
    agree(output, yes, "Pay this? Type yes:", "not paid: you did not say yes")
}

/// Goes on only if somebody says so: with `--yes`, or at the terminal.
pub(super) fn agree(output: Output, yes: bool, question: &str, refused: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !output.can_ask() {
        return Err(Failure::new("nobody is at a terminal to agree to this", "add --yes, and perhaps limits on what may be paid and to whom").into());
    }
    output.remark(question);
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed).or_fix("the answer cannot be read", "add --yes")?;
    if typed.trim() == "yes" { Ok(()) } else { Err(Failure::new(refused, "nothing was sent").into()) }
}

async fn wait(client: &Client, at: &RequestPath, output: Output) -> anyhow::Result<Value> {
    let steps = Steps::new(output);
    let verified = paying::await_verified(client, at, |request| steps.doing(&standing(request))).await;
    steps.end();
    verified
}

/// Where a payment stands, in a line.
pub(crate) fn standing(request: &Value) -> String {
    let confirmations = &request["confirmations"];
    match (confirmations["seen"].as_u64(), confirmations["required"].as_u64()) {
        (Some(seen), Some(required)) => format!("the event is found; {seen} of {required} confirmations"),
        (Some(seen), None) => format!("the event is found; {seen} confirmations, final when the chain says so"),
        (None, _) => format!("{}: the event is not found yet", text(&request["status"])),
    }
}

#[cfg(test)]
mod tests {
    use alloy_sol_types::SolError;
    use signer::wallet::Revert;

    use super::*;
    use crate::failure::{code_of, fix_of};

    #[test]
    fn c04_a_token_that_blocks_the_transfer_is_named_by_its_code() {
        let listed = contracts::refusal::Blocking::ERC20Blocked { user: Address::ZERO }.abi_encode();
        let error = |data: Vec<u8>| WalletError::Reverted { asked: "the payment", reason: Revert::decode(&data.into()) };
        let blocked = refused(error(listed), "not paid", "mend it");
        assert_eq!((code_of(&blocked), fix_of(&blocked)), (Some("token_transfer_blocked"), Some(TOKEN_BLOCKS)));
        let other = refused(error(vec![]), "not paid", "mend it");
        assert_eq!((code_of(&other), fix_of(&other)), (None, Some("mend it")));
    }

    #[test]
    fn a_payment_stands_by_its_confirmations() {
        let of = |confirmations: Value| standing(&json!({ "status": "submitted", "confirmations": confirmations }));
        assert_eq!(of(Value::Null), "submitted: the event is not found yet");
        assert_eq!(of(json!({ "seen": 1, "required": 3 })), "the event is found; 1 of 3 confirmations");
        assert_eq!(of(json!({ "seen": 1, "required": null })), "the event is found; 1 confirmations, final when the chain says so");
    }
}

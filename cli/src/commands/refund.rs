//! `counterfoil refund`: asking for money back, answering, and paying back.

use std::path::PathBuf;
use std::process::ExitCode;

use alloy_primitives::Address;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use settlement::asset::parse_address;
use settlement::ids::{AgreementId, PaymentRequestId, RefundId};
use settlement::money::Amount;
use signer::wallet::{BuyerWallet, RefundExpectation};

use super::pay::{agree, pay};
use super::request::amount;
use super::{ApiArgs, Context, NodeArgs};
use crate::chain::{chain_id, connect};
use crate::failure::OrFix;
use crate::output::{listing, pairs, program, text};
use crate::progress::Steps;
use crate::repaying::{self, RefundPath, refunds};
use crate::wallet_key;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Ask for money back (buyer)
    Create(Create),
    /// Show one refund request, or list those of an agreement
    Show(Show),
    /// Approve or deny it (seller), or take it back (buyer)
    Respond(Respond),
    /// Check an approved refund, pay it back from your wallet and wait until it is settled (seller)
    Pay(Pay),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The agreement (agr_…)
    contract: AgreementId,
    /// Why, in 10 to 1,000 characters
    #[arg(long)]
    reason: String,
    /// The payment request that was paid (pr_…) [default: the only one]
    #[arg(long, value_name = "ID")]
    payment: Option<PaymentRequestId>,
    /// How much, in atomic units [default: all that no other refund has reserved]
    #[arg(long, value_name = "ATOMIC")]
    amount: Option<Amount>,
    /// Ask without being told again that the platform fee does not come back
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    api: ApiArgs,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    /// The agreement (agr_…)
    contract: AgreementId,
    /// The refund request (rf_…); without it all are listed
    refund: Option<RefundId>,
    #[command(flatten)]
    api: ApiArgs,
}

/// What to answer.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Action {
    /// Pay back: a payload is signed for your wallet
    Approve,
    /// Do not pay back
    Deny,
    /// Take the request back
    Cancel,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::Cancel => "cancel",
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Respond {
    /// The agreement (agr_…)
    contract: AgreementId,
    /// The refund request (rf_…)
    refund: RefundId,
    /// What to answer
    action: Action,
    /// What to say to it
    #[arg(long)]
    response: Option<String>,
    /// To approve: your wallet that will pay back [default: the one of the agreement]
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    payer: Option<Address>,
    #[command(flatten)]
    api: ApiArgs,
}

#[derive(Debug, Args)]
pub(super) struct Pay {
    /// The agreement (agr_…)
    contract: AgreementId,
    /// The refund request (rf_…)
    refund: RefundId,
    #[command(flatten)]
    node: NodeArgs,
    /// Key that pays back: 64 hex digits or an encrypted keystore
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// File with the keystore's password [default: $COUNTERFOIL_KEYSTORE_PASSWORD, else asked for]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Refuse to pay back more than this, in atomic units
    #[arg(long, value_name = "ATOMIC")]
    max_amount: Option<Amount>,
    /// Refuse any other operator
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    operator: Option<Address>,
    /// Refuse to pay back to any other wallet
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    payee: Option<Address>,
    /// The router [default: where it is on every chain]
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    router: Option<Address>,
    /// Pay back without asking
    #[arg(long)]
    yes: bool,
    /// Send and return, without waiting for the settlement
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    api: ApiArgs,
}

impl Command {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Create(args) => create(args, context).await,
            Self::Show(args) => show(args, context).await,
            Self::Respond(args) => respond(args, context).await,
            Self::Pay(args) => pay_back(args, context).await,
        }
    }
}

async fn create(args: Create, context: &Context) -> anyhow::Result<ExitCode> {
    let client = context.client(&args.api)?;
    context.output.remark("The platform fee of the payment does not come back, and the seller decides about the rest.");
    agree(context.output, args.yes, "Ask for it all the same? Type yes:", "not asked: you did not say yes")?;
    let mut body = json!({ "reason": args.reason, "confirmed": true });
    if let Some(payment) = args.payment {
        body["paymentRequestId"] = json!(payment.as_str());
    }
    if let Some(amount) = args.amount {
        body["amountAtomic"] = json!(amount.to_string());
    }
    let answer = client.post(&refunds(&args.contract), &body).await?.body;
    context.output.answer(&answer, || one(&answer["refundRequest"]));
    Ok(ExitCode::SUCCESS)
}

async fn show(args: Show, context: &Context) -> anyhow::Result<ExitCode> {
    let client = context.client(&args.api)?;
    match args.refund {
        Some(refund) => {
            let answer = client.get(&RefundPath { contract: args.contract, refund }.path("")).await?;
            context.output.answer(&answer, || one(&answer["refundRequest"]));
        }
        None => {
            let answer = client.get(&refunds(&args.contract)).await?;
            let rows = answer["refundRequests"].as_array().into_iter().flatten();
            context.output.answer(&answer, || {
                let columns = |r: &Value| vec![text(&r["id"]), text(&r["status"]), amount(r, "amountAtomic"), text(&r["createdAt"])];
                listing("No refund requests: `counterfoil refund create` asks for one.", &["id", "status", "amount", "asked"], rows.map(columns))
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn respond(args: Respond, context: &Context) -> anyhow::Result<ExitCode> {
    let client = context.client(&args.api)?;
    let at = RefundPath { contract: args.contract, refund: args.refund };
    let seen = client.get(&at.path("")).await?;
    let mut body = json!({ "action": args.action.name(), "expectedUpdatedAt": seen["refundRequest"]["updatedAt"] });
    if let Some(response) = args.response {
        body["response"] = json!(response);
    }
    if let Some(payer) = args.payer {
        body["payerAddress"] = json!(payer.to_string());
    }
    let answer = client.post(&at.path("respond"), &body).await?.body;
    context.output.answer(&answer, || {
        let shown = one(&answer["refundRequest"]);
        match args.action {
            Action::Approve => format!("{shown}\nNext: {} refund pay {} {} --rpc URL --key-file FILE", program(), at.contract, at.refund),
            Action::Deny | Action::Cancel => shown,
        }
    });
    Ok(ExitCode::SUCCESS)
}

async fn pay_back(args: Pay, context: &Context) -> anyhow::Result<ExitCode> {
    let client = context.client(&args.api)?;
    let key = wallet_key::load(&args.key_file, args.password_file.as_ref(), context.output)?;
    let chain_id = chain_id(&connect(&args.node.rpc, None)?, &args.node.rpc).await?;
    let known = RefundExpectation::new(key.address(), chain_id);
    let expected = RefundExpectation {
        router: args.router.unwrap_or(known.router),
        operator: args.operator,
        payee: args.payee,
        max_amount: args.max_amount,
        refund: Some(args.refund.clone()),
        ..known
    };
    let at = RefundPath { contract: args.contract, refund: args.refund };
    let checked = repaying::checked(&client, &at, &expected).await?;
    let rpc = args.node.rpc.url().or_fix("the URL of the chain cannot be read", "write it as http://127.0.0.1:8545")?;
    let wallet = BuyerWallet::new(rpc, &key).or_fix("the wallet cannot be set up", "check --rpc")?;
    let plan = wallet.plan(&checked).await.or_fix("the refund would not succeed", "mend what is named, or approve it again for a fresh payload")?;
    context.output.remark(&pairs(repaying::explain(&checked, &plan)));
    agree(context.output, args.yes, "Pay this back? Type yes:", "not paid: you did not say yes")?;

    let sent = pay(&wallet, &checked).await?;
    context.output.remark(&format!("sent {}", sent.payment));
    let answer = if args.no_wait {
        client.get(&at.path("")).await?
    } else {
        let steps = Steps::new(context.output);
        let settled = repaying::await_settled(&client, &at, |refund| steps.doing(&super::pay::standing(refund))).await;
        steps.end();
        settled?
    };
    let document = json!({ "refundRequest": answer["refundRequest"], "approvalTxHash": sent.approval, "txHash": sent.payment });
    context.output.answer(&document, || one(&answer["refundRequest"]));
    Ok(ExitCode::SUCCESS)
}

/// One refund request for people.
fn one(refund: &Value) -> String {
    pairs([
        ("refund", text(&refund["id"])),
        ("status", text(&refund["status"])),
        ("of payment", text(&refund["paymentRequestId"])),
        ("amount", amount(refund, "amountAtomic")),
        ("platform fee", "does not come back".to_owned()),
        ("reason", text(&refund["reason"])),
        ("response", text(&refund["response"])),
        ("payable until", text(&refund["expiresAt"])),
        ("transaction", text(&refund["settlement"]["txHash"])),
        ("next", text(&refund["recommendedAction"]["label"])),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_is_shown_in_units_that_people_use() {
        let refund = json!({"id": "rf_1", "status": "awaiting_seller_settlement", "paymentRequestId": "pr_1", "tokenSymbol": "tUSDC", "tokenDecimals": 6,
            "amountAtomic": "5000000", "reason": "half of it is missing", "response": null, "expiresAt": "2026-01-31T13:00:00.000Z", "settlement": null,
            "recommendedAction": {"code": "wait_for_seller", "label": "Wait for the seller"}});
        insta::assert_snapshot!(one(&refund), @r"
        refund         rf_1
        status         awaiting_seller_settlement
        of payment     pr_1
        amount         5.00 tUSDC
        platform fee   does not come back
        reason         half of it is missing
        payable until  2026-01-31T13:00:00.000Z
        next           Wait for the seller
        ");
    }
}

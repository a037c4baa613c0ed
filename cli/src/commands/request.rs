//! `counterfoil request`: payment requests, from being asked for to being paid.

use std::process::ExitCode;

use alloy_primitives::Address;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use settlement::asset::parse_address;
use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::money::Amount;

use super::pay::{self, Pay};
use super::{ApiArgs, Context};
use crate::output::{listing, pairs, program, text};
use crate::paying::{RequestPath, collection};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Ask for a signed payment request
    Create(Create),
    /// Show one payment request, or list those of an agreement
    Show(Show),
    /// Check a payment request, pay it from your wallet and wait until it is verified
    Pay(Pay),
    /// Call an unpaid payment request off
    Cancel(Cancel),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The agreement (agr_…)
    contract: AgreementId,
    /// The wallet that will pay
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    payer: Address,
    /// What the seller is to receive, in atomic units [default: all that is open]
    #[arg(long, value_name = "ATOMIC")]
    seller_amount: Option<Amount>,
    /// How long it can be paid [default: 60]
    #[arg(long, value_name = "MINUTES")]
    expires_in: Option<u32>,
    /// Refuse when there is a live request, instead of returning it
    #[arg(long)]
    no_reuse: bool,
    #[command(flatten)]
    api: ApiArgs,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    /// The agreement (agr_…)
    contract: AgreementId,
    /// The payment request (pr_…); without it all are listed
    request: Option<PaymentRequestId>,
    #[command(flatten)]
    api: ApiArgs,
}

#[derive(Debug, Args)]
pub(super) struct Cancel {
    /// The agreement (agr_…)
    contract: AgreementId,
    /// The payment request (pr_…)
    request: PaymentRequestId,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    api: ApiArgs,
}

impl Command {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Create(args) => create(args, context).await,
            Self::Show(args) => show(args, context).await,
            Self::Pay(args) => pay::run(args, context).await,
            Self::Cancel(args) => cancel(args, context).await,
        }
    }
}

async fn create(args: Create, context: &Context) -> anyhow::Result<ExitCode> {
    let mut body = json!({ "payerAddress": args.payer.to_string(), "reuseActive": !args.no_reuse });
    if let Some(amount) = args.seller_amount {
        body["sellerAmount"] = json!(amount.to_string());
    }
    if let Some(minutes) = args.expires_in {
        body["expiresInMinutes"] = json!(minutes);
    }
    let answer = context.client(&args.api)?.post(&collection(&args.contract), &body).await?.body;
    context.output.answer(&answer, || {
        let request = &answer["paymentRequest"];
        let (me, id) = (program(), text(&request["id"]));
        format!("{}\nNext: {me} request pay {} {id} --rpc URL --key-file FILE", one(request), args.contract)
    });
    Ok(ExitCode::SUCCESS)
}

async fn show(args: Show, context: &Context) -> anyhow::Result<ExitCode> {
    let client = context.client(&args.api)?;
    match args.request {
        Some(id) => {
            let answer = client.get(&RequestPath { contract: args.contract, request: id }.path("")).await?;
            context.output.answer(&answer, || one(&answer["paymentRequest"]));
        }
        None => {
            let answer = client.get(&collection(&args.contract)).await?;
            let rows = answer["paymentRequests"].as_array().into_iter().flatten();
            context.output.answer(&answer, || {
                let columns = |r: &Value| vec![text(&r["id"]), text(&r["status"]), amount(r, "totalAmountAtomic"), text(&r["expiresAt"])];
                listing("No payment requests yet: `counterfoil request create` asks for one.", &["id", "status", "total", "expires"], rows.map(columns))
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn cancel(args: Cancel, context: &Context) -> anyhow::Result<ExitCode> {
    let body = args.reason.map_or_else(|| json!({}), |reason| json!({ "reason": reason }));
    let at = RequestPath { contract: args.contract, request: args.request };
    let answer = context.client(&args.api)?.post(&at.path("cancel"), &body).await?.body;
    context.output.answer(&answer, || {
        let warning = "It was signed, so until it expires the chain would still accept it: if it is paid all the same, it becomes verified.";
        format!("{}\n{warning}", one(&answer["paymentRequest"]))
    });
    Ok(ExitCode::SUCCESS)
}

/// An amount for people, with its ticker.
pub(super) fn amount(request: &Value, field: &str) -> String {
    let decimals = request["tokenDecimals"].as_u64().and_then(|d| u8::try_from(d).ok()).unwrap_or_default();
    let parsed: Option<Amount> = request[field].as_str().and_then(|atomic| atomic.parse().ok());
    parsed.map_or_else(String::new, |amount| format!("{} {}", amount.display(decimals), text(&request["tokenSymbol"])).trim_end().to_owned())
}

/// One payment request for people.
pub(super) fn one(request: &Value) -> String {
    pairs([
        ("request", text(&request["id"])),
        ("status", text(&request["status"])),
        ("seller receives", amount(request, "sellerAmountAtomic")),
        ("fee", amount(request, "feeAmountAtomic")),
        ("buyer pays", amount(request, "totalAmountAtomic")),
        ("chain", text(&request["chainId"])),
        ("expires", text(&request["expiresAt"])),
        ("transaction", [&request["paidTxHash"], &request["submittedTxHash"]].into_iter().find(|hash| hash.is_string()).map(text).unwrap_or_default()),
        ("next", text(&request["recommendedAction"]["label"])),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_shown_in_units_that_people_use() {
        let request = json!({"id": "pr_1", "status": "signed", "chainId": 31337, "tokenSymbol": "tUSDC", "tokenDecimals": 6, "sellerAmountAtomic": "12500000",
            "feeAmountAtomic": "312500", "totalAmountAtomic": "12812500", "submittedTxHash": null, "recommendedAction": {"code": "pay_now", "label": "Pay now"}});
        insta::assert_snapshot!(one(&request), @r"
        request          pr_1
        status           signed
        seller receives  12.50 tUSDC
        fee              0.3125 tUSDC
        buyer pays       12.8125 tUSDC
        chain            31337
        next             Pay now
        ");
    }
}

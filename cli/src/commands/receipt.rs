//! `counterfoil receipt`: receipts, shown and verified.

use std::path::PathBuf;
use std::process::ExitCode;

use alloy_primitives::Address;
use clap::{Args, Subcommand};
use serde_json::Value;
use settlement::asset::parse_address;
use settlement::ids::request_of_receipt;

use super::contract::read_text;
use super::request::amount;
use super::{ApiArgs, Context, NodeArgs};
use crate::failure::OrFix;
use crate::output::{pairs, program, text};
use crate::receipt_check::{self, Trust};
use crate::receipt_source::{self, Source};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show a receipt
    Show(Show),
    /// Check a receipt against a chain, without trusting whoever issued it
    Verify(Verify),
}

#[derive(Debug, Args)]
pub(super) struct Show {
    /// Id of the receipt (rcpt_pr_…)
    #[arg(value_parser = receipt_id)]
    id: String,
    #[command(flatten)]
    api: ApiArgs,
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The receipt: a JSON or PDF file, - for standard input, or the text of its code (a URL)
    receipt: String,
    #[command(flatten)]
    node: NodeArgs,
    /// The operator whose signature you accept [default: whoever the receipt names]
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    operator: Option<Address>,
    /// The agreed terms as JSON, or the agreement with them, to compare them with the hash that was signed
    #[arg(long, value_name = "FILE")]
    terms: Option<PathBuf>,
    /// Fail also where a step was not checked: no operator or terms were given, or the issuer's key has been revoked
    #[arg(long)]
    strict: bool,
}

impl Command {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Show(args) => show(args, context).await,
            Self::Verify(args) => verify(args, context).await,
        }
    }
}

async fn show(args: Show, context: &Context) -> anyhow::Result<ExitCode> {
    let answer = context.client(&args.api)?.get(&format!("/api/agent/receipts/{}", args.id)).await?;
    context.output.answer(&answer, || one(&answer["receipt"]));
    Ok(ExitCode::SUCCESS)
}

async fn verify(args: Verify, context: &Context) -> anyhow::Result<ExitCode> {
    let terms = args.terms.as_ref().map(|path| read_text(path)).transpose()?;
    let trust = Trust { operator: args.operator, terms, strict: args.strict };
    let verdict = match receipt_source::read(&args.receipt).await? {
        Source::Document(receipt) => receipt_check::check(&receipt, &args.node.rpc, &trust).await,
        Source::Link(link) => receipt_check::check_link(&link, &args.node.rpc, &trust).await,
    };
    let verdict = verdict.or_fix("the receipt cannot be checked now", "check --rpc, and that the node runs")?;
    context.output.answer(&verdict, || verdict.for_people());
    Ok(if verdict.verified { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn receipt_id(text: &str) -> Result<String, String> {
    request_of_receipt(text).map(|_| text.to_owned()).map_err(|e| e.to_string())
}

fn one(receipt: &Value) -> String {
    let event = &receipt["event"];
    let shown = pairs([
        ("receipt", text(&receipt["id"])),
        ("for", text(&receipt["title"])),
        ("seller received", amount(receipt, "sellerAmountAtomic")),
        ("fee", amount(receipt, "feeAmountAtomic")),
        ("buyer paid", amount(receipt, "totalAmountAtomic")),
        ("payer", text(&receipt["payer"])),
        ("payee", text(&receipt["payee"])),
        ("consent", text(&receipt["consent"])),
        ("transaction", text(&event["transactionHash"])),
        ("block", format!("{} on chain {}", text(&event["blockNumber"]), text(&event["chainId"]))),
        ("verified at", text(&receipt["verifiedAt"])),
    ]);
    let (me, id) = (program(), text(&receipt["id"]));
    format!("{shown}\nTo trust the chain instead of this server: {me} --json receipt show {id} > receipt.json; {me} receipt verify receipt.json --rpc URL")
}

//! `counterfoil dev`: a whole instance on this machine, with a chain of its own and ready-made identities.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use settlement::finality::FinalityPolicy;

use super::{Context, serve};
use crate::config::LogFormat;
use crate::failure::{Failure, OrFix};
use crate::foundry;
use crate::lifecycle::Signals;
use crate::output::{Output, pairs, program, table};
use crate::stack::accounts::BUYER;
use crate::stack::anvil::CHAIN_ID;
use crate::stack::deployment::{BUYER_BALANCE, TOKEN_SYMBOL};
use crate::stack::samples::Samples;
use crate::stack::{Blocks, ChainSource, Stack, StackOptions, forget};
use crate::telemetry;

/// What `dev` logs unless --log says otherwise: its own announcement says the rest.
const LOG_FILTER: &str = "warn";

#[derive(Debug, Args)]
pub(super) struct Dev {
    /// Where chain, database and identities are kept
    #[arg(long, value_name = "FOLDER", default_value = ".counterfoil/dev")]
    data_dir: PathBuf,
    /// Forget all of it first
    #[arg(long)]
    fresh: bool,
    /// Port of the API; 0 is any
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    api_port: u16,
    /// Port of the chain; 0 is any
    #[arg(long, value_name = "PORT", default_value_t = 8545)]
    rpc_port: u16,
    /// Seconds between blocks while a payment is not final; an idle chain makes a block every 30 s
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0)]
    block_time: f64,
    /// When a payment is final: confirmations:N
    #[arg(long, value_name = "POLICY", default_value = "confirmations:3")]
    finality: FinalityPolicy,
}

pub(super) async fn run(args: Dev, context: &Context) -> anyhow::Result<ExitCode> {
    telemetry::start(LogFormat::Text, context.log.as_deref().unwrap_or(LOG_FILTER))?;
    let signals = Signals::of_process()?;
    if args.fresh {
        forget(&args.data_dir).await?;
    }
    let block_time = Duration::try_from_secs_f64(args.block_time).ok().filter(|time| *time >= MIN_BLOCK_TIME);
    let block_time = block_time.ok_or_else(|| Failure::new(format!("{} s is no block time", args.block_time), "name 0.05 seconds or more"))?;
    context.output.remark("starting …");
    foundry::anvil(|step| context.output.remark(step)).await?;
    let options = StackOptions {
        api_port: args.api_port,
        chain: ChainSource::Private { port: args.rpc_port, blocks: Blocks::UntilFinal(block_time) },
        finality: args.finality,
        ..StackOptions::new(&args.data_dir)
    };
    let stack = Stack::start(options).await.or_fix("the instance does not start", "read the cause; --fresh starts with nothing")?;
    let samples = Samples::write(&args.data_dir, stack.asset())?;
    let document = document(&stack);
    if context.output.json {
        Output::line(&document);
    } else {
        context.output.answer(&document, || announcement(&stack, &args, &samples));
    }
    let ending = stack.wait(signals).await?;
    Ok(serve::exit_code(ending))
}

/// Faster than that, anvil's dump of its state every second would fall behind.
const MIN_BLOCK_TIME: Duration = Duration::from_millis(50);

/// What programs need to begin: exactly these keys.
fn document(stack: &Stack) -> Value {
    let who = &stack.identities;
    json!({
        "apiUrl": stack.api_url.as_str().trim_end_matches('/'),
        "rpcUrl": stack.rpc_url.as_str().trim_end_matches('/'),
        "chainId": CHAIN_ID,
        "router": stack.deployment.router.to_string(),
        "escrow": stack.deployment.escrow.to_string(),
        "token": stack.deployment.token.to_string(),
        "admin": { "apiToken": who.admin.api_token.expose_secret() },
        "buyer": who.buyer.reveal(),
        "seller": who.seller.reveal(),
        "evaluator": who.evaluator.reveal(),
    })
}

fn announcement(stack: &Stack, args: &Dev, samples: &Samples) -> String {
    let (api, rpc) = (stack.api_url.as_str().trim_end_matches('/'), stack.rpc_url.as_str().trim_end_matches('/'));
    let who = &stack.identities;
    let places = pairs([
        ("api", format!("{api}   ({api}/openapi.json, {api}/docs)")),
        ("chain", format!("{rpc}   (id {CHAIN_ID}, {})", args.finality)),
        ("router", stack.deployment.router.to_string()),
        ("escrow", stack.deployment.escrow.to_string()),
        ("token", format!("{}   ({TOKEN_SYMBOL}; the buyer has {})", stack.deployment.token, BUYER_BALANCE / 1_000_000)),
        ("asset", stack.asset().to_string()),
    ]);
    let tokens =
        table(&["who", "profile", "api token"], who.all().map(|id| vec![id.name.to_owned(), id.profile.to_string(), id.api_token.expose_secret().to_owned()]));
    let wallets = table(
        &["who", "wallet", "private key (public test keys: never send them anything of value)"],
        who.all().into_iter().filter_map(|id| id.account.map(|a| vec![id.name.to_owned(), a.address().to_string(), a.private_key.to_owned()])),
    );
    let data = args.data_dir.display();
    let (curl, by_hand) = (curl(api, who.buyer.api_token.expose_secret()), by_hand(&[api, rpc], who.buyer.api_token.expose_secret(), args, samples));
    format!(
        "Counterfoil runs on this machine.\n\n{places}\n\n{tokens}\n\n{wallets}\n\nAs the buyer, over HTTP:\n{curl}\n\n\
         A payment by hand, in another terminal:\n{by_hand}\n\nCtrl-C stops it and keeps its data in {data}; --fresh forgets it."
    )
}

fn curl(api: &str, token: &str) -> String {
    let get = |path: &str| format!("  curl -s -H 'Authorization: Bearer {token}' {api}{path}");
    [format!("  curl -s {api}/api/chains"), get("/api/agent/me"), get("/api/agent/payments/testnet-onboarding"), get("/api/agent/contracts")].join("\n")
}

/// The commands of one payment, to be copied one after another.
fn by_hand(places: &[&str; 2], token: &str, args: &Dev, samples: &Samples) -> String {
    let [api, rpc] = places;
    let me = program();
    let Samples { buyer_key, seller_key, agreement, .. } = samples;
    let (buyer_key, seller_key, agreement) = (buyer_key.display(), seller_key.display(), agreement.display());
    let settings = Stack::settings_file(&args.data_dir).display().to_string();
    format!(
        "  export COUNTERFOIL_API__URL={api} COUNTERFOIL_RPC={rpc} COUNTERFOIL_TOKEN={token}\n  \
         {me} contract import {agreement} --buyer-key {buyer_key} --seller-key {seller_key}\n  \
         {me} request create agr_… --payer {payer}\n  \
         {me} request pay agr_… pr_… --key-file {buyer_key}\n  \
         {me} --json receipt show rcpt_pr_… > receipt.json\n  \
         {me} receipt verify receipt.json\n  \
         {me} --config {settings} doctor",
        payer = BUYER.address()
    )
}

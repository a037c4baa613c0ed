//! What people type: one file per verb.

mod audit;
mod contract;
mod deliverable;
mod demo;
mod deploy;
mod dev;
mod doctor;
mod escrow;
mod indexer;
mod keys;
mod migrate;
mod pay;
mod receipt;
mod reconcile;
mod refund;
mod request;
mod router;
mod serve;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use secrecy::SecretString;
use url::Url;

use crate::client::Client;
use crate::config::{Config, LogFormat, SecretUrl, Sources};
use crate::failure::OrFix;
use crate::output::Output;
use crate::telemetry;

/// Settlement for work agreed off-chain: signed payment requests, payments the chain proves, receipts anyone can check.
#[derive(Debug, Parser)]
#[command(name = "counterfoil", version, propagate_version = true, max_term_width = 120)]
pub struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Globals {
    /// Configuration file [default: $COUNTERFOIL_CONFIG, else ./counterfoil.toml if there is one]
    #[arg(long, global = true, help_heading = "Global options", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON instead of tables
    #[arg(long, global = true, help_heading = "Global options")]
    json: bool,
    /// What to log, to stderr: info, debug, warn,indexer=debug …
    #[arg(long, global = true, help_heading = "Global options", value_name = "FILTER")]
    log: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play one payment from agreement to receipt, on a private chain
    Demo,
    /// Start an instance with a chain of its own and ready-made identities, and stay up
    Dev(dev::Dev),
    /// Run the API, the indexer, or both
    Serve(serve::Serve),
    /// Bring the database to the schema of this version
    Migrate,
    /// Decide about a chain that has halted
    #[command(subcommand)]
    Indexer(indexer::Command),
    /// Deploy the router, and say who may sign for an operator
    #[command(subcommand)]
    Router(router::Command),
    /// Deploy the escrow
    #[command(subcommand)]
    Escrow(escrow::Command),
    /// Make and list wallet keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// Make and revoke API tokens, at the database
    #[command(subcommand)]
    Token(token::Command),
    /// Check and export the log of who did what, at the database
    #[command(subcommand)]
    Audit(audit::Command),
    /// Compare chain, requests and ledger, as the database has them; fails when they do not agree
    Reconcile,
    /// Import and show agreements
    #[command(subcommand)]
    Contract(contract::Command),
    /// Ask for payments, pay and cancel them
    #[command(subcommand)]
    Request(request::Command),
    /// Ask for money back, answer, and pay back
    #[command(subcommand)]
    Refund(refund::Command),
    /// Show receipts, and verify them without trusting whoever issued them
    #[command(subcommand)]
    Receipt(receipt::Command),
    /// Seal work for an escrow, check it before funding, open it with the revealed key
    #[command(subcommand)]
    Deliverable(deliverable::Command),
    /// Say what is configured, what is reachable, what is wrong, and how to mend it
    Doctor,
}

/// Which node.
#[derive(Debug, Args)]
struct NodeArgs {
    /// JSON-RPC URL of a node of the chain
    #[arg(long, value_name = "URL", value_parser = unread, env = "COUNTERFOIL_RPC", hide_env_values = true)]
    rpc: SecretUrl,
}

/// Takes any text for a URL: whoever uses it refuses what is none, and does not quote it, as the parser of the command line would.
#[expect(clippy::unnecessary_wraps, reason = "a parser of the command line returns a result")]
fn unread(text: &str) -> Result<SecretUrl, std::convert::Infallible> {
    Ok(SecretUrl::new(text))
}

/// Which API, as whom.
#[derive(Debug, Args)]
struct ApiArgs {
    /// URL of the API [default: api.url of the configuration, $COUNTERFOIL_API__URL]
    #[arg(long, value_name = "URL")]
    api: Option<Url>,
    /// File with the bearer token [default: the token in $COUNTERFOIL_TOKEN]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// Everything that commands share.
#[derive(Debug)]
struct Context {
    output: Output,
    config_file: Option<PathBuf>,
    log: Option<String>,
}

impl Context {
    /// The configuration, with flags of the command on top.
    fn config(&self, mut flags: Vec<(&'static str, String)>) -> anyhow::Result<Config> {
        flags.extend(self.log.iter().map(|filter| ("log.filter", filter.clone())));
        let sources = Sources::of_process(self.config_file.clone(), flags);
        let file = sources.chosen_file().map_or_else(|| "the environment".to_owned(), |path| path.display().to_string());
        Config::load(&sources).or_fix("there is no usable configuration", format!("correct {file}; cli/src/defaults.toml and deploy/config/ explain every key"))
    }

    fn client(&self, args: &ApiArgs) -> anyhow::Result<Client> {
        let config = self.config(args.api.iter().map(|url| ("api.url", url.to_string())).collect())?;
        let token = match &args.token_file {
            Some(path) => Some(std::fs::read_to_string(path).or_fix(format!("cannot read {}", path.display()), "name a file with a bearer token")?),
            None => std::env::var("COUNTERFOIL_TOKEN").ok(),
        };
        Client::new(config.api.url, token.map(|token| SecretString::from(token.trim().to_owned())))
    }
}

/// Runs what was typed. 0: done; 1: refused or failed; 2: typed wrongly.
#[must_use]
pub fn main(cli: Cli) -> ExitCode {
    let Globals { config, json, log } = cli.globals;
    let context = Context { output: Output { json }, config_file: config, log };
    let output = context.output;
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            output.failure(&error.into());
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command, context)) {
        Ok(code) => code,
        Err(error) => {
            output.failure(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, context: Context) -> anyhow::Result<ExitCode> {
    // The others start it themselves, each with what it has to say when nobody asks.
    if let (Some(filter), false) = (&context.log, matches!(command, Command::Demo | Command::Dev(_) | Command::Serve(_))) {
        telemetry::start(LogFormat::Text, filter)?;
    }
    match command {
        Command::Demo => demo::run(&context).await,
        Command::Dev(args) => dev::run(args, &context).await,
        Command::Serve(args) => serve::run(args, &context).await,
        Command::Migrate => migrate::run(&context).await,
        Command::Indexer(command) => command.run(&context).await,
        Command::Router(command) => command.run(&context).await,
        Command::Escrow(command) => command.run(&context).await,
        Command::Keys(command) => command.run(&context),
        Command::Token(command) => command.run(&context).await,
        Command::Audit(command) => command.run(&context).await,
        Command::Reconcile => reconcile::run(&context).await,
        Command::Contract(command) => command.run(&context).await,
        Command::Request(command) => command.run(&context).await,
        Command::Refund(command) => command.run(&context).await,
        Command::Receipt(command) => command.run(&context).await,
        Command::Deliverable(command) => command.run(&context),
        Command::Doctor => doctor::run(&context).await,
    }
}

#[cfg(test)]
mod tests;

//! `counterfoil serve`: the API, the indexer, or both, until a signal.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;
use tokio::net::TcpListener;

use super::Context;
use crate::failure::OrFix;
use crate::lifecycle::{Ending, Lifecycle, Signals};
use crate::output::Output;
use crate::services::{self, World};
use crate::telemetry;

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Run one part only; several API processes and a standby indexer may share a Postgres database
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Where the API listens [default: api.listen of the configuration]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Api,
    Indexer,
}

pub(super) async fn run(args: Serve, context: &Context) -> anyhow::Result<ExitCode> {
    let config = context.config(args.listen.iter().map(|address| ("api.listen", address.to_string())).collect())?;
    let (with_api, with_indexer) = (args.only != Some(Part::Indexer), args.only != Some(Part::Api));
    config.check_serving(with_api).or_fix("this instance cannot serve", "`counterfoil doctor` shows the rest")?;
    telemetry::start(config.log.format, &config.log.filter)?;
    let (life, world, signals) = (Lifecycle::new(), World::of_process(), Signals::of_process()?);
    let store = services::open_current_store(&config).await?;
    services::insist_on_present_routers(&config, &store).await?;
    if with_indexer {
        services::start_indexers(&config, &store, &world, &life)?;
    }
    let mut listening = None;
    if with_api {
        let listener = TcpListener::bind(config.api.listen).await;
        let listener = listener.or_fix(format!("cannot listen on {}", config.api.listen), "choose another address with --listen or api.listen")?;
        listening = Some(listener.local_addr()?);
        services::start_api(&config, &store, &world, listener, &life)?;
    }
    announce(context.output, listening, with_indexer);
    let ending = life.wait(signals).await;
    store.close().await;
    Ok(exit_code(ending))
}

fn announce(output: Output, listening: Option<SocketAddr>, with_indexer: bool) {
    tracing::info!(api = listening.map(|address| address.to_string()), indexer = with_indexer, "serving");
    if output.json {
        Output::line(&json!({ "listening": listening, "indexer": with_indexer }));
    }
}

/// What the process says about its end. Being cut off loses no data, but somebody should know that it happened.
pub(super) fn exit_code(ending: Ending) -> ExitCode {
    match ending {
        Ending::Clean => ExitCode::SUCCESS,
        Ending::Failed | Ending::CutOff => ExitCode::FAILURE,
    }
}

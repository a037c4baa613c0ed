//! stub
use std::process::ExitCode;
use super::Context;
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command { Show }
impl Command { pub(super) async fn run(self, _context: &Context) -> anyhow::Result<ExitCode> { anyhow::bail!("stub") } }

//! The binary: everything is in the library, so that tests can start what people start.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    cli::commands::main(cli::commands::Cli::parse())
}

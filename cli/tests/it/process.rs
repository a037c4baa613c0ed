//! Starting the binary, without anything of the machine's own configuration in the way.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The binary in `folder`, with an environment that holds nothing of ours.
pub fn counterfoil(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil"));
    command.current_dir(folder).args(arguments).env_remove("RUST_LOG");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERFOIL_")) {
        command.env_remove(name);
    }
    command
}

/// Runs it to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    counterfoil(folder, arguments).output().expect("the binary can be started")
}

/// Its answer, which must be one JSON document and a success.
pub fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stdout)))
}

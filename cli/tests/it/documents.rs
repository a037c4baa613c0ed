//! Commands that the documents tell people to type are those that there are.

use std::path::{Path, PathBuf};

use clap::Parser;
use clap::error::ErrorKind;
use cli::commands::Cli;

/// How a command begins where people read it.
const STARTS: [&str; 2] = ["counterfoil ", "cargo run -- "];
/// How one begins in the comments of a configuration.
const CONFIGURATION_COMMENT: &str = "#   ";
/// What capitals stand for, as values that a command takes.
const SAMPLES: [(&str, &str); 9] = [
    ("ADDRESS", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    ("CHAIN", "local"),
    ("CONTRACT", "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("FILE", "file.json"),
    ("HASH", "0x88b2efa2d4d2c3a1b0d1e8d3a3c7c5c8c1e6c9a7b4a5f6e7d8c9b0a1f2e3d4c5"),
    ("KEY", "0xc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"),
    ("NAME", "name"),
    ("REQUEST", "pr_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("URL", "http://127.0.0.1:8545"),
];

#[test]
fn the_documents_tell_commands_that_there_are() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        for (command, whole) in commands(&text) {
            seen += 1;
            wrong.extend(refused(&command, whole).map(|reason| format!("{}: {command}: {reason}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 25, "only {seen} commands were found: this test does not read what people read");
}

#[test]
fn a_command_that_is_not_there_is_noticed() {
    let text = "Run `counterfoil demo`, then\n```sh\ncounterfoil  router set-signer ADDRESS --until 0 # so\n A=b cargo run -- dev --port 1 && true\n\
                docker compose run --rm api token create\n```\n`counterfoil frob` or `counterfoil token create`.";
    let found = commands(text);
    let wrong: Vec<_> = found.iter().filter(|(command, whole)| refused(command, *whole).is_some()).map(|(command, _)| command.as_str()).collect();
    assert_eq!(found.len(), 6, "{found:?}");
    assert_eq!(wrong, ["router set-signer ADDRESS --until 0", "dev --port 1", "token create", "frob"]);
}

/// Why the command is refused. One in running text may leave out what it needs: it only names a command.
fn refused(command: &str, whole: bool) -> Option<String> {
    let words =
        command.split_whitespace().map(|word| SAMPLES.iter().find(|(name, _)| *name == word).map_or_else(|| plain(word), |(_, sample)| (*sample).to_owned()));
    let error = Cli::try_parse_from(std::iter::once("counterfoil".to_owned()).chain(words)).err()?;
    let needs = matches!(error.kind(), ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    (!asked && (whole || !needs)).then(|| error.to_string())
}

/// A shell's word without quotes, a variable as if it held a URL.
fn plain(word: &str) -> String {
    let word = word.trim_matches('"');
    if word.starts_with('$') { "http://127.0.0.1:8545".to_owned() } else { word.to_owned() }
}

/// The commands of a document without the program's name, and whether they stand in a block, to be typed as they are.
fn commands(document: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for line in document.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            found.extend(typed(line).map(|command| (command, true)));
        } else if let Some(comment) = line.strip_prefix(CONFIGURATION_COMMENT) {
            // What it needs may be in the variables that it stands beside.
            found.extend(typed(comment).map(|command| (command, false)));
        } else {
            found.extend(line.split('`').skip(1).step_by(2).filter_map(typed).map(|command| (command, false)));
        }
    }
    found
}

/// The command of a line: without what a shell does around it, and without remarks.
fn typed(line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or(line).trim();
    let line = line.strip_prefix("docker compose run --rm api ").map_or_else(|| line.to_owned(), |rest| format!("counterfoil {rest}"));
    let mut command = line.as_str();
    while let Some((_, rest)) = command.split_once(' ').filter(|(variable, _)| variable.contains('=')) {
        command = rest.trim_start();
    }
    let rest = STARTS.iter().find_map(|start| command.strip_prefix(start))?;
    let end = ["|", "&&", ">", ";"].iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    Some(rest[..end].trim().to_owned())
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths = vec![root.join("README.md"), root.join("deploy/README.md")];
    paths.extend(["local.toml", "base-sepolia.toml"].map(|name| root.join("deploy/config").join(name)));
    let docs = ["docs", "docs/contracts"].map(|folder| std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    paths.extend(docs.into_iter().flatten().filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    paths
}

//! `counterfoil audit`: the log of who did what, checked and taken elsewhere.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;
use settlement::audit::{AuditHead, LoggedEntry};

use super::Context;
use crate::failure::OrFix;
use crate::output::pairs;
use crate::services::open_current_store;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Compute the whole log again; fails at the first entry that was changed, taken out or put in
    Verify(Verify),
    /// Print the log as JSON Lines, oldest entry first
    Export(Export),
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The end of the log as it was noted before (42:0x…): the log has to lead through it
    #[arg(long, value_name = "HEAD")]
    expect_head: Option<AuditHead>,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// Only entries behind this number
    #[arg(long, value_name = "NUMBER")]
    after: Option<u64>,
}

impl Command {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Verify(args) => verify(&args, context).await,
            Self::Export(args) => export(&args, context).await,
        }
    }
}

async fn verify(args: &Verify, context: &Context) -> anyhow::Result<ExitCode> {
    let store = open_current_store(&context.config(Vec::new())?).await?;
    let verified = store.verify_audit(args.expect_head).await.or_fix("the audit log cannot be read", "try again");
    store.close().await;
    let fix = "nobody writes to the log but this program: compare it with an export from before, find who can write to the database, and restore a backup";
    let head = verified?.or_fix("the audit log was tampered with", fix)?;
    context.output.answer(&json!({ "entries": head.sequence, "head": head.to_string() }), || {
        let text = pairs([("entries", head.sequence.to_string()), ("head", head.to_string())]);
        format!("{text}\nNothing was changed, taken out or put in. Note the head elsewhere, and give it to --expect-head the next time.")
    });
    Ok(ExitCode::SUCCESS)
}

async fn export(args: &Export, context: &Context) -> anyhow::Result<ExitCode> {
    let store = open_current_store(&context.config(Vec::new())?).await?;
    let mut after = args.after;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    loop {
        let entries = store.audit_entries_after(after).await.or_fix("the audit log cannot be read", "`counterfoil audit verify` says where it is damaged")?;
        let Some(last) = entries.last() else { break };
        after = Some(last.sequence);
        for entry in &entries {
            writeln!(out, "{}", line(entry)).or_fix("the log could not be written", "check where the output goes")?;
        }
    }
    out.flush().or_fix("the log could not be written", "check where the output goes")?;
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// What was hashed, and the hash.
fn line(entry: &LoggedEntry) -> serde_json::Value {
    json!({
        "sequence": entry.sequence, "at": entry.at.to_string(), "author": entry.author, "action": entry.action, "subject": entry.subject,
        "details": entry.details, "hash": entry.hash.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use settlement::Timestamp;
    use settlement::audit::{AuditAction, Author};

    use super::*;

    #[test]
    fn i16_a_line_of_the_export_is_all_that_is_needed_to_check_it() {
        let act = Author::Cli.did(AuditAction::TokenRevoked, "key_1", Timestamp::from_millis(1_700_000_000_007)).with(json!({ "b": "ü", "a": 1 }));
        let text = line(&LoggedEntry::after(AuditHead::EMPTY, &act).unwrap()).to_string();
        let exported: serde_json::Value = serde_json::from_str(&text).unwrap();
        let member = |key: &str| exported[key].as_str().unwrap().to_owned();
        let read = LoggedEntry {
            sequence: exported["sequence"].as_u64().unwrap(),
            at: Timestamp::parse(&member("at")).unwrap(),
            author: member("author"),
            action: member("action"),
            subject: member("subject"),
            details: exported["details"].clone(),
            hash: member("hash").parse().unwrap(),
        };
        assert_eq!(AuditHead::EMPTY.advance(&read), Ok(read.head()));
    }
}

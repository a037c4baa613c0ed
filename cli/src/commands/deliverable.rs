//! `counterfoil deliverable`: work that travels sealed and opens with the key that its escrow reveals. Nothing here asks a server or a chain.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use alloy_primitives::{Address, B256, hex};
use clap::{ArgGroup, Args, Subcommand};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use settlement::IdSource;
use settlement::asset::parse_address;
use settlement::deliverable::{self, Commitment, Contents, DeliverableError, DeliverableKey, Expected, Header, NONCE_PREFIX_LENGTH, Sealing};

use super::Context;
use crate::failure::{Failure, OrFix};
use crate::new_file::NewFile;
use crate::output::pairs;
use crate::progress::reading;
use crate::system::OsIds;

/// A key in hex with room for what editors add around it; no more of a key file is read.
const MAX_KEY_FILE_BYTES: u64 = 256;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Seal a file with a new key: the buyer gets the sealed file before it pays, the escrow reveals the key
    Seal(Seal),
    /// Check a sealed file against the terms of its escrow, before funding it
    Check(Check),
    /// Open a sealed file with its key
    Open(Open),
}

#[derive(Debug, Args)]
pub(super) struct Seal {
    /// The work
    file: PathBuf,
    /// The seller in the terms: only this wallet's key hash fits the escrow
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    seller: Address,
    /// Sealed file to make [default: FILE.sealed]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Key file to make, for you alone until you reveal the key [default: FILE.key]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The sealed file
    sealed: PathBuf,
    /// delivery in the terms: SHA-256 of the sealed file
    #[arg(long, value_name = "HASH")]
    delivery: B256,
    /// keyHash in the terms
    #[arg(long, value_name = "HASH")]
    key_hash: B256,
    /// seller in the terms
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    seller: Address,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("the key").args(["key", "key_file"]).required(true)))]
pub(super) struct Open {
    /// The sealed file
    sealed: PathBuf,
    /// The key in hex, once it is revealed; before, others on this machine could see it here
    #[arg(long, value_name = "HEX", value_parser = untold)]
    key: Option<SecretString>,
    /// File with the key
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// delivery in the terms: without it, whoever knows the key may have made the file
    #[arg(long, value_name = "HASH")]
    delivery: Option<B256>,
    /// keyHash in the terms: compare it when the key comes from the seller and not from the chain
    #[arg(long, value_name = "HASH")]
    key_hash: Option<B256>,
    /// File to make
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Takes any text for a key: whoever uses it refuses what is none, and does not quote it, as the parser of the command line would.
#[expect(clippy::unnecessary_wraps, reason = "a parser of the command line returns a result")]
fn untold(text: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::from(text.to_owned()))
}

impl Command {
    pub(super) fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Seal(args) => seal(&args, context),
            Self::Check(args) => check(&args, context),
            Self::Open(args) => open(&args, context),
        }
    }
}

fn seal(args: &Seal, context: &Context) -> anyhow::Result<ExitCode> {
    let out = args.out.clone().unwrap_or_else(|| args.file.with_added_extension("sealed"));
    let key_file = args.key_file.clone().unwrap_or_else(|| args.file.with_added_extension("key"));
    let (file, length) = existing(&args.file)?;
    let (mut sealed, mut written_key) = (NewFile::create(&out)?, NewFile::create(&key_file)?);
    let key = DeliverableKey::new(&Zeroizing::new(OsIds.secret()));
    let sealing = Sealing { seller: args.seller, key: &key, nonce_prefix: nonce_prefix(), length };
    let contents = deliverable::seal(reading(context.output, length, file), &mut sealed, &sealing);
    let contents = contents.map_err(|error| refused(format!("{} was not sealed", args.file.display()), error))?;
    let line = Zeroizing::new(hex::encode_prefixed(key.expose()) + "\n");
    written_key.write_all(line.as_bytes()).or_fix(format!("cannot write {}", key_file.display()), "look whether the disk is full")?;
    // The key first: a sealed file without its key would be lost work.
    written_key.keep()?;
    sealed.keep()?;
    let mut answer = described(&contents.header, contents.delivery);
    answer["plaintextSha256"] = json!(contents.plaintext_hash);
    answer["sealed"] = json!(out);
    answer["keyFile"] = json!(key_file);
    context.output.answer(&answer, || {
        let mut rows = rows(&contents.header, contents.delivery);
        rows.extend([("plaintext SHA-256", contents.plaintext_hash.to_string()), ("sealed file", out.display().to_string())]);
        rows.push(("key file", key_file.display().to_string()));
        pairs(rows)
    });
    context.output.remark(
        "Put keyHash and delivery into the terms, send the sealed file to the buyer over a confidential channel, and keep the key file: without it nobody pays you.",
    );
    Ok(ExitCode::SUCCESS)
}

fn check(args: &Check, context: &Context) -> anyhow::Result<ExitCode> {
    let (file, length) = existing(&args.sealed)?;
    let terms = Commitment { delivery: args.delivery, key_hash: args.key_hash, seller: args.seller };
    let header = deliverable::check(reading(context.output, length, file), &terms);
    let header = header.map_err(|error| refused(format!("{} is not what the terms commit to", args.sealed.display()), error))?;
    let mut answer = described(&header, args.delivery);
    answer["holds"] = json!(true);
    context.output.answer(&answer, || pairs(rows(&header, args.delivery)));
    context.output.remark("It is what the terms commit to. What is in it, and whether the key opens it, shows only when it is opened.");
    Ok(ExitCode::SUCCESS)
}

fn open(args: &Open, context: &Context) -> anyhow::Result<ExitCode> {
    let key = given_key(args)?;
    let (file, length) = existing(&args.sealed)?;
    let mut out = NewFile::create(&args.out)?;
    let expected = Expected { delivery: args.delivery, key_hash: args.key_hash };
    let opened = deliverable::open(reading(context.output, length, file), &mut out, &key, &expected);
    let Contents { header, delivery, plaintext_hash } = opened.map_err(|error| refused(format!("{} was not opened", args.sealed.display()), error))?;
    out.keep()?;
    let mut answer = described(&header, delivery);
    answer["plaintextSha256"] = json!(plaintext_hash);
    answer["file"] = json!(args.out);
    answer["deliveryCompared"] = json!(args.delivery.is_some());
    context.output.answer(&answer, || {
        let mut rows = rows(&header, delivery);
        rows.extend([("plaintext SHA-256", plaintext_hash.to_string()), ("file", args.out.display().to_string())]);
        pairs(rows)
    });
    if args.delivery.is_none() {
        context.output.remark("It was not compared with the terms: look whether delivery is the same there, or give it with --delivery.");
    }
    Ok(ExitCode::SUCCESS)
}

/// A file to read, and its length in bytes.
fn existing(path: &Path) -> anyhow::Result<(File, u64)> {
    let file = File::open(path).or_fix(format!("cannot read {}", path.display()), "name a file that is there")?;
    let metadata = file.metadata().or_fix(format!("cannot read {}", path.display()), "name a file")?;
    if metadata.is_file() {
        Ok((file, metadata.len()))
    } else {
        Err(Failure::new(format!("{} is not a file", path.display()), "put a folder into an archive").into())
    }
}

fn given_key(args: &Open) -> anyhow::Result<DeliverableKey> {
    let fix = "give the 64 hexadecimal digits that the event KeyRevealed of the escrow shows, or the key file";
    let Some(path) = &args.key_file else {
        let text = args.key.as_ref().expect("the command line has one of the two");
        return text.expose_secret().trim().parse::<DeliverableKey>().or_fix("--key is no key", fix);
    };
    let mut text = Zeroizing::new(String::new());
    let read = File::open(path).and_then(|file| file.take(MAX_KEY_FILE_BYTES).read_to_string(&mut text));
    read.or_fix(format!("cannot read {}", path.display()), fix)?;
    text.trim().parse::<DeliverableKey>().or_fix(format!("{} holds no key", path.display()), fix)
}

fn nonce_prefix() -> [u8; NONCE_PREFIX_LENGTH] {
    *OsIds.secret().first_chunk().expect("a secret is longer than the prefix")
}

fn described(header: &Header, delivery: B256) -> Value {
    json!({
        "delivery": delivery,
        "keyHash": header.key_hash,
        "seller": header.seller.to_string(),
        "plaintextBytes": header.length,
        "sealedBytes": header.sealed_length(),
    })
}

fn rows(header: &Header, delivery: B256) -> Vec<(&'static str, String)> {
    vec![
        ("delivery", delivery.to_string()),
        ("keyHash", header.key_hash.to_string()),
        ("seller", header.seller.to_string()),
        ("plaintext bytes", header.length.to_string()),
        ("sealed bytes", header.sealed_length().to_string()),
    ]
}

fn refused(what: String, error: DeliverableError) -> anyhow::Error {
    let fix = remedy(&error);
    Failure { source: Some(error.into()), ..Failure::new(what, fix) }.into()
}

fn remedy(error: &DeliverableError) -> &'static str {
    match error {
        DeliverableError::Empty | DeliverableError::TooLong { .. } => "seal a file that is not empty; split one that is too long",
        DeliverableError::LengthChanged { .. } => "seal it again when nothing writes to it",
        DeliverableError::UnknownVersion { .. } => "use a newer version of this program",
        DeliverableError::Truncated { .. } | DeliverableError::TrailingData { .. } => {
            "fetch the file again, it did not arrive whole; do not fund or attest before it does"
        }
        DeliverableError::NotSealed | DeliverableError::WrongDelivery { .. } => {
            "ask the seller for the file that the terms commit to; do not fund or attest without it"
        }
        DeliverableError::WrongKeyHash { .. } | DeliverableError::WrongSeller { .. } => {
            "do not fund or attest: what the escrow reveals would not open this file; ask the seller for terms that fit it"
        }
        DeliverableError::WrongKey { .. } => "take the key from the event KeyRevealed of this very escrow",
        DeliverableError::WrongChunk { .. } => "compare the file's SHA-256 with delivery in the terms: if it is the same, the seller sealed it wrongly",
        DeliverableError::Read(_) => "look whether the file is still there and whole",
        DeliverableError::Write(_) => "look whether the disk is full",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i12_no_command_shows_the_key_it_was_given() {
        let digits = "c0ffee".repeat(10) + "c0ff";
        let args =
            Open { sealed: "a".into(), key: Some(SecretString::from(digits.clone() + "z")), key_file: None, delivery: None, key_hash: None, out: "b".into() };
        let told = format!("{:?} {:?}", given_key(&args).unwrap_err(), args);
        assert!(!told.contains(&digits), "{told}");
        let args = Open { key: Some(SecretString::from(digits.clone())), ..args };
        assert_eq!(hex::encode(given_key(&args).unwrap().expose()), digits);
        assert!(!format!("{args:?}").contains(&digits));
    }

    #[test]
    fn nonce_prefixes_differ() {
        assert_ne!(nonce_prefix(), nonce_prefix());
    }
}

//! `counterfoil contract`: agreements, imported with the consent of both wallets.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use alloy_primitives::{Address, B256, Bytes};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use settlement::IdSource;
use settlement::agreement::agreement_digest;
use settlement::asset::parse_address;
use settlement::ids::AgreementId;
use settlement::terms::Terms;
use signer::WalletKey;

use super::{ApiArgs, Context};
use crate::failure::{Failure, OrFix};
use crate::output::{listing, pairs, program, text};
use crate::system::OsIds;
use crate::wallet_key;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Import an agreement with its parties' consent
    Import(Import),
    /// Show one agreement, or list yours
    Show(Show),
}

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The agreement as JSON {externalRef, buyer, seller, terms}, with consent or without; - reads standard input. Without an externalRef it
    /// gets a fresh one, without parties they are whoever signs
    file: PathBuf,
    /// Sign as the buyer with this key (hex or keystore)
    #[arg(long, value_name = "FILE")]
    buyer_key: Option<PathBuf>,
    /// Sign as the seller with this key (hex or keystore)
    #[arg(long, value_name = "FILE")]
    seller_key: Option<PathBuf>,
    /// Signatures made elsewhere, as JSON {salt, buyerSignature?, sellerSignature?}
    #[arg(long, value_name = "FILE")]
    signatures: Option<PathBuf>,
    /// Print what the wallets have to sign (EIP-712) and import nothing
    #[arg(long)]
    typed_data: bool,
    /// Attest the consent of both, as a marketplace whose token has contracts:import
    #[arg(long, conflicts_with_all = ["buyer_key", "seller_key", "signatures", "typed_data"])]
    attest: bool,
    #[command(flatten)]
    api: ApiArgs,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    /// Id of the agreement (agr_…); without it your agreements are listed
    id: Option<AgreementId>,
    #[command(flatten)]
    api: ApiArgs,
}

impl Command {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Import(args) => import(args, context).await,
            Self::Show(args) => show(args, context).await,
        }
    }
}

async fn import(args: Import, context: &Context) -> anyhow::Result<ExitCode> {
    let client = context.client(&args.api)?;
    let mut body = read_json(&args.file, "an agreement as JSON")?;
    if !body.is_object() {
        return Err(Failure::new(format!("{} is no agreement", args.file.display()), "give a JSON object {externalRef, buyer, seller, terms}").into());
    }
    if body["externalRef"].is_null() {
        body["externalRef"] = json!(OsIds.ulid().to_string());
    }
    let keys = Keys {
        buyer: args.buyer_key.as_ref().map(|path| wallet_key::load(path, None, context.output)).transpose()?,
        seller: args.seller_key.as_ref().map(|path| wallet_key::load(path, None, context.output)).transpose()?,
    };
    let signatures = args.signatures.as_ref().map(|path| read_json(path, "signatures as JSON")).transpose()?;
    if args.attest {
        body["consent"] = json!({ "kind": "attested" });
    } else if body["consent"].is_null() {
        name_parties(&mut body, &keys);
        let salt = salt(signatures.as_ref())?;
        if args.typed_data {
            let question = json!({ "buyer": body["buyer"], "seller": body["seller"], "terms": body["terms"], "salt": salt });
            let answer = client.post("/api/agent/contracts/import/typed-data", &question).await?.body;
            context.output.answer(&answer, || serde_json::to_string_pretty(&answer).unwrap_or_default());
            return Ok(ExitCode::SUCCESS);
        }
        body["consent"] = consent(&body, &keys, salt, &signatures.unwrap_or_default())?;
    }
    let answer = client.post("/api/agent/contracts/import", &body).await?.body;
    context.output.answer(&answer, || {
        let id = text(&answer["contract"]["id"]);
        format!("{}\nNext, as the buyer: {} request create {id} --payer ADDRESS", one(&answer["contract"]), program())
    });
    Ok(ExitCode::SUCCESS)
}

async fn show(args: Show, context: &Context) -> anyhow::Result<ExitCode> {
    let client = context.client(&args.api)?;
    match args.id {
        Some(id) => {
            let answer = client.get(&format!("/api/agent/contracts/{id}")).await?;
            context.output.answer(&answer, || one(&answer["contract"]));
        }
        None => {
            let answer = client.get("/api/agent/contracts?limit=100").await?;
            let rows = answer["contracts"].as_array().into_iter().flatten();
            context.output.answer(&answer, || {
                let columns = |c: &Value| vec![text(&c["id"]), text(&c["status"]), text(&c["task"]["title"]), text(&c["suggestedActionLabel"])];
                listing("No agreements yet: `counterfoil contract import` takes one.", &["id", "status", "title", "next"], rows.map(columns))
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The wallets that sign here.
struct Keys {
    buyer: Option<WalletKey>,
    seller: Option<WalletKey>,
}

/// A party that the file does not name is whoever signs for it here.
fn name_parties(body: &mut Value, keys: &Keys) {
    for (party, key) in [("buyer", &keys.buyer), ("seller", &keys.seller)] {
        if let Some(key) = key.as_ref().filter(|_| body[party].is_null()) {
            body[party] = json!({ "wallet": key.address().to_string() });
        }
    }
}

/// The salt that signatures made elsewhere were made with, or a fresh one.
fn salt(signatures: Option<&Value>) -> anyhow::Result<B256> {
    match signatures {
        Some(signatures) => text(&signatures["salt"]).parse().or_fix("the signatures name no salt", "add the 32-byte salt that was signed"),
        None => Ok(B256::from(OsIds.secret())),
    }
}

/// Both signatures: from the file where it has them, from the keys where it has not.
fn consent(body: &Value, keys: &Keys, salt: B256, given: &Value) -> anyhow::Result<Value> {
    let terms = Terms::parse(&body["terms"]).or_fix("the terms cannot be used", "correct them in the file")?;
    let wallets = (wallet("buyer", body, keys.buyer.as_ref())?, wallet("seller", body, keys.seller.as_ref())?);
    let digest = agreement_digest(&terms, wallets.0, wallets.1, salt);
    let sign = |party: &str, key: Option<&WalletKey>| -> anyhow::Result<Value> {
        let field = format!("{party}Signature");
        if let Some(signature) = given[&field].as_str() {
            return Ok(json!(signature));
        }
        let signature: Option<Bytes> = key.map(|key| key.sign_digest(&digest));
        let fix = format!("give --{party}-key, or --signatures with {field}; --typed-data prints what to sign");
        signature.map(|signature| json!(signature)).ok_or_else(|| Failure::new(format!("the {party} has not signed"), fix).into())
    };
    let (buyer, seller) = (sign("buyer", keys.buyer.as_ref())?, sign("seller", keys.seller.as_ref())?);
    Ok(json!({ "kind": "signatures", "salt": salt, "buyerSignature": buyer, "sellerSignature": seller }))
}

/// Whose wallet is signed for: the one in the file, else the one that signs.
fn wallet(party: &str, body: &Value, key: Option<&WalletKey>) -> anyhow::Result<Address> {
    let fix = format!("name it in the file, as \"{party}\": {{\"wallet\": \"0x…\"}}");
    match body[party]["wallet"].as_str() {
        Some(named) => parse_address(named).or_fix(format!("the {party}'s wallet {named:?} cannot be used"), fix),
        None => key.map(WalletKey::address).ok_or_else(|| Failure::new(format!("the {party}'s wallet is not known"), fix).into()),
    }
}

/// The terms in a file: alone, or as part of an agreement.
pub(super) fn read_terms(path: &Path) -> anyhow::Result<Terms> {
    let fix = "give the agreed terms as JSON, or the agreement with them";
    let document = read_json(path, "the agreed terms as JSON")?;
    let terms = document.get("terms").unwrap_or(&document);
    Terms::parse(terms).or_fix(format!("{} has no terms", path.display()), fix)
}

/// The JSON in a file, or on standard input for `-`.
pub(super) fn read_json(path: &Path, what: &str) -> anyhow::Result<Value> {
    let content = read_text(path)?;
    serde_json::from_str(&content).or_fix(format!("{} is not JSON", path.display()), format!("give {what}"))
}

/// The text in a file, or on standard input for `-`.
pub(super) fn read_text(path: &Path) -> anyhow::Result<String> {
    let mut content = String::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut content).or_fix("cannot read standard input", "pipe the text in")?;
    } else {
        content = std::fs::read_to_string(path).or_fix(format!("cannot read {}", path.display()), "name a file, or - for standard input")?;
    }
    Ok(content)
}

fn one(contract: &Value) -> String {
    let party = |name: &str| [&contract[name]["id"], &contract[name]["wallet"]].map(text).join(" ").trim().to_owned();
    pairs([
        ("contract", text(&contract["id"])),
        ("status", text(&contract["status"])),
        ("title", text(&contract["task"]["title"])),
        ("buyer", party("buyer")),
        ("seller", party("seller")),
        ("next", text(&contract["suggestedActionLabel"])),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;
    use settlement::agreement::is_signed_by;

    fn key(digit: char) -> WalletKey {
        WalletKey::from_hex(&SecretString::from(digit.to_string().repeat(64))).unwrap()
    }

    fn body() -> Value {
        json!({ "externalRef": "job-1", "terms": {
            "title": "Label 1,000 images", "amountAtomic": "12500000", "asset": "eip155:31337/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
            "payeeAddress": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "paymentTiming": "any_time", "settlement": "direct" } })
    }

    #[test]
    fn both_keys_make_the_consent_of_both() {
        let keys = Keys { buyer: Some(key('1')), seller: Some(key('2')) };
        let (mut body, salt) = (body(), B256::repeat_byte(7));
        name_parties(&mut body, &keys);
        let consent = consent(&body, &keys, salt, &Value::Null).unwrap();
        let terms = Terms::parse(&body["terms"]).unwrap();
        let digest = agreement_digest(&terms, key('1').address(), key('2').address(), salt);
        for (field, signer) in [("buyerSignature", key('1')), ("sellerSignature", key('2'))] {
            let signature: Bytes = text(&consent[field]).parse().unwrap();
            assert!(is_signed_by(&digest, &signature, signer.address()), "{field}");
        }
        assert_eq!(body["buyer"]["wallet"], json!(key('1').address().to_string()));
    }

    #[test]
    fn a_signature_made_elsewhere_is_taken_with_its_salt() {
        let keys = Keys { buyer: Some(key('1')), seller: None };
        let given = json!({ "salt": B256::repeat_byte(9), "sellerSignature": "0x1234" });
        let mut body = body();
        body["seller"] = json!({ "wallet": key('2').address().to_string() });
        name_parties(&mut body, &keys);
        let consent = consent(&body, &keys, salt(Some(&given)).unwrap(), &given).unwrap();
        assert_eq!(consent["sellerSignature"], json!("0x1234"));
        assert_eq!(consent["salt"], json!(B256::repeat_byte(9)));
    }

    #[test]
    fn who_has_not_signed_is_named() {
        let keys = Keys { buyer: Some(key('1')), seller: None };
        let mut body = body();
        body["seller"] = json!({ "wallet": key('2').address().to_string() });
        name_parties(&mut body, &keys);
        let error = consent(&body, &keys, B256::ZERO, &Value::Null).unwrap_err();
        assert_eq!(error.to_string(), "the seller has not signed");
    }
}

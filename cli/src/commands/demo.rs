//! `counterfoil demo`: one payment from agreement to receipt, on a private chain, through the API as agents would do it.

use std::process::ExitCode;
use std::time::Duration;

use alloy_primitives::{B256, keccak256};
use serde_json::{Value, json};
use settlement::IdSource;
use settlement::agreement::agreement_digest;
use settlement::ids::AgreementId;
use settlement::terms::Terms;
use signer::wallet::{BuyerWallet, Expectation};

use super::Context;
use super::pay::{pay, standing};
use crate::client::Client;
use crate::config::LogFormat;
use crate::failure::{Failure, OrFix};
use crate::lifecycle::Signals;
use crate::output::{pairs, program, text};
use crate::paying::{self, RequestPath, collection};
use crate::progress::Steps;
use crate::receipt_check::{self, Trust, Verdict};
use crate::stack::accounts::{BUYER, OPERATOR, SELLER};
use crate::stack::anvil::CHAIN_ID;
use crate::stack::{Blocks, ChainSource, Stack, StackOptions};
use crate::system::OsIds;
use crate::telemetry;

/// Only what is wrong: the steps say the rest.
const LOG_FILTER: &str = "error";
/// 12.50 tokens of 6 decimals.
const SELLER_AMOUNT: &str = "12500000";
/// Between two blocks while the payment is not final.
const BLOCK_TIME: Duration = Duration::from_secs(1);

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    telemetry::start(LogFormat::Text, context.log.as_deref().unwrap_or(LOG_FILTER))?;
    let mut signals = Signals::of_process()?;
    let folder = tempfile::Builder::new().prefix("counterfoil-demo-").tempdir().or_fix("no folder for the demo can be made", "look at TMPDIR")?;
    let options = StackOptions { chain: ChainSource::Private { port: 0, blocks: Blocks::UntilFinal(BLOCK_TIME) }, ..StackOptions::new(folder.path()) };
    let steps = Steps::new(context.output);
    let played = tokio::select! {
        played = play(options, &steps) => played,
        Some(()) = signals.next() => Err(Failure::new("interrupted", "nothing is left behind; run it again").into()),
    };
    steps.end();
    let (document, summary) = played?;
    context.output.answer(&document, || summary);
    Ok(ExitCode::SUCCESS)
}

/// Starts everything, plays, and stops everything.
async fn play(options: StackOptions, steps: &Steps) -> anyhow::Result<(Value, String)> {
    steps.doing("starting a private chain, router, escrow, test token, API and indexer");
    crate::foundry::anvil(|step| steps.doing(step)).await?;
    let stack = Stack::start(options).await.or_fix("the demo's instance does not start", "read the cause; `counterfoil doctor` looks at the tools")?;
    steps.done(&format!("a private chain with the router at {} and the escrow at {}", stack.deployment.router, stack.deployment.escrow));
    let story = Story::new(&stack)?;
    let played = story.play(steps).await;
    stack.stop().await?;
    played
}

/// The two parties and what they have agreed.
struct Story<'a> {
    stack: &'a Stack,
    buyer: Client,
    seller: Client,
    terms: Value,
}

impl<'a> Story<'a> {
    fn new(stack: &'a Stack) -> anyhow::Result<Self> {
        let api = stack.client()?;
        let terms = json!({
            "title": "Label 1,000 images", "acceptanceCriteria": ["Every image has exactly one label"], "amountAtomic": SELLER_AMOUNT,
            "asset": stack.asset().to_string(), "payeeAddress": SELLER.address().to_string(), "paymentTiming": "on_delivery", "settlement": "direct",
        });
        let who = &stack.identities;
        Ok(Self { stack, buyer: api.with_token(who.buyer.api_token.clone()), seller: api.with_token(who.seller.api_token.clone()), terms })
    }

    async fn play(&self, steps: &Steps) -> anyhow::Result<(Value, String)> {
        steps.doing("importing the agreement, signed by both wallets");
        let contract = self.agree().await?;
        steps.done(&format!("agreement {contract}, consented to by both wallets' signatures"));

        steps.doing("the seller submits its work");
        let work = json!({ "notes": "All 1,000 images are labelled", "deliverableHash": keccak256("labels.csv") });
        self.seller.post(&format!("/api/agent/contracts/{contract}/submissions"), &work).await?;
        steps.done("the seller submitted its work");

        steps.doing("the buyer asks for a payment request");
        let asked = json!({ "payerAddress": BUYER.address().to_string() });
        let created = self.buyer.post(&collection(&contract), &asked).await?.body;
        let at = RequestPath { contract: contract.clone(), request: text(&created["paymentRequest"]["id"]).parse()? };
        steps.done(&format!("payment request {}, signed by the operator's routing signer", at.request));

        let transaction = self.pay(&at, steps).await?;
        let verified = paying::await_verified(&self.buyer, &at, |request| match request["confirmations"]["seen"].as_u64() {
            Some(_) => steps.done(&standing(request)),
            None => steps.doing(&standing(request)),
        });
        let verified = verified.await?;
        steps.done("the event is final and matches what was signed in every field: verified");

        let (receipt, verdict) = self.receipt(&at, steps).await?;
        steps.doing("the buyer accepts the work");
        self.buyer.post(&format!("/api/agent/contracts/{contract}/decision"), &json!({ "action": "accept" })).await?;
        steps.done("the buyer accepted the work");
        let document = json!({ "contractId": contract.as_str(), "paymentRequest": verified["paymentRequest"], "txHash": transaction,
            "receipt": receipt, "verification": verdict });
        Ok((document, summary(&receipt, &verdict)))
    }

    /// Both wallets sign the terms; the buyer's side imports them.
    async fn agree(&self) -> anyhow::Result<AgreementId> {
        let terms = Terms::parse(&self.terms)?;
        let salt = B256::from(OsIds.secret());
        let digest = agreement_digest(&terms, BUYER.address(), SELLER.address(), salt);
        let body = json!({
            "externalRef": format!("demo-{}", OsIds.ulid()),
            "buyer": { "wallet": BUYER.address().to_string() }, "seller": { "wallet": SELLER.address().to_string() }, "terms": self.terms,
            "consent": { "kind": "signatures", "salt": salt, "buyerSignature": BUYER.key().sign_digest(&digest),
                "sellerSignature": SELLER.key().sign_digest(&digest) },
        });
        let answer = self.buyer.post("/api/agent/contracts/import", &body).await?.body;
        Ok(text(&answer["contract"]["id"]).parse()?)
    }

    /// The buyer's wallet checks what it is asked to sign, and pays.
    async fn pay(&self, at: &RequestPath, steps: &Steps) -> anyhow::Result<B256> {
        steps.doing("the buyer's wallet checks every byte of the transaction");
        let expected = Expectation { operator: Some(OPERATOR.address()), payee: Some(SELLER.address()), ..Expectation::new(BUYER.address(), CHAIN_ID) };
        let checked = paying::checked(&self.buyer, at, &expected).await?;
        let wallet = BuyerWallet::new(self.stack.rpc_url.clone(), &BUYER.key())?;
        wallet.plan(&checked).await?;
        steps.done("the buyer's wallet checked every byte of the transaction");
        steps.doing("the buyer approves and pays");
        let sent = pay(&wallet, &checked).await?;
        paying::submit(&self.buyer, at, sent.payment).await?;
        steps.done(&format!("paid in {}", sent.payment));
        Ok(sent.payment)
    }

    /// The seller reads the receipt and checks it against the chain alone.
    async fn receipt(&self, at: &RequestPath, steps: &Steps) -> anyhow::Result<(Value, Verdict)> {
        steps.doing("the seller reads the receipt and checks it against the chain alone");
        let id = settlement::ids::receipt_id(&at.request);
        let receipt = self.seller.get(&format!("/api/agent/receipts/{id}")).await?["receipt"].take();
        let trust = Trust { operator: Some(OPERATOR.address()), terms: Some(self.terms.to_string()), strict: true };
        let rpc = crate::config::SecretUrl::new(self.stack.rpc_url.as_str());
        let verdict = receipt_check::check(&receipt.to_string(), &rpc, &trust).await?;
        if let Some(step) = verdict.failed_step {
            return Err(Failure::new(format!("the receipt does not hold: {step}"), "this is a bug; please report it with `demo --json`").into());
        }
        steps.done(&format!("receipt {id}: all {} checks hold against the chain alone", verdict.steps.len()));
        Ok((receipt, verdict))
    }
}

fn summary(receipt: &Value, verdict: &Verdict) -> String {
    let shown = pairs([
        ("receipt", text(&receipt["id"])),
        ("for", text(&receipt["title"])),
        ("seller received", super::request::amount(receipt, "sellerAmountAtomic")),
        ("fee", super::request::amount(receipt, "feeAmountAtomic")),
        ("buyer paid", super::request::amount(receipt, "totalAmountAtomic")),
        ("transaction", text(&receipt["event"]["transactionHash"])),
        ("consent", text(&receipt["consent"])),
    ]);
    format!(
        "\n{shown}\n\n{}\n\nNext: `{me} dev` starts the same and stays up, with identities and commands to play it yourself;\n      \
         `{me} receipt verify FILE --rpc URL` checks a receipt that somebody gave you.",
        verdict.for_people(),
        me = program()
    )
}

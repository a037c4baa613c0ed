//! Paying as a careful agent does: read the payload, check it, send it, tell the API which transaction it is, and wait for the proof.

use std::time::Duration;

use alloy_primitives::B256;
use serde_json::{Value, json};
use settlement::ids::{AgreementId, PaymentRequestId, receipt_id};
use signer::ExecutionPayload;
use signer::wallet::{CheckedPayment, Expectation, PayloadIssue, Plan, check};

use crate::client::Client;
use crate::failure::{Failure, OrFix};

/// Between two looks at a request that awaits confirmations. Chains make blocks in seconds.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A payment request in the API, by the agreement it belongs to.
#[derive(Clone, Debug)]
pub struct RequestPath {
    /// The agreement.
    pub contract: AgreementId,
    /// The request.
    pub request: PaymentRequestId,
}

impl RequestPath {
    /// The path, with the name of an operation on it or without.
    #[must_use]
    pub fn path(&self, operation: &str) -> String {
        let base = format!("{}/{}", collection(&self.contract), self.request);
        if operation.is_empty() { base } else { format!("{base}/{operation}") }
    }
}

/// Where the payment requests of an agreement are.
#[must_use]
pub fn collection(contract: &AgreementId) -> String {
    format!("/api/agent/contracts/{contract}/crypto-payment-requests")
}

/// Reads the executable payload of a request and checks it to the byte against what the payer expects.
///
/// # Errors
/// When the API hands none out, or anything in it is not as it should be.
pub async fn checked(client: &Client, at: &RequestPath, expected: &Expectation) -> anyhow::Result<CheckedPayment> {
    let answer = client.get(&at.path("")).await?;
    let request = &answer["paymentRequest"];
    let Some(execution) = request.get("execution").filter(|execution| !execution.is_null()) else {
        let status = request["status"].as_str().unwrap_or("not yours to pay");
        let fix = match status {
            "signed" => "only its buyer can pay it: use the buyer's token".to_owned(),
            "router_verified" => format!("it is paid: `counterfoil receipt show {}`", receipt_id(&at.request)),
            _ => "`counterfoil request show` says how it stands; `counterfoil request create` asks for another where that is due".to_owned(),
        };
        return Err(Failure::new(format!("{} has no payload to execute; it is {status}", at.request), fix).into());
    };
    let payload: ExecutionPayload = serde_json::from_value(execution.clone()).or_fix("the payload cannot be read", "update counterfoil")?;
    check(&payload, expected).map_err(|issue| {
        let fix = remedy(&issue);
        Failure { source: Some(issue.into()), ..Failure::new("the payload is not what it should be", fix) }.into()
    })
}

/// Whether it is rather the payer who wants something else than was asked for.
const fn remedy(issue: &PayloadIssue) -> &'static str {
    match issue {
        PayloadIssue::Payer(_) => "use the key of the payer's wallet, or ask for a payment request for this one",
        PayloadIssue::Chain(_) => "name a node of the payment's chain with --rpc",
        PayloadIssue::Total(_) | PayloadIssue::SellerAmount(_) => "allow more only if you agreed to more",
        _ => "do not pay it; tell the operator of the API what was found",
    }
}

/// What a checked payment does, for whoever is about to sign it.
#[must_use]
pub fn explain(checked: &CheckedPayment, plan: &Plan) -> Vec<(&'static str, String)> {
    let s = checked.snapshot();
    let amount = |amount: settlement::money::Amount| format!("{} {}", amount.display(s.decimals), s.symbol);
    let fee = if s.quote.fee.is_zero() { "none".to_owned() } else { format!("{} to {}", amount(s.quote.fee), s.fee.recipient) };
    let approval = if plan.approval.is_some() { format!("approve exactly {} for the router first", amount(s.quote.total)) } else { "not needed".to_owned() };
    vec![
        ("you pay", amount(s.quote.total)),
        ("the seller receives", format!("{} at {}", amount(s.quote.seller), s.payee)),
        ("fee", fee),
        ("from", s.payer.to_string()),
        ("token", s.asset.to_string()),
        ("for", format!("agreement {}, terms {}", s.agreement, s.terms_hash)),
        ("through", format!("router {}, whose code was verified", s.router)),
        ("signed by", format!("{} for operator {}, authorised on chain", checked.signed().signer(), s.operator)),
        ("until", settlement::Timestamp::from_unix_seconds(s.deadline).to_string()),
        ("approval", approval),
    ]
}

/// Tells the API which transaction pays the request: a hint that makes waiting shorter, no more.
///
/// # Errors
/// When the API refuses.
pub async fn submit(client: &Client, at: &RequestPath, transaction: B256) -> anyhow::Result<Value> {
    Ok(client.post(&at.path("submit"), &json!({ "txHash": transaction })).await?.body)
}

/// Waits until the request is verified, and tells of each change on the way there.
///
/// # Errors
/// When the API cannot be reached, or the request ends in another state.
pub async fn await_verified(client: &Client, at: &RequestPath, mut on_change: impl FnMut(&Value)) -> anyhow::Result<Value> {
    let mut last = Value::Null;
    loop {
        let answer = client.get(&at.path("")).await?;
        let request = &answer["paymentRequest"];
        let seen = json!([request["status"], request["confirmations"]]);
        if request["status"] == "router_verified" {
            return Ok(answer);
        }
        if seen != last {
            on_change(request);
            last = seen;
        }
        match request["status"].as_str() {
            Some("router_payment_proof_inspection_required") => {
                let what = format!("the payment of {} was seen and does not prove what was asked", at.request);
                return Err(Failure::new(what, format!("`counterfoil request show {} {}` says what differs; do not pay again", at.contract, at.request)).into());
            }
            _ => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}

//! Paying back as a careful seller does: read the payload, check it, send it, and wait for the proof.

use std::time::Duration;

use serde_json::{Value, json};
use settlement::ids::{AgreementId, RefundId};
use signer::ExecutionPayload;
use signer::wallet::{CheckedRefund, PayloadIssue, Plan, RefundExpectation, check_refund};

use crate::client::Client;
use crate::failure::{Failure, OrFix};

/// Between two looks at a refund that awaits confirmations. Chains make blocks in seconds.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A refund request in the API, by the agreement it belongs to.
#[derive(Clone, Debug)]
pub struct RefundPath {
    /// The agreement.
    pub contract: AgreementId,
    /// The refund request.
    pub refund: RefundId,
}

impl RefundPath {
    /// The path, with the name of an operation on it or without.
    #[must_use]
    pub fn path(&self, operation: &str) -> String {
        let base = format!("{}/{}", refunds(&self.contract), self.refund);
        if operation.is_empty() { base } else { format!("{base}/{operation}") }
    }
}

/// Where the refund requests of an agreement are.
#[must_use]
pub fn refunds(contract: &AgreementId) -> String {
    format!("/api/agent/contracts/{contract}/refund-requests")
}

/// Reads the executable payload of a refund and checks it to the byte against what the seller expects.
///
/// # Errors
/// When the API hands none out, or anything in it is not as it should be.
pub async fn checked(client: &Client, at: &RefundPath, expected: &RefundExpectation) -> anyhow::Result<CheckedRefund> {
    let answer = client.get(&at.path("payment")).await?;
    let execution = answer["refundRequest"]["execution"].clone();
    let payload: ExecutionPayload = serde_json::from_value(execution).or_fix("the payload cannot be read", "update counterfoil")?;
    check_refund(&payload, expected).map_err(|issue| {
        let fix = remedy(&issue);
        Failure { source: Some(issue.into()), ..Failure::new("the payload is not what it should be", fix) }.into()
    })
}

/// Whether it is rather the payer who wants something else than was approved.
const fn remedy(issue: &PayloadIssue) -> &'static str {
    match issue {
        PayloadIssue::Payer(_) => "use the key of the wallet that it was approved for, or approve it again with --payer once the payload has expired",
        PayloadIssue::Chain(_) => "name a node of the payment's chain with --rpc",
        PayloadIssue::Total(_) => "allow more only if you approved more",
        _ => "do not pay it; tell the operator of the API what was found",
    }
}

/// What a checked refund does, for whoever is about to sign it.
#[must_use]
pub fn explain(checked: &CheckedRefund, plan: &Plan) -> Vec<(&'static str, String)> {
    let s = checked.snapshot();
    let amount = format!("{} {}", s.amount.display(s.decimals), s.symbol);
    let approval = if plan.approval.is_some() { format!("approve exactly {amount} for the router first") } else { "not needed".to_owned() };
    vec![
        ("you pay back", amount),
        ("to", format!("{}, which had paid", s.payee)),
        ("fee", "none".to_owned()),
        ("from", s.payer.to_string()),
        ("token", s.asset.to_string()),
        ("for", format!("refund {} of payment {}", s.refund_request, s.payment_request)),
        ("through", format!("router {}, whose code was verified", s.router)),
        ("signed by", format!("{} for operator {}, authorised on chain", checked.signed().signer(), s.operator)),
        ("until", settlement::Timestamp::from_unix_seconds(s.deadline).to_string()),
        ("approval", approval),
    ]
}

/// Waits until the refund is settled, and tells of each change on the way there.
///
/// # Errors
/// When the API cannot be reached, or what was paid back is not what was signed.
pub async fn await_settled(client: &Client, at: &RefundPath, mut on_change: impl FnMut(&Value)) -> anyhow::Result<Value> {
    let mut last = Value::Null;
    loop {
        let answer = client.get(&at.path("")).await?;
        let refund = &answer["refundRequest"];
        let seen = json!([refund["status"], refund["confirmations"]]);
        match refund["status"].as_str() {
            Some("settled") => return Ok(answer),
            Some("refund_settlement_mismatch" | "refund_inspection_required") => {
                let what = format!("what was paid back for {} is not what was signed", at.refund);
                return Err(Failure::new(what, format!("`counterfoil refund show {} {}` says what differs", at.contract, at.refund)).into());
            }
            Some(_) | None => {}
        }
        if seen != last {
            on_change(refund);
            last = seen;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

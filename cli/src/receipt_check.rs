//! Checks a receipt against a chain, without trusting whoever issued it: recomputes what can be computed, asks a node for the rest.

mod facts;

use alloy_primitives::Address;
use serde::Serialize;
use serde_json::Value;
use settlement::Timestamp;
use settlement::event::PaymentEvent;
use settlement::money::Amount;
use settlement::receipt::{Receipt, ReceiptClaim, Reference};
use settlement::terms::Terms;
use settlement::verify::{AgreedTerms, Authority, Evidence, report};

use crate::config::SecretUrl;
use crate::receipt_source::Link;
pub use facts::{Facts, IssuerStanding};

/// The step that says whether who signed the receipt may.
const ISSUER: &str = "issuer";

/// What the reader of a receipt knows from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The operator it accepts.
    pub operator: Option<Address>,
    /// The agreed terms as JSON: alone, or as part of an agreement.
    pub terms: Option<String>,
    /// Whether a step that was not checked is as bad as one that does not hold.
    pub strict: bool,
}

/// What became of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// It was not checked: what it needs was not given, or an earlier step failed.
    NotChecked,
}

/// One step of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is checked.
    pub name: &'static str,
    /// What became of it.
    pub outcome: Outcome,
    /// What was found, or why it was not checked.
    pub detail: String,
}

/// What the check says as a whole.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Whether every step that was checked holds; under [`Trust::strict`], whether every step was checked and holds. Nothing that the chain can say is left out.
    pub verified: bool,
    /// The first step that does not hold; under [`Trust::strict`], else the first that was not checked.
    pub failed_step: Option<&'static str>,
    /// All steps, in order.
    pub steps: Vec<Step>,
    /// What this check cannot know.
    pub cannot_know: Vec<&'static str>,
}

impl Step {
    fn new(name: &'static str, holds: bool, detail: impl Into<String>) -> Self {
        Self { name, outcome: if holds { Outcome::Holds } else { Outcome::Fails }, detail: detail.into() }
    }

    fn not_checked(name: &'static str, why: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::NotChecked, detail: why.into() }
    }
}

impl Verdict {
    fn new(steps: Vec<Step>, trust: &Trust) -> Self {
        let first = |outcome| steps.iter().find(|step| step.outcome == outcome).map(|step| step.name);
        let failed_step = first(Outcome::Fails).or_else(|| first(Outcome::NotChecked).filter(|_| trust.strict));
        let mut cannot_know = vec!["whether the node tells the truth: use one that you trust"];
        if issuer_is_unknown(&steps) {
            cannot_know.push("whose the wallets buyerWallet and sellerWallet are: only the issuer says so; payer and payee are the chain's");
        }
        if trust.operator.is_none() {
            cannot_know.push("whether the operator is one you accept: name it with --operator");
        }
        if trust.terms.is_none() {
            cannot_know.push("whether these are the terms you agreed, and the title is theirs: give yours with --terms");
        }
        cannot_know.push("whether both parties consented: the operator signed that they did, and how it was shown; the signatures are with the agreement");
        cannot_know.push("when it was verified and made out, and which block was final then: that is the word of whoever signed it");
        Self { verified: failed_step.is_none(), failed_step, steps, cannot_know }
    }

    /// A line per step, the verdict, and what it does not cover.
    #[must_use]
    pub fn for_people(&self) -> String {
        let mark = |outcome| match outcome {
            Outcome::Holds => '✓',
            Outcome::Fails => '✗',
            Outcome::NotChecked => '–',
        };
        let width = self.steps.iter().map(|step| step.name.len()).max().unwrap_or_default();
        let line = |s: &Step| format!("  {} {:width$}  {}", mark(s.outcome), s.name, harmless(&s.detail)).trim_end().to_owned();
        let mut lines: Vec<_> = self.steps.iter().map(line).collect();
        let fails = |step| self.steps.iter().any(|s| s.name == step && s.outcome == Outcome::Fails);
        lines.push(match self.failed_step {
            None if issuer_is_unknown(&self.steps) => "The payment holds. Who the parties are is NOT proven: that is the issuer's word alone.".to_owned(),
            None => "The receipt holds.".to_owned(),
            Some(step) if fails(step) => format!("The receipt does NOT hold: {step} fails."),
            Some(step) => format!("The receipt is NOT proven: {step} was not checked, and --strict wants all of it."),
        });
        lines.push("This check cannot know".to_owned());
        lines.extend(self.cannot_know.iter().map(|what| format!("  {what}")));
        lines.join("\n")
    }
}

/// A detail on one line, with what moves the cursor or turns text written out: it may repeat what a stranger's receipt says, and that must not draw a verdict of
/// its own on the terminal.
fn harmless(detail: &str) -> String {
    let turns = |c| matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    detail.chars().map(|c| if c.is_control() || turns(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// Whether nobody knows that whoever signed the receipt may speak for the operator. What only that signature covers is then proven by nothing.
fn issuer_is_unknown(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.name == ISSUER && step.outcome == Outcome::NotChecked)
}

/// Checks a receipt, step by step. A receipt that does not hold is a verdict, not an error.
///
/// # Errors
/// When the node cannot be asked.
pub async fn check(receipt: &str, rpc: &SecretUrl, trust: &Trust) -> anyhow::Result<Verdict> {
    let claim = match Receipt::parse(receipt) {
        Ok(claim) => claim,
        Err(error) => return Ok(Verdict::new(vec![Step::new("document", false, describe(&error))], trust)),
    };
    let facts = Facts::gather(&claim, rpc).await?;
    Ok(judge(&claim, &facts, trust))
}

/// Checks what the code of a receipt leads to. When its page has no receipt (any more), the chain is asked about the payment that the code names, so that the
/// reader learns what is there.
///
/// # Errors
/// When the node cannot be asked.
pub async fn check_link(link: &Link, rpc: &SecretUrl, trust: &Trust) -> anyhow::Result<Verdict> {
    let document = match &link.document {
        Ok(document) => document,
        Err(answer) => {
            let mut steps = vec![Step::new("document", false, format!("{} has no receipt to check: {answer}", link.page))];
            if let Some(reference) = &link.reference {
                steps.push(stands(reference, Facts::payment(reference, rpc).await?.as_ref()));
            }
            return Ok(Verdict::new(steps, trust));
        }
    };
    let mut verdict = check(document, rpc, trust).await?;
    if let (Some(reference), Ok(claim)) = (&link.reference, Receipt::parse(document)) {
        let found = Reference::from(&claim);
        let detail = if found == *reference { "names the same payment".to_owned() } else { format!("names {reference}, the page {found}") };
        verdict.steps.insert(1, Step::new("code", found == *reference, detail));
        verdict = Verdict::new(verdict.steps, trust);
    }
    Ok(verdict)
}

/// Whether the payment that a code names is on the chain.
fn stands(reference: &Reference, event: Option<&PaymentEvent>) -> Step {
    let place = format!("log {} of transaction {}", reference.log_index, reference.tx_hash);
    match event {
        Some(event) if event.request_id == reference.request_id => {
            Step::new("event", true, format!("is {place}; without a receipt it is a payment for something unknown"))
        }
        Some(_) => Step::new("event", false, format!("{place} is another payment than the code names")),
        None => Step::new("event", false, format!("the chain has no payment in {place}")),
    }
}

/// Every step, given what the node said.
#[must_use]
pub fn judge(claim: &ReceiptClaim, facts: &Facts, trust: &Trust) -> Verdict {
    let (signed, snapshot) = (&claim.signed, claim.signed.snapshot());
    let mut steps = vec![
        Step::new(
            "document",
            true,
            if claim.terms.is_some() { "agrees with itself and with its terms" } else { "agrees with itself; its terms are not in it" },
        ),
        Step::new("snapshot", true, format!("hashes to requestId {}", signed.request_id())),
        Step::new("signature", true, format!("of digest {} is by {}", signed.digest(), signed.signer())),
        Step::new("router_code", facts.is_router, format!("at {} {} the router's", snapshot.router, if facts.is_router { "is" } else { "is NOT" })),
        match trust.operator {
            Some(operator) => {
                Step::new("accepted_operator", operator == snapshot.operator, format!("you accept {operator}, the receipt is of {}", snapshot.operator))
            }
            None => Step::not_checked("accepted_operator", format!("it is {}; nobody said whom you accept", snapshot.operator)),
        },
    ];
    let given = trust.terms.as_deref().map(|text| with_terms(text, claim));
    steps.push(match (&given, &claim.terms) {
        (Some(Ok(_)), _) => Step::new("accepted_terms", true, "those you gave are those that were signed"),
        (Some(Err(why)), _) => Step::new("accepted_terms", false, why),
        (None, Some(terms)) => Step::not_checked("accepted_terms", format!("\"{}\"; nobody said what you agreed", terms.title)),
        (None, None) => Step::not_checked("accepted_terms", format!("only their hash is here, {}; nobody said what you agreed", snapshot.terms_hash)),
    });
    steps.push(issued(claim, facts.issuer));
    let place = format!("log {} of transaction {}", claim.event.location.log_index, claim.event.location.tx_hash);
    match &facts.event {
        None => steps.push(Step::new("event", false, format!("the chain has no payment in {place}"))),
        Some(event) if *event != claim.event => steps.push(Step::new("event", false, format!("{place} is another one than the receipt shows"))),
        Some(event) => {
            steps.push(Step::new("event", true, format!("is {place}, in every field")));
            let agreed = given.and_then(Result::ok).unwrap_or_else(|| claim.agreed());
            let evidence = Evidence { signed, event, agreed: agreed.as_ref(), authority: facts.authority, final_through: facts.final_through };
            steps.extend(compared(&evidence));
            let same = facts.authority == Some(claim.authority);
            steps.push(Step::new(
                "authority",
                same,
                if same { "is the one that the receipt states" } else { "the receipt says something else about the signer's right than the chain" },
            ));
        }
    }
    Verdict::new(steps, trust)
}

/// Whether whoever signed the receipt may speak for the operator. A signer that was revoked since says nothing any more, for or against: the chain alone
/// proves the payment.
fn issued(claim: &ReceiptClaim, standing: IssuerStanding) -> Step {
    let (issuer, at) = (claim.issuer, claim.stamp.issued_at);
    match standing {
        IssuerStanding::Operator => Step::new(ISSUER, true, format!("{issuer}, the operator itself, signed it at {at}")),
        IssuerStanding::Delegate { until } if at.unix_seconds() <= until => {
            Step::new(ISSUER, true, format!("{issuer}, the operator's delegate, {}, signed it at {at}", crate::output::until(until)))
        }
        IssuerStanding::Delegate { until } => {
            Step::new(ISSUER, false, format!("{issuer} was the operator's delegate, {}, and says that it signed at {at}", crate::output::until(until)))
        }
        IssuerStanding::Revoked => Step::not_checked(
            ISSUER,
            format!("{issuer} was the operator's delegate and has been revoked: only what the chain says counts, and it does not know the parties' wallets"),
        ),
        IssuerStanding::Stranger => Step::new(ISSUER, false, format!("{issuer} does not speak for the operator, and did not when it was paid")),
    }
}

/// The comparisons that also the indexer makes before it verifies a payment.
fn compared(evidence: &Evidence<'_>) -> Vec<Step> {
    let of = |(name, result): (&'static str, Result<(), settlement::verify::ProofIssue>)| match result {
        Ok(()) if name == "agreement" && evidence.agreed.is_none() => Step::not_checked(name, "needs the terms, and they are not in the receipt"),
        Ok(()) => Step::new(name, true, held(name, evidence)),
        Err(issue) => Step::new(name, false, format!("expected {}, found {}", issue.expected, issue.found)),
    };
    report(evidence).into_iter().map(of).collect()
}

/// What was found by a comparison that holds.
fn held(name: &str, evidence: &Evidence<'_>) -> String {
    let (snapshot, event) = (evidence.signed.snapshot(), evidence.event);
    let amount = |amount: Amount| format!("{} {}", amount.display(snapshot.decimals), snapshot.symbol);
    match (name, evidence.authority) {
        ("chain", _) => event.location.chain_id.to_string(),
        ("router", _) => event.emitter.to_string(),
        ("request_id", _) => event.request_id.to_string(),
        ("digest", _) => event.digest.to_string(),
        ("operator", _) => event.operator.to_string(),
        ("signer", Some(Authority::Operator)) => "is the operator itself".to_owned(),
        ("signer", Some(Authority::Delegate { until, .. })) => format!("was the operator's delegate, {}", crate::output::until(until)),
        ("payer", _) => event.payer.to_string(),
        ("payee", _) => event.payee.to_string(),
        ("token", _) => snapshot.asset.to_string(),
        ("amount", _) => amount(snapshot.quote.seller),
        ("fee_recipient", _) => event.fee_recipient.to_string(),
        ("fee_amount", _) => amount(snapshot.quote.fee),
        ("nonce", _) => event.nonce.to_string(),
        ("deadline", _) => Timestamp::from_unix_seconds(snapshot.deadline).to_string(),
        ("in_time", _) => format!("paid {}", event.location.at()),
        ("fee_split", _) => format!("{} + {} = {}", amount(snapshot.quote.seller), amount(snapshot.quote.fee), amount(snapshot.quote.total)),
        ("agreement", _) => format!("{}, terms {}", snapshot.agreement, snapshot.terms_hash),
        ("finality", _) => format!("{}, final through block {}", snapshot.finality, evidence.final_through.unwrap_or_default()),
        _ => String::new(),
    }
}

/// What was agreed by the given terms, if they are those whose hash was signed.
fn with_terms(text: &str, claim: &ReceiptClaim) -> Result<Option<AgreedTerms>, String> {
    let document: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let terms = Terms::parse(document.get("terms").unwrap_or(&document)).map_err(|e| e.to_string())?;
    let (hash, signed) = (terms.hash(), claim.signed.snapshot().terms_hash);
    if hash != signed {
        return Err(format!("those you gave hash to {hash}, and {signed} was signed"));
    }
    claim.clone().with_terms(terms).map(|claim| claim.agreed()).map_err(|e| e.to_string())
}

fn describe(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |e| e.source()).map(|e| format!(": {e}"));
    std::iter::once(error.to_string()).chain(causes).collect()
}

#[cfg(test)]
mod tests;

//! The terms that two parties agreed: parsed from the JSON they hashed, which is kept to the byte.

use alloy_primitives::{Address, B256};
use serde::Deserialize;
use serde_json::Value;

use crate::asset::{Asset, InvalidAddress, parse_address};
use crate::canonical::{canonical_json, hash_text};
use crate::clock::Timestamp;
use crate::milestone::{MAX_MILESTONES, Part};
use crate::money::Amount;

/// Longest title, of an agreement or a milestone, in characters: one line.
pub const TITLE_CHARS: usize = 160;
/// Longest description or deliverable, in characters: a page or two.
pub const TEXT_CHARS: usize = 5_000;
/// Most acceptance criteria.
pub const CRITERIA: usize = 50;
/// Longest acceptance criterion, in characters.
pub const CRITERION_CHARS: usize = 500;

/// When the buyer may pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentTiming {
    /// Once the seller has submitted.
    OnDelivery,
    /// From the start.
    AnyTime,
}

/// The agreed terms. Immutable; `hash` is the keccak256 of their canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    canonical: String,
    hash: B256,
    /// What is to be done, in one line.
    pub title: String,
    /// What is to be done, at length.
    pub description: Option<String>,
    /// When it counts as done.
    pub acceptance_criteria: Vec<String>,
    /// What is handed over.
    pub deliverable: Option<String>,
    /// What the seller receives, in atomic units, without fee. Never zero.
    pub amount: Amount,
    /// What is paid with.
    pub asset: Asset,
    /// Where the seller receives it.
    pub payee: Address,
    /// Who judges the work, where somebody does.
    pub evaluator: Option<Address>,
    /// When the buyer may pay, where there are no milestones.
    pub payment_timing: PaymentTiming,
    /// Into what it is divided, where it was agreed so: together exactly `amount`.
    pub milestones: Vec<Part>,
}

/// Why a document is not a set of terms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// A field is missing, unknown or of the wrong type.
    #[error("the terms are malformed: {0}")]
    Malformed(String),
    /// A field is there but its value is not allowed.
    #[error("terms.{field}: {reason}")]
    Field {
        /// JSON name of the field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The amount is not one.
    #[error("terms.amountAtomic: {0}")]
    Amount(#[source] crate::money::AmountError),
    /// A kind of agreement that this instance does not settle.
    #[error("terms.{field}: {reason}")]
    Unsupported {
        /// JSON name of the field.
        field: &'static str,
        /// What to use instead.
        reason: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    title: String,
    description: Option<String>,
    acceptance_criteria: Option<Vec<String>>,
    deliverable: Option<String>,
    amount_atomic: String,
    asset: String,
    payee_address: String,
    evaluator: Option<String>,
    arbiter: Option<String>,
    milestones: Option<Vec<PartDocument>>,
    payment_timing: PaymentTiming,
    settlement: SettlementKind,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PartDocument {
    title: String,
    description: Option<String>,
    acceptance_criteria: Option<Vec<String>>,
    amount_atomic: String,
    due_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum SettlementKind {
    Direct,
    Escrow,
}

impl Terms {
    /// Parses and checks a terms document; the hash is over the canonical form of exactly what was given.
    ///
    /// # Errors
    /// When a field is missing, unknown, out of bounds or asks for what is not settled here.
    pub fn parse(document: &Value) -> Result<Self, TermsError> {
        let parsed: Document = serde_json::from_value(document.clone()).map_err(|e| TermsError::Malformed(e.to_string()))?;
        let canonical = canonical_json(document).map_err(|e| TermsError::Malformed(e.to_string()))?;
        parsed.check_lengths()?;
        parsed.check_supported()?;
        let amount: Amount = parsed.amount_atomic.parse().map_err(TermsError::Amount)?;
        if amount.is_zero() {
            return Err(field("amountAtomic", "must be more than zero"));
        }
        Ok(Self {
            hash: hash_text(&canonical),
            canonical,
            amount,
            asset: parsed.asset.parse().map_err(|e: crate::asset::InvalidAsset| field("asset", e))?,
            payee: address("payeeAddress", &parsed.payee_address)?,
            evaluator: parsed.evaluator.as_deref().map(|text| address("evaluator", text)).transpose()?,
            title: parsed.title,
            description: parsed.description,
            acceptance_criteria: parsed.acceptance_criteria.unwrap_or_default(),
            deliverable: parsed.deliverable,
            payment_timing: parsed.payment_timing,
            milestones: milestones(parsed.milestones.unwrap_or_default(), amount)?,
        })
    }

    /// Reads terms back from their stored canonical text.
    ///
    /// # Errors
    /// When the text is not JSON, not canonical or not a set of terms.
    pub fn from_canonical(text: &str) -> Result<Self, TermsError> {
        let document: Value = serde_json::from_str(text).map_err(|e| TermsError::Malformed(e.to_string()))?;
        let terms = Self::parse(&document)?;
        if terms.canonical == text { Ok(terms) } else { Err(TermsError::Malformed("not in canonical form (RFC 8785)".to_owned())) }
    }

    /// The RFC 8785 text that was hashed.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// `keccak256` of the canonical text.
    #[must_use]
    pub const fn hash(&self) -> B256 {
        self.hash
    }
}

impl Document {
    fn check_lengths(&self) -> Result<(), TermsError> {
        length("title", &self.title, 1, TITLE_CHARS)?;
        for (name, text) in [("description", &self.description), ("deliverable", &self.deliverable)] {
            if let Some(text) = text {
                length(name, text, 0, TEXT_CHARS)?;
            }
        }
        check_criteria(self.acceptance_criteria.as_deref().unwrap_or_default())
    }

    fn check_supported(&self) -> Result<(), TermsError> {
        if self.arbiter.is_some() {
            return Err(TermsError::Unsupported { field: "arbiter", reason: "an arbiter needs settlement in escrow, which this instance does not offer" });
        }
        match self.settlement {
            SettlementKind::Direct => Ok(()),
            SettlementKind::Escrow => Err(TermsError::Unsupported { field: "settlement", reason: "this instance settles directly; use \"direct\"" }),
        }
    }
}

/// The milestones, which divide the amount without a rest.
fn milestones(documents: Vec<PartDocument>, amount: Amount) -> Result<Vec<Part>, TermsError> {
    if documents.len() > MAX_MILESTONES {
        return Err(field("milestones", format!("at most {MAX_MILESTONES} milestones")));
    }
    let numbered = |(n, document): (usize, PartDocument)| document.parse().map_err(|why| field("milestones", format!("milestone {}: {why}", n + 1)));
    let parts = documents.into_iter().enumerate().map(numbered).collect::<Result<Vec<Part>, _>>()?;
    let sum = parts.iter().try_fold(Amount::ZERO, |sum, part| sum.plus(part.amount));
    match sum {
        Ok(sum) if parts.is_empty() || sum == amount => Ok(parts),
        Ok(sum) => Err(field("milestones", format!("they add up to {sum}, and amountAtomic is {amount}"))),
        Err(error) => Err(field("milestones", error)),
    }
}

impl PartDocument {
    fn parse(self) -> Result<Part, String> {
        let named = |error: TermsError| match error {
            TermsError::Field { field, reason } => format!("{field}: {reason}"),
            TermsError::Malformed(_) | TermsError::Amount(_) | TermsError::Unsupported { .. } => error.to_string(),
        };
        length("title", &self.title, 1, TITLE_CHARS).map_err(named)?;
        length("description", self.description.as_deref().unwrap_or_default(), 0, TEXT_CHARS).map_err(named)?;
        let acceptance_criteria = self.acceptance_criteria.unwrap_or_default();
        check_criteria(&acceptance_criteria).map_err(named)?;
        let amount: Amount = self.amount_atomic.parse().map_err(|error| format!("amountAtomic: {error}"))?;
        if amount.is_zero() {
            return Err("amountAtomic: must be more than zero".to_owned());
        }
        let due_at = match self.due_at {
            Some(text) => Some(Timestamp::parse(&text).ok_or("dueAt: expected an ISO-8601 instant like 2026-01-31T12:00:00.000Z")?),
            None => None,
        };
        Ok(Part { title: self.title, description: self.description, acceptance_criteria, amount, due_at })
    }
}

fn check_criteria(criteria: &[String]) -> Result<(), TermsError> {
    if criteria.len() > CRITERIA {
        return Err(field("acceptanceCriteria", format!("at most {CRITERIA} criteria")));
    }
    criteria.iter().try_for_each(|text| length("acceptanceCriteria", text, 1, CRITERION_CHARS))
}

fn field(field: &'static str, reason: impl ToString) -> TermsError {
    TermsError::Field { field, reason: reason.to_string() }
}

fn length(name: &'static str, text: &str, min: usize, max: usize) -> Result<(), TermsError> {
    let chars = text.chars().count();
    if (min..=max).contains(&chars) { Ok(()) } else { Err(field(name, format!("{min} to {max} characters, not {chars}"))) }
}

fn address(name: &'static str, text: &str) -> Result<Address, TermsError> {
    let address = parse_address(text).map_err(|e: InvalidAddress| field(name, e))?;
    if address.is_zero() { Err(field(name, "the zero address cannot take part")) } else { Ok(address) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({"title": "Label 1,000 images", "amountAtomic": "12500000", "asset": "eip155:31337/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
            "payeeAddress": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "paymentTiming": "any_time", "settlement": "direct"})
    }

    #[test]
    fn the_hash_is_over_the_canonical_text_of_what_was_given() {
        let terms = Terms::parse(&document()).unwrap();
        assert!(terms.canonical().starts_with("{\"amountAtomic\":\"12500000\",\"asset\":"));
        assert_eq!(Terms::from_canonical(terms.canonical()).unwrap(), terms);
        let mut with_null = document();
        with_null["description"] = Value::Null;
        assert_ne!(Terms::parse(&with_null).unwrap().hash(), terms.hash(), "null was said, so it is hashed");
    }

    #[test]
    fn stored_terms_that_are_not_canonical_are_refused() {
        let spaced = serde_json::to_string_pretty(&document()).unwrap();
        assert!(matches!(Terms::from_canonical(&spaced), Err(TermsError::Malformed(_))));
    }

    #[test]
    fn bad_fields_are_named() {
        let cases = [
            ("title", json!("")),
            ("title", json!("x".repeat(161))),
            ("amountAtomic", json!("0")),
            ("asset", json!("USDC")),
            ("payeeAddress", json!("seller.eth")),
            ("payeeAddress", json!("0x0000000000000000000000000000000000000000")),
            ("evaluator", json!("0x1")),
            ("acceptanceCriteria", json!(vec!["c"; 51])),
            ("milestones", json!([{ "title": "", "amountAtomic": "12500000" }])),
            ("milestones", json!([{ "title": "t", "amountAtomic": "0" }, { "title": "t", "amountAtomic": "12500000" }])),
            ("milestones", json!([{ "title": "t", "amountAtomic": "12500001" }])),
            ("milestones", json!([{ "title": "t", "amountAtomic": "12499999" }])),
            ("milestones", json!([{ "title": "t", "amountAtomic": "12500000", "dueAt": "soon" }])),
            ("milestones", json!([{ "title": "t", "amountAtomic": "12500000", "acceptanceCriteria": [""] }])),
            ("milestones", json!([{ "title": "t", "amountAtomic": alloy_primitives::U256::MAX.to_string() }, { "title": "t", "amountAtomic": "12500001" }])),
            ("milestones", json!(vec![json!({ "title": "t", "amountAtomic": "250000" }); 51])),
            ("settlement", json!("escrow")),
            ("arbiter", json!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")),
        ];
        for (name, value) in cases {
            let mut document = document();
            document[name] = value.clone();
            let error = Terms::parse(&document).unwrap_err();
            assert!(error.to_string().starts_with(&format!("terms.{name}:")), "{name} {value}: {error}");
        }
    }

    #[test]
    fn milestones_divide_the_amount_and_are_hashed_with_it() {
        let mut divided = document();
        divided["milestones"] = json!([
            { "title": "First half", "acceptanceCriteria": ["500 images"], "amountAtomic": "6250000", "dueAt": "2026-01-31T12:00:00Z" },
            { "title": "Second half", "description": "The rest", "amountAtomic": "6250000" },
        ]);
        let terms = Terms::parse(&divided).unwrap();
        let parts: Vec<_> = terms.milestones.iter().map(|part| (part.title.as_str(), part.amount.to_string(), part.due_at.is_some())).collect();
        assert_eq!(parts, [("First half", "6250000".to_owned(), true), ("Second half", "6250000".to_owned(), false)]);
        assert_eq!(terms.milestones[0].acceptance_criteria, ["500 images"]);
        assert_ne!(terms.hash(), Terms::parse(&document()).unwrap().hash());
        divided["milestones"] = json!([]);
        assert_eq!(Terms::parse(&divided).unwrap().milestones, []);
        divided["milestones"] = json!([{ "title": "All of it", "amountAtomic": "12500000", "status": "accepted" }]);
        assert!(matches!(Terms::parse(&divided), Err(TermsError::Malformed(_))));
    }

    #[test]
    fn a_number_for_an_amount_and_an_unknown_field_are_refused() {
        for (name, value) in [("amountAtomic", json!(12_500_000)), ("livemode", json!(true))] {
            let mut document = document();
            document[name] = value;
            assert!(matches!(Terms::parse(&document), Err(TermsError::Malformed(_))), "{name}");
        }
    }
}

//! The terms of an import: their shape for the document, and what is wrong with them as a problem.

use serde_json::Value;
use settlement::terms::{Terms, TermsError};
use utoipa::ToSchema;

use crate::extract::wire::{AccountAddress, AssetId, AtomicAmount, Instant};
use crate::problem::{Code, Problem};

/// What was agreed. The hash is over exactly what is sent (RFC 8785): a key with `null` is another document than no key.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = Terms, rename_all = "camelCase")]
pub struct TermsSchema {
    /// What is to be done, in one line.
    #[schema(min_length = 1, max_length = 160)]
    pub title: String,
    /// What is to be done, at length.
    #[schema(max_length = 5000)]
    pub description: Option<String>,
    /// When it counts as done: at most 50, each of 1 to 500 characters.
    #[schema(max_items = 50)]
    pub acceptance_criteria: Option<Vec<Criterion>>,
    /// What is handed over.
    #[schema(max_length = 5000)]
    pub deliverable: Option<String>,
    /// What the seller receives, in atomic units; the fee is on top. Not zero.
    pub amount_atomic: AtomicAmount,
    /// What is paid with, out of `/api/chains`.
    pub asset: AssetId,
    /// Where the seller receives it.
    pub payee_address: AccountAddress,
    /// Who judges the work.
    pub evaluator: Option<AccountAddress>,
    /// `on_delivery` (once the seller has submitted) or `any_time`.
    #[schema(pattern = "^(on_delivery|any_time)$", example = "on_delivery")]
    pub payment_timing: String,
    /// Into what it is divided, at most 50; their amounts add up to `amountAtomic`. Left out or empty, it is paid as a whole or in instalments.
    #[schema(max_items = 50)]
    pub milestones: Option<Vec<TermsMilestoneSchema>>,
    /// `direct`: from wallet to wallet.
    #[schema(pattern = "^direct$", example = "direct")]
    pub settlement: String,
}

/// A part of the agreement that is delivered, accepted and paid by itself.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = TermsMilestone, rename_all = "camelCase")]
pub struct TermsMilestoneSchema {
    /// What is to be done, in one line.
    #[schema(min_length = 1, max_length = 160)]
    pub title: String,
    /// What is to be done, at length.
    #[schema(max_length = 5000)]
    pub description: Option<String>,
    /// When it counts as done: at most 50, each of 1 to 500 characters.
    #[schema(max_items = 50)]
    pub acceptance_criteria: Option<Vec<Criterion>>,
    /// What the seller receives for it, in atomic units. Not zero.
    pub amount_atomic: AtomicAmount,
    /// When it should be delivered.
    pub due_at: Option<Instant>,
}

/// One thing that has to hold for the work to count as done: 1 to 500 characters.
#[derive(Clone, Debug, ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 500, example = "Every image has exactly one label")]
pub struct Criterion(pub String);

/// The parsed terms.
///
/// # Errors
/// 422 with the code of what is wrong and the field's path.
pub fn parse(document: &Value) -> Result<Terms, Problem> {
    if document.get("amountAtomic").is_some_and(|amount| !amount.is_string()) {
        return Err(Problem::field(Code::InvalidAmount, "terms.amountAtomic", "an amount is a string of decimal digits in atomic units"));
    }
    let terms = Terms::parse(document).map_err(refusal)?;
    for (field, text) in
        [("terms.title", Some(&terms.title)), ("terms.description", terms.description.as_ref()), ("terms.deliverable", terms.deliverable.as_ref())]
    {
        text.map_or(Ok(()), |text| crate::text::check_characters(field, text))?;
    }
    terms.acceptance_criteria.iter().try_for_each(|text| crate::text::check_characters("terms.acceptanceCriteria", text))?;
    let texts = terms.milestones.iter().flat_map(|part| std::iter::once(&part.title).chain(&part.description).chain(&part.acceptance_criteria));
    texts.into_iter().try_for_each(|text| crate::text::check_characters("terms.milestones", text))?;
    Ok(terms)
}

fn refusal(error: TermsError) -> Problem {
    match error {
        TermsError::Malformed(text) if text.starts_with("unknown field") => Problem::field(Code::UnknownField, "terms", text),
        TermsError::Malformed(text) => Problem::field(Code::InvalidField, "terms", text),
        TermsError::Amount(error) => Problem::field(Code::InvalidAmount, "terms.amountAtomic", error),
        TermsError::Field { field, reason } => Problem::field(code(field), &format!("terms.{field}"), reason),
        TermsError::Unsupported { field, reason } => Problem::field(Code::TermsNotSupported, &format!("terms.{field}"), reason),
    }
}

fn code(field: &str) -> Code {
    match field {
        "amountAtomic" => Code::InvalidAmount,
        "asset" => Code::InvalidAsset,
        "payeeAddress" | "evaluator" => Code::InvalidAddress,
        _ => Code::InvalidField,
    }
}

//! Which problems an operation may answer: what many have in common, and what is of one. Whatever any test is answered has to be named here or by the handler.

use std::fmt::Write as _;

use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use crate::problem::{Code, PROBLEM_JSON};

/// What decides about the problems that an operation may answer.
pub(super) struct Traits {
    pub(super) names_something: bool,
    pub(super) takes_parameters: bool,
    pub(super) needs_token: bool,
    pub(super) takes_body: bool,
    pub(super) is_write: bool,
}

/// A problem that many operations may answer.
struct Common {
    status: &'static str,
    applies: fn(&Traits) -> bool,
    description: &'static str,
    codes: &'static [Code],
}

const COMMON: &[Common] = &[
    Common { status: "400", applies: |t| t.takes_parameters, description: "A query parameter could not be read", codes: &[Code::MalformedRequest] },
    Common { status: "400", applies: |t| t.takes_body, description: "The body could not be read", codes: &[Code::MalformedRequest, Code::MalformedJson] },
    Common {
        status: "400",
        applies: |t| t.is_write,
        description: "The idempotency key is malformed, or missing where the instance requires one",
        codes: &[Code::InvalidIdempotencyKey, Code::IdempotencyKeyRequired],
    },
    Common {
        status: "401",
        applies: |t| t.needs_token,
        description: "The token is missing, malformed, unknown, expired or revoked",
        codes: &[Code::Unauthorized],
    },
    Common { status: "401", applies: |_| true, description: "A token was sent in the URL", codes: &[Code::TokenInUrl] },
    Common { status: "403", applies: |t| t.needs_token, description: "The token lacks a scope", codes: &[Code::InsufficientScope] },
    Common { status: "404", applies: |t| t.names_something, description: "It does not exist, or the caller may not see it", codes: &[Code::NotFound] },
    Common { status: "406", applies: |_| true, description: "The Accept header excludes what this path answers with", codes: &[Code::NotAcceptable] },
    Common {
        status: "409",
        applies: |t| t.is_write,
        description: "It was changed meanwhile, or the same request is still running",
        codes: &[Code::Conflict, Code::IdempotencyKeyInFlight],
    },
    Common { status: "408", applies: |t| t.takes_body, description: "The body took too long to arrive", codes: &[Code::BodyTimeout] },
    Common { status: "413", applies: |t| t.takes_body, description: "The body is too large", codes: &[Code::BodyTooLarge] },
    Common { status: "415", applies: |t| t.takes_body, description: "The body is not `application/json`", codes: &[Code::UnsupportedMediaType] },
    Common {
        status: "422",
        applies: |t| t.takes_body,
        description: "A field is not taken; `field` names it",
        codes: &[Code::UnknownField, Code::InvalidField],
    },
    Common { status: "422", applies: |t| t.is_write, description: "The idempotency key was used with another body", codes: &[Code::IdempotencyKeyConflict] },
    Common { status: "429", applies: |_| true, description: "Too many requests; see `Retry-After`", codes: &[Code::RateLimited] },
    Common { status: "500", applies: |_| true, description: "Something went wrong on our side", codes: &[Code::Internal] },
    Common { status: "503", applies: |_| true, description: "The service cannot answer now; see `Retry-After`", codes: &[Code::Unavailable] },
];

/// What operations may answer besides, by their ids.
const OF_OPERATIONS: &[(&str, &[Code])] = &[
    ("add_wallet", &[Code::SignInRefused, Code::ContractWalletsUnavailable]),
    ("sign_in", &[Code::ProfileDisabled, Code::ContractWalletsUnavailable]),
    ("create_token", &[Code::ScopeNotYours]),
    ("create_managed_token", &[Code::UnknownParty]),
    ("register_asset", &[Code::InvalidAsset, Code::AssetNotSupported, Code::ChainUnavailable]),
    ("update_asset", &[Code::InvalidAsset, Code::AssetNotSupported]),
    ("list_profiles", LISTING),
    ("list_all_tokens", LISTING),
    ("list_audit", LISTING),
    ("add_payout_method", &[Code::InvalidAddress, Code::InvalidAsset, Code::AssetNotSupported]),
    ("import_contract", IMPORTING),
    ("import_contract", &[Code::ConsentInvalid, Code::ContractWalletsUnavailable]),
    ("agreement_typed_data_for_import", IMPORTING),
    ("list_contracts", LISTING),
    ("list_submissions", LISTING),
    ("list_payment_requests", LISTING),
    ("create_submission", &[Code::RoleRequired, Code::ProofInspectionRequired]),
    ("payout_change_typed_data", CHANGING_PAYOUT),
    ("request_payout_change", CHANGING_PAYOUT),
    ("request_payout_change", &[Code::ConsentInvalid, Code::ContractWalletsUnavailable]),
    ("respond_to_payout_change", &[Code::RoleRequired, Code::InvalidAddress, Code::ConsentInvalid, Code::ContractWalletsUnavailable]),
    ("list_disputes", LISTING),
    ("open_dispute", &[Code::RoleRequired]),
    ("respond_to_dispute", &[Code::RoleRequired]),
    ("resolve_dispute", &[Code::RoleRequired, Code::InvalidAmount]),
    ("withdraw_dispute", &[Code::RoleRequired]),
    ("acknowledge_payment", &[Code::RoleRequired]),
    ("cancel_contract", &[Code::RoleRequired]),
    ("decide_contract", &[Code::RoleRequired]),
    (
        "create_payment_request",
        &[Code::RoleRequired, Code::InvalidAmount, Code::InvalidAddress, Code::PayerNotProved, Code::ExceedsOpenAmount, Code::FeeRefused],
    ),
    ("create_milestone", &[Code::RoleRequired, Code::InvalidAmount, Code::FeeRefused]),
    ("change_milestone", &[Code::RoleRequired, Code::InvalidAmount, Code::FeeRefused]),
    ("confirm_milestones", &[Code::RoleRequired]),
    ("finalize_milestones", &[Code::RoleRequired]),
    ("submit_milestone", &[Code::RoleRequired, Code::ProofInspectionRequired, Code::AcknowledgementRequired]),
    ("decide_milestone", &[Code::RoleRequired, Code::AcknowledgementRequired]),
    ("create_webhook", &[Code::WebhookUrlRefused]),
    ("update_webhook", &[Code::WebhookUrlRefused]),
    ("list_webhook_deliveries", LISTING),
    ("show_receipt", &[Code::SignerUnavailable]),
    ("create_receipt_link", &[Code::RoleRequired, Code::ProofInspectionRequired]),
    ("revoke_receipt_link", &[Code::RoleRequired]),
    ("list_receipt_links", &[Code::RoleRequired]),
    ("create_payment_request", &[Code::AcknowledgementRequired]),
    ("cancel_payment_request", &[Code::RoleRequired]),
    ("submit_transaction", NAMING),
    ("verify_transaction", NAMING),
    ("list_refund_requests", LISTING),
    ("create_refund_request", &[Code::RoleRequired, Code::InvalidAmount, Code::ExceedsRefundable]),
    ("respond_to_refund_request", &[Code::RoleRequired, Code::InvalidAddress, Code::PayerNotProved]),
    ("show_refund_payment", &[Code::RoleRequired]),
];

const NAMING: &[Code] = &[
    Code::RoleRequired,
    Code::NotAllowed,
    Code::AlreadyVerified,
    Code::PaymentSettling,
    Code::ReuseOrCancelActiveRequest,
    Code::TxHashMismatch,
    Code::ProofInspectionRequired,
];

const CHANGING_PAYOUT: &[Code] = &[Code::RoleRequired, Code::InvalidAddress, Code::PartiesRefused, Code::AssetNotSupported];

const LISTING: &[Code] = &[Code::InvalidCursor];

const IMPORTING: &[Code] = &[
    Code::InvalidAmount,
    Code::InvalidAddress,
    Code::InvalidAsset,
    Code::AssetNotSupported,
    Code::TermsNotSupported,
    Code::UnknownParty,
    Code::PartiesRefused,
    Code::FeeRefused,
];

/// Says of the operation what it may answer.
pub(super) fn describe(operation: &mut Operation, traits: &Traits) {
    let id = operation.operation_id.clone().unwrap_or_default();
    for code in OF_OPERATIONS.iter().filter(|(of, _)| *of == id).flat_map(|(_, codes)| *codes) {
        add(operation, code.status().as_str(), code.title(), &[*code]);
    }
    for common in COMMON.iter().filter(|common| (common.applies)(traits)) {
        add(operation, common.status, common.description, common.codes);
    }
}

/// Adds codes to what the operation says of this status, unless it names them already.
fn add(operation: &mut Operation, status: &str, what: &str, codes: &[Code]) {
    let fresh = || RefOr::T(problem());
    let RefOr::T(response) = operation.responses.responses.entry(status.to_owned()).or_insert_with(fresh) else { return };
    let names: Vec<String> = codes.iter().map(|code| format!("`{}`", code.as_str())).filter(|name| !response.description.contains(name)).collect();
    if names.is_empty() {
        return;
    }
    let gap = if response.description.is_empty() { "" } else { " " };
    write!(response.description, "{gap}{what} ({}).", names.join(", ")).expect("writing to a string cannot fail");
}

fn problem() -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
    ResponseBuilder::new().content(PROBLEM_JSON, content).build()
}

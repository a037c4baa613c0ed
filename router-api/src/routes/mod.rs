//! Every endpoint, on one screen.
//!
//! To add one:
//! 1. A file `routes/<noun>/<verb>.rs` with one handler, named like the operation (`cancel_contract`: that is its operation id). Its doc comment becomes
//!    summary (first line) and description (the rest); `#[utoipa::path]` has method, path, `params`, `request_body` **with an example that is accepted**,
//!    the successful `responses` with an example, `tag`, and `security(("bearer" = […]))`: scopes in one list are all needed, one list per alternative.
//!    What many operations can answer (400, 401, 403, 404 where there is an id, 413, 415, 422, 5xx) is added by `openapi/problems.rs`; name other codes
//!    there, or where they need an explanation with `body = ProblemBody, content_type = PROBLEM_JSON`. An answer that is not named fails its test.
//! 2. The handler takes, in this order: `State(api): State<Arc<Api>>`, `caller: Caller<Rule>` (a rule of `extract/access.rs`, saying the same as
//!    `security`), `PathId(id): PathId<AgreementId>`, then for writes `Write(body, mut effect): Write<Body>`, for reads with parameters `Params<…>`.
//!    It returns `Result<Json<View>, Problem>` or, for writes, `Result<Response, Problem>` from `effect.commit(status, &view)`. At most 25 lines: extract,
//!    domain, store, view. What the caller may not see is `Problem::not_found()`.
//! 3. Bodies are structs with `#[serde(rename_all = "camelCase", deny_unknown_fields)]` and field types of `extract::wire`; views live in `view/<noun>.rs`.
//! 4. A new problem code is one entry of the table in `problem/code.rs`.
//! 5. A `mod` line in the noun's `mod.rs` and a `.routes(routes!(…))` line below; handlers of one path share a line.
//! 6. Tests in the same file, through the router (`crate::testing::TestApp`), which holds every answer against the document. `crate::tests` then already
//!    checks the new route: 401 without a token, 403 without each scope, 404 for the ids of others, refusal of unknown fields; and the tests of `openapi.rs`
//!    that examples and descriptions are there. `UPDATE=1 cargo test -p router-api committed` rewrites `openapi.json` and `docs/API.md`.

pub mod admin;
pub mod auth;
pub mod balances;
pub mod contracts;
pub mod disputes;
pub mod events;
pub mod invoices;
pub mod me;
pub mod milestones;
pub mod onboarding;
pub mod payment_options;
pub mod payment_requests;
pub mod payout_changes;
pub mod profiles;
pub mod receipts;
pub mod refund_requests;
pub mod service;
pub mod settlements;
pub mod statements;
pub mod submissions;
pub mod webhooks;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::openapi::Document;
use crate::state::Api;

/// The router with every endpoint, and the document that was collected on the way.
pub(crate) fn all() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Document::openapi())
        // me
        .routes(routes!(me::show::show_me, me::update::update_me))
        .routes(routes!(me::wallets::list::list_wallets, me::wallets::add::add_wallet))
        .routes(routes!(me::wallets::retire::retire_wallet))
        .routes(routes!(me::tokens::list::list_tokens, me::tokens::create::create_token))
        .routes(routes!(me::tokens::revoke::revoke_token))
        .routes(routes!(me::tokens::rotate::rotate_token))
        .routes(routes!(me::payout_methods::list::list_payout_methods, me::payout_methods::add::add_payout_method))
        .routes(routes!(me::payout_methods::update::update_payout_method, me::payout_methods::remove::remove_payout_method))
        .routes(routes!(profiles::payout_methods::list_public_payout_methods))
        // contracts
        .routes(routes!(contracts::import::import_contract))
        .routes(routes!(contracts::import::typed_data::agreement_typed_data_for_import))
        .routes(routes!(contracts::list::list_contracts))
        .routes(routes!(contracts::show::show_contract, contracts::update::update_contract))
        .routes(routes!(contracts::cancel::cancel_contract))
        .routes(routes!(contracts::decide::decide_contract))
        .routes(routes!(submissions::list::list_submissions, submissions::create::create_submission))
        .routes(routes!(payout_changes::list::list_payout_changes, payout_changes::request::request_payout_change))
        .routes(routes!(payout_changes::typed_data::payout_change_typed_data))
        .routes(routes!(payout_changes::respond::respond_to_payout_change))
        // milestones
        .routes(routes!(milestones::list::list_milestones, milestones::create::create_milestone))
        .routes(routes!(milestones::confirm::confirm_milestones))
        .routes(routes!(milestones::finalize::finalize_milestones))
        .routes(routes!(milestones::change::change_milestone))
        .routes(routes!(milestones::submit::submit_milestone))
        .routes(routes!(milestones::decide::decide_milestone))
        // disputes
        .routes(routes!(disputes::list::list_disputes, disputes::open::open_dispute))
        .routes(routes!(disputes::show::show_dispute))
        .routes(routes!(disputes::respond::respond_to_dispute))
        .routes(routes!(disputes::resolve::resolve_dispute))
        .routes(routes!(disputes::withdraw::withdraw_dispute))
        // payments
        .routes(routes!(payment_options::show::show_payment_options))
        .routes(routes!(payment_requests::list::list_payment_requests, payment_requests::create::create_payment_request))
        .routes(routes!(payment_requests::show::show_payment_request))
        .routes(routes!(payment_requests::cancel::cancel_payment_request))
        .routes(routes!(payment_requests::acknowledge::acknowledge_payment))
        .routes(routes!(payment_requests::submit::submit_transaction))
        .routes(routes!(payment_requests::verify::verify_transaction))
        // refunds
        .routes(routes!(refund_requests::list::list_refund_requests, refund_requests::create::create_refund_request))
        .routes(routes!(refund_requests::show::show_refund_request))
        .routes(routes!(refund_requests::respond::respond_to_refund_request))
        .routes(routes!(refund_requests::payment::show_refund_payment))
        // status
        .routes(routes!(onboarding::show::show_onboarding))
        .routes(routes!(settlements::find::find_settlements))
        .routes(routes!(settlements::show::show_settlement))
        // documents
        .routes(routes!(invoices::list::list_invoices))
        .routes(routes!(invoices::show::show_invoice))
        .routes(routes!(receipts::list::list_receipts))
        .routes(routes!(receipts::show::show_receipt))
        .routes(routes!(receipts::links::list::list_receipt_links, receipts::links::create::create_receipt_link))
        .routes(routes!(receipts::links::revoke::revoke_receipt_link))
        .routes(routes!(receipts::public::show_public_receipt))
        // events
        .routes(routes!(events::list::list_events))
        .routes(routes!(events::stream::stream_events))
        .routes(routes!(webhooks::list::list_webhooks, webhooks::create::create_webhook))
        .routes(routes!(webhooks::show::show_webhook, webhooks::update::update_webhook, webhooks::remove::delete_webhook))
        .routes(routes!(webhooks::test::test_webhook))
        .routes(routes!(webhooks::rotate_secret::rotate_webhook_secret))
        .routes(routes!(webhooks::deliveries::list_webhook_deliveries))
        .routes(routes!(webhooks::redeliver::redeliver_webhooks))
        // ledger
        .routes(routes!(balances::show::show_balances))
        .routes(routes!(statements::show::show_statement))
        // access
        .routes(routes!(auth::nonce::create_nonce))
        .routes(routes!(auth::siwe::sign_in))
        // admin
        .routes(routes!(admin::profiles::list::list_profiles, admin::profiles::create::create_profile))
        .routes(routes!(admin::profiles::show::show_profile, admin::profiles::update::update_profile))
        .routes(routes!(admin::profiles::retire_wallet::retire_any_wallet))
        .routes(routes!(admin::tokens::list::list_all_tokens, admin::tokens::create::create_managed_token))
        .routes(routes!(admin::tokens::revoke::revoke_any_token))
        .routes(routes!(admin::signers::list::list_signers))
        .routes(routes!(admin::registry::list::list_registered_assets, admin::registry::register::register_asset, admin::registry::update::update_asset))
        .routes(routes!(admin::chains::list::list_managed_chains))
        .routes(routes!(admin::reconciliation::show::show_reconciliation))
        .routes(routes!(admin::audit::list::list_audit))
        // service
        .routes(routes!(service::health::health))
        .routes(routes!(service::ready::ready))
        .routes(routes!(service::metrics::metrics))
        .routes(routes!(service::chains::list_chains))
        .routes(routes!(service::openapi::openapi_document))
        .routes(routes!(service::openapi::openapi_alias))
        .routes(routes!(service::docs::docs_index))
        .routes(routes!(service::docs::docs_operation))
        .routes(routes!(service::docs::docs_schema))
        .routes(routes!(service::docs::docs_error))
        .routes(routes!(service::docs::llms))
        .routes(routes!(service::docs::llms_full))
}

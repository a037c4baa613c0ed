//! The OpenAPI document: collected from the handlers, then completed with what every operation has in common.

mod bodies;
mod events;
mod headers;
mod ids;
mod problems;

use std::collections::BTreeSet;

use utoipa::Modify;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr, Required};

use self::problems::Traits;
use crate::problem::ProblemBody;
use crate::routes;
use crate::webhooks::WebhookMessage;

#[cfg(test)]
mod tests;

/// What is not an operation: title, tags, the bearer scheme, the body of problems.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Counterfoil router API",
        description = "On-chain settlement for work agreed off-chain: the buyer pays from its own wallet, by a payload signed here that says exactly what it \
            does; a payment counts once its event on the chain matches what was signed, field by field.\n\nAmounts are decimal strings in atomic units. \
            Times are ISO-8601 with milliseconds and `Z`. Errors are RFC 9457 with a `code` out of a closed list (`/docs/errors/{code}`). Every answer has \
            `X-Request-ID`, but for one kind: a head that is no HTTP/1.1 (400), longer than 32 KiB or of more than 64 headers (431) is answered before anything \
            reads it, with no body and no header of ours, and the connection ends.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(ProblemBody, WebhookMessage)),
    modifiers(&Bearer),
    tags(
        (name = "me", description = "The caller's profile, wallets, tokens and payout methods."),
        (name = "contracts", description = "Agreements: import, deliver, decide, cancel."),
        (name = "milestones", description = "Agreements divided into parts: plan, confirm, deliver, decide; each is paid by itself."),
        (name = "disputes", description = "Disputes: open, answer, say how they end."),
        (name = "payments", description = "Payment requests: ask, pay, follow."),
        (name = "refunds", description = "Refund requests: ask, answer, pay back."),
        (name = "documents", description = "Invoices and receipts."),
        (name = "events", description = "What happened, as a log and as a stream, and webhooks."),
        (name = "ledger", description = "What moved: balances and statements."),
        (name = "profiles", description = "What anybody may see of a profile."),
        (name = "access", description = "Wallet sign-in."),
        (name = "admin", description = "Running the instance; needs the scope `admin`."),
        (name = "service", description = "The instance itself."),
    )
)]
pub(crate) struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let description = "A token from wallet sign-in, from `POST /api/agent/me/tokens` or from the operator. Scopes in one requirement are all needed; \
            several requirements are alternatives.";
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("cf_<64 hexadecimal digits>").description(Some(description)).build();
        document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// Operations with a body that change nothing: repeating them needs no key.
const CHANGE_NOTHING: [&str; 3] = ["agreement_typed_data_for_import", "payout_change_typed_data", "update_contract"];

/// The document of this version.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut document = routes::all().into_openapi();
    document.webhooks = Some(events::section());
    bodies::close(&mut document);
    let optional_bodies = bodies::without_required_fields(&document);
    for (path, item) in &mut document.paths.paths {
        complete(path, item, &optional_bodies);
    }
    ids::describe(&mut document);
    headers::define(document.components.get_or_insert_default());
    for schema in document.components.iter_mut().flat_map(|components| components.schemas.values_mut()) {
        let view = std::mem::replace(schema, RefOr::T(Schema::default()));
        *schema = any_view(view);
    }
    document
}

/// One of several views of the same thing: what fits the one that shows more also fits the one that shows less, so it is any of them, not exactly one.
fn any_view(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::OneOf(views)) if views.items.iter().all(|view| matches!(view, RefOr::Ref(_))) => {
            let any = AnyOfBuilder::new().description(views.description);
            RefOr::T(Schema::AnyOf(views.items.into_iter().fold(any, AnyOfBuilder::item).build()))
        }
        other => other,
    }
}

/// The document as it is served and committed.
pub(crate) fn to_json() -> String {
    let mut text = openapi().to_pretty_json().expect("the document is plain data with string keys");
    text.push('\n');
    text
}

/// Adds what every operation of the path can answer and takes, so that handlers say only what is special about them.
fn complete(path: &str, item: &mut PathItem, optional_bodies: &BTreeSet<String>) {
    let reads = [&mut item.get].into_iter().flatten().map(|operation| (operation, false));
    let changes = [&mut item.post, &mut item.patch, &mut item.delete, &mut item.put].into_iter().flatten().map(|operation| (operation, true));
    for (operation, takes_body) in reads.chain(changes) {
        bodies::say_whether_required(operation, optional_bodies);
        let needs_token = operation.security.as_ref().is_some_and(|alternatives| !alternatives.is_empty());
        let is_write = takes_body && needs_token && !operation.operation_id.as_deref().is_some_and(|id| CHANGE_NOTHING.contains(&id));
        if is_write {
            operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
        }
        let traits = Traits { names_something: path.contains('{'), takes_parameters: takes_parameters(operation), needs_token, takes_body, is_write };
        problems::describe(operation, &traits);
        headers::describe(operation);
    }
}

fn takes_parameters(operation: &Operation) -> bool {
    operation.parameters.iter().flatten().any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query))
}

fn idempotency_key() -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9._:-]{1,200}$")).build();
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A fresh value per operation and the same one on every retry of it: the retry gets the stored answer, byte for byte, for 30 days. \
             `X-Idempotency-Key` is taken too.",
        ))
        .schema(Some(text))
        .build()
}

//! POST `/api/agent/webhooks/{webhookId}/rotate-secret`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use settlement::Timestamp;
use settlement::audit::AuditAction;
use settlement::ids::EndpointId;
use settlement::webhook::SECRET_OVERLAP;
use store::SealedSecrets;

use super::{example, lock_own};
use crate::extract::{Caller, NoBody, PathId, WebhookWrite, Write};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::webhook::{NewWebhookBody, WebhookView};
use crate::webhooks::SigningSecret;

/// Give a webhook endpoint a new secret.
///
/// For 24 hours deliveries carry two signatures, by the new secret and by the one before, so that the receiver can change over when it likes. Rotating again in
/// that time replaces the new one and leaves the one before in use until its end: an answer that was lost costs no delivery. To end a secret at once, delete the
/// endpoint and make another.
#[utoipa::path(
    post,
    path = "/api/agent/webhooks/{webhookId}/rotate-secret",
    tag = "events",
    params(("webhookId" = String, Path, description = "`we_…`")),
    security(("bearer" = ["webhooks:write"])),
    responses((status = 201, description = "The endpoint; its new secret is shown this once.", body = NewWebhookBody,
        example = json!({ "webhook": example(), "signingSecret": "whsec_<44 characters of base64>" })))
)]
pub async fn rotate_webhook_secret(
    State(api): State<Arc<Api>>,
    caller: Caller<WebhookWrite>,
    PathId(id): PathId<EndpointId>,
    Write(NoBody {}, mut effect): Write<NoBody>,
) -> Result<Response, Problem> {
    let mut endpoint = lock_own(&mut effect.tx, &caller, &id).await?;
    let (secret, now) = (SigningSecret::mint(api.ids.as_ref()), api.now());
    let current = api.webhooks.key.seal(&secret, &id, api.ids.as_ref());
    endpoint.secrets = SealedSecrets { current, previous: Some(before(&api, endpoint.secrets, (&id, now))) };
    effect.tx.rotate_secret(&id, &endpoint.secrets, now).await?;
    effect.tx.audit(caller.author().did(AuditAction::WebhookSecretRotated, &id, now));
    endpoint.updated_at = now;
    let (shown, kept) = NewWebhookBody::shown_and_kept(WebhookView::new(&endpoint, now), &secret);
    effect.commit_secret(StatusCode::CREATED, &shown, &kept).await
}

/// The secret that stays in use beside a new one, and until when: the one that the receiver is sure to know. While a rotation is younger than the overlap that is
/// the one before it, unless it was sealed under a key that the instance no longer has.
fn before(api: &Api, secrets: SealedSecrets, (id, now): (&EndpointId, Timestamp)) -> (Vec<u8>, Timestamp) {
    let known = secrets.previous.filter(|(sealed, until)| now < *until && api.webhooks.key.open(sealed, id).is_ok());
    known.unwrap_or_else(|| (secrets.current, now.plus(SECRET_OVERLAP)))
}

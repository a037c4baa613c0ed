//! POST `/api/agent/webhooks/{webhookId}/rotate-secret`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
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
/// that time ends the older one at once.
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
    let mut endpoint = lock_own(&mut effect.tx, &caller.profile, &id).await?;
    let (secret, now) = (SigningSecret::mint(api.ids.as_ref()), api.now());
    let (sealed, until) = (api.webhooks.key.seal(&secret, &id, api.ids.as_ref()), now.plus(SECRET_OVERLAP));
    effect.tx.rotate_secret(&id, &sealed, until, now).await?;
    effect.tx.audit(caller.author().did(AuditAction::WebhookSecretRotated, &id, now));
    let previous = std::mem::take(&mut endpoint.secrets.current);
    endpoint.secrets = SealedSecrets { current: sealed, previous: Some((previous, until)) };
    endpoint.updated_at = now;
    let (shown, kept) = NewWebhookBody::shown_and_kept(WebhookView::new(&endpoint, now), &secret);
    effect.commit_secret(StatusCode::CREATED, &shown, &kept).await
}

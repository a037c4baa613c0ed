//! POST `/api/agent/webhooks`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use settlement::audit::AuditAction;
use settlement::ids::{EndpointId, ProfileId};
use settlement::webhook::EndpointStatus;
use store::{Endpoint, Reader, SealedSecrets};
use url::Url;
use utoipa::ToSchema;

use super::{MAX_ENDPOINTS, description, example, facts, kinds, refuse_url, require_audience};
use crate::extract::{Caller, Prepare, PreparedWrite, WebhookSend};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::routes::me;
use crate::state::Api;
use crate::view::webhook::{NewWebhookBody, WebhookView};
use crate::webhooks::{SigningSecret, TargetError};

/// Where events are to be sent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "url": "https://shop.example/hooks/counterfoil", "types": ["payment.verified", "receipt.*"], "description": "shop" }))]
pub struct CreateWebhook {
    /// `https://…`, on port 443 or one from 1024 on, at a public address; up to 2048 characters.
    #[schema(max_length = 2048)]
    url: String,
    /// The types that it gets; `payment.*` stands for the types that the object has now. All, also future ones, when absent or empty.
    #[schema(max_items = 50)]
    types: Option<Vec<String>>,
    /// What its owner calls it, up to 120 characters.
    #[schema(max_length = 120)]
    description: Option<String>,
    /// Whose events it gets: the profile's own, or with the scope `admin` the operators'.
    audience: Option<WantedAudience>,
}

/// Whose events an endpoint is to get.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WantedAudience {
    /// What is told to the caller's profile.
    #[default]
    Profile,
    /// What is told to the operators of the instance. Needs `admin`, for this and for everything that is done with the endpoint later.
    Operators,
}

impl Prepare for CreateWebhook {
    type Prepared = Result<Url, TargetError>;

    /// Looks the address up, as every delivery will again.
    async fn prepare(&self, api: &Api, caller: &ProfileId) -> Self::Prepared {
        api.webhooks.targets.check(caller, &self.url).await
    }
}

/// Have events sent to a URL.
///
/// From now on every event that the caller can read in the log (of these types) is delivered by Standard Webhooks 1.0: signed with `signingSecret`, which is in
/// this answer and nowhere else, at least once, and for three days when the endpoint does not answer 2xx. Verify the signature, answer within 15 seconds, and
/// take each `webhook-id` once.
#[utoipa::path(
    post,
    path = "/api/agent/webhooks",
    tag = "events",
    security(("bearer" = ["webhooks:write", "contracts:read"])),
    request_body = CreateWebhook,
    responses(
        (status = 201, description = "The endpoint; its secret is shown this once.", body = NewWebhookBody,
            example = json!({ "webhook": example(), "signingSecret": "whsec_<44 characters of base64>" })),
        (status = 409, description = "The profile has enough endpoints (`limit_reached`).", body = ProblemBody, content_type = PROBLEM_JSON),
        (status = 503, description = "The URL's name cannot be looked up now (`name_not_looked_up`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn create_webhook(
    State(api): State<Arc<Api>>,
    caller: Caller<WebhookSend>,
    PreparedWrite(body, url, mut effect): PreparedWrite<CreateWebhook>,
) -> Result<Response, Problem> {
    let url = url.map_err(|error| refuse_url(&error))?;
    let (kinds, description) = (kinds(&body.types.unwrap_or_default())?, description(body.description.as_deref())?);
    let reader = match body.audience.unwrap_or_default() {
        WantedAudience::Profile => Reader::Profile(caller.profile.clone()),
        WantedAudience::Operators => Reader::Operators,
    };
    require_audience(&caller, &reader)?;
    me::lock_own(&mut effect.tx, &caller.profile).await?;
    if effect.tx.endpoints(&caller.profile).await?.len() >= MAX_ENDPOINTS {
        return Err(Problem::new(Code::LimitReached, format!("a profile has at most {MAX_ENDPOINTS} webhook endpoints")));
    }
    let author = caller.author();
    let (id, secret, now) = (EndpointId::new(api.ids.ulid()), SigningSecret::mint(api.ids.as_ref()), api.now());
    let secrets = SealedSecrets { current: api.webhooks.key.seal(&secret, &id, api.ids.as_ref()), previous: None };
    let (status, from_sequence) = (EndpointStatus::Enabled, effect.tx.last_sequence().await?);
    let url = url.to_string();
    let new = Endpoint { id, profile: caller.profile, reader, url, description, kinds, status, secrets, from_sequence, created_at: now, updated_at: now };
    effect.tx.insert_endpoint(&new).await?;
    effect.tx.audit(author.did(AuditAction::WebhookCreated, &new.id, now).with(facts(&new)));
    let (shown, kept) = NewWebhookBody::shown_and_kept(WebhookView::new(&new, now), &secret);
    effect.commit_secret(StatusCode::CREATED, &shown, &kept).await
}

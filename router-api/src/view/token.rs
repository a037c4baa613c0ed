//! Bearer tokens. A member that holds the secret is called `apiToken` and exists only in the answer that makes it; clients redact members called `token`.

use std::borrow::Cow;

use serde::Serialize;
use settlement::Timestamp;
use settlement::scope::Scope;
use store::ApiToken;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::token::SecretToken;

/// What a token may do.
#[derive(Debug)]
pub struct ScopeName;

impl PartialSchema for ScopeName {
    fn schema() -> RefOr<Schema> {
        let names = Scope::ALL.iter().map(|scope| scope.as_str());
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).description(Some("What a token may do.")).into()
    }
}

impl ToSchema for ScopeName {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Scope")
    }
}

/// A bearer token, without the secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenView {
    /// `key_…`
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: String,
    /// Until when it is valid; null when without end.
    #[schema(required)]
    pub expires_at: Option<String>,
    /// When it was last used, to the minute.
    #[schema(required)]
    pub last_used_at: Option<String>,
    /// When it was revoked; of a token that was rotated, when it stops working at the latest.
    #[schema(required)]
    pub revoked_at: Option<String>,
}

impl From<&ApiToken> for TokenView {
    fn from(token: &ApiToken) -> Self {
        let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
        Self {
            id: token.id.to_string(),
            name: token.name.clone(),
            scopes: token.scopes.iter().map(ToString::to_string).collect(),
            created_at: token.created_at.to_string(),
            expires_at: text(token.expires_at),
            last_used_at: text(token.last_used_at),
            revoked_at: text(token.revoked_at),
        }
    }
}

/// A bearer token with its owner, as whoever runs the instance sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ManagedToken)]
pub struct ManagedTokenView {
    /// `key_…`
    pub id: String,
    /// Whose it is.
    pub profile_id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: String,
    /// Until when it is valid; null when without end.
    #[schema(required)]
    pub expires_at: Option<String>,
    /// When it was last used, to the minute.
    #[schema(required)]
    pub last_used_at: Option<String>,
    /// When it was revoked; of a token that was rotated, when it stops working at the latest.
    #[schema(required)]
    pub revoked_at: Option<String>,
}

impl From<&ApiToken> for ManagedTokenView {
    fn from(token: &ApiToken) -> Self {
        let TokenView { id, name, scopes, created_at, expires_at, last_used_at, revoked_at } = TokenView::from(token);
        Self { id, profile_id: token.profile.to_string(), name, scopes, created_at, expires_at, last_used_at, revoked_at }
    }
}

/// `{credential}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ManagedTokenBody {
    /// The token.
    pub credential: ManagedTokenView,
}

/// `{credentials, nextCursor}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedTokensBody {
    /// The page, newest first.
    pub credentials: Vec<ManagedTokenView>,
    /// Where the next page starts; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A token that was just made.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewTokenBody {
    /// What it is.
    pub credential: TokenView,
    /// The secret, shown once: send it as `Authorization: Bearer …`. Null when an idempotency key replays the answer.
    #[schema(example = "cf_<64 hexadecimal digits>")]
    #[schema(required)]
    pub api_token: Option<String>,
}

impl NewTokenBody {
    /// The answer with the secret, to be sent once, and the same without it, to be stored.
    pub(crate) fn shown_and_kept(credential: TokenView, secret: &SecretToken) -> (Self, Self) {
        let kept = Self { credential, api_token: None };
        (Self { api_token: Some(secret.expose().to_owned()), ..kept.clone() }, kept)
    }
}

/// `{credential}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TokenBody {
    /// The token.
    pub credential: TokenView,
}

/// `{credentials}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TokensBody {
    /// All of them, newest first, revoked ones included.
    pub credentials: Vec<TokenView>,
}

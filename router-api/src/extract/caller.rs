//! Who is calling: the profile behind a valid bearer token, and proof that the token's scopes meet the operation's rule.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use serde_json::json;
use settlement::audit::Author;
use settlement::ids::ProfileId;
use settlement::scope::Scope;
use store::ApiToken;

use super::access::{Access, Rule};
use crate::limits::Meter;
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::token;

/// A caller whose token is valid and has the scopes of `A`.
#[derive(Clone, Debug)]
pub struct Caller<A> {
    /// Whose token it is.
    pub profile: ProfileId,
    /// The token (the row; the secret is gone).
    pub token: ApiToken,
    access: PhantomData<A>,
}

/// Whose idempotency keys a write uses; left in the request by [`Caller`] for `Write`.
#[derive(Clone, Debug)]
pub(super) struct Owner(pub(super) ProfileId);

impl<A> Caller<A> {
    /// The caller, for the audit log.
    #[must_use]
    pub fn author(&self) -> Author {
        Author::Token { profile: self.profile.clone(), token: self.token.id.clone() }
    }
}

impl<A: Access> Caller<A> {
    /// Asks for more than the operation's rule does, where it depends on the body (attesting consent needs `contracts:import`).
    ///
    /// # Errors
    /// 403 with the scopes that are missing.
    pub fn require(&self, scopes: &'static [Scope]) -> Result<(), Problem> {
        check(&Rule::All(scopes), &self.token.scopes)
    }
}

impl<A: Access> FromRequestParts<Arc<Api>> for Caller<A> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let meter = parts.extensions.get::<Meter>().cloned();
        let token = match (authenticate(api, &parts.headers).await, &meter) {
            // Whoever tries tokens is as anonymous as who has none.
            (Err(problem), Some(meter)) if problem.code() == Code::Unauthorized => {
                meter.anonymous()?;
                return Err(problem);
            }
            (token, _) => token?,
        };
        tracing::Span::current().record("profile", token.profile.as_str());
        if let Some(meter) = meter {
            meter.caller(&token.profile, &token.id)?;
        }
        check(&A::RULE, &token.scopes)?;
        parts.extensions.insert(Owner(token.profile.clone()));
        Ok(Self { profile: token.profile.clone(), token, access: PhantomData })
    }
}

async fn authenticate(api: &Api, headers: &HeaderMap) -> Result<ApiToken, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(unauthorized("send one header Authorization: Bearer cf_…", None));
    };
    let text = value.to_str().unwrap_or_default();
    let secret = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, rest)| rest.trim());
    let invalid = || unauthorized("the token is malformed, unknown, expired or revoked", Some("invalid_token"));
    let secret = secret.filter(|text| token::is_well_formed(text)).ok_or_else(invalid)?;
    let found = api.store.token_by_hash(&token::hash(&api.config.token_key, secret)).await?.ok_or_else(invalid)?;
    let now = api.now();
    // One answer for all of these: a guesser learns nothing about what once existed.
    if !found.works(now) {
        return Err(invalid());
    }
    api.last_uses.note(&api.store, &found, now);
    Ok(found)
}

/// 401 with the challenge of RFC 6750.
fn unauthorized(detail: &'static str, error: Option<&'static str>) -> Problem {
    let challenge = error.map_or_else(|| REALM.to_owned(), |error| format!("{REALM}, error=\"{error}\""));
    Problem::new(Code::Unauthorized, detail).header(header::WWW_AUTHENTICATE, HeaderValue::from_str(&challenge).expect("plain ASCII"))
}

/// The challenge of RFC 6750.
pub(crate) const REALM: &str = "Bearer realm=\"counterfoil\"";

fn check(rule: &Rule, held: &[Scope]) -> Result<(), Problem> {
    let missing = rule.missing(held);
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|scope| scope.as_str()).collect();
    let joiner = if rule.mode() == "any" { " or " } else { " and " };
    let challenge = format!("{REALM}, error=\"insufficient_scope\", scope=\"{}\"", names.join(" "));
    let required: Vec<&str> = rule.scopes().iter().map(|scope| scope.as_str()).collect();
    Err(Problem::new(Code::InsufficientScope, format!("this token lacks {}", names.join(joiner)))
        .with("missingScopes", json!(names))
        .with("requiredScopes", json!(required))
        .with("requiredScopeMode", rule.mode())
        .header(header::WWW_AUTHENTICATE, HeaderValue::from_str(&challenge).expect("scopes are plain ASCII")))
}

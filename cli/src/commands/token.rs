//! `counterfoil token`: bearer tokens, made and revoked at the database. The secret is shown once and stored as a hash.

use std::process::ExitCode;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Subcommand};
use serde_json::json;
use settlement::audit::{AuditAction, Author};
use settlement::ids::{ProfileId, TokenId};
use settlement::scope::Scope;
use settlement::{Clock, IdSource};
use store::{ApiToken, Profile, Store};

use super::Context;
use crate::failure::{Failure, OrFix};
use crate::output::pairs;
use crate::services::open_current_store;
use crate::system::{OsIds, SystemClock};

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a token for a profile; it is shown once
    Create(Create),
    /// Make a token worthless from now on
    Revoke(Revoke),
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").required(true)))]
pub(super) struct Create {
    /// What the token is for, as it is listed
    #[arg(long)]
    name: String,
    /// Whose token it is (prof_…)
    #[arg(long, value_name = "ID", group = "whose")]
    profile: Option<ProfileId>,
    /// Make a profile of this display name and a token for it
    #[arg(long, value_name = "NAME", group = "whose")]
    new_profile: Option<String>,
    /// What it may do; repeat for more [default: everything a buyer or seller needs]
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scope(), hide_possible_values = true)]
    scopes: Vec<Scope>,
    /// It may do everything, administration included
    #[arg(long, conflicts_with = "scopes")]
    admin: bool,
    /// When it ends by itself [default: never]
    #[arg(long, value_name = "DAYS")]
    expires_in_days: Option<u64>,
}

#[derive(Debug, Args)]
pub(super) struct Revoke {
    /// Id of the token (key_…), as `token create` and GET /api/agent/me/tokens show it
    id: TokenId,
}

/// A wrong one is answered with those that there are.
fn scope() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(Scope::ALL.iter().map(|scope| scope.as_str())).try_map(|text| text.parse::<Scope>())
}

impl Command {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Create(args) => create(args, context).await,
            Self::Revoke(args) => revoke(&args, context).await,
        }
    }
}

async fn create(args: Create, context: &Context) -> anyhow::Result<ExitCode> {
    let config = context.config(Vec::new())?;
    let key = config.token_key().or_fix("tokens cannot be made", "use the same key as the instance that is to know the token")?;
    let store = open_current_store(&config).await?;
    let now = SystemClock.now();
    let new_profile = args.new_profile.clone().map(|display_name| Profile::new(ProfileId::new(OsIds.ulid()), display_name, now));
    let profile = match (&new_profile, args.profile) {
        (Some(profile), _) => profile.id.clone(),
        (None, Some(id)) => existing(&store, id).await?,
        (None, None) => return Err(Failure::new("whose token is it to be?", "name --profile or --new-profile").into()),
    };
    let token = ApiToken {
        id: TokenId::new(OsIds.ulid()),
        profile,
        name: args.name,
        scopes: scopes(args.scopes, args.admin),
        created_at: now,
        expires_at: args.expires_in_days.map(|days| now.plus(Duration::from_secs(days.saturating_mul(SECONDS_PER_DAY)))),
        last_used_at: None,
        revoked_at: None,
        replaced_by: None,
    };
    let secret = router_api::token::mint(&OsIds);
    insert(&store, new_profile.as_ref(), &token, &router_api::token::hash(key, secret.expose())).await.or_fix("the token was not made", "try again")?;
    store.close().await;
    show(context, &token, secret.expose());
    Ok(ExitCode::SUCCESS)
}

async fn existing(store: &Store, id: ProfileId) -> anyhow::Result<ProfileId> {
    let found = store.profile(&id).await.or_fix("the profile cannot be looked up", "try again")?;
    found.map(|profile| profile.id).ok_or_else(|| Failure::new(format!("there is no profile {id}"), "name another, or --new-profile").into())
}

async fn insert(store: &Store, profile: Option<&Profile>, token: &ApiToken, hash: &[u8; 32]) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    if let Some(profile) = profile {
        tx.insert_profile(profile).await?;
        let name = json!({ "displayName": profile.display_name });
        tx.audit(Author::Cli.did(AuditAction::ProfileCreated, &profile.id, profile.created_at).with(name));
    }
    tx.insert_token(token, hash).await?;
    tx.audit(Author::Cli.did(AuditAction::TokenCreated, &token.id, token.created_at).with(token.grant()));
    tx.commit().await?;
    Ok(())
}

fn scopes(asked: Vec<Scope>, admin: bool) -> Vec<Scope> {
    match (admin, asked.is_empty()) {
        (true, _) => Scope::ALL.to_vec(),
        (false, true) => Scope::party(),
        (false, false) => asked,
    }
}

fn show(context: &Context, token: &ApiToken, secret: &str) {
    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let expires_at = token.expires_at.map(|at| at.to_string());
    let answer = json!({ "id": token.id.as_str(), "profileId": token.profile.as_str(), "name": token.name, "scopes": scopes,
        "expiresAt": expires_at, "apiToken": secret });
    context.output.answer(&answer, || {
        let rows = [
            ("token", secret.to_owned()),
            ("id", token.id.to_string()),
            ("profile", token.profile.to_string()),
            ("scopes", scopes.join(" ")),
            ("expires", expires_at.clone().unwrap_or_else(|| "never".to_owned())),
        ];
        format!("{}\nKeep the token: it is not stored, and not shown again. export COUNTERFOIL_TOKEN=…", pairs(rows))
    });
}

async fn revoke(args: &Revoke, context: &Context) -> anyhow::Result<ExitCode> {
    let config = context.config(Vec::new())?;
    let store = open_current_store(&config).await?;
    let mut tx = store.begin().await?;
    let now = SystemClock.now();
    let revoked = tx.revoke_token(&args.id, now).await.or_fix("the token was not revoked", "try again")?;
    if revoked {
        tx.audit(Author::Cli.did(AuditAction::TokenRevoked, &args.id, now));
    }
    tx.commit().await?;
    store.close().await;
    if !revoked {
        return Err(Failure::new(
            format!("there is no token {} that could be revoked", args.id),
            "it may be revoked already; GET /api/agent/me/tokens lists them",
        )
        .into());
    }
    context.output.answer(&json!({ "id": args.id.as_str(), "revoked": true }), || format!("{} is revoked", args.id));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_wish_a_token_may_do_what_a_party_needs() {
        assert_eq!(scopes(Vec::new(), false), Scope::party());
        assert_eq!(scopes(vec![Scope::PAYMENTS_READ], false), [Scope::PAYMENTS_READ]);
        assert!(scopes(Vec::new(), true).contains(&Scope::ADMIN));
    }
}

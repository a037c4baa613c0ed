//! Webhook endpoints: where the caller's events are delivered to.

pub mod create;
pub mod deliveries;
pub mod list;
pub mod redeliver;
pub mod remove;
pub mod rotate_secret;
pub mod show;
pub mod test;
pub mod update;

use serde_json::{Value, json};
use settlement::ids::{EndpointId, ProfileId};
use settlement::notice::NoticeType;
use settlement::scope::Scope;
use settlement::webhook::EndpointStatus;
use store::{Endpoint, Reader, Tx};

use crate::extract::{Access, Caller};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::webhooks::TargetError;

/// Most endpoints of a profile.
const MAX_ENDPOINTS: usize = 10;
/// Longest description, in characters: one line.
const MAX_DESCRIPTION: usize = 120;
/// Most types that an endpoint can name; more are a pattern or all of them.
const MAX_TYPES: usize = 50;

/// The caller's endpoint; 404 for everybody else's.
async fn own(api: &Api, profile: &ProfileId, id: &EndpointId) -> Result<Endpoint, Problem> {
    api.store.endpoint(id).await?.filter(|endpoint| endpoint.profile == *profile).ok_or_else(Problem::not_found)
}

/// The same for a change, as it is now and stays until the transaction ends.
///
/// # Errors
/// 404, and 403 where its events are not the caller's to send anywhere.
async fn lock_own<A: Access>(tx: &mut Tx, caller: &Caller<A>, id: &EndpointId) -> Result<Endpoint, Problem> {
    let endpoint = tx.lock_endpoint(id).await?.filter(|endpoint| endpoint.profile == caller.profile).ok_or_else(Problem::not_found)?;
    require_audience(caller, &endpoint.reader)?;
    Ok(endpoint)
}

/// What is told to the operators is for tokens with `admin`, with every call: whoever may change where it goes, or has its secret, reads it too.
fn require_audience<A: Access>(caller: &Caller<A>, reader: &Reader) -> Result<(), Problem> {
    match reader {
        Reader::Profile(_) => Ok(()),
        Reader::Operators => caller.require(&[Scope::ADMIN]),
    }
}

/// Refuses what only makes sense for an endpoint that gets something.
fn require_enabled(endpoint: &Endpoint) -> Result<(), Problem> {
    if endpoint.status == EndpointStatus::Enabled {
        return Ok(());
    }
    let problem = Problem::new(Code::NotAllowed, "the endpoint gets nothing now; enable it first, with PATCH and isActive: true");
    Err(problem.with("currentStatus", endpoint.status.name()))
}

/// The types that the body names, each once and in the order of the list of all; patterns like `payment.*` count for what they stand for now.
fn kinds(words: &[String]) -> Result<Vec<NoticeType>, Problem> {
    if words.len() > MAX_TYPES {
        return Err(Problem::field(Code::InvalidField, "types", format_args!("expected at most {MAX_TYPES}; leave it out to get all types")));
    }
    let mut kinds = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let found = NoticeType::matching(word);
        if found.is_empty() {
            let why = "no such type of event; /openapi.json lists them under webhooks";
            return Err(Problem::field(Code::InvalidField, &format!("types[{index}]"), why));
        }
        kinds.extend(found);
    }
    Ok(NoticeType::ALL.iter().copied().filter(|kind| kinds.contains(kind)).collect())
}

/// Why a URL is not stored, or not now.
fn refuse_url(error: &TargetError) -> Problem {
    Problem::field(if error.is_passing() { Code::NameNotLookedUp } else { Code::WebhookUrlRefused }, "url", error)
}

/// One line, or nothing: an empty text takes it away.
fn description(text: Option<&str>) -> Result<Option<String>, Problem> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => crate::text::line("description", text, MAX_DESCRIPTION).map(Some),
    }
}

/// What the audit log says of an endpoint. The rest of its URL may be as good as a secret.
fn facts(endpoint: &Endpoint) -> Value {
    let host = endpoint.url.parse().ok().and_then(|url: url::Url| url.host_str().map(str::to_owned));
    json!({ "host": host, "types": endpoint.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(), "status": endpoint.status.name() })
}

/// An endpoint, for the document.
fn example() -> Value {
    json!({
        "id": "we_01ARZ3NDEKTSV4RRFFQ69G5FAV", "url": "https://shop.example/hooks/counterfoil", "description": "shop", "types": ["payment.verified"],
        "audience": "profile", "status": "enabled", "previousSecretUntil": null,
        "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z" })
}

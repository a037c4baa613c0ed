//! How many requests a caller may send: per address, per account, per token, and less where no token is shown.
//!
//! Each process counts for itself: behind a load balancer with `n` replicas a caller gets up to `n` times as much. That is enough for what limits are for
//! (one caller must not take what all others need), and costs no round trip.
//!
//! What a request costs is decided in two places: `middleware` charges the address before anything else is done, and [`crate::extract::Caller`] charges account
//! and token once it knows them. What was charged ends up in the answer's `RateLimit` headers.

mod address;
mod buckets;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use settlement::Clock;
use settlement::ids::{ProfileId, TokenId};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;

pub(crate) use address::{Network, Peer};
use buckets::{Limit, Standing, WINDOW};

use crate::problem::{Code, Problem};
use crate::steady::Steady;

/// Requests per minute, each with a burst of as many, and what may be stored per day; 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Of one address (IPv6: one /64), whatever it asks for.
    pub address: u32,
    /// Of one address without a valid token: public pages, unknown paths, wrong tokens.
    pub anonymous: u32,
    /// Of one address to sign in: each nonce is a row, each signature a computation.
    pub sign_in: u32,
    /// Reads of one profile, with all its tokens.
    pub account_reads: u32,
    /// Writes of one profile, with all its tokens.
    pub account_writes: u32,
    /// Reads with one token.
    pub token_reads: u32,
    /// Writes with one token.
    pub token_writes: u32,
    /// Agreements that a profile imports in a day without `contracts:import`: they stay for ever. Counted in the database, so for all processes together.
    pub imports_per_day: u32,
}

impl RateLimits {
    /// No limits.
    pub const NONE: Self =
        Self { address: 0, anonymous: 0, sign_in: 0, account_reads: 0, account_writes: 0, token_reads: 0, token_writes: 0, imports_per_day: 0 };
}

/// The buckets of one process.
pub(crate) struct Limits {
    address: Option<Limit<Network>>,
    anonymous: Option<Limit<Network>>,
    sign_in: Option<Limit<Network>>,
    account_reads: Option<Limit<ProfileId>>,
    account_writes: Option<Limit<ProfileId>>,
    token_reads: Option<Limit<TokenId>>,
    token_writes: Option<Limit<TokenId>>,
    charges: HashMap<(String, Method), Charge>,
}

/// What a request is charged to before its caller is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charge {
    /// Nothing but the address: whoever watches the instance must not be shut out by others behind the same address.
    Probe,
    /// The caller, once it is known.
    Caller,
    /// The address, for signing in.
    SignIn,
    /// The address, for what everybody may ask.
    Anonymous,
}

impl Limits {
    /// Empty buckets for the operations of this document.
    pub(crate) fn new(limits: &RateLimits, clock: Arc<dyn Clock>, document: &OpenApi) -> Self {
        let clock = &Steady::new(clock);
        Self {
            address: Limit::new("address", limits.address, clock),
            anonymous: Limit::new("anonymous", limits.anonymous, clock),
            sign_in: Limit::new("sign-in", limits.sign_in, clock),
            account_reads: Limit::new("account-reads", limits.account_reads, clock),
            account_writes: Limit::new("account-writes", limits.account_writes, clock),
            token_reads: Limit::new("token-reads", limits.token_reads, clock),
            token_writes: Limit::new("token-writes", limits.token_writes, clock),
            charges: document.paths.paths.iter().flat_map(|(path, item)| charges_of(path, item)).collect(),
        }
    }

    /// What a request to this route is charged to; one that fits no operation is anonymous.
    pub(crate) fn charge(&self, route: &str, method: &Method) -> Charge {
        let method = if method == Method::HEAD { Method::GET } else { method.clone() };
        self.charges.get(&(route.to_owned(), method)).copied().unwrap_or(Charge::Anonymous)
    }
}

fn charges_of(path: &str, item: &PathItem) -> Vec<((String, Method), Charge)> {
    let operations =
        [(Method::GET, &item.get), (Method::POST, &item.post), (Method::PUT, &item.put), (Method::PATCH, &item.patch), (Method::DELETE, &item.delete)];
    let charge = |needs_token: bool| match path {
        "/health" | "/ready" | "/metrics" => Charge::Probe,
        _ if needs_token => Charge::Caller,
        _ if path.starts_with("/api/auth/") => Charge::SignIn,
        _ => Charge::Anonymous,
    };
    let named = operations.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)));
    named.map(|(method, operation)| ((path.to_owned(), method), charge(operation.security.as_ref().is_some_and(|all| !all.is_empty())))).collect()
}

/// What one request is charged, and how its caller stands after that. In the request's extensions.
#[derive(Clone)]
pub(crate) struct Meter {
    limits: Arc<Limits>,
    network: Network,
    is_read: bool,
    standings: Arc<Mutex<Vec<Standing>>>,
}

impl Meter {
    /// For one request.
    pub(crate) fn new(limits: Arc<Limits>, network: Network, method: &Method) -> Self {
        Self { limits, network, is_read: method.is_safe(), standings: Arc::default() }
    }

    /// Charges the address.
    ///
    /// # Errors
    /// 429 when there were too many.
    pub(crate) fn address(&self, charge: Charge) -> Result<(), Problem> {
        self.take(self.limits.address.as_ref(), &self.network)?;
        match charge {
            Charge::Probe | Charge::Caller => Ok(()),
            Charge::SignIn => self.take(self.limits.sign_in.as_ref(), &self.network),
            Charge::Anonymous => self.anonymous(),
        }
    }

    /// Charges the address for a request without a valid token.
    ///
    /// # Errors
    /// 429 when there were too many.
    pub(crate) fn anonymous(&self) -> Result<(), Problem> {
        self.take(self.limits.anonymous.as_ref(), &self.network)
    }

    /// Charges a caller: the token, and the account that all its tokens share.
    ///
    /// # Errors
    /// 429 when there were too many.
    pub(crate) fn caller(&self, profile: &ProfileId, token: &TokenId) -> Result<(), Problem> {
        let limits = &self.limits;
        let (of_account, of_token) = if self.is_read { (&limits.account_reads, &limits.token_reads) } else { (&limits.account_writes, &limits.token_writes) };
        self.take(of_token.as_ref(), token)?;
        self.take(of_account.as_ref(), profile)
    }

    fn take<K: Eq + std::hash::Hash + Clone>(&self, limit: Option<&Limit<K>>, key: &K) -> Result<(), Problem> {
        let Some(standing) = limit.map(|limit| limit.take(key)) else { return Ok(()) };
        let refused = standing.is_refused.then(|| too_many(&standing));
        self.standings.lock().unwrap_or_else(PoisonError::into_inner).push(standing);
        refused.map_or(Ok(()), Err)
    }

    /// Writes `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): quota and window, and what is left of it until when, of every
    /// limit that this request was charged to.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let standings = self.standings.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut policies, mut states) = (String::new(), String::new());
        for Standing { name, quota, remaining, reset_s, .. } in standings.iter() {
            let gap = if policies.is_empty() { "" } else { ", " };
            write!(policies, "{gap}\"{name}\";q={quota};w={}", WINDOW.as_secs()).expect("writing to a string cannot fail");
            write!(states, "{gap}\"{name}\";r={remaining};t={reset_s}").expect("writing to a string cannot fail");
        }
        for (name, value) in [("ratelimit-policy", policies), ("ratelimit", states)] {
            if !value.is_empty() {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).expect("names and numbers are plain ASCII"));
            }
        }
    }
}

fn too_many(standing: &Standing) -> Problem {
    metrics::counter!("http_requests_limited_total", "limit" => standing.name).increment(1);
    let detail = format!("more than {} requests per {} s ({})", standing.quota, WINDOW.as_secs(), standing.name);
    Problem::new(Code::RateLimited, detail).with("limit", standing.name).retry_after(standing.reset_s)
}

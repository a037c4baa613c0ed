//! The router API: JSON over HTTP, and the only HTTP server of Counterfoil.
//!
//! Start with [`routes`], which has every endpoint on one screen and says how to add one. A request passes `middleware` (id, span, problem bodies), then
//! the extractors in [`extract`] (caller, ids, body, transaction), then one handler of at most 25 lines, which answers with a view from [`view`].

mod breaker;
mod cors;
mod document;
pub mod extract;
mod known;
mod last_use;
mod limits;
mod middleware;
mod negotiation;
mod openapi;
mod outbox;
pub mod problem;
mod receipt_link;
mod reference;
pub mod routes;
mod serve;
mod siwe;
mod state;
mod steady;
mod style;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
pub mod token;
pub mod view;
mod waiting;
mod wallets;
pub mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use utoipa::openapi::OpenApi;

use breaker::Breaker;
use limits::Limits;
use middleware::Gate;

pub use cors::{AllowedOrigin, InvalidOrigin};
pub use last_use::LastUses;
pub use limits::RateLimits;
pub use openapi::openapi;
pub use serve::{ServeError, serve};
pub use state::{Api, ApiConfig, ContractWallets, ContractWalletsUnavailable, TokenReader, TokenUnreadable};
pub use waiting::Waiting;

/// The application: every route, behind what every request passes.
pub fn app(api: Api) -> Router {
    let (router, document) = routes::all().split_for_parts();
    behind_every_request(api, router, &document)
}

/// These routes, behind what every request passes.
fn behind_every_request(mut api: Api, routes: Router<Arc<Api>>, document: &OpenApi) -> Router {
    let limits = Limits::new(&api.config.limits, Arc::clone(&api.clock), document);
    for signer in api.signers.values_mut() {
        *signer = Arc::new(Breaker::new(Arc::clone(signer), Arc::clone(&api.clock)));
    }
    let cors = cors::layer(&api.config.allowed_origins);
    let gate = Gate { api: Arc::new(api), limits: Arc::new(limits) };
    let router = routes
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(DefaultBodyLimit::max(extract::MAX_BODY_BYTES))
        .with_state(Arc::clone(&gate.api))
        .layer(from_fn_with_state(gate, middleware::answer));
    // Outermost, so that pages of allowed origins can read problems too.
    match cors {
        Some(cors) => router.layer(cors),
        None => router,
    }
}

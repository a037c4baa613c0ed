//! Whether something is settled: for anybody, and no more than the chain shows.

pub mod find;
pub mod show;

use settlement::event::PaymentEvent;
use settlement::finality::confirmations;
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use store::StoredRequest;

use crate::known::{ChainState, Following};
use crate::problem::Problem;
use crate::routes::payment_requests;
use crate::state::Api;
use crate::view::settlement_status::SettlementStatusView;

/// When to ask again about something that is not on the chain yet, in seconds.
const RETRY_S: u64 = 5;
/// When to ask again while the chain is not followed, in seconds.
const DELAYED_RETRY_S: u64 = 30;

/// Where a request stands.
async fn status(api: &Api, asked: String, stored: StoredRequest) -> Result<SettlementStatusView, Problem> {
    // It is not for strangers to know what is wrong; that nothing is certain is all that can be said.
    let Ok(request) = payment_requests::sound(stored) else {
        return Ok(SettlementStatusView::without_event(asked, "unknown", None, Some(DELAYED_RETRY_S)));
    };
    let chain = ChainState::read(api, request.signed.snapshot().asset.chain_id()).await?;
    let event = match &request.state {
        PaymentRequestState::Verified { proof, .. } => Some(proof.event().clone()),
        PaymentRequestState::Signed
        | PaymentRequestState::Submitted { .. }
        | PaymentRequestState::Cancelled { .. }
        | PaymentRequestState::Failed { .. }
        | PaymentRequestState::Expired { .. } => api.store.seen_event(&request.id).await?.map(|seen| seen.event),
    };
    let (following, policy) = (chain.following(), Some(request.signed.snapshot().finality));
    match event {
        Some(event) => Ok(on_chain(asked, &request, &event, &chain)),
        None if following == Following::Yes => Ok(SettlementStatusView::without_event(asked, "not_settled", policy, Some(RETRY_S))),
        None => Ok(SettlementStatusView::without_event(asked, "unknown", policy, Some(DELAYED_RETRY_S))),
    }
}

fn on_chain(asked: String, request: &PaymentRequest, event: &PaymentEvent, chain: &ChainState) -> SettlementStatusView {
    let settled = matches!(request.state, PaymentRequestState::Verified { .. });
    let seen = chain.head().map_or(0, |head| confirmations(event.location.block_number, head));
    let (status, again) = if settled { ("settled", None) } else { ("not_settled", Some(RETRY_S)) };
    SettlementStatusView::with_event(asked, status, event, seen, request.signed.snapshot().finality, again)
}

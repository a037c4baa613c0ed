//! Whether something is settled: for anybody, and no more than the chain shows.

pub mod find;
pub mod show;

use settlement::finality::{FinalityPolicy, confirmations};
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use settlement::refund::{RefundRequest, RefundState};
use store::{StoredRefund, StoredRequest};

use crate::known::{ChainState, Following};
use crate::problem::Problem;
use crate::routes::payment_requests;
use crate::state::Api;
use crate::view::payment_request::ConfirmationsView;
use crate::view::settlement_status::{SettlementEventView, SettlementStatusView};

/// When to ask again about something that is not on the chain yet, in seconds.
const RETRY_S: u64 = 5;
/// When to ask again while the chain is not followed, in seconds.
const DELAYED_RETRY_S: u64 = 30;

/// What was asked about.
enum Asked {
    Payment(Box<StoredRequest>),
    Refund(Box<StoredRefund>),
}

/// A signed payload, and where its event stands.
struct Signed {
    kind: &'static str,
    chain_id: u64,
    finality: FinalityPolicy,
    is_settled: bool,
    event: Option<SettlementEventView>,
}

/// Where it stands.
async fn status(api: &Api, id: String, asked: Asked) -> Result<SettlementStatusView, Problem> {
    let signed = match asked {
        // It is not for strangers to know what is wrong; that nothing is certain is all that can be said.
        Asked::Payment(stored) => match payment_requests::sound(*stored) {
            Ok(request) => Some(payment(api, &request).await?),
            Err(_) => None,
        },
        Asked::Refund(stored) => match &*stored {
            StoredRefund::Sound(refund) => refund_of(api, refund).await?,
            StoredRefund::Unproven { .. } => None,
        },
    };
    let Some(signed) = signed else { return Ok(SettlementStatusView::unknown(id, DELAYED_RETRY_S)) };
    let chain = ChainState::read(api, signed.chain_id).await?;
    Ok(shown(id, signed, &chain))
}

async fn payment(api: &Api, request: &PaymentRequest) -> Result<Signed, Problem> {
    let snapshot = request.signed.snapshot();
    let (is_settled, event) = match &request.state {
        PaymentRequestState::Verified { proof, .. } => (true, Some(SettlementEventView::from(proof.event()))),
        PaymentRequestState::Signed
        | PaymentRequestState::Submitted { .. }
        | PaymentRequestState::Cancelled { .. }
        | PaymentRequestState::Failed { .. }
        | PaymentRequestState::Expired { .. } => (false, api.store.seen_event(&request.id).await?.map(|seen| SettlementEventView::from(&seen.event))),
    };
    Ok(Signed { kind: "payment", chain_id: snapshot.asset.chain_id(), finality: snapshot.finality, is_settled, event })
}

/// A refund for which nothing was signed is nothing to strangers.
async fn refund_of(api: &Api, refund: &RefundRequest) -> Result<Option<Signed>, Problem> {
    let Some(snapshot) = refund.payload().map(|signed| signed.snapshot()) else { return Ok(None) };
    let (is_settled, event) = match &refund.state {
        RefundState::Settled { proof, .. } => (true, Some(SettlementEventView::from(proof.event()))),
        RefundState::Pending | RefundState::Approved { .. } | RefundState::Denied { .. } | RefundState::Cancelled { .. } => {
            (false, api.store.seen_refund(&refund.id).await?.as_ref().map(SettlementEventView::from))
        }
    };
    Ok(Some(Signed { kind: "refund", chain_id: snapshot.asset.chain_id(), finality: snapshot.finality, is_settled, event }))
}

fn shown(id: String, signed: Signed, chain: &ChainState) -> SettlementStatusView {
    let Signed { kind, finality, is_settled, event, .. } = signed;
    let (status, retry_after_seconds) = match &event {
        _ if is_settled => ("settled", None),
        Some(_) => ("not_settled", Some(RETRY_S)),
        None if chain.following() == Following::Yes => ("not_settled", Some(RETRY_S)),
        None => ("unknown", Some(DELAYED_RETRY_S)),
    };
    let seen = event.as_ref().map(|event| chain.head().map_or(0, |head| confirmations(event.block_number, head)));
    let confirmations = seen.map(|seen| ConfirmationsView { seen, required: finality.required() });
    SettlementStatusView { id, kind: Some(kind), status, event, confirmations, finality: Some(finality.to_string()), retry_after_seconds }
}

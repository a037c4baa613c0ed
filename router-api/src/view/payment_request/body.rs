//! What is around payment requests in an answer.

use serde::Serialize;
use utoipa::ToSchema;

use super::{DetailView, PayerPaymentRequestView, PaymentRequestView};

/// `{paymentRequest}`, in detail.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRequestBody {
    /// The request.
    #[schema(value_type = PayerPaymentRequestView)]
    pub payment_request: DetailView,
}

/// `{paymentRequest, retryAfterSeconds}`: not verified yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PendingPaymentRequestBody {
    /// The request.
    #[schema(value_type = PayerPaymentRequestView)]
    pub payment_request: DetailView,
    /// When to ask again, in seconds.
    pub retry_after_seconds: u64,
    /// Why it may take long, where it does: `indexer_not_started`, `indexer_lagging` or `indexer_halted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delayed_by: Option<&'static str>,
}

/// `{paymentRequests, nextCursor}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRequestsBody {
    /// Newest first.
    pub payment_requests: Vec<PaymentRequestView>,
    /// Where the next page starts; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

//! The buyer's node: requests with a time limit, and errors that show neither the node's address nor what is in it (RPC URLs carry keys).

use std::time::Duration;

use alloy::eips::BlockId;
use alloy::providers::{Provider, RootProvider};
use alloy::rpc::types::TransactionRequest;
use alloy::transports::http::reqwest;
use alloy::transports::{RpcError, TransportError, TransportErrorKind};
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolCall;
use url::Url;

use super::WalletError;
use super::revert::Revert;

/// A node that has not answered by then is not going to, and the payer is waiting.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

pub(super) fn connect(url: Url) -> Result<RootProvider, WalletError> {
    let http = reqwest::Client::builder()
        .timeout(REQUEST_TIMEOUT)
        .build()
        .map_err(|_| WalletError::Node { asked: "for a connection", reason: "the HTTP client cannot be set up".to_owned() })?;
    Ok(alloy::providers::builder().connect_reqwest(http, url))
}

/// Calls a view of a contract on top of what is pending: a payment that is on its way counts as made.
pub(super) async fn view<C: SolCall>(provider: &RootProvider, to: Address, call: C) -> Result<C::Return, WalletError> {
    let request = TransactionRequest::default().to(to).input(call.abi_encode().into());
    let answer = provider.call(request).block(BlockId::pending()).await.map_err(|e| failed(C::SIGNATURE, e))?;
    C::abi_decode_returns(&answer).map_err(|_| WalletError::Node { asked: C::SIGNATURE, reason: format!("the answer {answer} is not of that function") })
}

/// An error of the node, or the revert it reports.
pub(super) fn failed(asked: &'static str, error: TransportError) -> WalletError {
    match revert_data(&error) {
        Some(data) => WalletError::Reverted { asked, reason: Revert::decode(&data) },
        None => WalletError::Node { asked, reason: reason(&error) },
    }
}

fn revert_data(error: &TransportError) -> Option<Bytes> {
    let payload = error.as_error_resp()?;
    // Nodes say "execution reverted" without data when there is none.
    payload.as_revert_data().or_else(|| payload.message.contains("execution reverted").then(Bytes::new))
}

/// Whether the node answered at all: a request that it refused did nothing, one without an answer may have.
pub(super) fn is_refusal(error: &TransportError) -> bool {
    error.is_error_resp()
}

/// In words, without the URL that HTTP errors quote.
pub(super) fn reason(error: &TransportError) -> String {
    match error {
        RpcError::ErrorResp(payload) => payload.message.to_string(),
        RpcError::NullResp => "nothing in the answer".to_owned(),
        RpcError::DeserError { .. } => "an answer that is not of the expected form".to_owned(),
        RpcError::Transport(TransportErrorKind::HttpError(e)) => format!("HTTP status {}", e.status),
        RpcError::Transport(TransportErrorKind::HttpErrorWithRetryAfter { error, .. }) => format!("HTTP status {}", error.status),
        RpcError::Transport(TransportErrorKind::Custom(e)) => match e.downcast_ref::<reqwest::Error>() {
            Some(e) if e.is_timeout() => format!("no answer within {} s", REQUEST_TIMEOUT.as_secs()),
            Some(e) if e.is_connect() => "no connection".to_owned(),
            Some(_) | None => "the connection broke".to_owned(),
        },
        _ => "the request could not be made".to_owned(),
    }
}

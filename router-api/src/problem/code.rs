//! The closed list of problem codes: what each means and what to do about it. The pages under `/docs/errors/` are written from this table.

use axum::http::StatusCode;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! codes {
    ($($name:ident $status:ident $text:literal $title:literal $cause:literal $cure:literal;)+) => {
        /// Why a request was not done. The text is part of the API: it never changes meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $text, "`: ", $title)] $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The text in the body and in the URL of its page.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The HTTP status; one per code.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }

            /// The same for every occurrence (RFC 9457, `title`).
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// What brings it about.
            #[must_use]
            pub const fn cause(self) -> &'static str {
                match self { $(Self::$name => $cause,)+ }
            }

            /// What the caller can do.
            #[must_use]
            pub const fn cure(self) -> &'static str {
                match self { $(Self::$name => $cure,)+ }
            }
        }
    };
}

codes! {
    MalformedRequest BAD_REQUEST "malformed_request" "The request is malformed"
        "A header or a query parameter could not be read."
        "Compare the request with the operation in /openapi.json.";
    MalformedJson BAD_REQUEST "malformed_json" "The body is not JSON"
        "The body is empty, not UTF-8, not JSON, or nested too deeply."
        "Send one JSON object; the detail says where reading stopped.";
    InvalidCursor BAD_REQUEST "invalid_cursor" "The cursor is not one of ours"
        "The cursor was not returned by this list, or was altered."
        "Start again without a cursor, then pass nextCursor on as it is.";
    InvalidIdempotencyKey BAD_REQUEST "invalid_idempotency_key" "The idempotency key is malformed"
        "A key has 1 to 200 characters out of A-Z a-z 0-9 . _ : - and is sent in one header."
        "Send a fresh UUID or ULID per operation.";
    IdempotencyKeyRequired BAD_REQUEST "idempotency_key_required" "An idempotency key is required"
        "This instance takes writes only with an Idempotency-Key header."
        "Send a fresh key per operation and the same one on every retry of it.";
    Unauthorized UNAUTHORIZED "unauthorized" "No valid bearer token"
        "The token is missing, malformed, unknown, expired or revoked."
        "Send Authorization: Bearer cf_…; sign in with a wallet or ask the operator for a token.";
    TokenInUrl UNAUTHORIZED "token_in_url" "A token was sent in the URL"
        "URLs end up in logs and histories, so a token in one is refused even where no token is needed."
        "Revoke that token, then send the new one in the Authorization header.";
    SignInRefused UNAUTHORIZED "sign_in_refused" "The sign-in does not hold"
        "The message is not for this instance, is too old, its nonce was used, or the signature is not the wallet's."
        "Ask for a new nonce and have the wallet sign a new EIP-4361 message; the detail names what did not match.";
    InsufficientScope FORBIDDEN "insufficient_scope" "The token lacks a scope"
        "The token is valid but may not do this; missingScopes says what it lacks."
        "Use or create a token with these scopes.";
    RoleRequired FORBIDDEN "role_required" "Another role is needed"
        "You can see this, but only another party of it may do what was asked."
        "Read availableActions of the resource: it says who may do what.";
    SignInClosed FORBIDDEN "sign_in_closed" "This instance does not take new profiles"
        "The wallet belongs to no profile, and the instance makes none: neither at a sign-in nor for an import by a token without contracts:import."
        "Ask the operator for a profile, then add the wallet to it.";
    ProfileDisabled FORBIDDEN "profile_disabled" "The profile is disabled"
        "The wallet's profile was disabled by whoever runs this instance."
        "Ask the operator.";
    WalletRetired FORBIDDEN "wallet_retired" "The wallet is retired"
        "Its profile retired it, or the operator did: it signs in as nobody and cannot be added again."
        "Use another wallet of the profile, or ask the operator.";
    NotFound NOT_FOUND "not_found" "Not found"
        "It does not exist, or it is not yours to see; the two are answered alike."
        "Check the path and the id, and whose token was sent.";
    ReceiptNotIssued NOT_FOUND "receipt_not_issued" "There is no receipt yet"
        "The payment request exists, and its payment is not verified, or no longer is after a reorganisation of the chain."
        "Follow the payment request; its receipt exists from router_verified on.";
    ReceiptRevoked GONE "receipt_revoked" "The receipt was revoked"
        "A reorganisation of the chain took the payment away after its receipt was handed out."
        "Do not rely on copies of it. Follow the payment request: when the payment is on the chain again, it has a receipt again.";
    MethodNotAllowed METHOD_NOT_ALLOWED "method_not_allowed" "The method is not allowed here"
        "The path exists, with other methods."
        "Use one of the methods in the Allow header.";
    NotAcceptable NOT_ACCEPTABLE "not_acceptable" "No representation fits the Accept header"
        "The Accept header excludes what this path answers with."
        "Send Accept: application/json or leave the header out.";
    Conflict CONFLICT "conflict" "The state has changed"
        "Somebody else changed it between reading and writing."
        "Read it again, decide again, and repeat.";
    NotAllowed CONFLICT "not_allowed" "The present state does not allow this"
        "The action exists, but not in the state that this is in; currentStatus names it."
        "Read availableActions of the resource: it says what is possible now.";
    Stale CONFLICT "stale" "What you saw is no longer current"
        "The expected version or time in the body is not the current one, which the answer names."
        "Read it again and send what you find there, if the change still makes sense.";
    IdempotencyKeyInFlight CONFLICT "idempotency_key_in_flight" "The same request is still running"
        "A request with this key and body has not finished."
        "Wait for Retry-After and send the same again: it is done once.";
    ExternalRefTaken CONFLICT "external_ref_taken" "The external reference is taken"
        "You have imported another agreement under this reference."
        "Use that agreement, or another reference for new terms.";
    ConsentUsed CONFLICT "consent_used" "These signatures are an agreement already"
        "A pair of signatures makes one agreement, whoever imports it; contractId names the one that it made."
        "Use that agreement; for another over the same terms, have both wallets sign with another salt.";
    WalletTaken CONFLICT "wallet_taken" "The wallet belongs to another profile"
        "A wallet speaks for one profile."
        "Sign in with that wallet instead.";
    LimitReached CONFLICT "limit_reached" "There are enough of these"
        "Of most things there are only so many at a time or in all; the detail says of what, and how many."
        "Where one can be removed, remove one that is no longer needed; where none can, do with those there are, or agree on what is still open as a new agreement.";
    HandleTaken CONFLICT "handle_taken" "The handle is taken"
        "Another profile has it."
        "Choose another.";
    ManualPaymentProofDisabled CONFLICT "manual_payment_proof_disabled" "A payment cannot be declared"
        "A payment proof or a paid status was sent by hand; only the chain proves a payment."
        "Pay through a payment request, then name the transaction with submit or verify.";
    ReuseOrCancelActiveRequest CONFLICT "reuse_or_cancel_active_request" "A payment request is active"
        "One request of an agreement is active at a time; activePaymentRequest says which and how it stands."
        "Pay the active request, or cancel it and ask again; never pay two.";
    ProofInspectionRequired CONFLICT "router_payment_proof_inspection_required" "A payment does not prove itself"
        "An event on the chain, or what is stored of a payment, does not match what was signed."
        "Do not pay again; read proofIssues of the payment request and tell the operator.";
    AcknowledgementRequired CONFLICT "payment_acknowledgement_required" "A payment came unexpectedly"
        "A payment was made after its request was cancelled or had failed, or after the agreement was called off; nothing goes on until a party says that it knows."
        "Read the payment request that paymentRequestIds names, acknowledge it, and repeat this; where the payment was a mistake, ask for a refund.";
    PaymentNotDue CONFLICT "payment_not_due" "Payment is on delivery"
        "The terms say payment on delivery, and the seller has not submitted the work."
        "Wait for the seller's submission; a milestone is paid once the buyer has accepted it.";
    PaymentSettling CONFLICT "payment_settling" "A payment is on its way to finality"
        "A payment of this agreement stands on the chain and is not final yet."
        "Wait for its confirmations; a second payment would not be a payment for this.";
    MilestoneRequired CONFLICT "milestone_required" "The agreement is paid by its milestones"
        "An agreement with milestones is paid milestone by milestone, never as a whole."
        "Name the milestone to pay as milestoneId; payment-options lists those that are due.";
    ExceedsAgreedAmount CONFLICT "exceeds_agreed_amount" "More than was agreed"
        "The milestones of an agreement never add up to more than its amount; unplannedAmountAtomic is what is left."
        "Plan for at most that, or make another milestone smaller first.";
    OverlappingPayload CONFLICT "overlapping_payload_alive" "An earlier payload can still be paid"
        "A payload that covers the same work under another nonce is executable until its deadline is final."
        "Ask again after Retry-After; or pay with the amount of the earlier request, which has the same nonce.";
    AlreadyVerified CONFLICT "already_verified" "It is paid"
        "The payment is verified; receiptId names the receipt."
        "Read the receipt; there is nothing more to pay.";
    TxHashMismatch CONFLICT "tx_hash_mismatch" "The transaction belongs to another payment"
        "The transaction was named for another payment request, or its events pay something else."
        "Name the transaction that pays this request.";
    PaymentNotVerified CONFLICT "payment_not_verified" "There is no verified payment to pay back"
        "A refund pays back a payment that is verified now. This one was never paid, is not final yet, or a reorg took its event away."
        "Look at the payment request; ask again once its status is router_verified.";
    RefundInspectionRequired CONFLICT "refund_inspection_required" "A refund does not prove itself"
        "What is stored of a refund request is not what was signed, or its event does not match it."
        "Stop, and tell the operator; nothing further of that payment is paid back until it is resolved.";
    IdempotencyKeyConflict UNPROCESSABLE_ENTITY "idempotency_key_conflict" "The key was used for another request"
        "The same owner, method and path used this key with another body."
        "Use a fresh key for a different request.";
    BodyTooLarge PAYLOAD_TOO_LARGE "body_too_large" "The body is too large"
        "No operation takes a body of this size."
        "Send less; put large files elsewhere and their URL and hash here.";
    BodyTimeout REQUEST_TIMEOUT "body_timeout" "The body took too long"
        "The head of the request arrived, and its body was not complete in time."
        "Send it again with the same idempotency key, over a better connection; nothing was done.";
    UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" "The body must be JSON"
        "The Content-Type header is missing or names another type."
        "Send Content-Type: application/json.";
    UnknownField UNPROCESSABLE_ENTITY "unknown_field" "The body has a field that is not taken"
        "A field is misspelt, or one that callers may not set; nothing was ignored silently."
        "Leave the named field out or correct its name.";
    InvalidField UNPROCESSABLE_ENTITY "invalid_field" "A field is missing or has a value that is not taken"
        "The body is JSON, but the named field does not fit the operation."
        "Correct the named field; /openapi.json has its type and limits.";
    InvalidAmount UNPROCESSABLE_ENTITY "invalid_amount" "The amount is not an amount"
        "Amounts are strings of decimal digits in atomic units: no sign, point, exponent, separator or leading zero, below 2^256."
        "Multiply by ten to the power of the token's decimals, and send a string.";
    InvalidAddress UNPROCESSABLE_ENTITY "invalid_address" "The address is not usable"
        "It is not 0x and 40 hexadecimal digits, its EIP-55 checksum is wrong, or it cannot be a party (zero, router, token)."
        "Copy it again from the wallet; names are not resolved.";
    InvalidAsset UNPROCESSABLE_ENTITY "invalid_asset" "The asset is not a CAIP-19 id"
        "Assets are named like eip155:8453/erc20:0x… or eip155:1/slip44:60."
        "Read the assets of this instance from /api/chains.";
    AssetNotSupported UNPROCESSABLE_ENTITY "asset_not_supported" "The asset is not supported here"
        "Its chain is not configured, or its token is not registered or no longer allowed for new agreements."
        "Choose an asset from /api/chains.";
    TermsNotSupported UNPROCESSABLE_ENTITY "terms_not_supported" "The instance does not settle such terms"
        "The terms ask for an arbiter or escrow, which this instance does not offer."
        "Change the named field as the detail says, and have both wallets sign again.";
    UnknownParty UNPROCESSABLE_ENTITY "unknown_party" "A party cannot be identified"
        "No profile has this id or wallet, or the profile has not exactly one wallet to stand for it."
        "Name a profile that is here; of an agreement, name the party by a wallet that has signed in here or that signs it.";
    PartiesRefused UNPROCESSABLE_ENTITY "parties_refused" "The parties do not fit together"
        "Buyer, seller, payee, evaluator and fee recipient have to be apart: nobody pays or judges themselves."
        "Use different profiles and wallets for the roles that the detail names.";
    PayerNotProved UNPROCESSABLE_ENTITY "payer_not_proved" "The payer is not a wallet of yours"
        "Payments are attributed to whose wallet pays them, and this wallet has not been proved to be the buyer's."
        "Add the wallet with POST /api/agent/me/wallets, which it signs once, or pay from a wallet that is there.";
    ConsentInvalid UNPROCESSABLE_ENTITY "consent_invalid" "The consent does not hold"
        "A signature is not the named party's over exactly what it is to agree to: terms, parties and salt of an agreement, or a change of its payout."
        "Ask the operation's own typed-data (contracts/import/typed-data, payout-changes/typed-data, or the change's typedData) what to sign, and send the same with the signature.";
    ExceedsOpenAmount UNPROCESSABLE_ENTITY "exceeds_open_amount" "More than is open"
        "Payments of an agreement never add up to more than was agreed; openAmountAtomic is what is left."
        "Ask for at most that, or leave sellerAmount out to pay all of it.";
    ExceedsRefundable UNPROCESSABLE_ENTITY "exceeds_refundable" "More than can be asked back"
        "Pending, approved and settled refunds reserve what a payment paid the seller, and the platform fee is not refundable. Less is left than you ask for."
        "Ask for remainingRefundableAtomic at most; leave amountAtomic out to ask for all of it.";
    FeeRefused UNPROCESSABLE_ENTITY "fee_refused" "The fee does not fit the amount"
        "The router refuses a fee above its cap, and a fixed fee can be above it on a small amount."
        "Choose a larger amount; in instalments, leave no rest too small for the fee.";
    ScopeNotYours UNPROCESSABLE_ENTITY "scope_not_yours" "A token cannot give what it does not have"
        "The new token would have scopes that the one in use lacks."
        "Ask for fewer scopes, or have the operator create the token.";
    RateLimited TOO_MANY_REQUESTS "rate_limited" "Too many requests"
        "The address, the account or the token has sent more than its share; limit names which, and RateLimit-Policy says how much that is."
        "Wait for Retry-After, then send the same again; RateLimit on every answer says what is left. Ask lists with limit=100 and follow events instead of polling.";
    WebhookUrlRefused UNPROCESSABLE_ENTITY "webhook_url_refused" "The URL of the endpoint is not taken"
        "Events go to https URLs on the public internet: not to private, local or reserved addresses in any spelling, and without user name, fragment or odd port."
        "Correct what the detail names; behind a firewall, put a public address in front of the receiver. For development the operator can allow networks.";
    TooManyStreams TOO_MANY_REQUESTS "too_many_streams" "There are enough event streams"
        "The token or the instance has as many open event streams as it takes."
        "Close those that are not needed, use one stream for all types, or retry after Retry-After; nothing is missed: pass Last-Event-ID.";
    Internal INTERNAL_SERVER_ERROR "internal" "Something went wrong on our side"
        "The instance could not do this; what happened is in its log under the request id."
        "Retry with the same idempotency key; if it stays, tell the operator the request id.";
    Unavailable SERVICE_UNAVAILABLE "unavailable" "The service cannot answer now"
        "The database is unreachable or busy, or the request took too long."
        "Retry after Retry-After with the same idempotency key; nothing is half done. Without a key, read before you repeat a write whose detail says that its outcome is not known.";
    IndexerHalted SERVICE_UNAVAILABLE "indexer_halted" "The chain is not being read"
        "Reading this chain has stopped until the operator acts, so a payment made now would not be confirmed."
        "Retry after Retry-After; /ready says when the chain is followed again.";
    SignerUnavailable SERVICE_UNAVAILABLE "signer_unavailable" "Nothing can be signed now"
        "The routing signer of this chain does not answer; it signs payment requests, and a receipt when it is read for the first time."
        "Retry after Retry-After; nothing was stored.";
    ChainUnavailable SERVICE_UNAVAILABLE "chain_unavailable" "The chain cannot be asked now"
        "What is asked for is read from the chain, and no node of it answers."
        "Retry after Retry-After; see that the node of the chain answers.";
    NameNotLookedUp SERVICE_UNAVAILABLE "name_not_looked_up" "The name cannot be looked up now"
        "The name servers of the URL do not answer in time, or too many names are being looked up, for the account or in all."
        "Retry after Retry-After, with fewer at a time; see that the name's servers answer.";
    ContractWalletsUnavailable SERVICE_UNAVAILABLE "contract_wallets_unavailable" "Contract wallets cannot be asked now"
        "Checking the signature of a contract wallet (ERC-1271) needs a chain node, and it does not answer."
        "Retry after Retry-After, or sign with a key wallet.";
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let texts = Self::ALL.iter().map(|code| code.as_str());
        let description = "Why a request was not done: one of a closed list; `/docs/errors/{code}` says what to do about each.";
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(texts)).description(Some(description)).into()
    }
}

impl ToSchema for Code {}

impl Code {
    /// The code that a text spells.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// Whether the same request may succeed later without being changed.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::IdempotencyKeyInFlight
                | Self::OverlappingPayload
                | Self::BodyTimeout
                | Self::RateLimited
                | Self::TooManyStreams
                | Self::Internal
                | Self::Unavailable
                | Self::IndexerHalted
                | Self::SignerUnavailable
                | Self::ChainUnavailable
                | Self::NameNotLookedUp
                | Self::ContractWalletsUnavailable
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_a_text_of_its_own_and_reads_back() {
        let texts: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            assert!(code.status().is_client_error() || code.status().is_server_error(), "{code:?}");
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code:?} must be usable in a path");
            for text in [code.title(), code.cause(), code.cure()] {
                assert!(!text.is_empty(), "{code:?}");
            }
        }
        assert_eq!(Code::parse("teapot"), None);
    }

    #[test]
    fn what_is_our_fault_can_be_retried() {
        for code in Code::ALL {
            assert!(code.is_retryable() || !code.status().is_server_error(), "{code:?}");
        }
    }
}

//! Typed text ids: a prefix that says what it names, and a ULID.

use std::fmt;
use std::str::FromStr;

use ulid::Ulid;

/// Text that is not an id of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}… ({prefix} and 26 Crockford base-32 characters)")]
pub struct InvalidId {
    /// The prefix such an id starts with.
    pub prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// An id from a fresh ULID.
            #[must_use]
            pub fn new(ulid: Ulid) -> Self {
                Self(format!("{}{ulid}", $prefix))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let ulid = text.strip_prefix($prefix).and_then(|rest| Ulid::from_string(rest).ok());
                match ulid {
                    // The canonical spelling only: two texts must never name one row.
                    Some(ulid) if ulid.to_string() == text[$prefix.len()..] => Ok(Self(text.to_owned())),
                    Some(_) | None => Err(InvalidId { prefix: $prefix }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A party: buyer, seller, evaluator, operator of a marketplace.
    ProfileId = "prof_";
    /// An agreement; `contractId` in URLs and JSON.
    AgreementId = "agr_";
    /// One milestone of an agreement.
    MilestoneId = "ms_";
    /// A payable unit: the whole agreement, one instalment or one milestone. Owns one router nonce.
    UnitId = "unit_";
    /// A payment request.
    PaymentRequestId = "pr_";
    /// A request to pay back what a payment paid, or a part of it.
    RefundId = "rf_";
    /// One delivery of the work.
    SubmissionId = "sub_";
    /// A dispute.
    DisputeId = "dsp_";
    /// A change of where the seller is paid.
    PayoutChangeId = "poc_";
    /// One line of the durable event log.
    EventId = "evt_";
    /// A place where events are delivered to.
    EndpointId = "we_";
    /// The delivery of one event to one endpoint.
    DeliveryId = "del_";
    /// A bearer token (the row, never the secret).
    TokenId = "key_";
    /// A place where a seller takes money.
    PayoutMethodId = "pm_";
    /// A public page of a receipt (the row, never the token).
    ReceiptLinkId = "rl_";
    /// One HTTP request, for correlation.
    RequestId = "req_";
}

/// The invoice of an agreement: deterministic, `inv_{contractId}`.
#[must_use]
pub fn invoice_id(agreement: &AgreementId) -> String {
    format!("inv_{agreement}")
}

/// The agreement that an invoice id names.
///
/// # Errors
/// When the text is not `inv_` and an agreement id.
pub fn agreement_of_invoice(text: &str) -> Result<AgreementId, InvalidId> {
    text.strip_prefix("inv_").ok_or(InvalidId { prefix: "inv_" })?.parse()
}

/// The receipt of a payment request: deterministic, `rcpt_{paymentRequestId}`.
#[must_use]
pub fn receipt_id(request: &PaymentRequestId) -> String {
    format!("rcpt_{request}")
}

/// The payment request that a receipt id names.
///
/// # Errors
/// When the text is not `rcpt_` and a payment request id.
pub fn request_of_receipt(text: &str) -> Result<PaymentRequestId, InvalidId> {
    text.strip_prefix("rcpt_").ok_or(InvalidId { prefix: "rcpt_" })?.parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_another_prefix_does_not() {
        let id = PaymentRequestId::new(Ulid::from_parts(1_700_000_000_000, 7));
        assert_eq!(id.as_str().parse::<PaymentRequestId>().unwrap(), id);
        assert!(id.as_str().parse::<AgreementId>().is_err());
        assert_eq!(request_of_receipt(&receipt_id(&id)).unwrap(), id);
    }

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        let id = ProfileId::new(Ulid::from_parts(1_700_000_000_000, 7)).to_string();
        let lower = format!("prof_{}", id["prof_".len()..].to_lowercase());
        for text in [lower.as_str(), "prof_", "prof_1", "", "prof_ß", "prof_01ARZ3NDEKTSV4RRFFQ69G5FA\u{130}"] {
            assert!(text.parse::<ProfileId>().is_err(), "{text}");
        }
    }
}

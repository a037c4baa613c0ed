//! What notices say: the facts in the data of each type. The one list that the writers of notices are held to and the document of the API is made from.

use serde_json::{Map, Value};

use crate::notice::NoticeType;

/// A member of the data of notices. One name means one thing, wherever it is.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// Its name in JSON.
    pub name: &'static str,
    /// What its value looks like.
    pub form: Form,
    /// What it is, for people.
    pub about: &'static str,
    /// A value, as JSON.
    example: &'static str,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A string.
    Text,
    /// A string or null.
    OptionalText,
    /// A whole number.
    Number,
    /// A whole number or null.
    OptionalNumber,
    /// What does not fit: a list of `{check, expected, found}`.
    Issues,
    /// A list of strings.
    Texts,
    /// The body that asks for a refund, filled in.
    RefundRequest,
}

const fn text(name: &'static str, about: &'static str, example: &'static str) -> Fact {
    Fact { name, form: Form::Text, about, example }
}

const fn number(name: &'static str, about: &'static str, example: &'static str) -> Fact {
    Fact { name, form: Form::Number, about, example }
}

/// Every fact of any notice.
const FACTS: &[Fact] = &[
    text("contractId", "The agreement.", r#""agr_01ARZ3NDEKTSV4RRFFQ69G5FAV""#),
    text("paymentRequestId", "The payment request.", r#""pr_01ARZ3NDEKTSV4RRFFQ69G5FAV""#),
    Fact { name: "milestoneId", form: Form::OptionalText, about: "The milestone, where it is about one.", example: "null" },
    text("refundRequestId", "The refund request.", r#""rf_01ARZ3NDEKTSV4RRFFQ69G5FAV""#),
    text("submissionId", "The delivery.", r#""sub_01ARZ3NDEKTSV4RRFFQ69G5FAV""#),
    text("disputeId", "The dispute.", r#""dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV""#),
    text("payoutChangeId", "The payout change.", r#""poc_01ARZ3NDEKTSV4RRFFQ69G5FAV""#),
    text("previousPayeeAddress", "Who is paid without the change.", r#""0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC""#),
    text("payeeAddress", "Who is to be paid with it.", r#""0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65""#),
    text("webhookId", "The webhook endpoint.", r#""we_01ARZ3NDEKTSV4RRFFQ69G5FAV""#),
    text("receiptId", "The receipt.", r#""rcpt_pr_01ARZ3NDEKTSV4RRFFQ69G5FAV""#),
    text("externalRef", "What the importing party calls the agreement.", r#""order-1""#),
    text("termsHash", "Keccak-256 of the canonical terms.", r#""0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060""#),
    text("by", "Who did it: a role.", r#""buyer""#),
    text("status", "What it is now.", r#""accepted""#),
    Fact {
        name: "reason",
        form: Form::OptionalText,
        about: "Why: what a party said, or a word of ours; null where nothing was said.",
        example: r#""chapter three is missing""#,
    },
    Fact { name: "response", form: Form::OptionalText, about: "What was answered; null where nothing was.", example: r#""agreed""# },
    text("excessAtomic", "How much of the payment is too much, in atomic units.", r#""12500000""#),
    Fact {
        name: "duplicateOf",
        form: Form::Texts,
        about: "The payment requests that had paid the same before.",
        example: r#"["pr_01ARZ3NDEKTSV4RRFFQ69G5FAW"]"#,
    },
    Fact {
        name: "refundRequest",
        form: Form::RefundRequest,
        about: "What asks for the excess to be paid back, as the body of `POST /api/agent/contracts/{contractId}/refund-requests`: for what of it is not asked back yet. \
                Absent where nothing is left of it, and where something has to be inspected first.",
        example: r#"{ "paymentRequestId": "pr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "amountAtomic": "12500000", "reason": "Paid twice.", "confirmed": true }"#,
    },
    text("code", "A word of a closed list.", r#""refund_settlement_mismatch""#),
    number("revision", "The number of the delivery, from 1.", "1"),
    number("version", "The version of the milestone or of the dispute.", "2"),
    number("planVersion", "The version of the plan.", "3"),
    number("milestones", "How many milestones the plan has.", "2"),
    text("amountAtomic", "The amount, in atomic units.", r#""12500000""#),
    text("unitKind", "What is paid: the whole, an instalment or a milestone.", r#""whole""#),
    number("chainId", "The chain.", "8453"),
    text("assetId", "The asset, CAIP-19.", r#""eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913""#),
    text("sellerAmountAtomic", "What the seller gets, in atomic units.", r#""12500000""#),
    text("totalAmountAtomic", "What the buyer pays, in atomic units.", r#""12625000""#),
    text("expiresAt", "Until when it can be paid, by block time.", r#""2026-01-31T13:00:00.000Z""#),
    Fact {
        name: "txHash",
        form: Form::OptionalText,
        about: "The transaction; null where none is known.",
        example: r#""0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060""#,
    },
    number("blockNumber", "The block of the event.", "32150100"),
    text("blockHash", "The hash of that block.", r#""0x9b2c4ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22061""#),
    number("confirmations", "Blocks on top of it, itself included.", "1"),
    Fact {
        name: "requiredConfirmations",
        form: Form::OptionalNumber,
        about: "How many make it final; null where the chain says what is final.",
        example: "12",
    },
    text("replacedTxHash", "The transaction that was named before.", r#""0x1d504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22062""#),
    text("recoveredFrom", "What the request was when it was paid all the same.", r#""expired""#),
    text("paidBy", "The payment request that paid the unit instead.", r#""pr_01ARZ3NDEKTSV4RRFFQ69G5FAW""#),
    text("platformFee", "What becomes of the fee.", r#""platform_fee_not_refundable""#),
    Fact {
        name: "issues",
        form: Form::Issues,
        about: "What does not fit.",
        example: r#"[{ "check": "amount", "expected": "12500000", "found": "12499999" }]"#,
    },
    number("block", "The last block that was read.", "32150100"),
    text("operator", "The operator's address.", r#""0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266""#),
    text("signer", "The signer's address.", r#""0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC""#),
    number("until", "Until when it may sign, unix seconds; 0 when it was revoked.", "1767225600"),
];

/// Where the event of a payment stands.
macro_rules! on_chain {
    ($($more:literal),*) => { &["contractId", "paymentRequestId", "chainId", "txHash", "blockNumber", "blockHash", $($more),*] };
}

/// The names of a type's facts: those that are always there, and those that are where they apply.
const fn names(kind: NoticeType) -> (&'static [&'static str], &'static [&'static str]) {
    use NoticeType as T;
    const MILESTONE: &[&str] = &["contractId", "milestoneId", "by", "status", "amountAtomic", "planVersion"];
    const ANSWER: &[&str] = &["contractId", "paymentRequestId", "refundRequestId", "amountAtomic", "response"];
    match kind {
        T::ContractImported => (&["contractId", "externalRef", "termsHash"], &[]),
        T::ContractCancelled => (&["contractId", "by", "reason"], &[]),
        T::SubmissionCreated => (&["contractId", "submissionId", "revision"], &[]),
        T::DecisionAccepted | T::DecisionRejected => (&["contractId", "submissionId", "reason"], &[]),
        T::MilestoneCreated => (MILESTONE, &[]),
        T::MilestoneUpdated | T::MilestoneActivated | T::MilestoneCancelled => (MILESTONE, &["version"]),
        T::PlanConfirmed => (&["contractId", "planVersion", "by"], &[]),
        T::PlanFinalized => (&["contractId", "planVersion", "milestones"], &[]),
        T::MilestoneSubmitted => (&["contractId", "milestoneId", "version", "submissionId", "revision"], &[]),
        T::MilestoneAccepted | T::MilestoneRejected => (&["contractId", "milestoneId", "version", "status", "reason", "amountAtomic"], &[]),
        T::RequestSigned => {
            (&["contractId", "paymentRequestId", "unitKind", "milestoneId", "chainId", "assetId", "sellerAmountAtomic", "totalAmountAtomic", "expiresAt"], &[])
        }
        T::RequestSubmitted => (&["contractId", "paymentRequestId", "txHash"], &["milestoneId"]),
        T::RequestCancelled => (&["contractId", "paymentRequestId", "reason"], &["milestoneId"]),
        T::RequestExpired => (&["contractId", "paymentRequestId"], &["milestoneId"]),
        T::PaymentFailed => (&["contractId", "paymentRequestId", "reason"], &["milestoneId", "txHash", "paidBy"]),
        T::PaymentPending => (on_chain!("confirmations", "requiredConfirmations"), &["milestoneId"]),
        T::PaymentVerified | T::PaymentUpdated | T::PaymentReorged | T::ReceiptRevoked => (on_chain!(), &["milestoneId"]),
        T::PaymentRecovered => (on_chain!("recoveredFrom"), &["milestoneId"]),
        T::PaymentReplaced => (on_chain!("replacedTxHash"), &["milestoneId"]),
        T::PaymentInspectionRequired => (&["contractId", "paymentRequestId", "txHash", "issues"], &["milestoneId", "chainId", "blockNumber", "blockHash"]),
        T::PaymentDuplicate => (&["contractId", "paymentRequestId", "receiptId", "excessAtomic", "duplicateOf"], &["refundRequest"]),
        T::RefundRequested => (&["contractId", "paymentRequestId", "refundRequestId", "amountAtomic", "reason", "platformFee"], &[]),
        T::RefundApproved | T::RefundReissued => (&["contractId", "paymentRequestId", "refundRequestId", "amountAtomic", "response", "expiresAt"], &[]),
        T::RefundDenied | T::RefundCancelled => (ANSWER, &[]),
        T::RefundPending => (on_chain!("refundRequestId", "amountAtomic", "confirmations", "requiredConfirmations"), &[]),
        T::RefundSettled | T::RefundUpdated | T::RefundReorged => (on_chain!("refundRequestId", "amountAtomic"), &[]),
        T::RefundMismatch => (on_chain!("refundRequestId", "amountAtomic", "code", "issues"), &[]),
        T::PaymentAcknowledged => (&["contractId", "paymentRequestId", "by"], &[]),
        T::DisputeOpened | T::DisputeAnswered | T::DisputeProposed | T::DisputeRecommended | T::DisputeResolved | T::DisputeWithdrawn => {
            (&["contractId", "disputeId", "status", "by", "version"], &[])
        }
        T::PayoutChangeRequested | T::PayoutChangeConfirmed | T::PayoutChangeDeclined | T::PayoutChangeCancelled => {
            (&["contractId", "payoutChangeId", "status", "by", "previousPayeeAddress", "payeeAddress"], &[])
        }
        T::ReceiptIssued => (on_chain!("receiptId"), &["milestoneId"]),
        T::IndexerHalted => (&["chainId", "block", "reason"], &[]),
        T::SignerRotated => (&["chainId", "operator", "signer", "until", "txHash", "blockNumber"], &[]),
        T::EndpointTest => (&["webhookId"], &[]),
        T::EndpointDisabled => (&["webhookId", "reason"], &[]),
    }
}

/// Values that only some types have, where that of the fact would mislead.
const EXAMPLES: [(NoticeType, &str, &str); 19] = [
    (NoticeType::MilestoneCreated, "status", "proposed"),
    (NoticeType::MilestoneUpdated, "status", "active"),
    (NoticeType::MilestoneActivated, "status", "active"),
    (NoticeType::MilestoneCancelled, "status", "cancelled"),
    (NoticeType::MilestoneRejected, "status", "rejected"),
    (NoticeType::PaymentFailed, "reason", "reverted"),
    (NoticeType::DisputeOpened, "status", "open"),
    (NoticeType::DisputeAnswered, "status", "open"),
    (NoticeType::DisputeProposed, "status", "proposed"),
    (NoticeType::DisputeRecommended, "status", "open"),
    (NoticeType::DisputeRecommended, "by", "evaluator"),
    (NoticeType::DisputeResolved, "status", "resolved"),
    (NoticeType::DisputeWithdrawn, "status", "withdrawn"),
    (NoticeType::PayoutChangeRequested, "status", "requested"),
    (NoticeType::PayoutChangeConfirmed, "status", "confirmed"),
    (NoticeType::PayoutChangeDeclined, "status", "declined"),
    (NoticeType::PayoutChangeCancelled, "status", "cancelled"),
    (NoticeType::IndexerHalted, "reason", "reorg below the final block 32150090: the chain and what was read have only block 32150080 in common"),
    (NoticeType::EndpointDisabled, "reason", "gone"),
];

fn named(name: &str) -> &'static Fact {
    FACTS.iter().find(|fact| fact.name == name).expect("a test looks every name up")
}

impl Fact {
    /// A value of it.
    #[must_use]
    pub fn example(&self) -> Value {
        serde_json::from_str(self.example).expect("a test reads every example")
    }

    fn fits(&self, value: &Value) -> bool {
        match self.form {
            Form::Text => value.is_string(),
            Form::OptionalText => value.is_string() || value.is_null(),
            Form::Number => value.is_u64(),
            Form::OptionalNumber => value.is_u64() || value.is_null(),
            Form::Texts => value.as_array().is_some_and(|texts| texts.iter().all(Value::is_string)),
            Form::RefundRequest => ["paymentRequestId", "amountAtomic", "reason"].iter().all(|part| value[part].is_string()) && value["confirmed"].is_boolean(),
            Form::Issues => {
                value.as_array().is_some_and(|issues| issues.iter().all(|issue| ["check", "expected", "found"].iter().all(|part| issue[part].is_string())))
            }
        }
    }
}

impl NoticeType {
    /// The facts that are always in the data.
    pub fn facts(self) -> impl Iterator<Item = &'static Fact> {
        names(self).0.iter().map(|name| named(name))
    }

    /// Those that are there where they apply.
    pub fn more_facts(self) -> impl Iterator<Item = &'static Fact> {
        names(self).1.iter().map(|name| named(name))
    }

    /// Data of the type.
    #[must_use]
    pub fn example(self) -> Value {
        let mut data: Map<String, Value> = self.facts().map(|fact| (fact.name.to_owned(), fact.example())).collect();
        for (_, name, value) in EXAMPLES.iter().filter(|(kind, ..)| *kind == self) {
            data.insert((*name).to_owned(), Value::from(*value));
        }
        Value::Object(data)
    }

    /// What is wrong about data of the type: a fact that is missing, unknown or not in its form.
    #[must_use]
    pub fn misfit(self, data: &Value) -> Option<String> {
        let Some(data) = data.as_object() else { return Some(format!("the data of {self} is no object")) };
        if let Some(missing) = self.facts().find(|fact| !data.contains_key(fact.name)) {
            return Some(format!("{self} says no {}", missing.name));
        }
        let known = |name: &str| self.facts().chain(self.more_facts()).find(|fact| fact.name == name);
        data.iter().find_map(|(name, value)| match known(name) {
            None => Some(format!("{self} is not known to say {name}")),
            Some(fact) => (!fact.fits(value)).then(|| format!("{name} of {self} is {value}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn every_fact_is_said_by_some_type_described_once_and_has_an_example_in_its_form() {
        let said: BTreeSet<&str> = NoticeType::ALL.iter().flat_map(|kind| names(*kind).0.iter().chain(names(*kind).1)).copied().collect();
        let described: Vec<&str> = FACTS.iter().map(|fact| fact.name).collect();
        assert_eq!(described.iter().copied().collect::<BTreeSet<_>>(), said);
        assert_eq!(described.len(), said.len(), "one name means one thing");
        for fact in FACTS {
            assert!(fact.fits(&fact.example()), "{fact:?}");
        }
    }

    #[test]
    fn what_does_not_fit_a_type_is_named() {
        for kind in NoticeType::ALL {
            assert_eq!(kind.misfit(&kind.example()), None);
            assert!(!kind.about().is_empty());
        }
        let wrong = |change: fn(&mut Value)| {
            let mut data = NoticeType::PaymentInspectionRequired.example();
            change(&mut data);
            NoticeType::PaymentInspectionRequired.misfit(&data).unwrap()
        };
        assert_eq!(wrong(|data| *data = json!([])), "the data of payment.inspection_required is no object");
        assert_eq!(wrong(|data| drop(data.as_object_mut().unwrap().remove("issues"))), "payment.inspection_required says no issues");
        assert_eq!(wrong(|data| data["secret"] = json!(1)), "payment.inspection_required is not known to say secret");
        assert_eq!(wrong(|data| data["txHash"] = json!(1)), "txHash of payment.inspection_required is 1");
        assert_eq!(wrong(|data| data["issues"] = json!([{ "check": "amount" }])), r#"issues of payment.inspection_required is [{"check":"amount"}]"#);
    }
}

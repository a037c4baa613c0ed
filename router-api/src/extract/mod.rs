//! What handlers take: values that exist only when the check behind them has passed.
//!
//! - [`Caller<A>`]: a valid bearer token with the scopes of the access rule `A`. Put it before the others.
//! - [`Participant<A>`], [`RequestParticipant<A>`], [`MilestoneParticipant<A>`], [`RefundParticipant<A>`], [`DisputeParticipant<A>`]: a caller with a part in the
//!   agreement of the path; for others it is 404. [`ReceiptParty<A>`]: one of the two parties to the payment of a receipt.
//! - What a handler needs to know before it writes is read by these, because they run before [`Write<T>`] opens a transaction: whoever holds one connection and
//!   waits for another can wait for itself.
//! - [`PathId<T>`], [`PathIds<A, B>`]: typed ids from the path; text that cannot be one is 404.
//! - [`Params<T>`]: strict query parameters; [`PageParams`] and [`Page`]: `cursor` and `limit` of a list.
//! - [`JsonBody<T>`]: a strict JSON body, for operations that change nothing.
//! - [`Write<T>`]: a strict JSON body, the claimed idempotency key and an open transaction, for operations that change something.
//! - [`wire`]: field types that check themselves (amounts, addresses, assets, hashes, times).

mod access;
mod body;
mod caller;
mod page;
mod participant;
mod path;
pub mod wire;
mod write;

pub use access::{
    Access, Admin, AgreementImport, AgreementRead, AgreementWrite, DecisionWrite, EventRead, PaymentRead, PaymentWrite, ProfileRead, ProfileWrite, Rule,
    SubmissionRead, SubmissionWrite, WebhookRead, WebhookSend, WebhookWrite,
};
pub use body::{JsonBody, MAX_BODY_BYTES, NoBody};
pub use caller::Caller;
pub(crate) use caller::REALM;
pub use page::{MAX_PAGE, Page, PageParams, Params};
pub use participant::{DisputeParticipant, MilestoneParticipant, Participant, Payer, ReceiptParty, RefundParticipant, Repayer, RequestParticipant};
pub(crate) use participant::{part_in, visible};
pub use path::{PathId, PathIds};
pub(crate) use write::Dropped;
pub use write::{Effect, OpenTx, ParticipantWrite, Prepare, PrepareFor, PreparedWrite, Write};
#[cfg(test)]
pub(crate) use {
    body::parse,
    page::{read_cursor, write_cursor},
    write::sent_key,
};

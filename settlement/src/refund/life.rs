//! What can still become of what was signed.

use std::time::Duration;

use crate::clock::Timestamp;

/// Nobody is sent to pay back when less than this is left: a wallet has to sign and a block to include it.
const LAST_CALL: Duration = Duration::from_secs(30);

/// What can still become of a signed payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PayloadLife {
    /// The wallet may execute it.
    Payable,
    /// It is too late to begin; what was sent before may still settle.
    TooLate,
    /// Its event, or one of an earlier payload of the same nonce, stands on the chain.
    Seen,
    /// An event on the chain names the refund and is not what was signed: what it paid back has to be inspected before anything else is.
    InDoubt,
    /// Its deadline lies before a final block and nothing was seen: it is never paid.
    Dead,
}

impl PayloadLife {
    /// Of a payload with this deadline (unix seconds). `now` is the present, or the time of the newest block where that is later; `final_time` the time of the
    /// newest final block, unix seconds.
    #[must_use]
    pub fn of(deadline: u64, is_seen: bool, now: Timestamp, final_time: u64) -> Self {
        if is_seen {
            Self::Seen
        } else if deadline < final_time {
            Self::Dead
        } else if now.plus(LAST_CALL).unix_seconds() > deadline {
            Self::TooLate
        } else {
            Self::Payable
        }
    }
}

//! When an event on a chain counts as final: a published policy per chain.

use std::fmt;
use std::str::FromStr;

/// The policy of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalityPolicy {
    /// The block of the event and N − 1 more on top of it; at least 1.
    Confirmations(u32),
    /// The node's `safe` block.
    Safe,
    /// The node's `finalized` block.
    Finalized,
}

/// Text that is not a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected confirmations:<number from 1>, safe or finalized")]
pub struct InvalidFinality;

impl FinalityPolicy {
    /// How many confirmations are needed, where that is the policy.
    #[must_use]
    pub const fn required(&self) -> Option<u32> {
        match self {
            Self::Confirmations(n) => Some(*n),
            Self::Safe | Self::Finalized => None,
        }
    }
}

impl fmt::Display for FinalityPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirmations(n) => write!(f, "confirmations:{n}"),
            Self::Safe => f.write_str("safe"),
            Self::Finalized => f.write_str("finalized"),
        }
    }
}

impl FromStr for FinalityPolicy {
    type Err = InvalidFinality;

    fn from_str(text: &str) -> Result<Self, InvalidFinality> {
        match text {
            "safe" => Ok(Self::Safe),
            "finalized" => Ok(Self::Finalized),
            _ => {
                let digits = text.strip_prefix("confirmations:").ok_or(InvalidFinality)?;
                let n: u32 = digits.parse().map_err(|_| InvalidFinality)?;
                if n > 0 && n.to_string() == digits { Ok(Self::Confirmations(n)) } else { Err(InvalidFinality) }
            }
        }
    }
}

/// The newest block that is final when `head` is the newest block, under a confirmations policy. `None`: no block is yet.
#[must_use]
pub fn final_through(confirmations: u32, head: u64) -> Option<u64> {
    head.checked_sub(u64::from(confirmations.saturating_sub(1)))
}

/// How many confirmations a block has under a head: 1 when it is the head, 0 when it is above.
#[must_use]
pub const fn confirmations(block: u64, head: u64) -> u64 {
    if head < block { 0 } else { head - block + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_reads_back_and_zero_confirmations_are_none() {
        for text in ["confirmations:1", "confirmations:12", "safe", "finalized"] {
            assert_eq!(text.parse::<FinalityPolicy>().unwrap().to_string(), text);
        }
        for text in ["confirmations:0", "confirmations:01", "confirmations:-1", "latest", ""] {
            assert!(text.parse::<FinalityPolicy>().is_err(), "{text}");
        }
    }

    #[test]
    fn one_confirmation_is_inclusion() {
        assert_eq!(final_through(1, 10), Some(10));
        assert_eq!(final_through(3, 10), Some(8));
        assert_eq!(final_through(12, 10), None);
        assert_eq!((confirmations(10, 10), confirmations(8, 10), confirmations(11, 10)), (1, 3, 0));
    }
}

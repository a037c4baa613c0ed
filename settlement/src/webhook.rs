//! Webhooks: when a delivery is tried again, and the states of endpoints and deliveries.
//!
//! The signatures and headers are those of Standard Webhooks 1.0; so is the schedule's shape: soon at first, then ever more rarely, for several days.

use std::time::Duration;

/// The wait before each attempt, in seconds: before the first, the second, and so on. The last comes three days and three hours after the first.
pub const SCHEDULE_S: [u64; 10] = [0, 5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600, 14 * 3_600, 20 * 3_600, 24 * 3_600];
/// From this wait on some of it is left to chance, so that what failed together does not come back together. Shorter waits are left as they are.
const SPREAD_FROM_S: u64 = 5 * 60;
/// How much later an attempt may come by chance, as one part of the wait.
const SPREAD_PART: u64 = 10;
/// Whoever tries a delivery has it for so long, then it is anybody's again: twice what an attempt may take.
pub const CLAIMED_FOR: Duration = Duration::from_secs(30);
/// How long the secret before a rotation goes on being used beside the new one.
pub const SECRET_OVERLAP: Duration = Duration::from_secs(24 * 3_600);

/// How long to wait after `made` attempts that failed; `None` when there have been enough. `chance` spreads them: 0 is the earliest, 255 the latest.
#[must_use]
pub fn wait_after(made: u32, chance: u8) -> Option<Duration> {
    let wait = *SCHEDULE_S.get(usize::try_from(made).ok()?)?;
    if wait < SPREAD_FROM_S {
        return Some(Duration::from_secs(wait));
    }
    let spread_ms = wait * 1_000 / SPREAD_PART * u64::from(chance) / u64::from(u8::MAX);
    Some(Duration::from_millis(wait * 1_000 + spread_ms))
}

/// Whether an endpoint gets anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointStatus {
    /// It does.
    Enabled,
    /// Its owner has stopped it.
    Paused,
    /// It answered 410 Gone.
    Gone,
    /// Its owner has deleted it.
    Deleted,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It will be tried, while its endpoint gets something.
    Pending,
    /// The endpoint took it.
    Delivered,
    /// It was tried often enough, or was answered with 410.
    Failed,
    /// Its endpoint was deleted first.
    Dropped,
}

macro_rules! names {
    ($type:ident { $($variant:ident = $text:literal,)+ }) => {
        impl $type {
            /// The text.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The value that a text spells.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                [$(Self::$variant,)+].into_iter().find(|value| value.name() == text)
            }
        }
    };
}

names!(EndpointStatus { Enabled = "enabled", Paused = "paused", Gone = "gone", Deleted = "deleted", });
names!(DeliveryStatus { Pending = "pending", Delivered = "delivered", Failed = "failed", Dropped = "dropped", });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_at_the_published_times_and_no_more() {
        let waits: Vec<u64> = (0..).map_while(|made| wait_after(made, 0)).map(|wait| wait.as_secs()).collect();
        assert_eq!(waits, SCHEDULE_S);
        assert_eq!(wait_after(10, 0), None);
        assert_eq!(wait_after(u32::MAX, 255), None);
        assert_eq!(waits.iter().sum::<u64>(), 3 * 86_400 + 3 * 3_600 + 35 * 60 + 5);
    }

    #[test]
    fn chance_makes_long_waits_up_to_a_tenth_longer_and_short_ones_not() {
        assert_eq!(wait_after(1, 255), Some(Duration::from_secs(5)));
        assert_eq!(wait_after(2, 255), Some(Duration::from_secs(330)));
        for made in 2..10 {
            let (least, most) = (wait_after(made, 0).unwrap(), wait_after(made, 255).unwrap());
            let some = wait_after(made, 100).unwrap();
            assert!(least < some && some < most && most <= least.mul_f64(1.1), "{made}");
        }
    }

    #[test]
    fn every_state_reads_back() {
        for text in ["enabled", "paused", "gone", "deleted"] {
            assert_eq!(EndpointStatus::parse(text).unwrap().name(), text);
        }
        for text in ["pending", "delivered", "failed", "dropped"] {
            assert_eq!(DeliveryStatus::parse(text).unwrap().name(), text);
        }
        assert_eq!((EndpointStatus::parse("on"), DeliveryStatus::parse("")), (None, None));
    }
}

//! How long to wait between steps.

use std::error::Error;
use std::time::Duration;

use settlement::IdSource;

use crate::progress::Progress;

/// How often a standby tries to take the lead.
const STANDBY_POLL: Duration = Duration::from_secs(1);
/// First wait after a step that failed; twice as long after each further one.
const FIRST_RETRY: Duration = Duration::from_millis(250);
/// Longest wait: a node that came back should not be missed for long.
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// The pause after a step that did this.
pub fn after(progress: &Progress, poll_interval: Duration) -> Duration {
    match progress {
        Progress::Advanced { more: true, .. } | Progress::Rewound { .. } => Duration::ZERO,
        Progress::Standby => STANDBY_POLL,
        Progress::NotStarted | Progress::Idle | Progress::Advanced { more: false, .. } | Progress::Halted { .. } => poll_interval,
    }
}

/// The pause after this many failures in a row: up to half of it is left out at random, so that instances do not ask in step.
pub fn after_failure(failures: u32, ids: &dyn IdSource) -> Duration {
    let full = FIRST_RETRY.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST_RETRY);
    let [random, ..] = ids.secret();
    full - full.mul_f64(f64::from(random) / 512.0)
}

/// An error and its causes on one line.
pub fn with_causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use ulid::Ulid;

    struct Fixed(u8);

    impl IdSource for Fixed {
        fn ulid(&self) -> Ulid {
            Ulid::nil()
        }

        fn secret(&self) -> [u8; 32] {
            [self.0; 32]
        }
    }

    #[test]
    fn pauses_double_up_to_a_limit_and_never_fall_below_half() {
        let longest: Vec<_> = [1, 2, 3, 20, u32::MAX].map(|n| after_failure(n, &Fixed(0)).as_millis()).into();
        assert_eq!(longest, [250, 500, 1_000, 30_000, 30_000]);
        assert!(after_failure(1, &Fixed(255)) > FIRST_RETRY / 2);
    }
}

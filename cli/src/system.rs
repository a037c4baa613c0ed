//! The outside world that everything else takes as a parameter: the machine's clock and its randomness.

use std::time::{SystemTime, UNIX_EPOCH};

use rand::{RngCore, TryRngCore, rngs::OsRng};
use settlement::{Clock, IdSource, Timestamp};
use ulid::Ulid;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the one source of the time that everybody else is given")]
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Ids and secrets from the operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsIds;

impl IdSource for OsIds {
    fn ulid(&self) -> Ulid {
        let millis = u64::try_from(SystemClock.now().as_millis()).unwrap_or(0);
        let mut random = [0; 16];
        fill(&mut random);
        Ulid::from_parts(millis, u128::from_be_bytes(random))
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        fill(&mut secret);
        secret
    }
}

fn fill(bytes: &mut [u8]) {
    OsRng.unwrap_err().fill_bytes(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_carry_the_present() {
        let before = SystemClock.now();
        let (a, b) = (OsIds.ulid(), OsIds.ulid());
        assert_ne!(a, b);
        assert!(a.timestamp_ms() >= u64::try_from(before.as_millis()).unwrap());
        assert_ne!(OsIds.secret(), OsIds.secret());
    }
}

//! How long to try: the instants of the attempts and their jitter.
//!
//! The table is that of Standard Webhooks 1.0.0: after the first attempt 5 s, 5 min, 30 min, 2 h, 5 h,
//! 10 h, 14 h, 20 h and 24 h, ten attempts in all over about three days. Jitter spreads what failed
//! together; it follows from the errand's id, so that a simulation repeats it. Pure.

use sha2::{Digest, Sha256};

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Waits between the attempts, milliseconds.
pub const WAITS_MS: [i64; 9] = [
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    14 * HOUR_MS,
    20 * HOUR_MS,
    24 * HOUR_MS,
];

/// Attempts in all; after the last failed one an errand is undelivered.
pub const ATTEMPTS_MAX: u8 = WAITS_MS.len() as u8 + 1;

/// Most that jitter adds to a wait, in per cent.
const JITTER_PERCENT: i64 = 20;

/// How long to wait after the failed attempt number `attempt` (from 1); nothing after the last.
pub fn wait_after(errand: &str, attempt: u8) -> Option<i64> {
    let wait_ms = *WAITS_MS.get(usize::from(attempt.checked_sub(1)?))?;
    let digest = Sha256::new().chain_update(errand.as_bytes()).chain_update([attempt]).finalize();
    let draw = i64::from(u16::from_be_bytes([digest[0], digest[1]]));
    Some(wait_ms + wait_ms * JITTER_PERCENT / 100 * draw / i64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_standard_is_kept_within_its_jitter() {
        for attempt in 1..ATTEMPTS_MAX {
            let wait = WAITS_MS[usize::from(attempt) - 1];
            let waited = wait_after("e1", attempt).unwrap();
            assert!((wait..=wait * 12 / 10).contains(&waited), "attempt {attempt}: {waited}");
        }
        assert_eq!(wait_after("e1", ATTEMPTS_MAX), None);
    }

    #[test]
    fn what_failed_together_comes_back_apart_and_always_at_the_same_instants() {
        let waits: std::collections::BTreeSet<_> = (0..50).map(|n| wait_after(&format!("e{n}"), 2)).collect();
        assert!(waits.len() > 40, "only {} different waits", waits.len());
        assert_eq!(wait_after("e7", 3), wait_after("e7", 3));
    }
}

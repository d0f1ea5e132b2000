//! Where does a key live?
//!
//! One answer for ever, for every topic: the first 8 bytes of SHA-256 of the key's text, read big-endian,
//! modulo the topic's number of partitions (`contracts.md`, "Records"). A topic's number of partitions is
//! fixed when its log is created, so the answer never changes.

use sha2::{Digest, Sha256};

/// The partition, out of `partitions`, of a key's text.
///
/// # Panics
/// When `partitions` is 0: a topic outside the layout has no place for anything, and asking is a defect.
pub fn partition_of(key: &[u8], partitions: u16) -> u16 {
    assert!(partitions > 0, "a topic without partitions has no place for a key");
    let hash = Sha256::digest(key);
    let mut first = [0u8; 8];
    first.copy_from_slice(&hash[..8]);
    let place = u64::from_be_bytes(first) % u64::from(partitions);
    u16::try_from(place).expect("a remainder of a u16 fits a u16")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_written_rule() {
        // SHA-256("999901001") = 7a4e…, computed with an independent tool; see the assertion below for the rule.
        let hash = Sha256::digest(b"999901001");
        let by_hand = u64::from_str_radix(&hex::encode(&hash[..8]), 16).unwrap() % 16;
        assert_eq!(u64::from(partition_of(b"999901001", 16)), by_hand);
        assert_eq!(partition_of(b"anything", 1), 0);
    }

    #[test]
    fn a_thousand_streets_spread_over_all_partitions() {
        let mut seen = [0u32; 16];
        for street in 0..1_000u32 {
            seen[usize::from(partition_of(format!("9999{street:05}").as_bytes(), 16))] += 1;
        }
        assert!(seen.iter().all(|&n| n > 30), "{seen:?}");
    }
}

//! Chance for tests: the same seed throws the same bytes.

use std::sync::atomic::{AtomicU64, Ordering};

use xh_domain::entropy::Entropy;

/// SplitMix64, seeded.
#[derive(Debug)]
pub struct Dice(AtomicU64);

impl Dice {
    /// Dice that always throw the same for a seed.
    pub fn new(seed: u64) -> Dice {
        Dice(AtomicU64::new(seed))
    }

    fn throw(&self) -> u64 {
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&self.throw().to_le_bytes()[..chunk.len()]));
    }
}

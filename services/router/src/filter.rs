//! A small filter in memory that says "surely never seen" or "perhaps seen": a Bloom filter whose bits for
//! one id lie in one cache line, so that asking a score of filters costs a score of loads and no more.
//!
//! It knows nothing of reports: an id is 16 bytes. It never forgets and never says "surely seen".

/// Bits that one id is given. 16 bits and 7 probes in blocks of 512 bits let about one stranger in 900 through
/// (measured by the test below), each of which costs one page read.
pub const FILTER_BITS_PER_ID: usize = 16;
/// Bits set per id: as many as one 64-bit hash can place with 9 bits each.
const PROBES: u32 = 7;
/// A block is one cache line: 8 words, 512 bits.
const BLOCK_WORDS: usize = 8;

/// A filter of fixed size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filter {
    words: Vec<u64>,
}

impl Filter {
    /// An empty filter with room for `ids`.
    pub fn with_room_for(ids: usize) -> Self {
        let blocks = (ids * FILTER_BITS_PER_ID).div_ceil(BLOCK_WORDS * 64).max(1);
        Filter { words: vec![0; blocks * BLOCK_WORDS] }
    }

    /// Remembers an id.
    pub fn insert(&mut self, id: &[u8; 16]) {
        let (block, mut bits) = self.place(id);
        for _ in 0..PROBES {
            self.words[block + (bits as usize >> 6 & 7)] |= 1 << (bits & 63);
            bits >>= 9;
        }
    }

    /// False: surely never inserted. True: perhaps inserted.
    pub fn may_contain(&self, id: &[u8; 16]) -> bool {
        let (block, mut bits) = self.place(id);
        for _ in 0..PROBES {
            if self.words[block + (bits as usize >> 6 & 7)] & 1 << (bits & 63) == 0 {
                return false;
            }
            bits >>= 9;
        }
        true
    }

    /// The bits as bytes, for keeping.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    /// The filter that [`Filter::to_bytes`] gave; `None` when the bytes cannot be one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() || !bytes.len().is_multiple_of(BLOCK_WORDS * 8) {
            return None;
        }
        let words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_be_bytes(*word)).collect();
        Some(Filter { words })
    }

    /// First word of the id's block, and the 63 bits that place its probes.
    fn place(&self, id: &[u8; 16]) -> (usize, u64) {
        let (low, high) = halves(id);
        let first = mix(low ^ high.rotate_left(32));
        let blocks = self.words.len() / BLOCK_WORDS;
        // The product's upper half maps the hash evenly to the blocks without a division.
        let block = (u128::from(first) * blocks as u128) >> 64;
        (block as usize * BLOCK_WORDS, mix(first ^ high))
    }
}

fn halves(id: &[u8; 16]) -> (u64, u64) {
    let both = u128::from_be_bytes(*id);
    (both as u64, (both >> 64) as u64)
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit.
fn mix(mut word: u64) -> u64 {
    word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids as a careless sender makes them: neighbours.
    fn id(number: u64) -> [u8; 16] {
        (0x0190_0000_0000_7000_8000_0000_0000_0000u128 + u128::from(number)).to_be_bytes()
    }

    fn filled(ids: u64) -> Filter {
        let mut filter = Filter::with_room_for(ids as usize);
        (0..ids).for_each(|number| filter.insert(&id(number)));
        filter
    }

    #[test]
    fn an_id_once_inserted_is_never_denied() {
        let filter = filled(16_384);
        assert!((0..16_384).all(|number| filter.may_contain(&id(number))));
    }

    #[test]
    fn strangers_pass_less_often_than_once_in_five_hundred() {
        let filter = filled(16_384);
        let passed = (1_000_000..1_200_000).filter(|number| filter.may_contain(&id(*number))).count();
        assert!(passed < 400, "{passed} of 200,000 strangers passed");
        assert!(passed > 0, "a filter that lets nobody through is not measured");
    }

    #[test]
    fn an_empty_filter_denies_everything() {
        let filter = Filter::with_room_for(0);
        assert!(!(0..1_000).any(|number| filter.may_contain(&id(number))));
    }

    #[test]
    fn bytes_give_the_same_filter_back_and_nonsense_gives_none() {
        let filter = filled(100);
        assert_eq!(Filter::from_bytes(&filter.to_bytes()), Some(filter));
        assert_eq!(Filter::from_bytes(&[]), None);
        assert_eq!(Filter::from_bytes(&[0; 63]), None);
    }
}

//! Which rows carry a value: sets of row numbers that can be cut and joined without looking at rows.
//!
//! The numbers are cut into chunks of 65,536. A chunk with few rows is a sorted list, a full one a bitmap:
//! ten thousand cells cost what their rows cost, the one state that everybody is in costs a bit per row.
//! A [`Posting`] is kept; a [`Selection`] is the answer to one question and lives as long as that. Pure.

use std::collections::BTreeMap;

/// Rows of one chunk.
const CHUNK_ROWS: usize = 1 << 16;
/// 64-bit words of a full chunk.
const CHUNK_WORDS: usize = CHUNK_ROWS / 64;
/// A list longer than this is larger than the bitmap and becomes one.
const LIST_MAX: usize = CHUNK_ROWS / 16;

type Words = Box<[u64; CHUNK_WORDS]>;

/// The number of a row in its board.
pub type RowNo = u32;

#[derive(Clone, Debug)]
enum Chunk {
    List(Vec<u16>),
    Bits(Words, u32),
}

/// A set of row numbers.
#[derive(Clone, Debug, Default)]
pub struct Posting {
    chunks: BTreeMap<u16, Chunk>,
    len: usize,
}

fn split(row: RowNo) -> (u16, u16) {
    ((row >> 16) as u16, row as u16)
}

impl Posting {
    /// Adds a row; nothing happens if it is there.
    pub fn insert(&mut self, row: RowNo) {
        let (high, low) = split(row);
        if self.chunks.entry(high).or_insert_with(|| Chunk::List(Vec::new())).insert(low) {
            self.len += 1;
        }
    }

    /// Takes a row out; nothing happens if it is not there.
    pub fn remove(&mut self, row: RowNo) {
        let (high, low) = split(row);
        let Some(chunk) = self.chunks.get_mut(&high) else { return };
        if chunk.remove(low) {
            self.len -= 1;
            if chunk.is_empty() {
                self.chunks.remove(&high);
            }
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no row is there.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Chunk {
    fn insert(&mut self, low: u16) -> bool {
        match self {
            Chunk::List(list) => {
                let Err(at) = list.binary_search(&low) else { return false };
                list.insert(at, low);
                if list.len() > LIST_MAX {
                    *self = Chunk::Bits(self.words(), LIST_MAX as u32 + 1);
                }
                true
            }
            Chunk::Bits(words, count) => {
                let (word, bit) = (usize::from(low) / 64, 1 << (low % 64));
                let fresh = words[word] & bit == 0;
                words[word] |= bit;
                *count += u32::from(fresh);
                fresh
            }
        }
    }

    fn remove(&mut self, low: u16) -> bool {
        match self {
            Chunk::List(list) => list.binary_search(&low).map(|at| list.remove(at)).is_ok(),
            Chunk::Bits(words, count) => {
                let (word, bit) = (usize::from(low) / 64, 1 << (low % 64));
                let there = words[word] & bit != 0;
                words[word] &= !bit;
                *count -= u32::from(there);
                there
            }
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Chunk::List(list) => list.is_empty(),
            Chunk::Bits(_, count) => *count == 0,
        }
    }

    fn words(&self) -> Words {
        let mut words = Box::new([0; CHUNK_WORDS]);
        self.add_to(&mut words);
        words
    }

    fn add_to(&self, words: &mut [u64; CHUNK_WORDS]) {
        match self {
            Chunk::List(list) => list.iter().for_each(|low| words[usize::from(*low) / 64] |= 1 << (low % 64)),
            Chunk::Bits(own, _) => words.iter_mut().zip(own.iter()).for_each(|(word, own)| *word |= own),
        }
    }
}

/// The rows that answer one question.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    chunks: BTreeMap<u16, Words>,
}

impl Selection {
    /// The rows that are in any of these.
    pub fn any_of<'a>(postings: impl IntoIterator<Item = &'a Posting>) -> Selection {
        let mut chunks: BTreeMap<u16, Words> = BTreeMap::new();
        for posting in postings {
            for (high, chunk) in &posting.chunks {
                chunk.add_to(chunks.entry(*high).or_insert_with(|| Box::new([0; CHUNK_WORDS])));
            }
        }
        Selection { chunks }
    }

    /// Keeps only what is also in `other`.
    pub fn and(&mut self, other: &Selection) {
        self.chunks.retain(|high, words| {
            let Some(theirs) = other.chunks.get(high) else { return false };
            words.iter_mut().zip(theirs.iter()).for_each(|(word, their)| *word &= their);
            true
        });
    }

    /// Whether a row is in it.
    pub fn contains(&self, row: RowNo) -> bool {
        let (high, low) = split(row);
        self.chunks.get(&high).is_some_and(|words| words[usize::from(low) / 64] & (1 << (low % 64)) != 0)
    }

    /// How many rows are in it.
    pub fn len(&self) -> usize {
        self.chunks.values().flat_map(|words| words.iter()).map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no row is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows are both in it and in the posting, without making a new set.
    pub fn len_with(&self, posting: &Posting) -> usize {
        let both = |high: &u16, words: &Words| match posting.chunks.get(high) {
            None => 0,
            Some(Chunk::List(list)) => {
                list.iter().filter(|low| words[usize::from(**low) / 64] & (1 << (**low % 64)) != 0).count()
            }
            Some(Chunk::Bits(own, _)) => words.iter().zip(own.iter()).map(|(a, b)| (a & b).count_ones() as usize).sum(),
        };
        self.chunks.iter().map(|(high, words)| both(high, words)).sum()
    }

    /// The rows, rising.
    pub fn rows(&self) -> impl Iterator<Item = RowNo> + '_ {
        self.chunks.iter().flat_map(|(high, words)| {
            let base = RowNo::from(*high) << 16;
            words.iter().enumerate().flat_map(move |(at, word)| {
                (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| base + at as RowNo * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_full_chunk_becomes_a_bitmap_and_keeps_its_rows() {
        let mut posting = Posting::default();
        for row in (0..70_000).step_by(3) {
            posting.insert(row);
            posting.insert(row);
        }
        assert!(matches!(posting.chunks[&0], Chunk::Bits(..)));
        assert_eq!(posting.len(), 23_334);
        let selection = Selection::any_of([&posting]);
        assert!(selection.rows().eq((0..70_000).step_by(3)));
        assert_eq!(selection.len_with(&posting), 23_334);
    }

    proptest! {
        #[test]
        fn sets_of_rows_behave_as_sets(
            steps in prop::collection::vec((any::<bool>(), 0u8..3, 0u32..200_000), 0..400),
        ) {
            let mut postings = [Posting::default(), Posting::default(), Posting::default()];
            let mut models: [BTreeSet<u32>; 3] = Default::default();
            for (insert, which, row) in steps {
                let (posting, model) = (&mut postings[usize::from(which)], &mut models[usize::from(which)]);
                let row = row / 50;
                if insert { posting.insert(row); model.insert(row); } else { posting.remove(row); model.remove(&row); }
                prop_assert_eq!(posting.len(), model.len());
            }
            let mut selection = Selection::any_of(&postings[..2]);
            selection.and(&Selection::any_of([&postings[2]]));
            let expected: Vec<u32> =
                models[0].union(&models[1]).copied().filter(|row| models[2].contains(row)).collect();
            prop_assert!(selection.rows().eq(expected.iter().copied()));
            prop_assert_eq!(selection.len(), expected.len());
            prop_assert_eq!(Selection::any_of(&postings[..2]).len_with(&postings[2]), expected.len());
            prop_assert!(expected.iter().all(|row| selection.contains(*row)));
        }
    }
}

//! Which report ids this partition has seen, and what became of the first copy: the memory behind "the first
//! wins", for ever, at 2 bytes of memory per id.
//!
//! ```text
//!   young ids, in order of arrival ──12,288 of them──► one generation: sorted, cut into pages
//!   (in memory, kept in chunks)                        pages lie cold; a filter and the first id of
//!                                                      every page stay in memory
//! ```
//!
//! A look-up asks the young, then every generation's filter, and reads one page for each that says
//! "perhaps". Pages are written once, in key order, and never again. This file knows neither log nor store:
//! it is given a way to read a cold key and says what shall be written.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::filter::Filter;

/// Ids of one generation. Bounds the memory of the young to about 1.5 MB per partition.
pub const GENERATION_IDS: usize = 12_288;
/// Entries of one page or chunk: 76 bytes each and a checksum stay below the store's 4,096 bytes.
const PAGE_ENTRIES: usize = 48;
/// Bytes of one piece of a filter.
const PIECE_BYTES: usize = 4_096;
/// Bytes of one entry: id, digest, key, ledger, position.
const ENTRY_BYTES: usize = 16 + 32 + 16 + 4 + 8;
// The fences of a generation, 16 bytes a page, are one value of the store.
const _: () = assert!(GENERATION_IDS.div_ceil(PAGE_ENTRIES) * 16 <= 4_096 && PAGE_ENTRIES * ENTRY_BYTES + 4 <= 4_096);
/// Marks of the kinds of keys, after the store's own `o` (open) or `c` (cold).
const YOUNG: &[u8] = b"oy";
const FILTER: &[u8] = b"of";
const FENCES: &[u8] = b"os";
const PAGE: &[u8] = b"cp";

/// What is remembered of the first copy of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct First {
    /// Digest of what was reported.
    pub digest: [u8; 32],
    /// Id of the key that seals it.
    pub key: [u8; 16],
    /// The ledger it was routed to.
    pub ledger: u32,
    /// Its position in `reports`.
    pub position: u64,
}

/// The kept bytes are not what was written. The store is to be thrown away and rebuilt from the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the set of seen reports is damaged: {0}")]
pub struct Damaged(pub &'static str);

type Id = [u8; 16];
type Entry = (Id, First);

/// One change for the store: the key, and the value, or `None` to delete.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// A full set of ids whose pages lie cold.
#[derive(Default)]
struct Generation {
    filter: Option<Filter>,
    filter_bytes: Vec<u8>,
    /// First id of every page.
    fences: Vec<Id>,
}

/// The set. See the file's essay.
#[derive(Default)]
pub struct Seen {
    generations: Vec<Generation>,
    young: Vec<Entry>,
    young_index: BTreeMap<Id, usize>,
    /// How many of the young stand in the last save.
    young_saved: usize,
    /// Generations whose pages are not yet durably cold, whole and sorted, by number.
    warm: BTreeMap<u32, Vec<Entry>>,
    /// Generations below this one were handed out by the last save.
    saved_generations: u32,
}

impl Seen {
    /// What is remembered of `id`. `read` gives the bytes under a cold key.
    pub fn find<E: From<Damaged>>(&self, id: &Id, read: impl ReadCold<E>) -> Result<Option<First>, E> {
        if let Some(at) = self.young_index.get(id) {
            return Ok(Some(self.young[*at].1));
        }
        for (number, generation) in self.generations.iter().enumerate().rev() {
            let number = number as u32;
            if generation.filter.as_ref().is_some_and(|filter| !filter.may_contain(id)) {
                continue;
            }
            let found = match self.warm.get(&number) {
                Some(entries) => pick(entries, id),
                None => generation.read_page(number, id, &read)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Remembers the first copy of an id that [`Seen::find`] did not know.
    pub fn insert(&mut self, id: Id, first: First) {
        self.young_index.insert(id, self.young.len());
        self.young.push((id, first));
        if self.young.len() == GENERATION_IDS {
            self.seal();
        }
    }

    /// How many ids are remembered.
    pub fn len(&self) -> usize {
        self.generations.len() * GENERATION_IDS + self.young.len()
    }

    /// Whether nothing was seen yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What changed since the last save, in key order within each kind.
    pub fn save(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (number, entries) in self.warm.range(self.saved_generations..) {
            save_generation(*number, entries, &self.generations[*number as usize], &mut changes);
        }
        self.saved_generations = self.generations.len() as u32;
        if self.young_saved < self.young.len() {
            let first_chunk = self.young_saved / PAGE_ENTRIES;
            for (chunk, entries) in self.young.chunks(PAGE_ENTRIES).enumerate().skip(first_chunk) {
                changes.push((numbered(YOUNG, self.saved_generations, chunk), Some(page_bytes(entries))));
            }
            self.young_saved = self.young.len();
        }
        changes
    }

    /// The last save is durable: its pages can be read cold from now on.
    pub fn settled(&mut self) {
        self.warm = self.warm.split_off(&self.saved_generations);
    }

    /// Takes back one kept entry under an `o` key.
    pub fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Damaged> {
        let (kind, rest) = key.split_at_checked(2).ok_or(Damaged("key"))?;
        let (number, _) = rest.split_first_chunk::<4>().ok_or(Damaged("key"))?;
        let number = u32::from_be_bytes(*number);
        match kind {
            YOUNG => self.load_young(value),
            FENCES => self.load_fences(number, value),
            FILTER => self.load_filter(number, value),
            _ => Err(Damaged("kind of key")),
        }
    }

    /// Turns the young into a generation.
    fn seal(&mut self) {
        let mut entries = std::mem::take(&mut self.young);
        self.young_index.clear();
        self.young_saved = 0;
        entries.sort_unstable_by_key(|(id, _)| *id);
        let mut filter = Filter::with_room_for(GENERATION_IDS);
        entries.iter().for_each(|(id, _)| filter.insert(id));
        let fences = entries.chunks(PAGE_ENTRIES).map(|page| page[0].0).collect();
        self.warm.insert(self.generations.len() as u32, entries);
        self.generations.push(Generation { filter: Some(filter), filter_bytes: Vec::new(), fences });
    }

    fn load_young(&mut self, value: &[u8]) -> Result<(), Damaged> {
        for entry in page_entries(value)? {
            self.young_index.insert(entry.0, self.young.len());
            self.young.push(entry);
        }
        self.young_saved = self.young.len();
        Ok(())
    }

    fn load_fences(&mut self, number: u32, value: &[u8]) -> Result<(), Damaged> {
        let (fences, rest) = value.as_chunks::<16>();
        if !rest.is_empty() || fences.is_empty() {
            return Err(Damaged("fences"));
        }
        self.generation(number)?.fences = fences.to_vec();
        self.saved_generations = self.generations.len() as u32;
        Ok(())
    }

    fn load_filter(&mut self, number: u32, value: &[u8]) -> Result<(), Damaged> {
        let generation = self.generation(number)?;
        generation.filter_bytes.extend_from_slice(value);
        if generation.filter_bytes.len() == GENERATION_IDS * crate::filter::FILTER_BITS_PER_ID / 8 {
            generation.filter = Filter::from_bytes(&std::mem::take(&mut generation.filter_bytes));
        }
        Ok(())
    }

    /// The generation of this number, made when it is the next one: keys come in order.
    fn generation(&mut self, number: u32) -> Result<&mut Generation, Damaged> {
        let number = number as usize;
        if number == self.generations.len() {
            self.generations.push(Generation::default());
        }
        self.generations.get_mut(number).ok_or(Damaged("a generation is missing"))
    }
}

impl Generation {
    fn read_page<E: From<Damaged>>(&self, number: u32, id: &Id, read: impl ReadCold<E>) -> Result<Option<First>, E> {
        let Some(page) = self.fences.partition_point(|first| first <= id).checked_sub(1) else { return Ok(None) };
        let bytes = read(&numbered(PAGE, number, page))?.ok_or(Damaged("a page is missing"))?;
        Ok(pick(&page_entries(&bytes)?, id))
    }
}

/// A way to read a cold key.
pub trait ReadCold<E>: Fn(&[u8]) -> Result<Option<Bytes>, E> {}

impl<E, F: Fn(&[u8]) -> Result<Option<Bytes>, E>> ReadCold<E> for F {}

/// Deletes the chunks of the once young, writes pages, filter and fences.
fn save_generation(number: u32, entries: &[Entry], generation: &Generation, changes: &mut Vec<Change>) {
    for (page, entries) in entries.chunks(PAGE_ENTRIES).enumerate() {
        changes.push((numbered(PAGE, number, page), Some(page_bytes(entries))));
        changes.push((numbered(YOUNG, number, page), None));
    }
    let filter = generation.filter.as_ref().map(Filter::to_bytes).unwrap_or_default();
    for (piece, bytes) in filter.chunks(PIECE_BYTES).enumerate() {
        changes.push((numbered(FILTER, number, piece), Some(bytes.to_vec())));
    }
    changes.push((numbered(FENCES, number, 0), Some(generation.fences.concat())));
}

fn numbered(kind: &[u8], generation: u32, part: usize) -> Vec<u8> {
    [kind, &generation.to_be_bytes(), &(part as u16).to_be_bytes()].concat()
}

fn pick(sorted: &[Entry], id: &Id) -> Option<First> {
    let at = sorted.binary_search_by_key(id, |(id, _)| *id).ok()?;
    Some(sorted[at].1)
}

/// Checksum, then the entries.
fn page_bytes(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + entries.len() * ENTRY_BYTES);
    bytes.extend_from_slice(&[0; 4]);
    for (id, first) in entries {
        bytes.extend_from_slice(id);
        bytes.extend_from_slice(&first.digest);
        bytes.extend_from_slice(&first.key);
        bytes.extend_from_slice(&first.ledger.to_be_bytes());
        bytes.extend_from_slice(&first.position.to_be_bytes());
    }
    let sum = crc32c::crc32c(&bytes[4..]).to_be_bytes();
    bytes[..4].copy_from_slice(&sum);
    bytes
}

fn page_entries(bytes: &[u8]) -> Result<Vec<Entry>, Damaged> {
    let (sum, entries) = bytes.split_first_chunk::<4>().ok_or(Damaged("a page is cut"))?;
    let (entries, rest) = entries.as_chunks::<ENTRY_BYTES>();
    if !rest.is_empty() || u32::from_be_bytes(*sum) != crc32c::crc32c(&bytes[4..]) {
        return Err(Damaged("a page's checksum"));
    }
    entries.iter().map(|entry| entry_from(entry).ok_or(Damaged("an entry is cut"))).collect()
}

fn entry_from(bytes: &[u8; ENTRY_BYTES]) -> Option<Entry> {
    let (id, rest) = bytes.split_first_chunk()?;
    let (digest, rest) = rest.split_first_chunk()?;
    let (key, rest) = rest.split_first_chunk()?;
    let (ledger, rest) = rest.split_first_chunk()?;
    let (position, _) = rest.split_first_chunk()?;
    let (ledger, position) = (u32::from_be_bytes(*ledger), u64::from_be_bytes(*position));
    Some((*id, First { digest: *digest, key: *key, ledger, position }))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    type Store = BTreeMap<Vec<u8>, Vec<u8>>;

    /// Well spread ids, so that sorting matters.
    fn id(number: u64) -> Id {
        (u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_be_bytes()
    }

    fn first(number: u64) -> First {
        let ledger = 999_901_001 + number as u32 % 3;
        First { digest: [number as u8; 32], key: [number as u8; 16], ledger, position: number * 2 }
    }

    fn keep(seen: &mut Seen, store: &mut Store) {
        for (key, value) in seen.save() {
            match value {
                Some(value) => {
                    assert!(value.len() <= 4_096, "{} bytes", value.len());
                    store.insert(key, value);
                }
                None => drop(store.remove(&key)),
            }
        }
        seen.settled();
    }

    fn cold(store: &Store, key: &[u8]) -> Option<Bytes> {
        store.get(key).cloned().map(Bytes::from)
    }

    fn reopened(store: &Store) -> Seen {
        let mut seen = Seen::default();
        for (key, value) in store.range(b"o".to_vec()..b"p".to_vec()) {
            seen.load(key, value).unwrap();
        }
        seen
    }

    fn find(seen: &Seen, store: &Store, number: u64) -> Option<First> {
        seen.find::<Damaged>(&id(number), |key| Ok(cold(store, key))).unwrap()
    }

    fn filled(ids: u64, save_every: u64) -> (Seen, Store) {
        let (mut seen, mut store) = (Seen::default(), Store::new());
        for number in 0..ids {
            seen.insert(id(number), first(number));
            if number % save_every == 0 {
                keep(&mut seen, &mut store);
            }
        }
        (seen, store)
    }

    const THREE_GENERATIONS: u64 = 3 * GENERATION_IDS as u64 + 1_000;

    #[test]
    fn every_id_is_found_young_warm_and_cold() {
        let (mut seen, mut store) = filled(THREE_GENERATIONS, 7_001);
        for _ in 0..2 {
            for number in (0..THREE_GENERATIONS).step_by(97) {
                assert_eq!(find(&seen, &store, number), Some(first(number)), "id {number}");
            }
            keep(&mut seen, &mut store);
        }
        assert_eq!(seen.len() as u64, THREE_GENERATIONS);
    }

    #[test]
    fn a_stranger_is_not_found_and_seldom_costs_a_page() {
        let (mut seen, mut store) = filled(THREE_GENERATIONS, 10_000);
        keep(&mut seen, &mut store);
        let pages = Cell::new(0);
        for number in THREE_GENERATIONS..THREE_GENERATIONS + 20_000 {
            let found = seen.find::<Damaged>(&id(number), |key| {
                pages.set(pages.get() + 1);
                Ok(cold(&store, key))
            });
            assert_eq!(found, Ok(None));
        }
        assert!(pages.get() < 400, "{} pages for 20,000 strangers", pages.get());
    }

    #[test]
    fn what_was_saved_comes_back_and_goes_on() {
        let (mut seen, mut store) = filled(THREE_GENERATIONS, 5_000);
        keep(&mut seen, &mut store);
        let mut again = reopened(&store);
        assert_eq!(again.len(), seen.len());
        for number in THREE_GENERATIONS..2 * THREE_GENERATIONS {
            again.insert(id(number), first(number));
        }
        keep(&mut again, &mut store);
        let again = reopened(&store);
        for number in (0..2 * THREE_GENERATIONS).step_by(101) {
            assert_eq!(find(&again, &store, number), Some(first(number)), "id {number}");
        }
    }

    #[test]
    fn a_save_writes_only_what_is_new() {
        let (mut seen, mut store) = filled(1_000, 10_000);
        keep(&mut seen, &mut store);
        assert_eq!(seen.save(), vec![], "nothing new");
        seen.insert(id(5_000), first(5_000));
        assert_eq!(seen.save().len(), 1, "the last chunk");
    }

    #[test]
    fn a_damaged_page_is_said_and_never_believed() {
        let (mut seen, mut store) = filled(GENERATION_IDS as u64, 1_000_000);
        keep(&mut seen, &mut store);
        for value in store.values_mut() {
            value[20] ^= 1;
        }
        let found = seen.find::<Damaged>(&id(3), |key| Ok(cold(&store, key)));
        assert_eq!(found, Err(Damaged("a page's checksum")));
        assert_eq!(seen.find::<Damaged>(&id(3), |_| Ok(None)), Err(Damaged("a page is missing")));
    }
}

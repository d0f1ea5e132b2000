//! Needs that left the queue: packed pages on disk, by number and by month, none of them in memory.
//!
//! ```text
//!   rows    c n <ledger> <year> <page>            the rows of 16 neighbouring numbers
//!   months  c m <yyyymm> <ledger> <sequence>      the numbers that ended in that month, 256 to a page
//!   tails   o t <yyyymm> <ledger>                 how many have ended there: where the next entry goes
//! ```
//!
//! A page is warm from the moment a row of it changes until the checkpoint that holds it is durable; then
//! it leaves memory. A fact on a closed need (a comment, a late photo, a receipt) warms its page again.
//! This file sees the disk through a function that it is handed, and writes through another. Pure.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use xh_domain::ids::{LedgerCode, NeedId};

use crate::row::Row;
use xh_domain::texts::moment;

/// Numbers of one page of rows: about 5 KB, a few pages of the disk.
const PAGE_NUMBERS: u32 = 16;
/// Entries of one page of a month: about 6 KB.
pub const MONTH_ENTRIES: u32 = 256;
/// First byte of keys that stay on disk.
const CLOSED: u8 = b'c';
/// First byte of keys that are loaded at start.
const OPEN: u8 = b'o';

/// Reads a key of the last durable checkpoint; the error names no content.
pub type Fetch<'a> = &'a dyn Fn(&[u8]) -> Result<Option<Bytes>, String>;

/// A page of rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct RowsKey {
    ledger: LedgerCode,
    year: u16,
    page: u32,
}

/// A month of one ledger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct MonthKey {
    month: u32,
    ledger: LedgerCode,
}

/// One entry of a month.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ending {
    /// Which need.
    pub need: NeedId,
    /// When it ended.
    pub ended_ms: i64,
}

/// Something kept, and whether the next checkpoint must hold it.
#[derive(Clone, Debug)]
struct Warm<T> {
    value: T,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Changed,
    Saved,
}

impl<T> Warm<T> {
    fn changed(value: T) -> Warm<T> {
        Warm { value, state: State::Changed }
    }
}

/// The needs of one partition that ended.
#[derive(Debug, Default)]
pub struct Archive {
    rows: BTreeMap<RowsKey, Warm<Vec<Row>>>,
    months: BTreeMap<(MonthKey, u32), Warm<Vec<Ending>>>,
    tails: BTreeMap<MonthKey, Warm<u32>>,
}

impl Archive {
    /// Puts a need that has ended; `newly` also enters it in the month of its end.
    pub fn put(&mut self, row: Row, newly: bool, fetch: Fetch<'_>) -> Result<(), String> {
        let ending = row.ended_ms.map(|ended_ms| Ending { need: row.need, ended_ms });
        let page = self.warm_rows(row.need, fetch)?;
        page.state = State::Changed;
        match page.value.binary_search_by_key(&row.need, |kept| kept.need) {
            Ok(at) => page.value[at] = row,
            Err(at) => page.value.insert(at, row),
        }
        match ending {
            Some(ending) if newly => self.enter(ending, fetch),
            _ => Ok(()),
        }
    }

    /// The row of a need that has ended.
    pub fn get(&self, need: NeedId, fetch: Fetch<'_>) -> Result<Option<Row>, String> {
        let key = RowsKey::of(need);
        let find = |page: &[Row]| page.iter().find(|row| row.need == need).cloned();
        match self.rows.get(&key) {
            Some(page) => Ok(find(&page.value)),
            None => Ok(find(&read_page(&key.bytes(), fetch)?)),
        }
    }

    /// Takes a need out again: it goes on.
    pub fn take(&mut self, need: NeedId, fetch: Fetch<'_>) -> Result<Option<Row>, String> {
        let page = self.warm_rows(need, fetch)?;
        let Ok(at) = page.value.binary_search_by_key(&need, |kept| kept.need) else { return Ok(None) };
        page.state = State::Changed;
        Ok(Some(page.value.remove(at)))
    }

    /// How many needs of the ledger ended in the month (202609).
    pub fn month_len(&self, month: u32, ledger: LedgerCode) -> u32 {
        self.tails.get(&MonthKey { month, ledger }).map_or(0, |tail| tail.value)
    }

    /// Every ledger that has an ending in the month.
    pub fn ledgers_of(&self, month: u32) -> impl Iterator<Item = LedgerCode> + '_ {
        self.tails.keys().filter(move |key| key.month == month).map(|key| key.ledger)
    }

    /// Every month that has an ending of the ledger, rising.
    pub fn months_of(&self, ledger: LedgerCode) -> impl Iterator<Item = u32> + '_ {
        self.tails.keys().filter(move |key| key.ledger == ledger).map(|key| key.month)
    }

    /// The endings of a month from the entry number `from` on, in the order of their end; at most the rest
    /// of that entry's page.
    pub fn endings(&self, month: u32, ledger: LedgerCode, from: u32, fetch: Fetch<'_>) -> Result<Vec<Ending>, String> {
        let key = MonthKey { month, ledger };
        let sequence = from / MONTH_ENTRIES;
        let page = match self.months.get(&(key, sequence)) {
            Some(page) => page.value.clone(),
            None => read_page(&key.page(sequence), fetch)?,
        };
        Ok(page.into_iter().skip((from % MONTH_ENTRIES) as usize).collect())
    }

    fn warm_rows(&mut self, need: NeedId, fetch: Fetch<'_>) -> Result<&mut Warm<Vec<Row>>, String> {
        let key = RowsKey::of(need);
        match self.rows.entry(key) {
            Entry::Occupied(warm) => Ok(warm.into_mut()),
            Entry::Vacant(cold) => {
                let value = read_page(&key.bytes(), fetch)?;
                Ok(cold.insert(Warm { value, state: State::Saved }))
            }
        }
    }

    fn enter(&mut self, ending: Ending, fetch: Fetch<'_>) -> Result<(), String> {
        let month = moment::month(ending.ended_ms).ok_or("an end outside the almanac's horizon")?;
        let key = MonthKey { month, ledger: ending.need.ledger };
        let tail = self.tails.entry(key).or_insert(Warm::changed(0));
        let sequence = tail.value / MONTH_ENTRIES;
        (tail.value, tail.state) = (tail.value + 1, State::Changed);
        let page = match self.months.entry((key, sequence)) {
            Entry::Occupied(warm) => warm.into_mut(),
            Entry::Vacant(cold) => cold.insert(Warm::changed(read_page(&key.page(sequence), fetch)?)),
        };
        page.value.push(ending);
        page.state = State::Changed;
        Ok(())
    }

    /// Hands over what changed since the last save.
    pub fn save(&mut self, put: &mut dyn FnMut(Vec<u8>, Vec<u8>)) {
        save_pages(&mut self.rows, |key| key.bytes(), put);
        save_pages(&mut self.months, |(key, sequence)| key.page(*sequence), put);
        save_pages(&mut self.tails, MonthKey::tail, put);
    }

    /// The last save is durable: pages that did not change since leave memory. Tails stay.
    pub fn settled(&mut self) {
        self.rows.retain(|_, page| page.state == State::Changed);
        self.months.retain(|_, page| page.state == State::Changed);
    }

    /// Takes back a tail. Whether the key was one.
    pub fn load(&mut self, key: &[u8], value: &[u8]) -> Result<bool, String> {
        let Some(key) = MonthKey::of_tail(key) else { return Ok(false) };
        let value = serde_json::from_slice(value).map_err(|_| "a tail that is no number".to_owned())?;
        self.tails.insert(key, Warm { value, state: State::Saved });
        Ok(true)
    }
}

fn save_pages<K: Ord, T: Serialize>(
    pages: &mut BTreeMap<K, Warm<T>>,
    key_bytes: impl Fn(&K) -> Vec<u8>,
    put: &mut dyn FnMut(Vec<u8>, Vec<u8>),
) {
    for (key, page) in pages.iter_mut().filter(|(_, page)| page.state == State::Changed) {
        put(key_bytes(key), serde_json::to_vec(&page.value).expect("plain fields become JSON"));
        page.state = State::Saved;
    }
}

fn read_page<T: serde::de::DeserializeOwned>(key: &[u8], fetch: Fetch<'_>) -> Result<Vec<T>, String> {
    let Some(bytes) = fetch(key)? else { return Ok(Vec::new()) };
    serde_json::from_slice(&bytes)
        .map_err(|e| format!("a page that is no page (line {}, column {})", e.line(), e.column()))
}

impl RowsKey {
    fn of(need: NeedId) -> RowsKey {
        RowsKey { ledger: need.ledger, year: need.year, page: need.number / PAGE_NUMBERS }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut key = vec![CLOSED, b'n'];
        key.extend(self.ledger.number().to_be_bytes());
        key.extend(self.year.to_be_bytes());
        key.extend(self.page.to_be_bytes());
        key
    }
}

impl MonthKey {
    fn page(&self, sequence: u32) -> Vec<u8> {
        let mut key = self.bytes(CLOSED, b'm');
        key.extend(sequence.to_be_bytes());
        key
    }

    fn tail(&self) -> Vec<u8> {
        self.bytes(OPEN, b't')
    }

    fn bytes(&self, first: u8, second: u8) -> Vec<u8> {
        let mut key = vec![first, second];
        key.extend(self.month.to_be_bytes());
        key.extend(self.ledger.number().to_be_bytes());
        key
    }

    fn of_tail(key: &[u8]) -> Option<MonthKey> {
        let [OPEN, b't', rest @ ..] = key else { return None };
        let (month, ledger) = rest.split_at_checked(4)?;
        let number = |bytes: &[u8]| Some(u32::from_be_bytes(bytes.try_into().ok()?));
        Some(MonthKey { month: number(month)?, ledger: LedgerCode::from_number(number(ledger)?)? })
    }
}

//! The store for tests and simulation: trees in memory that remember what was synced.
//!
//! [`MemoryStore::crash`] loses what was not, as a power cut does; the n-th write can be told to fail.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{Changes, Store, StoreError};

type Trees = BTreeMap<String, BTreeMap<Bytes, Bytes>>;

/// Trees in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    live: Trees,
    durable: Trees,
    writes: u64,
    refuse_from_write: Option<u64>,
}

impl MemoryStore {
    /// An empty one.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// Loses everything that was not synced.
    pub fn crash(&self) {
        let mut inner = self.inner();
        inner.live = inner.durable.clone();
    }

    /// How many writes were asked for so far.
    pub fn writes(&self) -> u64 {
        self.inner().writes
    }

    /// Refuses every write from the n-th on (counted from 1 since the store was made); `None` heals it.
    pub fn refuse_from_write(&self, nth: Option<u64>) {
        self.inner().refuse_from_write = nth;
    }

    /// Puts bytes into a tree behind everybody's back, as damage does.
    pub fn damage(&self, tree: &str, key: &[u8], value: &[u8]) {
        let mut inner = self.inner();
        let entries = inner.live.entry(tree.to_owned()).or_default();
        entries.insert(Bytes::copy_from_slice(key), Bytes::copy_from_slice(value));
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn get(&self, tree: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        Ok(self.inner().live.get(tree).and_then(|entries| entries.get(key)).cloned())
    }

    fn scan(
        &self,
        tree: &str,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        let inner = self.inner();
        let Some(entries) = inner.live.get(tree) else { return Ok(Vec::new()) };
        let from = after.map_or(prefix, |after| after.max(prefix));
        let rest = entries.range(Bytes::copy_from_slice(from)..);
        let fresh = rest.filter(|(key, _)| after.is_none_or(|after| key.as_ref() > after));
        Ok(fresh
            .take_while(|(key, _)| key.starts_with(prefix))
            .take(limit)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect())
    }

    fn write(&self, tree: &str, changes: &Changes) -> Result<(), StoreError> {
        let mut inner = self.inner();
        inner.writes += 1;
        if inner.refuse_from_write.is_some_and(|nth| inner.writes >= nth) {
            return Err(StoreError::Refused("told to".to_owned()));
        }
        let entries = inner.live.entry(tree.to_owned()).or_default();
        for (key, value) in changes.iter() {
            match value {
                Some(value) => entries.insert(Bytes::copy_from_slice(key), Bytes::copy_from_slice(value)),
                None => entries.remove(key),
            };
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        let mut inner = self.inner();
        inner.durable = inner.live.clone();
        Ok(())
    }

    fn wipe(&self, tree: &str) -> Result<(), StoreError> {
        self.inner().live.remove(tree);
        Ok(())
    }
}
